//! W0307: a name in `after` that another name there implies.
//!
//! Only environments that must have succeeded count: neither `any of` nor the order of `one by one` implies anything.
//!
//! INVARIANT: nothing is reported in a flow that is too large to examine.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::algo::toposort;

use super::super::context::Context;
use super::super::text::{comma, element, quote};
use crate::diagnostic::{Code, Diagnostic};
use crate::program::{EnvironmentId, Flow};
use crate::source::Span;
use crate::syntax::ast::{Dependency, Promote, Quantity};

pub(crate) fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for flow in context.program.flows.values().filter(|flow| context.knows_environments(flow)) {
        let several = |promote: &&Promote| promote.after.as_ref().is_some_and(|after| after.dependencies.len() > 1);
        let mut promotes = flow.decl.promotes.iter().filter(several).peekable();
        if promotes.peek().is_none() {
            continue;
        }
        // A cycle would imply everything; it is reported as E0301.
        let Some(order) = Order::new(flow) else { continue };
        promotes.for_each(|promote| check_one(context, &order, promote, out));
    }
}

/// The environments of a flow without a cycle, each with all that must have succeeded before it.
struct Order {
    places: BTreeMap<EnvironmentId, usize>,
    /// For each place, the environment itself and what it needs, as bits.
    before: Vec<Bits>,
}

type Bits = Vec<u64>;

/// The largest flow that is examined: 32 MiB of bits.
const MOST: usize = 16_384;

fn set(bits: &mut Bits, place: usize) {
    if let Some(word) = bits.get_mut(place / 64) {
        *word |= 1 << (place % 64);
    }
}

fn add(bits: &mut Bits, others: &Bits) {
    bits.iter_mut().zip(others).for_each(|(word, other)| *word |= other);
}

impl Order {
    fn new(flow: &Flow) -> Option<Order> {
        let sorted = toposort(&flow.graph, None).ok()?;
        let sorted: Vec<EnvironmentId> =
            sorted.into_iter().filter_map(|node| flow.graph.node_weight(node)?.environment()).collect();
        if sorted.len() > MOST {
            return None;
        }
        let places: BTreeMap<EnvironmentId, usize> =
            sorted.iter().enumerate().map(|(place, environment)| (*environment, place)).collect();
        let mut orders = BTreeSet::new();
        let mut last = None;
        for target in flow.targets.iter() {
            let one_by_one = flow.decl.promotes.get(target.promote).is_some_and(|promote| promote.waves.is_some());
            if one_by_one && last == Some(target.promote) {
                orders.insert(target.environment);
            }
            last = Some(target.promote);
        }
        let mut order = Order { before: Vec::with_capacity(sorted.len()), places };
        let (words, mut shared) = (sorted.len().div_ceil(64), BTreeMap::new());
        for (place, environment) in sorted.iter().enumerate() {
            let mut bits = vec![0; words];
            set(&mut bits, place);
            let target = flow.target(*environment).filter(|target| !orders.contains(&target.environment));
            let needs = target.into_iter().flat_map(|target| &target.needs);
            for need in needs.filter(|need| need.count as usize >= need.of.len()) {
                // Many targets may wait for the same set.
                let of = shared.entry(need.of.as_ptr()).or_insert_with(|| order.all_before(&need.of, words));
                add(&mut bits, of);
            }
            order.before.push(bits);
        }
        Some(order)
    }

    fn before(&self, environment: EnvironmentId) -> Option<&Bits> {
        self.before.get(*self.places.get(&environment)?)
    }

    fn words(&self) -> usize {
        self.before.len().div_ceil(64)
    }

    /// All that must have succeeded once these have, as a number of words of bits.
    fn all_before(&self, environments: &[EnvironmentId], words: usize) -> Bits {
        let mut all = vec![0; words];
        environments.iter().filter_map(|environment| self.before(*environment)).for_each(|bits| add(&mut all, bits));
        all
    }

    /// Whether `these` are among what must have succeeded.
    fn contains(&self, all: &Bits, these: &[EnvironmentId]) -> bool {
        let place = |environment| self.places.get(environment).copied();
        these.iter().all(|environment| {
            place(environment).and_then(|place| Some(all.get(place / 64)? >> (place % 64) & 1 == 1)) == Some(true)
        })
    }
}

