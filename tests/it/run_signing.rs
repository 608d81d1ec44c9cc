//! What git's configuration says about commits, hooks and files, in whole releases.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output};

use crate::common::{self, Fixture, program};
use promoc::project::ProjectRoot;
use promoc::release::Status;
use promoc::run::{self, Boundary, RunOptions};

const FLOW: &str = "flow ship { trigger dev; promote qa; promote prod after qa }";

fn fixture() -> Fixture {
    Fixture::new(&program("dev, qa, prod", FLOW), &["dev", "qa", "prod"])
}

fn git(fixture: &Fixture, arguments: &[&str]) -> String {
    let mut git = Command::new("git");
    git.arg("--git-dir").arg(&fixture.repo.path).args(arguments).current_dir(fixture.path());
    let output = git.output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn promoc(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut promoc = Command::new(env!("CARGO_BIN_EXE_promoc"));
    promoc.args(arguments).current_dir(folder).envs(variables.iter().copied()).output().unwrap()
}

/// Each way to configure git by variables alone. `file` has the same settings.
fn ways_to_configure(file: &str, settings: &[(&str, &str)]) -> Vec<Vec<(String, String)>> {
    let mut counted = vec![("GIT_CONFIG_COUNT".to_owned(), settings.len().to_string())];
    for (number, (key, value)) in settings.iter().enumerate() {
        counted.push((format!("GIT_CONFIG_KEY_{number}"), (*key).to_owned()));
        counted.push((format!("GIT_CONFIG_VALUE_{number}"), (*value).to_owned()));
    }
    let parameters: Vec<String> = settings.iter().map(|(key, value)| format!("'{key}'='{value}'")).collect();
    let one = |name: &str, value: &str| vec![(name.to_owned(), value.to_owned())];
    vec![
        counted,
        one("GIT_CONFIG_PARAMETERS", &parameters.join(" ")),
        one("GIT_CONFIG_GLOBAL", file),
        one("GIT_CONFIG_SYSTEM", file),
    ]
}

/// What a command wrote to standard error.
fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Lets the repository sign with the ssh key `key`. `false` if there is no ssh-keygen; the gate installs it.
fn signs(fixture: &Fixture) -> bool {
    let key = fixture.path().join("key");
    let mut keygen = Command::new("ssh-keygen");
    keygen.args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(&key);
    match keygen.status() {
        Ok(status) => assert!(status.success()),
        Err(_) => {
            std::io::stderr().write_all(b"SKIPPED: no `ssh-keygen` here\n").unwrap();
            return false;
        }
    }
    let allowed = fixture.path().join("allowed");
    let public = std::fs::read_to_string(key.with_extension("pub")).unwrap();
    std::fs::write(&allowed, format!("bot@example.com {public}")).unwrap();
    git(fixture, &["config", "commit.gpgsign", "true"]);
    git(fixture, &["config", "gpg.format", "ssh"]);
    git(fixture, &["config", "user.signingKey", key.to_str().unwrap()]);
    git(fixture, &["config", "gpg.ssh.allowedSignersFile", allowed.to_str().unwrap()]);
    true
}

#[test]
fn every_commit_of_a_release_is_signed_once_wherever_its_runner_dies() {
    if !signs(&fixture()) {
        return;
    }
    for before in [true, false] {
        let fixture = fixture();
        signs(&fixture);
        let project = fixture.project();
        let mut seen = 0;
        let here = move |boundary: &Boundary| {
            seen += match boundary {
                Boundary::BeforePerform(effect) => usize::from(before && effect.ends_with("/action")),
                Boundary::AfterPerform(effect) => usize::from(!before && effect.ends_with("/action")),
                _ => 0,
            };
            seen == 1
        };
        common::dies_at(here, |options| drop(common::run(&project, "shop", "ship", &mut run::Silent, options)));
        let root = ProjectRoot::find(fixture.path()).unwrap();
        let ended = run::resume(&root, None, &mut run::Silent, RunOptions::default()).unwrap().remove(0);
        assert_eq!(ended.status, Status::Succeeded, "{:?}", fixture.release(&ended.id).issues);
        assert_eq!(fixture.repo.log().len(), 4, "two commits are promoc's");
        git(&fixture, &["verify-commit", "main", "main~1"]);
        let shown = git(&fixture, &["log", "-1", "--format=%G? %GS %an", "main"]);
        assert_eq!(shown, "G bot@example.com Release Bot\n");
    }
}

#[test]
fn a_release_that_cannot_sign_does_not_begin() {
    let fixture = fixture();
    git(&fixture, &["config", "commit.gpgsign", "true"]);
    git(&fixture, &["config", "gpg.format", "ssh"]);
    git(&fixture, &["config", "user.signingKey", "/nowhere/key"]);
    let before = git(&fixture, &["rev-parse", "main"]);
    let output = promoc(fixture.path(), &["run", "ship"], &[]);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("cannot sign a commit in"), "{}", said(&output));
    assert!(said(&output).contains("main.promo:"), "the statement is named: {}", said(&output));
    assert_eq!(git(&fixture, &["rev-parse", "main"]), before);
    assert_eq!(run::releases(&fixture.project().root, None).unwrap(), []);
    // A machine that only previews needs no key.
    assert_eq!(promoc(fixture.path(), &["preview", "ship"], &[]).status.code(), Some(0));
    let doctor = promoc(fixture.path(), &["doctor"], &[]);
    assert_eq!(doctor.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&doctor.stdout).contains("cannot sign a commit in"));

    let settings = fixture.path().join("promo.toml");
    let text = std::fs::read_to_string(&settings).unwrap();
    std::fs::write(&settings, format!("{text}[git]\nsign = false\n")).unwrap();
    let output = promoc(fixture.path(), &["run", "ship"], &[]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(!git(&fixture, &["cat-file", "-p", "main"]).contains("gpgsig"));
}

