//! Rules 23 to 25, with several releases.

use super::*;
use crate::program::Concurrency;

/// Plays releases of one plan each. What is not in the script succeeds at once. Effects are named `RELEASE:TEXT`, with
/// RELEASE counting from 1.
struct Several<'p> {
    plans: &'p [(Plan, Names)],
    arrivals: Vec<(Minutes, usize)>,
    happens: Vec<(Minutes, usize, EventKind)>,
    answers: BTreeMap<String, Answer>,
    outcomes: BTreeMap<(Instant, usize, usize), (EffectId, Outcome)>,
    /// The plan of each release.
    of: Vec<usize>,
    log: Vec<(Minutes, String)>,
}

impl<'p> World<Releases<'p>> for Several<'p> {
    type Error = Infallible;

    fn next(&mut self, due: Option<Instant>) -> Result<Option<ReleasesEvent<'p>>, Infallible> {
        let outcome = self.outcomes.keys().next().map(|(at, ..)| (*at, 0));
        let due = due.map(|at| (at, 1));
        let operator = self.happens.first().map(|(at, ..)| (minute(*at), 2));
        let arrival = self.arrivals.first().map(|(at, _)| (minute(*at), 3));
        let Some((at, class)) = [outcome, due, operator, arrival].into_iter().flatten().min() else { return Ok(None) };
        let what = match class {
            0 => {
                let ((_, release, _), (id, outcome)) = self.outcomes.pop_first().unwrap();
                ProductEvent::Of(ReleaseId(release), EventKind::Outcome(id, outcome))
            }
            1 => ProductEvent::Due,
            2 => {
                let (_, release, what) = self.happens.remove(0);
                ProductEvent::Of(ReleaseId(release - 1), what)
            }
            _ => {
                let (_, plan) = self.arrivals.remove(0);
                self.of.push(plan);
                ProductEvent::Arrives(&self.plans[plan].0)
            }
        };
        Ok(Some(ReleasesEvent { at, what }))
    }

    fn perform(
        &mut self,
        event: &ReleasesEvent<'p>,
        effects: &[ReleasesEffect],
        releases: &Releases<'p>,
    ) -> Result<(), Infallible> {
        let now = (event.at.0 - minute(0).0) / 60_000;
        for effect in effects {
            let (ReleasesEffect::Happened(id, _) | ReleasesEffect::Effect(id, _)) = *effect;
            let (plan, names) = &self.plans[self.of[id.0]];
            let environment = |id: EnvironmentPlanId| names.environments[id.index()].clone();
            let text = |id: EffectId| id.text("r", plan, names).strip_prefix("r/").unwrap().to_string();
            let rank = |effect| releases.state(id).unwrap().rank(plan, effect);
            let line = match *effect {
                ReleasesEffect::Happened(_, event) => match event.what {
                    EventKind::Begin => "begin".into(),
                    EventKind::Superseded(at) => format!("overtaken {}", environment(at)),
                    EventKind::Blocked(at) => format!("occupied {}", environment(at)),
                    EventKind::Unblocked(at) => format!("freed {}", environment(at)),
                    _ => continue,
                },
                ReleasesEffect::Effect(_, Effect::Do { id: effect, .. }) => {
                    let text = text(effect);
                    let answer = self.answers.get(&format!("{}:{text}", id.0 + 1)).copied();
                    let answer = answer.unwrap_or(Answer { after: 0, outcome: Some(Outcome::Succeeded) });
                    if let Some(outcome) = answer.outcome {
                        let at = event.at.after(Seconds(answer.after as u64 * 60));
                        self.outcomes.insert((at, id.0, rank(effect)), (effect, outcome));
                    }
                    format!("do {text}")
                }
                ReleasesEffect::Effect(_, Effect::Cancel(effect)) => {
                    self.outcomes.retain(|(_, release, _), (other, _)| (*release, *other) != (id.0, effect));
                    if !effect.stage.is_wait() {
                        self.outcomes.insert((event.at, id.0, rank(effect)), (effect, Outcome::Stopped));
                    }
                    format!("cancel {}", text(effect))
                }
                ReleasesEffect::Effect(_, Effect::Report(report)) => match report {
                    Report::Started(at) => format!("start {}", environment(at)),
                    Report::AwaitingOlder(at) => format!("older {}", environment(at)),
                    Report::Superseded(at) => format!("superseded {}", environment(at)),
                    Report::Release(status) => status.as_str().to_string(),
                    _ => continue,
                },
            };
            self.log.push((now, format!("{} {line}", id.0 + 1)));
        }
        Ok(())
    }
}

