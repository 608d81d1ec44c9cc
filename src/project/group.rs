//! Assigns each file below a folder to its project, and finds the programs of each project.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::disk::{below, slashed};
use super::root::root_of;
use super::settings::FILE;
use super::walk::WalkedFile;

/// The files below a folder by the root of their project. Outer projects come first.
pub(crate) fn by_project(folder: &Path, files: &[WalkedFile]) -> BTreeMap<PathBuf, Vec<String>> {
    let mut roots: BTreeMap<&Path, PathBuf> = BTreeMap::new();
    let mut projects: BTreeMap<PathBuf, Vec<String>> = BTreeMap::new();
    for file in files {
        let inside = file.path.parent().unwrap_or(Path::new(""));
        let root = roots.entry(inside).or_insert_with(|| root_of(&folder.join(inside)).to_owned());
        let path = folder.join(&file.path);
        // a name that is not UTF-8 cannot be read as part of a project; reading it reports that
        let inside = below(&path, root).unwrap_or_else(|| slashed(path.strip_prefix(&*root).unwrap_or(&path)));
        projects.entry(root.clone()).or_default().push(inside);
    }
    projects
}

/// Whether a file below a root belongs to that project and not to a nested one.
pub(super) fn is_own(root: &Path, path: &str) -> bool {
    let path = root.join(path);
    let nearest = root_of(path.parent().unwrap_or(root));
    nearest == root || !nearest.starts_with(root)
}

/// The files that programs of outer projects import. Such a file does not make a folder without a `promo.toml` a
/// project of its own.
#[derive(Debug, Default)]
pub struct Imported(BTreeSet<PathBuf>);

impl Imported {
    /// Records that a program of the project at `root` imports this file.
    pub fn add(&mut self, root: &Path, path: &str) {
        self.0.insert(root.join(path));
    }

    /// The files of a project that can begin a program. All outer projects must have been added.
    pub fn leaves<'a, T>(
        &'a self,
        root: &'a Path,
        files: impl IntoIterator<Item = T> + 'a,
        path: impl Fn(&T) -> &str + 'a,
    ) -> impl Iterator<Item = T> + 'a {
        let own = self.0.is_empty() || root.join(FILE).is_file();
        files.into_iter().filter(move |file| own || !self.0.contains(&root.join(path(file))))
    }
}
