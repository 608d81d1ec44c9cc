//! The statements that were not understood. Each is reported once, and nothing is concluded from it.

use super::problem::{Problem, written};
use super::repair::Back;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{FileId, Span};
use std::collections::{BTreeMap, BTreeSet};

/// The unclear statements of a file, in the original text.
pub(super) struct Doubts {
    file: FileId,
    /// The end of each statement by its start; none overlaps another.
    statements: BTreeMap<u32, u32>,
    /// Names that had to change to be valid.
    names: Vec<Span>,
}

impl Doubts {
    pub(super) fn new(file: FileId) -> Doubts {
        Doubts { file, statements: BTreeMap::new(), names: Vec::new() }
    }

    /// Silences each brace with an unclear statement before it in its declaration.
    pub(super) fn silence(&self, problems: &mut [Problem], backs: &[Back]) {
        let start = |at: u32| written(self.file, backs, (at, at)).start;
        let doubts = problems.iter().filter(|problem| problem.follows.is_none() && problem.is_doubt());
        let here: BTreeSet<u32> = doubts.map(|problem| start(problem.start())).collect();
        for problem in problems {
            let Some(declaration) = problem.follows else { continue };
            let (from, to) = (start(declaration), start(problem.start()));
            problem.silent |= from < to
                && (here.range(from..to).next().is_some() || self.statements.range(from..to).next().is_some());
        }
    }

    /// Reports the problems of a round, but of each unclear statement only the first.
    pub(super) fn say(&mut self, mut problems: Vec<Problem>, backs: &[Back], diagnostics: &mut Vec<Diagnostic>) {
        problems.sort_by_key(Problem::start);
        for problem in problems.into_iter().filter(|problem| !problem.silent) {
            let place = written(self.file, backs, problem.place());
            let known = match problem.is_doubt() {
                true => self.add(place),
                false => problem.repair && self.contain(place),
            };
            if known {
                continue;
            }
            let name = problem.code == Code::E0102;
            let diagnostic = problem.finish(self.file, backs);
            self.names.extend(diagnostic.primary().filter(|_| name));
            diagnostics.push(diagnostic);
        }
    }

    /// Adds an unclear statement. Returns whether it is known.
    fn add(&mut self, place: Span) -> bool {
        let (mut start, mut end, mut known) = (place.start, place.end, false);
        while let Some((first, last)) = self.statements.range(..end.max(start + 1)).next_back() {
            if *last <= start && *first != start {
                break;
            }
            (start, end, known) = (start.min(*first), end.max(*last), true);
            self.statements.remove(&first.clone());
        }
        self.statements.insert(start, end);
        known
    }

    /// Whether a statement was not understood in an earlier round.
    pub(super) fn contain(&self, at: Span) -> bool {
        let last = self.statements.range(..at.end).next_back();
        last.is_some_and(|(start, end)| *end > at.start || *start >= at.start)
    }

    /// All unclear statements, with those of the tree.
    pub(super) fn merged(mut self, more: &[Span]) -> Vec<Span> {
        for span in more.iter().chain(&std::mem::take(&mut self.names)) {
            self.add(*span);
        }
        self.statements.iter().map(|(start, end)| Span::new(self.file, *start, *end)).collect()
    }
}
