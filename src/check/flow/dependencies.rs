//! E0305, E0306: every dependency in `after` is in the flow, `N of GROUP` can be met and chooses among several.

use std::collections::BTreeSet;

use super::super::context::Context;
use super::super::text::{comma_in_ranges, quote};
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::program::{EnvironmentId, Flow};
use crate::source::Span;
use crate::syntax::ast::{Dependency, Quantity};
use crate::syntax::names::is_range;

pub(crate) fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for flow in context.program.flows.values() {
        let known = context.knows_environments(flow);
        let there: BTreeSet<EnvironmentId> = flow.environments().collect();
        let mut said: BTreeSet<&str> = BTreeSet::new();
        let afters = flow.decl.promotes.iter().filter_map(|promote| promote.after.as_ref());
        let lists = afters.map(|after| after.dependencies.as_slice());
        let each = lists.flat_map(|list| (0..list.len()).filter_map(|nth| list.get(nth..)?.split_first()));
        for (dependency, next) in each {
            let Some(wanted) = context.targets(&dependency.name) else { continue };
            let missing: Vec<_> = wanted.iter().copied().filter(|environment| !there.contains(environment)).collect();
            if known && !missing.is_empty() && said.insert(&dependency.name.value) {
                out.push(absent(context, flow, dependency, &missing, wanted.len()));
            }
            out.extend(match is_environment(context, &dependency.name.value) {
                true => single(context, dependency, next),
                false => count(context, dependency),
            });
        }
    }
    of_products(context, &mut BTreeSet::new(), out);
}

fn absent(
    context: &Context<'_>,
    flow: &Flow,
    dependency: &Dependency,
    missing: &[EnvironmentId],
    of: usize,
) -> Diagnostic {
    let (name, flow_name) = (&dependency.name.value, quote(&flow.name.value));
    let names = context.environments(missing.iter().copied());
    let is_group = context.group(name).is_some() || is_range(name);
    let (are, them) = if missing.len() == 1 { ("is", "it") } else { ("are", "them") };
    let message = match is_group {
        true if missing.len() == of => {
            format!("no environment of {} is in flow {flow_name}, so nothing can wait for it", quote(name))
        }
        true => format!("{names} of {} {are} not in flow {flow_name}, so nothing can wait for {them}", quote(name)),
        false => format!("{} is not in flow {flow_name}, so nothing can wait for it", quote(name)),
    };
    let label = if is_group { format!("includes {names}") } else { "needed here".to_owned() };
    let mut diagnostic = Diagnostic::new(Code::E0305, message, dependency.name.span, label);
    diagnostic = diagnostic.label(flow.name.span, "this flow does not promote there");
    let candidates: Vec<&str> = flow.environments().map(|id| context.environment(id)).collect();
    let help = match nearest(name, candidates.iter().copied()) {
        Some(near) if !is_group => format!("Write `after {near}`, or add `promote {name}` above."),
        _ => format!("Add `promote {}` above, or remove `{name}` from this `after`.", plain(context, missing)),
    };
    diagnostic.help(help)
}

fn plain(context: &Context<'_>, ids: &[EnvironmentId]) -> String {
    comma_in_ranges(ids.iter().map(|id| context.environment(*id)))
}

/// Of `N of`, `N% of` and `any of`, a product may have too few: those that `where present` leaves out do not count.
fn of_products(context: &Context<'_>, said: &mut BTreeSet<Span>, out: &mut Vec<Diagnostic>) {
    for ((product, _), flow) in &context.program.partial_flows {
        let product = &context.program.products[*product];
        if !context.knows_applications(product) || !context.knows_environments(flow) {
            continue;
        }
        let there: BTreeSet<EnvironmentId> = flow.environments().collect();
        let afters = flow.decl.promotes.iter().filter_map(|promote| promote.after.as_ref());
        for dependency in afters.flat_map(|after| &after.dependencies) {
            let (asked, span) = match dependency.quantity {
                Quantity::Any(span) => (1, span),
                Quantity::AtLeast(count) => (count.value as usize, count.span),
                // 0% is reported by itself
                Quantity::Percent(percent) if percent.value > 0 => (1, percent.span),
                Quantity::All | Quantity::Percent(_) => continue,
            };
            if is_environment(context, &dependency.name.value) {
                continue;
            }
            let Some(members) = context.targets(&dependency.name) else { continue };
            let has = members.iter().filter(|id| there.contains(id)).count();
            if has >= asked || members.len() < asked || !said.insert(dependency.span) {
                continue;
            }
            let (name, product) = (&dependency.name.value, quote(&product.name.value));
            let written = context.sources.text(dependency.span);
            let message = match has {
                0 => format!("`{written}` is impossible for product {product}, which has no environment of it"),
                _ => format!("`{written}` is impossible for product {product}, which has only {has} of them"),
            };
            let left: Vec<_> = members.iter().copied().filter(|id| !there.contains(id)).collect();
            let verb = if left.len() == 1 { "is" } else { "are" };
            let orders = flow.promotes.iter().zip(&flow.decl.promotes);
            let of_these = orders.filter(|(order, _)| order.targets.iter().any(|(id, _)| left.contains(id)));
            let place = of_these.filter_map(|(_, promote)| promote.where_present).next();
            let label = format!("{} {verb} left out for it", context.environments(left.iter().copied()));
            let help = match has {
                0 => format!(
                    "Wait for something that {product} has, or write `{name}`: what comes after an environment that is left out waits for what that one waits for."
                ),
                _ => format!("Write `any of {name}`, or `{name}` to wait for all that are present."),
            };
            let diagnostic = Diagnostic::new(Code::E0306, message, span, label).help(help);
            out.push(place.into_iter().fold(diagnostic, |it, at| it.label(at, "a product may lack these")));
        }
    }
}

