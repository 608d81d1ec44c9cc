//! Signed commits, verified by git, and the other settings of git that a repository may have.

use super::*;

/// Whether a program is installed. Without it a test says so and proves nothing; the gate installs all.
pub(super) fn is_installed(program: &str) -> bool {
    let found =
        std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()).any(|at| at.join(program).is_file());
    if !found {
        std::io::Write::write_all(&mut std::io::stderr(), format!("SKIPPED: no `{program}` here\n").as_bytes())
            .unwrap();
    }
    found
}

fn run(program: &str, arguments: &[&str]) {
    let output = Command::new(program).args(arguments).output().unwrap();
    assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

const AUTHOR: (&str, &str) = ("Release Bot", "bot@example.com");

fn author() -> Author {
    Author { name: AUTHOR.0.to_owned(), email: AUTHOR.1.to_owned() }
}

fn edit(repository: &dyn Repository, message: &str) -> Result<CommitId> {
    let change = FileChange { path: "a".to_owned(), change: PathChange::Edit(b"2\n".to_vec()) };
    let head = repository.head(None)?.commit;
    Ok(repository.write(&head, &[change], &author(), message)?.expect("it changes something"))
}

/// A repository that signs with a new ssh key.
fn with_ssh_key() -> Fixture {
    let fixture = Fixture::new(&[("a", "1\n")]);
    let key = fixture.at("key").display().to_string();
    run("ssh-keygen", &["-q", "-t", "ed25519", "-N", "", "-C", "bot", "-f", &key]);
    let public = std::fs::read_to_string(fixture.at("key.pub")).unwrap();
    std::fs::write(fixture.at("allowed"), format!("{} {public}", AUTHOR.1)).unwrap();
    for (name, value) in [
        ("commit.gpgSign", "yes"),
        ("gpg.format", "ssh"),
        ("user.signingKey", &key),
        ("gpg.ssh.allowedSignersFile", &fixture.at("allowed").display().to_string()),
    ] {
        fixture.git("x.git", &["config", name, value]);
    }
    fixture
}

const MESSAGE: &str = "Promote shop to qa\n\n#1 is kept\n\nPromo-Effect: shop/r/1/qa/app/action\n";

#[test]
fn a_commit_is_signed_with_an_ssh_key_and_is_otherwise_the_same() {
    if !is_installed("ssh-keygen") {
        return;
    }
    let fixture = with_ssh_key();
    let repository = fixture.open();
    let head = repository.head(None).unwrap().commit;
    let before = fixture.git("x.git", &["count-objects", "-v"]);
    assert_eq!(repository.check_signature(&head, &author()), Ok(true));
    assert_eq!(fixture.git("x.git", &["count-objects", "-v"]), before, "a trial leaves nothing");

    let signed = edit(&*repository, MESSAGE).unwrap();
    fixture.git("x.git", &["verify-commit", &signed.0]);
    let shown = fixture.git("x.git", &["log", "-1", "--show-signature", &signed.0]);
    assert!(shown.contains("Good \"git\" signature for bot@example.com"), "{shown}");

    let plain = open("./x.git", fixture.directory.path(), Signatures::Never, &Blobs::default()).unwrap();
    assert_eq!(plain.check_signature(&head, &author()), Ok(false));
    let unsigned = edit(&*plain, MESSAGE).unwrap();
    let fields = |commit: &CommitId| {
        let text = fixture.git("x.git", &["log", "-1", "--format=%T%n%P%n%an %ae %cn %ce%n%B", &commit.0]);
        let zones = fixture.git("x.git", &["log", "-1", "--date=format:%z", "--format=%ad %cd", &commit.0]);
        (text, zones)
    };
    assert_eq!(fields(&signed), fields(&unsigned));
    assert!(!fixture.git("x.git", &["cat-file", "-p", &unsigned.0]).contains("gpgsig"));
    assert_eq!(repository.advance("main", &head, &signed), Ok(Advance::Moved));
}

#[test]
fn a_commit_is_signed_with_gpg() {
    if !is_installed("gpg") {
        return;
    }
    let fixture = Fixture::new(&[("a", "1\n")]);
    // A socket of the agent must have a short path.
    let home = tempfile::Builder::new().prefix("g").tempdir_in("/tmp").unwrap();
    let homedir = home.path().display().to_string();
    let user = format!("{} <{}>", AUTHOR.0, AUTHOR.1);
    let new = ["--batch", "--passphrase", "", "--quick-gen-key", &user, "ed25519", "sign", "never"];
    run("gpg", &[&["--homedir", &homedir], &new[..]].concat());
    let program = fixture.at("gpg");
    std::fs::write(&program, format!("#!/bin/sh\nexec gpg --homedir '{homedir}' \"$@\"\n")).unwrap();
    run("chmod", &["+x", &program.display().to_string()]);
    fixture.git("x.git", &["config", "commit.gpgsign", "true"]);
    fixture.git("x.git", &["config", "gpg.program", &program.display().to_string()]);
    let repository = fixture.open();
    let signed = edit(&*repository, MESSAGE).unwrap();
    fixture.git("x.git", &["verify-commit", &signed.0]);

    // Somebody whose key is not there.
    let other = Author { name: "Other".to_owned(), email: "other@example.com".to_owned() };
    let head = repository.head(None).unwrap().commit;
    let error = repository.check_signature(&head, &other).unwrap_err().to_string();
    assert!(error.contains("No secret key") && error.contains("`git.sign = false`"), "{error}");
    assert!(!error.contains('\n') && !error.contains("GNUPG:"), "{error}");
    drop(Command::new("gpgconf").args(["--homedir", &homedir, "--kill", "all"]).status());
}

#[test]
fn without_the_key_no_commit_is_made() {
    let fixture = Fixture::new(&[("a", "1\n")]);
    fixture.git("x.git", &["config", "commit.gpgsign", "true"]);
    fixture.git("x.git", &["config", "gpg.format", "ssh"]);
    fixture.git("x.git", &["config", "user.signingKey", "/nowhere/key"]);
    let repository = fixture.open();
    let head = repository.head(None).unwrap().commit;
    for error in [edit(&*repository, MESSAGE).unwrap_err(), repository.check_signature(&head, &author()).unwrap_err()] {
        assert!(matches!(&error, Error::Unsigned { .. }), "{error}");
        assert!(error.to_string().contains("/nowhere/key"), "{error}");
    }
    assert_eq!(repository.head(None).unwrap().commit, head);
}

#[test]
fn a_signature_that_a_signal_interrupts_is_made_again() {
    let fixture = Fixture::new(&[("a", "1\n")]);
    // Ctrl-C in a terminal reaches git and its children, too. (A test must not ask for SIGINT: a shell that runs it in the
    // background lets all children ignore that.)
    let program = fixture.at("gpg");
    let script = "#!/bin/sh\ncat > /dev/null\nif mkdir \"$0.once\" 2> /dev/null; then kill -TERM $PPID; sleep 1; exit 1; fi\n\
        echo '[GNUPG:] SIG_CREATED ' >&2\necho signature\n";
    std::fs::write(&program, script).unwrap();
    run("chmod", &["+x", &program.display().to_string()]);
    fixture.git("x.git", &["config", "commit.gpgsign", "true"]);
    fixture.git("x.git", &["config", "gpg.program", &program.display().to_string()]);
    let signed = edit(&*fixture.open(), MESSAGE).unwrap();
    assert!(fixture.git("x.git", &["cat-file", "-p", &signed.0]).contains("gpgsig signature"));
    assert!(fixture.at("gpg.once").exists());
}

#[test]
fn a_branch_that_a_working_tree_has_checked_out_is_not_moved() {
    let fixture = Fixture::new(&[("a", "1\n")]);
    fixture.git("x.git", &["worktree", "add", "-q", "../tree", "main"]);
    let repository = fixture.open();
    let (path, branch, tree) = (fixture.at("x.git"), "main".to_owned(), fixture.at("tree").canonicalize().unwrap());
    let refused = Err(Error::CheckedOut { path, branch, tree });
    assert_eq!(repository.check_writable("main"), refused);
    assert_eq!(repository.check_writable("other"), Ok(()));
    let head = repository.head(None).unwrap().commit;
    let commit = edit(&*repository, MESSAGE).unwrap();
    assert_eq!(repository.advance("main", &head, &commit).map(drop), refused.map(drop));
    assert_eq!(repository.head(None).unwrap().commit, head);
    // A setting that tells git to allow it tells promoc, too.
    fixture.git("x.git", &["config", "receive.denyCurrentBranch", "ignore"]);
    assert_eq!(fixture.open().check_writable("main"), Ok(()));
    fixture.git("x.git", &["config", "--unset", "receive.denyCurrentBranch"]);
    fixture.git("tree", &["checkout", "-q", "--detach"]);
    assert_eq!(fixture.open().advance("main", &head, &commit), Ok(Advance::Moved));
}

#[test]
fn a_hook_in_the_configuration_is_refused_by_name() {
    let fixture = Fixture::new(&[("a", "1\n")]);
    fixture.git("x.git", &["config", "hook.scan.command", "false"]);
    fixture.git("x.git", &["config", "hook.scan.event", "pre-commit"]);
    fixture.open();
    fixture.git("x.git", &["config", "hook.scan.event", "pre-receive"]);
    let (hook, event) = ("scan".to_owned(), "pre-receive".to_owned());
    assert_eq!(fixture.refusal("./x.git"), Error::ConfiguredHook { path: fixture.at("x.git"), hook, event });
}
