//! `promoc lsp`: starts the language server that lies beside this program, or on PATH.

use std::process::Command;

use super::{Answer, Failure, Out};
use crate::source::plain;

/// Starts the language server (`promo-lsp`) on standard input and output.
#[derive(Debug, clap::Args)]
pub(super) struct Lsp {
    /// Passed on to `promo-lsp`
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

/// The name of the server's program.
pub(super) const SERVER: &str = "promo-lsp";

impl Lsp {
    pub(super) fn run(&self, _out: &mut Out) -> Result<Answer, Failure> {
        let beside = std::env::current_exe()
            .ok()
            .and_then(|path| Some(path.parent()?.join(SERVER)))
            .filter(|path| path.is_file());
        let program = beside.unwrap_or_else(|| SERVER.into());
        let status = Command::new(&program).args(&self.arguments).status().map_err(|error| {
            Failure::new(format!("the language server `{SERVER}` cannot be started: {}", plain(&error)))
                .help("Install it beside promoc: `cargo install --locked --profile dist --path lsp`, or `cargo build --workspace` in a checkout.")
        })?;
        Ok(if status.success() { Answer::Yes } else { Answer::No })
    }
}
