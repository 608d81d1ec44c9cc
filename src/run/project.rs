//! A project on the disk: where its root is, its settings, its program.

use std::path::{Path, PathBuf};

use super::error::RunError;
use super::files::DiskFiles;
use super::settings::{FILE, Settings};
use super::text::plain;
use crate::diagnostic::one_of;
use crate::program::{Files, LoadError, roots};
use crate::{Analysed, analyse};

/// The file with which a program begins where nothing else is said.
const MAIN: &str = "main.promo";

/// The root of a project and its settings: enough to look at releases and to drive them on.
#[derive(Clone, Debug)]
pub struct ProjectRoot {
    /// The folder of `promo.toml`, else of the program.
    pub path: PathBuf,
    /// What `promo.toml` says.
    pub settings: Settings,
}

/// A project with its program, checked.
#[derive(Debug)]
pub struct Project {
    /// Root and settings.
    pub root: ProjectRoot,
    /// The file with which the program begins, relative to the root.
    pub file: String,
    /// The program, and what is said of it.
    pub analysed: Analysed,
}

impl ProjectRoot {
    /// The project that a folder or a program file lies in.
    ///
    /// # Errors
    /// Where there is no such path, or `promo.toml` is wrong.
    pub fn find(path: &Path) -> Result<ProjectRoot, RunError> {
        let real = path.canonicalize().map_err(|error| unreadable(path, &plain(&error)))?;
        let folder = if real.is_dir() { real.as_path() } else { real.parent().unwrap_or(&real) };
        let root = folder.ancestors().find(|folder| folder.join(FILE).is_file()).unwrap_or(folder).to_owned();
        let settings = Settings::load(&root)?;
        Ok(ProjectRoot { path: root, settings })
    }

    /// The files below its root.
    ///
    /// # Errors
    /// Where the root is not there any more.
    pub fn files(&self) -> Result<DiskFiles, RunError> {
        DiskFiles::new(&self.path).map_err(|error| unreadable(&self.path, &plain(&error)))
    }
}

impl Project {
    /// Reads the project that a folder or a program file lies in.
    ///
    /// # Errors
    /// Where the program cannot be read, or it is not clear which one is meant. What is wrong with the program is in
    /// [`Project::analysed`].
    pub fn open(path: &Path) -> Result<Project, RunError> {
        let root = ProjectRoot::find(path)?;
        let files = root.files()?;
        let file = if path.is_dir() { chosen(&root, &files)? } else { below(&root, path)? };
        Project::read(root, &files, file)
    }

    /// Reads and checks a program of a project that is known.
    ///
    /// # Errors
    /// Where its file cannot be read.
    pub fn read(root: ProjectRoot, files: &dyn Files, file: String) -> Result<Project, RunError> {
        let analysed = analyse(files, &file).map_err(|error| unreadable(&root.path.join(&file), &error.to_string()))?;
        Ok(Project { root, file, analysed })
    }
}

fn unreadable(path: &Path, problem: &str) -> RunError {
    RunError::System(format!("cannot read `{}`: {problem}", path.display()))
}

fn below(root: &ProjectRoot, path: &Path) -> Result<String, RunError> {
    let real = path.canonicalize().map_err(|error| unreadable(path, &plain(&error)))?;
    let below = real.strip_prefix(&root.path).ok().and_then(Path::to_str).map(|path| path.replace('\\', "/"));
    below.ok_or_else(|| unreadable(path, &LoadError::Outside.to_string()))
}

/// The program of a folder: what `promo.toml` says, `main.promo`, or the only file that no other imports.
fn chosen(root: &ProjectRoot, files: &DiskFiles) -> Result<String, RunError> {
    if let Some(program) = &root.settings.program {
        return Ok(program.clone());
    }
    if files.read(MAIN) != Err(LoadError::Missing) {
        return Ok(MAIN.to_owned());
    }
    let roots = roots(files, &files.candidates());
    match roots.as_slice() {
        [one] => Ok(one.clone()),
        [] => Err(RunError::Unknown {
            message: format!("there is no program in `{}`", root.path.display()),
            help: "Begin one with `promoc init`, or name its file with `--project`.".to_owned(),
        }),
        several => {
            let names = one_of(several.iter().map(String::as_str)).unwrap_or_else(|| "one of many".to_owned());
            Err(RunError::Unknown {
                message: format!("which program of `{}` is meant: {names}?", root.path.display()),
                help: format!("Write `program = \"NAME.promo\"` into `{FILE}`, or name the file with `--project`."),
            })
        }
    }
}
