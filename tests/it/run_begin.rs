//! What a release reads when it begins, and what somebody else changes afterwards (rules 12 and 32).

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::common::{self, Fixture, Repo, VALUES, Watching, program};
use promoc::ledger::entry::{EntryKind, LedgerEntry};
use promoc::ledger::words::ReportWord;
use promoc::release::{Outcome, Status};
use promoc::run::{self, RunOptions};

const SOAK: &str = "flow ship { trigger dev; promote qa; promote prod after qa { soak 1s } }";

fn fixture() -> Fixture {
    Fixture::new(&program("dev, qa, prod", SOAK), &["dev", "qa", "prod"])
}

/// The values of an environment with another tag and number of replicas.
fn values(environment: &str, tag: &str, replicas: u32) -> String {
    let text = VALUES.replace("1.0", tag).replace("replicas: 2", &format!("replicas: {replicas}"));
    format!("# {environment}\n{text}")
}

fn push(repo: &Path, environment: &str, text: &str, message: &str) -> String {
    let file = format!("envs/{environment}/values.yaml");
    Repo::open(repo).commit(&[(&file, Some(text.as_bytes()))], message)
}

/// Runs the flow, and calls back once while production soaks.
fn run_with(fixture: &Fixture, mut act: impl FnMut(&Path) + 'static) -> run::Ended {
    let repo = fixture.repo.path.clone();
    let mut done = false;
    let on_entry = move |entry: &LedgerEntry| {
        if !done && matches!(&entry.kind, EntryKind::Report { what: ReportWord::Soaking, .. }) {
            done = true;
            act(&repo);
        }
    };
    let mut watching = Watching { on_entry: Some(Box::new(on_entry)), ..Watching::default() };
    common::run(&fixture.project(), "shop", "ship", &mut watching, RunOptions::default()).unwrap()
}

#[test]
fn rule_32_a_hotfix_during_a_soak_is_not_overwritten() {
    let fixture = fixture();
    let ended = run_with(&fixture, |repo| {
        push(repo, "prod", &values("prod", "1.0.1-hotfix", 2), "Hotfix\n");
        // The newest commit to the file is not the one that changed the value.
        push(repo, "prod", &values("prod", "1.0.1-hotfix", 5), "More replicas\n");
    });
    assert_eq!(ended.status, Status::Failed);
    assert_eq!((fixture.tag("qa").as_str(), fixture.tag("prod").as_str()), ("\"2.0\"", "\"1.0.1-hotfix\""));
    let issue = fixture.release(&ended.id).issues.remove(0);
    let hotfix = git2::Repository::open_bare(&fixture.repo.path).unwrap().revparse_single("main~1").unwrap().id();
    assert!(issue.starts_with(&format!("prod: action: changed by {hotfix} after this release began")), "{issue}");
    assert!(issue.contains("(`$.image.tag` of `values.yaml` in `envs/prod`)"), "{issue}");
    let again = fixture.run("ship").unwrap();
    assert_eq!(
        (again.status, fixture.tag("prod").as_str()),
        (Status::Succeeded, "\"2.0\""),
        "who saw it may overwrite it"
    );
}

#[test]
fn rule_32_a_hotfix_to_another_value_stays() {
    let fixture = fixture();
    let ended = run_with(&fixture, |repo| drop(push(repo, "prod", &values("prod", "1.0", 5), "More replicas\n")));
    assert_eq!(ended.status, Status::Succeeded);
    assert_eq!(fixture.repo.read("envs/prod/values.yaml").unwrap(), values("prod", "2.0", 5));
}

#[test]
fn rule_32_what_was_changed_and_changed_back_counts_as_there() {
    let fixture = fixture();
    let ended = run_with(&fixture, |repo| {
        push(repo, "prod", &values("prod", "1.1", 2), "Hotfix\n");
        push(repo, "prod", &values("prod", "1.0", 2), "Revert the hotfix\n");
    });
    assert_eq!((ended.status, fixture.tag("prod").as_str()), (Status::Succeeded, "\"2.0\""));
}

#[test]
fn rule_32_who_wrote_our_values_was_only_faster() {
    let fixture = fixture();
    let ended = run_with(&fixture, |repo| drop(push(repo, "prod", &values("prod", "2.0", 2), "By hand\n")));
    assert_eq!(ended.status, Status::Succeeded);
    let view = fixture.release(&ended.id);
    let action = view.environments[2].workflows.iter().find(|effect| effect.act == "commit").unwrap();
    assert_eq!(action.outcome, Some(Outcome::Unchanged));
}

