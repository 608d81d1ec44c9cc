//! `promoc policy PRODUCT ENVIRONMENT [--flow F]`

use std::path::PathBuf;

use super::project::Opened;
use super::releases::aligned;
use super::{Answer, Failure, Format, Out};
use crate::api::PolicyDocument;
use crate::diagnostic::count;
use crate::program::{Evaluated, MergeRule, Origin, PromotionContext, SettingStatement};
use crate::source::{SourceMap, Span};

/// Show the settings of an environment, and where each comes from
#[derive(Debug, clap::Args)]
#[command(after_help = examples! {
    "Show what the policies decide for production" => "promoc policy shop prod",
    "Include the statements of a flow" => "promoc policy shop prod --flow main",
})]
pub(super) struct Policy {
    /// Product to show settings for
    product: String,
    /// Environment to show settings for
    environment: String,
    /// Include the statements of this flow [default: policies only]
    #[arg(long)]
    flow: Option<String>,
    /// Output format
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Program file, or the folder that contains it
    #[arg(long, value_name = "PATH", default_value = ".")]
    project: PathBuf,
}

impl Policy {
    pub(super) fn run(&self, out: &mut Out) -> Result<Answer, Failure> {
        let project = Opened::open(&self.project)?;
        let program = project.program();
        let environment = program.environment(&self.environment).map_err(|unknown| Failure::new(unknown.message))?;
        let flow = self.flow.as_deref().map(|name| project.flow(name)).transpose()?;
        let product = match flow {
            Some(flow) => project.product(Some(&self.product), flow)?,
            None => program.product(&self.product).map_err(|unknown| Failure::new(unknown.message))?,
        };
        if let Some(flow) = flow
            && !program.flow_of(Some(product), flow).environments().any(|other| other == environment)
        {
            let (flow, name) = (&program.flows[flow].name.value, &self.environment);
            return Err(Failure::new(format!("flow `{flow}` does not promote `{}` to `{name}`", self.product))
                .help("Omit `--flow` to see only the policies."));
        }
        if count(project.diagnostics()).0 > 0 {
            out.note("the program has errors, so these settings may be incomplete; to see them, run `promoc check`");
        }
        let context = program.context(Some(product), flow, environment);
        let sources = &project.sources;
        match self.format {
            Format::Json => out.json(&PolicyDocument::new(context, sources))?,
            Format::Human => out.result(&Asked { context, sources }.text())?,
        }
        Ok(Answer::Yes)
    }
}

/// The context of the question, and the sources for positions.
struct Asked<'a> {
    context: PromotionContext<'a>,
    sources: &'a SourceMap,
}

/// The text after the resulting values: how they were merged.
fn how(setting: &Evaluated) -> &'static str {
    match (setting.rule, setting.setting, setting.words.len()) {
        (_, _, 0) => " (default)",
        (MergeRule::Longest, _, 2..) => " (the longest)",
        (MergeRule::Shortest, _, 2..) => " (the shortest)",
        (MergeRule::All, "windows", 2..) => " (all must be open)",
        (MergeRule::All, "approvals", 2..) => " (all are required)",
        (MergeRule::All, "hooks", 2..) => " (all run, in this order)",
        _ => "",
    }
}

impl Asked<'_> {
    fn text(&self) -> String {
        let environment = self.context.environment();
        let mut text =
            format!("{} in {} ({})", self.context.product_name(), environment.name.value, environment.kind.as_str());
        match self.flow_name() {
            Some(flow) if self.context.is_trigger() => {
                text.push_str(&format!(", trigger of flow {flow}: only a post-action runs here"));
            }
            Some(flow) => text.push_str(&format!(", in flow {flow}")),
            None => text.push_str(", policies only"),
        }
        text.push('\n');
        let settings = self.context.evaluated();
        let rows: Vec<[String; 5]> = settings.iter().flat_map(|setting| self.rows(setting)).collect();
        let table = aligned(&rows);
        let mut lines = table.lines();
        for setting in &settings {
            let holds = match (setting.setting, setting.holds.len()) {
                (_, 0) => "none".to_string(),
                ("hooks", several @ 2..) => several.to_string(),
                _ => setting.holds.join(", "),
            };
            text.push_str(&format!("\n{}: {holds}{}\n", setting.setting, how(setting)));
            for line in lines.by_ref().take(setting.words.len()) {
                text.push_str(line);
                text.push('\n');
            }
        }
        text
    }

    fn rows(&self, setting: &Evaluated) -> Vec<[String; 5]> {
        let role = |counts: bool| match (setting.rule, counts) {
            (MergeRule::Chosen, true) => "  wins",
            (MergeRule::Chosen, false) => "  loses",
            (_, true) => "  counts",
            (_, false) => "  ignored",
        };
        let row = |word: &SettingStatement| {
            let (by, place) = match word.origin {
                Origin::Default => (String::new(), String::new()),
                Origin::Flow(span) => {
                    (self.flow_name().map_or(String::new(), |flow| format!("flow {flow}")), self.at(span))
                }
                Origin::Policy(id, span) => {
                    let policy = &self.context.program().policies[id];
                    let required = if word.required { ", required" } else { "" };
                    (format!("policy {} (priority {}{required})", policy.name.value, policy.priority), self.at(span))
                }
            };
            [role(word.counts).to_string(), word.value.clone(), by, place, word.why_not.clone()]
        };
        setting.words.iter().map(row).collect()
    }

    fn flow_name(&self) -> Option<&str> {
        self.context.flow().map(|flow| flow.name.value.as_str())
    }

    fn at(&self, span: Span) -> String {
        let file = self.sources.file(span.file);
        format!("{}:{}", file.path, file.lines.position(&file.text, span.start).line)
    }
}
