//! `promoc releases`

use std::path::PathBuf;

use super::project::{failure, project};
use super::{Answer, Failure, Format, Out};
use crate::api::ReleasesDocument;
use crate::run::{Listed, releases};

/// List releases, oldest first
#[derive(Debug, clap::Args)]
#[command(after_help = examples! {
    "List every release of this project" => "promoc releases",
    "List the releases of one product, for a script" => "promoc releases --product shop --format json",
})]
pub(super) struct Releases {
    /// List only releases of this product
    #[arg(long)]
    product: Option<String>,
    /// Output format
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Folder of the project, or its program file
    #[arg(long, value_name = "PATH", default_value = ".")]
    project: PathBuf,
}

impl Releases {
    pub(super) fn run(&self, out: &mut Out) -> Result<Answer, Failure> {
        let root = project(&self.project)?;
        let list = releases(&root, self.product.as_deref()).map_err(failure)?;
        match self.format {
            Format::Json => out.json(&ReleasesDocument::from(list.as_slice()))?,
            Format::Human if list.is_empty() => {
                let of = self.product.as_ref().map(|product| format!(" of `{product}`")).unwrap_or_default();
                out.note(&format!("no releases{of} yet; to start one, run `promoc run FLOW`"));
            }
            Format::Human => {
                out.result(&table(&list))?;
                for name in list.iter().filter_map(|release| release.interrupted.as_ref()) {
                    out.note(&to_continue(name));
                }
            }
        }
        Ok(Answer::Yes)
    }
}

fn table(list: &[Listed]) -> String {
    let rows = list.iter().map(|release| {
        let started = release.started.as_deref().map(short).unwrap_or_default();
        [release.id.clone(), release.product.clone(), release.version.clone(), status(release).to_string(), started]
    });
    let rows: Vec<[String; 5]> =
        std::iter::once(["RELEASE", "PRODUCT", "VERSION", "STATUS", "STARTED"].map(String::from)).chain(rows).collect();
    aligned(&rows)
}

/// The status of a release in a word.
pub(super) fn status(release: &Listed) -> &'static str {
    if release.interrupted.is_some() { "interrupted" } else { release.status.as_str() }
}

/// How to continue an interrupted release.
pub(super) fn to_continue(name: &str) -> String {
    format!("release {name} was interrupted; to continue, run `promoc resume {name}`")
}

/// Aligns rows in columns, two spaces apart.
pub(super) fn aligned<const N: usize>(rows: &[[String; N]]) -> String {
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..N).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        text.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        text.push('\n');
    }
    text
}

/// An RFC 3339 instant to the second, with a space instead of the `T`.
pub(super) fn short(instant: &str) -> String {
    let seconds = instant.split('.').next().unwrap_or(instant).trim_end_matches('Z');
    format!("{}Z", seconds.replace('T', " "))
}
