//! `promoc test [PATH…]`

mod human;
mod junit;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::check::together;
use super::folder::has_no_program;
use super::project::Opened;
use super::{Answer, Failure, Out};
use crate::api::TestDocument;
use crate::api::test::TestedScenario;
use crate::check::Checked;
use crate::diagnostic::{Severity, nearest};
use crate::report::TimelineOptions;
use crate::simulate::{Claim, Idle, Tested, test};
use crate::source::{Position, SourceMap, Span};

/// At most this many names are listed if none was meant.
const MOST_NAMES: usize = 10;

/// Run every scenario and report unmet expectations
#[derive(Debug, clap::Args)]
#[command(after_help = examples! {
    "Run the scenarios of every program in this folder" => "promoc test",
    "Run only scenarios with `failing` in their names" => "promoc test --filter failing",
    "Write the results for a CI server" => "promoc test --format junit > results.xml",
})]
pub(super) struct Test {
    /// Files or folders to test; in a folder, every program is tested
    #[arg(value_name = "PATH", default_value = ".")]
    paths: Vec<PathBuf>,
    /// Run only scenarios whose names contain this text
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// Succeed even if there is no scenario to run, or no program in a folder
    #[arg(long)]
    allow_empty: bool,
    /// Output format
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Output formats of `promoc test`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// Human-readable text
    #[default]
    Human,
    /// One JSON document
    Json,
    /// JUnit XML, for a CI server
    Junit,
}

/// The result of a scenario.
struct Case {
    /// The result for the JSON document.
    tested: TestedScenario,
    name: String,
    /// The position of the declaration; the line counts from 1.
    file: String,
    line: u32,
    failures: Vec<Failed>,
    /// If the scenario failed: each `given` that had no effect, and why.
    idle: Vec<String>,
    /// How long it took to run, in real time.
    took: Duration,
}

/// An unmet expectation, or a violated property.
struct Failed {
    message: String,
    place: Quote,
    /// The `release` statement that violates the property; `None` for an expectation.
    release: Option<Quote>,
    /// The part of the timeline that explains the failure.
    timeline: String,
}

/// A statement and its line in the program.
struct Quote {
    file: String,
    at: Position,
    /// The whole line, and the statement in it: the column (from 0) and the length, in characters.
    text: String,
    underlined: (usize, usize),
}

impl Test {
    pub(super) fn run(&self, out: &mut Out) -> Result<Answer, Failure> {
        let mut projects = Vec::new();
        for path in &self.paths {
            match Opened::open_all(path) {
                Ok(opened) => projects.extend(opened),
                Err(_) if self.allow_empty && has_no_program(path) => {}
                Err(failure) => return Err(not_a_scenario(path, failure)),
            }
        }
        let (mut cases, mut broken) = (Vec::new(), Vec::new());
        for project in &projects {
            match project.checked(out) {
                Ok(checked) => cases.extend(self.cases(project, checked, out)),
                Err(_) => broken.push(project),
            }
        }
        let empty = cases.is_empty() && broken.is_empty() && !self.allow_empty;
        let (sources, mut errors) = together(broken.iter().map(|project| (*project, &[][..])));
        errors.retain(|diagnostic| diagnostic.code.severity() == Severity::Error);
        match self.format {
            Format::Human if empty || cases.is_empty() && !broken.is_empty() => {}
            Format::Human => out.result(&human::render(&cases))?,
            Format::Json => {
                let scenarios = cases.iter().map(|case| case.tested.clone()).collect();
                out.json(&TestDocument::new(scenarios, &errors, &sources))?;
            }
            Format::Junit => out.result(&junit::render(&cases, &errors, &sources))?,
        }
        if empty {
            return Err(self.nothing_to_run(&projects));
        }
        match broken.len() {
            0 => {}
            1 => out.note("error: 1 program has errors; its scenarios were not run"),
            broken => out.note(&format!("error: {broken} programs have errors; their scenarios were not run")),
        }
        let names = || projects.iter().flat_map(scenario_names);
        if let Some(filter) =
            self.filter.as_ref().filter(|_| !self.allow_empty && !names().any(|name| self.wants(name)))
        {
            none_matches(filter, &names().collect::<Vec<_>>(), "").note(out);
        }
        let all_passed = cases.iter().all(|case| case.failures.is_empty());
        Ok(if all_passed && broken.is_empty() { Answer::Yes } else { Answer::No })
    }

    fn wants(&self, name: &str) -> bool {
        self.filter.as_ref().is_none_or(|text| name.contains(text.as_str()))
    }

