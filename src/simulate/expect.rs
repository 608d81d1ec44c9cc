//! Which expectations failed, and in plain words what happened instead.

use super::history::status_at;
use super::{Broken, Played, Simulation};
use crate::program::{EnvironmentId, Program};
use crate::release::{EnvironmentPlanId, Status, describe};
use crate::source::{Span, Spanned};
use crate::syntax::ast::{self, Expectation, Ident, ReleaseStmt};
use crate::syntax::literal::{Instant, Seconds};

/// A statement that a release can fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// An `expect` of the scenario.
    Expectation,
    /// A `never` of the flow, broken by the release of this statement. `None` if no scenario plays the release.
    Property(Option<Span>),
}

/// An expectation that failed, or a property that was broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmet {
    pub claim: Claim,
    /// What happened instead, and when.
    pub message: String,
    /// The `expect` or `never`.
    pub span: Span,
    /// The number of the release, from 0.
    pub release: usize,
    /// The environments that explain the failure.
    pub environments: Vec<EnvironmentPlanId>,
}

/// The expectations that failed, in order.
pub(super) fn unmet(program: &Program, expectations: &[Expectation], played: &Played) -> Vec<Unmet> {
    expectations.iter().filter_map(|expectation| Judge { program, played }.unmet(expectation)).collect()
}

/// The properties that were broken, release by release. `statements` play the releases, if a scenario does.
pub(super) fn broken(statements: &[ReleaseStmt], played: &Played) -> Vec<Unmet> {
    let of_release = |(release, simulation): (usize, &Simulation)| {
        let claim = Claim::Property(statements.get(release).map(|statement| statement.span));
        let which = if played.releases.len() > 1 { format!("by release {} ", release + 1) } else { String::new() };
        let unmet = move |broken: &Broken| Unmet {
            claim,
            message: format!("broken {which}{}", broken.message),
            span: broken.span,
            release,
            environments: broken.environments.clone(),
        };
        simulation.broken.iter().map(unmet).collect::<Vec<_>>()
    };
    played.releases.iter().enumerate().flat_map(of_release).collect()
}

struct Judge<'a> {
    program: &'a Program,
    played: &'a Played,
}

