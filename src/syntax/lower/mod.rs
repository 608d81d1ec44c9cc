//! Lowers the concrete tree to the AST; one file for each declaration.
//!
//! [`super::explain`] reports syntax errors. This module reports problems that only the value of a part shows: names
//! (E0102), strings (E0103), literals (E0104), paths (E0105), and duplicates (E0107).

mod environment;
mod flow;
mod policy;
mod product;
mod scenario;
mod strings;
mod template;
mod values;
mod window;
mod workflow;

use super::ast::{Ident, Item, Tree};
use super::doubt::Doubts;
use super::explain;
use super::names;
use super::node::{Node, Rule, TextRange, slice};
use super::problem::{MOST, Problem, written};
use super::repair::Back;
use crate::diagnostic::Code;
use crate::source::{FileId, Span, Spanned};
use std::collections::BTreeMap;

pub(super) struct Lower<'a> {
    pub text: &'a str,
    pub file: FileId,
    pub backs: &'a [Back],
    doubts: &'a Doubts,
    pub problems: Vec<Problem>,
    /// Whether something in the current block is invalid and absent from the tree.
    lost: bool,
    /// The statements that were not understood.
    unclear: Vec<Span>,
}

/// The statements seen in a block that are allowed only once.
#[derive(Default)]
struct Seen(BTreeMap<&'static str, TextRange>);

impl<'a> Lower<'a> {
    pub(super) fn new(text: &'a str, file: FileId, backs: &'a [Back], doubts: &'a Doubts) -> Lower<'a> {
        Lower { text, file, backs, doubts, problems: Vec::new(), lost: false, unclear: Vec::new() }
    }

    pub(super) fn tree(&mut self, root: &Node) -> Tree {
        let mut tree = Tree::default();
        for node in &root.children {
            let known = self.problems.len();
            let item = match node.rule {
                // Without a block, they may be statements of a declaration whose beginning was not understood.
                Rule::flow | Rule::template | Rule::window if node.has(Rule::no_block) => {
                    tree.damaged = true;
                    tree.unclear.push(self.span(node.range()));
                    continue;
                }
                Rule::import => {
                    Item::Import(super::ast::Import { path: self.text_in(node), span: self.span(node.range()) })
                }
                Rule::environment => Item::Environment(self.environment(node)),
                Rule::group => Item::Group(self.group(node)),
                Rule::workflow => Item::Workflow(self.workflow(node)),
                Rule::template => Item::Template(self.template(node)),
                Rule::policy => Item::Policy(self.policy(node)),
                Rule::window => Item::Window(self.window(node)),
                Rule::product => Item::Product(self.product(node)),
                Rule::flow => Item::Flow(self.flow(node)),
                Rule::scenario => Item::Scenario(self.scenario(node)),
                Rule::junk | Rule::extra_close => {
                    tree.damaged = true;
                    tree.unclear.push(self.span(node.range()));
                    continue;
                }
                _ => continue,
            };
            tree.damaged |= self.settle(node, known);
            tree.items.push(item);
            tree.blocks.extend(node.block().map(|block| self.span(block.range())));
        }
        tree.unclear.append(&mut self.unclear);
        tree
    }

    fn span(&self, range: TextRange) -> Span {
        written(self.file, self.backs, range)
    }

    fn spanned<T>(&self, value: T, node: &Node) -> Spanned<T> {
        Spanned::new(value, self.span(node.range()))
    }

    fn of(&self, node: &Node) -> &'a str {
        slice(self.text, node.range())
    }

    fn say(&mut self, problem: Problem) {
        if self.problems.len() < MOST {
            self.problems.push(problem);
        }
    }

    /// Reports a problem because of which something is absent from the tree.
    fn lose<T>(&mut self, problem: Problem) -> Option<T> {
        self.say(problem);
        self.lost = true;
        None
    }

    /// Lowers the statements of a block. Returns whether the block is damaged.
    fn block(&mut self, node: &Node, mut each: impl FnMut(&mut Self, &Node)) -> bool {
        let outer = std::mem::take(&mut self.lost);
        let mut damaged = self.is_unclear(node);
        if let Some(block) = node.block() {
            for child in &block.children {
                let known = self.problems.len();
                each(self, child);
                damaged |= match child.rule {
                    Rule::close => !child.children.is_empty(),
                    _ => self.settle(child, known),
                };
            }
        }
        damaged |= std::mem::replace(&mut self.lost, outer);
        damaged
    }

    /// Notes which problems a statement has, and whether it was understood. Returns whether it was not.
    fn settle(&mut self, node: &Node, known: usize) -> bool {
        for problem in self.problems.iter_mut().skip(known) {
            problem.statement.get_or_insert(node.head());
        }
        let flawed = node.rule == Rule::junk || self.is_unclear(node);
        if flawed {
            self.unclear.push(self.span(if node.rule == Rule::junk { node.range() } else { node.head() }));
        }
        flawed
    }

    /// Whether a statement without its block was not understood.
    fn is_unclear(&self, node: &Node) -> bool {
        explain::flawed(node) || self.doubts.contain(self.span(node.head()))
    }

    /// The name in a node, with or without quotes. The quotes are reported elsewhere.
    fn name_in(&mut self, node: &Node) -> Option<Ident> {
        let child =
            node.children.iter().find(|child| matches!(child.rule, Rule::name | Rule::quoted | Rule::pattern))?;
        self.name(child)
    }

    fn name(&mut self, node: &Node) -> Option<Ident> {
        let value = match node.rule {
            Rule::name | Rule::pattern | Rule::label_key => self.of(node).to_string(),
            _ => self.of(node).trim_matches(['"', '\'']).to_string(),
        };
        Some(self.spanned(value, node))
    }

    /// All names that are children of a node.
    fn names_in(&mut self, node: &Node) -> Vec<Ident> {
        node.children
            .iter()
            .filter(|child| matches!(child.rule, Rule::name | Rule::quoted))
            .filter_map(|child| self.name(child))
            .collect()
    }

    /// The names of the list that is a child of a node.
    fn list_in(&mut self, node: &Node) -> Vec<Ident> {
        node.children.iter().find(|child| is_list(child.rule)).map_or_else(Vec::new, |list| self.names_in(list))
    }

    /// The name of a declaration. Reports an invalid one (E0102).
    fn declared(&mut self, node: &Node, what: &str) -> Option<Ident> {
        let child = node.children.iter().find(|child| matches!(child.rule, Rule::name | Rule::quoted))?;
        self.check_name(child, what);
        self.name(child)
    }

    fn check_name(&mut self, node: &Node, what: &str) {
        if node.rule != Rule::name || names::is_name(self.of(node)) {
            return;
        }
        let written = self.of(node);
        let rule = if written.len() > names::MAX_NAME {
            format!("{} characters long; at most {} are allowed", written.len(), names::MAX_NAME)
        } else {
            "use lowercase letters, digits and dashes".to_string()
        };
        let problem =
            Problem::new(Code::E0102, format!("`{written}` is not a valid name for {what}"), node.range(), rule);
        let problem = match names::as_name(written) {
            Some(name) => problem
                .help(format!("Write `{name}`: a name has only lowercase letters, digits and dashes, and starts and ends with a letter or digit."))
                .fix(format!("write `{name}`"), node.range(), name),
            None => problem.help("Write a name such as `us-east-2`: lowercase letters, digits and dashes."),
        };
        self.say(problem);
    }

    /// Whether a statement is the first of its kind in the block. Reports a duplicate (E0107).
    fn once(&mut self, seen: &mut Seen, node: &Node, word: &'static str) -> bool {
        let Some(first) = seen.0.get(word).copied() else {
            seen.0.insert(word, node.head());
            return true;
        };
        let problem =
            Problem::new(Code::E0107, format!("duplicate `{word}`; only one is allowed"), node.head(), "duplicate")
                .label(first, "first one here")
                .help(format!("Keep one `{word}` and remove the other."));
        // If both are equal, it does not matter which one is removed.
        let same = node.block().is_none() && slice(self.text, first) == slice(self.text, node.head());
        self.say(if same {
            problem.fix("remove the duplicate", removed(self.text, node.range()), "")
        } else {
            problem
        });
        false
    }

    /// Whether a statement is allowed beside those seen before. Reports one of `others`, which exclude it (E0107).
    fn beside(
        &mut self,
        seen: &mut Seen,
        node: &Node,
        word: &'static str,
        others: &[&'static str],
        help: &str,
    ) -> bool {
        let Some((other, first)) = others.iter().find_map(|other| seen.0.get(other).map(|first| (*other, *first)))
        else {
            return true;
        };
        self.say(
            Problem::new(
                Code::E0107,
                format!("`{word}` cannot be combined with `{other}`"),
                node.head(),
                format!("conflicts with `{other}`"),
            )
            .label(first, format!("`{other}` is here"))
            .help(help),
        );
        false
    }
}

/// The range to delete to remove a statement: its whole line if it is alone there, or else the statement with its `;`.
fn removed(text: &str, (start, end): TextRange) -> TextRange {
    let before = slice(text, (0, start));
    let after = slice(text, (end, text.len() as u32));
    let line = before.rfind('\n').map_or(0, |at| at as u32 + 1);
    let rest = after.lines().next().unwrap_or_default();
    let led = before.trim_end_matches([' ', '\t']);
    if rest.trim().is_empty() && led.len() as u32 <= line {
        let newline = after.find('\n').map_or(after.len(), |at| at + 1);
        return (line, end + newline as u32);
    }
    match led.strip_suffix(';') {
        Some(led) => (led.len() as u32, end),
        None => (start, end),
    }
}

/// Whether a rule is a list of names.
pub(in crate::syntax) fn is_list(rule: Rule) -> bool {
    matches!(rule, Rule::top_names | Rule::policy_names | Rule::product_names | Rule::flow_names | Rule::scenario_names)
}
