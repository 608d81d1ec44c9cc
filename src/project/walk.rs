//! The walk: which `.promo` files lie below a folder. The command line, the language server and "did you mean" all ask here.
//!
//! Left out are hidden files and folders, folders called `target` or `node_modules`, and what the `.gitignore` files of the
//! project leave out. Only those count, from the top of the repository down (outside of a repository from the project's
//! root down): neither `.ignore` files nor what a person has told git for this machine, so that one checkout is the same
//! project for everybody. Rules that leave out the folder itself that is walked do not count: it was asked for.
//!
//! Linked folders are not followed. Linked files are found. Whatever is neither file nor folder (a pipe, a device) is not
//! there. Folders that cannot be read are passed over, except the one that is walked.
//!
//! INVARIANT: nothing is opened but folders and `.gitignore` files, and nothing that could block.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::disk::read_file;
use super::settings::FILE;

/// So many files and folders are looked at, of every kind.
pub(super) const MOST_ENTRIES: usize = 1_000_000;
/// So deep below the folder that is walked.
pub(super) const DEEPEST: usize = 64;

/// The names of folders that never hold sources.
const NEVER: [&str; 2] = ["target", "node_modules"];
const GITIGNORE: &str = ".gitignore";

/// What lies below a folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Walked {
    /// The `.promo` files, in the order of their paths.
    pub files: Vec<WalkedFile>,
    /// Whether that is all: `false` where a limit was reached.
    pub complete: bool,
    /// Whether git's rules left something out.
    pub ignored: bool,
}

/// A `.promo` file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WalkedFile {
    /// Below the folder that was walked.
    pub path: PathBuf,
    /// Whether it is a symbolic link.
    pub link: bool,
}

/// Finds the `.promo` files below a folder.
///
/// # Errors
/// Where the folder itself cannot be read.
pub(crate) fn walk(folder: &Path) -> std::io::Result<Walked> {
    walk_within(folder, DEEPEST, MOST_ENTRIES)
}

fn walk_within(folder: &Path, deepest: usize, most: usize) -> std::io::Result<Walked> {
    let real = folder.canonicalize()?;
    real.read_dir()?;
    let mut walker = Walker {
        root: &real,
        rules: rules_above(&real),
        deepest,
        left: most,
        walked: Walked { complete: true, ..Walked::default() },
    };
    walker.folder(&real, 0);
    Ok(walker.walked)
}

/// The rules that count in a folder because of those above it, up to the top of its repository, or of its project.
fn rules_above(folder: &Path) -> Vec<Gitignore> {
    let top = folder.ancestors().find(|above| above.join(".git").symlink_metadata().is_ok());
    let top = top.or_else(|| folder.ancestors().find(|above| above.join(FILE).is_file())).unwrap_or(folder);
    let mut way: Vec<&Path> = folder.ancestors().take_while(|above| above.starts_with(top)).collect();
    way.reverse();
    let mut rules = Vec::new();
    for (above, below) in way.iter().zip(way.iter().skip(1)) {
        rules.extend(rules_of(above));
        if excludes(&rules, below, true) {
            rules.clear();
        }
    }
    rules
}

/// Whether git's rules leave a path out: what the innermost file says counts, and in it the last line.
fn excludes(rules: &[Gitignore], path: &Path, is_folder: bool) -> bool {
    let said = rules.iter().rev().map(|rules| rules.matched(path, is_folder)).find(|said| !said.is_none());
    matches!(said, Some(Match::Ignore(_)))
}

/// The rules that a folder adds. A line that git would not understand is none.
fn rules_of(folder: &Path) -> Option<Gitignore> {
    let text = read_file(&folder.join(GITIGNORE)).ok()?;
    let text = String::from_utf8_lossy(&text);
    let mut builder = GitignoreBuilder::new(folder);
    for line in text.trim_start_matches('\u{feff}').lines() {
        let _ = builder.add_line(None, line);
    }
    builder.build().ok().filter(|rules| !rules.is_empty())
}

