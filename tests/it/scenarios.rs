//! The commands `promoc test` and `promoc simulate --scenario`, `--runs`, and `--report`: their results are those
//! worked out by hand.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};

/// A program whose scenario was worked out by hand.
const WORLDWIDE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/worldwide");

const PROGRAM: &str = r#"environment dev, qa
environment prod { kind production }

workflow check { takes 1m..3m; fails 5% }

template all {
  version from "Chart.yaml" at $.version
  copy "values.yaml"
}

product shop {
  template all
  repo "https://example.com/x.git"
  application shop-{environment} in dev, qa, prod { path "{environment}" }
  flow ship
}

flow ship {
  trigger dev
  promote qa { post-action check }
  promote prod
}

scenario all-is-well {
  release shop via ship version "1.0.0"
  expect release succeeded within 2m
}

scenario all-is-lost {
  release shop via ship version "1.0.0"
  given check fails
  expect qa failed
  expect prod succeeded; expect prod at version "1.0.0"
  expect release failed
}
"#;

fn promoc(arguments: &[&str], dir: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_promoc")).args(arguments).current_dir(dir).env("NO_COLOR", "1").output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn document(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}{}", text(&output.stdout), text(&output.stderr)))
}

struct Project {
    dir: tempfile::TempDir,
}

impl Project {
    fn new(program: &str) -> Project {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("main.promo"), program).unwrap();
        Project { dir }
    }

    fn promoc(&self, arguments: &[&str]) -> Output {
        promoc(arguments, self.dir.path())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }
}

#[test]
fn a_broken_property_fails_its_scenario_and_both_are_shown() {
    let project =
        Project::new(&PROGRAM.replace("  promote prod\n", "  promote prod\n  never prod pending while qa failed\n"));
    let output = project.promoc(&["test"]);
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stdout);
    let told = "  main.promo:22:3: broken at 2026-01-05T09:02Z, `prod` is pending while `qa` is failed\n    \
        22 |   never prod pending while qa failed\n       |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n  \
        main.promo:31:3: this release breaks it\n    31 |   release shop via ship version \"1.0.0\"\n";
    assert!(said.contains(told), "{said}");
    assert!(said.contains("ok      all-is-well") && said.contains("FAILED  all-is-lost"), "{said}");
    let after = said.split("this release breaks it").nth(1).unwrap();
    assert!(after.contains("prod") && after.contains("workflow-failed qa"), "{said}");
    let failures = &document(&project.promoc(&["test", "--format", "json"]))["scenarios"][1]["failures"];
    let broken = failures.as_array().unwrap().last().unwrap();
    assert_eq!((&broken["line"], &broken["release"]), (&json!(22), &json!({"file": "main.promo", "line": 31})));
    let junit = text(&project.promoc(&["test", "--format", "junit"]).stdout);
    assert!(
        junit.contains("main.promo:22:3\nnever prod pending while qa failed\nmain.promo:31:3\nrelease shop"),
        "{junit}"
    );
}

#[test]
fn simulate_reports_a_broken_property_and_fails_only_with_a_scenario() {
    let program = PROGRAM.replace("  promote prod\n", "  promote prod\n  never prod pending while qa running\n");
    let project = Project::new(&program);
    let told = "main.promo:22:3: broken at 2026-01-05T09:00Z, `prod` is pending while `qa` is running";
    for (arguments, exit) in
        [(&["simulate", "ship"][..], 0), (&["simulate", "ship", "--scenario", "all-is-well", "--report", "r.html"], 1)]
    {
        let output = project.promoc(arguments);
        assert_eq!(output.status.code(), Some(exit));
        assert!(text(&output.stderr).contains(told), "{}", text(&output.stderr));
    }
    let page = std::fs::read_to_string(project.path("r.html")).unwrap();
    assert!(page.contains("failed</span> The expectation was met, but a property was broken."), "{page}");
    assert!(page.contains("broken</span> <code>never prod pending while qa running</code> at 2026-01-05T09:00Z, <code>prod</code> is pending"), "{page}");
}

