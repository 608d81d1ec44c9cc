//! Real scripts, claims and deaths.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::run_dir::RunDir;
use super::*;

/// Makes this test binary the filter: it is started with `FILTER_ARGUMENT`, which selects this test.
#[test]
fn __mask_output() {
    if std::env::var_os(filter::SECRETS).is_some() {
        run_filter();
    }
}

struct Fixture {
    directory: tempfile::TempDir,
}

impl Fixture {
    fn new() -> Self {
        Self { directory: tempfile::tempdir().unwrap() }
    }

    fn at(&self, path: &str) -> PathBuf {
        self.directory.path().join(path)
    }

    fn job(&self, script: &str) -> ScriptSpec {
        ScriptSpec {
            effect: "rel/1/prod/app/pre-action".into(),
            script: script.into(),
            directory: self.directory.path().to_owned(),
            parameters: BTreeMap::new(),
            gives: Vec::new(),
            log: self.at("logs/rel/1/prod/app/pre-action.log"),
            secrets: Vec::new(),
            run_directory: self.at("run"),
            promoc: std::env::current_exe().unwrap(),
        }
    }

    fn run_dir(&self, job: &ScriptSpec) -> RunDir {
        RunDir::new(&self.at("run"), &job.effect)
    }
}

/// Polls until the script has ended, far longer than any of these scripts takes.
fn wait(handle: &mut Handle) -> Finished {
    let begin = Instant::now();
    loop {
        if let Some(finished) = handle.poll() {
            return finished;
        }
        assert!(begin.elapsed() < Duration::from_secs(60), "{handle:?}");
        sleep(Duration::from_millis(5));
    }
}

fn run(job: &ScriptSpec) -> Finished {
    wait(&mut start(job).unwrap())
}

fn until(mut condition: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !condition() {
        assert!(begin.elapsed() < Duration::from_secs(60));
        sleep(Duration::from_millis(5));
    }
}

/// Starts the wrapper like a promoc that is killed right after: this process does not wait for it, and it is not its child.
fn start_and_die(job: &ScriptSpec) {
    let mut handle = start(job).unwrap();
    drop(handle.disown());
}

#[test]
fn a_script_runs_with_its_parameters_in_its_directory_without_input() {
    let fixture = Fixture::new();
    let mut job =
        fixture.job("pwd; echo \"$NAME|$APP_PATH|$PROMO_EFFECT_ID\"; cat; command -v mkdir >/dev/null; echo err >&2");
    job.parameters = [("NAME", "a b'$(x)\"\n;c"), ("PATH", "apps/web")].map(|(k, v)| (k.into(), v.into())).into();
    let finished = run(&job);
    assert_eq!(finished.status, ScriptStatus::Succeeded);
    let here = fixture.directory.path().canonicalize().unwrap();
    let log = format!("{}\na b'$(x)\"\n;c|apps/web|rel/1/prod/app/pre-action\nerr\n", here.display());
    assert_eq!(fs::read_to_string(&job.log).unwrap(), log);
    assert_eq!(finished.last_lines.last().unwrap(), "err");
}

#[test]
fn the_first_command_that_fails_ends_it_with_its_status() {
    let fixture = Fixture::new();
    let finished = run(&fixture.job("echo before\n(exit 3)\necho after"));
    assert_eq!((finished.status, finished.last_lines), (ScriptStatus::Exited(3), vec!["before".to_owned()]));
    let fixture = Fixture::new();
    let finished = run(&fixture.job("no-such-command"));
    assert_eq!(finished.status.to_string(), "exit status 127 (command not found)");
    assert!(finished.last_lines[0].contains("no-such-command"));
    let fixture = Fixture::new();
    assert_eq!(run(&fixture.job("kill -9 $$")).status.to_string(), "exit status 137 (killed by signal 9)");
}

