//! Releases in local bare repositories, from the first commit to the last workflow.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::common::{self, Fixture, Repo, VALUES, Watching, program};
use promoc::ledger::entry::{EntryKind, LedgerEntry};
use promoc::ledger::words::ReportWord;
use promoc::release::Status;
use promoc::run::{self, Promotion, ReleaseSpec, RunError, RunOptions};

const TWO: &str = "workflow mark {\n  needs ENVIRONMENT, APP_NAME, PATH, VERSION, COMMIT_SHA = \"none\", NOTE = \"x\"\n  run \"\"\"\n    echo \"$ENVIRONMENT $APP_NAME $APP_PATH $VERSION ${#COMMIT_SHA} $NOTE\" >> marks\n    \"\"\"\n}\n\
flow ship {\n  trigger dev\n  promote qa { post-action mark with NOTE = \"a b\" }\n  promote staging { post-action mark }\n}";

#[test]
fn a_flow_copies_values_and_runs_workflows() {
    let fixture = Fixture::new(&program("dev, qa, staging", TWO), &["dev", "qa", "staging"]);
    let ended = fixture.run("ship").unwrap();
    assert_eq!(ended.status, Status::Succeeded);
    let sha = fixture.repo.log().len();
    assert_eq!(sha, 4, "two commits by the team, and one for each target");
    for environment in ["qa", "staging"] {
        let text = fixture.repo.read(&format!("envs/{environment}/values.yaml")).unwrap();
        assert_eq!(text, format!("# {environment}\n{}", VALUES.replace("1.0", "2.0")), "nothing else changes");
    }
    assert_eq!(
        fixture.marks(),
        ["qa shop-qa envs/qa 2.0 40 a b", "staging shop-staging envs/staging 2.0 40 x"],
        "parameters arrive, and the path as APP_PATH"
    );
    let newest = fixture.repo.log().remove(0);
    assert!(newest.starts_with("Promote shop 2.0 to staging\n\n"), "{newest}");
    let id = &ended.id;
    assert!(
        newest.contains(&format!(
            "\nPromo-Effect: shop/{id}/1/staging/shop-staging/action\nPromo-Release: shop/{id}\nPromo-Version: 2.0\n"
        )),
        "{newest}"
    );
    let view = fixture.release(id);
    assert_eq!(view.release.status, Status::Succeeded);
    assert_eq!(view.release.version, "2.0");
    let names: Vec<(&str, Status)> = view.environments.iter().map(|e| (e.name.as_str(), e.status)).collect();
    assert_eq!(names, [("dev", Status::Succeeded), ("qa", Status::Succeeded), ("staging", Status::Succeeded)]);
    let qa = &view.environments[1];
    assert!(qa.started.is_some() && qa.ended.is_some());
    assert_eq!(qa.commits.len(), 1);
    assert_eq!(qa.commits[0].author, "Release Bot <bot@example.com>");
    assert_eq!(qa.files[0].properties[0].path, "$.image.tag");
    assert_eq!(qa.files[0].properties[0].old.as_deref(), Some("\"1.0\""));
    assert_eq!(qa.files[0].properties[0].new.as_deref(), Some("\"2.0\""));
    assert!(!view.commit.unwrap().author.contains('\u{1b}'), "other people's text is escaped");
    assert!(view.issues.is_empty());
    assert_eq!(run::releases(&fixture.project().root, Some("shop")).unwrap().len(), 1);
    assert_eq!(run::releases(&fixture.project().root, Some("other")).unwrap(), []);
}

