//! What stands before and around an environment besides its actions: soak, approvals, windows, timeout, hooks.
//!
//! In the language they may come from policies and so differ from product to product; in Codefresh they belong to the
//! flow, which is one for all its products. What all of them have goes into the flow; what only some have is E0801.

use super::{Emitter, cannot};
use crate::program::{Approval, Hook, Origin, PolicyId, PromotionContext, SettledContext};
use crate::source::Span;
use crate::syntax::ast::HookEvent;
use crate::syntax::literal::Seconds;

/// What can be lowered.
#[derive(Default)]
pub(super) struct Gates {
    pub soak: Seconds,
    pub approvals: Vec<Approval>,
    pub hooks: Vec<Hook>,
}

impl Gates {
    /// The first hook of an event; a second one was E0801.
    pub(super) fn hook(&self, event: HookEvent) -> Option<&Hook> {
        self.hooks.iter().find(|hook| hook.event == event)
    }
}

#[derive(Clone)]
enum Ask {
    Soak(Seconds),
    Approval(Approval),
    Window(String),
    Timeout,
    Hook(Hook),
}

#[derive(Clone)]
struct Asked {
    /// As it is written, more or less; with hooks, every statement is one of its own.
    words: String,
    ask: Ask,
    span: Span,
    policy: Option<PolicyId>,
}

impl Asked {
    /// Whether where this holds, the other needs no mention: the same, or a longer soak.
    fn covers(&self, other: &Asked) -> bool {
        match (&self.ask, &other.ask) {
            (Ask::Soak(mine), Ask::Soak(theirs)) => mine >= theirs,
            _ => same(self, other),
        }
    }
}

/// The gates of one target environment, for each of the products that the flow serves.
pub(super) fn gates(emitter: &mut Emitter<'_>, contexts: &[SettledContext<'_>], path: &str) -> Gates {
    let each: Vec<Vec<Asked>> = contexts.iter().map(asked).collect();
    let mut all: Vec<Asked> = Vec::new();
    for one in each.iter().flatten() {
        if !all.iter().any(|known| same(known, one)) {
            all.push(one.clone());
        }
    }
    for one in &all {
        let without = contexts.iter().zip(&each).find(|(_, asked)| !asked.iter().any(|known| known.covers(one)));
        if let Some((context, _)) = without {
            uneven(emitter, one, context, path);
        }
    }
    let mut gates = Gates::default();
    for one in all {
        match one.ask {
            Ask::Soak(soak) => gates.soak = gates.soak.max(soak),
            Ask::Approval(approval) if approval.count > 1 => {
                let message =
                    format!("Codefresh can wait for one person only, not for {} of `{}`", approval.count, approval.who);
                let help = format!("Write `approval {}`, or ask for each by an `approval` of its own.", approval.who);
                emitter.out.lose(path, cannot(message, one.span, "asked for here", &help));
                gates.approvals.push(approval);
            }
            Ask::Approval(approval) => gates.approvals.push(approval),
            Ask::Window(name) => {
                emitter.unsupported(format!("Codefresh cannot wait for window `{name}`"), one.span, path)
            }
            Ask::Timeout => emitter.unsupported("Codefresh has no timeout of an environment", one.span, path),
            Ask::Hook(hook) => {
                if let Some(first) = gates.hook(hook.event).cloned() {
                    second_hook(emitter, &first, &hook, path);
                }
                gates.hooks.push(hook);
            }
        }
    }
    gates
}

/// E0801: Codefresh runs one hook for an event.
pub(super) fn second_hook(emitter: &mut Emitter<'_>, first: &Hook, second: &Hook, path: &str) {
    let message = format!("Codefresh runs one hook `on {}`, and this is a second one", second.event.as_str());
    let help = "Put both into one workflow.";
    emitter.out.lose(path, cannot(message, second.span, "the second", help).label(first.span, "the first"));
}

/// What holds for one product.
fn asked(context: &SettledContext<'_>) -> Vec<Asked> {
    let settings = &context.settings;
    let mut found = Vec::new();
    let mut add = |words: String, ask: Ask, origin: Origin| {
        let (span, policy) = match origin {
            Origin::Default => return,
            Origin::Flow(span) => (span, None),
            Origin::Policy(policy, span) => (span, Some(policy)),
        };
        found.push(Asked { words, ask, span, policy });
    };
    let soak = &settings.soak;
    if soak.value > Seconds(0) {
        add(format!("soak {}", soak.value), Ask::Soak(soak.value), soak.origin);
    }
    if let Some(timeout) = &settings.timeout {
        add(format!("timeout {}", timeout.value), Ask::Timeout, timeout.origin);
    }
    for (approval, origin) in &settings.approvals {
        let words = match approval.count {
            0 | 1 => format!("approval {}", approval.who),
            count => format!("approval {count} of {}", approval.who),
        };
        add(words, Ask::Approval(approval.clone()), *origin);
    }
    for (window, origin) in &settings.windows {
        if let Some(window) = context.program().windows.find(*window) {
            add(format!("window {}", window.name.value), Ask::Window(window.name.value.clone()), *origin);
        }
    }
    for (hook, origin) in &settings.hooks {
        add(format!("on {}", hook.event.as_str()), Ask::Hook(hook.clone()), *origin);
    }
    found
}

fn same(one: &Asked, other: &Asked) -> bool {
    match (&one.ask, &other.ask) {
        (Ask::Hook(_), Ask::Hook(_)) => one.span == other.span,
        _ => one.words == other.words,
    }
}

/// E0801 for what holds for some products only; windows and timeouts are refused in any case.
fn uneven(emitter: &mut Emitter<'_>, one: &Asked, context: &PromotionContext<'_>, path: &str) {
    if matches!(one.ask, Ask::Window(_) | Ask::Timeout) {
        return;
    }
    let name = |id: PolicyId| emitter.program.policies.find(id).map(|policy| policy.name.value.as_str());
    let policy = one.policy.and_then(name).unwrap_or_default();
    let product = context.product_name();
    let message =
        format!("`{}` of policy `{policy}` does not hold for product `{product}`, which uses the same flow", one.words);
    let help = format!(
        "In Codefresh this belongs to the flow, which is one for all its products. Give `{product}` a flow of its own, or let the policy hold for all products of `{}`.",
        context.flow().map(|flow| flow.name.value.as_str()).unwrap_or_default()
    );
    let diagnostic = cannot(message, one.span, "only for some", &help);
    emitter.out.lose(path, diagnostic);
}
