//! Whether two texts mean the same: their trees are equal but for the places, and the same is wrong with them.

use crate::diagnostic::Code;
use crate::source::SourceMap;
use crate::syntax::parse;

/// Whether formatting changed nothing but the layout; and whether something is wrong with the text.
pub(super) fn same_meaning(before: &str, after: &str) -> (bool, bool) {
    let before = meaning(before);
    (before == meaning(after), !before.1.is_empty())
}

/// Whether two texts have the same characters, but for those that the layout decides: what was not understood is in no tree.
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

/// A tree as text, without its spans.
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
