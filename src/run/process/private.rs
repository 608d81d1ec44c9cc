//! Directories and files that only this user can read: scripts write their values and output there.

use std::fs::{DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

/// Creates a directory and those above it that do not exist. One that exists keeps its permissions.
pub(super) fn directories(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// For files that are created.
pub(super) fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.mode(0o600);
    options
}

/// Writes a file.
pub(super) fn write(path: &Path, text: &str) -> io::Result<()> {
    options().write(true).create(true).truncate(true).open(path)?.write_all(text.as_bytes())
}
