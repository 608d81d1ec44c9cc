//! The part of a simulation that explains why an expectation was not met.

use std::fmt::Write;

use super::TimelineOptions;
use crate::release::{EnvironmentPlanId, Status};
use crate::simulate::{Simulation, Tested, Unmet};

/// An explanation lists no more events than this.
const MOST_EVENTS: usize = 6;

impl Tested {
    /// The timeline of the environments that explain it, and what went wrong there.
    pub fn explain(&self, unmet: &Unmet, options: &TimelineOptions) -> String {
        let Some(simulation) = self.played.releases.get(unmet.release) else { return String::new() };
        let mut environments = unmet.environments.clone();
        for &id in &unmet.environments {
            simulation.held_up(id, &mut environments);
        }
        let mut text = simulation.timeline_of(options, &environments);
        let all = environments.len() == simulation.plan.environments.len();
        let shown = |name: &str| {
            let at = simulation.names.environments.iter().position(|other| other == name);
            all || at.is_some_and(|at| environments.iter().any(|id| id.index() == at))
        };
        simulation.went_wrong(&mut text, shown);
        text
    }
}

impl Simulation {
    /// Adds the environments whose success this one waited for in vain, and those they waited for.
    fn held_up(&self, id: EnvironmentPlanId, list: &mut Vec<EnvironmentPlanId>) {
        for need in &self.plan.environments[id].needs {
            for &other in need.of.iter() {
                if self.state.environment(other).status != Status::Succeeded && !list.contains(&other) {
                    list.push(other);
                    self.held_up(other, list);
                }
            }
        }
    }

    /// Appends the first events that report a problem.
    fn went_wrong(&self, text: &mut String, shown: impl Fn(&str) -> bool) {
        let wrong = self.events().filter(|event| event.kind.is_problem() && event.environment.is_none_or(&shown));
        for event in wrong.take(MOST_EVENTS) {
            let _ = write!(text, "{} {}", event.at, event.kind);
            let words = [event.environment, event.application, event.workflow, event.detail.as_deref()];
            for word in words.into_iter().flatten() {
                let _ = write!(text, " {word}");
            }
            text.push('\n');
        }
    }
}
