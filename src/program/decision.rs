//! How several candidates for a setting become one: the only place that decides which of them counts, and why another does
//! not. What a setting is about it does not know.

use super::merge::Violation;
use super::model::{Origin, PolicyId, Setting};
use crate::source::Span;

/// What a flow or a policy says of a setting.
#[derive(Clone, Debug)]
pub struct Candidate<'p, T> {
    /// What it says.
    pub value: &'p T,
    /// The statement.
    pub span: Span,
    /// Which policy says it; `None` is the flow itself.
    pub policy: Option<PolicyId>,
    /// The priority of that policy.
    pub priority: i64,
    /// The word `require`.
    pub required: Option<Span>,
}

/// How several candidates become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MergeRule {
    /// One of them wins.
    Chosen,
    /// The longest time holds.
    Longest,
    /// The shortest time holds.
    Shortest,
    /// All of them hold.
    All,
}

/// Every candidate for one setting, and which of them counts.
#[derive(Clone, Debug)]
pub struct Decision<'p, T> {
    rule: MergeRule,
    /// The flow's own first, then the policies' in the order in which they count.
    candidates: Vec<Candidate<'p, T>>,
    /// The position of the one that holds; `None` where there is none, or all hold.
    winner: Option<usize>,
}

/// Why a candidate does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhyNot {
    /// The flow's own, and a policy requires something else.
    PolicyRequires,
    /// A policy's, and the flow says it itself.
    FlowDecides,
    /// A policy's, and another one is required.
    OtherIsRequired,
    /// A policy's, and one of a higher priority wins.
    LowerPriority {
        /// Its own priority.
        own: i64,
        /// That of the winner.
        winner: i64,
    },
    /// A policy's, and one of the same rank was declared before it.
    DeclaredLater,
    /// Another time is longer, or as long.
    NotLongest,
    /// Another time is shorter, or as short.
    NotShortest,
}

impl<'p, T> Candidate<'p, T> {
    pub(super) fn of_flow(value: &'p T, span: Span) -> Candidate<'p, T> {
        Candidate { value, span, policy: None, priority: 0, required: None }
    }

    pub(super) fn of_policy(value: &'p T, policy: PolicyId, span: Span, priority: i64) -> Candidate<'p, T> {
        Candidate { value, span, policy: Some(policy), priority, required: None }
    }

    /// Whether the flow says it.
    pub fn is_of_flow(&self) -> bool {
        self.policy.is_none()
    }

    /// Where it comes from.
    pub fn origin(&self) -> Origin {
        self.policy.map_or(Origin::Flow(self.span), |policy| Origin::Policy(policy, self.span))
    }

    pub(super) fn setting(&self) -> Setting<T>
    where
        T: Clone,
    {
        Setting { value: self.value.clone(), origin: self.origin() }
    }
}

impl<'p, T> Decision<'p, T> {
    /// The flow's own wins unless a policy requires something else; without it, the first of the policies'.
    pub(super) fn choose(candidates: Vec<Candidate<'p, T>>, agree: impl Fn(&T, &T) -> bool) -> Decision<'p, T> {
        let winner = match candidates.as_slice() {
            [own, policy, ..] if own.is_of_flow() => {
                usize::from(policy.required.is_some() && !agree(own.value, policy.value))
            }
            _ => 0,
        };
        let winner = Some(winner).filter(|winner| *winner < candidates.len());
        Decision { rule: MergeRule::Chosen, candidates, winner }
    }

    /// All hold.
    pub(super) fn all(candidates: Vec<Candidate<'p, T>>) -> Decision<'p, T> {
        Decision { rule: MergeRule::All, candidates, winner: None }
    }

    /// The longest holds; of equal ones the first: the flow's, then the highest priority's.
    pub(super) fn longest(candidates: Vec<Candidate<'p, T>>) -> Decision<'p, T>
    where
        T: Ord,
    {
        let best =
            candidates.iter().enumerate().reduce(|best, next| if next.1.value > best.1.value { next } else { best });
        Decision { rule: MergeRule::Longest, winner: best.map(|(at, _)| at), candidates }
    }

    /// The shortest holds; of equal ones the first: the flow's, then the highest priority's.
    pub(super) fn shortest(candidates: Vec<Candidate<'p, T>>) -> Decision<'p, T>
    where
        T: Ord,
    {
        let best =
            candidates.iter().enumerate().reduce(|best, next| if next.1.value < best.1.value { next } else { best });
        Decision { rule: MergeRule::Shortest, winner: best.map(|(at, _)| at), candidates }
    }

    /// How it is decided.
    pub fn rule(&self) -> MergeRule {
        self.rule
    }

    /// All of them: the flow's own first, then the policies' in the order in which they count.
    pub fn candidates(&self) -> &[Candidate<'p, T>] {
        &self.candidates
    }

    /// What the flow itself says; the first, where it says several.
    pub fn own(&self) -> Option<&Candidate<'p, T>> {
        self.candidates.first().filter(|first| first.is_of_flow())
    }

    /// The one that holds; `None` where there is none, or all hold.
    pub fn winner(&self) -> Option<&Candidate<'p, T>> {
        self.candidates.get(self.winner?)
    }

    /// Each candidate, and why it does not count; `None`: it counts.
    pub fn trace(&self) -> impl Iterator<Item = (&Candidate<'p, T>, Option<WhyNot>)> {
        self.candidates.iter().enumerate().map(|(at, candidate)| (candidate, self.why_not(at, candidate)))
    }

    fn why_not(&self, at: usize, candidate: &Candidate<'p, T>) -> Option<WhyNot> {
        let winner = self.winner().filter(|_| self.winner != Some(at))?;
        Some(match self.rule {
            MergeRule::All => return None,
            MergeRule::Longest => WhyNot::NotLongest,
            MergeRule::Shortest => WhyNot::NotShortest,
            MergeRule::Chosen if candidate.is_of_flow() => WhyNot::PolicyRequires,
            MergeRule::Chosen if winner.is_of_flow() => WhyNot::FlowDecides,
            MergeRule::Chosen if winner.required.is_some() && candidate.required.is_none() => WhyNot::OtherIsRequired,
            MergeRule::Chosen if winner.priority != candidate.priority => {
                WhyNot::LowerPriority { own: candidate.priority, winner: winner.priority }
            }
            MergeRule::Chosen => WhyNot::DeclaredLater,
        })
    }

    /// The policies' candidates of the highest rank, among which only the order of declaration decides; none where the flow
    /// decides and nothing is required.
    pub fn rivals(&self) -> &[Candidate<'p, T>] {
        let own = self.candidates.iter().take_while(|candidate| candidate.is_of_flow()).count();
        let policies = self.candidates.get(own..).unwrap_or_default();
        let counts = |first: &&Candidate<'p, T>| first.required.is_some() || own == 0;
        let Some(first) = policies.first().filter(counts) else { return &[] };
        let rank = |candidate: &Candidate<'p, T>| (candidate.priority, candidate.required.is_some());
        let count = policies.iter().take_while(|candidate| rank(candidate) == rank(first)).count();
        policies.get(..count).unwrap_or_default()
    }

    /// What the flow says where a policy requires something else.
    pub(super) fn violation(
        &self,
        setting: &'static str,
        wanted: impl Fn(&Candidate<'p, T>) -> Span,
    ) -> Option<Violation> {
        let own = self.own()?;
        let winner = self.winner()?;
        let (policy, required) = (winner.policy?, winner.required?);
        Some(Violation { setting, written: own.span, policy, required, wanted: wanted(winner) })
    }
}
