//! Draws the source code of a diagnostic. Labels that are close together share a box, the box with the primary label
//! comes first, and long gaps are left out.
//!
//! ```text
//!     ╭─[main.promo:25:15]
//!  25 │   promote qa, stagin after dev
//!     ·               ───┬──
//!     ·                  ╰── did you mean `staging`?
//!     ├─[main.promo:1:22]
//!   1 │ environment dev, qa, staging
//!     ·                      ───┬───
//!     ·                         ╰── declared here
//!     ╰────
//! ```
//!
//! miette draws each box separately. Given all labels at once, it would sort them by offset and show every line
//! between labels that are far apart.

use std::collections::BTreeSet;
use std::fmt;

use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan,
    SpanContents,
};

use super::line::Line;
use crate::diagnostic::{Diagnostic, Label};
use crate::source::{FileId, SourceMap, harmless};

/// Two labels share a box if their lines are at most this far apart. Each box has one line of context on either side,
/// so at this distance two boxes would touch.
const NEAR: u32 = 3;

/// A label whose first and last lines are further apart than this is drawn without its middle.
const LONG: u32 = 8;

/// Stands in for the text of an omitted line. Source text never contains it because [`harmless`] replaces control
/// characters.
const OMITTED: char = '\u{1}';

/// Draws all boxes of a diagnostic as one picture with aligned line numbers. Lines wider than `columns` are truncated.
pub(super) fn picture(
    diagnostic: &Diagnostic,
    sources: &SourceMap,
    theme: &GraphicalTheme,
    columns: usize,
) -> Result<String, fmt::Error> {
    let snippets: Vec<Snippet> =
        groups(diagnostic, sources).iter().filter_map(|group| Snippet::new(group, sources, columns)).collect();
    let digits = snippets.iter().map(Snippet::digits).max().unwrap_or(0);
    let mut picture = String::new();
    for (nth, snippet) in snippets.iter().enumerate() {
        let drawing = snippet.draw(theme)?;
        let mut lines: Vec<&str> = drawing.lines().collect();
        if nth + 1 < snippets.len() {
            // the next box's top border closes this one
            lines.pop();
        }
        let indent = " ".repeat(digits - snippet.digits());
        let mut gap = false;
        for (row, line) in lines.into_iter().enumerate() {
            let (was_gap, gutter) = (gap, line.strip_suffix(OMITTED).and_then(|line| line.split_once('│')));
            gap = gutter.is_some();
            match gutter {
                Some(_) if was_gap => {}
                Some((_, bars)) => picture.push_str(&format!("{:digits$}  ⋮{}\n", "", bars.trim_end())),
                None if row == 0 && nth > 0 => picture.push_str(&format!("{indent}{}\n", line.replacen('╭', "├", 1))),
                None => picture.push_str(&format!("{indent}{line}\n")),
            }
        }
    }
    Ok(picture)
}

/// A label and the range of lines it covers, counted from 0.
struct DrawnLabel<'a> {
    /// Position of the label in its diagnostic; the primary label is 0.
    nth: usize,
    label: &'a Label,
    first: u32,
    last: u32,
}

/// Assigns labels to boxes. Boxes keep the diagnostic's label order, so the primary label's box is first; labels in a
/// box are sorted by offset. Duplicate labels are dropped.
fn groups<'a>(diagnostic: &'a Diagnostic, sources: &SourceMap) -> Vec<Vec<DrawnLabel<'a>>> {
    let mut all: Vec<DrawnLabel<'a>> = Vec::new();
    for (nth, label) in diagnostic.labels.iter().enumerate() {
        if all.iter().any(|earlier| earlier.label == label) {
            continue;
        }
        let lines = &sources.file(label.span.file).lines;
        let (first, _) = lines.line(label.span.start);
        // a label that includes the newline does not extend to the next line
        let (last, _) = lines.line(label.span.end.saturating_sub(1).max(label.span.start));
        all.push(DrawnLabel { nth, label, first, last });
    }
    all.sort_by_key(|drawn| (drawn.label.span, drawn.nth));
    let mut groups: Vec<Vec<DrawnLabel<'a>>> = Vec::new();
    for drawn in all {
        let near = |other: &DrawnLabel<'_>| {
            other.label.span.file == drawn.label.span.file && drawn.first <= other.last.saturating_add(NEAR)
        };
        match groups.last_mut() {
            Some(group) if group.iter().any(near) => group.push(drawn),
            _ => groups.push(vec![drawn]),
        }
    }
    groups.sort_by_key(|group| group.iter().map(|drawn| drawn.nth).min());
    groups
}

