//! Prepares one source line for drawing: strips its line ending, truncates it around its labels if it is too wide,
//! and maps offsets in the file to offsets in the drawn text.

use std::ops::Range;

use crate::source::{SourceFile, harmless};

/// Replaces text cut from either end of a line.
const CUT: char = '…';

/// A line of a file and the part of it that is drawn.
pub(super) struct Line {
    /// Offset of the line in the file.
    start: usize,
    /// Length in bytes, without the line ending.
    length: usize,
    /// Byte range that is drawn, relative to `start`.
    shown: Range<usize>,
    /// Offset of the line in the drawn text.
    local: usize,
}

impl Line {
    /// Appends line `number` (counted from 0) of `file` to `text`, without its line ending. A line wider than
    /// `columns` is truncated to the part around `marks`, which are offsets in the file, most important first.
    pub(super) fn write(
        file: &SourceFile,
        number: u32,
        marks: impl Iterator<Item = Range<u32>>,
        columns: usize,
        text: &mut String,
    ) -> Line {
        let start = file.lines.start_of(number).unwrap_or(0) as usize;
        let end = file.lines.start_of(number + 1).map_or(file.text.len(), |end| end as usize);
        let whole = file.text.get(start..end).unwrap_or_default();
        let whole = whole.strip_suffix('\n').unwrap_or(whole);
        let whole = whole.strip_suffix('\r').unwrap_or(whole);
        let inside = |offset: u32| (offset as usize).saturating_sub(start).min(whole.len());
        let marks: Vec<Range<usize>> = marks.map(|mark| inside(mark.start)..inside(mark.end)).collect();
        let line = Line { start, length: whole.len(), shown: window(whole, &marks, columns), local: text.len() };
        text.extend(line.is_cut_before().then_some(CUT));
        text.push_str(&harmless(whole.get(line.shown.clone()).unwrap_or_default()));
        text.extend(line.is_cut_after().then_some(CUT));
        line
    }

    fn is_cut_before(&self) -> bool {
        self.shown.start > 0
    }

    fn is_cut_after(&self) -> bool {
        self.shown.end < self.length
    }

    /// Maps the start of a label to the drawn text. A start that was cut off maps to the ellipsis, one in the line
    /// ending to the newline.
    pub(super) fn start_of(&self, offset: u32) -> usize {
        let at = (offset as usize).saturating_sub(self.start);
        if at < self.shown.start { self.local } else { self.local_of(at).min(self.end()) }
    }

    /// Maps the end of a label to the drawn text. An end that was cut off maps to the end of the ellipsis.
    pub(super) fn end_of(&self, offset: u32) -> usize {
        let at = (offset as usize).saturating_sub(self.start).max(self.shown.start);
        // CRLF becomes one byte in the drawn text
        let after = if self.is_cut_after() { CUT.len_utf8() } else { 1 };
        if at > self.shown.end { self.end() + after } else { self.local_of(at) }
    }

    /// Offset in the drawn text of the ellipsis or newline that ends the line.
    fn end(&self) -> usize {
        self.local_of(self.shown.end)
    }

    fn local_of(&self, at: usize) -> usize {
        let before = if self.is_cut_before() { CUT.len_utf8() } else { 0 };
        self.local + before + at - self.shown.start
    }
}

/// Chooses the byte range of a line to draw in at most `columns` columns.
fn window(line: &str, marks: &[Range<usize>], columns: usize) -> Range<usize> {
    if fitting(line.chars(), columns) == line.len() {
        return 0..line.len();
    }
    let room = columns.saturating_sub(2 * columns_of(CUT));
    let lead = room / 4;
    let leftmost = marks.iter().map(|mark| mark.start).min().unwrap_or(0);
    let rightmost = marks.iter().map(|mark| mark.end).max().unwrap_or(0);
    let all = line.get(leftmost..rightmost).unwrap_or_default();
    // show all labels if they fit, otherwise the most important one
    let wanted = match fitting(all.chars(), room - lead) == all.len() {
        true => leftmost,
        false => marks.first().map_or(0, |mark| mark.start),
    };
    let before = line.get(..wanted).unwrap_or(line);
    let from = wanted - fitting(before.chars().rev(), lead);
    let rest = line.get(from..).unwrap_or_default();
    match fitting(rest.chars(), room) {
        // the rest of the line fits, so use the remaining space for text before the label
        bytes if bytes == rest.len() => line.len() - fitting(line.chars().rev(), room)..line.len(),
        bytes => from..from + bytes,
    }
}

