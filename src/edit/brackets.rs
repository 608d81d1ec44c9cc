//! The comments between the brackets of a list or mapping, and to which element each belongs: the one that it is above or
//! beside. What is moved or removed takes them along.

use super::error::EditError;

/// What stands around one element.
#[derive(Clone, Debug, Default)]
pub(super) struct Around {
    /// The lines above it, without their line breaks.
    above: Vec<String>,
    /// The indentation of its line, if it begins one.
    indent: Option<String>,
    /// The blanks in front of it, if something else is on its line.
    space: Option<String>,
    /// The blanks in front of its comma.
    before: String,
    /// The rest of its line after the comma: blanks and a comment.
    beside: String,
}

impl Around {
    /// Comments found elsewhere: lines above an element, and what follows it on its line.
    pub(super) fn new(above: &str, beside: &str) -> Around {
        let above = above.lines().map(str::trim).filter(|line| line.starts_with('#')).map(str::to_owned).collect();
        let beside = if beside.contains('#') { beside.to_owned() } else { String::new() };
        Around { above, beside, ..Around::default() }
    }

    pub(super) fn has_comment(&self) -> bool {
        self.beside.contains('#') || self.above.iter().any(|line| line.contains('#'))
    }

    /// The lines of a member of a block with its comments. Below a first line there is no room beside it.
    pub(super) fn lines(&self, mut lines: Vec<String>, indent: &str) -> Vec<String> {
        let mut above: Vec<&str> = self.above.iter().map(|line| line.trim()).filter(|line| !line.is_empty()).collect();
        match lines.as_mut_slice() {
            [only] => only.push_str(&self.beside),
            _ if !self.beside.contains('#') => {}
            _ => above.push(self.beside.trim()),
        }
        above.into_iter().map(|line| format!("{indent}{line}")).chain(lines).collect()
    }
}

/// The text between the elements of a list or mapping in brackets.
#[derive(Debug)]
pub(super) struct Brackets {
    /// After the opening bracket, on its line.
    open: String,
    /// Of each element.
    pub(super) around: Vec<Around>,
    /// Whether a comma follows the last element.
    comma: bool,
    /// From the last element to the closing bracket, without the comma and the comment beside that element.
    close: String,
    /// How an element that begins a line is indented.
    indent: String,
}

impl Brackets {
    /// Reads the `gaps`: before the first element, between elements, and after the last. `outer` indents the line of the
    /// opening bracket.
    ///
    /// # Errors
    /// If a comment stands before a comma, so that moving the comma would put it into the comment.
    pub(super) fn read(gaps: &[&str], outer: &str) -> Result<Brackets, EditError> {
        let gaps: Vec<String> = gaps.iter().map(|gap| gap.replace("\r\n", "\n")).collect();
        let mut around = Vec::new();
        let mut next = Around::default();
        let (mut open, mut close, mut comma) = (String::new(), String::new(), false);
        let last = gaps.len().saturating_sub(1);
        for (index, gap) in gaps.iter().enumerate() {
            let comma_at = comma_of(gap);
            let after = comma_at.map_or(gap.as_str(), |at| gap.get(at + 1..).unwrap_or_default());
            let before_comma = comma_at.and_then(|at| gap.get(..at)).unwrap_or_default();
            if before_comma.contains('#') {
                return Err(EditError::refused(
                    "a comment stands between an element and its comma, so the list cannot be changed without losing it",
                    "write the comma before the comment first",
                ));
            }
            let (line, below) = match after.split_once('\n') {
                Some((line, below)) => (line, Some(below)),
                None => (after, None),
            };
            if index > 0 {
                let beside = if below.is_some() || line.contains('#') { line.to_owned() } else { String::new() };
                around.push(Around { beside, before: before_comma.to_owned(), ..std::mem::take(&mut next) });
            } else {
                line.clone_into(&mut open);
            }
            if index == last {
                comma = comma_at.is_some();
                close = match below {
                    Some(below) => format!("\n{below}"),
                    None => line.to_owned(),
                };
            } else if let Some(below) = below {
                let (above, indent) = below.rsplit_once('\n').map_or((None, below), |(above, own)| (Some(above), own));
                next.above = above.map_or(Vec::new(), |above| above.split('\n').map(str::to_owned).collect());
                next.indent = Some(indent.to_owned());
            } else if index > 0 {
                next.space = Some(line.to_owned());
            }
        }
        let indent = around.iter().find_map(|around: &Around| around.indent.clone());
        let indent = indent.unwrap_or_else(|| format!("{outer}  "));
        Ok(Brackets { open, around, comma, close, indent })
    }

    /// Whether the elements begin lines, so that there is room for comments.
    pub(super) fn spread(&self) -> bool {
        self.around.iter().any(|around| around.indent.is_some())
    }

    /// An element of another file that is inserted here, with the comments that it has there.
    pub(super) fn inserted(&self, there: Option<&Around>) -> Around {
        let spread = self.spread();
        let there = there.filter(|_| spread).cloned().unwrap_or_default();
        let comments = there.above.iter().filter(|line| line.contains('#'));
        let above = comments.map(|line| format!("{}{}", self.indent, line.trim_start())).collect();
        Around { above, indent: spread.then(|| self.indent.clone()), beside: there.beside, ..Around::default() }
    }

    /// The gaps of other elements, in their order: before the first, between them with a comma each, after the last.
    pub(super) fn write(&self, elements: &[&Around]) -> Vec<String> {
        let mut gaps = Vec::new();
        let (mut before, mut text) = (&Around::default(), self.open.clone());
        let first_breaks = self.around.first().is_some_and(|first| first.indent.is_some());
        for (index, element) in elements.iter().enumerate() {
            let separator = if index == 0 { "" } else { element.space.as_deref().unwrap_or(" ") };
            if index > 0 {
                text = format!("{},{}", before.before, before.beside);
            }
            // The first place keeps its line break; elsewhere each element keeps its own.
            let breaks =
                if index == 0 { first_breaks } else { element.indent.is_some() || self.spread() && self.alone() };
            if breaks || !element.above.is_empty() || text.contains('#') {
                text.push('\n');
                for line in &element.above {
                    text.push_str(line);
                    text.push('\n');
                }
                text.push_str(element.indent.as_ref().unwrap_or(&self.indent));
            } else {
                text.push_str(separator);
            }
            gaps.push(std::mem::take(&mut text));
            before = element;
        }
        let comma = if self.comma { format!("{},", before.before) } else { String::new() };
        let line = if !before.beside.contains('#') || self.close.starts_with('\n') { "" } else { "\n" };
        let indent = if line.is_empty() { "" } else { self.indent.as_str() };
        let beside = if before.beside.trim().is_empty() && line.is_empty() && !self.close.starts_with('\n') {
            ""
        } else {
            before.beside.as_str()
        };
        gaps.push(format!("{comma}{beside}{line}{indent}{}", self.close));
        gaps
    }

    /// Whether every element after the first begins a line.
    fn alone(&self) -> bool {
        self.around.iter().skip(1).all(|around| around.indent.is_some())
    }
}

/// The comma of a gap, outside of its comments.
fn comma_of(gap: &str) -> Option<usize> {
    let mut comment = false;
    gap.char_indices().find_map(|(at, c)| {
        match c {
            '#' => comment = true,
            '\n' => comment = false,
            ',' if !comment => return Some(at),
            _ => {}
        }
        None
    })
}
