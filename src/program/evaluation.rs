//! A merge in words, setting by setting: what holds, who says what, and why a word does not count.
//!
//! INVARIANT: decides nothing: it phrases what a [`Decision`] says.

use super::decision::{Candidate, Decision, MergeRule, WhyNot};
use super::model::{Approval, Call, Hook, Origin, Program, WorkflowChoice};
use super::walker::PromotionContext;

/// One setting, and everybody's word on it.
#[derive(Clone, Debug)]
pub struct Evaluated {
    /// As it is written: `pre-action`.
    pub setting: &'static str,
    /// How several become one.
    pub rule: MergeRule,
    /// What holds, as it is written; empty where nothing is asked.
    pub holds: Vec<String>,
    /// Who says what: the flow first, then the policies in the order in which they count.
    pub words: Vec<SettingStatement>,
}

/// What a flow or a policy says.
#[derive(Clone, Debug)]
pub struct SettingStatement {
    /// What, as it is written.
    pub value: String,
    /// Who, and where.
    pub origin: Origin,
    /// Whether a policy requires it.
    pub required: bool,
    /// Whether it is part of what holds.
    pub counts: bool,
    /// Why not, in a few words.
    pub why_not: String,
}

impl PromotionContext<'_> {
    /// Its settings, one by one; of a trigger the post-action only.
    pub fn evaluated(self) -> Vec<Evaluated> {
        let program = self.program();
        let merged = self.merge();
        let settings = merged.settings();
        let called = |call: &Option<Call>| call.iter().map(|call| program.called(call)).collect();
        let workflow = |choice: &WorkflowChoice| program.chosen(choice);
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
            all("windows", &merged.windows, |window| program.windows[*window].name.value.clone()),
            all("approvals", &merged.approvals, approved),
            evaluated("soak", Vec::from_iter(soak), &merged.soak, |soak| Some(soak.to_string())),
            evaluated("timeout", Vec::from_iter(timeout), &merged.timeout, |timeout| Some(timeout.to_string())),
            all("retry", &merged.retry, |retry| format!("{} every {}", retry.times, retry.every)),
            all("hooks", &merged.hooks, |hook| program.hooked(hook)),
        ]
    }
}

impl Program {
    /// A choice as it is written; `None` where it did not resolve.
    fn chosen(&self, choice: &WorkflowChoice) -> Option<String> {
        match choice {
            WorkflowChoice::Call(call) => Some(self.called(call)),
            WorkflowChoice::None(_) => Some("none".to_string()),
            WorkflowChoice::Unknown(_) => None,
        }
    }

    /// A call as it is written.
    fn called(&self, call: &Call) -> String {
        let name = &self.workflows[call.workflow].name.value;
        let arguments = call.arguments.iter().map(|argument| format!("{} = {:?}", argument.name.value, argument.value));
        let arguments = arguments.collect::<Vec<_>>().join(", ");
        if arguments.is_empty() { name.clone() } else { format!("{name} with {arguments}") }
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
    let holds = decision.candidates().iter().map(|candidate| text(candidate.value)).collect();
    evaluated(setting, holds, decision, |value| Some(text(value)))
}

fn evaluated<T>(
    setting: &'static str,
    holds: Vec<String>,
    decision: &Decision<'_, T>,
    text: impl Fn(&T) -> Option<String>,
) -> Evaluated {
    // What did not resolve is not shown, and neither is that it wins.
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

/// In a few words; `same` where the value is the one that holds.
fn phrase(why_not: WhyNot, same: bool) -> String {
    match why_not {
        WhyNot::PolicyRequires => "a policy requires otherwise".to_string(),
        WhyNot::FlowDecides if same => "the flow says the same".to_string(),
        WhyNot::FlowDecides => "the flow decides".to_string(),
        WhyNot::OtherIsRequired => "another is required".to_string(),
        WhyNot::LowerPriority { own, winner } => format!("priority {own} is below {winner}"),
        WhyNot::DeclaredLater => "declared later".to_string(),
        WhyNot::NotLongest | WhyNot::NotShortest if same => "the same".to_string(),
        WhyNot::NotLongest => "not the longest".to_string(),
        WhyNot::NotShortest => "not the shortest".to_string(),
    }
}