#[test]
fn rule_32_an_older_release_of_the_product_may_be_overwritten_and_no_other() {
    for (product, older) in [("shop", true), ("store", false)] {
        let fixture = fixture();
        let first = fixture.run("ship").unwrap();
        push(&fixture.repo.path, "dev", &values("dev", "3.0", 2), "Version 3.0\n");
        let id = first.id.clone();
        let second = run_with(&fixture, move |repo| {
            let message = format!(
                "Promote {product} 2.0 to prod\n\nPromo-Effect: {product}/{id}/1/prod/shop-prod/action\nPromo-Release: {product}/{id}\n"
            );
            push(repo, "prod", &values("prod", "2.0.1", 2), &message);
        });
        assert_ne!(first.id, second.id);
        let (status, tag) = if older { (Status::Succeeded, "\"3.0\"") } else { (Status::Failed, "\"2.0.1\"") };
        assert_eq!((second.status, fixture.tag("prod").as_str()), (status, tag), "{product}");
    }
}

#[test]
fn rule_12_resume_keeps_what_was_recorded() {
    let fixture = fixture();
    let interrupt = Arc::new(AtomicBool::new(false));
    let options = RunOptions { interrupt: interrupt.clone(), ..RunOptions::default() };
    let stop = move |entry: &LedgerEntry| {
        if matches!(&entry.kind, EntryKind::Report { what: ReportWord::Soaking, .. }) {
            interrupt.store(true, Ordering::SeqCst);
        }
    };
    let mut watching = Watching { on_entry: Some(Box::new(stop)), ..Watching::default() };
    let ended = common::run(&fixture.project(), "shop", "ship", &mut watching, options).unwrap();
    assert!(ended.interrupted);
    let hotfix = push(&fixture.repo.path, "prod", &values("prod", "1.0.1", 2), "Hotfix\n");
    let resumed = run::resume(&fixture.project().root, None, &mut run::Silent, RunOptions::default()).unwrap();
    assert_eq!(resumed[0].status, Status::Failed);
    assert_eq!(fixture.tag("prod"), "\"1.0.1\"");
    assert!(fixture.release(&ended.id).issues[0].contains(&hotfix));
}

#[test]
fn rule_32_a_file_that_others_add_to_a_copied_directory_is_not_removed() {
    let text = "environment dev, qa, prod\nproduct shop {\n  repo \"./deploy.git\"\n  application shop-{environment} in dev, qa, prod { path \"envs/{environment}\" }\n  flow ship by hand\n}\n";
    let fixture = Fixture::new(&format!("{text}{SOAK}"), &["dev", "qa", "prod"]);
    let ended = run_with(&fixture, |repo| {
        Repo::open(repo).commit(&[("envs/prod/own.yaml", Some(b"ours: 1\n"))], "Add a file\n");
    });
    assert_eq!(ended.status, Status::Failed);
    assert_eq!(fixture.repo.read("envs/prod/own.yaml").as_deref(), Some("ours: 1\n"));
    let issue = fixture.release(&ended.id).issues.remove(0);
    assert!(issue.contains("(`own.yaml` in `envs/prod`)"), "{issue}");
}

#[test]
fn a_post_action_without_a_change_gets_the_commit_that_wrote_the_values() {
    let flow = "workflow mark { needs COMMIT_SHA, COMMIT_MESSAGE; run \"\"\"\n  echo \"$COMMIT_SHA $COMMIT_MESSAGE\" | head -n1 >> marks\n  \"\"\"\n}\nflow ship { trigger dev; promote qa { post-action mark } }";
    let fixture = Fixture::new(&program("dev, qa", flow), &["dev", "qa"]);
    let wrote = push(&fixture.repo.path, "qa", &values("qa", "2.0", 2), "By hand\n");
    push(&fixture.repo.path, "qa", &values("qa", "2.0", 3), "More replicas\n");
    let ended = fixture.run("ship").unwrap();
    assert_eq!(ended.status, Status::Succeeded);
    assert_eq!(fixture.marks(), [format!("{wrote} By hand")]);
    let view = fixture.release(&ended.id);
    assert!(view.environments[1].commits.is_empty(), "it is no commit of this release");
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_promoc"))
        .args(["release", &ended.id])
        .current_dir(fixture.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        said.lines().any(|line| line.trim_start().starts_with("action") && line.ends_with("shop-qa  unchanged")),
        "{said}"
    );
}

