//! The flow of `promoc promote`: from one environment to another, by hand.
//!
//! All policies of the target apply; the post-action of the source environment does not run.

use super::model::{
    Call, EnvironmentId, Flow, FlowId, ProductId, Program, Requirement, Target, WorkflowChoice, WorkflowId,
};
use super::resolve::graph;
use crate::source::{Span, Spanned};
use crate::syntax::ast::{Action, FlowDecl};
use crate::syntax::literal::Seconds;

/// A workflow chosen on the command line; `None` is the word `none`.
pub(crate) type ByHand = Option<WorkflowId>;

impl Program {
    /// Adds a flow `FROM-to-TO` with one target. The actions chosen by hand are the settings of the flow, so
    /// [`PromotionContext::violations`](super::PromotionContext::violations) tells whether a policy requires something
    /// else.
    pub fn promotion(
        &mut self,
        product: ProductId,
        from: EnvironmentId,
        to: EnvironmentId,
        action: Option<Action>,
        pre_action: Option<ByHand>,
        post_action: Option<ByHand>,
    ) -> FlowId {
        // No file contains the flow, so it has the span of the product.
        let at = self.products[product].name.span;
        let name = format!("{}-to-{}", self.environments[from].name.value, self.environments[to].name.value);
        let target = Target {
            environment: to,
            span: at,
            promote: 0,
            needs: vec![Requirement { count: 1, of: [from].into(), span: at }],
            pre_action: pre_action.map(|chosen| by_hand(chosen, at)),
            action: action.map(|action| Spanned::new(action, at)),
            post_action: post_action.map(|chosen| by_hand(chosen, at)),
            rollback_action: None,
            windows: Vec::new(),
            soak: None,
            approvals: Vec::new(),
            timeout: None,
            retry: None,
            hooks: Vec::new(),
        };
        let targets = vec![target];
        let name = Spanned::new(name, at);
        self.flows.push(Flow {
            name: name.clone(),
            timeout: Flow::TIMEOUT,
            bake: Seconds(0),
            trigger: Some(Spanned::new(from, at)),
            trigger_post_action: None,
            graph: graph(Some(from), &targets),
            targets: targets.into(),
            promotes: Vec::new(),
            rollbacks: Vec::new(),
            properties: Vec::new(),
            hooks: Vec::new(),
            repeated: Vec::new(),
            single: true,
            decl: FlowDecl {
                name: Some(name),
                description: None,
                version: None,
                timeout: None,
                bake: None,
                triggers: Vec::new(),
                promotes: Vec::new(),
                rollbacks: Vec::new(),
                nevers: Vec::new(),
                hooks: Vec::new(),
                span: at,
                damaged: false,
            },
            damaged: false,
        })
    }
}

fn by_hand(chosen: ByHand, at: Span) -> WorkflowChoice {
    match chosen {
        Some(workflow) => WorkflowChoice::Call(Call { workflow, arguments: Vec::new(), span: at }),
        None => WorkflowChoice::None(at),
    }
}