fn count(context: &Context<'_>, dependency: &Dependency) -> Option<Diagnostic> {
    if let Quantity::Percent(percent) = dependency.quantity {
        let name = &dependency.name.value;
        let message = format!("`0% of {name}` waits for nothing");
        let diagnostic = Diagnostic::new(Code::E0306, message, percent.span, "at least 1%")
            .help(format!("Write `any of {name}` to wait for one of them, or remove `0% of {name}`."));
        return (percent.value == 0).then_some(diagnostic);
    }
    let Quantity::AtLeast(count) = dependency.quantity else { return None };
    let (name, members) = (&dependency.name.value, context.targets(&dependency.name)?);
    let group = context.group(name);
    let (asked, has) = (count.value, members.len());
    if group.is_some_and(|group| group.damaged) || (1..=has).contains(&(asked as usize)) {
        return None;
    }
    let diagnostic = match asked {
        0 => Diagnostic::new(Code::E0306, format!("`0 of {name}` waits for nothing"), count.span, "at least 1")
            .help(format!("Write `any of {name}` to wait for one of them, or remove `0 of {name}`.")),
        _ => {
            let environments = if has == 1 { "environment" } else { "environments" };
            let message = format!("`{asked} of {name}` is impossible: {} has {has} {environments}", quote(name));
            let help = match has {
                1 => format!("Write `{name}`."),
                _ => format!("Write `{name}` to wait for all of them, or a number from 1 to {has}."),
            };
            Diagnostic::new(Code::E0306, message, count.span, format!("at most {has}")).help(help)
        }
    };
    Some(match group {
        Some(group) => diagnostic.label(group.name.span, format!("has {}", context.environments(members))),
        None => diagnostic,
    })
}

/// `any of us-east, eu` is easily meant as one of both, but it waits for `us-east` and for `eu`.
fn single(context: &Context<'_>, dependency: &Dependency, next: &[Dependency]) -> Option<Diagnostic> {
    let (span, next) = match dependency.quantity {
        Quantity::All => return None,
        Quantity::Any(span) => (span, next),
        Quantity::AtLeast(count) => (count.span, if count.value == 0 { &[] } else { next }),
        Quantity::Percent(percent) => (percent.span, if percent.value == 0 { &[] } else { next }),
    };
    let name = &dependency.name.value;
    let written = context.sources.text(dependency.span);
    let message = format!("`{written}` has nothing to choose from: {} is a single environment", quote(name));
    let plain = next.iter().take_while(|item| item.quantity == Quantity::All).map(|item| item.name.value.as_str());
    let names: Vec<&str> = std::iter::once(name.as_str()).chain(plain).collect();
    let diagnostic = Diagnostic::new(Code::E0306, message, span, "applies only to the name after it");
    Some(match names.as_slice() {
        [_] => diagnostic.help(format!("Write `{name}`.")),
        _ => {
            let quantity = written.strip_suffix(name.as_str()).unwrap_or(written).trim_end();
            let names = names.join(", ");
            diagnostic.help(format!(
                "To choose among them, declare `group NAME = {names}` and write `{quantity} NAME`. To wait for all of them, write `{names}`."
            ))
        }
    })
}

fn is_environment(context: &Context<'_>, name: &str) -> bool {
    context.group(name).is_none() && !is_range(name)
}
