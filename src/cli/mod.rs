//! The command line: one file per command, thin; the only room that prints.
//!
//! Results go to standard output, diagnostics and progress to standard error. Exit codes: 0 as asked, 1 the answer is
//! no, 2 the question could not be put, 130 interrupted.
#![allow(clippy::disallowed_methods, reason = "this room is the world")]

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
mod init;
mod lsp;
mod output;
mod policy;
mod preview;
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

use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

use crate::run::process::{FILTER_ARGUMENT, run_filter};
pub(crate) use output::{Failure, Out};

/// What a command answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// As asked: exit 0.
    Yes,
    /// The answer is no: exit 1.
    No,
    /// Interrupted, to be resumed: exit 130.
    Interrupted,
}

#[derive(Debug, Parser)]
#[command(
    name = "promoc",
    version,
    about = "Checks, simulates, compiles and runs promotions between environments",
    max_term_width = 100
)]
#[command(
    after_help = "Begin with `promoc demo`. Exit codes: 0 as asked, 1 the answer is no, 2 it could not be asked, 130 interrupted."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make an example in DIR and go through it: repository, check, simulate, preview, run
    Demo(demo::Demo),
    /// Make a small working project in DIR
    Init(init::Init),
    /// Say everything that is wrong with programs
    Check(check::Check),
    /// Tell the long story of a code
    Explain(explain::Explain),
    /// Write programs in the one canonical layout
    Fmt(fmt::Fmt),
    /// Draw a flow
    Graph(graph::Graph),
    /// Play a release without touching anything: timeline, statuses, events
    Simulate(simulate::Simulate),
    /// Explore every run of a release, and prove or refute what holds of them all
    Verify(verify::Verify),
    /// Show the merged settings of an environment: who won, who lost, how the gates add up
    Policy(policy::Policy),
    /// Play every scenario, and say which expectations did not come true
    Test(test::Test),
    /// Write the manifests of an existing runtime
    Compile(compile::Compile),
    /// Show which property of which file would change from what to what
    Preview(preview::Preview),
    /// Promote a product from one environment to another
    Promote(promote::Promote),
    /// Start a release of a flow and drive it to its end
    Run(run::Run),
    /// Go on with releases that were interrupted
    Resume(resume::Resume),
    /// List the releases
    Releases(releases::Releases),
    /// Show one release: environments, workflows, commits, what went wrong
    Release(release::Release),
    /// Say what is installed, reachable and configured, and what is missing for what
    Doctor(doctor::Doctor),
    /// Print the script that completes commands, options and names in a shell
    Completions(completions::Completions),
    #[command(name = "__complete", hide = true)]
    Complete(completions::Complete),
    /// Start the language server for an editor
    Lsp(lsp::Lsp),
}

/// How results are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    #[default]
    Human,
    /// One JSON document
    Json,
}

/// Runs the program; what `main` returns.
pub fn main() -> ExitCode {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        output::last_words(&format!(
            "promoc has a bug ({place}); nothing that it had recorded is lost. Please report it."
        ));
    }));
    if std::env::args_os().nth(1).is_some_and(|first| first == FILTER_ARGUMENT) {
        run_filter();
        return ExitCode::SUCCESS;
    }
    let mut out = Out::for_terminal();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        // it quotes what was asked, which may come from anywhere
        Err(error) if error.use_stderr() => {
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
