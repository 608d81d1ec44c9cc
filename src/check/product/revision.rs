//! W0408: a condition on the revision that neither the product's branch nor a commit ID can meet.

use std::collections::BTreeSet;

use super::super::context::Context;
use super::super::text::{list, quote};
use super::glob::{Condition, some_text};
use crate::diagnostic::{Code, Diagnostic};
use crate::program::{FlowRef, Product};
use crate::source::Span;
use crate::syntax::ast::{self, ConditionKey, FlowStart};

/// The length of a commit ID, in hexadecimal digits.
const COMMIT: usize = 40;

pub(crate) fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for product in context.program.products.values().filter(|product| context.knows_applications(product)) {
        for flow in &product.flows {
            let written =
                product.decl.flows.iter().find(|written| written.name.as_ref().is_some_and(|n| n.span == flow.span));
            let Some(FlowStart::When(conditions)) = written.map(|written| &written.start) else { continue };
            let Some(branches) = branches(context, product, flow) else { continue };
            for condition in conditions {
                out.extend(never(product, condition, &branches));
            }
        }
    }
}

/// The branches on which a change can start the flow; `None` if one is the repository's default branch.
fn branches<'a>(context: &Context<'_>, product: &'a Product, flow: &FlowRef) -> Option<BTreeSet<&'a str>> {
    let trigger = context.program.flows[flow.flow].trigger?;
    let applications = product.applications_in(trigger.value);
    let sources = applications.flat_map(|(_, application)| &application.sources);
    let branches: Option<BTreeSet<&str>> = sources.map(|source| source.branch.as_deref()).collect();
    branches.filter(|branches| !branches.is_empty())
}

fn never(product: &Product, condition: &ast::Condition, branches: &BTreeSet<&str>) -> Option<Diagnostic> {
    if condition.key.value != ConditionKey::Revision || condition.excludes || condition.patterns.is_empty() {
        return None;
    }
    let patterns: Vec<String> = condition.patterns.iter().map(|pattern| pattern.value.clone()).collect();
    let wanted = Condition { excludes: false, patterns: &patterns };
    let can = |branch: &str| {
        let only = [branch.to_owned()];
        some_text(&[Condition { excludes: false, patterns: &only }, wanted], None) != Some(false)
    };
    if branches.iter().any(|branch| can(branch)) || patterns.iter().any(|pattern| can_be_commit(pattern)) {
        return None;
    }
    let names = list(branches.iter().copied());
    let shown = list(patterns.iter().map(String::as_str));
    let message = format!("no revision of {} can match {shown}", quote(&product.name.value));
    let span = condition.patterns.iter().map(|pattern| pattern.span).reduce(Span::to)?;
    let mut diagnostic =
        Diagnostic::new(Code::W0408, message, span, format!("matches neither a commit ID nor {names}"));
    if let Some(branch) = product.decl.branch.as_ref().filter(|branch| branches.contains(branch.value.as_str())) {
        diagnostic = diagnostic.label(branch.span, "branch of this product");
    }
    let first = branches.first().copied().unwrap_or_default();
    Some(
        diagnostic.help(format!(
            "Write `revision matches \"{first}\"`, or match the message instead: `message matches \"…\"`."
        )),
    )
}

/// Whether the pattern can match a commit ID: 40 or 64 hexadecimal digits.
fn can_be_commit(pattern: &str) -> bool {
    let digits = pattern.chars().filter(|character| *character != '*');
    let hexadecimal = digits.clone().all(|digit| digit.is_ascii_digit() || ('a'..='f').contains(&digit));
    let length = digits.count();
    let open = pattern.contains('*');
    hexadecimal && [COMMIT, 64].iter().any(|whole| if open { length <= *whole } else { length == *whole })
}
