//! What a release will do: dense ids, no names, no text. Made once from a checked program.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{EffectId, Place, Stage};
use crate::program::{ApplicationId, Argument, Calendar, EnvironmentId, WindowId, WorkflowId, open_together};
use crate::source::{Arena, Id};
use crate::syntax::ast::{Action, HookEvent};
use crate::syntax::literal::{Instant, Retry, Seconds};

/// The first one is the trigger.
pub(crate) type EnvironmentPlanId = Id<EnvironmentPlan>;
/// In order of declaration.
pub(crate) type ApplicationPlanId = Id<ApplicationPlan>;
/// One workflow at one place.
pub(crate) type CallId = Id<CallPlan>;
pub(crate) type WindowPlanId = Id<WindowPlan>;
pub(crate) type NeedSetId = Id<NeedSet>;

/// One flow of one product, ready to run.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// The trigger, then the targets in order of the flow.
    pub environments: Arena<EnvironmentPlan>,
    /// The sets that environments wait for, each once. Filled in by [`Plan::link`].
    pub sets: Arena<NeedSet>,
    /// The product's applications in these environments.
    pub applications: Arena<ApplicationPlan>,
    /// The workflows of all places.
    pub calls: Arena<CallPlan>,
    /// The windows of all environments, each once.
    pub windows: Arena<WindowPlan>,
    pub hooks: Hooks,
    /// Counts from the start of the release (rule 16).
    pub timeout: Seconds,
    /// How long health is watched at the end (rule 13).
    pub bake: Seconds,
    /// In order of declaration (rules 18 to 22).
    pub rollbacks: Vec<RollbackPlan>,
}

impl Plan {
    /// Fills in what follows from needs and rollbacks. Call it when all environments have been added.
    pub fn link(&mut self) {
        let ids: Vec<EnvironmentPlanId> = self.environments.ids().collect();
        for &id in &ids {
            let fired = self.rollbacks.iter().filter(|rollback| rollback.when.contains(&id));
            let targets: BTreeSet<EnvironmentPlanId> = fired.flat_map(|rollback| rollback.targets.clone()).collect();
            self.environments[id].rolls_back = targets.into_iter().collect();
        }
        self.link_needs(&ids);
    }

    /// Gives each set that environments wait for its members and its dependents, once.
    fn link_needs(&mut self, ids: &[EnvironmentPlanId]) {
        self.sets = Arena::default();
        let mut known: BTreeMap<(*const EnvironmentPlanId, u32), NeedSetId> = BTreeMap::new();
        for &id in ids {
            (self.environments[id].sets, self.environments[id].member_of) = (Vec::new(), Vec::new());
        }
        for &id in ids {
            for need in self.environments[id].needs.clone() {
                let set = match known.get(&(need.of.as_ptr(), need.count)) {
                    Some(set) => *set,
                    None => {
                        let set = self.sets.push(NeedSet { need: need.clone(), dependents: Vec::new() });
                        known.insert((need.of.as_ptr(), need.count), set);
                        need.of.iter().for_each(|member| self.environments[*member].member_of.push(set));
                        set
                    }
                };
                self.sets[set].dependents.push(id);
                self.environments[id].sets.push(set);
            }
        }
    }

    /// The environments that need this one, each once, in order of declaration.
    pub fn dependents(&self, id: EnvironmentPlanId) -> BTreeSet<EnvironmentPlanId> {
        let sets = self.environments[id].member_of.iter();
        sets.flat_map(|set| self.sets[*set].dependents.iter().copied()).collect()
    }

    /// Whether the windows of an environment are ever open together.
    pub fn can_open(&self, id: EnvironmentPlanId) -> bool {
        let windows = self.environments[id].windows.iter();
        let calendars: Option<Vec<&Calendar>> = windows.map(|window| self.windows[*window].calendar.as_ref()).collect();
        calendars.is_some_and(|calendars| open_together(&calendars))
    }

