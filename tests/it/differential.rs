//! `simulate` shows what `run` does. Random small programs are played once in virtual time and once in the real world (with
//! its Git, its ledger, its processes). Given the same answers, both must have the same sequence of events.
//!
//! The real processes wait until they are released, one by one, in the order in which they would end in virtual time. So
//! the events can be compared one by one, even if environments run side by side. `PROPTEST_CASES=500` plays more.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};

use crate::common::{Repo, VALUES};
use promoc::Project;
use promoc::ledger::entry::{Detail, EntryKind as Line, LedgerEntry};
use promoc::ledger::words::ActWord;
use promoc::release::{Effect, EventKind, Status};
use promoc::run::{self, Observer, RunOptions};
use promoc::simulate::{Simulation, TimelineEvent, play};
use promoc::syntax::literal::Instant;
use proptest::prelude::*;

const SCRIPT: &str = r#"
  run """
    go="go/$(echo "$PROMO_EFFECT_ID" | tr / _)"
    while [ ! -e "$go" ]; do sleep 0.005; done
    read -r status < "$go"
    exit "$status"
    """
"#;

/// The workflows: of an application, of an environment's hooks, of the release's hooks.
const WORKFLOWS: [&str; 8] = ["before", "after", "begin", "finish", "mourn", "first", "last", "sorry"];

/// Numbers that decide: the same numbers make the same program.
#[derive(Clone, Debug)]
struct Choices {
    numbers: Vec<u16>,
    at: usize,
}

impl Choices {
    fn below(&mut self, limit: usize) -> usize {
        let number = self.numbers.get(self.at).copied().unwrap_or_default();
        self.at += 1;
        usize::from(number) % limit.max(1)
    }

    fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == count - 1
    }
}

/// A program, and the answers of its workflows.
#[derive(Clone, Debug, Default)]
struct Case {
    text: String,
    environments: Vec<String>,
    /// The environments that have the new version from the start.
    given: BTreeSet<String>,
    /// By workflow and environment (`-`: the release): how many seconds it takes, and how many tries fail.
    answers: BTreeMap<(String, String), (u64, u32)>,
}

fn case(choices: &mut Choices) -> Case {
    let mut case = Case { environments: vec!["dev".to_owned()], ..Case::default() };
    let (mut groups, mut flow) = (String::new(), String::new());
    let mut two: Vec<String> = Vec::new();
    let after = choices.one_in(2);
    if after {
        case.answer(choices, "after", "dev");
    }
    let _ = writeln!(flow, "  trigger dev {{ {} }}", if after { "post-action after" } else { "" });
    for number in 1..=1 + choices.below(4) {
        let (promote, targets) = (format!("p{number}"), 1 + usize::from(choices.one_in(3)));
        let before = case.environments.clone();
        let names: Vec<String> = (0..targets).map(|at| format!("{promote}{}", ["a", "b"][at])).collect();
        let mut needs: Vec<String> = Vec::new();
        if choices.one_in(2) && before.len() > 2 {
            let count = 1 + choices.below(before.len() - 1);
            let _ = writeln!(groups, "group g{number} = {}", before[1..].join(", "));
            needs.push(format!("{count} of g{number}"));
        } else {
            needs.extend((0..=choices.below(2)).map(|_| before[choices.below(before.len())].clone()));
            needs.sort();
            needs.dedup();
        }
        let order = if targets > 1 && choices.one_in(2) { " one by one" } else { "" };
        let mut block = Vec::new();
        let none = choices.one_in(4);
        if none || choices.one_in(2) {
            block.push("pre-action before".to_owned());
            names.iter().for_each(|name| case.answer(choices, "before", name));
        }
        block.push(format!("action {}", if none { "none" } else { "commit" }));
        for (statement, workflow) in
            [("post-action", "after"), ("on start", "begin"), ("on success", "finish"), ("on failure", "mourn")]
        {
            if choices.one_in(2) {
                block.push(format!("{statement} {workflow}"));
                names.iter().for_each(|name| case.answer(choices, workflow, name));
            }
        }
        if choices.one_in(3) {
            block.push(format!("retry {}", 1 + choices.below(2)));
        }
        let _ = writeln!(
            flow,
            "  promote {}{order} after {} {{ {} }}",
            names.join(", "),
            needs.join(", "),
            block.join("; ")
        );
        for name in names {
            if choices.one_in(3) {
                two.push(name.clone());
            }
            if choices.one_in(4) {
                case.given.insert(name.clone());
            }
            case.environments.push(name);
        }
    }
    for (event, workflow) in [("start", "first"), ("success", "last"), ("failure", "sorry")] {
        if choices.one_in(2) {
            let _ = writeln!(flow, "  on {event} {workflow}");
            case.answer(choices, workflow, "-");
        }
    }
    let tried = [choices.below(2), choices.below(2)];
    case.write(&groups, &flow, &two, tried);
    case
}