    /// There is no scenario to run: probably a mistake in the name or in the folder.
    fn nothing_to_run(&self, projects: &[Opened]) -> Failure {
        let names: Vec<&str> = projects.iter().flat_map(scenario_names).collect();
        let allow = "To accept that, use `--allow-empty`.";
        match &self.filter {
            Some(filter) if !names.is_empty() => none_matches(filter, &names, allow),
            _ => {
                let paths: Vec<String> = self.paths.iter().map(|path| format!("`{}`", path.display())).collect();
                let failure = Failure::new(format!("there are no scenarios in {}", paths.join(", ")));
                failure.help(format!("Add a `scenario` to a program. {allow}"))
            }
        }
    }

    fn cases(&self, project: &Opened, checked: Checked<'_>, out: &Out) -> Vec<Case> {
        let program = checked.program();
        let options = TimelineOptions { width: out.width.saturating_sub(human::INDENT), ascii: out.style.narrated };
        let scenarios = program.scenarios.iter().filter(|(_, scenario)| self.wants(&scenario.name.value));
        scenarios
            .map(|(id, scenario)| {
                let begun = Instant::now();
                let tested = test(checked, id);
                let took = begun.elapsed();
                let (file, at) = place(&project.sources, scenario.name.span);
                let failures = (0..tested.unmet.len()).filter_map(|nth| failed(project, &tested, nth, &options));
                let failures: Vec<Failed> = failures.collect();
                let idle =
                    if failures.is_empty() { Vec::new() } else { tested.played.idle(program, &scenario.decl.givens) };
                let idle = idle.iter().map(|idle| told(project, idle)).collect();
                let name = scenario.name.value.clone();
                let shown = TestedScenario::new(&name, &tested.unmet, &project.sources);
                Case { tested: shown, name, file, line: at.line, failures, idle, took }
            })
            .collect()
    }
}

/// The names of a program's scenarios, even if it has errors.
fn scenario_names(project: &Opened) -> impl Iterator<Item = &str> {
    project.program().scenarios.values().map(|scenario| scenario.name.value.as_str())
}

/// None of these scenarios passes the filter. `allow` ends the help.
fn none_matches(filter: &str, names: &[&str], allow: &str) -> Failure {
    let failure = Failure::new(format!("no scenario has `{filter}` in its name"));
    if names.is_empty() {
        return failure;
    }
    let near = nearest(filter, names.iter().copied()).map(|near| format!(" Did you mean `{near}`?"));
    let most = names.iter().take(MOST_NAMES).copied().collect::<Vec<_>>().join(", ");
    let more = match names.len().saturating_sub(MOST_NAMES) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    failure.help(format!("There are: {most}{more}.{} {allow}", near.unwrap_or_default()).trim_end())
}

/// Other test runners take names where this one takes paths.
fn not_a_scenario(path: &Path, failure: Failure) -> Failure {
    let name = path.to_str().filter(|name| !path.exists() && path.extension().is_none() && !name.contains('/'));
    match name {
        Some(name) => failure.help(format!("To run scenarios by name, write `promoc test --filter {name}`.")),
        None => failure,
    }
}

fn failed(project: &Opened, tested: &Tested, nth: usize, options: &TimelineOptions) -> Option<Failed> {
    let unmet = tested.unmet.get(nth)?;
    let release = match unmet.claim {
        Claim::Property(Some(release)) => Some(quote(&project.sources, release)),
        Claim::Property(None) | Claim::Expectation => None,
    };
    let (message, place) = (unmet.message.clone(), quote(&project.sources, unmet.span));
    Some(Failed { message, place, release, timeline: tested.explain(unmet, options) })
}

fn quote(sources: &SourceMap, span: Span) -> Quote {
    let (file, at) = place(sources, span);
    let whole = &sources.file(span.file).text;
    let text = whole.lines().nth(at.line as usize - 1).unwrap_or_default().trim_end().to_owned();
    let start = at.column as usize - 1;
    let statement = sources.text(span).lines().next().unwrap_or_default().trim_end();
    Quote { file, at, text, underlined: (start, statement.chars().count().max(1)) }
}

/// A line about a `given` that had no effect.
pub(super) fn told(project: &Opened, idle: &Idle) -> String {
    let (file, at) = place(&project.sources, idle.span);
    let statement = project.sources.text(idle.span).split_whitespace().collect::<Vec<_>>().join(" ");
    format!("{file}:{}:{}: `{statement}` had no effect: {}", at.line, at.column, idle.message)
}

/// A message, then the line of the statement that it is about, with the statement underlined.
pub(super) fn quoted(sources: &SourceMap, span: Span, message: &str) -> String {
    let mut text = String::new();
    human::quote(&mut text, &quote(sources, span), message);
    text
}

fn place(sources: &SourceMap, span: Span) -> (String, Position) {
    let file = sources.file(span.file);
    (file.path.clone(), file.lines.position(&file.text, span.start))
}
