//! The command line: one file for each command, and the only module that prints.
//!
//! A command turns arguments into calls of the other modules, and their results into text or JSON; it decides nothing
//! about the language or about releases. Results go to standard output, diagnostics and progress to standard error. Exit
//! codes: 0 success, 1 failure, 2 usage or environment error, 130 interrupted.
//!
//! The doc comments of the arguments are the texts of `--help`: imperative or a noun, without a full stop.
#![allow(clippy::disallowed_methods, reason = "commands use the file system, the clock and the environment")]

/// The `Examples:` section of a command's help: commands that can be pasted, each with a comment.
macro_rules! examples {
    ($comment:literal => $command:literal $(, $comments:literal => $commands:literal)* $(,)?) => {
        concat!(
            "\u{1b}[1m\u{1b}[4mExamples:\u{1b}[0m\n  # ", $comment, "\n  ", $command,
            $("\n\n  # ", $comments, "\n  ", $commands),*
        )
    };
}

mod check;
mod compile;
mod completions;
mod demo;
mod doctor;
mod explain;
mod fix;
mod fmt;
mod folder;
mod graph;
mod habits;
mod init;
mod lsp;
mod output;
mod policy;
mod preview;
mod preview_markdown;
mod progress;
mod project;
mod promote;
mod release;
mod releases;
mod resume;
mod run;
mod simulate;
mod test;
mod verify;
mod write;

#[cfg(test)]
mod tests;

use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

use crate::run::process::{FILTER_ARGUMENT, run_filter};
pub(crate) use output::{Failure, Out};

/// The result of a command that ran without an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Success: exit code 0.
    Yes,
    /// The work is done, and the result is a failure: exit code 1.
    No,
    /// The release was interrupted and can be resumed: exit code 130.
    Interrupted,
}

#[derive(Debug, Parser)]
#[command(
    name = "promoc",
    version,
    about = "Promote software between environments with Git",
    max_term_width = 100,
    after_help = concat!(
        examples! {
            "See every step at work on an example" => "promoc demo",
            "Start a project in this folder" => "promoc init",
            "Find mistakes in it" => "promoc check",
            "See how a release would go" => "promoc simulate main",
        },
        "\n\n\u{1b}[1m\u{1b}[4mExit codes:\u{1b}[0m\
        \n  0    success\
        \n  1    failure: the program has errors, a test failed, or a release did not succeed\
        \n  2    usage or environment error\
        \n  130  interrupted; `promoc resume` continues the release"
    )
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Demo(demo::Demo),
    Init(init::Init),
    Check(check::Check),
    Explain(explain::Explain),
    Fmt(fmt::Fmt),
    Graph(graph::Graph),
    Simulate(simulate::Simulate),
    Verify(verify::Verify),
    Policy(policy::Policy),
    Test(test::Test),
    Compile(compile::Compile),
    Preview(preview::Preview),
    Promote(promote::Promote),
    Run(run::Run),
    Resume(resume::Resume),
    Releases(releases::Releases),
    Release(release::Release),
    Doctor(doctor::Doctor),
    Completions(completions::Completions),
    #[command(name = "__complete", hide = true)]
    Complete(completions::Complete),
    Lsp(lsp::Lsp),
}

/// Output formats of most commands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Human-readable text
    #[default]
    Human,
    /// One JSON document
    Json,
}

/// Parses the command line, runs the command and returns its exit code.
pub fn main() -> ExitCode {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        output::last_words(&format!(
            "error: internal error at {place}\n  help: This is a bug in promoc; please report it. Everything recorded so far is safe."
        ));
    }));
    if std::env::args_os().nth(1).is_some_and(|first| first == FILTER_ARGUMENT) {
        run_filter();
        return ExitCode::SUCCESS;
    }
    let mut out = Out::for_terminal();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) if error.use_stderr() => {
            if let Some(failure) = habits::answer(&error) {
                return failure.show(&mut out);
            }
            // the message quotes arguments, which may contain control characters
            out.note(error.to_string().trim_end());
            return ExitCode::from(2);
        }
        Err(help) => {
            return match help.print() {
                Ok(()) => ExitCode::SUCCESS,
                Err(error) => Failure::from_output(error).show(&mut out),
            };
        }
    };
    match std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| cli.command.run(&mut out))) {
        Ok(Ok(Answer::Yes)) => ExitCode::SUCCESS,
        Ok(Ok(Answer::No)) => ExitCode::from(1),
        Ok(Ok(Answer::Interrupted)) => ExitCode::from(130),
        Ok(Err(failure)) => failure.show(&mut out),
        Err(_) => ExitCode::from(2),
    }
}

impl Command {
    fn run(&self, out: &mut Out) -> Result<Answer, Failure> {
        match self {
            Command::Demo(command) => command.run(out),
            Command::Init(command) => command.run(out),
            Command::Check(command) => command.run(out),
            Command::Explain(command) => command.run(out),
            Command::Fmt(command) => command.run(out),
            Command::Graph(command) => command.run(out),
            Command::Simulate(command) => command.run(out),
            Command::Verify(command) => command.run(out),
            Command::Policy(command) => command.run(out),
            Command::Test(command) => command.run(out),
            Command::Compile(command) => command.run(out),
            Command::Preview(command) => command.run(out),
            Command::Promote(command) => command.run(out),
            Command::Run(command) => command.run(out),
            Command::Resume(command) => command.run(out),
            Command::Releases(command) => command.run(out),
            Command::Release(command) => command.run(out),
            Command::Doctor(command) => command.run(out),
            Command::Completions(command) => command.run(out),
            Command::Complete(command) => command.run(out),
            Command::Lsp(command) => command.run(out),
        }
    }
}
