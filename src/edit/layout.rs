//! Layouts that libyaml and go-yaml read and the parser here refuses: lines inside brackets or quotes at any column, and
//! tabs after an indicator.
//!
//! White space there has no meaning, so the parser is given a text with more of it, and its positions are mapped back. A
//! scan that takes something for brackets or quotes that is none is noticed in the tree: see [`Repair::fits`].

use std::ops::Range;

/// A text for the parser in place of another.
#[derive(Debug)]
pub(super) struct Repair {
    pub(super) text: String,
    /// For each character, and the end, its byte offset in the original.
    pub(super) offsets: Vec<usize>,
    /// Where spaces were added, in the original.
    added: Vec<usize>,
    /// Tabs that became spaces, in the original.
    tabs: Vec<usize>,
}

impl Repair {
    /// The repair of a text; `None` if there is nothing to repair.
    pub(super) fn of(text: &str) -> Option<Repair> {
        let mut scan =
            BlockScan { text: text.as_bytes(), at: 0, start: 0, indent: -1, pads: Vec::new(), tabs: Vec::new() };
        scan.stream();
        let BlockScan { pads, tabs, .. } = scan;
        let size: usize = pads.iter().map(|(_, width)| width).sum();
        if pads.is_empty() && tabs.is_empty() || size > 64 * text.len() {
            return None;
        }
        let mut repair = Repair {
            text: String::with_capacity(text.len() + size),
            offsets: Vec::with_capacity(text.len() + size + 1),
            added: pads.iter().map(|(at, _)| *at).collect(),
            tabs,
        };
        let (mut pads, mut tabs) = (pads.into_iter().peekable(), repair.tabs.iter().peekable());
        for (at, c) in text.char_indices() {
            if let Some((_, width)) = pads.next_if(|(pad, _)| *pad == at) {
                repair.text.extend(std::iter::repeat_n(' ', width));
                repair.offsets.extend(std::iter::repeat_n(at, width));
            }
            repair.text.push(if tabs.next_if_eq(&&at).is_some() { ' ' } else { c });
            repair.offsets.push(at);
        }
        repair.offsets.push(text.len());
        Some(repair)
    }

    /// Whether spaces were only added inside brackets and quotes (`loose`), and tabs only changed outside of scalars, as
    /// the parser sees them.
    pub(super) fn fits(&self, loose: Vec<Range<usize>>, scalars: Vec<Range<usize>>) -> bool {
        let (loose, scalars) = (outermost(loose), outermost(scalars));
        let inside = |ranges: &[Range<usize>], at: usize| {
            let next = ranges.partition_point(|range| range.start < at);
            next.checked_sub(1).and_then(|last| ranges.get(last)).is_some_and(|range| at < range.end)
        };
        self.added.iter().all(|at| inside(&loose, *at)) && !self.tabs.iter().any(|at| inside(&scalars, *at))
    }
}

/// The ranges that are not inside others, in order.
fn outermost(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_by_key(|range| (range.start, std::cmp::Reverse(range.end)));
    let mut end = 0;
    ranges.retain(|range| {
        let outside = range.end > end;
        end = end.max(range.end);
        outside
    });
    ranges
}

/// Goes through a text token by token, as far as needed to know what brackets and quotes are.
struct BlockScan<'t> {
    text: &'t [u8],
    at: usize,
    /// Where its line begins.
    start: usize,
    /// The column of the mapping or sequence around; -1 at the root.
    indent: isize,
    /// Where how many spaces are needed.
    pads: Vec<(usize, usize)>,
    tabs: Vec<usize>,
}

