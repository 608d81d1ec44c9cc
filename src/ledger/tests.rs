//! Real ledgers on disk, checked with the `git` program.

use std::process::Command;

use super::*;

fn git(store: &std::path::Path, arguments: &[&str]) -> String {
    let output = Command::new("git").arg("-C").arg(store).args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}

fn begun(store: &Store, name: &str) -> Tip {
    match store
        .create(name, &[("main.promo", b"flow x {}\n"), ("lib/common.promo", b""), ("meta.json", b"{}")])
        .unwrap()
    {
        Created::New(tip) => tip,
        Created::Exists(_) => panic!("{name} exists"),
    }
}

fn appended(store: &Store, name: &str, tip: &Tip, batch: &[u8]) -> Tip {
    match store.append(name, tip, batch).unwrap() {
        Appended::New(tip) => tip,
        Appended::Moved(now) => panic!("moved to {now:?}"),
    }
}

#[test]
fn a_record_is_its_files_and_its_batches_in_order() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join(".promo/state.git");
    assert!(Store::open_existing(&path).unwrap().is_none());
    let store = Store::open(&path).unwrap();
    let name = release_ref("shop", "deploy-0123456789").unwrap();
    assert_eq!(name, "refs/promo/releases/shop/deploy-0123456789");
    assert_eq!(store.read(&name).unwrap(), None);

    let first = begun(&store, &name);
    let second = appended(&store, &name, &first, b"one\n");
    let third = appended(&store, &name, &second, b"\0two");
    let last = appended(&store, &name, &third, b"two again\n");

    let store = Store::open_existing(&path).unwrap().unwrap();
    let record = store.read(&name).unwrap().unwrap();
    assert_eq!(record.tip, last);
    assert_eq!(record.batches, [&b"one\n"[..], b"\0two", b"two again\n"]);
    let files: Vec<_> = record.files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())).collect();
    assert_eq!(files, [("lib/common.promo", &b""[..]), ("main.promo", b"flow x {}\n"), ("meta.json", b"{}")]);
    assert_eq!(git(&path, &["show", &format!("{name}~2:batch")]), "one", "git reads it too");
    git(&path, &["fsck", "--strict"]);
}

#[test]
fn a_record_begins_once_and_grows_only_from_its_end() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(&directory.path().join("state.git")).unwrap();
    let name = release_ref("shop", "a").unwrap();
    let first = begun(&store, &name);
    assert_eq!(store.create(&name, &[("x", b"")]).unwrap(), Created::Exists(first.clone()));
    let second = appended(&store, &name, &first, b"1");
    assert_eq!(store.append(&name, &first, b"2").unwrap(), Appended::Moved(Some(second.clone())), "a deposed runner");
    assert_eq!(store.pack(&name, &first).unwrap(), Appended::Moved(Some(second)));
    assert_eq!(store.read(&name).unwrap().unwrap().batches, [b"1"]);
}

#[test]
fn packed_it_is_one_commit_that_reads_the_same() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("state.git");
    let store = Store::open(&path).unwrap();
    let name = release_ref("shop", "a").unwrap();
    let mut tip = begun(&store, &name);
    for number in 0..12 {
        tip = appended(&store, &name, &tip, format!("{number}").as_bytes());
    }
    let before = store.read(&name).unwrap().unwrap();
    let Appended::New(packed) = store.pack(&name, &tip).unwrap() else { panic!("not packed") };
    assert_eq!(git(&path, &["rev-list", "--count", &name]), "1");
    let after = store.read(&name).unwrap().unwrap();
    assert_eq!((&after.files, &after.batches), (&before.files, &before.batches));
    appended(&store, &name, &packed, b"retried");
    assert_eq!(store.read(&name).unwrap().unwrap().batches.last().unwrap(), b"retried", "and it can be continued");
    git(&path, &["fsck", "--strict", "--no-dangling"]);
}

#[test]
fn records_are_listed_by_name() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(&directory.path().join("state.git")).unwrap();
    let names = ["b", "a", "c"].map(|id| release_ref(if id == "c" { "shop-2" } else { "shop" }, id).unwrap());
    let tips = names.each_ref().map(|name| begun(&store, name));
    let releases = store.list("refs/promo/releases/shop/").unwrap();
    assert_eq!(releases, [(names[1].clone(), tips[1].clone()), (names[0].clone(), tips[0].clone())]);
    assert_eq!(store.list("refs/promo/releases/").unwrap().len(), 3);
}

