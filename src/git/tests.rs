//! Tests with real bare repositories, set up and checked with the `git` program.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::*;

mod locks;
mod signing;

/// A bare repository and a clone to push from.
struct Fixture {
    directory: tempfile::TempDir,
}

impl Fixture {
    fn new(files: &[(&str, &str)]) -> Self {
        let fixture = Self { directory: tempfile::tempdir().unwrap() };
        fixture.git(".", &["init", "-q", "--bare", "-b", "main", "x.git"]);
        fixture.git(".", &["clone", "-q", "x.git", "work"]);
        fixture.git("work", &["checkout", "-q", "-B", "main"]);
        if !files.is_empty() {
            fixture.push(files, "first");
        }
        fixture
    }

    fn at(&self, path: &str) -> PathBuf {
        self.directory.path().join(path)
    }

    fn git(&self, within: &str, arguments: &[&str]) -> String {
        let output = Command::new("git")
            .current_dir(self.at(within))
            .args(["-c", "user.name=Ann", "-c", "user.email=ann@example.com", "-c", "protocol.file.allow=always"])
            .args(arguments)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .output()
            .unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
    }

    /// Makes a commit with git and pushes it. Returns its id.
    fn push(&self, files: &[(&str, &str)], message: &str) -> CommitId {
        for (path, text) in files {
            let path = self.at("work").join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        self.commit_all(message)
    }

    fn commit_all(&self, message: &str) -> CommitId {
        self.git("work", &["add", "-A"]);
        self.git("work", &["commit", "-q", "--allow-empty", "-m", message]);
        self.git("work", &["push", "-q", "origin", "HEAD"]);
        CommitId(self.git("work", &["rev-parse", "HEAD"]))
    }

    fn open(&self) -> Box<dyn Repository> {
        open("./x.git", self.directory.path(), Signatures::AsConfigured, &Blobs::default()).unwrap()
    }

    fn refusal(&self, location: &str) -> Error {
        match open(location, self.directory.path(), Signatures::AsConfigured, &Blobs::default()) {
            Err(error) => error,
            Ok(_) => panic!("{location} was opened"),
        }
    }

    /// The content of the branch as git lists it: mode, type, id, path.
    fn tree(&self) -> String {
        self.git("x.git", &["ls-tree", "-r", "main"])
    }

    fn fsck(&self) {
        self.git("x.git", &["fsck", "--strict", "--no-dangling"]);
    }
}

fn author() -> Author {
    Author { name: "promoc".into(), email: "promoc@localhost".into() }
}

fn edit(path: &str, text: &str) -> FileChange {
    FileChange { path: path.into(), change: PathChange::Edit(text.into()) }
}

fn remove(path: &str) -> FileChange {
    FileChange { path: path.into(), change: PathChange::Remove }
}

/// Writes a commit and advances the branch, as a release does when no other commit interferes.
fn apply(repository: &dyn Repository, changes: &[FileChange], message: &str) -> Result<CommitId> {
    let head = repository.head(None)?;
    let commit = repository.write(&head.commit, changes, &author(), message)?.expect("a change");
    assert_eq!(repository.advance(&head.branch, &head.commit, &commit)?, Advance::Moved);
    Ok(commit)
}

#[test]
fn a_commit_changes_the_named_files_and_nothing_else() {
    let fixture =
        Fixture::new(&[("qa/values.yaml", "tag: 1\n"), ("qa/run.sh", "#!/bin/sh\n"), ("prod/values.yaml", "tag: 0\n")]);
    fixture.git("work", &["update-index", "--chmod=+x", "qa/run.sh"]);
    std::fs::write(fixture.at("work/.gitattributes"), "* text eol=crlf\n").unwrap();
    fixture.git("work", &["add", ".gitattributes"]);
    fixture.git("work", &["commit", "-q", "-m", "modes"]);
    fixture.git("work", &["push", "-q", "origin", "main"]);
    let before = fixture.tree();
    let repository = fixture.open();

    let commit =
        apply(&*repository, &[edit("qa/values.yaml", "tag: 2\r\n"), edit("qa/run.sh", "#!/bin/sh\nexit\n")], "m")
            .unwrap();

    assert_eq!(fixture.git("x.git", &["rev-parse", "main"]), commit.0);
    assert_eq!(repository.read(&commit, "qa/values.yaml"), Ok(Some(b"tag: 2\r\n".to_vec())), "attributes do not apply");
    let kept = |line: &&str| line.ends_with("prod/values.yaml") || line.ends_with(".gitattributes");
    let (after, before) = (fixture.tree(), before);
    assert_eq!(after.lines().filter(kept).collect::<Vec<_>>(), before.lines().filter(kept).collect::<Vec<_>>());
    assert_eq!(after.lines().count(), 4);
    assert!(
        after.lines().any(|line| line.starts_with("100755") && line.ends_with("qa/run.sh")),
        "the mode is kept: {after}"
    );
    fixture.fsck();
}

#[test]
fn a_change_of_nothing_is_no_commit() {
    let fixture = Fixture::new(&[("a", "1")]);
    let repository = fixture.open();
    let head = repository.head(None).unwrap();
    assert_eq!(repository.write(&head.commit, &[edit("a", "1"), remove("gone")], &author(), "m"), Ok(None));
}

#[test]
fn directories_come_and_go_with_their_files() {
    let fixture = Fixture::new(&[("old/deep/a", "1"), ("old/deep/b", "2"), ("keep", "3")]);
    let repository = fixture.open();
    let commit = apply(&*repository, &[remove("old/deep/a"), remove("old/deep/b"), edit("new/x/y", "4")], "m").unwrap();
    let paths = |commit: &CommitId| -> Vec<String> {
        repository.list(commit, "").unwrap().into_iter().map(|entry| entry.path).collect()
    };
    assert_eq!(paths(&commit), ["keep", "new/x/y"]);
    assert!(!fixture.git("x.git", &["ls-tree", "-d", "-r", "main"]).contains("old"), "no empty tree remains");

    let commit =
        apply(&*repository, &[remove("new"), edit("new/z", "5"), remove("keep"), edit("keep/a", "6")], "m").unwrap();
    assert_eq!(
        paths(&commit),
        ["keep/a", "new/z"],
        "a removed directory can be written again, and a file can become a directory"
    );
    let commit = apply(&*repository, &[remove("keep"), remove("new")], "m").unwrap();
    assert_eq!(paths(&commit), [""; 0]);
    fixture.fsck();
}

#[test]
fn what_stands_in_the_way_is_named() {
    let fixture = Fixture::new(&[("file", "1"), ("dir/a", "2")]);
    let repository = fixture.open();
    let head = repository.head(None).unwrap().commit;
    let refuse = |changes: &[FileChange]| repository.write(&head, changes, &author(), "m").unwrap_err().to_string();
    assert!(refuse(&[edit("file/a", "1")]).contains("`file` in"));
    assert!(refuse(&[edit("dir", "1")]).contains("is a directory, not a file; remove it there first"));
    assert!(refuse(&[edit("new", "1"), edit("new/a", "1")]).contains("both as a file and as a directory"));
    assert!(refuse(&[edit("../x", "1")]).contains("leads out of it"));
    assert!(refuse(&[edit("a/.git/config", "1")]).contains("reserved for Git"));
}

#[test]
fn links_and_submodules_are_data_and_copied_as_they_are() {
    let fixture = Fixture::new(&[("app/values.yaml", "tag: 1\n"), ("app/run.sh", "x")]);
    std::os::unix::fs::symlink("/etc/passwd", fixture.at("work/app/link")).unwrap();
    std::os::unix::fs::symlink("../..", fixture.at("work/app/up")).unwrap();
    let other = Fixture::new(&[("x", "y")]);
    fixture.git("work", &["submodule", "--quiet", "add", other.at("x.git").to_str().unwrap(), "app/module"]);
    fixture.git("work", &["update-index", "--chmod=+x", "app/run.sh"]);
    fixture.git("work", &["commit", "-q", "-am", "links"]);
    let commit = fixture.commit_all("links");
    let repository = fixture.open();

    for (path, what) in
        [("app/link", "symbolic link"), ("app/module", "submodule"), ("app", "directory"), ("", "directory")]
    {
        let message = repository.read(&commit, path).unwrap_err().to_string();
        assert!(message.contains(what), "{message}");
    }
    assert!(repository.list(&commit, "app/up").unwrap_err().to_string().contains("symbolic link"));
    let followed = repository.read(&commit, "app/link/x").unwrap_err().to_string();
    assert!(followed.contains("`app/link` in") && followed.contains("is a symbolic link"), "{followed}");
    let head = repository.head(None).unwrap().commit;
    let through = repository.write(&head, &[edit("app/link", "x")], &author(), "m").unwrap_err().to_string();
    assert!(through.contains("is a symbolic link"), "{through}");

    let target = Fixture::new(&[("keep", "")]);
    let copied: Vec<FileChange> = repository
        .list(&commit, "app")
        .unwrap()
        .iter()
        .map(|entry| FileChange {
            path: format!("app/{}", entry.path),
            change: PathChange::Put(repository.content(entry).unwrap()),
        })
        .collect();
    apply(&*target.open(), &copied, "copy").unwrap();
    let part = |fixture: &Fixture| fixture.git("x.git", &["ls-tree", "-r", "main", "app"]);
    assert_eq!(part(&target), part(&fixture));
    target.fsck();

    // By their ids: what the repository lacks is copied from another one, loose or packed.
    for packed in [false, true] {
        if packed {
            fixture.git("x.git", &["gc", "-q"]);
        }
        let place = |entry: TreeEntry| FileChange {
            path: format!("app/{}", entry.path),
            change: PathChange::Place(entry.mode, entry.id),
        };
        let placed: Vec<FileChange> = fixture.open().list(&commit, "app").unwrap().into_iter().map(place).collect();
        let target = Fixture::new(&[("keep", "")]);
        let missing = apply(&*target.open(), &placed, "copy").unwrap_err().to_string();
        assert!(missing.contains("cannot write a file") && missing.contains("object not found"), "{missing}");
        let blobs = Blobs::default();
        open("./x.git", fixture.directory.path(), Signatures::AsConfigured, &blobs).unwrap();
        apply(&*open("./x.git", target.directory.path(), Signatures::AsConfigured, &blobs).unwrap(), &placed, "copy")
            .unwrap();
        assert_eq!(part(&target), part(&fixture));
        target.fsck();
    }
}

#[test]
fn globs_are_relative_to_the_directory() {
    let fixture =
        Fixture::new(&[("app/values.yaml", ""), ("app/x.yaml", ""), ("app/sub/values.yaml", ""), ("values.yaml", "")]);
    let repository = fixture.open();
    let head = repository.head(None).unwrap().commit;
    let found = |pattern: &str| -> Vec<String> {
        repository.glob(&head, "app", pattern).unwrap().into_iter().map(|entry| entry.path).collect()
    };
    assert_eq!(found("*.yaml"), ["values.yaml", "x.yaml"]);
    assert_eq!(found("**/values.yaml"), ["sub/values.yaml", "values.yaml"]);
    assert_eq!(found("nothing*"), [""; 0]);
    assert!(repository.glob(&head, "app", "a[").unwrap_err().to_string().starts_with("`a[` is not a valid pattern: "));
    assert_eq!(repository.list(&head, "missing"), Ok(Vec::new()));
}

#[test]
fn the_commit_that_last_touched_a_path_is_gits() {
    let fixture = Fixture::new(&[("a/x", "1"), ("b/x", "1")]);
    let work = |arguments: &[&str]| fixture.git("work", arguments);
    fixture.push(&[("a/x", "2")], "a");
    work(&["checkout", "-q", "-b", "side"]);
    fixture.push(&[("b/x", "2")], "b on the side");
    fixture.push(&[("c/x", "1")], "c on the side");
    work(&["checkout", "-q", "main"]);
    fixture.push(&[("a/x", "3"), ("b/y", "1")], "a and b on main");
    work(&["merge", "-q", "--no-ff", "-m", "merge", "side"]);
    fixture.commit_all("nothing");
    std::fs::remove_file(fixture.at("work/c/x")).unwrap();
    fixture.commit_all("c removed");
    let repository = fixture.open();
    let head = repository.head(None).unwrap().commit;
    for path in ["a", "a/x", "b", "b/x", "b/y", "c", "c/x", "", "never"] {
        let by_git = work(&["log", "-1", "--format=%H", "--", if path.is_empty() { "." } else { path }]);
        let found = repository.last_touching(&head, path).unwrap();
        assert_eq!(found.map(|commit| commit.id.0).unwrap_or_default(), by_git, "{path}");
    }
    for (directory, patterns) in [
        ("", &["a/x"] as &[&str]),
        ("b", &["x"]),
        ("b", &["y"]),
        ("b", &["?"]),
        ("b", &["x", "z"]),
        ("", &["*/y", "c/**"]),
        ("c", &["*"]),
        ("", &["*"]),
        ("b", &["never"]),
        ("never", &["x"]),
    ] {
        let below = |pattern: &&str| {
            if directory.is_empty() { (*pattern).to_owned() } else { format!("{directory}/{pattern}") }
        };
        let specs: Vec<String> = patterns.iter().map(|pattern| format!(":(glob){}", below(pattern))).collect();
        let specs = specs.iter().map(String::as_str);
        let by_git = work(&["log", "-1", "--format=%H", "--"].into_iter().chain(specs).collect::<Vec<_>>());
        let patterns: Vec<String> = patterns.iter().map(|pattern| (*pattern).to_owned()).collect();
        let found = repository.last_touching_files(&head, directory, &patterns).unwrap();
        assert_eq!(found.map(|commit| commit.id.0).unwrap_or_default(), by_git, "{directory} {patterns:?}");
    }
    let error = repository.last_touching_files(&head, "b", &["a[".to_owned()]).unwrap_err();
    assert!(error.to_string().starts_with("`a[` is not a valid pattern: "));
}

#[test]
fn a_commit_tells_of_itself() {
    let fixture = Fixture::new(&[("a", "1")]);
    let repository = fixture.open();
    let first = repository.head(None).unwrap().commit;
    let id = apply(&*repository, &[edit("a", "2")], "Promote\n\nPromo-Effect: e\n").unwrap();
    let commit = repository.commit(&id).unwrap();
    assert_eq!(
        (commit.author.as_str(), commit.message.as_str()),
        ("promoc <promoc@localhost>", "Promote\n\nPromo-Effect: e\n")
    );
    assert_eq!(commit.parents, [first]);
    assert_eq!(
        commit.time,
        fixture
            .git("x.git", &["log", "-1", "--date=format-local:%Y-%m-%dT%H:%M:%SZ", "--format=%cd"])
            .replace(' ', "T")
    );
    assert_eq!(repository.commit(&CommitId(id.0.chars().take(10).collect())).unwrap().id, id, "ids may be abbreviated");
    for unknown in ["0123456789012345678901234567890123456789", "nonsense", ""] {
        let message = repository.commit(&CommitId(unknown.into())).unwrap_err().to_string();
        assert!(message.contains(&format!("has no commit `{unknown}`")), "{message}");
    }
}

#[test]
fn a_trailer_is_looked_for_down_to_the_base_and_no_further() {
    let fixture = Fixture::new(&[("a", "1")]);
    let repository = fixture.open();
    let first = repository.head(None).unwrap().commit;
    let one = apply(&*repository, &[edit("a", "2")], "one\n\nPromo-Effect: e/1\n").unwrap();
    let two = apply(&*repository, &[edit("a", "3")], "two\n\n---\n\nPromo-Effect: e/2\n").unwrap();
    let find = |base: &CommitId, value| repository.find_trailer(&two, base, "Promo-Effect", value).unwrap();
    assert_eq!(find(&first, "e/1"), std::slice::from_ref(&one));
    assert_eq!(find(&first, "e/2"), std::slice::from_ref(&two));
    assert_eq!(find(&one, "e/1"), []);
    assert_eq!(find(&first, "e"), []);
    let gone = CommitId("0123456789012345678901234567890123456789".into());
    assert_eq!(find(&gone, "e/1"), std::slice::from_ref(&one), "without its base, the whole history is searched");
    let again = apply(&*repository, &[edit("a", "4")], "three\n\nPromo-Effect: e/1\n").unwrap();
    let both = repository.find_trailer(&again, &first, "Promo-Effect", "e/1").unwrap();
    assert_eq!(both, [again, one], "the newest first");
}

#[test]
fn the_head_is_that_of_the_branch() {
    let fixture = Fixture::new(&[("a", "1")]);
    fixture.git("x.git", &["branch", "release-1"]);
    fixture.git("x.git", &["symbolic-ref", "refs/heads/alias", "refs/heads/main"]);
    let repository = fixture.open();
    let main = repository.head(None).unwrap();
    assert_eq!(main.branch, "main");
    assert_eq!(repository.head(Some("release-1")).unwrap().commit, main.commit);
    assert_eq!(repository.head(Some("alias")).unwrap(), main, "an alias is the branch that it names");
    let message = repository.head(Some("releas-1")).unwrap_err().to_string();
    assert!(message.ends_with("has no branch `releas-1`; did you mean `release-1`?"), "{message}");
    let message = repository.head(Some("zzz")).unwrap_err().to_string();
    assert!(message.ends_with("; use `alias`, `main` or `release-1`"), "{message}");
    assert!(matches!(repository.head(Some("a..b")), Err(Error::NoBranch { .. })));
    fixture.git("x.git", &["update-ref", "--no-deref", "HEAD", &main.commit.0]);
    assert!(matches!(repository.head(None), Err(Error::Detached { .. })));
    let empty = Fixture::new(&[]);
    assert!(
        empty
            .open()
            .head(None)
            .unwrap_err()
            .to_string()
            .ends_with("has no branch `main`; it has no commits yet, so push one first")
    );
}

#[test]
fn a_branch_moves_only_from_the_commit_that_was_read() {
    let fixture = Fixture::new(&[("a", "1")]);
    let repository = fixture.open();
    let head = repository.head(None).unwrap();
    let ours = repository.write(&head.commit, &[edit("a", "ours")], &author(), "ours").unwrap().unwrap();
    let theirs = fixture.push(&[("b", "theirs")], "theirs");
    assert_eq!(repository.advance("main", &head.commit, &ours), Ok(Advance::Busy { now: theirs.clone() }));
    assert_eq!(repository.head(None).unwrap().commit, theirs, "the branch did not move");
    let back = repository.advance("main", &theirs, &head.commit).unwrap_err().to_string();
    assert!(back.contains("is not a descendant of"), "{back}");
    fixture.git("x.git", &["update-ref", "-d", "refs/heads/main"]);
    assert!(matches!(repository.advance("main", &head.commit, &ours), Err(Error::NoBranch { .. })));
}

#[test]
fn a_lock_that_somebody_holds_is_waited_for_and_one_left_over_is_named() {
    let fixture = Fixture::new(&[("a", "1")]);
    let repository = fixture.open();
    let head = repository.head(None).unwrap();
    let ours = repository.write(&head.commit, &[edit("a", "2")], &author(), "m").unwrap().unwrap();
    let lock = fixture.at("x.git/refs/heads/main.lock");
    std::fs::write(&lock, "").unwrap();
    let message = repository.advance("main", &head.commit, &ours).unwrap_err().to_string();
    assert!(message.contains("stays locked") && message.contains(&format!("delete `{}`", lock.display())), "{message}");
    std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(std::time::Duration::from_millis(100));
            std::fs::remove_file(&lock).unwrap();
        });
        assert_eq!(repository.advance("main", &head.commit, &ours), Ok(Advance::Moved));
    });
}

