//! Handles to query a program about a product in a flow. They are cheap to copy: they contain only ids and references.
//!
//! They depend only on the program, and do not know checks, compile targets or releases.
//!
//! INVARIANT: the ids of a handle are from its own program.

use std::collections::BTreeSet;

use super::merge::{Merged, Violation};
use super::model::{
    Environment, EnvironmentId, Flow, FlowId, FlowRef, Policy, PolicyId, Product, ProductId, Program, Settings, Target,
    WorkflowChoice,
};
use super::placeholder::Values;
use crate::source::Span;

/// A product with a flow; the product need not list it.
#[derive(Clone, Copy, Debug)]
pub struct ProductFlow<'p> {
    program: &'p Program,
    product: ProductId,
    flow: FlowId,
}

/// A product in an environment of a flow: a target or the trigger.
#[derive(Clone, Copy, Debug)]
pub struct PromotionContext<'p> {
    program: &'p Program,
    product: Option<ProductId>,
    flow: Option<FlowId>,
    environment: EnvironmentId,
    target: Option<&'p Target>,
}

impl Program {
    /// A product with a flow, even if the product does not list it.
    pub fn product_flow(&self, product: ProductId, flow: FlowId) -> ProductFlow<'_> {
        ProductFlow { program: self, product, flow }
    }

    /// Each product with each flow that it lists; each pair once.
    pub fn product_flows(&self) -> impl Iterator<Item = ProductFlow<'_>> {
        self.products.iter().flat_map(move |(product, declared)| {
            let mut seen = BTreeSet::new();
            let flows = declared.flows.iter().map(|listed| listed.flow).filter(move |flow| seen.insert(*flow));
            flows.map(move |flow| self.product_flow(product, flow))
        })
    }

    /// An environment of a flow. Without a flow, only policies have settings. Without a product (for a flow that no
    /// product lists), policies for named products do not match.
    pub fn context(
        &self,
        product: Option<ProductId>,
        flow: Option<FlowId>,
        environment: EnvironmentId,
    ) -> PromotionContext<'_> {
        let of_flow = flow.map(|flow| self.flow_of(product, flow)).filter(|flow| !flow.is_trigger(environment));
        let target = of_flow.and_then(|flow| flow.target(environment));
        PromotionContext { program: self, product, flow, environment, target }
    }
}

impl Program {
    /// A flow as a product sees it: without the targets of a `promote … where present` that the product lacks.
    pub fn flow_of(&self, product: Option<ProductId>, flow: FlowId) -> &Flow {
        let partial = product.and_then(|product| self.partial_flows.get(&(product, flow)));
        partial.unwrap_or_else(|| &self.flows[flow])
    }
}

impl<'p> ProductFlow<'p> {
    pub fn program(self) -> &'p Program {
        self.program
    }

    pub fn product_id(self) -> ProductId {
        self.product
    }

    pub fn product(self) -> &'p Product {
        &self.program.products[self.product]
    }

    pub fn flow_id(self) -> FlowId {
        self.flow
    }

    pub fn flow(self) -> &'p Flow {
        self.program.flow_of(Some(self.product), self.flow)
    }

    /// The statement in which the product lists the flow; the first one if there are several.
    pub fn listing(self) -> Option<&'p FlowRef> {
        self.product().flows.iter().find(|listed| listed.flow == self.flow)
    }

    pub fn at(self, environment: EnvironmentId) -> PromotionContext<'p> {
        self.program.context(Some(self.product), Some(self.flow), environment)
    }

    /// The environment in which a release starts.
    pub fn trigger(self) -> Option<PromotionContext<'p>> {
        self.flow().trigger.map(|trigger| self.at(trigger.value))
    }

    /// The environments that the flow promotes to, in order.
    pub fn targets(self) -> impl Iterator<Item = PromotionContext<'p>> {
        self.flow().targets.iter().map(move |target| PromotionContext {
            program: self.program,
            product: Some(self.product),
            flow: Some(self.flow),
            environment: target.environment,
            target: Some(target),
        })
    }

    pub fn contexts(self) -> impl Iterator<Item = PromotionContext<'p>> {
        self.trigger().into_iter().chain(self.targets())
    }
}

