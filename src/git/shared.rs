//! `core.sharedRepository`: with whom the files of a repository are shared. libgit2 obeys it only when it creates one.

use std::collections::BTreeSet;
use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::config::Configuration;

/// The permissions that the setting asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shared {
    mode: u32,
    /// Whether files have exactly this mode, and not at least this one.
    exactly: bool,
}

impl Shared {
    /// The setting of a repository; `None` if its files are left to the umask.
    pub(super) fn of(configuration: &Configuration) -> Option<Shared> {
        Shared::parse(configuration.value("core.sharedrepository")?)
    }

    fn parse(text: &str) -> Option<Shared> {
        let at_least = |mode| Some(Shared { mode, exactly: false });
        match text.to_ascii_lowercase().as_str() {
            "group" | "true" | "yes" | "on" | "1" => at_least(0o660),
            "all" | "world" | "everybody" | "2" => at_least(0o664),
            text => {
                let mode = u32::from_str_radix(text, 8).ok()?;
                // Git refuses a mode with which the owner cannot read and write.
                (mode & 0o600 == 0o600).then_some(Shared { mode: mode & 0o666, exactly: true })
            }
        }
    }

    /// The mode of a file or directory that has this one.
    fn mode(self, now: u32, is_directory: bool) -> u32 {
        // Nobody may write to an object.
        let mut mode = if now & 0o200 == 0 { self.mode & !0o222 } else { self.mode };
        if is_directory {
            mode |= (mode & 0o444) >> 2;
        }
        let mode = if self.exactly { (now & !0o777) | mode } else { now | mode };
        if is_directory { mode | 0o2000 } else { mode }
    }

    /// Applies the setting to files of the repository in `directory`, and to the directories above them in it. What cannot
    /// be changed stays as it is: the files are written.
    pub(super) fn apply_all(self, directory: &Path, paths: &[PathBuf]) {
        let mut all = BTreeSet::new();
        for path in paths {
            all.insert(path.as_path());
            all.extend(
                path.ancestors().skip(1).take_while(|above| above.starts_with(directory) && *above != directory),
            );
        }
        for path in all {
            drop(self.apply(path));
        }
    }

    /// Applies the setting to a file or directory. Files of other users are left to them.
    fn apply(self, path: &Path) -> io::Result<()> {
        let metadata = match fs::symlink_metadata(path) {
            // Another process has renamed or removed it.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            metadata => metadata?,
        };
        if metadata.is_symlink() {
            return Ok(());
        }
        let now = metadata.permissions().mode() & 0o7777;
        let mode = self.mode(now, metadata.is_dir());
        if mode != now {
            match fs::set_permissions(path, Permissions::from_mode(mode)) {
                Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied) => {}
                done => done?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Shared;

    #[test]
    fn the_modes_are_those_of_git() {
        for (text, file, object, directory) in [
            ("group", 0o664, 0o444, 0o2775),
            ("1", 0o664, 0o444, 0o2775),
            ("all", 0o664, 0o444, 0o2775),
            ("0660", 0o660, 0o440, 0o2770),
            ("0600", 0o600, 0o400, 0o2700),
        ] {
            let shared = Shared::parse(text).unwrap();
            let modes = (shared.mode(0o644, false), shared.mode(0o444, false), shared.mode(0o755, true));
            assert_eq!(modes, (file, object, directory), "{text}");
        }
        for text in ["umask", "false", "0", "0400", ""] {
            assert_eq!(Shared::parse(text), None, "{text}");
        }
    }
}