struct Walker<'a> {
    root: &'a Path,
    /// The rules of the folders down to the one at hand.
    rules: Vec<Gitignore>,
    deepest: usize,
    /// How many more files and folders may be looked at.
    left: usize,
    walked: Walked,
}

/// A folder, or a `.promo` file.
struct Entry {
    name: OsString,
    is_folder: bool,
    link: bool,
}

impl Walker<'_> {
    fn folder(&mut self, folder: &Path, depth: usize) {
        let Some(Listed { mut entries, has_rules, is_repository }) = self.list(folder) else { return };
        // a repository in a repository is not subject to the rules of the outer one
        let outer = if is_repository { std::mem::take(&mut self.rules) } else { Vec::new() };
        let inherited = self.rules.len();
        self.rules.extend(has_rules.then(|| rules_of(folder)).flatten());
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        for Entry { name, is_folder, link } in entries {
            let path = folder.join(&name);
            if excludes(&self.rules, &path, is_folder) {
                self.walked.ignored = true;
            } else if !is_folder {
                let below = path.strip_prefix(self.root).unwrap_or(&path).to_path_buf();
                self.walked.files.push(WalkedFile { path: below, link });
            } else if depth < self.deepest {
                self.folder(&path, depth + 1);
            } else {
                self.walked.complete = false;
            }
        }
        self.rules.truncate(inherited);
        if is_repository {
            self.rules = outer;
        }
    }

    /// What lies in a folder and may matter, unsorted.
    fn list(&mut self, folder: &Path) -> Option<Listed> {
        let mut listed = Listed::default();
        for entry in folder.read_dir().ok()? {
            let Ok(entry) = entry else { continue };
            let Some(left) = self.left.checked_sub(1) else {
                self.walked.complete = false;
                break;
            };
            self.left = left;
            let name = entry.file_name();
            if name.as_encoded_bytes().starts_with(b".") {
                listed.has_rules |= name == GITIGNORE;
                // the folder that is walked has the rules of its repository already, if it is the top of one
                listed.is_repository |= name == ".git" && folder != self.root;
                continue;
            }
            let Ok(kind) = entry.file_type() else { continue };
            let is_promo = Path::new(&name).extension().is_some_and(|extension| extension == "promo");
            let link = kind.is_symlink();
            // a link that leads nowhere is reported by whoever reads it
            let of_link = || entry.path().metadata().map_or(true, |target| target.is_file());
            if kind.is_dir() && !NEVER.iter().any(|never| name == *never) {
                listed.entries.push(Entry { name, is_folder: true, link });
            } else if is_promo && (kind.is_file() || link && of_link()) {
                listed.entries.push(Entry { name, is_folder: false, link });
            }
        }
        Some(listed)
    }
}

