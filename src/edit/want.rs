//! The values to copy, as one tree over the target. Nested selections count once, at the outer location.

use indexmap::IndexMap;

use super::location::Step;

/// What is wanted at one location of the target. `N` is the type of a source value in a format.
#[derive(Clone, Debug)]
pub(super) enum Want<N> {
    /// Exactly this value of the source.
    Take(N),
    /// Something further inside; the rest stays.
    Into(IndexMap<Step, Want<N>>),
}

impl<N> Want<N> {
    pub(super) fn nothing() -> Want<N> {
        Want::Into(IndexMap::new())
    }

    pub(super) fn is_nothing(&self) -> bool {
        matches!(self, Want::Into(children) if children.is_empty())
    }

    /// Adds a selected location. It has no effect inside a location that is already taken as a whole.
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
