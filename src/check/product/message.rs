//! W0412: a pattern for `message` without `*`, which holds only for exactly that text.

use super::super::context::Context;
use super::super::text::quote;
use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::ast::{Condition, ConditionKey, FlowStart};

pub(crate) fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for written in context.program.products.values().flat_map(|product| &product.decl.flows) {
        let FlowStart::When(conditions) = &written.start else { continue };
        for condition in conditions.iter().filter(|condition| condition.key.value == ConditionKey::Message) {
            exact(condition, out);
        }
    }
}

fn exact(condition: &Condition, out: &mut Vec<Diagnostic>) {
    for pattern in condition.patterns.iter().filter(|pattern| !pattern.value.contains('*')) {
        let message = format!("pattern {} for `message` has no `*`", quote(&pattern.value));
        let help = match pattern.value.as_str() {
            "" => "Write `\"*\"` for any message.".to_owned(),
            text => format!("Write `\"*{text}*\"` for every message that contains it; `*` stands for any text."),
        };
        out.push(Diagnostic::new(Code::W0412, message, pattern.span, "matches only exactly this message").help(help));
    }
}
