//! `promoc policy PRODUCT ENVIRONMENT [--flow F]`

use std::path::PathBuf;

use serde_json::{Value, json};

use super::project::Opened;
use super::releases::aligned;
use super::{Answer, Failure, Format, Out};
use crate::diagnostic::count;
use crate::program::{EnvironmentId, Evaluated, FlowId, Origin, PolicyId, ProductId, Program, Rule, Word};
use crate::source::{SourceMap, Span};

/// Shows the merged settings of an environment: who won, who lost, and how the gates add up.
#[derive(Debug, clap::Args)]
pub(super) struct Policy {
    /// The product
    product: String,
    /// The environment
    environment: String,
    /// With what this flow says (default: the policies alone)
    #[arg(long)]
    flow: Option<String>,
    /// How the answer is printed
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// The program: a file or a folder
    #[arg(long, default_value = ".")]
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
            && !program.flows[flow].environments().any(|other| other == environment)
        {
            let (flow, name) = (&program.flows[flow].name.value, &self.environment);
            return Err(Failure::new(format!("the flow `{flow}` does not go through `{name}`"))
                .help("Without `--flow` you see what the policies say of it."));
        }
        if count(project.diagnostics()).0 > 0 {
            out.note("the program has errors, and this may not be the whole of it; `promoc check` tells them");
        }
        let asked = Asked { program, sources: &project.sources, product, environment, flow };
        match self.format {
            Format::Json => out.json(&asked.json())?,
            Format::Human => out.result(&asked.text())?,
        }
        Ok(Answer::Yes)
    }
}

/// What was asked, and where the answer is.
struct Asked<'a> {
    program: &'a Program,
    sources: &'a SourceMap,
    product: ProductId,
    environment: EnvironmentId,
    flow: Option<FlowId>,
}

/// What stands behind the values that hold.
fn how(setting: &Evaluated) -> &'static str {
    match (setting.rule, setting.setting, setting.words.len()) {
        (_, _, 0) => " (nobody says anything)",
        (Rule::Longest, _, 2..) => " (the longest)",
        (Rule::Shortest, _, 2..) => " (the shortest)",
        (Rule::All, "windows", 2..) => " (all must be open)",
        (Rule::All, "approvals", 2..) => " (all must be given)",
        (Rule::All, "hooks", 2..) => " (all run, in this order)",
        _ => "",
    }
}

impl Asked<'_> {
    fn is_trigger(&self) -> bool {
        let trigger = self.flow.and_then(|flow| self.program.flows[flow].trigger);
        trigger.is_some_and(|trigger| trigger.value == self.environment)
    }

    fn text(&self) -> String {
        let environment = &self.program.environments[self.environment];
        let product = &self.program.products[self.product].name.value;
        let mut text = format!("{product} in {} ({})", environment.name.value, environment.kind.as_str());
        match self.flow.map(|flow| &self.program.flows[flow].name.value) {
            Some(flow) if self.is_trigger() => {
                text.push_str(&format!(", the trigger of the flow {flow}: only a post-action runs here"));
            }
            Some(flow) => text.push_str(&format!(", by the flow {flow}")),
            None => text.push_str(", by the policies alone"),
        }
        text.push('\n');
        let settings = self.program.evaluated(self.product, self.flow, self.environment);
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
            (Rule::Chosen, true) => "  wins",
            (Rule::Chosen, false) => "  loses",
            (_, true) => "  counts",
            (_, false) => "  less",
        };
        let row = |word: &Word| {
            let (by, place) = match word.origin {
                Origin::Default => (String::new(), String::new()),
                Origin::Flow(span) => {
                    (self.flow_name().map_or(String::new(), |flow| format!("flow {flow}")), self.at(span))
                }
                Origin::Policy(id, span) => {
                    let policy = &self.program.policies[id];
                    let required = if self.is_required(id, span) { ", required" } else { "" };
                    (format!("policy {} (priority {}{required})", policy.name.value, policy.priority), self.at(span))
                }
            };
            [role(word.counts).to_string(), word.value.clone(), by, place, word.why_not.clone()]
        };
        setting.words.iter().map(row).collect()
    }

    fn flow_name(&self) -> Option<&str> {
        self.flow.map(|flow| self.program.flows[flow].name.value.as_str())
    }

    /// Whether the statement begins with `require`.
    fn is_required(&self, id: PolicyId, span: Span) -> bool {
        let policy = &self.program.policies[id];
        let slots = [&policy.pre_action, &policy.post_action, &policy.rollback_action];
        let slots = slots.into_iter().flatten().map(|choice| (choice.span, choice.required.is_some()));
        let action = policy.action.iter().map(|choice| (choice.span, choice.required.is_some()));
        slots.chain(action).any(|(at, required)| at == span && required)
    }

    fn at(&self, span: Span) -> String {
        let file = self.sources.file(span.file);
        format!("{}:{}", file.path, file.lines.position(&file.text, span.start).line)
    }

    fn json(&self) -> Value {
        let settings = self.program.evaluated(self.product, self.flow, self.environment);
        let settings: serde_json::Map<String, Value> =
            settings.iter().map(|setting| (setting.setting.to_string(), self.setting(setting))).collect();
        let environment = &self.program.environments[self.environment];
        json!({
            "product": self.program.products[self.product].name.value,
            "environment": environment.name.value,
            "kind": environment.kind.as_str(),
            "flow": self.flow_name(),
            "trigger": self.is_trigger(),
            "settings": settings,
        })
    }

    fn setting(&self, setting: &Evaluated) -> Value {
        let rule = match setting.rule {
            Rule::Chosen => "chosen",
            Rule::Longest => "longest",
            Rule::Shortest => "shortest",
            Rule::All => "all",
        };
        let word = |word: &Word| {
            let (policy, span) = match word.origin {
                Origin::Default => (None, None),
                Origin::Flow(span) => (None, Some(span)),
                Origin::Policy(id, span) => (Some((id, span)), Some(span)),
            };
            let place = span.map(|span| {
                let file = self.sources.file(span.file);
                (file.path.clone(), file.lines.position(&file.text, span.start).line)
            });
            json!({
                "value": word.value,
                "counts": word.counts,
                "policy": policy.map(|(id, _)| self.program.policies[id].name.value.clone()),
                "priority": policy.map(|(id, _)| self.program.policies[id].priority),
                "required": policy.is_some_and(|(id, span)| self.is_required(id, span)),
                "why_not": (!word.counts).then_some(&word.why_not),
                "file": place.as_ref().map(|(file, _)| file),
                "line": place.as_ref().map(|(_, line)| line),
            })
        };
        let value = match (setting.rule, setting.holds.first()) {
            (Rule::All, _) => json!(setting.holds),
            (_, holds) => json!(holds),
        };
        json!({ "rule": rule, "value": value, "said": setting.words.iter().map(word).collect::<Vec<_>>() })
    }
}
