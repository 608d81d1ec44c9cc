//! The meaning of each word for colors: what no grammar of an editor can know.

use std::collections::BTreeMap;

use super::cursor::{Cursor, Lexeme, LexemeKind, lexemes};
use super::form::{Slot, following, forms, may_contain};
use super::occurrence::{Role, Symbol, occurrences};
use super::symbols::OutlineKind;
use crate::check::Analysed;
use crate::source::FileId;
use crate::syntax::keywords::find;

/// The kind of a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WordKind {
    /// A word of the language.
    Keyword,
    /// A name, by what it declares or refers to.
    Name(OutlineKind),
    /// A parameter of a workflow.
    Parameter,
    /// A number, a duration, a date or a time.
    Number,
    /// A string.
    Text,
    /// A JSONPath.
    Path,
    /// A comment.
    Comment,
}

/// A colored word, on one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ColoredWord {
    /// In bytes of the file.
    pub range: (u32, u32),
    /// What it is.
    pub kind: WordKind,
    /// Whether the name is declared here.
    pub declaration: bool,
}

/// The words of a file, in order, without those that have no meaning of their own.
pub fn tokens(analysed: &Analysed, file: FileId) -> Vec<ColoredWord> {
    let text = &analysed.sources().file(file).text;
    let names: BTreeMap<u32, (WordKind, u32, bool)> = occurrences(analysed)
        .into_iter()
        .filter(|one| one.span.file == file)
        .map(|one| (one.span.start, (kind_of(&one.symbol), one.span.end, one.role == Role::Declaration)))
        .collect();
    let mut found = Vec::new();
    let mut cursor = Cursor::start();
    let mut all = lexemes(text).peekable();
    while let Some(lexeme) = all.next() {
        let kind = match (names.get(&lexeme.start), lexeme.kind) {
            (Some((kind, _, declaration)), _) => Some((*kind, *declaration)),
            (None, LexemeKind::Word) if is_keyword(text, &cursor, &lexeme) => Some((WordKind::Keyword, false)),
            (None, LexemeKind::Word) if starts_with_digit(text, &lexeme) => Some((WordKind::Number, false)),
            (None, LexemeKind::Text | LexemeKind::BlockText) => Some((WordKind::Text, false)),
            (None, LexemeKind::Path) => Some((WordKind::Path, false)),
            (None, LexemeKind::Comment) => Some((WordKind::Comment, false)),
            _ => None,
        };
        let next = all.peek().map(|next| next.kind);
        cursor.step(text, lexeme, next);
        if let Some((kind, declaration)) = kind {
            split(text, &lexeme, kind, declaration, &names, &mut found);
        }
    }
    found
}

fn kind_of(symbol: &Symbol) -> WordKind {
    match symbol {
        Symbol::Declared(definition) => WordKind::Name(OutlineKind::of(*definition)),
        Symbol::Parameter { .. } => WordKind::Parameter,
        Symbol::Source(_) => WordKind::Name(OutlineKind::Source),
    }
}

/// Whether the form of the statement has this keyword here, or the word begins a statement.
fn is_keyword(text: &str, cursor: &Cursor, lexeme: &Lexeme) -> bool {
    let word = lexeme.text(text);
    let Some(first) = cursor.statement.first() else { return true };
    let mut forms = forms(cursor.block(), first.text(text)).filter(|form| may_contain(form, word));
    let begins = find(cursor.block(), word).is_some() && lexeme.begins_line(text);
    begins
        || forms.any(|form| {
            let places = following(form, text, &cursor.statement);
            places.iter().any(|place| matches!(place.slot, Slot::Keyword(keyword) if keyword == word))
        })
}

fn starts_with_digit(text: &str, lexeme: &Lexeme) -> bool {
    lexeme.text(text).starts_with(|first: char| first.is_ascii_digit())
}

/// Adds a word: each of its lines, and the names inside a string on their own.
fn split(
    text: &str,
    lexeme: &Lexeme,
    kind: WordKind,
    declaration: bool,
    names: &BTreeMap<u32, (WordKind, u32, bool)>,
    found: &mut Vec<ColoredWord>,
) {
    let mut add = |range: (u32, u32), kind, declaration| {
        if range.0 < range.1 {
            found.push(ColoredWord { range, kind, declaration });
        }
    };
    let mut at = lexeme.start;
    for line in lexeme.text(text).split_inclusive('\n') {
        let content = line.trim_end_matches(['\r', '\n']);
        let end = at + content.len() as u32;
        let mut from = at + (content.len() - content.trim_start().len()) as u32;
        for (start, (name, stop, _)) in names.range(from..end.max(from)).filter(|(start, _)| **start > lexeme.start) {
            add((from, *start), kind, declaration);
            add((*start, *stop), *name, false);
            from = *stop;
        }
        add((from, end), kind, declaration);
        at += line.len() as u32;
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::analysed;
    use super::*;

    #[test]
    fn words_are_what_they_mean_where_they_are() {
        let text = "environment dev, retry # x\nworkflow retry { needs URL = \"a\"; run \"\"\"\n  curl $URL\n  \"\"\"\n  retry 3 every 5m }\n\
            flow main { trigger dev; promote retry after dev { post-action retry } }\n";
        let analysed = analysed(text);
        let file = analysed.analysis().files.first().unwrap().id;
        let shown: Vec<String> = tokens(&analysed, file)
            .iter()
            .map(|token| {
                let word = text.get(token.range.0 as usize..token.range.1 as usize).unwrap();
                format!("{word} {:?}{}", token.kind, if token.declaration { "!" } else { "" })
            })
            .collect();
        let expected = [
            "environment Keyword",
            "dev Name(Environment)!",
            "retry Name(Environment)!",
            "# x Comment",
            "workflow Keyword",
            "retry Name(Workflow)!",
            "needs Keyword",
            "URL Parameter",
            "\"a\" Text",
            "run Keyword",
            "\"\"\" Text",
            "curl $ Text",
            "URL Parameter",
            "\"\"\" Text",
            "retry Keyword",
            "3 Number",
            "every Keyword",
            "5m Number",
            "flow Keyword",
            "main Name(Flow)!",
            "trigger Keyword",
            "dev Name(Environment)",
            "promote Keyword",
            "retry Name(Environment)",
            "after Keyword",
            "dev Name(Environment)",
            "post-action Keyword",
            "retry Name(Workflow)",
        ];
        assert_eq!(shown, expected);
    }
}
