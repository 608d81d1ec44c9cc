//! The texts that are open in the editor.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use gen_lsp_types as lsp;
use promoc::source::{Encoding, LineIndex};

/// The folder of documents without a file. Nothing can be below a device.
const NOWHERE: &str = "/dev/null";
const UNTITLED: &str = "untitled.promo";

/// An open text.
#[derive(Debug, Clone)]
pub struct Document {
    /// The URI in the form that the editor uses.
    pub uri: lsp::Uri,
    /// The version number that the editor assigned.
    pub version: i32,
    pub text: String,
}

/// All open texts, by path.
#[derive(Debug, Default)]
pub struct Documents {
    open: BTreeMap<PathBuf, Document>,
}

impl Documents {
    pub fn open(&mut self, path: PathBuf, document: Document) {
        self.open.insert(path, document);
    }

    /// Forgets the text of a file, so that the file on disk counts again.
    pub fn close(&mut self, path: &Path) {
        self.open.remove(path);
    }

    /// Applies changes to an open text, one after another. Ignores changes that were applied before: a notification may
    /// arrive twice.
    pub fn change(
        &mut self,
        path: &Path,
        version: i32,
        changes: Vec<lsp::TextDocumentContentChangeEvent>,
        encoding: Encoding,
    ) {
        let Some(document) = self.open.get_mut(path).filter(|document| document.version < version) else { return };
        document.version = version;
        for change in changes {
            match change {
                lsp::TextDocumentContentChangeEvent::TextDocumentContentChangeWholeDocument(whole) => {
                    document.text = whole.text
                }
                lsp::TextDocumentContentChangeEvent::TextDocumentContentChangePartial(part) => {
                    let lines = LineIndex::new(&document.text);
                    let offset =
                        |at: lsp::Position| lines.offset(&document.text, at.line, at.character, encoding) as usize;
                    let (start, end) = (offset(part.range.start), offset(part.range.end));
                    document.text.replace_range(start..end.max(start), &part.text);
                }
            }
        }
    }

    pub fn get(&self, path: &Path) -> Option<&Document> {
        self.open.get(path)
    }

    /// The path of a document. A document without a file gets a folder of its own, which does not exist.
    pub fn path(uri: &lsp::Uri) -> Option<PathBuf> {
        let parsed = url::Url::parse(&uri.0).ok()?;
        match parsed.scheme() {
            "file" => parsed.to_file_path().ok(),
            _ => Some(PathBuf::from(format!("{NOWHERE}/{}/{UNTITLED}", uri.0.replace(['/', ':'], "-")))),
        }
    }

    /// Whether a path stands for a document without a file.
    pub fn is_nowhere(path: &Path) -> bool {
        path.starts_with(NOWHERE)
    }

    /// The URI of a file. For an open file, this is the URI that the editor uses.
    pub fn uri(&self, path: &Path) -> lsp::Uri {
        let made =
            || url::Url::from_file_path(path).map_or_else(|()| path.to_string_lossy().into_owned(), String::from);
        self.get(path).map_or_else(|| lsp::Uri::from(made()), |document| document.uri.clone())
    }

    /// All open texts with their paths.
    pub fn all(&self) -> impl Iterator<Item = (&Path, &Document)> {
        self.open.iter().map(|(path, document)| (path.as_path(), document))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(start: (u32, u32), end: (u32, u32), text: &str) -> lsp::TextDocumentContentChangeEvent {
        let at = |(line, character)| lsp::Position { line, character };
        #[allow(deprecated, reason = "the field exists")]
        lsp::TextDocumentContentChangeEvent::TextDocumentContentChangePartial(lsp::TextDocumentContentChangePartial {
            range: lsp::Range { start: at(start), end: at(end) },
            range_length: None,
            text: text.to_string(),
        })
    }

    #[test]
    fn changes_apply_one_after_the_other_and_once() {
        let mut documents = Documents::default();
        let path = PathBuf::from("/a.promo");
        let document =
            Document { uri: lsp::Uri::from("file:///a.promo"), version: 1, text: "# 𝕏 ok\nflow a\n".to_string() };
        documents.open(path.clone(), document);
        documents.change(
            &path,
            2,
            vec![part((0, 5), (0, 7), "fine"), part((1, 5), (1, 6), "b"), part((9, 0), (9, 0), "end")],
            Encoding::Utf16,
        );
        documents.change(&path, 2, vec![part((0, 0), (0, 1), "")], Encoding::Utf16);
        assert_eq!(documents.get(&path).unwrap().text, "# 𝕏 fine\nflow b\nend");
        assert_eq!(documents.get(&path).unwrap().version, 2);
    }
}
