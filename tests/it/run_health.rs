//! The health command is told which commit it waits for, and the command for Argo CD in the book uses it.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::common::{self, Fixture, VALUES, program};
use promoc::release::Status;
use promoc::run::{self, Boundary, RunOptions};

const FLOW: &str = "flow ship { trigger dev; promote qa }";

/// The command of the book, with an `argocd` that shows the file `NAME.json`. Each run notes what it is told in `told`.
fn with_argo_cd() -> Fixture {
    let fixture = Fixture::new(&program("dev, qa", FLOW), &["dev", "qa"]);
    let page = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/running.md")).unwrap();
    let script = page.split("```sh\n").find(|block| block.starts_with("#!/bin/sh\n# Asks Argo CD")).unwrap();
    let script = script.split("```").next().unwrap();
    let note = "echo \"$ENVIRONMENT $COMMIT_SHA $PREVIOUS_COMMIT|$VERSION|$REPO_URL|$BRANCH|$APP_PATH\" >> told\n\
                argocd() { cat \"${3##*/}.json\"; }\n";
    std::fs::write(fixture.path().join("health.sh"), format!("{note}{script}")).unwrap();
    std::fs::write(
        fixture.path().join("promo.toml"),
        "[health]\nprovider = \"command\"\ncommand = [\"sh\", \"./health.sh\"]\ninterval = \"1s\"\ntimeout = \"5s\"\ngrace.degraded = \"1s\"\n",
    )
    .unwrap();
    fixture
}

/// Lets Argo CD report that it is in sync with a revision, the last sync of which ended in `phase`, and healthy.
fn reports(fixture: &Fixture, environment: &str, revision: &str, phase: &str) {
    let sync = format!("{{\"revision\":\"{revision}\"}}");
    let json = format!(
        "{{\"status\":{{\"sync\":{{\"status\":\"Synced\",\"revision\":\"{revision}\"}},\"health\":{{\"status\":\"Healthy\"}},\
         \"operationState\":{{\"phase\":\"{phase}\",\"message\":\"a hook failed\",\"syncResult\":{sync}}}}}}}"
    );
    std::fs::write(fixture.path().join(format!("shop-{environment}.json")), json).unwrap();
}

/// What the command was told last in an environment.
fn told(fixture: &Fixture, environment: &str) -> String {
    let text = std::fs::read_to_string(fixture.path().join("told")).unwrap();
    text.lines().rev().find_map(|line| line.strip_prefix(&format!("{environment} "))).unwrap().to_owned()
}

fn head(fixture: &Fixture) -> String {
    let git = git2::Repository::open_bare(&fixture.repo.path).unwrap();
    git.refname_to_id("refs/heads/main").unwrap().to_string()
}

#[test]
fn a_healthy_old_revision_does_not_pass() {
    let fixture = with_argo_cd();
    let old = head(&fixture);
    reports(&fixture, "dev", &old, "Succeeded");
    reports(&fixture, "qa", &old, "Succeeded");
    let first = fixture.run("ship").unwrap();
    assert_eq!(first.status, Status::Failed);
    let view = fixture.release(&first.id);
    assert_eq!(view.environments[0].status, Status::Succeeded, "dev runs the triggering commit");
    assert_eq!(view.issues.len(), 1, "{:?}", view.issues);
    let made = view.environments[1].commits[0].sha.clone();
    let late = "qa: health: it did not become healthy within 5s; `sh` exited with status 75: Argo CD has not synced";
    assert_eq!(view.issues[0], format!("{late} {made} yet"));
    assert_eq!(told(&fixture, "dev"), format!("{old} |2.0|./deploy.git|main|envs/dev"));
    assert_eq!(told(&fixture, "qa"), format!("{made} {old}|2.0|./deploy.git|main|envs/qa"));

    // With nothing to change, it waits for the commit that wrote the values.
    let second = fixture.run("ship").unwrap();
    assert_eq!(second.status, Status::Failed);
    assert_eq!(told(&fixture, "qa"), format!("{made} |2.0|./deploy.git|main|envs/qa"));

    // A sync that failed, and then one that contains the commit.
    reports(&fixture, "qa", &made, "Failed");
    let third = fixture.run("ship").unwrap();
    let issues = fixture.release(&third.id).issues;
    assert!(issues[0].ends_with("exited with status 1: the sync failed: a hook failed"), "{issues:?}");
    let later = fixture.repo.commit(&[("README", Some(b"later"))], "Later\n");
    reports(&fixture, "qa", &later, "Succeeded");
    assert_eq!(fixture.run("ship").unwrap().status, Status::Succeeded);
}

#[test]
fn the_commit_is_that_of_the_repository_that_changed() {
    let fixture = with_argo_cd();
    let text = "environment dev, qa\n\
        product shop {\n  copy \"values.yaml\" at $.image.tag in values\n  version from \"values.yaml\" at $.image.tag in values\n  branch main\n  \
        application shop-{environment} in dev, qa {\n    source chart { repo \"./chart.git\"; path \"chart\" }\n    \
        source values { repo \"./deploy.git\"; path \"envs/{environment}\" }\n  }\n  flow ship by hand\n}\n";
    std::fs::write(fixture.path().join("main.promo"), format!("{text}{FLOW}\n")).unwrap();
    let chart = common::Repo::new(&fixture.path().join("chart.git"));
    chart.commit(&[("chart/Chart.yaml", Some(VALUES.as_bytes()))], "Chart\n");
    let old = head(&fixture);
    reports(&fixture, "dev", &old, "Succeeded");
    reports(&fixture, "qa", &old, "Succeeded");
    let ended = fixture.run("ship").unwrap();
    let made = fixture.release(&ended.id).environments[1].commits[0].sha.clone();
    assert_eq!(told(&fixture, "dev"), format!("{old} |2.0|./deploy.git|main|envs/dev"));
    assert_eq!(told(&fixture, "qa"), format!("{made} {old}|2.0|./deploy.git|main|envs/qa"));
}

#[test]
fn a_release_that_does_not_know_its_commit_waits_for_the_head() {
    let fixture = with_argo_cd();
    let settings = std::fs::read_to_string(fixture.path().join("promo.toml")).unwrap();
    std::fs::remove_file(fixture.path().join("promo.toml")).unwrap();
    // Nothing to change in qa, and without a health command nobody asks which commit wrote that.
    let new = VALUES.replace("1.0", "2.0");
    fixture.repo.commit(&[("envs/qa/values.yaml", Some(new.as_bytes()))], "By hand\n");
    let interrupt = Arc::new(AtomicBool::new(false));
    let mut options = RunOptions { interrupt: interrupt.clone(), ..RunOptions::default() };
    options.on_boundary = Some(Box::new(move |boundary| {
        if matches!(&boundary, Boundary::BeforePerform(effect) if effect.ends_with("/qa/shop-qa/action")) {
            interrupt.store(true, Ordering::SeqCst);
        }
    }));
    let ended = common::run(&fixture.project(), "shop", "ship", &mut run::Silent, options).unwrap();
    assert!(ended.interrupted);
    std::fs::write(fixture.path().join("promo.toml"), settings).unwrap();
    let head = head(&fixture);
    reports(&fixture, "dev", &head, "Succeeded");
    reports(&fixture, "qa", &head, "Succeeded");
    let root = promoc::project::ProjectRoot::find(fixture.path()).unwrap();
    let resumed = run::resume(&root, None, &mut run::Silent, RunOptions::default()).unwrap();
    assert_eq!(resumed[0].status, Status::Succeeded);
    assert_eq!(told(&fixture, "qa"), format!("{head} |2.0|./deploy.git|main|envs/qa"));
}
