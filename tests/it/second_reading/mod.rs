//! A second reading of the rules. It is written from `docs/release.md`, `docs/simulating.md` and `docs/language.md`
//! alone, without the code of `src/release` and `src/simulate`, and is slow and simple. Random programs with several
//! troubles at once are played by both, and each environment must have the same status, start, end and version.
//!
//! `PROMO_SECOND_READING=20000` plays 20,000 programs, and `PROMO_SECOND_READING=1@SEED` one of them.

mod environment;
mod gates;
pub(crate) mod generate;
pub(crate) mod program;
mod reading;
mod release;
mod rollback;
mod state;
mod world;

use program::{NAMES, Program, Time};
use promoc::api::simulate::SimulatedRelease;
use promoc::program::MemoryFiles;
use promoc::syntax::literal::Instant;
use serde_json::Value;
use state::{Release, Status};

/// How many programs the gate plays.
const PROGRAMS: u64 = 400;

fn status(status: Status) -> &'static str {
    match status {
        Status::Queued => "queued",
        Status::Pending => "pending",
        Status::Running => "running",
        Status::Suspended => "suspended",
        Status::Succeeded => "succeeded",
        Status::Failed => "failed",
        Status::Terminated => "terminated",
        Status::RolledBack => "rolled-back",
    }
}

fn instant(at: Option<Time>) -> Option<String> {
    at.map(|at| Instant::DEFAULT_START.after(promoc::syntax::literal::Seconds(at)).to_string())
}

/// What the reading says, in lines.
fn expected(program: &Program) -> Vec<String> {
    let mut lines = Vec::new();
    for (number, release) in reading::play(program).iter().enumerate() {
        let (started, ended) = (instant(release.started), instant(release.ended));
        lines.push(format!("release {}: {} {started:?}..{ended:?}", number + 1, status(release.status)));
        for (at, place) in release.places.iter().enumerate() {
            let (started, again, ended) = (instant(place.started), instant(place.restarted), instant(place.ended));
            let name = NAMES[at];
            let version = if at == 0 { None } else { reading::version_of(release, at) };
            lines.push(format!(
                "{name} of {}: {} {started:?}, {again:?}..{ended:?} runs {version:?}",
                number + 1,
                status(place.status)
            ));
            lines.extend(effects(release, at, number));
        }
    }
    lines
}

/// The effects that the reading begins in an environment, in order.
fn effects(release: &Release, place: usize, number: usize) -> Vec<String> {
    let here = release.log.iter().filter(|entry| entry.1 == Some(place));
    here.map(|&(at, _, kind, application, workflow)| {
        effect(number, NAMES[place], at_text(at), kind, application, workflow)
    })
    .collect()
}

fn at_text(at: Time) -> String {
    instant(Some(at)).unwrap()
}

fn effect(
    number: usize,
    place: &str,
    at: String,
    kind: &str,
    application: Option<usize>,
    workflow: Option<usize>,
) -> String {
    let application = application.map(|it| ["x", "y"][it]).unwrap_or("-");
    let workflow = workflow.map_or("-".to_owned(), |it| format!("w{it}"));
    format!("  {place} of {}: {at} {kind} {application} {workflow}", number + 1)
}

/// What the simulator shows, in the same lines; nothing if the checker refuses the program.
fn shown(text: &str) -> Option<Vec<String>> {
    let files = MemoryFiles([("main.promo".to_owned(), text.to_owned())].into());
    let analysed = promoc::analyse(&files, "main.promo").unwrap();
    let checked = analysed.checked()?;
    let played = promoc::simulate::play(checked, checked.program().scenario("played").unwrap());
    let mut lines = Vec::new();
    for (number, release) in played.releases.iter().enumerate() {
        let shown = serde_json::to_value(SimulatedRelease::from(release)).unwrap();
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let head = &shown["release"];
        let (started, ended) = (text(&head["started"]), text(&head["ended"]));
        lines.push(format!("release {}: {} {started:?}..{ended:?}", number + 1, text(&head["status"]).unwrap()));
        for (at, (name, place)) in shown["environments"].as_object().unwrap().iter().enumerate() {
            let (started, again) = (text(&place["started"]), text(&place["restarted"]));
            let ended = text(&place["ended"]);
            let version = if at == 0 { None } else { Some(text(&place["version"])) };
            lines.push(format!(
                "{name} of {}: {} {started:?}, {again:?}..{ended:?} runs {version:?}",
                number + 1,
                text(&place["status"]).unwrap()
            ));
            for event in shown["events"].as_array().unwrap() {
                if event["environment"] != *name.as_str() {
                    continue;
                }
                let kind = match event["kind"].as_str().unwrap() {
                    "workflow-started" => "workflow",
                    "commit-started" => "commit",
                    "pull-request-started" => "pull-request",
                    "approval-started" => "approval",
                    "override-started" => "override",
                    "started" => "started",
                    _ => continue,
                };
                let application = event["application"].as_str().map(|it| usize::from(it.starts_with('y')));
                let workflow = event["workflow"].as_str().map(|it| it[1..].parse().unwrap());
                lines.push(effect(number, name, text(&event["at"]).unwrap(), kind, application, workflow));
            }
        }
    }
    Some(lines)
}

