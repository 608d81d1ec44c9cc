//! The `.promo` files and the programs in a folder that the user names.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Failure;
use super::project::{Opened, cannot_read, exists, shown, unopened};
use crate::Project;
use crate::program::{Files, LoadError, imports, roots_by};
use crate::project::{DiskFiles, Imported, ProjectRoot, WalkedFile, by_project, side_by_side, walk};

/// The `.promo` files of a path: the file itself, or those in the folder.
pub(super) fn promo_files(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    if !exists(path)?.is_dir() {
        return Ok(vec![path.to_path_buf()]);
    }
    let shown = |file: WalkedFile| {
        let path = path.join(file.path);
        path.strip_prefix(".").map(Path::to_path_buf).unwrap_or(path)
    };
    Ok(walked(path)?.into_iter().map(shown).collect())
}

/// The `.promo` files in a folder; a folder without any is an error.
fn walked(folder: &Path) -> Result<Vec<WalkedFile>, Failure> {
    let walked = walk(folder).map_err(|error| cannot_read(folder, &error))?;
    if !walked.complete {
        return Err(unopened(crate::project::Error::TooLarge { folder: folder.to_owned() }));
    }
    if walked.files.is_empty() {
        let failure = Failure::new(format!("there is no `.promo` file in `{}`", folder.display()));
        return Err(failure.help(match walked.ignored {
            true => "Files that `.gitignore` excludes are skipped unless you name them.",
            false => "To create a first program, run `promoc init`.",
        }));
    }
    Ok(walked.files)
}

/// Whether the path is a folder without any `.promo` file.
pub(super) fn has_no_program(folder: &Path) -> bool {
    folder.is_dir() && walk(folder).is_ok_and(|walked| walked.complete && walked.files.is_empty())
}

/// Every program in a folder, each reduced by `keep`.
pub(super) fn programs(folder: &Path, keep: fn(Opened) -> Opened) -> Result<Vec<Opened>, Failure> {
    let files = walked(folder)?;
    let real = folder.canonicalize().map_err(|error| cannot_read(folder, &error))?;
    let mut programs = BTreeMap::new();
    let mut imported = Imported::default();
    for (root, paths) in by_project(&real, &files) {
        let project = Arc::new(SharedProject::read(&root, &paths)?);
        let paths: Vec<String> = imported.leaves(&root, paths, |path| path).collect();
        for program in project.roots(&paths, &mut imported) {
            programs.insert(root.join(&program), (Arc::clone(&project), program));
        }
    }
    let programs: Vec<FoundProgram> = programs.into_iter().collect();
    side_by_side(&programs, |found| open(found).map(keep)).into_iter().collect()
}

/// The path of a program, its project, and its file relative to the root.
type FoundProgram = (PathBuf, (Arc<SharedProject>, String));

/// Opens a program. Through a link, the project may be another one and is looked up again.
fn open((path, (project, file)): &FoundProgram) -> Result<Opened, Failure> {
    if path.is_symlink() {
        return Opened::open(path);
    }
    let opened = Project::read(project.root.clone(), &project.files, file.clone()).map_err(unopened)?;
    Ok(Opened::of(opened, &project.shown))
}

/// The root and the files that the programs of a project share.
struct SharedProject {
    root: ProjectRoot,
    files: ReadFiles,
    /// The root, relative to the working directory.
    shown: String,
}

impl SharedProject {
    fn read(root: &Path, paths: &[String]) -> Result<SharedProject, Failure> {
        let root = ProjectRoot::find(root).map_err(unopened)?;
        let files = root.files().map_err(unopened)?;
        let read = side_by_side(paths, |path| (path.clone(), files.read(path))).into_iter().collect();
        Ok(SharedProject { shown: shown(&root.path), root, files: ReadFiles { read, files } })
    }

    /// The programs among some files; adds the files that they import to `imported`.
    fn roots(&self, paths: &[String], imported: &mut Imported) -> Vec<String> {
        let found = RefCell::new(imported);
        let imports = |path: &str| {
            let imports = self.files.read(path).map(|text| imports(path, &text)).unwrap_or_default();
            imports.iter().for_each(|path| found.borrow_mut().add(&self.root.path, path));
            imports
        };
        roots_by(paths, &|path| self.files.identity(path), &imports)
    }
}

/// The files of a project, with those that were read to find the imports. Each file is read only once.
struct ReadFiles {
    files: DiskFiles,
    read: BTreeMap<String, Result<String, LoadError>>,
}

impl Files for ReadFiles {
    fn read(&self, path: &str) -> Result<String, LoadError> {
        self.read.get(path).cloned().unwrap_or_else(|| self.files.read(path))
    }

    fn candidates(&self) -> Vec<String> {
        self.files.candidates()
    }
}
