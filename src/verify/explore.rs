//! Explores every run, breadth first, so that the first refutation has a shortest run.
//!
//! States are identified by fingerprints of 128 bits, so that millions fit into memory. A collision is less likely than
//! a memory error.

use std::collections::{HashMap, VecDeque};
use std::ops::ControlFlow;

use super::law::{Breach, Law};
use crate::release::Effect;

/// What is explored.
pub(super) trait Model {
    /// The state after a run.
    type Node: Clone;
    /// Something that may happen next.
    type Choice: Copy;
    /// What is collected over all runs.
    type Seen: Default;

    fn root(&self) -> Self::Node;
    /// Whether a run may end here.
    fn is_over(&self, node: &Self::Node) -> bool;
    /// Everything that may happen next.
    fn choices(&self, node: &Self::Node) -> Vec<Self::Choice>;
    /// The next node; `None` if the choice does not fit.
    fn take(&self, node: &Self::Node, choice: Self::Choice) -> Option<Taken<Self::Node>>;
    /// What is wrong if the same choice is taken a second time.
    fn again(&self, node: &Self::Node, choice: Self::Choice, taken: &Taken<Self::Node>) -> Vec<Breach>;
    /// Equal for nodes with the same future.
    fn fingerprint(&self, node: &Self::Node) -> u128;
    /// Whether a choice uses up a failure.
    fn is_failure(choice: Self::Choice) -> bool;
    /// Whether more could happen here if more failures were allowed.
    fn is_bounded(&self, node: &Self::Node) -> bool;
    /// Collects what a node shows.
    fn see(&self, node: &Self::Node, seen: &mut Self::Seen);
    /// A run that is longer than this does not end.
    fn bound(&self) -> usize;
    /// Whether a run will do as a refutation; otherwise others are tried.
    fn accepts(&self, _: &Breach, _: &[Self::Choice]) -> bool {
        true
    }
    /// The run in the whole that was to be explored, if only a part was; `None` if it breaks nothing there.
    fn in_whole(&self, refuted: &Refuted<Self::Choice>) -> Option<Refuted<Self::Choice>> {
        Some(refuted.clone())
    }
    /// How many environments of a class are explored, if some are left out.
    fn most_of_class(&self) -> Option<usize> {
        None
    }
    /// Whether the search may end, because all that was looked for is found.
    fn is_done(&self) -> bool {
        false
    }
}

/// The result of one choice.
pub(super) struct Taken<N> {
    pub node: N,
    /// The effects, where they are compared with those of a second time.
    pub effects: Vec<Effect>,
    pub breaches: Vec<Breach>,
}

/// A law that was broken, and the run that broke it.
#[derive(Clone, Debug)]
pub(super) struct Refuted<C> {
    pub breach: Breach,
    pub run: Vec<C>,
    /// The number of failures in the run.
    pub failures: usize,
}

/// The result of an exploration.
#[derive(Clone, Debug)]
pub(super) struct Exploration<C, S> {
    /// Each broken law once, with a shortest run.
    pub refuted: Vec<Refuted<C>>,
    pub seen: S,
    pub states: usize,
    /// The number of steps of the longest run.
    pub longest: usize,
    /// Whether the bound on failures cut off any run.
    pub bounded: bool,
    /// Why the search was cut short, if it was.
    pub cut: Option<Cut>,
}

/// A search that was cut short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// The number of steps up to which everything was explored.
    pub depth: usize,
    /// Whether the observer stopped it; otherwise there were too many states.
    pub interrupted: bool,
}

/// The progress of a search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SearchProgress {
    /// The number of failures in a run up to which is searched.
    pub failures: u32,
    /// States that were found.
    pub states: usize,
    /// States whose choices are still to be explored.
    pub open: usize,
    /// The number of steps from the start.
    pub depth: usize,
}

/// The number of states between two reports of progress.
const TOLD_EVERY: usize = 1024;

struct Search<M: Model> {
    known: HashMap<u128, u32>,
    /// The first way to each state: the state before, and the choice.
    links: Vec<(u32, Option<M::Choice>)>,
    /// The successors of each state, one list after the other.
    edges: Vec<u32>,
    /// The end of each state's list.
    ends: Vec<usize>,
    refuted: Vec<Refuted<M::Choice>>,
}

/// Is told how far a search is, and may stop it.
pub(super) type Observe<'a> = &'a mut dyn FnMut(SearchProgress) -> ControlFlow<()>;

