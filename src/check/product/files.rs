//! Decides whether two file names of `copy`, each possibly a glob, can match the same file, using a product automaton. In
//! a glob, `*` and `?` do not match `/`; `**` does.
//!
//! INVARIANT: the number of steps is bounded; two globs that take more count as matching the same file.

use std::collections::BTreeSet;
use std::iter::Peekable;
use std::str::Chars;

/// How many pairs of states are visited before giving up.
const BOUND: usize = 20_000;
/// How deep alternatives may be nested.
const DEPTH: usize = 20;

/// A file name or a glob.
#[derive(Clone, Debug)]
pub(super) struct FilePattern {
    text: String,
    /// The start of every name that matches.
    prefix: String,
    /// `None` for a plain name.
    automaton: Option<Automaton>,
}

/// The characters of a step.
#[derive(Clone, Debug)]
enum Characters {
    /// All between the ends of one of these ranges; with `true`, all others.
    Ranges(Vec<(char, char)>, bool),
    /// All but `/`.
    NotSlash,
    All,
}

impl Characters {
    fn contains(&self, character: char) -> bool {
        match self {
            Characters::Ranges(ranges, others) => {
                ranges.iter().any(|(from, to)| (*from..=*to).contains(&character)) != *others
            }
            Characters::NotSlash => character != '/',
            Characters::All => true,
        }
    }

    /// Every character at which a range of these characters starts, and some others.
    fn starts(&self) -> Vec<char> {
        let mut starts = vec!['\0', '/', '0'];
        if let Characters::Ranges(ranges, _) = self {
            starts.extend(ranges.iter().map(|(from, _)| *from));
            starts.extend(ranges.iter().filter_map(|(_, to)| char::from_u32(u32::from(*to) + 1)));
        }
        starts
    }

    /// Whether some character is in both. If so, the start of a range is.
    fn meets(&self, other: &Characters) -> bool {
        let mut starts = self.starts().into_iter().chain(other.starts());
        starts.any(|character| self.contains(character) && other.contains(character))
    }
}

#[derive(Clone, Debug, Default)]
struct AutomatonState {
    /// Reached without a character.
    free: Vec<usize>,
    steps: Vec<(Characters, usize)>,
}

/// It begins in its first state.
#[derive(Clone, Debug, Default)]
struct Automaton {
    states: Vec<AutomatonState>,
    end: usize,
}

impl FilePattern {
    /// The pattern of a `copy`; `None` if it is not a valid glob.
    pub(super) fn new(text: &str) -> Option<FilePattern> {
        if !text.contains(['*', '?', '[', '{', '\\']) {
            return Some(FilePattern { text: text.to_owned(), prefix: text.to_owned(), automaton: None });
        }
        globset::GlobBuilder::new(text).literal_separator(true).backslash_escape(true).build().ok()?;
        // A pattern of only `**/` matches every file.
        let read = if text.replace("**/", "").is_empty() { "**" } else { text };
        let mut reader = GlobReader { rest: read.chars().peekable(), automaton: Automaton::default(), before: None };
        let start = reader.state();
        let end = reader.sequence(start, 0)?;
        let automaton = Automaton { end, ..reader.automaton };
        let prefix = text.split(['*', '?', '[', '{', '\\']).next().unwrap_or_default();
        Some(FilePattern { text: text.to_owned(), prefix: prefix.to_owned(), automaton: Some(automaton) })
    }

    /// The text, with placeholders replaced.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Whether it is a plain name.
    pub(super) fn is_name(&self) -> bool {
        self.automaton.is_none()
    }

    /// Whether some file matches both.
    pub(super) fn meets(&self, other: &FilePattern) -> bool {
        if !self.prefix.starts_with(&other.prefix) && !other.prefix.starts_with(&self.prefix) {
            return false;
        }
        match (&self.automaton, &other.automaton) {
            (None, None) => self.text == other.text,
            (Some(one), Some(other)) => one.meets(other),
            (Some(one), None) => one.meets(&Automaton::of_name(&other.text)),
            (None, Some(other)) => other.meets(&Automaton::of_name(&self.text)),
        }
    }
}