impl BlockScan<'_> {
    fn peek(&self, ahead: usize) -> Option<u8> {
        self.text.get(self.at + ahead).copied()
    }

    fn is_blank(&self, ahead: usize) -> bool {
        matches!(self.peek(ahead), None | Some(b' ' | b'\t' | b'\n' | b'\r'))
    }

    fn ends_line(&self) -> bool {
        matches!(self.peek(0), None | Some(b'\n' | b'\r'))
    }

    /// To the next line break.
    fn skip_line(&mut self) {
        while !self.ends_line() {
            self.at += 1;
        }
    }

    /// The spaces of the next line that is not blank, and where its text begins.
    fn ahead(&self) -> Option<(isize, usize)> {
        let mut at = self.at;
        loop {
            let start = at;
            while self.text.get(at) == Some(&b' ') {
                at += 1;
            }
            let column = isize::try_from(at - start).unwrap_or(isize::MAX);
            let text = at;
            while matches!(self.text.get(at), Some(b' ' | b'\t' | b'\r')) {
                at += 1;
            }
            match self.text.get(at) {
                Some(b'\n') => at += 1,
                Some(_) => return Some((column, text)),
                None => return None,
            }
        }
    }

    /// Whether a `---` or `...` is at a position that begins a line.
    fn marker(&self, at: usize) -> bool {
        let rest = self.text.get(at..).unwrap_or_default();
        (rest.starts_with(b"---") || rest.starts_with(b"..."))
            && matches!(rest.get(3), None | Some(b' ' | b'\t' | b'\n' | b'\r'))
    }

    fn stream(&mut self) {
        while self.at < self.text.len() {
            if self.peek(0) == Some(b'%') {
                self.skip_line();
            } else if self.marker(self.at) {
                self.indent = -1;
                self.at += 3;
            }
            self.line();
            if self.peek(0) == Some(b'\r') && self.peek(1) == Some(b'\n') {
                self.at += 1;
            }
            self.at += 1;
            self.start = self.at;
        }
    }

    /// From within a line in block style to the end of a line.
    fn line(&mut self) {
        let mut key: Option<isize> = None;
        while !self.ends_line() {
            let column = isize::try_from(self.at - self.start).unwrap_or(isize::MAX);
            match self.peek(0).unwrap_or_default() {
                b' ' | b'\t' => self.at += 1,
                b'#' => return self.skip_line(),
                b'-' | b'?' if self.is_blank(1) => {
                    (self.indent, key) = (column, None);
                    self.indicator();
                }
                b':' if self.is_blank(1) => {
                    self.indent = key.take().unwrap_or(column);
                    self.indicator();
                }
                first => {
                    key.get_or_insert(column);
                    match first {
                        b'&' | b'*' | b'!' => {
                            while !self.is_blank(0) {
                                self.at += 1;
                            }
                        }
                        b'"' | b'\'' => self.quoted(first),
                        b'[' | b'{' => self.brackets(),
                        b'|' | b'>' => return self.block_scalar(),
                        _ => self.plain(),
                    }
                }
            }
        }
    }

    /// Past a `-`, `?` or `:` and the tabs after it.
    fn indicator(&mut self) {
        self.at += 1;
        while matches!(self.peek(0), Some(b' ' | b'\t')) {
            if self.peek(0) == Some(b'\t') {
                self.tabs.push(self.at);
            }
            self.at += 1;
        }
    }

    /// Past a plain scalar, on this line and on those that continue it.
    fn plain(&mut self) {
        loop {
            let mut blank = false;
            while !self.ends_line() {
                match self.peek(0) {
                    Some(b':') if self.is_blank(1) => return,
                    Some(b'#') if blank => return self.skip_line(),
                    byte => blank = matches!(byte, Some(b' ' | b'\t')),
                }
                self.at += 1;
            }
            let here = self.at;
            self.at += usize::from(self.peek(0) == Some(b'\r')) + 1;
            match self.ahead() {
                Some((column, at))
                    if column > self.indent
                        && self.text.get(at) != Some(&b'#')
                        && !(column == 0 && self.marker(at)) =>
                {
                    (self.at, self.start) = (at, at - column.unsigned_abs());
                }
                _ => {
                    self.at = here;
                    return;
                }
            }
        }
    }

    /// To the end of the last line of a `|` or `>` scalar.
    fn block_scalar(&mut self) {
        loop {
            self.skip_line();
            let here = self.at;
            self.at += usize::from(self.peek(0) == Some(b'\r')) + 1;
            match self.ahead() {
                Some((column, at)) if column > self.indent && !(column == 0 && self.marker(at)) => {
                    (self.at, self.start) = (at, at - column.unsigned_abs());
                }
                _ => {
                    self.at = here;
                    return;
                }
            }
        }
    }

    /// Past a line break inside brackets or quotes; the next line gets spaces if it is not indented.
    fn continued(&mut self) {
        self.at += 1;
        self.start = self.at;
        let mut tab = false;
        while matches!(self.peek(0), Some(b' ' | b'\t')) {
            tab |= self.peek(0) == Some(b'\t');
            self.at += 1;
        }
        let column = isize::try_from(self.at - self.start).unwrap_or(isize::MAX);
        if !self.ends_line() && (tab || column <= self.indent) {
            self.pads.push((self.start, usize::try_from(self.indent + 2).unwrap_or(1)));
        }
    }

    /// Past a quoted scalar.
    fn quoted(&mut self, quote: u8) {
        self.at += 1;
        while let Some(byte) = self.peek(0) {
            match byte {
                b'\\' if quote == b'"' && self.peek(1) != Some(b'\n') && self.peek(1) != Some(b'\r') => self.at += 2,
                b'\'' if quote == b'\'' && self.peek(1) == Some(b'\'') => self.at += 2,
                b'\n' => self.continued(),
                byte => {
                    self.at += 1;
                    if byte == quote {
                        return;
                    }
                }
            }
        }
    }

    /// Past everything up to the bracket that closes the one here.
    fn brackets(&mut self) {
        let (mut depth, mut plain, mut blank) = (0_usize, false, true);
        while let Some(byte) = self.peek(0) {
            let was_blank = std::mem::replace(&mut blank, matches!(byte, b' ' | b'\t' | b'\n' | b'\r'));
            match byte {
                b'\n' => self.continued(),
                b' ' | b'\t' | b'\r' => self.at += 1,
                b'#' if was_blank => self.skip_line(),
                b'"' | b'\'' if !plain => self.quoted(byte),
                b'&' | b'*' | b'!' if !plain => {
                    while !self.is_blank(0) && !matches!(self.peek(0), Some(b',' | b'[' | b']' | b'{' | b'}')) {
                        self.at += 1;
                    }
                }
                b'[' | b'{' => {
                    (depth, plain) = (depth + 1, false);
                    self.at += 1;
                }
                b']' | b'}' => {
                    (depth, plain) = (depth.saturating_sub(1), false);
                    self.at += 1;
                    if depth == 0 {
                        return;
                    }
                }
                b',' => {
                    plain = false;
                    self.at += 1;
                }
                b':' | b'?' if self.is_blank(1) || !plain => {
                    plain = false;
                    self.indicator();
                }
                _ => {
                    plain = true;
                    self.at += 1;
                }
            }
        }
    }
}
