//! `promoc policy --format json`: the settings of an environment, and the statements behind each.

use indexmap::IndexMap;
#[cfg(test)]
use schemars::JsonSchema;
use serde::Serialize;

use super::StatementLocation;
use crate::program::{self, Evaluated, MergeRule, Origin, Program, PromotionContext};
use crate::source::SourceMap;
use crate::syntax::ast;

/// The settings of a product in an environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(crate) struct PolicyDocument {
    /// The name of the product.
    pub product: String,
    /// The name of the environment.
    pub environment: String,
    /// The kind of the environment.
    pub kind: EnvironmentKind,
    /// The flow whose statements are included; null: policies only.
    pub flow: Option<String>,
    /// Whether the environment is the trigger of the flow, where only a post-action runs.
    pub trigger: bool,
    /// The settings by name; for the trigger of the flow, only `post-action`.
    #[cfg_attr(test, schemars(extend("propertyNames" = { "enum": SETTINGS })))]
    pub settings: IndexMap<&'static str, Setting>,
}

/// The names of all settings.
#[cfg(test)]
const SETTINGS: [&str; 10] = [
    "pre-action",
    "action",
    "post-action",
    "rollback-action",
    "windows",
    "approvals",
    "soak",
    "timeout",
    "retry",
    "hooks",
];

/// The kind of an environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the names of the variants are the words of the language")]
pub(crate) enum EnvironmentKind {
    Production,
    NonProduction,
}

/// A setting and its statements.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(untagged)]
pub(crate) enum Setting {
    /// A setting with one value.
    One(SettingOfOne),
    /// A setting with a list of values.
    All(SettingOfAll),
}

/// A setting with one value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(crate) struct SettingOfOne {
    /// How statements are merged.
    pub rule: RuleOfOne,
    /// The resulting value; null if there is none.
    pub value: Option<String>,
    /// Every statement: that of the flow first, then those of the policies in order of precedence.
    pub said: Vec<Word>,
}

/// A setting with a list of values, all of which apply.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(crate) struct SettingOfAll {
    /// How statements are merged.
    pub rule: RuleOfAll,
    /// The resulting values.
    pub value: Vec<String>,
    /// Every statement: that of the flow first, then those of the policies in order of precedence.
    pub said: Vec<Word>,
}

/// How statements are merged into one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub(crate) enum RuleOfOne {
    /// One statement wins: that of the flow or of a policy.
    Chosen,
    /// The longest duration applies.
    Longest,
    /// The shortest duration applies.
    Shortest,
}

/// How statements are merged into a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub(crate) enum RuleOfAll {
    /// All values apply.
    All,
}

/// A statement of the flow or of a policy about a setting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(crate) struct Word {
    /// The value, as written in the program.
    pub value: String,
    /// Whether the statement contributes to the result.
    pub counts: bool,
    /// The name of the policy; null for a statement of the flow.
    pub policy: Option<String>,
    /// The priority of the policy; null for a statement of the flow.
    pub priority: Option<i64>,
    /// Whether the statement begins with `require`, so that the flow cannot override it.
    pub required: bool,
    /// Why the statement does not contribute; null if it does.
    pub why_not: Option<String>,
    /// The position of the statement.
    #[serde(flatten)]
    pub location: StatementLocation,
}

impl PolicyDocument {
    /// The settings of a product in an environment, including the statements of the flow, if the context has one.
    pub(crate) fn new(context: PromotionContext<'_>, sources: &SourceMap) -> PolicyDocument {
        let program = context.program();
        let settings = context.evaluated();
        let settings = settings.iter().map(|setting| (setting.setting, Setting::new(setting, program, sources)));
        let environment = context.environment();
        PolicyDocument {
            product: context.product_name().to_owned(),
            environment: environment.name.value.clone(),
            kind: environment.kind.into(),
            flow: context.flow().map(|flow| flow.name.value.clone()),
            trigger: context.is_trigger(),
            settings: settings.collect(),
        }
    }
}

impl From<ast::Kind> for EnvironmentKind {
    fn from(kind: ast::Kind) -> EnvironmentKind {
        match kind {
            ast::Kind::Production => EnvironmentKind::Production,
            ast::Kind::NonProduction => EnvironmentKind::NonProduction,
        }
    }
}

impl Setting {
    fn new(setting: &Evaluated, program: &Program, sources: &SourceMap) -> Setting {
        let said = setting.words.iter().filter_map(|word| Word::new(word, program, sources)).collect();
        let rule = match setting.rule {
            MergeRule::Chosen => RuleOfOne::Chosen,
            MergeRule::Longest => RuleOfOne::Longest,
            MergeRule::Shortest => RuleOfOne::Shortest,
            MergeRule::All => {
                return Setting::All(SettingOfAll { rule: RuleOfAll::All, value: setting.holds.clone(), said });
            }
        };
        Setting::One(SettingOfOne { rule, value: setting.holds.first().cloned(), said })
    }
}

impl Word {
    /// A statement; `None` for a default, which has no position in the program.
    fn new(word: &program::SettingStatement, program: &Program, sources: &SourceMap) -> Option<Word> {
        let (policy, span) = match word.origin {
            Origin::Default => return None,
            Origin::Flow(span) => (None, span),
            Origin::Policy(id, span) => (Some(&program.policies[id]), span),
        };
        Some(Word {
            value: word.value.clone(),
            counts: word.counts,
            policy: policy.map(|policy| policy.name.value.clone()),
            priority: policy.map(|policy| policy.priority),
            required: word.required,
            why_not: Some(word.why_not.clone()).filter(|_| !word.counts),
            location: StatementLocation::new(sources, span),
        })
    }
}
