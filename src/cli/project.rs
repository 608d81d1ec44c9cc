//! From what the user names to a checked program: a file, a folder, or nothing.

use std::path::{Path, PathBuf};

use super::folder::programs;
use super::{Failure, Out};
use crate::Project;
use crate::check::{Analysed, Checked};
use crate::diagnostic::{Diagnostic, Severity, count};
use crate::ledger;
use crate::program::{FlowId, ProductId, Program};
use crate::project::{self, FILE, slashed};
use crate::run::RunError;
use crate::source::{SourceMap, plain};

/// A program that the user named, read and checked.
pub(super) struct Opened {
    /// Root, settings and meaning.
    pub(super) inner: Project,
    /// The files, named as seen from the working directory.
    pub(super) sources: SourceMap,
}

impl Opened {
    /// The program of `path`: a `.promo` file, or a folder with `promo.toml`, `main.promo` or a single root.
    pub(super) fn open(path: &Path) -> Result<Opened, Failure> {
        exists(path)?;
        let inner = Project::open(path).map_err(unopened)?;
        let folder = shown(&inner.root.path);
        Ok(Opened::of(inner, &folder))
    }

    /// A program whose root is shown as `folder`.
    pub(super) fn of(inner: Project, folder: &str) -> Opened {
        let sources = inner.analysed.sources().under(folder);
        Opened { inner, sources }
    }

    /// The program, which exists even where it has errors.
    pub(super) fn program(&self) -> &Program {
        self.inner.analysed.program()
    }

    /// Everything that is said of it, in order.
    pub(super) fn diagnostics(&self) -> &[Diagnostic] {
        self.inner.analysed.diagnostics()
    }

    /// Every program of a folder, or that of a file.
    pub(super) fn open_all(path: &Path) -> Result<Vec<Opened>, Failure> {
        Opened::open_each(path, |program| program)
    }

    /// Every program of a folder, or that of a file; of each what `keep` leaves of it.
    fn open_each(path: &Path, keep: fn(Opened) -> Opened) -> Result<Vec<Opened>, Failure> {
        if exists(path)?.is_dir() { programs(path, keep) } else { Ok(vec![keep(Opened::open(path)?)]) }
    }

    /// Without its meaning where there is nothing to say of it: a thousand right programs need the room of one.
    fn verdict(mut self) -> Opened {
        if self.diagnostics().is_empty() {
            self.inner.analysed = Analysed::default();
            self.sources = SourceMap::default();
        }
        self
    }

    /// The program without errors; they are shown where there are some.
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
                .help("Correct what is underlined above; `promoc check` says the same.")
        })
    }

    /// The flow of that name.
    pub(super) fn flow(&self, name: &str) -> Result<FlowId, Failure> {
        self.program().flow(name).map_err(|unknown| Failure::new(unknown.message))
    }

    /// The product of that name; without one, the only product that lists the flow.
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
                let failure = Failure::new(format!("the product `{name}` does not list the flow `{flow_name}`"));
                Err(failure.help(format!("Write `flow {flow_name} by hand` into it, so that people may start it.")))
            }
            (None, [only]) => Ok(*only),
            (None, []) => Err(Failure::new(format!("no product lists the flow `{flow_name}`"))
                .help(format!("Write `flow {flow_name}` into a product."))),
            (None, _) => {
                Err(Failure::new(format!("several products list this flow: {names}"))
                    .help("Name one with `--product`."))
            }
        }
    }

    /// What the run room says, with the statement that is to blame.
    pub(super) fn failed(&self, error: RunError, out: &mut Out) -> Failure {
        if let Some(span) = error.span() {
            let file = self.sources.file(span.file);
            let at = file.lines.position(&file.text, span.start);
            let line = self.sources.text(span).lines().next().unwrap_or_default().trim_end().to_string();
            out.note(&format!("{}:{}:{}: {line}", file.path, at.line, at.column));
        }
        failure(error)
    }
}

/// Every program that the paths name, and what is wrong with it; those that are right without their meaning.
pub(super) fn verdicts(paths: &[PathBuf]) -> Result<Vec<Opened>, Failure> {
    let mut projects = Vec::new();
    for path in paths {
        projects.extend(Opened::open_each(path, Opened::verdict)?);
    }
    Ok(projects)
}

/// What the run room says, as the command line says it.
pub(super) fn failure(error: RunError) -> Failure {
    let (mut message, mut help) = (error.to_string(), error.help().to_string());
    match &error {
        RunError::NotEnded { id } | RunError::Ledger(ledger::Error::NotWritten { release: id, .. }) => {
            message.push_str(&format!("; go on with `promoc resume {id}`"));
        }
        RunError::Ledger(ledger::Error::TakenOver { release: id }) => {
            message.push_str(&format!("; go on with `promoc resume {id}` if it has stopped"));
        }
        RunError::UnknownRelease { near: Some(near), .. } => help = format!("Did you mean `{near}`?"),
        RunError::UnknownRelease { near: None, .. } => help = "`promoc releases` lists them.".to_string(),
        _ => {}
    }
    let failure = if error.exit_code() == 1 { Failure::no(message) } else { Failure::new(message) };
    if help.is_empty() { failure } else { failure.help(help) }
}

/// What the project room says, as the command line says it.
pub(super) fn unopened(error: project::Error) -> Failure {
    use project::Error;
    let failure = Failure::new(error.to_string());
    match error {
        Error::Unreadable { .. } | Error::Settings { .. } => failure,
        Error::NoProgram { .. } => failure.help("Begin one with `promoc init`, or name its file with `--project`."),
        Error::SeveralPrograms { .. } => {
            failure.help(format!("Write `program = \"NAME.promo\"` into `{FILE}`, or name the file with `--project`."))
        }
        Error::TooLarge { .. } => failure.help("Name the files or folders in it that you mean."),
    }
}

pub(super) fn exists(path: &Path) -> Result<std::fs::Metadata, Failure> {
    std::fs::metadata(path)
        .map_err(|error| cannot_read(path, &error).help("Name a `.promo` file, or a folder that holds one."))
}

pub(super) fn cannot_read(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(format!("`{}` cannot be read: {}", path.display(), plain(error)))
}

/// A folder as seen from the working directory: empty where it is the working directory itself, absolute where it is
/// far away.
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
    fn what_stops_a_runner_is_shown_with_the_command_that_goes_on() {
        let shown = |error: ledger::Error| failure(error.into()).words().0;
        let (release, reason) = ("ship-1".to_string(), "the disk is full".to_string());
        assert_eq!(
            shown(ledger::Error::NotWritten { release: release.clone(), reason }),
            "the disk is full; this step was not performed; go on with `promoc resume ship-1`"
        );
        assert_eq!(
            shown(ledger::Error::TakenOver { release }),
            "another promoc has taken over `ship-1`; this step was not performed; go on with `promoc resume ship-1` if it has stopped"
        );
    }
}
