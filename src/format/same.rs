//! Compares the meaning of two texts: it is the same if their trees are equal except for positions, and their
//! diagnostics have the same codes.

use crate::diagnostic::Code;
use crate::source::SourceMap;
use crate::syntax::parse;

/// Whether formatting changed only the layout, and whether the text has diagnostics.
pub(super) fn same_meaning(before: &str, after: &str) -> (bool, bool) {
    let before = meaning(before);
    (before == meaning(after), !before.1.is_empty())
}

/// Whether two texts have the same characters, except for those that the layout decides. The trees do not show this,
/// because text with a syntax error is in no tree.
pub(super) fn same_characters(before: &str, after: &str) -> bool {
    let dense = |text: &'_ str| {
        text.chars().filter(|c| !c.is_whitespace() && !matches!(c, ';' | '"' | '\u{FEFF}')).collect::<Vec<_>>()
    };
    dense(before) == dense(after)
}

fn meaning(text: &str) -> (String, Vec<Code>) {
    let file = SourceMap::default().add("", "");
    let parsed = parse(file, text);
    let mut said: Vec<Code> = parsed.diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
    said.sort_unstable();
    (without_places(&format!("{:?}", parsed.tree)), said)
}

/// Removes the spans from the debug text of a tree.
fn without_places(tree: &str) -> String {
    let mut out = String::with_capacity(tree.len() / 2);
    let mut rest = tree;
    while let Some((before, behind)) = rest.split_once("Span { file: #") {
        out.push_str(before);
        rest = behind.split_once('}').map_or("", |(_, behind)| behind);
    }
    out.push_str(rest);
    out
}