fn check_one(context: &Context<'_>, order: &Order, promote: &Promote, out: &mut Vec<Diagnostic>) {
    let Some(after) = &promote.after else { return };
    let all: Vec<(usize, &Dependency, Vec<EnvironmentId>)> = after
        .dependencies
        .iter()
        .enumerate()
        .filter(|(_, dependency)| matches!(dependency.quantity, Quantity::All))
        .filter_map(|(index, dependency)| Some((index, dependency, context.targets(&dependency.name)?)))
        .filter(|(_, _, environments)| !environments.is_empty())
        .collect();
    let mut first_of: BTreeMap<&str, &Dependency> = BTreeMap::new();
    for (_, dependency, _) in &all {
        first_of.entry(&dependency.name.value).or_insert(dependency);
    }
    let before: Vec<Bits> =
        all.iter().map(|(_, _, environments)| order.all_before(environments, order.words())).collect();
    // What the items up to each one imply together.
    let mut earlier = vec![order.all_before(&[], order.words())];
    for before in &before {
        let mut bits = earlier.last().cloned().unwrap_or_default();
        add(&mut bits, before);
        earlier.push(bits);
    }
    // From last to first, so that if two names imply each other, the later one is reported.
    let mut gone: BTreeSet<usize> = BTreeSet::new();
    let mut later = order.all_before(&[], order.words());
    for (nth, ((index, dependency, environments), own)) in all.iter().zip(&before).enumerate().rev() {
        let mut others = later.clone();
        earlier.get(nth).into_iter().for_each(|earlier| add(&mut others, earlier));
        if !order.contains(&others, environments) {
            add(&mut later, own);
            continue;
        }
        // The last item is the most likely to imply the others.
        let left = || all.iter().zip(&before).rev().filter(|((other, ..), _)| other != index && !gone.contains(other));
        let first =
            first_of.get(dependency.name.value.as_str()).filter(|first| first.name.span != dependency.name.span);
        let same = first.map(|first| vec![*first]);
        let one = || left().find(|(_, those)| order.contains(those, environments)).map(|((_, one, _), _)| vec![*one]);
        let by = same.or_else(one).unwrap_or_else(|| left().map(|((_, dependency, _), _)| *dependency).collect());
        gone.insert(*index);
        out.push(report(context, &after.dependencies, *index, dependency, &by));
    }
}

/// The longest `after` that the help repeats.
const SHOWN: usize = 8;

fn report(
    context: &Context<'_>,
    list: &[Dependency],
    index: usize,
    which: &Dependency,
    by: &[&Dependency],
) -> Diagnostic {
    let name = &which.name.value;
    let names = comma(by.iter().map(|dependency| dependency.name.value.as_str()));
    let is_repeated = by.iter().any(|dependency| dependency.name.value == *name);
    let (message, label) = if is_repeated {
        (format!("{} appears twice in this `after`", quote(name)), "appears again here")
    } else {
        (format!("{} is redundant here: `{names}` implies it", quote(name)), "has already succeeded by then")
    };
    let mut diagnostic = Diagnostic::new(Code::W0307, message, which.span, label);
    for dependency in by {
        let same = dependency.name.value == *name;
        let label =
            if same { "already named here".to_owned() } else { format!("comes after {} or contains it", quote(name)) };
        diagnostic = diagnostic.label(dependency.span, label);
    }
    // Of a long list, only the neighbors are copied: it may have hundreds of such names.
    let from = index.saturating_sub(1);
    let near = list.get(from..list.len().min(index + 2)).unwrap_or_default();
    diagnostic = if list.len() > SHOWN {
        diagnostic.help(format!("Remove {} from this `after`.", quote(name)))
    } else {
        let left = list.iter().enumerate().filter(|(at, _)| *at != index);
        let left = left.map(|(_, other)| context.sources.text(other.span));
        diagnostic.help(format!("Write `after {}`.", comma(left)))
    };
    let spans: Vec<Span> = near.iter().map(|dependency| dependency.span).collect();
    match element(context.sources, &spans, index - from) {
        Some(span) => diagnostic.fix(format!("remove {}", quote(name)), span, ""),
        None => diagnostic,
    }
}
