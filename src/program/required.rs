//! Finds the environments that lack an order which a policy requires (`require after`).
//!
//! Of `N of` and `any of`, only what every choice contains counts.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::algo::toposort;

use super::model::{EnvironmentId, PolicyId, RequiredEnvironments, Requirement};
use super::walker::{ProductFlow, PromotionContext};
use crate::source::Span;
use crate::syntax::ast::Kind;

/// An environment that does not depend on what a policy requires before it.
#[derive(Clone, Debug)]
pub struct MissingOrder {
    pub environment: EnvironmentId,
    pub policy: PolicyId,
    /// The `require after` statement.
    pub required: Span,
    pub missing: MissingBefore,
}

/// What a [`MissingOrder`] lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MissingBefore {
    /// An environment of this kind.
    OfKind(Kind),
    /// These environments.
    Environments(Vec<EnvironmentId>),
}

/// Something that can be required.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Required {
    Environment(EnvironmentId),
    Kind(Kind),
}

impl ProductFlow<'_> {
    /// The orders that policies require and that the flow lacks for this product. Empty if the flow has a cycle.
    pub fn missing_orders(self) -> Vec<MissingOrder> {
        let governed: Vec<(PromotionContext<'_>, Vec<PolicyId>)> =
            self.targets().map(|at| (at, at.ordering_policies())).filter(|(_, ids)| !ids.is_empty()).collect();
        if governed.is_empty() {
            return Vec::new();
        }
        let Some(before) = self.certainly_before() else { return Vec::new() };
        let mut found = Vec::new();
        for (at, policies) in governed {
            let environment = at.environment_id();
            let has = |required| before.get(&environment).is_some_and(|before| before.contains(&required));
            for policy in policies {
                for order in &self.program().policies[policy].orders {
                    let missing = match &order.before {
                        RequiredEnvironments::OfKind(kind) => {
                            (!has(Required::Kind(*kind))).then_some(MissingBefore::OfKind(*kind))
                        }
                        // A required environment is not bound itself.
                        RequiredEnvironments::All(required) if required.contains(&environment) => None,
                        RequiredEnvironments::All(required) => {
                            let missing = required.iter().filter(|id| !has(Required::Environment(**id)));
                            let missing: Vec<EnvironmentId> = missing.copied().collect();
                            (!missing.is_empty()).then_some(MissingBefore::Environments(missing))
                        }
                    };
                    found.extend(missing.map(|missing| MissingOrder {
                        environment,
                        policy,
                        required: order.span,
                        missing,
                    }));
                }
            }
        }
        found
    }

    /// What every environment certainly comes after, as far as it can be required; `None` if the flow has a cycle.
    fn certainly_before(self) -> Option<BTreeMap<EnvironmentId, BTreeSet<Required>>> {
        let (flow, program) = (self.flow(), self.program());
        let orders = program.policies.values().flat_map(|policy| &policy.orders);
        let named: BTreeSet<EnvironmentId> = orders
            .flat_map(|order| match &order.before {
                RequiredEnvironments::All(required) => required.as_slice(),
                RequiredEnvironments::OfKind(_) => &[],
            })
            .copied()
            .collect();
        let own = |id: EnvironmentId| {
            let kind = Required::Kind(program.environments[id].kind);
            [kind].into_iter().chain(named.contains(&id).then_some(Required::Environment(id)))
        };
        let mut before: BTreeMap<EnvironmentId, BTreeSet<Required>> = BTreeMap::new();
        // Many targets may wait for the same set.
        let mut shared: BTreeMap<(*const EnvironmentId, u32), BTreeSet<Required>> = BTreeMap::new();
        for node in toposort(&flow.graph, None).ok()? {
            let Some(environment) = flow.graph.node_weight(node)?.environment() else { continue };
            let mut all = BTreeSet::new();
            for need in flow.target(environment).iter().flat_map(|target| &target.needs) {
                let key = (need.of.as_ptr(), need.count);
                let of_need = shared.entry(key).or_insert_with(|| {
                    in_every_choice(need, |id| before.get(&id).into_iter().flatten().copied().chain(own(id)).collect())
                });
                all.extend(of_need.iter().copied());
            }
            before.insert(environment, all);
        }
        Some(before)
    }
}

/// What every choice of enough members has.
fn in_every_choice(need: &Requirement, of: impl Fn(EnvironmentId) -> BTreeSet<Required>) -> BTreeSet<Required> {
    let left_out = need.of.len().saturating_sub(need.count as usize);
    let mut members: BTreeMap<Required, usize> = BTreeMap::new();
    for required in need.of.iter().flat_map(|id| of(*id)) {
        *members.entry(required).or_default() += 1;
    }
    members.into_iter().filter(|(_, members)| *members > left_out).map(|(required, _)| required).collect()
}

impl PromotionContext<'_> {
    /// The matching policies that require an order. What they require also binds a promotion by hand.
    fn ordering_policies(self) -> Vec<PolicyId> {
        let policies = if self.is_by_hand() { self.policies_of_all_flows() } else { self.matching_policies() };
        policies.into_iter().filter(|id| !self.program().policies[*id].orders.is_empty()).collect()
    }
}
