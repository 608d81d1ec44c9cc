//! Resolves `policy`.

use super::Resolver;
use super::failed::Expected;
use super::placeholder::TextPlace;
use crate::program::model::{Policy, PolicyScope};
use crate::program::names::Definition;
use crate::source::Id;
use crate::syntax::ast::PolicyDecl;

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
        let pre_action = self.choice(decl.pre_action.as_ref());
        let post_action = self.choice(decl.post_action.as_ref());
        let rollback_action = self.choice(decl.rollback_action.as_ref());
        let windows = self.windows(&decl.gates.windows);
        let hooks = self.hooks(&decl.gates.hooks, TextPlace::Environment);
        let approvals = self.approvals(&decl.gates.approvals);
        let Some(name) = name else { return };
        let resolved = products.len() == decl.products.len()
            && (whole || decl.environments.is_empty())
            && windows.len() == decl.gates.windows.len()
            && hooks.len() == decl.gates.hooks.len();
        products.sort();
        products.dedup();
        let environments = environments.into_iter().map(|(id, _)| id).collect();
        let scope = PolicyScope {
            products: (!decl.products.is_empty()).then_some(products),
            environments: (!decl.environments.is_empty()).then_some(environments),
            kinds: (!decl.kinds.is_empty()).then(|| decl.kinds.iter().map(|kind| kind.value).collect()),
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
            decl: decl.clone(),
            damaged: decl.damaged || !resolved,
        });
    }
}
