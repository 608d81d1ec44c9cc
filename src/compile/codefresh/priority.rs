//! Where `priority` decides between policies.
//!
//! Codefresh knows no `require`. Whether a high or a low number wins is documented both ways: the CRD evaluates "policies
//! with higher priority" first, the pages order priorities "in ascending order". A step with a `policy` needs neither, so
//! this is about promotions by hand and about steps that leave their actions to the policies.

use std::collections::BTreeSet;

use super::policy::path;
use super::{Emitter, cannot};
use crate::diagnostic::{Code, Diagnostic};
use crate::program::{Candidate, Decision, EnvironmentId, PolicyId, ProductId, WorkflowChoice};
use crate::syntax::ast::Action;

/// Reports a `require` that has no effect (E0801), and policies between which only `priority` decides (W0802; each pair
/// once), for every product in each of its environments.
pub(super) fn check(emitter: &mut Emitter<'_>) {
    let program = emitter.program;
    let mut known: BTreeSet<(PolicyId, PolicyId)> = BTreeSet::new();
    for (product, declared) in program.products.iter() {
        let environments: BTreeSet<EnvironmentId> =
            declared.applications.values().map(|application| application.environment).collect();
        for environment in environments {
            let merged = program.context(Some(product), None, environment).merge();
            let mut rival = Rival { emitter, known: &mut known, product, environment };
            rival.report("pre-action", &merged.pre_action, WorkflowChoice::agrees_with);
            rival.report("action", &merged.action, Action::eq);
            rival.report("post-action", &merged.post_action, WorkflowChoice::agrees_with);
        }
    }
}

struct Rival<'e, 'p> {
    emitter: &'e mut Emitter<'p>,
    known: &'e mut BTreeSet<(PolicyId, PolicyId)>,
    product: ProductId,
    environment: EnvironmentId,
}

impl Rival<'_, '_> {
    fn report<T>(&mut self, setting: &str, decision: &Decision<'_, T>, agree: impl Fn(&T, &T) -> bool) {
        let Some(winner) = decision.winner() else { return };
        let others = || decision.candidates().iter().filter(|other| !agree(other.value, winner.value));
        let stronger = others().find(|other| other.priority >= winner.priority);
        match (winner.required, stronger.or_else(|| others().next())) {
            (Some(require), Some(other)) if stronger.is_some() => self.overruled(require, winner, other),
            (_, Some(other)) => self.doubt(setting, winner, other),
            (_, None) => {}
        }
    }

    /// E0801: by its priority alone, the other policy would win.
    fn overruled<T>(&mut self, require: crate::source::Span, winner: &Candidate<'_, T>, other: &Candidate<'_, T>) {
        let policies = &self.emitter.program.policies;
        let find = |candidate: &Candidate<'_, T>| candidate.policy.and_then(|policy| policies.find(policy));
        let (Some(ours), Some(theirs)) = (find(winner), find(other)) else { return };
        let (name, stronger) = (&ours.name.value, &theirs.name.value);
        let message = format!("Codefresh has no `require`: `{stronger}` would take precedence over `{name}`");
        let help = format!("Give `{name}` a priority above {}.", theirs.priority);
        let diagnostic = cannot(message, require, "required here", &help);
        self.emitter.out.lose(&path(name), diagnostic.label(theirs.name.span, "priority is not lower"));
    }

    /// W0802: which of them wins depends on what Codefresh takes for the higher priority.
    fn doubt<T>(&mut self, setting: &str, winner: &Candidate<'_, T>, other: &Candidate<'_, T>) {
        let program = self.emitter.program;
        let (Some(ours), Some(theirs)) = (winner.policy, other.policy) else { return };
        if !self.known.insert((ours, theirs)) {
            return;
        }
        let (Some(ours), Some(theirs)) = (program.policies.find(ours), program.policies.find(theirs)) else { return };
        let product = program.products.find(self.product);
        let environment = program.environments.find(self.environment);
        let (Some(product), Some(environment)) = (product, environment) else { return };
        let (name, loser) = (&ours.name.value, &theirs.name.value);
        let message = format!(
            "only `priority` decides that the {setting} of `{}` in `{}` is that of `{name}`, not of `{loser}`, and Codefresh documents both that the higher and that the lower number wins",
            product.name.value, environment.name.value
        );
        let flow = self.emitter.by_policies.iter().find(|(flow, environment)| {
            *environment == self.environment && product.flows.iter().any(|listed| listed.flow == *flow)
        });
        let flow = flow.and_then(|(flow, _)| program.flows.find(*flow));
        let affects = match flow {
            Some(flow) => format!("This affects flow `{}` and promotions by hand.", flow.name.value),
            None => "This affects promotions by hand; the steps of flows do not need it.".to_owned(),
        };
        let help = format!(
            "{affects} Narrow `{loser}` with `for`, so that it does not match `{}` in `{}`, or try it in Codefresh with \"Evaluate Promotion Policy\".",
            product.name.value, environment.name.value
        );
        let at = ours.decl.priority.map_or(ours.name.span, |priority| priority.span);
        let theirs = theirs.decl.priority.map_or(theirs.name.span, |priority| priority.span);
        let diagnostic = Diagnostic::new(Code::W0802, message, at, format!("`{name}`"));
        self.emitter.out.warn(diagnostic.label(theirs, format!("`{loser}`")).help(help));
    }
}
