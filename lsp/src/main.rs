//! The language server of promo: an editor speaks to it over standard input and output.
//!
//! It knows the protocol, and nothing of the language: what there is to say comes from `promoc`.

mod convert;
mod documents;
mod project;
mod server;

use std::io::Write;
use std::process::ExitCode;

fn main() -> ExitCode {
    if let Some(argument) = std::env::args().nth(1).filter(|argument| argument != "--stdio") {
        let version = argument == "--version" || argument == "-V";
        let text = if version { concat!("promo-lsp ", env!("CARGO_PKG_VERSION"), "\n") } else { HELP };
        // nobody listens where standard output is closed
        let _ = std::io::stdout().write_all(text.as_bytes());
        return ExitCode::from(if version || matches!(argument.as_str(), "--help" | "-h") { 0 } else { 2 });
    }
    serve()
}

const HELP: &str = "promo-lsp: the language server of promo, for editors\n\n\
    An editor starts it without arguments and speaks the Language Server Protocol over standard input and output.\n\
    It keeps the texts that are open, and publishes what `promoc check` would say of their programs.\n";

fn serve() -> ExitCode {
    let (connection, threads) = lsp_server::Connection::stdio();
    let ended = server::run(&connection);
    // the writer ends when the connection is gone
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