/// Returns the length in bytes of the longest prefix that fits in `columns`.
fn fitting(text: impl Iterator<Item = char>, columns: usize) -> usize {
    let mut left = columns;
    let fits = |character: &char| left.checked_sub(columns_of(*character)).map(|rest| left = rest).is_some();
    text.take_while(fits).map(char::len_utf8).sum()
}

/// An upper bound on the number of columns a character takes.
fn columns_of(character: char) -> usize {
    match character {
        '\t' => 4,
        // all East Asian wide characters and emoji are in this range
        '\u{1100}'.. => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceMap;

    /// Draws a line in 20 columns with brackets around each label.
    fn drawn(text: &str, labels: &[(u32, u32)]) -> String {
        let mut sources = SourceMap::default();
        let file = sources.add("a.promo", text);
        let mut text = String::new();
        let line = Line::write(sources.file(file), 0, labels.iter().map(|(start, end)| *start..*end), 20, &mut text);
        text.push('\n');
        let mut brackets: Vec<(usize, char)> =
            labels.iter().flat_map(|(start, end)| [(line.start_of(*start), '['), (line.end_of(*end), ']')]).collect();
        brackets.sort_by_key(|(at, bracket)| (*at, *bracket != ']'));
        for (at, bracket) in brackets.into_iter().rev() {
            text.insert(at, bracket);
        }
        text
    }

    #[test]
    fn a_line_that_fits_loses_only_its_line_ending() {
        assert_eq!(drawn("promote qa\r\n}", &[(8, 10)]), "promote [qa]\n");
        assert_eq!(drawn("promote qa\r\n", &[(10, 12)]), "promote qa[\n]");
        assert_eq!(drawn("promote \u{1b}a\r", &[(8, 9)]), "promote [?]a\n");
    }

    #[test]
    fn a_wide_line_is_truncated_around_its_label() {
        let text = "aaaaaaaaaa bbbbbbbbbb cc dddddddddd eeeeeeeeee";
        assert_eq!(drawn(text, &[(0, 10)]), "[aaaaaaaaaa] bbbbb…\n");
        assert_eq!(drawn(text, &[(22, 24)]), "…bbb [cc] ddddddddd…\n");
        assert_eq!(drawn(text, &[(36, 46)]), "…ddddd [eeeeeeeeee]\n");
        assert_eq!(drawn(text, &[]), "aaaaaaaaaa bbbbb…\n");
        assert_eq!(drawn("ääääääääää bbbbbbbbbb cc dddddddddd", &[(32, 34)]), "…bbb [cc] ddddddddd…\n");
        assert_eq!(drawn("ああああああああああ cc dddddddddddd", &[(31, 33)]), "…あ [cc] dddddddddd…\n");
    }

    #[test]
    fn a_label_that_does_not_fit_points_to_the_ellipsis() {
        let text = "aaaaaaaaaa bbbbbbbbbb cc dddddddddd eeeeeeeeee";
        assert_eq!(drawn(text, &[(22, 24), (0, 10)]), "[…]bbb [cc] ddddddddd…\n");
        assert_eq!(drawn(text, &[(22, 24), (36, 46)]), "…bbb [cc] ddddddddd[…]\n");
        assert_eq!(drawn(text, &[(22, 46)]), "…bbb [cc ddddddddd…]\n");
    }
}