#[test]
fn concurrent_writers_lose_nothing() {
    const WRITERS: usize = 4;
    const COMMITS: usize = 10;
    let fixture = Fixture::new(&[("counter", "0")]);
    std::thread::scope(|scope| {
        for writer in 0..WRITERS {
            let fixture = &fixture;
            scope.spawn(move || {
                let repository = fixture.open();
                for number in 0..COMMITS {
                    let changes = [edit(&format!("writer-{writer}/{number}"), "x")];
                    loop {
                        let head = repository.head(Some("main")).unwrap();
                        let commit = repository.write(&head.commit, &changes, &author(), "m").unwrap().unwrap();
                        if repository.advance("main", &head.commit, &commit).unwrap() == Advance::Moved {
                            break;
                        }
                    }
                }
            });
        }
        // Git itself moves refs around in the meantime.
        scope.spawn(|| (0..5).for_each(|_| drop(fixture.git("x.git", &["pack-refs", "--all"]))));
    });
    assert_eq!(fixture.git("x.git", &["rev-list", "--count", "main"]), (1 + WRITERS * COMMITS).to_string());
    assert_eq!(fixture.tree().lines().count(), 1 + WRITERS * COMMITS);
    fixture.fsck();
}

#[test]
fn repositories_that_cannot_be_used_are_refused_with_a_way_out() {
    let fixture = Fixture::new(&[("a", "1")]);
    std::fs::create_dir(fixture.at("empty")).unwrap();
    fixture.git(".", &["init", "-q", "--bare", "--object-format=sha256", "sha256.git"]);
    fixture.git(".", &["init", "-q", "--bare", "new.git"]);
    fixture.git("new.git", &["config", "core.repositoryFormatVersion", "1"]);
    fixture.git("new.git", &["config", "extensions.refStorage", "reftable"]);
    for (location, words) in [
        ("./nowhere.git", "there is no repository at"),
        ("./empty", "is not a Git repository"),
        ("./work/a", "is not a Git repository"),
        ("./work", "is not a bare repository"),
        ("./work/.git", "is not a bare repository"),
        ("./sha256.git", "uses SHA-256 object names"),
        ("./new.git", "keeps its refs in a reftable"),
        ("https://example.com/x.git", "remotes over https yet"),
    ] {
        let message = fixture.refusal(location).to_string();
        assert!(message.contains(words), "{location}: {message}");
    }
    let url = format!("file://{}", fixture.at("x.git").display());
    assert_eq!(
        open(&url, Path::new("/nowhere"), Signatures::AsConfigured, &Blobs::default())
            .unwrap()
            .head(None)
            .unwrap()
            .branch,
        "main"
    );
}

