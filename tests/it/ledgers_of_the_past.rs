//! Ledgers that earlier versions of promoc wrote can be read and resumed forever.
//!
//! Each folder of `tests/data/ledgers` is a project whose runner died; its `README.md` says how it was made. The test
//! rebuilds it byte for byte, shows it, resumes it, and shows it again. Both results must equal those of the version that
//! wrote it.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::slice::from_ref;

use serde_json::Value;

/// The only use of the library: resumes the release with an id, or every one that has not ended. Returns ids and statuses.
fn resume(root: &Path, id: Option<&str>) -> Vec<(String, String)> {
    use promoc::project::ProjectRoot;
    use promoc::run::{RunOptions, Silent, resume};
    let options = RunOptions { promoc: PathBuf::from(env!("CARGO_BIN_EXE_promoc")), ..RunOptions::default() };
    let ended = resume(&ProjectRoot::find(root).unwrap(), id, &mut Silent, options).unwrap();
    assert!(ended.iter().all(|ended| !ended.interrupted));
    ended.into_iter().map(|ended| (ended.id, ended.status.as_str().to_owned())).collect()
}

/// The JSON document that a command prints.
fn shown(root: &Path, arguments: &[&str]) -> Value {
    let output = Command::new(env!("CARGO_BIN_EXE_promoc"))
        .args(arguments)
        .args(["--format", "json"])
        .current_dir(root)
        .output()
        .unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    serde_json::from_str(&text.replace(root.to_str().unwrap(), "{project}")).unwrap()
}

/// Ledgers with their final status and the lines that their workflows have written to `marks` by then. A line that appears
/// twice belongs to a workflow that may run twice, or to two workflows.
macro_rules! ledgers {
    ($($name:ident: $status:literal, $marks:expr;)*) => {
        $(#[test]
        fn $name() {
            check(&stringify!($name).replace('_', "-"), $status, &$marks);
        })*

        #[test]
        fn no_ledger_is_forgotten() {
            let mut known = [$(stringify!($name).replace('_', "-")),*];
            known.sort();
            let entries = std::fs::read_dir(data()).unwrap().map(|entry| entry.unwrap());
            let folders = entries.filter(|entry| entry.path().is_dir());
            let mut recorded: Vec<String> = folders.map(|folder| folder.file_name().into_string().unwrap()).collect();
            recorded.sort();
            assert_eq!(recorded, known);
        }
    };
}

/// The marks of a release in which nothing is lost.
const ALL: [&str; 5] = ["once qa", "often qa T-qa", "once staging", "often staging T-staging", "told"];

ledgers! {
    finished: "succeeded", [ALL[0], ALL[1], ALL[2], ALL[3], "told", "told"];
    finished_failed: "failed", ["told"];
    ended_and_not_packed: "succeeded", ALL;

    after_begun: "succeeded", ALL;
    after_outcome_alone: "succeeded", [ALL[0], ALL[1], ALL[2], ALL[3], "told", "told"];
    after_due: "succeeded", ALL;
    after_trouble: "failed", ["once qa", "often qa T-qa", "poison", "often staging none", "told"];

    before_workflow: "succeeded", ALL;
    workflow_ended_alone: "succeeded", ALL;
    workflow_in_doubt: "failed", ["once qa"];
    workflow_in_doubt_idempotent: "succeeded", ["once qa", "often qa T-qa", "often qa T-qa", ALL[2], ALL[3], "told"];
    before_commit: "succeeded", ALL;
    after_commit: "succeeded", ALL;
    awaiting_sync: "succeeded", ALL;
    awaiting_health: "succeeded", ALL;
    cancelled_workflow: "failed", ["once qa", "told"];
    cancelled_wait: "failed", ["told"];

    soaking: "succeeded", ALL;
    baking: "succeeded", ALL;
    awaiting_window: "succeeded", ALL;
    awaiting_windows_as_facts: "succeeded", ALL;
    retrying_workflow: "succeeded", ["try", "try", "told"];
    retrying_environment: "succeeded", ["try", "try", "told"];

    interrupted: "succeeded", ALL;
    killed_twice: "succeeded", ALL;
    timed_out: "terminated", [];
    promotion: "succeeded", ["often qa none"];
    newer_check: "succeeded", ALL;
    files_of_every_kind: "succeeded", [];
    directory: "succeeded", [];

    product_in_ids: "succeeded", ["told", "often qa", "once staging", "told"];
    claimed_elsewhere: "failed", [];
    claimed_again: "succeeded", ["often qa", "told"];
}

fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/ledgers")
}

/// Rebuilds a project, drives its release until it ends, and checks it before and after.
fn check(name: &str, status: &str, marks: &[&str]) {
    let case = data().join(name);
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap().join("project");
    let reference = rebuild(&case, &root);
    let id = reference.rsplit('/').next().unwrap();
    let ended = (id.to_owned(), status.to_owned());

    let before: Value = serde_json::from_str(&read(&case.join("shown.json"))).unwrap();
    assert_eq!(shown(&root, &["release", id]), before, "as it was shown when it was recorded");
    let after = if case.join("resumed.json").exists() {
        assert_eq!(listed(&root), [(id.to_owned(), "running".to_owned())]);
        assert_eq!(resume(&root, None), from_ref(&ended));
        serde_json::from_str(&read(&case.join("resumed.json"))).unwrap()
    } else {
        assert_eq!(resume(&root, None), [], "it has ended");
        before.clone()
    };
    let view = shown(&root, &["release", id]);
    // Older versions gave a late timer the instant at which it was due. Now it is when the runner is there again.
    let before = before.to_string();
    let view_of_then = without_lines(masked(&view, &before));
    assert_eq!(view_of_then, masked(&after, &before), "as the version that wrote it resumed it");
    assert_eq!(listed(&root), from_ref(&ended));

    // Exactly once: no effect has two commits, and every commit is shown.
    let mut made = effects(&root);
    made.sort();
    let mut distinct = made.clone();
    distinct.dedup();
    assert_eq!(made, distinct, "each commit is made once");
    assert_eq!(made.len(), commits(&view), "each commit is shown");
    assert_eq!(written(&root), marks);

    // Nothing is left to do, and nothing is done again.
    let head = git(&root.join(".promo/state.git"), &["rev-parse", &reference]);
    assert_eq!(resume(&root, None), []);
    assert_eq!(resume(&root, Some(id)), [ended]);
    assert_eq!(git(&root.join(".promo/state.git"), &["rev-parse", &reference]), head);
    assert_eq!((effects(&root).len(), written(&root).len()), (made.len(), marks.len()));
}

/// Without the changed lines of files, which the versions that wrote these ledgers did not record.
fn without_lines(mut view: Value) -> Value {
    let environments = view["environments"].as_array_mut().unwrap().iter_mut();
    for file in environments.flat_map(|environment| environment["files"].as_array_mut().unwrap()) {
        file.as_object_mut().unwrap().remove("lines");
    }
    view
}

/// Rebuilds the project of a recorded ledger in its own folder. Returns the ref of its release.
///
/// The working tree gets another program than the release, whose program is in its ledger.
fn rebuild(case: &Path, root: &Path) -> String {
    std::fs::create_dir(root).unwrap();
    for (path, bytes) in files(&case.join("project")) {
        let path = root.join(path.replacen("dot-promo", ".promo", 1));
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    std::fs::write(root.join("main.promo"), "environment elsewhere\n").unwrap();
    // Git does not keep empty folders.
    for entry in std::fs::read_dir(root.join(".promo/run")).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "job") {
            std::fs::create_dir_all(path.join("gives")).unwrap();
        }
    }
    for (file, bytes) in files(&case.join("repositories")) {
        import(&root.join(file.replace(".export", ".git")), &bytes);
    }
    let named = read(&case.join("ledger/ref"));
    let (reference, form) = named.trim_end().split_once(' ').unwrap();
    import(&root.join(".promo/state.git"), &ledger(&case.join("ledger"), root, reference, form));
    reference.to_owned()
}

