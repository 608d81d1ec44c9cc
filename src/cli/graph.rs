//! `promoc graph FLOW`

use std::path::PathBuf;

use super::project::Opened;
use super::{Answer, Failure, Out};
use crate::graph::{Picture, dot, mermaid, svg, text};

/// Draw a flow
#[derive(Debug, clap::Args)]
#[command(after_help = examples! {
    "Draw a flow in the terminal" => "promoc graph main",
    "Write a picture for a pull request or a page" => "promoc graph main --format svg > main.svg",
})]
pub(super) struct Graph {
    /// Flow to draw
    flow: String,
    /// Product whose policies apply [default: the only product that lists the flow]
    #[arg(long)]
    product: Option<String>,
    /// Output format
    #[arg(long, value_enum, default_value_t)]
    format: Drawing,
    /// Program file, or the folder that contains it
    #[arg(long, value_name = "PATH", default_value = ".")]
    project: PathBuf,
}

/// Output formats of `promoc graph`.
#[derive(Clone, Copy, Debug, Default, clap::ValueEnum)]
enum Drawing {
    /// Text for a terminal
    #[default]
    Text,
    /// Mermaid, which GitHub and GitLab render in Markdown
    Mermaid,
    /// Graphviz
    Dot,
    /// A picture that follows the light or dark scheme of the page
    Svg,
}

impl Graph {
    pub(super) fn run(&self, out: &mut Out) -> Result<Answer, Failure> {
        let project = Opened::open(&self.project)?;
        let flow = project.flow(&self.flow)?;
        let product = match &self.product {
            Some(name) => Some(project.product(Some(name), flow)?),
            None => project.product(None, flow).ok(),
        };
        let picture = Picture::new(project.program(), flow, product);
        out.result(&match self.format {
            Drawing::Text => text(&picture),
            Drawing::Mermaid => mermaid(&picture),
            Drawing::Dot => dot(&picture),
            Drawing::Svg => svg(&picture),
        })?;
        Ok(Answer::Yes)
    }
}