#[test]
fn hooks_that_would_have_to_run_are_refused() {
    use std::os::unix::fs::PermissionsExt;
    let fixture = Fixture::new(&[("a", "1")]);
    let hook = |directory: &str, name: &str, mode: u32| {
        let path = fixture.at(directory).join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, "#!/bin/sh\nexit 1\n").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        path
    };
    hook("x.git/hooks", "pre-receive.sample", 0o755);
    hook("x.git/hooks", "pre-commit", 0o755);
    hook("x.git/hooks", "update", 0o644);
    fixture.open();
    for name in ["pre-receive", "update", "post-receive", "post-update", "reference-transaction", "proc-receive"] {
        let path = hook("x.git/hooks", name, 0o755);
        let message = fixture.refusal("./x.git").to_string();
        assert!(message.contains(&format!("`{}`", path.display())), "{message}");
        std::fs::remove_file(path).unwrap();
    }
    let elsewhere = hook("hooks", "update", 0o755);
    fixture.git("x.git", &["config", "core.hooksPath", fixture.at("hooks").to_str().unwrap()]);
    assert_eq!(fixture.refusal("./x.git"), Error::Hook { path: fixture.at("x.git"), hook: elsewhere });
}

#[test]
fn a_name_that_is_not_utf8_is_refused_and_not_mangled() {
    use std::os::unix::ffi::OsStrExt;
    let fixture = Fixture::new(&[("a/x", "1")]);
    std::fs::write(fixture.at("work/a").join(std::ffi::OsStr::from_bytes(b"b\xff")), "").unwrap();
    let commit = fixture.commit_all("odd");
    let repository = fixture.open();
    assert!(repository.list(&commit, "a").unwrap_err().to_string().contains("not UTF-8; rename it"));
    assert_eq!(repository.read(&commit, "a/x"), Ok(Some(b"1".to_vec())));
}

