//! A small project in a temporary folder: a bare repository, a program, and the results of its releases.

use std::path::{Path, PathBuf};

use promoc::Project;
use promoc::ledger::entry::{EntryKind, LedgerEntry};
use promoc::ledger::words::ActWord;
use promoc::run::{self, Boundary, Ended, Observer, ReleaseSpec, RunError, RunOptions};
use promoc::syntax::literal::Instant;

/// A bare repository in a test.
pub struct Repo {
    pub path: PathBuf,
    git: git2::Repository,
}

impl Repo {
    pub fn new(path: &Path) -> Repo {
        let mut options = git2::RepositoryInitOptions::new();
        options.bare(true).initial_head("main");
        Repo { path: path.to_owned(), git: git2::Repository::init_opts(path, &options).unwrap() }
    }

    pub fn open(path: &Path) -> Repo {
        Repo { path: path.to_owned(), git: git2::Repository::open_bare(path).unwrap() }
    }

    /// Commits files to `main`. `None` removes a file.
    pub fn commit(&self, files: &[(&str, Option<&[u8]>)], message: &str) -> String {
        self.commit_to("main", files, message)
    }

    pub fn commit_to(&self, branch: &str, files: &[(&str, Option<&[u8]>)], message: &str) -> String {
        let name = format!("refs/heads/{branch}");
        loop {
            let parent = self.git.find_reference(&name).ok().map(|reference| reference.peel_to_commit().unwrap());
            let mut index = git2::Index::new().unwrap();
            if let Some(parent) = &parent {
                index.read_tree(&parent.tree().unwrap()).unwrap();
            }
            for (path, bytes) in files {
                match bytes {
                    None => index.remove_path(Path::new(path)).unwrap(),
                    Some(bytes) => {
                        let entry = git2::IndexEntry {
                            ctime: git2::IndexTime::new(0, 0),
                            mtime: git2::IndexTime::new(0, 0),
                            dev: 0,
                            ino: 0,
                            mode: 0o100_644,
                            uid: 0,
                            gid: 0,
                            file_size: 0,
                            id: self.git.blob(bytes).unwrap(),
                            flags: 0,
                            flags_extended: 0,
                            path: path.as_bytes().to_vec(),
                        };
                        index.add(&entry).unwrap();
                    }
                }
            }
            let tree = self.git.find_tree(index.write_tree_to(&self.git).unwrap()).unwrap();
            let who = git2::Signature::now("Ada \u{1b}[31m", "ada@example.com").unwrap();
            let parents: Vec<&git2::Commit<'_>> = parent.iter().collect();
            let id = self.git.commit(None, &who, &who, message, &tree, &parents).unwrap();
            let from = parent.as_ref().map_or(git2::Oid::ZERO_SHA1, git2::Commit::id);
            if self.git.reference_matching(&name, id, true, from, "test").is_ok() {
                return id.to_string();
            }
        }
    }

    /// Commits another mode of a file, such as that of a symbolic link.
    pub fn set_mode(&self, path: &str, mode: u32) {
        let mut main = self.git.find_reference("refs/heads/main").unwrap();
        let parent = main.peel_to_commit().unwrap();
        let mut index = git2::Index::new().unwrap();
        index.read_tree(&parent.tree().unwrap()).unwrap();
        let mut entry = index.get_path(Path::new(path), 0).unwrap();
        entry.mode = mode;
        index.add(&entry).unwrap();
        let tree = self.git.find_tree(index.write_tree_to(&self.git).unwrap()).unwrap();
        let who = git2::Signature::now("Ada", "ada@example.com").unwrap();
        let id = self.git.commit(None, &who, &who, "mode\n", &tree, &[&parent]).unwrap();
        main.set_target(id, "test").unwrap();
    }

    pub fn mode(&self, path: &str) -> i32 {
        let commit = self.git.find_reference("refs/heads/main").unwrap().peel_to_commit().unwrap();
        commit.tree().unwrap().get_path(Path::new(path)).unwrap().filemode()
    }

    pub fn read(&self, path: &str) -> Option<String> {
        let commit = self.git.find_reference("refs/heads/main").unwrap().peel_to_commit().unwrap();
        let entry = commit.tree().unwrap().get_path(Path::new(path)).ok()?;
        Some(String::from_utf8_lossy(self.git.find_blob(entry.id()).unwrap().content()).into_owned())
    }

    /// The messages of the commits of `main`, newest first.
    pub fn log(&self) -> Vec<String> {
        let mut walk = self.git.revwalk().unwrap();
        walk.push_ref("refs/heads/main").unwrap();
        walk.map(|id| self.git.find_commit(id.unwrap()).unwrap().message().unwrap().to_owned()).collect()
    }

    /// How many commits of `main` have this trailer.
    pub fn with_trailer(&self, trailer: &str) -> usize {
        self.log().iter().filter(|message| message.lines().any(|line| line == trailer)).count()
    }

    /// The files of the newest commit of `main`, with their contents.
    pub fn files(&self) -> Vec<(String, String)> {
        let commit = self.git.find_reference("refs/heads/main").unwrap().peel_to_commit().unwrap();
        let mut files = Vec::new();
        commit
            .tree()
            .unwrap()
            .walk(git2::TreeWalkMode::PreOrder, |folder, entry| {
                if entry.kind() == Some(git2::ObjectType::Blob) {
                    files.push((format!("{folder}{}", entry.name().unwrap()), entry.id().to_string()));
                }
                git2::TreeWalkResult::Ok
            })
            .unwrap();
        files
    }
}

/// A project folder with one repository, `deploy.git`.
pub struct Fixture {
    pub folder: tempfile::TempDir,
    pub repo: Repo,
}

