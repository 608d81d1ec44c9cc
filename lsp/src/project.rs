//! A project as an editor sees it: the files on the disk, with the open texts over them.

#![allow(clippy::disallowed_methods, reason = "an editor's project is on the disk")]

use std::path::{Component, Path, PathBuf};

use promoc::program::{Files, LoadError};

use crate::documents::Documents;

/// The files of a folder, open texts first.
pub struct Overlay<'a> {
    /// The project's root.
    pub root: PathBuf,
    /// What is open.
    pub documents: &'a Documents,
}

const LARGEST: u64 = 4 * 1024 * 1024;

impl Files for Overlay<'_> {
    fn read(&self, path: &str) -> Result<String, LoadError> {
        let full = self.root.join(path);
        if let Some(document) = self.documents.get(&full) {
            return Ok(document.text.clone());
        }
        let missing = |error: std::io::Error| match error.kind() {
            std::io::ErrorKind::NotFound => LoadError::Missing,
            _ => LoadError::Unreadable(error.to_string()),
        };
        let real = full.canonicalize().map_err(missing)?;
        let root = self.root.canonicalize().map_err(missing)?;
        if !real.starts_with(root) {
            return Err(LoadError::Outside);
        }
        if std::fs::metadata(&real).map_err(missing)?.len() > LARGEST {
            return Err(LoadError::TooLarge);
        }
        let bytes = std::fs::read(&real).map_err(missing)?;
        String::from_utf8(bytes).map_err(|error| LoadError::NotText(error.utf8_error().valid_up_to()))
    }

    fn candidates(&self) -> Vec<String> {
        let mut found = Vec::new();
        walk(&self.root, 0, &mut found);
        let inside = found.iter().map(PathBuf::as_path).chain(self.documents.paths());
        let mut names: Vec<String> = inside.filter_map(|path| relative(path, &self.root)).collect();
        names.sort();
        names.dedup();
        names
    }
}

/// The root of the project that a file belongs to: the nearest folder with `promo.toml`, else its own.
pub fn root_of(file: &Path) -> PathBuf {
    let folder = file.parent().unwrap_or(Path::new("/"));
    folder.ancestors().find(|folder| folder.join("promo.toml").is_file()).unwrap_or(folder).to_path_buf()
}

/// A path relative to a root, with `/`; `None` where it is not below.
pub fn relative(path: &Path, root: &Path) -> Option<String> {
    let inside = path.strip_prefix(root).ok()?;
    let parts = inside.components().map(|part| match part {
        Component::Normal(name) => name.to_str(),
        _ => None,
    });
    Some(parts.collect::<Option<Vec<_>>>()?.join("/"))
}

fn walk(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) {
    // an editor may be opened on a home folder: look neither deep nor long
    if depth > 8 || found.len() > 1000 {
        return;
    }
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    for path in paths {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if path.is_symlink() || name.starts_with('.') || name == "target" || name == "node_modules" {
            continue;
        }
        if path.is_dir() {
            walk(&path, depth + 1, found);
        } else if path.extension().is_some_and(|extension| extension == "promo") {
            found.push(path);
        }
    }
}
