//! W0207: a group by label that no environment belongs to.

use super::context::Context;
use super::text::quote;
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::syntax::ast::Label;

pub(super) fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    if context.program.damaged || context.kinds_unsure {
        return;
    }
    for group in context.program.groups.values() {
        let Some(labels) = group.labels.as_ref().filter(|_| group.members.is_empty()) else {
            continue;
        };
        let Some((first, last)) = labels.first().zip(labels.last()) else { continue };
        let (name, at) = (quote(&group.name.value), first.span.to(last.span));
        let message = format!("group {name} is empty: no environment has {}", these(labels.len()));
        let diagnostic = Diagnostic::new(Code::W0207, message, at, "matches no environment");
        let diagnostic = diagnostic.label(group.name.span, "empty group");
        out.push(match near(context, labels) {
            Some((written, near)) => diagnostic.help(format!("Write `{near}`, or label an environment `{written}`.")),
            None => {
                let statements: Vec<String> = labels.iter().map(|label| format!("label {}", said(label))).collect();
                diagnostic.help(format!("Write `{}` in the block of an environment.", statements.join("; ")))
            }
        });
    }
}

fn these(labels: usize) -> &'static str {
    if labels == 1 { "this label" } else { "all of these labels" }
}

fn said(label: &Label) -> String {
    format!("{} = {}", label.key.value, label.value.value)
}

/// A condition that looks misspelled, and the label that is probably meant.
fn near(context: &Context<'_>, labels: &[Label]) -> Option<(String, String)> {
    let all: std::collections::BTreeSet<String> = context
        .program
        .environments
        .values()
        .flat_map(|environment| environment.labels.iter().map(|(key, value)| format!("{key} = {value}")))
        .collect();
    labels.iter().map(said).filter(|written| !all.contains(written)).find_map(|written| {
        let near = nearest(&written, all.iter().map(String::as_str))?.to_owned();
        Some((written, near))
    })
}