impl Case {
    fn answer(&mut self, choices: &mut Choices, workflow: &str, environment: &str) {
        let fails = match choices.below(8) {
            0..=4 => 0,
            5 => 1,
            6 => 2,
            _ => u32::MAX,
        };
        let seconds = 1 + choices.below(3500) as u64;
        self.answers.insert((workflow.to_owned(), environment.to_owned()), (seconds, fails));
    }

    fn write(&mut self, groups: &str, flow: &str, two: &[String], tried: [usize; 2]) {
        let all = self.environments.join(", ");
        let text = &mut self.text;
        let _ = writeln!(text, "environment {all}\n{groups}");
        for (workflow, tried) in WORKFLOWS.into_iter().zip(tried.into_iter().chain([0; 6])) {
            let retry = if tried > 0 { format!("  retry {tried}\n") } else { String::new() };
            let _ = writeln!(text, "workflow {workflow} {{{SCRIPT}{retry}}}");
        }
        let also = if two.is_empty() {
            String::new()
        } else {
            format!("  application web-{{environment}} in {} {{ path \"web/{{environment}}\" }}\n", two.join(", "))
        };
        let _ = writeln!(
            text,
            "template values {{\n  version from \"values.yaml\" at $.image.tag\n  copy \"values.yaml\" at $.image.tag\n}}\nproduct shop {{\n  template values\n  repo \"./deploy.git\"\n  branch main\n  application api-{{environment}} in {all} {{ path \"api/{{environment}}\" }}\n{also}  flow ship by hand\n}}\nflow ship {{\n  timeout 30d\n{flow}}}"
        );
        let _ = writeln!(text, "scenario played {{\n  release shop via ship version \"2.0\"");
        for name in &self.given {
            let _ = writeln!(text, "  given {name} at version \"2.0\"");
        }
        for ((workflow, environment), (seconds, fails)) in &self.answers {
            let place = if environment == "-" { String::new() } else { format!(" in {environment}") };
            let _ = writeln!(text, "  given {workflow}{place} takes {seconds}s");
            match *fails {
                0 => {}
                u32::MAX => _ = writeln!(text, "  given {workflow}{place} fails"),
                times => _ = writeln!(text, "  given {workflow}{place} fails {times} times"),
            }
        }
        let _ = writeln!(text, "  expect release succeeded\n}}");
    }

    /// Creates the project in a folder; the environments in `given` have the new version.
    fn project(&self, folder: &Path) -> (Project, Repo) {
        let repo = Repo::new(&folder.join("deploy.git"));
        let values = |new: bool| if new { VALUES.replace("1.0", "2.0") } else { VALUES.to_owned() };
        let mut files = Vec::new();
        for name in &self.environments {
            for application in ["api", "web"] {
                let new = name == "dev" || self.given.contains(name);
                files.push((format!("{application}/{name}/values.yaml"), values(new)));
            }
        }
        let files: Vec<(&str, Option<&[u8]>)> =
            files.iter().map(|(path, text)| (path.as_str(), Some(text.as_bytes()))).collect();
        repo.commit(&files, "first\n");
        std::fs::write(folder.join("main.promo"), &self.text).unwrap();
        std::fs::write(folder.join("promo.toml"), "[author]\nname = \"Bot\"\nemail = \"bot@example.com\"\n").unwrap();
        std::fs::create_dir(folder.join("go")).unwrap();
        (Project::open(folder).unwrap(), repo)
    }
}

/// An event as text, without the release, instants, and everything that only the real world knows.
fn line(what: &Line) -> Option<String> {
    let short = |effect: &str| effect.splitn(3, '/').nth(2).unwrap().to_owned();
    Some(match what {
        Line::Outcome { effect, outcome, .. } => format!("ended {} {outcome:?}", short(effect)),
        Line::Intent { effect, act, workflow, .. } => {
            format!("{} {} {}", act.as_str(), short(effect), workflow.as_deref().unwrap_or_default())
        }
        Line::Report { environment, what, status, effect, .. } => format!(
            "{} {} {} {}",
            what.as_str(),
            environment.as_deref().unwrap_or("-"),
            status.map_or("", Status::as_str),
            effect.as_deref().map(short).unwrap_or_default()
        ),
        _ => return None,
    })
}

