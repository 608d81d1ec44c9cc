//! E0701, E0702, W0704: a window opens, has an existing time zone, and opens often enough for the flows that use it.

use std::collections::{BTreeMap, BTreeSet};

use super::context::Context;
use super::text::quote;
use crate::diagnostic::{Code, Diagnostic};
use crate::program::{Calendar, Flow, Gap, Jump, Origin, UnknownZone, Window, WindowId};
use crate::source::Span;
use crate::syntax::ast::OpeningStmt;
use crate::syntax::literal::{Instant, Seconds};

pub(crate) fn opens(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for (id, window) in context.program.windows.iter().filter(|(_, window)| !window.decl.damaged) {
        match Calendar::new(window) {
            Ok(calendar) if calendar.next_open(Instant(0)).is_none() => {
                out.extend(never(window).filter(|_| !always_overridable(context, id)));
            }
            Ok(_) => {}
            Err(unknown) => out.extend(unknown_zone(window, &unknown)),
        }
    }
}

/// Whether people can override a window wherever it is used.
fn always_overridable(context: &Context<'_>, window: WindowId) -> bool {
    let of_flows = context.program.flows.values().flat_map(|flow| flow.targets.iter()).flat_map(|it| &it.windows);
    let of_policies = context.program.policies.values().flat_map(|policy| &policy.windows);
    let mut uses = of_flows.chain(of_policies).filter(|gate| gate.window == window).peekable();
    uses.peek().is_some() && uses.all(|gate| gate.unless.is_some())
}

fn never(window: &Window) -> Option<Diagnostic> {
    let (closed, open): (Vec<&OpeningStmt>, Vec<&OpeningStmt>) =
        window.decl.openings.iter().partition(|opening| opening.closed);
    let name = quote(&window.name.value);
    let message = format!("window {name} never opens");
    let Some(first) = closed.first() else {
        // Without `closed`, only clock changes can remove every open hour.
        let at = open.first()?.span;
        let help = "Choose other hours: the clocks go forward on these dates.";
        return Some(Diagnostic::new(Code::E0701, message, at, "the clocks skip these hours").help(help));
    };
    let mut diagnostic = Diagnostic::new(Code::E0701, message, first.span, "closes everything that is open");
    for statement in closed.iter().skip(1) {
        diagnostic = diagnostic.label(statement.span, "closes the rest");
    }
    for statement in open {
        diagnostic = diagnostic.label(statement.span, "opened here");
    }
    Some(diagnostic.help("`closed` takes precedence over `open`. Narrow it to fewer hours or dates, or remove it."))
}

fn unknown_zone(window: &Window, unknown: &UnknownZone) -> Option<Diagnostic> {
    let zone = window.timezone.as_ref()?;
    let message = format!("unknown time zone {}", quote(&zone.value));
    Some(match &unknown.nearest {
        Some(near) => {
            let label = format!("did you mean `{near}`?");
            let written = format!("\"{near}\"");
            let diagnostic = Diagnostic::new(Code::E0702, message, zone.span, label);
            let diagnostic = diagnostic.help(format!("Write `timezone {written}`."));
            if unknown.certain { diagnostic.fix(format!("write {written}"), zone.span, written) } else { diagnostic }
        }
        None => Diagnostic::new(Code::E0702, message, zone.span, "not in the time zone database").help(
            "Write a name from the time zone database, such as `timezone \"Europe/London\"` or `timezone \"UTC\"`.",
        ),
    })
}

pub(crate) fn gaps(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let program = context.program;
    let gaps: BTreeMap<WindowId, Gap> = program
        .windows
        .iter()
        .filter(|(_, window)| !window.decl.damaged)
        .filter_map(|(id, window)| Some((id, Calendar::new(window).ok()?.longest_gap()?)))
        .collect();
    let mut said = BTreeSet::new();
    for product_flow in &context.product_flows {
        let flow = product_flow.flow();
        for settled in product_flow.environments.iter().filter(|_| context.knows_timeout(flow)) {
            // a window that people can override has another way out, as in E0701
            for (gate, origin) in settled.settings.windows.iter().filter(|(gate, _)| gate.unless.is_none()) {
                let id = gate.window;
                let Some(gap) = gaps.get(&id).and_then(|gap| too_long(gap, flow.timeout)) else { continue };
                if said.insert((product_flow.flow_id(), id)) {
                    let target = settled.span().unwrap_or(flow.name.span);
                    out.push(gap_report(&program.windows[id], flow, gap, *origin, target));
                }
            }
        }
    }
}

/// The gap that exceeds a timeout: that of every week, or that of a week in which the clocks change.
fn too_long(gap: &Gap, timeout: Seconds) -> Option<(Seconds, &'static str)> {
    let of_jumps = gap.over_jumps.map(|(longest, jump)| match jump {
        Jump::Back => (longest, "when the clocks go back"),
        Jump::Forward => (longest, "when the clocks go forward"),
    });
    std::iter::once((gap.every_week, if gap.monthly { "at times" } else { "every week" }))
        .chain(of_jumps)
        .find(|(longest, _)| *longest > timeout)
}

fn gap_report(window: &Window, flow: &Flow, (gap, when): (Seconds, &str), origin: Origin, target: Span) -> Diagnostic {
    let (name, flow_name) = (quote(&window.name.value), quote(&flow.name.value));
    let message = format!("{name} stays closed for {gap} {when}, but {flow_name} times out after {}", flow.timeout);
    let mut diagnostic = match flow.decl.timeout {
        Some(timeout) => {
            Diagnostic::new(Code::W0704, message, timeout.span, format!("expires before {name} opens again"))
        }
        None => Diagnostic::new(Code::W0704, message, flow.name.span, "default timeout of 24h"),
    };
    diagnostic = match origin {
        Origin::Flow(span) => diagnostic.label(span, "waits for this window"),
        Origin::Policy(_, span) => diagnostic.label(span, "set by this policy").label(target, "applies here"),
        Origin::Default => diagnostic,
    };
    diagnostic = diagnostic.label(window.name.span, format!("closed for {gap} at a stretch"));
    // Whole days, at least one more than the gap, to leave time for the steps before and after the window.
    let enough = Seconds((gap.0 / 86_400 + 2) * 86_400);
    diagnostic.help(format!("Write `timeout {enough}` in {flow_name}, or open {name} more often."))
}
