//! Lowers strings and values: escapes, missing ends, and the indentation of multi-line strings (E0103).

use super::Lower;
use crate::diagnostic::Code;
use crate::syntax::ast::Text;
use crate::syntax::names;
use crate::syntax::node::{Node, Rule, TextRange};
use crate::syntax::problem::Problem;

const ESCAPES: &str = "The escapes are `\\\"`, `\\\\`, `\\n`, `\\t` and `\\u{…}`";

impl Lower<'_> {
    /// The string in a node.
    pub(super) fn text_in(&mut self, node: &Node) -> Option<Text> {
        let child = node.child(Rule::text)?;
        Some(self.string(child))
    }

    /// The value in a node: a name or a string.
    pub(super) fn value_in(&mut self, node: &Node) -> Option<Text> {
        let value = node.child(Rule::value)?;
        if let Some(string) = value.child(Rule::text) {
            return Some(self.string(string));
        }
        let word = value.child(Rule::word)?;
        let written = self.of(word);
        if !names::is_name(written) {
            self.say(
                Problem::new(Code::E0101, format!("`{written}` needs quotes"), word.range(), "not a name")
                    .help(format!("Write `\"{written}\"`: only lowercase letters, digits and dashes need no quotes."))
                    .fix(
                        format!("write `\"{written}\"`"),
                        word.range(),
                        format!("\"{}\"", written.replace('\\', "\\\\")),
                    )
                    .torn(),
            );
        }
        Some(self.spanned(written.to_string(), word))
    }

    /// The value of a `text` node.
    pub(super) fn string(&mut self, node: &Node) -> Text {
        let Some(form) = node.children.first() else { return self.spanned(String::new(), node) };
        let written = self.of(form);
        let value = match form.rule {
            Rule::line_string => {
                let inner = written.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or_default();
                self.unescape(inner, form.start + 1)
            }
            Rule::open_string => {
                self.lost = true;
                let problem = Problem::new(Code::E0103, "unterminated string", form.range(), "missing closing `\"`")
                    .help("Close it with `\"`. Write several lines of text between two `\"\"\"` lines.");
                self.say(problem);
                written.strip_prefix('"').unwrap_or_default().to_string()
            }
            Rule::single => written.trim_matches('\'').to_string(),
            Rule::triple => {
                self.lost = true;
                let quotes = (form.start, form.start + 3);
                self.say(
                    Problem::new(Code::E0103, "unexpected text after `\"\"\"`", quotes, "must end its line")
                        .help("Start the text on the next line, and close it with a line that contains only `\"\"\"`."),
                );
                written.trim_start_matches('"').trim_end_matches('"').to_string()
            }
            Rule::half_block => {
                self.half_block(form, written);
                String::new()
            }
            _ => self.block_text(form),
        };
        self.spanned(value, node)
    }

    /// Reports a multi-line string that begins with two quotes, or with text on the line of its quotes.
    fn half_block(&mut self, form: &Node, written: &str) {
        let indentation = form.child(Rule::block_close).map_or("", |close| self.of(close).trim_end_matches('"'));
        let problem = match written.strip_prefix("\"\"\"") {
            Some(text) => {
                let quotes = (form.start, form.start + 3);
                let missing = if text.starts_with(indentation) { "" } else { indentation };
                Problem::new(Code::E0103, "unexpected text after `\"\"\"`", quotes, "must end its line")
                    .help("Start the text on the next line. It ends at a line that contains only `\"\"\"`.")
                    .fix("start a new line", (quotes.1, quotes.1), format!("\n{missing}"))
            }
            None => {
                let quotes = (form.start, form.start + 2);
                Problem::new(Code::E0103, "a multi-line string starts with three quotes", quotes, "only two quotes")
                    .help("Write `\"\"\"`. The string ends at the next line that contains only `\"\"\"`.")
                    .fix("insert the third quote", (quotes.1, quotes.1), "\"")
            }
        };
        self.say(problem.repaired());
    }

    fn unescape(&mut self, inner: &str, start: u32) -> String {
        let mut out = String::with_capacity(inner.len());
        let mut characters = inner.char_indices();
        while let Some((at, character)) = characters.next() {
            if character != '\\' {
                out.push(character);
                continue;
            }
            let Some((_, escape)) = characters.next() else { break };
            match escape {
                '"' | '\\' => out.push(escape),
                'n' => out.push('\n'),
                't' => out.push('\t'),
                'u' => {
                    let rest = characters.as_str();
                    let digits = rest.strip_prefix('{').and_then(|rest| rest.split_once('}')).map(|(digits, _)| digits);
                    let found = digits
                        .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()) && digits.len() <= 6)
                        .and_then(|digits| char::from_u32(u32::from_str_radix(digits, 16).ok()?));
                    match (digits, found) {
                        (Some(digits), Some(found)) => {
                            out.push(found);
                            characters.nth(digits.len() + 1);
                        }
                        _ => self.bad_escape("\\u", (start + at as u32, start + at as u32 + 2)),
                    }
                }
                other => {
                    out.push(other);
                    let end = at + 1 + other.len_utf8();
                    self.bad_escape(&format!("\\{other}"), (start + at as u32, start + end as u32));
                }
            }
        }
        out
    }

    fn bad_escape(&mut self, written: &str, at: TextRange) {
        let problem = Problem::new(Code::E0103, format!("unknown escape `{written}`"), at, "");
        self.say(if written == "\\u" {
            problem.help("Write the code point of a character in hexadecimal digits: `\\u{e9}`.")
        } else {
            problem.help(format!("{ESCAPES}. For a backslash, write `\\{written}`.")).fix(
                format!("write `\\{written}`"),
                (at.0, at.0),
                "\\",
            )
        });
    }

    /// The value of a multi-line string: the indentation of its last line is removed from every line.
    fn block_text(&mut self, form: &Node) -> String {
        let written = self.of(form);
        let Some(close) = form.child(Rule::block_close) else {
            self.lost = true;
            let quotes = (form.start, form.start + 3);
            self.say(
                Problem::new(Code::E0103, "unterminated string", quotes, "starts here")
                    .help("Close it with a line that contains only `\"\"\"`, indented like the text."),
            );
            return written.split_once('\n').map_or("", |(_, body)| body).replace("\r\n", "\n");
        };
        let indentation = self.of(close).trim_end_matches('"');
        let first = written.find('\n').map_or(written.len(), |at| at + 1);
        let body = written.get(first..(close.start - form.start) as usize).unwrap_or_default();
        let mut at = form.start + first as u32;
        let mut out = String::with_capacity(body.len());
        let mut said = false;
        for line in body.split_inclusive('\n') {
            let content = line.trim_end_matches('\n').trim_end_matches('\r');
            if !content.trim_matches([' ', '\t']).is_empty() {
                match content.strip_prefix(indentation) {
                    Some(rest) => out.push_str(rest),
                    None => {
                        if !said {
                            said = true;
                            self.say(
                                Problem::new(
                                    Code::E0103,
                                    "line is indented less than the closing `\"\"\"`",
                                    (at, at + content.len() as u32),
                                    "indented less, or differently",
                                )
                                .label(close.range(), "its indentation is removed from every line")
                                .help("Indent the line at least as far as the closing `\"\"\"`, with the same spaces and tabs."),
                            );
                        }
                        out.push_str(content.trim_start_matches([' ', '\t']));
                    }
                }
            }
            out.push('\n');
            at += line.len() as u32;
        }
        out
    }
}
