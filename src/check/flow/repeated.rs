//! E0302: an environment that appears twice in a flow.

use std::collections::BTreeMap;

use super::super::context::Context;
use super::super::text::{comma, comma_in_ranges, element, quote};
use crate::diagnostic::{Code, Diagnostic};
use crate::program::{EnvironmentId, Flow};
use crate::source::Span;
use crate::syntax::ast::Ident;

pub(crate) fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for flow in context.program.flows.values() {
        // A group can repeat several environments: that is one mistake.
        let mut places: BTreeMap<Span, Vec<(EnvironmentId, Span)>> = BTreeMap::new();
        for (environment, first, further) in &flow.repeated {
            if !is_misread(context, flow, *environment, *further) {
                places.entry(*further).or_default().push((*environment, *first));
            }
        }
        out.extend(places.iter().map(|(further, repeated)| report(context, flow, *further, repeated)));
    }
}

/// Whether the list that repeats the trigger also has an unknown name, which may be a misspelled `after` or its neighbor.
fn is_misread(context: &Context<'_>, flow: &Flow, environment: EnvironmentId, further: Span) -> bool {
    let is_trigger = flow.trigger.is_some_and(|trigger| trigger.value == environment);
    let mut lists = flow.decl.promotes.iter().map(|promote| &promote.targets);
    let list = lists.find(|list| list.iter().any(|name| name.span == further));
    is_trigger && list.is_some_and(|list| list.iter().any(|name| context.targets(name).is_none()))
}

fn report(context: &Context<'_>, flow: &Flow, further: Span, repeated: &[(EnvironmentId, Span)]) -> Diagnostic {
    let names = context.environments(repeated.iter().map(|(environment, _)| *environment));
    let appear = if repeated.len() == 1 { "appears" } else { "appear" };
    let message = format!("{names} {appear} twice in flow {}", quote(&flow.name.value));
    let written = context.sources.text(further);
    let is_group =
        repeated.len() > 1 || repeated.iter().any(|(environment, _)| context.environment(*environment) != written);
    let label = if is_group { format!("{} contains {names}", quote(written)) } else { "appears again here".to_owned() };
    let mut diagnostic = Diagnostic::new(Code::E0302, message, further, label);
    let mut firsts: Vec<Span> = repeated.iter().map(|(_, first)| *first).collect();
    firsts.dedup();
    for first in firsts {
        let is_trigger = flow.trigger.is_some_and(|trigger| trigger.span == first);
        let label = if is_trigger { "already the trigger" } else { "first appears here" };
        diagnostic = diagnostic.label(first, label);
    }
    advise(context, flow, further, repeated, diagnostic, is_group)
}

fn advise(
    context: &Context<'_>,
    flow: &Flow,
    further: Span,
    repeated: &[(EnvironmentId, Span)],
    diagnostic: Diagnostic,
    is_group: bool,
) -> Diagnostic {
    let promote = flow.decl.promotes.iter().find(|promote| promote.targets.iter().any(|name| name.span == further));
    let list: &[Ident] = promote.map_or(&[], |promote| &promote.targets);
    let Some(index) = list.iter().position(|name| name.span == further) else {
        return diagnostic.help("Remove one of them: an environment runs only once in a release.");
    };
    let Some(name) = list.get(index) else { return diagnostic };
    let in_same_list = repeated.iter().all(|(_, first)| list.iter().any(|name| name.span == *first));
    let members = context.targets(name).unwrap_or_default();
    let is_repeated = |member: &EnvironmentId| repeated.iter().any(|(environment, _)| environment == member);
    let rest: Vec<&str> =
        members.iter().filter(|member| !is_repeated(member)).map(|member| context.environment(*member)).collect();
    if is_group && !rest.is_empty() {
        return diagnostic.help(format!("Write `{}` instead of `{}`.", comma_in_ranges(rest), name.value));
    }
    let spans: Vec<Span> = list.iter().map(|name| name.span).collect();
    let left: Vec<&str> =
        list.iter().enumerate().filter(|(at, _)| *at != index).map(|(_, name)| name.value.as_str()).collect();
    if left.is_empty() {
        return diagnostic
            .help(format!("Remove this `promote {}`: an environment runs only once in a release.", name.value));
    }
    let diagnostic = diagnostic.help(format!("Write `promote {}`.", comma(left)));
    match element(context.sources, &spans, index) {
        Some(span) if in_same_list => diagnostic.fix(format!("remove `{}`", name.value), span, ""),
        _ => diagnostic,
    }
}