/// The first difference between the two; a program that the checker refuses has none.
fn difference(program: &Program) -> Option<(String, String)> {
    let shown = shown(&program.text())?;
    let expected = expected(program);
    let length = shown.len().max(expected.len());
    let line = |lines: &[String], at: usize| lines.get(at).cloned().unwrap_or_default();
    let same = |at: usize| match line(&expected, at).strip_suffix(" runs None") {
        Some(rest) => line(&shown, at).starts_with(rest),
        None => line(&expected, at) == line(&shown, at),
    };
    let at = (0..length).find(|at| !same(*at))?;
    Some((line(&expected, at), line(&shown, at)))
}

/// Programs with one thing less.
fn simpler(program: &Program) -> Vec<Program> {
    let mut list = Vec::new();
    let mut change = |with: &dyn Fn(&mut Program)| {
        let mut other = program.clone();
        with(&mut other);
        if other.text() != program.text() {
            list.push(other);
        }
    };
    for at in 0..program.givens.len() {
        change(&|it| _ = it.givens.remove(at));
        change(&|it| it.givens[at].of = None);
    }
    for at in 0..program.rules.len() {
        change(&|it| drop(it.rules.remove(at)));
    }
    if program.environments.iter().all(|it| it.windows.is_empty()) {
        change(&|it| it.windows.clear());
    }
    change(&|it| it.bake = 0);
    change(&|it| it.timeout = 86_400);
    let last = program.releases.len() - 1;
    if last > 0 && program.givens.iter().all(|it| it.of != Some(last)) {
        change(&|it| _ = it.releases.pop());
    }
    change(&|it| _ = it.hooks.start.pop());
    change(&|it| _ = it.hooks.success.pop());
    change(&|it| _ = it.hooks.failure.pop());
    for at in 0..program.environments.len() {
        change(&|it| it.environments[at].soak = 0);
        change(&|it| it.environments[at].approvals = 0);
        change(&|it| it.environments[at].windows.clear());
        change(&|it| _ = it.environments[at].windows.pop());
        change(&|it| it.environments[at].post = None);
        change(&|it| it.environments[at].retry = (0, 0));
        change(&|it| it.environments[at].timeout = None);
        change(&|it| it.environments[at].applications = 1);
        change(&|it| it.environments[at].action = program::Action::Commit);
        change(&|it| _ = it.environments[at].hooks.start.pop());
        change(&|it| _ = it.environments[at].hooks.success.pop());
        change(&|it| _ = it.environments[at].hooks.failure.pop());
        if program.environments[at].action != program::Action::Nothing {
            change(&|it| it.environments[at].pre = None);
            change(&|it| it.environments[at].rollback_action = None);
        }
    }
    for at in 0..program.workflows.len() {
        change(&|it| it.workflows[at].retry = (0, 0));
        change(&|it| it.workflows[at].timeout = None);
        change(&|it| it.workflows[at].takes = (0, 0));
    }
    let last = program.environments.len() - 1;
    let named = |at: usize| program.rules.iter().any(|it| it.targets.contains(&at) || it.when.contains(&at));
    if last > 1 && !named(last) {
        change(&|it| _ = it.environments.pop());
    }
    list
}

/// The smallest program in which the two still differ.
fn smallest(mut program: Program) -> Program {
    let differs = |it: &Program| std::panic::catch_unwind(|| difference(it).is_some()).unwrap_or(false);
    while let Some(smaller) = simpler(&program).into_iter().find(differs) {
        program = smaller;
    }
    program
}

#[test]
fn the_simulator_does_what_a_second_reading_of_the_rules_says() {
    let asked = std::env::var("PROMO_SECOND_READING").unwrap_or_else(|_| PROGRAMS.to_string());
    let (count, seed) = asked.split_once('@').unwrap_or((&asked, "0"));
    let (count, seed): (u64, u64) = (count.parse().unwrap(), seed.parse().unwrap());
    let mut played = 0;
    for seed in seed..seed + count {
        let program = generate::program(seed);
        played += u64::from(shown(&program.text()).is_some());
        if difference(&program).is_some() {
            let program = smallest(program);
            let (expected, shown) = difference(&program).unwrap();
            panic!("seed {seed}\n{}\nby the rules: {expected}\nsimulated:    {shown}", program.text());
        }
    }
    assert!(played * 10 >= count * 8, "only {played} of {count} programs are valid");
}
