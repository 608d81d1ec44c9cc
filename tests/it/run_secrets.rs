//! Secrets reach no terminal, JSON, log or view of the ledger.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use crate::common::Fixture;

/// The variables of promoc, each with a secret.
const VARIABLES: [(&str, &str); 4] = [
    ("AWS_SECRET_ACCESS_KEY", "aws-hunter2"),
    ("GITHUB_PAT", "pat-hunter2"),
    ("SSH_KEY", "ssh-hunter2"),
    ("DATABASE_URL", "postgres://me:url-hunter2@db.example.com/shop"),
];

const PROGRAM: &str = "environment dev, qa\n\
product shop {\n  repo \"./deploy.git\"\n  branch main\n  version from \"values.yaml\" at $.tag\n  \
copy \"values.yaml\" at $.tag, $.db.password, $.service, $.env[?@.name == \"DB_TOKEN\"].value, $.list[?@.code == \"DB_TOKEN\"].v\n  copy \"app.env\"\n  copy \"pod.yaml\"\n  \
application shop-{environment} in dev, qa { path \"envs/{environment}\" }\n  flow ship by hand\n}\n\
workflow leak {\n  needs DEPLOY_PASS = \"parameter-hunter2\"\n  run \"\"\"\n    echo \"said $AWS_SECRET_ACCESS_KEY $GITHUB_PAT $SSH_KEY $DATABASE_URL $DEPLOY_PASS\"\n    \
echo \"url-hunter2 alone\" >&2\n    exit 3\n    \"\"\"\n}\n\
flow ship { trigger dev; promote qa { post-action leak } }\n";

/// Values in which every secret ends in `hunter2`.
fn files(environment: &str, number: u32) -> [(String, String); 3] {
    let values = format!(
        "tag: \"{number}.0\"\ndb:\n  password: value{number}-hunter2\nservice: {{ user: me, token: inner{number}-hunter2 }}\n\
         env:\n  - name: DB_TOKEN\n    value: env{number}-hunter2\nlist:\n  - code: DB_TOKEN\n    v: list{number}-hunter2\n"
    );
    let lines = format!("NUMBER={number}\nAPI_PASSWORD=line{number}-hunter2\n");
    let pod = format!("count: {number}\nenv:\n  - name: DB_TOKEN\n    value: pod{number}-hunter2\n");
    [("values.yaml", values), ("app.env", lines), ("pod.yaml", pod)]
        .map(|(file, text)| (format!("envs/{environment}/{file}"), text))
}

fn fixture() -> Fixture {
    let fixture = Fixture::new(PROGRAM, &[]);
    let all: Vec<(String, String)> = [files("dev", 2), files("qa", 1)].into_iter().flatten().collect();
    let all: Vec<(&str, Option<&[u8]>)> =
        all.iter().map(|(path, text)| (path.as_str(), Some(text.as_bytes()))).collect();
    fixture.repo.commit(&all, "Values\n");
    fixture
}

/// What promoc says on both streams.
fn promoc(fixture: &Fixture, arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_promoc"))
        .args(arguments)
        .current_dir(fixture.path())
        .env("NO_COLOR", "1")
        .envs(VARIABLES)
        .output()
        .unwrap();
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn has_no_secret(what: &str, text: &str) {
    assert!(!text.contains("hunter2"), "{what}: {text}");
}

/// Every file below a folder, and every folder.
fn below(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut all = vec![folder.to_owned()];
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { all.extend(below(&path)) } else { all.push(path) }
    }
    all
}

#[test]
fn a_preview_shows_no_secret() {
    let fixture = fixture();
    for format in ["human", "json", "markdown"] {
        let said = promoc(&fixture, &["preview", "ship", "--format", format, "--out", "plan.json"]);
        has_no_secret(format, &said);
        for shown in ["2.0", "***", "NUMBER=2"] {
            assert!(said.contains(shown), "{shown} in {format}: {said}");
        }
    }
    let plan = std::fs::read_to_string(fixture.path().join("plan.json")).unwrap();
    has_no_secret("plan", &plan);
    assert!(plan.contains("$.db.password"));
}

#[test]
fn a_report_shows_the_values_of_local_repositories_without_secrets() {
    let fixture = fixture();
    let report = |more: &[&str]| {
        promoc(&fixture, &[&["simulate", "ship", "--report", "report.html"], more].concat());
        std::fs::read_to_string(fixture.path().join("report.html")).unwrap()
    };
    let page = report(&[]);
    has_no_secret("report", &page);
    for shown in [
        "<code>envs/qa/values.yaml</code> at <code>$.tag</code>: <code>&quot;1.0&quot;</code> → <code>&quot;2.0&quot;</code>",
        "<code>***</code> → <code>***</code>",
        "<code>envs/qa/app.env</code> (2 lines added, 2 removed)",
        "<code>promoc preview ship --product shop</code> shows the current ones",
    ] {
        assert!(page.contains(shown), "{shown} in {page}");
    }
    std::fs::rename(fixture.path().join("deploy.git"), fixture.path().join("elsewhere.git")).unwrap();
    let page = report(&["--project", "main.promo"]);
    let note = "if the repositories are local, <code>promoc preview ship --product shop --project main.promo</code> shows their values";
    assert!(page.contains(note) && page.contains("<code>app.env</code>, the whole file"), "{page}");
}

