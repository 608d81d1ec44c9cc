//! `promoc fmt [PATH…] [--check]`

use std::io::Read;
use std::path::{Path, PathBuf};

use super::folder::promo_files;
use super::write::write_whole;
use super::{Answer, Failure, Out};
use crate::format::format;
use crate::project::read_file;
use crate::source::plain;

/// Format programs in the canonical layout
#[derive(Debug, clap::Args)]
#[command(after_help = examples! {
    "Format every `.promo` file in this folder" => "promoc fmt",
    "Show what would change, and fail if anything would" => "promoc fmt --check",
    "Format standard input to standard output" => "promoc fmt - < main.promo",
})]
pub(super) struct Fmt {
    /// Files or folders to format, or `-` for standard input
    #[arg(value_name = "PATH", default_value = ".")]
    paths: Vec<PathBuf>,
    /// Write nothing; print a diff and fail if a file is not formatted
    #[arg(long)]
    check: bool,
}

impl Fmt {
    pub(super) fn run(&self, out: &mut Out) -> Result<Answer, Failure> {
        let mut answer = Answer::Yes;
        for path in &self.paths {
            if path == Path::new("-") {
                let mut text = String::new();
                std::io::stdin()
                    .read_to_string(&mut text)
                    .map_err(|error| Failure::new(format!("cannot read standard input: {}", plain(&error))))?;
                out.file(&format(&text).text)?;
                continue;
            }
            for file in promo_files(path)? {
                if self.file(&file, out)? {
                    answer = if self.check { Answer::No } else { answer };
                }
            }
        }
        Ok(answer)
    }

    /// Formats a file, or shows the difference with `--check`. Returns whether the file is not formatted.
    fn file(&self, path: &Path, out: &mut Out) -> Result<bool, Failure> {
        let cannot = |error: &std::io::Error| {
            Failure::new(format!("cannot read or write `{}`: {}", path.display(), plain(error)))
        };
        let bytes = read_file(path).map_err(|error| cannot(&error))?;
        let text =
            String::from_utf8(bytes).map_err(|_| Failure::new(format!("`{}` is not UTF-8 text", path.display())))?;
        let formatted = format(&text).text;
        if formatted == text {
            return Ok(false);
        }
        if self.check {
            let diff = similar::TextDiff::from_lines(&text, &formatted);
            let name = path.display().to_string();
            out.result(
                &diff.unified_diff().context_radius(2).header(&name, &format!("{name} (formatted)")).to_string(),
            )?;
        } else {
            write_whole(path, &formatted).map_err(|error| cannot(&error))?;
            out.note(&format!("formatted {}", path.display()));
        }
        Ok(true)
    }
}
