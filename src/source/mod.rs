//! Files, spans and positions.
//!
//! Every diagnostic refers to a [`Span`] of a file in a [`SourceMap`]. The library counts offsets in bytes; they become
//! lines and columns only on output ([`LineIndex`]).
//!
//! INVARIANT: this module does not know the language and does not read files. Its callers pass the text of each file.
//!
//! ```
//! use promoc::source::{SourceMap, Span};
//! let mut map = SourceMap::default();
//! let file = map.add("main.promo", "environment dev\n");
//! assert_eq!(map.text(Span::new(file, 12, 15)), "dev");
//! ```

mod arena;
mod harmless;
mod line_index;
mod markup;
mod mask;
mod text;

pub(crate) use arena::{Arena, Id};
pub(crate) use harmless::{harmless, is_harmful};
pub(crate) use line_index::Position;
pub use line_index::{Encoding, LineIndex};
pub(crate) use markup::markup;
pub(crate) use mask::{Masker, mask_text, mask_urls, url_passwords};
pub(crate) use text::{escaped, lines, one_line, plain};

use std::sync::Arc;

/// A file of a [`SourceMap`].
pub type FileId = Id<SourceFile>;

/// A range of one file: `start..end`, in bytes of its text, always on character boundaries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file whose text the offsets refer to.
    pub file: FileId,
    /// The offset of the first byte.
    pub start: u32,
    /// The offset after the last byte.
    pub end: u32,
}

impl Span {
    /// The span `start..end` of `file`.
    pub fn new(file: FileId, start: u32, end: u32) -> Span {
        Span { file, start, end: end.max(start) }
    }

    /// The smallest span that contains both; `self` if they are in different files.
    #[must_use]
    pub fn to(self, other: Span) -> Span {
        if self.file == other.file {
            Span { start: self.start.min(other.start), end: self.end.max(other.end), ..self }
        } else {
            self
        }
    }

    /// The empty span at the start of this one.
    #[must_use]
    pub fn at_start(self) -> Span {
        Span { end: self.start, ..self }
    }

    /// The empty span at the end of this one.
    #[must_use]
    pub fn at_end(self) -> Span {
        Span { start: self.end, ..self }
    }

    /// Whether `other` is inside this span, in the same file.
    pub fn contains(self, other: Span) -> bool {
        self.file == other.file && self.start <= other.start && other.end <= self.end
    }
}

/// A value and its place in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spanned<T> {
    /// What the text means.
    pub value: T,
    /// Where the text is.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// Attaches a span to a value.
    pub fn new(value: T, span: Span) -> Spanned<T> {
        Spanned { value, span }
    }
}

/// One file of a program.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// The path as it is shown in messages, with `/`.
    pub path: String,
    /// The whole text, exactly as it was read.
    pub text: Arc<str>,
    /// The offsets at which the lines of the text start.
    pub lines: LineIndex,
}

/// All files of a program, in the order in which they were read.
#[derive(Clone, Debug, Default)]
pub struct SourceMap {
    files: Arena<SourceFile>,
}

impl SourceMap {
    /// Adds a file, and returns its id.
    pub fn add(&mut self, path: impl Into<String>, text: impl Into<Arc<str>>) -> FileId {
        let text = text.into();
        let lines = LineIndex::new(&text);
        self.files.push(SourceFile { path: path.into(), text, lines })
    }

    /// The file with an id of this map.
    pub fn file(&self, id: FileId) -> &SourceFile {
        &self.files[id]
    }

    /// The text of a span; empty if the span is not inside its file.
    pub fn text(&self, span: Span) -> &str {
        self.file(span.file).text.get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    /// The same files with `folder` before each path, for messages to someone in the parent folder.
    #[must_use]
    pub fn under(&self, folder: &str) -> SourceMap {
        let mut map = SourceMap::default();
        for file in self.files.values() {
            let path = if folder.is_empty() { file.path.clone() } else { format!("{folder}/{}", file.path) };
            map.files.push(SourceFile { path, ..file.clone() });
        }
        map
    }

    /// All files with their ids, in the order in which they were read.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        self.files.iter()
    }
}
