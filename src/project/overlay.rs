//! The files of a project as an editor sees them: unsaved texts over the files on disk.
//!
//! The state of the disk is cached until the result of another [`Look`] arrives: each file is read once, and no folder
//! is walked in between. So a change to a text costs only that text.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use super::disk::{CANDIDATES, DiskFiles};
use super::graph::ImportGraph;
use super::group::is_own;
use super::listing::{DiskUse, Listing, Look};
use crate::program::{Files, LoadError, imports, roots_by};

/// The files of a project, where unsaved texts take precedence.
#[derive(Debug)]
pub struct Overlay {
    root: PathBuf,
    disk: DiskFiles,
    used: Arc<DiskUse>,
    texts: BTreeMap<String, String>,
    listing: Arc<Listing>,
    /// The imports of all listed files, of all unsaved texts, and of the files that these lead to.
    graph: ImportGraph,
    /// The contents of files that have not changed since they were read.
    kept: RefCell<BTreeMap<String, Result<String, LoadError>>>,
}

/// The difference between two snapshots.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// The files that have changed, are new, or are gone.
    pub files: BTreeSet<String>,
    /// Whether any file is new or gone.
    pub listing: bool,
}

impl Overlay {
    /// A project without unsaved texts and before the first snapshot.
    pub fn new(root: &Path, used: Arc<DiskUse>) -> Overlay {
        Overlay {
            root: root.to_owned(),
            disk: DiskFiles::expected(root),
            used,
            texts: BTreeMap::new(),
            listing: Arc::default(),
            graph: ImportGraph::default(),
            kept: RefCell::default(),
        }
    }

    /// Whether a file has an unsaved text.
    pub fn has_text(&self, path: &str) -> bool {
        self.texts.contains_key(path)
    }

