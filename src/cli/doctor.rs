//! `promoc doctor`

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

use super::project::Opened;
use super::{Answer, Failure, Out};
use crate::run::{author, reachable};

/// Says what is installed, reachable and configured, and what is missing for what.
#[derive(Debug, clap::Args)]
pub(super) struct Doctor {
    /// The program: a file or a folder
    #[arg(long, default_value = ".")]
    project: PathBuf,
}

/// One finding: what, how it is, and what to do where it is not well.
struct Finding {
    what: String,
    state: String,
    missing: Option<String>,
}

impl Finding {
    fn well(what: &str, state: impl Into<String>) -> Finding {
        Finding { what: what.to_string(), state: state.into(), missing: None }
    }

    fn missing(what: &str, state: impl Into<String>, todo: impl Into<String>) -> Finding {
        Finding { missing: Some(todo.into()), ..Finding::well(what, state) }
    }
}

impl Doctor {
    pub(super) fn run(&self, out: &mut Out) -> Result<Answer, Failure> {
        let mut findings = vec![
            Finding::well("promoc", format!("{}, {}", env!("CARGO_PKG_VERSION"), std::env::consts::OS)),
            version("git", "--version", "Needed for repositories of your own to work on; install git."),
            version("sh", "-c:", "Needed to run workflows; promoc runs `sh -e`."),
            server(),
        ];
        match Opened::open(&self.project) {
            Ok(project) => findings.extend(of(&project)),
            Err(failure) => {
                let (message, help) = failure.words();
                findings.push(Finding::missing("program", message, help));
            }
        }
        let widest = findings.iter().map(|finding| finding.what.len()).max().unwrap_or(0);
        for Finding { what, state, missing } in &findings {
            let mark = if missing.is_some() { "✗" } else { "✓" };
            out.line(&format!("{mark} {what:widest$}  {state}"))?;
            if let Some(todo) = missing.as_deref().filter(|todo| !todo.is_empty()) {
                out.line(&format!("  {:widest$}  {todo}", ""))?;
            }
        }
        Ok(if findings.iter().any(|finding| finding.missing.is_some()) { Answer::No } else { Answer::Yes })
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
        None => Finding::missing(
            name,
            "not found beside promoc or on PATH",
            "Needed by editors only: `cargo build --workspace` makes it.",
        ),
    }
}

fn of(project: &Opened) -> Vec<Finding> {
    let (errors, warnings) = crate::diagnostic::count(project.diagnostics());
    let mut findings = vec![match errors {
        0 => Finding::well("program", format!("checks without errors, {warnings} warnings")),
        _ => Finding::missing("program", format!("{errors} errors"), "`promoc check` shows them."),
    }];
    let settings = &project.inner.root.settings;
    let author = author(settings);
    findings.push(Finding::well("author", format!("{} <{}>", author.name, author.email)));
    findings.push(Finding::well("ledger", settings.ledger.clone()));
    findings.push(match &settings.health.command {
        Some(command) => Finding::well("health", format!("asked by `{}`", command.join(" "))),
        None => Finding::well(
            "health",
            "not asked: a commit counts as synced and healthy (set health.command in promo.toml)",
        ),
    });
    for (repo, answer) in repositories(project) {
        findings.push(match answer {
            Ok(branch) => Finding::well(&format!("repo {repo}"), format!("reachable, branch {branch}")),
            Err(error) => Finding::missing(&format!("repo {repo}"), "cannot be used", error.to_string()),
        });
    }
    findings
}

/// Each repository that the program names, and its branch or why it cannot be used.
fn repositories(project: &Opened) -> BTreeMap<String, Result<String, String>> {
    let analysed = &project.inner.analysed;
    let mut all = BTreeMap::new();
    for product in analysed.program().products.values() {
        for source in product.applications.values().flat_map(|application| &application.sources) {
            let branch = source.branch.as_deref();
            let key = format!("{}{}", source.repo, branch.map(|branch| format!(" ({branch})")).unwrap_or_default());
            all.entry(key).or_insert_with(|| {
                reachable(&project.inner.root.path, analysed.sources(), source).map_err(|error| error.to_string())
            });
        }
    }
    all
}