#[test]
fn values_are_given_by_writing_files() {
    let fixture = Fixture::new();
    let mut job = fixture.job("echo 42 >\"$PROMO_GIVES/CHANGE_ID\"; printf '' >\"$PROMO_GIVES/EMPTY\"");
    job.gives = vec!["CHANGE_ID".into(), "EMPTY".into()];
    let finished = run(&job);
    assert_eq!(finished.status, ScriptStatus::Succeeded);
    assert_eq!(finished.gives, BTreeMap::from([("CHANGE_ID".into(), "42".into()), ("EMPTY".into(), String::new())]));

    job.effect = "another".into();
    job.gives.push("MISSING".into());
    let finished = run(&job);
    assert_eq!(
        finished.status.to_string(),
        "it declares `gives MISSING`, but did not write the value; write it to `$PROMO_GIVES/MISSING`"
    );
    assert!(finished.gives.is_empty());
}

#[test]
fn an_effect_is_started_once() {
    let fixture = Fixture::new();
    let job = fixture.job("echo x >>count; sleep 20");
    let mut first = start(&job).unwrap();
    assert!(matches!(start(&job), Err(Error::AlreadyStarted { .. })), "while it runs");
    assert!(matches!(forget(&job), Err(Error::AlreadyStarted { .. })), "a running script is not forgotten");
    until(|| fs::read_to_string(fixture.at("count")).is_ok_and(|text| text == "x\n"));
    first.stop(Duration::ZERO);
    wait(&mut first);
    assert!(matches!(start(&job), Err(Error::AlreadyStarted { .. })), "after it ended");
    assert_eq!(fs::read_to_string(fixture.at("count")).unwrap(), "x\n");
    forget(&job).unwrap();
    let left: Vec<_> = fs::read_dir(fixture.at("run")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.is_empty(), "{left:?}");
    assert_eq!(
        run(&ScriptSpec { script: "echo x >>count".into(), ..job }).status,
        ScriptStatus::Succeeded,
        "once forgotten, it may run again"
    );
}