/// The commits of a ledger as its store keeps them, for `git fast-import`: one for each batch if it is loose, a single one if
/// it is packed.
fn ledger(folder: &Path, root: &Path, reference: &str, form: &str) -> Vec<u8> {
    let mut stream = Vec::new();
    let commit = |stream: &mut Vec<u8>, message: &str| {
        let who = "promoc <promoc@localhost> 1767603600 +0000";
        write!(stream, "commit {reference}\ncommitter {who}\ndata {}\n{message}\n", message.len()).unwrap();
    };
    let blob = |stream: &mut Vec<u8>, path: &str, text: &str| {
        let text = text.replace("{project}", root.to_str().unwrap());
        write!(stream, "M 100644 inline {path}\ndata {}\n{text}\n", text.len()).unwrap();
    };
    commit(&mut stream, if form == "packed" { "pack" } else { "begin" });
    for (path, bytes) in files(&folder.join("files")) {
        blob(&mut stream, &format!("files/{path}"), std::str::from_utf8(&bytes).unwrap());
    }
    let batches = read(&folder.join("batches"));
    for (number, batch) in batches.trim_end().split("\n\n").enumerate() {
        let batch = format!("{batch}\n");
        match form {
            "packed" => blob(&mut stream, &format!("batches/{number:06}"), &batch),
            "loose" => {
                commit(&mut stream, "append");
                stream.extend(b"deleteall\n");
                blob(&mut stream, "batch", &batch);
            }
            other => panic!("a ledger is packed or loose, not {other}"),
        }
    }
    stream
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every file in a folder and its subfolders, by its path relative to the folder.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() {
            found.extend(files(&path).into_iter().map(|(below, bytes)| (format!("{name}/{below}"), bytes)));
        } else {
            found.insert(name.to_owned(), std::fs::read(&path).unwrap());
        }
    }
    found
}

fn command(repository: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("git");
    command.arg("--git-dir").arg(repository).args(arguments);
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    command
}

fn git(repository: &Path, arguments: &[&str]) -> String {
    let output = command(repository, arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Creates a bare repository from the output of `git fast-export`.
fn import(path: &Path, stream: &[u8]) {
    std::fs::create_dir_all(path).unwrap();
    git(path, &["init", "-q", "--bare", "-b", "main"]);
    let mut child = command(path, &["fast-import", "--quiet"]).stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(stream).unwrap();
    assert!(child.wait().unwrap().success(), "{}", path.display());
}

/// The ids and statuses that `promoc releases` shows.
fn listed(root: &Path) -> Vec<(String, String)> {
    let document = shown(root, &["releases"]);
    let text = |release: &Value, key: &str| release[key].as_str().unwrap().to_owned();
    let releases = document["releases"].as_array().unwrap();
    releases.iter().map(|release| (text(release, "id"), text(release, "status"))).collect()
}

/// The repository and `Promo-Effect` of every commit that a promotion made.
fn effects(root: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(root).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "git") {
            let name = path.file_name().unwrap().to_str().unwrap();
            let log = git(&path, &["log", "--format=%B", "main"]);
            let trailers = log.lines().filter_map(|line| line.strip_prefix("Promo-Effect: "));
            found.extend(trailers.map(|effect| (name.to_owned(), effect.to_owned())));
        }
    }
    found
}

/// How many commits `promoc release` shows.
fn commits(view: &Value) -> usize {
    let environments = view["environments"].as_array().unwrap();
    environments.iter().map(|environment| environment["commits"].as_array().unwrap().len()).sum()
}

fn written(root: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(root.join("marks")).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

/// Masks the instants and commits that were not there before, because they are new each time. What was only announced in a
/// sentence was not there.
fn masked(value: &Value, before: &str) -> Value {
    match value {
        Value::Object(map) => map.iter().map(|(key, value)| (key.clone(), masked(value, before))).collect(),
        Value::Array(list) => list.iter().map(|value| masked(value, before)).collect(),
        Value::String(text) if !before.contains(&format!("\"{text}\"")) => {
            let is_instant = text.len() >= 20 && text.ends_with('Z') && text.as_bytes()[10] == b'T';
            let is_commit = text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
            match (is_instant, is_commit) {
                (true, _) => "<instant>".into(),
                (_, true) => "<commit>".into(),
                _ => value.clone(),
            }
        }
        _ => value.clone(),
    }
}
