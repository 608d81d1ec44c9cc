//! Locks that are left behind: by promoc, which clears its own, and by others, which it never touches.

use std::fs;

use super::*;
use crate::git::lock::{FileLock, Living, abandon};

const NAME: &str = "refs/heads/main";

impl Fixture {
    /// What a promoc leaves that is killed while it holds the lock of the branch.
    fn killed_with_the_lock(&self) -> PathBuf {
        abandon(FileLock::take(&self.at("x.git"), &self.at("x.git").join(NAME)).unwrap().unwrap());
        let lock = self.at("x.git/refs/heads/main.lock");
        assert!(lock.exists());
        lock
    }

    fn drafts(&self) -> Vec<PathBuf> {
        let names = fs::read_dir(self.at("x.git")).unwrap().map(|entry| entry.unwrap().path());
        names.filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with("promoc-draft")).collect()
    }

    /// Gives a draft the name that another machine would give it.
    fn of_another_machine(&self) {
        let draft = self.drafts().remove(0);
        fs::rename(draft, self.at("x.git/promoc-draft+elsewhere+another-boot+7+0")).unwrap();
    }
}

#[test]
fn the_lock_of_a_dead_promoc_is_no_obstacle_and_leaves_nothing() {
    let fixture = Fixture::new(&[("a", "1")]);
    let lock = fixture.killed_with_the_lock();
    apply(&*fixture.open(), &[edit("a", "2")], "m").unwrap();
    assert!(!lock.exists() && fixture.drafts().is_empty());
    fixture.git("work", &["pull", "-q", "--ff-only", "origin", "main"]);
    fixture.push(&[("a", "3")], "git can push");
}

#[test]
fn it_is_cleared_also_where_no_commit_follows() {
    let fixture = Fixture::new(&[("a", "1")]);
    let lock = fixture.killed_with_the_lock();
    fixture.git("x.git", &["pack-refs", "--all", "--no-prune"]);
    fixture.open().clear_leftovers();
    assert!(!lock.exists() && fixture.drafts().is_empty());
    fixture.push(&[("a", "2")], "git can push");
}

#[test]
fn a_lock_that_git_has_taken_since_then_stays() {
    let fixture = Fixture::new(&[("a", "1")]);
    let lock = fixture.killed_with_the_lock();
    // Somebody has deleted it, and now a git process is at work. That the draft has another name proves nothing.
    fs::hard_link(fixture.drafts().remove(0), fixture.at("elsewhere")).unwrap();
    fs::remove_file(&lock).unwrap();
    fs::write(&lock, "").unwrap();
    let repository = fixture.open();
    repository.clear_leftovers();
    assert!(lock.exists() && fixture.drafts().is_empty(), "only the draft was promoc's");
    let message = apply(&*repository, &[edit("a", "2")], "m").unwrap_err().to_string();
    let help =
        format!("if the git process that locked it has ended, delete `{}`, which it left behind", lock.display());
    assert!(message.ends_with(&help), "{message}");
    assert!(lock.exists());
    fs::remove_file(&lock).unwrap();
    apply(&*repository, &[edit("a", "2")], "m").unwrap();
}

#[test]
fn the_lock_of_a_living_promoc_is_waited_for() {
    let fixture = Fixture::new(&[("a", "1")]);
    let target = fixture.at("x.git").join(NAME);
    let held = FileLock::take(&fixture.at("x.git"), &target).unwrap().unwrap();
    let repository = fixture.open();
    repository.clear_leftovers();
    assert!(fixture.at("x.git/refs/heads/main.lock").exists());
    assert!(FileLock::take(&fixture.at("x.git"), &target).unwrap().is_none());
    drop(held);
    assert!(fixture.drafts().is_empty());
    apply(&*repository, &[edit("a", "2")], "m").unwrap();
}

#[test]
fn the_lock_of_another_machine_stays_and_is_named() {
    let fixture = Fixture::new(&[("a", "1")]);
    let lock = fixture.killed_with_the_lock();
    fixture.of_another_machine();
    let message = apply(&*fixture.open(), &[edit("a", "2")], "m").unwrap_err().to_string();
    let help =
        format!("if promoc, process 7 on `elsewhere`, has ended, delete `{}`, which it left behind", lock.display());
    assert!(message.ends_with(&help), "{message}");
    assert!(lock.exists() && fixture.drafts().len() == 1);
}

