//! `promoc explain CODE`

use super::{Answer, Failure, Out};
use crate::diagnostic::{CODES, Code};

/// Tells the long story of a code, with a wrong and a right example. Without a code: the list of all.
#[derive(Debug, clap::Args)]
pub(super) struct Explain {
    /// The code, such as E0301
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
            Failure::new(format!("there is no code `{written}`"))
                .help("`promoc explain` without a code lists them all.")
        })?;
        out.result(code.page())?;
        Ok(Answer::Yes)
    }
}
