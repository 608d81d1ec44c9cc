//! Finds the root of a project, and the program that a path means.

use std::path::{Path, PathBuf};

use super::disk::{self, DiskFiles};
use super::error::Error;
use super::group::by_project;
use super::settings::{FILE, Settings};
use super::walk::walk;
use crate::program::{Files, LoadError, roots};
use crate::source::plain;

/// The first file of the program, unless `promo.toml` names another.
const MAIN: &str = "main.promo";

/// The root of a project and its settings, which is all that is needed to show and resume releases.
#[derive(Clone, Debug)]
pub struct ProjectRoot {
    /// The folder of `promo.toml`; without that file, the folder of the program.
    pub path: PathBuf,
    /// The contents of `promo.toml`, or the defaults.
    pub settings: Settings,
}

/// The root of the project that contains a folder: the nearest folder with a `promo.toml`, or else the folder itself.
pub fn root_of(folder: &Path) -> &Path {
    folder.ancestors().find(|folder| folder.join(FILE).is_file()).unwrap_or(folder)
}

impl ProjectRoot {
    /// The project that contains a folder or a program file.
    ///
    /// # Errors
    /// If the path does not exist, or `promo.toml` is not valid.
    pub fn find(path: &Path) -> Result<ProjectRoot, Error> {
        let real = path.canonicalize().map_err(|error| Error::unreadable(path, plain(&error)))?;
        let folder = if real.is_dir() { real.as_path() } else { real.parent().unwrap_or(&real) };
        let root = root_of(folder).to_owned();
        let settings = Settings::load(&root)?;
        Ok(ProjectRoot { path: root, settings })
    }

    /// The files below the root.
    ///
    /// # Errors
    /// If the root no longer exists.
    pub fn files(&self) -> Result<DiskFiles, Error> {
        DiskFiles::new(&self.path).map_err(|error| Error::unreadable(&self.path, plain(&error)))
    }

    /// The program that a path means, relative to the root: the file itself, or the program of the project in that
    /// folder.
    ///
    /// # Errors
    /// If there is no program, or several could be meant.
    pub fn program(&self, path: &Path, files: &dyn Files) -> Result<String, Error> {
        if path.is_dir() { self.chosen(files) } else { self.below(path) }
    }

    fn below(&self, path: &Path) -> Result<String, Error> {
        let real = path.canonicalize().map_err(|error| Error::unreadable(path, plain(&error)))?;
        disk::below(&real, &self.path).ok_or_else(|| Error::unreadable(path, LoadError::Outside.to_string()))
    }

    /// The program named by `promo.toml`, or `main.promo`, or the only file that no other file imports.
    fn chosen(&self, files: &dyn Files) -> Result<String, Error> {
        if let Some(program) = &self.settings.program {
            return Ok(program.clone());
        }
        if files.read(MAIN) != Err(LoadError::Missing) {
            return Ok(MAIN.to_owned());
        }
        let walked = walk(&self.path).map_err(|error| Error::unreadable(&self.path, plain(&error)))?;
        if !walked.complete {
            return Err(Error::TooLarge { folder: self.path.clone() });
        }
        // a folder with its own `promo.toml` is another project; without one, it is a part of this project
        let mut projects = by_project(&self.path, &walked.files);
        projects.retain(|root, _| *root == self.path || !root.join(FILE).is_file());
        let files_of = |(root, paths): (PathBuf, Vec<String>)| paths.into_iter().map(move |path| root.join(path));
        let mut all: Vec<String> =
            projects.into_iter().flat_map(files_of).filter_map(|path| disk::below(&path, &self.path)).collect();
        all.sort();
        let mut roots = roots(files, &all);
        match (roots.pop(), roots.is_empty()) {
            (Some(only), true) => Ok(only),
            (None, _) => Err(Error::NoProgram { root: self.path.clone() }),
            (Some(last), false) => {
                roots.push(last);
                Err(Error::SeveralPrograms { root: self.path.clone(), files: roots })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_of_a_folder_is_main_or_the_only_one() {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| std::fs::write(folder.path().join(path), text).unwrap();
        let program = |path: &Path| {
            let root = ProjectRoot::find(path)?;
            root.program(path, &root.files()?)
        };
        let none = program(folder.path()).unwrap_err();
        assert!(matches!(&none, Error::NoProgram { .. }), "{none}");
        std::fs::create_dir(folder.path().join("target")).unwrap();
        write("target/z.promo", "");
        write("a.promo", "import \"b.promo\"\n");
        write("b.promo", "");
        assert_eq!(program(folder.path()), Ok("a.promo".to_owned()));
        write("c.promo", "");
        let several = program(folder.path()).unwrap_err().to_string();
        assert!(several.ends_with("did you mean `a.promo` or `c.promo`?"), "{several}");
        std::fs::create_dir(folder.path().join("sub")).unwrap();
        write("sub/b.promo", "");
        std::fs::remove_file(folder.path().join("c.promo")).unwrap();
        let several = program(folder.path()).unwrap_err().to_string();
        assert!(several.ends_with("did you mean `a.promo` or `sub/b.promo`?"), "{several}");
        write("sub/promo.toml", "");
        assert_eq!(program(folder.path()), Ok("a.promo".to_owned()), "the other program belongs to another project");
        write("c.promo", "");
        write("promo.toml", "program = \"c.promo\"\n");
        assert_eq!(program(folder.path()), Ok("c.promo".to_owned()));
        assert_eq!(
            program(&folder.path().join("target/z.promo")),
            Ok("target/z.promo".to_owned()),
            "a file that is named is taken"
        );
    }
}
