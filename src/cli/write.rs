//! Writing files.

use std::path::Path;

use super::Failure;
use crate::source::plain;

/// Replaces a file by a rename, so that a full disk or a kill leaves the old text complete.
pub(super) fn write_whole(path: &Path, text: &str) -> std::io::Result<()> {
    let real = path.canonicalize()?;
    let folder = real.parent().unwrap_or(Path::new("."));
    let mut beside = tempfile::NamedTempFile::new_in(folder)?;
    std::io::Write::write_all(&mut beside, text.as_bytes())?;
    beside.as_file().set_permissions(std::fs::metadata(&real)?.permissions())?;
    beside.as_file().sync_all()?;
    beside.persist(&real).map_err(|error| error.error)?;
    Ok(())
}

/// Writes a file, and creates its folders.
pub(super) fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(path, text))
        .map_err(|error| Failure::new(format!("cannot write `{}`: {}", path.display(), plain(&error))))
}
