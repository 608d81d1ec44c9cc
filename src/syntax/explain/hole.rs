//! Explains a missing mandatory part of a statement.

use super::tail::is_any_word;
use super::{Explain, words};
use crate::diagnostic::Code;
use crate::syntax::foreign;
use crate::syntax::keywords::{self, Block, Keyword};
use crate::syntax::names;
use crate::syntax::node::{Node, Rule, TextRange};
use crate::syntax::problem::Problem;
use crate::syntax::value;

impl<'a> Explain<'a> {
    /// Explains a missing part. The words that are there instead belong to the same mistake.
    pub(super) fn hole(
        &mut self,
        hole: &Node,
        parent: &Node,
        node: &Node,
        keyword: Option<&Keyword>,
        tail: Option<&Node>,
    ) {
        let word = self.of(node.first_leaf().range());
        let what = words::expected(hole.rule).unwrap_or("more");
        let mark = word_before(node, hole);
        let behind = self.of(mark);
        let needs = if behind.is_empty() { word } else { behind };
        let tail = tail.filter(|tail| tail.start >= hole.start);
        let (at, found) = match tail {
            Some(tail) => (tail.range(), format!(", found `{}`", self.first_token(tail))),
            None => (mark, String::new()),
        };
        let message = match hole.rule {
            Rule::no_block => format!("`{word}` needs {what}{found}"),
            _ => format!("expected {what} after `{needs}`{found}"),
        };
        let problem = Problem::new(Code::E0101, message, at, format!("expected {what}"));
        let help = keyword.map_or("Write the missing part.".to_string(), |keyword| {
            format!("Write `{}`, for example `{}`.", keyword.synopsis, keyword.example)
        });
        let problem = problem.help(help);
        let insert = |problem: Problem, text: &str| {
            problem.fix(format!("insert `{}`", text.trim()), (hole.start, hole.start), text.to_string()).torn()
        };
        let rest = tail.map(|tail| self.of(tail.range())).unwrap_or_default();
        let name_next = rest.starts_with(|c: char| c.is_alphanumeric());
        if hole.rule == Rule::no_scope && matches!(rest, "production" | "non-production") {
            return self.say(
                problem
                    .help(format!("Write `for kind {rest}`."))
                    .fix("insert `kind`", (at.0, at.0), "kind ")
                    .repaired(),
            );
        }
        if let Some((tail, right)) = tail.and_then(|tail| Some((tail, self.clause(tail, connecting(hole.rule), true)?)))
        {
            return self.misspelt_clause(tail, word, right);
        }
        let joins = matches!(hole.rule, Rule::no_in | Rule::no_when | Rule::no_via);
        for right in connecting(hole.rule).iter().filter(|_| joins) {
            if let Some(at) = tail.and_then(|tail| self.synonym(tail, right)) {
                let problem = problem.help(format!("Write `{right}`."));
                return self.say(problem.fix(format!("write `{right}`"), at, *right).repaired());
            }
        }
        self.say(match hole.rule {
            Rule::no_equals if parent.children.iter().any(|child| child.start > hole.start) => insert(problem, " ="),
            Rule::no_in if name_next => insert(problem, " in"),
            Rule::no_via if tail.is_some_and(|tail| self.is_flow(tail)) => insert(problem, " via"),
            Rule::no_fails if tail.is_none() && !node.has(Rule::no_when) && !node.has(Rule::no_names) => {
                insert(problem, " fails")
            }
            Rule::no_from if node.has(Rule::k_at) && node.has(Rule::text) => insert(problem, " from"),
            Rule::no_tag => {
                let problem = problem.help("Write `as tag`: of an image reference, only the tag can be copied alone.");
                if tail.is_none() { insert(problem, " tag") } else { problem }
            }
            Rule::no_equals => {
                let key = self.of(mark);
                let example = if parent.rule == Rule::label_test { "gold" } else { "\"…\"" };
                problem.help(format!("Write `{key} = {example}`, with the value after `=`."))
            }
            Rule::no_of if rest.starts_with(|c: char| c.is_ascii_digit()) => {
                problem.help(format!("Write `in waves of {rest}`."))
            }
            Rule::no_of | Rule::no_size => {
                problem.help("Write how many targets each wave has, or a percentage of them: `in waves of 1, 50%`.")
            }
            Rule::no_approval if name_next => problem.help(format!("Write `unless approval {rest}`.")),
            Rule::no_approval => problem.help("Write who may let a promotion pass: `unless approval duty-manager`."),
            Rule::no_present => problem.help("Write `where present`: a product without an application there skips it."),
            Rule::no_runs if tail.is_none() => insert(problem, " times"),
            Rule::no_text if rest.starts_with(['|', '>']) => problem.help(
                "Write `\"\"\"` instead, then the lines, then a line with only `\"\"\"`. Indentation does not end a string.",
            ),
            Rule::no_text if !rest.is_empty() && !rest.contains(['\n', '\'']) => {
                let clauses = keyword.map_or(&[][..], |keyword| keyword.clauses);
                let at = tail.map_or(at, |tail| self.before_clause(tail, clauses));
                // with one quote, it is not certain where the string begins
                if self.of(at).contains('"') { problem } else { self.unquoted(problem, at, self.of(at)) }
            }
            Rule::no_setting if name_next => problem.help(format!(
                "Write `require pre-action {rest}` or `require post-action {rest}` for a workflow, and `require after {rest}` for an environment."
            )),
            Rule::no_outcome => match outcomes(parent.rule) {
                Some(outcomes) => {
                    let name = parent.children.iter().find(|child| matches!(child.rule, Rule::name | Rule::scenario_names));
                    let head = self.of((node.start, name.map_or(mark.1, |name| name.end)));
                    let all: Vec<String> = outcomes.iter().map(|outcome| format!("`{head} {outcome}`")).collect();
                    problem.help(format!("Write {}.", all.join(" or ")))
                }
                None => problem,
            },
            Rule::no_scope if name_next => {
                problem.help(format!("Write `for environment {rest}` or `for product {rest}`."))
            }
            Rule::no_path => match foreign::path(rest) {
                Some(path) if path.ends_with(rest) => {
                    let root = path.strip_suffix(rest).unwrap_or_default();
                    problem
                        .help(format!("Write `{path}`: a JSONPath starts with `$`, the root of the file."))
                        .fix(format!("insert `{root}`"), (at.0, at.0), root)
                        .repaired()
                }
                Some(path) => problem
                    .help(format!("Write `{path}`."))
                    .fix(format!("write `{path}`"), at, path)
                    .guessed(),
                None => match bare(Rule::no_path, rest) {
                    Some(right) => problem
                        .help(format!("Write `{right}` without quotes."))
                        .fix(format!("write `{right}`"), at, right)
                        .repaired(),
                    None => problem,
                },
            },
            rule => match bare(rule, rest) {
                Some(right) => problem
                    .help(format!("Write `{right}` without quotes."))
                    .fix(format!("write `{right}`"), at, right)
                    .repaired(),
                None => problem,
            },
        });
    }