/// The contents of one box: consecutive lines of a file and their labels.
#[derive(Debug)]
struct Snippet {
    /// `path:line:column` of the label that comes first in the diagnostic.
    heading: String,
    text: String,
    /// First line of `text`, counted from 0 in the file.
    first: u32,
    /// Last line of `text`, inclusive.
    last: u32,
    /// Labels sorted by offset in `text`, each with its position in the diagnostic.
    labels: Vec<(usize, LabeledSpan)>,
}

impl Snippet {
    /// Returns `None` if `group` is empty.
    fn new(group: &[DrawnLabel<'_>], sources: &SourceMap, columns: usize) -> Option<Snippet> {
        let mut by_rank: Vec<&DrawnLabel<'_>> = group.iter().collect();
        by_rank.sort_by_key(|drawn| drawn.nth);
        let main = by_rank.first()?.label.span;
        let file = sources.file(main.file);
        let at = file.lines.position(&file.text, main.start);
        let edges: BTreeSet<u32> = group.iter().flat_map(|drawn| [drawn.first, drawn.last]).collect();
        let (first, last) = (*edges.first()?, *edges.last()?);
        let mut snippet = Snippet {
            heading: format!("{}:{}:{}", harmless(&file.path), at.line, at.column),
            text: String::new(),
            first: first.saturating_sub(1),
            last: last.max(last_line(main.file, sources).min(last.saturating_add(1))),
            labels: Vec::new(),
        };
        let mut lines: Vec<(u32, Line)> = Vec::new();
        for number in snippet.first..=snippet.last {
            if is_omitted(number, &edges) {
                snippet.text.push(OMITTED);
            } else {
                let marks = by_rank.iter().filter_map(|drawn| {
                    let (start, end) = (drawn.label.span.start, drawn.label.span.end);
                    match (drawn.first == number, drawn.last == number) {
                        (true, true) => Some(start..end),
                        (true, false) => Some(start..start),
                        (false, true) => Some(end..end),
                        (false, false) => None,
                    }
                });
                lines.push((number, Line::write(file, number, marks, columns, &mut snippet.text)));
            }
            snippet.text.push('\n');
        }
        let line = |wanted: u32| lines.iter().find(|(number, _)| *number == wanted).map(|(_, line)| line);
        for DrawnLabel { nth, label, first, last } in group {
            let start = line(*first)?.start_of(label.span.start);
            let end = line(*last)?.end_of(label.span.end).max(start);
            let message = (!label.message.is_empty()).then(|| harmless(&label.message).into_owned());
            snippet.labels.push((*nth, LabeledSpan::new(message, start, end - start)));
        }
        Some(snippet)
    }

    /// Width of the largest line number.
    fn digits(&self) -> usize {
        (self.last + 1).to_string().len()
    }

    fn draw(&self, theme: &GraphicalTheme) -> Result<String, fmt::Error> {
        let mut theme = theme.clone();
        // miette restarts its colors in each box; labels keep theirs if picked by position in the diagnostic
        let colours = theme.styles.highlights.iter().cycle();
        theme.styles.highlights =
            self.labels.iter().filter_map(|(nth, _)| colours.clone().nth(*nth).copied()).collect();
        let mut drawing = String::new();
        GraphicalReportHandler::new_themed(theme).without_primary_span_start().render_report(&mut drawing, self)?;
        // drop the line of the empty message
        Ok(drawing.split_once('\n').map(|(_, rest)| rest.to_owned()).unwrap_or_default())
    }
}

/// The last line of a file that can serve as context, counted from 0. Excludes the empty line after a final newline.
fn last_line(file: FileId, sources: &SourceMap) -> u32 {
    let file = sources.file(file);
    (file.lines.lines() - 1).saturating_sub(u32::from(file.text.ends_with('\n')))
}

/// Whether a line is in the middle of a long label and not next to a line where a label starts or ends.
fn is_omitted(line: u32, edges: &BTreeSet<u32>) -> bool {
    match (edges.range(..=line).next_back(), edges.range(line..).next()) {
        (Some(before), Some(after)) => after - before > LONG && line - before > 1 && after - line > 1,
        _ => false,
    }
}

impl fmt::Display for Snippet {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

impl std::error::Error for Snippet {}

impl miette::Diagnostic for Snippet {
    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().map(|(_, label)| label.clone())))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(self)
    }
}