impl<'p> PromotionContext<'p> {
    pub fn program(self) -> &'p Program {
        self.program
    }

    /// `None` if no product lists the flow.
    pub fn product(self) -> Option<&'p Product> {
        self.product.map(|product| &self.program.products[product])
    }

    /// Empty if no product lists the flow.
    pub fn product_name(self) -> &'p str {
        self.product().map(|product| product.name.value.as_str()).unwrap_or_default()
    }

    /// `None` if only policies are queried.
    pub fn flow(self) -> Option<&'p Flow> {
        self.flow.map(|flow| self.program.flow_of(self.product, flow))
    }

    pub fn environment_id(self) -> EnvironmentId {
        self.environment
    }

    pub fn environment(self) -> &'p Environment {
        &self.program.environments[self.environment]
    }

    /// The values of placeholders. Without a product, `{product}` stays.
    pub(super) fn values(self) -> Values<'p> {
        let product = self.product.map(|product| self.program.products[product].name.value.as_str());
        Values { environment: Some(&self.environment().name.value), product }
    }

    /// The flow's own settings; `None` for the trigger.
    pub fn target(self) -> Option<&'p Target> {
        self.target
    }

    pub fn is_target(self) -> bool {
        self.target.is_some()
    }

    pub fn is_trigger(self) -> bool {
        self.flow().is_some_and(|flow| flow.is_trigger(self.environment))
    }

    /// The name in the flow: its own, or that of its group.
    pub fn span(self) -> Option<Span> {
        let of_trigger = || self.flow()?.trigger.filter(|trigger| trigger.value == self.environment);
        self.target.map(|target| target.span).or_else(|| of_trigger().map(|trigger| trigger.span))
    }

    /// The policies that match, from the highest priority down, then in order of declaration.
    pub fn matching_policies(self) -> Vec<PolicyId> {
        let flow = self.flow.filter(|flow| !self.program.flows[*flow].single);
        let includes = |id: &PolicyId| self.program.policies[*id].scope.includes_flow(flow);
        self.policies_of_all_flows().into_iter().filter(includes).collect()
    }

    /// The policies that match in some flow, in the same order.
    pub fn policies_of_all_flows(self) -> Vec<PolicyId> {
        self.program.policies_of.matching(self.program, self.product, self.environment)
    }

    /// Whether it is a promotion by hand, which has no flow. Policies for named flows do not apply to it, except for what
    /// they require.
    pub fn is_by_hand(self) -> bool {
        self.flow.is_none_or(|flow| self.program.flows[flow].single)
    }

    /// Merges the settings, and keeps every candidate.
    pub fn merge(self) -> Merged<'p> {
        Merged::new(self)
    }

    /// Merges the settings at every call; [`ProductFlow::settled`] does it once.
    pub fn settings(self) -> Settings {
        self.merge().settings()
    }

    /// The settings of the flow that contradict a requirement; each once, with the policy that wins.
    pub fn violations(self) -> Vec<Violation> {
        self.merge().violations()
    }

    /// Whether something that affects the settings has an error, so that nothing may be reported as missing.
    pub fn is_damaged(self) -> bool {
        let of_policy = |policy: &Policy| {
            let choices = [&policy.pre_action, &policy.post_action, &policy.rollback_action];
            policy.damaged || choices.into_iter().flatten().any(|choice| choice.value.is_unknown())
        };
        self.flow().is_some_and(|flow| self.is_damaged_by(flow))
            || self.policies_of_all_flows().into_iter().any(|id| of_policy(&self.program.policies[id]))
    }

    fn is_damaged_by(self, flow: &Flow) -> bool {
        let of_trigger = || {
            flow.trigger_post_action.as_ref().is_some_and(WorkflowChoice::is_unknown)
                || flow.decl.triggers.first().is_some_and(|trigger| trigger.damaged)
        };
        let of_target = |target: &Target| {
            let choices = [&target.pre_action, &target.post_action, &target.rollback_action];
            let written = flow.decl.promotes.get(target.promote);
            choices.into_iter().flatten().any(WorkflowChoice::is_unknown)
                || written.is_some_and(|promote| {
                    promote.damaged
                        || promote.gates.hooks.len() != target.hooks.len()
                        || promote.gates.windows.len() != target.windows.len()
                })
        };
        self.is_trigger() && of_trigger() || self.target.is_some_and(of_target)
    }
}
