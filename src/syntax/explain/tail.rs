//! Explains words that are left over in a statement.

use super::statement::{is_shifted, near};
use super::{Explain, words};
use crate::diagnostic::Code;
use crate::syntax::keywords::{self, Block, Keyword};
use crate::syntax::lower::is_list;
use crate::syntax::names;
use crate::syntax::node::{Node, Rule, TextRange};
use crate::syntax::problem::Problem;
use crate::syntax::value;

impl<'a> Explain<'a> {
    /// Explains left-over words.
    pub(super) fn tail(&mut self, tail: &Node, node: &Node, block: Block) {
        let at = tail.range();
        let token = self.first_token(tail);
        let first = tail.first_leaf().range();
        let keyword = keywords::find(block, self.of(node.first_leaf().range()));
        let word = keyword.map_or("", |keyword| keyword.word);
        if self.odd_blank(tail) || self.slashes(tail) {
            return;
        }
        if let Some(last) = duration_before(node) {
            let both = (last.start, at.1);
            let written = self.of(both);
            if let Some(right) = value::duration_in_words(written) {
                return self.say(
                    Problem::new(Code::E0104, format!("`{written}` is not a duration"), both, "")
                        .help(format!("Write `{right}`."))
                        .fix(format!("write `{right}`"), both, right)
                        .repaired(),
                );
            }
            if value::duration(self.of(last.range())).is_none() {
                // the literal before it is reported
                return;
            }
        }
        if node.rule == Rule::fails && token == "%" {
            // the number before it is reported as a percentage without `%`
            return;
        }
        if token == "," && node.rule == Rule::trigger {
            let at = tail.children.get(1).map_or(first, Node::range);
            return self.say(
                Problem::new(Code::E0101, "a flow has only one trigger", at, "a second environment")
                    .help("Keep one environment. To promote to the other, write `promote` instead."),
            );
        }
        if token == "," {
            return self.no_element(tail, keyword);
        }
        let problem =
            Problem::new(Code::E0101, format!("expected the end of `{word}`, found `{token}`"), at, "unexpected here");
        let all = self.of(at);
        if node.rule == Rule::promote
            && let Some(at) = self.one_by_one(tail)
        {
            return self
                .say(problem.help("Write `one by one`.").fix("write `one by one`", at, "one by one").repaired());
        }
        if self.lacks_brace(tail, node) || self.lacks_as(tail, node) {
            return;
        }
        if keywords::find(block, token).is_some() && (at.1 > first.1 || token == "idempotent") {
            return self.say(
                Problem::new(
                    Code::E0101,
                    format!("expected a new line before `{token}`"),
                    first,
                    "starts a new statement",
                )
                .help(format!("Write `{token}` on its own line, or write `;` before it."))
                .fix("insert `;`", (node_end_before(node, tail), at.0), "; ")
                .torn(),
            );
        }
        let before = node_end_before(node, tail);
        let list = node.children.iter().any(|child| {
            child.end == before && (is_list(child.rule) || matches!(child.rule, Rule::after | Rule::gives | Rule::need))
        }) || matches!(node.rule, Rule::needs | Rule::gives);
        if list && self.joined(tail, before) {
            return;
        }
        let clause = match node.rule {
            Rule::promote => "after",
            Rule::flow_use => "when",
            _ => "",
        };
        if let Some(at) = self.synonym(tail, clause) {
            return self.say(
                problem.help(format!("Write `{clause}`.")).fix(format!("write `{clause}`"), at, clause).repaired(),
            );
        }
        let clauses = keyword.map_or(&[][..], |keyword| keyword.clauses);
        if let Some(right) = self.clause(tail, clauses, false) {
            return self.misspelt_clause(tail, word, right);
        }
        if token == "->" || token == "=>" {
            return self.say(problem.help("Remove the arrow and use `after`, as in `promote prod after qa`."));
        }
        if list
            && names::as_name(token).is_some()
            && token.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'))
            && !is_any_word(token)
        {
            return self.say(
                Problem::new(Code::E0101, format!("missing comma before `{token}`"), first, "expected `,` before this")
                    .help("Separate list elements with commas.")
                    .fix("insert a comma", (before, before), ",")
                    .torn(),
            );
        }
        if keyword.is_some_and(|keyword| keyword.synopsis == keyword.word) {
            let problem = problem
                .help(format!("Remove `{all}`: `{word}` takes no value. To turn it off, remove the whole statement."));
            let is_yes = matches!(all.trim_start_matches([':', '=']).trim(), "true" | "yes" | "on");
            return self.say(match is_yes {
                true => problem.fix(format!("remove `{all}`"), (before, at.1), "").repaired(),
                false => problem,
            });
        }
        if node.rule == Rule::opening {
            return self.say(problem.help("Write a separate `open` or `closed` statement for each range, for example `open mon..thu 09:00..17:00`."));
        }
        self.say(match keyword {
            Some(keyword) => problem.help(format!("Write `{}`, for example `{}`.", keyword.synopsis, keyword.example)),
            None => problem.help("Remove it, or start a new line before it."),
        });
    }

