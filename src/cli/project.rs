//! Finds and checks the program that the user names by a file or a folder, and words the errors of other modules.

use std::path::{Path, PathBuf};

use super::folder::programs;
use super::{Failure, Out};
use crate::Project;
use crate::check::{Analysed, Checked};
use crate::diagnostic::{Diagnostic, Severity, count};
use crate::ledger;
use crate::program::{Files, FlowId, ProductId, Program};
use crate::project::{self, FILE, ProjectRoot, slashed};
use crate::run::{RunError, has_ledger};
use crate::source::{SourceMap, plain};

/// A program that the user named, after reading and checking it.
pub(super) struct Opened {
    /// The program, with paths relative to the root of the project.
    pub(super) inner: Project,
    /// The same files, with paths relative to the working directory.
    pub(super) sources: SourceMap,
}

impl Opened {
    /// Opens the program of `path`: a `.promo` file, or a folder with `promo.toml`, `main.promo` or a single root file.
    pub(super) fn open(path: &Path) -> Result<Opened, Failure> {
        exists(path)?;
        let inner = Project::open(path).map_err(unopened)?;
        let folder = shown(&inner.root.path);
        Ok(Opened::of(inner, &folder))
    }

    /// A program with its paths shown inside `folder`.
    pub(super) fn of(inner: Project, folder: &str) -> Opened {
        let sources = inner.analysed.sources().under(folder);
        Opened { inner, sources }
    }

    /// The program, even if it has errors.
    pub(super) fn program(&self) -> &Program {
        self.inner.analysed.program()
    }

    /// Every diagnostic, in order of position.
    pub(super) fn diagnostics(&self) -> &[Diagnostic] {
        self.inner.analysed.diagnostics()
    }

    /// Opens every program in a folder, or that of a file.
    pub(super) fn open_all(path: &Path) -> Result<Vec<Opened>, Failure> {
        Opened::open_each(path, |program| program)
    }

    /// Opens every program in a folder, or that of a file, each reduced by `keep`.
    fn open_each(path: &Path, keep: fn(Opened) -> Opened) -> Result<Vec<Opened>, Failure> {
        if exists(path)?.is_dir() { programs(path, keep) } else { Ok(vec![keep(Opened::open(path)?)]) }
    }

    /// Drops a program that has no diagnostics, so that a thousand correct programs take the memory of one.
    fn verdict(mut self) -> Opened {
        if self.diagnostics().is_empty() {
            self.inner.analysed = Analysed::default();
            self.sources = SourceMap::default();
        }
        self
    }

    /// The checked program. If it has errors, prints them and fails.
    pub(super) fn checked(&self, out: &mut Out) -> Result<Checked<'_>, Failure> {
        self.inner.analysed.checked().ok_or_else(|| {
            let is_error = |diagnostic: &&Diagnostic| diagnostic.code.severity() == Severity::Error;
            let wrong: Vec<Diagnostic> = self.diagnostics().iter().filter(is_error).cloned().collect();
            out.diagnostics(&wrong, &self.sources);
            let them = match count(self.diagnostics()).0 {
                1 => "an error".to_string(),
                errors => format!("{errors} errors"),
            };
            Failure::no(format!("the program has {them}"))
                .help("Fix the errors above; to see them again, run `promoc check`.")
        })
    }

    /// The flow with this name, or a failure that names a similar one.
    pub(super) fn flow(&self, name: &str) -> Result<FlowId, Failure> {
        self.program().flow(name).map_err(|unknown| Failure::new(unknown.message))
    }

    /// The product with this name; without a name, the only product that lists the flow.
    pub(super) fn product(&self, name: Option<&str>, flow: FlowId) -> Result<ProductId, Failure> {
        let program = self.program();
        let name_of = |id: &ProductId| program.products[*id].name.value.as_str();
        let flow_name = &program.flows[flow].name.value;
        let lists = |id: &ProductId| program.products[*id].flows.iter().any(|listed| listed.flow == flow);
        let listing: Vec<ProductId> = program.products.ids().filter(lists).collect();
        let names = listing.iter().map(name_of).collect::<Vec<_>>().join(", ");
        match (name, listing.as_slice()) {
            (Some(name), _) => {
                let product = program.product(name).map_err(|unknown| Failure::new(unknown.message))?;
                if listing.contains(&product) {
                    return Ok(product);
                }
                let failure = Failure::new(format!("product `{name}` does not list flow `{flow_name}`"));
                Err(failure.help(format!("To start it by hand, add `flow {flow_name} by hand` to the product.")))
            }
            (None, [only]) => Ok(*only),
            (None, []) => Err(Failure::new(format!("no product lists flow `{flow_name}`"))
                .help(format!("Add `flow {flow_name}` to a product."))),
            (None, _) => Err(Failure::new(format!("several products list flow `{flow_name}`: {names}"))
                .help("Choose one with `--product NAME`.")),
        }
    }

    /// Turns an error of `run` into a failure, and prints the position of the statement that causes it. Of several, all
    /// but a summary are printed.
    pub(super) fn failed(&self, error: RunError, out: &mut Out) -> Failure {
        if let RunError::Several(faults) = error {
            let number = faults.len();
            for fault in faults {
                self.failed(fault, out).note(out);
            }
            return Failure::new(format!("nothing was changed: {number} problems must be corrected first"));
        }
        if let Some(span) = error.span() {
            let file = self.sources.file(span.file);
            let at = file.lines.position(&file.text, span.start);
            let line = self.sources.text(span).lines().next().unwrap_or_default().trim_end().to_string();
            out.note(&format!("{}:{}:{}: {line}", file.path, at.line, at.column));
        }
        failure(error)
    }
}

