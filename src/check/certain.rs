//! The rule that every fix must pass, so that a fix never changes what a program means.
//!
//! A fix keeps every token outside the one that it corrects. It changes a name only by one edit that is neither in a
//! digit nor a whole part between dashes, and only if no other declared name is as near. Otherwise the diagnostic keeps
//! its help, but has no fix. [`unbroken`] is the second half of the rule, which needs the fixed program.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Code, Diagnostic, Fix, one_edit, tokens};
use crate::program::{Namespace, Program};
use crate::source::{FileId, SourceMap, Span};
use crate::syntax::keywords::KEYWORDS;

/// Drops each fix that is not certain.
pub(super) fn keep(diagnostics: &mut [Diagnostic], sources: &SourceMap, program: &Program) {
    let syntax = diagnostics.iter().filter(|diagnostic| diagnostic.code < Code::E0201);
    let unclear = syntax.filter_map(Diagnostic::primary).map(|at| (at.file, line_of(sources, at))).collect();
    let rule = Rule { sources, program, unclear };
    for diagnostic in diagnostics {
        if diagnostic.fix.as_ref().is_some_and(|fix| !rule.is_certain(diagnostic.code, fix)) {
            diagnostic.fix = None;
        }
    }
}

/// Whether a program that had the diagnostics `before` has no others after fixes for `fixed` of them. By code, because
/// a fix may change the words of another diagnostic.
pub(crate) fn unbroken(before: &[Diagnostic], fixed: &[Code], after: &[Diagnostic]) -> bool {
    let mut left: BTreeMap<Code, isize> = BTreeMap::new();
    before.iter().for_each(|diagnostic| *left.entry(diagnostic.code).or_default() += 1);
    fixed.iter().for_each(|code| *left.entry(*code).or_default() -= 1);
    after.iter().for_each(|diagnostic| *left.entry(diagnostic.code).or_default() -= 1);
    left.values().all(|left| *left >= 0)
}

struct Rule<'a> {
    sources: &'a SourceMap,
    program: &'a Program,
    /// The lines with syntax errors.
    unclear: BTreeSet<(FileId, u32)>,
}

fn line_of(sources: &SourceMap, at: Span) -> u32 {
    let file = sources.file(at.file);
    file.lines.position(&file.text, at.start).line
}

