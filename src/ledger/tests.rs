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
    assert_eq!(store.append(&name, &first, b"2").unwrap(), Appended::Moved(Some(second)), "a deposed runner");
    assert_eq!(store.read(&name).unwrap().unwrap().batches, [b"1"]);
}

/// How many loose objects, packs and loose refs the ledger has.
fn files(path: &std::path::Path) -> (usize, usize, usize) {
    let count = |below: &str, wanted: &dyn Fn(&std::path::Path) -> bool| {
        let mut waiting = vec![path.join(below)];
        let mut found = 0;
        while let Some(directory) = waiting.pop() {
            for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
                match entry.path() {
                    path if path.is_dir() => waiting.push(path),
                    path if wanted(&path) => found += 1,
                    _ => {}
                }
            }
        }
        found
    };
    let is_loose = |path: &std::path::Path| path.file_name().unwrap().len() == 38;
    let is_pack = |path: &std::path::Path| path.extension().is_some_and(|ending| ending == "pack");
    (count("objects", &is_loose), count("objects", &is_pack), count("refs/promo", &|_| true))
}

#[test]
fn compacted_it_has_few_files_and_reads_the_same() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("state.git");
    let store = Store::open(&path).unwrap();
    let names: Vec<String> = (0..8).map(|number| release_ref("shop", &format!("r-{number}")).unwrap()).collect();
    for name in &names {
        let mut tip = begun(&store, name);
        for number in 0..12 {
            tip = appended(&store, name, &tip, format!("{name} {number}").as_bytes());
        }
    }
    let before: Vec<_> = names.iter().map(|name| store.read(name).unwrap().unwrap()).collect();
    let (loose, packs, refs) = files(&path);
    assert!(loose > 8 * 36, "{loose}");
    assert_eq!((packs, refs), (0, 8));
    store.compact("refs/promo/releases/", 9);
    assert_eq!(files(&path), (loose, 0, 8), "not yet");

    store.compact("refs/promo/releases/", 8);
    assert_eq!(files(&path), (0, 1, 0));
    let read = |store: &Store| names.iter().map(|name| store.read(name).unwrap().unwrap()).collect::<Vec<_>>();
    assert_eq!(read(&store), before);
    assert_eq!(read(&Store::open(&path).unwrap()), before);
    assert_eq!(store.list("refs/promo/releases/shop/").unwrap().len(), 8);
    assert_eq!(git(&path, &["for-each-ref", "--format=%(refname)"]).lines().collect::<Vec<_>>(), names);

    let tip = appended(&store, &names[3], &before[3].tip, b"continued");
    assert_eq!(store.read(&names[3]).unwrap().unwrap().batches.last().unwrap(), b"continued");
    git(&path, &["tag", "-a", "-m", "t", "-f", "marked", &tip.to_string()]);
    git(&path, &["pack-refs", "--all"]);
    begun(&store, &release_ref("shop", "last").unwrap());
    store.compact("refs/promo/releases/", 1);
    assert_eq!(git(&path, &["rev-parse", "marked^{}", &names[3]]), format!("{tip}\n{tip}"), "a tag keeps its target");
    git(&path, &["fsck", "--strict", "--no-dangling"]);
    git(&path, &["gc", "-q", "--prune=now"]);
    assert_eq!(files(&path).1, 1);
    assert_eq!(store.list("refs/promo/releases/shop/").unwrap().len(), 9);
    assert_eq!(store.read(&names[5]).unwrap().as_ref(), Some(&before[5]), "who has it open finds the new pack");
}

/// A ledger with releases of product `shop`, all of which have ended.
fn ledger_of(path: &std::path::Path, releases: usize) -> Ledger {
    for number in 0..releases {
        let ends = if number % 3 == 0 { "failed" } else { "succeeded" };
        add_release(path, &format!("ship-{number:04}"), ends);
    }
    Ledger::new(path.to_owned())
}