#[test]
fn hooks_are_refused_wherever_they_are_configured() {
    let fixture = fixture();
    let hooks = fixture.path().join("hooks");
    std::fs::create_dir(&hooks).unwrap();
    let hook = hooks.join("reference-transaction");
    std::fs::write(&hook, "#!/bin/sh\n").unwrap();
    assert!(Command::new("chmod").arg("+x").arg(&hook).status().unwrap().success());
    let global = fixture.path().join("gitconfig");
    std::fs::write(&global, format!("[core]\n\thooksPath = {}\n", hooks.display())).unwrap();
    // `git config` alone reads this one, and no hook would be found in it.
    let mut ways = ways_to_configure(global.to_str().unwrap(), &[("core.hooksPath", hooks.to_str().unwrap())]);
    for way in &mut ways {
        way.push(("GIT_CONFIG".to_owned(), "/dev/null".to_owned()));
    }
    for variables in &ways {
        let variables: Vec<_> = variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let variables = variables.as_slice();
        for command in ["run", "preview"] {
            let output = promoc(fixture.path(), &[command, "ship"], variables);
            assert_eq!(output.status.code(), Some(2), "{variables:?}: {}", said(&output));
            assert!(said(&output).contains("reference-transaction`, which promoc would not run"), "{}", said(&output));
        }
    }
    assert_eq!(promoc(fixture.path(), &["run", "ship"], &[]).status.code(), Some(0));
}

#[test]
fn a_branch_that_a_working_tree_has_checked_out_is_refused_before_anything_happens() {
    let fixture = fixture();
    git(&fixture, &["worktree", "add", "-q", "tree", "main"]);
    for command in ["preview", "run"] {
        let output = promoc(fixture.path(), &[command, "ship"], &[]);
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        assert!(said(&output).contains("branch `main` of"), "{}", said(&output));
        assert!(said(&output).contains("which would go stale"), "{}", said(&output));
    }
    assert_eq!(run::releases(&fixture.project().root, None).unwrap(), []);
    let doctor = promoc(fixture.path(), &["doctor"], &[]);
    let doctor = String::from_utf8_lossy(&doctor.stdout);
    assert!(doctor.contains("reachable, branch main; no release can commit to it\n"), "{doctor}");
    assert!(doctor.contains("which would go stale"), "{doctor}");
    git(&fixture, &["worktree", "remove", "tree"]);
    assert_eq!(promoc(fixture.path(), &["run", "ship"], &[]).status.code(), Some(0));
}

