//! Turns events and effects of the state machine into ledger entries.

use super::entry::{ApprovalRecord, Detail, EntryKind, WindowRecord};
use super::words::{ActWord, OperatorWord, OtherWord, ReportWord};
use crate::release::{Act, Effect, EnvironmentPlanId, EventKind, Names, Place, Plan, Report};
use crate::syntax::literal::Instant;

impl EntryKind {
    /// The entry of an event. `effect` is the id of the effect if the event is an outcome.
    pub fn of_event(what: &EventKind, effect: Option<String>, detail: Detail, plan: &Plan, names: &Names) -> EntryKind {
        let name = |id: EnvironmentPlanId| names.environment(id).to_owned();
        let other = |word, id| EntryKind::Other { word, environment: name(id) };
        match what {
            EventKind::Begin => EntryKind::Begun,
            EventKind::Outcome(_, outcome) => {
                EntryKind::Outcome { effect: effect.unwrap_or_default(), outcome: *outcome, detail: Box::new(detail) }
            }
            EventKind::Due => EntryKind::Due,
            EventKind::HealthLoss(id, trouble) => EntryKind::HealthLoss {
                environment: plan.applications.find(*id).map(|it| name(it.environment)).unwrap_or_default(),
                application: u32::try_from(id.index()).unwrap_or(u32::MAX),
                trouble: *trouble,
                error: detail.error,
            },
            EventKind::Terminate => EntryKind::Operator { word: OperatorWord::Terminate },
            EventKind::Retry { force: false } => EntryKind::Operator { word: OperatorWord::Retry },
            EventKind::Retry { force: true } => EntryKind::Operator { word: OperatorWord::RetryByForce },
            EventKind::Superseded(id) => other(OtherWord::Superseded, *id),
            EventKind::Blocked(id) => other(OtherWord::Blocked, *id),
            EventKind::Unblocked(id) => other(OtherWord::Unblocked, *id),
        }
    }

    /// The entry of an effect that an event of this instant caused.
    pub fn of_effect(effect: &Effect, now: Instant, release: &str, plan: &Plan, names: &Names) -> EntryKind {
        match effect {
            Effect::Do { id, act } => EntryKind::Intent {
                effect: id.text(release, plan, names),
                act: act_word(*act),
                workflow: match act {
                    Act::Workflow(call) => Some(names.workflow(*call).to_owned()),
                    _ => None,
                },
                words: None,
                approval: match (act, id.place) {
                    (Act::AskApproval(nth), Place::Environment(id)) => Some(approval(plan, names, id, *nth)),
                    _ => None,
                },
                base: Vec::new(),
                claim: None,
            },
            Effect::Cancel(id) => EntryKind::Intent {
                effect: id.text(release, plan, names),
                act: ActWord::Cancel,
                workflow: None,
                words: None,
                approval: None,
                base: Vec::new(),
                claim: None,
            },
            Effect::Report(report) => {
                let (id, what, until) = match *report {
                    Report::Release(_) => (None, ReportWord::Status, None),
                    Report::Environment(id, _) => (Some(id), ReportWord::Status, None),
                    Report::Started(id) => (Some(id), ReportWord::Started, None),
                    Report::Baking(until) => (None, ReportWord::Baking, Some(until)),
                    Report::Soaking(id, until) => (Some(id), ReportWord::Soaking, Some(until)),
                    Report::AwaitingWindow(id, until) => (Some(id), ReportWord::AwaitingWindow, until),
                    Report::AwaitingOlder(id) => (Some(id), ReportWord::AwaitingOlder, None),
                    Report::RollingBack(id) => (Some(id), ReportWord::RollingBack, None),
                    Report::Superseded(id) => (Some(id), ReportWord::Superseded, None),
                    Report::RetryingEnvironment(id, until) => (Some(id), ReportWord::Retrying, Some(until)),
                    Report::RetryingWorkflow(_, until) => (None, ReportWord::Retrying, Some(until)),
                };
                EntryKind::Report {
                    environment: id.map(|id| names.environment(id).to_owned()),
                    what,
                    status: match *report {
                        Report::Release(status) | Report::Environment(_, status) => Some(status),
                        _ => None,
                    },
                    effect: match report {
                        Report::RetryingWorkflow(id, _) => Some(id.text(release, plan, names)),
                        _ => None,
                    },
                    until: until.map(|until| until.to_string()),
                    words: None,
                    window: match *report {
                        Report::AwaitingWindow(id, until) => Some(window(plan, names, id, now, until)),
                        _ => None,
                    },
                }
            }
        }
    }

    /// Whether both entries record the same effect of the machine. What the world added does not matter, nor does text for
    /// people: older entries store a sentence where newer ones store its parts.
    pub fn same_effect(&self, other: &EntryKind) -> bool {
        match (self, other) {
            (
                EntryKind::Intent { effect, act, workflow, words: _, approval: _, base: _, claim: _ },
                EntryKind::Intent {
                    effect: other_effect,
                    act: other_act,
                    workflow: other_workflow,
                    words: _,
                    approval: _,
                    base: _,
                    claim: _,
                },
            ) => (effect, act, workflow) == (other_effect, other_act, other_workflow),
            (
                EntryKind::Report { environment, what, status, effect, until, words: _, window: _ },
                EntryKind::Report {
                    environment: other_environment,
                    what: other_what,
                    status: other_status,
                    effect: other_effect,
                    until: other_until,
                    words: _,
                    window: _,
                },
            ) => {
                (environment, what, status, effect, until)
                    == (other_environment, other_what, other_status, other_effect, other_until)
            }
            _ => self == other,
        }
    }
}

