//! Merges the settings of one environment: those of the flow and of every matching policy.
//!
//! For an action, one candidate wins: a required setting of a policy, else the flow's, else that of the policy with the
//! highest priority. Gates add up: all windows, approvals and hooks count, and the longest soak and the shortest
//! timeout.
//!
//! Each setting is decided once, by a constructor of [`Decision`], which keeps every candidate. The settings, the
//! violations of requirements and the output of `promoc policy` are all read from it.
//!
//! INVARIANT: total: policies that contradict each other are merged too (the first one declared wins). The checker
//! reports them.

use super::decision::{Candidate, Decision};
use super::model::{Approval, Call, Hook, Origin, Policy, PolicyId, Setting, Settings, WindowGate, WorkflowChoice};
use super::placeholder::{Values, is_unknown};
use super::walker::PromotionContext;
use crate::source::{Span, Spanned};
use crate::syntax::ast::{Action, Choice};
use crate::syntax::literal::{Retry, Seconds};

/// The decision about each setting of an environment.
#[derive(Clone, Debug)]
pub struct Merged<'p> {
    context: PromotionContext<'p>,
    pub pre_action: Decision<'p, WorkflowChoice>,
    pub action: Decision<'p, Action>,
    pub post_action: Decision<'p, WorkflowChoice>,
    pub rollback_action: Decision<'p, WorkflowChoice>,
    pub windows: Decision<'p, WindowGate>,
    pub approvals: Decision<'p, Approval>,
    pub soak: Decision<'p, Seconds>,
    pub timeout: Decision<'p, Seconds>,
    pub retry: Decision<'p, Retry>,
    pub hooks: Decision<'p, Hook>,
}

/// A setting of a flow that contradicts a requirement of a policy (E0505).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The keyword of the setting: `pre-action`.
    pub setting: &'static str,
    /// The statement of the flow.
    pub written: Span,
    /// The policy with the requirement.
    pub policy: PolicyId,
    /// The span of its word `require`.
    pub required: Span,
    pub wanted: Span,
}

/// The candidates for each setting: the flow's own first, then those of the policies, from the most to the least
/// important.
#[derive(Default)]
struct Candidates<'p> {
    pre_action: Vec<Candidate<'p, WorkflowChoice>>,
    action: Vec<Candidate<'p, Action>>,
    post_action: Vec<Candidate<'p, WorkflowChoice>>,
    rollback_action: Vec<Candidate<'p, WorkflowChoice>>,
    windows: Vec<Candidate<'p, WindowGate>>,
    approvals: Vec<Candidate<'p, Approval>>,
    soak: Vec<Candidate<'p, Seconds>>,
    timeout: Vec<Candidate<'p, Seconds>>,
    retry: Vec<Candidate<'p, Retry>>,
    hooks: Vec<Candidate<'p, Hook>>,
}

impl<'p> Candidates<'p> {
    fn of(context: PromotionContext<'p>) -> Candidates<'p> {
        let mut all = Candidates::default();
        let matching = context.matching_policies();
        let policies = matching.iter().map(|id| (*id, &context.program().policies[*id]));
        match context.flow().filter(|_| context.is_trigger()) {
            // No workflow runs in the environment in which a promotion by hand starts.
            Some(flow) if flow.single => {}
            // The trigger has only a post-action: the flow's or, as everywhere, a policy's.
            Some(flow) => {
                all.post_action.extend(flow.trigger_post_action.iter().map(own_workflow));
                policies
                    .for_each(|(id, policy)| add_choice(&mut all.post_action, id, policy, policy.post_action.as_ref()));
            }
            None => {
                all.add_target(context);
                policies.for_each(|(id, policy)| all.add_policy(id, policy));
                let others = context.policies_of_all_flows().into_iter().filter(|id| !matching.contains(id));
                for id in others.filter(|_| context.is_by_hand()) {
                    all.add_requirements(id, &context.program().policies[id]);
                }
            }
        }
        all
    }

    fn add_target(&mut self, context: PromotionContext<'p>) {
        let Some(target) = context.target() else { return };
        self.pre_action.extend(target.pre_action.iter().map(own_workflow));
        self.action.extend(target.action.iter().map(own));
        self.post_action.extend(target.post_action.iter().map(own_workflow));
        self.rollback_action.extend(target.rollback_action.iter().map(own_workflow));
        self.windows.extend(target.windows.iter().map(|gate| Candidate::of_flow(gate, gate.span)));
        self.approvals.extend(target.approvals.iter().map(|approval| Candidate::of_flow(approval, approval.span)));
        self.soak.extend(target.soak.iter().map(own));
        self.timeout.extend(target.timeout.iter().map(own));
        self.retry.extend(target.retry.iter().map(own));
        self.hooks.extend(target.hooks.iter().map(|hook| Candidate::of_flow(hook, hook.span)));
    }

    fn add_policy(&mut self, id: PolicyId, policy: &'p Policy) {
        add_choice(&mut self.pre_action, id, policy, policy.pre_action.as_ref());
        add_choice(&mut self.action, id, policy, policy.action.as_ref());
        add_choice(&mut self.post_action, id, policy, policy.post_action.as_ref());
        add_choice(&mut self.rollback_action, id, policy, policy.rollback_action.as_ref());
        let priority = policy.priority;
        let windows = policy.windows.iter();
        self.windows.extend(windows.map(|gate| Candidate::of_policy(gate, id, gate.span, priority)));
        let approvals = policy.approvals.iter();
        self.approvals.extend(approvals.map(|it| Candidate::of_policy(it, id, it.span, priority)));
        self.soak.extend(policy.soak.iter().map(|it| Candidate::of_policy(&it.value, id, it.span, priority)));
        self.timeout.extend(policy.timeout.iter().map(|it| Candidate::of_policy(&it.value, id, it.span, priority)));
        self.hooks.extend(policy.hooks.iter().map(|it| Candidate::of_policy(it, id, it.span, priority)));
    }
}

impl<'p> Candidates<'p> {
    /// Adds what a policy for other flows requires.
    fn add_requirements(&mut self, id: PolicyId, policy: &'p Policy) {
        add_requirement(&mut self.pre_action, id, policy, policy.pre_action.as_ref());
        add_requirement(&mut self.action, id, policy, policy.action.as_ref());
        add_requirement(&mut self.post_action, id, policy, policy.post_action.as_ref());
    }
}

fn add_requirement<'p, T>(
    into: &mut Vec<Candidate<'p, T>>,
    id: PolicyId,
    policy: &Policy,
    choice: Option<&'p Choice<T>>,
) {
    add_choice(into, id, policy, choice.filter(|choice| choice.required.is_some()));
}

