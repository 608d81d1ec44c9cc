//! Works out what each target of a flow waits for: its `after`, the order of statements, waves, and what a target that a
//! product lacks leaves to those after it.
//!
//! Does not know names: the resolver has replaced them by environments.
//!
//! INVARIANT: all targets of a wave share one requirement for the wave before them, so a flow in waves needs memory for
//! its targets, not for the pairs of them.

use std::borrow::Cow;
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
    /// The requirements of each statement, without the spans of single targets; `None` until they are known.
    shared: Vec<Option<Vec<Requirement>>>,
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
        let shared = vec![None; promotes.len()];
        let mut order = OrderBuilder { promotes, trigger, absent, statement, shared };
        order.share();
        order
    }

    /// Works out the requirements of each statement once, after those of the statements that it inherits from. Without
    /// recursion, because a chain of absent targets may be as long as a file.
    fn share(&mut self) {
        let inherits: Vec<BTreeSet<usize>> = (0..self.promotes.len()).map(|at| self.inherits(at)).collect();
        let inherited = |at: usize| inherits.get(at).into_iter().flatten().copied();
        let mut begun = BTreeSet::new();
        for start in 0..self.promotes.len() {
            let mut path: Vec<_> = begun.insert(start).then(|| (start, inherited(start))).into_iter().collect();
            while let Some((at, rest)) = path.last_mut() {
                // One that has begun is known, or is in a cycle (E0301), which must end.
                if let Some(next) = rest.find(|next| begun.insert(*next)) {
                    path.push((next, inherited(next)));
                    continue;
                }
                let at = *at;
                let requirements = self.requirements(at);
                if let Some(shared) = self.shared.get_mut(at) {
                    *shared = Some(requirements);
                }
                path.pop();
            }
        }
    }

    /// The statements of absent targets whose requirements a statement inherits.
    fn inherits(&self, at: usize) -> BTreeSet<usize> {
        let all = self.dependencies(at);
        all.iter().flat_map(|dependency| self.left_out(dependency)).collect()
    }

    /// The statements of the absent environments of a dependency. Only what names all of them waits for each of them.
    fn left_out(&self, dependency: &OrderItem) -> BTreeSet<usize> {
        let of = dependency.of.iter().filter(|_| matches!(dependency.quantity, Quantity::All));
        of.filter_map(|id| self.statement.get(id)).copied().collect()
    }

    fn dependencies(&self, at: usize) -> Cow<'a, [OrderItem]> {
        match self.promotes.get(at).map(|promote| &promote.after) {
            Some(Some(written)) => Cow::Borrowed(written),
            Some(None) => Cow::Owned(self.by_order(at)),
            None => Cow::Borrowed(&[]),
        }
    }

    /// What the first wave of a statement waits for. Where the order of statements decides, the target itself is the
    /// place in the text.
    fn of_statement(&self, at: usize, target: Span) -> Vec<Requirement> {
        let Some(Some(shared)) = self.shared.get(at) else { return Vec::new() };
        let written = self.promotes.get(at).is_some_and(|promote| promote.after.is_some());
        let place = |need: &Requirement| Requirement { span: if written { need.span } else { target }, ..need.clone() };
        shared.iter().map(place).collect()
    }

    /// The requirements of a statement, each once. An absent environment is replaced by what it would wait for itself.
    fn requirements(&self, at: usize) -> Vec<Requirement> {
        let mut known = BTreeSet::new();
        let dependencies = self.dependencies(at);
        let needs = dependencies.iter().flat_map(|dependency| self.requirement(dependency));
        needs.filter(|need| known.insert((need.count, Arc::clone(&need.of)))).collect()
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

    fn requirement(&self, dependency: &OrderItem) -> Vec<Requirement> {
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
        for statement in self.left_out(dependency) {
            let inherited = self.shared.get(statement).into_iter().flatten().flatten();
            needs.extend(inherited.map(|need| Requirement { span: *span, ..need.clone() }));
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
