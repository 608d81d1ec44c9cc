//! Replaces `{environment}` and `{product}` in values. `resolve` reports unknown placeholders.

use super::model::{Approval, Argument, Call, Copy, Hook, PromotedContent, Target, WindowGate, WorkflowChoice};
use crate::source::Spanned;

/// The names of all placeholders.
pub(super) const KNOWN: [&str; 2] = ["environment", "product"];

/// As it appears in values.
pub(crate) const ENVIRONMENT: &str = "{environment}";

/// The values of the placeholders. One without a value stays in the text.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Values<'a> {
    pub environment: Option<&'a str>,
    pub product: Option<&'a str>,
}

impl Values<'_> {
    pub(super) fn put_in(self, text: &str) -> String {
        // A single pass, so that nothing in a replaced value is replaced again.
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, name, after)) = next(rest) {
            out.push_str(before);
            let value = match name {
                "environment" => self.environment,
                "product" => self.product,
                _ => None,
            };
            match value {
                Some(value) => out.push_str(value),
                None => out.extend(["{", name, "}"]),
            }
            rest = after;
        }
        out.push_str(rest);
        out
    }

    pub(super) fn call(self, call: &Call) -> Call {
        let Call { workflow, arguments, span } = call;
        let argument =
            |argument: &Argument| Argument { name: argument.name.clone(), value: self.put_in(&argument.value) };
        Call { workflow: *workflow, arguments: arguments.iter().map(argument).collect(), span: *span }
    }

    pub(super) fn choice(self, choice: &WorkflowChoice) -> WorkflowChoice {
        match choice {
            WorkflowChoice::Call(call) => WorkflowChoice::Call(self.call(call)),
            WorkflowChoice::None(_) | WorkflowChoice::Unknown(_) => choice.clone(),
        }
    }

    pub(super) fn hook(self, hook: &Hook) -> Hook {
        Hook { event: hook.event, call: self.call(&hook.call), span: hook.span }
    }

    pub(super) fn approval(self, approval: &Approval) -> Approval {
        Approval { count: approval.count, who: self.put_in(&approval.who), span: approval.span }
    }

    pub(super) fn window(self, gate: &WindowGate) -> WindowGate {
        let unless = gate.unless.as_ref().map(|unless| self.approval(unless));
        WindowGate { unless, ..gate.clone() }
    }

    /// The flow's own settings of a target.
    pub(super) fn target(self, target: Target) -> Target {
        let choice = |choice: Option<WorkflowChoice>| choice.map(|choice| self.choice(&choice));
        Target {
            pre_action: choice(target.pre_action),
            post_action: choice(target.post_action),
            rollback_action: choice(target.rollback_action),
            windows: target.windows.iter().map(|gate| self.window(gate)).collect(),
            approvals: target.approvals.iter().map(|approval| self.approval(approval)).collect(),
            hooks: target.hooks.iter().map(|hook| self.hook(hook)).collect(),
            ..target
        }
    }

    /// Only the names of files have placeholders.
    pub(super) fn content(self, content: &PromotedContent) -> PromotedContent {
        let mut content = content.clone();
        if let Some(version) = &mut content.version {
            version.file = self.put_in(&version.file);
        }
        for Copy { file, .. } in &mut content.copies {
            *file = Spanned::new(self.put_in(&file.value), file.span);
        }
        content
    }
}

/// Splits a text at the next `{…}`: the text before, the text in the braces, and the text after. A closing brace without
/// an opening one is text.
pub(super) fn next(text: &str) -> Option<(&str, &str, &str)> {
    let first = text.find('{')?;
    let close = first + text.get(first..)?.find('}')?;
    let (before, name) = text.get(..close)?.rsplit_once('{')?;
    Some((before, name, text.get(close + 1..)?))
}

/// The names of the placeholders of a text, known or not.
fn names(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    let all = std::iter::from_fn(move || {
        let (_, name, after) = next(rest)?;
        rest = after;
        Some(name.trim())
    });
    all.filter(|name| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '-'))
}

/// Whether a text has a placeholder, known or unknown.
pub(crate) fn has_placeholder(text: &str) -> bool {
    names(text).next().is_some()
}

/// Whether an argument has an unknown placeholder, which was reported (E0201), so that its value is not known.
pub(super) fn is_unknown(choice: &WorkflowChoice) -> bool {
    let unknown = |argument: &Argument| names(&argument.value).any(|name| !KNOWN.contains(&name));
    choice.call().is_some_and(|call| call.arguments.iter().any(unknown))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_put_in_and_other_braces_stay() {
        let put = |text| Values { environment: Some("qa"), product: Some("shop") }.put_in(text);
        assert_eq!(put("{product}-{environment}"), "shop-qa");
        assert_eq!(put("a}b{environment}c}"), "a}bqac}");
        assert_eq!(put("{{environment}"), "{qa");
        assert_eq!(put("{other}{"), "{other}{");
        assert_eq!(put("{\"a\": \"{environment}\"}"), "{\"a\": \"qa\"}");
        assert_eq!(put(""), "");
        assert_eq!(put(&"}".repeat(1_000_000)).len(), 1_000_000, "without recursion");
        assert_eq!(Values { environment: Some("qa"), product: None }.put_in("{product}-{environment}"), "{product}-qa");
    }
}