    /// The files that have an unsaved text.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.texts.keys().map(String::as_str)
    }

    /// Sets the unsaved text of a file. Returns whether the text is new or its imports changed, so that the programs
    /// of the project may be others now.
    pub fn set_text(&mut self, path: &str, text: String) -> bool {
        let found = imports(path, &text);
        let is_new = self.texts.insert(path.to_owned(), text).is_none();
        let differs = is_new || self.graph.imports(path) != Some(&found);
        if differs {
            self.graph.set(path, found);
            self.follow(path);
        }
        differs
    }

    /// Drops the unsaved text of a file in favor of the one on disk.
    pub fn drop_text(&mut self, path: &str) {
        self.texts.remove(path);
        // the file may have been saved since it was read
        self.kept.borrow_mut().remove(path);
        match self.listing.files.get(path) {
            Some(listed) => self.graph.set(path, listed.imports.clone()),
            None => self.graph.remove(path),
        }
    }

    /// A request for a snapshot, whose result goes to [`Overlay::update`].
    pub fn look(&self) -> Look {
        let also = self.kept.borrow().keys().cloned().collect();
        Look { root: self.root.clone(), before: Arc::clone(&self.listing), also, used: Arc::clone(&self.used) }
    }

    /// Replaces the state of the disk by a snapshot.
    pub fn update(&mut self, listing: Listing) -> Changes {
        let mut files = listing.changed_since(&self.listing);
        // a file that was missing or unreadable has no times to compare
        self.kept.get_mut().retain(|path, read| {
            let listed = listing.files.contains_key(path);
            let keep = read.is_ok() && listed && !files.contains(path);
            if !keep {
                files.insert(path.clone());
            }
            keep
        });
        let walked = |listing: &Listing, path: &String| listing.files.get(path).map(|file| (file.walked, file.own));
        let differs = files.iter().any(|path| walked(&listing, path) != walked(&self.listing, path));
        self.listing = Arc::new(listing);
        for path in files.iter().filter(|path| !self.texts.contains_key(*path)) {
            match self.listing.files.get(path) {
                Some(listed) => self.graph.set(path, listed.imports.clone()),
                None => self.graph.remove(path),
            }
        }
        for path in self.texts.keys().cloned().collect::<Vec<_>>() {
            self.follow(&path);
        }
        Changes { files, listing: differs }
    }

    /// Adds the imports of an unsaved text that are not listed, with their own imports.
    fn follow(&mut self, path: &str) {
        let mut waiting: Vec<String> = self.graph.imports(path).unwrap_or_default().to_vec();
        while let Some(path) = waiting.pop() {
            if self.graph.imports(&path).is_none()
                && let Ok(text) = self.read(&path)
            {
                let found = imports(&path, &text);
                waiting.extend(found.iter().cloned());
                self.graph.set(&path, found);
            }
        }
    }

    /// Drops the cached contents of all other files.
    pub fn keep_only(&mut self, paths: &BTreeSet<&str>) {
        self.kept.get_mut().retain(|path, _| paths.contains(path.as_str()));
    }

    /// The approximate number of files: a file with an unsaved text may count twice.
    pub fn count(&self) -> usize {
        self.listing.walked + self.texts.len()
    }

    /// Whether all files are known. `false` before the first snapshot, and if the folder exceeds the limits of the
    /// walk.
    pub fn is_complete(&self) -> bool {
        self.listing.complete
    }

    /// The roots of nested projects with files, relative to this root.
    pub fn inner(&self) -> impl Iterator<Item = &str> {
        self.listing.inner.iter().map(String::as_str)
    }

    /// The first file of each program of this project that contains a file.
    pub fn programs_with(&self, path: &str) -> Vec<String> {
        let above: Vec<String> = self.graph.above(path).into_iter().filter(|path| self.is_own(path)).collect();
        self.roots(&above)
    }

    /// The first file of each program of this project.
    pub fn programs(&self) -> Vec<String> {
        let unsaved = self.texts.keys().filter(|path| !self.listing.files.contains_key(*path));
        let mut all: Vec<String> = self.listing.files.keys().chain(unsaved).cloned().collect();
        all.retain(|path| self.is_own(path));
        all.sort();
        self.roots(&all)
    }

    /// Whether a file can begin a program of this project: the walk found it or it has an unsaved text, and no nested
    /// root is nearer.
    fn is_own(&self, path: &str) -> bool {
        let listed = self.listing.files.get(path).filter(|file| file.walked);
        listed.map_or_else(|| self.has_text(path) && is_own(&self.root, path), |file| file.own)
    }

    fn roots(&self, among: &[String]) -> Vec<String> {
        let roots = roots_by(among, &str::to_owned, &|path| self.graph.imports(path).unwrap_or_default().to_vec());
        // a link stands for its target, which may be a program of another project
        let meant = |path: String| match self.listing.files.get(&path).and_then(|file| file.target.as_ref()) {
            Some(target) => Some(target.clone()).filter(|target| !target.is_empty() && is_own(&self.root, target)),
            None => Some(path),
        };
        let meant: BTreeSet<String> = roots.into_iter().filter_map(meant).collect();
        meant.into_iter().collect()
    }
}

impl Files for Overlay {
    fn read(&self, path: &str) -> Result<String, LoadError> {
        if let Some(text) = self.texts.get(path) {
            return Ok(text.clone());
        }
        if let Some(read) = self.kept.borrow().get(path) {
            return read.clone();
        }
        self.used.reads.fetch_add(1, Relaxed);
        let read = self.disk.read(path);
        self.kept.borrow_mut().insert(path.to_owned(), read.clone());
        read
    }

