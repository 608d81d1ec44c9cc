//! Releases that are interrupted, resumed, or disturbed by others.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::common::{self, Fixture, Repo, VALUES, Watching, program};
use promoc::ledger::entry::EntryKind;
use promoc::ledger::words::ReportWord;
use promoc::release::Status;
use promoc::run::{self, Boundary, RunError, RunOptions};

const HOOKED: &str = "workflow mark {\n  needs ENVIRONMENT\n  run \"\"\"\n    echo \"$ENVIRONMENT\" >> marks\n    \"\"\"\n}\n\
flow ship {\n  trigger dev\n  promote qa { pre-action mark; post-action mark }\n  promote staging { pre-action mark }\n}";

fn fixture() -> Fixture {
    Fixture::new(&program("dev, qa, staging", HOOKED), &["dev", "qa", "staging"])
}

#[test]
fn an_interrupted_run_awaits_its_workflows_and_is_resumed() {
    let fixture = fixture();
    let interrupt = Arc::new(AtomicBool::new(false));
    let options = RunOptions { interrupt: interrupt.clone(), ..RunOptions::default() };
    let mut watching = Watching::default();
    let flag = interrupt.clone();
    watching.on_entry = Some(Box::new(move |entry| {
        // The first workflow is about to start. Its intent is recorded, and the next runner starts it.
        let EntryKind::Report { what: ReportWord::Started, environment: Some(name), .. } = &entry.kind else { return };
        if name == "qa" {
            flag.store(true, Ordering::SeqCst);
        }
    }));
    let ended = common::run(&fixture.project(), "shop", "ship", &mut watching, options).unwrap();
    assert!(ended.interrupted);
    assert_eq!(fixture.tag("qa"), "\"1.0\"", "nothing new starts");
    let view = fixture.release(&ended.id);
    assert_eq!(view.release.status, Status::Running);
    assert_eq!(view.release.ended, None);
    let waits: Vec<&[String]> = view.environments.iter().map(|environment| environment.waits_for.as_slice()).collect();
    assert_eq!(waits, [&[] as &[String], &["mark".to_owned()], &["qa".to_owned()]]);

    let error = fixture.run("ship").unwrap_err();
    assert_eq!(error, RunError::NotEnded { id: ended.id.clone() });
    assert_eq!(error.exit_code(), 1);
    assert_eq!(error.to_string(), format!("release `{}` has not ended", ended.id));

    // The working tree and the branch have changed since; the release has not.
    std::fs::write(fixture.path().join("main.promo"), "environment dev\n").unwrap();
    let newer = format!("# dev\n{}", VALUES.replace("1.0", "3.0"));
    fixture.repo.commit(&[("envs/dev/values.yaml", Some(newer.as_bytes()))], "Version 3.0\n");
    let home = promoc::project::ProjectRoot::find(fixture.path()).unwrap();
    let resumed = run::resume(&home, None, &mut run::Silent, RunOptions::default()).unwrap();
    assert_eq!(resumed.len(), 1);
    assert_eq!(resumed[0].status, Status::Succeeded);
    assert_eq!((fixture.tag("qa").as_str(), fixture.tag("staging").as_str()), ("\"2.0\"", "\"2.0\""));
    assert_eq!(fixture.marks(), ["qa", "qa", "staging"]);
    assert_eq!(
        run::resume(&home, None, &mut run::Silent, RunOptions::default()).unwrap(),
        [],
        "having none to resume is success"
    );
    let again = run::resume(&home, Some(&ended.id), &mut run::Silent, RunOptions::default()).unwrap();
    assert_eq!(again[0].status, Status::Succeeded);
    assert!(run::resume(&home, Some("ship-0"), &mut run::Silent, RunOptions::default()).is_err());
}