impl SourceCode for Snippet {
    /// Returns the whole text for every span, because [`Snippet::new`] has already chosen the lines.
    fn read_span<'a>(
        &'a self,
        _: &SourceSpan,
        _: usize,
        _: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let whole = SourceSpan::new(0.into(), self.text.len());
        let (first, last) = (self.first as usize, self.last as usize);
        Ok(Box::new(MietteSpanContents::new_named(
            self.heading.clone(),
            self.text.as_bytes(),
            whole,
            first,
            0,
            last + 1 - first,
        )))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::diagnostic::Code;
    use crate::diagnostic::render::{Style, human};
    use crate::source::{Span, is_harmful};

    const PLAIN: Style = Style { width: 100, colour: false, narrated: false };

    /// Draws one label per `(file, text, message)`; the first is primary. The text `a..b` extends from `a` through
    /// `b`.
    fn drawn(files: &[(&str, &str)], labels: &[(usize, &str, &str)]) -> Vec<String> {
        let mut sources = SourceMap::default();
        let ids: Vec<FileId> = files.iter().map(|(path, text)| sources.add(*path, *text)).collect();
        let labels = labels.iter().map(|(file, wanted, message)| {
            let text = files[*file].1;
            let (from, to) = wanted.split_once("..").unwrap_or((wanted, wanted));
            let start = text.find(from).unwrap();
            let end = start + text.split_at(start).1.find(to).unwrap() + to.len();
            Label { span: Span::new(ids[*file], start as u32, end as u32), message: (*message).to_owned() }
        });
        let diagnostic = Diagnostic {
            labels: labels.collect(),
            ..Diagnostic::new(Code::E0201, "no", Span::new(ids[0], 0, 0), "").help("Help.")
        };
        let text = human(&[diagnostic], &sources, PLAIN);
        let picture = text.strip_prefix("E0201\n\n  × no\n").unwrap().strip_suffix("  help: Help.\n\n").unwrap();
        picture.lines().map(|line| line.trim_end().to_owned()).collect()
    }

    /// A file with lines `line1`, `line2`, and so on.
    fn numbered(lines: usize) -> String {
        (1..=lines).map(|number| format!("line{number}\n")).collect()
    }

    #[test]
    fn the_primary_label_precedes_a_distant_earlier_line() {
        assert_eq!(
            drawn(&[("a.promo", &numbered(30))], &[(0, "line25", "wrong"), (0, "line1", "declared here")]),
            [
                "    ╭─[a.promo:25:1]",
                " 24 │ line24",
                " 25 │ line25",
                "    · ───┬──",
                "    ·    ╰── wrong",
                " 26 │ line26",
                "    ├─[a.promo:1:1]",
                "  1 │ line1",
                "    · ──┬──",
                "    ·   ╰── declared here",
                "  2 │ line2",
                "    ╰────",
            ]
        );
    }

    #[test]
    fn a_label_close_to_the_primary_one_shares_its_box() {
        assert_eq!(
            drawn(&[("a.promo", &numbered(9))], &[(0, "line5", "wrong"), (0, "line2", "declared here")]),
            [
                "   ╭─[a.promo:5:1]",
                " 1 │ line1",
                " 2 │ line2",
                "   · ──┬──",
                "   ·   ╰── declared here",
                " 3 │ line3",
                " 4 │ line4",
                " 5 │ line5",
                "   · ──┬──",
                "   ·   ╰── wrong",
                " 6 │ line6",
                "   ╰────",
            ]
        );
        let further = drawn(&[("a.promo", &numbered(9))], &[(0, "line6", "wrong"), (0, "line2", "declared here")]);
        assert_eq!(further.iter().filter(|line| line.contains("─[")).count(), 2, "{further:#?}");
    }

