//! Works out what each target of a flow waits for: its `after`, the order of statements, waves, and what a target that a
//! product lacks leaves to those after it.
//!
//! Does not know names: the resolver has replaced them by environments.
//!
//! INVARIANT: all targets of a wave share one requirement for the wave before them, so a flow in waves needs memory for
//! its targets, not for the pairs of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::model::{EnvironmentId, Requirement};
use crate::source::Span;
use crate::syntax::ast::{Quantity, WaveSize, percent_of};

/// A `promote` statement with its names resolved.
#[derive(Clone, Debug, Default)]
pub struct PromoteOrder {
    /// The environments it names, each once.
    pub named: Arc<[EnvironmentId]>,
    /// Those that no statement before it names, with their names in the text.
    pub targets: Vec<(EnvironmentId, Span)>,
    /// Whether a product may lack some of them.
    pub where_present: bool,
    /// Empty if all of them start at once.
    pub waves: Vec<WaveSize>,
    /// `None` without `after`, when the order of statements decides.
    pub after: Option<Vec<OrderItem>>,
}

/// An item of `after` with its name resolved.
#[derive(Clone, Debug)]
pub struct OrderItem {
    pub quantity: Quantity,
    pub of: Arc<[EnvironmentId]>,
    pub span: Span,
}

/// A target and what it waits for.
pub(super) struct Ordered {
    pub environment: EnvironmentId,
    pub span: Span,
    /// The index of its statement.
    pub promote: usize,
    /// All of these must be met.
    pub needs: Vec<Requirement>,
}

/// The targets of a flow, except those that are absent, in order.
pub(super) fn targets(
    promotes: &[PromoteOrder],
    trigger: Option<EnvironmentId>,
    absent: &BTreeSet<EnvironmentId>,
) -> Vec<Ordered> {
    let order = OrderBuilder::new(promotes, trigger, absent);
    let mut ordered = Vec::new();
    for (promote, statement) in promotes.iter().enumerate() {
        let present: Vec<_> = statement.targets.iter().filter(|(id, _)| !absent.contains(id)).collect();
        let mut before: Option<Arc<[EnvironmentId]>> = None;
        for wave in waves(&present, &statement.waves) {
            for (environment, span) in wave {
                let needs = match &before {
                    Some(of) => vec![Requirement { count: of.len() as u32, of: Arc::clone(of), span: *span }],
                    None => order.of_statement(promote, *span),
                };
                ordered.push(Ordered { environment: *environment, span: *span, promote, needs });
            }
            before = Some(wave.iter().map(|(environment, _)| *environment).collect());
        }
    }
    ordered
}

/// Splits targets into waves; the last size repeats.
fn waves<'t, T>(targets: &'t [T], sizes: &[WaveSize]) -> Vec<&'t [T]> {
    let (mut waves, mut rest, mut sizes) = (Vec::new(), targets, sizes.iter().peekable());
    let mut size = targets.len();
    while !rest.is_empty() {
        size = sizes.next().map_or(size, |size| size.of(targets.len()));
        let (wave, behind) = rest.split_at(size.clamp(1, rest.len()));
        waves.push(wave);
        rest = behind;
    }
    waves
}

struct OrderBuilder<'a> {
    promotes: &'a [PromoteOrder],
    trigger: Option<EnvironmentId>,
    absent: &'a BTreeSet<EnvironmentId>,
    /// The statement of each absent environment.
    statement: BTreeMap<EnvironmentId, usize>,
    /// The requirements of each statement, without the spans of single targets.
    shared: Vec<Vec<Requirement>>,
}

