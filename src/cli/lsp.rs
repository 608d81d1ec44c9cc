//! `promoc lsp`: starts the language server, from the folder of this executable or from PATH.

use std::process::Command;

use super::{Answer, Failure, Out};
use crate::source::plain;

/// Start the language server for an editor
#[derive(Debug, clap::Args)]
#[command(after_help = examples! {
    "Start the server as an editor does, on standard input and output" => "promoc lsp",
    "Print the version of the server" => "promoc lsp --version",
})]
pub(super) struct Lsp {
    /// Arguments for `promo-lsp`
    #[arg(value_name = "ARGUMENT", trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

/// The name of the server's executable.
pub(super) const SERVER: &str = "promo-lsp";

impl Lsp {
    pub(super) fn run(&self, _out: &mut Out) -> Result<Answer, Failure> {
        let beside = std::env::current_exe()
            .ok()
            .and_then(|path| Some(path.parent()?.join(SERVER)))
            .filter(|path| path.is_file());
        let program = beside.unwrap_or_else(|| SERVER.into());
        let status = Command::new(&program).args(&self.arguments).status().map_err(|error| {
            Failure::new(format!("cannot start the language server `{SERVER}`: {}", plain(&error)))
                .help("To install it in a checkout, run `cargo install --locked --profile dist --path lsp`.")
        })?;
        Ok(if status.success() { Answer::Yes } else { Answer::No })
    }
}