#[test]
fn a_preview_shows_what_a_run_then_does() {
    let fixture = Fixture::new(&program("dev, qa, staging", TWO), &["dev", "qa", "staging"]);
    let before = fixture.repo.files();
    let preview = fixture.preview("ship").unwrap();
    assert_eq!(fixture.repo.files(), before);
    assert!(!fixture.path().join(".promo").exists(), "a preview leaves nothing behind");
    assert_eq!(preview.version.as_deref(), Some("2.0"));
    let names: Vec<&str> = preview.environments.iter().map(|environment| environment.name.as_str()).collect();
    assert_eq!(names, ["qa", "staging"]);
    let ended = fixture.run("ship").unwrap();
    let view = fixture.release(&ended.id);
    for (preview, done) in preview.environments.iter().zip(&view.environments[1..]) {
        assert!(!preview.unchanged);
        assert_eq!(preview.applications[0].files, done.files, "the same code computes both");
    }
    let after = fixture.preview("ship").unwrap();
    assert!(after.environments.iter().all(|environment| environment.unchanged));
    let document = serde_json::to_string(&promoc::api::PreviewDocument::from(&after)).unwrap();
    assert!(document.contains("\"unchanged\":true"));
}

#[test]
fn to_change_nothing_is_success_and_a_failed_one_may_be_run_again() {
    let flow = "workflow check { run \"\"\"\n  test -e ok\n  \"\"\"\n}\nflow ship { trigger dev; promote qa { post-action check } }";
    let fixture = Fixture::new(&program("dev, qa", flow), &["dev", "qa"]);
    let first = fixture.run("ship").unwrap();
    assert_eq!(first.status, Status::Failed);
    std::fs::write(fixture.path().join("ok"), "").unwrap();
    let second = fixture.run("ship").unwrap();
    assert_eq!(second.id, format!("{}-2", first.id));
    assert_eq!(second.status, Status::Succeeded);
    let third = fixture.run("ship").unwrap();
    assert_eq!(
        (third.id.as_str(), third.status, third.nothing_to_change),
        (second.id.as_str(), Status::Succeeded, true)
    );
    assert_eq!(fixture.repo.log().len(), 3, "one commit in all");
    let view = fixture.release(&second.id);
    let action = view.environments[1].workflows.iter().find(|effect| effect.act == "commit").unwrap();
    assert_eq!(action.outcome, Some(promoc::release::Outcome::Unchanged));
}

#[test]
fn a_failure_stops_what_depends_on_it_and_nothing_else() {
    let flow = "workflow broken { run \"\"\"\n  echo it is broken\n  exit 3\n  \"\"\"\n}\n\
        workflow tell { needs ERROR_MESSAGE, FAILED_ENVIRONMENTS, ENVIRONMENT = \"release\"; run \"\"\"\n  echo \"$ENVIRONMENT|$FAILED_ENVIRONMENTS|$ERROR_MESSAGE\" >> marks\n  \"\"\"\n}\n\
        flow ship {\n  trigger dev\n  promote qa after dev { post-action broken; on failure tell }\n  promote staging after dev\n  promote us after qa\n  on failure tell\n}";
    let fixture = Fixture::new(&program("dev, qa, staging, us", flow), &["dev", "qa", "staging", "us"]);
    let ended = fixture.run("ship").unwrap();
    assert_eq!(ended.status, Status::Failed);
    assert_eq!(fixture.tag("staging"), "\"2.0\"");
    assert_eq!(fixture.tag("us"), "\"1.0\"");
    let marks = fixture.marks();
    assert_eq!(marks, ["qa|qa|broken: exit status 3", "release|qa|qa: broken: exit status 3"]);
    let view = fixture.release(&ended.id);
    let broken =
        view.environments[1].workflows.iter().find(|effect| effect.workflow.as_deref() == Some("broken")).unwrap();
    assert_eq!(broken.output, ["it is broken"]);
    assert!(fixture.path().join(broken.log.as_deref().unwrap()).exists());
    assert_eq!(view.issues, ["qa: broken: exit status 3"]);
}

#[test]
fn environments_go_on_side_by_side() {
    // Each waits for the other, so one after another they would never end.
    let flow = "workflow meet { needs ENVIRONMENT; run \"\"\"\n  touch \"here-$ENVIRONMENT\"\n  until test -e here-qa && test -e here-staging; do sleep 0.05; done\n  \"\"\"\n  timeout 2m\n}\n\
        flow ship { trigger dev; promote qa, staging after dev { pre-action meet } }";
    let fixture = Fixture::new(&program("dev, qa, staging", flow), &["dev", "qa", "staging"]);
    let mut watching = Watching::default();
    let ended = common::run(&fixture.project(), "shop", "ship", &mut watching, RunOptions::default()).unwrap();
    assert_eq!(ended.status, Status::Succeeded);
    let intents = watching.intents();
    assert_eq!(intents.iter().filter(|effect| effect.ends_with("/pre-action")).count(), 2);
}