fn meta_of(id: &str) -> meta::Meta {
    meta::Meta {
        v: meta::VERSION,
        machine: "0.1.0".to_owned(),
        time_zones: String::new(),
        id: id.to_owned(),
        product: "shop".to_owned(),
        spec: meta::ReleaseSpec::Flow { flow: "ship".to_owned() },
        version: format!("v \n{id}"),
        url: String::new(),
        commit: entry::CommitRecord::default(),
        origins: std::collections::BTreeMap::new(),
        environments: Vec::new(),
        program: "main.promo".to_owned(),
    }
}

fn add_release(path: &std::path::Path, id: &str, status: &str) {
    let meta = meta_of(id);
    let store = Store::open(path).unwrap();
    let name = release_ref("shop", id).unwrap();
    let files: [(&str, &[u8]); 1] = [("meta.json", &serde_json::to_vec(&meta).unwrap())];
    let Created::New(tip) = store.create(&name, &files).unwrap() else { panic!("{name} exists") };
    let line = |seq: u32, kind: &str| {
        format!("{{\"v\":2,\"seq\":{seq},\"epoch\":1,\"at\":\"2026-11-23T08:00:0{seq}Z\",\"kind\":{kind}}}\n")
    };
    let report = format!("\"report\",\"what\":\"status\",\"status\":\"{status}\"");
    appended(&store, &name, &tip, (line(1, "\"begun\"") + &line(2, &report)).as_bytes());
}

#[test]
fn what_is_copied_as_a_whole_outlives_its_repository() {
    use crate::git::{self as repositories, Blobs, ObjectId, Signatures, TreeEntry};
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("state.git");
    for (id, count) in [("few", 3), ("many", 30)] {
        let source = directory.path().join(id);
        Command::new("git").args(["init", "-q", "--bare"]).arg(&source).status().unwrap();
        // The last one is large.
        let content = |number| format!("{id} {number} ").repeat(if number + 1 == count { 300_000 } else { 1 });
        let mut files = std::collections::BTreeMap::new();
        for number in 0..count {
            let file = directory.path().join("file");
            std::fs::write(&file, content(number)).unwrap();
            let blob = git(&source, &["hash-object", "-w", file.to_str().unwrap()]);
            files.insert(format!("{number}"), origin::StoredEntry::File(blob));
        }
        let blobs = Blobs::default();
        repositories::open(id, directory.path(), Signatures::Never, &blobs).unwrap();
        let part = origin::SourceOrigin {
            source: None,
            repository: String::new(),
            commit: entry::CommitRecord::default(),
            what: origin::CopiedContent::Directory(files.clone()),
        };
        let provided = origin::OriginRecord { application: String::new(), parts: vec![part] };
        let meta = meta::Meta { origins: [(0, provided)].into_iter().collect(), ..meta_of(id) };
        let ledger = Ledger::new(path.clone());
        ledger.start(&meta, id, &crate::source::SourceMap::default(), &blobs).unwrap().append(&[]).unwrap();
        std::fs::remove_dir_all(&source).unwrap();
        git(&path, &["gc", "-q", "--prune=now"]);

        let target = directory.path().join(format!("{id}-target"));
        Command::new("git").args(["init", "-q", "--bare"]).arg(&target).status().unwrap();
        let blobs = Blobs::default();
        blobs.add(&path.join("objects"));
        let target = repositories::open(target.to_str().unwrap(), directory.path(), Signatures::Never, &blobs).unwrap();
        let recorded = ledger.summaries(None).unwrap().into_iter().find(|one| one.id() == id).unwrap();
        let meta = ledger.recorded(&recorded).unwrap().meta.unwrap();
        let text = serde_json::to_string(&meta).unwrap();
        assert!(!text.contains(&format!("{id} 0 ")), "it is named, not recorded");
        let origin::CopiedContent::Directory(kept) = &meta.origins[&0].parts[0].what else { panic!("a directory") };
        assert_eq!(*kept, files);
        for (number, entry) in kept.values().enumerate() {
            let origin::StoredEntry::File(blob) = entry else { panic!("a file") };
            let entry = TreeEntry { path: String::new(), mode: repositories::Mode::File, id: ObjectId(blob.clone()) };
            let number: usize = kept.keys().nth(number).unwrap().parse().unwrap();
            let bytes = content(number).into_bytes();
            assert_eq!(target.size(&entry).unwrap(), bytes.len());
            let file = repositories::EntryContent::File { bytes, executable: false };
            assert_eq!(target.content(&entry).unwrap(), file);
        }
    }
    git(&path, &["fsck", "--strict", "--no-dangling"]);
}