#[test]
fn a_run_and_the_views_of_its_release_show_no_secret() {
    for format in ["human", "json"] {
        let fixture = fixture();
        let said = promoc(&fixture, &["run", "ship", "--format", format]);
        has_no_secret(format, &said);
        if format == "human" {
            assert!(said.contains("said *** *** *** postgres://me:***@db.example.com/shop ***"), "{said}");
            assert!(said.contains("*** alone"), "{said}");
        }
        let values = fixture.repo.read("envs/qa/values.yaml").unwrap();
        for value in ["value2-hunter2", "inner2-hunter2", "env2-hunter2", "list2-hunter2"] {
            assert!(values.contains(value), "what is committed is not masked: {values}");
        }
        let id = promoc::run::releases(&fixture.project().root, None).unwrap().remove(0).id;
        for format in ["human", "json"] {
            let view = promoc(&fixture, &["release", &id, "--format", format]);
            has_no_secret(format, &view);
            assert!(view.contains("***"), "{view}");
            has_no_secret(format, &promoc(&fixture, &["releases", "--format", format]));
        }
        fixture.repo.log().iter().for_each(|message| has_no_secret("commit message", message));

        let logs: Vec<_> =
            below(&fixture.path().join(".promo/logs")).into_iter().filter(|path| path.is_file()).collect();
        assert!(!logs.is_empty());
        logs.iter().for_each(|log| has_no_secret("log", &std::fs::read_to_string(log).unwrap()));

        // Only the texts of the origin, from which the commit is made, are stored as they are.
        let whole: Vec<String> = files("dev", 2).into_iter().skip(1).map(|(_, text)| text).collect();
        let ledger = git2::Repository::open_bare(fixture.path().join(".promo/state.git")).unwrap();
        let mut blobs = Vec::new();
        ledger
            .odb()
            .unwrap()
            .foreach(|id| {
                blobs.push(*id);
                true
            })
            .unwrap();
        let blobs = blobs.into_iter().filter_map(|id| ledger.find_blob(id).ok());
        let texts: Vec<String> = blobs.map(|blob| String::from_utf8_lossy(blob.content()).into_owned()).collect();
        let (origin, rest): (Vec<&String>, Vec<&String>) =
            texts.iter().partition(|text| text.contains("value2-hunter2"));
        assert_eq!(origin.len(), 1);
        assert!(!origin[0].contains("pat-hunter2") && !origin[0].contains("value1-hunter2"));
        for text in rest.iter().filter(|text| !text.contains("workflow leak") && !whole.contains(**text)) {
            has_no_secret("ledger", text);
        }
    }
}

#[test]
fn logs_the_ledger_and_running_workflows_are_private() {
    let fixture = fixture();
    let program = PROGRAM.replace("exit 3", "touch made; cp -rp .promo/run seen; umask >seen-umask");
    std::fs::write(fixture.path().join("main.promo"), program).unwrap();
    promoc(&fixture, &["run", "ship"]);
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&fixture.path().join(".promo/state.git")), 0o700);
    for folder in ["seen", ".promo/run", ".promo/logs"] {
        let all = below(&fixture.path().join(folder));
        assert!(folder == ".promo/run" || all.len() > 3, "{all:?}");
        for path in all {
            assert_eq!(mode(&path), if path.is_dir() { 0o700 } else { 0o600 }, "{}", path.display());
        }
    }
    // What the script makes is its own affair.
    let own = Command::new("sh").args(["-c", "umask"]).output().unwrap().stdout;
    assert_eq!(std::fs::read(fixture.path().join("seen-umask")).unwrap(), own);
}

#[test]
fn a_shared_ledger_stays_shared() {
    let fixture = fixture();
    let ledger = fixture.path().join(".promo/state.git");
    let mut options = git2::RepositoryInitOptions::new();
    options.bare(true).mode(git2::RepositoryInitMode::SHARED_GROUP);
    git2::Repository::init_opts(&ledger, &options).unwrap();
    promoc(&fixture, &["run", "ship"]);
    assert_eq!(promoc::run::releases(&fixture.project().root, None).unwrap().len(), 1);
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o7777;
    assert_eq!(mode(&ledger) & 0o2770, 0o2770);
    let all: Vec<_> = ["objects", "refs"].iter().flat_map(|folder| below(&ledger.join(folder))).collect();
    assert!(all.len() > 10);
    for path in all.iter().chain([&fixture.path().join(".promo/shop.lock")]) {
        let wanted = match path {
            path if path.is_dir() => 0o2770,
            path if path.starts_with(ledger.join("objects")) => 0o440,
            _ => 0o660,
        };
        assert_eq!(mode(path) & wanted, wanted, "{}", path.display());
    }
}
