//! The filter: a second promoc process that masks the output of a script on its way to the log.
//!
//! It is a separate process because it must outlive promoc: a script whose output nobody reads would die. The secrets are
//! in its environment, where only the same user can read them, as in the script's own. They are in no file and on no
//! command line.

use std::fs::File;
use std::io::{self, PipeWriter, Read, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::source::Masker;

/// If this is its first argument, promoc must do nothing but [`run_filter`]. It is also the name of a test, so that the
/// test binary can stand in for promoc.
pub(crate) const FILTER_ARGUMENT: &str = "__mask_output";

/// The environment variable with the secrets, as a JSON list.
pub(super) const SECRETS: &str = "PROMO_FILTER_SECRETS";

/// Copies standard input, masked, to standard error, which is the log, until the last writer is gone. promoc does this if
/// its first argument is [`FILTER_ARGUMENT`].
pub(crate) fn run_filter() {
    let secrets: Vec<String> =
        std::env::var(SECRETS).ok().and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    let masker = Masker::new(secrets.iter().map(String::as_str));
    copy(&mut io::stdin().lock(), &mut io::stderr().lock(), masker);
}

/// Reads to the end in any case: if the disk is full, output is lost, but the script continues.
fn copy(from: &mut impl Read, to: &mut impl Write, mut masker: Masker) {
    let mut buffer = vec![0; 64 * 1024];
    let mut write = |bytes: &[u8]| drop(to.write_all(bytes));
    loop {
        match from.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => write(&masker.push(buffer.get(..count).unwrap_or_default())),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => break,
        }
    }
    write(&masker.finish());
}

/// Starts the filter. Everything written to the pipe is masked and goes to the log. The filter holds a lock on the log
/// while it lives.
pub(super) fn start(promoc: &Path, secrets: &[&str], log: File) -> io::Result<(Child, PipeWriter)> {
    let (reader, writer) = io::pipe()?;
    log.try_lock()?;
    let secrets = serde_json::to_string(secrets)?;
    let child = Command::new(promoc)
        .arg(FILTER_ARGUMENT)
        .env_clear()
        .env(SECRETS, secrets)
        .stdin(reader)
        .stdout(Stdio::null())
        .stderr(log)
        .process_group(0)
        .spawn()?;
    Ok((child, writer))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Full;

    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_full_disk_does_not_stop_the_reading() {
        let mut input = io::Cursor::new(vec![b'x'; 300_000]);
        copy(&mut input, &mut Full, Masker::new([]));
        assert_eq!(input.position(), 300_000);
    }
}