    fn candidates(&self) -> Vec<String> {
        let walked = self.listing.files.iter().filter(|(_, file)| file.walked).map(|(path, _)| path);
        let all: BTreeSet<&String> = walked.take(CANDIDATES).chain(self.texts.keys()).collect();
        all.into_iter().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::*;

    /// Writes a file and sets its time far in the past.
    fn write(folder: &tempfile::TempDir, path: &str, text: &str, age: u64) {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        let file = std::fs::File::options().append(true).open(&path).unwrap();
        file.set_modified(SystemTime::now() - Duration::from_secs(age)).unwrap();
    }

    fn look(files: &mut Overlay) -> Vec<String> {
        files.update(files.look().take()).files.into_iter().collect()
    }

    #[test]
    fn only_changed_files_are_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let used = Arc::<DiskUse>::default();
        let mut files = Overlay::new(folder.path(), Arc::clone(&used));
        write(&folder, "a.promo", "import \"b.promo\"\n", 1000);
        write(&folder, "b.promo", "", 1000);
        write(&folder, ".gitignore", "c.promo\n", 1000);
        write(&folder, "c.promo", "", 1000);
        assert_eq!(look(&mut files), ["a.promo", "b.promo"]);
        assert_eq!((used.walks(), used.reads()), (1, 2));
        assert_eq!(look(&mut files), Vec::<String>::new());
        assert_eq!((used.walks(), used.reads()), (2, 2));
        assert_eq!(files.read("b.promo"), Ok(String::new()));
        assert_eq!(files.read("b.promo"), Ok(String::new()));
        assert_eq!(used.reads(), 3);
        write(&folder, "b.promo", "# x\n", 900);
        std::fs::remove_file(folder.path().join("a.promo")).unwrap();
        let changes = files.update(files.look().take());
        assert_eq!(
            (changes.files.into_iter().collect::<Vec<_>>(), changes.listing),
            (vec!["a.promo".into(), "b.promo".into()], true)
        );
        assert_eq!(files.read("b.promo"), Ok("# x\n".to_owned()));
        assert_eq!(files.programs(), ["b.promo"]);
        // files that the walk skips, and files that were missing, are checked again if a program needs them
        assert_eq!(files.read("c.promo"), Ok(String::new()));
        assert_eq!(files.read("d/e.promo"), Err(LoadError::Missing));
        write(&folder, "c.promo", "# y\n", 900);
        write(&folder, "d/e.promo", "# z\n", 900);
        let changes = files.update(files.look().take());
        assert_eq!((changes.files.len(), changes.listing), (2, true));
        assert_eq!((files.read("c.promo"), files.read("d/e.promo")), (Ok("# y\n".to_owned()), Ok("# z\n".to_owned())));
    }

    #[test]
    fn the_times_of_a_recent_change_are_not_trusted() {
        let folder = tempfile::tempdir().unwrap();
        let mut files = Overlay::new(folder.path(), Arc::default());
        write(&folder, "a.promo", "", 0);
        write(&folder, "b.promo", "", 1000);
        assert_eq!(look(&mut files), ["a.promo", "b.promo"]);
        assert_eq!(look(&mut files), ["a.promo"]);
    }

    #[test]
    fn programs_follow_texts_and_files() {
        let folder = tempfile::tempdir().unwrap();
        let mut files = Overlay::new(folder.path(), Arc::default());
        write(&folder, "main.promo", "import \"lib/a.promo\"\n", 1000);
        write(&folder, "lib/a.promo", "import \"../.hidden/b.promo\"\n", 1000);
        write(&folder, ".hidden/b.promo", "import \"../lib/c.promo\"\n", 1000);
        write(&folder, "lib/c.promo", "", 1000);
        write(&folder, "other.promo", "", 1000);
        look(&mut files);
        assert_eq!(files.programs(), ["main.promo", "other.promo"]);
        assert_eq!(files.programs_with("lib/c.promo"), ["main.promo"]);
        assert!(files.set_text("other.promo", "import \"lib/c.promo\"\n".to_owned()));
        assert!(!files.set_text("other.promo", "# more\nimport \"lib/c.promo\"\n".to_owned()));
        assert_eq!(files.programs_with("lib/c.promo"), ["main.promo", "other.promo"]);
        assert_eq!(files.programs_with("other.promo"), ["other.promo"]);
        // an unsaved text that is not on disk and imports a file that the walk skips
        files.set_text("new.promo", "import \".hidden/b.promo\"\nimport \"main.promo\"\n".to_owned());
        assert_eq!(files.programs(), ["new.promo", "other.promo"]);
        assert_eq!(files.candidates(), ["lib/a.promo", "lib/c.promo", "main.promo", "new.promo", "other.promo"]);
        files.drop_text("new.promo");
        files.drop_text("other.promo");
        assert_eq!(files.programs(), ["main.promo", "other.promo"]);
        assert_eq!(files.programs_with("lib/c.promo"), ["main.promo"]);
        look(&mut files);
        assert_eq!(files.programs_with("lib/c.promo"), ["main.promo"]);
    }

    #[test]
    fn a_missing_folder_has_only_unsaved_texts() {
        let folder = tempfile::tempdir().unwrap();
        let mut files = Overlay::new(&folder.path().join("nothing"), Arc::default());
        files.set_text("a.promo", "# text\n".to_owned());
        assert_eq!(look(&mut files), Vec::<String>::new());
        assert_eq!(
            (files.read("a.promo"), files.read("b.promo")),
            (Ok("# text\n".to_owned()), Err(LoadError::Missing))
        );
        assert_eq!(files.programs(), ["a.promo"]);
    }
}
