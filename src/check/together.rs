//! E0701, W0704 on the windows that one environment gets from the flow and from policies: it waits until all of them are
//! open.

use std::collections::{BTreeMap, BTreeSet};

use super::context::Context;
use super::text::{list, quote};
use crate::diagnostic::{Code, Diagnostic};
use crate::program::{Calendar, Flow, Origin, SettledContext, WindowId, longest_gap_together, open_together};
use crate::source::Span;
use crate::syntax::literal::{Instant, Seconds};

/// When some windows are open at the same time.
enum Together {
    Never,
    /// The longest time for which they are not; `None` if that is not known.
    Gap(Option<Seconds>),
}

pub(crate) fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let program = context.program;
    let calendars: BTreeMap<WindowId, Calendar> = program
        .windows
        .iter()
        .filter(|(_, window)| !window.decl.damaged)
        .filter_map(|(id, window)| Some((id, Calendar::new(window).ok()?)))
        // a window that never opens is reported by itself
        .filter(|(_, calendar)| calendar.next_open(Instant(0)).is_some())
        .collect();
    let mut known: BTreeMap<BTreeSet<WindowId>, Together> = BTreeMap::new();
    let mut said = BTreeSet::new();
    for product_flow in &context.product_flows {
        let flow = product_flow.flow();
        for settled in product_flow.environments.iter().filter(|settled| settled.is_target()) {
            let windows: BTreeSet<WindowId> = awaited(settled).map(|(id, _)| id).collect();
            if windows.len() < 2 || !windows.iter().all(|id| calendars.contains_key(id)) {
                continue;
            }
            let of = |windows: &BTreeSet<WindowId>| -> Vec<&Calendar> {
                windows.iter().filter_map(|id| calendars.get(id)).collect()
            };
            let together = known.entry(windows.clone()).or_insert_with(|| match open_together(&of(&windows)) {
                true => Together::Gap(longest_gap_together(&of(&windows))),
                false => Together::Never,
            });
            match together {
                Together::Never => {
                    let windows = least(&windows, |windows| !open_together(&of(windows)));
                    let diagnostic = never(context, settled, &windows);
                    // once for each statement, whatever the products
                    if said.insert((diagnostic.primary(), windows)) {
                        out.push(diagnostic);
                    }
                }
                Together::Gap(Some(gap)) if *gap > flow.timeout && context.knows_timeout(flow) => {
                    let is_long = |windows: &BTreeSet<WindowId>| {
                        longest_gap_together(&of(windows)).is_some_and(|gap| gap > flow.timeout)
                    };
                    let windows = least(&windows, is_long);
                    // a single window is reported by itself
                    if windows.len() > 1 && said.insert((Some(flow.name.span), windows.clone())) {
                        out.push(too_long(context, flow, settled, &windows, *gap));
                    }
                }
                Together::Gap(_) => {}
            }
        }
    }
}

/// The windows that an environment must wait for: nobody can override them.
fn awaited<'s>(settled: &'s SettledContext<'_>) -> impl DoubleEndedIterator<Item = (WindowId, Origin)> + use<'s> {
    let gates = settled.settings.windows.iter().filter(|(gate, _)| gate.unless.is_none());
    gates.map(|(gate, origin)| (gate.window, *origin))
}

/// The windows without those that do not matter for `still`.
fn least(windows: &BTreeSet<WindowId>, still: impl Fn(&BTreeSet<WindowId>) -> bool) -> BTreeSet<WindowId> {
    let mut left = windows.clone();
    for id in windows {
        let mut less = left.clone();
        less.remove(id);
        if !less.is_empty() && still(&less) {
            left = less;
        }
    }
    left
}

/// Adds where each window comes from.
fn labelled(
    context: &Context<'_>,
    mut diagnostic: Diagnostic,
    settled: &SettledContext<'_>,
    windows: &BTreeSet<WindowId>,
) -> Diagnostic {
    let primary = diagnostic.primary();
    let mut places: BTreeSet<Span> = primary.into_iter().collect();
    for (id, origin) in awaited(settled).filter(|(id, _)| windows.contains(id)) {
        let name = quote(&context.program.windows[id].name.value);
        if let Some(span) = origin.span().filter(|span| places.insert(*span)) {
            let by = if matches!(origin, Origin::Policy(..)) { ", set by this policy" } else { "" };
            diagnostic = diagnostic.label(span, format!("waits for {name}{by}"));
        }
        let declared = context.program.windows[id].name.span;
        if places.insert(declared) {
            diagnostic = diagnostic.label(declared, "declared here");
        }
    }
    match settled.span().filter(|span| places.insert(*span)) {
        Some(target) => diagnostic.label(target, "applies here"),
        None => diagnostic,
    }
}

fn names(context: &Context<'_>, windows: &BTreeSet<WindowId>) -> String {
    list(windows.iter().map(|id| context.program.windows[*id].name.value.as_str()))
}

fn never(context: &Context<'_>, settled: &SettledContext<'_>, windows: &BTreeSet<WindowId>) -> Diagnostic {
    let names = names(context, windows);
    let own = awaited(settled).filter(|(id, _)| windows.contains(id));
    let mut own = own.filter_map(|(_, origin)| match origin {
        Origin::Flow(span) => Some(span),
        Origin::Policy(..) | Origin::Default => None,
    });
    let at =
        own.next_back().or(settled.span()).unwrap_or(context.program.environments[settled.environment_id()].name.span);
    let environment = quote(context.environment(settled.environment_id()));
    let message = format!("{names} never open together, and {environment} waits for all of them");
    let diagnostic = Diagnostic::new(Code::E0701, message, at, "never begins");
    labelled(context, diagnostic, settled, windows)
        .help(format!("Change the hours so that {names} overlap, or remove one of them."))
}

fn too_long(
    context: &Context<'_>,
    flow: &Flow,
    settled: &SettledContext<'_>,
    windows: &BTreeSet<WindowId>,
    gap: Seconds,
) -> Diagnostic {
    let (names, flow_name) = (names(context, windows), quote(&flow.name.value));
    let message = format!("{names} are not open together for {gap}, but {flow_name} times out after {}", flow.timeout);
    let diagnostic = match flow.decl.timeout {
        Some(timeout) => Diagnostic::new(Code::W0704, message, timeout.span, "expires before they open together"),
        None => Diagnostic::new(Code::W0704, message, flow.name.span, "default timeout of 24h"),
    };
    // Whole days, at least one more than the gap, to leave time for the steps before and after the windows.
    let enough = Seconds((gap.0 / 86_400 + 2) * 86_400);
    labelled(context, diagnostic, settled, windows)
        .help(format!("Write `timeout {enough}` in {flow_name}, or let {names} overlap more often."))
}