    /// The left-over words that were meant to be `one by one`, with dashes or misspelled.
    fn one_by_one(&self, tail: &Node) -> Option<TextRange> {
        let third = tail.children.get(2).map_or(tail.start, |token| token.end);
        let ranges = [tail.first_leaf().range(), (tail.start, third)];
        let is_meant = |at: &TextRange| near(&self.of(*at).replace(['-', '_'], " "), "one by one");
        ranges.into_iter().find(is_meant)
    }

    /// Explains `after qa and staging`: words that join names in other languages.
    fn joined(&mut self, tail: &Node, before: u32) -> bool {
        let (token, first) = (self.first_token(tail), tail.first_leaf().range());
        let Some(next) = tail.children.get(1).filter(|next| names::as_name(self.of(next.range())).is_some()) else {
            return false;
        };
        match token {
            "and" | "&" | "&&" | "+" => self.say(
                Problem::new(Code::E0101, format!("expected a comma, found `{token}`"), first, "lists use commas")
                    .help("Separate list elements with commas.")
                    .fix("write a comma", (before, next.start), ", ")
                    .repaired(),
            ),
            "or" | "|" | "||" => {
                let name = self.of(next.range());
                self.say(Problem::new(
                    Code::E0101,
                    format!("expected a comma or the end of the list, found `{token}`"),
                    first,
                    "a list includes every element",
                )
                .help(format!("To wait for only one of them, declare a group with `{name}` and the others, and write `after any of GROUP`.")));
            }
            _ => return false,
        }
        true
    }

    /// The left-over words that are a synonym of a word of promo.
    pub(super) fn synonym(&self, tail: &Node, right: &str) -> Option<TextRange> {
        let mut tokens = tail.children.iter().take(3).map(|token| (token.range(), self.of(token.range())));
        let (first, second, third) = (tokens.next()?, tokens.next()?, tokens.next());
        let word = first.1.to_ascii_lowercase().replace(['-', '_'], "");
        match (right, word.as_str(), second.1) {
            ("after", "depends", "on") | ("after", "waits", "for") if third.is_some() => Some((first.0.0, second.0.1)),
            ("after", "dependson" | "needs" | "requires" | "waitsfor" | "follows" | "behind", _)
            | ("when", "if" | "where" | "on" | "once", _)
            | ("in", "on" | "for" | "to" | "at", _)
            | ("via", "with" | "through" | "by" | "using" | "flow", _) => Some(first.0),
            _ => None,
        }
    }

    /// Explains a comma without an element after it.
    fn no_element(&mut self, tail: &Node, keyword: Option<&Keyword>) {
        let behind = tail.children.iter().find(|child| self.of(child.range()) != ",");
        let comma = tail.first_leaf().range();
        let (at, found) = behind.map_or((comma, ""), |token| (token.range(), self.of(token.range())));
        // A multi-line string has many lines, but a message has one.
        let found = found.lines().next().unwrap_or_default();
        let help = keyword.map_or("Write another element, or remove the comma.".to_string(), |keyword| {
            format!("Write another element, or remove the comma, as in `{}`.", keyword.example)
        });
        let message = if found.is_empty() {
            "unexpected trailing comma".to_string()
        } else {
            format!("expected another element after the comma, found `{found}`")
        };
        self.say(Problem::new(Code::E0101, message, at, "expected another element").help(help));
    }

