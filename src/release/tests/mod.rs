//! The rules of a release. Each test is named after its rule and what it checks.

mod ends;
mod gates;
mod health;
mod late;
mod plan;
mod properties;
mod queue;
mod release;
mod retry;
mod rollback;
mod stages;

use std::collections::BTreeMap;
use std::convert::Infallible;

use super::*;
use crate::program::{MemoryFiles, load};
use crate::source::Id;
use crate::syntax::literal::{Instant, Seconds};

/// The declarations of every test program. Each environment has one application, `one-ENVIRONMENT`; `two` has two.
const DECLARATIONS: &str = r#"
environment dev, qa, eu, us, asia, prod, two
group regions = eu, us, asia
workflow check {}
workflow other {}
workflow bug {}
workflow begin {}
workflow finish {}
workflow tried { retry 2 every 10m }
workflow slow { timeout 30m }
workflow slow-tried { timeout 30m; retry 1 every 10m }
window mornings { open mon..sun 10:00..12:00 }
window tenish { open mon..sun 10:30..11:00 }
window never { open 2020-01-01 }
template all { copy "values.yaml" }
product shop {
  template all
  repo "https://example.com/x.git"
  application one-{environment} in dev, qa, eu, us, asia, prod, two { path "one/{environment}" }
  application also-{environment} in two { path "also/{environment}" }
  flow ship by hand
}
"#;

/// Minutes after the start, which is 09:00Z on a Monday.
type Minutes = i64;

fn minute(at: Minutes) -> Instant {
    Instant(Instant::DEFAULT_START.0 + at * 60_000)
}

/// The plan of a test program.
fn plan_of(flow: &str) -> (Plan, Names) {
    let text = format!("{DECLARATIONS}flow ship {{\n{flow}\n}}\n");
    let files = MemoryFiles([("main.promo".to_string(), text)].into());
    let analysis = load(&files, "main.promo").unwrap();
    assert!(analysis.diagnostics.is_empty(), "{:?}", analysis.diagnostics);
    let program = &analysis.program;
    let product = program.products.ids().next().unwrap();
    let flow = program.flows.ids().next().unwrap();
    Plan::new(program, product, flow)
}

/// The answer to an effect.
#[derive(Clone, Copy)]
struct Answer {
    after: Minutes,
    outcome: Option<Outcome>,
}

/// A script. What is not in it succeeds at once. Effects are named as in [`EffectId::text`], without release and
/// attempt.
#[derive(Clone, Default)]
struct Script {
    answers: BTreeMap<String, Answer>,
    /// Effects that ignore that they are canceled.
    deaf: Vec<String>,
    /// Losses of health and requests of operators, in order of time.
    happens: Vec<(Minutes, What)>,
}

#[derive(Clone)]
enum What {
    Terminate,
    /// An application of this name.
    HealthLoss(&'static str, HealthLoss),
    Retry,
    RetryByForce,
    /// An environment of this name.
    Superseded(&'static str),
}

impl Script {
    fn takes(mut self, effect: &str, after: Minutes) -> Script {
        self.answers.insert(effect.into(), Answer { after, outcome: Some(Outcome::Succeeded) });
        self
    }

    fn ends(mut self, effect: &str, after: Minutes, outcome: Outcome) -> Script {
        self.answers.insert(effect.into(), Answer { after, outcome: Some(outcome) });
        self
    }

    fn fails(self, effect: &str, after: Minutes) -> Script {
        self.ends(effect, after, Outcome::Failed)
    }

    fn never(mut self, effect: &str) -> Script {
        self.answers.insert(effect.into(), Answer { after: 0, outcome: None });
        self
    }

    fn deaf(mut self, effect: &str) -> Script {
        self.deaf.push(effect.into());
        self
    }

    fn happens(mut self, at: Minutes, what: What) -> Script {
        self.happens.push((at, what));
        self.happens.sort_by_key(|(at, _)| *at);
        self
    }

    fn terminate(self, at: Minutes) -> Script {
        self.happens(at, What::Terminate)
    }

    fn degrades(self, application: &'static str, at: Minutes) -> Script {
        self.happens(at, What::HealthLoss(application, HealthLoss::Degraded))
    }

    fn retry(self, at: Minutes) -> Script {
        self.happens(at, What::Retry)
    }
}

fn script() -> Script {
    Script::default()
}

/// A played release: every event, effect and report as a line with its minute.
struct Played {
    plan: Plan,
    names: Names,
    state: State,
    log: Vec<(Minutes, String)>,
    events: Vec<Event>,
}

struct Scripted<'a> {
    plan: &'a Plan,
    names: &'a Names,
    script: Script,
    begun: bool,
    outcomes: BTreeMap<(Instant, usize), (EffectId, Outcome)>,
    log: Vec<(Minutes, String)>,
    events: Vec<Event>,
}

impl Scripted<'_> {
    fn text(&self, id: EffectId) -> String {
        let text = id.text("r", self.plan, self.names);
        assert_eq!(self.plan.effect_id(self.names, &text), Some(id), "{text}");
        text.strip_prefix("r/1/").or(text.strip_prefix("r/")).unwrap().to_string()
    }

