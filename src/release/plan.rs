//! What is to be done: dense ids, no names, no text. Made once, from a checked program.

use std::collections::BTreeSet;

use super::{EffectId, Place, Stage};
use crate::program::{ApplicationId, Argument, Calendar, EnvironmentId, WindowId, WorkflowId};
use crate::source::{Arena, Id};
use crate::syntax::ast::{Action, HookEvent};
use crate::syntax::literal::{Instant, Retry, Seconds};

/// Id of an environment of a plan; the first is the trigger.
pub(crate) type EnvironmentPlanId = Id<EnvironmentPlan>;
/// Id of an application of a plan, in order of declaration.
pub(crate) type ApplicationPlanId = Id<ApplicationPlan>;
/// Id of a call: one workflow at one place.
pub(crate) type CallId = Id<CallPlan>;
/// Id of a window of a plan.
pub(crate) type WindowPlanId = Id<WindowPlan>;

/// One flow of one product, ready to run.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// The trigger, then the targets in order of the flow.
    pub environments: Arena<EnvironmentPlan>,
    /// The product's applications in those environments.
    pub applications: Arena<ApplicationPlan>,
    /// Every call of every place.
    pub calls: Arena<CallPlan>,
    /// The windows that are asked.
    pub windows: Arena<WindowPlan>,
    /// Hooks of the release.
    pub hooks: Hooks,
    /// Rule 16.
    pub timeout: Seconds,
    /// Rule 13.
    pub bake: Seconds,
    /// Rules 18 to 22.
    pub rollbacks: Vec<RollbackPlan>,
}

impl Plan {
    /// Fills in what follows from needs and rollbacks: to be called when all environments are there.
    pub fn link(&mut self) {
        let ids: Vec<EnvironmentPlanId> = self.environments.ids().collect();
        for &id in &ids {
            self.environments[id].dependents.clear();
            let fired = self.rollbacks.iter().filter(|rollback| rollback.when.contains(&id));
            let targets: BTreeSet<EnvironmentPlanId> = fired.flat_map(|rollback| rollback.targets.clone()).collect();
            self.environments[id].rolls_back = targets.into_iter().collect();
        }
        for &environment in &ids {
            for (need, of) in (0..).zip(self.environments[environment].needs.clone()) {
                for id in of.of {
                    self.environments[id].dependents.push(Dependent { environment, need });
                }
            }
        }
    }

    /// Whether an environment is the trigger: rule 8 is its own, and those about other releases are not about it.
    pub fn is_trigger(id: EnvironmentPlanId) -> bool {
        id.index() == 0
    }

    /// The environment that a place belongs to; `None` for the release itself.
    pub fn environment_of(&self, place: Place) -> Option<EnvironmentPlanId> {
        match place {
            Place::Release => None,
            Place::Environment(id) => Some(id),
            Place::Application(id) => Some(self.applications.find(id)?.environment),
        }
    }

    /// The workflow of an effect, where it is one.
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

    /// The hooks of a place; `None`: it can have none, or the plan has no such place.
    pub fn hooks_of(&self, place: Place) -> Option<&Hooks> {
        match place {
            Place::Release => Some(&self.hooks),
            Place::Environment(id) => Some(&self.environments.find(id)?.hooks),
            Place::Application(_) => None,
        }
    }
}

/// One environment.
#[derive(Clone, Debug)]
pub struct EnvironmentPlan {
    /// The program's environment.
    pub environment: EnvironmentId,
    /// Rule 1: all must be met. The trigger has none.
    pub needs: Vec<Need>,
    /// Rule 1.
    pub soak: Seconds,
    /// Rule 2: how many people each approval needs.
    pub approvals: Vec<u32>,
    /// Rule 3.
    pub windows: Vec<WindowPlanId>,
    /// Rules 4, 6, 7.
    pub hooks: Hooks,
    /// Rule 5.
    pub applications: Vec<ApplicationPlanId>,
    /// Rule 5; `Action::None` in the trigger, too (rule 8).
    pub action: Action,
    /// Rule 10.
    pub timeout: Option<Seconds>,
    /// Rule 10.
    pub retry: Option<Retry>,
    /// Who needs it: filled in by [`Plan::link`].
    pub dependents: Vec<Dependent>,
    /// What its failure rolls back, in order of declaration: filled in by [`Plan::link`].
    pub rolls_back: Vec<EnvironmentPlanId>,
}

