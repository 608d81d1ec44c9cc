//! One environment of one flow for one product: what holds there, and which policy Codefresh would choose where it is
//! not ours.

use crate::program::{Call, Candidate, EnvironmentId, Flow, FlowId, PolicyId, ProductId, Program, Setting, Settings};
use crate::source::{Id, Span};
use crate::syntax::ast::Action;

/// The product of a flow that no product lists: policies that name products do not speak of it.
///
/// INVARIANT: no program has so many products.
pub(super) const NOBODY: ProductId = Id::new(u32::MAX);

/// Where something is promoted.
#[derive(Clone, Copy)]
pub(super) struct Place<'p> {
    pub program: &'p Program,
    pub id: FlowId,
    pub flow: &'p Flow,
    pub environment: EnvironmentId,
    pub product: ProductId,
}

/// A policy that decides only because it requires: its `require`, and the policy that Codefresh would heed instead.
pub(super) struct Overruled {
    pub require: Span,
    pub ours: PolicyId,
    pub theirs: PolicyId,
}

impl Place<'_> {
    /// What holds.
    pub(super) fn settings(&self) -> Settings {
        self.program.settings(self.product, self.id, self.environment)
    }

    /// The post-action of the trigger environment.
    pub(super) fn trigger_post_action(&self) -> Setting<Option<Call>> {
        self.program.trigger_post_action(self.product, self.id)
    }

    /// The product's name.
    pub(super) fn product_name(&self) -> &str {
        self.program.products.find(self.product).map(|product| product.name.value.as_str()).unwrap_or_default()
    }

    /// Where Codefresh, which heeds priority alone, would choose otherwise; it heeds the flow first, as we do.
    pub(super) fn overruled(&self) -> Vec<Overruled> {
        let candidates = self.program.candidates(self.product, self.environment);
        let own = self.flow.target(self.environment);
        let pre = own.is_some_and(|own| own.pre_action.is_some());
        let action = own.is_some_and(|own| own.action.is_some());
        let post = own.is_some_and(|own| own.post_action.is_some());
        let found = [
            overruled(pre, &candidates.pre_action, same_slot),
            overruled(action, &candidates.action, Action::eq),
            overruled(post, &candidates.post_action, same_slot),
        ];
        found.into_iter().flatten().collect()
    }
}

fn same_slot(one: &crate::program::WorkflowChoice, other: &crate::program::WorkflowChoice) -> bool {
    match (one.call(), other.call()) {
        (Some(one), Some(other)) => one.same(other),
        (None, None) => true,
        _ => false,
    }
}

/// INVARIANT: the candidates come in the order in which they count, required ones first.
fn overruled<T>(own: bool, candidates: &[Candidate<T>], same: impl Fn(&T, &T) -> bool) -> Option<Overruled> {
    let ours = candidates.first().filter(|_| !own)?;
    let require = ours.required?;
    let wins = |other: &&Candidate<T>| {
        other.policy != ours.policy && other.priority >= ours.priority && !same(&other.value, &ours.value)
    };
    let theirs = candidates.iter().find(wins)?;
    Some(Overruled { require, ours: ours.policy, theirs: theirs.policy })
}