#[test]
fn a_scenario_has_exactly_the_times_worked_out_by_hand() {
    let arguments =
        ["simulate", "worldwide", "--scenario", "asia-goes-dark", "--format", "json", "--project", WORLDWIDE];
    let output = promoc(&arguments, Path::new("/"));
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let json = document(&output);
    assert_eq!(json["release"]["status"], "failed");
    assert_eq!(json["release"]["seconds"], 105 * 60);
    let at = |time: &str| format!("2026-11-23T{time}:00Z");
    let by_hand = [
        ("dev", "succeeded", "08:00", "08:04", "1.4.0"),
        ("qa", "succeeded", "08:04", "08:08", "1.4.0"),
        ("staging", "succeeded", "08:04", "08:08", "1.4.0"),
        ("eu", "rolled-back", "09:00", "09:45", "1.3.0"),
        ("asia", "rolled-back", "09:00", "09:45", "1.3.0"),
        ("us-east", "rolled-back", "09:38", "09:45", "1.3.0"),
        ("asia-2", "rolled-back", "09:38", "09:45", "1.3.0"),
    ];
    for (name, status, started, ended, version) in by_hand {
        let wanted = json!({"status": status, "started": at(started), "restarted": null, "ended": at(ended), "version": version});
        let mut facts = json["environments"][name].as_object().unwrap().clone();
        facts.remove("waits");
        assert_eq!(Value::Object(facts), wanted, "{name}");
    }
    let waits = |name: &str| {
        let list = json["environments"][name]["waits"].as_array().unwrap();
        list.iter()
            .map(|wait| format!("{} {}", wait["for"], wait["until"]))
            .collect::<Vec<_>>()
            .join(", ")
            .replace('"', "")
    };
    let (start, soak) = (format!("qa and staging {}", at("08:08")), format!("its soak {}", at("08:38")));
    let window = format!("window office-hours opens Mon 09:00 Europe/London {}", at("09:00"));
    assert_eq!(waits("eu"), format!("{start}, {soak}, {window}"));
    assert_eq!(waits("us-east"), format!("{start}, {soak}, approval by release-managers {}", at("09:38")));
    assert_eq!(waits("asia-2"), format!("us-east, eu and asia {}", at("09:38")));
    let bugs: Vec<&Value> = json["events"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|event| event["kind"] == "workflow-started" && event["workflow"] == "open-bug")
        .collect();
    assert_eq!(bugs.iter().map(|event| &event["at"]).collect::<Vec<_>>(), [&json!(at("09:45")), &json!(at("09:45"))]);
    assert_eq!((&bugs[0]["environment"], bugs[1].get("environment")), (&json!("asia"), None));
    let soaked = |event: &&Value| event["kind"] == "soaking" && event["environment"] == "eu";
    let soaking = json["events"].as_array().unwrap().iter().find(soaked).unwrap();
    assert_eq!((&soaking["at"], &soaking["detail"]), (&json!(at("08:08")), &json!("until 2026-11-23T08:38:00Z")));
    assert_eq!(promoc(&["test", WORLDWIDE], Path::new("/")).status.code(), Some(0));
}

#[test]
fn test_reports_which_lines_failed() {
    let project = Project::new(PROGRAM);
    let output = project.promoc(&["test", "--format", "json"]);
    assert_eq!(output.status.code(), Some(1));
    let failure = |message: &str| json!({"message": message, "file": "main.promo", "line": 33});
    let wanted = json!({
        "scenarios": [
            {"name": "all-is-well", "passed": true, "failures": []},
            {"name": "all-is-lost", "passed": false, "failures": [
                failure("`prod` is pending, not succeeded"),
                failure("the version of `prod` at the end is unknown; to set its version at the start, write `given prod at version …`"),
            ]},
        ],
        "passed": 1,
        "failed": 1,
        "errors": [],
    });
    assert_eq!(document(&output), wanted);

    let shown = text(&project.promoc(&["test"]).stdout);
    insta::assert_snapshot!("failed_scenarios", shown);
}

