//! `promoc compile [PATH] --target T`

use std::path::PathBuf;

use super::progress::some;
use super::project::Opened;
use super::write::write;
use super::{Answer, Failure, Out};
use crate::compile::{CompileOptions, Compiled, compile, target};

/// Compile a program to the manifests of another promotion system
#[derive(Debug, clap::Args)]
#[command(after_help = examples! {
    "Print the manifests for Codefresh" => "promoc compile",
    "Write them to a folder" => "promoc compile --target codefresh --out manifests",
})]
pub(super) struct Compile {
    /// Program file, or the folder that contains it
    #[arg(default_value = ".")]
    path: PathBuf,
    /// System to compile for
    #[arg(long, default_value = "codefresh")]
    target: String,
    /// Write the files to this folder instead of printing them
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Omit what the system cannot express, with a warning and a comment in the file for each omission
    #[arg(long)]
    allow_loss: bool,
    /// Service account of generated workflows that name none; by default the one that the system provides
    #[arg(long, value_name = "NAME", value_parser = account)]
    service_account: Option<String>,
    /// Reserved: container image with promoc, for what the system cannot express; has no effect yet
    #[arg(long, value_name = "IMAGE")]
    runner_image: Option<String>,
}

/// A name that Kubernetes accepts: a DNS subdomain.
fn account(text: &str) -> Result<String, String> {
    let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let is_label = |label: &str| {
        label.starts_with(is_word) && label.ends_with(is_word) && label.chars().all(|c| is_word(c) || c == '-')
    };
    if text.len() <= 253 && text.split('.').all(is_label) {
        return Ok(text.to_owned());
    }
    Err("a service account has lowercase letters, digits, dashes and dots: `promoter`".to_owned())
}

impl Compile {
    pub(super) fn run(&self, out: &mut Out) -> Result<Answer, Failure> {
        let target = target(&self.target).map_err(|unknown| Failure::new(unknown.to_string()).help(unknown.help))?;
        let project = Opened::open(&self.path)?;
        let checked = project.checked(out)?;
        let options = CompileOptions {
            allow_loss: self.allow_loss,
            service_account: self.service_account.clone(),
            runner_image: self.runner_image.clone(),
        };
        let compiled = compile(checked, target, &options);
        let Compiled { files, diagnostics } = match compiled {
            Ok(compiled) => compiled,
            Err(diagnostics) => {
                out.diagnostics(&diagnostics, &project.sources);
                return Err(Failure::no(format!(
                    "`{}` cannot express some statements of this program; nothing was written",
                    self.target
                ))
                .help("Change the statements underlined above, or omit them with `--allow-loss`."));
            }
        };
        out.diagnostics(&diagnostics, &project.sources);
        match &self.out {
            None => {
                for (path, text) in &files {
                    out.file(&format!("---\n# {path}\n{text}"))?;
                }
            }
            Some(folder) => {
                for (path, text) in &files {
                    write(&folder.join(path), text)?;
                }
                out.note(&format!("wrote {} to {}", some(files.len(), "file"), folder.display()));
            }
        }
        Ok(Answer::Yes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_account_has_a_name_that_kubernetes_accepts() {
        for name in ["promoter", "team-a.promoter", "0", &"a".repeat(253)] {
            assert_eq!(account(name), Ok(name.to_owned()));
        }
        for name in ["", "Promoter", "a_b", "-a", "a-", "a..b", "{{workflow.name}}", "a\nb", &"a".repeat(254)] {
            assert!(account(name).is_err(), "{name}");
        }
    }
}
