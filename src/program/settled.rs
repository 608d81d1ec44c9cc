//! A product with a flow and the merged settings of each environment, for callers that need them more than once.

use std::ops::Deref;

use super::call_site::CallSite;
use super::model::{Call, EnvironmentId, Settings};
use super::walker::{ProductFlow, PromotionContext};

/// A [`ProductFlow`] with the merged settings of its environments.
#[derive(Clone, Debug)]
pub struct SettledFlow<'p> {
    of: ProductFlow<'p>,
    /// The trigger, then the targets in order.
    pub environments: Vec<SettledContext<'p>>,
}

/// A [`PromotionContext`] with its merged settings.
#[derive(Clone, Debug)]
pub struct SettledContext<'p> {
    of: PromotionContext<'p>,
    pub settings: Settings,
}

impl<'p> ProductFlow<'p> {
    /// Merges the settings of all environments.
    pub fn settled(self) -> SettledFlow<'p> {
        SettledFlow { of: self, environments: self.contexts().map(PromotionContext::settled).collect() }
    }
}

impl<'p> PromotionContext<'p> {
    /// Merges the settings.
    pub fn settled(self) -> SettledContext<'p> {
        SettledContext { of: self, settings: self.settings() }
    }
}

impl<'p> SettledFlow<'p> {
    pub fn environment(&self, id: EnvironmentId) -> Option<&SettledContext<'p>> {
        let flow = self.flow();
        let before_targets = usize::from(flow.trigger.is_some());
        let at = if flow.is_trigger(id) { 0 } else { before_targets + flow.targets.position(id)? };
        self.environments.get(at)
    }

    /// All calls: those of the environments, then the hooks of the release.
    pub fn calls(&self) -> impl Iterator<Item = (CallSite, &Call)> {
        let of_release = self.flow().hooks.iter();
        let of_release = of_release.map(|hook| (CallSite::Hook { event: hook.event, environment: None }, &hook.call));
        self.environments.iter().flat_map(SettledContext::calls).chain(of_release)
    }
}

impl SettledContext<'_> {
    /// All calls of the environment; for the trigger, its post-action.
    pub fn calls(&self) -> impl Iterator<Item = (CallSite, &Call)> {
        let (environment, settings) = (self.environment_id(), &self.settings);
        let actions = [
            (CallSite::PreAction(environment), &settings.pre_action.value),
            (CallSite::PostAction(environment), &settings.post_action.value),
            (CallSite::RollbackAction(environment), &settings.rollback_action.value),
        ];
        let actions = actions.into_iter().filter_map(|(site, call)| Some((site, call.as_ref()?)));
        let site = move |event| CallSite::Hook { event, environment: Some(environment) };
        actions.chain(settings.hooks.iter().map(move |(hook, _)| (site(hook.event), &hook.call)))
    }
}

impl<'p> Deref for SettledFlow<'p> {
    type Target = ProductFlow<'p>;

    fn deref(&self) -> &ProductFlow<'p> {
        &self.of
    }
}

impl<'p> Deref for SettledContext<'p> {
    type Target = PromotionContext<'p>;

    fn deref(&self) -> &PromotionContext<'p> {
        &self.of
    }
}
