//! Finds settings for which Codefresh would apply a different policy than the language does.

use crate::program::{Decision, PolicyId, PromotionContext, WorkflowChoice};
use crate::source::Span;
use crate::syntax::ast::Action;

/// A policy that decides only because of its `require`, and the policy that Codefresh would apply instead.
pub(super) struct Overruled {
    pub require: Span,
    pub ours: PolicyId,
    pub theirs: PolicyId,
}

/// The settings for which Codefresh, which only compares priorities, would decide differently. Like the language, it puts
/// the flow first.
pub(super) fn overruled(context: &PromotionContext<'_>) -> Vec<Overruled> {
    let merged = context.merge();
    let found = [
        of(&merged.pre_action, WorkflowChoice::agrees_with),
        of(&merged.action, Action::eq),
        of(&merged.post_action, WorkflowChoice::agrees_with),
    ];
    found.into_iter().flatten().collect()
}

fn of<T>(decision: &Decision<'_, T>, agree: impl Fn(&T, &T) -> bool) -> Option<Overruled> {
    let ours = decision.winner().filter(|_| decision.own().is_none())?;
    let require = ours.required?;
    let theirs = decision.candidates().iter().find(|other| {
        other.policy != ours.policy && other.priority >= ours.priority && !agree(other.value, ours.value)
    })?;
    Some(Overruled { require, ours: ours.policy?, theirs: theirs.policy? })
}
