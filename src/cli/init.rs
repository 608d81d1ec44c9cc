//! `promoc init [DIR]`

use std::path::{Path, PathBuf};

use super::write::write;
use super::{Answer, Failure, Out};

/// Create a small working project
#[derive(Debug, clap::Args)]
#[command(after_help = examples! {
    "Create a project in this folder" => "promoc init",
    "Create a project in a new folder" => "promoc init shop",
})]
pub(super) struct Init {
    /// Folder for the project; created if it does not exist
    #[arg(default_value = ".")]
    dir: PathBuf,
}

const EDITOR: &str = ".editorconfig";

const FILES: [(&str, &str); 3] = [
    ("main.promo", include_str!("init/main.promo")),
    ("promo.toml", include_str!("init/promo.toml")),
    (EDITOR, include_str!("init/editorconfig")),
];

impl Init {
    pub(super) fn run(&self, out: &mut Out) -> Result<Answer, Failure> {
        if let Some((name, _)) =
            FILES.iter().filter(|(name, _)| *name != EDITOR).find(|(name, _)| self.dir.join(name).exists())
        {
            return Err(Failure::new(format!("`{}` already exists", self.dir.join(name).display()))
                .help("To create the project in another folder, run `promoc init DIR`."));
        }
        for (name, text) in FILES {
            // keep an existing .editorconfig
            if !self.dir.join(name).exists() {
                write(&self.dir.join(name), text)?;
            }
        }
        let here = self.dir == Path::new(".");
        let argument = if here { String::new() } else { format!(" {}", self.dir.display()) };
        out.line(&format!("created {} in {}", FILES.map(|(name, _)| name).join(", "), self.dir.display()))?;
        out.line("\nNext:")?;
        out.line(&format!("  promoc check{argument}"))?;
        let project = if here { String::new() } else { format!(" --project {}", self.dir.display()) };
        out.line(&format!("  promoc graph main{project}"))?;
        out.line(&format!("  promoc simulate main{project}"))?;
        out.line(&format!("  promoc test{argument}"))?;
        let deploy = self.dir.join("deploy.git");
        out.line(
            "Then describe your environments and applications in main.promo, and preview a release on a clone of your \
             manifests:",
        )?;
        out.line(&format!("  git clone --bare URL {}", deploy.strip_prefix(".").unwrap_or(&deploy).display()))?;
        out.line(&format!("  promoc preview main{project}"))?;
        Ok(Answer::Yes)
    }
}