#[test]
fn a_filter_plays_only_matching_scenarios() {
    let project = Project::new(PROGRAM);
    let output = project.promoc(&["test", "--filter", "well"]);
    assert_eq!(
        (output.status.code(), text(&output.stdout)),
        (Some(0), "main.promo\n  ok      all-is-well\n\n1 passed, 0 failed\n".to_string())
    );
    let none = project.promoc(&["test", "--filter", "nothing-of-the-kind"]);
    assert_eq!((none.status.code(), text(&none.stdout)), (Some(2), String::new()));
    assert_eq!(
        text(&none.stderr),
        "error: no scenario has `nothing-of-the-kind` in its name\n  help: There are: all-is-well, all-is-lost. To accept that, use `--allow-empty`.\n"
    );
    let near = project.promoc(&["test", "--filter", "all-is-wel1"]);
    assert!(text(&near.stderr).contains("Did you mean `all-is-well`?"), "{}", text(&near.stderr));
    let allowed = project.promoc(&["test", "--filter", "nothing-of-the-kind", "--allow-empty"]);
    assert_eq!((allowed.status.code(), text(&allowed.stdout)), (Some(0), "no scenarios found\n".to_string()));
    std::fs::write(project.path("wrong.promo"), "environment dev, dev\n").unwrap();
    let broken = project.promoc(&["test", "main.promo", "wrong.promo", "--filter", "nothing-of-the-kind"]);
    let end = "error: 1 program has errors; its scenarios were not run\nerror: no scenario has `nothing-of-the-kind` in its name\n  help: There are: all-is-well, all-is-lost.\n";
    assert_eq!(broken.status.code(), Some(1));
    assert!(text(&broken.stderr).ends_with(end), "{}", text(&broken.stderr));
    let some = project.promoc(&["test", "main.promo", "wrong.promo", "--filter", "well"]);
    assert!(!text(&some.stderr).contains("in its name"), "{}", text(&some.stderr));
    let by_name = project.promoc(&["test", "all-is-well"]);
    assert_eq!(by_name.status.code(), Some(2));
    assert!(text(&by_name.stderr).contains("promoc test --filter all-is-well"), "{}", text(&by_name.stderr));
}

#[test]
fn a_folder_without_scenarios_exits_with_2() {
    let without = PROGRAM.split("scenario ").next().unwrap();
    let project = Project::new(without);
    for format in ["human", "json", "junit"] {
        let output = project.promoc(&["test", "--format", format]);
        assert_eq!(output.status.code(), Some(2), "{format}");
        assert!(text(&output.stderr).starts_with("error: there are no scenarios in `.`\n"), "{}", text(&output.stderr));
    }
    assert_eq!(project.promoc(&["test", "--allow-empty"]).status.code(), Some(0));
}

