//! `promoc demo [DIR]`: a walk through an example, from an empty folder to commits in Git.

mod files;

use std::path::{Path, PathBuf};

use clap::Parser;

use super::{Answer, Cli, Failure, Out};
use crate::source::plain;
use files::{EXAMPLES, Example, PRODUCT};

/// Create an example, then check, simulate, preview and run it
#[derive(Debug, clap::Args)]
#[command(after_help = examples! {
    "Create the example in ./promoc-demo and run it" => "promoc demo",
    "Try another example in another folder" => "promoc demo /tmp/demo --example policies",
})]
pub(super) struct Demo {
    /// Folder for the example; created if it does not exist, and must be empty
    #[arg(default_value = "promoc-demo")]
    dir: PathBuf,
    /// Example to create: quickstart, sequential, policies, parallel, dependencies or one-folder
    #[arg(long, value_name = "NAME", default_value = "quickstart")]
    example: String,
}

impl Demo {
    pub(super) fn run(&self, out: &mut Out) -> Result<Answer, Failure> {
        let names = || EXAMPLES.iter().map(|example| example.name);
        let example = EXAMPLES.iter().find(|example| example.name == self.example).ok_or_else(|| {
            let all = crate::diagnostic::one_of(names()).unwrap_or_default();
            Failure::new(format!("unknown example `{}`", self.example)).help(format!("Choose {all}."))
        })?;
        self.make(example)?;
        let dir = self.dir.display().to_string();
        out.line(&format!(
            "Created {dir}: the program (main.promo) and a bare repository with the manifests of every environment (deploy.git)."
        ))?;
        let project = ["--project", &dir];
        let flow = [example.flow, "--product", PRODUCT];
        step(out, "Check the program. No output means no problems.", &["check", &dir])?;
        step(out, "Draw the flow.", &[&["graph"], &flow[..], &project].concat())?;
        step(out, "Simulate a release. This changes nothing.", &[&["simulate"], &flow[..], &project].concat())?;
        step(
            out,
            "Preview the changes to every file. This changes nothing.",
            &[&["preview"], &flow[..], &project].concat(),
        )?;
        let answer = step(
            out,
            "Run the release: a commit in each environment, in the order of the flow.",
            &[&["run"], &flow[..], &project].concat(),
        )?;
        step(out, "List the releases.", &[&["releases"], &project[..]].concat())?;
        self.farewell(example, out)?;
        Ok(answer)
    }

    fn make(&self, example: &Example) -> Result<(), Failure> {
        let cannot =
            |error: &std::io::Error| Failure::new(format!("cannot create `{}`: {}", self.dir.display(), plain(error)));
        std::fs::create_dir_all(&self.dir).map_err(|error| cannot(&error))?;
        if std::fs::read_dir(&self.dir).map_err(|error| cannot(&error))?.next().is_some() {
            return Err(Failure::new(format!("`{}` is not empty", self.dir.display()))
                .help("Name another folder with `promoc demo DIR`, or remove this one."));
        }
        std::fs::write(self.dir.join("main.promo"), example.program).map_err(|error| cannot(&error))?;
        let author = crate::run::Author { name: "promoc demo".to_string(), email: "promoc@localhost".to_string() };
        let files = example.deploy.iter().map(|(path, text)| (*path, text.as_bytes()));
        crate::run::create_repository(
            &self.dir.join("deploy.git"),
            "main",
            files,
            &author,
            "All environments; dev is ahead",
        )
        .map_err(super::project::failure)
    }

    fn farewell(&self, example: &Example, out: &mut Out) -> Result<(), Failure> {
        let dir = self.dir.display();
        let git = Path::new(&self.dir).join("deploy.git");
        let mut lines = vec![
            format!("The example stays in {dir}. Next steps:"),
            format!("  cd {dir}"),
            "  promoc release ID                      # show the release; its ID is in the list above".to_string(),
            "  promoc promote demo-trioapp --from dev --to qa".to_string(),
            "  $EDITOR main.promo; promoc check       # make a mistake and check the program".to_string(),
            format!(
                "  git --git-dir {} log --stat  # list the commits",
                git.file_name().map(|name| name.to_string_lossy()).unwrap_or_default()
            ),
        ];
        if example.compiles {
            let compile =
                format!("  promoc compile --target codefresh      # compile the flow `{}` for Codefresh", example.flow);
            lines.insert(4, compile);
        }
        out.line("")?;
        lines.iter().try_for_each(|line| out.line(line))
    }
}

/// Prints a comment and a command, then runs the command.
fn step(out: &mut Out, why: &str, arguments: &[&str]) -> Result<Answer, Failure> {
    out.line(&format!("\n# {why}\n$ promoc {}", arguments.join(" ")))?;
    let all = std::iter::once("promoc").chain(arguments.iter().copied());
    let cli = Cli::try_parse_from(all).map_err(|error| Failure::new(error.to_string()))?;
    cli.command.run(out)
}
