//! The files of a project on disk.
//!
//! INVARIANT: only files that were regular just before are opened, so no pipe or device can block the reader. A file
//! that is replaced by a pipe in between is not guarded against: the standard library has no name for `O_NONBLOCK`.

use std::fs::{File, Metadata};
use std::io::{Error, ErrorKind, Read, Result};
use std::path::{Component, Path, PathBuf};
use std::sync::OnceLock;

use super::walk::walk;
use crate::program::{Files, LoadError};
use crate::source::plain;

/// The maximum size of a file of a project, in bytes.
const LARGEST: u64 = 4 * 1024 * 1024;

/// How many files are compared with the path of a missing import.
pub(super) const CANDIDATES: usize = 2000;

/// The bytes of a regular file of at most 4 MiB.
///
/// # Errors
/// If the file does not exist, is not a regular file, is larger, or the system refuses.
pub(crate) fn read_file(path: &Path) -> Result<Vec<u8>> {
    // Ask before opening: opening a pipe would wait for its writer.
    read_known(path, &path.metadata()?)
}

/// Like [`read_file`], for a file whose metadata is known.
pub(super) fn read_known(path: &Path, metadata: &Metadata) -> Result<Vec<u8>> {
    if metadata.is_dir() {
        return Err(ErrorKind::IsADirectory.into());
    }
    if !metadata.is_file() {
        return Err(Error::other("it is not a file"));
    }
    // one byte more than the file has, so that one read fills it and the next sees the end
    let mut bytes = Vec::with_capacity(metadata.len().min(LARGEST) as usize + 1);
    File::open(path)?.take(LARGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST {
        return Err(Error::new(ErrorKind::FileTooLarge, "it is larger than 4 MiB"));
    }
    Ok(bytes)
}

/// The files below the root of a project. For a program, nothing outside the root exists, even through a link.
#[derive(Clone, Debug)]
pub struct DiskFiles {
    root: PathBuf,
    /// The result of the walk, which only happens when it is needed.
    listed: OnceLock<Vec<String>>,
}

impl DiskFiles {
    /// The files below `root`.
    ///
    /// # Errors
    /// If there is no such folder.
    pub fn new(root: &Path) -> Result<DiskFiles> {
        Ok(DiskFiles { root: root.canonicalize()?, listed: OnceLock::new() })
    }

    /// Like [`DiskFiles::new`], for a folder that may not exist yet.
    pub(super) fn expected(root: &Path) -> DiskFiles {
        DiskFiles { root: root.canonicalize().unwrap_or_else(|_| root.to_owned()), listed: OnceLock::new() }
    }

    /// The root with all links resolved.
    pub fn root(&self) -> &Path {
        &self.root
    }
}

fn refused(error: &Error) -> LoadError {
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => LoadError::Missing,
        ErrorKind::FileTooLarge => LoadError::TooLarge,
        ErrorKind::IsADirectory => LoadError::Unreadable("it is not a file".to_owned()),
        _ => LoadError::Unreadable(plain(error)),
    }
}

impl DiskFiles {
    /// The path of a file with all links resolved.
    pub(super) fn real(&self, path: &str) -> std::result::Result<PathBuf, LoadError> {
        let real = self.root.join(path).canonicalize().map_err(|error| refused(&error))?;
        if real.starts_with(&self.root) { Ok(real) } else { Err(LoadError::Outside) }
    }
}

impl Files for DiskFiles {
    fn read(&self, path: &str) -> std::result::Result<String, LoadError> {
        let real = self.real(path)?;
        let bytes = read_file(&real).map_err(|error| refused(&error))?;
        String::from_utf8(bytes).map_err(|error| LoadError::NotText(error.utf8_error().valid_up_to()))
    }

    fn candidates(&self) -> Vec<String> {
        let listed = self.listed.get_or_init(|| {
            let walked = walk(&self.root).unwrap_or_default();
            let files = walked.files.iter().map(|file| self.root.join(&file.path));
            let mut paths: Vec<String> = files.filter_map(|path| below(&path, &self.root)).collect();
            paths.sort();
            paths.truncate(CANDIDATES);
            paths
        });
        listed.clone()
    }
}

/// The path of a file relative to a root, as programs write it; `None` if it is not below the root or not UTF-8.
pub fn below(path: &Path, root: &Path) -> Option<String> {
    let parts = path.strip_prefix(root).ok()?.components().map(|part| match part {
        Component::Normal(name) => name.to_str(),
        _ => None,
    });
    Some(parts.collect::<Option<Vec<_>>>()?.join("/"))
}

/// A relative path for display. Parts that are not UTF-8 are replaced.
pub(crate) fn slashed(path: &Path) -> String {
    let parts = path.components();
    parts.map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_outside_the_root_are_not_read() {
        let outside = tempfile::tempdir().unwrap();
        std::fs::write(outside.path().join("secret.promo"), "environment a\n").unwrap();
        let inside = tempfile::tempdir().unwrap();
        std::fs::create_dir(inside.path().join("sub")).unwrap();
        std::fs::write(inside.path().join("sub/a.promo"), "environment a\n").unwrap();
        std::fs::write(inside.path().join("latin.promo"), b"# \xe9\n").unwrap();
        std::fs::write(inside.path().join("large.promo"), vec![b'#'; LARGEST as usize + 1]).unwrap();
        std::os::unix::fs::symlink(outside.path().join("secret.promo"), inside.path().join("link.promo")).unwrap();
        std::os::unix::fs::symlink("sub/a.promo", inside.path().join("own.promo")).unwrap();
        std::fs::create_dir(inside.path().join("target")).unwrap();
        std::fs::write(inside.path().join("target/a.promo"), "environment b\n").unwrap();
        let made = std::process::Command::new("mkfifo").arg(inside.path().join("pipe.promo")).status().unwrap();
        assert!(made.success());
        let files = DiskFiles::new(inside.path()).unwrap();
        assert_eq!(files.read("sub/a.promo").unwrap(), "environment a\n");
        assert_eq!(files.read("own.promo").unwrap(), "environment a\n");
        assert_eq!(files.read("link.promo"), Err(LoadError::Outside));
        assert_eq!(files.read("nothing.promo"), Err(LoadError::Missing));
        assert_eq!(files.read("latin.promo"), Err(LoadError::NotText(2)));
        assert_eq!(files.read("large.promo"), Err(LoadError::TooLarge));
        for no_file in ["sub", "pipe.promo"] {
            assert_eq!(files.read(no_file), Err(LoadError::Unreadable("it is not a file".to_owned())));
        }
        // an imported file is read even if the walk skips it
        assert_eq!(files.read("target/a.promo").unwrap(), "environment b\n");
        assert_eq!(files.candidates(), ["large.promo", "latin.promo", "link.promo", "own.promo", "sub/a.promo"]);
    }
}
