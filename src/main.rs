//! The `promoc` executable. All code is in the library; see `promoc::cli`.

use std::process::ExitCode;

fn main() -> ExitCode {
    promoc::cli::main()
}
