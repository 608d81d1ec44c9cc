//! What git's configuration says about commits and hooks, in whole releases.

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
            eprintln!("SKIPPED: there is no `ssh-keygen` on this machine");
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
    let (hooks, global) = (hooks.to_str().unwrap(), global.to_str().unwrap());
    let parameters = format!("'core.hooksPath'='{hooks}'");
    let counted = [("GIT_CONFIG_COUNT", "1"), ("GIT_CONFIG_KEY_0", "core.hooksPath"), ("GIT_CONFIG_VALUE_0", hooks)];
    let ways: [&[(&str, &str)]; 4] = [
        &counted,
        &[("GIT_CONFIG_PARAMETERS", &parameters)],
        &[("GIT_CONFIG_GLOBAL", global)],
        &[("GIT_CONFIG_SYSTEM", global)],
    ];
    for variables in ways {
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
    git(&fixture, &["worktree", "remove", "tree"]);
    assert_eq!(promoc(fixture.path(), &["run", "ship"], &[]).status.code(), Some(0));
}
