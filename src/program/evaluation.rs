//! Describes merged settings for `promoc policy`: the result, every candidate, and why a candidate does not count.
//!
//! INVARIANT: decides nothing; it only describes a [`Decision`].

use super::decision::{Candidate, Decision, MergeRule, WhyNot};
use super::model::{Approval, Call, Hook, Origin, Program, WindowGate, WorkflowChoice};
use super::walker::PromotionContext;

/// One setting with its result and all its candidates.
#[derive(Clone, Debug)]
pub struct Evaluated {
    /// The keyword: `pre-action`.
    pub setting: &'static str,
    pub rule: MergeRule,
    /// The result, as a program would write it; empty if there is none.
    pub holds: Vec<String>,
    /// The candidates: the flow's own first, then those of the policies, from the most to the least important.
    pub words: Vec<SettingStatement>,
}

/// A candidate of the flow or of a policy.
#[derive(Clone, Debug)]
pub struct SettingStatement {
    /// As a program would write it.
    pub value: String,
    pub origin: Origin,
    pub required: bool,
    /// Whether it is part of the result.
    pub counts: bool,
    /// The reason that it does not count; empty if it does.
    pub why_not: String,
}

impl PromotionContext<'_> {
    /// All settings of this context; of a trigger, only the post-action.
    pub fn evaluated(self) -> Vec<Evaluated> {
        let program = self.program();
        let merged = self.merge();
        let settings = merged.settings();
        let called = |call: &Option<Call>| call.iter().map(|call| program.called(call)).collect();
        let values = self.values();
        let workflow = |choice: &WorkflowChoice| program.chosen(&values.choice(choice));
        let post_action = called(&settings.post_action.value);
        let post_action = evaluated("post-action", post_action, &merged.post_action, workflow);
        if self.is_trigger() {
            return vec![post_action];
        }
        let soak = Some(settings.soak.value).filter(|soak| soak.0 > 0).map(|soak| soak.to_string());
        let timeout = settings.timeout.map(|timeout| timeout.value.to_string());
        let rollback_action = called(&settings.rollback_action.value);
        vec![
            evaluated("pre-action", called(&settings.pre_action.value), &merged.pre_action, workflow),
            evaluated("action", vec![settings.action.value.as_str().to_string()], &merged.action, |action| {
                Some(action.as_str().to_string())
            }),
            post_action,
            evaluated("rollback-action", rollback_action, &merged.rollback_action, workflow),
            all("windows", &merged.windows, |gate| program.gated(&values.window(gate))),
            all("approvals", &merged.approvals, |approval| approved(&values.approval(approval))),
            evaluated("soak", Vec::from_iter(soak), &merged.soak, |soak| Some(soak.to_string())),
            evaluated("timeout", Vec::from_iter(timeout), &merged.timeout, |timeout| Some(timeout.to_string())),
            all("retry", &merged.retry, |retry| format!("{} every {}", retry.times, retry.every)),
            all("hooks", &merged.hooks, |hook| program.hooked(&values.hook(hook))),
        ]
    }
}

impl Program {
    /// A choice as a program would write it; `None` if its name did not resolve.
    fn chosen(&self, choice: &WorkflowChoice) -> Option<String> {
        match choice {
            WorkflowChoice::Call(call) => Some(self.called(call)),
            WorkflowChoice::None(_) => Some("none".to_string()),
            WorkflowChoice::Unknown(_) => None,
        }
    }

    /// A call as a program would write it.
    fn called(&self, call: &Call) -> String {
        let name = &self.workflows[call.workflow].name.value;
        let arguments = call.arguments.iter().map(|argument| format!("{} = {:?}", argument.name.value, argument.value));
        let arguments = arguments.collect::<Vec<_>>().join(", ");
        if arguments.is_empty() { name.clone() } else { format!("{name} with {arguments}") }
    }

    /// A window as a program would write it.
    fn gated(&self, gate: &WindowGate) -> String {
        let name = &self.windows[gate.window].name.value;
        match &gate.unless {
            Some(unless) => format!("{name} unless approval {}", approved(unless)),
            None => name.clone(),
        }
    }

    fn hooked(&self, hook: &Hook) -> String {
        format!("on {} {}", hook.event.as_str(), self.called(&hook.call))
    }
}

fn approved(approval: &Approval) -> String {
    match approval.count {
        1 => approval.who.clone(),
        count => format!("{count} of {}", approval.who),
    }
}

fn all<T>(setting: &'static str, decision: &Decision<'_, T>, text: impl Fn(&T) -> String) -> Evaluated {
    let counts = decision.trace().filter(|(_, why_not)| why_not.is_none());
    let holds = counts.map(|(candidate, _)| text(candidate.value)).collect();
    evaluated(setting, holds, decision, |value| Some(text(value)))
}

fn evaluated<T>(
    setting: &'static str,
    holds: Vec<String>,
    decision: &Decision<'_, T>,
    text: impl Fn(&T) -> Option<String>,
) -> Evaluated {
    // A name that did not resolve is not shown, and neither is the fact that it wins.
    let winner_is_shown = decision.winner().is_some_and(|winner| text(winner.value).is_some());
    let word = |(candidate, why_not): (&Candidate<'_, T>, Option<WhyNot>)| {
        let value = text(candidate.value)?;
        let same = holds.contains(&value);
        let why_not = why_not.map(|why_not| if winner_is_shown { why_not } else { WhyNot::FlowDecides });
        Some(SettingStatement {
            origin: candidate.origin(),
            required: candidate.required.is_some(),
            counts: why_not.is_none(),
            why_not: why_not.map_or_else(String::new, |why_not| phrase(why_not, same)),
            value,
        })
    };
    let words = decision.trace().filter_map(word).collect();
    Evaluated { setting, rule: decision.rule(), holds, words }
}

/// A reason in a few words. `same`: the candidate has the same value as the result.
fn phrase(why_not: WhyNot, same: bool) -> String {
    match why_not {
        WhyNot::PolicyRequires => "a policy requires something else".to_string(),
        WhyNot::FlowDecides if same => "the flow sets the same value".to_string(),
        WhyNot::FlowDecides => "the flow decides".to_string(),
        WhyNot::OtherIsRequired => "another policy requires a different value".to_string(),
        WhyNot::LowerPriority { own, winner } => format!("priority {own} is below {winner}"),
        WhyNot::NoOverride => "elsewhere, this window has no override".to_string(),
        WhyNot::DeclaredLater => "declared later".to_string(),
        WhyNot::NotLongest | WhyNot::NotShortest if same => "the same value".to_string(),
        WhyNot::NotLongest => "not the longest".to_string(),
        WhyNot::NotShortest => "not the shortest".to_string(),
    }
}
