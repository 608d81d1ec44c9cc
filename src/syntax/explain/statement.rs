//! Explains the holes, habits and left-over words of a statement.

use super::{Explain, inner, is_hard, words};
use crate::diagnostic::{Code, nearest, one_of};
use crate::syntax::keywords::{self, Block};
use crate::syntax::node::{Node, Rule, TextRange, slice};
use crate::syntax::problem::Problem;
use crate::syntax::value;

/// The word in place of one of a few allowed words.
pub(super) fn wrong_choice(node: &Node) -> Option<&Node> {
    let names = || node.all(Rule::name);
    match node.rule {
        Rule::kind | Rule::action | Rule::concurrency | Rule::given_becomes | Rule::expect_release => names().next(),
        Rule::never_release | Rule::never_names => names().next(),
        Rule::applies | Rule::require_after if node.has(Rule::k_kind) => names().next(),
        Rule::policy_on | Rule::flow_on | Rule::promote_on => names().next(),
        Rule::expect_other => {
            names().filter(|name| node.children.first().is_some_and(|first| first.start != name.start)).last()
        }
        _ => None,
    }
}

/// The errors of a statement, without its block, in order; each with its parent node.
#[derive(Default)]
struct StatementErrors<'n> {
    hard: Vec<(&'n Node, &'n Node)>,
    soft: Vec<(&'n Node, &'n Node)>,
    wrong: Vec<(&'n Node, &'n Node)>,
}

fn find<'n>(node: &'n Node, found: &mut StatementErrors<'n>) {
    found.wrong.extend(wrong_choice(node).map(|name| (name, node)));
    for child in node.children.iter().filter(|child| !child.is_block()) {
        let single = child.rule == Rule::text && child.has(Rule::single);
        if is_hard(child.rule) {
            found.hard.push((child, node));
        } else if single || matches!(child.rule, Rule::habit | Rule::lb | Rule::quoted) {
            found.soft.push((child, node));
        } else if inner(child) || child.rule == Rule::value {
            find(child, found);
        }
    }
}

impl<'a> Explain<'a> {
    /// Explains a statement without its block: each habit, and the first missing or invalid part. Returns whether such a
    /// part was found.
    pub(super) fn statement(&mut self, node: &Node, block: Block) -> bool {
        let known = self.problems.len();
        let found = self.parts(node, block);
        self.settle(known, node.head());
        found
    }

    fn parts(&mut self, node: &Node, block: Block) -> bool {
        let mut found = StatementErrors::default();
        find(node, &mut found);
        let keyword = keywords::find(block, self.of(node.first_leaf().range()));
        let is_flawed = !found.hard.is_empty() || !found.wrong.is_empty();
        let is_odd = node.rule == Rule::opening && is_odd(self.text, node);
        let code = if is_odd { Code::E0104 } else { Code::E0101 };
        // the `]` after a list of paths is part of the last one
        let has_lost_bracket =
            found.soft.iter().any(|(habit, parent)| habit.rule == Rule::lb && parent.rule == Rule::paths);
        if (is_flawed || is_odd || has_lost_bracket) && self.phrase(code, node.head(), node.block().is_some(), block) {
            return true;
        }
        for (habit, parent) in found.soft {
            self.habit(habit, parent, node);
        }
        if let Some((wrong, parent)) = found.wrong.first() {
            let next = node.child(Rule::tail).map_or("", |tail| self.first_token(tail));
            self.wrong(wrong, parent, next);
            return true;
        }
        let tail = node.child(Rule::tail);
        match found.hard.first() {
            Some((dangling, _)) if dangling.rule == Rule::dangling => self.dangling(dangling),
            Some((tail, _)) if tail.rule == Rule::tail => self.tail(tail, node, block),
            Some((hole, parent)) => self.hole(hole, parent, node, keyword, tail),
            None => {}
        }
        is_flawed
    }

    fn dangling(&mut self, comma: &Node) {
        self.say(
            Problem::new(Code::E0101, "unexpected trailing comma", comma.range(), "nothing follows it")
                .help("Remove the comma, or write another element after it.")
                .fix("remove the comma", comma.range(), "")
                .guessed(),
        );
    }

    fn wrong(&mut self, wrong: &Node, parent: &Node, next: &str) {
        let written = self.of(wrong.range());
        let choices = words::choices(parent.rule);
        let listed = one_of(choices.iter().copied()).unwrap_or_else(|| {
            format!("one of {}", choices.iter().map(|choice| format!("`{choice}`")).collect::<Vec<_>>().join(", "))
        });
        let problem =
            Problem::new(Code::E0101, format!("expected {listed}, found `{written}`"), wrong.range(), String::new());
        // the next word shows which other form of `expect` was meant
        let forms: &[&str] = match next {
            _ if parent.rule != Rule::expect_other => &[],
            "started" => &["not"],
            "version" => &["at"],
            _ if next.starts_with(|c: char| c.is_ascii_digit()) => &["runs", "of"],
            _ => &[],
        };
        let choices = if forms.is_empty() { choices } else { forms };
        let synonym = words::synonym(parent.rule, written).filter(|synonym| choices.contains(synonym));
        if let Some(right) = synonym {
            let problem = problem.help(format!("Write `{right}`."));
            return self.say(problem.fix(format!("write `{right}`"), wrong.range(), right).guessed());
        }
        let nearest = nearest(written, choices.iter().copied());
        self.say(match nearest {
            Some(choice) => {
                let problem =
                    problem.help(format!("Write `{choice}`.")).fix(format!("write `{choice}`"), wrong.range(), choice);
                match near(written, choice) || choices.len() < 4 {
                    true if is_shifted(self.text, wrong.range(), choice) => problem.torn(),
                    true => problem.repaired(),
                    false => problem,
                }
            }
            None => problem.help(format!("Write {listed}.")),
        });
    }

