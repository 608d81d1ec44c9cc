//! The end of a log, safe to show.

use crate::source::escaped;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

/// How much of the end of a log is read, in bytes, and how much of a line is shown, in characters.
const BYTES: u64 = 64 * 1024;
const LINE: usize = 400;

/// The last lines of a log, escaped; empty if it cannot be read.
pub(super) fn last_lines(log: &Path, count: usize) -> Vec<String> {
    let Ok(bytes) = end_of(log) else { return Vec::new() };
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<&str> = text.lines().collect();
    lines.iter().skip(lines.len().saturating_sub(count)).map(|line| shown(line)).collect()
}

fn end_of(log: &Path) -> std::io::Result<Vec<u8>> {
    let mut file = File::open(log)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(BYTES)))?;
    let mut bytes = Vec::new();
    file.take(BYTES).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A line as a terminal would show it (a progress bar overwrites itself), escaped and cut to a reasonable length.
fn shown(line: &str) -> String {
    let line = line.trim_end_matches('\r');
    let line = escaped(line.rsplit('\r').next().unwrap_or(line));
    match line.char_indices().nth(LINE) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines_are_those_that_a_terminal_would_show() {
        let directory = tempfile::tempdir().unwrap();
        let log = directory.path().join("log");
        let text: String = (1..=30).map(|number| format!("line {number}\n")).collect();
        std::fs::write(&log, text + "10%\r50%\r100%\r\n" + &"x".repeat(500) + "\n\u{1b}c").unwrap();
        let lines = last_lines(&log, 4);
        assert_eq!(lines, ["line 30".to_owned(), "100%".to_owned(), "x".repeat(400) + "…", "\\u{1b}c".to_owned()]);
        std::fs::write(&log, "y".repeat(200_000) + "\nend").unwrap();
        assert_eq!(last_lines(&log, 1), ["end"]);
        assert_eq!(last_lines(&directory.path().join("none"), 1), [""; 0]);
    }
}
