//! What a run writes to the ledger, and when: in batches, each before anything can be noticed that depends on it.

use std::path::{Path, PathBuf};

use crate::common::{self, Fixture, program};
use promoc::ledger::Store;
use promoc::ledger::entry::LedgerEntry;
use promoc::release::Status;
use promoc::run::{self, Boundary, Observer, RunOptions};

const RELEASES: &str = "refs/promo/releases/";

/// The entries of the only release that are in the ledger now, batch by batch.
fn batches(folder: &Path) -> Vec<Vec<serde_json::Value>> {
    let Some(store) = Store::open_existing(&folder.join(".promo/state.git")).unwrap() else { return Vec::new() };
    let Some((name, _)) = store.list(RELEASES).unwrap().into_iter().next() else { return Vec::new() };
    let lines = |batch: &Vec<u8>| {
        let lines = batch.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        lines.map(|line| serde_json::from_slice(line).unwrap()).collect()
    };
    store.read(&name).unwrap().unwrap().batches.iter().map(lines).collect()
}

/// The kind of an entry, with the last part of the id of its effect if it has one.
fn short(entry: &serde_json::Value) -> String {
    let part = |key: &str| entry[key].as_str().unwrap_or_default();
    format!("{} {}", part("kind"), part("effect").rsplit('/').next().unwrap()).trim().to_owned()
}

fn intends(entry: &serde_json::Value, effect: &str) -> bool {
    entry["kind"] == "intent" && entry["effect"] == effect
}

#[test]
fn what_happens_in_one_turn_is_one_batch_and_the_first_is_in_the_first_commit() {
    let fixture = Fixture::new(&program("dev, qa", "flow ship { trigger dev; promote qa }"), &["dev", "qa"]);
    assert_eq!(fixture.run("ship").unwrap().status, Status::Succeeded);
    let batches = batches(fixture.path());
    // Until there is something to commit, and from the commit to the end.
    assert_eq!(batches.len(), 2, "{batches:#?}");
    assert_eq!(short(&batches[0][0]), "begun");
    assert_eq!(short(batches[0].last().unwrap()), "intent action");
    assert_eq!(short(&batches[1][0]), "outcome action");
    assert_eq!(
        (&batches[1].last().unwrap()["what"], &batches[1].last().unwrap()["status"]),
        (&"status".into(), &"succeeded".into())
    );

    let ledger = git2::Repository::open_bare(fixture.path().join(".promo/state.git")).unwrap();
    let mut walk = ledger.revwalk().unwrap();
    walk.push_glob("refs/promo/releases/*").unwrap();
    assert_eq!(walk.count(), 2, "one commit for each batch");
}

/// Checks that everything it hears of is in the ledger.
struct Strict {
    folder: PathBuf,
    begun: bool,
    heard: usize,
}

impl Observer for Strict {
    fn begins(&mut self, _id: &str, _resumed: bool) {
        assert!(!batches(&self.folder).is_empty(), "a release is reported that is not recorded");
        self.begun = true;
    }

    fn entry(&mut self, entry: &LedgerEntry) {
        assert!(self.begun);
        self.heard += 1;
        assert_eq!(entry.seq, self.heard as u64, "each entry is reported once, in order");
        let written = batches(&self.folder).concat();
        let there = written.iter().any(|written| *written == serde_json::to_value(entry).unwrap());
        assert!(there, "entry {} is reported before it is written", entry.seq);
    }
}

#[test]
fn nothing_is_done_or_reported_before_it_is_in_the_ledger() {
    let flow = "workflow mark { run \"echo mark >> marks\" }\n\
                flow ship {\n  trigger dev\n  promote qa { pre-action mark; post-action mark }\n  promote staging\n  on success mark\n}";
    let fixture = Fixture::new(&program("dev, qa, staging", flow), &["dev", "qa", "staging"]);
    let folder = fixture.path().to_owned();
    let done = std::rc::Rc::new(std::cell::RefCell::new(Vec::new()));
    let performed = done.clone();
    let on_boundary = Box::new(move |boundary| {
        let Boundary::BeforePerform(effect) = boundary else { return };
        // Nobody notices that a release waits for a health that nobody checks, or for a sync that is certain.
        if !effect.ends_with("/health") && !effect.ends_with("/sync") {
            let written = batches(&folder).concat();
            assert!(written.iter().any(|entry| intends(entry, &effect)), "`{effect}` begins before it is written");
            performed.borrow_mut().push(effect);
        }
    });
    let options = RunOptions { on_boundary: Some(on_boundary), ..RunOptions::default() };
    let mut strict = Strict { folder: fixture.path().to_owned(), begun: false, heard: 0 };
    let ended = common::run(&fixture.project(), "shop", "ship", &mut strict, options).unwrap();
    assert_eq!(ended.status, Status::Succeeded);
    assert_eq!(strict.heard, batches(fixture.path()).concat().len(), "all of it is reported");
    assert_eq!(done.borrow().len(), 5, "two commits and three workflows: {:?}", done.borrow());
}

#[test]
fn a_release_that_was_not_recorded_has_left_nothing() {
    let fixture = Fixture::new(&program("dev, qa", "flow ship { trigger dev; promote qa }"), &["dev", "qa"]);
    let project = fixture.project();
    common::dies_at(
        |boundary| *boundary == Boundary::BeforeAppend,
        |options| drop(common::run(&project, "shop", "ship", &mut run::Silent, options)),
    );
    assert_eq!(run::releases(&project.root, None).unwrap(), []);
    assert_eq!(fixture.tag("qa"), "\"1.0\"");
    let ended = fixture.run("ship").unwrap();
    assert_eq!((ended.status, fixture.tag("qa").as_str()), (Status::Succeeded, "\"2.0\""));
    assert!(!ended.id.ends_with("-2"), "the id is free: {}", ended.id);
}
