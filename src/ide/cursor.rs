//! Where the cursor is: the blocks around it, the words of its statement, and the word that is being typed.
//!
//! This reads words and braces and nothing else, because the text around a cursor is seldom complete. It must not know
//! the program.
//!
//! ```text
//! flow main { promote qa after de|     blocks [flow main], statement [promote qa after], word `de`
//! ```
//!
//! INVARIANT: total and linear; whatever the text, a declaration that begins a line ends all blocks before it.

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::check::Analysed;
use crate::syntax::keywords::{Block, KEYWORDS, find};

/// A word of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lexeme {
    pub kind: LexemeKind,
    /// In bytes of the text.
    pub start: u32,
    pub end: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LexemeKind {
    /// A name, keyword, number, duration or date.
    Word,
    /// A string, also one without an end.
    Text,
    /// A string of several lines.
    BlockText,
    /// A JSONPath.
    Path,
    Comma,
    Equals,
    Open,
    Close,
    /// The end of a line, or `;`.
    End,
    Comment,
    /// Any other character.
    Other,
}

impl Lexeme {
    pub(crate) fn text<'t>(&self, text: &'t str) -> &'t str {
        text.get(self.start as usize..self.end as usize).unwrap_or_default()
    }

    /// Whether only blanks are before it on its line.
    pub(crate) fn begins_line(&self, text: &str) -> bool {
        text.get(..self.start as usize).is_some_and(|before| {
            before.chars().rev().find(|character| !matches!(character, ' ' | '\t')).is_none_or(|before| before == '\n')
        })
    }

    /// Whether a string has its closing quotes.
    fn is_closed(&self, text: &str) -> bool {
        let written = self.text(text);
        let quotes = if self.kind == LexemeKind::BlockText { 3 } else { 1 };
        let quote = written.get(..quotes).unwrap_or("\"");
        written.len() >= 2 * quotes && written.ends_with(quote)
    }
}

/// A block that is open at the cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OpenBlock {
    pub block: Block,
    /// The words of its statement, without the brace.
    pub head: Vec<Lexeme>,
}

/// What the cursor is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Inside {
    /// Between words, in a word, or right after one.
    Code,
    /// In a string that begins at this offset.
    Text(u32),
    BlockText(u32),
    Path(u32),
    Comment,
}

/// The surroundings of a cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cursor {
    /// The open blocks, outermost first.
    pub blocks: Vec<OpenBlock>,
    /// The words of the current statement before the word at the cursor. Empty at the start of a statement.
    pub statement: Vec<Lexeme>,
    /// The word at the cursor: where it begins, and where it ends after the cursor. Empty between words.
    pub word: (u32, u32),
    pub inside: Inside,
}

impl Cursor {
    /// The surroundings of the start of a text.
    pub(crate) fn start() -> Cursor {
        Cursor { blocks: Vec::new(), statement: Vec::new(), word: (0, 0), inside: Inside::Code }
    }

    /// The surroundings of an offset.
    pub(crate) fn at(text: &str, offset: u32) -> Cursor {
        let mut cursor = Cursor { word: (offset, offset), ..Cursor::start() };
        let mut lexemes = lexemes(text).peekable();
        while let Some(lexeme) = lexemes.next_if(|lexeme| lexeme.end < offset || cursor_is_after(lexeme, text, offset))
        {
            let next = lexemes.peek().map(|next| next.kind);
            cursor.step(text, lexeme, next);
        }
        let Some(here) = lexemes.peek().filter(|lexeme| lexeme.start < offset || is_word(lexeme, offset)) else {
            return cursor;
        };
        cursor.inside = match here.kind {
            LexemeKind::Text => Inside::Text(here.start),
            LexemeKind::BlockText => Inside::BlockText(here.start),
            LexemeKind::Path => Inside::Path(here.start),
            LexemeKind::Comment => Inside::Comment,
            _ => Inside::Code,
        };
        if !matches!(here.kind, LexemeKind::End) {
            cursor.word = (here.start, here.end);
        }
        cursor
    }

