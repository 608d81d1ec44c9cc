//! All timers of a release. Finding the earliest takes constant time, setting one takes logarithmic time.
//!
//! The tree is a tournament. The leaves are the timers, in the order in which they fire at one instant (rule 17); each
//! inner node is the earlier of its two children.

use super::{NEVER, State, TaskId};
use crate::release::EnvironmentPlanId;
use crate::source::Id;
use crate::syntax::literal::Instant;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::release) struct Timers {
    /// The root is at 1; the leaves are the second half.
    tree: Vec<Instant>,
}

impl Timers {
    pub(crate) fn new(count: usize) -> Timers {
        Timers { tree: vec![NEVER; count.next_power_of_two() * 2] }
    }

    /// The earliest of all timers.
    pub(crate) fn earliest(&self) -> Instant {
        self.at(1)
    }

    pub(crate) fn get(&self, timer: usize) -> Instant {
        self.at(self.tree.len() / 2 + timer)
    }

    pub(crate) fn set(&mut self, timer: usize, at: Instant) {
        let mut node = self.tree.len() / 2 + timer;
        let mut earlier = at;
        while let Some(known) = self.tree.get_mut(node).filter(|known| **known != earlier) {
            *known = earlier;
            if node == 1 {
                return;
            }
            earlier = earlier.min(self.at(node ^ 1));
            node /= 2;
        }
    }

    /// Sets every timer to a new instant, given its number and its instant.
    pub(crate) fn map(&mut self, to: impl Fn(usize, Instant) -> Instant) {
        let leaves = self.tree.len() / 2;
        for (timer, at) in self.tree.iter_mut().skip(leaves).enumerate() {
            *at = to(timer, *at);
        }
        for node in (1..leaves).rev() {
            let earlier = self.at(2 * node).min(self.at(2 * node + 1));
            if let Some(known) = self.tree.get_mut(node) {
                *known = earlier;
            }
        }
    }

    /// The first timer at or after `from` that is due.
    pub(crate) fn next_due(&self, from: usize, now: Instant) -> Option<usize> {
        let leaves = self.tree.len() / 2;
        if from >= leaves {
            return None;
        }
        let mut node = leaves + from;
        // Up until something to the right is due, then down to the first one.
        while self.at(node) > now {
            while node % 2 == 1 {
                node /= 2;
            }
            if node == 0 {
                return None;
            }
            node += 1;
        }
        while node < leaves {
            node *= 2;
            node += usize::from(self.at(node) > now);
        }
        Some(node - leaves)
    }

    fn at(&self, node: usize) -> Instant {
        self.tree.get(node).copied().unwrap_or(NEVER)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::release) enum Timer {
    /// The bake ends (rule 13).
    Bake,
    /// The soak, window or retry of an environment.
    Environment(EnvironmentPlanId),
    /// The timeout of a workflow, the limit for stopping it, or its next try.
    Task(TaskId),
    /// The timeout of an environment (rule 10).
    Timeout(EnvironmentPlanId),
    /// The timeout of the release (rule 16).
    Release,
}

impl State {
    pub(in crate::release) fn timer(&self, timer: Timer) -> Instant {
        self.timers.get(self.place_of(timer))
    }

    pub(in crate::release) fn set_timer(&mut self, timer: Timer, at: Instant) {
        let place = self.place_of(timer);
        self.timers.set(place, at);
    }

    /// The index of a timer. Timers fire in this order.
    fn place_of(&self, timer: Timer) -> usize {
        let (environments, tasks) = (self.environments.len(), self.tasks.len());
        match timer {
            Timer::Bake => 0,
            Timer::Environment(id) => 1 + id.index(),
            Timer::Task(id) => 1 + environments + id.index(),
            Timer::Timeout(id) => 1 + environments + tasks + id.index(),
            Timer::Release => 1 + 2 * environments + tasks,
        }
    }

    /// The first timer at or after `from` that is due, and where to look for the next one.
    pub(in crate::release) fn next_due(&self, from: usize) -> Option<(Timer, usize)> {
        self.first_until(from, self.now)
    }

    /// The first timer at or after `from` that is set, and where to look for the next one.
    pub(in crate::release) fn next_set(&self, from: usize) -> Option<(Timer, usize)> {
        self.first_until(from, Instant(NEVER.0 - 1))
    }

    /// The first timer at or after `from` that is due at an instant, and where to look for the next one.
    pub(in crate::release) fn first_until(&self, from: usize, until: Instant) -> Option<(Timer, usize)> {
        let place = self.timers.next_due(from, until)?;
        let (environments, tasks) = (self.environments.len(), self.tasks.len());
        let id = |first: usize| u32::try_from(place - first).unwrap_or(u32::MAX);
        let timer = match place {
            0 => Timer::Bake,
            _ if place <= environments => Timer::Environment(Id::new(id(1))),
            _ if place <= environments + tasks => Timer::Task(Id::new(id(1 + environments))),
            _ if place <= 2 * environments + tasks => Timer::Timeout(Id::new(id(1 + environments + tasks))),
            _ => Timer::Release,
        };
        Some((timer, place + 1))
    }

    /// Where to look for the first timeout: those of workflows, then of environments and of the release.
    pub(in crate::release) fn first_timeout(&self) -> usize {
        1 + self.environments.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_earliest_and_the_next_due_are_those_of_a_plain_list(sets in prop::collection::vec((0usize..11, 0i64..20), 0..60), now in 0i64..20) {
            let (mut timers, mut list) = (Timers::new(11), [NEVER; 11]);
            for (timer, at) in sets {
                let at = if at == 0 { NEVER } else { Instant(at) };
                timers.set(timer, at);
                list[timer] = at;
                prop_assert_eq!(Some(timers.earliest()), list.iter().min().copied());
                prop_assert_eq!(timers.get(timer), at);
            }
            // Up to the last leaf and beyond.
            for from in 0..=16 {
                let due = (from..11).find(|timer| list[*timer] <= Instant(now));
                prop_assert_eq!(timers.next_due(from, Instant(now)), due);
            }
            timers.map(|timer, at| if at == NEVER { at } else { Instant(at.0 + timer as i64) });
            let moved = list.iter().enumerate().filter(|(_, at)| **at != NEVER).map(|(timer, at)| Instant(at.0 + timer as i64));
            prop_assert_eq!(timers.earliest(), moved.min().unwrap_or(NEVER));
        }
    }
}
