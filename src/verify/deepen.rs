//! Searches with more and more failures, so that a property is broken by as few as possible.

use super::choice::Budget;
use super::explore::{Cut, Model, Observe, Refuted, SearchProgress, explore};
use super::{Strength, VerifyOptions};

/// The result of searches with 0, 1, 2, … failures.
pub(super) struct Deepened<C, S> {
    /// Each broken law once, with a shortest of the runs with the fewest failures.
    pub refuted: Vec<Refuted<C>>,
    /// What was seen in any run.
    pub seen: S,
    /// The number of states of the last search that was completed, or of the first one.
    pub states: usize,
    pub longest: usize,
    /// How many environments of a class were explored, if some were left out.
    pub most_of_class: Option<usize>,
    pub strength: Strength,
    /// If a search was cut short, its bound on failures.
    pub cut: Option<(u32, Cut)>,
    /// The bound on failures of the last search.
    pub tried: u32,
}

/// What is explored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// As little as makes the same proof.
    Enough,
    Everything,
}

/// What many searches have seen.
pub(super) trait Accumulate: Default {
    fn add(&mut self, other: &Self);
}

impl Accumulate for () {
    fn add(&mut self, (): &()) {}
}

/// Searches with 0, 1, 2, … failures: up to the number that was asked for, or until a property is broken, but at least
/// with one, because that is the least that makes a proof. It ends early if no run has more failures, or if all searches
/// together have too many states.
pub(super) fn deepen<M: Model>(
    model: impl Fn(Budget, Part) -> M,
    options: VerifyOptions,
    told: Observe<'_>,
) -> Deepened<M::Choice, M::Seen>
where
    M::Seen: Accumulate,
{
    let strength = Strength { failures: None, complete: false };
    let (refuted, seen) = (Vec::new(), M::Seen::default());
    let mut all = Deepened { refuted, seen, states: 0, longest: 0, most_of_class: None, strength, cut: None, tried: 0 };
    let (most, mut left) = (options.failures.unwrap_or(u32::MAX), options.limit);
    for failures in 0..=most {
        if options.failures.is_none() && failures > 1 && !all.refuted.is_empty() {
            break;
        }
        let budget = Budget { failures, retries: options.retries, unchanged: 1 };
        let mut search = |part| {
            let model = model(budget, part);
            let mut found = explore(&model, left, &mut |progress| told(SearchProgress { failures, ..progress }));
            left = left.saturating_sub(found.states);
            let whole: Option<_> = found.refuted.iter().map(|refuted| model.in_whole(refuted)).collect();
            whole.map(|whole| {
                found.refuted = whole;
                (found, model.most_of_class())
            })
        };
        let Some((found, most_of_class)) = search(Part::Enough).or_else(|| search(Part::Everything)) else { break };
        all.tried = failures;
        all.seen.add(&found.seen);
        for refuted in found.refuted {
            if !all.refuted.iter().any(|known| known.breach.law == refuted.breach.law) {
                all.refuted.push(refuted);
            }
        }
        if found.cut.is_none() || all.states == 0 {
            (all.states, all.longest, all.most_of_class) = (found.states, found.longest, most_of_class);
        }
        if let Some(cut) = found.cut {
            all.cut = Some((failures, cut));
            break;
        }
        all.strength = Strength { failures: Some(failures), complete: !found.bounded };
        if all.strength.complete {
            break;
        }
    }
    all
}

impl Strength {
    /// The weaker of two.
    pub(super) fn min(self, other: Strength) -> Strength {
        match (self.complete, other.complete) {
            (true, false) => other,
            (false, true) => self,
            _ => Strength { failures: self.failures.min(other.failures), ..self },
        }
    }
}