    /// The windows that an environment must wait for, each once: all but those whose override, by its number, is given.
    pub fn windows_without(&self, id: EnvironmentPlanId, is_given: impl Fn(usize) -> bool) -> Vec<WindowPlanId> {
        let EnvironmentPlan { windows, overrides, .. } = &self.environments[id];
        let left = overrides.iter().enumerate().filter(|(nth, _)| !is_given(*nth)).map(|(_, it)| it.window);
        let mut all: Vec<WindowPlanId> = Vec::with_capacity(windows.len());
        for window in windows.iter().copied().chain(left) {
            if !all.contains(&window) {
                all.push(window);
            }
        }
        all
    }

    /// Whether an environment is the trigger. It has a rule of its own (8), and rules 23 and 24 do not apply to it.
    pub fn is_trigger(id: EnvironmentPlanId) -> bool {
        id.index() == 0
    }

    /// The environment of a place; `None` for the release itself.
    pub fn environment_of(&self, place: Place) -> Option<EnvironmentPlanId> {
        match place {
            Place::Release => None,
            Place::Environment(id) => Some(id),
            Place::Application(id) => Some(self.applications.find(id)?.environment),
        }
    }

    /// The workflow that an effect runs, if it runs one.
    pub fn call_of(&self, effect: EffectId) -> Option<CallId> {
        if let Place::Application(id) = effect.place {
            let application = self.applications.find(id)?;
            return match effect.stage {
                Stage::PreAction => application.pre_action,
                Stage::PostAction => application.post_action,
                Stage::Rollback => application.rollback_action,
                _ => None,
            };
        }
        let (event, nth) = effect.stage.as_hook()?;
        self.hooks_of(effect.place)?.of(event).get(usize::from(nth)).copied()
    }

    /// The hooks of a place; `None` if it is an application, or is not in the plan.
    pub fn hooks_of(&self, place: Place) -> Option<&Hooks> {
        match place {
            Place::Release => Some(&self.hooks),
            Place::Environment(id) => Some(&self.environments.find(id)?.hooks),
            Place::Application(_) => None,
        }
    }
}

/// One environment of a release.
#[derive(Clone, Debug)]
pub struct EnvironmentPlan {
    pub environment: EnvironmentId,
    /// All must be met (rule 1). The trigger has none.
    pub needs: Vec<Need>,
    /// Counts from when the needs are met (rule 1).
    pub soak: Seconds,
    /// How many people must give each approval (rule 2).
    pub approvals: Vec<u32>,
    /// All must be open at once (rule 3).
    pub windows: Vec<WindowPlanId>,
    /// These too, except those whose override is given (rule 3).
    pub overrides: Vec<OverridePlan>,
    /// Rules 4, 6 and 7.
    pub hooks: Hooks,
    /// They go side by side (rule 5).
    pub applications: Vec<ApplicationPlanId>,
    /// Rule 5. `Action::None` in the trigger (rule 8).
    pub action: Action,
    /// Counts from stage 4 to the end (rule 10).
    pub timeout: Option<Seconds>,
    /// After failures in stages 4 to 6 (rule 10).
    pub retry: Option<Retry>,
    /// The set of each need. Filled in by [`Plan::link`].
    pub sets: Vec<NeedSetId>,
    /// The sets that it is a member of. Filled in by [`Plan::link`].
    pub member_of: Vec<NeedSetId>,
    /// The environments that are rolled back when this one fails, in order of declaration. Filled in by [`Plan::link`].
    pub rolls_back: Vec<EnvironmentPlanId>,
}

/// A window that people may override.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OverridePlan {
    pub window: WindowPlanId,
    /// How many people must agree.
    pub count: u32,
}

/// `rollback TARGETS when TARGETS fails`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RollbackPlan {
    pub targets: Vec<EnvironmentPlanId>,
    /// The rule fires when one of these fails.
    pub when: Vec<EnvironmentPlanId>,
}

/// `count` of these environments must have succeeded.
#[derive(Clone, Debug)]
pub struct Need {
    pub count: u32,
    /// Shared by all environments that wait for the same set.
    pub of: Arc<[EnvironmentPlanId]>,
}