    #[test]
    fn boxes_keep_the_order_of_the_labels() {
        assert_eq!(
            drawn(&[("a.promo", &numbered(12))], &[(0, "line1", "wrong"), (0, "line11", ""), (0, "line6", "here")]),
            [
                "    ╭─[a.promo:1:1]",
                "  1 │ line1",
                "    · ──┬──",
                "    ·   ╰── wrong",
                "  2 │ line2",
                "    ├─[a.promo:11:1]",
                " 10 │ line10",
                " 11 │ line11",
                "    · ──────",
                " 12 │ line12",
                "    ├─[a.promo:6:1]",
                "  5 │ line5",
                "  6 │ line6",
                "    · ──┬──",
                "    ·   ╰── here",
                "  7 │ line7",
                "    ╰────",
            ]
        );
    }

    #[test]
    fn a_primary_label_in_an_imported_file_comes_first() {
        let files = [("main.promo", "import \"b.promo\"\nflow main {\n"), ("b.promo", &numbered(120))];
        assert_eq!(
            drawn(&files, &[(1, "line120", "wrong"), (0, "main", "used here"), (1, "line8", "declared here")]),
            [
                "     ╭─[b.promo:120:1]",
                " 119 │ line119",
                " 120 │ line120",
                "     · ───┬───",
                "     ·    ╰── wrong",
                "     ├─[main.promo:2:6]",
                "   1 │ import \"b.promo\"",
                "   2 │ flow main {",
                "     ·      ──┬─",
                "     ·        ╰── used here",
                "     ├─[b.promo:8:1]",
                "   7 │ line7",
                "   8 │ line8",
                "     · ──┬──",
                "     ·   ╰── declared here",
                "   9 │ line9",
                "     ╰────",
            ]
        );
    }

    #[test]
    fn the_middle_of_a_long_label_is_omitted() {
        assert_eq!(
            drawn(&[("a.promo", &numbered(40))], &[(0, "line2..line30", "all of this"), (0, "line39", "and this")]),
            [
                "    ╭─[a.promo:2:1]",
                "  1 │     line1",
                "  2 │ ╭─▶ line2",
                "  3 │ │   line3",
                "    ⋮ │",
                " 29 │ │   line29",
                " 30 │ ├─▶ line30",
                "    · ╰──── all of this",
                " 31 │     line31",
                "    ├─[a.promo:39:1]",
                " 38 │ line38",
                " 39 │ line39",
                "    · ───┬──",
                "    ·    ╰── and this",
                " 40 │ line40",
                "    ╰────",
            ]
        );
    }

    #[test]
    fn a_short_label_is_drawn_in_full_and_shares_its_box_with_a_label_inside() {
        assert_eq!(
            drawn(&[("a.promo", &numbered(9))], &[(0, "line5", "wrong"), (0, "line2..line8", "in here")]),
            [
                "   ╭─[a.promo:5:1]",
                " 1 │     line1",
                " 2 │ ╭─▶ line2",
                " 3 │ │   line3",
                " 4 │ │   line4",
                " 5 │ │   line5",
                "   · │   ──┬──",
                "   · │     ╰── wrong",
                " 6 │ │   line6",
                " 7 │ │   line7",
                " 8 │ ├─▶ line8",
                "   · ╰──── in here",
                " 9 │     line9",
                "   ╰────",
            ]
        );
    }

    #[test]
    fn a_gap_looks_the_same_in_color() {
        let mut sources = SourceMap::default();
        let file = sources.add("a.promo", numbered(40));
        let diagnostic =
            Diagnostic::new(Code::E0201, "no", Span::new(file, 0, sources.file(file).text.len() as u32), "");
        let colour = human(std::slice::from_ref(&diagnostic), &sources, Style { colour: true, ..PLAIN });
        let mut parts = colour.split('\u{1b}');
        let first = parts.next().unwrap_or_default().to_owned();
        let stripped = parts.fold(first, |text, part| text + part.split_once('m').unwrap().1);
        assert_eq!(stripped, human(&[diagnostic], &sources, PLAIN));
        assert!(stripped.contains("\n    ⋮ │\n"), "{stripped}");
    }

    #[test]
    fn a_duplicate_label_is_drawn_once() {
        let picture = drawn(&[("a.promo", "qa\n")], &[(0, "qa", "here"), (0, "qa", "here")]);
        assert_eq!(picture, ["   ╭─[a.promo:1:1]", " 1 │ qa", "   · ─┬", "   ·  ╰── here", "   ╰────"]);
    }

