//! What holds in one environment: the flow's own settings and those of every matching policy, merged.
//!
//! *Actions choose*: a required setting of a policy, else the flow's, else that of the highest priority. *Gates add up*:
//! all windows and approvals, the longest soak, the shortest timeout, every hook.
//!
//! INVARIANT: total: what contradicts itself is merged all the same (the first declared wins); the checker says so.

use std::collections::BTreeMap;

use super::model::{
    Approval, Call, EnvironmentId, Flow, FlowId, Hook, Origin, Policy, PolicyId, ProductId, Program, Setting, Settings,
    Target, WindowId, WorkflowChoice,
};
use crate::source::{Arena, Span, Spanned};
use crate::syntax::ast::{Action, Choice};
use crate::syntax::literal::Seconds;

/// A setting of a matching policy.
#[derive(Clone, Debug)]
pub struct Candidate<T> {
    /// Whose.
    pub policy: PolicyId,
    /// Its priority.
    pub priority: i64,
    /// The word `require`.
    pub required: Option<Span>,
    /// The setting.
    pub value: T,
    /// The statement.
    pub span: Span,
}

/// What the matching policies set, each list in the order in which it counts: required ones first, then by falling
/// priority, then in order of declaration.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs, reason = "each is the settings of its name")]
pub struct Candidates {
    pub pre_action: Vec<Candidate<WorkflowChoice>>,
    pub action: Vec<Candidate<Action>>,
    pub post_action: Vec<Candidate<WorkflowChoice>>,
    pub rollback_action: Vec<Candidate<WorkflowChoice>>,
    pub windows: Vec<Candidate<WindowId>>,
    pub soak: Vec<Candidate<Seconds>>,
    pub approvals: Vec<Candidate<Approval>>,
    pub timeout: Vec<Candidate<Seconds>>,
    pub hooks: Vec<Candidate<Hook>>,
}

/// A setting of a flow that says otherwise than a policy requires (E0505).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The setting, as it is written: `pre-action`.
    pub setting: &'static str,
    /// Where the flow says it.
    pub written: Span,
    /// Who requires another.
    pub policy: PolicyId,
    /// Where.
    pub required: Span,
}

/// Policies by what they are narrowed to: a program of many teams has many, and few speak of one place.
#[derive(Clone, Debug, Default)]
pub(crate) struct PoliciesOf {
    products: BTreeMap<ProductId, Vec<PolicyId>>,
    environments: BTreeMap<EnvironmentId, Vec<PolicyId>>,
    others: Vec<PolicyId>,
}

impl PoliciesOf {
    pub(super) fn new(policies: &Arena<Policy>) -> PoliciesOf {
        let mut index = PoliciesOf::default();
        for (id, policy) in policies.iter() {
            match policy.narrowed {
                (true, _, _) => {
                    policy.products.iter().for_each(|of| index.products.entry(*of).or_default().push(id));
                }
                (false, true, _) => {
                    policy.environments.iter().for_each(|of| index.environments.entry(*of).or_default().push(id));
                }
                (false, false, _) => index.others.push(id),
            }
        }
        index
    }

    /// Every policy that may match there, once.
    fn candidates(&self, product: ProductId, environment: EnvironmentId) -> impl Iterator<Item = PolicyId> {
        let of_product = self.products.get(&product).into_iter().flatten();
        let of_environment = self.environments.get(&environment).into_iter().flatten();
        of_product.chain(of_environment).chain(&self.others).copied()
    }
}

impl Policy {
    /// Whether it speaks of a product in an environment.
    pub fn matches(&self, program: &Program, product: ProductId, environment: EnvironmentId) -> bool {
        let (products, environments, kinds) = self.narrowed;
        (!products || self.products.contains(&product))
            && (!environments || self.environments.contains(&environment))
            && (!kinds || self.kinds.contains(&program.environments[environment].kind))
    }
}

