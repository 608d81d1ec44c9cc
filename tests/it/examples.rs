//! Every example, end to end, as a newcomer would start it: `run` commits what `preview` shows, and no other byte.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// The example, its flow, and its targets.
const EXAMPLES: &[(&str, &str, &[&str])] = &[
    ("quickstart", "everywhere", &["qa", "staging", "prod", "prod-eu", "prod-asia"]),
    ("sequential", "sequential", &["qa", "prod"]),
    ("policies", "guarded", &["qa", "prod"]),
    ("parallel", "parallel", &["qa", "prod-asia", "prod-eu", "prod"]),
    ("dependencies", "dependencies", &["qa", "staging", "prod"]),
    (ONE_FOLDER, "one-folder", &["qa", "prod"]),
];

/// The example that Codefresh cannot express, with files of its own.
const ONE_FOLDER: &str = "one-folder";

struct Demo {
    _folder: tempfile::TempDir,
    dir: PathBuf,
    printed: String,
}

fn promoc(arguments: &[&str], dir: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_promoc")).args(arguments).current_dir(dir).env("NO_COLOR", "1").output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn answered(arguments: &[&str], dir: &Path) -> String {
    let output = promoc(arguments, dir);
    assert!(output.status.success(), "{arguments:?}: {}\n{}", output.status, text(&output.stderr));
    text(&output.stdout)
}

fn json(arguments: &[&str], dir: &Path) -> Value {
    serde_json::from_str(&answered(arguments, dir)).unwrap()
}

fn git(dir: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git").arg("--git-dir").arg(dir.join("deploy.git")).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout).trim_end().to_string()
}

fn demo(example: &str) -> Demo {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("demo");
    let printed = answered(&["demo", "--example", example, dir.to_str().unwrap()], folder.path());
    Demo { _folder: folder, dir, printed }
}

/// The lines that a commit replaces, old and new, by file.
fn changed_lines(dir: &Path, commit: &str) -> BTreeMap<String, Vec<(String, String)>> {
    let patch = git(dir, &["show", "--format=", "--unified=0", "--no-color", commit]);
    let mut files: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    let (mut file, mut old) = (String::new(), Vec::new());
    for line in patch.lines() {
        if let Some(path) = line.strip_prefix("+++ b/") {
            file = path.to_string();
        } else if line.starts_with("---") || line.starts_with("@@") {
            assert!(old.is_empty(), "each old line has one new line");
        } else if let Some(gone) = line.strip_prefix('-') {
            old.push(gone.to_string());
        } else if let Some(come) = line.strip_prefix('+') {
            files.entry(file.clone()).or_default().push((old.remove(0), come.to_string()));
        }
    }
    files
}

#[test]
fn run_commits_what_preview_shows() {
    for (example, flow, targets) in EXAMPLES {
        let demo = demo(example);
        let commits: Vec<String> =
            git(&demo.dir, &["rev-list", "--reverse", "main"]).lines().map(String::from).collect();
        let (first, made) = commits.split_first().unwrap();
        assert_eq!(made.len(), targets.len(), "{example}: one commit for each target");

        // restore the state before the run
        git(&demo.dir, &["update-ref", "refs/heads/main", first]);
        let preview = json(&["preview", flow, "--format", "json"], &demo.dir);
        git(&demo.dir, &["update-ref", "refs/heads/main", commits.last().unwrap()]);

        let by_environment: BTreeMap<String, &String> = made
            .iter()
            .map(|commit| {
                let effect = git(&demo.dir, &["show", "-s", "--format=%(trailers:key=Promo-Effect,valueonly)", commit]);
                let version =
                    git(&demo.dir, &["show", "-s", "--format=%(trailers:key=Promo-Version,valueonly)", commit]);
                let wanted = if *example == ONE_FOLDER { "1.10" } else { "61.10" };
                assert_eq!(version, wanted, "the version is copied as text");
                (effect.trim_end().rsplit('/').nth(2).unwrap().to_string(), commit)
            })
            .collect();
        for environment in preview["environments"].as_array().unwrap() {
            let name = environment["name"].as_str().unwrap();
            assert!(targets.contains(&name));
            let lines = changed_lines(&demo.dir, by_environment[name]);
            let application = &environment["applications"][0];
            let files = application["files"].as_array().unwrap();
            assert_eq!(files.len(), lines.len(), "{example} {name}: the same number of files");
            for file in files {
                let path = file["file"].as_str().unwrap();
                let lines = lines.iter().find(|(changed, _)| changed.ends_with(path)).map(|(_, lines)| lines).unwrap();
                let properties = file["properties"].as_array().unwrap();
                assert_eq!(properties.len(), lines.len(), "{example} {name} {path}: no other line changes");
                for (property, (old, new)) in properties.iter().zip(lines) {
                    let (before, after) = (property["old"].as_str().unwrap(), property["new"].as_str().unwrap());
                    assert_eq!(
                        &old.replacen(before, after, 1),
                        new,
                        "{example} {name} {path}: nothing else in the line changes"
                    );
                }
            }
        }
        // a second run has nothing to change and makes no commit
        assert!(answered(&["run", flow], &demo.dir).starts_with("nothing to change"), "{example}");
        assert_eq!(git(&demo.dir, &["rev-list", "--count", "main"]), commits.len().to_string());
    }
}

