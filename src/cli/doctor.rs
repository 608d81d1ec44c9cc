//! `promoc doctor`

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::Command;

use super::progress::some;
use super::project::Opened;
use super::{Answer, Failure, Out};
use crate::run::{Locking, UsableRepository, ledger_locking, reachable, time_zones};

/// Check the installation, the settings and the repositories
#[derive(Debug, clap::Args)]
#[command(after_help = examples! {
    "Check what `promoc run` needs on this machine" => "promoc doctor",
})]
pub(super) struct Doctor {
    /// Program file, or the folder that contains it
    #[arg(long, value_name = "PATH", default_value = ".")]
    project: PathBuf,
}

/// How serious a finding is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Weight {
    Well,
    /// Releases run without it, so it is no failure.
    Remark,
    /// A release cannot run.
    Missing,
}

/// One line of the report, and what to do about it; the advice may be empty.
struct Finding {
    what: String,
    state: String,
    weight: Weight,
    todo: String,
}

impl Finding {
    fn well(what: &str, state: impl Into<String>) -> Finding {
        Finding { what: what.to_string(), state: state.into(), weight: Weight::Well, todo: String::new() }
    }

    fn remark(what: &str, state: impl Into<String>, todo: impl Into<String>) -> Finding {
        Finding { weight: Weight::Remark, todo: todo.into(), ..Finding::well(what, state) }
    }

    fn missing(what: &str, state: impl Into<String>, todo: impl Into<String>) -> Finding {
        Finding { weight: Weight::Missing, ..Finding::remark(what, state, todo) }
    }
}

impl Doctor {
    pub(super) fn run(&self, out: &mut Out) -> Result<Answer, Failure> {
        let mut findings = vec![
            Finding::well("promoc", format!("{}, {}", env!("CARGO_PKG_VERSION"), std::env::consts::OS)),
            version("git", "--version", "Install git to create and inspect repositories."),
            version("sh", "-c:", "Install a POSIX shell: promoc runs the scripts of workflows with `sh -e`."),
            Finding::well("time zones", format!("{}, built in", time_zones())),
            server(),
        ];
        let opened = Opened::open(&self.project);
        let unopened = opened.is_err();
        match opened {
            Ok(project) => findings.extend(of(&project)),
            Err(failure) => {
                let (message, help) = failure.words();
                findings.push(Finding::missing("program", message, help));
            }
        }
        let widest = findings.iter().map(|finding| finding.what.len()).max().unwrap_or(0);
        for Finding { what, state, weight, todo } in &findings {
            let mark = match weight {
                Weight::Well => "✓",
                Weight::Remark => "!",
                Weight::Missing => "✗",
            };
            out.line(&format!("{mark} {what:widest$}  {state}"))?;
            if !todo.is_empty() {
                out.line(&format!("  {:widest$}  {todo}", ""))?;
            }
        }
        match findings.iter().any(|finding| finding.weight == Weight::Missing) {
            // As in every command that needs a program; the report names what is missing.
            _ if unopened => Err(Failure::said(2)),
            true => Ok(Answer::No),
            false => Ok(Answer::Yes),
        }
    }
}

fn version(program: &str, argument: &str, todo: &str) -> Finding {
    let arguments: &[&str] = if argument == "-c:" { &["-c", ":"] } else { &[argument] };
    match Command::new(program).args(arguments).output() {
        Ok(output) if output.status.success() => {
            let said = String::from_utf8_lossy(&output.stdout).lines().next().unwrap_or_default().to_string();
            Finding::well(program, if said.is_empty() { "found".to_string() } else { said })
        }
        _ => Finding::missing(program, "not found on PATH", todo),
    }
}

