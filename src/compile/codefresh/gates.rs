//! The gates and hooks of an environment that Codefresh can express: soak, approvals and hooks.
//!
//! In the language they can come from policies, and so differ between products. In Codefresh they belong to the flow, which
//! all its products share. A gate of all products goes into the flow; a gate of only some is E0801. Windows and timeouts are
//! always lost: see `treatment`.

use super::{Emitter, cannot};
use crate::program::{Approval, Hook, Origin, PolicyId, PromotionContext, SettledContext};
use crate::source::Span;
use crate::syntax::ast::HookEvent;
use crate::syntax::literal::Seconds;

/// The gates and hooks of an environment, merged over the products of the flow.
#[derive(Default)]
pub(super) struct MergedGates {
    pub soak: Seconds,
    /// The statement that asks for the soak.
    pub soak_at: Option<Span>,
    pub approvals: Vec<Approval>,
    pub hooks: Vec<Hook>,
}

impl MergedGates {
    /// The first hook of an event; a second one was reported (E0801).
    pub(super) fn hook(&self, event: HookEvent) -> Option<&Hook> {
        self.hooks.iter().find(|hook| hook.event == event)
    }
}

#[derive(Clone)]
enum Gate {
    Soak(Seconds),
    Approval(Approval),
    Hook(Hook),
}

#[derive(Clone)]
struct AskedGate {
    /// The gate as in the program, for messages. Two gates with the same words are the same, except hooks.
    words: String,
    gate: Gate,
    span: Span,
    policy: Option<PolicyId>,
}

impl AskedGate {
    /// Whether this gate includes the other: it is the same, or a soak that is at least as long.
    fn covers(&self, other: &AskedGate) -> bool {
        match (&self.gate, &other.gate) {
            (Gate::Soak(mine), Gate::Soak(theirs)) => mine >= theirs,
            (Gate::Soak(_) | Gate::Approval(_) | Gate::Hook(_), _) => same(self, other),
        }
    }
}

/// Merges the gates of one target environment over the products of the flow, and reports differences.
pub(super) fn gates(emitter: &mut Emitter<'_>, contexts: &[SettledContext<'_>], path: &str) -> MergedGates {
    let each: Vec<Vec<AskedGate>> = contexts.iter().map(asked).collect();
    let mut all: Vec<AskedGate> = Vec::new();
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
    let mut gates = MergedGates::default();
    for one in all {
        match one.gate {
            Gate::Soak(soak) if soak > gates.soak => {
                gates.soak = soak;
                gates.soak_at = Some(one.span);
            }
            Gate::Soak(_) => {}
            Gate::Approval(approval) => gates.approvals.push(approval),
            Gate::Hook(hook) => {
                // The same statement with another product in it was reported by `uneven`.
                if let Some(first) = gates.hook(hook.event).filter(|first| first.span != hook.span).cloned() {
                    second_hook(emitter, &first, &hook, path);
                }
                gates.hooks.push(hook);
            }
        }
    }
    gates
}

/// E0801: Codefresh runs only one hook for an event.
pub(super) fn second_hook(emitter: &mut Emitter<'_>, first: &Hook, second: &Hook, path: &str) {
    let message = format!("Codefresh supports only one `on {}` hook", second.event.as_str());
    let help = "Combine both in one workflow.";
    emitter.out.lose(path, cannot(message, second.span, "second hook", help).label(first.span, "first hook"));
}

/// The gates that apply to one product.
fn asked(context: &SettledContext<'_>) -> Vec<AskedGate> {
    let settings = &context.settings;
    let mut found = Vec::new();
    let mut add = |words: String, gate: Gate, origin: Origin| {
        let (span, policy) = match origin {
            Origin::Default => return,
            Origin::Flow(span) => (span, None),
            Origin::Policy(policy, span) => (span, Some(policy)),
        };
        found.push(AskedGate { words, gate, span, policy });
    };
    let soak = &settings.soak;
    if soak.value > Seconds(0) {
        add(format!("soak {}", soak.value), Gate::Soak(soak.value), soak.origin);
    }
    for (approval, origin) in &settings.approvals {
        let words = match approval.count {
            0 | 1 => format!("approval {}", approval.who),
            count => format!("approval {count} of {}", approval.who),
        };
        add(words, Gate::Approval(approval.clone()), *origin);
    }
    for (hook, origin) in &settings.hooks {
        add(format!("on {}", hook.event.as_str()), Gate::Hook(hook.clone()), *origin);
    }
    found
}

fn same(one: &AskedGate, other: &AskedGate) -> bool {
    match (&one.gate, &other.gate) {
        (Gate::Hook(mine), Gate::Hook(theirs)) => one.span == other.span && mine.call.same(&theirs.call),
        (Gate::Soak(_) | Gate::Approval(_) | Gate::Hook(_), _) => one.words == other.words,
    }
}

/// E0801 for a gate that applies to only some products.
fn uneven(emitter: &mut Emitter<'_>, one: &AskedGate, context: &PromotionContext<'_>, path: &str) {
    let name = |id: PolicyId| emitter.program.policies.find(id).map(|policy| policy.name.value.as_str());
    let policy = one.policy.and_then(name).unwrap_or_default();
    let product = context.product_name();
    let message = match one.policy {
        Some(_) => format!(
            "`{}` of policy `{policy}` does not apply to product `{product}`, which uses the same flow",
            one.words
        ),
        None => format!("`{}` differs for product `{product}`, which uses the same flow", one.words),
    };
    let help = format!(
        "In Codefresh, this is a setting of the flow and applies to all its products. Give `{product}` its own flow, or apply the policy to all products of `{}`.",
        context.flow().map(|flow| flow.name.value.as_str()).unwrap_or_default()
    );
    let diagnostic = cannot(message, one.span, "for some products only", &help);
    emitter.out.lose(path, diagnostic);
}