    /// Explains a habit of other languages: `:` and `=`, brackets, quotes around a name, single quotes.
    fn habit(&mut self, habit: &Node, parent: &Node, node: &Node) {
        let written = self.of(habit.range());
        let at = habit.range();
        let problem = match habit.rule {
            Rule::habit
                if matches!(
                    parent.rule,
                    Rule::group | Rule::need | Rule::argument | Rule::label | Rule::label_test
                ) =>
            {
                let before = if self.of((0, at.0)).ends_with([' ', '\t']) { "" } else { " " };
                let behind = if self.of((at.1, self.text.len() as u32)).starts_with([' ', '\t']) { "" } else { " " };
                Problem::new(Code::E0101, format!("expected `=`, found `{written}`"), at, "").help("Write `=`.").fix(
                    "write `=`",
                    at,
                    format!("{before}={behind}"),
                )
            }
            Rule::habit => {
                let word = self.of(node.first_leaf().range());
                let behind = self.of((at.1, self.text.len() as u32));
                let blanks = behind.len() - behind.trim_start_matches([' ', '\t']).len();
                // `trigger: dev`, `soak = 30m`, `soak=30m`: one space remains
                let first = !self.of((0, at.0)).ends_with([' ', '\t']);
                let removed = (at.0, if first { at.1 } else { at.1 + blanks as u32 });
                let blank = if first && blanks == 0 { " " } else { "" };
                Problem::new(Code::E0101, format!("unexpected `{written}` after `{word}`"), at, "not promo syntax")
                    .help(format!("Remove the `{written}`: a value follows its keyword directly."))
                    .fix(format!("remove the `{written}`"), removed, blank)
            }
            Rule::lb => {
                let close = parent.child(Rule::rb).map(Node::range);
                let problem = Problem::new(Code::E0101, "unexpected brackets around a list", at, "not promo syntax")
                    .help("Remove the brackets: only commas separate list elements.");
                let inside = parent.children.iter().find(|child| child.start >= at.1).map_or(at.1, |first| first.start);
                let opening = if self.of((at.1, inside)).trim().is_empty() { (at.0, inside) } else { at };
                let problem = problem.fix("remove the brackets", opening, "");
                match close {
                    Some(close) => problem.fix("", close, ""),
                    None => problem,
                }
            }
            Rule::quoted => {
                let name = written.trim_matches(['"', '\'']);
                let problem = Problem::new(Code::E0101, "names are written without quotes", at, "");
                if name.is_empty()
                    || !name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '{' | '}' | '/'))
                {
                    return self
                        .say(problem.help("Write a name such as `us-east-2`: lowercase letters, digits and dashes."));
                }
                problem.help(format!("Write `{name}`.")).fix(format!("write `{name}`"), at, name)
            }
            _ => {
                let content = written.trim_matches('\'').replace('\\', "\\\\").replace('"', "\\\"");
                Problem::new(Code::E0101, "strings need double quotes", at, "")
                    .help(format!("Write `\"{content}\"`."))
                    .fix(format!("write `\"{content}\"`"), at, format!("\"{content}\""))
            }
        };
        self.say(problem.repaired());
    }
}

/// Whether the days or times of a window are not written as such.
fn is_odd(text: &str, opening: &Node) -> bool {
    let mut words = opening.all(Rule::word).map(|word| word.text(text));
    let days = words.next().is_none_or(|days| match opening.has(Rule::ordinal) {
        true => value::weekday(days).is_some(),
        false => value::days(days).is_some(),
    });
    !days || words.next().is_some_and(|times| value::times(times).is_none())
}

/// Whether a word is certainly a misspelling of another.
pub(super) fn near(written: &str, word: &str) -> bool {
    let bound = (written.chars().count() / 3).max(1);
    written.len() >= 2 && strsim::damerau_levenshtein(&written.to_lowercase(), word) <= bound
}

/// Whether the blank beside a misspelled word may be one character too far: `fro m`, `versionf rom`.
pub(super) fn is_shifted(text: &str, at: TextRange, right: &str) -> bool {
    let (written, before, after) = (slice(text, at), slice(text, (0, at.0)), slice(text, (at.1, text.len() as u32)));
    let first = after.strip_prefix(' ').and_then(|next| next.chars().next());
    let last = before.strip_suffix(' ').and_then(|previous| previous.chars().next_back());
    let one = |rest: &str| rest.chars().next().filter(|c| rest.len() == c.len_utf8());
    right.strip_prefix(written).and_then(one).is_some_and(|c| Some(c) == first)
        || right.strip_suffix(written).and_then(one).is_some_and(|c| Some(c) == last)
        || first.is_some() && written.strip_prefix(right).and_then(one).is_some()
        || last.is_some() && written.strip_suffix(right).and_then(one).is_some()
}