#[test]
fn a_folder_without_programs_can_be_allowed() {
    let project = Project::new(PROGRAM);
    std::fs::create_dir(project.path("empty")).unwrap();
    let refused = project.promoc(&["test", "empty"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("there is no `.promo` file in `empty`"), "{}", text(&refused.stderr));
    let allowed = project.promoc(&["test", "empty", "--allow-empty"]);
    assert_eq!((allowed.status.code(), text(&allowed.stdout)), (Some(0), "no scenarios found\n".to_string()));
    let missing = project.promoc(&["test", "missing", "--allow-empty"]);
    assert_eq!(missing.status.code(), Some(2), "a path that does not exist is a mistake");
}

/// Checks a document against what the schema of the xUnit plugin of Jenkins (`junit-10.xsd`) allows, and what its readers
/// rely on: the counts are right, a case has at most one `failure` or `error`, and every time is a number.
fn assert_junit(xml: &str) {
    const ALLOWED: [(&str, &str, &[&str]); 6] = [
        ("", "testsuites", &["name", "time", "tests", "failures", "errors"]),
        ("testsuites", "testsuite", &["name", "file", "time", "tests", "failures", "errors"]),
        ("testsuite", "testcase", &["name", "time", "classname"]),
        ("testcase", "failure", &["message", "type"]),
        ("testcase", "error", &["message", "type"]),
        ("testcase", "system-out", &[]),
    ];
    assert!(xml.chars().all(|c| matches!(c, '\n' | '\t' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)));
    let (declaration, body) = xml.split_once("?>\n").unwrap();
    assert_eq!(declaration, "<?xml version=\"1.0\" encoding=\"UTF-8\"");
    // What is open, with the attributes, and how many cases, failures and errors were in it.
    let mut open: Vec<(&str, Value, [usize; 3])> = Vec::new();
    for part in body.split('<').skip(1) {
        let (tag, text) = part.split_once('>').unwrap();
        assert!(
            !text
                .replace("&amp;", "")
                .replace("&lt;", "")
                .replace("&gt;", "")
                .replace("&quot;", "")
                .replace("&#39;", "")
                .contains('&'),
            "{text}"
        );
        let (tag, closed) = tag.strip_suffix('/').map_or((tag, false), |tag| (tag, true));
        let closes = if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.last().unwrap().0, name);
            true
        } else {
            let (name, rest) = tag.split_once(' ').unwrap_or((tag, ""));
            let parent = open.last().map_or("", |open| open.0);
            let (_, name, known) = ALLOWED.into_iter().find(|(of, it, _)| (*of, *it) == (parent, name)).expect(tag);
            let mut attributes = json!({});
            for pair in rest.split("\" ").filter(|pair| !pair.is_empty()) {
                let (key, value) = pair.split_once("=\"").unwrap();
                assert!(known.contains(&key) && attributes.get(key).is_none(), "{tag}");
                attributes[key] = json!(value.trim_end_matches('"'));
            }
            open.push((name, attributes, [0; 3]));
            closed
        };
        if closes {
            let (name, attributes, mut counts) = open.pop().unwrap();
            let number = |key: &str| attributes[key].as_str().and_then(|text| text.parse::<usize>().ok());
            match name {
                "testcase" => {
                    assert!(counts[1] + counts[2] <= 1 && !attributes["name"].as_str().unwrap().is_empty(), "{xml}");
                    counts[0] = 1;
                }
                "failure" => counts[1] = 1,
                "error" => counts[2] = 1,
                "system-out" => {}
                _ => assert_eq!(["tests", "failures", "errors"].map(number), counts.map(Some), "{xml}"),
            }
            if name.starts_with("test") {
                assert!(attributes["time"].as_str().unwrap().parse::<f64>().is_ok_and(|time| time >= 0.0), "{xml}");
            }
            if let Some((_, _, all)) = open.last_mut() {
                all.iter_mut().zip(counts).for_each(|(all, more)| *all += more);
            }
        }
    }
    assert!(open.is_empty(), "{xml}");
}

#[test]
fn junit_is_well_formed_and_escaped() {
    let program = PROGRAM.replace("expect prod at version \"1.0.0\"", "expect dev at version \"<&\\\"\\u{7}>\"");
    let project = Project::new(&program);
    let output = project.promoc(&["test", "--format", "junit"]);
    assert_eq!(output.status.code(), Some(1));
    let xml = text(&output.stdout);
    assert!(xml.starts_with(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"promoc\" tests=\"2\" failures=\"1\" errors=\"0\" time=\""
    ));
    assert!(xml.contains("<testcase name=\"all-is-well\" classname=\"main.promo\" time=\"0."), "{xml}");
    assert!(xml.contains("&quot;&lt;&amp;&quot;?&gt;&quot;"), "{xml}");
    assert_junit(&xml);
    assert_eq!((xml.matches("<failure ").count(), xml.matches("</failure>").count()), (1, 1), "two messages, joined");
}