#[test]
fn what_a_release_waits_for_has_names_and_is_read_from_the_ledger_alone() {
    let flow = "window far { timezone \"Europe/London\"; open 2099-01-05 09:00..17:00 }\ngroup labs = eu, us\n\
        flow ship {\n  timeout 40000d\n  trigger dev\n  promote qa { window far }\n  promote labs after qa\n  \
        promote staging after qa, any of labs\n}";
    let fixture = Fixture::new(&program("dev, qa, eu, us, staging", flow), &["dev", "qa", "eu", "us", "staging"]);
    let interrupt = Arc::new(AtomicBool::new(false));
    let (flag, told) = (interrupt.clone(), Arc::new(std::sync::Mutex::new(Vec::new())));
    struct Waiting(Arc<AtomicBool>, Arc<std::sync::Mutex<Vec<String>>>);
    impl run::Observer for Waiting {
        fn begins(&mut self, _: &str, _: bool) {}
        fn entry(&mut self, _: &promoc::ledger::entry::LedgerEntry) {}
        fn waits(&mut self, environments: &[String]) {
            *self.1.lock().unwrap() = environments.to_vec();
        }
        fn waiting(&mut self, _: &[String], until: Option<promoc::syntax::literal::Instant>) {
            self.0.store(until.is_some(), Ordering::SeqCst);
        }
    }
    let mut observer = Waiting(flag, told.clone());
    let options = RunOptions { interrupt, ..RunOptions::default() };
    let ended = common::run(&fixture.project(), "shop", "ship", &mut observer, options).unwrap();
    assert!(ended.interrupted);
    let window = "window far opens Mon 2099-01-05 09:00 Europe/London";
    assert_eq!(*told.lock().unwrap(), [format!("qa: {window}")]);
    // The program is gone, but the ledger remains.
    std::fs::write(fixture.path().join("main.promo"), "environment dev\n").unwrap();
    let view = fixture.release(&ended.id);
    let waits = |name: &str| view.environments.iter().find(|it| it.name == name).unwrap().waits_for.clone();
    assert_eq!((waits("qa"), waits("eu")), (vec![window.to_owned()], vec!["qa".to_owned()]));
    assert_eq!(waits("staging"), ["qa", "1 of labs"]);
    let resumed = std::process::Command::new(env!("CARGO_BIN_EXE_promoc"))
        .args(["release", &ended.id])
        .current_dir(fixture.path())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&resumed.stdout).into_owned();
    assert!(text.contains(&format!("qa: pending, waits for: {window}\n")), "{text}");
    assert!(text.contains("staging: pending, waits for: qa; 1 of labs\n"), "{text}");
}

#[test]
fn a_workflow_that_runs_is_awaited_when_a_run_is_interrupted() {
    let flow = "workflow slow { run \"\"\"\n  echo began >> marks\n  until test -e go; do sleep 0.02; done\n  echo ended >> marks\n  \"\"\"\n}\nflow ship { trigger dev; promote qa { pre-action slow } }";
    let fixture = Fixture::new(&program("dev, qa", flow), &["dev", "qa"]);
    let interrupt = Arc::new(AtomicBool::new(false));
    struct Stopping(std::path::PathBuf, Arc<AtomicBool>, usize);
    impl run::Observer for Stopping {
        fn begins(&mut self, _: &str, _: bool) {}
        fn entry(&mut self, _: &promoc::ledger::entry::LedgerEntry) {}
        fn waiting(&mut self, running: &[String], _: Option<promoc::syntax::literal::Instant>) {
            if running.iter().any(|effect| effect.ends_with("/pre-action")) {
                self.1.store(true, Ordering::SeqCst);
            }
        }
        fn stopping(&mut self, running: &[String]) {
            self.2 += running.len();
            std::fs::write(self.0.join("go"), "").unwrap();
        }
    }
    let mut observer = Stopping(fixture.path().to_owned(), interrupt.clone(), 0);
    let options = RunOptions { interrupt, ..RunOptions::default() };
    let ended = common::run(&fixture.project(), "shop", "ship", &mut observer, options).unwrap();
    assert!(ended.interrupted);
    assert_eq!(observer.2, 1);
    assert_eq!(fixture.marks(), ["began", "ended"]);
    let home = promoc::project::ProjectRoot::find(fixture.path()).unwrap();
    run::resume(&home, Some(&ended.id), &mut run::Silent, RunOptions::default()).unwrap();
    assert_eq!(fixture.marks(), ["began", "ended"], "it is not run again");
    assert_eq!(fixture.tag("qa"), "\"2.0\"");
}

