//! Runs the `git` program, for what libgit2 cannot do: the whole configuration, and signatures.

use std::io::{ErrorKind, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Stdio};

/// Variables that would make git look at another repository, as in a hook that starts promoc. The configuration is
/// passed on, but for the file that `GIT_CONFIG` names: only `git config` reads that, and instead of every other.
const OTHER_REPOSITORY: [&str; 11] = [
    "GIT_CONFIG",
    "GIT_DIR",
    "GIT_COMMON_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_NAMESPACE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_QUARANTINE_PATH",
    "GIT_SHALLOW_FILE",
    "GIT_PREFIX",
];

/// How often a command is started again that a signal has ended. Ctrl-C reaches it too, but must not end a commit.
const TRIES: u32 = 3;

/// Why there is no output.
#[derive(Debug)]
pub(super) enum Fault {
    /// There is no git, or the system refused to start it.
    NotStarted(String),
    /// What git wrote to standard error, on one line.
    Refused(String),
}

/// Git in a repository.
pub(super) fn git(repository: &git2::Repository) -> Command {
    let mut command = git_in(repository.path());
    command.arg("--git-dir").arg(repository.path());
    command
}

fn git_in(folder: &Path) -> Command {
    let mut command = Command::new("git");
    for variable in OTHER_REPOSITORY {
        command.env_remove(variable);
    }
    command.current_dir(folder).env("GIT_TERMINAL_PROMPT", "0").env("LC_ALL", "C");
    command
}

/// Whether git trusts the owner of the repository at a path. It does not ask that if `--git-dir` names the repository.
pub(super) fn trusts(path: &Path) -> bool {
    output(git_in(path).args(["rev-parse", "--git-dir"])).is_ok_and(|found| found.trim() == ".")
}

/// The output of a command.
pub(super) fn output(command: &mut Command) -> Result<String, Fault> {
    output_of(command, "")
}

/// The output of a command that gets a text as its input.
pub(super) fn output_of(command: &mut Command, input: &str) -> Result<String, Fault> {
    let not_started = |error: std::io::Error| match error.kind() {
        ErrorKind::NotFound => Fault::NotStarted("there is no `git` on PATH".to_owned()),
        _ => Fault::NotStarted(format!("`git` cannot be started: {error}")),
    };
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut tries = 1;
    let output = loop {
        let mut child = command.spawn().map_err(not_started)?;
        if let Some(mut stdin) = child.stdin.take() {
            // A command that does not read its input says why it failed.
            drop(stdin.write_all(input.as_bytes()));
        }
        let output = child.wait_with_output().map_err(not_started)?;
        if output.status.signal().is_none() || tries == TRIES {
            break output;
        }
        tries += 1;
    };
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let text = String::from_utf8_lossy(&output.stderr);
    // The status lines are for programs, and that there is no commit is clear.
    let tells = |line: &&str| {
        !line.is_empty() && !line.starts_with("[GNUPG:]") && *line != "fatal: failed to write commit object"
    };
    let lines: Vec<&str> = text.lines().map(str::trim).filter(tells).collect();
    let reason = if lines.is_empty() { format!("git ended with {}", output.status) } else { lines.join("; ") };
    Err(Fault::Refused(reason))
}
