//! `promoc demo [DIR]`: the main job on an example, from an empty folder to commits in Git.

mod files;

use std::path::{Path, PathBuf};

use clap::Parser;

use super::{Answer, Cli, Failure, Out};
use crate::source::plain;
use files::{DEPLOY, EXAMPLES, Example, PRODUCT};

/// Makes an example in DIR and goes through it: repository, check, graph, simulate, preview, run. The folder stays.
#[derive(Debug, clap::Args)]
pub(super) struct Demo {
    /// The folder; it must be empty, or not there
    #[arg(default_value = "promoc-demo")]
    dir: PathBuf,
    /// Which example: quickstart, sequential, policies, parallel or dependencies
    #[arg(long, default_value = "quickstart")]
    example: String,
}

impl Demo {
    pub(super) fn run(&self, out: &mut Out) -> Result<Answer, Failure> {
        let names = || EXAMPLES.iter().map(|example| example.name);
        let example = EXAMPLES.iter().find(|example| example.name == self.example).ok_or_else(|| {
            let all = crate::diagnostic::one_of(names()).unwrap_or_default();
            Failure::new(format!("there is no example `{}`", self.example)).help(format!("Write {all}."))
        })?;
        self.make(example)?;
        let dir = self.dir.display().to_string();
        out.line(&format!("Made {dir}: the program main.promo, and deploy.git, a bare repository with the manifests of every environment."))?;
        let project = ["--project", &dir];
        let flow = [example.flow, "--product", PRODUCT];
        step(out, "What is wrong with the program? (Nothing: silence.)", &["check", &dir])?;
        step(out, "What does the flow look like?", &[&["graph"], &flow[..], &project].concat())?;
        step(out, "How would a release go? Nothing is touched.", &[&["simulate"], &flow[..], &project].concat())?;
        step(out, "Which property of which file would change?", &[&["preview"], &flow[..], &project].concat())?;
        let answer = step(
            out,
            "Now in earnest: commits, environment after environment.",
            &[&["run"], &flow[..], &project].concat(),
        )?;
        step(out, "What has been released?", &[&["releases"], &project[..]].concat())?;
        self.farewell(example, out)?;
        Ok(answer)
    }

    fn make(&self, example: &Example) -> Result<(), Failure> {
        let cannot =
            |error: &std::io::Error| Failure::new(format!("`{}` cannot be made: {}", self.dir.display(), plain(error)));
        std::fs::create_dir_all(&self.dir).map_err(|error| cannot(&error))?;
        if std::fs::read_dir(&self.dir).map_err(|error| cannot(&error))?.next().is_some() {
            return Err(Failure::new(format!("`{}` is not empty", self.dir.display()))
                .help("Name another folder, `promoc demo DIR`, or remove this one."));
        }
        std::fs::write(self.dir.join("main.promo"), example.program).map_err(|error| cannot(&error))?;
        let author = crate::run::Author { name: "promoc demo".to_string(), email: "promoc@localhost".to_string() };
        let files = DEPLOY.iter().map(|(path, text)| (*path, text.as_bytes()));
        crate::run::create_repository(
            &self.dir.join("deploy.git"),
            "main",
            files,
            &author,
            "Six environments; dev is ahead",
        )
        .map_err(super::project::failure)
    }

    fn farewell(&self, example: &Example, out: &mut Out) -> Result<(), Failure> {
        let dir = self.dir.display();
        let git = Path::new(&self.dir).join("deploy.git");
        let lines = [
            format!("Everything is in {dir} and stays there. Go on by hand:"),
            format!("  cd {dir}"),
            "  promoc release ID                      # an ID from the list above: environments, workflows, commits"
                .to_string(),
            "  promoc promote demo-trioapp --from dev --to qa".to_string(),
            format!(
                "  promoc compile --target codefresh      # the same flow, `{}`, for a runtime that exists",
                example.flow
            ),
            "  $EDITOR main.promo; promoc check       # make a mistake and see what it says".to_string(),
            format!(
                "  git --git-dir {} log --stat      # what was committed",
                git.file_name().map(|name| name.to_string_lossy()).unwrap_or_default()
            ),
        ];
        out.line("")?;
        lines.iter().try_for_each(|line| out.line(line))
    }
}

/// Prints a command and does it.
fn step(out: &mut Out, why: &str, arguments: &[&str]) -> Result<Answer, Failure> {
    out.line(&format!("\n# {why}\n$ promoc {}", arguments.join(" ")))?;
    let all = std::iter::once("promoc").chain(arguments.iter().copied());
    let cli = Cli::try_parse_from(all).map_err(|error| Failure::new(error.to_string()))?;
    cli.command.run(out)
}