fn server() -> Finding {
    let name = super::lsp::SERVER;
    let beside = std::env::current_exe().ok().and_then(|path| Some(path.parent()?.join(name)));
    let on_path = std::env::var_os("PATH")
        .into_iter()
        .flat_map(|path| std::env::split_paths(&path).collect::<Vec<_>>())
        .map(|dir| dir.join(name));
    match beside.into_iter().chain(on_path).find(|path| path.is_file()) {
        Some(path) => Finding::well(name, path.display().to_string()),
        // A machine that runs releases needs no editor.
        None => Finding::remark(
            name,
            "not found next to promoc or on PATH",
            "Only editors need it. To build it in a checkout, run `cargo build --workspace`.",
        ),
    }
}

fn of(project: &Opened) -> Vec<Finding> {
    let (errors, warnings) = crate::diagnostic::count(project.diagnostics());
    let mut findings = vec![match errors {
        0 => Finding::well("program", format!("no errors, {}", some(warnings, "warning"))),
        _ => Finding::missing("program", some(errors, "error"), "To see the errors, run `promoc check`."),
    }];
    let settings = &project.inner.root.settings;
    let repositories = repositories(project);
    let authors: BTreeSet<String> = repositories
        .values()
        .flatten()
        .map(|usable| format!("{} <{}>", usable.author.name, usable.author.email))
        .collect();
    if !authors.is_empty() {
        // The configuration of a repository may name another one.
        findings.push(Finding::well("author", authors.into_iter().collect::<Vec<_>>().join(", ")));
    }
    findings.push(match ledger_locking(&project.inner.root) {
        Ok(locking) => stored("ledger", &settings.ledger, &locking, "an entry"),
        Err(error) => Finding::missing("ledger", "cannot be used", error.to_string()),
    });
    findings.push(match &settings.health.command {
        Some(command) => Finding::well("health", format!("reported by `{}`", command.join(" "))),
        None => Finding::well(
            "health",
            "not checked: every commit counts as synced and healthy (set `health` in promo.toml)",
        ),
    });
    for (repo, answer) in repositories {
        findings.push(match answer {
            Ok(UsableRepository { branch, signs, locking, stuck, .. }) => {
                let signs = if signs { ", commits are signed" } else { "" };
                let (what, state) = (format!("repo {repo}"), format!("reachable, branch {branch}{signs}"));
                match (stuck, locking) {
                    // A release may only read it.
                    (Some(reason), _) | (None, Locking::Impossible(reason)) => {
                        Finding::remark(&what, format!("{state}; no release can commit to it"), reason)
                    }
                    (None, locking) => stored(&what, &state, &locking, "a branch"),
                }
            }
            Err(error) => Finding::missing(&format!("repo {repo}"), "cannot be used", error.to_string()),
        });
    }
    findings
}

/// A repository or ledger, and whether promoc can write there, such as a branch.
fn stored(what: &str, state: &str, locking: &Locking, written: &str) -> Finding {
    match locking {
        Locking::Safe => Finding::well(what, state),
        Locking::WithoutLinks => Finding::remark(
            what,
            format!("{state}; its file system has no hard links"),
            format!(
                "If promoc is killed while it writes {written}, you may have to delete a lock, which the next run names. To avoid that, move it to another file system."
            ),
        ),
        Locking::Impossible(reason) => Finding::missing(what, format!("{state}; cannot be written"), reason.clone()),
    }
}

/// Each repository of the program, or the reason why it cannot be used.
fn repositories(project: &Opened) -> BTreeMap<String, Result<UsableRepository, String>> {
    let analysed = &project.inner.analysed;
    let mut all = BTreeMap::new();
    for product in analysed.program().products.values() {
        for source in product.applications.values().flat_map(|application| &application.sources) {
            let branch = source.branch.as_deref();
            let key = format!("{}{}", source.repo, branch.map(|branch| format!(" ({branch})")).unwrap_or_default());
            all.entry(key).or_insert_with(|| {
                reachable(&project.inner.root, analysed.sources(), source).map_err(|error| error.to_string())
            });
        }
    }
    all
}