    /// The innermost block.
    pub(crate) fn block(&self) -> Block {
        self.blocks.last().map_or(Block::File, |open| open.block)
    }

    /// Moves over a word. `next` is the kind of the word after it.
    pub(crate) fn step(&mut self, text: &str, lexeme: Lexeme, next: Option<LexemeKind>) {
        match lexeme.kind {
            LexemeKind::Comment => {}
            LexemeKind::Open => {
                let block = self.opened(text);
                let head = std::mem::take(&mut self.statement);
                self.blocks.extend(block.map(|block| OpenBlock { block, head }));
            }
            LexemeKind::Close => {
                self.blocks.pop();
                self.statement.clear();
            }
            LexemeKind::End => {
                let continues = self.statement.last().is_some_and(|last| last.kind == LexemeKind::Comma);
                if !continues || lexeme.text(text) == ";" {
                    self.statement.clear();
                }
            }
            LexemeKind::Word if self.begins(text, lexeme, next) => self.statement = vec![lexeme],
            _ => self.statement.push(lexeme),
        }
    }

    /// Whether a word begins a statement, though the words before it seem unfinished. Ends blocks without a brace.
    fn begins(&mut self, text: &str, lexeme: Lexeme, next: Option<LexemeKind>) -> bool {
        if !lexeme.begins_line(text) || next == Some(LexemeKind::Comma) {
            return false;
        }
        let word = lexeme.text(text);
        let top = find(Block::File, word).is_some();
        let is_head = top && (find(self.block(), word).is_none() || next == Some(LexemeKind::Open));
        if is_head || top && lexeme.start == 0 || top && text.as_bytes().get(lexeme.start as usize - 1) == Some(&b'\n')
        {
            self.blocks.clear();
            return true;
        }
        find(self.block(), word).is_some()
    }

    /// The block that a brace opens after the words of the current statement.
    fn opened(&self, text: &str) -> Option<Block> {
        let word = self.statement.first()?.text(text);
        let keyword = find(self.block(), word).or_else(|| find(Block::File, word))?;
        let kind = KEYWORDS.iter().map(|keyword| keyword.block).find(|block| block.word() == keyword.word)?;
        Some(kind)
    }
}

/// Whether a word that ends at the offset is finished: the cursor is behind it, not in it.
fn cursor_is_after(lexeme: &Lexeme, text: &str, offset: u32) -> bool {
    use LexemeKind::{BlockText, Close, Comma, End, Equals, Open, Text};
    lexeme.end == offset
        && match lexeme.kind {
            Comma | Equals | Open | Close | End => true,
            Text | BlockText => lexeme.is_closed(text),
            _ => false,
        }
}

fn is_word(lexeme: &Lexeme, offset: u32) -> bool {
    lexeme.start == offset && matches!(lexeme.kind, LexemeKind::Word | LexemeKind::Path)
}

/// The words of a text, in order. Blanks are left out.
pub(crate) fn lexemes(text: &str) -> impl Iterator<Item = Lexeme> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = text.get(at..)?;
        at += rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\u{FEFF}']).len();
        let (kind, length) = lexeme(text.get(at..)?)?;
        let start = at;
        at += length;
        Some(Lexeme { kind, start: start as u32, end: at as u32 })
    })
}

/// A number for the words of a program. It stays the same if only blanks, line ends or comments change.
pub fn fingerprint(analysed: &Analysed) -> u64 {
    let mut hasher = DefaultHasher::new();
    for (_, file) in analysed.sources().iter() {
        let words = lexemes(&file.text).filter(|word| !matches!(word.kind, LexemeKind::End | LexemeKind::Comment));
        words.for_each(|word| word.text(&file.text).hash(&mut hasher));
        file.path.hash(&mut hasher);
    }
    hasher.finish()
}

