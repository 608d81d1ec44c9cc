//! `promoc policy --format json`: the settings of an environment, and who says what about them.

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
    /// The product.
    pub product: String,
    /// The environment.
    pub environment: String,
    /// The kind of the environment.
    pub kind: EnvironmentKind,
    /// The flow whose statements are merged in; null: the policies alone.
    pub flow: Option<String>,
    /// Whether the environment is the flow's trigger: then only a post-action runs there.
    pub trigger: bool,
    /// The settings by name; in the trigger of the flow only `post-action`.
    #[cfg_attr(test, schemars(extend("propertyNames" = { "enum": SETTINGS })))]
    pub settings: IndexMap<&'static str, Setting>,
}

/// Every name of a setting.
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
#[allow(missing_docs, reason = "each is the word of its name")]
pub(crate) enum EnvironmentKind {
    Production,
    NonProduction,
}

/// A setting, and what each says of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(untagged)]
pub(crate) enum Setting {
    /// One of several holds.
    One(SettingOfOne),
    /// All hold.
    All(SettingOfAll),
}

/// A setting of which one value holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(crate) struct SettingOfOne {
    /// How several become one.
    pub rule: RuleOfOne,
    /// The value that holds; null where there is none.
    pub value: Option<String>,
    /// What each says: the flow first, then the policies in the order in which they count.
    pub said: Vec<Word>,
}

/// A setting of which all values hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(crate) struct SettingOfAll {
    /// How several become one.
    pub rule: RuleOfAll,
    /// The values that hold.
    pub value: Vec<String>,
    /// What each says: the flow first, then the policies in the order in which they count.
    pub said: Vec<Word>,
}

/// How one value comes out of several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub(crate) enum RuleOfOne {
    /// One of the values is chosen: the flow's or a policy's.
    Chosen,
    /// The longest time holds.
    Longest,
    /// The shortest time holds.
    Shortest,
}

/// How several values hold at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub(crate) enum RuleOfAll {
    /// All values hold.
    All,
}

/// What the flow or a policy says of a setting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(crate) struct Word {
    /// The value, as it is written.
    pub value: String,
    /// Whether it is part of what holds.
    pub counts: bool,
    /// The policy; null where the flow says it.
    pub policy: Option<String>,
    /// The priority of the policy; null where the flow says it.
    pub priority: Option<i64>,
    /// Whether the policy requires it.
    pub required: bool,
    /// Why it does not count, in a few words; null where it does.
    pub why_not: Option<String>,
    /// The place of the statement.
    #[serde(flatten)]
    pub location: StatementLocation,
}

impl PolicyDocument {
    /// The settings of a product in an environment, with what a flow says if there is one.
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
    /// Nothing for a default, which nobody says.
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
