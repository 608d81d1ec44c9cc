//! An editor for tests, connected in memory.

#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::panic, reason = "the tests write files")]

use std::sync::Arc;
use std::time::Duration;

use lsp_server::{Connection, Message, Notification, Request, RequestId, ResponseError};
use promoc::project::DiskUse;
use serde_json::{Value, json};

use crate::server::serve;

pub const GOOD: &str = "environment dev, qa\nflow main { trigger dev; promote qa }\n";

/// An editor that is connected in memory.
pub struct Editor {
    pub connection: Connection,
    pub server: Option<std::thread::JoinHandle<()>>,
    pub folder: tempfile::TempDir,
    pub used: Arc<DiskUse>,
    asked: std::sync::atomic::AtomicI32,
}

impl Editor {
    pub fn start() -> Editor {
        Editor::with(json!({}))
    }

    pub fn with(capabilities: Value) -> Editor {
        let (server, connection) = Connection::memory();
        let used = Arc::<DiskUse>::default();
        let counted = Arc::clone(&used);
        let server = std::thread::spawn(move || serve(&server, counted).unwrap());
        let editor =
            Editor { connection, server: Some(server), folder: tempfile::tempdir().unwrap(), used, asked: 100.into() };
        editor.send(Message::Request(Request::new(
            1.into(),
            "initialize".to_string(),
            json!({ "capabilities": capabilities }),
        )));
        let Message::Response(answer) = editor.receive() else { panic!("no answer") };
        assert_eq!(answer.response_result.unwrap()["capabilities"]["textDocumentSync"]["change"], 2);
        editor.tell("initialized", json!({}));
        editor
    }

    pub fn send(&self, message: Message) {
        self.connection.sender.send(message).unwrap();
    }

    pub fn tell(&self, method: &str, params: Value) {
        self.send(Message::Notification(Notification::new(method.to_string(), params)));
    }

    pub fn receive(&self) -> Message {
        self.connection.receiver.recv_timeout(Duration::from_secs(60)).unwrap()
    }

    pub fn uri(&self, name: &str) -> String {
        url::Url::from_file_path(self.folder.path().join(name)).unwrap().to_string()
    }

    pub fn open(&self, name: &str, text: &str) {
        let document = json!({ "uri": self.uri(name), "languageId": "promo", "version": 1, "text": text });
        self.tell("textDocument/didOpen", json!({ "textDocument": document }));
    }

    pub fn replace(&self, name: &str, version: i32, text: &str) {
        let document = json!({ "uri": self.uri(name), "version": version });
        self.tell("textDocument/didChange", json!({ "textDocument": document, "contentChanges": [{ "text": text }] }));
    }

    /// The result of a request. Notifications before it are ignored.
    pub fn ask(&self, method: &str, params: Value) -> Result<Value, ResponseError> {
        let id = RequestId::from(self.asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
        self.send(Message::Request(Request::new(id.clone(), method.to_string(), params)));
        loop {
            match self.receive() {
                Message::Response(answer) if answer.id == id => return answer.response_result,
                _ => {}
            }
        }
    }

    /// The codes in the next publication for a file.
    pub fn codes(&self, name: &str) -> Vec<String> {
        self.next_codes(&self.uri(name))
    }

    pub fn next_codes(&self, uri: &str) -> Vec<String> {
        loop {
            let Message::Notification(Notification { method, params }) = self.receive() else { continue };
            assert_eq!(method, "textDocument/publishDiagnostics");
            if params["uri"] == uri {
                let list = params["diagnostics"].as_array().unwrap();
                return list.iter().map(|one| one["code"].as_str().unwrap().to_string()).collect();
            }
        }
    }

    pub fn write(&self, name: &str, text: &str) {
        let path = self.folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub fn pipe(&self, name: &str) {
        let made = std::process::Command::new("mkfifo").arg(self.folder.path().join(name)).status().unwrap();
        assert!(made.success());
    }

    pub fn save(&self, name: &str) {
        self.tell("textDocument/didSave", json!({ "textDocument": { "uri": self.uri(name) } }));
    }

    pub fn close(&self, name: &str) {
        self.tell("textDocument/didClose", json!({ "textDocument": { "uri": self.uri(name) } }));
    }

    /// Waits until exactly these codes are published for a file.
    pub fn await_codes(&self, name: &str, codes: &[&str]) {
        while self.codes(name) != codes {}
    }

    /// Ends the session, in which no diagnostics may have been pushed that were not received.
    pub fn stop_without_pushes(mut self) {
        self.send(Message::Request(Request::new(2.into(), "shutdown".to_string(), Value::Null)));
        loop {
            match self.receive() {
                Message::Response(_) => break,
                Message::Request(request) => assert_eq!(request.method, "workspace/diagnostic/refresh"),
                Message::Notification(pushed) => panic!("{pushed:?}"),
            }
        }
        self.tell("exit", Value::Null);
        self.server.take().unwrap().join().unwrap();
    }

    pub fn stop(mut self) {
        self.send(Message::Request(Request::new(2.into(), "shutdown".to_string(), Value::Null)));
        while !matches!(self.receive(), Message::Response(_)) {}
        self.tell("exit", Value::Null);
        self.server.take().unwrap().join().unwrap();
    }
}

impl Editor {
    /// The parameters of a request about the place marked by `|` in a text, which is opened or replaced.
    pub fn mark(&self, name: &str, marked: &str) -> Value {
        let before = marked.split('|').next().unwrap_or_default();
        let line = before.matches('\n').count();
        let character = before.rsplit('\n').next().unwrap_or_default().encode_utf16().count();
        self.open(name, &marked.replacen('|', "", 1));
        json!({
            "textDocument": { "uri": self.uri(name) },
            "position": { "line": line, "character": character },
        })
    }
}
