//! The main loop: reads until the editor is silent for a moment, then checks once and publishes.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Duration;

use gen_lsp_types as lsp;
use lsp_server::{Connection, ErrorCode, Message, Notification, Response};
use promoc::program::{Files, roots};
use promoc::source::SourceFile;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::convert;
use crate::documents::{Document, Documents};
use crate::project::{Overlay, root_of};

/// How long an editor must be silent before its programs are checked.
const SILENCE: Duration = Duration::from_millis(100);

/// Serves one editor until it says goodbye.
///
/// # Errors
/// Where the connection breaks, or the editor does not keep to the protocol.
pub fn run(connection: &Connection) -> Result<(), Box<dyn Error + Send + Sync>> {
    let (id, _) = connection.initialize_start()?;
    let capabilities = lsp::ServerCapabilities {
        position_encoding: Some(lsp::PositionEncodingKind::UTF16),
        text_document_sync: Some(lsp::TextDocumentSync::Kind(lsp::TextDocumentSyncKind::Incremental)),
        ..lsp::ServerCapabilities::default()
    };
    let info = json!({ "name": "promo-lsp", "version": env!("CARGO_PKG_VERSION") });
    connection.initialize_finish(id, json!({ "capabilities": capabilities, "serverInfo": info }))?;
    let mut server =
        Server { connection, documents: Documents::default(), published: BTreeSet::new(), stale: BTreeSet::new() };
    server.serve()
}

struct Server<'a> {
    connection: &'a Connection,
    documents: Documents,
    /// The files of which something was published last, by URI.
    published: BTreeSet<String>,
    /// The roots of projects whose texts have changed.
    stale: BTreeSet<PathBuf>,
}

impl Server<'_> {
    fn serve(&mut self) -> Result<(), Box<dyn Error + Send + Sync>> {
        loop {
            let message = if self.stale.is_empty() {
                self.connection.receiver.recv().map_err(|_| "the editor is gone")?
            } else if let Ok(message) = self.connection.receiver.recv_timeout(SILENCE) {
                message
            } else {
                self.publish()?;
                continue;
            };
            match message {
                Message::Request(request) => {
                    if self.connection.handle_shutdown(&request)? {
                        return Ok(());
                    }
                    let text = format!("promo-lsp does not know `{}`", request.method);
                    self.send(Message::Response(Response::new_err(
                        request.id,
                        ErrorCode::MethodNotFound as i32,
                        text,
                    )))?;
                }
                Message::Notification(notification) => self.hear(notification),
                Message::Response(_) => {}
            }
        }
    }

    /// Keeps the texts in step. What does not have the protocol's form is passed over: a later text is whole again.
    fn hear(&mut self, notification: Notification) {
        let Notification { method, params } = notification;
        let path = match method.as_str() {
            "textDocument/didOpen" => read::<lsp::DidOpenTextDocumentParams>(params).and_then(|opened| {
                let lsp::TextDocumentItem { uri, version, text, .. } = opened.text_document;
                let path = path_of(&uri)?;
                self.documents.open(path.clone(), Document { uri, version, text });
                Some(path)
            }),
            "textDocument/didChange" => read::<lsp::DidChangeTextDocumentParams>(params).and_then(|changed| {
                let path = path_of(&changed.text_document.text_document_identifier.uri)?;
                self.documents.change(&path, changed.text_document.version, changed.content_changes);
                Some(path)
            }),
            "textDocument/didClose" => read::<lsp::DidCloseTextDocumentParams>(params).and_then(|closed| {
                let path = path_of(&closed.text_document.uri)?;
                self.documents.close(&path);
                Some(path)
            }),
            "textDocument/didSave" => {
                read::<lsp::DidSaveTextDocumentParams>(params).and_then(|saved| path_of(&saved.text_document.uri))
            }
            _ => None,
        };
        self.stale.extend(path.map(|path| root_of(&path)));
    }

    /// Checks the projects of all open texts and publishes what there is to say, file by file.
    fn publish(&mut self) -> Result<(), Box<dyn Error + Send + Sync>> {
        self.stale.clear();
        let projects: BTreeSet<PathBuf> = self.documents.paths().map(root_of).collect();
        let mut said: BTreeMap<String, Vec<lsp::Diagnostic>> = BTreeMap::new();
        for root in projects {
            self.check(&root, &mut said);
        }
        let silent: Vec<String> = self.published.iter().filter(|uri| !said.contains_key(*uri)).cloned().collect();
        self.published = said.keys().cloned().collect();
        for uri in silent {
            self.notify(&uri, Vec::new())?;
        }
        for (uri, diagnostics) in said {
            self.notify(&uri, diagnostics)?;
        }
        Ok(())
    }

    fn check(&self, root: &Path, said: &mut BTreeMap<String, Vec<lsp::Diagnostic>>) {
        let files = Overlay { root: root.to_path_buf(), documents: &self.documents };
        let uri = |file: &SourceFile| {
            let path = root.join(&file.path);
            self.documents.get(&path).map_or_else(|| uri_of(&path), |document| document.uri.clone())
        };
        for program in roots(&files, &files.candidates()) {
            let Ok(analysed) = promoc::analyse(&files, &program) else { continue };
            let sources = analysed.sources();
            for (_, file) in sources.iter() {
                if self.documents.get(&root.join(&file.path)).is_some() {
                    said.entry(uri(file).0).or_default();
                }
            }
            for diagnostic in analysed.diagnostics() {
                let Some(span) = diagnostic.primary() else { continue };
                let Some(shown) = convert::diagnostic(sources, diagnostic, &uri) else { continue };
                let list = said.entry(uri(sources.file(span.file)).0).or_default();
                if !list.contains(&shown) {
                    list.push(shown);
                }
            }
        }
    }

    fn notify(&self, uri: &str, diagnostics: Vec<lsp::Diagnostic>) -> Result<(), Box<dyn Error + Send + Sync>> {
        let path = path_of(&lsp::Uri::from(uri));
        let version = path.and_then(|path| self.documents.get(&path).map(|document| document.version));
        let params = lsp::PublishDiagnosticsParams { uri: lsp::Uri::from(uri), version, diagnostics };
        self.send(Message::Notification(Notification::new("textDocument/publishDiagnostics".to_string(), params)))
    }

    fn send(&self, message: Message) -> Result<(), Box<dyn Error + Send + Sync>> {
        self.connection.sender.send(message).map_err(|_| "the editor is gone".into())
    }
}