impl<'a> OrderBuilder<'a> {
    fn new(
        promotes: &'a [PromoteOrder],
        trigger: Option<EnvironmentId>,
        absent: &'a BTreeSet<EnvironmentId>,
    ) -> OrderBuilder<'a> {
        let placed = promotes.iter().enumerate();
        let placed = placed.flat_map(|(at, promote)| promote.targets.iter().map(move |(id, _)| (*id, at)));
        let statement = placed.filter(|(id, _)| absent.contains(id)).collect();
        let mut order = OrderBuilder { promotes, trigger, absent, statement, shared: Vec::new() };
        order.shared = (0..promotes.len()).map(|at| order.requirements(at, &mut BTreeSet::new())).collect();
        order
    }

    /// What the first wave of a statement waits for. Where the order of statements decides, the target itself is the
    /// place in the text.
    fn of_statement(&self, at: usize, target: Span) -> Vec<Requirement> {
        let Some(shared) = self.shared.get(at) else { return Vec::new() };
        let written = self.promotes.get(at).is_some_and(|promote| promote.after.is_some());
        let place = |need: &Requirement| Requirement { span: if written { need.span } else { target }, ..need.clone() };
        shared.iter().map(place).collect()
    }

    /// The requirements of a statement. An absent environment is replaced by what it would wait for itself. `passed`: the
    /// statements that are being replaced, because a cycle (E0301) must end.
    fn requirements(&self, at: usize, passed: &mut BTreeSet<usize>) -> Vec<Requirement> {
        let Some(promote) = self.promotes.get(at).filter(|_| passed.insert(at)) else { return Vec::new() };
        let by_order;
        let dependencies = match &promote.after {
            Some(written) => written.as_slice(),
            None => {
                by_order = self.by_order(at);
                by_order.as_slice()
            }
        };
        let mut found: Vec<Requirement> = Vec::new();
        for dependency in dependencies {
            for need in self.requirement(dependency, passed) {
                if !found.iter().any(|known| known.count == need.count && known.of == need.of) {
                    found.push(need);
                }
            }
        }
        passed.remove(&at);
        found
    }

    /// Without `after`: all targets of the statement before it, or else the trigger.
    fn by_order(&self, at: usize) -> Vec<OrderItem> {
        let before = at.checked_sub(1).and_then(|before| self.promotes.get(before));
        let of = match before {
            Some(before) => Arc::clone(&before.named),
            None => self.trigger.into_iter().collect(),
        };
        let span = self.promotes.get(at).and_then(|promote| promote.targets.first()).map(|(_, span)| *span);
        let dependency = |span| OrderItem { quantity: Quantity::All, of, span };
        span.filter(|_| before.is_none_or(|before| !before.named.is_empty())).map(dependency).into_iter().collect()
    }

    fn requirement(&self, dependency: &OrderItem, passed: &mut BTreeSet<usize>) -> Vec<Requirement> {
        let OrderItem { quantity, of, span } = dependency;
        let present: Arc<[EnvironmentId]> = if of.iter().any(|id| self.absent.contains(id)) {
            of.iter().copied().filter(|id| !self.absent.contains(id)).collect()
        } else {
            Arc::clone(of)
        };
        let members = present.len();
        let count = match quantity {
            Quantity::All => members as u32,
            Quantity::Any(_) => 1,
            Quantity::AtLeast(count) => count.value,
            Quantity::Percent(percent) => percent_of(percent.value, members) as u32,
        };
        let mut needs = Vec::new();
        if members > 0 {
            needs.push(Requirement { count, of: present, span: *span });
        }
        // Only what names all of them waits for each of them.
        if matches!(quantity, Quantity::All) {
            let left_out: BTreeSet<usize> = of.iter().filter_map(|id| self.statement.get(id)).copied().collect();
            for statement in left_out {
                let inherited = self.requirements(statement, passed);
                needs.extend(inherited.into_iter().map(|need| Requirement { span: *span, ..need }));
            }
        }
        needs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_size_of_waves_repeats_and_percentages_are_rounded_up() {
        let sizes = |targets: usize, sizes: &[WaveSize]| -> Vec<usize> {
            waves(&vec![(); targets], sizes).into_iter().map(<[()]>::len).collect()
        };
        assert_eq!(sizes(4, &[WaveSize::Count(1), WaveSize::Count(2)]), [1, 2, 1]);
        assert_eq!(sizes(10, &[WaveSize::Percent(25)]), [3, 3, 3, 1]);
        assert_eq!(sizes(4, &[WaveSize::Count(1), WaveSize::Percent(50)]), [1, 2, 1]);
        assert_eq!(sizes(3, &[]), [3]);
        assert_eq!(sizes(3, &[WaveSize::Count(9)]), [3]);
        assert_eq!(sizes(0, &[WaveSize::Count(1)]), [0; 0]);
        assert_eq!(sizes(2, &[WaveSize::Percent(1)]), [1, 1]);
    }
}
