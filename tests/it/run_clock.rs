//! The clock of the machine is set while a release runs, and between two runs.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use crate::common::{self, Fixture, program};
use promoc::ledger::entry::{EntryKind, LedgerEntry};
use promoc::ledger::words::ReportWord;
use promoc::ledger::{Created, Store, release_ref};
use promoc::project::ProjectRoot;
use promoc::release::Status;
use promoc::run::{self, Ended, Observer, RunClock, RunOptions};
use promoc::syntax::literal::Instant;

const MINUTE: i64 = 60_000;
/// 2026-11-23T08:00:00Z
const BEGIN: i64 = 1_795_420_800_000;

/// Clocks that a test sets. What passes between two looks at the steady clock is always the same.
#[derive(Clone)]
struct Clocks {
    wall: Arc<AtomicI64>,
    steady: Arc<AtomicU64>,
    interrupt: Arc<AtomicBool>,
    looks: Arc<AtomicU64>,
}

impl Clocks {
    fn new() -> Clocks {
        let wall = Arc::new(AtomicI64::new(BEGIN));
        Clocks { wall, steady: Arc::default(), interrupt: Arc::default(), looks: Arc::default() }
    }

    fn options(&self, step: u64) -> RunOptions {
        let (wall, all) = (Arc::clone(&self.wall), self.clone());
        let clock = RunClock {
            wall: Box::new(move || Instant(wall.load(Ordering::SeqCst))),
            steady: Box::new(move || {
                // A release that does not end is stopped, and judged then.
                if all.looks.fetch_add(1, Ordering::SeqCst) > 500 {
                    all.interrupt.store(true, Ordering::SeqCst);
                }
                Duration::from_millis(all.steady.fetch_add(step, Ordering::SeqCst))
            }),
        };
        RunOptions { clock, interrupt: Arc::clone(&self.interrupt), ..RunOptions::default() }
    }
}

/// Sets the clock once while production soaks, and remembers what is said.
struct Setting {
    clocks: Clocks,
    to: Option<i64>,
    soak_began: Option<u64>,
    soaked: u64,
    warned: Vec<String>,
}

impl Setting {
    fn new(clocks: &Clocks, to: i64) -> Setting {
        Setting { clocks: clocks.clone(), to: Some(to), soak_began: None, soaked: 0, warned: Vec::new() }
    }
}

impl Observer for Setting {
    fn begins(&mut self, _: &str, _: bool) {}

    fn warns(&mut self, message: &str) {
        self.warned.push(message.to_owned());
    }

    fn entry(&mut self, entry: &LedgerEntry) {
        let steady = self.clocks.steady.load(Ordering::SeqCst);
        match &entry.kind {
            EntryKind::Report { what: ReportWord::Soaking, .. } => {
                self.soak_began = Some(steady);
                if let Some(to) = self.to.take() {
                    self.clocks.wall.store(to, Ordering::SeqCst);
                }
            }
            EntryKind::Report { what: ReportWord::Started, environment: Some(name), .. } if name == "prod" => {
                self.soaked = steady - self.soak_began.unwrap_or(steady);
            }
            _ => {}
        }
    }
}

fn fixture(soak: &str) -> Fixture {
    let flow = format!("flow ship {{ trigger dev; promote qa; promote prod after qa {{ soak {soak} }} }}");
    Fixture::new(&program("dev, qa, prod", &flow), &["dev", "qa", "prod"])
}

fn ended(fixture: &Fixture, observer: &mut Setting, step: u64) -> Ended {
    let options = observer.clocks.options(step);
    common::run(&fixture.project(), "shop", "ship", observer, options).unwrap()
}

#[test]
fn a_soak_ends_in_time_if_the_clock_is_set_back() {
    let (fixture, clocks) = (fixture("2s"), Clocks::new());
    let mut setting = Setting::new(&clocks, BEGIN - 10 * MINUTE);
    let ended = ended(&fixture, &mut setting, 100);
    assert_eq!((ended.status, ended.interrupted), (Status::Succeeded, false));
    assert!((2_000..5_000).contains(&setting.soaked), "{}", setting.soaked);
    let [warning] = setting.warned.as_slice() else { panic!("once: {:?}", setting.warned) };
    assert!(warning.starts_with("the clock of this machine says 2026-11-23T07:50:00Z, but by the clock"), "{warning}");
    // The instants of the record never run backwards, and begin at the time of day.
    let view = fixture.release(&ended.id);
    assert_eq!(view.release.started.as_deref(), Some("2026-11-23T08:00:00.1Z"));
    assert!(view.release.ended > view.release.started);
}