#[test]
fn bytes_have_the_id_that_git_gives_them() {
    let fixture = Fixture::new(&[("a.txt", "what is in it\n")]);
    let id = fixture.git("work", &["hash-object", "a.txt"]);
    assert_eq!(ObjectId::of_blob(b"what is in it\n"), Some(ObjectId(id)));
}

#[test]
fn a_database_moves_a_ref_only_from_where_it_was() {
    let fixture = Fixture::new(&[]);
    let path = fixture.at("x.git");
    let database = Database::open(&path, "the notes").unwrap();
    let name = "refs/notes/mine";
    let first = database.commit(None, &[("in/a".to_owned(), b"1"), ("in/b/c".to_owned(), b"2")], &[], "begin").unwrap();
    assert_eq!(database.value(name).unwrap(), None, "it is only an object");
    assert_eq!(database.swap(name, None, &first).unwrap(), Swap::Moved);
    let second = database.commit_one(&first, "note", b"3", "go on").unwrap();
    assert_eq!(database.swap(name, None, &second).unwrap(), Swap::Changed(Some(first.clone())));
    assert_eq!(database.swap(name, Some(&first), &second).unwrap(), Swap::Moved);
    assert_eq!(database.list("refs/notes/").unwrap(), [(name.to_owned(), second.clone())].into());
    let read = database.read(&second).unwrap();
    assert_eq!((read.file("note").unwrap(), &read.parent), (Some(b"3".to_vec()), &Some(first.clone())));
    assert_eq!(read.file("other").unwrap(), None);
    let files = database.read(&first).unwrap().files("in").unwrap();
    assert_eq!(files, [("a".to_owned(), b"1".to_vec()), ("b/c".to_owned(), b"2".to_vec())].into());
    assert_eq!(fixture.git("x.git", &["config", "core.fsyncObjectFiles"]), "true");
    let lost = database.commit_one(&CommitId("0".repeat(39) + "1"), "note", b"3", "on nothing").unwrap_err();
    assert!(lost.to_string().starts_with("cannot append to the notes in `"), "{lost}");
}

