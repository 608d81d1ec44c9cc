//! A snapshot of a project on disk: its `.promo` files and their imports. A later snapshot reads only the files that
//! have changed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, SystemTime};

use super::disk::{DiskFiles, below, read_known};
use super::group::by_project;
use super::walk::walk;
use crate::program::imports;

/// A file that changed so shortly before a snapshot may change again without a difference in its times.
const UNSETTLED: Duration = Duration::from_secs(2);

/// Counts accesses to the disk. Tests check that typing causes none.
#[derive(Debug, Default)]
pub struct DiskUse {
    pub(super) walks: AtomicUsize,
    pub(super) reads: AtomicUsize,
}

impl DiskUse {
    /// How many folders were walked recursively.
    pub fn walks(&self) -> usize {
        self.walks.load(Relaxed)
    }

    /// How many files were read.
    pub fn reads(&self) -> usize {
        self.reads.load(Relaxed)
    }
}

/// The files of a project at one time, by their path relative to the root.
#[derive(Debug, Default)]
pub struct Listing {
    pub(super) files: BTreeMap<String, ListedFile>,
    /// How many of the files the walk found.
    pub(super) walked: usize,
    /// Whether the walk stayed within its limits.
    pub(super) complete: bool,
    /// The roots of nested projects, relative to this root.
    pub(super) inner: BTreeSet<String>,
}

/// A file of a [`Listing`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ListedFile {
    stamp: Stamp,
    /// The files that it imports, relative to the root.
    pub(super) imports: Vec<String>,
    /// Whether the walk found it. Other files are listed because they were imported or read before.
    pub(super) walked: bool,
    /// Whether this project is the innermost one that contains it. Files of nested projects can only be imported.
    pub(super) own: bool,
    /// The target if it is a link; empty if the target is outside the root.
    pub(super) target: Option<String>,
}

/// Tells whether a file has changed, without reading it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Stamp {
    modified: Option<SystemTime>,
    changed: (i64, i64),
    number: u64,
    length: u64,
    /// Whether the file was old enough for its times to be trusted.
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

/// A request for a snapshot. Taking it may be slow, and any thread can do it.
#[derive(Debug)]
pub struct Look {
    pub(super) root: PathBuf,
    pub(super) before: Arc<Listing>,
    /// Files to include even if the walk does not find them.
    pub(super) also: BTreeSet<String>,
    pub(super) used: Arc<DiskUse>,
}

impl Look {
    /// The root of the project.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Walks the folder, and reads the files that are new or have changed.
    pub fn take(self) -> Listing {
        let disk = DiskFiles::expected(&self.root);
        let now = SystemTime::now();
        self.used.walks.fetch_add(1, Relaxed);
        let walked = walk(disk.root()).unwrap_or_default();
        let listed = side_by_side(&walked.files, |file| {
            let path = below(&disk.root().join(&file.path), disk.root())?;
            let mut listed = self.list(&path, disk.root().join(&file.path), true, now)?;
            if file.link {
                let real = disk.real(&path).ok();
                listed.target = Some(real.and_then(|real| below(&real, disk.root())).unwrap_or_default());
            }
            Some((path, listed))
        });
        let mut files: BTreeMap<String, ListedFile> = listed.into_iter().flatten().collect();
        let mut inner = BTreeSet::new();
        for (root, paths) in by_project(disk.root(), &walked.files) {
            // an outer root is about to replace this one
            match below(&root, disk.root()).filter(|path| !path.is_empty()) {
                Some(path) => {
                    inner.insert(path);
                }
                None => {
                    for path in paths.iter().filter_map(|path| below(&root.join(path), disk.root())) {
                        files.entry(path).and_modify(|file| file.own = true);
                    }
                }
            }
        }
        let (complete, walked) = (walked.complete, files.len());
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
        Listing { files, walked, complete, inner }
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
        Some(ListedFile { stamp, imports, walked, own: false, target: None })
    }
}

impl Listing {
    /// The files that have changed, or may have.
    pub(super) fn changed_since(&self, before: &Listing) -> BTreeSet<String> {
        let is_new = |(path, file): &(&String, &ListedFile)| {
            !file.stamp.settled || before.files.get(*path).is_none_or(|before| before != *file)
        };
        let new = self.files.iter().filter(is_new).map(|(path, _)| path);
        let gone = before.files.keys().filter(|path| !self.files.contains_key(*path));
        new.chain(gone).cloned().collect()
    }
}

/// Applies a function to each item on as many threads as the machine has cores. The results are in order.
pub(crate) fn side_by_side<T: Sync, R: Send>(all: &[T], one: impl Fn(&T) -> R + Sync) -> Vec<R> {
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

/// Smaller batches are not worth a thread.
const FEW: usize = 8;