#[derive(Default)]
struct Listed {
    entries: Vec<Entry>,
    has_rules: bool,
    is_repository: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder of empty files; a name that ends in `/` is a folder.
    fn tree(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for path in files {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, "").unwrap();
        }
        folder
    }

    fn write(folder: &tempfile::TempDir, path: &str, text: &str) {
        std::fs::write(folder.path().join(path), text).unwrap();
    }

    fn found(folder: &Path) -> Vec<String> {
        let walked = walk(folder).unwrap();
        assert!(walked.complete);
        walked.files.iter().map(|file| file.path.to_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn sources_are_found_in_the_order_of_their_paths() {
        let folder = tree(&[
            "b.promo",
            "a.promo",
            "a/z.promo",
            "a/deep/x.promo",
            "a/other.toml",
            ".hidden.promo",
            ".promo/x.promo",
            "target/x.promo",
            "a/node_modules/x.promo",
            "targets/x.promo",
        ]);
        assert_eq!(found(folder.path()), ["a/deep/x.promo", "a/z.promo", "a.promo", "b.promo", "targets/x.promo"]);
        assert!(walk(&folder.path().join("nothing")).is_err());
        // what was asked for is walked, whatever it is called
        assert_eq!(found(&folder.path().join("target")), ["x.promo"]);
    }

    #[test]
    fn what_git_leaves_out_is_left_out() {
        let folder = tree(&["a.promo", "out/a.promo", "sub/gen/a.promo", "sub/a.promo", "sub/keep.tmp.promo"]);
        write(&folder, ".gitignore", "out/\n*.tmp.promo\n[broken\n# sub\n");
        write(&folder, "sub/.gitignore", "/gen\r\n!keep.tmp.promo\r\n");
        assert_eq!(found(folder.path()), ["a.promo", "sub/a.promo", "sub/keep.tmp.promo"]);
        assert!(walk(folder.path()).unwrap().ignored);
        assert!(!walk(&folder.path().join("out")).unwrap().ignored);
    }

    #[test]
    fn rules_above_count_up_to_the_top_of_the_repository_or_project() {
        let folder = tree(&["p/sub/a.promo", "p/sub/b.promo"]);
        let sub = folder.path().join("p/sub");
        write(&folder, ".gitignore", "a.promo\n");
        assert_eq!(found(&sub), ["a.promo", "b.promo"], "neither a repository nor a project");
        write(&folder, "promo.toml", "");
        assert_eq!(found(&sub), ["b.promo"]);
        std::fs::create_dir(folder.path().join("p/.git")).unwrap();
        assert_eq!(found(&sub), ["a.promo", "b.promo"], "a repository of its own");
        assert_eq!(found(folder.path()), ["p/sub/a.promo", "p/sub/b.promo"]);
    }

    #[test]
    fn rules_that_leave_out_the_folder_that_was_asked_for_do_not_count() {
        let folder = tree(&["out/sub/a.promo", "out/sub/b.tmp.promo"]);
        std::fs::create_dir(folder.path().join(".git")).unwrap();
        for all in ["*\n", "out/\n*.tmp.promo\n", "out/**\n"] {
            write(&folder, ".gitignore", all);
            assert_eq!(found(folder.path()), Vec::<String>::new(), "{all}");
            assert_eq!(found(&folder.path().join("out/sub")), ["a.promo", "b.tmp.promo"], "{all}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn linked_files_are_found_and_neither_linked_folders_nor_pipes() {
        use std::os::unix::fs::symlink;
        let folder = tree(&["sub/a.promo"]);
        symlink("sub", folder.path().join("linked")).unwrap();
        symlink("sub", folder.path().join("folder.promo")).unwrap();
        symlink("sub/a.promo", folder.path().join("link.promo")).unwrap();
        symlink("nowhere", folder.path().join("broken.promo")).unwrap();
        for pipe in ["pipe.promo", ".gitignore", "sub/.gitignore"] {
            let made = std::process::Command::new("mkfifo").arg(folder.path().join(pipe)).status().unwrap();
            assert!(made.success());
        }
        symlink("pipe.promo", folder.path().join("to-pipe.promo")).unwrap();
        let files = walk(folder.path()).unwrap().files;
        let files: Vec<_> = files.iter().map(|file| (file.path.to_str().unwrap(), file.link)).collect();
        assert_eq!(files, [("broken.promo", true), ("link.promo", true), ("sub/a.promo", false)]);
    }

    #[test]
    fn a_limit_that_is_reached_is_told() {
        let folder = tree(&["a/b/c/x.promo", "a/x.promo"]);
        let walked = |deepest, most| walk_within(folder.path(), deepest, most).unwrap();
        assert_eq!((walked(3, 5).complete, walked(3, 5).files.len()), (true, 2));
        assert_eq!((walked(2, 5).complete, walked(2, 5).files.len()), (false, 1));
        assert!(!walked(3, 4).complete);
    }
}