fn approval(plan: &Plan, names: &Names, id: EnvironmentPlanId, nth: u16) -> ApprovalRecord {
    let (by, count) = names.approval_of(plan, id, nth);
    ApprovalRecord { by: by.to_owned(), count }
}

fn window(plan: &Plan, names: &Names, id: EnvironmentPlanId, now: Instant, until: Option<Instant>) -> WindowRecord {
    let (windows, calendar) = names.closed_windows(plan, now, until, &plan.environments[id].windows);
    WindowRecord { names: windows, zone: calendar.map(|calendar| calendar.zone().to_owned()) }
}

/// The stored word of an act.
fn act_word(act: Act) -> ActWord {
    match act {
        Act::Workflow(_) => ActWord::Workflow,
        Act::Commit => ActWord::Commit,
        Act::OpenPullRequest => ActWord::OpenPullRequest,
        Act::Rollback => ActWord::Rollback,
        Act::OpenRollbackPr => ActWord::OpenRollbackPr,
        Act::AwaitMerge => ActWord::AwaitMerge,
        Act::AwaitSync => ActWord::AwaitSync,
        Act::AwaitHealth => ActWord::AwaitHealth,
        Act::AskApproval(_) => ActWord::AskApproval,
        Act::AskOverride(_) => ActWord::AskOverride,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::sentences;
    use crate::program::{MemoryFiles, load};

    const PROGRAM: &str = r#"
environment dev, qa, us
window far { timezone "America/New_York"; open mon..fri 09:00..17:00 }
window near { open tue, sun 10:30..12:00 }
product shop { repo "./x.git"; path "."; application a in dev, qa, us { path "x" }; flow ship }
flow ship {
  trigger dev
  promote qa { window far; approval leads }
  promote us after qa { window far; window near; approval 2 of everyone }
}
"#;

    fn planned() -> (Plan, Names) {
        let files = MemoryFiles([("main.promo".to_owned(), PROGRAM.to_owned())].into());
        let program = load(&files, "main.promo").unwrap().program;
        Plan::new(&program, program.product("shop").unwrap(), program.flow("ship").unwrap())
    }

    fn entry(report: Report, now: Instant) -> EntryKind {
        let (plan, names) = planned();
        EntryKind::of_effect(&Effect::Report(report), now, "r", &plan, &names)
    }

    #[test]
    fn what_is_stored_of_a_wait_makes_the_sentence_of_a_run() {
        let (plan, names) = planned();
        let mut seen = std::collections::BTreeSet::new();
        for hours in 0..24 * 16 {
            let now = Instant(Instant::DEFAULT_START.0 + hours * 3_600_000 + 500);
            for id in plan.environments.ids().skip(1) {
                let windows = &plan.environments[id].windows;
                let opens = windows.iter().filter_map(|window| plan.windows[*window].next_open(now)).max();
                for until in [opens, opens.map(|at| Instant(at.0 + 9 * 24 * 3_600_000)), None] {
                    let report = Report::AwaitingWindow(id, until);
                    let EntryKind::Report { until: text, words, window, .. } =
                        EntryKind::of_effect(&Effect::Report(report), now, "r", &plan, &names)
                    else {
                        panic!("a report")
                    };
                    let at = now.to_string();
                    let said = sentences::window(words.as_deref(), window.as_ref(), text.as_deref(), Some(&at));
                    let said = said.unwrap();
                    assert_eq!(said, names.window(&plan, now, until, windows));
                    seen.insert(said);
                }
            }
        }
        let some = [
            "window near opens Tue 10:30 UTC",
            "windows far and near open together Wed 2026-01-21 09:00 America/New_York",
            "windows far and near, which do not open together before the flow's timeout",
        ];
        assert!(some.iter().all(|some| seen.contains(*some)), "{seen:#?}");
        for (environment, nth, text) in [(1, 0, "approval by leads"), (2, 0, "approval by 2 of everyone")] {
            let id = EnvironmentPlanId::new(environment);
            let record = approval(&plan, &names, id, nth);
            assert_eq!(sentences::approval(None, Some(&record)).unwrap(), text);
            assert_eq!(names.approval(&plan, id, nth), text);
        }
    }

    #[test]
    fn the_entry_of_an_older_promoc_is_the_same_effect() {
        let (now, qa) = (Instant::DEFAULT_START, EnvironmentPlanId::new(1));
        let until = now.after(crate::syntax::literal::Seconds(3600));
        let new = entry(Report::AwaitingWindow(qa, Some(until)), now);
        let mut old = new.clone();
        if let EntryKind::Report { words, window, .. } = &mut old {
            *words = Some("window far opens some day".to_owned());
            *window = None;
        }
        assert!(new != old && new.same_effect(&old) && old.same_effect(&new));
        assert!(!new.same_effect(&entry(Report::AwaitingWindow(qa, None), now)), "but not if it ends at another time");
        assert!(!new.same_effect(&entry(Report::Soaking(qa, until), now)), "nor if another report is stored");
    }
}
