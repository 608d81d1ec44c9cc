//! What every application runs, as far as it is known.

use std::collections::{BTreeMap, BTreeSet};

use crate::program::{ApplicationId, EnvironmentId, Product};

/// Values that an application runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// Those of a version.
    Version(String),
    /// Those of a release whose version is unknown.
    Release(usize),
}

/// What the applications of a product run; one that is absent runs nobody knows what.
#[derive(Clone, Debug, Default)]
pub(super) struct Versions {
    now: BTreeMap<ApplicationId, Content>,
    /// What ran before a release changed it.
    before: BTreeMap<(usize, ApplicationId), Option<Content>>,
}

impl Versions {
    /// It was running this, whatever releases do.
    pub fn given(&mut self, application: ApplicationId, content: Content) {
        self.now.insert(application, content);
    }

    /// Whether the values of a release would change nothing.
    pub fn runs(&self, application: ApplicationId, content: &Content) -> bool {
        self.now.get(&application) == Some(content)
    }

    /// A release brings its values.
    pub fn bring(&mut self, release: usize, application: ApplicationId, content: &Content) {
        let before = self.now.insert(application, content.clone());
        if before.as_ref() != Some(content) {
            self.before.insert((release, application), before);
        }
    }

    /// What a release changed is given back.
    pub fn roll_back(&mut self, release: usize, application: ApplicationId) {
        match self.before.remove(&(release, application)) {
            Some(Some(content)) => {
                self.now.insert(application, content);
            }
            Some(None) => {
                self.now.remove(&application);
            }
            None => {}
        }
    }

    /// The versions of all environments of a product, as far as known.
    pub fn of_all(&self, product: &Product) -> BTreeMap<EnvironmentId, String> {
        let environments: BTreeSet<EnvironmentId> =
            product.applications.values().map(|application| application.environment).collect();
        environments.into_iter().filter_map(|id| Some((id, self.of(product, id)?))).collect()
    }

    /// The version of an environment: that of all its applications.
    pub fn of(&self, product: &Product, environment: EnvironmentId) -> Option<String> {
        let mut versions = product.applications_in(environment).map(|(id, _)| match self.now.get(&id) {
            Some(Content::Version(version)) => Some(version),
            _ => None,
        });
        let first = versions.next()??;
        versions.all(|other| other == Some(first)).then(|| first.clone())
    }
}
