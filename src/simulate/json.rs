//! A simulation as `promoc simulate --format json` prints it.

use serde_json::{Map, Value, json};

use super::waits::WaitPeriod;
use super::{Broken, Played, Simulation, TimelineEntry, TimelineEvent};
use crate::release::{Act, ApplicationPlanId, EffectId, EnvironmentPlanId, Outcome, Place, Report, Stage};
use crate::syntax::ast::Action;
use crate::syntax::literal::Instant;

impl Played {
    /// The release, or `{"releases"}` where there are several.
    pub fn to_json(&self) -> Value {
        match self.releases.as_slice() {
            [only] => only.to_json(),
            several => json!({ "releases": several.iter().map(Simulation::to_json).collect::<Vec<_>>() }),
        }
    }
}

impl Simulation {
    /// `{"release", "environments", "events", "broken"}`. Instants are RFC 3339 in UTC; what never came is null, and so is a version
    /// that nobody knows.
    pub fn to_json(&self) -> Value {
        let (started, ended) = (self.state.started().map(|_| self.start()), self.state.ended());
        let mut environments = Map::new();
        for (id, name) in self.plan.environments.ids().zip(&self.names.environments) {
            let view = self.state.environment(id);
            let facts = json!({
                "status": view.status.as_str(),
                "started": instant(view.started),
                "ended": instant(view.ended),
                "version": self.versions.get(&self.plan.environments[id].environment),
                "waits": self.waits(id).iter().map(wait).collect::<Vec<_>>(),
            });
            environments.insert(name.clone(), facts);
        }
        json!({
            "release": {
                "product": self.names.product,
                "flow": self.names.flow,
                "version": self.version,
                "status": self.state.status().as_str(),
                "started": instant(started),
                "ended": instant(ended),
                "seconds": started.zip(ended).map(|(started, ended)| ended.since(started).0),
            },
            "environments": environments,
            "events": self.entries.iter().map(|entry| self.event(entry)).collect::<Vec<_>>(),
            "broken": self.broken.iter().map(broken).collect::<Vec<_>>(),
        })
    }

    fn event(&self, entry: &TimelineEntry) -> Value {
        let mut event = Map::new();
        event.insert("at".into(), entry.at.to_string().into());
        match entry.what {
            TimelineEvent::Asked(id, act) => self.effect(&mut event, id, "started", self.act_detail(id, act)),
            TimelineEvent::Ended(id, outcome) => self.effect(&mut event, id, ended(outcome), self.detail(id)),
            TimelineEvent::Cancelled(id) => self.effect(&mut event, id, "cancelled", self.detail(id)),
            TimelineEvent::Reported(report) => self.report(&mut event, report, entry.at),
            TimelineEvent::HealthLoss(id, loss) => {
                event.insert("kind".into(), "health-lost".into());
                let environment = self.plan.applications.find(id).map(|application| application.environment);
                insert(&mut event, "environment", environment.and_then(|id| self.environment(id)));
                insert(&mut event, "application", self.application(id));
                insert(&mut event, "detail", Some(loss.as_str().to_string()));
            }
            TimelineEvent::Terminate => insert(&mut event, "kind", Some("terminate".to_string())),
            TimelineEvent::Retry => insert(&mut event, "kind", Some("retry".to_string())),
        }
        Value::Object(event)
    }

    fn effect(&self, event: &mut Map<String, Value>, id: EffectId, what: &str, detail: Option<String>) {
        let subject = match id.stage {
            Stage::Approval(_) => "approval",
            Stage::Rollback if self.plan.call_of(id).is_some() => "workflow",
            Stage::Action | Stage::Rollback
                if self.plan.environment_of(id.place).is_some_and(|id| self.opens_pull_requests(id)) =>
            {
                "pull-request"
            }
            Stage::Action | Stage::Rollback => "commit",
            Stage::Merge | Stage::RollbackMerge => "merge",
            Stage::Sync | Stage::RollbackSync => "sync",
            Stage::Health | Stage::RollbackHealth => "health",
            _ => "workflow",
        };
        event.insert("kind".into(), format!("{subject}-{what}").into());
        self.place(event, id);
        insert(event, "detail", detail);
    }

