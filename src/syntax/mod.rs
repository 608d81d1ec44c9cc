//! Parses a text. This never fails: the result is always a tree and a list of diagnostics.
//!
//! ```text
//! text ─ limits ─→ node (pest) ─→ explain + lower ─→ tree, diagnostics
//!                   ↑                   │
//!                   └───── repair ←─────┘   applies certain fixes, and parses again
//! ```
//!
//! INVARIANT: no type of pest leaves this module; names in the tree are not resolved; the result depends only on the
//! text.
//!
//! ```
//! use promoc::source::SourceMap;
//! let mut map = SourceMap::default();
//! let text = "enviroment dev\n";
//! let parsed = promoc::syntax::parse(map.add("main.promo", text), text);
//! assert_eq!(parsed.tree.items.len(), 1);
//! assert_eq!(parsed.diagnostics[0].message, "`enviroment` is not a declaration");
//! ```

pub(crate) mod ast;
mod doubt;
mod explain;
mod foreign;
pub mod keywords;
pub(crate) mod layout;
mod limits;
pub mod literal;
mod lower;
pub(crate) mod names;
mod node;
mod problem;
mod repair;
mod value;

use crate::diagnostic::{Code, Diagnostic, in_order};
use crate::source::FileId;
use ast::Tree;
use doubt::Doubts;
use node::{Concrete, TextRange};
use problem::Problem;
use repair::{Back, Edit};
use std::borrow::Cow;

/// The result of parsing a text.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// The syntax tree; empty and damaged if the text is too large or nested too deep.
    pub tree: Tree,
    /// The diagnostics in order of position; each has a help text.
    pub diagnostics: Vec<Diagnostic>,
}

/// How many times a text may be repaired and parsed again. A misspelled word inside a misspelled statement needs two.
const ROUNDS: usize = 4;

/// Parses the text of a file. Never fails. Spans refer to `file`.
pub fn parse(file: FileId, text: &str) -> Parsed {
    let mut backs: Vec<Back> = Vec::new();
    let mut diagnostics: Vec<Diagnostic> = Vec::new();
    let mut doubts = Doubts::new(file);
    let mut current: Cow<'_, str> = Cow::Borrowed(text);
    let mut concrete = match concrete(text) {
        Ok(concrete) => concrete,
        Err(problem) => {
            let tree = Tree { damaged: true, ..Tree::default() };
            return Parsed { tree, diagnostics: vec![problem.finish(file, &backs)] };
        }
    };
    loop {
        let mut lower = lower::Lower::new(&current, file, &backs, &doubts);
        let mut tree = lower.tree(&concrete.root);
        let mut problems = explain::explain(&current, &concrete.root);
        problems.append(&mut lower.problems);
        doubts.silence(&mut problems, &backs);
        let edits = if backs.len() < ROUNDS { certain(&mut problems) } else { Vec::new() };
        doubts.say(problems, &backs, &mut diagnostics);
        let repaired = Some(repair::apply(&current, &edits)).filter(|_| !edits.is_empty());
        let again = repaired.and_then(|(next, back)| Some((parse_again(&next)?, next, back)));
        let Some((next_concrete, next, back)) = again else {
            in_order(&mut diagnostics);
            tree.unclear = doubts.merged(&tree.unclear);
            return Parsed { tree, diagnostics };
        };
        backs.push(back);
        concrete = next_concrete;
        current = Cow::Owned(next);
    }
}

/// The statements and tokens of a text; `None` if it is too large or nested too deep.
pub(crate) fn layout(text: &str) -> Option<layout::SourceLayout> {
    concrete(text).ok().map(|concrete| layout::layout(text, &concrete))
}

/// The concrete tree of a text, or the reason that there is none.
fn concrete(text: &str) -> Result<Concrete, Box<Problem>> {
    if text.len() > limits::MAX_SIZE {
        let problem = Problem::new(Code::E0106, "the file is larger than 4 MiB", (0, 0), "")
            .help("Split the file, and join the parts with `import`.");
        return Err(Box::new(problem));
    }
    let too_deep = |at: TextRange| {
        let problem = Problem::new(Code::E0106, "blocks are nested more than 64 deep", at, "too deep")
            .help("Remove the extra blocks: no statement needs more than three around it.");
        Box::new(problem)
    };
    let (depth, deepest) = limits::nesting(text);
    match deepest {
        Some(at) => Err(too_deep(at)),
        None => node::concrete(text, depth).ok_or_else(|| too_deep((0, 0))),
    }
}

/// The concrete tree of a repaired text; `None` if an inserted brace makes it nested too deep, so that the repair is
/// discarded.
fn parse_again(text: &str) -> Option<Concrete> {
    let (depth, deepest) = limits::nesting(text);
    if deepest.is_some() { None } else { node::concrete(text, depth) }
}

/// Keeps only the problems with certain fixes, if there are any, and returns their edits. The others are found again in
/// the repaired text, unless the repair has solved them.
fn certain(problems: &mut Vec<Problem>) -> Vec<Edit> {
    if !problems.iter().any(|problem| problem.repair) {
        return Vec::new();
    }
    problems.retain(|problem| problem.repair);
    // of two that start at one place, the longer one explains more
    let place = |edit: &Edit| (edit.at.0, std::cmp::Reverse(edit.at.1));
    problems.sort_by_key(|problem| problem.edits().iter().map(place).min());
    let mut edits: Vec<Edit> = Vec::new();
    let mut end = 0;
    problems.retain(|problem| {
        let mut own = problem.edits().to_vec();
        own.sort_by_key(|edit| edit.at);
        // of two fixes that touch, the second waits for the next round
        if own.first().is_some_and(|first| first.at.0 < end) {
            return false;
        }
        end = own.last().map_or(end, |last| last.at.1 + 1);
        edits.append(&mut own);
        true
    });
    edits
}

#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) use tests::mutated;
