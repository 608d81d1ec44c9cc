//! What is to be copied, as one tree over the target: every selected place once, the outermost where they nest.

use indexmap::IndexMap;

use super::location::Step;

/// What is wanted at one place of the target. `N` is how a format holds a value of the source.
#[derive(Clone, Debug)]
pub(super) enum Want<N> {
    /// This value of the source, and nothing else.
    Take(N),
    /// Something further down; the rest stays.
    Into(IndexMap<Step, Want<N>>),
}

impl<N> Want<N> {
    /// Nothing yet.
    pub(super) fn nothing() -> Want<N> {
        Want::Into(IndexMap::new())
    }

    /// Whether nothing is wanted.
    pub(super) fn is_nothing(&self) -> bool {
        matches!(self, Want::Into(children) if children.is_empty())
    }

    /// Adds a selected place. What lies inside a place that is taken as a whole is already wanted.
    pub(super) fn add(&mut self, steps: &[Step], node: N) {
        match (self, steps) {
            (Want::Take(_), _) => {}
            (whole, []) => *whole = Want::Take(node),
            (Want::Into(children), [step, rest @ ..]) => {
                children.entry(step.clone()).or_insert_with(Want::nothing).add(rest, node);
            }
        }
    }
}
