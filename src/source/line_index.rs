//! Converts byte offsets to lines and columns and back. The library counts bytes, people and JSON get Unicode scalar
//! values, and editors get UTF-16 code units.

/// A line and a column, both from 1; columns count Unicode scalar values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    pub line: u32,
    pub column: u32,
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

    /// The line and column of an offset, both from 0; the column counts UTF-16 code units.
    pub fn utf16(&self, text: &str, offset: u32) -> (u32, u32) {
        let (line, start) = self.line(offset);
        let before = text.get(start as usize..offset as usize).unwrap_or_default();
        (line, before.encode_utf16().count() as u32)
    }

    /// The byte offset of a line and a UTF-16 column, both from 0. A column past the end of the line is the end of the
    /// line.
    pub fn from_utf16(&self, text: &str, line: u32, column: u32) -> u32 {
        let Some(start) = self.start_of(line) else { return text.len() as u32 };
        let end = self.start_of(line + 1).unwrap_or(text.len() as u32);
        let whole = text.get(start as usize..end as usize).unwrap_or_default();
        let content = whole.trim_end_matches('\n').trim_end_matches('\r');
        let mut units = 0;
        for (at, character) in content.char_indices() {
            if units >= column {
                return start + at as u32;
            }
            units += character.len_utf16() as u32;
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
        assert_eq!(index.utf16(text, text.find('b').map_or(0, |at| at as u32)), (0, 4));
    }

    #[test]
    fn a_byte_order_mark_takes_no_column() {
        let text = "\u{FEFF}dev";
        assert_eq!(LineIndex::new(text).position(text, 3), Position { line: 1, column: 1 });
    }

    proptest! {
        #[test]
        fn utf16_goes_there_and_back(text in "[a-z\u{e9}\u{1D54F}\n ]{0,60}") {
            let index = LineIndex::new(&text);
            for (offset, character) in text.char_indices() {
                if character != '\r' {
                    let (line, column) = index.utf16(&text, offset as u32);
                    prop_assert_eq!(index.from_utf16(&text, line, column), offset as u32);
                }
            }
        }
    }
}