impl Automaton {
    fn of_name(name: &str) -> Automaton {
        let step = |(at, character)| AutomatonState {
            free: Vec::new(),
            steps: vec![(Characters::Ranges(vec![(character, character)], false), at + 1)],
        };
        let mut states: Vec<AutomatonState> = name.chars().enumerate().map(step).collect();
        let end = states.len();
        states.push(AutomatonState::default());
        Automaton { states, end }
    }

    fn meets(&self, other: &Automaton) -> bool {
        let mut seen = BTreeSet::from([(0, 0)]);
        let mut open = vec![(0, 0)];
        while let Some((one, two)) = open.pop() {
            if (one, two) == (self.end, other.end) || seen.len() > BOUND {
                return true;
            }
            let (Some(here), Some(there)) = (self.states.get(one), other.states.get(two)) else { continue };
            let mut next: Vec<(usize, usize)> = here.free.iter().map(|one| (*one, two)).collect();
            next.extend(there.free.iter().map(|two| (one, *two)));
            for (mine, one) in &here.steps {
                let common = there.steps.iter().filter(|(theirs, _)| mine.meets(theirs));
                next.extend(common.map(|(_, two)| (*one, *two)));
            }
            open.extend(next.into_iter().filter(|pair| seen.insert(*pair)));
        }
        false
    }
}

/// Builds the automaton while it reads a glob.
struct GlobReader<'t> {
    rest: Peekable<Chars<'t>>,
    automaton: Automaton,
    /// The character that was read last.
    before: Option<char>,
}