/// The kind and the length in bytes of the first word; `None` if there is none.
fn lexeme(rest: &str) -> Option<(LexemeKind, usize)> {
    let first = rest.chars().next()?;
    let line = || rest.find('\n').unwrap_or(rest.len());
    let kind = match first {
        '\n' | ';' => LexemeKind::End,
        ',' => LexemeKind::Comma,
        '=' => LexemeKind::Equals,
        '{' if placeholder(rest).is_none() => LexemeKind::Open,
        '}' => LexemeKind::Close,
        '#' => return Some((LexemeKind::Comment, line())),
        '"' if is_block(rest) => return Some((LexemeKind::BlockText, block_text(rest))),
        '"' | '\'' => return Some((LexemeKind::Text, quoted(rest, first))),
        '$' => return Some((LexemeKind::Path, path(rest))),
        _ => {
            let length = word(rest);
            return Some(if length > 0 { (LexemeKind::Word, length) } else { (LexemeKind::Other, first.len_utf8()) });
        }
    };
    Some((kind, first.len_utf8()))
}

/// The length of `{environment}` or another placeholder; `None` if a block begins here.
fn placeholder(rest: &str) -> Option<usize> {
    let inner = rest.strip_prefix('{')?;
    let length = inner.find(|character: char| !(character.is_alphanumeric() || character == '-'))?;
    (length > 0 && inner.get(length..)?.starts_with('}')).then_some(length + 2)
}

fn word(rest: &str) -> usize {
    let mut length = 0;
    while let Some(character) = rest.get(length..).and_then(|rest| rest.chars().next()) {
        match character {
            '{' => match rest.get(length..).and_then(placeholder) {
                Some(more) => length += more,
                None => break,
            },
            ' ' | '\t' | '\r' | '\n' | '"' | '\'' | '}' | ';' | ',' | '#' | '=' | '$' => break,
            _ => length += character.len_utf8(),
        }
    }
    length
}

