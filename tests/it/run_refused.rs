//! Releases that are refused or fail, and their messages.

use crate::common::{self, Fixture, program};
use promoc::release::Status;
use promoc::run::{self, Promotion, RunError, RunOptions};

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
        (
            "window closed { closed mon..sat }\nflow ship { trigger dev; promote qa { window closed unless approval 2 of ops } }",
            "overrides of windows",
            "unless approval 2 of ops",
        ),
        (
            "window closed { closed mon..sat }\npolicy calm { for environment qa; window closed unless approval boss }\nflow ship { trigger dev; promote qa }",
            "overrides of windows",
            "unless approval boss",
        ),
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
    assert!(message.ends_with("; the nearest name there is `values.yaml`"), "{message}");
    assert!(message.contains("at commit "), "{message}");
    let message = said(&text.replace("copy \"values.yaml\" at $.image.tag", "copy \"values.yaml\" at $.image.tga"));
    assert!(message.starts_with("there is no value at `$.image.tga` of `values.yaml` in `envs/dev` of `"), "{message}");
    assert!(message.ends_with("; the nearest keys are `tag`"), "{message}");
    let message =
        said(&text.replace("version from \"values.yaml\" at $.image.tag", "version from \"values.yaml\" at $.v"));
    assert!(message.starts_with("there is no version at `$.v` of `values.yaml` in `envs/dev`"), "{message}");
    let message = said(&text.replace("path \"envs/", "path \"env/"));
    assert!(message.starts_with("there are no files in `env/dev` of `"), "{message}");
    assert!(message.contains("; the nearest directory is `envs/dev`"), "{message}");
    let message = said(&text.replace("branch main", "branch mian"));
    assert!(message.contains("no branch `mian`; did you mean `main`?"), "{message}");
    let message = said(&text.replace("./deploy.git", "./deplyo.git"));
    assert!(message.contains("there is no repository at"), "{message}");
}

#[test]
fn a_values_file_that_is_no_yaml_is_named() {
    let fixture = Fixture::new(&program("dev, qa", SHIP), &["dev", "qa"]);
    fixture.repo.commit(&[("envs/qa/values.yaml", Some(b"a: [1\nb: }\n"))], "broken\n");
    for error in [fixture.preview("ship").unwrap_err(), fixture.run("ship").unwrap_err()] {
        assert!(error.to_string().starts_with("cannot change `envs/qa/values.yaml` of `"), "{error}");
        assert!(error.to_string().contains("line 2"), "{error}");
    }
    fixture.repo.commit(&[("envs/dev/values.yaml", Some(b"a: [1\nb: }\n"))], "broken too\n");
    let error = fixture.run("ship").unwrap_err();
    assert!(error.to_string().starts_with("cannot read `values.yaml` in `envs/dev` of `"), "{error}");
}

#[test]
fn every_fault_of_every_environment_is_known_before_anything_happens() {
    let flow =
        "workflow broken { description \"x\" }\nflow ship { trigger dev; promote qa, staging, us, eu after dev }";
    let text = program("dev, qa, staging, us, eu", flow);
    let fixture = Fixture::new(&text, &["dev", "qa", "staging", "us", "eu"]);
    fixture.repo.commit(
        &[
            ("envs/qa/values.yaml", None),
            ("envs/qa/values.yml", Some(b"image: {tag: 1}\n")),
            ("envs/staging/values.yaml", Some(b"image: {tag: 1}\nJVM: version: 1.8\n")),
            ("envs/us/values.yaml", None),
        ],
        "gone\n",
    );
    let commits = fixture.repo.log().len();
    for error in [fixture.preview("ship").unwrap_err(), fixture.run("ship").unwrap_err()] {
        assert_eq!(error.exit_code(), 2);
        let RunError::Several(faults) = &error else { panic!("{error}") };
        let project = fixture.project();
        let shown: Vec<(String, String)> = faults
            .iter()
            .map(|fault| (fault.to_string(), project.analysed.sources().text(fault.span().unwrap()).to_owned()))
            .collect();
        assert_eq!(shown.len(), 3, "{shown:#?}");
        assert!(
            shown[0]
                .0
                .contains("the file does not exist; commit it there first; the nearest name there is `values.yml`")
        );
        assert_eq!(shown[0].1, "\"values.yaml\"");
        assert!(shown[1].0.contains("`envs/staging/values.yaml`") && shown[1].0.contains("line 2"), "{shown:#?}");
        assert_eq!(shown[1].1, "$.image.tag");
        assert!(shown[2].0.starts_with("there are no files in `envs/us` of"), "{shown:#?}");
        assert_eq!(shown[2].1, "\"envs/{environment}\"");
    }
    assert_eq!(fixture.repo.log().len(), commits);
    assert!(!fixture.path().join(".promo/state.git").exists(), "no release began");
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_promoc"))
        .args(["run", "ship", "--product", "shop"])
        .current_dir(fixture.path())
        .env("NO_COLOR", "1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert_eq!(said.matches("main.promo:").count(), 3, "{said}");
    let preview = |format: &str| {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_promoc"))
            .args(["preview", "ship", "--out", "plan.json", "--format", format])
            .current_dir(fixture.path())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2));
        String::from_utf8(output.stdout).unwrap()
    };
    let shown = preview("human");
    assert!(shown.contains("eu: commit\n") && shown.contains("envs/eu/values.yaml"), "{shown}");
    assert!(shown.contains("qa: commit (cannot be changed, see the problems below)\n"), "{shown}");
    assert_eq!(preview("json"), "", "a script gets all or nothing");
    assert!(!fixture.path().join("plan.json").exists());
    assert_eq!(said.matches("error: ").count(), 4, "{said}");
    assert!(said.ends_with("error: nothing was changed: 3 problems must be corrected first\n"), "{said}");
}

