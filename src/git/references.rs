//! Moves refs by compare-and-swap. Nothing else writes a ref.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::thread::sleep;

use git2::{ErrorCode, Oid, Repository};

use super::config::Configuration;
use super::lock::{self, FileLock, PAUSE, TRIES};
use super::shared::Shared;
use super::{Author, CommitId, Error, Result, bare};

/// The result of trying to change a ref.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Swap {
    /// The ref has the new value.
    Moved,
    /// The ref had another value than expected, and still has it; `None` if it does not exist.
    Changed(Option<CommitId>),
}

/// Sets a ref to `to` if and only if it is `from`, or does not exist if that is `None`.
///
/// A ref that has been moved is on disk, and has the permissions that a shared repository asks for.
pub(super) fn swap(
    repository: &Repository,
    configuration: &Configuration,
    name: &str,
    from: Option<Oid>,
    to: Oid,
) -> Result<Swap> {
    let target = target(repository, name)?;
    match FileLock::wait(repository.commondir(), &target) {
        Ok(Some(lock)) => under(lock, repository, configuration, name, from, to),
        Ok(None) => Err(locked(repository, name, &target)),
        // There are no hard links on this file system, or nothing can be written at all, which libgit2 explains.
        Err(_) => by_libgit2(repository, name, from, to),
    }
}

/// The file of a ref.
fn target(repository: &Repository, name: &str) -> Result<PathBuf> {
    // INVARIANT: a valid name never leads out of the repository.
    if git2::Reference::is_valid_name(name) && name.starts_with("refs/") {
        Ok(repository.commondir().join(name))
    } else {
        Err(Error::because("update a ref", repository.path(), &format!("`{name}` is not the name of a ref")))
    }
}

/// The error if a file stays locked.
pub(super) fn locked(repository: &Repository, what: &str, target: &Path) -> Error {
    let lock = lock::lock_of(target);
    let by = lock::maker(repository.commondir(), &lock).map(|maker| maker.to_string());
    Error::Locked { path: repository.path().components().collect(), reference: what.to_owned(), lock, by }
}

/// Compares and swaps a ref that is locked.
fn under(
    lock: FileLock,
    repository: &Repository,
    configuration: &Configuration,
    name: &str,
    from: Option<Oid>,
    to: Oid,
) -> Result<Swap> {
    let now = current(repository, name)?;
    if now != from {
        return Ok(Swap::Changed(now.map(|id| CommitId(id.to_string()))));
    }
    if now != Some(to) {
        let logged = log(repository, configuration, name, &format!("{} {to}", from.unwrap_or(Oid::ZERO_SHA1)));
        let replaced = logged.and_then(|mut written| {
            // Before the ref has moved: a kill must not leave what the others cannot read.
            if let Some(shared) = Shared::of(configuration) {
                written.push(lock::lock_of(&repository.commondir().join(name)));
                shared.apply_all(repository.commondir(), &written);
            }
            lock.replace(format!("{to}\n").as_bytes(), true)
        });
        replaced.map_err(|error| Error::system("update a ref", repository.path(), &error))?;
    }
    Ok(Swap::Moved)
}

/// Adds a line to the reflog, where git would: bare repositories have none unless they are configured so. Returns the files
/// that it has changed.
fn log(
    repository: &Repository,
    configuration: &Configuration,
    name: &str,
    change: &str,
) -> std::io::Result<Vec<PathBuf>> {
    const ALL: &str = "core.logallrefupdates";
    let always = configuration.value(ALL).is_some_and(|value| value.eq_ignore_ascii_case("always"));
    let usually = configuration.is_on(ALL);
    let kinds = ["refs/heads/", "refs/remotes/", "refs/notes/"];
    let starts = |name: &str| always || usually && (name == "HEAD" || kinds.iter().any(|kind| name.starts_with(kind)));
    let mut changed = Vec::new();
    let head = repository.find_reference("HEAD").ok();
    let head = head.filter(|head| head.symbolic_target().ok().flatten() == Some(name)).map(|_| "HEAD");
    for log in [Some(name), head].into_iter().flatten() {
        let path = repository.commondir().join("logs").join(log);
        if starts(log) {
            if let Some(above) = path.parent() {
                fs::create_dir_all(above)?;
            }
        } else if !path.is_file() {
            continue;
        }
        let line = format!("{change} {} {} +0000\tpromoc\n", reflog_author(configuration), bare::now());
        OpenOptions::new().create(true).append(true).open(&path)?.write_all(line.as_bytes())?;
        changed.push(path);
    }
    Ok(changed)
}