/// The project whose releases a command shows or resumes. Its ledger is enough; otherwise it must have a program.
pub(super) fn project(path: &Path) -> Result<ProjectRoot, Failure> {
    exists(path)?;
    let root = ProjectRoot::find(path).map_err(unopened)?;
    if !has_ledger(&root) {
        let files = root.files().map_err(unopened)?;
        let program = root.program(path, &files).map_err(unopened)?;
        files.read(&program).map_err(|problem| {
            unopened(project::Error::Unreadable { path: root.path.join(&program), problem: problem.to_string() })
        })?;
    }
    Ok(root)
}

/// Opens and checks every program of the paths. Programs without diagnostics are dropped, see [`Opened::verdict`].
pub(super) fn verdicts(paths: &[PathBuf]) -> Result<Vec<Opened>, Failure> {
    let mut projects = Vec::new();
    for path in paths {
        projects.extend(Opened::open_each(path, Opened::verdict)?);
    }
    Ok(projects)
}

/// Turns an error of `run` into a failure that names the command to run next.
pub(super) fn failure(error: RunError) -> Failure {
    let (mut message, mut help) = (error.to_string(), error.help().to_string());
    match &error {
        RunError::NotEnded { id } | RunError::Ledger(ledger::Error::NotWritten { release: id, .. }) => {
            message.push_str(&format!("; to continue, run `promoc resume {id}`"));
        }
        RunError::Ledger(ledger::Error::TakenOver { release: id }) => {
            message.push_str(&format!("; if it has stopped, run `promoc resume {id}`"));
        }
        RunError::NotAPlan { .. } | RunError::PlanDiffers { .. } => {
            help = "To save a new plan, run `promoc preview FLOW --out FILE`.".to_string();
        }
        RunError::UnknownRelease { near: Some(near), .. } => help = format!("Did you mean `{near}`?"),
        RunError::UnknownRelease { near: None, .. } => {
            help = "To list all releases, run `promoc releases`.".to_string()
        }
        RunError::AmbiguousRelease { all, .. } => {
            let first = all.first().map(String::as_str).unwrap_or_default();
            help = format!("Name the product too, as in `{first}`.");
        }
        _ => {}
    }
    let failure = if error.exit_code() == 1 { Failure::no(message) } else { Failure::new(message) };
    if help.is_empty() { failure } else { failure.help(help) }
}

/// Turns an error of `project` into a failure that says what to do.
pub(super) fn unopened(error: project::Error) -> Failure {
    use project::Error;
    let failure = Failure::new(error.to_string());
    match error {
        Error::Unreadable { .. } | Error::Settings { .. } => failure,
        Error::NoProgram { .. } => {
            failure.help("Create one with `promoc init`, or name a program file with `--project`.")
        }
        Error::SeveralPrograms { .. } => {
            failure.help(format!("Add `program = \"NAME.promo\"` to `{FILE}`, or name the file with `--project`."))
        }
        Error::TooLarge { .. } => failure.help("Name individual files or folders in it."),
    }
}

pub(super) fn exists(path: &Path) -> Result<std::fs::Metadata, Failure> {
    std::fs::metadata(path)
        .map_err(|error| cannot_read(path, &error).help("Name a `.promo` file, or a folder that contains one."))
}

pub(super) fn cannot_read(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(format!("cannot read `{}`: {}", path.display(), plain(error)))
}

/// A folder relative to the working directory: empty for the working directory itself, absolute if it is more than three
/// levels up.
pub(super) fn shown(folder: &Path) -> String {
    let here = std::env::current_dir().and_then(|here| here.canonicalize()).unwrap_or_default();
    let common = here.ancestors().enumerate().find(|(_, ancestor)| folder.starts_with(ancestor));
    match common {
        Some((up, ancestor)) if up <= 3 => {
            let parts = std::iter::repeat_n("..".to_string(), up)
                .chain(Some(slashed(folder.strip_prefix(ancestor).unwrap_or(folder))));
            parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/")
        }
        _ => folder.to_string_lossy().into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_that_stop_a_runner_name_the_command_that_continues() {
        let assert_shown = |error: ledger::Error, command: &str| {
            let shown = failure(error.clone().into()).words().0;
            assert_eq!(shown, format!("{error}; {command}"));
        };
        let (release, reason) = ("ship-1".to_string(), "the disk is full".to_string());
        assert_shown(
            ledger::Error::NotWritten { release: release.clone(), reason },
            "to continue, run `promoc resume ship-1`",
        );
        assert_shown(ledger::Error::TakenOver { release }, "if it has stopped, run `promoc resume ship-1`");
    }
}
