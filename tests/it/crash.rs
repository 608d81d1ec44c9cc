//! Exactly once: a runner that really dies at every boundary of a release, and another one that resumes it.
//!
//! The test starts itself as a child with the number of the boundary at which it must abort. Processes in progress survive
//! or not, as after a crash. Then the test resumes the release, and nothing may have happened twice.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::Ordering::SeqCst;
use std::sync::atomic::{AtomicBool, AtomicUsize};

use crate::common::{Fixture, program};
use promoc::Project;
use promoc::project::ProjectRoot;
use promoc::release::Status;
use promoc::run::{self, Boundary, RunOptions};

/// Tell the child where its project is, and at which boundary it dies.
const PROJECT: &str = "PROMOC_CRASH_PROJECT";
const BOUNDARY: &str = "PROMOC_CRASH_AT";

const FLOW: &str = r#"
workflow once { needs ENVIRONMENT; gives NUMBER; run """
  echo "once $ENVIRONMENT" >> marks
  until test -e "go-$ENVIRONMENT"; do sleep 0.02; done
  echo "n-$ENVIRONMENT" > "$PROMO_GIVES/NUMBER"
  """
}
workflow often { needs ENVIRONMENT, NUMBER = "none"; idempotent; run """
  echo "often $ENVIRONMENT $NUMBER" >> marks
  """
}
workflow tell { needs RELEASE_ID; idempotent; run """
  echo "told" >> marks
  """
}
flow ship {
  trigger dev
  promote qa, staging after dev { pre-action once; post-action often }
  promote us after qa, staging { post-action often; on success tell }
  on success tell
}
"#;

const TARGETS: [&str; 3] = ["qa", "staging", "us"];

fn fixture() -> Fixture {
    let text = program("dev, qa, staging, us", FLOW);
    Fixture::new(&text, &["dev", "qa", "staging", "us"])
}

/// Runs only in the child.
#[test]
fn child() {
    let Ok(folder) = std::env::var(PROJECT) else { return };
    let at: usize = std::env::var(BOUNDARY).unwrap().parse().unwrap();
    let root = std::path::PathBuf::from(&folder);
    let mut passed = 0;
    let on_boundary = Box::new(move |boundary| {
        // Workflow `once` ends only if this runner survives its start, so if the runner dies there, it stays running.
        let begun = match &boundary {
            Boundary::AfterPerform(effect) if effect.ends_with("/pre-action") => Some(effect.clone()),
            _ => None,
        };
        if passed == at {
            let claim = begun.map(|effect| root.join(format!(".promo/run/{}.claim/pid", effect.replace('/', "+"))));
            while claim.as_ref().is_some_and(|claim| !claim.exists()) {
                std::thread::sleep(std::time::Duration::from_millis(5));
            }
            std::process::abort();
        }
        if let Some(environment) = begun.as_deref().and_then(|effect| effect.rsplit('/').nth(2)) {
            std::fs::write(root.join(format!("go-{environment}")), "").unwrap();
        }
        passed += 1;
    });
    let options = RunOptions { on_boundary: Some(on_boundary), ..RunOptions::default() };
    let project = Project::open(Path::new(&folder)).unwrap();
    run::run(&project.root, project.analysed.checked().unwrap(), "shop", "ship", &mut run::Silent, options).unwrap();
}

/// Whether the child died; false if it ran to the end.
fn dies(folder: &Path, at: usize) -> bool {
    // The harness names a test by its path without the crate's name.
    let (_, module) = module_path!().split_once("::").unwrap();
    let status = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", &format!("{module}::child"), "--test-threads=1", "-q"])
        .env(PROJECT, folder)
        .env(BOUNDARY, at.to_string())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .status()
        .unwrap();
    !status.success()
}

/// Kills what the dead runner left running, as a crash of the machine would.
fn end_orphans(folder: &Path) {
    let Ok(entries) = std::fs::read_dir(folder.join(".promo/run")) else { return };
    for entry in entries.flatten().filter(|entry| entry.file_name().to_string_lossy().ends_with(".claim")) {
        let Ok(pid) = std::fs::read_to_string(entry.path().join("pid")) else { continue };
        let group = format!("-{}", pid.trim());
        let kill = Command::new("kill").args(["-KILL", "--", &group]).stderr(std::process::Stdio::null()).status();
        assert!(kill.is_ok());
    }
}

/// Lets `once` end by itself from now on.
fn let_go(fixture: &Fixture) {
    for environment in TARGETS {
        std::fs::write(fixture.path().join(format!("go-{environment}")), "").unwrap();
    }
}

/// How often each line was written.
fn counts(fixture: &Fixture) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for mark in fixture.marks() {
        *counts.entry(mark).or_insert(0) += 1;
    }
    counts
}

