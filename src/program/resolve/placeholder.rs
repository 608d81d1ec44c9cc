//! Replaces `{environment}` and `{product}` in the values of applications. Any other `{…}` is E0201.

use super::Resolver;
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::source::Span;
use crate::syntax::ast::Text;

const KNOWN: [&str; 2] = ["environment", "product"];

/// The values of the placeholders.
#[derive(Clone, Copy)]
pub(super) struct Values<'a> {
    pub environment: &'a str,
    pub product: &'a str,
}

impl Values<'_> {
    pub(super) fn put_in(self, text: &str) -> String {
        // A single pass, so that nothing in a replaced value is replaced again.
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, name, after)) = next(rest) {
            out.push_str(before);
            match name {
                "environment" => out.push_str(self.environment),
                "product" => out.push_str(self.product),
                other => {
                    out.push('{');
                    out.push_str(other);
                    out.push('}');
                }
            }
            rest = after;
        }
        out.push_str(rest);
        out
    }
}

/// Splits a text at the next `{…}`: the text before, the text in the braces, and the text after.
fn next(text: &str) -> Option<(&str, &str, &str)> {
    let (head, after) = text.split_once('}')?;
    match head.rsplit_once('{') {
        Some((before, name)) => Some((before, name, after)),
        None => {
            // A closing brace without an opening one is text.
            let (before, name, rest) = next(after)?;
            let length = head.len() + 1 + before.len();
            Some((text.get(..length)?, name, rest))
        }
    }
}

/// A placeholder as other languages write it (`${environment}`, `{{ environment }}`, `${{ environment }}`), and the
/// right form.
fn of_others(before: &str, name: &str, after: &str) -> Option<(String, String)> {
    let doubled = before.ends_with('{') && after.starts_with('}');
    let outside = if doubled { before.strip_suffix('{')? } else { before };
    let dollar = if outside.ends_with('$') { "$" } else { "" };
    let known = KNOWN.contains(&name.trim()) && (doubled || !dollar.is_empty());
    let (open, close) = if doubled { ("{{", "}}") } else { ("{", "}") };
    known.then(|| (format!("{dollar}{open}{name}{close}"), format!("{{{}}}", name.trim())))
}

impl Resolver<'_> {
    /// Reports unknown placeholders (E0201). Returns whether all of them are known.
    pub(super) fn placeholders(&mut self, text: Option<&Text>) -> bool {
        let Some(text) = text else { return true };
        let mut good = true;
        let mut rest = text.value.as_str();
        let mut from = 0;
        while let Some((before, name, after)) = next(rest) {
            if let Some((written, right)) = of_others(before, name, after) {
                good = false;
                let span = self.inside(text.span, &written, &mut from);
                self.diagnostics.push(
                    Diagnostic::new(
                        Code::E0201,
                        format!("placeholders are written `{right}`, not `{written}`"),
                        span,
                        "not promo syntax",
                    )
                    .help(format!("Write `{right}`."))
                    .fix(format!("write `{right}`"), span, right),
                );
            } else if !KNOWN.contains(&name) {
                good = false;
                let span = self.inside(text.span, &format!("{{{name}}}"), &mut from);
                let written = format!("`{{{name}}}`");
                let diagnostic = match nearest(name, KNOWN) {
                    Some(near) => {
                        let right = format!("{{{near}}}");
                        Diagnostic::new(
                            Code::E0201,
                            format!("unknown placeholder {written}"),
                            span,
                            format!("did you mean `{right}`?"),
                        )
                        .help(format!("Write `{right}`."))
                        .fix(format!("write `{right}`"), span, right)
                    }
                    None => Diagnostic::new(
                        Code::E0201,
                        format!("unknown placeholder {written}"),
                        span,
                        "not a placeholder",
                    )
                    .help("Write `{environment}` or `{product}`; there are no other placeholders."),
                };
                self.diagnostics.push(diagnostic);
            }
            rest = after;
        }
        good
    }

    /// The span of a part of a string, searched from the end of the previous part. If the part is not found, because of
    /// escapes, the span of the whole string.
    fn inside(&self, span: Span, piece: &str, from: &mut usize) -> Span {
        let written = self.sources.text(span);
        let found = written.get(*from..).and_then(|rest| rest.find(piece)).map(|at| at + *from);
        match found {
            Some(at) => {
                *from = at + piece.len();
                Span::new(span.file, span.start + at as u32, span.start + *from as u32)
            }
            None => span,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_replaced_and_other_braces_stay() {
        let put = |text| Values { environment: "qa", product: "shop" }.put_in(text);
        assert_eq!(put("{product}-{environment}"), "shop-qa");
        assert_eq!(put("a}b{environment}c}"), "a}bqac}");
        assert_eq!(put("{{environment}"), "{qa");
        assert_eq!(put("{other}{"), "{other}{");
        assert_eq!(put(""), "");
    }

    #[test]
    fn placeholders_of_other_languages_are_recognized() {
        let others =
            |before, name, after| of_others(before, name, after).map(|(written, right)| format!("{written} {right}"));
        assert_eq!(others("envs/$", "environment", "/x").as_deref(), Some("${environment} {environment}"));
        assert_eq!(others("envs/{", " product ", "}").as_deref(), Some("{{ product }} {product}"));
        assert_eq!(others("${", "environment", "}").as_deref(), Some("${{environment}} {environment}"));
        assert_eq!(others("envs/", "environment", "}"), None);
        assert_eq!(others("$", "name", ""), None);
    }
}