#[test]
fn what_a_commit_would_meet_is_known_without_writing_it() {
    let fixture = Fixture::new(&[("file", "1"), ("dir/a", "2")]);
    let repository = fixture.open();
    let head = repository.head(None).unwrap().commit;
    let objects = || std::fs::read_dir(fixture.at("x.git/objects")).unwrap().count();
    let before = objects();
    let found = repository.obstacles(&head, &[edit("dir", "1"), edit("file/a/b", "1"), edit("new/a", "1")]).unwrap();
    let found: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].starts_with("`dir` in `") && found[0].contains("is a directory, not a file"), "{found:?}");
    assert!(found[1].starts_with("`file` in `") && found[1].contains("is a file, not a directory"), "{found:?}");
    assert_eq!(repository.obstacles(&head, &[remove("dir"), edit("dir", "1")]), Ok(vec![]));
    assert_eq!(objects(), before);
}

#[test]
fn a_file_takes_the_place_of_a_directory_that_is_removed_with_it() {
    let fixture = Fixture::new(&[("dir/a", "1"), ("dir/b/c", "2"), ("other", "3")]);
    let repository = fixture.open();
    let head = repository.head(None).unwrap().commit;
    let found = repository.obstacles(&head, &[edit("dir", "1"), remove("dir/a")]).unwrap();
    assert!(found[0].to_string().contains("is a directory, not a file"), "`dir/b/c` would be lost: {found:?}");
    let commit = apply(&*repository, &[edit("dir", "1"), remove("dir/a"), remove("dir/b/c")], "m").unwrap();
    let paths: Vec<String> = repository.list(&commit, "").unwrap().into_iter().map(|entry| entry.path).collect();
    assert_eq!(paths, ["dir", "other"]);
    fixture.fsck();
}

