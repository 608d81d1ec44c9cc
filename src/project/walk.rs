//! Finds the `.promo` files below a folder. The command line, the language server, and "did you mean" all use this
//! walk.
//!
//! It skips hidden files and folders, folders named `target` or `node_modules`, and files that the `.gitignore` files
//! of the project exclude. Only those files count, from the top of the repository down (outside a repository, from the
//! root of the project down). `.ignore` files and the user's own Git configuration do not, so that a checkout is the
//! same project for everyone. Rules that exclude the walked folder itself are ignored, because the user asked for it.
//!
//! Links to folders are not followed; links to files are. Pipes and devices are skipped. Folders that cannot be read
//! are skipped, except for the walked folder itself.
//!
//! INVARIANT: only folders and `.gitignore` files are opened, and nothing that could block.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::disk::read_file;
use super::settings::FILE;

/// How many files and folders of any kind are visited.
pub(super) const MOST_ENTRIES: usize = 1_000_000;
/// How many levels below the walked folder are visited.
pub(super) const DEEPEST: usize = 64;

/// Folders that never contain sources.
const NEVER: [&str; 2] = ["target", "node_modules"];
const GITIGNORE: &str = ".gitignore";

/// The result of a walk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Walked {
    /// The `.promo` files, sorted by path.
    pub files: Vec<WalkedFile>,
    /// Whether all files were found; `false` if a limit was reached.
    pub complete: bool,
    /// Whether a `.gitignore` file excluded something.
    pub ignored: bool,
}

/// A `.promo` file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WalkedFile {
    /// Relative to the walked folder.
    pub path: PathBuf,
    /// Whether it is a symbolic link.
    pub link: bool,
}

/// Finds the `.promo` files below a folder.
///
/// # Errors
/// If the folder itself cannot be read.
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

/// The rules of the folders above, up to the top of the repository or of the project.
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

/// Whether a path is excluded. The innermost file decides, and in it the last matching line.
fn excludes(rules: &[Gitignore], path: &Path, is_folder: bool) -> bool {
    let said = rules.iter().rev().map(|rules| rules.matched(path, is_folder)).find(|said| !said.is_none());
    matches!(said, Some(Match::Ignore(_)))
}

/// The rules of the `.gitignore` file in a folder. Lines that Git would not understand are ignored.
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
    /// The rules from the outermost folder down to the current one.
    rules: Vec<Gitignore>,
    deepest: usize,
    /// How many more files and folders may be visited.
    left: usize,
    walked: Walked,
}

/// A folder or a `.promo` file.
struct Entry {
    name: OsString,
    is_folder: bool,
    link: bool,
}

impl Walker<'_> {
    fn folder(&mut self, folder: &Path, depth: usize) {
        let Some(Listed { mut entries, has_rules, is_repository }) = self.list(folder) else { return };
        // a nested repository is not subject to the rules of the outer one
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

    /// The relevant entries of a folder, unsorted.
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
                // if the walked folder is the top of a repository, its rules are known already
                listed.is_repository |= name == ".git" && folder != self.root;
                continue;
            }
            let Ok(kind) = entry.file_type() else { continue };
            let is_promo = Path::new(&name).extension().is_some_and(|extension| extension == "promo");
            let link = kind.is_symlink();
            // a broken link is reported when it is read
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

    /// A folder of empty files. A name that ends with `/` creates a folder.
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
        // the folder that the user names is walked, whatever its name
        assert_eq!(found(&folder.path().join("target")), ["x.promo"]);
    }

    #[test]
    fn files_that_gitignore_excludes_are_skipped() {
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
    fn rules_that_exclude_the_walked_folder_are_ignored() {
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
    fn links_to_files_are_followed_but_not_links_to_folders_or_pipes() {
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
    fn reaching_a_limit_is_reported() {
        let folder = tree(&["a/b/c/x.promo", "a/x.promo"]);
        let walked = |deepest, most| walk_within(folder.path(), deepest, most).unwrap();
        assert_eq!((walked(3, 5).complete, walked(3, 5).files.len()), (true, 2));
        assert_eq!((walked(2, 5).complete, walked(2, 5).files.len()), (false, 1));
        assert!(!walked(3, 4).complete);
    }
}
