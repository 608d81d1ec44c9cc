//! Compares the texts that conditions match, using a product automaton. In patterns, `*` stands for any text.
//!
//! INVARIANT: the number of steps is bounded; a question that takes more is left undecided.

use std::collections::BTreeSet;

/// A condition: any of the patterns, or (`excludes`) none of them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Condition<'a> {
    pub excludes: bool,
    pub patterns: &'a [String],
}

/// How many states are visited before giving up.
const BOUND: usize = 4_000;
/// The maximum total length, in characters, of the patterns in one question.
const LONGEST: usize = 1_000;

/// For each position in a pattern, whether the text read so far can end there.
type Positions = Vec<bool>;

struct Pattern(Vec<char>);

impl Pattern {
    fn start(&self) -> Positions {
        let mut at = vec![false; self.0.len() + 1];
        self.enter(0, &mut at);
        at
    }

    /// Marks a position as reached, and the positions after it that stars reach with the empty text.
    fn enter(&self, mut position: usize, at: &mut Positions) {
        while let Some(here) = at.get_mut(position) {
            *here = true;
            match self.0.get(position) {
                Some('*') => position += 1,
                _ => break,
            }
        }
    }

    /// The positions after another character; `None` is any character that is in no pattern.
    fn step(&self, from: &Positions, character: Option<char>) -> Positions {
        let mut at = vec![false; self.0.len() + 1];
        for (position, symbol) in self.0.iter().enumerate().filter(|(position, _)| from.get(*position) == Some(&true)) {
            match symbol {
                '*' => self.enter(position, &mut at),
                symbol if Some(*symbol) == character => self.enter(position + 1, &mut at),
                _ => {}
            }
        }
        at
    }

    fn accepts(at: &Positions) -> bool {
        at.last() == Some(&true)
    }
}

/// Whether some text meets all of `these` but not all of `those`; without `those`, whether any text meets `these`.
/// `None` if undecided.
pub(super) fn some_text(these: &[Condition<'_>], those: Option<&[Condition<'_>]>) -> Option<bool> {
    let all = || these.iter().chain(those.unwrap_or_default());
    let patterns: Vec<Pattern> =
        all().flat_map(|condition| condition.patterns).map(|pattern| Pattern(pattern.chars().collect())).collect();
    if patterns.iter().map(|pattern| pattern.0.len()).sum::<usize>() > LONGEST {
        return None;
    }
    let mut alphabet: BTreeSet<Option<char>> =
        patterns.iter().flat_map(|pattern| pattern.0.iter().copied().map(Some)).collect();
    alphabet.remove(&Some('*'));
    alphabet.insert(None);
    let wanted = |state: &[Positions]| {
        let mut accepted = state.iter().map(Pattern::accepts);
        let mut holds = |condition: &Condition<'_>| {
            // INVARIANT: every pattern consumes its entry, so that the next condition starts at its own.
            let any = condition.patterns.iter().filter(|_| accepted.next() == Some(true)).count() > 0;
            any != condition.excludes
        };
        let of = |conditions: &[Condition<'_>], holds: &mut dyn FnMut(&Condition<'_>) -> bool| {
            conditions.iter().filter(|condition| !holds(condition)).count() == 0
        };
        of(these, &mut holds) && !those.is_some_and(|those| of(those, &mut holds))
    };
    let start: Vec<Positions> = patterns.iter().map(Pattern::start).collect();
    let mut seen = BTreeSet::from([start.clone()]);
    let mut open = vec![start];
    while let Some(state) = open.pop() {
        if wanted(&state) {
            return Some(true);
        }
        if seen.len() > BOUND {
            return None;
        }
        for character in &alphabet {
            let next: Vec<Positions> =
                patterns.iter().zip(&state).map(|(pattern, at)| pattern.step(at, *character)).collect();
            if seen.insert(next.clone()) {
                open.push(next);
            }
        }
    }
    Some(false)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ask(these: &[(bool, &[&str])], those: &[(bool, &[&str])]) -> Option<bool> {
        let owned = |conditions: &[(bool, &[&str])]| -> Vec<(bool, Vec<String>)> {
            conditions.iter().map(|(e, p)| (*e, p.iter().map(ToString::to_string).collect())).collect()
        };
        let (these, those) = (owned(these), owned(those));
        let view = |conditions: &'_ [(bool, Vec<String>)]| -> Vec<(bool, Vec<String>)> { conditions.to_vec() };
        let (these, those) = (view(&these), view(&those));
        let these: Vec<_> = these.iter().map(|(e, p)| Condition { excludes: *e, patterns: p }).collect();
        let those: Vec<_> = those.iter().map(|(e, p)| Condition { excludes: *e, patterns: p }).collect();
        some_text(&these, Some(&those))
    }

    #[test]
    fn a_wider_condition_takes_every_text_of_a_narrower_one() {
        assert_eq!(ask(&[(false, &["*hotfix*"])], &[]), Some(false));
        assert_eq!(ask(&[(false, &["fix: *"])], &[(false, &["fix*", "feat*"])]), Some(false));
        assert_eq!(ask(&[(false, &["fix*"])], &[(false, &["fix: *"])]), Some(true));
        assert_eq!(ask(&[(false, &["a*"])], &[(true, &["b*"])]), Some(false));
        assert_eq!(ask(&[(true, &["*wip*"])], &[(true, &["*[wip]*"])]), Some(false));
        assert_eq!(ask(&[], &[(true, &["*wip*"])]), Some(true));
        assert_eq!(ask(&[(false, &["*a*b*"])], &[(false, &["*b*a*", "*ab*"])]), Some(true));
    }

    #[test]
    fn contradicting_conditions_match_no_text() {
        let patterns = |patterns: &[&str]| -> Vec<String> { patterns.iter().map(ToString::to_string).collect() };
        let (fix, all, wip) = (patterns(&["fix*"]), patterns(&["f*"]), patterns(&["*wip*"]));
        let condition = |excludes, patterns| Condition { excludes, patterns };
        assert_eq!(some_text(&[condition(false, &fix), condition(true, &all)], None), Some(false));
        assert_eq!(some_text(&[condition(false, &fix), condition(true, &wip)], None), Some(true));
    }

    fn matches(pattern: &str, text: &str) -> bool {
        match pattern.split_once('*') {
            None => pattern == text,
            Some((head, rest)) => text
                .strip_prefix(head)
                .is_some_and(|text| (0..=text.len()).any(|at| text.get(at..).is_some_and(|text| matches(rest, text)))),
        }
    }

    proptest! {
        #[test]
        fn a_matching_text_is_always_found(
            one in "[ab*]{0,5}", two in "[ab*]{0,5}", text in "[abc]{0,6}", excludes in any::<(bool, bool)>(),
        ) {
            let (these, those) = ([one.clone()], [two.clone()]);
            let condition = |excludes, patterns| Condition { excludes, patterns };
            let found = some_text(&[condition(excludes.0, &these)], Some(&[condition(excludes.1, &those)]));
            if matches(&one, &text) != excludes.0 && matches(&two, &text) == excludes.1 {
                prop_assert_eq!(found, Some(true));
            }
        }
    }
}