#[test]
fn only_one_runner_drives_a_product() {
    let fixture = fixture();
    let path = fixture.path().to_owned();
    let seen = Arc::new(std::sync::Mutex::new(None));
    let inside = seen.clone();
    let mut options = RunOptions::default();
    options.on_boundary = Some(Box::new(move |boundary| {
        if boundary == Boundary::AfterAppend {
            let project = promoc::Project::open(&path).unwrap();
            let error = run::run(
                &project.root,
                project.analysed.checked().unwrap(),
                "shop",
                "ship",
                &mut run::Silent,
                RunOptions::default(),
            )
            .unwrap_err();
            *inside.lock().unwrap() = Some(error);
        }
    }));
    common::run(&fixture.project(), "shop", "ship", &mut run::Silent, options).unwrap();
    let error = seen.lock().unwrap().clone().unwrap();
    let by_this = |by: &promoc::ledger::Owner| by.pid == std::process::id();
    assert!(
        matches!(&error, RunError::Ledger(promoc::ledger::Error::Driven { by: Some(by), .. }) if by_this(by)),
        "{error:?}"
    );
    assert!(error.to_string().contains(&format!("process {}", std::process::id())), "{error}");
}

#[test]
fn a_busy_branch_loses_nothing() {
    let fixture = fixture();
    let path = fixture.repo.path.clone();
    let stop = Arc::new(AtomicBool::new(false));
    let writer = {
        let stop = stop.clone();
        std::thread::spawn(move || {
            let repo = Repo::open(&path);
            let mut count = 0;
            // fewer than promoc's tries, however fast this is
            while !stop.load(Ordering::SeqCst) && count < 40 {
                let text = format!("{count}\n");
                repo.commit(&[("elsewhere", Some(text.as_bytes()))], &format!("other {count}\n"));
                count += 1;
                std::thread::sleep(std::time::Duration::from_millis(3));
            }
            count
        })
    };
    let ended = fixture.run("ship").unwrap();
    stop.store(true, Ordering::SeqCst);
    let others = writer.join().unwrap();
    assert_eq!(ended.status, Status::Succeeded);
    let log = fixture.repo.log();
    assert_eq!(
        log.iter().filter(|message| message.starts_with("other ")).count(),
        others,
        "the other commits are all there"
    );
    assert_eq!(log.iter().filter(|message| message.starts_with("Promote ")).count(), 2);
}

/// Commits to the repository after the intent of qa's commit was recorded and just before that commit is made.
fn disturbed(fixture: &Fixture, files: &'static [(&'static str, &'static str)]) -> run::Ended {
    let path = fixture.repo.path.clone();
    let mut options = RunOptions::default();
    options.on_boundary = Some(Box::new(move |boundary| {
        if matches!(&boundary, Boundary::BeforePerform(effect) if effect.ends_with("/qa/shop-qa/action")) {
            let files: Vec<(&str, Option<&[u8]>)> =
                files.iter().map(|(path, text)| (*path, Some(text.as_bytes()))).collect();
            Repo::open(&path).commit(&files, "from the side\n");
        }
    }));
    common::run(&fixture.project(), "shop", "ship", &mut run::Silent, options).unwrap()
}

#[test]
fn what_others_changed_at_the_copied_paths_is_not_overwritten() {
    let fixture = fixture();
    let ended = disturbed(&fixture, &[("envs/qa/values.yaml", "image:\n  tag: \"9.9\"\n")]);
    assert_eq!(ended.status, Status::Failed);
    assert_eq!(fixture.tag("qa"), "\"9.9\"");
    let issues = fixture.release(&ended.id).issues;
    assert!(issues[0].starts_with("qa: action: changed by "), "{issues:?}");
}

#[test]
fn what_others_changed_elsewhere_in_the_file_stays() {
    let fixture = fixture();
    let ended = disturbed(&fixture, &[("envs/qa/values.yaml", "image:\n  tag: \"1.0\"\nreplicas: 7\n")]);
    assert_eq!(ended.status, Status::Succeeded);
    assert_eq!(fixture.repo.read("envs/qa/values.yaml").unwrap(), "image:\n  tag: \"2.0\"\nreplicas: 7\n");
}

#[test]
fn what_others_brought_there_already_is_no_change() {
    let fixture = fixture();
    let ended = disturbed(&fixture, &[("envs/qa/values.yaml", "image:\n  tag: \"2.0\"\n")]);
    assert_eq!(ended.status, Status::Succeeded);
    assert_eq!(fixture.repo.log().iter().filter(|message| message.starts_with("Promote ")).count(), 1);
}