#[test]
fn a_kill_after_the_rename_leaves_a_draft_that_is_the_ref_itself() {
    let fixture = Fixture::new(&[("a", "1")]);
    fixture.killed_with_the_lock();
    let target = fixture.at("x.git").join(NAME);
    let head = fs::read(&target).unwrap();
    fs::write(fixture.drafts().remove(0), &head).unwrap();
    fs::rename(fixture.at("x.git/refs/heads/main.lock"), &target).unwrap();
    fixture.open().clear_leftovers();
    assert!(fixture.drafts().is_empty());
    assert_eq!(fs::read(&target).unwrap(), head);
    apply(&*fixture.open(), &[edit("a", "2")], "m").unwrap();
    fixture.fsck();
}

#[test]
fn a_branch_is_moved_wherever_its_ref_is() {
    let fixture = Fixture::new(&[("a", "1")]);
    fixture.git("work", &["push", "-q", "origin", "main:team/app/main", "main:plain"]);
    fixture.git("x.git", &["pack-refs", "--all"]);
    // Git leaves such directories behind.
    fs::create_dir_all(fixture.at("x.git/refs/heads/plain/of/old")).unwrap();
    let repository = fixture.open();
    for branch in ["team/app/main", "plain"] {
        let head = repository.head(Some(branch)).unwrap();
        let commit = repository.write(&head.commit, &[edit("a", "2")], &author(), "m").unwrap().unwrap();
        assert_eq!(repository.advance(branch, &head.commit, &commit), Ok(Advance::Moved));
        assert_eq!(fixture.git("x.git", &["rev-parse", branch]), commit.0);
    }
    fixture.fsck();
}

#[test]
fn a_reflog_is_kept_where_git_would_keep_it() {
    let fixture = Fixture::new(&[("a", "1")]);
    apply(&*fixture.open(), &[edit("a", "2")], "m").unwrap();
    assert!(!fixture.at("x.git/logs").exists(), "a bare repository has none");
    fixture.git("x.git", &["config", "core.logAllRefUpdates", "true"]);
    apply(&*fixture.open(), &[edit("a", "3")], "m").unwrap();
    for log in ["main", "HEAD"] {
        let shown = fixture.git("x.git", &["reflog", "show", log]);
        assert!(shown.ends_with("promoc"), "{shown}");
        assert_eq!(
            fixture.git("x.git", &["rev-parse", &format!("{log}@{{1}}")]),
            fixture.git("x.git", &["rev-parse", "main~1"])
        );
    }
    fixture.git("x.git", &["config", "core.logAllRefUpdates", "false"]);
    apply(&*fixture.open(), &[edit("a", "4")], "m").unwrap();
    assert_eq!(fixture.git("x.git", &["reflog", "show", "main"]).lines().count(), 2, "an existing one grows");
    fixture.fsck();
}

#[test]
fn the_configuration_of_a_database_made_by_hand_is_changed_under_its_lock() {
    let fixture = Fixture::new(&[]);
    let path = fixture.at("x.git");
    abandon(FileLock::take(&path, &path.join("config")).unwrap().unwrap());
    assert!(fixture.at("x.git/config.lock").exists());
    Database::open(&path, "the notes").unwrap();
    assert_eq!(fixture.git("x.git", &["config", "core.fsyncObjectFiles"]), "true");
    assert_eq!(fixture.git("x.git", &["config", "core.bare"]), "true");
    assert!(!fixture.at("x.git/config.lock").exists() && fixture.drafts().is_empty());
}

