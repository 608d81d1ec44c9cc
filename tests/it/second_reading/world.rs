//! What the world answers: the scenario, as docs/language.md and docs/simulating.md describe it.

use super::program::{Fact, Program, Time};

/// The answers for one release.
#[derive(Clone, Copy)]
pub(super) struct World<'a> {
    pub(super) program: &'a Program,
    pub(super) release: usize,
}

impl World<'_> {
    /// What applies, of all that `reads` accepts with how specific it is: the narrowest, and of these the last.
    fn narrowest<T>(&self, reads: impl Fn(Fact) -> Option<(u32, T)>) -> Option<T> {
        let mut best: Option<(u32, T)> = None;
        for given in &self.program.givens {
            if given.of.is_some_and(|of| of != self.release) {
                continue;
            }
            if let Some((narrow, value)) = reads(given.fact) {
                let narrow = narrow + u32::from(given.of.is_some());
                if best.as_ref().is_none_or(|(other, _)| narrow >= *other) {
                    best = Some((narrow, value));
                }
            }
        }
        best.map(|(_, value)| value)
    }

    fn about<T>(&self, reads: impl Fn(Fact) -> Option<T>) -> Option<T> {
        self.narrowest(|fact| reads(fact).map(|value| (0, value)))
    }

    /// How long a try of a workflow takes at a place.
    pub(super) fn takes(&self, workflow: usize, place: Option<usize>) -> Time {
        let given = self.narrowest(|fact| match fact {
            Fact::Takes(it, None, time) if it == workflow => Some((0, time)),
            Fact::Takes(it, Some(at), time) if it == workflow && Some(at) == place => Some((1, time)),
            _ => None,
        });
        let (low, high) = self.program.workflows[workflow].takes;
        given.unwrap_or((low + high) / 2)
    }

    /// Whether the try of this number, counted from 1 at the place, fails.
    pub(super) fn fails(&self, workflow: usize, place: Option<usize>, number: u32) -> bool {
        let given = self.narrowest(|fact| match fact {
            Fact::Fails(it, None, times) if it == workflow => Some((0, times)),
            Fact::Fails(it, Some(at), times) if it == workflow && Some(at) == place => Some((1, times)),
            _ => None,
        });
        given.is_some_and(|times| times.is_none_or(|times| number <= times))
    }

    /// How long after the action the applications of an environment are healthy.
    pub(super) fn healthy(&self, environment: usize) -> Time {
        let read = |fact| match fact {
            Fact::Healthy(at, time) if at == environment => Some(time),
            _ => None,
        };
        self.about(read).unwrap_or(0)
    }

    /// How long after the action the applications of an environment are degraded or out of sync.
    pub(super) fn lost(&self, environment: usize) -> Option<Time> {
        self.about(|fact| match fact {
            Fact::Lost(at, time, _) if at == environment => Some(time),
            _ => None,
        })
    }

    /// Whether it is the sync that an environment loses.
    pub(super) fn goes_out_of_sync(&self, environment: usize) -> bool {
        let read = |fact| match fact {
            Fact::Lost(at, _, degraded) if at == environment => Some(!degraded),
            _ => None,
        };
        self.about(read).unwrap_or(false)
    }

    /// When the approvals are answered, and whether they are given.
    pub(super) fn approval(&self, environment: usize) -> (Time, bool) {
        let takes = self.about(|fact| match fact {
            Fact::ApprovalTakes(at, time) if at == environment => Some(time),
            _ => None,
        });
        let denied = self.about(|fact| match fact {
            Fact::ApprovalDenied(at) if at == environment => Some(()),
            _ => None,
        });
        (takes.unwrap_or(0), denied.is_none())
    }

    /// How long the answer about an override takes, if there is one, and whether it is given.
    pub(super) fn window_override(&self, environment: usize) -> (Option<Time>, bool) {
        let takes = self.about(|fact| match fact {
            Fact::OverrideTakes(at, time) if at == environment => Some(time),
            _ => None,
        });
        let denied = self.about(|fact| match fact {
            Fact::OverrideDenied(at) if at == environment => Some(()),
            _ => None,
        });
        if denied.is_some() { (Some(0), false) } else { (takes, true) }
    }

    /// When a pull request is merged or closed, and whether it is merged.
    pub(super) fn merge(&self, environment: usize) -> (Option<Time>, bool) {
        let read = |fact| match fact {
            Fact::Merges(at, time) if at == environment => Some((Some(time), true)),
            Fact::Closed(at, time) if at == environment => Some((Some(time), false)),
            Fact::NeverMerges(at) if at == environment => Some((None, true)),
            _ => None,
        };
        self.about(read).unwrap_or((Some(0), true))
    }

    /// How long a rollback takes, and whether it succeeds.
    pub(super) fn rollback(&self, environment: usize) -> (Option<Time>, bool) {
        let takes = self.about(|fact| match fact {
            Fact::RollbackTakes(at, time) if at == environment => Some(time),
            _ => None,
        });
        let fails = self.about(|fact| match fact {
            Fact::RollbackFails(at) if at == environment => Some(()),
            _ => None,
        });
        (takes, fails.is_none())
    }
}