#[test]
fn a_ledger_of_a_newer_promoc_is_shown_and_not_driven() {
    use promoc::ledger::{Appended, Store, release_ref};
    let fixture = fixture();
    let interrupt = Arc::new(AtomicBool::new(true));
    let ended = common::run(
        &fixture.project(),
        "shop",
        "ship",
        &mut run::Silent,
        RunOptions { interrupt, ..RunOptions::default() },
    )
    .unwrap();
    assert!(ended.interrupted);
    let store = Store::open(&fixture.path().join(".promo/state.git")).unwrap();
    let name = release_ref("shop", &ended.id).unwrap();
    let tip = store.tip(&name).unwrap().unwrap();
    let seq = store.read(&name).unwrap().unwrap().batches.concat().split(|byte| *byte == b'\n').count();
    let line = format!("{{\"v\":1,\"seq\":{seq},\"epoch\":1,\"at\":\"2026-01-01T00:00:00Z\",\"kind\":\"wonder\"}}\n");
    assert!(matches!(store.append(&name, &tip, line.as_bytes()).unwrap(), Appended::New(_)));
    let view = fixture.release(&ended.id);
    assert_eq!(view.release.status, Status::Running);
    assert!(view.issues[0].contains("kind wonder"), "{:?}", view.issues);
    let home = promoc::project::ProjectRoot::find(fixture.path()).unwrap();
    let error = run::resume(&home, Some(&ended.id), &mut run::Silent, RunOptions::default()).unwrap_err();
    assert!(error.to_string().contains("does not understand"), "{error}");
}

#[test]
fn a_machine_that_would_do_something_else_stops() {
    use promoc::ledger::{Created, Store, release_ref};
    let fixture = fixture();
    let interrupt = Arc::new(AtomicBool::new(true));
    let ended = common::run(
        &fixture.project(),
        "shop",
        "ship",
        &mut run::Silent,
        RunOptions { interrupt, ..RunOptions::default() },
    )
    .unwrap();
    let store = Store::open(&fixture.path().join(".promo/state.git")).unwrap();
    let name = release_ref("shop", &ended.id).unwrap();
    let record = store.read(&name).unwrap().unwrap();
    git2::Repository::open_bare(fixture.path().join(".promo/state.git"))
        .unwrap()
        .find_reference(&name)
        .unwrap()
        .delete()
        .unwrap();
    let files: Vec<(&str, &[u8])> =
        record.files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())).collect();
    let Created::New(mut tip) = store.create(&name, &files).unwrap() else { panic!("it is gone") };
    for batch in record.batches {
        let text = String::from_utf8(batch).unwrap().replace("await-sync", "await-health");
        let promoc::ledger::Appended::New(next) = store.append(&name, &tip, text.as_bytes()).unwrap() else { panic!() };
        tip = next;
    }
    let home = promoc::project::ProjectRoot::find(fixture.path()).unwrap();
    let error = run::resume(&home, Some(&ended.id), &mut run::Silent, RunOptions::default()).unwrap_err();
    assert!(error.to_string().contains("would not continue as recorded"), "{error}");
}

/// Runs a release with a runner that dies at the boundary that `here` picks.
fn dies_at(fixture: &Fixture, here: impl FnMut(&Boundary) -> bool + 'static) {
    let project = fixture.project();
    common::dies_at(here, |options| drop(common::run(&project, "shop", "ship", &mut run::Silent, options)));
}

/// A release whose commit to qa was made and not recorded. Somebody commits these texts there; then it is resumed.
fn resumed_after(texts: &[&str]) -> (Fixture, run::Ended, Vec<String>) {
    let fixture = fixture();
    dies_at(
        &fixture,
        |boundary| matches!(boundary, Boundary::AfterPerform(effect) if effect.ends_with("/qa/shop-qa/action")),
    );
    assert_eq!(fixture.tag("qa"), "\"2.0\"");
    let by_hand =
        texts.iter().map(|text| fixture.repo.commit(&[("envs/qa/values.yaml", Some(text.as_bytes()))], "by hand\n"));
    let by_hand = by_hand.collect();
    let home = promoc::project::ProjectRoot::find(fixture.path()).unwrap();
    let mut resumed = run::resume(&home, None, &mut run::Silent, RunOptions::default()).unwrap();
    let made = fixture.repo.log().iter().filter(|message| message.starts_with("Promote shop 2.0 to qa")).count();
    assert_eq!(made, 1, "it is not made again");
    let ended = resumed.remove(0);
    assert_eq!(fixture.release(&ended.id).environments[1].commits.len(), 1, "the existing commit is shown");
    (fixture, ended, by_hand)
}

