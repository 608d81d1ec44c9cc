//! How the settings of one environment come about: who says what, who wins and who loses, what adds up.
//!
//! INVARIANT: decides nothing. What holds is what [`Program::settings`] says; this only tells it with everybody's word.

use super::merge::{Candidate, Candidates};
use super::model::{
    Approval, Call, EnvironmentId, FlowId, Hook, Origin, ProductId, Program, Setting, Settings, Target, WorkflowChoice,
};
use crate::source::Span;

/// How the words of several become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// One of them stands.
    Chosen,
    /// The longest time stands.
    Longest,
    /// The shortest time stands.
    Shortest,
    /// All of them stand.
    All,
}

/// One setting, and everybody's word on it.
#[derive(Clone, Debug)]
pub struct Evaluated {
    /// As it is written: `pre-action`.
    pub setting: &'static str,
    /// How several become one.
    pub rule: Rule,
    /// What holds, as it is written; empty where nothing is asked.
    pub holds: Vec<String>,
    /// Who says what: the flow first, then the policies in the order in which they count.
    pub words: Vec<Word>,
}

/// What a flow or a policy says.
#[derive(Clone, Debug)]
pub struct Word {
    /// What, as it is written.
    pub value: String,
    /// Who, and where.
    pub origin: Origin,
    /// Whether it is part of what holds.
    pub counts: bool,
    /// Why not, in a few words.
    pub why_not: String,
}

impl Program {
    /// The settings of an environment, one by one. With a flow, what the flow says is merged in; in its trigger environment
    /// there is a post-action only.
    pub fn evaluated(&self, product: ProductId, flow: Option<FlowId>, environment: EnvironmentId) -> Vec<Evaluated> {
        let candidates = self.candidates(product, environment);
        if let Some(flow) = flow
            && self.flows[flow].trigger.is_some_and(|trigger| trigger.value == environment)
        {
            let own = self.flows[flow].trigger_post_action.as_ref();
            return vec![self.slot(
                "post-action",
                own,
                &candidates.post_action,
                &self.trigger_post_action(product, flow),
            )];
        }
        let target = flow.and_then(|flow| self.flows[flow].target(environment));
        let settings = match flow {
            Some(flow) => self.settings(product, flow, environment),
            None => self.settings_by_policy(product, environment),
        };
        let own = |slot: fn(&Target) -> Option<&WorkflowChoice>| target.and_then(slot);
        vec![
            self.slot("pre-action", own(|t| t.pre_action.as_ref()), &candidates.pre_action, &settings.pre_action),
            self.action(target, &candidates, &settings),
            self.slot("post-action", own(|t| t.post_action.as_ref()), &candidates.post_action, &settings.post_action),
            self.slot(
                "rollback-action",
                own(|t| t.rollback_action.as_ref()),
                &candidates.rollback_action,
                &settings.rollback_action,
            ),
            all("windows", settings.windows.iter().map(|(id, by)| (self.windows[*id].name.value.clone(), *by))),
            all("approvals", settings.approvals.iter().map(|(approval, by)| (approved(approval), *by))),
            soak(target, &candidates, &settings),
            timeout(target, &candidates, &settings),
            all(
                "retry",
                settings.retry.iter().map(|retry| {
                    (format!("{} every {}", retry.value.times, retry.value.every), Origin::Flow(retry.span))
                }),
            ),
            all("hooks", settings.hooks.iter().map(|(hook, by)| (self.hooked(hook), *by))),
        ]
    }

    fn slot(
        &self,
        setting: &'static str,
        own: Option<&WorkflowChoice>,
        candidates: &[Candidate<WorkflowChoice>],
        stands: &Setting<Option<Call>>,
    ) -> Evaluated {
        let said = |slot: &WorkflowChoice| match slot {
            WorkflowChoice::Call(call) => Some(self.called(call)),
            WorkflowChoice::None(_) => Some("none".to_string()),
            WorkflowChoice::Unknown(_) => None,
        };
        let own = own.and_then(|slot| Some((said(slot)?, slot.span())));
        let by_policy = candidates.iter().filter_map(|candidate| Some((candidate, said(&candidate.value)?)));
        let holds = stands.value.iter().map(|call| self.called(call)).collect();
        self.chosen(setting, holds, own, by_policy.collect(), stands.origin)
    }

