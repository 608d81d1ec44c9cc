//! The output of commands: results go to standard output, everything else to standard error.
//!
//! Only this module and `progress` write to a stream. Text from programs, repositories and workflows may contain control
//! characters; none reaches a terminal.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::render::{Style, human};
use crate::source::{SourceMap, harmless, is_harmful, plain};

/// The two streams of a command, and how to draw on them.
pub(crate) struct Out {
    result: Box<dyn Write>,
    /// Whether standard output is a terminal, which would execute control sequences in a file.
    shown: bool,
    note: Box<dyn Write>,
    /// The style of diagnostics, by the terminal on standard error.
    pub style: Style,
    /// Whether standard error is a terminal that can redraw a line.
    pub live: bool,
    /// The width of the terminal in columns, from 40 to 200; 100 if there is no terminal.
    pub width: usize,
}

impl Out {
    /// The streams of this process. Color and progress appear only on a terminal; `NO_COLOR` turns color off.
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

    /// Prints a result, with control characters replaced.
    ///
    /// # Errors
    /// If standard output cannot be written to.
    pub(crate) fn result(&mut self, text: &str) -> Result<(), Failure> {
        self.write(&harmless(text))
    }

    /// Prints the content of a file: byte for byte, except on a terminal.
    ///
    /// # Errors
    /// If standard output cannot be written to.
    pub(crate) fn file(&mut self, text: &str) -> Result<(), Failure> {
        if self.shown { self.result(text) } else { self.write(text) }
    }

    fn write(&mut self, text: &str) -> Result<(), Failure> {
        self.result.write_all(text.as_bytes()).and_then(|()| self.result.flush()).map_err(Failure::from_output)
    }

    /// Prints a result and a line break.
    ///
    /// # Errors
    /// If standard output cannot be written to.
    pub(crate) fn line(&mut self, text: &str) -> Result<(), Failure> {
        self.result(&format!("{text}\n"))
    }

    /// Prints a JSON document as a result. Control characters are escaped as `\uXXXX`, so a parser still reads every value.
    ///
    /// # Errors
    /// If standard output cannot be written to.
    pub(crate) fn json(&mut self, document: &impl serde::Serialize) -> Result<(), Failure> {
        let text = serde_json::to_string_pretty(document).map_err(|error| Failure::new(error.to_string()))?;
        let mut safe = String::with_capacity(text.len() + 1);
        for character in text.chars() {
            // INVARIANT: each fits in four digits and appears only in strings.
            match is_harmful(character) {
                true => safe.push_str(&format!("\\u{:04x}", u32::from(character))),
                false => safe.push(character),
            }
        }
        self.line(&safe)
    }

    /// Prints a line that is not a result. If standard error is closed, the line is dropped and the command continues.
    pub(crate) fn note(&mut self, text: &str) {
        let _ = writeln!(self.note, "{}", harmless(text)).and_then(|()| self.note.flush());
    }

    /// Draws diagnostics on standard error.
    pub(crate) fn diagnostics(&mut self, diagnostics: &[Diagnostic], sources: &SourceMap) {
        let _ =
            self.note.write_all(human(diagnostics, sources, self.style).as_bytes()).and_then(|()| self.note.flush());
    }
}

fn console_width() -> Option<u16> {
    let size = rustix::termios::tcgetwinsize(io::stderr()).ok()?;
    (size.ws_col > 0).then_some(size.ws_col)
}

/// Prints the message of a panic, which has no [`Out`].
pub(super) fn last_words(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// Why a command failed: the message, the help, and the exit code.
#[derive(Debug)]
pub(crate) struct Failure {
    message: String,
    help: Option<String>,
    exit: u8,
    /// Print nothing, because the reader closed standard output, or the command has printed everything.
    silent: bool,
}

impl Failure {
    /// A usage or environment error: exit code 2.
    pub(crate) fn new(message: impl Into<String>) -> Failure {
        Failure { message: message.into(), help: None, exit: 2, silent: false }
    }

    /// The command did its work, and the result is a failure: exit code 1.
    pub(crate) fn no(message: impl Into<String>) -> Failure {
        Failure { exit: 1, ..Failure::new(message) }
    }

    /// A failure that the command has already reported.
    pub(crate) fn said(exit: u8) -> Failure {
        Failure { exit, silent: true, ..Failure::new(String::new()) }
    }

    /// Adds the `help:` line.
    #[must_use]
    pub(crate) fn help(mut self, help: impl Into<String>) -> Failure {
        self.help = Some(help.into());
        self
    }

    pub(super) fn from_output(error: io::Error) -> Failure {
        let silent = error.kind() == io::ErrorKind::BrokenPipe;
        Failure { silent, ..Failure::new(format!("cannot write to standard output: {}", plain(&error))) }
    }

    /// The message and the help, which may be empty.
    pub(super) fn words(self) -> (String, String) {
        (self.message, self.help.unwrap_or_default())
    }

    pub(super) fn show(self, out: &mut Out) -> ExitCode {
        self.note(out);
        ExitCode::from(self.exit)
    }

    /// Prints it without ending the command: more is to be said.
    pub(super) fn note(&self, out: &mut Out) {
        if !self.silent {
            out.note(&format!("error: {}", self.message));
            if let Some(help) = &self.help {
                out.note(&format!("  help: {help}"));
            }
        }
    }
}