#[test]
fn what_a_workflow_gives_reaches_those_after_it() {
    let flow = "workflow open { gives CHANGE_ID; run \"\"\"\n  echo 4711 > \"$PROMO_GIVES/CHANGE_ID\"\n  \"\"\"\n}\n\
        workflow close { needs CHANGE_ID; run \"\"\"\n  echo \"closed $CHANGE_ID\" >> marks\n  \"\"\"\n}\n\
        workflow begin { gives TICKET; run \"\"\"\n  printf t1 > \"$PROMO_GIVES/TICKET\"\n  \"\"\"\n}\n\
        workflow finish { needs TICKET, COMMIT_SHA; run \"\"\"\n  echo \"ticket $TICKET ${#COMMIT_SHA}\" >> marks\n  \"\"\"\n}\n\
        flow ship { trigger dev; promote qa { pre-action open; post-action close; on success finish }; on start begin; on success finish }";
    let fixture = Fixture::new(&program("dev, qa", flow), &["dev", "qa"]);
    assert_eq!(fixture.run("ship").unwrap().status, Status::Succeeded);
    assert_eq!(fixture.marks(), ["closed 4711", "ticket t1 40", "ticket t1 40"]);
}

#[test]
fn soaks_are_waited_for() {
    let flow = "flow ship { trigger dev; promote qa { soak 2s } }";
    let fixture = Fixture::new(&program("dev, qa", flow), &["dev", "qa"]);
    let ended = fixture.run("ship").unwrap();
    assert_eq!(ended.status, Status::Succeeded);
    let view = fixture.release(&ended.id);
    let instant = |text: &Option<String>| text.as_deref().unwrap().parse::<jiff::Timestamp>().unwrap();
    let waited = instant(&view.environments[1].started).duration_since(instant(&view.environments[0].ended));
    assert!(waited.as_secs() >= 2, "{waited:?}");
}

#[test]
fn a_timeout_stops_a_workflow() {
    let flow = "workflow slow { run \"\"\"\n  sleep 300\n  \"\"\"\n  timeout 1s\n}\nflow ship { trigger dev; promote qa { post-action slow } }";
    let fixture = Fixture::new(&program("dev, qa", flow), &["dev", "qa"]);
    let ended = fixture.run("ship").unwrap();
    assert_eq!(ended.status, Status::Failed);
    let view = fixture.release(&ended.id);
    let slow = view.environments[1].workflows.iter().find(|effect| effect.workflow.is_some()).unwrap();
    assert_eq!(slow.outcome, Some(promoc::release::Outcome::Stopped));
}

#[test]
fn health_is_what_the_command_says() {
    let flow = "flow ship { trigger dev; promote qa }";
    let fixture = Fixture::new(&program("dev, qa", flow), &["dev", "qa"]);
    std::fs::write(
        fixture.path().join("promo.toml"),
        "[health]\nprovider = \"command\"\ncommand = [\"sh\", \"healthy.sh\"]\ninterval = \"1s\"\ngrace.degraded = \"1s\"\n",
    )
    .unwrap();
    // Not yet at first, then healthy; qa stays degraded.
    std::fs::write(
        fixture.path().join("healthy.sh"),
        "echo \"$ENVIRONMENT $APP_NAME\" >> asked\nif [ \"$ENVIRONMENT\" = qa ]; then echo crash loop; exit 1; fi\ntest -e second && exit 0\ntouch second\nexit 75\n",
    )
    .unwrap();
    let ended = fixture.run("ship").unwrap();
    assert_eq!(ended.status, Status::Failed);
    let asked = std::fs::read_to_string(fixture.path().join("asked")).unwrap();
    assert!(asked.starts_with("dev shop-dev\ndev shop-dev\nqa shop-qa\n"), "{asked}");
    assert!(asked.matches("qa shop-qa\n").count() >= 2, "degraded once is not a failure: {asked}");
    let view = fixture.release(&ended.id);
    assert_eq!(view.environments[0].status, Status::Succeeded);
    assert_eq!(view.issues, ["qa: health: it has been degraded for 1s; `sh` exited with status 1: crash loop"]);
}

