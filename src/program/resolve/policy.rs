//! Resolves `policy`.

use super::Resolver;
use super::failed::Expected;
use super::placeholder::TextPlace;
use crate::program::model::{Policy, PolicyScope, RequiredEnvironments, RequiredOrder};
use crate::program::names::Definition;
use crate::source::Id;
use crate::syntax::ast::{OrderStmt, PolicyDecl, RequiredBefore};

impl Resolver<'_> {
    pub(super) fn policy(&mut self, decl: &PolicyDecl) {
        let id = Id::new(self.program.policies.len() as u32);
        let name = decl.name.clone().filter(|name| self.declare(name, Definition::Policy(id)));
        let mut products = Vec::new();
        for name in &decl.products {
            if let Some(Definition::Product(product)) = self.find(name, Expected::Product) {
                products.push(product);
            }
        }
        let (environments, whole) = self.targets_once(&decl.environments);
        let mut flows = Vec::new();
        for name in &decl.flows {
            if let Some(Definition::Flow(flow)) = self.find(name, Expected::Flow) {
                flows.push(flow);
            }
        }
        let (orders, orders_known) = self.required_orders(&decl.orders);
        let pre_action = self.choice(decl.pre_action.as_ref());
        let post_action = self.choice(decl.post_action.as_ref());
        let rollback_action = self.choice(decl.rollback_action.as_ref());
        let windows = self.windows(&decl.gates.windows);
        let hooks = self.hooks(&decl.gates.hooks, TextPlace::Environment);
        let approvals = self.approvals(&decl.gates.approvals);
        let Some(name) = name else { return };
        let resolved = products.len() == decl.products.len()
            && (whole || decl.environments.is_empty())
            && flows.len() == decl.flows.len()
            && orders_known
            && windows.len() == decl.gates.windows.len()
            && hooks.len() == decl.gates.hooks.len();
        products.sort();
        products.dedup();
        let environments = environments.into_iter().map(|(id, _)| id).collect();
        let scope = PolicyScope {
            products: (!decl.products.is_empty()).then_some(products),
            environments: (!decl.environments.is_empty()).then_some(environments),
            kinds: (!decl.kinds.is_empty()).then(|| decl.kinds.iter().map(|kind| kind.value).collect()),
            labelled: (!decl.labels.is_empty())
                .then(|| decl.labels.iter().flat_map(|conditions| self.program.labelled(conditions)).collect()),
            flows: (!decl.flows.is_empty()).then_some(flows),
        };
        self.program.policies.push(Policy {
            name,
            priority: decl.priority.map_or(0, |priority| priority.value),
            scope,
            pre_action,
            action: decl.action.clone(),
            post_action,
            rollback_action,
            windows,
            soak: decl.gates.soak,
            approvals,
            timeout: decl.gates.timeout,
            hooks,
            orders,
            decl: decl.clone(),
            damaged: decl.damaged || !resolved,
        });
    }

    /// The required orders, and whether all their names are known.
    fn required_orders(&mut self, statements: &[OrderStmt]) -> (Vec<RequiredOrder>, bool) {
        let mut known = true;
        let mut orders = Vec::new();
        for OrderStmt { before, span } in statements {
            let before = match before {
                RequiredBefore::Kind(kind) => RequiredEnvironments::OfKind(kind.value),
                RequiredBefore::Environments(names) => {
                    let (environments, whole) = self.targets_once(names);
                    known &= whole;
                    RequiredEnvironments::All(environments.into_iter().map(|(id, _)| id).collect())
                }
            };
            orders.push(RequiredOrder { before, span: *span });
        }
        (orders, known)
    }
}