#[test]
fn a_program_with_errors_is_in_json_and_junit() {
    let project = Project::new(PROGRAM);
    std::fs::write(project.path("wrong.promo"), "environment dev\nflow f { trigger dve }\nscenario s {}\n").unwrap();
    let paths = ["test", "main.promo", "wrong.promo", "--format"];
    let output = project.promoc(&[&paths[..], &["json"]].concat());
    assert_eq!(output.status.code(), Some(1));
    let json = document(&output);
    assert_eq!((&json["passed"], &json["failed"]), (&json!(1), &json!(1)));
    let errors = json["errors"].as_array().unwrap();
    let checked = document(&project.promoc(&["check", "wrong.promo", "--format", "json"]));
    let of_check = checked["diagnostics"].as_array().unwrap().iter().filter(|it| it["severity"] == "error");
    assert_eq!(errors.iter().collect::<Vec<_>>(), of_check.collect::<Vec<_>>());
    assert!(errors.len() > 1 && errors[0]["labels"][0]["file"] == "wrong.promo", "{errors:?}");
    let xml = text(&project.promoc(&[&paths[..], &["junit"]].concat()).stdout);
    assert!(xml.contains("tests=\"3\" failures=\"1\" errors=\"1\""), "{xml}");
    assert_junit(&xml);
    assert_junit(&text(&project.promoc(&["test", "--filter", "nope", "--format", "junit", "--allow-empty"]).stdout));
    let case =
        "<testcase name=\"check\" classname=\"wrong.promo\" time=\"0.000\">\n      <error message=\"the program has ";
    assert!(xml.contains(case) && xml.contains("wrong.promo:2:18: E0201: "), "{xml}");
}

