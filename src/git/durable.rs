//! What promoc writes is on disk before a ref leads to it, whatever `core.fsync` and `core.fsyncObjectFiles` say. A release
//! records that a commit was made, so a power failure must not take that commit away. Nor may it leave an empty object:
//! a resumed release writes the same objects again, and libgit2 keeps one that seems to be there.

use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::path::Path;

use git2::{ConfigLevel, Oid, Repository};

use super::lock::sync_path;

const SETTING: &str = "[core]\n\tfsyncObjectFiles = true\n";

/// Lets libgit2 sync every object and ref that it writes, before the object has its name, and the folder afterwards. It
/// reads the setting when it opens the objects, so this comes before anything else. The configuration of the repository
/// stays as it is: the setting is in a file of its own, which is read once and counts more.
///
/// # Errors
/// If there is no place for that file. Then the repository can only be read.
pub(super) fn sync_all_writes(repository: &Repository) -> Result<(), String> {
    let mut file = tempfile::NamedTempFile::new().map_err(|error| error.to_string())?;
    file.write_all(SETTING.as_bytes()).map_err(|error| error.to_string())?;
    let loaded = repository.config().and_then(|mut config| {
        config.add_file(file.path(), ConfigLevel::App, false)?;
        repository.odb()
    });
    loaded.map(drop).map_err(|error| error.message().to_owned())
}

/// Syncs the folder of the folders of objects, because a write may have created one of these.
pub(super) fn sync_folders(repository: &Repository) -> io::Result<()> {
    sync_path(&repository.commondir().join("objects"))
}

/// Syncs an object that git has written.
pub(super) fn sync_object(repository: &Repository, id: Oid) -> io::Result<()> {
    let name = id.to_string();
    let Some((first, rest)) = name.split_at_checked(2) else { return Ok(()) };
    let folder = repository.commondir().join("objects").join(first);
    match File::open(folder.join(rest)) {
        Ok(file) => file.sync_all()?,
        // It is in a pack by now, which git syncs.
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    }
    sync_path(Path::new(&folder))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::lock::SYNCED;

    #[test]
    fn writes_are_synced_whatever_the_configuration_says() {
        let folder = tempfile::tempdir().unwrap();
        let made = Repository::init_bare(folder.path()).unwrap();
        made.config().unwrap().set_bool("core.fsyncObjectFiles", false).unwrap();
        let before = std::fs::read(folder.path().join("config")).unwrap();
        let repository = Repository::open_bare(folder.path()).unwrap();
        sync_all_writes(&repository).unwrap();
        // Also now that the file with the setting is gone.
        assert!(repository.config().unwrap().get_bool("core.fsyncObjectFiles").unwrap());
        let id = repository.blob(b"x").unwrap();
        assert_eq!(std::fs::read(folder.path().join("config")).unwrap(), before);

        SYNCED.take();
        sync_object(&repository, id).unwrap();
        sync_object(&repository, Oid::ZERO_SHA1).unwrap();
        assert_eq!(
            SYNCED.take(),
            [folder.path().canonicalize().unwrap().join("objects").join(id.to_string().split_at(2).0)]
        );
    }
}