#[test]
fn a_link_on_the_way_is_named() {
    let fixture = Fixture::new(&[("common/values.yaml", "tag: 1\n")]);
    std::os::unix::fs::symlink("common", fixture.at("work/prod")).unwrap();
    let commit = fixture.commit_all("link");
    let repository = fixture.open();
    let told = repository.read(&commit, "prod/values.yaml").unwrap_err().to_string();
    assert!(told.starts_with("`prod` in `") && told.contains("is a symbolic link"), "{told}");
    let told = repository.list(&commit, "prod/deeper").unwrap_err().to_string();
    assert!(told.contains("is a symbolic link"), "{told}");
    assert_eq!(repository.read(&commit, "common/other"), Ok(None));
}

#[test]
fn a_blob_is_copied_although_a_collection_removes_its_folder() {
    use std::sync::atomic::{AtomicBool, Ordering};
    let (source, target) = (Fixture::new(&[("a", "content")]), Fixture::new(&[]));
    let id = ObjectId::of_blob(b"content").unwrap().0;
    let (first, rest) = id.split_at(2);
    let folder = target.at("x.git/objects").join(first);
    for packed in [false, true] {
        if packed {
            source.git("x.git", &["gc", "-q"]);
        }
        let blobs = Blobs::default();
        open("./x.git", source.directory.path(), Signatures::Never, &blobs).unwrap();
        let (done, once) = (AtomicBool::new(false), AtomicBool::new(false));
        let copied = std::thread::scope(|scope| {
            // As `git prune-packed` does at the end of `git gc`.
            scope.spawn(|| {
                while !done.load(Ordering::SeqCst) {
                    if once.load(Ordering::SeqCst) && std::fs::remove_dir(&folder).is_ok() {
                        once.store(false, Ordering::SeqCst);
                    }
                }
            });
            let to = git2::Repository::open_bare(target.at("x.git")).unwrap();
            let copied = (0..500).try_for_each(|_| {
                once.store(true, Ordering::SeqCst);
                blobs.copy(id.parse().unwrap(), &to).map_err(|error| error.to_string())?;
                std::fs::remove_file(folder.join(rest)).map_err(|error| error.to_string())
            });
            done.store(true, Ordering::SeqCst);
            copied
        });
        assert_eq!(copied, Ok(()), "packed: {packed}");
    }
}

