//! Recognises a statement that is written as in another language, and writes it as promo does.
//!
//! [`super::phrases`] lists the notations. Each is a pattern of the whole statement, with the statement to write
//! instead: `promote … after all of …` is `promote … after …`. The result counts only if it is a valid statement of its
//! block, so that the help can always be pasted. What is underlined are the tokens that differ.

use super::Explain;
use super::calendar;
use super::pattern::{filled, matched, tokens};
use super::phrases::{PHRASES, Phrase};
use crate::diagnostic::Code;
use crate::source::SourceMap;
use crate::syntax::doubt::Doubts;
use crate::syntax::keywords::Block;
use crate::syntax::lower::Lower;
use crate::syntax::names;
use crate::syntax::node::{self, Node, Rule, TextRange, slice};
use crate::syntax::problem::Problem;
use crate::syntax::repair;

/// The most tokens of a statement that is compared with the notations: nobody writes a longer one by hand.
const MOST_TOKENS: usize = 120;

/// How many notations of other languages a statement may mix.
const MOST_PHRASES: usize = 3;

/// How often a rewritten statement may be repaired.
const ROUNDS: usize = 4;

/// The message about a list where a statement takes one element.
const ONE_FOR_EACH: &str = "only one element is allowed here; {} needs a statement of its own";

/// A statement as it should be.
struct Rewritten {
    code: Code,
    right: String,
    message: String,
    sure: bool,
}

impl Explain<'_> {
    /// Explains a statement in a notation of another language, with its block if that is on the same line.
    pub(super) fn phrase(&mut self, code: Code, at: TextRange, has_block: bool, block: Block) -> bool {
        if self.plain {
            return false;
        }
        let written = self.of(at).trim_end();
        let Some(tokens) = tokens(written).filter(|tokens| tokens.len() <= MOST_TOKENS) else { return false };
        let Some(found) = rewritten(written, block, has_block).map(|found| Rewritten { code, ..found }) else {
            return false;
        };
        self.say(found.problem(written, &tokens, at.0));
        true
    }
}