impl Rule<'_> {
    fn is_certain(&self, code: Code, fix: &Fix) -> bool {
        let mut edits: BTreeMap<FileId, Vec<&(Span, String)>> = BTreeMap::new();
        fix.edits.iter().for_each(|edit| edits.entry(edit.0.file).or_default().push(edit));
        edits.into_iter().all(|(file, mut edits)| {
            edits.sort_by_key(|(span, _)| *span);
            self.is_certain_in(code, &self.sources.file(file).text, &edits)
        })
    }

    fn is_certain_in(&self, code: Code, text: &str, edits: &[&(Span, String)]) -> bool {
        // whole lines, so that no token is cut
        let (Some(first), Some(last)) = (edits.first(), edits.last()) else { return true };
        let before = text.get(..first.0.start as usize).unwrap_or_default();
        let from = before.rfind('\n').map_or(0, |at| at + 1);
        let behind = text.get(last.0.end as usize..).unwrap_or_default();
        let to = behind.find('\n').map_or(text.len(), |at| last.0.end as usize + at);
        let old = text.get(from..to).unwrap_or_default();
        let mut new = old.to_owned();
        for (span, with) in edits.iter().rev() {
            let range = (span.start as usize).wrapping_sub(from)..(span.end as usize).wrapping_sub(from);
            if new.get(range.clone()).is_none() {
                return false;
            }
            new.replace_range(range, with);
        }
        if edits.iter().any(|(span, with)| self.is_slip(text, *span, with)) {
            return false;
        }
        let (old, new) = (tokens(old), tokens(&new));
        let start = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
        let (old, new) = (old.get(start..).unwrap_or_default(), new.get(start..).unwrap_or_default());
        let end = old.iter().rev().zip(new.iter().rev()).take_while(|(old, new)| old == new).count();
        let old = old.get(..old.len() - end).unwrap_or_default();
        let new = new.get(..new.len() - end).unwrap_or_default();
        self.keeps(code, text, old, new)
    }

    /// Whether the new tokens in place of the old ones change nothing but one token.
    fn keeps(&self, code: Code, text: &str, old: &[&str], new: &[&str]) -> bool {
        let comments = |tokens: &[&str]| tokens.iter().filter(|token| token.starts_with('#')).count();
        if comments(old) > comments(new) || swallows(old, new) {
            return false;
        }
        // only blanks and signs differ
        if dense(old) == dense(new) {
            // of `shop{-environment}`, the dash may be in the wrong place
            let is_torn = |token: &&str| token.len() > 1 && (token.starts_with('-') || token.ends_with('-'));
            return !self.is_marked(old, new)
                && (code < Code::E0201 || !old.iter().any(is_torn))
                && new.iter().all(|token| self.is_known(code, old, token));
        }
        let words = |tokens: &[&'_ str]| -> Vec<String> {
            tokens.iter().filter(|token| token.contains(char::is_alphanumeric)).map(|&token| token.to_owned()).collect()
        };
        let (gone, come) = (words(old), words(new));
        let is_word = |word: &String| is_keyword(word);
        let digits = |words: &[String]| words.concat().chars().filter(char::is_ascii_digit).collect::<String>();
        if come.is_empty() || is_part(&come, &gone) {
            return true;
        }
        if is_part(&gone, &come) {
            let known: BTreeSet<&String> = gone.iter().collect();
            return come.iter().all(|word| known.contains(word) || is_word(word));
        }
        let set = |words: &[String]| words.iter().cloned().collect::<BTreeSet<_>>();
        if set(&gone) == set(&come) {
            // a statement for each day, or a statement that moves up
            return true;
        }
        if digits(&gone) != digits(&come) {
            return false;
        }
        if gone.len() == come.len() {
            return gone.iter().zip(&come).all(|(gone, come)| {
                gone == come
                    || code < Code::E0201 && is_word(come) && !self.is_declared(gone)
                    || self.renames(code, text, gone, come)
            });
        }
        // `depends on` for `after`; `30 minutes` for `30m`
        come.iter().all(is_word) && !gone.iter().any(|word| self.is_declared(word))
            || code == Code::E0104 && come.len() == 1 && is_short(&gone, &come)
    }

    /// Whether a word that was part of another one, or that had to change to be a name, is also used elsewhere.
    fn is_known(&self, code: Code, old: &[&str], token: &str) -> bool {
        let is_name = token.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
        let own = code == Code::E0101 || code == Code::E0102;
        let is_old = old.iter().any(|old| old.eq_ignore_ascii_case(token));
        !own || !is_name || is_old || is_keyword(token) || self.count(token) > 0
            // the same word in quotes, brackets or with a sign of another language
            || code == Code::E0101 && old.iter().any(|old| old.trim_matches(|c: char| !c.is_alphanumeric()) == token)
    }

    /// Whether quotes or a `$` were added to a word that means something without them, or only one of two quotes.
    fn is_marked(&self, old: &[&str], new: &[&str]) -> bool {
        let quotes = |tokens: &[&str]| tokens.iter().map(|token| token.matches('"').count()).sum::<usize>();
        let plain = |token: &str| token.trim_matches(|c: char| !c.is_alphanumeric()).to_owned();
        let three = new.iter().any(|token| token.starts_with("\"\"\""));
        !three && quotes(new) > quotes(old) && (quotes(new) - quotes(old)) % 2 == 1
            || new.iter().filter(|token| token.starts_with(['"', '$'])).any(|token| {
                old.contains(&plain(token).as_str()) && (is_keyword(&plain(token)) || self.is_declared(&plain(token)))
            })
    }

    /// Whether a character beside the edit shows that something else happened: in `produc tshop`, a blank is in the wrong
    /// place; in `sta}ging`, the brace belongs to a word.
    fn is_slip(&self, text: &str, span: Span, with: &str) -> bool {
        let (before, behind) = (text.get(..span.start as usize), text.get(span.end as usize..));
        let (before, behind) = (before.unwrap_or_default(), behind.unwrap_or_default());
        let is_letter = |c: &char| c.is_alphanumeric();
        let written = text.get(span.start as usize..span.end as usize).unwrap_or_default();
        if with.trim().is_empty() && written.contains(['{', '}']) {
            let beside = [before.chars().next_back(), behind.chars().next()];
            return beside.into_iter().flatten().any(|c| is_letter(&c) || "-_{\"".contains(c));
        }
        let next_letter = behind.starts_with(char::is_alphanumeric);
        if with.trim().is_empty() && matches!(written, ":" | "=") && before.ends_with([' ', '\t']) && next_letter {
            return true;
        }
        let added = with.trim();
        if !added.is_empty()
            && (before.trim_end().ends_with(added) || behind.trim_start().starts_with(added))
            && added.chars().all(char::is_alphabetic)
        {
            // of `shop-{environment}in`, the word is there
            return true;
        }
        if added == "," && written.trim().is_empty() {
            // two names that are known: in `de,v qa`, the comma is elsewhere
            let is_inside = |c: char| c.is_alphanumeric() || c == '-';
            let left = before.rsplit(|c: char| !is_inside(c)).next().unwrap_or_default();
            let right = behind.trim_start().split(|c: char| !is_inside(c)).next().unwrap_or_default();
            return left == right || self.count(left) < 2 || self.count(right) < 2;
        }
        let (gone, come) =
            (written.trim_matches(|c: char| !is_letter(&c)), with.trim_matches(|c: char| !is_letter(&c)));
        let one = |rest: &str| rest.chars().next().filter(|c| rest.len() == c.len_utf8());
        let last = come.strip_prefix(gone).and_then(one);
        let first = come.strip_suffix(gone).and_then(one);
        let (left, right) = (written.find(gone).unwrap_or(0), written.rfind(gone).unwrap_or(0) + gone.len());
        let next = || [written.get(right..).unwrap_or_default(), behind].concat().chars().take(4).find(is_letter);
        let previous = || {
            let before = before.chars().rev().take(4).find(is_letter);
            written.get(..left).unwrap_or_default().chars().rev().find(is_letter).or(before)
        };
        // of `products hop`, the last letter may belong to the next word, unless that is known
        let word = || {
            let word = behind.trim_start_matches([' ', '\t']);
            word.split(|c: char| !is_letter(&c) && c != '-')
                .next()
                .filter(|word| !word.is_empty() && word.len() < behind.len())
        };
        let is_plural =
            gone.strip_prefix(come).and_then(one).is_some_and(|_| word().is_some_and(|word| self.count(word) < 2));
        !come.is_empty() && is_plural
            || !gone.is_empty() && (last.is_some() && last == next() || first.is_some() && first == previous())
    }

    fn is_declared(&self, word: &str) -> bool {
        Namespace::ALL.iter().any(|space| self.program.names.all(*space).any(|(name, _)| name == word))
    }

    /// How often a word occurs in the program.
    fn count(&self, word: &str) -> usize {
        self.sources.iter().map(|(_, file)| tokens(&file.text).iter().filter(|token| **token == word).count()).sum()
    }

    /// Whether a word is certainly a misspelling of a name.
    fn renames(&self, code: Code, text: &str, gone: &str, come: &str) -> bool {
        if code == Code::E0702 {
            // the calendar knows the zones
            return true;
        }
        if !one_edit(gone, come) {
            return false;
        }
        let as_near = |other: &str| other != gone && other != come && one_edit(gone, other);
        let spaces = || Namespace::ALL.iter().filter_map(|space| Some((*space, self.program.names.get(*space, come)?)));
        if spaces().next().is_some() {
            let is_clear = |definition| {
                let at = self.program.name_of(definition).span;
                !self.unclear.contains(&(at.file, line_of(self.sources, at)))
            };
            // if most uses have the other spelling, the declaration may be what is misspelled
            return spaces().all(|(_, definition)| is_clear(definition))
                && self.count(gone) <= self.count(come)
                && !spaces().flat_map(|(space, _)| self.program.names.all(space)).any(|(name, _)| as_near(name));
        }
        // a parameter, a source or a file: any word may be the name of one
        !tokens(text).iter().any(|token| as_near(token))
            // the name of a parameter is also used in scripts, where nothing checks it
            && (code != Code::E0601 || text.matches(gone).count() < 2)
    }
}

