//! `promoc explain CODE`

use super::{Answer, Failure, Out};
use crate::diagnostic::{CODES, Code};

/// Explain an error code, with a wrong and a right example
#[derive(Debug, clap::Args)]
#[command(after_help = examples! {
    "Explain one code" => "promoc explain E0301",
    "List every code" => "promoc explain",
})]
pub(super) struct Explain {
    /// Code to explain, such as E0301 [default: list every code]
    code: Option<String>,
}

impl Explain {
    pub(super) fn run(&self, out: &mut Out) -> Result<Answer, Failure> {
        let Some(written) = &self.code else {
            for code in CODES {
                out.line(&format!("{code}  {}", code.title()))?;
            }
            return Ok(Answer::Yes);
        };
        let code = Code::parse(written).ok_or_else(|| {
            Failure::new(format!("unknown code `{written}`")).help("To list every code, run `promoc explain`.")
        })?;
        out.result(code.page())?;
        Ok(Answer::Yes)
    }
}