#[test]
fn of_two_wrappers_one_runs() {
    for _ in 0..10 {
        let fixture = Fixture::new();
        let job = fixture.job("");
        let run_dir = fixture.run_dir(&job);
        fs::create_dir_all(fixture.at("run")).unwrap();
        run_dir.prepare("echo x >>count").unwrap();
        // There is no lock between them: only the claim decides.
        let wrapper = || {
            let mut command = Command::new("sh");
            command.args(["-c", start::WRAPPER, "wrapper"]).args([run_dir.claim(), run_dir.exit(), run_dir.script()]);
            command.current_dir(fixture.directory.path()).stdin(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
        };
        let mut wrappers = [wrapper(), wrapper(), wrapper()];
        let mut codes = wrappers.each_mut().map(|wrapper| wrapper.wait().unwrap().code().unwrap());
        codes.sort();
        assert_eq!(codes, [0, 75, 75]);
        assert_eq!(fs::read_to_string(fixture.at("count")).unwrap(), "x\n");
    }
}

#[test]
fn a_later_promoc_finds_what_became_of_it() {
    let fixture = Fixture::new();
    let mut job =
        fixture.job("echo begun; for i in $(seq 2000); do [ -e go ] && break; sleep 0.01; done; echo 7 >\"$PROMO_GIVES/N\"; echo ended");
    job.gives = vec!["N".into()];
    assert!(matches!(adopt(&job), Adopted::NeverClaimed), "there are no files");
    start_and_die(&job);
    let Adopted::Alive(mut handle) = adopt(&job) else { panic!("it is alive") };
    assert_eq!(handle.poll(), None);
    fs::write(fixture.at("go"), "").unwrap();
    let finished = wait(&mut handle);
    assert_eq!((&finished.status, finished.gives["N"].as_str()), (&ScriptStatus::Succeeded, "7"));
    assert_eq!(finished.last_lines, ["begun", "ended"]);
    let Adopted::Finished(again) = adopt(&job) else { panic!("it is finished") };
    assert_eq!(again, finished);
}

#[test]
fn a_script_whose_wrapper_died_may_have_run() {
    let fixture = Fixture::new();
    let job = fixture.job("echo begun; sleep 20");
    start_and_die(&job);
    let run_dir = fixture.run_dir(&job);
    until(|| fs::read_to_string(&job.log).is_ok_and(|log| !log.is_empty()));
    let group = run_dir.claimed_by().unwrap();
    let pid = rustix::process::Pid::from_raw(group.cast_signed()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
    // The script itself is still running, so it must not be started again.
    let Adopted::Alive(mut handle) = adopt(&job) else { panic!("the script is alive") };
    rustix::process::kill_process_group(pid, rustix::process::Signal::KILL).unwrap();
    assert_eq!(wait(&mut handle).status, ScriptStatus::Lost);
    assert!(matches!(adopt(&job), Adopted::Lost));
    assert!(matches!(start(&job), Err(Error::AlreadyStarted { .. })));
    forget(&job).unwrap();
    assert!(matches!(adopt(&job), Adopted::NeverClaimed));
}

#[test]
fn after_a_crash_of_the_machine_a_missing_claim_proves_nothing() {
    let fixture = Fixture::new();
    let job = fixture.job("true");
    fs::create_dir_all(fixture.at("run")).unwrap();
    fixture.run_dir(&job).prepare("true").unwrap();
    assert!(matches!(adopt(&job), Adopted::NeverClaimed), "prepared in this boot and not claimed, so it has not run");
    fs::write(fixture.run_dir(&job).job().join("boot"), "another boot").unwrap();
    assert!(matches!(adopt(&job), Adopted::Lost));
    assert!(matches!(start(&job), Err(Error::AlreadyStarted { .. })));
    fs::write(fixture.run_dir(&job).exit(), "").unwrap();
    assert!(matches!(adopt(&job), Adopted::Lost), "an exit file that the crash emptied does not count");
    fs::write(fixture.run_dir(&job).exit(), "4\n").unwrap();
    assert!(matches!(adopt(&job), Adopted::Finished(Finished { status: ScriptStatus::Exited(4), .. })));
}

#[test]
fn stop_ends_the_whole_group() {
    // A grandchild that ignores TERM, another one in the background, and a script that cleans up.
    let fixture = Fixture::new();
    let job = fixture.job("(trap '' TERM; echo $$ >a; sleep 20) & sleep 20 & echo $! >b; trap 'echo cleaned; exit 9' TERM; echo ready; wait");
    let mut handle = start(&job).unwrap();
    until(|| fs::read_to_string(&job.log).unwrap().contains("ready") && fixture.at("b").exists());
    handle.stop(Duration::from_secs(60));
    let finished = wait(&mut handle);
    assert_eq!(
        (finished.status, finished.last_lines.last().map(String::as_str)),
        (ScriptStatus::Stopped, Some("cleaned"))
    );
    // Everything that it started holds the lock.
    until(|| !fixture.run_dir(&job).is_held());
}

#[test]
fn what_does_not_stop_is_killed_after_the_grace() {
    for adopted in [false, true] {
        let fixture = Fixture::new();
        let job = fixture.job("trap '' TERM HUP INT; echo ready; for i in $(seq 2000); do sleep 0.01; done");
        let mut handle = start(&job).unwrap();
        until(|| fs::read_to_string(&job.log).unwrap().contains("ready"));
        if adopted {
            drop(handle.disown());
            let Adopted::Alive(found) = adopt(&job) else { panic!("it is alive") };
            handle = found;
        }
        handle.stop(Duration::from_secs(3600));
        sleep(Duration::from_millis(50));
        assert_eq!(handle.poll(), None, "the grace period has not passed");
        handle.stop(Duration::ZERO);
        assert_eq!(wait(&mut handle).status, ScriptStatus::Stopped);
        // A killed process releases the lock as it dies, which takes a moment on a busy machine.
        until(|| !fixture.run_dir(&job).is_held());
    }
}

#[test]
fn what_succeeded_before_it_was_stopped_has_succeeded() {
    let fixture = Fixture::new();
    let job = fixture.job("true");
    let mut handle = start(&job).unwrap();
    until(|| fixture.run_dir(&job).exit().exists());
    handle.stop(Duration::ZERO);
    assert_eq!(wait(&mut handle).status, ScriptStatus::Succeeded);
}

#[test]
fn secrets_never_reach_the_log() {
    let fixture = Fixture::new();
    let mut job =
        fixture.job("printf 'a hunt'; sleep 0.05; printf 'er22 b\\n'; echo \"$API_TOKEN\" >&2; echo \"$NAME\"");
    job.secrets = vec!["hunter22".into()];
    job.parameters = [("API_TOKEN", "t0ken\nof two lines"), ("NAME", "web")].map(|(k, v)| (k.into(), v.into())).into();
    let finished = run(&job);
    assert_eq!(finished.status, ScriptStatus::Succeeded);
    let lines: Vec<&str> = finished.last_lines.iter().map(String::as_str).filter(|line| !line.is_empty()).collect();
    assert_eq!(lines, ["a *** b", "***", "web"]);
    let every_file =
        Command::new("grep").args(["-r", "-l", "-e", "t0ken"]).arg(fixture.directory.path()).output().unwrap();
    assert_eq!(String::from_utf8(every_file.stdout).unwrap(), "");
}

#[test]
fn a_process_in_the_background_does_not_hold_the_workflow_up() {
    let fixture = Fixture::new();
    let mut job = fixture.job("sleep 20 & echo $! >pid; echo done");
    job.secrets = vec!["something secret".into()];
    let finished = run(&job);
    assert_eq!((finished.status, finished.last_lines), (ScriptStatus::Succeeded, vec!["done".to_owned()]));
    forget(&job).unwrap();
    let pid = fs::read_to_string(fixture.at("pid")).unwrap();
    assert!(Command::new("kill").arg(pid.trim()).status().unwrap().success(), "it is left alone");
}

#[test]
fn what_cannot_be_started_says_why() {
    let fixture = Fixture::new();
    let mut job = fixture.job("true");
    job.directory = fixture.at("missing");
    let message = start(&job).unwrap_err().to_string();
    assert!(message.starts_with("cannot start `sh` in `") && message.contains("no such file"), "{message}");
    // It has not run. A process that another test is just starting may hold its lock for a moment.
    until(|| matches!(adopt(&job), Adopted::NeverClaimed));

    let mut job = fixture.job("true");
    fs::write(fixture.at("file"), "").unwrap();
    job.run_directory = fixture.at("file/run");
    assert!(start(&job).unwrap_err().to_string().starts_with("cannot create the directory `"));

    let mut job = fixture.job("true");
    job.log = fixture.at("file/log");
    assert!(matches!(start(&job), Err(Error::System { .. })));

    let mut job = fixture.job("true");
    (job.secrets, job.promoc) = (vec!["secret".into()], fixture.at("no-promoc"));
    assert!(start(&job).unwrap_err().to_string().starts_with("cannot mask the log with `"));

    let mut job = fixture.job("true");
    job.parameters.insert("X".into(), "a\0b".into());
    assert!(matches!(start(&job), Err(Error::NullCharacter { .. })));
}

#[test]
fn no_zombies_are_left() {
    let fixture = Fixture::new();
    let mut job = fixture.job("true");
    job.secrets = vec!["secret".into()];
    let mut handle = start(&job).unwrap();
    let children = handle.children();
    assert_eq!(children.len(), 2);
    wait(&mut handle);
    for child in children {
        until(|| {
            handle.poll();
            !std::path::Path::new(&format!("/proc/{child}")).exists()
        });
    }
}
