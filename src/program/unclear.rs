//! The statements that were not understood, and the words in them: what may be declared or used there.

use std::collections::BTreeSet;

use crate::source::{SourceMap, Span};
use crate::syntax::ast::Tree;

/// The unclear statements of a program.
#[derive(Clone, Debug, Default)]
pub(crate) struct Unclear {
    /// In order.
    statements: Vec<Span>,
    /// In declarations without their blocks, and between declarations.
    declared: UnclearWords,
    inside: UnclearWords,
    /// Whether an imported file is missing.
    pub incomplete: bool,
}

impl Unclear {
    pub(super) fn new(trees: &[&Tree], sources: &SourceMap, incomplete: bool) -> Unclear {
        let mut unclear = Unclear { incomplete, ..Unclear::default() };
        for tree in trees {
            for span in &tree.unclear {
                let next = tree.blocks.partition_point(|block| block.end <= span.start);
                let is_inside = tree.blocks.get(next).is_some_and(|block| block.start < span.start);
                let words = if is_inside { &mut unclear.inside } else { &mut unclear.declared };
                words.add(sources.text(*span));
                unclear.statements.push(*span);
            }
        }
        unclear.statements.sort();
        unclear
    }

    /// Adds names that a declaration was meant to declare.
    pub(super) fn declare(&mut self, written: &str) {
        self.declared.add(written);
    }

    /// Whether a place is in a statement that was not understood.
    pub(crate) fn contains(&self, at: Span) -> bool {
        let next = self.statements.partition_point(|span| (span.file, span.end) <= (at.file, at.start));
        self.statements.get(next).is_some_and(|span| span.file == at.file && span.start < at.end)
    }

    /// Whether a name may be declared in text that was not understood, beside the names that are `known`.
    pub(super) fn declares(&self, name: &str, known: impl Fn(&str) -> bool) -> bool {
        self.declared.mention(name, known)
    }

    /// Whether a name may be used in text that was not understood.
    pub(crate) fn uses(&self, name: &str) -> bool {
        self.declared.mention(name, |_| false) || self.inside.mention(name, |_| false)
    }
}

/// The words of unclear text.
#[derive(Clone, Debug, Default)]
struct UnclearWords {
    all: BTreeSet<String>,
    /// The words before the numbers of ranges.
    series: BTreeSet<String>,
}

/// If there are more words than this, every name may be among them.
const MOST: usize = 2_000;
/// Shorter names are part of too many words.
const SHORT: usize = 3;

impl UnclearWords {
    fn add(&mut self, text: &str) {
        let is_sign = |c: char| !c.is_alphanumeric() && c != '-' && c != '_';
        let mut last = String::new();
        for written in text.split([' ', '\t', '\n', ',', ';']).filter(|written| !written.is_empty()) {
            if self.all.len() > MOST {
                return;
            }
            let parts = || written.split(is_sign).filter(|part| !part.is_empty());
            self.all.extend(parts().map(str::to_owned));
            if written.contains("..") {
                self.series.extend(parts().map(|part| stem(part).to_owned()));
            }
            // a sign or blank inside of a word
            let word: String = parts().collect();
            self.all.insert(format!("{last}{word}"));
            self.all.insert(word.clone());
            last = word;
        }
    }

    /// Whether a name is one of the words but for one character, or is in one.
    fn mention(&self, name: &str, known: impl Fn(&str) -> bool) -> bool {
        let near = |word: &String, name: &str| {
            word.len().abs_diff(name.len()) < 2 && strsim::damerau_levenshtein(word, name) < 2
        };
        let is_part = |name: &str| {
            self.all.len() > MOST
                || self.all.contains(name)
                || self
                    .all
                    .iter()
                    .any(|word| (near(word, name) || name.len() > SHORT && word.contains(name)) && !known(word))
                || stem(name) != name && self.series.iter().any(|series| near(series, stem(name)))
        };
        name.split("..").any(is_part)
    }
}

/// A name or the first name of a range, without the number at its end.
pub(super) fn stem(name: &str) -> &str {
    let name = name.split_once("..").map_or(name, |(first, _)| first);
    name.trim_end_matches(|c: char| c.is_ascii_digit())
}