#[test]
fn settings_of_git_count_wherever_they_are_configured() {
    use std::os::unix::fs::PermissionsExt;
    let settings = [
        ("user.name", "Ann Lee"),
        ("user.email", "ann@example.com"),
        ("core.sharedRepository", "group"),
        ("core.logAllRefUpdates", "always"),
    ];
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(
        file.path(),
        "[user]\nname = Ann Lee\nemail = ann@example.com\n[core]\nsharedRepository = group\nlogAllRefUpdates = always\n",
    )
    .unwrap();
    for variables in ways_to_configure(file.path().to_str().unwrap(), &settings) {
        let fixture = fixture();
        std::fs::write(fixture.path().join("promo.toml"), "").unwrap();
        let mut all = vec![("GIT_CONFIG_NOSYSTEM", "0"), ("GIT_CONFIG_GLOBAL", "/dev/null")];
        all.extend(variables.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        let before: std::collections::BTreeSet<_> = files_below(&fixture.repo.path).into_iter().collect();
        let output = promoc(fixture.path(), &["run", "ship"], &all);
        assert_eq!(output.status.code(), Some(0), "{variables:?}: {}", said(&output));
        assert_eq!(
            git(&fixture, &["log", "-1", "--format=%an <%ae>, %cn <%ce>", "main"]),
            "Ann Lee <ann@example.com>, Ann Lee <ann@example.com>\n",
            "{variables:?}"
        );
        assert_eq!(
            git(&fixture, &["log", "-g", "-1", "--format=%gn <%ge> %gs", "main"]),
            "Ann Lee <ann@example.com> promoc\n",
            "{variables:?}"
        );
        let ledger = fixture.path().join(".promo/state.git");
        assert!(ledger.join("logs/refs/promo/releases/shop").is_dir(), "{variables:?}");
        let written = files_below(&fixture.repo.path).into_iter().filter(|path| !before.contains(path));
        let written: Vec<_> = written.chain([fixture.repo.path.join("refs/heads/main")]).collect();
        assert!(written.len() > 10, "{written:?}");
        for path in written.iter().chain(&files_below(&ledger.join("refs/promo"))) {
            let mode = path.metadata().unwrap().permissions().mode() & 0o7777;
            let asked = match path {
                path if path.is_dir() => 0o2070,
                path if path.starts_with(fixture.repo.path.join("objects")) => 0o040,
                _ => 0o060,
            };
            assert_eq!(mode & asked, asked, "{variables:?}: {} has mode {mode:o}", path.display());
        }
        let doctor = promoc(fixture.path(), &["doctor"], &all);
        assert!(String::from_utf8_lossy(&doctor.stdout).contains("  Ann Lee <ann@example.com>\n"), "{doctor:?}");
    }
}

/// The files and folders below a folder.
fn files_below(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        if entry.path().is_dir() {
            found.extend(files_below(&entry.path()));
        }
        found.push(entry.path());
    }
    found
}

#[test]
fn the_author_is_that_of_the_repository() {
    let fixture = fixture();
    let settings = fixture.path().join("promo.toml");
    let variables = [("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_NOSYSTEM", "1")];
    let author = || {
        let output = promoc(fixture.path(), &["run", "ship"], &variables);
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        let author = git(&fixture, &["log", "-1", "--format=%an <%ae>", "main"]);
        let doctor = promoc(fixture.path(), &["doctor"], &variables);
        assert!(String::from_utf8_lossy(&doctor.stdout).contains(&format!("  {author}")), "{author}: {doctor:?}");
        let dev = fixture.repo.read("envs/dev/values.yaml").unwrap();
        let tag = author.len();
        fixture.repo.commit(
            &[("envs/dev/values.yaml", Some(format!("{dev}# {tag}\n").replace("2.", &format!("2.{tag}.")).as_bytes()))],
            "next\n",
        );
        author
    };
    std::fs::write(&settings, "").unwrap();
    assert_eq!(author(), "promoc <promoc@localhost>\n");
    git(&fixture, &["config", "user.name", "Deploy Bot"]);
    git(&fixture, &["config", "user.email", "bot@shop.example"]);
    assert_eq!(author(), "Deploy Bot <bot@shop.example>\n");
    git(&fixture, &["config", "author.name", "Author"]);
    assert_eq!(author(), "Author <bot@shop.example>\n");
    std::fs::write(&settings, "[author]\nemail = \"me@example.com\"\n").unwrap();
    assert_eq!(author(), "Author <me@example.com>\n");
}

#[test]
fn a_repository_of_another_user_is_used_if_git_trusts_it() {
    const NOBODY: u32 = 65534;
    let fixture = fixture();
    if std::os::unix::fs::chown(&fixture.repo.path, Some(NOBODY), None).is_err() {
        std::io::stderr().write_all(b"SKIPPED: only root can give a folder to another user\n").unwrap();
        return;
    }
    let path = fixture.repo.path.display().to_string();
    let strict = [("HOME", "/nonexistent"), ("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_NOSYSTEM", "1")];
    let output = promoc(fixture.path(), &["run", "ship"], &strict);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    let help = format!(
        "`{path}` belongs to another user; if you trust its owner, run `git config --global --add safe.directory {path}`"
    );
    assert!(said(&output).contains(&help), "{}", said(&output));
    let trusted = [("GIT_CONFIG_COUNT", "1"), ("GIT_CONFIG_KEY_0", "safe.directory"), ("GIT_CONFIG_VALUE_0", &path)];
    let run = |arguments: &[&str]| promoc(fixture.path(), arguments, &[&strict[..], &trusted].concat());
    assert_eq!(run(&["run", "ship"]).status.code(), Some(0), "{}", said(&run(&["run", "ship"])));
    // It is not bare because it is trusted.
    git(&fixture, &["config", "core.bare", "false"]);
    assert!(
        said(&run(&["preview", "ship"])).contains("is not a bare repository"),
        "{}",
        said(&run(&["preview", "ship"]))
    );
}