fn own<T>(written: &Spanned<T>) -> Candidate<'_, T> {
    Candidate::of_flow(&written.value, written.span)
}

fn own_workflow(written: &WorkflowChoice) -> Candidate<'_, WorkflowChoice> {
    Candidate::of_flow(written, written.span())
}

/// Adds the choice of a policy: a required one after the more important ones, any other at the end.
///
/// INVARIANT: policies are added from the highest priority down.
fn add_choice<'p, T>(into: &mut Vec<Candidate<'p, T>>, id: PolicyId, policy: &Policy, choice: Option<&'p Choice<T>>) {
    let Some(choice) = choice else { return };
    let candidate = Candidate::of_policy(&choice.value, id, choice.span, policy.priority);
    let candidate = Candidate { required: choice.required, ..candidate };
    let counts_more = |known: &&Candidate<'p, T>| known.is_of_flow() || known.required.is_some();
    let at = if choice.required.is_some() { into.iter().take_while(counts_more).count() } else { into.len() };
    into.insert(at, candidate);
}

impl<'p> Merged<'p> {
    pub(super) fn new(context: PromotionContext<'p>) -> Merged<'p> {
        let all = Candidates::of(context);
        let values = context.values();
        // What a policy says with placeholders, a flow may say without.
        let agree = |one: &WorkflowChoice, other: &WorkflowChoice| {
            one.agrees_with(other)
                || is_unknown(one)
                || is_unknown(other)
                || values.choice(one).agrees_with(&values.choice(other))
        };
        Merged {
            context,
            pre_action: Decision::choose(all.pre_action, agree),
            action: Decision::choose(all.action, Action::eq),
            post_action: Decision::choose(all.post_action, agree),
            rollback_action: Decision::choose(all.rollback_action, agree),
            windows: Decision::all_but(all.windows, |gate, other| {
                gate.unless.is_some() && other.unless.is_none() && gate.window == other.window
            }),
            approvals: Decision::all(all.approvals),
            soak: Decision::longest(all.soak),
            timeout: Decision::shortest(all.timeout),
            retry: Decision::all(all.retry),
            hooks: Decision::all(all.hooks),
        }
    }

    /// With placeholders replaced.
    pub fn settings(&self) -> Settings {
        let values = self.context.values();
        // A release makes no commit in its trigger.
        let default_action = if self.context.is_trigger() { Action::None } else { Action::Commit };
        let action = self.action.winner();
        Settings {
            pre_action: workflow(&self.pre_action, values),
            action: action.map_or(Setting { value: default_action, origin: Origin::Default }, Candidate::setting),
            post_action: workflow(&self.post_action, values),
            rollback_action: workflow(&self.rollback_action, values),
            windows: each(&self.windows, |gate| values.window(gate)),
            soak: self.soak.winner().map_or(Setting { value: Seconds(0), origin: Origin::Default }, Candidate::setting),
            approvals: each(&self.approvals, |approval| values.approval(approval)),
            timeout: self.timeout.winner().map(Candidate::setting),
            retry: self.retry.candidates().first().map(|own| Spanned::new(*own.value, own.span)),
            hooks: each(&self.hooks, |hook| values.hook(hook)),
        }
    }

    pub(super) fn violations(&self) -> Vec<Violation> {
        let wanted = |candidate: &Candidate<'_, WorkflowChoice>| candidate.value.span();
        let found = [
            self.pre_action.violation("pre-action", wanted),
            self.action.violation("action", |candidate| candidate.span),
            self.post_action.violation("post-action", wanted),
        ];
        found.into_iter().flatten().collect()
    }
}

fn workflow(decision: &Decision<'_, WorkflowChoice>, values: Values<'_>) -> Setting<Option<Call>> {
    let winner = decision.winner();
    winner.map_or(Setting { value: None, origin: Origin::Default }, |winner| Setting {
        value: winner.value.call().map(|call| values.call(call)),
        origin: winner.origin(),
    })
}

fn each<T>(decision: &Decision<'_, T>, value: impl Fn(&T) -> T) -> Vec<(T, Origin)> {
    let counts = decision.trace().filter(|(_, why_not)| why_not.is_none());
    counts.map(|(candidate, _)| (value(candidate.value), candidate.origin())).collect()
}
