//! `promoc completions SHELL`, and the hidden `promoc __complete` that its scripts call.
//!
//! The scripts are short: they pass the words of the command line to `promoc __complete`, which knows the commands and
//! reads the names of flows, products, environments, workflows and releases from the program in the folder.
//!
//! INVARIANT: errors produce no output, so that pressing Tab never prints a message.

use std::path::{Path, PathBuf};

use clap::{Arg, Command, CommandFactory, ValueHint};

use super::{Answer, Cli, Failure, Out};
use crate::Project;
use crate::compile::TARGETS;
use crate::diagnostic::CODES;
use crate::program::Program;
use crate::project::ProjectRoot;
use crate::run::{Listed, releases};
use crate::source::Spanned;
use crate::syntax::ast::Action;

/// Print a shell script that completes commands, options and names
#[derive(Debug, clap::Args)]
#[command(after_help = examples! {
    "bash, in ~/.bashrc" => "source <(promoc completions bash)",
    "zsh" => "promoc completions zsh > \"${fpath[1]}/_promoc\"",
    "fish" => "promoc completions fish > ~/.config/fish/completions/promoc.fish",
})]
pub(super) struct Completions {
    /// Shell that runs the script
    #[arg(value_enum)]
    shell: Shell,
}

/// The shells that have a script.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Shell {
    Bash,
    Zsh,
    Fish,
}

impl Completions {
    pub(super) fn run(&self, out: &mut Out) -> Result<Answer, Failure> {
        out.result(match self.shell {
            Shell::Bash => include_str!("promoc.bash"),
            Shell::Zsh => include_str!("promoc.zsh"),
            Shell::Fish => include_str!("promoc.fish"),
        })?;
        Ok(Answer::Yes)
    }
}

/// Print the completions of a command line: on each line a word, a tab and its meaning, or `:files` for file names
#[derive(Debug, clap::Args)]
pub(super) struct Complete {
    /// Words after `promoc`; the last one is incomplete
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    words: Vec<String>,
}

impl Complete {
    pub(super) fn run(&self, out: &mut Out) -> Result<Answer, Failure> {
        let mut command = Cli::command();
        command.build();
        for (value, meaning) in answers(&command, &self.words) {
            // names with characters that are special in some shell are left out
            if value.chars().all(|c| c.is_ascii_alphanumeric() || "-_.=:@".contains(c)) {
                let meaning = if meaning.is_empty() { String::new() } else { format!("\t{meaning}") };
                out.line(&format!("{value}{}", meaning.replace('\n', " ")))?;
            }
        }
        Ok(Answer::Yes)
    }
}

/// A word, and its meaning, which may be empty.
type Suggestion = (String, String);

const FILES: &str = ":files";

fn answers(command: &Command, words: &[String]) -> Vec<Suggestion> {
    let none = String::new();
    let (current, before) = words.split_last().map_or((&none, words), |(last, before)| (last, before));
    let Some((sub, before)) = subcommand(command, before) else {
        let all = command.get_subcommands().filter(|sub| !sub.is_hide_set());
        let names = all.map(|sub| (sub.get_name().to_string(), about(sub.get_about())));
        return beginning(if current.starts_with('-') { options(command) } else { names.collect() }, current);
    };
    let mut waiting: Option<&Arg> = None;
    let mut positionals = 0;
    let mut project = PathBuf::from(".");
    for word in before {
        match (waiting.take(), word.strip_prefix("--")) {
            // bash splits `--flow=main` into three words
            (Some(option), _) if word == "=" => waiting = Some(option),
            (Some(option), _) if option.get_id() == "project" => project = PathBuf::from(word),
            (Some(_), _) => {}
            (None, Some(long)) => match long.split_once('=') {
                Some(("project", value)) => project = PathBuf::from(value),
                Some(_) => {}
                None => waiting = option(sub, long),
            },
            (None, None) => positionals += usize::from(!word.starts_with('-')),
        }
    }
    if let Some(option) = waiting {
        return beginning(values(option, &project), if current == "=" { "" } else { current });
    }
    if let Some((long, value)) = current.strip_prefix("--").and_then(|option| option.split_once('=')) {
        let found = option(sub, long).map(|option| values(option, &project)).unwrap_or_default();
        let found = beginning(found, value).into_iter().filter(|(word, _)| word != FILES);
        return found.map(|(word, meaning)| (format!("--{long}={word}"), meaning)).collect();
    }
    if current.starts_with('-') {
        return beginning(options(sub), current);
    }
    let several = |arg: &&Arg| arg.get_num_args().is_some_and(|range| range.max_values() > 1);
    let arg = sub.get_positionals().nth(positionals).or_else(|| sub.get_positionals().last().filter(several));
    beginning(arg.map(|arg| values(arg, &project)).unwrap_or_default(), current)
}