#[test]
fn names_that_would_lead_elsewhere_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(&directory.path().join("state.git")).unwrap();
    for bad in ["", "a/b", "..", "a..b", "a b", "x.lock", "a~1"] {
        assert!(matches!(release_ref("shop", bad), Err(Error::BadName { .. })), "{bad}");
        assert!(matches!(release_ref(bad, "a"), Err(Error::BadName { .. })), "{bad}");
    }
    let error = store.create(&release_ref("shop", "a").unwrap(), &[("../../x", b"")]).unwrap_err().to_string();
    assert!(error.contains("leads out of it"), "{error}");
}

#[test]
fn what_is_not_a_record_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("state.git");
    let store = Store::open(&path).unwrap();
    let name = release_ref("shop", "a").unwrap();
    let first = begun(&store, &name);
    let tree = git(&path, &["rev-parse", &format!("{first}^{{tree}}")]);
    let author = ["-c", "user.name=a", "-c", "user.email=a@b"];
    let commit = git(&path, &[&author[..], &["commit-tree", "-p", &first.to_string(), "-m", "x", &tree]].concat());
    git(&path, &["update-ref", &name, &commit]);
    let error = store.read(&name).unwrap_err().to_string();
    assert!(error.contains("was not written by promoc: commit `"), "{error}");
}

#[test]
fn everybody_at_once_makes_one_ledger_and_loses_nothing() {
    const WRITERS: usize = 4;
    const BATCHES: usize = 8;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("new/.promo/state.git");
    let name = release_ref("shop", "a").unwrap();
    let created: usize = std::thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let (path, name) = (&path, &name);
                scope.spawn(move || {
                    let store = Store::open(path).unwrap();
                    let (mut tip, first) = match store.create(name, &[("meta.json", b"{}")]).unwrap() {
                        Created::New(tip) => (tip, 1),
                        Created::Exists(tip) => (tip, 0),
                    };
                    for number in 0..BATCHES {
                        loop {
                            match store.append(name, &tip, format!("{writer}/{number}").as_bytes()).unwrap() {
                                Appended::New(new) => break tip = new,
                                Appended::Moved(now) => tip = now.unwrap(),
                            }
                        }
                    }
                    first
                })
            })
            .collect();
        writers.into_iter().map(|writer| writer.join().unwrap()).sum()
    });
    assert_eq!(created, 1, "a release is started only once");
    let record = Store::open(&path).unwrap().read(&name).unwrap().unwrap();
    for writer in 0..WRITERS {
        let own = format!("{writer}/");
        let batches: Vec<String> =
            record.batches.iter().map(|batch| String::from_utf8(batch.clone()).unwrap()).collect();
        let own: Vec<&String> = batches.iter().filter(|batch| batch.starts_with(&own)).collect();
        assert_eq!(
            own,
            (0..BATCHES).map(|number| format!("{writer}/{number}")).collect::<Vec<_>>().iter().collect::<Vec<_>>()
        );
    }
    assert_eq!(record.batches.len(), WRITERS * BATCHES);
    let left: Vec<_> =
        std::fs::read_dir(path.parent().unwrap()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["state.git"], "no draft is left behind");
    git(&path, &["fsck", "--strict", "--no-dangling"]);
}

#[test]
fn the_ledger_is_durable_whoever_made_it() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("state.git");
    Command::new("git").args(["init", "-q", "--bare"]).arg(&path).status().unwrap();
    Store::open(&path).unwrap();
    assert_eq!(git(&path, &["config", "--bool", "core.fsyncObjectFiles"]), "true");
    std::fs::write(directory.path().join("file"), "").unwrap();
    for (path, words) in [("file", "open the repository"), ("file/state.git", "create the directory")] {
        let Err(error) = Store::open(&directory.path().join(path)) else { panic!("{path} was opened") };
        assert!(error.to_string().contains(words), "{error}");
    }
}

#[test]
fn the_lock_is_one_holders_until_it_is_dropped() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join(".promo/runner.lock");
    let Locked::Taken(guard) = lock(&path).unwrap() else { panic!("nobody holds it") };
    let Locked::HeldBy(Some(holder)) = lock(&path).unwrap() else { panic!("it is held, and names its owner") };
    assert_eq!(holder, Owner::this());
    drop(guard);
    assert!(matches!(lock(&path).unwrap(), Locked::Taken(_)), "the name of a dead owner does not matter");
}