/// Who is in a reflog as the one who moved a ref.
fn reflog_author(configuration: &Configuration) -> String {
    let (configured, promoc) = (configuration.author(), Author::default());
    let part = |configured: Option<String>, default: String| {
        let mut text = configured.unwrap_or_default();
        text.retain(|character| !character.is_control() && !['<', '>'].contains(&character));
        if text.trim().is_empty() { default } else { text.trim().to_owned() }
    };
    format!("{} <{}>", part(configured.name, promoc.name), part(configured.email, promoc.email))
}

/// Lets libgit2 lock, compare and swap. A kill may leave a lock that promoc cannot recognize.
fn by_libgit2(repository: &Repository, name: &str, from: Option<Oid>, to: Oid) -> Result<Swap> {
    let expected = from.unwrap_or(Oid::ZERO_SHA1);
    for turn in 1..=TRIES {
        // INVARIANT: libgit2 compares under the ref's lock file, which git itself honors too.
        let Err(error) = repository.reference_matching(name, to, true, expected, "promoc") else {
            return Ok(Swap::Moved);
        };
        match error.code() {
            ErrorCode::Locked => {}
            // Both also occur for a moment while another process packs refs and removes empty directories.
            ErrorCode::Modified | ErrorCode::NotFound => {
                let now = current(repository, name)?;
                if now != from {
                    return Ok(Swap::Changed(now.map(|id| CommitId(id.to_string()))));
                }
            }
            _ => return Err(Error::git("update a ref", repository.path(), &error)),
        }
        sleep(PAUSE * turn);
    }
    Err(locked(repository, name, &repository.commondir().join(name)))
}

/// The value of a ref; `None` if it does not exist.
pub(super) fn current(repository: &Repository, name: &str) -> Result<Option<Oid>> {
    match repository.refname_to_id(name) {
        Ok(id) => Ok(Some(id)),
        Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
        Err(error) => Err(Error::git("read a ref", repository.path(), &error)),
    }
}

/// The refs whose names start with a prefix that ends with `/`, with their values. Symbolic refs are left out.
pub(super) fn list(repository: &Repository, prefix: &str) -> std::io::Result<BTreeMap<String, Oid>> {
    // Files before `packed-refs`: refs are packed by writing that first and removing the files afterwards.
    let loose = loose(repository.commondir(), prefix)?;
    let packed = match fs::read_to_string(repository.commondir().join("packed-refs")) {
        Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
        text => text?,
    };
    let lines = packed.lines().filter_map(|line| line.split_once(' ')).filter(|(_, name)| name.starts_with(prefix));
    let mut all: BTreeMap<String, Oid> =
        lines.filter_map(|(id, name)| Some((name.to_owned(), Oid::from_str(id).ok()?))).collect();
    all.extend(loose);
    Ok(all)
}

/// The refs that are files of their own.
pub(super) fn loose(directory: &Path, prefix: &str) -> std::io::Result<BTreeMap<String, Oid>> {
    let mut found = BTreeMap::new();
    let mut waiting = vec![prefix.trim_end_matches('/').to_owned()];
    while let Some(above) = waiting.pop() {
        let entries = match fs::read_dir(directory.join(&above)) {
            // Git packs refs and removes empty directories.
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => continue,
            entries => entries?,
        };
        for entry in entries {
            let entry = entry?;
            let Ok(name) = entry.file_name().into_string() else { continue };
            let name = format!("{above}/{name}");
            if entry.file_type()?.is_dir() {
                waiting.push(name);
            } else if git2::Reference::is_valid_name(&name) {
                let text = match fs::read_to_string(entry.path()) {
                    Err(error) if error.kind() == ErrorKind::NotFound => continue,
                    text => text?,
                };
                if !text.starts_with("ref:") {
                    let damaged = |_| std::io::Error::other(format!("`{name}` does not hold an id"));
                    let id = Oid::from_str(text.trim_end()).map_err(damaged)?;
                    found.insert(name, id);
                }
            }
        }
    }
    Ok(found)
}

/// Parses an id. Anything else is an unknown commit.
pub(super) fn parse(path: &Path, id: &str) -> Result<Oid> {
    Oid::from_str(id).map_err(|_| Error::NoCommit { path: path.to_owned(), commit: id.to_owned() })
}
