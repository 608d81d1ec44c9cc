//! Releases that are refused or fail, and their messages.

use crate::common::{self, Fixture, program};
use promoc::release::Status;
use promoc::run::{self, RunError, RunOptions};

const SHIP: &str = "flow ship { trigger dev; promote qa }";

/// The message of a refusal, and the text of the statement that is shown with it.
fn refused(text: &str) -> (String, String) {
    let fixture = Fixture::new(text, &["dev", "qa"]);
    let Err(error) = fixture.run("ship") else { panic!("it runs: {text}") };
    assert_eq!(error.exit_code(), 2, "{error}");
    let project = fixture.project();
    let span = error.span().map(|span| project.analysed.sources().text(span).to_owned()).unwrap_or_default();
    assert!(!fixture.path().join(".promo/state.git").exists(), "nothing starts");
    assert_eq!(fixture.repo.log().len(), 2);
    (format!("{error}"), span)
}

#[test]
fn what_this_runner_cannot_do_is_refused_before_anything_happens() {
    let cases = [
        ("flow ship { trigger dev; promote qa { action pull-request } }", "pull requests", "action pull-request"),
        ("flow ship { trigger dev; promote qa { approval boss } }", "approvals", "approval boss"),
        ("flow ship { trigger dev; promote qa; rollback qa when qa fails }", "roll back", "rollback qa when qa fails"),
        (
            "workflow w { uses \"t\" }\nflow ship { trigger dev; promote qa { post-action w } }",
            "`w` has no `run` script",
            "w",
        ),
        (
            "workflow w { description \"x\" }\nflow ship { trigger dev { post-action w }; promote qa }",
            "`w` has no `run` script",
            "w",
        ),
        (
            "workflow w { description \"x\" }\nflow ship { trigger dev; promote qa; on failure w }",
            "`w` has no `run` script",
            "w",
        ),
    ];
    for (flow, message, span) in cases {
        let (said, shown) = refused(&program("dev, qa", flow));
        assert!(said.contains(message), "{said}");
        assert_eq!(shown, span, "{said}");
    }
}

