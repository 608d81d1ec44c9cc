//! The language server for promo. An editor talks to it over standard input and output.
//!
//! It knows the protocol but nothing of the language: the diagnostics come from `promoc`.

mod client;
mod convert;
mod documents;
#[cfg(test)]
mod editor;
mod features;
mod project;
mod server;
mod transport;
mod view;

use std::io::Write;
use std::process::ExitCode;

fn main() -> ExitCode {
    if let Some(argument) = std::env::args().nth(1).filter(|argument| argument != "--stdio") {
        let version = argument == "--version" || argument == "-V";
        let text = if version { concat!("promo-lsp ", env!("CARGO_PKG_VERSION"), "\n") } else { HELP };
        // if standard output is closed, there is no one to tell
        let _ = std::io::stdout().write_all(text.as_bytes());
        return ExitCode::from(if version || matches!(argument.as_str(), "--help" | "-h") { 0 } else { 2 });
    }
    serve()
}

const HELP: &str = "promo-lsp: the language server for promo\n\n\
    An editor starts it without arguments and speaks the Language Server Protocol over standard input and output.\n\
    It reports what `promoc check` would report, and completes, explains, renames and formats programs.\n";

fn serve() -> ExitCode {
    let (connection, threads) = transport::stdio();
    let ended = server::run(&connection);
    // the writer thread ends when the connection is dropped
    drop(connection);
    let joined = threads.join();
    match (ended, joined) {
        (Ok(()), Ok(())) => ExitCode::SUCCESS,
        (Err(error), _) => said(&error.to_string()),
        (Ok(()), Err(error)) => said(&error.to_string()),
    }
}

fn said(error: &str) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "promo-lsp: {error}");
    ExitCode::FAILURE
}