    fn happening(&self, what: &What) -> EventKind {
        let environment =
            |name: &str| Id::new(self.names.environments.iter().position(|other| other == name).unwrap() as u32);
        match what {
            What::Terminate => EventKind::Terminate,
            What::HealthLoss(name, trouble) => {
                let at = self.names.applications.iter().position(|other| other == name).unwrap();
                EventKind::HealthLoss(Id::new(at as u32), *trouble)
            }
            What::Retry => EventKind::Retry { force: false },
            What::RetryByForce => EventKind::Retry { force: true },
            What::Superseded(name) => EventKind::Superseded(environment(name)),
        }
    }

    fn environment(&self, id: EnvironmentPlanId) -> &str {
        &self.names.environments[id.index()]
    }

    fn report(&self, report: Report) -> String {
        match report {
            Report::Release(status) => format!("release {}", status.as_str()),
            Report::Environment(id, status) => format!("{} {}", self.environment(id), status.as_str()),
            Report::Started(id) => format!("start {}", self.environment(id)),
            Report::Baking(_) => "bake".into(),
            Report::Soaking(id, _) => format!("soak {}", self.environment(id)),
            Report::AwaitingWindow(id, _) => format!("window {}", self.environment(id)),
            Report::RetryingEnvironment(id, _) => format!("retry {}", self.environment(id)),
            Report::AwaitingOlder(id) => format!("older {}", self.environment(id)),
            Report::RollingBack(id) => format!("roll back {}", self.environment(id)),
            Report::Superseded(id) => format!("superseded {}", self.environment(id)),
            Report::RetryingWorkflow(id, _) => format!("retry {}", self.text(id)),
        }
    }
}

impl World<Release<'_>> for Scripted<'_> {
    type Error = Infallible;

    fn next(&mut self, due: Option<Instant>) -> Result<Option<Event>, Infallible> {
        if !std::mem::replace(&mut self.begun, true) {
            return Ok(Some(Event { at: minute(0), what: EventKind::Begin }));
        }
        let outcome = self.outcomes.keys().next().map(|(at, _)| (*at, 0));
        let due = due.map(|at| (at, 1));
        let operator = self.script.happens.first().map(|(at, _)| (minute(*at), 2));
        let Some((at, class)) = [outcome, due, operator].into_iter().flatten().min() else { return Ok(None) };
        let what = match class {
            0 => {
                let (_, (id, outcome)) = self.outcomes.pop_first().unwrap();
                EventKind::Outcome(id, outcome)
            }
            1 => EventKind::Due,
            _ => {
                let (_, what) = self.script.happens.remove(0);
                self.happening(&what)
            }
        };
        Ok(Some(Event { at, what }))
    }