#[test]
fn a_commit_that_was_made_counts_while_its_values_are_there() {
    let later = "image:\n  tag: \"2.0\"\nreplicas: 7\n";
    let (fixture, ended, _) = resumed_after(&[later]);
    assert_eq!(ended.status, Status::Succeeded);
    assert_eq!(fixture.repo.read("envs/qa/values.yaml").unwrap(), later, "the later change stays");

    let (fixture, ended, _) = resumed_after(&["image:\n  tag: \"9.9\"\n", "image:\n  tag: \"2.0\"\n"]);
    assert_eq!(ended.status, Status::Succeeded, "changed and changed back");
    assert_eq!(fixture.tag("qa"), "\"2.0\"");
}

#[test]
fn a_commit_that_was_reverted_before_it_was_adopted_has_not_succeeded() {
    let reverted = format!("# qa\n{VALUES}");
    // Back to the old value, to another one, and without a value that could be compared. Later commits to the same file
    // are not to blame.
    let touched = format!("{reverted}# more\n");
    let cases: [&[&str]; 4] = [&[&reverted], &["image:\n  tag: \"9.9\"\n"], &["replicas: 3\n"], &[&reverted, &touched]];
    for texts in cases {
        let (fixture, ended, by_hand) = resumed_after(texts);
        assert_eq!(ended.status, Status::Failed);
        assert_eq!(fixture.repo.read("envs/qa/values.yaml").unwrap(), *texts.last().unwrap(), "nothing is overwritten");
        let issues = fixture.release(&ended.id).issues;
        let told = format!("qa: action: changed by {} after this release committed its values in ", by_hand[0]);
        assert!(issues[0].starts_with(&told), "{issues:?}");
    }
}

#[test]
fn a_commit_to_another_application_is_not_adopted() {
    let fixture = fixture();
    dies_at(
        &fixture,
        |boundary| matches!(boundary, Boundary::BeforePerform(effect) if effect.ends_with("/qa/shop-qa/action")),
    );
    let home = promoc::project::ProjectRoot::find(fixture.path()).unwrap();
    let id = run::releases(&home, None).unwrap().remove(0).id;
    let trailer = format!("Promo-Effect: shop/{id}/1/qa/shop-qa/action");
    let text = b"image:\n  tag: \"2.0\"\n";
    fixture.repo.commit(&[("envs/elsewhere/values.yaml", Some(text))], &format!("picked\n\n{trailer}\n"));
    let resumed = run::resume(&home, None, &mut run::Silent, RunOptions::default()).unwrap();
    assert_eq!(resumed[0].status, Status::Succeeded);
    assert_eq!(fixture.tag("qa"), "\"2.0\"");
    assert_eq!(fixture.repo.with_trailer(&trailer), 2);
}

#[test]
fn a_ledger_that_fails_on_the_way_loses_nothing() {
    let fixture = fixture();
    let objects = fixture.path().join(".promo/state.git/objects");
    let away = fixture.path().join("objects-away");
    let (from, to) = (objects.clone(), away.clone());
    let mut options = RunOptions::default();
    let mut appended = 0;
    options.on_boundary = Some(Box::new(move |boundary| {
        if boundary == Boundary::AfterAppend {
            appended += 1;
            if appended == 4 {
                std::fs::rename(&from, &to).unwrap();
                std::fs::write(&from, "in the way").unwrap();
            }
        }
    }));
    let error = common::run(&fixture.project(), "shop", "ship", &mut run::Silent, options).unwrap_err();
    assert!(error.to_string().ends_with("; this step was not performed"), "{error}");
    let RunError::Ledger(promoc::ledger::Error::NotWritten { release, .. }) = error else { panic!("{error:?}") };
    assert!(release.starts_with("ship-"), "{release}");
    std::fs::remove_file(&objects).unwrap();
    std::fs::rename(&away, &objects).unwrap();
    let home = promoc::project::ProjectRoot::find(fixture.path()).unwrap();
    let resumed = run::resume(&home, None, &mut run::Silent, RunOptions::default()).unwrap();
    assert_eq!(resumed[0].status, Status::Succeeded);
    assert_eq!(fixture.marks(), ["qa", "qa", "staging"]);
}