/// Explores every run, up to `limit` states.
pub(super) fn explore<M: Model>(model: &M, limit: usize, told: Observe<'_>) -> Exploration<M::Choice, M::Seen> {
    let mut search: Search<M> = Search {
        known: HashMap::new(),
        links: vec![(0, None)],
        edges: Vec::new(),
        ends: Vec::new(),
        refuted: Vec::new(),
    };
    let (root, mut seen) = (model.root(), M::Seen::default());
    search.known.insert(model.fingerprint(&root), 0);
    let mut waiting = VecDeque::from([(0_u32, 0_usize, root)]);
    let (mut cut, mut bounded, bound) = (None, false, model.bound());
    while let Some((number, depth, node)) = waiting.pop_front().filter(|_| !model.is_done()) {
        let choices = model.choices(&node);
        if choices.is_empty() && !model.is_over(&node) {
            search.refute(
                model,
                number,
                None,
                &[Breach { law: Law::V4, what: "nothing more can happen, but the release has not ended".to_owned() }],
            );
        }
        if depth > bound {
            search.refute(model, number, None, &[Breach { law: Law::V4, what: "the run does not end".to_owned() }]);
            cut = Some(Cut { depth, interrupted: false });
            break;
        }
        if search.links.len() > limit {
            cut = Some(Cut { depth, interrupted: false });
            break;
        }
        bounded = bounded || model.is_bounded(&node);
        for choice in choices {
            let Some(taken) = model.take(&node, choice) else { continue };
            search.refute(model, number, Some(choice), &taken.breaches);
            let next = u32::try_from(search.links.len()).unwrap_or(u32::MAX);
            let known = *search.known.entry(model.fingerprint(&taken.node)).or_insert(next);
            search.edges.push(known);
            if known == next {
                search.links.push((number, Some(choice)));
                model.see(&taken.node, &mut seen);
                let again = model.again(&node, choice, &taken);
                search.refute(model, number, Some(choice), &again);
                waiting.push_back((next, depth + 1, taken.node));
            }
        }
        search.ends.push(search.edges.len());
        if search.ends.len().is_multiple_of(TOLD_EVERY) {
            let progress = SearchProgress { failures: 0, states: search.links.len(), open: waiting.len(), depth };
            if told(progress).is_break() {
                cut = Some(Cut { depth, interrupted: true });
                break;
            }
        }
    }
    let states = search.links.len();
    let longest = if cut.is_none() { search.measure(model) } else { 0 };
    Exploration { refuted: search.refuted, seen, states, longest, bounded, cut }
}

impl<M: Model> Search<M> {
    fn refute(&mut self, model: &M, number: u32, choice: Option<M::Choice>, breaches: &[Breach]) {
        for breach in breaches {
            let known = self.refuted.iter().any(|known| known.breach.law == breach.law);
            if known {
                continue;
            }
            let mut run = self.run_to(number);
            run.extend(choice);
            if model.accepts(breach, &run) {
                let failures = run.iter().filter(|choice| M::is_failure(**choice)).count();
                self.refuted.push(Refuted { breach: breach.clone(), run, failures });
            }
        }
    }

    /// The choices of the first way to a state.
    fn run_to(&self, mut number: u32) -> Vec<M::Choice> {
        let mut run = Vec::new();
        while let Some((before, Some(choice))) = self.links.get(number as usize).copied() {
            run.push(choice);
            number = before;
        }
        run.reverse();
        run
    }

    fn after(&self, state: usize) -> &[u32] {
        let from = state.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.ends.get(state).and_then(|end| self.edges.get(from..*end)).unwrap_or_default()
    }

    /// The length of the longest run. A cycle means that a run need not end.
    fn measure(&mut self, model: &M) -> usize {
        let mut before = vec![0_u32; self.links.len()];
        for next in &self.edges {
            if let Some(count) = before.get_mut(*next as usize) {
                *count += 1;
            }
        }
        let mut lengths = vec![0_u32; self.links.len()];
        let (mut ready, mut done, mut longest) = (vec![0_usize], 0, 0);
        while let Some(state) = ready.pop() {
            done += 1;
            let length = lengths.get(state).copied().unwrap_or(0);
            longest = longest.max(length);
            for next in self.after(state).iter().map(|next| *next as usize) {
                let (Some(length_of), Some(before)) = (lengths.get_mut(next), before.get_mut(next)) else { continue };
                *length_of = (*length_of).max(length + 1);
                *before -= 1;
                if *before == 0 {
                    ready.push(next);
                }
            }
        }
        if done < self.links.len() {
            let stuck = before.iter().position(|count| *count > 0).unwrap_or(0);
            let what = "a run can repeat the same states forever".to_owned();
            self.refute(model, u32::try_from(stuck).unwrap_or(0), None, &[Breach { law: Law::V4, what }]);
        }
        longest as usize
    }
}