/// Everything is healthy until the file `sick` exists. Then qa is degraded and stays so for the grace period.
fn taken_ill(fixture: &Fixture) {
    std::fs::write(
        fixture.path().join("promo.toml"),
        "[health]\nprovider = \"command\"\ncommand = [\"sh\", \"healthy.sh\"]\ninterval = \"1s\"\ngrace.degraded = \"1s\"\n",
    )
    .unwrap();
    let script = "if test -e sick && [ \"$ENVIRONMENT\" = qa ]; then echo crash loop; exit 1; fi\n";
    std::fs::write(fixture.path().join("healthy.sh"), script).unwrap();
}

const ILL: &str = "qa: health: it was healthy, but has been degraded for 1s; `sh` exited with status 1: crash loop";

#[test]
fn health_is_watched_after_success_while_others_go_on() {
    let flow = "workflow slow { run \"\"\"\n  touch sick\n  until test -e over; do sleep 0.05; done\n  \"\"\"\n  timeout 5m\n}\n\
                workflow over { needs ERROR_MESSAGE\n  run \"\"\"\n  echo \"$ERROR_MESSAGE\" > over\n  \"\"\"\n}\n\
                flow ship {\n  trigger dev\n  promote qa { on failure over }\n  promote staging after qa { pre-action slow }\n}";
    let fixture = Fixture::new(&program("dev, qa, staging", flow), &["dev", "qa", "staging"]);
    taken_ill(&fixture);
    // `slow` ends only after qa, which had succeeded, has failed.
    let ended = fixture.run("ship").unwrap();
    assert_eq!(ended.status, Status::Failed);
    let view = fixture.release(&ended.id);
    assert_eq!(view.environments[1].status, Status::Failed);
    assert_eq!(view.issues, [ILL]);
    let said = std::fs::read_to_string(fixture.path().join("over")).unwrap();
    assert_eq!(said.trim_end(), ILL.strip_prefix("qa: ").unwrap());
}

#[test]
fn an_environment_whose_dependency_was_lost_waits_for_it_and_not_for_its_soak() {
    let flow = "flow ship {\n  trigger dev\n  promote qa\n  promote staging after qa { soak 1h }\n}";
    let fixture = Fixture::new(&program("dev, qa, staging", flow), &["dev", "qa", "staging"]);
    taken_ill(&fixture);
    let sick = fixture.path().join("sick");
    let fall_ill = move |entry: &LedgerEntry| {
        if matches!(&entry.kind, EntryKind::Report { what: ReportWord::Soaking, .. }) {
            std::fs::write(&sick, "").unwrap();
        }
    };
    let mut watching = Watching { on_entry: Some(Box::new(fall_ill)), ..Watching::default() };
    let ended = common::run(&fixture.project(), "shop", "ship", &mut watching, RunOptions::default()).unwrap();
    assert_eq!(ended.status, Status::Failed);
    assert_eq!(fixture.release(&ended.id).environments[2].waits_for, ["qa"]);
}

