//! The files of a program on the disk.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use crate::program::{Files, LoadError};
use crate::source::plain;

/// No file of a program is larger.
const LARGEST: u64 = 4 * 1024 * 1024;

/// How many folders and files are looked at for "did you mean".
const CANDIDATES: usize = 2000;

/// The files below a folder. What leads out of it, be it by a link, does not exist for a program.
#[derive(Clone, Debug)]
pub struct DiskFiles {
    root: PathBuf,
}

impl DiskFiles {
    /// The files below `root`.
    ///
    /// # Errors
    /// Where there is no such folder.
    pub fn new(root: &Path) -> std::io::Result<DiskFiles> {
        Ok(DiskFiles { root: root.canonicalize()? })
    }

    /// The folder, links followed.
    pub fn root(&self) -> &Path {
        &self.root
    }
}

fn error(error: &std::io::Error) -> LoadError {
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => LoadError::Missing,
        _ => LoadError::Unreadable(plain(error)),
    }
}

impl Files for DiskFiles {
    fn read(&self, path: &str) -> Result<String, LoadError> {
        let real = self.root.join(path).canonicalize().map_err(|e| error(&e))?;
        if !real.starts_with(&self.root) {
            return Err(LoadError::Outside);
        }
        // Asked before it is opened: opening a pipe would wait for its writer.
        let metadata = real.metadata().map_err(|e| error(&e))?;
        if !metadata.is_file() {
            return Err(LoadError::Unreadable("it is not a file".to_owned()));
        }
        // a byte more than there is, so that one read fills it and the next sees the end
        let mut bytes = Vec::with_capacity(metadata.len().min(LARGEST) as usize + 1);
        let file = File::open(&real).map_err(|e| error(&e))?;
        file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(|e| error(&e))?;
        if bytes.len() as u64 > LARGEST {
            return Err(LoadError::TooLarge);
        }
        String::from_utf8(bytes).map_err(|e| LoadError::NotText(e.utf8_error().valid_up_to()))
    }

    fn candidates(&self) -> Vec<String> {
        let mut found = Vec::new();
        let mut waiting = vec![self.root.clone()];
        let mut seen = 0;
        while let Some(folder) = waiting.pop() {
            let Ok(entries) = folder.read_dir() else { continue };
            for entry in entries.flatten() {
                seen += 1;
                if seen > CANDIDATES {
                    break;
                }
                let (path, name) = (entry.path(), entry.file_name());
                let hidden = name.to_string_lossy().starts_with('.');
                match entry.file_type() {
                    Ok(kind) if kind.is_dir() && !hidden => waiting.push(path),
                    Ok(_) if path.extension().is_some_and(|extension| extension == "promo") => {
                        let below = path.strip_prefix(&self.root).ok().and_then(Path::to_str);
                        found.extend(below.map(|path| path.replace('\\', "/")));
                    }
                    _ => {}
                }
            }
        }
        found.sort();
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_outside_the_root_is_read() {
        let outside = tempfile::tempdir().unwrap();
        std::fs::write(outside.path().join("secret.promo"), "environment a\n").unwrap();
        let inside = tempfile::tempdir().unwrap();
        std::fs::create_dir(inside.path().join("sub")).unwrap();
        std::fs::write(inside.path().join("sub/a.promo"), "environment a\n").unwrap();
        std::fs::write(inside.path().join("latin.promo"), b"# \xe9\n").unwrap();
        std::fs::write(inside.path().join("large.promo"), vec![b'#'; LARGEST as usize + 1]).unwrap();
        std::os::unix::fs::symlink(outside.path().join("secret.promo"), inside.path().join("link.promo")).unwrap();
        std::os::unix::fs::symlink("sub/a.promo", inside.path().join("own.promo")).unwrap();
        let files = DiskFiles::new(inside.path()).unwrap();
        assert_eq!(files.read("sub/a.promo").unwrap(), "environment a\n");
        assert_eq!(files.read("own.promo").unwrap(), "environment a\n");
        assert_eq!(files.read("link.promo"), Err(LoadError::Outside));
        assert_eq!(files.read("nothing.promo"), Err(LoadError::Missing));
        assert_eq!(files.read("latin.promo"), Err(LoadError::NotText(2)));
        assert_eq!(files.read("large.promo"), Err(LoadError::TooLarge));
        assert!(matches!(files.read("sub"), Err(LoadError::Unreadable(_))));
        assert_eq!(files.candidates(), ["large.promo", "latin.promo", "link.promo", "own.promo", "sub/a.promo"]);
    }
}