    /// Whether the rest of a `release` is the name of its flow and its clauses.
    fn is_flow(&self, tail: &Node) -> bool {
        let clauses = keywords::find(Block::Scenario, "release").map_or(&[][..], |keyword| keyword.clauses);
        let next = tail.children.get(1).map(|next| self.of(next.range()));
        let name = self.first_token(tail);
        names::is_name(name) && !is_any_word(name) && next.is_none_or(|next| clauses.contains(&next))
    }

    /// The left-over words up to a comma, or to a clause of the statement, which do not belong to a string without quotes.
    fn before_clause(&self, tail: &Node, clauses: &[&str]) -> TextRange {
        let is_next = |token: &&Node| {
            let written = self.of(token.range());
            written == "," || clauses.contains(&written)
        };
        let words = tail.children.iter().enumerate().take_while(|(at, token)| *at == 0 || !is_next(token));
        (tail.start, words.last().map_or(tail.end, |(_, token)| token.end))
    }

    /// Adds a fix for words in place of a string: both quotes are missing, or the first one.
    fn unquoted(&self, problem: Problem, at: TextRange, rest: &str) -> Problem {
        match rest.matches('"').count() {
            0 if !rest.contains('\\') && !rest.contains("//") | rest.contains("://") => problem
                .help(format!("Write `\"{rest}\"`: strings need quotes."))
                .fix("add quotes", (at.0, at.0), "\"")
                .fix("", (at.1, at.1), "\"")
                .repaired(),
            1 if rest.ends_with('"') => problem
                .help(format!("Write `\"{rest}`: the opening quote is missing."))
                .fix("insert the opening quote", (at.0, at.0), "\"")
                .repaired(),
            _ => problem,
        }
    }
}

/// What can be said of a part of the world in a scenario.
fn outcomes(parent: Rule) -> Option<&'static [&'static str]> {
    Some(match parent {
        Rule::given_approval | Rule::given_override => &["takes 1h", "is denied"],
        Rule::given_pull => &["merges after 20m", "is closed after 20m", "never merges"],
        Rule::given_rollback => &["takes 5m", "fails"],
        Rule::given_names => &["becomes degraded", "takes 5m", "fails", "at version \"1.3.0\""],
        _ => return None,
    })
}

/// A literal in quotes that must not have any.
fn bare(hole: Rule, rest: &str) -> Option<String> {
    let quoted = rest.strip_prefix('"')?.strip_suffix('"')?;
    let is = match hole {
        Rule::no_duration => value::duration(quoted).is_some(),
        Rule::no_percent => value::percent(quoted).is_some(),
        Rule::no_count => value::count(quoted).is_some(),
        Rule::no_instant => value::instant(quoted).is_ok(),
        Rule::no_days => value::days(quoted).is_some(),
        Rule::no_path => quoted.starts_with('$') && !quoted.contains(['"', '\\', '\n']),
        _ => false,
    };
    is.then(|| quoted.to_string())
}

/// The last word before a hole.
fn word_before(node: &Node, hole: &Node) -> TextRange {
    let before = node.children.iter().rev().find(|child| child.start < hole.start);
    match before {
        Some(child) => word_before(child, hole),
        None => node.range(),
    }
}

/// The expected words at a hole that stands for a connecting word.
fn connecting(hole: Rule) -> &'static [&'static str] {
    match hole {
        Rule::no_in => &["in"],
        Rule::no_via => &["via"],
        Rule::no_when => &["when"],
        Rule::no_fails => &["fails"],
        Rule::no_at => &["at"],
        Rule::no_tag => &["tag"],
        Rule::no_from => &["from"],
        Rule::no_hand => &["hand"],
        Rule::no_operator => &["matches", "excludes"],
        Rule::no_outcome => &["takes", "fails", "becomes", "at", "in", "merges", "never", "is"],
        Rule::no_runs => &["times"],
        Rule::no_started => &["started"],
        Rule::no_before => &["before"],
        Rule::no_setting => &["pre-action", "action", "post-action", "after"],
        Rule::no_scope => &["product", "environment", "kind", "label", "flow"],
        Rule::no_approval => &["approval"],
        Rule::no_present => &["present"],
        Rule::no_of => &["of"],
        _ => &[],
    }
}
