//! What every application runs, as far as it is known.

use std::collections::{BTreeMap, BTreeSet};

use crate::program::{ApplicationId, EnvironmentId, Product};

/// The values that an application runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum RunningValues {
    /// The values of a version.
    Version(String),
    /// The values of a release without a version.
    Release(usize),
}

/// What the applications of a product run. If one is absent, that is not known.
#[derive(Clone, Debug, Default)]
pub(super) struct Versions {
    now: BTreeMap<ApplicationId, RunningValues>,
    /// What ran before a release changed it.
    before: BTreeMap<(usize, ApplicationId), Option<RunningValues>>,
}

impl Versions {
    /// Sets what an application runs, apart from any release.
    pub(super) fn given(&mut self, application: ApplicationId, values: RunningValues) {
        self.now.insert(application, values);
    }

    /// Whether the values of a release would change nothing.
    pub(super) fn runs(&self, application: ApplicationId, values: &RunningValues) -> bool {
        self.now.get(&application) == Some(values)
    }

    /// A release brings its values.
    pub(super) fn bring(&mut self, release: usize, application: ApplicationId, values: &RunningValues) {
        let before = self.now.insert(application, values.clone());
        if before.as_ref() != Some(values) {
            self.before.insert((release, application), before);
        }
    }

    /// Restores what ran before a release changed it.
    pub(super) fn roll_back(&mut self, release: usize, application: ApplicationId) {
        match self.before.remove(&(release, application)) {
            Some(Some(values)) => {
                self.now.insert(application, values);
            }
            Some(None) => {
                self.now.remove(&application);
            }
            None => {}
        }
    }

    /// The versions of all environments of a product, as far as they are known.
    pub(super) fn of_all(&self, product: &Product) -> BTreeMap<EnvironmentId, String> {
        let environments: BTreeSet<EnvironmentId> =
            product.applications.values().map(|application| application.environment).collect();
        environments.into_iter().filter_map(|id| Some((id, self.of(product, id)?))).collect()
    }

    /// The version of an environment, if all its applications run the same one.
    pub(super) fn of(&self, product: &Product, environment: EnvironmentId) -> Option<String> {
        let mut versions = product.applications_in(environment).map(|(id, _)| match self.now.get(&id) {
            Some(RunningValues::Version(version)) => Some(version),
            _ => None,
        });
        let first = versions.next()??;
        versions.all(|other| other == Some(first)).then(|| first.clone())
    }
}