#[test]
fn the_locks_of_the_index_and_of_packed_refs_are_cleared_too() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("state.git");
    git2::Repository::init_bare(&path).unwrap();
    let database = Database::open(&path, "the ledger").unwrap();
    for name in ["promoc-index", "packed-refs"] {
        abandon(FileLock::take(&path, &path.join(name)).unwrap().unwrap());
        database.derive(|_| b"x".to_vec());
        database.clear_leftovers();
        assert!(!path.join(format!("{name}.lock")).exists(), "{name}");
    }
    database.derive(|old| [old, b"y"].concat());
    assert_eq!(database.derived(), b"xy", "what could not be locked at first was written once");
}

#[test]
fn directories_that_git_has_removed_are_on_disk_again_before_the_ref_counts() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("state.git");
    git2::Repository::init_bare(&path).unwrap();
    let database = Database::open(&path, "the ledger").unwrap();
    let name = "refs/promo/releases/shop/a";
    let first = database.commit(None, &[("x".to_owned(), b"1")], &[], "one").unwrap();
    database.swap(name, None, &first).unwrap();
    let refs = path.canonicalize().unwrap().join("refs");
    fs::write(path.join("packed-refs"), format!("# pack-refs with: peeled fully-peeled sorted \n{first} {name}\n"))
        .unwrap();
    fs::remove_dir_all(refs.join("promo")).unwrap();
    let second = database.commit_one(&first, "x", b"2", "two").unwrap();
    crate::git::lock::SYNCED.take();
    assert_eq!(database.swap(name, Some(&first), &second), Ok(Swap::Moved));
    let synced = crate::git::lock::SYNCED.take();
    for above in ["", "promo", "promo/releases", "promo/releases/shop"] {
        assert!(synced.contains(&refs.join(above)), "refs/{above}: {synced:?}");
    }
    let third = database.commit_one(&second, "x", b"3", "three").unwrap();
    assert_eq!(database.swap(name, Some(&second), &third), Ok(Swap::Moved));
    assert_eq!(crate::git::lock::SYNCED.take(), [refs.join("promo/releases/shop")], "and only then");
}

#[test]
fn a_pack_that_a_dead_promoc_was_making_is_finished_if_it_is_whole_and_removed_otherwise() {
    let fixture = Fixture::new(&[("a", "1")]);
    fixture.git("x.git", &["gc", "-q"]);
    let packs = fixture.at("x.git/objects/pack");
    let names = || -> Vec<String> {
        let names = fs::read_dir(&packs).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<_> = names.filter(|name| ![".rev", ".bitmap"].iter().any(|it| name.ends_with(it))).collect();
        names.sort();
        names
    };
    let whole = names();
    let (index, pack) = (whole[0].clone(), whole[1].clone());
    let living = Living::begin(&fixture.at("x.git")).unwrap();
    let unfinished = packs.join(living.name());
    fs::create_dir(&unfinished).unwrap();
    fs::rename(packs.join(&index), unfinished.join(&index)).unwrap();
    fixture.open().clear_leftovers();
    assert!(unfinished.is_dir(), "its process lives");
    living.abandon();
    fixture.open().clear_leftovers();
    assert_eq!(names(), whole);
    fixture.fsck();

    let living = Living::begin(&fixture.at("x.git")).unwrap();
    let unfinished = packs.join(living.name());
    fs::create_dir(&unfinished).unwrap();
    for name in [&index, &pack] {
        fs::copy(packs.join(name), unfinished.join(name.replace("pack-", "pack-0"))).unwrap();
    }
    fs::write(unfinished.join("pack_git2_1idx.lock"), "").unwrap();
    living.abandon();
    fixture.open().clear_leftovers();
    assert_eq!(names(), whole);
    assert!(fixture.drafts().is_empty());
}

#[test]
fn a_branch_moves_only_once_its_objects_are_on_disk() {
    let fixture = Fixture::new(&[("qa/values.yaml", "tag: 1\n")]);
    fixture.git("x.git", &["config", "core.fsyncObjectFiles", "false"]);
    let repository = fixture.open();
    let path = fixture.at("x.git").canonicalize().unwrap();
    crate::git::lock::SYNCED.take();
    apply(&*repository, &[edit("qa/values.yaml", "tag: 2\n")], "two\n").unwrap();
    assert_eq!(crate::git::lock::SYNCED.take(), [path.join("objects"), path.join("refs/heads")]);
}
