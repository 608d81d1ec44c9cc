//! First guesses of people who know other tools, and what to write instead: commands with another name, and arguments that
//! were left out.
//!
//! clap answers everything else, such as a misspelled command.

use std::path::PathBuf;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::Failure;
use super::project::Opened;
use crate::source::one_line;

/// The commands of kubectl, terraform, argocd, helm, git, npm and others, each with the help for those who expect them.
pub(super) const HABITS: &[(&[&str], &str)] = &[
    (
        &["plan", "diff", "dry-run", "whatif", "what-if"],
        "To see what a release would change, run `promoc preview FLOW`; to see when, `promoc simulate FLOW`.",
    ),
    (
        &["apply", "deploy", "start", "trigger", "sync", "rollout", "up", "execute", "exec", "push"],
        "To release a flow, run `promoc run FLOW`; to promote to one environment, \
         `promoc promote PRODUCT --from ENVIRONMENT --to ENVIRONMENT`.",
    ),
    (&["validate", "lint", "vet", "verify-syntax"], "To find mistakes in programs, run `promoc check`."),
    (&["format"], "To format programs, run `promoc fmt`."),
    (
        &["status", "get", "list", "ls", "history", "ps", "runs"],
        "To list all releases, run `promoc releases`; to show one, `promoc release ID`.",
    ),
    (
        &["describe", "show", "log", "logs", "inspect", "view"],
        "To show a release with its steps and the files of their output, run `promoc release ID`.",
    ),
    (&["continue"], "To continue an interrupted release, run `promoc resume`."),
    (&["retry", "rerun"], "Run the flow again: `promoc run FLOW`. What was committed is found unchanged."),
    (
        &["rollback", "undo", "revert", "downgrade"],
        "To promote an older version, run `promoc promote PRODUCT --from ENVIRONMENT --to ENVIRONMENT --at COMMIT`.",
    ),
    (&["version"], "Run `promoc --version`."),
    (&["new", "create", "scaffold"], "To start a project in this folder, run `promoc init`."),
    (
        &["build", "generate", "template", "render", "export"],
        "To write manifests, run `promoc compile --target TARGET`.",
    ),
    (&["sim"], "To simulate a release, run `promoc simulate FLOW`."),
    (&["prove"], "To prove the properties of a flow, run `promoc verify FLOW`."),
    (&["draw", "dag", "tree"], "To draw a flow, run `promoc graph FLOW`."),
    (
        &["env", "envs", "environments", "settings"],
        "To see what applies where, run `promoc policy PRODUCT ENVIRONMENT`.",
    ),
    (&["completion"], "Run `promoc completions SHELL`."),
];

/// The answer to a command line that clap refused, if it is a known habit. `None`: clap's own message is better.
pub(super) fn answer(error: &clap::Error) -> Option<Failure> {
    match error.kind() {
        ErrorKind::InvalidSubcommand => {
            let Some(ContextValue::String(word)) = error.get(ContextKind::InvalidSubcommand) else { return None };
            let (_, help) = HABITS.iter().find(|(words, _)| words.contains(&word.as_str()))?;
            Some(Failure::new(format!("there is no command `{}`", one_line(word))).help(*help))
        }
        ErrorKind::MissingRequiredArgument => {
            let Some(ContextValue::Strings(missing)) = error.get(ContextKind::InvalidArg) else { return None };
            let help = choices(missing)?;
            let missing = missing.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            Some(Failure::new(format!("missing {missing}")).help(help))
        }
        _ => None,
    }
}

/// The names of the project that fit the missing arguments, if it has any.
fn choices(missing: &[String]) -> Option<String> {
    let project = Opened::open(&project()).ok()?;
    let program = project.program();
    let is_missing = |argument: &str| missing.iter().any(|name| name.ends_with(argument));
    let mut parts = Vec::new();
    let mut list = |what: &str, names: Vec<&str>| {
        if !names.is_empty() {
            parts.push(format!("{what}: {}", names.join(", ")));
        }
    };
    if is_missing("<PRODUCT>") {
        list("Products", program.products.values().map(|it| it.name.value.as_str()).collect());
    }
    if is_missing("<FLOW>") || is_missing("<NAME>") {
        list("Flows", program.flows.values().map(|it| it.name.value.as_str()).collect());
    }
    if is_missing("<ENVIRONMENT>") {
        list("Environments", program.environments.values().map(|it| it.name.value.as_str()).collect());
    }
    let flow = program.flows.values().next().filter(|_| missing.len() == 1 && is_missing("<FLOW>"));
    if let (Some(flow), Some(command)) = (flow, std::env::args().nth(1)) {
        parts.push(format!("For example: `promoc {} {}`", one_line(&command), flow.name.value));
    }
    (!parts.is_empty()).then(|| format!("{}.", parts.join(". ")))
}

/// The value of `--project`. clap has no result from which it could be read.
fn project() -> PathBuf {
    let mut arguments = std::env::args_os().skip_while(|argument| argument != "--project").skip(1);
    arguments.next().map_or_else(|| PathBuf::from("."), PathBuf::from)
}

/// The commit of `--at`. A time is a mistake here: `promoc simulate` takes one.
pub(super) fn commit(text: &str) -> Result<String, String> {
    let is_date = text.get(..10).unwrap_or_default().parse::<jiff::civil::Date>().is_ok();
    match is_date {
        true => Err("this is a time, and a commit is needed, such as 542bf9668a".to_owned()),
        false => Ok(text.to_owned()),
    }
}
