//! E0407: it is not clear which application of the trigger environment an application follows.

use std::collections::{BTreeMap, BTreeSet};

use super::super::context::Context;
use super::super::text::{list, quote};
use crate::diagnostic::{Code, Diagnostic};
use crate::program::{Application, EnvironmentId, ProductFlow};

pub(crate) fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let mut said = BTreeSet::new();
    for product_flow in context.product_flows.iter().map(|settled| **settled) {
        let (product, flow) = (product_flow.product(), product_flow.flow());
        let Some(trigger) = flow.trigger.filter(|_| context.knows_applications(product)) else { continue };
        let of_trigger: Vec<&Application> =
            product.applications_in(trigger.value).map(|(_, application)| application).collect();
        let components: BTreeSet<usize> = of_trigger.iter().map(|application| application.component).collect();
        if of_trigger.len() < 2 {
            // With only one it is clear; with none it is E0401.
            continue;
        }
        let targets: BTreeSet<EnvironmentId> = flow.targets.iter().map(|target| target.environment).collect();
        let mut lost: BTreeMap<usize, Vec<&Application>> = BTreeMap::new();
        for application in product.applications.values() {
            if targets.contains(&application.environment) && !components.contains(&application.component) {
                lost.entry(application.component).or_default().push(application);
            }
        }
        for (component, applications) in lost {
            if said.insert((product_flow.product_id(), component, trigger.value)) {
                out.extend(report(context, product_flow, trigger.value, &of_trigger, &applications));
            }
        }
    }
}

fn report(
    context: &Context<'_>,
    product_flow: ProductFlow<'_>,
    trigger: EnvironmentId,
    of_trigger: &[&Application],
    lost: &[&Application],
) -> Option<Diagnostic> {
    let first = lost.first()?;
    let (product, flow) = (product_flow.product(), product_flow.flow());
    let component = product.components.get(first.component)?;
    let (name, from) = (quote(&component.name.value), context.environment(trigger));
    let message = format!(
        "cannot tell which application {name} follows: it is not in `{from}`, and the product has {} applications there",
        of_trigger.len()
    );
    let mut diagnostic = Diagnostic::new(Code::E0407, message, component.name.span, format!("not in `{from}`"));
    let mut statements = BTreeSet::new();
    for application in of_trigger {
        if statements.insert(application.component) {
            diagnostic = diagnostic.label(application.span, format!("{} is in `{from}`", quote(&application.name)));
        }
    }
    if let Some(trigger) = flow.trigger {
        diagnostic = diagnostic.label(trigger.span, format!("{} starts here", quote(&flow.name.value)));
    }
    let environments = super::super::text::comma_in_ranges(
        lost.iter().map(|application| context.environment(application.environment)),
    );
    let there: Vec<&str> = of_trigger
        .iter()
        .filter_map(|application| product.components.get(application.component))
        .map(|component| component.name.value.as_str())
        .collect();
    Some(diagnostic.help(format!(
        "An application follows the one from the same statement. Add `{environments}` to the statement of {}, or add `{from}` to this one.",
        list(there).replace(" and ", " or ")
    )))
}