/// The result of resuming a release whose runner died once.
enum After {
    /// The release ended before the boundary was reached.
    NeverDied,
    Succeeded,
    /// A workflow that must not run twice may have run.
    InDoubt,
}

/// Dies at a boundary, resumes, and checks the result.
fn one(at: usize, orphans_die: bool, undisturbed: &Undisturbed) -> After {
    let fixture = fixture();
    if !dies(fixture.path(), at) {
        return After::NeverDied;
    }
    if orphans_die {
        end_orphans(fixture.path());
    }
    let_go(&fixture);
    let home = ProjectRoot::find(fixture.path()).unwrap();
    let known = run::releases(&home, None).unwrap();
    let resumed = if known.is_empty() {
        assert_eq!(counts(&fixture), BTreeMap::new(), "boundary {at}: nothing happens before the record begins");
        assert_eq!(fixture.repo.log().len(), undisturbed.commits - TARGETS.len(), "boundary {at}");
        vec![fixture.run("ship").unwrap()]
    } else {
        run::resume(&home, None, &mut run::Silent, RunOptions::default()).unwrap()
    };
    let release = run::releases(&home, None).unwrap()[0].id.clone();
    let view = fixture.release(&release);
    assert!(resumed.iter().all(|ended| ended.status == view.release.status));
    for environment in TARGETS {
        let trailer = format!("Promo-Effect: shop/{release}/1/{environment}/shop-{environment}/action");
        let commits = fixture.repo.with_trailer(&trailer);
        assert!(commits <= 1, "boundary {at}: {commits} commits of {environment}");
        let done = view.environments.iter().any(|view| view.name == environment && view.status == Status::Succeeded);
        assert!(!done || commits == 1, "boundary {at}: no commit of {environment}");
    }
    let counts = counts(&fixture);
    for once in ["once qa", "once staging"] {
        assert!(counts.get(once).is_none_or(|count| *count <= 1), "boundary {at}: {counts:?}");
    }
    match view.release.status {
        Status::Succeeded => {
            assert!(counts.keys().eq(undisturbed.counts.keys()), "boundary {at}: {counts:?}");
            assert_eq!(fixture.repo.files(), undisturbed.files, "boundary {at}");
            assert_eq!(fixture.repo.log().len(), undisturbed.commits, "boundary {at}");
            After::Succeeded
        }
        Status::Failed => {
            let honest = |issue: &String| issue.ends_with("once: it may have run; retry when sure");
            assert!(view.issues.iter().all(honest), "boundary {at}: {:?}", view.issues);
            After::InDoubt
        }
        other => panic!("boundary {at}: {other:?}"),
    }
}

/// The results of a release that nothing disturbs.
struct Undisturbed {
    counts: BTreeMap<String, usize>,
    files: Vec<(String, String)>,
    commits: usize,
}

/// Dies at every boundary, one after another. Returns how many there are, and how many left a workflow in doubt.
fn at_every_boundary(orphans_die: bool) -> (usize, usize) {
    let fixture = fixture();
    let_go(&fixture);
    assert_eq!(fixture.run("ship").unwrap().status, Status::Succeeded);
    let undisturbed =
        Undisturbed { counts: counts(&fixture), files: fixture.repo.files(), commits: fixture.repo.log().len() };
    assert_eq!(undisturbed.counts.get("once qa"), Some(&1));
    assert_eq!(undisturbed.counts.get("often qa n-qa"), Some(&1), "the value that the pre-action gives");
    assert_eq!(undisturbed.counts.get("often us none"), Some(&1), "it is given only there");
    let next = AtomicUsize::new(0);
    let (points, in_doubt, over) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicBool::new(false));
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while !over.load(SeqCst) {
                    match one(next.fetch_add(1, SeqCst), orphans_die, &undisturbed) {
                        After::NeverDied => over.store(true, SeqCst),
                        After::Succeeded => drop(points.fetch_add(1, SeqCst)),
                        After::InDoubt => {
                            points.fetch_add(1, SeqCst);
                            in_doubt.fetch_add(1, SeqCst);
                        }
                    }
                }
            });
        }
    });
    let result = (points.into_inner(), in_doubt.into_inner());
    println!("{} kill points, {} of them leave a workflow in doubt", result.0, result.1);
    result
}

#[test]
fn nothing_happens_twice_wherever_a_runner_dies() {
    let (points, in_doubt) = at_every_boundary(false);
    assert!(points > 50, "{points}");
    assert_eq!(in_doubt, 0, "workflows outlive the runner and are adopted");
}

#[test]
fn nothing_happens_twice_wherever_a_runner_dies_with_its_workflows() {
    let (points, in_doubt) = at_every_boundary(true);
    assert!(points > 50, "{points}");
    assert!(in_doubt >= 2, "the workflows of qa and staging that had just started: {in_doubt}");
}