impl Rewritten {
    fn problem(self, written: &str, old: &[(usize, usize)], offset: u32) -> Problem {
        let new = tokens(&self.right).unwrap_or_default();
        let (gone, come) = differing(written, old, &self.right, &new);
        let word = |at: &usize| old.get(*at).copied().unwrap_or((written.len(), written.len()));
        let (first, last) = (word(&gone.start), word(&gone.end.saturating_sub(1)));
        let with = match (new.get(come.start), come.end.checked_sub(1).and_then(|last| new.get(last))) {
            (Some(first), Some(last)) if !come.is_empty() => self.right.get(first.0..last.1).unwrap_or_default(),
            _ => "",
        };
        let before = gone.start.checked_sub(1).map(|before| word(&before).1);
        // the replaced bytes, and the text for them
        let (range, with) = if gone.is_empty() {
            match old.get(gone.start) {
                Some(next) => ((next.0, next.0), format!("{with} ")),
                None => ((written.len(), written.len()), format!(" {with}")),
            }
        } else if with.is_empty() {
            match before {
                // of `limit=5`, a blank remains
                Some(before) if word(&gone.end).0 == last.1 && gone.end < old.len() => {
                    ((before, last.1), " ".to_string())
                }
                Some(before) => ((before, last.1), String::new()),
                None => ((first.0, word(&gone.end).0), String::new()),
            }
        } else {
            let blank = if before == Some(first.0) && !with.starts_with([',', ';']) { " " } else { "" };
            ((first.0, last.1), format!("{blank}{with}"))
        };
        let shown = match gone.is_empty() {
            true => old.get(gone.start).or(old.last()).copied().unwrap_or_default(),
            false => (first.0, last.1),
        };
        let commas: Vec<usize> = old
            .iter()
            .enumerate()
            .filter(|(_, token)| written.get(token.0..token.1) == Some(","))
            .map(|(at, _)| at + 1)
            .collect();
        let shown = match (commas.first(), commas.last()) {
            (Some(first), Some(last)) if self.message == ONE_FOR_EACH => (word(first).0, word(last).1),
            _ => shown,
        };
        let place = |(start, end): (usize, usize)| (offset + start as u32, offset + end as u32);
        let marked = written.get(shown.0..shown.1).unwrap_or_default();
        let message = self.message.replace("{}", &format!("`{}`", one_line(marked)));
        let problem = Problem::new(self.code, message, place(shown), "not promo syntax")
            .help(format!("Write `{}`.", self.right))
            .fix(format!("write `{}`", self.right), place(range), with);
        if self.sure { problem.repaired() } else { problem.guessed() }
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The tokens that differ between two texts: their positions in each.
fn differing(
    written: &str,
    old: &[(usize, usize)],
    right: &str,
    new: &[(usize, usize)],
) -> (std::ops::Range<usize>, std::ops::Range<usize>) {
    let same = |(a, b): (&(usize, usize), &(usize, usize))| written.get(a.0..a.1) == right.get(b.0..b.1);
    let start = old.iter().zip(new).take_while(|pair| same(*pair)).count();
    let most = old.len().min(new.len()) - start;
    let end = old.iter().rev().zip(new.iter().rev()).take(most).take_while(|pair| same(*pair)).count();
    (start..old.len() - end, start..new.len() - end)
}

/// The statement to write instead; `None` if no notation fits, or the result would not be a statement of this block.
fn rewritten(written: &str, block: Block, has_block: bool) -> Option<Rewritten> {
    let (mut current, mut first): (String, Option<(&str, bool)>) = (written.to_string(), None);
    for _ in 0..MOST_PHRASES {
        let found = candidates(&current, block)
            .filter(|(right, ..)| right.split_whitespace().ne(current.split_whitespace()))
            .map(|(right, message, sure)| {
                (settled(&right, block, has_block, block == Block::Window).ok_or(right), message, sure)
            });
        let mut unsettled = None;
        for (right, message, sure) in found {
            match right {
                Ok(right) => {
                    let (message, sure) = first.map_or((message, sure), |(message, all)| (message, all && sure));
                    return Some(Rewritten { code: Code::E0101, right, message: message.to_string(), sure });
                }
                Err(right) => unsettled = unsettled.or(Some((right, message, sure))),
            }
        }
        let (right, message, _) = unsettled?;
        first = first.or(Some((message, false)));
        current = right;
    }
    None
}

/// The statements that the notations give for a statement: text, message, and whether it is certain.
fn candidates(written: &str, block: Block) -> impl Iterator<Item = (String, &'static str, bool)> {
    let tokens = tokens(written).unwrap_or_default();
    let words: Vec<&str> = tokens.iter().map(|(start, end)| written.get(*start..*end).unwrap_or_default()).collect();
    let matching = |phrase: &&Phrase| phrase.blocks.contains(&block);
    let from_table: Vec<_> = PHRASES
        .iter()
        .filter(matching)
        .filter_map(|phrase| {
            let pattern: Vec<&str> = phrase.pattern.split(' ').collect();
            let parts = matched(&pattern, &words)?;
            let texts: Vec<String> = parts
                .into_iter()
                .map(|(from, to)| {
                    let range = tokens.get(from).zip(to.checked_sub(1).and_then(|last| tokens.get(last)));
                    let range = range.filter(|_| from < to);
                    range.and_then(|(first, last)| written.get(first.0..last.1)).unwrap_or_default().to_string()
                })
                .collect();
            Some((filled(phrase.right, &texts), phrase.message, phrase.sure))
        })
        .collect();
    let days = calendar::opening(&words)
        .map(|right| (right, "{} is not a day, a date or a time of a window", !written.contains('*')));
    let list = one_for_each(&words, block).map(|right| (right, ONE_FOR_EACH, true));
    let range = fleet(written).map(|right| (right, "{} is not a range of environments", false));
    let days = days.filter(|_| block == Block::Window);
    days.into_iter().chain(from_table).chain(list).chain(range)
}

/// `window a, b`: a statement for each element, as in `window a; window b`.
fn one_for_each(words: &[&str], block: Block) -> Option<String> {
    let words: Vec<&str> = words.iter().copied().filter(|word| !matches!(*word, "[" | "]")).collect();
    let keyword = words.first()?;
    let several = match block {
        Block::Policy | Block::Promote => matches!(*keyword, "window" | "on" | "for"),
        Block::Flow => *keyword == "on",
        Block::Product => matches!(*keyword, "flow" | "copy" | "label"),
        Block::Environment | Block::Application => *keyword == "label",
        Block::Template => *keyword == "copy",
        Block::Window => matches!(*keyword, "open" | "closed"),
        Block::Scenario => matches!(*keyword, "expect" | "given"),
        _ => false,
    };
    let parts: Vec<&[&str]> = words.split(|word| *word == ",").collect();
    let (head, others) = parts.split_first()?;
    let (last, inner) = others.split_last().filter(|_| several)?;
    // the length of an element: that of the others, or one word
    let length = inner.first().map_or(last.len(), |part| part.len());
    [length, 1].into_iter().find_map(|length| {
        let prefix = head.len().checked_sub(length).filter(|prefix| *prefix > 0)?;
        let suffix = last.get(length..)?.join(" ");
        let each = std::iter::once(head.get(prefix..)?).chain(inner.iter().copied()).chain([last.get(..length)?]);
        let prefix = head.get(..prefix)?.join(" ");
        let all: Option<Vec<String>> = each
            .map(|part| {
                (part.len() == length).then(|| format!("{prefix} {} {suffix}", part.join(" ")).trim().to_string())
            })
            .collect();
        all.map(|all| all.join("; ")).filter(|right| settled(right, block, false, true).is_some())
    })
}

/// `store-[0..9]`, `store-{0..9}`, `store-0..9`, `store-0 to store-9`: as `store-0..store-9`.
fn fleet(written: &str) -> Option<String> {
    let text = written.replace('…', "..").replace("...", "..").replace(" .. ", "..").replace(" to ", "..");
    let mut out: Vec<String> = Vec::new();
    for word in text.split(' ') {
        let (plain, comma) = word.strip_suffix(',').map_or((word, ""), |plain| (plain, ","));
        let range = plain.split_once(['[', '{', '(']).and_then(|(prefix, inside)| {
            let inside = inside.strip_suffix([']', '}', ')'])?;
            let (first, last) = inside.split_once("..").or_else(|| inside.split_once('-'))?;
            Some(format!("{prefix}{first}..{prefix}{last}"))
        });
        let short = || {
            let (first, last) = plain.split_once("..")?;
            let prefix = first.trim_end_matches(|c: char| c.is_ascii_digit());
            last.bytes().all(|byte| byte.is_ascii_digit()).then(|| format!("{first}..{prefix}{last}"))
        };
        let range = range.or_else(short).filter(|range| names::range(range).is_ok());
        out.push(range.map_or(word.to_string(), |range| format!("{range}{comma}")));
    }
    let right = out.join(" ");
    (right != written && right.contains("..")).then_some(right)
}

/// The statement with all its certain repairs; `None` if it is not a statement of the block. Unless `strictly`, a value in
/// it may be wrong: that is another mistake.
fn settled(statement: &str, block: Block, has_block: bool, strictly: bool) -> Option<String> {
    let (before, after) = around(block);
    let body = if has_block { " { }" } else { "" };
    let mut text = format!("{before}{statement}{body}{after}");
    for _ in 0..ROUNDS {
        let root = node::concrete(&text, 0)?.root;
        let file = SourceMap::default().add("", "");
        let doubts = Doubts::new(file);
        let mut lower = Lower::new(&text, file, &[], &doubts);
        lower.tree(&root);
        let mut explain = Explain { text: &text, problems: Vec::new(), lacks_brace: false, plain: true };
        explain.program(&root);
        let mut problems = explain.problems;
        problems.append(&mut lower.problems);
        if problems.iter().any(|problem| strictly || !problem.repair && !is_of_value(problem.code)) {
            return None;
        }
        let edits = super::super::certain(&mut problems);
        if edits.is_empty() {
            let inside = text.get(before.len()..text.len() - after.len() - body.len())?;
            return Some(inside.to_string());
        }
        text = repair::apply(&text, &edits).0;
    }
    None
}

/// Whether a code reports a value, and not the form of a statement.
fn is_of_value(code: Code) -> bool {
    matches!(code, Code::E0102 | Code::E0103 | Code::E0104 | Code::E0105)
}

/// The text around a statement of a block.
fn around(block: Block) -> (&'static str, &'static str) {
    match block {
        Block::File => ("", "\n"),
        Block::Environment => ("environment x {\n", "\n}\n"),
        Block::Workflow => ("workflow x {\n", "\n}\n"),
        Block::Template => ("template x {\n", "\n}\n"),
        Block::Policy => ("policy x {\n", "\n}\n"),
        Block::Window => ("window x {\n", "\n}\n"),
        Block::Product => ("product x {\n", "\n}\n"),
        Block::Application => ("product x {\napplication x in x {\n", "\n}\n}\n"),
        Block::Source => ("product x {\napplication x in x {\nsource x {\n", "\n}\n}\n}\n"),
        Block::Flow => ("flow x {\n", "\n}\n"),
        Block::Trigger => ("flow x {\ntrigger x {\n", "\n}\n}\n"),
        Block::Promote => ("flow x {\npromote x {\n", "\n}\n}\n"),
        Block::Scenario => ("scenario x {\n", "\n}\n"),
    }
}

/// The range of a statement and of a block after it on the same line.
pub(super) fn with_block(text: &str, node: &Node, next: Option<&Node>) -> Option<TextRange> {
    let junk = next.filter(|junk| junk.rule == Rule::junk)?;
    let starts = junk.children.first().is_some_and(|child| child.rule == Rule::any_block);
    let between = slice(text, (node.end, junk.start));
    let range = (node.start, junk.end);
    (starts && !between.contains('\n') && !slice(text, range).contains('\n')).then_some(range)
}