#[test]
fn every_command_works_on_an_example() {
    for (example, flow, targets) in EXAMPLES {
        let demo = demo(example);
        assert_eq!(answered(&["check", "--deny", "warnings"], &demo.dir), "", "{example}");
        answered(&["fmt", "--check"], &demo.dir);
        for (format, begin) in [("text", "flow "), ("mermaid", "flowchart LR"), ("dot", "digraph ")] {
            let picture = answered(&["graph", flow, "--format", format], &demo.dir);
            assert!(picture.starts_with(begin), "{picture}");
            assert!(targets.iter().all(|target| picture.contains(target)), "{picture}");
        }
        let simulated = json(&["simulate", flow, "--format", "json"], &demo.dir);
        assert_eq!(simulated["release"]["status"], "succeeded");
        let environments = simulated["environments"].as_object().unwrap();
        assert_eq!(environments.len(), targets.len() + 1);
        assert!(environments.values().all(|environment| environment["status"] == "succeeded"));
        let compile = ["compile", "--target", "codefresh", "--out", "manifests", "--allow-loss"];
        let is_complete = *example != ONE_FOLDER;
        assert_eq!(promoc(&compile[..5], &demo.dir).status.success(), is_complete, "{example}");
        assert_eq!(demo.printed.contains("promoc compile"), is_complete, "{example}");
        answered(&compile, &demo.dir);
        let manifest = demo.dir.join(format!("manifests/resources/configurations/promotion-flows/{flow}.yaml"));
        assert!(std::fs::read_to_string(manifest).unwrap().contains("kind: PromotionFlow"));

        let releases = json(&["releases", "--format", "json"], &demo.dir);
        let release = &releases["releases"][0];
        assert_eq!(release["status"], "succeeded");
        let id = release["id"].as_str().unwrap();
        assert!(demo.printed.contains(id));
        let shown = json(&["release", id, "--format", "json"], &demo.dir);
        let names: Vec<&str> =
            shown["environments"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
        assert_eq!(names[1..], **targets);
        assert!(answered(&["release", id], &demo.dir).contains("succeeded"));
    }
}

#[test]
fn environments_run_in_parallel_or_in_sequence_as_the_flow_says() {
    let seconds = |of: &Value, key: &str| of[key].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    let demo = demo("dependencies");
    let id = json(&["releases", "--format", "json"], &demo.dir)["releases"][0]["id"].as_str().unwrap().to_string();
    let shown = json(&["release", &id, "--format", "json"], &demo.dir);
    let of =
        |name: &str| shown["environments"].as_array().unwrap().iter().find(|one| one["name"] == name).unwrap().clone();
    let (dev, qa, staging, prod) = (of("dev"), of("qa"), of("staging"), of("prod"));
    assert_eq!(seconds(&qa, "started"), seconds(&staging, "started"), "side by side");
    assert!(seconds(&qa, "started") >= seconds(&dev, "ended"));
    assert!(seconds(&prod, "started") >= seconds(&qa, "ended").max(seconds(&staging, "ended")), "prod waits for both");
}

#[test]
fn promote_moves_one_environment() {
    let demo = demo("sequential");
    let first = git(&demo.dir, &["rev-list", "--max-parents=0", "main"]);
    git(&demo.dir, &["update-ref", "refs/heads/main", &first]);
    let shown = answered(&["preview", "demo-trioapp", "--from", "dev", "--to", "qa"], &demo.dir);
    assert!(shown.contains("$.version  60.2 → 61.10"), "{shown}");
    let said = answered(&["promote", "demo-trioapp", "--from", "dev", "--to", "qa"], &demo.dir);
    assert!(said.starts_with("release dev-to-qa-"), "{said}");
    assert_eq!(git(&demo.dir, &["rev-list", "--count", "main"]), "2");
    let files = git(&demo.dir, &["show", "--format=", "--name-only", "main"]);
    assert!(files.lines().all(|file| file.starts_with("demo-applications/trioapp-qa/")), "{files}");
}

#[test]
fn only_the_file_of_the_environment_changes_and_only_its_tags() {
    let demo = demo(ONE_FOLDER);
    let file = |name: &str| git(&demo.dir, &["show", &format!("main:charts/trio/{name}")]);
    let prod = file("values-prod.yaml");
    assert!(prod.contains("image: \"registry.example.com/trio/web:1.10\""), "{prod}");
    assert!(prod.contains("image: \"registry.example.com/trio/worker:1.10.2\"\n  replicas: 3"), "{prod}");
    assert!(file("values-qa.yaml").contains("worker:1.10.2 # without the limit on orders"));
    let first = git(&demo.dir, &["rev-list", "--max-parents=0", "main"]);
    let changed = git(&demo.dir, &["diff", "--name-only", &first, "main"]);
    assert_eq!(changed, "charts/trio/values-prod.yaml\ncharts/trio/values-qa.yaml");
    // The commits of the release touch the directory of dev, but no file of dev: its commit is still the first.
    let id = json(&["releases", "--format", "json"], &demo.dir)["releases"][0]["id"].as_str().unwrap().to_string();
    assert!(id.ends_with(&first[..10]), "{id} {first}");
    let again = json(&["preview", "one-folder", "--format", "json"], &demo.dir);
    assert_eq!(again["commit"].as_str().unwrap(), first);
}

#[test]
fn a_folder_that_is_not_empty_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("mine.txt"), "mine").unwrap();
    let output = promoc(&["demo", folder.path().to_str().unwrap()], folder.path());
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("is not empty"));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}
