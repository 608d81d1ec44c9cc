//! Files, spans and positions.
//!
//! Everything that is said about a program is said about a [`Span`] of a file in a [`SourceMap`]; offsets are bytes
//! inside the project, and become lines and columns only at its edges ([`LineIndex`]).
//!
//! INVARIANT: this room knows neither the language nor the disk. Who reads files gives their text.
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
pub use line_index::LineIndex;
pub(crate) use line_index::Position;
pub(crate) use markup::markup;
pub(crate) use mask::{Masker, mask_text, mask_urls};
pub(crate) use text::{escaped, lines, one_line, plain};

use std::sync::Arc;

/// A file of a [`SourceMap`].
pub type FileId = Id<SourceFile>;

/// A piece of one file: `start..end`, in bytes of its text. Always on character borders.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// The first byte.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
}

impl Span {
    /// The span `start..end` of `file`.
    pub fn new(file: FileId, start: u32, end: u32) -> Span {
        Span { file, start, end: end.max(start) }
    }

    /// The smallest span that holds both; `self` where they lie in different files.
    #[must_use]
    pub fn to(self, other: Span) -> Span {
        if self.file == other.file {
            Span { start: self.start.min(other.start), end: self.end.max(other.end), ..self }
        } else {
            self
        }
    }

    /// The empty span at the start.
    #[must_use]
    pub fn at_start(self) -> Span {
        Span { end: self.start, ..self }
    }

    /// The empty span at the end.
    #[must_use]
    pub fn at_end(self) -> Span {
        Span { start: self.end, ..self }
    }

    /// Whether `other` lies inside.
    pub fn contains(self, other: Span) -> bool {
        self.file == other.file && self.start <= other.start && other.end <= self.end
    }
}

/// A value and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Its place.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// `value` at `span`.
    pub fn new(value: T, span: Span) -> Spanned<T> {
        Spanned { value, span }
    }
}

/// One file: the path as it is shown, its text, its lines.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// The path as it is shown to people, with `/`.
    pub path: String,
    /// The whole text, as read.
    pub text: Arc<str>,
    /// Where its lines begin.
    pub lines: LineIndex,
}

/// All files of one run, in the order in which they were read.
#[derive(Clone, Debug, Default)]
pub struct SourceMap {
    files: Arena<SourceFile>,
}

impl SourceMap {
    /// Adds a file.
    pub fn add(&mut self, path: impl Into<String>, text: impl Into<Arc<str>>) -> FileId {
        let text = text.into();
        let lines = LineIndex::new(&text);
        self.files.push(SourceFile { path: path.into(), text, lines })
    }

    /// The file of an id.
    pub fn file(&self, id: FileId) -> &SourceFile {
        &self.files[id]
    }

    /// The text of a span; empty where the span does not lie in its file.
    pub fn text(&self, span: Span) -> &str {
        self.file(span.file).text.get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    /// The same files, shown under another folder: for whoever reads them from elsewhere.
    #[must_use]
    pub fn under(&self, folder: &str) -> SourceMap {
        let mut map = SourceMap::default();
        for file in self.files.values() {
            let path = if folder.is_empty() { file.path.clone() } else { format!("{folder}/{}", file.path) };
            map.files.push(SourceFile { path, ..file.clone() });
        }
        map
    }

    /// All files.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        self.files.iter()
    }
}
