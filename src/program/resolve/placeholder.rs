//! Checks `{environment}` and `{product}` in values. Any other `{…}` is E0201, and so is every placeholder where there is
//! no environment.

use super::Resolver;
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::program::placeholder::{KNOWN, next};
use crate::source::Span;
use crate::syntax::ast::Text;

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

/// Where a text with placeholders is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TextPlace {
    /// Part of an application or a product. Braces have no other meaning there, so every `{…}` is a placeholder.
    Application,
    /// Another text that belongs to an environment, or the name of a file. Braces may have another meaning there, so only
    /// letters, digits and dashes are a placeholder.
    Environment,
    /// A hook of a release, which has no environment.
    Release,
    /// The default of a parameter, which has no environment.
    Default,
}

impl TextPlace {
    fn is_placeholder(self, name: &str) -> bool {
        let plain = |character: char| character.is_alphanumeric() || character == '-';
        self == TextPlace::Application || !name.is_empty() && name.chars().all(plain)
    }

    /// If there are no placeholders here: what the text is, and what to write instead of one.
    fn instead(self, name: &str) -> Option<(&'static str, String)> {
        let parameter = match name {
            "environment" => "ENVIRONMENT",
            "product" => "PRODUCT_NAME",
            _ => "",
        };
        match self {
            TextPlace::Application | TextPlace::Environment => None,
            TextPlace::Release => Some((
                "a hook of a release, which belongs to no environment",
                match parameter {
                    "ENVIRONMENT" => {
                        "Write the hook in the block of a `promote`: a hook there belongs to its environment."
                            .to_owned()
                    }
                    "" => "Write the text without braces.".to_owned(),
                    _ => format!("Let the workflow need the parameter `{parameter}`, and use that."),
                },
            )),
            TextPlace::Default => Some((
                "a default, which belongs to no environment",
                match parameter {
                    "" => "Write the text without braces.".to_owned(),
                    _ => format!("Use the parameter `{parameter}` in the script: `needs {parameter}`."),
                },
            )),
        }
    }
}

impl Resolver<'_> {
    /// Reports unknown placeholders (E0201). Returns whether all of them are known.
    pub(super) fn placeholders(&mut self, text: Option<&Text>, place: TextPlace) -> bool {
        let Some(text) = text else { return true };
        let mut good = true;
        let mut rest = text.value.as_str();
        let mut from = 0;
        while let Some((before, name, after)) = next(rest) {
            rest = after;
            let foreign = of_others(before, name, after);
            let diagnostic = if foreign.is_none() && !place.is_placeholder(name) {
                None
            } else if let Some((what, help)) = place.instead(name.trim()) {
                let written = format!("{{{name}}}");
                let span = self.inside(text.span, &written, &mut from);
                let message = format!("`{written}` cannot be used in {what}");
                Some(Diagnostic::new(Code::E0201, message, span, "no environment here").help(help))
            } else if let Some((written, right)) = foreign {
                let span = self.inside(text.span, &written, &mut from);
                let message = format!("placeholders are written `{right}`, not `{written}`");
                Some(
                    Diagnostic::new(Code::E0201, message, span, "not promo syntax")
                        .help(format!("Write `{right}`."))
                        .fix(format!("write `{right}`"), span, right),
                )
            } else if KNOWN.contains(&name) {
                None
            } else {
                let span = self.inside(text.span, &format!("{{{name}}}"), &mut from);
                Some(unknown(name, span))
            };
            good &= diagnostic.is_none();
            self.diagnostics.extend(diagnostic);
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

fn unknown(name: &str, span: Span) -> Diagnostic {
    let message = format!("unknown placeholder `{{{name}}}`");
    match nearest(name, KNOWN) {
        Some(near) => {
            let right = format!("{{{near}}}");
            Diagnostic::new(Code::E0201, message, span, format!("did you mean `{right}`?"))
                .help(format!("Write `{right}`."))
                .fix(format!("write `{right}`"), span, right)
        }
        None => Diagnostic::new(Code::E0201, message, span, "not a placeholder")
            .help("Write `{environment}` or `{product}`; there are no other placeholders."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