#[test]
fn a_release_bakes_and_health_is_watched_again_after_a_resume() {
    let flow = "flow ship {\n  trigger dev\n  bake 5m\n  promote qa\n}";
    let fixture = Fixture::new(&program("dev, qa", flow), &["dev", "qa"]);
    taken_ill(&fixture);
    let interrupt = Arc::new(AtomicBool::new(false));
    let options = RunOptions { interrupt: interrupt.clone(), ..RunOptions::default() };
    let stop_when_it_bakes = move |entry: &LedgerEntry| {
        if matches!(&entry.kind, EntryKind::Report { what: ReportWord::Baking, .. }) {
            interrupt.store(true, Ordering::SeqCst);
        }
    };
    let mut watching = Watching { on_entry: Some(Box::new(stop_when_it_bakes)), ..Watching::default() };
    let ended = common::run(&fixture.project(), "shop", "ship", &mut watching, options).unwrap();
    assert!(ended.interrupted);
    assert_eq!(fixture.release(&ended.id).environments[1].status, Status::Succeeded);
    std::fs::write(fixture.path().join("sick"), "").unwrap();
    let home = promoc::project::ProjectRoot::find(fixture.path()).unwrap();
    let resumed = run::resume(&home, None, &mut run::Silent, RunOptions::default()).unwrap();
    assert_eq!(resumed[0].status, Status::Failed, "it would bake for five minutes");
    assert_eq!(fixture.release(&ended.id).issues, [ILL]);
}

#[test]
fn a_promotion_by_hand_has_one_target() {
    let fixture = Fixture::new(&program("dev, qa, staging", TWO), &["dev", "qa", "staging"]);
    let promotion = Promotion { from: "dev".into(), to: "staging".into(), ..Promotion::default() };
    let preview = common::preview(&fixture.project(), "shop", &ReleaseSpec::Promotion(promotion.clone())).unwrap();
    assert_eq!(preview.environments.len(), 1);
    let ended =
        common::promote(&fixture.project(), "shop", promotion, &mut run::Silent, RunOptions::default()).unwrap();
    assert!(ended.id.starts_with("dev-to-staging-"), "{}", ended.id);
    assert_eq!(ended.status, Status::Succeeded);
    assert_eq!((fixture.tag("qa").as_str(), fixture.tag("staging").as_str()), ("\"1.0\"", "\"2.0\""));
    let same = Promotion { from: "dev".into(), to: "dev".into(), ..Promotion::default() };
    let error = common::promote(&fixture.project(), "shop", same, &mut run::Silent, RunOptions::default()).unwrap_err();
    assert!(matches!(error, RunError::Unknown { .. }), "{error}");
}

