//! Decides which of several candidates for a setting count, and why the others do not. Nothing else decides that. This
//! module does not know what a setting means.

use super::merge::Violation;
use super::model::{Origin, PolicyId, Setting};
use crate::source::Span;

/// A value for a setting, from the flow or from a policy.
#[derive(Clone, Debug)]
pub struct Candidate<'p, T> {
    pub value: &'p T,
    pub span: Span,
    /// `None` if it comes from the flow.
    pub policy: Option<PolicyId>,
    /// The priority of that policy; 0 for the flow.
    pub priority: i64,
    /// The span of the word `require`.
    pub required: Option<Span>,
}

/// The rule by which candidates are merged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MergeRule {
    Chosen,
    Longest,
    Shortest,
    All,
}

/// Every candidate for one setting, and the one that counts.
#[derive(Clone, Debug)]
pub struct Decision<'p, T> {
    rule: MergeRule,
    /// The flow's own first, then those of the policies, from the most to the least important.
    candidates: Vec<Candidate<'p, T>>,
    /// The position of the winner; `None` if there are no candidates, or if several count.
    winner: Option<usize>,
    /// The positions of those that do not count where several do.
    overruled: Vec<usize>,
}

/// The reason that a candidate does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhyNot {
    /// It is the flow's own, and a policy requires something else.
    PolicyRequires,
    /// It is a policy's, and the flow sets its own.
    FlowDecides,
    /// It is a policy's, and another policy requires something.
    OtherIsRequired,
    /// It is a policy's, and one with a higher priority wins.
    LowerPriority { own: i64, winner: i64 },
    /// It is a policy's, and one of the same rank was declared before it.
    DeclaredLater,
    /// Another place has the same window without `unless`.
    NoOverride,
    /// Another duration is longer, or equal and more important.
    NotLongest,
    /// Another duration is shorter, or equal and more important.
    NotShortest,
}

impl<'p, T> Candidate<'p, T> {
    pub(super) fn of_flow(value: &'p T, span: Span) -> Candidate<'p, T> {
        Candidate { value, span, policy: None, priority: 0, required: None }
    }

    pub(super) fn of_policy(value: &'p T, policy: PolicyId, span: Span, priority: i64) -> Candidate<'p, T> {
        Candidate { value, span, policy: Some(policy), priority, required: None }
    }

    pub fn is_of_flow(&self) -> bool {
        self.policy.is_none()
    }

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
    /// One candidate wins: the flow's own unless a policy requires something else, or else the first policy's.
    pub(super) fn choose(candidates: Vec<Candidate<'p, T>>, agree: impl Fn(&T, &T) -> bool) -> Decision<'p, T> {
        let winner = match candidates.as_slice() {
            [own, policy, ..] if own.is_of_flow() => {
                usize::from(policy.required.is_some() && !agree(own.value, policy.value))
            }
            _ => 0,
        };
        let winner = Some(winner).filter(|winner| *winner < candidates.len());
        Decision { rule: MergeRule::Chosen, candidates, winner, overruled: Vec::new() }
    }

    pub(super) fn all(candidates: Vec<Candidate<'p, T>>) -> Decision<'p, T> {
        Decision { rule: MergeRule::All, candidates, winner: None, overruled: Vec::new() }
    }

    /// All candidates count, except those that another one overrules.
    pub(super) fn all_but(candidates: Vec<Candidate<'p, T>>, is_overruled: impl Fn(&T, &T) -> bool) -> Decision<'p, T> {
        let overruled = |own: &Candidate<'p, T>| candidates.iter().any(|other| is_overruled(own.value, other.value));
        let overruled = (0..).zip(&candidates).filter(|(_, own)| overruled(own)).map(|(at, _)| at).collect();
        Decision { rule: MergeRule::All, candidates, winner: None, overruled }
    }

    /// The longest candidate wins; of equal ones the first.
    pub(super) fn longest(candidates: Vec<Candidate<'p, T>>) -> Decision<'p, T>
    where
        T: Ord,
    {
        let best =
            candidates.iter().enumerate().reduce(|best, next| if next.1.value > best.1.value { next } else { best });
        Decision { rule: MergeRule::Longest, winner: best.map(|(at, _)| at), candidates, overruled: Vec::new() }
    }

    /// The shortest candidate wins; of equal ones the first.
    pub(super) fn shortest(candidates: Vec<Candidate<'p, T>>) -> Decision<'p, T>
    where
        T: Ord,
    {
        let best =
            candidates.iter().enumerate().reduce(|best, next| if next.1.value < best.1.value { next } else { best });
        Decision { rule: MergeRule::Shortest, winner: best.map(|(at, _)| at), candidates, overruled: Vec::new() }
    }

    pub fn rule(&self) -> MergeRule {
        self.rule
    }

    /// All candidates: the flow's own first, then those of the policies, from the most to the least important.
    pub fn candidates(&self) -> &[Candidate<'p, T>] {
        &self.candidates
    }

    /// The flow's own candidate; the first one if it has several.
    pub fn own(&self) -> Option<&Candidate<'p, T>> {
        self.candidates.first().filter(|first| first.is_of_flow())
    }

    /// The candidate that counts; `None` if there are no candidates, or if all of them count.
    pub fn winner(&self) -> Option<&Candidate<'p, T>> {
        self.candidates.get(self.winner?)
    }

    /// Each candidate with the reason that it does not count; `None` if it counts.
    pub fn trace(&self) -> impl Iterator<Item = (&Candidate<'p, T>, Option<WhyNot>)> {
        self.candidates.iter().enumerate().map(|(at, candidate)| (candidate, self.why_not(at, candidate)))
    }

    fn why_not(&self, at: usize, candidate: &Candidate<'p, T>) -> Option<WhyNot> {
        if self.overruled.contains(&at) {
            return Some(WhyNot::NoOverride);
        }
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

    /// The policies' candidates of the highest rank, among which only the order of declaration decides. Empty if the
    /// flow decides and no policy requires anything.
    pub fn rivals(&self) -> &[Candidate<'p, T>] {
        let own = self.candidates.iter().take_while(|candidate| candidate.is_of_flow()).count();
        let policies = self.candidates.get(own..).unwrap_or_default();
        let counts = |first: &&Candidate<'p, T>| first.required.is_some() || own == 0;
        let Some(first) = policies.first().filter(counts) else { return &[] };
        let rank = |candidate: &Candidate<'p, T>| (candidate.priority, candidate.required.is_some());
        let count = policies.iter().take_while(|candidate| rank(candidate) == rank(first)).count();
        policies.get(..count).unwrap_or_default()
    }

    /// The violation, if the flow sets something and a policy requires something else.
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