    fn perform(&mut self, event: &Event, effects: &[Effect], release: &Release<'_>) -> Result<(), Infallible> {
        let state = &release.state;
        self.events.push(*event);
        assert!(self.events.len() < 10_000, "the release does not end");
        let now = (event.at.0 - minute(0).0) / 60_000;
        if let EventKind::Outcome(id, outcome) = event.what {
            self.log.push((now, format!("done {} {outcome:?}", self.text(id))));
        }
        for effect in effects {
            let line = match *effect {
                Effect::Do { id, .. } => {
                    let text = self.text(id);
                    let plain = text.split('.').next().unwrap();
                    // Effects of another attempt are named `2/qa/…`.
                    let plain = plain.strip_prefix(&format!("{}/", id.attempt)).unwrap_or(plain);
                    let given = self.script.answers.get(&text).or_else(|| self.script.answers.get(plain)).copied();
                    let answer = given.unwrap_or(Answer { after: 0, outcome: Some(Outcome::Succeeded) });
                    if let Some(outcome) = answer.outcome {
                        let at = event.at.after(Seconds(answer.after as u64 * 60));
                        self.outcomes.insert((at, state.rank(self.plan, id)), (id, outcome));
                    }
                    format!("do {text}")
                }
                Effect::Cancel(id) => {
                    let text = self.text(id);
                    if !self.script.deaf.contains(&text) {
                        let come = self.outcomes.iter().find(|((at, _), (other, _))| *at == event.at && *other == id);
                        let come = come.map_or(Outcome::Stopped, |(_, (_, outcome))| *outcome);
                        self.outcomes.retain(|_, (other, _)| *other != id);
                        if !id.stage.is_wait() {
                            self.outcomes.insert((event.at, state.rank(self.plan, id)), (id, come));
                        }
                    }
                    format!("cancel {text}")
                }
                Effect::Report(report) => self.report(report),
            };
            self.log.push((now, line));
        }
        Ok(())
    }
}

/// Plays a flow of the test program.
fn play(flow: &str, script: Script) -> Played {
    let (plan, names) = plan_of(flow);
    play_plan(plan, names, script)
}

fn play_plan(plan: Plan, names: Names, script: Script) -> Played {
    let mut release = Release { plan: &plan, state: State::new(&plan) };
    let mut world = Scripted {
        plan: &plan,
        names: &names,
        script,
        begun: false,
        outcomes: BTreeMap::new(),
        log: Vec::new(),
        events: Vec::new(),
    };
    drive(&mut release, &mut world).unwrap();
    // After the end there may be a retry, which begins at once.
    while !world.script.happens.is_empty() {
        let (at, what) = world.script.happens.remove(0);
        let what = world.happening(&what);
        for what in [what, EventKind::Begin] {
            let (event, mut effects) = (Event { at: minute(at), what }, Vec::new());
            release.step(&event, &mut effects);
            world.perform(&event, &effects, &release).unwrap();
        }
        drive(&mut release, &mut world).unwrap();
    }
    let Scripted { log, events, .. } = world;
    let state = release.state;
    Played { plan, names, state, log, events }
}

impl Played {
    fn id(&self, environment: &str) -> EnvironmentPlanId {
        let at = self.names.environments.iter().position(|name| name == environment).unwrap();
        EnvironmentPlanId::new(at as u32)
    }

    fn status(&self, environment: &str) -> Status {
        self.state.environment(self.id(environment)).status
    }

    /// When stage 4 began and when it ended.
    fn times(&self, environment: &str) -> (Option<Minutes>, Option<Minutes>) {
        let view = self.state.environment(self.id(environment));
        let minutes = |at: Instant| (at.0 - minute(0).0) / 60_000;
        (view.started.map(minutes), view.ended.map(minutes))
    }

    /// The minutes at which a line appears.
    fn at(&self, line: &str) -> Vec<Minutes> {
        self.log.iter().filter(|(_, other)| other == line).map(|(at, _)| *at).collect()
    }

    /// The position of a line that appears once.
    fn order(&self, line: &str) -> usize {
        let mut found = self.log.iter().enumerate().filter(|(_, (_, other))| other == line);
        let Some((at, _)) = found.next() else { panic!("no `{line}` in {:#?}", self.log) };
        assert!(found.next().is_none(), "`{line}` more than once in {:#?}", self.log);
        at
    }

    /// Checks that each line appears once, in this order.
    fn in_order(&self, lines: &[&str]) {
        let order: Vec<usize> = lines.iter().map(|line| self.order(line)).collect();
        assert!(order.is_sorted(), "{lines:?} in {:#?}", self.log);
    }
}
