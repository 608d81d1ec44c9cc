//! Converts byte offsets to lines and columns and back. The library counts bytes, people and JSON get Unicode scalar
//! values, and each editor chooses what its columns count.

/// A line and a column, both from 1; columns count Unicode scalar values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    pub line: u32,
    pub column: u32,
}

/// What the columns of an editor count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// Bytes.
    Utf8,
    /// UTF-16 code units, the default of the Language Server Protocol.
    Utf16,
    /// Unicode scalar values.
    Utf32,
}

impl Encoding {
    fn units(self, character: char) -> u32 {
        match self {
            Encoding::Utf8 => character.len_utf8() as u32,
            Encoding::Utf16 => character.len_utf16() as u32,
            Encoding::Utf32 => 1,
        }
    }
}

/// The offsets at which the lines of a text start. A line ends after its `\n`; the `\r` of CRLF is part of the line.
#[derive(Clone, Debug)]
pub struct LineIndex {
    starts: Vec<u32>,
}

impl LineIndex {
    /// Finds the lines of `text`.
    pub fn new(text: &str) -> LineIndex {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at as u32 + 1);
        LineIndex { starts: std::iter::once(0).chain(ends).collect() }
    }

    /// The number of lines; at least 1.
    pub fn lines(&self) -> u32 {
        self.starts.len() as u32
    }

    /// The line of an offset, from 0, and the offset at which that line starts.
    pub fn line(&self, offset: u32) -> (u32, u32) {
        let after = self.starts.partition_point(|start| *start <= offset);
        let line = after.saturating_sub(1);
        (line as u32, self.starts.get(line).copied().unwrap_or(0))
    }

    /// The offset at which a line (from 0) starts.
    pub fn start_of(&self, line: u32) -> Option<u32> {
        self.starts.get(line as usize).copied()
    }

    /// The line and column of an offset. `text` must be the text that this index was made for.
    pub fn position(&self, text: &str, offset: u32) -> Position {
        let (line, start) = self.line(offset);
        let before = text.get(start as usize..offset as usize).unwrap_or_default();
        let bom = u32::from(before.starts_with('\u{FEFF}'));
        Position { line: line + 1, column: before.chars().count() as u32 + 1 - bom }
    }

    /// The line and column of an offset, both from 0.
    pub fn column(&self, text: &str, offset: u32, encoding: Encoding) -> (u32, u32) {
        let (line, start) = self.line(offset);
        let before = text.get(start as usize..offset as usize).unwrap_or_default();
        (line, before.chars().map(|character| encoding.units(character)).sum())
    }

    /// The byte offset of a line and a column, both from 0. A column past the end of the line is the end of the line,
    /// and a column inside a character is the end of the character.
    pub fn offset(&self, text: &str, line: u32, column: u32, encoding: Encoding) -> u32 {
        let Some(start) = self.start_of(line) else { return text.len() as u32 };
        let end = self.start_of(line + 1).unwrap_or(text.len() as u32);
        let whole = text.get(start as usize..end as usize).unwrap_or_default();
        let content = whole.trim_end_matches('\n').trim_end_matches('\r');
        let mut units = 0;
        for (at, character) in content.char_indices() {
            if units >= column {
                return start + at as u32;
            }
            units += encoding.units(character);
        }
        start + content.len() as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn columns_count_scalars_from_one_and_crlf_is_one_line_end() {
        let text = "añ𝕏b\r\nc";
        let index = LineIndex::new(text);
        let at = |needle: &str| text.find(needle).map(|at| index.position(text, at as u32));
        assert_eq!(at("b"), Some(Position { line: 1, column: 4 }));
        assert_eq!(at("c"), Some(Position { line: 2, column: 1 }));
        let columns = [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32]
            .map(|encoding| index.column(text, text.find('b').map_or(0, |at| at as u32), encoding));
        assert_eq!(columns, [(0, 7), (0, 4), (0, 3)]);
    }

    #[test]
    fn a_byte_order_mark_takes_no_column() {
        let text = "\u{FEFF}dev";
        assert_eq!(LineIndex::new(text).position(text, 3), Position { line: 1, column: 1 });
    }

    proptest! {
        #[test]
        fn columns_go_there_and_back(text in "[a-z\u{e9}\u{1D54F}\n ]{0,60}") {
            let index = LineIndex::new(&text);
            for (offset, _) in text.char_indices() {
                for encoding in [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32] {
                    let (line, column) = index.column(&text, offset as u32, encoding);
                    prop_assert_eq!(index.offset(&text, line, column, encoding), offset as u32);
                }
            }
        }
    }
}
