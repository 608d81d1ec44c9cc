//! A form as a machine that reads words.

use std::collections::BTreeSet;

use super::table::{PARTS, SLOTS};
use super::{FormPlace, Slot};

/// States and transitions.
pub(super) struct FormMachine {
    /// Transitions that read a word: from, the place, to.
    pub(super) reads: Vec<(usize, FormPlace, usize)>,
    /// Transitions that read nothing.
    pub(super) skips: Vec<(usize, usize)>,
    pub(super) start: usize,
    pub(super) end: usize,
    states: usize,
}

impl FormMachine {
    pub(super) fn new(notation: &'static str) -> FormMachine {
        let mut machine = FormMachine { reads: Vec::new(), skips: Vec::new(), start: 0, end: 0, states: 1 };
        let tokens = tokens(notation);
        let mut rest = tokens.as_slice();
        machine.end = machine.alternatives(&mut rest, 0, None);
        machine
    }

    fn state(&mut self) -> usize {
        self.states += 1;
        self.states - 1
    }

    /// Reads alternatives, up to a closing bracket. Returns the state after them.
    fn alternatives(&mut self, rest: &mut &[NotationToken], from: usize, part: Option<(usize, usize)>) -> usize {
        let end = self.state();
        loop {
            let last = self.sequence(rest, from, part);
            self.skips.push((last, end));
            match rest.split_first() {
                Some((NotationToken { text: "|", .. }, after)) => *rest = after,
                _ => return end,
            }
        }
    }

    fn sequence(&mut self, rest: &mut &[NotationToken], from: usize, part: Option<(usize, usize)>) -> usize {
        let mut at = from;
        while let Some((token, after)) = rest.split_first().filter(|(token, _)| !matches!(token.text, "|" | "]" | ")"))
        {
            *rest = after;
            let before = at;
            at = self.item(*token, rest, before, part);
            match rest.split_first() {
                Some((NotationToken { text: "*", .. }, after)) => {
                    *rest = after;
                    self.skips.push((at, before));
                    at = before;
                }
                Some((NotationToken { text: "…", range }, after)) => {
                    *rest = after;
                    self.reads.push((at, FormPlace { slot: Slot::Comma, range: part.unwrap_or(*range) }, before));
                }
                _ => {}
            }
        }
        at
    }

    /// Reads one item from state `from`, and returns the state after it.
    fn item(
        &mut self,
        token: NotationToken,
        rest: &mut &[NotationToken],
        from: usize,
        part: Option<(usize, usize)>,
    ) -> usize {
        let range = part.unwrap_or(token.range);
        match token.text {
            "[" | "(" => {
                // a state of its own, so that a repetition does not leave the brackets
                let start = self.state();
                self.skips.push((from, start));
                let end = self.alternatives(rest, start, part);
                *rest = rest.split_first().map_or(&[], |(_, after)| after);
                if token.text == "[" {
                    self.skips.push((from, end));
                }
                end
            }
            "=" => self.read(from, Slot::Equals, range),
            "{" => self.read(from, Slot::Block, range),
            name if name.starts_with(|first: char| first.is_ascii_uppercase()) => {
                if let Some((_, slot)) = SLOTS.iter().find(|(slot, _)| *slot == name) {
                    return self.read(from, *slot, range);
                }
                let notation = PARTS.iter().find(|(part, _)| *part == name).map_or("", |(_, notation)| *notation);
                let inner = tokens(notation);
                let start = self.state();
                self.skips.push((from, start));
                self.alternatives(&mut inner.as_slice(), start, Some(range))
            }
            keyword => self.read(from, Slot::Keyword(keyword), range),
        }
    }

    fn read(&mut self, from: usize, slot: Slot, range: (usize, usize)) -> usize {
        let to = self.state();
        self.reads.push((from, FormPlace { slot, range }, to));
        to
    }

    pub(super) fn closure(&self, from: impl IntoIterator<Item = usize>) -> BTreeSet<usize> {
        let mut open: Vec<usize> = from.into_iter().collect();
        let mut reached: BTreeSet<usize> = open.iter().copied().collect();
        while let Some(state) = open.pop() {
            let next = self.skips.iter().filter(|(from, _)| *from == state).map(|(_, to)| *to);
            open.extend(next.filter(|to| reached.insert(*to)));
        }
        reached
    }

    pub(super) fn steps(&self, state: usize) -> impl Iterator<Item = (FormPlace, usize)> {
        self.reads.iter().filter(move |(from, ..)| *from == state).map(|(_, place, to)| (*place, *to))
    }
}

/// A word or a sign of the notation.
#[derive(Clone, Copy, Debug)]
pub(super) struct NotationToken {
    pub(super) text: &'static str,
    range: (usize, usize),
}

pub(super) fn tokens(notation: &'static str) -> Vec<NotationToken> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(rest) = notation.get(at..).filter(|rest| !rest.is_empty()) {
        let sign = |character: char| "[]()|*{=,…".contains(character);
        let first = rest.chars().next().unwrap_or(' ');
        let length = if sign(first) {
            first.len_utf8()
        } else {
            rest.find(|character| sign(character) || character == ' ').unwrap_or(rest.len()).max(1)
        };
        // the comma of a list is part of its `…`
        if !matches!(first, ' ' | ',') {
            tokens.push(NotationToken { text: rest.get(..length).unwrap_or_default(), range: (at, at + length) });
        }
        at += length;
    }
    tokens
}
