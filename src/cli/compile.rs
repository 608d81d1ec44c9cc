//! `promoc compile [PATH] --target T`

use std::path::PathBuf;

use super::project::Opened;
use super::write::write;
use super::{Answer, Failure, Out};
use crate::compile::{CompileOptions, Compiled, compile, target};

/// Writes the manifests of an existing runtime.
#[derive(Debug, clap::Args)]
pub(super) struct Compile {
    /// The program: a file or a folder
    #[arg(default_value = ".")]
    path: PathBuf,
    /// For which runtime
    #[arg(long, default_value = "codefresh")]
    target: String,
    /// Write files into this folder instead of one stream to standard output
    #[arg(long)]
    out: Option<PathBuf>,
    /// Go on where the runtime cannot say something; each loss becomes a warning and a comment in its file
    #[arg(long)]
    allow_loss: bool,
    /// The container image that runs promoc where the runtime has no word for something
    #[arg(long)]
    runner_image: Option<String>,
}

impl Compile {
    pub(super) fn run(&self, out: &mut Out) -> Result<Answer, Failure> {
        let target = target(&self.target).map_err(|unknown| Failure::new(unknown.to_string()).help(unknown.help))?;
        let project = Opened::open(&self.path)?;
        let checked = project.checked(out)?;
        let options = CompileOptions { allow_loss: self.allow_loss, runner_image: self.runner_image.clone() };
        let compiled = compile(checked, target, &options);
        let Compiled { files, diagnostics } = match compiled {
            Ok(compiled) => compiled,
            Err(diagnostics) => {
                out.diagnostics(&diagnostics, &project.sources);
                return Err(Failure::no(format!(
                    "`{}` cannot say all of this program; nothing was written",
                    self.target
                ))
                .help("Change what is underlined above, or write what can be said with `--allow-loss`."));
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
                out.note(&format!("wrote {} files into {}", files.len(), folder.display()));
            }
        }
        Ok(Answer::Yes)
    }
}
