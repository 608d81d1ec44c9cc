//! One line of a file as it is drawn: without its line end, cut around its labels if it is very long. Knows where the
//! offsets of the file are in what is drawn.

use std::ops::Range;

use crate::source::{SourceFile, harmless};

/// Marks where a line is cut.
const CUT: char = '…';

/// A line of a file, and the part of it that is drawn.
pub(super) struct Line {
    /// The offset in the file at which the line begins.
    start: usize,
    /// Bytes, without the line end.
    length: usize,
    /// The part that is drawn, counted from `start`.
    shown: Range<usize>,
    /// The offset in the drawn text at which the line begins.
    local: usize,
}

impl Line {
    /// Writes a line (from 0) of `file` to the end of `text`, without a line end. If it is wider than `columns`, only the
    /// part around `marks` (offsets in the file, the most important first) is written.
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

    /// The offset in the drawn text at which a label begins. A label that begins outside the drawn part begins at the mark
    /// of the cut, one that begins in the line end begins there.
    pub(super) fn start_of(&self, offset: u32) -> usize {
        let at = (offset as usize).saturating_sub(self.start);
        if at < self.shown.start { self.local } else { self.local_of(at).min(self.end()) }
    }

    /// The offset in the drawn text at which a label ends.
    pub(super) fn end_of(&self, offset: u32) -> usize {
        let at = (offset as usize).saturating_sub(self.start).max(self.shown.start);
        // the line end is one byte in the drawn text, whatever it is in the file
        let after = if self.is_cut_after() { CUT.len_utf8() } else { 1 };
        if at > self.shown.end { self.end() + after } else { self.local_of(at) }
    }

    /// Where the part that is drawn ends in the drawn text.
    fn end(&self) -> usize {
        self.local_of(self.shown.end)
    }

    fn local_of(&self, at: usize) -> usize {
        let before = if self.is_cut_before() { CUT.len_utf8() } else { 0 };
        self.local + before + at - self.shown.start
    }
}

/// The part of a line to draw if there is room for `columns`.
fn window(line: &str, marks: &[Range<usize>], columns: usize) -> Range<usize> {
    if fitting(line.chars(), columns) == line.len() {
        return 0..line.len();
    }
    let room = columns.saturating_sub(2 * columns_of(CUT));
    let lead = room / 4;
    let leftmost = marks.iter().map(|mark| mark.start).min().unwrap_or(0);
    let rightmost = marks.iter().map(|mark| mark.end).max().unwrap_or(0);
    let all = line.get(leftmost..rightmost).unwrap_or_default();
    // all labels if they fit, otherwise the most important one
    let wanted = match fitting(all.chars(), room - lead) == all.len() {
        true => leftmost,
        false => marks.first().map_or(0, |mark| mark.start),
    };
    let before = line.get(..wanted).unwrap_or(line);
    let from = wanted - fitting(before.chars().rev(), lead);
    let rest = line.get(from..).unwrap_or_default();
    match fitting(rest.chars(), room) {
        // the line ends here: show as much of its end as there is room for
        bytes if bytes == rest.len() => line.len() - fitting(line.chars().rev(), room)..line.len(),
        bytes => from..from + bytes,
    }
}

/// Bytes of the first characters that fit into `columns`.
fn fitting(text: impl Iterator<Item = char>, columns: usize) -> usize {
    let mut left = columns;
    let fits = |character: &char| left.checked_sub(columns_of(*character)).map(|rest| left = rest).is_some();
    text.take_while(fits).map(char::len_utf8).sum()
}

/// The columns that a character takes at most.
fn columns_of(character: char) -> usize {
    match character {
        '\t' => 4,
        // East Asian wide characters and emoji; below them none is wide
        '\u{1100}'.. => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceMap;

    /// The line as it is drawn in 20 columns, each label of it in brackets.
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
    fn a_line_that_fits_is_whole_and_without_its_line_end() {
        assert_eq!(drawn("promote qa\r\n}", &[(8, 10)]), "promote [qa]\n");
        assert_eq!(drawn("promote qa\r\n", &[(10, 12)]), "promote qa[\n]");
        assert_eq!(drawn("promote \u{1b}a\r", &[(8, 9)]), "promote [?]a\n");
    }

    #[test]
    fn a_long_line_is_cut_around_its_label() {
        let text = "aaaaaaaaaa bbbbbbbbbb cc dddddddddd eeeeeeeeee";
        assert_eq!(drawn(text, &[(0, 10)]), "[aaaaaaaaaa] bbbbb…\n");
        assert_eq!(drawn(text, &[(22, 24)]), "…bbb [cc] ddddddddd…\n");
        assert_eq!(drawn(text, &[(36, 46)]), "…ddddd [eeeeeeeeee]\n");
        assert_eq!(drawn(text, &[]), "aaaaaaaaaa bbbbb…\n");
        assert_eq!(drawn("ääääääääää bbbbbbbbbb cc dddddddddd", &[(32, 34)]), "…bbb [cc] ddddddddd…\n");
        assert_eq!(drawn("ああああああああああ cc dddddddddddd", &[(31, 33)]), "…あ [cc] dddddddddd…\n");
    }

    #[test]
    fn a_label_that_does_not_fit_is_at_the_cut() {
        let text = "aaaaaaaaaa bbbbbbbbbb cc dddddddddd eeeeeeeeee";
        assert_eq!(drawn(text, &[(22, 24), (0, 10)]), "[…]bbb [cc] ddddddddd…\n");
        assert_eq!(drawn(text, &[(22, 24), (36, 46)]), "…bbb [cc] ddddddddd[…]\n");
        assert_eq!(drawn(text, &[(22, 46)]), "…bbb [cc ddddddddd…]\n");
    }
}