#[test]
fn a_program_with_errors_fails_and_an_unreadable_one_exits_with_2() {
    let project = Project::new(&PROGRAM.replace("promote prod\n", "promote prodd\n"));
    let output = project.promoc(&["test"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        text(&output.stderr).contains("E0201") && text(&output.stderr).contains("were not run"),
        "{}",
        text(&output.stderr)
    );
    assert_eq!(project.promoc(&["test", "nowhere.promo"]).status.code(), Some(2));
}

#[test]
fn simulate_with_a_scenario_fails_if_test_would() {
    let project = Project::new(PROGRAM);
    let lost = project.promoc(&["simulate", "ship", "--scenario", "all-is-lost", "--format", "json"]);
    assert_eq!(lost.status.code(), Some(1));
    assert_eq!(document(&lost)["release"]["version"], "1.0.0");
    assert!(text(&lost.stderr).contains("main.promo:33:3: `prod` is pending, not succeeded"), "{}", text(&lost.stderr));
    assert_eq!(project.promoc(&["simulate", "ship", "--scenario", "all-is-well"]).status.code(), Some(0));
    let unknown = project.promoc(&["simulate", "ship", "--scenario", "all-is-wel"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(text(&unknown.stderr).contains("did you mean `all-is-well`?"));
}

#[test]
fn many_runs_have_the_same_bytes_for_the_same_seed() {
    let project = Project::new(PROGRAM);
    let runs = |seed: &str| project.promoc(&["simulate", "ship", "--runs", "2000", "--seed", seed, "--format", "json"]);
    let (one, again, other) = (runs("1"), runs("1"), runs("2"));
    assert_eq!(one.status.code(), Some(0), "{}", text(&one.stderr));
    assert_eq!(one.stdout, again.stdout);
    assert_ne!(one.stdout, other.stdout);
    let json = document(&one);
    assert_eq!((&json["runs"], &json["seed"]), (&json!(2000), &json!(1)));
    let rate = json["success_rate"].as_f64().unwrap();
    assert!((rate - 0.95).abs() < 0.02, "{rate}");
    let qa = &json["environments"]["qa"];
    assert_eq!(qa["succeeded"].as_u64().unwrap() + qa["failed"].as_u64().unwrap(), 2000);
    assert_eq!(json["environments"]["prod"]["not_started"], qa["failed"]);
    for runs in ["0", "18446744073709551615", "-1"] {
        assert_eq!(project.promoc(&["simulate", "ship", "--runs", runs]).status.code(), Some(2), "{runs}");
    }
    let table = text(&project.promoc(&["simulate", "ship", "--runs", "2000", "--seed", "1"]).stdout);
    insta::assert_snapshot!("many_runs", table);
}

#[test]
fn a_start_that_is_no_instant_is_refused_with_the_limit_and_a_valid_form() {
    let project = Project::new(PROGRAM);
    for (at, said) in [
        ("9999-12-31T23:59Z", "the last one is `9999-12-30T22:00Z`\n  help: Write at most `9999-12-30T22:00Z`."),
        ("2026-11-23T23:59:60Z", "a leap second has no instant of its own\n  help: Write a second from `00` to `59`."),
        ("2026-02-30T08:00Z", "there is no such date\n  help: Write an instant such as `2026-11-23T08:00Z` "),
        ("2026-11-23T24:00Z", "there is no such time of day\n  help: Write a time of day from `00:00` to `23:59`"),
        ("2026-12-18", "the date needs a time of day and an offset, such as 2026-12-18T08:00Z, or `now`"),
        ("2026-12-18T09:30", "the time needs an offset, such as 2026-12-18T09:30Z, or `now`"),
        ("soon", "a time needs a date and an offset, such as 2026-11-23T08:00Z, or `now`"),
    ] {
        let output = project.promoc(&["simulate", "ship", "--at", at]);
        let error = text(&output.stderr);
        assert!(output.status.code() == Some(2) && error.contains(said), "{error}");
    }
}

#[test]
fn a_report_is_written_in_addition_to_the_output() {
    let project = Project::new(PROGRAM);
    let output = project.promoc(&["simulate", "ship", "--scenario", "all-is-lost", "--report", "report.html"]);
    assert_eq!(output.status.code(), Some(1));
    let page = std::fs::read_to_string(project.path("report.html")).unwrap();
    assert!(page.contains("<h1>all-is-lost</h1>") && page.contains("2 of 4 expectations not met"));
    let nowhere = project.promoc(&["simulate", "ship", "--report", "no/such/folder.html"]);
    assert_eq!(nowhere.status.code(), Some(2));
}

#[test]
fn a_new_project_passes_its_own_test() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(promoc(&["init"], folder.path()).status.code(), Some(0));
    let output = promoc(&["test"], folder.path());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stdout));
}

#[test]
fn a_failed_scenario_lists_each_given_without_effect() {
    let program = PROGRAM
        .replace("  given check fails\n", "  given prod becomes degraded after 2h\n")
        .replace("expect qa failed", "expect prod failed");
    let project = Project::new(&program);
    let never = "main.promo:31:3: `given prod becomes degraded after 2h` had no effect: `prod` would be degraded from 2026-01-05T11:02Z, but the release ended at 2026-01-05T09:02Z";
    let shown = text(&project.promoc(&["test"]).stdout);
    assert_eq!(shown.matches(&format!("\n  {never}\n")).count(), 1, "{shown}");
    let xml = text(&project.promoc(&["test", "--format", "junit"]).stdout);
    assert!(xml.contains(&format!("<system-out>{never}</system-out>")), "{xml}");
    let lost = project.promoc(&["simulate", "ship", "--scenario", "all-is-lost"]);
    assert!(text(&lost.stderr).ends_with(&format!("{never}\n")), "{}", text(&lost.stderr));
}
