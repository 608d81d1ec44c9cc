//! Where words go: results to standard output, everything else to standard error.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::render::{Style, human};
use crate::source::{SourceMap, harmless, is_harmful, plain};

/// The two streams of a command, and how they are to look.
pub(crate) struct Out {
    result: Box<dyn Write>,
    /// Whether standard output is a terminal, which would obey what strangers wrote.
    shown: bool,
    note: Box<dyn Write>,
    /// How diagnostics are drawn.
    pub style: Style,
    /// Whether standard error is a terminal on which progress may move.
    pub live: bool,
    /// Columns of the terminal; 100 where there is none.
    pub width: usize,
}

impl Out {
    /// The real streams. Colour and progress only on a terminal; `NO_COLOR` is heeded.
    pub(crate) fn for_terminal() -> Out {
        let live = io::stderr().is_terminal();
        let colour = live && anstream::AutoStream::choice(&io::stderr()) != anstream::ColorChoice::Never;
        let width = usize::from(console_width().unwrap_or(100)).clamp(40, 200);
        let narrated = std::env::var("NO_GRAPHICS").is_ok_and(|value| !value.is_empty());
        Out {
            result: Box::new(io::stdout()),
            shown: io::stdout().is_terminal(),
            note: Box::new(io::stderr()),
            style: Style { width, colour, narrated },
            live: live && std::env::var("TERM").as_deref() != Ok("dumb"),
            width,
        }
    }

    /// Prints a result. Control characters from strangers never reach the terminal.
    ///
    /// # Errors
    /// Where standard output is gone.
    pub(crate) fn result(&mut self, text: &str) -> Result<(), Failure> {
        self.write(&harmless(text))
    }

    /// Prints what is a file: byte for byte, except on a terminal.
    ///
    /// # Errors
    /// Where standard output is gone.
    pub(crate) fn file(&mut self, text: &str) -> Result<(), Failure> {
        if self.shown { self.result(text) } else { self.write(text) }
    }

    fn write(&mut self, text: &str) -> Result<(), Failure> {
        self.result.write_all(text.as_bytes()).and_then(|()| self.result.flush()).map_err(Failure::from_output)
    }

    /// Prints a result line.
    ///
    /// # Errors
    /// Where standard output is gone.
    pub(crate) fn line(&mut self, text: &str) -> Result<(), Failure> {
        self.result(&format!("{text}\n"))
    }

    /// Prints a JSON document as a result. What a terminal would obey is escaped, so that every value arrives as it is.
    ///
    /// # Errors
    /// Where standard output is gone.
    pub(crate) fn json(&mut self, document: &impl serde::Serialize) -> Result<(), Failure> {
        let text = serde_json::to_string_pretty(document).map_err(|error| Failure::new(error.to_string()))?;
        let mut safe = String::with_capacity(text.len() + 1);
        for character in text.chars() {
            // INVARIANT: all of them have four digits, and stand in strings.
            match is_harmful(character) {
                true => safe.push_str(&format!("\\u{:04x}", u32::from(character))),
                false => safe.push(character),
            }
        }
        self.line(&safe)
    }

    /// Says something beside the result. Where standard error is gone nobody listens, and the work goes on.
    pub(crate) fn note(&mut self, text: &str) {
        let _ = writeln!(self.note, "{}", harmless(text)).and_then(|()| self.note.flush());
    }

    /// Shows diagnostics.
    pub(crate) fn diagnostics(&mut self, diagnostics: &[Diagnostic], sources: &SourceMap) {
        let _ =
            self.note.write_all(human(diagnostics, sources, self.style).as_bytes()).and_then(|()| self.note.flush());
    }
}

fn console_width() -> Option<u16> {
    let size = rustix::termios::tcgetwinsize(io::stderr()).ok()?;
    (size.ws_col > 0).then_some(size.ws_col)
}

/// The last words of a program that cannot go on.
pub(super) fn last_words(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// Why a command could not do what was asked.
#[derive(Debug)]
pub(crate) struct Failure {
    /// What is wrong.
    message: String,
    /// What to do.
    help: Option<String>,
    /// 1 or 2.
    exit: u8,
    /// Nothing is said: standard output was closed by its reader, or everything has been said.
    silent: bool,
}

impl Failure {
    /// The question could not be put: exit 2.
    pub(crate) fn new(message: impl Into<String>) -> Failure {
        Failure { message: message.into(), help: None, exit: 2, silent: false }
    }

    /// The answer is no: exit 1.
    pub(crate) fn no(message: impl Into<String>) -> Failure {
        Failure { exit: 1, ..Failure::new(message) }
    }

    /// Everything has been said already.
    pub(crate) fn said(exit: u8) -> Failure {
        Failure { exit, silent: true, ..Failure::new(String::new()) }
    }

    /// Adds what to do.
    #[must_use]
    pub(crate) fn help(mut self, help: impl Into<String>) -> Failure {
        self.help = Some(help.into());
        self
    }

    pub(super) fn from_output(error: io::Error) -> Failure {
        let silent = error.kind() == io::ErrorKind::BrokenPipe;
        Failure { silent, ..Failure::new(format!("standard output cannot be written: {}", plain(&error))) }
    }

    /// What is wrong, and what to do.
    pub(super) fn words(self) -> (String, String) {
        (self.message, self.help.unwrap_or_default())
    }

    pub(super) fn show(self, out: &mut Out) -> ExitCode {
        if !self.silent {
            out.note(&format!("error: {}", self.message));
            if let Some(help) = self.help {
                out.note(&format!("  help: {help}"));
            }
        }
        ExitCode::from(self.exit)
    }
}