    /// The one of a few words that the first left-over word was meant to be. A word of one or two letters counts only
    /// if more words follow it.
    pub(super) fn clause(&self, tail: &Node, words: &[&'static str], short: bool) -> Option<&'static str> {
        let token = self.first_token(tail);
        let next = tail.children.get(1).map(|next| self.of(next.range()));
        if words.contains(&token)
            || matches!(token, "or" | "if" | "and" | "on" | "to")
            || token.len() < 3 && next.is_none_or(|next| next == ",")
        {
            return None;
        }
        let distance = |word: &str| strsim::damerau_levenshtein(token, word);
        let right = words.iter().copied().min_by_key(|word| distance(word))?;
        let close = near(token, right) || distance(right) == 1 && (short || right == "of");
        (close && token.chars().all(|c| c.is_alphabetic() || c == '-')).then_some(right)
    }

    pub(super) fn misspelt_clause(&mut self, tail: &Node, word: &str, right: &str) {
        let first = tail.first_leaf().range();
        let token = self.first_token(tail);
        let message = format!("expected the end of `{word}`, found `{token}`");
        let problem = Problem::new(Code::E0101, message, first, format!("did you mean `{right}`?"))
            .help(format!("Write `{right}`."))
            .fix(format!("write `{right}`"), first, right);
        self.say(if is_shifted(self.text, first, right) { problem.torn() } else { problem.repaired() });
    }

    /// Explains `source charts path "x" }`: a statement of the block is in place of its `{`.
    fn lacks_brace(&mut self, tail: &Node, node: &Node) -> bool {
        let token = self.first_token(tail);
        let inner = words::block_of(node.rule).filter(|_| node.block().is_none());
        if inner.is_none_or(|inner| keywords::find(inner, token).is_none()) {
            return false;
        }
        let line = self.of((tail.start, self.text.len() as u32)).lines().next().unwrap_or_default();
        if line.matches('}').count() <= line.matches('{').count() {
            return false;
        }
        let (at, head) = (node_end_before(node, tail), self.of((node.start, node_end_before(node, tail))));
        self.say(
            Problem::new(
                Code::E0101,
                format!("missing `{{` after `{head}`"),
                tail.first_leaf().range(),
                "expected `{` before this",
            )
            .help(format!("Write `{head} {{ {token} … }}`."))
            .fix("insert `{`", (at, at), " {")
            .repaired(),
        );
        self.lacks_brace = true;
        true
    }

    /// `at $.image tag` and `copy FILE as tag`.
    fn lacks_as(&mut self, tail: &Node, node: &Node) -> bool {
        let (token, first) = (self.first_token(tail), tail.first_leaf().range());
        let has_path = node.has(Rule::k_at);
        let is_value = matches!(node.rule, Rule::copy | Rule::version_from);
        if is_value && has_path && token == "tag" && tail.children.len() == 1 {
            self.say(
                Problem::new(Code::E0101, "missing `as` before `tag`", first, "expected `as` before this")
                    .help("Write `as tag`.")
                    .fix("insert `as`", (first.0, first.0), "as ")
                    .repaired(),
            );
            return true;
        }
        if node.rule == Rule::copy && !has_path && token == "as" {
            let message = "`as tag` needs the path of an image before it";
            self.say(
                Problem::new(Code::E0101, message, first, "expected `at` and a JSONPath before this")
                    .help("Write `copy FILE at PATH as tag`, for example `copy \"values.yaml\" at $.image as tag`."),
            );
            return true;
        }
        false
    }

    /// The first token of left-over words, shortened to fit in a message.
    pub(super) fn first_token(&self, tail: &Node) -> &'a str {
        let token = self.of(tail.first_leaf().range());
        let end = token.char_indices().nth(40).map_or(token.len(), |(at, _)| at);
        token.lines().next().and_then(|line| line.get(..end.min(line.len()))).unwrap_or(token)
    }
}

pub(super) fn is_any_word(token: &str) -> bool {
    keywords::KEYWORDS.iter().any(|keyword| keyword.word == token || keyword.clauses.contains(&token))
}

/// The duration at the end of a statement, before its tail.
fn duration_before(node: &Node) -> Option<&Node> {
    let mut node = node;
    loop {
        let last = node.children.iter().rev().find(|child| child.rule != Rule::tail && !child.is_block())?;
        if last.rule == Rule::word {
            let duration = match node.rule {
                Rule::retry => node.has(Rule::k_every),
                Rule::timeout | Rule::soak | Rule::bake | Rule::takes | Rule::within => true,
                Rule::given_terminate | Rule::given_retry | Rule::given_pull | Rule::given_takes => true,
                Rule::given_becomes | Rule::release_after => true,
                _ => false,
            };
            return Some(last).filter(|_| duration);
        }
        node = last;
    }
}

/// The end of the part before the tail.
fn node_end_before(node: &Node, tail: &Node) -> u32 {
    let before = node.children.iter().take_while(|child| child.rule != Rule::tail);
    before.map(|child| child.end).max().unwrap_or(tail.start)
}