#[test]
fn everything_that_is_not_supported_is_named_at_once() {
    let flow = "flow ship { trigger dev; promote qa { approval boss }; promote staging { action pull-request } }";
    let fixture = Fixture::new(&program("dev, qa, staging", flow), &["dev", "qa", "staging"]);
    let RunError::Several(faults) = fixture.run("ship").unwrap_err() else { panic!("one is named") };
    let said: Vec<String> = faults.iter().map(ToString::to_string).collect();
    assert_eq!(said, ["promoc cannot ask for approvals yet", "promoc cannot open pull requests yet"]);
}

#[test]
fn an_override_is_refused_with_what_to_write_instead() {
    let flow = "window closed { closed mon..sat }\nflow ship { trigger dev; promote qa { window closed unless approval boss } }";
    let error = Fixture::new(&program("dev, qa", flow), &["dev", "qa"]).run("ship").unwrap_err();
    let help = "Remove `unless …`. Then the window is awaited, and nobody can override it.";
    assert_eq!(error.help(), help);
    // where a policy has the window without `unless`, that one holds, and there is nothing to refuse
    let strict = "window calm { closed 2020-01-01 }\npolicy strict { for environment qa; window calm }\nflow ship { trigger dev; promote qa { window calm unless approval boss } }";
    let fixture = Fixture::new(&program("dev, qa", strict), &["dev", "qa"]);
    assert_eq!(fixture.run("ship").unwrap().status, Status::Succeeded);
}

#[test]
fn a_promotion_by_hand_is_bound_by_the_order_that_policies_require_of_any_flow() {
    let rest = "environment live { kind production }\npolicy tested { for flow ship; for environment prod; require after qa, staging; require action commit; window never }
        window never { open 2020-01-01 }\npolicy kinds { for kind production; require after kind non-production }
        flow ship { trigger dev; promote qa; promote staging; promote prod }";
    let text =
        program("dev, qa, staging, prod", rest).replace("in dev, qa, staging, prod", "in dev, qa, staging, prod, live");
    let environments = ["dev", "qa", "staging", "prod", "live"];
    let promote = |from: &str, to: &str| {
        let fixture = Fixture::new(&text, &environments);
        let promotion = Promotion { from: from.into(), to: to.into(), ..Promotion::default() };
        common::promote(&fixture.project(), "shop", promotion, &mut run::Silent, RunOptions::default())
            .map(|ended| ended.status)
            .map_err(|error| format!("{error}; {}", error.help()))
    };
    let refused = |what: &str, to: &str| {
        Err(format!(
            "{what} before `{to}`; Promote with a flow in which `{to}` comes after {}.",
            what.split_once("requires ").unwrap().1
        ))
    };
    assert_eq!(promote("qa", "prod"), refused("policy `tested` requires `staging`", "prod"));
    assert_eq!(promote("dev", "prod"), refused("policy `tested` requires `qa` and `staging`", "prod"));
    assert_eq!(promote("live", "prod"), refused("policy `tested` requires `qa` and `staging`", "prod"));
    assert_eq!(promote("prod", "live"), Ok(Status::Succeeded));
    // a required environment is not bound, and the window is only for the flow
    assert_eq!(promote("dev", "staging"), Ok(Status::Succeeded));
}