/// Runs the program in the project's folder: exit code, and what it says on both streams.
fn promoc(fixture: &Fixture, arguments: &[&str]) -> (i32, String) {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_promoc"))
        .args(arguments)
        .current_dir(fixture.path())
        .env("NO_COLOR", "1")
        .output()
        .unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (output.status.code().unwrap(), said)
}

const SHIP: &str = "flow ship { trigger dev; promote qa }";

#[test]
fn an_older_commit_can_be_promoted() {
    let fixture = Fixture::new(&program("dev, qa, prod", SHIP), &["dev", "qa", "prod"]);
    let second =
        git2::Repository::open_bare(&fixture.repo.path).unwrap().revparse_single("main").unwrap().id().to_string();
    push(&fixture.repo.path, "dev", &values("dev", "3.0", 2), "Version 3.0\n");
    let (code, said) = promoc(&fixture, &["preview", "ship", "--at", &second]);
    assert!(code == 0 && said.contains("\"1.0\" → \"2.0\""), "{said}");
    let (code, said) = promoc(&fixture, &["run", "ship", "--at", &second[..10]]);
    assert_eq!((code, fixture.tag("qa").as_str()), (0, "\"2.0\""), "{said}");
    assert!(said.contains(&format!("ship-{}", &second[..10])), "{said}");
    let (code, said) = promoc(&fixture, &["promote", "shop", "--from", "dev", "--to", "prod", "--at", &second]);
    assert_eq!((code, fixture.tag("prod").as_str()), (0, "\"2.0\""), "{said}");
    let (code, said) = promoc(&fixture, &["run", "ship", "--at", "0123456789"]);
    assert!(code == 2 && said.contains("has no commit `0123456789`"), "{said}");
    assert_eq!(promoc(&fixture, &["run", "ship"]).0, 0);
    assert_eq!(fixture.tag("qa"), "\"3.0\"");
}

#[test]
fn a_commit_of_several_repositories_is_refused_and_they_are_named() {
    let text = "environment dev, qa\nproduct shop {\n  copy \"values.yaml\" at $.image.tag\n  application one-{environment} in dev, qa { repo \"./deploy.git\"; path \"envs/{environment}\" }\n  application two-{environment} in dev, qa { repo \"./other.git\"; path \"envs/{environment}\" }\n  flow ship by hand\n}\n";
    let fixture = Fixture::new(&format!("{text}{SHIP}"), &["dev", "qa"]);
    let other = Repo::new(&fixture.path().join("other.git"));
    let text = VALUES.as_bytes();
    other.commit(&[("envs/dev/values.yaml", Some(text)), ("envs/qa/values.yaml", Some(text))], "first\n");
    let (code, said) = promoc(&fixture, &["run", "ship", "--at", "0123456789"]);
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("deploy.git`, `") && said.contains("other.git`\n"), "{said}");
    assert_eq!(promoc(&fixture, &["run", "ship"]).0, 0);
}

#[test]
fn a_saved_plan_is_what_is_run() {
    let fixture = Fixture::new(&program("dev, qa", SHIP), &["dev", "qa"]);
    let (code, said) = promoc(&fixture, &["preview", "ship", "--out", "plan.json"]);
    assert!(code == 0 && said.contains("promoc run --plan plan.json"), "{said}");
    // A newer source changes nothing, nor does another value of the target.
    push(&fixture.repo.path, "dev", &values("dev", "3.0", 2), "Version 3.0\n");
    push(&fixture.repo.path, "qa", &values("qa", "1.0", 9), "More replicas\n");
    let (code, said) = promoc(&fixture, &["run", "--plan", "plan.json"]);
    assert_eq!((code, fixture.tag("qa").as_str()), (0, "\"2.0\""), "{said}");
    let (code, said) = promoc(&fixture, &["run", "--plan", "plan.json"]);
    assert!(code == 0 && said.contains("nothing to change"), "{said}");
}

