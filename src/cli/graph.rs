//! `promoc graph FLOW`

use std::path::PathBuf;

use super::project::Opened;
use super::{Answer, Failure, Out};
use crate::graph::{Picture, dot, mermaid, svg, text};

/// Draws a flow.
#[derive(Debug, clap::Args)]
pub(super) struct Graph {
    /// The flow
    flow: String,
    /// For this product: its policies are merged in (default: the only product that lists the flow)
    #[arg(long)]
    product: Option<String>,
    /// As text, or for a drawing program
    #[arg(long, value_enum, default_value_t)]
    format: Drawing,
    /// The program: a file or a folder
    #[arg(long, default_value = ".")]
    project: PathBuf,
}

/// How a flow is drawn.
#[derive(Clone, Copy, Debug, Default, clap::ValueEnum)]
enum Drawing {
    /// For a terminal
    #[default]
    Text,
    /// For GitHub, GitLab and others that draw mermaid
    Mermaid,
    /// For Graphviz
    Dot,
    /// A picture, for light and dark, to put into a pull request or a page
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
