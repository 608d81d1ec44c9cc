//! What a flow does not say: the action that a policy chooses, the members of a group, and when each environment is
//! reached.

use std::collections::BTreeMap;

use crate::check::Analysed;
use crate::program::{Definition, EnvironmentId, FlowId, Namespace, Origin, ProductId, Program};
use crate::simulate::{SimulateOptions, simulate};
use crate::source::{FileId, Span};
use crate::syntax::ast::{Action, Promote};
use crate::syntax::literal::Instant;
use crate::syntax::names::with_ranges;

/// A note beside the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// Where it is shown.
    pub at: Span,
    /// A few words.
    pub text: String,
    /// More, in Markdown.
    pub tooltip: String,
}

/// The members of a group that are shown.
const MEMBERS: usize = 6;

/// A flow with more environments than this is not simulated for its hints: it would take longer than a keystroke.
const SIMULATED: usize = 300;

/// The hints of a file. `now` is the instant at which a release would start.
pub fn hints(analysed: &Analysed, file: FileId, now: Instant) -> Vec<Hint> {
    let program = analysed.program();
    let mut hints = Vec::new();
    for (id, flow) in program.flows.iter().filter(|(_, flow)| flow.decl.span.file == file) {
        let product = program.product_flows().find(|listed| listed.flow_id() == id).map(|listed| listed.product_id());
        let reached = product.map(|product| times(analysed, product, id, now)).unwrap_or_default();
        for promote in &flow.decl.promotes {
            hints.extend(promote.targets.iter().filter_map(|name| members(program, &name.value, name.span)));
            hints.extend(after(program, id, product, promote, &reached));
        }
    }
    hints.sort_by_key(|hint| hint.at);
    hints
}

/// The members of a group, where it is used.
fn members(program: &Program, name: &str, at: Span) -> Option<Hint> {
    let Some(Definition::Group(group)) = program.names.get(Namespace::Environments, name) else { return None };
    let members = &program.groups[group].members;
    let names = with_ranges(members.iter().map(|id| program.environments[*id].name.value.as_str()));
    let text = match names.len() {
        0 => return None,
        1..=MEMBERS => format!("= {}", names.join(", ")),
        _ => format!("= {} environments", members.len()),
    };
    Some(Hint { at: at.at_end(), text, tooltip: names.join(", ") })
}

/// The action of the targets of a statement if a policy chooses it, and when the first and the last are reached.
fn after(
    program: &Program,
    flow: FlowId,
    product: Option<ProductId>,
    promote: &Promote,
    reached: &BTreeMap<EnvironmentId, u64>,
) -> Option<Hint> {
    let targets: Vec<EnvironmentId> =
        promote.targets.iter().filter_map(|name| program.targets(&name.value)).flatten().collect();
    let mut words = Vec::new();
    let mut chosen: Vec<(Action, String)> = Vec::new();
    for target in &targets {
        let action = program.context(product, Some(flow), *target).settings().action;
        if let Origin::Policy(policy, _) = action.origin {
            let by = (action.value, program.policies[policy].name.value.clone());
            if !chosen.contains(&by) {
                chosen.push(by);
            }
        }
    }
    words.extend(chosen.iter().map(|(action, policy)| format!("{} ({policy})", action.as_str())));
    let times: Vec<u64> = targets.iter().filter_map(|target| reached.get(target).copied()).collect();
    if let (Some(first), Some(last)) = (times.iter().min(), times.iter().max()) {
        words.push(if first == last { relative(*first) } else { format!("{}..{}", relative(*first), relative(*last)) });
    }
    let tooltip = product.filter(|_| !times.is_empty()).map(|product| {
        format!("In `{}`, if nothing fails and nobody has to approve longer", program.products[product].name.value)
    });
    let shown = !words.is_empty();
    shown.then(|| Hint { at: promote.head.at_end(), text: words.join(", "), tooltip: tooltip.unwrap_or_default() })
}

/// When each environment begins, in seconds after the start of a release. Empty if the program has errors.
fn times(analysed: &Analysed, product: ProductId, flow: FlowId, now: Instant) -> BTreeMap<EnvironmentId, u64> {
    let size = analysed.program().flow_of(Some(product), flow).targets.iter().count();
    let Some(checked) = analysed.checked().filter(|_| size <= SIMULATED) else { return BTreeMap::new() };
    let simulation = simulate(checked, product, flow, &SimulateOptions { at: now });
    let begins = simulation.plan.environments.iter().filter_map(|(id, plan)| {
        let started = simulation.started(id)?;
        Some((plan.environment, started.since(simulation.arrived).0))
    });
    begins.collect()
}

/// A duration as it is read: `+36m`, `+2h 5m`, `+3d 4h`.
fn relative(seconds: u64) -> String {
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    match (days, hours, minutes, seconds % 60) {
        (0, 0, 0, seconds) => format!("+{seconds}s"),
        (0, 0, minutes, _) => format!("+{minutes}m"),
        (0, hours, 0, _) => format!("+{hours}h"),
        (0, hours, minutes, _) => format!("+{hours}h {minutes}m"),
        (days, 0, ..) => format!("+{days}d"),
        (days, hours, ..) => format!("+{days}d {hours}h"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::analysed;
    use super::*;

    const PROGRAM: &str = "environment dev, qa\nenvironment eu, us { kind production }\ngroup regions = eu, us\n\
        workflow smoke { takes 6m; run \"x\" }\npolicy careful { for kind production; action pull-request; soak 30m }\n\
        flow main {\n  trigger dev\n  promote qa { post-action smoke }\n  promote regions after qa\n}\n\
        product shop {\n  copy \"v.yaml\"\n  repo \"./r\"\n  application shop-{environment} in dev, qa, regions { path \"{environment}\" }\n  flow main\n}\n";

    #[test]
    fn hints_show_what_the_flow_does_not_say() {
        let analysed = analysed(PROGRAM);
        assert!(analysed.checked().is_some(), "{:?}", analysed.diagnostics());
        let file = analysed.analysis().files.first().unwrap().id;
        let hints = hints(&analysed, file, Instant::DEFAULT_START);
        let shown: Vec<String> = hints
            .iter()
            .map(|hint| {
                let before = PROGRAM.get(..hint.at.start as usize).unwrap();
                format!("{} {}", before.rsplit('\n').next().unwrap().trim(), hint.text)
            })
            .collect();
        assert_eq!(shown.len(), 3, "{shown:?}");
        assert_eq!(shown[0], "promote qa +0s");
        assert_eq!(shown[1], "promote regions = eu, us");
        assert_eq!(shown[2], "promote regions after qa pull-request (careful), +36m");
    }

    #[test]
    fn durations_are_short() {
        assert_eq!([5, 65, 3_600, 7_500, 90_000].map(relative), ["+5s", "+1m", "+1h", "+2h 5m", "+1d 1h"]);
    }
}
