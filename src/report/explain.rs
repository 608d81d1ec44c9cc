//! The part of what happened that explains why an expectation did not come true.

use std::fmt::Write;

use serde_json::Value;

use super::TimelineOptions;
use crate::release::{EnvironmentPlanId, Status};
use crate::simulate::{Simulation, Tested, Unmet};

/// How many events are told at most.
const MOST_EVENTS: usize = 6;

impl Tested {
    /// The timeline of those who explain it, and what went wrong there.
    pub fn explain(&self, unmet: &Unmet, options: &TimelineOptions) -> String {
        let Some(simulation) = self.played.releases.get(unmet.release) else { return String::new() };
        let mut environments = unmet.environments.clone();
        for &id in &unmet.environments {
            simulation.held_up(id, &mut environments);
        }
        let mut text = simulation.timeline_of(options, &environments);
        let all = environments.len() == simulation.plan.environments.len();
        let told = |name: &str| {
            let at = simulation.names.environments.iter().position(|other| other == name);
            all || at.is_some_and(|at| environments.iter().any(|id| id.index() == at))
        };
        simulation.went_wrong(&mut text, told);
        text
    }
}

impl Simulation {
    /// Adds those whose success an environment waited for in vain, and for whom they did.
    fn held_up(&self, id: EnvironmentPlanId, list: &mut Vec<EnvironmentPlanId>) {
        for need in &self.plan.environments[id].needs {
            for &other in &need.of {
                if self.state.environment(other).status != Status::Succeeded && !list.contains(&other) {
                    list.push(other);
                    self.held_up(other, list);
                }
            }
        }
    }

    /// The first events that are no success.
    fn went_wrong(&self, text: &mut String, told: impl Fn(&str) -> bool) {
        let document = self.to_json();
        let events = document.get("events").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let word = |event: &Value, key: &str| event.get(key).and_then(Value::as_str).map(str::to_owned);
        let wrong = events.iter().filter(|event| {
            let kind = word(event, "kind").unwrap_or_default();
            let is_wrong = kind.ends_with("-failed")
                || matches!(kind.as_str(), "health-lost" | "terminate" | "retry" | "superseded" | "rolling-back");
            is_wrong && word(event, "environment").is_none_or(|name| told(&name))
        });
        for event in wrong.take(MOST_EVENTS) {
            let keys = ["at", "kind", "environment", "application", "workflow", "detail"];
            let words: Vec<String> = keys.iter().filter_map(|key| word(event, key)).collect();
            let _ = writeln!(text, "{}", words.join(" "));
        }
    }
}