impl Judge<'_> {
    fn unmet(&self, expectation: &Expectation) -> Option<Unmet> {
        let (Expectation::Status { of, span, .. }
        | Expectation::Runs { of, span, .. }
        | Expectation::Version { of, span, .. }
        | Expectation::NotStartedBefore { of, span, .. }) = expectation;
        let last = self.played.releases.len().checked_sub(1)?;
        let release = of.map_or(last, |of| (of.value as usize).saturating_sub(1));
        let simulation = self.played.releases.get(release)?;
        let mut environments = Vec::new();
        let wrong = match expectation {
            Expectation::Status { subject: ast::Subject::Release, status, within, .. } => {
                let wrong = self.status(simulation, None, "the release", *status, *within);
                environments.extend(simulation.plan.environments.ids());
                wrong.into_iter().collect()
            }
            Expectation::Status { subject: ast::Subject::Environment(name), status, within, .. } => {
                self.each(simulation, name, &mut environments, |id, name| {
                    self.status(simulation, Some(id), name, *status, *within)
                })
            }
            Expectation::NotStartedBefore { environment, instant, .. } => {
                self.each(simulation, environment, &mut environments, |id, name| {
                    not_started(simulation, id, name, instant.value)
                })
            }
            Expectation::Version { environment, version, .. } => {
                let targets = self.program.targets(&environment.value)?;
                environments.extend(targets.iter().filter_map(|id| simulation.environment_in_plan(*id)));
                targets.into_iter().filter_map(|id| self.version(simulation, id, &version.value)).collect()
            }
            Expectation::Runs { workflow, times, environment, .. } => {
                self.runs(simulation, workflow, times.value, environment.as_ref(), &mut environments)?
            }
        };
        if wrong.is_empty() {
            return None;
        }
        let which = match (of, self.played.releases.len()) {
            (Some(of), 2..) => format!("release {}: ", of.value),
            _ => String::new(),
        };
        let (claim, message) = (Claim::Expectation, format!("{which}{}", wrong.join("; ")));
        Some(Unmet { claim, message, span: *span, release, environments })
    }

    /// What is wrong with each environment of a name. These environments are added to the list.
    fn each(
        &self,
        simulation: &Simulation,
        name: &Ident,
        environments: &mut Vec<EnvironmentPlanId>,
        wrong: impl Fn(EnvironmentPlanId, &str) -> Option<String>,
    ) -> Vec<String> {
        let mut list = Vec::new();
        for target in self.program.targets(&name.value).unwrap_or_default() {
            let name = format!("`{}`", self.program.environments[target].name.value);
            let said = match simulation.environment_in_plan(target) {
                Some(id) => wrong(id, &name).inspect(|_| environments.push(id)),
                None => Some(format!("{name} is not in the flow of this release")),
            };
            list.extend(said);
        }
        list
    }

    fn status(
        &self,
        simulation: &Simulation,
        subject: Option<EnvironmentPlanId>,
        name: &str,
        wanted: Spanned<ast::Status>,
        within: Option<Spanned<Seconds>>,
    ) -> Option<String> {
        let wanted = Status::from(wanted.value);
        let statuses = simulation.statuses(subject);
        let start = if wanted == Status::Queued { simulation.arrived } else { simulation.start() };
        let by = within.map(|within| start.after(within.value));
        let when =
            |at: Instant| format!("{} ({} after the start)", describe::instant(at), at.since(simulation.start()));
        let word = wanted.as_str();
        if wanted.is_in_flight() || wanted == Status::Queued {
            let first = statuses.iter().find(|(_, status)| *status == wanted).map(|(at, _)| *at);
            return match (first, by) {
                (None, _) => Some(format!("{name} was never {word}")),
                (Some(at), Some(by)) if by < at => Some(format!("{name} was first {word} at {}", when(at))),
                _ => None,
            };
        }
        let &(since, last) = statuses.last()?;
        if last != wanted {
            let before = statuses.windows(2).rev().find_map(|pair| match pair {
                [(from, status), (to, _)] if *status == wanted && from < to && wanted != Status::Pending => {
                    Some(format!("; it was {word} from {} to {}", describe::instant(*from), describe::instant(*to)))
                }
                _ => None,
            });
            let by_timeout = subject.is_none() && simulation.timed_out();
            let is = format!("{name} is {}, not {word}", describe::status(last, by_timeout));
            return Some(match statuses.len() {
                1 => is,
                _ => format!("{is}, since {}{}", when(since), before.unwrap_or_default()),
            });
        }
        let by = by?;
        if status_at(&statuses, by) == Some(wanted) {
            return None;
        }
        Some(format!("{name} reached {word} only at {}, not within {}", when(since), within?.value))
    }

    fn version(&self, simulation: &Simulation, id: EnvironmentId, wanted: &str) -> Option<String> {
        let name = &self.program.environments[id].name.value;
        match simulation.versions.get(&id) {
            Some(version) if version == wanted => None,
            Some(version) => Some(format!("`{name}` runs version \"{version}\" at the end, not \"{wanted}\"")),
            None => Some(format!(
                "the version of `{name}` at the end is unknown; to set its version at the start, write `given {name} at version …`"
            )),
        }
    }

    fn runs(
        &self,
        simulation: &Simulation,
        workflow: &Ident,
        times: u32,
        environment: Option<&Ident>,
        environments: &mut Vec<EnvironmentPlanId>,
    ) -> Option<Vec<String>> {
        let runs = simulation.runs(self.program.workflow(&workflow.value).ok()?);
        let name = &workflow.value;
        let mut wrong = Vec::new();
        let mut count = |runs: Vec<String>, place: String| {
            if runs.len() != times as usize {
                let shown: Vec<String> = runs.iter().take(5).cloned().collect();
                let at = match (shown.len(), runs.len() - shown.len()) {
                    (0, _) => String::new(),
                    (_, 0) => format!(": {}", shown.join(", ")),
                    (_, more) => format!(": {} and {more} more", shown.join(", ")),
                };
                wrong.push(format!("`{name}` ran {}{place}, not {}{at}", often(runs.len()), often(times as usize)));
            }
        };
        match environment {
            None => {
                let place = |run: &super::history::WorkflowRun| match run.environment {
                    Some(id) => format!("in `{}` at {}", simulation.names.environment(id), describe::instant(run.at)),
                    None => format!("for the release at {}", describe::instant(run.at)),
                };
                environments.extend(simulation.plan.environments.ids());
                count(runs.iter().map(place).collect(), String::new());
            }
            Some(environment) => {
                for target in self.program.targets(&environment.value)? {
                    let id = simulation.environment_in_plan(target);
                    let here = runs.iter().filter(|run| run.environment.is_some() && run.environment == id);
                    let name = &self.program.environments[target].name.value;
                    count(
                        here.map(|run| format!("at {}", describe::instant(run.at))).collect(),
                        format!(" in `{name}`"),
                    );
                    environments.extend(id);
                }
            }
        }
        Some(wrong)
    }
}

fn not_started(simulation: &Simulation, id: EnvironmentPlanId, name: &str, instant: Instant) -> Option<String> {
    match simulation.started(id) {
        None => Some(format!("{name} never started")),
        Some(at) if at < instant => Some(format!(
            "{name} started at {}, {} before {}",
            describe::instant(at),
            instant.since(at),
            describe::instant(instant)
        )),
        Some(_) => None,
    }
}

fn often(count: usize) -> String {
    match count {
        1 => "once".to_owned(),
        _ => format!("{count} times"),
    }
}