/// The subcommand, and the words after it.
fn subcommand<'a>(command: &'a Command, words: &'a [String]) -> Option<(&'a Command, &'a [String])> {
    let at = words.iter().position(|word| !word.starts_with('-'))?;
    let name = words.get(at)?;
    Some((command.find_subcommand(name)?, words.get(at + 1..)?))
}

fn option<'a>(command: &'a Command, long: &str) -> Option<&'a Arg> {
    command.get_opts().find(|option| option.get_long() == Some(long))
}

fn options(command: &Command) -> Vec<Suggestion> {
    let shown = command.get_arguments().filter(|arg| !arg.is_hide_set());
    shown.filter_map(|arg| Some((format!("--{}", arg.get_long()?), about(arg.get_help())))).collect()
}

fn about(text: Option<&clap::builder::StyledStr>) -> String {
    text.map(ToString::to_string).unwrap_or_default()
}

fn beginning(found: Vec<Suggestion>, with: &str) -> Vec<Suggestion> {
    found.into_iter().filter(|(word, _)| word == FILES || word.starts_with(with)).collect()
}

/// The values that an argument takes: those that clap knows, or names from the program that fit the ID of the argument.
fn values(arg: &Arg, project: &Path) -> Vec<Suggestion> {
    let possible = arg.get_possible_values();
    if !possible.is_empty() {
        return possible.iter().map(|value| (value.get_name().to_string(), about(value.get_help()))).collect();
    }
    let plain = |word: &str| (word.to_string(), String::new());
    match arg.get_id().as_str() {
        "code" => CODES.iter().map(|code| (code.to_string(), code.title().to_string())).collect(),
        "target" => TARGETS.iter().map(|target| plain(target.name)).collect(),
        "action" => [Action::Commit, Action::PullRequest, Action::None].map(|action| plain(action.as_str())).into(),
        "id" => {
            let all = ProjectRoot::find(project).ok().and_then(|root| releases(&root, None).ok()).unwrap_or_default();
            let meaning = |product: &str, version: &str| format!("{product} {version}").trim().to_string();
            let shared = |id: &str| all.iter().filter(|release| release.id == id).count() > 1;
            let word = |Listed { product, id, .. }: &Listed| {
                if shared(id) { format!("{product}/{id}") } else { id.clone() }
            };
            all.iter().map(|release| (word(release), meaning(&release.product, &release.version))).collect()
        }
        kind => match Project::open(project) {
            Ok(opened) if is_of_program(kind) => names(opened.analysed.program(), kind),
            _ if arg.get_value_hint() != ValueHint::Unknown => vec![plain(FILES)],
            _ => Vec::new(),
        },
    }
}

fn is_of_program(argument: &str) -> bool {
    matches!(
        argument,
        "flow"
            | "product"
            | "name"
            | "environment"
            | "environments"
            | "from"
            | "to"
            | "pre_action"
            | "post_action"
            | "scenario"
    )
}

/// The names from a program that fit the ID of an argument.
fn names(program: &Program, argument: &str) -> Vec<Suggestion> {
    let of = |name: &Spanned<String>, kind: &str| (name.value.clone(), kind.to_string());
    let flows = || program.flows.values().map(|flow| of(&flow.name, "flow"));
    let products = || program.products.values().map(|product| of(&product.name, "product"));
    match argument {
        "flow" => flows().collect(),
        "product" => products().collect(),
        "name" => flows().chain(products()).collect(),
        "pre_action" | "post_action" => {
            let none = ("none".to_string(), "no workflow".to_string());
            program.workflows.values().map(|workflow| of(&workflow.name, "workflow")).chain([none]).collect()
        }
        "scenario" => program.scenarios.values().map(|scenario| of(&scenario.name, "scenario")).collect(),
        _ => program.environments.values().map(|env| of(&env.name, env.kind.as_str())).collect(),
    }
}

#[cfg(test)]
mod tests;
