//! Explains words that one wrong character tears apart: a brace, `;` or line end inside of a word, or a blank one
//! character too far. They come first, because the rest can only be understood without them.

use super::{Explain, words};
use crate::diagnostic::Code;
use crate::syntax::keywords::{self, Block, Keyword};
use crate::syntax::node::{Node, Rule, TextRange};
use crate::syntax::problem::Problem;

impl Explain<'_> {
    /// Explains all torn words of a program. Returns whether there are any.
    pub(super) fn torn(&mut self, root: &Node) -> bool {
        let known = self.problems.len();
        self.torn_in(&root.children, Block::File);
        self.problems.len() > known
    }

    fn torn_in(&mut self, nodes: &[Node], block: Block) {
        let mut end = 0;
        for node in nodes.iter().filter(|node| node.rule != Rule::EOI) {
            // what a torn keyword explains
            let known = self.problems.len();
            if self.torn_quotes(node) {
                continue;
            }
            if node.start >= end {
                end = self.torn_keyword(node, block).unwrap_or(end);
            }
            if self.problems.len() == known
                && !self.torn_name(node)
                && let Some(body) = node.block()
            {
                self.torn_in(&body.children, words::block_of(node.rule).unwrap_or(block));
            }
        }
    }

    /// A brace inside a word, as in `flow hot}fix {` and `shop-{env!ironment}`, or a quote that hides the brace after it.
    fn torn_name(&mut self, node: &Node) -> bool {
        let at = match node.rule {
            Rule::open | Rule::close | Rule::extra_close if node.start < node.end => node.start,
            Rule::open_string if node.text(self.text).trim_end().ends_with(" {") => node.start,
            _ if node.is_block() => return node.children.first().is_some_and(|open| self.torn_name(open)),
            _ => {
                let parts = node.children.iter();
                return parts
                    .filter(|child| !child.is_block() || node.rule == Rule::junk)
                    .any(|child| self.torn_name(child))
                    || node.block().is_some_and(|body| self.torn_name(body));
            }
        };
        let (before, sign, after) =
            (self.of((0, at)), self.of((at, at + 1)), self.of((at + 1, self.text.len() as u32)));
        let is_inside = |c: char| c.is_ascii_alphanumeric() || c == '-';
        let first = before.get(before.trim_end_matches(is_inside).len()..).unwrap_or_default();
        let last = after.get(..after.len() - after.trim_start_matches(is_inside).len()).unwrap_or_default();
        if first.is_empty() || last.is_empty() || keywords::blocks_with(last).next().is_some() {
            return false;
        }
        let placeholder = after.split(|c: char| c == '}' || c.is_whitespace()).next();
        let placeholder =
            placeholder.filter(|inner| after.get(inner.len()..).is_some_and(|rest| rest.starts_with('}')));
        let right = ["environment", "product"]
            .into_iter()
            .find(|right| placeholder.is_some_and(|inner| strsim::damerau_levenshtein(inner, right) == 1));
        let closed =
            after.find(['{', '}', '\n']).is_some_and(|at| after.get(at..).is_some_and(|rest| rest.starts_with('}')));
        if sign == "{" && closed && right.is_none() {
            return false;
        }
        let start = at - first.len() as u32;
        let (whole, with, what) = match right.zip(placeholder) {
            Some((right, inner)) if sign == "{" => {
                ((start, at + inner.len() as u32 + 2), format!("{first}{{{right}}}"), format!("write `{{{right}}}`"))
            }
            _ => ((start, at + 1 + last.len() as u32), format!("{first}{last}"), format!("remove the `{sign}`")),
        };
        let message = format!("unexpected `{sign}` in `{}`", self.of(whole));
        let problem = Problem::new(Code::E0101, message, whole, "not part of a word").help(format!("Write `{with}`."));
        self.say(problem.fix(what, whole, with).guessed());
        true
    }

    /// One wrong character in the `"""` that begins a multi-line string.
    fn torn_quotes(&mut self, node: &Node) -> bool {
        let mut lines = self.of((node.start, self.text.len() as u32)).split('\n');
        let line = lines.next().unwrap_or_default();
        let Some(written) = line.strip_prefix("run").filter(|_| node.rule == Rule::run) else { return false };
        let is_torn = matches!(written.trim().len(), 2..=4)
            && written.matches('"').count() > 1
            && written.trim() != "\"\"\""
            && lines.find(|line| line.contains("\"\"\"")).is_some_and(|line| line.trim() == "\"\"\"");
        if is_torn {
            let start = node.start + 3;
            let at = (start, start + written.len() as u32);
            self.say(
                Problem::new(Code::E0103, format!("expected `\"\"\"` after `run`, found `{}`", written.trim()), at, "")
                    .help("Write `run \"\"\"`, then the lines, then a line with only `\"\"\"`.")
                    .fix("write `\"\"\"`", at, " \"\"\"")
                    .repaired(),
            );
        }
        is_torn
    }

    /// A keyword with one wrong character that is not a letter, or whose blank is one character too far. Returns the end
    /// of what it explains.
    fn torn_keyword(&mut self, node: &Node, block: Block) -> Option<u32> {
        let is_keyword = node.rule != Rule::junk;
        let rest = self.of((node.start, (node.start + 80).min(self.text.len() as u32)));
        let found =
            keywords::of_block(block).filter_map(|keyword| Some((keyword, self.meant(keyword, rest, is_keyword)?)));
        let (keyword, (length, with)) = found.max_by_key(|(keyword, _)| keyword.word.len())?;
        let at: TextRange = (node.start, node.start + length as u32);
        let written = self.of(at).split(char::is_whitespace).next().unwrap_or_default();
        let message = match block {
            Block::File => format!("`{written}` is not a declaration"),
            _ => format!("`{written}` is not a statement of `{}`", block.word()),
        };
        let problem = Problem::new(Code::E0101, message, at, format!("did you mean `{}`?", keyword.word))
            .help(format!("Write `{}`.", with.trim_end()))
            .fix(format!("write `{}`", with.trim_end()), at, with);
        self.say(problem.repaired());
        Some(at.1)
    }

    /// How much of a text was meant to be a keyword, and what to write for it.
    fn meant(&self, keyword: &Keyword, text: &str, is_keyword: bool) -> Option<(usize, String)> {
        let word = keyword.word;
        let same = word.bytes().zip(text.bytes()).take_while(|(a, b)| a == b).count();
        let after = |at: usize| text.get(at..).filter(|_| same > 0);
        let ends = |text: &str| text.is_empty() || text.starts_with([' ', '\t', '\n', '{']);
        let sign = after(same)?.chars().next().filter(|c| !c.is_ascii_alphanumeric() && *c != '-' && *c != '"')?;
        let width = sign.len_utf8();
        if same == word.len() {
            // `trigger} dev`
            let line = after(same + width)?.lines().next().unwrap_or_default();
            let lone = matches!(sign, '}' | ';' | '{') && line.starts_with(' ') && !line.trim().is_empty();
            let value = keyword.synopsis != keyword.word && is_keyword;
            return (lone && value && !line.trim_start().starts_with('}')).then(|| (same + width, word.to_owned()));
        }
        if is_keyword {
            return None;
        }
        let right = word.get(same..)?;
        // `w;indow`, `w}ndow`
        let inserted =
            after(same + width)?.strip_prefix(right).filter(|rest| ends(rest)).map(|_| same + width + right.len());
        let replaced = word.get(same + 1..).and_then(|right| {
            let rest = after(same + width)?.strip_prefix(right)?;
            ends(rest).then_some(same + width + right.len())
        });
        if let Some(length) = inserted.or(replaced.filter(|_| !sign.is_whitespace() || right.len() > 1)) {
            return Some((length, word.to_owned()));
        }
        None
    }
}