/// Somebody who needs an environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dependent {
    /// Who.
    pub environment: EnvironmentPlanId,
    /// Which of its needs.
    pub need: u32,
}

/// `rollback TARGETS when TARGETS fails`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RollbackPlan {
    /// What is rolled back.
    pub targets: Vec<EnvironmentPlanId>,
    /// As soon as one of these fails.
    pub when: Vec<EnvironmentPlanId>,
}

/// So many of these must have succeeded.
#[derive(Clone, Debug)]
pub struct Need {
    /// How many.
    pub count: u32,
    /// Of which.
    pub of: Vec<EnvironmentPlanId>,
}

/// One application.
#[derive(Clone, Debug)]
pub struct ApplicationPlan {
    /// The product's application.
    pub application: ApplicationId,
    /// Its environment.
    pub environment: EnvironmentPlanId,
    /// The application of the trigger environment whose values it receives; itself there.
    pub origin: ApplicationId,
    /// Rule 5. The trigger has none (rule 8).
    pub pre_action: Option<CallId>,
    /// Rule 5.
    pub post_action: Option<CallId>,
    /// Rule 18: instead of the commit.
    pub rollback_action: Option<CallId>,
}

/// A workflow at a place.
#[derive(Clone, Debug)]
pub struct CallPlan {
    /// The program's workflow.
    pub workflow: WorkflowId,
    /// The arguments given there.
    pub arguments: Vec<Argument>,
    /// Rule 11: per try; 1h for a hook if nothing is said.
    pub timeout: Option<Seconds>,
    /// Rule 11.
    pub retry: Option<Retry>,
}

/// Hooks of a release or an environment, in order.
#[derive(Clone, Debug, Default)]
pub struct Hooks {
    /// Rule 4, 13.
    pub start: Vec<CallId>,
    /// Rule 6, 13.
    pub success: Vec<CallId>,
    /// Rule 7, 13.
    pub failure: Vec<CallId>,
}

impl Hooks {
    /// Those of an event.
    pub fn of(&self, event: HookEvent) -> &[CallId] {
        match event {
            HookEvent::Start => &self.start,
            HookEvent::Success => &self.success,
            HookEvent::Failure => &self.failure,
        }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.start.len() + self.success.len() + self.failure.len()
    }
}

/// The names of a plan, for whoever writes what happens.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// The product's.
    pub product: String,
    /// The flow's.
    pub flow: String,
    /// By [`EnvironmentPlanId`].
    pub environments: Vec<String>,
    /// By [`ApplicationPlanId`].
    pub applications: Vec<String>,
    /// The workflow's, by [`CallId`].
    pub calls: Vec<String>,
    /// Who is asked, by [`EnvironmentPlanId`] and the number of the approval.
    pub approvals: Vec<Vec<String>>,
    /// Of what so many are needed, by [`EnvironmentPlanId`] and the number of the need: the name in `after`.
    pub needs: Vec<Vec<String>>,
    /// By [`WindowPlanId`].
    pub windows: Vec<String>,
}

impl Names {
    /// The name of an environment; empty where the plan has no such one.
    pub fn environment(&self, id: EnvironmentPlanId) -> &str {
        self.environments.get(id.index()).map_or("", String::as_str)
    }

    /// The name of an application; empty where the plan has no such one.
    pub fn application(&self, id: ApplicationPlanId) -> &str {
        self.applications.get(id.index()).map_or("", String::as_str)
    }

    /// The name of the workflow of a call; empty where the plan has no such one.
    pub fn workflow(&self, id: CallId) -> &str {
        self.calls.get(id.index()).map_or("", String::as_str)
    }
}

/// When a window is open (rule 3): a pure calendar.
#[derive(Clone, Debug)]
pub struct WindowPlan {
    /// The program's window.
    pub window: WindowId,
    /// `None`: nobody knows its time zone (E0702); it never opens.
    pub calendar: Option<Calendar>,
}

impl WindowPlan {
    /// The first instant from this one on at which it is open; `None`: never.
    pub fn next_open(&self, from: Instant) -> Option<Instant> {
        self.calendar.as_ref()?.next_open(from)
    }
}