#[test]
fn a_link_that_was_committed_as_a_file_is_named() {
    let fixture = Fixture::new(&program("dev, qa", SHIP), &["dev", "qa"]);
    fixture.repo.commit(&[("envs/qa/values.yaml", Some(b"../common/values.yaml"))], "link\n");
    let error = fixture.run("ship").unwrap_err().to_string();
    assert!(error.ends_with("the file holds only a path; was a symbolic link committed as a file?"), "{error}");
}

#[test]
fn what_is_in_the_way_in_the_target_is_named() {
    let text = "environment dev, qa\nproduct shop {\n  copy \"files/**\"\n  copy \"values.yaml\" at $.image.tag\n  repo \"./deploy.git\"\n  application shop-{environment} in dev, qa { path \"envs/{environment}\" }\n  flow ship by hand\n}\nflow ship { trigger dev; promote qa }";
    let fixture = Fixture::new(text, &["dev", "qa"]);
    fixture.repo.commit(&[("envs/dev/files/a", Some(b"x")), ("envs/dev/files/b/c", Some(b"x"))], "files\n");
    fixture.repo.commit(&[("envs/qa/files/a/b", Some(b"x")), ("envs/qa/files/b", Some(b"x"))], "in the way\n");
    for error in [fixture.preview("ship").unwrap_err(), fixture.run("ship").unwrap_err()] {
        let RunError::Several(faults) = &error else { panic!("{error}") };
        let said: Vec<String> = faults.iter().map(ToString::to_string).collect();
        assert!(
            said[0].starts_with("`envs/qa/files/a` in `") && said[0].contains("is a directory, not a file"),
            "{said:?}"
        );
        assert!(
            said[1].starts_with("`envs/qa/files/b` in `") && said[1].contains("is a file, not a directory"),
            "{said:?}"
        );
        assert_eq!(fixture.project().analysed.sources().text(faults[0].span().unwrap()), "\"files/**\"");
    }
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

#[test]
fn modes_and_links_are_copied_with_whole_files_only() {
    let flow = "flow ship { trigger dev; promote qa }";
    let edited = "  copy \"values.yaml\" at $.image.tag\n";
    let whole = program("dev, qa", flow).replace(edited, &format!("{edited}  copy \"{{run.sh,link}}\"\n"));
    let fixture = Fixture::new(&whole, &["dev", "qa"]);
    let same: &[u8] = b"echo\n";
    fixture.repo.commit(
        &[
            ("envs/dev/run.sh", Some(same)),
            ("envs/qa/run.sh", Some(same)),
            ("envs/dev/link", Some(b"../a")),
            ("envs/qa/link", Some(b"../b")),
        ],
        "files\n",
    );
    fixture.repo.set_mode("envs/dev/run.sh", 0o100_755);
    fixture.repo.set_mode("envs/qa/values.yaml", 0o100_755);
    fixture.repo.set_mode("envs/dev/link", 0o120_000);
    fixture.repo.set_mode("envs/qa/link", 0o120_000);
    let preview = fixture.preview("ship").unwrap();
    let shown: Vec<(String, Vec<String>)> = preview.environments[0].applications[0]
        .files
        .iter()
        .map(|view| (view.file.clone(), view.lines.clone().map(|lines| lines.text).unwrap_or_default()))
        .collect();
    let lines = |file: &str| shown.iter().find(|(name, _)| name == file).map(|(_, lines)| lines.join("\n"));
    assert_eq!(lines("envs/qa/run.sh").unwrap(), "-not executable\n+executable");
    assert_eq!(lines("envs/qa/link").unwrap(), "-symbolic link to ../b\n+symbolic link to ../a");
    assert_eq!(lines("envs/qa/values.yaml").unwrap(), "", "only its value changes");
    assert_eq!(fixture.run("ship").unwrap().status, Status::Succeeded);
    let modes = ["run.sh", "link", "values.yaml"].map(|file| fixture.repo.mode(&format!("envs/qa/{file}")));
    assert_eq!(modes, [0o100_755, 0o120_000, 0o100_755]);
    assert_eq!(fixture.repo.read("envs/qa/link").unwrap(), "../a");

    for (environment, wanted) in [("qa", "`envs/qa/values.yaml`"), ("dev", "`values.yaml` is a symbolic link")] {
        let fixture = Fixture::new(&program("dev, qa", flow), &["dev", "qa"]);
        let values = format!("envs/{environment}/values.yaml");
        fixture.repo.commit(&[(&values, Some(b"values-real.yaml"))], "link\n");
        fixture.repo.set_mode(&values, 0o120_000);
        for error in [fixture.preview("ship").unwrap_err(), fixture.run("ship").unwrap_err()] {
            let error = error.to_string();
            assert!(error.contains(wanted) && error.contains("symbolic link"), "{error}");
        }
    }
}