/// A set that environments wait for: a wave waits for the one before it as a whole.
#[derive(Clone, Debug)]
pub struct NeedSet {
    pub need: Need,
    /// The environments that have this need, in order of declaration.
    pub dependents: Vec<EnvironmentPlanId>,
}

/// One application of a release.
#[derive(Clone, Debug)]
pub struct ApplicationPlan {
    pub application: ApplicationId,
    pub environment: EnvironmentPlanId,
    /// The application of the trigger whose values this one receives; in the trigger, itself.
    pub origin: ApplicationId,
    /// Rule 5. The trigger has none (rule 8).
    pub pre_action: Option<CallId>,
    pub post_action: Option<CallId>,
    /// Runs instead of the commit that rolls back (rule 18).
    pub rollback_action: Option<CallId>,
}

/// One workflow at one place.
#[derive(Clone, Debug)]
pub struct CallPlan {
    pub workflow: WorkflowId,
    pub arguments: Vec<Argument>,
    /// For each try; 1 hour for a hook that sets none (rule 11).
    pub timeout: Option<Seconds>,
    /// More tries after a failed one (rule 11).
    pub retry: Option<Retry>,
}

/// The hooks of a release or an environment, in order of declaration.
#[derive(Clone, Debug, Default)]
pub struct Hooks {
    /// Rules 4 and 13.
    pub start: Vec<CallId>,
    /// Rules 6 and 13.
    pub success: Vec<CallId>,
    /// Rules 7 and 13.
    pub failure: Vec<CallId>,
}

impl Hooks {
    /// The hooks of one event.
    pub fn of(&self, event: HookEvent) -> &[CallId] {
        match event {
            HookEvent::Start => &self.start,
            HookEvent::Success => &self.success,
            HookEvent::Failure => &self.failure,
        }
    }

    pub fn count(&self) -> usize {
        self.start.len() + self.success.len() + self.failure.len()
    }
}

/// The names of a plan. The machine does not need them; recording and showing a release does.
#[derive(Clone, Debug, Default)]
pub struct Names {
    pub product: String,
    pub flow: String,
    /// By [`EnvironmentPlanId`].
    pub environments: Vec<String>,
    /// By [`ApplicationPlanId`].
    pub applications: Vec<String>,
    /// The names of workflows, by [`CallId`].
    pub calls: Vec<String>,
    /// Who is asked for each approval, by [`EnvironmentPlanId`] and the number of the approval.
    pub approvals: Vec<Vec<String>>,
    /// Who is asked for each override, by [`EnvironmentPlanId`] and the number of the override.
    pub overrides: Vec<Vec<String>>,
    /// The name in `after` for each need, by [`EnvironmentPlanId`] and the number of the need.
    pub needs: Vec<Vec<String>>,
    /// By [`WindowPlanId`].
    pub windows: Vec<String>,
}

impl Names {
    /// Empty if the plan has no such environment.
    pub fn environment(&self, id: EnvironmentPlanId) -> &str {
        self.environments.get(id.index()).map_or("", String::as_str)
    }

    /// Empty if the plan has no such application.
    pub fn application(&self, id: ApplicationPlanId) -> &str {
        self.applications.get(id.index()).map_or("", String::as_str)
    }

    /// The name of the workflow of a call; empty if the plan has no such call.
    pub fn workflow(&self, id: CallId) -> &str {
        self.calls.get(id.index()).map_or("", String::as_str)
    }
}

/// When a window is open (rule 3).
#[derive(Clone, Debug)]
pub struct WindowPlan {
    pub window: WindowId,
    /// `None` if its time zone is unknown (E0702). Then it never opens.
    pub calendar: Option<Calendar>,
}

impl WindowPlan {
    /// The first instant at or after `from` at which the window is open; `None`: never.
    pub fn next_open(&self, from: Instant) -> Option<Instant> {
        self.calendar.as_ref()?.next_open(from)
    }
}