/// Whether a string in the new tokens contains what was outside of strings and meant something by itself.
fn swallows(old: &[&str], new: &[&str]) -> bool {
    let is_text = |token: &&&str| token.starts_with(['"', '\'']);
    let is_closed = |token: &&&str| token.len() > 1 && token.ends_with(['"', '\'']);
    if old.iter().filter(is_text).filter(is_closed).count() >= new.iter().filter(is_text).count() {
        return false;
    }
    new.iter().filter(is_text).map(|token| token.trim_matches(['"', '\''])).any(|text| {
        let mut words = text.split_whitespace().skip(1).peekable();
        words.peek().is_some() && (text.contains(['=', ';', '"', '$']) || text.contains(", ") || words.any(is_keyword))
    })
}

/// Whether a word is one of the language's own.
fn is_keyword(word: &str) -> bool {
    word == "tag" || KEYWORDS.iter().any(|keyword| keyword.word == word || keyword.clauses.contains(&word))
}

fn dense(tokens: &[&str]) -> String {
    tokens.iter().flat_map(|token| token.chars()).filter(|c| c.is_alphanumeric()).collect()
}

/// Whether some words are in others, in their order.
fn is_part(some: &[String], all: &[String]) -> bool {
    let mut all = all.iter();
    some.iter().all(|word| all.any(|other| other == word))
}

/// Whether `30m` is short for `30 minutes`.
fn is_short(long: &[String], short: &[String]) -> bool {
    let letters = |words: &[String]| -> String {
        let words = words.iter().flat_map(|word| word.split(|c: char| c.is_ascii_digit()));
        words.filter_map(|word| word.chars().next()).collect()
    };
    letters(long) == letters(short)
}