#[test]
fn only_what_is_not_in_the_index_is_read() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("state.git");
    let ledger = ledger_of(&path, 20);
    let listed = || {
        let before = store::READS.get();
        let all = ledger.summaries(Some("shop")).unwrap();
        (all.into_iter().map(|one| (one.id().to_owned(), one)).collect::<Vec<_>>(), store::READS.get() - before)
    };
    let (first, read) = listed();
    assert_eq!((first.len(), read), (20, 20), "a ledger without an index is read once");
    let one = &first[1].1;
    assert_eq!((one.version.as_str(), one.flow.as_str()), ("v \nship-0001", "ship"));
    assert_eq!(
        (one.started.as_deref(), one.ended.as_deref()),
        (Some("2026-11-23T08:00:01Z"), Some("2026-11-23T08:00:02Z"))
    );
    assert_eq!(listed(), (first.clone(), 0));

    add_release(&path, "ship-0020", "running");
    let (with_open, read) = listed();
    assert_eq!((with_open.len(), read), (21, 1), "an open release");
    assert_eq!(with_open[20].1.ended, None);
    assert_eq!(listed().1, 1, "is read each time");
    // Somebody continues a release that had ended: its summary no longer counts.
    let store = Store::open(&path).unwrap();
    let name = release_ref("shop", "ship-0004").unwrap();
    let line =
        r#"{"v":2,"seq":3,"epoch":2,"at":"2026-11-23T09:00:00Z","kind":"report","what":"status","status":"running"}"#;
    appended(&store, &name, &store.tip(&name).unwrap().unwrap(), line.as_bytes());
    let (continued, read) = listed();
    assert_eq!((continued[4].1.status.is_end(), read), (false, 2));
    // What promoc does not understand is not summarized for others.
    let newer =
        r#"{"v":99,"seq":4,"epoch":2,"at":"2026-11-23T10:00:00Z","kind":"report","what":"status","status":"failed"}"#;
    appended(&store, &name, &store.tip(&name).unwrap().unwrap(), format!("\n{newer}").as_bytes());
    assert_eq!((listed().1, listed().1), (2, 2));
    store.compact("refs/promo/releases/", 1);
    let (compacted, read) = listed();
    assert_eq!((compacted.len(), read), (21, 2), "and the index holds after that");
}

#[test]
fn a_damaged_index_is_made_again() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("state.git");
    let ledger = ledger_of(&path, 3);
    let whole = ledger.summaries(None).unwrap();
    let file = path.join("promoc-index");
    let good = std::fs::read(&file).unwrap();
    let reads = || {
        let before = store::READS.get();
        assert_eq!(ledger.summaries(None).unwrap(), whole);
        store::READS.get() - before
    };
    assert_eq!(reads(), 0);
    for length in (0..good.len()).step_by(29) {
        std::fs::write(&file, &good[..length]).unwrap();
        assert_eq!((reads(), reads()), (3, 0), "{length} bytes of it");
    }
    for other in [vec![0; good.len()], [&good[..], b"{}\n"].concat(), good.iter().map(|byte| byte ^ 1).collect()] {
        std::fs::write(&file, other).unwrap();
        assert_eq!((reads(), reads()), (3, 0));
    }
    std::fs::remove_file(&file).unwrap();
    std::fs::create_dir_all(file.join("x/y")).unwrap();
    std::fs::write(file.join("x/y/z"), "").unwrap();
    assert_eq!((reads(), reads()), (3, 3), "where it cannot be written, the ledger works without it");
}