/// What the simulator shows, in the words of the ledger.
fn shown(simulation: &Simulation) -> Vec<String> {
    let (plan, names) = (&simulation.plan, &simulation.names);
    let effect = |at, effect: Effect| Line::of_effect(&effect, at, "p/r", plan, names);
    let entries = simulation.entries.iter().map(|entry| match entry.what {
        TimelineEvent::Asked(id, act) => effect(entry.at, Effect::Do { id, act }),
        TimelineEvent::Cancelled(id) => effect(entry.at, Effect::Cancel(id)),
        TimelineEvent::Reported(report) => effect(entry.at, Effect::Report(report)),
        TimelineEvent::Ended(id, outcome) => {
            let text = Some(id.text("p/r", plan, names));
            Line::of_event(&EventKind::Outcome(id, outcome), text, Detail::default(), plan, names)
        }
        TimelineEvent::HealthLoss(..)
        | TimelineEvent::DependencyLost(_)
        | TimelineEvent::Terminate
        | TimelineEvent::Retry => Line::Due,
    });
    entries.filter_map(|entry| line(&entry)).collect()
}

/// Releases the processes in the order of virtual time, and collects the observed events.
struct Clock<'a> {
    case: &'a Case,
    go: PathBuf,
    now: u64,
    /// The running workflows: when each one ends, its effect, and its exit status.
    running: Vec<(u64, String, u8)>,
    /// How many tries of each workflow in each environment have started.
    tries: BTreeMap<(String, String), u32>,
    let_go: Option<String>,
    /// Two workflows ended at the same instant of virtual time, so their order is undefined.
    tie: bool,
    lines: Vec<String>,
}

impl Observer for Clock<'_> {
    fn begins(&mut self, _id: &str, _resumed: bool) {}

    fn entry(&mut self, entry: &LedgerEntry) {
        self.lines.extend(line(&entry.kind));
        match &entry.kind {
            Line::Intent { effect, act: ActWord::Workflow, workflow: Some(workflow), .. } => {
                let environment = effect.rsplit('/').nth(2).unwrap();
                let place = (workflow.clone(), environment.to_owned());
                let (seconds, fails) = self.case.answers[&place];
                let tries = self.tries.entry(place).or_default();
                *tries += 1;
                self.running.push((self.now + seconds, effect.clone(), u8::from(*tries <= fails)));
            }
            Line::Outcome { effect, .. } if self.let_go.as_ref() == Some(effect) => self.let_go = None,
            _ => {}
        }
    }

    fn waiting(&mut self, _for: &[String], _until: Option<Instant>) {
        if self.let_go.is_some() {
            return;
        }
        self.running.sort();
        let (at, effect, status) = self.running.remove(0);
        self.tie |= self.running.first().is_some_and(|(other, ..)| *other == at);
        self.now = at;
        let file = self.go.join(effect.replace('/', "_"));
        let written = file.with_extension("new");
        std::fs::write(&written, format!("{status}\n")).unwrap();
        std::fs::rename(written, file).unwrap();
        self.let_go = Some(effect);
    }
}

fn config() -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(24);
    ProptestConfig { cases, failure_persistence: None, max_shrink_iters: 60, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn simulate_and_run_have_one_sequence_of_events(numbers in prop::collection::vec(any::<u16>(), 120)) {
        let case = case(&mut Choices { numbers, at: 0 });
        let folder = tempfile::tempdir().unwrap();
        let (project, repo) = case.project(folder.path());
        let program = project.analysed.program();
        let errors: Vec<_> = project.analysed.analysis().diagnostics.iter().map(|it| &it.message).collect();
        prop_assert!(errors.is_empty(), "{errors:?}\n{}", case.text);

        let played = play(project.analysed.checked().unwrap(), program.scenario("played").unwrap());
        let simulation = &played.releases[0];
        let mut clock = Clock {
            case: &case,
            go: folder.path().join("go"),
            now: 0,
            running: Vec::new(),
            tries: BTreeMap::new(),
            let_go: None,
            tie: false,
            lines: Vec::new(),
        };
        let ended = run::run(&project.root, project.analysed.checked().unwrap(), "shop", "ship", &mut clock, RunOptions::default()).unwrap();
        prop_assume!(!clock.tie);

        let (expected, got) = (shown(simulation), clock.lines);
        let at = expected.iter().zip(&got).take_while(|(one, other)| one == other).count();
        prop_assert!(
            expected == got,
            "event {at}: `simulate` shows {:?}, `run` does {:?}\n{}",
            expected.get(at),
            got.get(at),
            case.text
        );
        prop_assert_eq!(ended.status, simulation.state.status());
        for (environment, version) in &simulation.versions {
            let name = &program.environments[*environment].name.value;
            let values = repo.read(&format!("api/{name}/values.yaml")).unwrap();
            let action_none = case.text.lines().any(|line| line.contains(name.as_str()) && line.contains("action none"));
            prop_assert!(action_none || values.contains(version.as_str()), "{name}: {values}");
        }
    }
}