struct Ended {
    statuses: Vec<Status>,
    log: Vec<(Minutes, String)>,
}

impl Ended {
    fn at(&self, line: &str) -> Vec<Minutes> {
        self.log.iter().filter(|(_, other)| other == line).map(|(at, _)| *at).collect()
    }
}

#[derive(Default)]
struct Case {
    arrivals: Vec<(Minutes, usize)>,
    happens: Vec<(Minutes, usize, EventKind)>,
    answers: Vec<(&'static str, Minutes, Outcome)>,
}

fn several(flows: &[&str], concurrency: Concurrency, case: Case) -> Ended {
    let plans: Vec<(Plan, Names)> = flows.iter().map(|flow| plan_of(flow)).collect();
    let answers = case.answers.into_iter();
    let answers =
        answers.map(|(effect, after, outcome)| (effect.to_string(), Answer { after, outcome: Some(outcome) }));
    let mut world = Several {
        plans: &plans,
        arrivals: case.arrivals,
        happens: case.happens,
        answers: answers.collect(),
        outcomes: BTreeMap::new(),
        of: Vec::new(),
        log: Vec::new(),
    };
    let mut releases = Releases::new(concurrency);
    drive(&mut releases, &mut world).unwrap();
    let statuses = releases.ids().map(|id| releases.state(id).unwrap().status()).collect();
    Ended { statuses, log: world.log }
}

fn queue(limit: u32) -> Concurrency {
    Concurrency::Queue { limit, written: true }
}

const OK: Outcome = Outcome::Succeeded;
const FAILED: Outcome = Outcome::Failed;
const FLOW: &str = "trigger dev\n promote qa { post-action check; on failure bug }\n promote prod\n on failure bug";
const RETRY: EventKind = EventKind::Retry { force: false };

#[test]
fn rule_23_a_release_is_queued_until_the_one_before_has_ended() {
    let ended = several(
        &[FLOW],
        queue(50),
        Case {
            arrivals: vec![(0, 0), (10, 0), (20, 0)],
            answers: vec![("1:1/qa/one-qa/post-action", 60, FAILED), ("2:1/qa/one-qa/post-action", 30, OK)],
            ..Case::default()
        },
    );
    assert_eq!((ended.at("2 begin"), ended.at("3 begin")), (vec![60], vec![90]));
    assert_eq!(ended.statuses, [Status::Failed, Status::Succeeded, Status::Succeeded]);
}

#[test]
fn rule_23_above_the_limit_the_oldest_waiting_is_terminated_without_hooks() {
    let case = || Case {
        arrivals: vec![(0, 0), (1, 0), (2, 0), (3, 0), (4, 0)],
        answers: vec![("1:1/qa/one-qa/post-action", 60, OK)],
        ..Case::default()
    };
    let ended = several(&[FLOW], queue(2), case());
    assert_eq!(
        ended.statuses,
        [Status::Succeeded, Status::Terminated, Status::Terminated, Status::Succeeded, Status::Succeeded]
    );
    assert_eq!((ended.at("2 terminated"), ended.at("3 terminated")), (vec![3], vec![4]));
    assert_eq!((ended.at("4 begin"), ended.at("2 do 1/-/-/on-failure").len()), (vec![60], 0));
    assert!(several(&[FLOW], queue(4), case()).statuses.iter().all(|status| *status == Status::Succeeded));
}

#[test]
fn rule_16_a_queued_release_can_be_terminated() {
    let ended = several(
        &[FLOW],
        queue(50),
        Case {
            arrivals: vec![(0, 0), (1, 0), (2, 0)],
            happens: vec![(5, 2, EventKind::Terminate)],
            answers: vec![("1:1/qa/one-qa/post-action", 60, OK)],
        },
    );
    assert_eq!((ended.at("2 terminated"), ended.at("2 begin").len(), ended.at("3 begin")), (vec![5], 0, vec![60]));
}

#[test]
fn rule_23_terminate_ends_the_older_one_when_a_newer_one_passes_stages_1_to_3_of_where_it_is_in_flight() {
    let flow = "trigger dev\n promote qa { soak 10m; post-action check; on failure bug }\n promote prod";
    let ended = several(
        &[flow],
        Concurrency::Terminate,
        Case {
            arrivals: vec![(0, 0), (20, 0)],
            answers: vec![("1:1/qa/one-qa/post-action", 90, OK), ("1:1/qa/-/on-failure", 7, OK)],
            ..Case::default()
        },
    );
    assert_eq!(
        (ended.at("2 begin"), ended.at("2 occupied qa"), ended.at("2 older qa")),
        (vec![20], vec![20], vec![30])
    );
    assert_eq!((ended.at("1 cancel 1/qa/one-qa/post-action"), ended.at("1 terminated")), (vec![30], vec![37]));
    assert_eq!((ended.at("2 freed qa"), ended.at("2 start qa")), (vec![37], vec![37]), "it has ended before");
    assert_eq!(ended.statuses, [Status::Terminated, Status::Succeeded]);
}

#[test]
fn rule_23_terminate_lets_both_go_on_where_they_do_not_meet() {
    let flow = "trigger dev\n promote qa { post-action check }\n promote prod { post-action other }";
    let ended = several(
        &[flow],
        Concurrency::Terminate,
        Case {
            arrivals: vec![(0, 0), (20, 0)],
            answers: vec![
                ("1:1/qa/one-qa/post-action", 10, OK),
                ("1:1/prod/one-prod/post-action", 30, OK),
                ("2:1/qa/one-qa/post-action", 60, OK),
            ],
            ..Case::default()
        },
    );
    assert_eq!(ended.statuses, [Status::Succeeded, Status::Succeeded]);
    assert_eq!(
        (ended.at("2 start qa"), ended.at("2 occupied prod"), ended.at("2 freed prod")),
        (vec![20], vec![20], vec![40])
    );
}

#[test]
fn rule_24_a_release_never_begins_what_a_newer_one_has_begun() {
    let flows = ["trigger dev\n promote prod { soak 1h }", "trigger dev\n promote prod"];
    let ended = several(&flows, Concurrency::Terminate, Case { arrivals: vec![(0, 0), (20, 1)], ..Case::default() });
    assert_eq!((ended.at("1 overtaken prod"), ended.at("1 superseded prod")), (vec![20], vec![60]));
    assert_eq!(ended.statuses, [Status::Terminated, Status::Succeeded]);
}

#[test]
fn rule_23_terminate_does_not_apply_to_the_trigger() {
    let flow = "trigger dev { post-action check }\n promote qa";
    let ended = several(
        &[flow],
        Concurrency::Terminate,
        Case {
            arrivals: vec![(0, 0), (10, 0)],
            answers: vec![("1:1/dev/one-dev/post-action", 60, OK), ("2:1/dev/one-dev/post-action", 90, OK)],
            ..Case::default()
        },
    );
    assert_eq!(ended.statuses, [Status::Succeeded, Status::Succeeded]);
    assert_eq!(
        (ended.at("2 start dev"), ended.at("1 start qa"), ended.at("2 start qa")),
        (vec![10], vec![60], vec![100])
    );
}

#[test]
fn rule_24_does_not_apply_to_the_trigger() {
    let flows = ["trigger dev\n promote qa { post-action check }", "trigger qa\n promote prod"];
    let ended = several(
        &flows,
        Concurrency::Terminate,
        Case {
            arrivals: vec![(0, 0), (20, 1)],
            answers: vec![("1:1/qa/one-qa/post-action", 60, OK)],
            ..Case::default()
        },
    );
    assert_eq!(ended.statuses, [Status::Succeeded, Status::Succeeded]);
    assert_eq!(ended.at("2 start prod"), [20]);
}

#[test]
fn rule_25_a_retry_takes_its_place_at_the_end_of_the_queue() {
    let flows = [FLOW, "trigger dev\n promote us { post-action check }"];
    let ended = several(
        &flows,
        queue(50),
        Case {
            arrivals: vec![(0, 0), (60, 1), (70, 1)],
            happens: vec![(80, 1, RETRY)],
            answers: vec![
                ("1:1/qa/one-qa/post-action", 5, FAILED),
                ("2:1/us/one-us/post-action", 100, OK),
                ("3:1/us/one-us/post-action", 100, OK),
            ],
        },
    );
    assert_eq!((ended.at("1 queued"), ended.at("3 begin"), ended.at("1 begin")), (vec![80], vec![160], vec![0, 260]));
    assert_eq!(ended.statuses, [Status::Succeeded; 3]);
}

#[test]
fn rule_25_a_superseded_release_is_retried_by_force_only() {
    let case = |force| Case {
        arrivals: vec![(0, 0), (60, 0)],
        happens: vec![(80, 1, EventKind::Retry { force })],
        answers: vec![("1:1/qa/one-qa/post-action", 5, FAILED)],
    };
    let ended = several(&[FLOW], queue(50), case(false));
    assert_eq!(
        (ended.statuses, ended.log.iter().any(|(_, line)| line == "1 queued")),
        (vec![Status::Failed, Status::Succeeded], false)
    );
    let ended = several(&[FLOW], queue(50), case(true));
    assert_eq!((ended.at("1 begin"), ended.statuses), (vec![0, 80], vec![Status::Succeeded, Status::Succeeded]));
}

#[test]
fn rule_24_a_release_superseded_while_its_retry_is_queued_is_terminated_where_it_would_begin() {
    let ended = several(
        &[FLOW],
        queue(50),
        Case {
            arrivals: vec![(0, 0), (4, 0)],
            happens: vec![(6, 1, RETRY)],
            answers: vec![
                ("1:1/qa/one-qa/post-action", 5, FAILED),
                ("2:1/-/-/on-start", 1, OK),
                ("2:1/dev/one-dev/sync", 10, OK),
            ],
        },
    );
    assert_eq!((ended.at("1 begin"), ended.at("1 superseded qa")), (vec![0, 15], vec![15]));
    assert_eq!(ended.statuses, [Status::Terminated, Status::Succeeded]);
}

#[test]
fn rule_23_an_environment_is_in_flight_until_what_it_ran_before_is_synced_and_healthy() {
    let flow = "trigger dev\n promote qa\n promote prod { post-action check }\n rollback qa when prod fails";
    let ended = several(
        &[flow],
        Concurrency::Terminate,
        Case {
            arrivals: vec![(0, 0), (20, 0)],
            answers: vec![("1:1/prod/one-prod/post-action", 5, FAILED), ("1:1/qa/one-qa/rollback-health", 30, OK)],
            ..Case::default()
        },
    );
    assert_eq!((ended.at("2 occupied qa"), ended.at("2 older qa")), (vec![20], vec![20]));
    assert_eq!((ended.at("1 terminated"), ended.at("2 start qa")), (vec![35], vec![35]));
    assert_eq!(ended.statuses, [Status::Terminated, Status::Succeeded]);
}

#[test]
fn rule_23_a_rollback_of_what_an_earlier_attempt_brought_is_in_flight() {
    let flows = [
        "trigger dev\n promote qa { soak 10m }\n promote us after dev { post-action check }\n rollback qa when us fails",
        "trigger dev\n promote qa",
    ];
    let ended = several(
        &flows,
        Concurrency::Terminate,
        Case {
            arrivals: vec![(0, 0), (26, 1)],
            happens: vec![(20, 1, RETRY)],
            answers: vec![
                ("1:1/us/one-us/post-action", 15, FAILED),
                ("1:1/qa/one-qa/rollback", 1, FAILED),
                ("1:2/us/one-us/post-action", 5, FAILED),
                ("1:2/qa/one-qa/rollback-health", 30, OK),
            ],
        },
    );
    assert_eq!((ended.at("2 older qa"), ended.at("2 start qa")), (vec![26], vec![55]), "it has not begun again");
}