    fn action(&self, target: Option<&Target>, candidates: &Candidates, settings: &Settings) -> Evaluated {
        let own = target.and_then(|target| target.action).map(|own| (own.value.as_str().to_string(), own.span));
        let by_policy = candidates.action.iter().map(|candidate| (candidate, candidate.value.as_str().to_string()));
        let holds = vec![settings.action.value.as_str().to_string()];
        self.chosen("action", holds, own, by_policy.collect(), settings.action.origin)
    }

    fn chosen<T>(
        &self,
        setting: &'static str,
        holds: Vec<String>,
        own: Option<(String, Span)>,
        by_policy: Vec<(&Candidate<T>, String)>,
        stands: Origin,
    ) -> Evaluated {
        let winner =
            by_policy.iter().find(|(candidate, _)| stands == origin(candidate)).map(|(candidate, _)| *candidate);
        let mut words = Vec::new();
        if let Some((value, span)) = own {
            let counts = stands == Origin::Flow(span);
            let why_not = if counts { String::new() } else { "a policy requires otherwise".to_string() };
            words.push(Word { value, origin: Origin::Flow(span), counts, why_not });
        }
        for (candidate, value) in by_policy {
            let counts = stands == origin(candidate);
            let why_not = match winner {
                _ if counts => String::new(),
                None if holds.contains(&value) => "the flow says the same".to_string(),
                None => "the flow decides".to_string(),
                Some(winner) if winner.required.is_some() && candidate.required.is_none() => {
                    "another is required".to_string()
                }
                Some(winner) if winner.priority != candidate.priority => {
                    format!("priority {} is below {}", candidate.priority, winner.priority)
                }
                Some(_) => "declared later".to_string(),
            };
            words.push(Word { value, origin: origin(candidate), counts, why_not });
        }
        Evaluated { setting, rule: Rule::Chosen, holds, words }
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

fn origin<T>(candidate: &Candidate<T>) -> Origin {
    Origin::Policy(candidate.policy, candidate.span)
}

fn approved(approval: &Approval) -> String {
    match approval.count {
        1 => approval.who.clone(),
        count => format!("{count} of {}", approval.who),
    }
}

fn all(setting: &'static str, words: impl Iterator<Item = (String, Origin)>) -> Evaluated {
    let words: Vec<Word> =
        words.map(|(value, origin)| Word { value, origin, counts: true, why_not: String::new() }).collect();
    Evaluated { setting, rule: Rule::All, holds: words.iter().map(|word| word.value.clone()).collect(), words }
}

fn soak(target: Option<&Target>, candidates: &Candidates, settings: &Settings) -> Evaluated {
    let own = target.and_then(|target| target.soak).map(|own| (own.value.to_string(), Origin::Flow(own.span)));
    let policies = candidates.soak.iter().map(|candidate| (candidate.value.to_string(), origin(candidate)));
    let stands = settings.soak.origin;
    let holds = (settings.soak.value.0 > 0).then(|| settings.soak.value.to_string());
    one_of_times("soak", Rule::Longest, holds, own.into_iter().chain(policies), stands, "not the longest")
}

fn timeout(target: Option<&Target>, candidates: &Candidates, settings: &Settings) -> Evaluated {
    let own = target.and_then(|target| target.timeout).map(|own| (own.value.to_string(), Origin::Flow(own.span)));
    let policies = candidates.timeout.iter().map(|candidate| (candidate.value.to_string(), origin(candidate)));
    let stands = settings.timeout.as_ref().map_or(Origin::Default, |timeout| timeout.origin);
    let holds = settings.timeout.as_ref().map(|timeout| timeout.value.to_string());
    one_of_times("timeout", Rule::Shortest, holds, own.into_iter().chain(policies), stands, "not the shortest")
}

fn one_of_times(
    setting: &'static str,
    rule: Rule,
    holds: Option<String>,
    words: impl Iterator<Item = (String, Origin)>,
    stands: Origin,
    less: &str,
) -> Evaluated {
    let words = words.map(|(value, origin)| {
        let why_not = match (origin == stands, holds.as_ref() == Some(&value)) {
            (true, _) => String::new(),
            (false, true) => "the same".to_string(),
            (false, false) => less.to_string(),
        };
        Word { value, origin, counts: origin == stands, why_not }
    });
    let words = words.collect();
    Evaluated { setting, rule, holds: holds.into_iter().collect(), words }
}