pub const VALUES: &str = "# of the team\nimage:\n  tag: \"1.0\"  # see releases\nreplicas: 2\n";

impl Fixture {
    /// Creates `envs/NAME/values.yaml` for each environment. `dev` has version 2.0, the others have 1.0.
    pub fn new(program: &str, environments: &[&str]) -> Fixture {
        let folder = tempfile::tempdir().unwrap();
        let repo = Repo::new(&folder.path().join("deploy.git"));
        let texts: Vec<(String, String)> = environments
            .iter()
            .map(|name| (format!("envs/{name}/values.yaml"), format!("# {name}\n{VALUES}")))
            .collect();
        let files: Vec<(&str, Option<&[u8]>)> =
            texts.iter().map(|(path, text)| (path.as_str(), Some(text.as_bytes()))).collect();
        repo.commit(&files, "first\n");
        let new = format!("# dev\n{}", VALUES.replace("1.0", "2.0"));
        repo.commit(&[("envs/dev/values.yaml", Some(new.as_bytes()))], "Version 2.0\n");
        std::fs::write(folder.path().join("main.promo"), program).unwrap();
        std::fs::write(
            folder.path().join("promo.toml"),
            "[author]\nname = \"Release Bot\"\nemail = \"bot@example.com\"\n",
        )
        .unwrap();
        Fixture { folder, repo }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn project(&self) -> Project {
        let project = Project::open(self.path()).unwrap();
        assert!(project.analysed.analysis().diagnostics.is_empty(), "{:#?}", project.analysed.analysis().diagnostics);
        project
    }

    pub fn run(&self, flow: &str) -> Result<Ended, RunError> {
        run(&self.project(), "shop", flow, &mut run::Silent, RunOptions::default())
    }

    pub fn preview(&self, flow: &str) -> Result<run::Preview, RunError> {
        preview(&self.project(), "shop", &ReleaseSpec::Flow { flow: flow.to_owned() })
    }

    pub fn release(&self, id: &str) -> run::ReleaseView {
        run::release(&self.project().root, id).unwrap()
    }

    /// The image tag in an environment.
    pub fn tag(&self, environment: &str) -> String {
        let text = self.repo.read(&format!("envs/{environment}/values.yaml")).unwrap();
        let line = text.lines().find_map(|line| line.trim().strip_prefix("tag: ")).unwrap();
        line.split("  #").next().unwrap().to_owned()
    }

    /// The lines that workflows wrote to `marks`.
    pub fn marks(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.path().join("marks")).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }
}

/// A program: the given environments, one product over them, and `rest`.
pub fn program(environments: &str, rest: &str) -> String {
    format!(
        "environment {environments}\n\
         template values {{\n  version from \"values.yaml\" at $.image.tag\n  copy \"values.yaml\" at $.image.tag\n}}\n\
         product shop {{\n  template values\n  repo \"./deploy.git\"\n  branch main\n  application shop-{{environment}} in {environments} {{ path \"envs/{{environment}}\" }}\n  \
         flow ship by hand\n}}\n{rest}\n"
    )
}

/// Called for each ledger entry.
pub type OnEntry = Box<dyn FnMut(&LedgerEntry)>;

/// Collects the entries that it observes, and calls back.
#[derive(Default)]
pub struct Watching {
    pub entries: Vec<LedgerEntry>,
    pub on_entry: Option<OnEntry>,
}

impl Observer for Watching {
    fn begins(&mut self, _id: &str, _resumed: bool) {}

    fn entry(&mut self, entry: &LedgerEntry) {
        self.entries.push(entry.clone());
        if let Some(call) = &mut self.on_entry {
            call(entry);
        }
    }

    fn waiting(&mut self, _for: &[String], _until: Option<Instant>) {}
}

impl Watching {
    /// The ids of the effects that were started, without product and release.
    pub fn intents(&self) -> Vec<String> {
        let effect = |entry: &LedgerEntry| match &entry.kind {
            EntryKind::Intent { act: ActWord::Cancel, .. } => None,
            EntryKind::Intent { effect, .. } => effect.splitn(3, '/').nth(2).map(str::to_owned),
            _ => None,
        };
        self.entries.iter().filter_map(effect).collect()
    }
}

/// Lets a runner start that dies at the boundary that `here` picks.
pub fn dies_at(here: impl FnMut(&Boundary) -> bool + 'static, start: impl FnOnce(RunOptions)) {
    let mut here = here;
    let mut options = RunOptions::default();
    options.on_boundary = Some(Box::new(move |boundary| {
        if here(&boundary) {
            std::panic::resume_unwind(Box::new("the runner dies"));
        }
    }));
    let start = std::panic::AssertUnwindSafe(|| start(options));
    assert!(std::panic::catch_unwind(start).is_err(), "it ran to the end");
}

/// Starts a release. The program must not have errors.
pub fn run(
    project: &Project,
    product: &str,
    flow: &str,
    observer: &mut dyn Observer,
    options: RunOptions,
) -> Result<Ended, RunError> {
    run::run(&project.root, checked(project), product, flow, observer, options)
}

/// Promotes a product. The program must not have errors.
pub fn promote(
    project: &Project,
    product: &str,
    promotion: run::Promotion,
    observer: &mut dyn Observer,
    options: RunOptions,
) -> Result<Ended, RunError> {
    run::promote(&project.root, checked(project), product, promotion, observer, options)
}

/// Previews a release. The program must not have errors.
pub fn preview(project: &Project, product: &str, spec: &ReleaseSpec) -> Result<run::Preview, RunError> {
    run::preview(&project.root, checked(project), product, spec, None)
}

fn checked(project: &Project) -> promoc::Checked<'_> {
    project.analysed.checked().unwrap_or_else(|| panic!("{:#?}", project.analysed.diagnostics()))
}