#[test]
fn remotes_and_hooks_are_refused() {
    for remote in ["https://git.example.com/x.git", "git@example.com:x.git"] {
        let (said, shown) = refused(&program("dev, qa", SHIP).replace("./deploy.git", remote));
        assert!(said.contains("remotes over"), "{said}");
        assert!(shown.contains(remote), "{shown}");
    }
    let fixture = Fixture::new(&program("dev, qa", SHIP), &["dev", "qa"]);
    let hook = fixture.repo.path.join("hooks/pre-receive");
    std::fs::create_dir_all(hook.parent().unwrap()).unwrap();
    std::fs::write(&hook, "#!/bin/sh\nexit 1\n").unwrap();
    std::fs::set_permissions(&hook, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let error = fixture.run("ship").unwrap_err();
    assert!(error.to_string().contains("has the hook"), "{error}");
}

#[test]
fn unknown_names_get_the_nearest() {
    let fixture = Fixture::new(&program("dev, qa", SHIP), &["dev", "qa"]);
    let error = fixture.run("shipp").unwrap_err();
    assert!(error.to_string().contains("`ship`"), "{error}");
    let error = common::run(&fixture.project(), "shpo", "ship", &mut run::Silent, RunOptions::default()).unwrap_err();
    assert!(error.to_string().contains("`shop`"), "{error}");
    let text = program("dev, qa", &format!("{SHIP}\nflow other {{ trigger dev; promote qa }}"));
    let fixture = Fixture::new(&text, &["dev", "qa"]);
    let error = fixture.run("other").unwrap_err();
    assert_eq!(error.to_string(), "product `shop` does not list flow `other`");
    assert_eq!(error.help(), "It lists `ship`. To start `other` by hand, add `flow other by hand` to the product.");
}

#[test]
fn what_the_program_copies_and_is_not_there_is_named() {
    let text = program("dev, qa", SHIP);
    let said = |text: &str| refused(text).0;
    let message = said(&text.replace("copy \"values.yaml\" at $.image.tag", "copy \"values.yml\" at $.image.tag"));
    assert!(message.starts_with("there is no `values.yml` in `envs/dev` of `"), "{message}");
    assert!(message.contains("at commit "), "{message}");
    let message = said(&text.replace("copy \"values.yaml\" at $.image.tag", "copy \"values.yaml\" at $.image.tga"));
    assert!(message.starts_with("there is no value at `$.image.tga` of `values.yaml` in `envs/dev` of `"), "{message}");
    let message =
        said(&text.replace("version from \"values.yaml\" at $.image.tag", "version from \"values.yaml\" at $.v"));
    assert!(message.starts_with("there is no version at `$.v` of `values.yaml` in `envs/dev`"), "{message}");
    let message = said(&text.replace("path \"envs/", "path \"env/"));
    assert!(message.starts_with("there are no files in `env/dev` of `"), "{message}");
    let message = said(&text.replace("branch main", "branch mian"));
    assert!(message.contains("no branch `mian`; did you mean `main`?"), "{message}");
    let message = said(&text.replace("./deploy.git", "./deplyo.git"));
    assert!(message.contains("there is no repository at"), "{message}");
}

#[test]
fn a_values_file_that_is_no_yaml_is_named() {
    let fixture = Fixture::new(&program("dev, qa", SHIP), &["dev", "qa"]);
    fixture.repo.commit(&[("envs/qa/values.yaml", Some(b"a: [1\nb: }\n"))], "broken\n");
    let error = fixture.preview("ship").unwrap_err();
    assert!(error.to_string().starts_with("cannot change `values.yaml` in `envs/qa` of `"), "{error}");
    let ended = fixture.run("ship").unwrap();
    assert_eq!(ended.status, Status::Failed);
    let issues = fixture.release(&ended.id).issues;
    assert!(issues[0].starts_with("qa: action: cannot change `values.yaml` in `envs/qa` of `"), "{issues:?}");
    fixture.repo.commit(&[("envs/dev/values.yaml", Some(b"a: [1\nb: }\n"))], "broken too\n");
    let error = fixture.run("ship").unwrap_err();
    assert!(error.to_string().starts_with("cannot read `values.yaml` in `envs/dev` of `"), "{error}");
}

#[test]
fn a_target_without_the_file_fails_by_itself() {
    let text = program("dev, qa, staging", "flow ship { trigger dev; promote qa, staging after dev }");
    let fixture = Fixture::new(&text, &["dev", "qa", "staging"]);
    fixture.repo.commit(&[("envs/qa/values.yaml", None), ("envs/qa/other", Some(b"x"))], "gone\n");
    let ended = fixture.run("ship").unwrap();
    assert_eq!(ended.status, Status::Failed);
    assert_eq!(fixture.tag("staging"), "\"2.0\"");
    let issues = fixture.release(&ended.id).issues;
    assert!(issues[0].contains("the file does not exist; commit it there first"), "{issues:?}");
}

#[test]
fn a_ledger_that_cannot_be_written_stops_before_the_effect() {
    let fixture = Fixture::new(&program("dev, qa", SHIP), &["dev", "qa"]);
    std::fs::write(fixture.path().join(".promo"), "a file in the way").unwrap();
    let error = fixture.run("ship").unwrap_err();
    assert_eq!(error.exit_code(), 2);
    assert!(error.to_string().contains(".promo"), "{error}");
    assert_eq!(fixture.repo.log().len(), 2);
    std::fs::write(fixture.path().join("promo.toml"), "ledger.repo = \"https://x/y.git\"\n").unwrap();
    let error = fixture.run("ship").unwrap_err();
    assert!(matches!(error, RunError::Project(promoc::project::Error::Settings { .. })), "{error}");
}