#[test]
fn an_object_that_is_too_large_stays_a_file() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("state.git");
    let store = Store::open(&path).unwrap();
    // Bytes that do not compress.
    let mut state = 1u32;
    let next = |_| {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state.to_le_bytes()[0]
    };
    let large: Vec<u8> = (0..2_000_000).map(next).collect();
    let name = release_ref("shop", "a").unwrap();
    store.create(&name, &[("large", &large)]).unwrap();
    store.compact("refs/promo/releases/", 1);
    assert_eq!(files(&path), (1, 1, 0));
    assert_eq!(store.read(&name).unwrap().unwrap().files["large"], large);
}

#[test]
fn nothing_is_lost_while_it_is_compacted_and_collected() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("state.git");
    Store::open(&path).unwrap();
    let done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(std::sync::atomic::Ordering::SeqCst) {
                Store::open(&path).unwrap().compact("refs/promo/releases/", 1);
                git(&path, &["gc", "-q"]);
            }
        });
        let writers: Vec<_> = (0..2)
            .map(|writer| {
                let path = &path;
                scope.spawn(move || {
                    let store = Store::open(path).unwrap();
                    for release in 0..6 {
                        let name = release_ref("shop", &format!("{writer}-{release}")).unwrap();
                        let mut tip = begun(&store, &name);
                        for number in 0..4 {
                            tip = appended(&store, &name, &tip, format!("{number}").as_bytes());
                            let read = store.read(&name).unwrap().unwrap();
                            assert_eq!((read.tip, read.batches.len()), (tip.clone(), number + 1));
                        }
                        assert!(store.list("refs/promo/releases/").unwrap().iter().any(|(known, _)| *known == name));
                    }
                })
            })
            .collect();
        let ended: Vec<_> = writers.into_iter().map(std::thread::ScopedJoinHandle::join).collect();
        done.store(true, std::sync::atomic::Ordering::SeqCst);
        ended.into_iter().for_each(|ended| ended.unwrap());
    });
    let store = Store::open(&path).unwrap();
    let all = store.list("refs/promo/releases/shop/").unwrap();
    assert_eq!(all.len(), 12);
    assert!(all.iter().all(|(name, _)| store.read(name).unwrap().unwrap().batches.len() == 4));
    git(&path, &["fsck", "--strict", "--no-dangling"]);
}

#[test]
fn a_shared_ledger_shares_what_it_writes_and_touches_nothing_else() {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("state.git");
    Command::new("git").args(["init", "-q", "--bare", "--shared=0660"]).arg(&path).status().unwrap();
    let store = Store::open(&path).unwrap();
    let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
    let object = |id: &str| path.join("objects").join(id.get(..2).unwrap()).join(id.get(2..).unwrap());
    let name = release_ref("shop", "a").unwrap();
    let first = begun(&store, &name);
    let meta = object(&git(&path, &["rev-parse", &format!("{first}:files/meta.json")]));
    let all = [object(&first.to_string()), meta.clone()];
    assert_eq!(all.each_ref().map(|path| mode(path)), [0o440, 0o440]);
    assert_eq!((mode(&path.join(&name)), mode(path.join(&name).parent().unwrap())), (0o660, 0o770));

    std::fs::set_permissions(&meta, std::fs::Permissions::from_mode(0o400)).unwrap();
    let second = appended(&store, &name, &first, b"1");
    let batch = object(&git(&path, &["rev-parse", &format!("{second}:batch")]));
    assert_eq!((mode(&batch), mode(&object(&second.to_string()))), (0o440, 0o440));
    assert_eq!(mode(&meta), 0o400, "nobody looks at it again");
    // Objects are shared before a ref leads to them, so that a kill leaves none that the others cannot read.
    assert!(matches!(store.append(&name, &first, b"2").unwrap(), Appended::Moved(_)));
    let late = crate::git::ObjectId::of_blob(b"2").unwrap();
    assert_eq!(mode(&object(&late.0)), 0o440);
    store.compact("refs/promo/releases/", 1);
    let packs = std::fs::read_dir(path.join("objects/pack")).unwrap().map(|file| mode(&file.unwrap().path()));
    assert_eq!(packs.collect::<Vec<_>>(), [0o440, 0o440]);
    assert_eq!(mode(&path.join("packed-refs")), 0o660);
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