impl Program {
    /// The policies that speak of a product in an environment, by falling priority, then in order of declaration.
    pub fn matching_policies(&self, product: ProductId, environment: EnvironmentId) -> Vec<PolicyId> {
        let matching = self.policies_of.candidates(product, environment);
        let mut ids: Vec<PolicyId> =
            matching.filter(|id| self.policies[*id].matches(self, product, environment)).collect();
        ids.sort_by_key(|id| (std::cmp::Reverse(self.policies[*id].priority), *id));
        ids
    }

    /// What those policies set.
    pub fn candidates(&self, product: ProductId, environment: EnvironmentId) -> Candidates {
        let mut all = Candidates::default();
        for id in self.matching_policies(product, environment) {
            let policy = &self.policies[id];
            choose(&mut all.pre_action, id, policy, policy.pre_action.as_ref());
            choose(&mut all.action, id, policy, policy.action.as_ref());
            choose(&mut all.post_action, id, policy, policy.post_action.as_ref());
            choose(&mut all.rollback_action, id, policy, policy.rollback_action.as_ref());
            let hooks = policy.hooks.iter().map(|hook| (hook.clone(), hook.span));
            let approvals = policy.approvals.iter().map(|approval| (approval.clone(), approval.span));
            add(&mut all.windows, id, policy, policy.windows.iter().copied());
            add(&mut all.soak, id, policy, policy.soak.iter().map(|soak| (soak.value, soak.span)));
            add(&mut all.approvals, id, policy, approvals);
            add(&mut all.timeout, id, policy, policy.timeout.iter().map(|timeout| (timeout.value, timeout.span)));
            add(&mut all.hooks, id, policy, hooks);
        }
        all
    }

    /// What holds for a product in an environment of a flow. Where the flow has no such target, the policies alone.
    pub fn settings(&self, product: ProductId, flow: FlowId, environment: EnvironmentId) -> Settings {
        merge(self.flows[flow].target(environment), self.candidates(product, environment))
    }

    /// What holds for a product in an environment, whatever the flow: the policies alone.
    pub fn settings_by_policy(&self, product: ProductId, environment: EnvironmentId) -> Settings {
        merge(None, self.candidates(product, environment))
    }

    /// The post-action of the trigger environment: the flow's or, as everywhere, a policy's.
    pub fn trigger_post_action(&self, product: ProductId, flow: FlowId) -> Setting<Option<Call>> {
        let flow = &self.flows[flow];
        match flow.trigger.filter(|_| !flow.single) {
            Some(trigger) => {
                let candidates = self.candidates(product, trigger.value).post_action;
                slot(flow.trigger_post_action.as_ref(), &candidates)
            }
            None => Setting { value: None, origin: Origin::Default },
        }
    }

    /// Where a flow says otherwise than the policies of an environment require; a setting once, of the policy that wins.
    pub fn violations(&self, product: ProductId, flow: FlowId, environment: EnvironmentId) -> Vec<Violation> {
        let flow = &self.flows[flow];
        let candidates = self.candidates(product, environment);
        let mut found = Vec::new();
        if flow.trigger.is_some_and(|trigger| trigger.value == environment) {
            found.extend(slot_violation("post-action", flow.trigger_post_action.as_ref(), &candidates.post_action));
        }
        if let Some(target) = flow.target(environment) {
            found.extend(slot_violation("pre-action", target.pre_action.as_ref(), &candidates.pre_action));
            if let (Some(written), Some((by, required))) = (target.action, required(&candidates.action)) {
                let otherwise = Violation { setting: "action", written: written.span, policy: by.policy, required };
                found.extend((written.value != by.value).then_some(otherwise));
            }
            found.extend(slot_violation("post-action", target.post_action.as_ref(), &candidates.post_action));
        }
        found
    }

