//! Resolves `scenario`: checks that its names exist. They are resolved again when the scenario is played.

use super::Resolver;
use super::failed::Expected;
use crate::program::model::Scenario;
use crate::program::names::Definition;
use crate::source::Id;
use crate::syntax::ast::{Expectation, GivenKind, Ident, ScenarioDecl, Subject};

impl Resolver<'_> {
    pub(super) fn scenario(&mut self, decl: &ScenarioDecl) {
        for release in &decl.releases {
            release.product.as_ref().map(|name| self.find(name, Expected::Product));
            release.flow.as_ref().map(|name| self.find(name, Expected::Flow));
        }
        for given in &decl.givens {
            self.given(&given.kind);
        }
        for expectation in &decl.expectations {
            self.expectation(expectation);
        }
        let id = Id::new(self.program.scenarios.len() as u32);
        if let Some(name) = decl.name.as_ref().filter(|name| self.declare(name, Definition::Scenario(id))) {
            self.program.scenarios.push(Scenario { name: name.clone(), decl: decl.clone() });
        }
    }

    fn given(&mut self, kind: &GivenKind) {
        match kind {
            GivenKind::Version(targets, _) => targets.iter().for_each(|name| self.target_of_scenario(name)),
            GivenKind::Takes(workflow, environment, _) => {
                self.find(workflow, Expected::Workflow);
                environment.iter().for_each(|name| self.target_of_scenario(name));
            }
            GivenKind::Fails(workflow, environment, _) => {
                self.find(workflow, Expected::Workflow);
                environment.iter().for_each(|name| self.target_of_scenario(name));
            }
            GivenKind::Becomes(environment, _, _)
            | GivenKind::Merges(environment, _)
            | GivenKind::Closed(environment, _)
            | GivenKind::NeverMerges(environment)
            | GivenKind::ApprovalTakes(environment, _)
            | GivenKind::Denied(environment)
            | GivenKind::RollbackTakes(environment, _)
            | GivenKind::RollbackFails(environment) => self.target_of_scenario(environment),
            GivenKind::OverrideTakes(targets, _) | GivenKind::OverrideDenied(targets) => {
                targets.iter().for_each(|name| self.target_of_scenario(name));
            }
            GivenKind::Terminate(_) | GivenKind::Retry(_) => {}
        }
    }

    fn expectation(&mut self, expectation: &Expectation) {
        match expectation {
            Expectation::Status { subject: Subject::Release, .. } => {}
            Expectation::Status { subject: Subject::Environment(environment), .. }
            | Expectation::Version { environment, .. }
            | Expectation::NotStartedBefore { environment, .. } => self.target_of_scenario(environment),
            Expectation::Runs { workflow, environment, .. } => {
                self.find(workflow, Expected::Workflow);
                environment.iter().for_each(|name| self.target_of_scenario(name));
            }
        }
    }

    fn target_of_scenario(&mut self, name: &Ident) {
        self.targets(name);
    }
}
