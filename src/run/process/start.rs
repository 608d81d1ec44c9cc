//! Starting a script: the wrapper, its environment and where its output goes.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use super::handle::Handle;
use super::place::{Place, Trace};
use super::{Error, ScriptSpec, filter};
use crate::run::secrets::secret_values;
use crate::source::Masker;

/// The wrapper. Its arguments are the claim, the exit file and the script; it has no variables, which the script would see.
///
/// Its standard input is the lock, which goes to descriptor 9 and so to everything that it starts. A signal to the group ends
/// the script but not the wrapper, which still has the exit status to write.
pub(super) const WRAPPER: &str = r#"
exec 9<&0 </dev/null
mkdir "$1" || exit 75
printf '%s\n' "$$" >"$1/pid.tmp" && mv "$1/pid.tmp" "$1/pid"
trap : HUP INT TERM
sh -e "$3"
set -- "$@" "$?"
printf '%s\n' "$4" >"$2.tmp" && mv "$2.tmp" "$2"
exit "$4"
"#;

/// Starts a script that has not been started before. It goes on whatever becomes of this process.
pub fn start(job: &ScriptSpec) -> Result<Handle, Error> {
    if let Some((name, _)) = job.parameters.iter().find(|(_, value)| value.contains('\0')) {
        return Err(Error::NullCharacter { name: name.clone() });
    }
    fs::create_dir_all(&job.run_directory).map_err(Error::system("make the directory", &job.run_directory))?;
    // The wrapper works elsewhere, so its paths must be absolute.
    let run = job.run_directory.canonicalize().map_err(Error::system("find", &job.run_directory))?;
    let place = Place::new(&run, &job.effect);
    let lock = lock(job, &place)?;
    if place.trace() != Trace::NotRun {
        return Err(started_before(job));
    }
    place.prepare(&job.script).map_err(Error::system("write the files of a workflow to", &place.job()))?;
    let log = open_log(&job.log)?;

    let secrets: Vec<&str> = job.secrets.iter().map(String::as_str).chain(secret_values(&job.parameters)).collect();
    let (filter, output, errors) = if Masker::new(secrets.iter().copied()).is_idle() {
        let errors = log.try_clone().map_err(Error::system("open the log", &job.log))?;
        (None, Stdio::from(log), Stdio::from(errors))
    } else {
        let (filter, writer) =
            filter::start(&job.promoc, &secrets, log).map_err(Error::system("mask the log by", &job.promoc))?;
        let errors = writer.try_clone().map_err(Error::system("write to the log", &job.log))?;
        (Some(filter), Stdio::from(writer), Stdio::from(errors))
    };

    let child = Command::new("sh")
        .args(["-c", WRAPPER, "promoc-wrapper"])
        .args([place.claim(), place.exit(), place.script()])
        .current_dir(&job.directory)
        .envs(job.parameters.iter().map(|(name, value)| (variable(name), value)))
        .env("PROMO_EFFECT_ID", &job.effect)
        .env("PROMO_GIVES", place.gives())
        .stdin(lock)
        .stdout(output)
        .stderr(errors)
        .process_group(0)
        .spawn()
        .map_err(Error::system("start `sh` in", &job.directory))?;
    Ok(Handle::started(job, place, child, filter))
}

/// The variable of a parameter: its name, except that `PATH` must stay the system's.
pub(super) fn variable(parameter: &str) -> &str {
    if parameter == "PATH" { "APP_PATH" } else { parameter }
}

pub(super) fn started_before(job: &ScriptSpec) -> Error {
    Error::AlreadyStarted { effect: job.effect.clone(), run_directory: job.run_directory.clone() }
}

/// Takes the lock; where it stays taken, somebody is running the script.
fn lock(job: &ScriptSpec, place: &Place) -> Result<File, Error> {
    let path = place.lock();
    let file = OpenOptions::new().create(true).truncate(false).read(true).write(true).open(&path);
    let file = file.map_err(Error::system("write to", &path))?;
    // Whoever only looks whether it is taken holds it for an instant.
    for _ in 0..10 {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) => sleep(Duration::from_millis(10)),
            Err(TryLockError::Error(source)) => return Err(Error::system("lock", &path)(source)),
        }
    }
    Err(started_before(job))
}

fn open_log(path: &Path) -> Result<File, Error> {
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory).map_err(Error::system("make the directory", directory))?;
    }
    OpenOptions::new().create(true).append(true).open(path).map_err(Error::system("open the log", path))
}