fn read<T: DeserializeOwned>(params: Value) -> Option<T> {
    serde_json::from_value(params).ok()
}

fn path_of(uri: &lsp::Uri) -> Option<PathBuf> {
    url::Url::parse(&uri.0).ok()?.to_file_path().ok()
}

fn uri_of(path: &Path) -> lsp::Uri {
    lsp::Uri::from(
        url::Url::from_file_path(path).map_or_else(|()| path.to_string_lossy().into_owned(), |url| url.to_string()),
    )
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "an editor's project is on the disk")]
mod tests {
    use super::*;
    use lsp_server::Request;

    const GOOD: &str = "environment dev, qa\nflow main { trigger dev; promote qa }\n";

    /// An editor over a connection in memory.
    struct Editor {
        connection: Connection,
        server: Option<std::thread::JoinHandle<()>>,
        folder: tempfile::TempDir,
    }

    impl Editor {
        fn start() -> Editor {
            let (server, connection) = Connection::memory();
            let server = std::thread::spawn(move || run(&server).unwrap());
            let editor = Editor { connection, server: Some(server), folder: tempfile::tempdir().unwrap() };
            editor.send(Message::Request(Request::new(
                1.into(),
                "initialize".to_string(),
                json!({ "capabilities": {} }),
            )));
            let Message::Response(answer) = editor.receive() else { panic!("no answer") };
            assert_eq!(answer.response_result.unwrap()["capabilities"]["textDocumentSync"], 2);
            editor.tell("initialized", json!({}));
            editor
        }

        fn send(&self, message: Message) {
            self.connection.sender.send(message).unwrap();
        }

        fn tell(&self, method: &str, params: Value) {
            self.send(Message::Notification(Notification::new(method.to_string(), params)));
        }

        fn receive(&self) -> Message {
            self.connection.receiver.recv_timeout(Duration::from_secs(60)).unwrap()
        }

        fn uri(&self, name: &str) -> String {
            url::Url::from_file_path(self.folder.path().join(name)).unwrap().to_string()
        }

        fn open(&self, name: &str, text: &str) {
            let document = json!({ "uri": self.uri(name), "languageId": "promo", "version": 1, "text": text });
            self.tell("textDocument/didOpen", json!({ "textDocument": document }));
        }

        fn replace(&self, name: &str, version: i32, text: &str) {
            let document = json!({ "uri": self.uri(name), "version": version });
            self.tell(
                "textDocument/didChange",
                json!({ "textDocument": document, "contentChanges": [{ "text": text }] }),
            );
        }

        /// The next published codes of a file.
        fn codes(&self, name: &str) -> Vec<String> {
            loop {
                let Message::Notification(Notification { method, params }) = self.receive() else { continue };
                assert_eq!(method, "textDocument/publishDiagnostics");
                if params["uri"] == self.uri(name) {
                    let list = params["diagnostics"].as_array().unwrap();
                    return list.iter().map(|one| one["code"].as_str().unwrap().to_string()).collect();
                }
            }
        }

        fn stop(mut self) {
            self.send(Message::Request(Request::new(2.into(), "shutdown".to_string(), Value::Null)));
            while !matches!(self.receive(), Message::Response(_)) {}
            self.tell("exit", Value::Null);
            self.server.take().unwrap().join().unwrap();
        }
    }

    #[test]
    fn a_mistake_is_published_and_taken_back() {
        let editor = Editor::start();
        editor.open("main.promo", "environment dev, qa\nflow main { trigger dev; promote qaa }\n");
        assert_eq!(editor.codes("main.promo"), ["E0201"]);
        editor.replace("main.promo", 2, GOOD);
        assert_eq!(editor.codes("main.promo"), Vec::<String>::new());
        editor.stop();
    }

    #[test]
    fn what_is_open_counts_more_than_what_is_saved_also_in_an_import() {
        let editor = Editor::start();
        std::fs::write(editor.folder.path().join("environments.promo"), "environment dev\n").unwrap();
        editor.open("main.promo", "import \"environments.promo\"\nflow main { trigger dev; promote qa }\n");
        assert_eq!(editor.codes("main.promo"), ["E0201"]);
        editor.open("environments.promo", "environment dev, qa\n");
        assert_eq!(editor.codes("main.promo"), Vec::<String>::new());
        editor.stop();
    }

    #[test]
    fn an_unknown_request_is_answered() {
        let editor = Editor::start();
        editor.send(Message::Request(Request::new(7.into(), "textDocument/hover".to_string(), json!({}))));
        let Message::Response(answer) = editor.receive() else { panic!("no answer") };
        assert!(answer.response_result.is_err());
        editor.stop();
    }
}