    /// Whether something that settles an environment of a flow was not understood or did not resolve: nothing is said of
    /// what is missing there.
    pub fn is_damaged_at(&self, product: ProductId, flow: FlowId, environment: EnvironmentId) -> bool {
        let unknown = |slot: Option<&WorkflowChoice>| matches!(slot, Some(WorkflowChoice::Unknown(_)));
        let of_flow = |flow: &Flow| {
            let trigger = flow.trigger.filter(|trigger| trigger.value == environment);
            let of_trigger = trigger.is_some()
                && (unknown(flow.trigger_post_action.as_ref())
                    || flow.decl.triggers.first().is_some_and(|trigger| trigger.damaged));
            of_trigger || flow.target(environment).is_some_and(|target| of_target(flow, target))
        };
        let of_policy = |policy: &Policy| {
            let slots = [&policy.pre_action, &policy.post_action, &policy.rollback_action];
            policy.damaged || slots.into_iter().flatten().any(|choice| unknown(Some(&choice.value)))
        };
        of_flow(&self.flows[flow])
            || self.matching_policies(product, environment).into_iter().any(|id| of_policy(&self.policies[id]))
    }
}

fn of_target(flow: &Flow, target: &Target) -> bool {
    let slots = [&target.pre_action, &target.post_action, &target.rollback_action];
    let unknown = slots.into_iter().flatten().any(|slot| matches!(slot, WorkflowChoice::Unknown(_)));
    let written = flow.decl.promotes.get(target.promote);
    unknown
        || written.is_some_and(|promote| {
            promote.damaged
                || promote.gates.hooks.len() != target.hooks.len()
                || promote.gates.windows.len() != target.windows.len()
        })
}

fn choose<T: Clone>(into: &mut Vec<Candidate<T>>, id: PolicyId, policy: &Policy, choice: Option<&Choice<T>>) {
    let Some(choice) = choice else { return };
    let candidate = Candidate {
        policy: id,
        priority: policy.priority,
        required: choice.required,
        value: choice.value.clone(),
        span: choice.span,
    };
    // INVARIANT: policies come by falling priority, so a required one goes behind the required ones that are here.
    let at = match choice.required {
        Some(_) => into.iter().take_while(|known| known.required.is_some()).count(),
        None => into.len(),
    };
    into.insert(at, candidate);
}

fn add<T>(into: &mut Vec<Candidate<T>>, id: PolicyId, policy: &Policy, values: impl Iterator<Item = (T, Span)>) {
    into.extend(values.map(|(value, span)| Candidate {
        policy: id,
        priority: policy.priority,
        required: None,
        value,
        span,
    }));
}

fn merge(target: Option<&Target>, candidates: Candidates) -> Settings {
    let own = |slot: fn(&Target) -> Option<&WorkflowChoice>| target.and_then(slot);
    let soaks = target.and_then(|target| target.soak).into_iter().map(of_flow);
    let soaks = soaks.chain(candidates.soak.iter().map(of_policy));
    let timeouts = target.and_then(|target| target.timeout).into_iter().map(of_flow);
    let timeouts = timeouts.chain(candidates.timeout.iter().map(of_policy));
    let windows = target.map(|target| target.windows.as_slice()).unwrap_or_default();
    let approvals = target.map(|target| target.approvals.as_slice()).unwrap_or_default();
    let hooks = target.map(|target| target.hooks.as_slice()).unwrap_or_default();
    let origin = |policy, span| Origin::Policy(policy, span);
    Settings {
        pre_action: slot(own(|target| target.pre_action.as_ref()), &candidates.pre_action),
        action: action(target.and_then(|target| target.action), &candidates.action),
        post_action: slot(own(|target| target.post_action.as_ref()), &candidates.post_action),
        rollback_action: slot(own(|target| target.rollback_action.as_ref()), &candidates.rollback_action),
        // Of equal ones the first stands: the flow's, then the highest priority's.
        soak: soaks
            .reduce(|best, next| if next.value > best.value { next } else { best })
            .unwrap_or(Setting { value: Seconds(0), origin: Origin::Default }),
        timeout: timeouts.reduce(|best, next| if next.value < best.value { next } else { best }),
        windows: windows
            .iter()
            .map(|(window, span)| (*window, Origin::Flow(*span)))
            .chain(candidates.windows.into_iter().map(|c| (c.value, origin(c.policy, c.span))))
            .collect(),
        approvals: approvals
            .iter()
            .map(|approval| (approval.clone(), Origin::Flow(approval.span)))
            .chain(candidates.approvals.into_iter().map(|c| (c.value, origin(c.policy, c.span))))
            .collect(),
        retry: target.and_then(|target| target.retry),
        hooks: hooks
            .iter()
            .map(|hook| (hook.clone(), Origin::Flow(hook.span)))
            .chain(candidates.hooks.into_iter().map(|c| (c.value, origin(c.policy, c.span))))
            .collect(),
    }
}

