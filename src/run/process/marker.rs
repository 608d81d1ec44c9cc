//! Tells a run directory from any other, also from one that is later created at the same path.

use std::fs::{self, File};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::{Error, private};

/// The file with the marker. No file of an effect has such a name, because names of effects contain no dot.
const MARKER: &str = ".marker";

/// The absolute path of a run directory, and its marker: a random text. Both are created if necessary, and are on disk
/// when this returns. A directory that lost the files of its effects lost its marker with them.
pub(crate) fn marker(run_directory: &Path) -> Result<(PathBuf, String), Error> {
    private::directories(run_directory).map_err(Error::system("create the directory", run_directory))?;
    let directory = run_directory.canonicalize().map_err(Error::system("find", run_directory))?;
    let path = directory.join(MARKER);
    if let Some(known) = read(&path).map_err(Error::system("read", &path))? {
        return Ok((directory, known));
    }
    create(&directory, &path).map_err(Error::system("create", &path))?;
    let known = read(&path).map_err(Error::system("read", &path))?.unwrap_or_default();
    Ok((directory, known))
}

fn read(path: &Path) -> io::Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text.trim_end().to_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Creates the file completely or not at all. If another process is faster, its file stays.
fn create(directory: &Path, path: &Path) -> io::Result<()> {
    let text = format!("{:016x}{:016x}\n", random(), random());
    let draft = directory.join(format!("{MARKER}-{}", text.trim_end()));
    let mut file = private::options().write(true).create_new(true).open(&draft)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    let linked = fs::hard_link(&draft, path);
    fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    File::open(directory)?.sync_all()?;
    directory.parent().map_or(Ok(()), |above| File::open(above)?.sync_all())
}

/// The keys of a hasher are random, and different for each.
fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_keeps_its_marker_and_a_new_one_at_its_place_has_another() {
        let folder = tempfile::tempdir().unwrap();
        let run = folder.path().join(".promo/run");
        let (path, first) = marker(&run).unwrap();
        assert_eq!(path, run.canonicalize().unwrap());
        assert_eq!(first.len(), 32);
        assert_eq!(marker(&run).unwrap().1, first);
        assert_eq!(fs::read_dir(&run).unwrap().count(), 1, "the draft is gone");
        fs::remove_dir_all(&run).unwrap();
        assert_ne!(marker(&run).unwrap().1, first);
    }

    #[test]
    fn processes_that_create_it_at_once_agree() {
        let folder = tempfile::tempdir().unwrap();
        let run = folder.path().join("run");
        let seen: Vec<String> = std::thread::scope(|scope| {
            let all: Vec<_> = (0..8).map(|_| scope.spawn(|| marker(&run).unwrap().1)).collect();
            all.into_iter().map(|one| one.join().unwrap()).collect()
        });
        assert!(seen.iter().all(|one| *one == seen[0]), "{seen:?}");
    }
}
