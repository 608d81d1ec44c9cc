//! What the disk has of a project: its `.promo` files, and whom each imports. A second look reads only what has changed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, SystemTime};

use super::disk::{DiskFiles, read_known, slashed};
use super::walk::walk;
use crate::program::imports;

/// A file that was changed so shortly before it was looked at may be changed again without a trace in its times.
const UNSETTLED: Duration = Duration::from_secs(2);

/// How often the disk was asked: what must not happen at every keystroke is counted.
#[derive(Debug, Default)]
pub struct DiskUse {
    pub(super) walks: AtomicUsize,
    pub(super) reads: AtomicUsize,
}

impl DiskUse {
    /// How many folders were walked, with all that lies below.
    pub fn walks(&self) -> usize {
        self.walks.load(Relaxed)
    }

    /// How many files were read.
    pub fn reads(&self) -> usize {
        self.reads.load(Relaxed)
    }
}

/// The files of a project at some time, by their path below the root.
#[derive(Debug, Default)]
pub struct Listing {
    pub(super) files: BTreeMap<String, ListedFile>,
    /// How many of them the walk found.
    pub(super) walked: usize,
}

/// A file of a [`Listing`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ListedFile {
    stamp: Stamp,
    /// Whom it imports.
    pub(super) imports: Vec<String>,
    /// Whether the walk found it. What else is listed was imported by name, or read before.
    pub(super) walked: bool,
}

/// What tells a file from what it was before, without reading it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Stamp {
    modified: Option<SystemTime>,
    changed: (i64, i64),
    number: u64,
    length: u64,
    /// Whether the stamp can be trusted.
    settled: bool,
}

impl Stamp {
    fn of(metadata: &Metadata, now: SystemTime) -> Stamp {
        #[cfg(unix)]
        let (changed, number) = {
            use std::os::unix::fs::MetadataExt;
            ((metadata.ctime(), metadata.ctime_nsec()), metadata.ino())
        };
        #[cfg(not(unix))]
        let (changed, number) = ((0, 0), 0);
        let modified = metadata.modified().ok();
        let age = modified.and_then(|modified| now.duration_since(modified).ok());
        let settled = age.is_some_and(|age| age > UNSETTLED);
        Stamp { modified, changed, number, length: metadata.len(), settled }
    }
}

/// A look at the disk that is still to be taken; anywhere, since it may take long.
#[derive(Debug)]
pub struct Look {
    pub(super) root: PathBuf,
    pub(super) before: Arc<Listing>,
    /// Files that are of interest whether the walk finds them or not.
    pub(super) also: BTreeSet<String>,
    pub(super) used: Arc<DiskUse>,
}

impl Look {
    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Walks the folder and reads the files that are new or have changed.
    pub fn take(self) -> Listing {
        let disk = DiskFiles::expected(&self.root);
        let now = SystemTime::now();
        self.used.walks.fetch_add(1, Relaxed);
        let walked = walk(disk.root()).unwrap_or_default();
        // a linked file is the file that it leads to, which is listed where it lies
        let own: Vec<_> = walked.files.iter().filter(|file| !file.link).collect();
        let listed = side_by_side(&own, |file| {
            let path = slashed(&file.path);
            let listed = self.list(&path, disk.root().join(&file.path), true, now)?;
            Some((path, listed))
        });
        let mut files: BTreeMap<String, ListedFile> = listed.into_iter().flatten().collect();
        let walked = files.len();
        let imported = files.values().flat_map(|file| &file.imports);
        let mut waiting: BTreeSet<String> = imported.chain(&self.also).cloned().collect();
        while let Some(path) = waiting.pop_first() {
            if files.contains_key(&path) {
                continue;
            }
            let real = disk.real(&path).ok();
            let Some(listed) = real.and_then(|real| self.list(&path, real, false, now)) else { continue };
            waiting.extend(listed.imports.iter().cloned());
            files.insert(path, listed);
        }
        Listing { files, walked }
    }

    fn list(&self, path: &str, real: PathBuf, walked: bool, now: SystemTime) -> Option<ListedFile> {
        let metadata = real.metadata().ok().filter(Metadata::is_file)?;
        let stamp = Stamp::of(&metadata, now);
        let before = self.before.files.get(path).filter(|before| stamp.settled && before.stamp == stamp);
        let imports = match before {
            Some(before) => before.imports.clone(),
            None => {
                self.used.reads.fetch_add(1, Relaxed);
                let text = read_known(&real, &metadata).ok().and_then(|bytes| String::from_utf8(bytes).ok());
                text.map(|text| imports(path, &text)).unwrap_or_default()
            }
        };
        Some(ListedFile { stamp, imports, walked })
    }
}

impl Listing {
    /// The files that are not as they were, or may not be.
    pub(super) fn changed_since(&self, before: &Listing) -> BTreeSet<String> {
        let is_new = |(path, file): &(&String, &ListedFile)| {
            !file.stamp.settled || before.files.get(*path).is_none_or(|before| before != *file)
        };
        let new = self.files.iter().filter(is_new).map(|(path, _)| path);
        let gone = before.files.keys().filter(|path| !self.files.contains_key(*path));
        new.chain(gone).cloned().collect()
    }
}

/// Does one thing with each, in order, on as many threads as the machine runs at once.
pub fn side_by_side<T: Sync, R: Send>(all: &[T], one: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let share = all.len().div_ceil(threads).max(FEW);
    let each = &|share: &[T]| -> Vec<R> { share.iter().map(&one).collect() };
    std::thread::scope(|scope| {
        let mut shares = all.chunks(share);
        let own = shares.next().unwrap_or_default();
        let others: Vec<_> = shares.map(|share| (share, scope.spawn(move || each(share)))).collect();
        let mut done = each(own);
        for (share, thread) in others {
            done.extend(thread.join().unwrap_or_else(|_| each(share)));
        }
        done
    })
}

/// So few things are done before a thread is worth its while.
const FEW: usize = 8;