fn of_flow(seconds: Spanned<Seconds>) -> Setting<Seconds> {
    Setting { value: seconds.value, origin: Origin::Flow(seconds.span) }
}

fn of_policy(candidate: &Candidate<Seconds>) -> Setting<Seconds> {
    Setting { value: candidate.value, origin: Origin::Policy(candidate.policy, candidate.span) }
}

/// The candidate that a flow must not contradict.
fn required<T>(candidates: &[Candidate<T>]) -> Option<(&Candidate<T>, Span)> {
    let first = candidates.first()?;
    Some((first, first.required?))
}

fn slot(own: Option<&WorkflowChoice>, candidates: &[Candidate<WorkflowChoice>]) -> Setting<Option<Call>> {
    let of = |candidate: &Candidate<WorkflowChoice>| Setting {
        value: candidate.value.call().cloned(),
        origin: Origin::Policy(candidate.policy, candidate.span),
    };
    match (required(candidates), own) {
        (None, Some(own)) => Setting { value: own.call().cloned(), origin: Origin::Flow(own.span()) },
        // The same as is required is the flow's own word, too.
        (Some((by, _)), Some(own)) if same(own, &by.value) => {
            Setting { value: own.call().cloned(), origin: Origin::Flow(own.span()) }
        }
        (Some((by, _)), _) => of(by),
        (None, None) => candidates.first().map_or(Setting { value: None, origin: Origin::Default }, of),
    }
}

fn action(own: Option<Spanned<Action>>, candidates: &[Candidate<Action>]) -> Setting<Action> {
    let of = |candidate: &Candidate<Action>| Setting {
        value: candidate.value,
        origin: Origin::Policy(candidate.policy, candidate.span),
    };
    match (required(candidates), own) {
        (Some((by, _)), Some(own)) if own.value != by.value => of(by),
        (_, Some(own)) => Setting { value: own.value, origin: Origin::Flow(own.span) },
        (Some((by, _)), None) => of(by),
        (None, None) => candidates.first().map_or(Setting { value: Action::Commit, origin: Origin::Default }, of),
    }
}

/// Whether two slots say the same; what did not resolve says nothing, and so contradicts nobody.
fn same(one: &WorkflowChoice, other: &WorkflowChoice) -> bool {
    match (one, other) {
        (WorkflowChoice::Call(one), WorkflowChoice::Call(other)) => one.same(other),
        (WorkflowChoice::None(_), WorkflowChoice::None(_)) => true,
        (WorkflowChoice::Unknown(_), _) | (_, WorkflowChoice::Unknown(_)) => true,
        _ => false,
    }
}

fn slot_violation(
    setting: &'static str,
    own: Option<&WorkflowChoice>,
    candidates: &[Candidate<WorkflowChoice>],
) -> Option<Violation> {
    let (own, (by, required)) = (own?, required(candidates)?);
    (!same(own, &by.value)).then_some(Violation { setting, written: own.span(), policy: by.policy, required })
}