impl GlobReader<'_> {
    fn state(&mut self) -> usize {
        self.automaton.states.push(AutomatonState::default());
        self.automaton.states.len() - 1
    }

    fn free(&mut self, from: usize, to: usize) {
        self.automaton.states.get_mut(from).into_iter().for_each(|state| state.free.push(to));
    }

    fn add(&mut self, from: usize, characters: Characters, to: usize) {
        if let Some(state) = self.automaton.states.get_mut(from) {
            state.steps.push((characters, to));
        }
    }

    /// A new state, behind one of these characters.
    fn step(&mut self, from: usize, characters: Characters) -> usize {
        let to = self.state();
        self.add(from, characters, to);
        to
    }

    /// A new state, behind any number of these characters.
    fn any(&mut self, from: usize, characters: Characters) -> usize {
        let to = self.state();
        self.free(from, to);
        self.add(to, characters, to);
        to
    }

    fn next(&mut self) -> Option<char> {
        let next = self.rest.next();
        if next.is_some() {
            self.before = next;
        }
        next
    }

    /// Reads up to the end, or to the `,` or `}` of the alternatives around.
    fn sequence(&mut self, from: usize, depth: usize) -> Option<usize> {
        let mut at = from;
        if depth > DEPTH {
            return None;
        }
        while let Some(&next) = self.rest.peek() {
            if depth > 0 && matches!(next, ',' | '}') {
                break;
            }
            let before = self.before;
            self.next();
            at = match next {
                '?' => self.step(at, Characters::NotSlash),
                '*' => self.star(at, before),
                '[' => self.class(at)?,
                '{' => self.alternatives(at, depth)?,
                '\\' => {
                    let escaped = self.next()?;
                    self.step(at, Characters::Ranges(vec![(escaped, escaped)], false))
                }
                plain => self.step(at, Characters::Ranges(vec![(plain, plain)], false)),
            };
        }
        Some(at)
    }

    /// Behind the first `*`.
    fn star(&mut self, at: usize, before: Option<char>) -> usize {
        let mut count = 1;
        while self.rest.peek() == Some(&'*') {
            self.next();
            count += 1;
        }
        let next = self.rest.peek().copied();
        let begins = matches!(before, None | Some('/' | '{' | ','));
        let ends = matches!(next, None | Some('/' | '}' | ','));
        if count != 2 || !begins || !ends {
            return self.any(at, Characters::NotSlash);
        }
        let behind = self.any(at, Characters::All);
        if next == Some('/') {
            // `**/` also stands for nothing.
            self.next();
            let slash = self.step(behind, Characters::Ranges(vec![('/', '/')], false));
            self.free(at, slash);
            return slash;
        }
        behind
    }

    /// Behind the `[`.
    fn class(&mut self, at: usize) -> Option<usize> {
        let others = matches!(self.rest.peek(), Some('!' | '^'));
        if others {
            self.next();
        }
        let mut ranges: Vec<(char, char)> = Vec::new();
        let mut is_first = true;
        loop {
            let from = self.next()?;
            if from == ']' && !is_first {
                break;
            }
            is_first = false;
            let mut ahead = self.rest.clone();
            let is_range = ahead.next() == Some('-') && ahead.next().is_some_and(|to| to != ']');
            let to = if is_range {
                self.next();
                self.next()?
            } else {
                from
            };
            ranges.push((from, to));
        }
        Some(self.step(at, Characters::Ranges(ranges, others)))
    }

    /// Behind the `{`.
    fn alternatives(&mut self, at: usize, depth: usize) -> Option<usize> {
        let end = self.state();
        loop {
            let start = self.state();
            self.free(at, start);
            let last = self.sequence(start, depth + 1)?;
            self.free(last, end);
            if self.next()? == '}' {
                return Some(end);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn meet(one: &str, other: &str) -> bool {
        let (one, other) = (FilePattern::new(one).unwrap(), FilePattern::new(other).unwrap());
        assert_eq!(one.meets(&other), other.meets(&one));
        one.meets(&other)
    }

    #[test]
    fn two_patterns_meet_if_a_file_has_both_names() {
        for (one, other) in [
            ("values.yaml", "values.yaml"),
            ("*.yaml", "values-qa.yaml"),
            ("values-*.yaml", "*-qa.yaml"),
            ("**", "a/b/c"),
            ("**/values.yaml", "values.yaml"),
            ("a/**/b", "a/b"),
            ("a/**", "a/b/c"),
            ("config/{dev,qa}/*", "config/qa/?.conf"),
            ("[a-c].yaml", "[!ab].yaml"),
            ("\\*.yaml", "?.yaml"),
            ("**/{a,b/*}.yaml", "x/b/c.yaml"),
        ] {
            assert!(meet(one, other), "{one} {other}");
        }
        for (one, other) in [
            ("values-dev.yaml", "values-qa.yaml"),
            ("*.yaml", "charts/values.yaml"),
            ("config/dev/*.conf", "config/qa/*.conf"),
            ("*-dev.yaml", "*-qa.yaml"),
            ("[a-b].yaml", "[!ab].yaml"),
            ("\\*.yaml", "a.yaml"),
            ("a/**", "b/**"),
            ("{dev,qa}.yaml", "{us,eu}.yaml"),
            ("a**b", "a/b"),
        ] {
            assert!(!meet(one, other), "{one} {other}");
        }
        assert!(FilePattern::new("a[").is_none());
    }

    proptest! {
        #[test]
        fn patterns_that_match_one_name_meet(
            one in "([ab/*?]|\\*\\*/|\\[ab\\]|\\[!a\\]|\\{a,b\\*\\}){0,5}",
            other in "([ab/*?]|/\\*\\*|\\[ab\\]|\\[!a\\]|\\{a,b/\\}){0,5}",
            names in proptest::collection::vec("[abc](/?[abc]){0,4}", 20),
        ) {
            let matcher = |text: &str| {
                globset::GlobBuilder::new(text).literal_separator(true).backslash_escape(true).build().unwrap()
                    .compile_matcher()
            };
            let (first, second) = (FilePattern::new(&one).unwrap(), FilePattern::new(&other).unwrap());
            let (one, other) = (matcher(&one), matcher(&other));
            for name in names {
                let plain = FilePattern::new(&name).unwrap();
                if one.is_match(&name) {
                    prop_assert!(first.meets(&plain), "{name}");
                    if other.is_match(&name) {
                        prop_assert!(first.meets(&second), "{name}");
                    }
                }
            }
        }
    }
}