#[test]
fn whole_files_and_globs_are_copied_byte_for_byte() {
    let text = "environment dev, qa\nproduct shop {\n  copy \"*.bin\"\n  copy \"conf/**\"\n  repo \"./deploy.git\"\n  application shop-{environment} in dev, qa { path \"envs/{environment}\" }\n  flow ship by hand\n}\nflow ship { trigger dev; promote qa }";
    let fixture = Fixture::new(text, &["dev", "qa"]);
    let binary: &[u8] = b"\xff\x00\r\n\x80";
    fixture.repo.commit(
        &[
            ("envs/dev/a.bin", Some(binary)),
            ("envs/dev/conf/x/y.txt", Some(b"y\r\n")),
            ("envs/qa/conf/own.txt", Some(b"own\n")),
        ],
        "binary\n",
    );
    assert_eq!(fixture.run("ship").unwrap().status, Status::Succeeded);
    let files = fixture.repo.files();
    let id = |path: &str| files.iter().find(|(name, _)| name == path).map(|(_, id)| id.clone());
    assert_eq!(id("envs/qa/a.bin"), id("envs/dev/a.bin"));
    assert_eq!(fixture.repo.read("envs/qa/conf/x/y.txt").as_deref(), Some("y\r\n"));
    assert_eq!(fixture.repo.read("envs/qa/conf/own.txt").as_deref(), Some("own\n"), "files that are not copied stay");
    let state = fixture.path().join(".promo/state.git");
    let git = |arguments: &[&str]| {
        let output = std::process::Command::new("git").arg("-C").arg(&state).args(arguments).output().unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let name = git(&["for-each-ref", "--format=%(refname)"]);
    let first = git(&["rev-list", "--max-parents=0", name.trim()]);
    let meta = git(&["show", &format!("{}:files/meta.json", first.trim())]);
    assert!(meta.contains(&id("envs/dev/a.bin").unwrap()), "it is named, not recorded: {meta}");
    assert!(!meta.contains("ff00") && !meta.contains("y\\r\\n"), "{meta}");
    assert_eq!(git(&["ls-tree", "--name-only", &format!("{}:content", first.trim())]).lines().count(), 2);
    assert_eq!(fixture.tag("qa"), "\"1.0\"");
}

/// One folder for all environments.
const FOLDER: &str = "environment dev, qa, prod\nworkflow mark {\n  needs URL\n  run \"\"\"\n    echo \"$URL\" >> marks\n    \"\"\"\n}\n\
product shop {\n  version from \"values-{environment}.yaml\" at $.image as tag\n  copy \"values-{environment}.yaml\" at $.replicas\n  copy \"conf/{environment}/*.txt\"\n  \
repo \"./deploy.git\"\n  application shop-{environment} in dev, qa, prod { path \"chart\" }\n  flow ship by hand\n}\n\
policy all { post-action mark with URL = \"https://{environment}.example.com/{product}\" }\n\
flow ship { trigger dev; promote qa; promote prod }\n";

#[test]
fn each_environment_has_a_file_of_its_own_in_one_directory() {
    let fixture = Fixture::new(FOLDER, &["dev"]);
    let first = fixture.repo.commit(
        &[
            ("chart/values-dev.yaml", Some(b"image: r.example.com:5000/web:1.10\nreplicas: 3\n")),
            ("chart/values-qa.yaml", Some(b"replicas: 1 # qa\n")),
            ("chart/values-prod.yaml", Some(b"replicas: 2 # prod\n")),
            ("chart/conf/dev/dev.txt", Some(b"dev\n")),
            ("chart/conf/prod/own.txt", Some(b"own\n")),
        ],
        "chart\n",
    );
    // Other files of the directory trigger nothing.
    fixture.repo.commit(&[("chart/Chart.yaml", Some(b"version: 1\n"))], "chart\n");
    fixture.repo.commit(&[("chart/values-prod.yaml", Some(b"replicas: 2 # production\n"))], "a word\n");
    let preview = fixture.preview("ship").unwrap();
    assert_eq!((preview.commit.as_str(), preview.version.as_deref()), (first.as_str(), Some("1.10")));
    let files: Vec<&str> = preview
        .environments
        .iter()
        .flat_map(|environment| &environment.applications[0].files)
        .map(|file| file.file.as_str())
        .collect();
    assert_eq!(
        files,
        ["chart/values-qa.yaml", "chart/conf/qa/dev.txt", "chart/values-prod.yaml", "chart/conf/prod/dev.txt"]
    );
    let ended = fixture.run("ship").unwrap();
    assert_eq!(ended.status, Status::Succeeded);
    assert!(ended.id.ends_with(&first[..10]), "{}", ended.id);
    assert_eq!(fixture.repo.read("chart/values-qa.yaml").as_deref(), Some("replicas: 3 # qa\n"));
    assert_eq!(fixture.repo.read("chart/values-prod.yaml").as_deref(), Some("replicas: 3 # production\n"));
    assert_eq!(fixture.repo.read("chart/conf/prod/dev.txt").as_deref(), Some("dev\n"));
    assert_eq!(fixture.repo.read("chart/conf/prod/own.txt").as_deref(), Some("own\n"));
    assert_eq!(
        fixture.marks(),
        ["https://dev.example.com/shop", "https://qa.example.com/shop", "https://prod.example.com/shop"]
    );
    assert!(fixture.run("ship").unwrap().nothing_to_change, "its own commits are not a new version");

    // The removal of a file is a change too.
    let gone =
        fixture.repo.commit(&[("chart/conf/dev/dev.txt", None), ("chart/conf/dev/new.txt", Some(b"n\n"))], "new\n");
    assert_eq!(fixture.preview("ship").unwrap().commit, gone);
    fixture.repo.commit(&[("chart/values-dev.yaml", None)], "oops\n");
    let error = fixture.preview("ship").unwrap_err().to_string();
    assert!(error.contains("there is no `values-dev.yaml` in `chart`"), "{error}");
}

#[test]
fn two_files_are_not_copied_into_one() {
    let text = "environment dev, qa\nproduct shop {\n  copy \"values-{environment}.yaml\" at $.a\n  copy \"values-*.yaml\" at $.b\n  repo \"./deploy.git\"\n  \
        application shop-{environment} in dev, qa { path \"envs/{environment}\" }\n  flow ship by hand\n}\nflow ship { trigger dev; promote qa }";
    let fixture = Fixture::new(text, &["dev", "qa"]);
    let file: Option<&[u8]> = Some(b"a: 1\nb: 1\n");
    fixture.repo.commit(
        &[
            ("envs/dev/values-dev.yaml", file),
            ("envs/dev/values-qa.yaml", file),
            ("envs/qa/values-dev.yaml", file),
            ("envs/qa/values-qa.yaml", file),
        ],
        "files\n",
    );
    let error = fixture.preview("ship").unwrap_err().to_string();
    assert!(error.contains("two files would be copied to `values-qa.yaml` in `envs/qa`"), "{error}");
}

#[test]
fn a_version_that_is_not_an_image_with_a_tag_is_refused() {
    let fixture = Fixture::new(FOLDER, &["dev"]);
    for (image, why) in [("web", "has no tag"), ("web:1@sha256:abab", "digest"), ("[web]", "not an image reference")] {
        let text = format!("image: {image}\nreplicas: 1\n");
        fixture.repo.commit(
            &[
                ("chart/values-dev.yaml", Some(text.as_bytes())),
                ("chart/values-qa.yaml", Some(b"replicas: 1\n")),
                ("chart/conf/dev/a.txt", Some(b"a")),
            ],
            "image\n",
        );
        let error = fixture.preview("ship").unwrap_err().to_string();
        assert!(error.contains("values-dev.yaml") && error.contains(why), "{error}");
    }
}

#[test]
fn a_whole_directory_moves_where_nothing_is_said() {
    let text = "environment dev, qa\nproduct shop {\n  repo \"./deploy.git\"\n  application shop-{environment} in dev, qa { path \"envs/{environment}\" }\n  flow ship by hand\n}\nflow ship { trigger dev; promote qa }";
    let fixture = Fixture::new(text, &["dev", "qa"]);
    fixture
        .repo
        .commit(&[("envs/dev/new.txt", Some(b"n")), ("envs/qa/old.txt", Some(b"o")), ("other", Some(b"x"))], "files\n");
    let preview = fixture.preview("ship").unwrap();
    let changes: Vec<String> = preview.environments[0].applications[0]
        .files
        .iter()
        .map(|file| format!("{} {:?}", file.file, file.change))
        .collect();
    assert_eq!(changes, ["envs/qa/new.txt Created", "envs/qa/values.yaml Replaced", "envs/qa/old.txt Removed"]);
    assert_eq!(fixture.run("ship").unwrap().status, Status::Succeeded);
    assert_eq!(fixture.repo.read("envs/qa/old.txt"), None);
    assert_eq!(fixture.repo.read("envs/qa/values.yaml"), fixture.repo.read("envs/dev/values.yaml"));
    assert_eq!(fixture.repo.read("other").as_deref(), Some("x"));
}

#[test]
fn several_sources_change_by_one_commit_for_each_branch() {
    let text = "environment dev, qa\nproduct shop {\n  version from \"Chart.yaml\" at $.version in chart\n  copy \"Chart.yaml\" in chart at $.version\n  copy \"values.yaml\" in values at $.image.tag\n  \
        application shop-{environment} in dev, qa {\n    source chart { repo \"./charts.git\"; branch main; path \"{environment}/chart\" }\n    source values { repo \"./deploy.git\"; branch main; path \"envs/{environment}\" }\n  }\n  flow ship by hand\n}\nflow ship { trigger dev; promote qa }";
    let text = text.replace("at $.version in chart", "in chart at $.version");
    let fixture = Fixture::new(&text, &["dev", "qa"]);
    let charts = Repo::new(&fixture.path().join("charts.git"));
    charts.commit(
        &[("dev/chart/Chart.yaml", Some(b"version: 2.10\n")), ("qa/chart/Chart.yaml", Some(b"version: 1.0\n"))],
        "charts\n",
    );
    let preview = fixture.preview("ship").unwrap();
    assert_eq!(preview.version.as_deref(), Some("2.10"), "as source text");
    let ended = fixture.run("ship").unwrap();
    assert_eq!(ended.status, Status::Succeeded);
    assert_eq!(charts.read("qa/chart/Chart.yaml").as_deref(), Some("version: 2.10\n"));
    assert_eq!(fixture.tag("qa"), "\"2.0\"");
    let trailer = format!("Promo-Effect: shop/{}/1/qa/shop-qa/action", ended.id);
    assert_eq!((charts.with_trailer(&trailer), fixture.repo.with_trailer(&trailer)), (1, 1));
    assert_eq!(fixture.release(&ended.id).environments[1].commits.len(), 2);
}

#[test]
fn a_program_with_errors_is_not_run() {
    let fixture = Fixture::new(&program("dev, qa", "flow ship { trigger dev; promote qa, nowhere }"), &["dev", "qa"]);
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_promoc"))
        .args(["run", "ship", "--product", "shop", "--project"])
        .arg(fixture.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("no environment or group named `nowhere`"), "{said}");
    assert!(said.contains("error: the program has an error"), "{said}");
    assert!(!fixture.path().join(".promo").exists(), "no release started");
}

#[test]
fn a_project_is_found_from_its_files() {
    let fixture = Fixture::new(&program("dev, qa", "flow ship { trigger dev; promote qa }"), &["dev", "qa"]);
    std::fs::create_dir(fixture.path().join("sub")).unwrap();
    std::fs::write(fixture.path().join("sub/other.promo"), "environment x\n").unwrap();
    let project = promoc::Project::open(&fixture.path().join("sub/other.promo")).unwrap();
    assert_eq!(project.file, "sub/other.promo", "below the folder of `promo.toml`");
    assert_eq!(promoc::Project::open(fixture.path()).unwrap().file, "main.promo");
    std::fs::rename(fixture.path().join("main.promo"), fixture.path().join("a.promo")).unwrap();
    let error = promoc::Project::open(fixture.path()).unwrap_err();
    assert!(error.to_string().contains("`a.promo` or `sub/other.promo`"), "{error}");
    std::fs::write(fixture.path().join("a.promo"), "import \"sub/other.promo\"\n").unwrap();
    assert_eq!(promoc::Project::open(fixture.path()).unwrap().file, "a.promo", "the only root");
    std::fs::write(fixture.path().join("promo.toml"), "program = \"sub/other.promo\"\n").unwrap();
    assert_eq!(promoc::Project::open(fixture.path()).unwrap().file, "sub/other.promo");
}

#[test]
fn a_workflow_is_tried_again_and_an_open_window_lets_pass() {
    let flow = "window always { open mon..sun }\nworkflow flaky { run \"\"\"\n  test -e once && exit 0\n  touch once\n  exit 1\n  \"\"\"\n  retry 1\n}\n\
        flow ship { trigger dev; promote qa { window always; post-action flaky } }";
    let fixture = Fixture::new(&program("dev, qa", flow), &["dev", "qa"]);
    let ended = fixture.run("ship").unwrap();
    assert_eq!(ended.status, Status::Succeeded);
    let view = fixture.release(&ended.id);
    let tries: Vec<_> = view.environments[1]
        .workflows
        .iter()
        .filter(|effect| effect.workflow.is_some())
        .map(|effect| (effect.effect.rsplit('/').next().unwrap(), effect.outcome.unwrap()))
        .collect();
    use promoc::release::Outcome::{Failed, Succeeded};
    assert_eq!(tries, [("post-action", Failed), ("post-action.2", Succeeded)]);
}
