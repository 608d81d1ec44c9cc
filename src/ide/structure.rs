//! The structure of a text without its meaning: what can be folded, and what encloses a place.

use crate::syntax::layout;
use crate::syntax::layout::{LayoutEntry, Statement, TokenKind};

/// Part of a text that can be folded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fold {
    /// In bytes: from the end of what stays visible, to the end of what is hidden.
    pub range: (u32, u32),
    /// Whether it is a comment.
    pub comment: bool,
}

/// What can be folded: blocks, strings of several lines, and comments on lines of their own.
pub fn folds(text: &str) -> Vec<Fold> {
    let mut folds = Vec::new();
    if let Some(layout) = layout(text) {
        entries(text, &layout.entries, &mut folds);
    }
    let is_long =
        |fold: &Fold| text.get(fold.range.0 as usize..fold.range.1 as usize).is_some_and(|t| t.contains('\n'));
    folds.retain(is_long);
    folds.sort();
    folds
}

fn entries(text: &str, all: &[LayoutEntry], folds: &mut Vec<Fold>) {
    let mut comment: Option<(u32, u32)> = None;
    for entry in all {
        match entry {
            LayoutEntry::Comment(at) => {
                let follows = |open: (u32, u32)| {
                    text.get(open.1 as usize..at.0 as usize).is_some_and(|between| between.matches('\n').count() == 1)
                };
                let (open, done) = match comment {
                    Some(open) if follows(open) => ((open.0, at.1), None),
                    before => (*at, before),
                };
                folds.extend(done.map(|range| Fold { range, comment: true }));
                comment = Some(open);
            }
            LayoutEntry::Statement(statement) => {
                folds.extend(comment.take().map(|range| Fold { range, comment: true }));
                fold_statement(text, statement, folds);
            }
        }
    }
    folds.extend(comment.map(|range| Fold { range, comment: true }));
}

fn fold_statement(text: &str, statement: &Statement, folds: &mut Vec<Fold>) {
    let strings = statement.tokens.iter().filter(|token| token.kind == TokenKind::BlockText);
    folds.extend(strings.map(|token| Fold { range: (token.at.0 + 3, token.at.1), comment: false }));
    if let Some(block) = &statement.block {
        folds.push(Fold { range: (block.at.0 + 1, block.at.1.saturating_sub(1)), comment: false });
        entries(text, &block.entries, folds);
    }
}

/// The ranges around an offset, from the innermost word to the whole text.
pub fn enclosing(text: &str, offset: u32) -> Vec<(u32, u32)> {
    let mut ranges = vec![(0, text.len() as u32)];
    let Some(layout) = layout(text) else { return ranges };
    let contains = |(start, end): (u32, u32)| start <= offset && offset <= end;
    let mut open = Some(layout.entries.as_slice());
    while let Some(entries) = open.take() {
        for entry in entries {
            match entry {
                LayoutEntry::Comment(at) if contains(*at) => ranges.push(*at),
                LayoutEntry::Statement(statement) if contains(statement.at) => {
                    ranges.push(statement.at);
                    let block = statement.block.as_ref().filter(|block| contains(block.at));
                    match block {
                        Some(block) => {
                            ranges.push(block.at);
                            ranges.push((block.at.0 + 1, block.at.1.saturating_sub(1)));
                            open = Some(&block.entries);
                        }
                        None => ranges.extend(statement.tokens.iter().map(|token| token.at).find(|at| contains(*at))),
                    }
                }
                _ => {}
            }
        }
    }
    ranges.retain(|range| contains(*range));
    ranges.dedup();
    ranges.reverse();
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# one\n# two\nflow main {\n  trigger dev\n  promote qa {\n    soak 5m\n  }\n}\n\
        workflow w {\n  run \"\"\"\n    true\n    \"\"\"\n}\n# single\n";

    #[test]
    fn blocks_strings_and_comments_fold() {
        let folded = |fold: &Fold| TEXT.get(fold.range.0 as usize..fold.range.1 as usize).unwrap().trim().to_owned();
        let all: Vec<String> = folds(TEXT).iter().map(folded).collect();
        assert_eq!(all.len(), 5, "{all:?}");
        assert_eq!(all.first().unwrap(), "# one\n# two");
        assert!(all.contains(&"soak 5m".to_owned()) && all.contains(&"true\n    \"\"\"".to_owned()), "{all:?}");
    }

    #[test]
    fn a_selection_grows_from_the_word_to_the_file() {
        let offset = TEXT.find("5m").unwrap() as u32;
        let texts: Vec<&str> =
            enclosing(TEXT, offset).iter().map(|at| TEXT.get(at.0 as usize..at.1 as usize).unwrap()).collect();
        assert_eq!(&texts[..2], ["5m", "soak 5m"]);
        assert!(texts[3].starts_with('{') && texts[4].starts_with("promote qa {"), "{texts:?}");
        assert!(texts.iter().zip(texts.iter().skip(1)).all(|(inner, outer)| outer.contains(inner)));
        assert_eq!(*texts.last().unwrap(), TEXT);
    }
}
