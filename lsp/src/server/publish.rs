//! The diagnostics of every file, pushed to editors that do not ask for them.

use std::time::Instant;

use gen_lsp_types as lsp;
use lsp_server::{Message, Notification};
use promoc::project::Imported;
use promoc::source::SourceFile;
use serde_json::Value;

use super::{Outcome, Said, Server};
use crate::convert::Shown;
use crate::documents::Documents;

impl Server<'_> {
    /// Publishes the diagnostics that have changed, file by file. An editor that asks for them is told to ask again if
    /// those of another file than the changed ones are different.
    pub(super) fn publish(&mut self) -> Outcome<()> {
        self.told = Instant::now();
        let mut said = self.said();
        // a file without diagnostics any more
        for uri in self.published.keys() {
            said.entry(uri.clone()).or_default();
        }
        let touched = std::mem::take(&mut self.touched);
        let mut others = false;
        for (uri, diagnostics) in said {
            let version = self.version(&uri);
            let now = (version, diagnostics);
            let is_touched = touched.contains(&uri);
            let before = self.published.get(&uri);
            others |= !is_touched && before.map_or(!now.1.is_empty(), |(_, before)| *before != now.1);
            if self.client.pulls || !is_touched && before == Some(&now) {
                self.published.insert(uri, now);
                continue;
            }
            self.notify(&uri, version, now.1.clone())?;
            if version.is_none() && now.1.is_empty() {
                self.published.remove(&uri);
            } else {
                self.published.insert(uri, now);
            }
        }
        if others && self.client.pulls && self.client.refreshes_diagnostics {
            self.ask("workspace/diagnostic/refresh", Value::Null)?;
        }
        Ok(())
    }

    /// The version of an open document.
    pub fn version(&self, uri: &str) -> Option<i32> {
        let path = Documents::path(&lsp::Uri::from(uri))?;
        self.documents.get(&path).map(|document| document.version)
    }

    /// The diagnostics of a document, after all messages so far.
    pub fn diagnostics_of(&mut self, uri: &lsp::Uri) -> Vec<lsp::Diagnostic> {
        self.check_all();
        self.said().remove(&uri.0).unwrap_or_default()
    }

    /// The diagnostics of every file, after all messages so far.
    pub fn all_diagnostics(&mut self) -> Said {
        self.check_all();
        self.said()
    }

    pub(super) fn check_all(&mut self) {
        let documents = &self.documents;
        for (root, project) in &mut self.projects {
            let uri = |file: &SourceFile| documents.uri(&root.join(&file.path));
            let shown = Shown { uri: &uri, client: &self.client };
            if project.is_dirty() {
                project.check(&shown);
            }
            while project.check_one(&shown) {}
        }
    }

    /// The diagnostics of every file. An open file is included even if it has none.
    fn said(&self) -> Said {
        let mut said = Said::new();
        let mut imported = Imported::default();
        // outer projects come first
        for (root, project) in &self.projects {
            let programs: Vec<_> = imported.leaves(root, project.programs(), |(file, ..)| file).collect();
            for (file, reads, diagnostics) in programs {
                reads.iter().filter(|path| *path != file).for_each(|path| imported.add(root, path));
                for read in reads.iter().map(|path| root.join(path)).filter(|path| self.documents.get(path).is_some()) {
                    said.entry(self.documents.uri(&read).0).or_default();
                }
                for (path, shown) in diagnostics {
                    let list = said.entry(self.documents.uri(&root.join(path)).0).or_default();
                    if !list.contains(shown) {
                        list.push(shown.clone());
                    }
                }
            }
        }
        said
    }

    fn notify(&self, uri: &str, version: Option<i32>, diagnostics: Vec<lsp::Diagnostic>) -> Outcome<()> {
        let params = lsp::PublishDiagnosticsParams { uri: lsp::Uri::from(uri), version, diagnostics };
        self.send(Message::Notification(Notification::new("textDocument/publishDiagnostics".to_string(), params)))
    }
}