/// An interrupted release that has not committed anything.
fn interrupted(fixture: &Fixture) -> run::Ended {
    let interrupt = Arc::new(AtomicBool::new(true));
    let options = RunOptions { interrupt, ..RunOptions::default() };
    let ended = common::run(&fixture.project(), "shop", "ship", &mut run::Silent, options).unwrap();
    assert!(ended.interrupted);
    ended
}

/// The lock of the branch as a promoc leaves it that is killed while it holds it, and the draft that proves whose it was.
fn left_by_a_killed_promoc(fixture: &Fixture) -> (std::path::PathBuf, std::path::PathBuf) {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap();
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap();
    let draft = fixture.repo.path.join(format!("promoc-draft+{}+{}+1+0", host.trim(), boot.trim()));
    let lock = fixture.repo.path.join("refs/heads/main.lock");
    std::fs::write(&draft, "").unwrap();
    std::fs::hard_link(&draft, &lock).unwrap();
    (lock, draft)
}

#[test]
fn a_lock_that_a_killed_runner_left_is_cleared_by_resume_alone() {
    let fixture = fixture();
    interrupted(&fixture);
    let (lock, draft) = left_by_a_killed_promoc(&fixture);
    let home = promoc::project::ProjectRoot::find(fixture.path()).unwrap();
    let resumed = run::resume(&home, None, &mut run::Silent, RunOptions::default()).unwrap();
    assert_eq!(resumed[0].status, Status::Succeeded);
    assert!(!lock.exists() && !draft.exists());
}

#[test]
fn it_is_cleared_before_anything_else_so_that_others_can_push() {
    let fixture = fixture();
    let ended = interrupted(&fixture);
    let (lock, draft) = left_by_a_killed_promoc(&fixture);
    let home = promoc::project::ProjectRoot::find(fixture.path()).unwrap();
    let interrupt = Arc::new(AtomicBool::new(true));
    let options = RunOptions { interrupt, ..RunOptions::default() };
    let resumed = run::resume(&home, Some(&ended.id), &mut run::Silent, options).unwrap();
    assert!(resumed[0].interrupted, "it does not come to a commit");
    assert!(!lock.exists() && !draft.exists());
}

#[test]
fn a_lock_that_another_git_has_taken_since_the_kill_stays_and_is_named() {
    let fixture = fixture();
    let ended = interrupted(&fixture);
    let (lock, _) = left_by_a_killed_promoc(&fixture);
    std::fs::remove_file(&lock).unwrap();
    std::fs::write(&lock, "").unwrap();
    let home = promoc::project::ProjectRoot::find(fixture.path()).unwrap();
    let resumed = run::resume(&home, None, &mut run::Silent, RunOptions::default()).unwrap();
    assert_eq!(resumed[0].status, Status::Failed);
    assert!(lock.exists());
    let issues = fixture.release(&ended.id).issues;
    let help =
        format!("if the git process that locked it has ended, delete `{}`, which it left behind", lock.display());
    assert!(issues.iter().any(|issue| issue.ends_with(&help)), "{issues:?}");
}