#[test]
fn a_soak_does_not_end_early_if_the_clock_is_set_forward() {
    let (fixture, clocks) = (fixture("1h"), Clocks::new());
    let mut setting = Setting::new(&clocks, BEGIN + 120 * MINUTE);
    let ended = ended(&fixture, &mut setting, 5 * 60_000);
    assert_eq!(ended.status, Status::Succeeded);
    assert!(setting.soaked >= 60 * 60_000, "{} ms", setting.soaked);
    assert_eq!(setting.warned.len(), 1, "{:?}", setting.warned);
}

#[test]
fn a_soak_ends_in_time_if_the_clock_was_set_back_before_the_release_is_resumed() {
    let (fixture, clocks) = (fixture("2s"), Clocks::new());
    let mut setting = Setting::new(&clocks, BEGIN);
    struct Stopping<'a>(&'a mut Setting);
    impl Observer for Stopping<'_> {
        fn begins(&mut self, _: &str, _: bool) {}
        fn entry(&mut self, entry: &LedgerEntry) {
            self.0.entry(entry);
            self.0.clocks.interrupt.store(self.0.soak_began.is_some(), Ordering::SeqCst);
        }
    }
    let options = clocks.options(100);
    let first = common::run(&fixture.project(), "shop", "ship", &mut Stopping(&mut setting), options).unwrap();
    assert!(first.interrupted);
    let clocks = Clocks::new();
    clocks.wall.store(BEGIN - 10 * MINUTE, Ordering::SeqCst);
    let mut setting = Setting::new(&clocks, BEGIN - 10 * MINUTE);
    let root = ProjectRoot::find(fixture.path()).unwrap();
    let resumed = run::resume(&root, None, &mut setting, clocks.options(100)).unwrap().remove(0);
    assert_eq!((resumed.status, resumed.interrupted), (Status::Succeeded, false));
}

#[test]
fn a_resume_says_that_the_time_zone_data_is_another() {
    let flow = "window all { timezone \"Europe/London\"; open mon..sun 00:00..24:00 }\n\
        flow ship { trigger dev; promote qa; promote prod after qa { soak 1s; window all } }";
    let fixture = Fixture::new(&program("dev, qa, prod", flow), &["dev", "qa", "prod"]);
    let clocks = Clocks::new();
    clocks.interrupt.store(true, Ordering::SeqCst);
    let first = ended(&fixture, &mut Setting::new(&clocks, BEGIN), 100);
    assert!(first.interrupted);
    // The same record, as a promoc with older data would have begun it.
    let name = release_ref("shop", &first.id).unwrap();
    let path = fixture.path().join(".promo/state.git");
    let record = Store::open(&path).unwrap().read(&name).unwrap().unwrap();
    std::fs::remove_dir_all(&path).unwrap();
    let mut files = record.files.clone();
    let mut meta: serde_json::Value = serde_json::from_slice(&files["meta.json"]).unwrap();
    let now = meta["time_zones"].as_str().unwrap().to_owned();
    meta["time_zones"] = "1999z".into();
    files.insert("meta.json".to_owned(), serde_json::to_vec(&meta).unwrap());
    let store = Store::open(&path).unwrap();
    let files: Vec<(&str, &[u8])> = files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())).collect();
    let Created::New(mut tip) = store.create(&name, &files).unwrap() else { panic!("it is new") };
    for batch in &record.batches {
        let promoc::ledger::Appended::New(next) = store.append(&name, &tip, batch).unwrap() else { panic!("alone") };
        tip = next;
    }
    let clocks = Clocks::new();
    let mut setting = Setting::new(&clocks, BEGIN);
    let root = ProjectRoot::find(fixture.path()).unwrap();
    let resumed = run::resume(&root, None, &mut setting, clocks.options(100)).unwrap().remove(0);
    assert_eq!(resumed.status, Status::Succeeded);
    let said = format!("the release began with time zone data 1999z, and this promoc has {now};");
    assert!(setting.warned.iter().any(|warning| warning.starts_with(&said)), "{:?}", setting.warned);
}
