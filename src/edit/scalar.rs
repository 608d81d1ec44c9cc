//! YAML scalars: their values, and how to write a new one in the style of the old.

use super::kind_of;
use super::tree::{Node, NodeKind, Style, Tree};
use super::value::Value;

const STRING_TAG: &str = "tag:yaml.org,2002:str";

/// The text of a node: what follows its key or dash on the same line, and whole lines below.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Rendered {
    /// The text on the line of the key; may be empty.
    pub(super) head: String,
    /// The lines below, indented and without line breaks.
    pub(super) below: Vec<String>,
}

impl Rendered {
    pub(super) fn line(head: impl Into<String>) -> Rendered {
        Rendered { head: head.into(), below: Vec::new() }
    }
}

/// Where a scalar is going to be written.
#[derive(Clone, Copy)]
pub(super) struct ScalarSite {
    /// Inside brackets, where block scalars and some characters are not allowed.
    pub(super) flow: bool,
    /// The column of the lines of a block scalar.
    pub(super) body: usize,
}

/// The value of a scalar. The tags `!!str` and `!` make anything text; other tags are part of the value.
pub(super) fn resolve(node: &Node) -> Value {
    let NodeKind::Scalar(style, text) = &node.kind else { return Value::Null };
    let plain = *style == Style::Plain;
    let untagged = match plain {
        true if kind_of::is_null(text) => Value::Null,
        true if !kind_of::is_text(text) => Value::Plain(text.clone()),
        _ => Value::Text(text.clone()),
    };
    match &node.tag {
        None => untagged,
        Some((tag, _)) if tag == STRING_TAG || tag == "!" => Value::Text(text.clone()),
        Some((tag, _)) => Value::Tagged(tag.clone(), Box::new(untagged)),
    }
}

/// Writes the scalar `new` of `source` in the style `wish` if that preserves its value, otherwise in its own style.
pub(super) fn write(source: &Tree<'_>, new: &Node, wish: Option<Style>, site: ScalarSite) -> Rendered {
    let NodeKind::Scalar(style, text) = &new.kind else { return Rendered::default() };
    let raw = source.slice(new.start..new.outer.end);
    if source.json {
        return Rendered::line(raw);
    }
    let tag = match &new.tag {
        Some((tag, written)) if tag != STRING_TAG && tag != "!" => Some(written),
        _ => None,
    };
    let is_text = *style != Style::Plain || matches!(resolve(new), Value::Text(_)) || kind_of::is_text(text);
    let mut rendered = match is_text {
        true => write_text(raw, *style, text, wish.unwrap_or(*style), site),
        false if text.is_empty() && tag.is_some() => Rendered::default(),
        false if text.is_empty() => Rendered::line("null"),
        false => Rendered::line(raw),
    };
    if let Some(tag) = tag {
        rendered.head = format!("{tag} {}", rendered.head).trim_end().to_owned();
    }
    rendered
}

fn write_text(raw: &str, style: Style, text: &str, wish: Style, site: ScalarSite) -> Rendered {
    let line = !raw.contains('\n') && !raw.is_empty();
    let fallback = || match style {
        Style::Single | Style::Double if line => Rendered::line(raw),
        Style::Literal | Style::Folded if !site.flow => {
            copy_block(raw, site.body).unwrap_or_else(|| Rendered::line(double(text)))
        }
        _ => Rendered::line(double(text)),
    };
    match wish {
        Style::Plain if plain_can(text, site.flow) => Rendered::line(text),
        Style::Single if single_can(text) => Rendered::line(format!("'{}'", text.replace('\'', "''"))),
        Style::Double if style == Style::Double && line => Rendered::line(raw),
        Style::Double => Rendered::line(double(text)),
        Style::Literal | Style::Folded if !site.flow => {
            // At the end of a file a block may lack the line break that the same lines have elsewhere.
            let own = match style.is_block() && (text.ends_with('\n') || raw.starts_with("|-") || raw.starts_with(">-"))
            {
                true => copy_block(raw, site.body),
                false => None,
            };
            own.or_else(|| block(text, wish, site.body)).unwrap_or_else(fallback)
        }
        _ => fallback(),
    }
}

/// A block scalar moved to another indentation; `None` if its header gives the indentation as a number.
fn copy_block(raw: &str, column: usize) -> Option<Rendered> {
    let mut lines = raw.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line));
    let head: String = lines.next()?.chars().take_while(|c| matches!(c, '|' | '>' | '+' | '-' | '0'..='9')).collect();
    let lines: Vec<&str> = lines.collect();
    let first = lines.iter().find(|line| !line.trim_matches(' ').is_empty())?;
    let indent = first.len() - first.trim_start_matches(' ').len();
    if head.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let moved = |line: &&str| match line.get(indent..) {
        Some(rest) if !rest.is_empty() => format!("{}{rest}", " ".repeat(column)),
        _ => String::new(),
    };
    Some(Rendered { head, below: lines.iter().map(moved).collect() })
}

/// Text as a block scalar; `None` if that needs an indentation number.
fn block(text: &str, wish: Style, column: usize) -> Option<Rendered> {
    let fits = printable(text) && !text.starts_with([' ', '\n', '\t']) && !text.trim().is_empty();
    if !fits {
        return None;
    }
    let body = text.trim_end_matches('\n');
    let chomp = match text.len() - body.len() {
        0 => "-",
        1 => "",
        _ => "+",
    };
    let folds = wish == Style::Folded && !body.contains('\n');
    let head = format!("{}{chomp}", if folds { '>' } else { '|' });
    let lines = text.strip_suffix('\n').unwrap_or(text).split('\n');
    let moved = |line: &str| if line.is_empty() { String::new() } else { format!("{}{line}", " ".repeat(column)) };
    Some(Rendered { head, below: lines.map(moved).collect() })
}

fn printable(text: &str) -> bool {
    text.chars()
        .all(|c| c == '\n' || c == '\t' || !c.is_control() && !matches!(c, '\u{FEFF}' | '\u{2028}' | '\u{2029}'))
}

fn single_can(text: &str) -> bool {
    printable(text) && !text.contains(['\n', '\t'])
}

/// Whether text can be written without quotes and is still text. If in doubt, the answer is `false`.
pub(super) fn plain_can(text: &str, flow: bool) -> bool {
    let mut chars = text.chars();
    let first = match (chars.next(), chars.next()) {
        (Some('-' | '?' | ':'), Some(second)) => !(second.is_whitespace() || flow && ",[]{}".contains(second)),
        (Some(first), _) => !"-?:,[]{}#&*!|>'\"%@`".contains(first),
        (None, _) => false,
    };
    let inner = !text.contains(": ")
        && !text.contains(" #")
        && !text.ends_with(':')
        && !text.starts_with("---")
        && !text.starts_with("...");
    let brackets = !flow || !text.contains([',', '[', ']', '{', '}']) && !text.starts_with(':');
    first && inner && brackets && single_can(text) && text.trim() == text && kind_of::is_text(text)
}

/// Text in double quotes.
pub(super) fn double(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            '\r' => quoted.push_str("\\r"),
            c if c.is_control() || matches!(c, '\u{FEFF}' | '\u{2028}' | '\u{2029}') => {
                quoted.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
