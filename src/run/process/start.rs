//! Starts a script: its wrapper, its environment and its output.

use std::fs::{File, TryLockError};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use super::handle::Handle;
use super::run_dir::{RunDir, Trace};
use super::{Error, ScriptSpec, filter, private};
use crate::run::secrets::secret_values;
use crate::source::Masker;

/// The wrapper. Its arguments are the claim, the exit file and the script. It sets no variables, because the script would
/// see them.
///
/// Its standard input is the lock, which becomes descriptor 9 and so is inherited by everything that it starts. A signal
/// to the group ends the script but not the wrapper, which still has to write the exit status.
///
/// Its own files are for this user only; the script has the umask of promoc.
pub(super) const WRAPPER: &str = r#"
exec 9<&0 </dev/null
set -- "$1" "$2" "$3" "$(umask)"
umask 077
mkdir "$1" || exit 75
printf '%s\n' "$$" >"$1/pid.tmp" && mv "$1/pid.tmp" "$1/pid"
umask "$4"
trap : HUP INT TERM
sh -e "$3"
set -- "$@" "$?"
umask 077
printf '%s\n' "$5" >"$2.tmp" && mv "$2.tmp" "$2"
exit "$5"
"#;

/// Starts a script that has not been started before. It outlives this process.
pub(crate) fn start(spec: &ScriptSpec) -> Result<Handle, Error> {
    if let Some((name, _)) = spec.parameters.iter().find(|(_, value)| value.contains('\0')) {
        return Err(Error::NullCharacter { name: name.clone() });
    }
    private::directories(&spec.run_directory).map_err(Error::system("create the directory", &spec.run_directory))?;
    // The wrapper runs in another directory, so its paths must be absolute.
    let run = spec.run_directory.canonicalize().map_err(Error::system("find", &spec.run_directory))?;
    let run_dir = RunDir::new(&run, &spec.effect);
    let lock = lock(spec, &run_dir)?;
    if run_dir.trace() != Trace::NotRun {
        return Err(started_before(spec));
    }
    run_dir.prepare(&spec.script).map_err(Error::system("write the files of a workflow to", &run_dir.job()))?;
    let log = open_log(&spec.log)?;

    let secrets: Vec<&str> = spec.secrets.iter().map(String::as_str).chain(secret_values(&spec.parameters)).collect();
    let (filter, output, errors) = if Masker::new(secrets.iter().copied()).is_idle() {
        let errors = log.try_clone().map_err(Error::system("open the log", &spec.log))?;
        (None, Stdio::from(log), Stdio::from(errors))
    } else {
        let (filter, writer) =
            filter::start(&spec.promoc, &secrets, log).map_err(Error::system("mask the log with", &spec.promoc))?;
        let errors = writer.try_clone().map_err(Error::system("write to the log", &spec.log))?;
        (Some(filter), Stdio::from(writer), Stdio::from(errors))
    };

    let child = Command::new("sh")
        .args(["-c", WRAPPER, "promoc-wrapper"])
        .args([run_dir.claim(), run_dir.exit(), run_dir.script()])
        .current_dir(&spec.directory)
        .envs(spec.parameters.iter().map(|(name, value)| (variable(name), value)))
        .env("PROMO_EFFECT_ID", &spec.effect)
        .env("PROMO_GIVES", run_dir.gives())
        .stdin(lock)
        .stdout(output)
        .stderr(errors)
        .process_group(0)
        .spawn()
        .map_err(Error::system("start `sh` in", &spec.directory))?;
    Ok(Handle::started(spec, run_dir, child, filter))
}

/// The environment variable of a parameter: its name, except for `PATH`, which must remain the system's.
pub(in crate::run) fn variable(parameter: &str) -> &str {
    if parameter == "PATH" { "APP_PATH" } else { parameter }
}

pub(super) fn started_before(spec: &ScriptSpec) -> Error {
    Error::AlreadyStarted { effect: spec.effect.clone(), run_directory: spec.run_directory.clone() }
}

/// Takes the lock. If it stays taken, the script is running.
fn lock(spec: &ScriptSpec, run_dir: &RunDir) -> Result<File, Error> {
    let path = run_dir.lock();
    let file = private::options().create(true).truncate(false).read(true).write(true).open(&path);
    let file = file.map_err(Error::system("write to", &path))?;
    // A process that only tests the lock holds it for a moment.
    for _ in 0..10 {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) => sleep(Duration::from_millis(10)),
            Err(TryLockError::Error(source)) => return Err(Error::system("lock", &path)(source)),
        }
    }
    Err(started_before(spec))
}

fn open_log(path: &Path) -> Result<File, Error> {
    if let Some(directory) = path.parent() {
        private::directories(directory).map_err(Error::system("create the directory", directory))?;
    }
    private::options().create(true).append(true).open(path).map_err(Error::system("open the log", path))
}