    #[test]
    fn labels_line_up_after_tabs_and_wide_characters() {
        let text = "\u{FEFF}\tdev\t# \u{4e2d}\u{6587} qa\r\n\u{1b}[2J eu\r\n";
        assert_eq!(
            drawn(&[("a\u{1b}.promo", text)], &[(0, "qa", "not\u{202e} declared"), (0, "eu", "")]),
            [
                "   ╭─[a?.promo:1:11]",
                " 1 │ \u{FEFF}    dev # \u{4e2d}\u{6587} qa",
                "   ·                ─┬",
                "   ·                 ╰── not\u{FFFD} declared",
                " 2 │ ?[2J eu",
                "   ·      ──",
                "   ╰────",
            ]
        );
    }

    #[test]
    fn a_label_at_the_end_of_a_file_is_drawn() {
        let expected = ["   ╭─[a.promo:1:4]", " 1 │ dev", "   ·    ▲", "   ·    ╰── here", "   ╰────"];
        for text in ["dev", "dev\n", "dev\r\n"] {
            let mut sources = SourceMap::default();
            let file = sources.add("a.promo", text);
            let diagnostic = Diagnostic::new(Code::E0101, "no", Span::new(file, 3, 3), "here");
            let text = human(&[diagnostic], &sources, PLAIN);
            let lines: Vec<&str> = text.lines().skip(3).take(5).map(str::trim_end).collect();
            assert_eq!(lines, expected);
        }
    }

    #[test]
    fn a_label_keeps_its_color_in_any_box() {
        let mut sources = SourceMap::default();
        let file = sources.add("a.promo", numbered(20));
        let at = |needle: &str| {
            let start = sources.file(file).text.find(needle).unwrap() as u32;
            Span::new(file, start, start + needle.len() as u32)
        };
        let diagnostic = Diagnostic::new(Code::E0201, "no", at("line5"), "primary")
            .label(at("line4"), "second")
            .label(at("line20"), "third");
        let text = human(&[diagnostic], &sources, Style { colour: true, ..PLAIN });
        let colour = |message: &str| {
            let before = text.split(message).next().unwrap();
            before
                .rsplit("\u{1b}[")
                .find(|style| !style.starts_with("0m"))
                .unwrap()
                .split('m')
                .next()
                .unwrap()
                .to_owned()
        };
        let colours = [colour("primary"), colour("second"), colour("third")];
        assert_eq!(colours.each_ref().map(|colour| colour.split(';').next().unwrap()), ["35", "33", "32"], "{text}");
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn every_label_of_every_text_is_drawn_and_the_primary_box_first(
            text in "([a-c\t\r\u{e9}\u{4e2d}\u{1b}\u{1}\u{200d}]{0,30}\n?){0,40}",
            places in proptest::collection::vec((0.0..1.0f64, 0.0..1.0f64), 1..6),
            width in 40usize..160,
        ) {
            let mut sources = SourceMap::default();
            let file = sources.add("a.promo", text.as_str());
            let borders: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
            let offset = |part: f64| borders[(part * borders.len() as f64) as usize] as u32;
            let labels = places.iter().enumerate().map(|(nth, (from, to))| {
                let (from, to) = (offset(*from), offset(*to));
                Label { span: Span::new(file, from.min(to), from.max(to)), message: format!("label {nth}") }
            });
            let first = Diagnostic::new(Code::E0201, "no", Span::new(file, 0, 0), "");
            let diagnostic = Diagnostic { labels: labels.collect(), ..first };
            let text = human(std::slice::from_ref(&diagnostic), &sources, Style { width, ..PLAIN });
            prop_assert!(!text.chars().any(is_harmful), "{}", text);
            let at = sources.file(file).lines.position(&sources.file(file).text, diagnostic.labels[0].span.start);
            let heading = format!("╭─[a.promo:{}:{}]", at.line, at.column);
            prop_assert!(text.lines().nth(3).is_some_and(|line| line.ends_with(&heading)), "{}", text);
            for nth in 0..places.len() {
                prop_assert_eq!(text.matches(&format!(" label {nth}\n")).count(), 1, "{}", text);
            }
        }
    }
}