/// Records a release again, as if it had started at that instant.
fn began_at(fixture: &Fixture, id: &str, instant: &str) {
    use promoc::ledger::entry::LedgerEntry;
    use promoc::ledger::{Appended, Created, Store, release_ref};
    let path = fixture.path().join(".promo/state.git");
    let store = Store::open(&path).unwrap();
    let name = release_ref("shop", id).unwrap();
    let record = store.read(&name).unwrap().unwrap();
    git2::Repository::open_bare(&path).unwrap().find_reference(&name).unwrap().delete().unwrap();
    let files: Vec<(&str, &[u8])> =
        record.files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())).collect();
    let Created::New(mut tip) = store.create(&name, &files).unwrap() else { panic!("it is gone") };
    let mut earlier = None;
    let mut moved = |text: &mut String| {
        let at: jiff::Timestamp = text.parse().unwrap();
        let earlier = *earlier.get_or_insert_with(|| at.duration_since(instant.parse().unwrap()));
        *text = (at - earlier).to_string();
    };
    for batch in record.batches {
        let mut lines = Vec::new();
        for line in String::from_utf8(batch).unwrap().lines() {
            let mut entry: LedgerEntry = serde_json::from_str(line).unwrap();
            moved(&mut entry.at);
            if let EntryKind::Report { until: Some(until), .. } = &mut entry.kind {
                moved(until);
            }
            lines.push(serde_json::to_string(&entry).unwrap() + "\n");
        }
        let Appended::New(next) = store.append(&name, &tip, lines.concat().as_bytes()).unwrap() else { panic!() };
        tip = next;
    }
}

/// Runs or resumes until a timer is all that is left to wait for.
struct UntilTimer(Arc<AtomicBool>);

impl run::Observer for UntilTimer {
    fn begins(&mut self, _: &str, _: bool) {}
    fn entry(&mut self, _: &promoc::ledger::entry::LedgerEntry) {}
    fn waiting(&mut self, running: &[String], until: Option<promoc::syntax::literal::Instant>) {
        self.0.store(running.is_empty() && until.is_some(), Ordering::SeqCst);
    }
}

impl UntilTimer {
    fn new() -> (UntilTimer, RunOptions) {
        let interrupt = Arc::new(AtomicBool::new(false));
        (UntilTimer(interrupt.clone()), RunOptions { interrupt, ..RunOptions::default() })
    }
}

#[test]
fn rule_03_a_window_that_has_closed_while_nobody_was_there_is_closed_for_resume() {
    let flow = "window day { timezone \"UTC\"; open 2020-01-06 00:00..12:00; open 2099-01-05 09:00..17:00 }\n\
        flow ship {\n  timeout 40000d\n  trigger dev\n  promote qa { soak 1h; window day }\n}";
    let fixture = Fixture::new(&program("dev, qa", flow), &["dev", "qa"]);
    let (mut observer, options) = UntilTimer::new();
    let ended = common::run(&fixture.project(), "shop", "ship", &mut observer, options).unwrap();
    assert!(ended.interrupted);
    // The soak has ended inside the window, and it is much later now.
    began_at(&fixture, &ended.id, "2020-01-06T08:00:00Z");
    let home = promoc::project::ProjectRoot::find(fixture.path()).unwrap();
    let (mut observer, options) = UntilTimer::new();
    let resumed = run::resume(&home, None, &mut observer, options).unwrap();
    assert!(resumed[0].interrupted, "{resumed:?}");
    assert_eq!(fixture.tag("qa"), "\"1.0\"", "nothing is promoted outside the window");
    let waits = &fixture.release(&ended.id).environments[1].waits_for;
    assert_eq!(waits, &["window day opens Mon 2099-01-05 09:00 UTC"]);
}

#[test]
fn rule_01_a_soak_counts_while_nobody_is_there() {
    let flow = "flow ship {\n  timeout 40000d\n  trigger dev\n  promote qa { soak 1h }\n  promote staging after qa { soak 1h }\n}";
    let fixture = Fixture::new(&program("dev, qa, staging", flow), &["dev", "qa", "staging"]);
    let (mut observer, options) = UntilTimer::new();
    let ended = common::run(&fixture.project(), "shop", "ship", &mut observer, options).unwrap();
    began_at(&fixture, &ended.id, "2020-01-06T08:00:00Z");
    let home = promoc::project::ProjectRoot::find(fixture.path()).unwrap();
    let (mut observer, options) = UntilTimer::new();
    let resumed = run::resume(&home, None, &mut observer, options).unwrap();
    assert!(resumed[0].interrupted);
    assert_eq!((fixture.tag("qa"), fixture.tag("staging")), ("\"2.0\"".to_owned(), "\"1.0\"".to_owned()));
    let view = fixture.release(&ended.id);
    assert!(view.environments[1].started.as_deref() > Some("2026"), "when it really began: {view:?}");
    assert!(view.environments[2].waits_for[0].starts_with("its soak until 2"), "the next soak begins now: {view:?}");
}
