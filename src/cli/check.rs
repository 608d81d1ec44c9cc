//! `promoc check [PATH…]`

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::fix::{certain, fixed};
use super::progress::some;
use super::project::{Opened, verdicts};
use super::{Answer, Failure, Out};
use crate::api::CheckDocument;
use crate::diagnostic::render::{github, sarif};
use crate::diagnostic::{Diagnostic, count};
use crate::source::{FileId, SourceMap, Span};

/// Check programs and report every problem
#[derive(Debug, clap::Args)]
#[command(after_help = examples! {
    "Check every program in this folder" => "promoc check",
    "Check one program, and fail on warnings too" => "promoc check main.promo --deny warnings",
    "Fix typos and other mistakes that have only one fix" => "promoc check --fix",
    "Show what that would change, and write nothing" => "promoc check --fix --diff",
    "Annotate a pull request in GitHub Actions" => "promoc check --format github",
})]
pub(super) struct Check {
    /// Files or folders to check; in a folder, every program is checked
    #[arg(value_name = "PATH", default_value = ".")]
    paths: Vec<PathBuf>,
    /// Output format
    #[arg(long, value_enum, default_value_t)]
    format: CheckFormat,
    /// Fail on problems of this level too
    #[arg(long, value_enum, value_name = "LEVEL")]
    deny: Option<Deny>,
    /// Apply every fix that is certain, print each change, then report the remaining problems
    #[arg(long)]
    fix: bool,
    /// With `--fix`: print a diff of what would change, and write nothing
    #[arg(long, requires = "fix", conflicts_with = "format")]
    diff: bool,
}

/// Output formats of `promoc check`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum CheckFormat {
    /// Human-readable text, on standard error
    #[default]
    Human,
    /// One JSON document
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations for GitHub Actions
    Github,
}

/// What fails the check besides errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Deny {
    /// Errors and warnings
    Warnings,
}

impl Check {
    pub(super) fn run(&self, out: &mut Out) -> Result<Answer, Failure> {
        let projects = if self.fix { fixed(&self.paths, self.diff, out)? } else { verdicts(&self.paths)? };
        let certain = if self.format == CheckFormat::Sarif { certain(&projects)? } else { Vec::new() };
        let (sources, diagnostics) = together(&projects, &certain);
        let (errors, warnings) = count(&diagnostics);
        match self.format {
            CheckFormat::Json => out.json(&CheckDocument::new(&diagnostics, &sources))?,
            CheckFormat::Sarif => out.json(&sarif(&diagnostics, &sources))?,
            CheckFormat::Github => out.result(&github(&diagnostics, &sources))?,
            CheckFormat::Human => {
                out.diagnostics(&diagnostics, &sources);
                if errors + warnings > 0 {
                    out.note(&summary(errors, warnings));
                }
            }
        }
        // The process ends here; leaving the memory to the system is faster than freeing it.
        std::mem::forget(projects);
        let denied = errors > 0 || (warnings > 0 && self.deny == Some(Deny::Warnings));
        Ok(if denied { Answer::No } else { Answer::Yes })
    }
}

fn summary(errors: usize, warnings: usize) -> String {
    let parts = [(errors, "error"), (warnings, "warning")].into_iter().filter(|(count, _)| *count > 0);
    let parts: Vec<String> = parts.map(|(count, what)| some(count, what)).collect();
    format!("{}. To learn more about a code, run `promoc explain CODE`.", parts.join(", "))
}

/// Merges the sources and diagnostics of all programs. A diagnostic that several programs report about a shared file is
/// kept once. Only fixes of the `certain` diagnostics of each program remain.
pub(super) fn together<'p>(
    projects: impl IntoIterator<Item = &'p Opened>,
    certain: &[Vec<Diagnostic>],
) -> (SourceMap, Vec<Diagnostic>) {
    let mut sources = SourceMap::default();
    let mut known: BTreeMap<&str, FileId> = BTreeMap::new();
    let mut all: Vec<Diagnostic> = Vec::new();
    // the indices in `all` of the diagnostics with the same position and code
    let mut at: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    let wrong = projects.into_iter().enumerate().filter(|(_, project)| !project.diagnostics().is_empty());
    for (index, project) in wrong {
        let certain = certain.get(index).map_or(&[][..], Vec::as_slice);
        let ids: Vec<_> = project
            .sources
            .iter()
            .map(|(_, file)| {
                *known.entry(&file.path).or_insert_with(|| sources.add(file.path.clone(), file.text.clone()))
            })
            .collect();
        let moved = |span: Span| Span { file: ids.get(span.file.index()).copied().unwrap_or(span.file), ..span };
        for diagnostic in project.diagnostics() {
            let is_certain = diagnostic.fix.is_some() && certain.contains(diagnostic);
            let mut diagnostic = diagnostic.clone();
            diagnostic.fix = diagnostic.fix.filter(|_| is_certain);
            for label in &mut diagnostic.labels {
                label.span = moved(label.span);
            }
            if let Some(fix) = &mut diagnostic.fix {
                for (span, _) in &mut fix.edits {
                    *span = moved(*span);
                }
            }
            let span = diagnostic.primary();
            let same = at.entry((span, diagnostic.code)).or_default();
            if !same.iter().filter_map(|known: &usize| all.get(*known)).any(|known| *known == diagnostic) {
                same.push(all.len());
                all.push(diagnostic);
            }
        }
    }
    (sources, all)
}
