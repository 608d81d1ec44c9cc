//! The features of policies: their scope, and what they set.

use super::list::Walk;
use super::{ActionRole, Feature};
use crate::program::{Policy, PolicyScope, RequiredOrder, WorkflowChoice};
use crate::syntax::ast::{Choice, Gates, PolicyDecl};

impl Walk<'_, '_> {
    pub(super) fn policy(&mut self, policy: &Policy) {
        let Policy {
            name,
            priority,
            scope: PolicyScope { products: _, environments: _, kinds: _, labelled: _, flows: _ }, // listed from the declaration
            pre_action,
            action,
            post_action,
            rollback_action,
            windows: _,   // listed where it applies: `Walk::gates`
            soak: _,      // likewise
            approvals: _, // likewise
            timeout: _,   // likewise
            hooks: _,     // likewise
            orders,
            decl,
            damaged: _,
        } = policy;
        let PolicyDecl {
            name: _,
            priority: written,
            products,
            environments,
            kinds,
            labels,
            flows,
            orders: _,     // listed from the policy
            pre_action: _, // listed from the policy, resolved, like the rest
            action: _,
            post_action: _,
            rollback_action: _,
            gates: Gates { hooks: _, windows: _, soak: _, approvals: _, timeout: _ },
            span: _,
            damaged: _,
        } = decl;
        self.add(Feature::Policy, name.span);
        if let Some(written) = written {
            self.add(Feature::Priority(*priority), written.span);
        }
        for product in products {
            self.add(Feature::ForProduct, product.span);
        }
        for environment in environments {
            self.add(Feature::ForEnvironment, environment.span);
        }
        for kind in kinds {
            self.add(Feature::ForKind(kind.value), kind.span);
        }
        for label in labels.iter().flatten() {
            self.add(Feature::ForLabel, label.span);
        }
        for flow in flows {
            self.add(Feature::ForFlow, flow.span);
        }
        for RequiredOrder { before: _, span } in orders {
            self.add(Feature::RequiredOrder, *span);
        }
        self.chosen(ActionRole::Pre, pre_action.as_ref());
        if let Some(Choice { value, required, span }) = action {
            self.add(Feature::Action { action: *value, written: true }, *span);
            if let Some(required) = required {
                self.add(Feature::Require, *required);
            }
        }
        self.chosen(ActionRole::Post, post_action.as_ref());
        self.chosen(ActionRole::Rollback, rollback_action.as_ref());
    }

    fn chosen(&mut self, role: ActionRole, choice: Option<&Choice<WorkflowChoice>>) {
        let Some(Choice { value, required, span }) = choice else { return };
        self.choice(role, value, *span);
        if let Some(required) = required {
            self.add(Feature::Require, *required);
        }
    }
}