#[test]
fn a_plan_that_no_longer_fits_is_refused_with_the_difference() {
    let fixture = Fixture::new(&program("dev, qa", SHIP), &["dev", "qa"]);
    assert_eq!(promoc(&fixture, &["preview", "ship", "--out", "plan.json"]).0, 0);
    push(&fixture.repo.path, "qa", &values("qa", "1.1", 2), "Hotfix\n");
    let commits = fixture.repo.log().len();
    let (code, said) = promoc(&fixture, &["run", "--plan", "plan.json"]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("qa: `$.image.tag` of `values.yaml` in `envs/qa` was \"1.0\", and is \"1.1\""), "{said}");
    push(&fixture.repo.path, "qa", &values("qa", "1.0", 2), "Revert the hotfix\n");
    let main = fixture.path().join("main.promo");
    let text = std::fs::read_to_string(&main).unwrap();
    std::fs::write(&main, format!("# changed\n{text}")).unwrap();
    let (code, said) = promoc(&fixture, &["run", "--plan", "plan.json"]);
    assert!(code == 1 && said.contains("`main.promo` has changed"), "{said}");
    assert_eq!(fixture.repo.log().len(), commits + 1, "nothing was promoted");
    std::fs::write(&main, text).unwrap();
    for (text, wrong) in
        [("{}", "not a saved plan"), ("tag: 1", "not a saved plan"), ("{\"promoc_plan\": 99}", "newer promoc")]
    {
        std::fs::write(fixture.path().join("other.json"), text).unwrap();
        let (code, said) = promoc(&fixture, &["run", "--plan", "other.json"]);
        assert!(code == 2 && said.contains(wrong), "{said}");
    }
    assert_eq!(promoc(&fixture, &["run", "--plan", "missing.json"]).0, 2);
    assert_eq!(promoc(&fixture, &["run", "--plan", "plan.json"]).0, 0);
    assert_eq!(fixture.tag("qa"), "\"2.0\"");
}

#[test]
fn a_plan_holds_no_secret_and_notices_that_one_has_changed() {
    let text = program("dev, qa", SHIP).replace("at $.image.tag\n}", "at $.image.tag, $.db.password\n}");
    let fixture = Fixture::new(&text, &["dev", "qa"]);
    let with =
        |environment: &str, secret: &str| values(environment, "1.0", 2) + &format!("db: {{password: {secret}}}\n");
    push(&fixture.repo.path, "dev", &with("dev", "swordfish-new"), "Secret\n");
    push(&fixture.repo.path, "qa", &with("qa", "swordfish-old"), "Secret\n");
    let (code, said) = promoc(&fixture, &["preview", "ship", "--out", "plan.json"]);
    assert_eq!(code, 0, "{said}");
    let plan = std::fs::read_to_string(fixture.path().join("plan.json")).unwrap();
    assert!(plan.contains("$.db.password") && !plan.contains("swordfish"), "{plan}");
    push(&fixture.repo.path, "qa", &with("qa", "swordfish-other"), "Rotate\n");
    let (code, said) = promoc(&fixture, &["run", "--plan", "plan.json"]);
    assert!(code == 1 && said.contains("$.db.password") && !said.contains("swordfish"), "{said}");
    push(&fixture.repo.path, "qa", &with("qa", "swordfish-old"), "Back\n");
    let (code, said) = promoc(&fixture, &["run", "--plan", "plan.json"]);
    assert_eq!(code, 0, "{said}");
    assert!(fixture.repo.read("envs/qa/values.yaml").unwrap().contains("swordfish-new"));
}

#[test]
fn a_preview_as_markdown_has_a_graph_and_tables() {
    let fixture = Fixture::new(&program("dev, qa, prod", SOAK), &["dev", "qa", "prod"]);
    push(&fixture.repo.path, "prod", &values("prod", "2.10.0", 2), "Newer\n");
    let (code, said) = promoc(&fixture, &["preview", "ship", "--format", "markdown"]);
    assert_eq!(code, 0, "{said}");
    assert!(said.starts_with("### shop `2.0` via ship\n\nTriggered by commit `"), "{said}");
    assert!(said.contains("\n```mermaid\nflowchart LR\n"), "{said}");
    assert!(said.contains("\n#### qa: commit\n") && said.contains("\n#### prod: commit\n"), "{said}");
    assert!(said.contains("| `envs/qa/values.yaml` | `$.image.tag` | `\"1.0\"` | `\"2.0\"` |\n"), "{said}");
    assert!(said.contains("| `\"2.10.0\"` | `\"2.0\"` **older** |\n"), "{said}");
    let (_, said) = promoc(&fixture, &["preview", "shop", "--from", "dev", "--to", "prod", "--format", "markdown"]);
    assert!(said.contains("via dev-to-prod") && said.contains("flowchart LR"), "{said}");
}