#[test]
fn a_shallow_clone_does_not_guess() {
    let fixture = Fixture::new(&[("a/x", "1"), ("b/x", "1")]);
    fixture.push(&[("b/x", "2")], "second");
    let third = fixture.push(&[("b/x", "3")], "third");
    let url = format!("file://{}", fixture.at("x.git").display());
    fixture.git(".", &["clone", "-q", "--bare", "--depth", "2", &url, "shallow.git"]);
    let repository =
        open("./shallow.git", fixture.directory.path(), Signatures::AsConfigured, &Blobs::default()).unwrap();
    let head = repository.head(None).unwrap().commit;
    assert_eq!(repository.last_touching(&head, "b").unwrap().unwrap().id, third, "what it has is enough");
    assert_eq!(repository.last_touching(&head, "c"), Ok(None));
    let told = repository.last_touching(&head, "a").unwrap_err().to_string();
    assert!(told.contains("is a shallow clone") && told.contains("fetch --unshallow"), "{told}");
    fixture.git("shallow.git", &["fetch", "-q", "--unshallow", &url, "main:main", "--update-head-ok"]);
    let repository =
        open("./shallow.git", fixture.directory.path(), Signatures::AsConfigured, &Blobs::default()).unwrap();
    assert_eq!(repository.last_touching(&head, "a").unwrap().unwrap().message, "first\n");
}