fn quoted(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, character) in rest.char_indices().skip(1) {
        match character {
            '\n' => return at,
            _ if escaped => escaped = false,
            '\\' if quote == '"' => escaped = true,
            _ if character == quote => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

fn is_block(rest: &str) -> bool {
    let first = rest.split('\n').next().unwrap_or_default();
    first.strip_prefix("\"\"\"").is_some_and(|after| after.trim_matches([' ', '\t', '\r']).is_empty())
}

/// A string of several lines ends with its closing quotes, or before the next declaration.
fn block_text(rest: &str) -> usize {
    let mut at = rest.find('\n').map_or(rest.len(), |end| end + 1);
    for line in rest.get(at..).unwrap_or_default().split_inclusive('\n') {
        let content = line.trim_matches([' ', '\t', '\r', '\n']);
        if content == "\"\"\"" {
            return at + line.trim_end_matches(['\r', '\n', ' ', '\t']).len();
        }
        if is_head(line) {
            return at;
        }
        at += line.len();
    }
    rest.len()
}

/// Whether a declaration begins this line.
fn is_head(line: &str) -> bool {
    let mut words = line.split([' ', '\t', '\r', '\n']).filter(|word| !word.is_empty());
    let (first, second, third) = (words.next().unwrap_or_default(), words.next(), words.next());
    let named = second.is_some_and(|name| name.starts_with(|first: char| first.is_ascii_alphanumeric()));
    !line.starts_with([' ', '\t'])
        && match first {
            "import" => second.is_some_and(|path| path.starts_with('"')),
            "environment" | "group" | "workflow" | "policy" | "scenario" | "product" => named,
            "flow" | "template" | "window" => {
                named && (third.is_some_and(|brace| brace.starts_with('{')) || second.is_some_and(|n| n.ends_with('{')))
            }
            _ => false,
        }
}

fn path(rest: &str) -> usize {
    let (mut depth, mut quote, mut escaped) = (0_u32, None, false);
    for (at, character) in rest.char_indices() {
        match (quote, character) {
            (_, '\n') => return at,
            (Some(_), _) if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(open), _) if open == character => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') if depth > 0 => quote = Some(character),
            (None, '[') => depth += 1,
            (None, ']') => depth = depth.saturating_sub(1),
            (None, ' ' | '\t' | '\r' | ',' | ';' | '#' | '}') if depth == 0 => return at,
            _ => {}
        }
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The blocks, the statement, the word, and what the cursor `|` is in.
    fn at(marked: &str) -> (String, String, String, Inside) {
        let offset = marked.find('|').unwrap();
        let text = marked.replacen('|', "", 1);
        let cursor = Cursor::at(&text, offset as u32);
        let words = |lexemes: &[Lexeme]| lexemes.iter().map(|l| l.text(&text).to_owned()).collect::<Vec<_>>().join(" ");
        let blocks = cursor.blocks.iter().map(|open| words(&open.head)).collect::<Vec<_>>().join(" > ");
        let word = text.get(cursor.word.0 as usize..cursor.word.1 as usize).unwrap().to_owned();
        (blocks, words(&cursor.statement), word, cursor.inside)
    }

    fn code(marked: &str) -> (String, String, String) {
        let (blocks, statement, word, inside) = at(marked);
        assert_eq!(inside, Inside::Code, "{marked}");
        (blocks, statement, word)
    }

    fn of(blocks: &str, statement: &str, word: &str) -> (String, String, String) {
        (blocks.to_owned(), statement.to_owned(), word.to_owned())
    }

    #[test]
    fn a_cursor_knows_its_blocks_its_statement_and_its_word() {
        assert_eq!(code("|"), of("", "", ""));
        assert_eq!(
            code("flow main { trigger dev; promote qa after d|ev\n"),
            of("flow main", "promote qa after", "dev")
        );
        assert_eq!(code("flow main {\n  trigger dev\n  |\n}\n"), of("flow main", "", ""));
        assert_eq!(code("flow main {\n  promote qa, |\n}\n"), of("flow main", "promote qa ,", ""));
        assert_eq!(code("flow main {\n  promote qa,\n    |\n}\n"), of("flow main", "promote qa ,", ""));
        assert_eq!(code("flow main { promote qa { soak 5m; ap|"), of("flow main > promote qa", "", "ap"));
        assert_eq!(
            code("product a { application a-{environment} in d|"),
            of("product a", "application a-{environment} in", "d")
        );
        assert_eq!(code("environment dev\n|"), of("", "", ""));
        assert_eq!(code("policy p {|}"), of("policy p", "", ""));
    }

    #[test]
    fn a_declaration_ends_blocks_that_lack_their_brace() {
        assert_eq!(code("flow a {\n  promote qa {\nflow b {\n  |"), of("flow b", "", ""));
        assert_eq!(code("flow a {\n  promote qa,\nenvironment |"), of("", "environment", ""));
        assert_eq!(code("product a {\n  flow main\n  |"), of("product a", "", ""));
        assert_eq!(code("flow a {\n  promote qa,\n  trigger |"), of("flow a", "trigger", ""));
        assert_eq!(code("policy p {\n  window office\n  |"), of("policy p", "", ""));
    }

    #[test]
    fn strings_paths_and_comments_are_not_code() {
        let inside = |marked: &str| at(marked).3;
        assert_eq!(inside("import \"ab|c\"\n"), Inside::Text(7));
        assert_eq!(inside("import \"|"), Inside::Text(7));
        assert_eq!(inside("import \"abc\"|\n"), Inside::Code);
        assert_eq!(inside("# so|me\n"), Inside::Comment);
        assert_eq!(inside("template t { copy \"a\" at $.a.|\n"), Inside::Path(25));
        assert_eq!(inside("workflow w {\n  run \"\"\"\n    ls {|\n    \"\"\"\n}\n"), Inside::BlockText(19));
        assert_eq!(code("workflow w {\n  run \"\"\"\n    a {\n    \"\"\"\n  |}\n"), of("workflow w", "", ""));
        assert_eq!(code("workflow w {\n  run \"\"\"\n    a {\nflow b { |"), of("flow b", "", ""));
    }

    proptest::proptest! {
        #[test]
        fn every_offset_of_every_text_has_surroundings(text in "[a-f {}\"$,;=\n#é-]{0,60}") {
            for (offset, _) in text.char_indices() {
                let cursor = Cursor::at(&text, offset as u32);
                proptest::prop_assert!(cursor.word.0 as usize <= offset && offset <= cursor.word.1 as usize);
            }
        }
    }
}