    fn report(&self, event: &mut Map<String, Value>, report: Report, now: Instant) {
        let until = |at: Instant| Some(format!("until {at}"));
        let (kind, environment, detail) = match report {
            Report::Release(status) => ("release", None, Some(status.as_str().to_string())),
            Report::Environment(id, status) => ("environment", Some(id), Some(status.as_str().to_string())),
            Report::Started(id) => ("started", Some(id), None),
            Report::Baking(at) => ("baking", None, until(at)),
            Report::Soaking(id, at) => ("soaking", Some(id), until(at)),
            Report::AwaitingWindow(id, at) => {
                let words = self.names.window(&self.plan, id, now, at);
                let until = at.map(|at| format!("until {at}: ")).unwrap_or_default();
                ("window-awaited", Some(id), Some(format!("{until}{words}")))
            }
            Report::RetryingEnvironment(id, at) => ("environment-retrying", Some(id), Some(format!("at {at}"))),
            Report::AwaitingOlder(id) => ("older-awaited", Some(id), None),
            Report::RollingBack(id) => ("rolling-back", Some(id), None),
            Report::Superseded(id) => ("superseded", Some(id), None),
            Report::RetryingWorkflow(id, at) => {
                return self.effect(event, id, "retrying", Some(format!("at {at}")));
            }
        };
        event.insert("kind".into(), kind.into());
        insert(event, "environment", environment.and_then(|id| self.environment(id)));
        insert(event, "detail", detail);
    }

    fn place(&self, event: &mut Map<String, Value>, id: EffectId) {
        insert(event, "environment", self.plan.environment_of(id.place).and_then(|id| self.environment(id)));
        insert(event, "application", self.application_of(id));
        insert(event, "workflow", self.plan.call_of(id).and_then(|call| self.names.calls.get(call.index())).cloned());
    }

    fn act_detail(&self, id: EffectId, act: Act) -> Option<String> {
        let Act::AskApproval(nth) = act else { return self.detail(id) };
        let environment = self.plan.environment_of(id.place)?;
        let who = self.names.approvals.get(environment.index())?.get(usize::from(nth))?;
        match self.plan.environments[environment].approvals.get(usize::from(nth)) {
            Some(count) if *count > 1 => Some(format!("{count} of {who}")),
            _ => Some(who.clone()),
        }
    }

    /// The stage of a workflow, or that something is rolled back; which time, from the second on.
    fn detail(&self, id: EffectId) -> Option<String> {
        let stage = match id.stage {
            Stage::Rollback | Stage::RollbackMerge | Stage::RollbackSync | Stage::RollbackHealth => {
                Some("rollback".to_string())
            }
            stage => self.plan.call_of(id).map(|_| stage.to_string()),
        };
        match (stage, id.time) {
            (stage, 0 | 1) => stage,
            (Some(stage), time) => Some(format!("{stage}, time {time}")),
            (None, time) => Some(format!("time {time}")),
        }
    }

    pub(super) fn application_of(&self, id: EffectId) -> Option<String> {
        match id.place {
            Place::Application(application) => self.application(application),
            Place::Release | Place::Environment(_) => None,
        }
    }

    fn opens_pull_requests(&self, id: EnvironmentPlanId) -> bool {
        self.plan.environments[id].action == Action::PullRequest
    }

    fn environment(&self, id: EnvironmentPlanId) -> Option<String> {
        self.names.environments.get(id.index()).cloned()
    }

    fn application(&self, id: ApplicationPlanId) -> Option<String> {
        self.names.applications.get(id.index()).cloned()
    }
}

fn insert(event: &mut Map<String, Value>, key: &str, value: Option<String>) {
    if let Some(value) = value {
        event.insert(key.into(), value.into());
    }
}

fn wait(wait: &WaitPeriod) -> Value {
    json!({ "for": wait.what, "from": wait.from.to_string(), "until": instant(wait.until) })
}

fn broken(broken: &Broken) -> Value {
    json!({ "at": broken.at.to_string(), "property": broken.property, "message": broken.message })
}

fn instant(at: Option<Instant>) -> Value {
    at.map_or(Value::Null, |at| at.to_string().into())
}

fn ended(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Succeeded => "succeeded",
        Outcome::Unchanged => "unchanged",
        Outcome::Failed => "failed",
        Outcome::Stopped => "stopped",
        Outcome::Superseded => "superseded",
    }
}
