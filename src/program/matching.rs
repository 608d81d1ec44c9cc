//! Finds the policies that match a product in an environment.
//!
//! INVARIANT: a query does not visit every policy, because a program of many teams has many policies, and few of them
//! match.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::model::{EnvironmentId, Policy, PolicyId, ProductId, Program};
use crate::source::Arena;

/// Policies indexed by the products they name, or else by the environments they name.
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
            match (&policy.scope.products, &policy.scope.environments) {
                (Some(products), _) => {
                    products.iter().for_each(|of| index.products.entry(*of).or_default().push(id));
                }
                (None, Some(environments)) => {
                    environments.iter().for_each(|of| index.environments.entry(*of).or_default().push(id));
                }
                (None, None) => index.others.push(id),
            }
        }
        index
    }

    /// The policies that match, each once, from the highest priority down, then in order of declaration.
    pub(super) fn matching(
        &self,
        program: &Program,
        product: Option<ProductId>,
        environment: EnvironmentId,
    ) -> Vec<PolicyId> {
        let kind = program.environments[environment].kind;
        let of_product = product.and_then(|product| self.products.get(&product)).into_iter().flatten();
        let of_environment = self.environments.get(&environment).into_iter().flatten();
        let possible = of_product.chain(of_environment).chain(&self.others).copied();
        let mut ids: Vec<PolicyId> =
            possible.filter(|id| program.policies[*id].scope.includes(product, environment, kind)).collect();
        ids.sort_by_key(|id| (Reverse(program.policies[*id].priority), *id));
        ids
    }
}
