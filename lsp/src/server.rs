//! The main loop: receives messages until the editor is silent for a moment, then checks once and publishes.
//!
//! Other threads read the disk; their results arrive like messages.

#![allow(clippy::disallowed_methods, reason = "the server measures how long the editor is silent")]

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, select, unbounded};
use gen_lsp_types as lsp;
use lsp_server::{Connection, ErrorCode, Message, Notification, Request, Response};
use promoc::project::{DiskUse, Imported, Listing, Look, below, root_of};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::documents::{Document, Documents};
use crate::project::OpenProject;

/// How long the editor must be silent before its programs are checked.
const SILENCE: Duration = Duration::from_millis(100);

/// How often to publish while waiting programs are being checked.
const NEWS: Duration = Duration::from_millis(500);

/// The diagnostics of each file, by URI.
type Said = BTreeMap<String, Vec<lsp::Diagnostic>>;

/// A snapshot with the root and the generation of its project.
type Seen = (PathBuf, u64, Listing);

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// Serves one editor until it ends the session.
///
/// # Errors
/// If the connection breaks, or the editor violates the protocol.
pub fn run(connection: &Connection) -> Outcome<()> {
    serve(connection, Arc::default())
}

fn serve(connection: &Connection, used: Arc<DiskUse>) -> Outcome<()> {
    let (id, params) = connection.initialize_start()?;
    let capabilities = lsp::ServerCapabilities {
        position_encoding: Some(lsp::PositionEncodingKind::UTF16),
        text_document_sync: Some(lsp::TextDocumentSync::Kind(lsp::TextDocumentSyncKind::Incremental)),
        ..lsp::ServerCapabilities::default()
    };
    let info = json!({ "name": "promo-lsp", "version": env!("CARGO_PKG_VERSION") });
    connection.initialize_finish(id, json!({ "capabilities": capabilities, "serverInfo": info }))?;
    let watches = params.pointer("/capabilities/workspace/didChangeWatchedFiles/dynamicRegistration");
    let mut server = Server {
        connection,
        watched: watches.and_then(Value::as_bool).unwrap_or(false),
        used,
        documents: Documents::default(),
        roots: BTreeMap::new(),
        projects: BTreeMap::new(),
        generations: 0,
        looks: unbounded(),
        heard: Instant::now(),
        told: Instant::now(),
        published: BTreeMap::new(),
        touched: BTreeSet::new(),
        forgotten: false,
    };
    if server.watched {
        server.watch()?;
    }
    server.serve()
}

struct Server<'a> {
    connection: &'a Connection,
    /// Whether the editor reports changes on disk.
    watched: bool,
    used: Arc<DiskUse>,
    documents: Documents,
    /// The root of the project of each open file.
    roots: BTreeMap<PathBuf, PathBuf>,
    projects: BTreeMap<PathBuf, OpenProject>,
    /// How many projects have been opened so far.
    generations: u64,
    /// The channel on which snapshots arrive.
    looks: (Sender<Seen>, Receiver<Seen>),
    /// When the editor last sent a message, and when diagnostics were last published.
    heard: Instant,
    told: Instant,
    /// The version and the diagnostics last published for each file.
    published: BTreeMap<String, (Option<i32>, Vec<lsp::Diagnostic>)>,
    /// The files to publish again even if their diagnostics are the same.
    touched: BTreeSet<String>,
    /// Whether a project was closed whose diagnostics may still be visible.
    forgotten: bool,
}

impl Server<'_> {
    fn serve(&mut self) -> Outcome<()> {
        let messages = &self.connection.receiver;
        loop {
            let seen = self.looks.1.clone();
            select! {
                recv(messages) -> message => {
                    if self.message(message.map_err(|_| "the editor closed the connection")?)? {
                        return Ok(());
                    }
                }
                recv(seen) -> look => {
                    let (root, generation, listing) = look?;
                    let project = self.projects.get_mut(&root).filter(|project| project.generation() == generation);
                    let again = project.and_then(|project| project.seen(listing));
                    self.start(root, again);
                    self.update_projects();
                }
                default(self.pause()) => self.work()?,
            }
        }
    }

    /// How long to wait for messages before there is something to do.
    fn pause(&self) -> Duration {
        let silent = self.heard + SILENCE;
        let due = self.projects.values().filter_map(|project| project.due(silent));
        if let Some(due) = due.chain(self.forgotten.then_some(silent)).min() {
            due.saturating_duration_since(Instant::now())
        } else if self.projects.values().any(OpenProject::has_waiting) {
            Duration::ZERO
        } else {
            Duration::from_secs(3600)
        }
    }

    /// Runs the checks that are due, or else checks one of the waiting programs, and publishes the diagnostics.
    fn work(&mut self) -> Outcome<()> {
        let (now, silent) = (Instant::now(), self.heard + SILENCE);
        let documents = &self.documents;
        let mut checked = self.forgotten && silent <= now;
        self.forgotten &= !checked;
        for (root, project) in &mut self.projects {
            if project.due(silent).is_some_and(|due| due <= now) {
                project.check(&|file| documents.uri(&root.join(&file.path)));
                checked = true;
            }
        }
        let waiting = self.projects.iter_mut().find(|(_, project)| !checked && project.has_waiting());
        let Some((root, project)) = waiting else { return if checked { self.publish() } else { Ok(()) } };
        project.check_one(&|file| documents.uri(&root.join(&file.path)));
        let all = !self.projects.values().any(OpenProject::has_waiting);
        if all || self.told.elapsed() > NEWS { self.publish() } else { Ok(()) }
    }

    /// Handles a message. Returns whether it was the last one.
    fn message(&mut self, message: Message) -> Outcome<bool> {
        match message {
            Message::Request(request) => {
                if self.connection.handle_shutdown(&request)? {
                    return Ok(true);
                }
                let text = format!("promo-lsp does not support `{}`", request.method);
                self.send(Message::Response(Response::new_err(request.id, ErrorCode::MethodNotFound as i32, text)))?;
            }
            Message::Notification(notification) => self.hear(notification),
            Message::Response(_) => {}
        }
        Ok(false)
    }

    /// Handles a notification. A malformed one is ignored: a later text is complete again.
    fn hear(&mut self, notification: Notification) {
        self.heard = Instant::now();
        let Notification { method, params } = notification;
        match method.as_str() {
            "textDocument/didOpen" => {
                let Some(opened) = read::<lsp::DidOpenTextDocumentParams>(params) else { return };
                let lsp::TextDocumentItem { uri, version, text, .. } = opened.text_document;
                let Some(path) = path_of(&uri) else { return };
                self.documents.open(path.clone(), Document { uri, version, text });
                let root = root_of(path.parent().unwrap_or(Path::new("/"))).to_path_buf();
                let known = self.projects.contains_key(&root);
                self.roots.insert(path.clone(), root.clone());
                self.update_projects();
                self.text_changed(&path);
                if known {
                    self.look_at(&root);
                }
            }
            "textDocument/didChange" => {
                let Some(changed) = read::<lsp::DidChangeTextDocumentParams>(params) else { return };
                let document = changed.text_document;
                let Some(path) = path_of(&document.text_document_identifier.uri) else { return };
                self.documents.change(&path, document.version, changed.content_changes);
                self.text_changed(&path);
                let Some(root) = self.roots.get(&path).filter(|_| !self.watched).cloned() else { return };
                let look = self.projects.get_mut(&root).and_then(OpenProject::look_after_a_pause);
                self.start(root, look);
            }
            "textDocument/didClose" => {
                let Some(closed) = read::<lsp::DidCloseTextDocumentParams>(params) else { return };
                let Some(path) = path_of(&closed.text_document.uri) else { return };
                self.documents.close(&path);
                self.text_changed(&path);
                self.roots.remove(&path);
                self.update_projects();
            }
            "textDocument/didSave" => {
                let saved = read::<lsp::DidSaveTextDocumentParams>(params);
                let Some(path) = saved.and_then(|saved| path_of(&saved.text_document.uri)) else { return };
                self.touched.insert(self.documents.uri(&path).0);
                self.find_roots();
                let Some(root) = self.roots.get(&path).cloned() else { return };
                self.projects.get_mut(&root).into_iter().for_each(OpenProject::touch);
                self.look_at(&root);
            }
            "workspace/didChangeWatchedFiles" => {
                let Some(changed) = read::<lsp::DidChangeWatchedFilesParams>(params) else { return };
                self.find_roots();
                let paths: Vec<PathBuf> = changed.changes.iter().filter_map(|change| path_of(&change.uri)).collect();
                let is_in = |root: &PathBuf| paths.iter().any(|path| is_of(path, root));
                let roots: Vec<PathBuf> = self.projects.keys().filter(|root| is_in(root)).cloned().collect();
                roots.iter().for_each(|root| self.look_at(root));
            }
            _ => {}
        }
    }

    /// Handles a text that was opened, changed, or closed.
    fn text_changed(&mut self, path: &Path) {
        let text = self.documents.get(path).map(|document| &document.text);
        for (root, project) in &mut self.projects {
            match (below(path, root), text) {
                (Some(path), Some(text)) => project.set_text(path, text.clone()),
                (Some(path), None) => project.drop_text(path),
                (None, _) => {}
            }
        }
        self.touched.insert(self.documents.uri(path).0);
    }

    /// Determines again which project each open file belongs to: a `promo.toml` may be new or gone.
    fn find_roots(&mut self) {
        for (path, root) in &mut self.roots {
            *root = root_of(path.parent().unwrap_or(Path::new("/"))).to_path_buf();
        }
        self.update_projects();
    }

    /// Opens the projects of open files and the projects nested in them, and forgets all others.
    fn update_projects(&mut self) {
        let mut roots: BTreeSet<PathBuf> = self.roots.values().cloned().collect();
        let open = self.projects.iter().filter(|(root, _)| roots.contains(*root));
        let inner: Vec<PathBuf> = open.flat_map(|(root, project)| project.inner(root)).collect();
        roots.extend(inner);
        let before = self.projects.len();
        self.projects.retain(|root, _| roots.contains(root));
        self.forgotten |= self.projects.len() < before;
        roots.retain(|root| !self.projects.contains_key(root));
        let mut looks = Vec::new();
        for root in roots {
            self.generations += 1;
            let mut project = OpenProject::new(&root, self.generations, Arc::clone(&self.used));
            for (path, document) in self.documents.all() {
                if let Some(path) = below(path, &root) {
                    project.set_text(path, document.text.clone());
                }
            }
            looks.extend(project.look().map(|look| (root.clone(), project.generation(), look)));
            self.projects.insert(root, project);
        }
        self.start_all(looks);
    }

    fn look_at(&mut self, root: &Path) {
        let look = self.projects.get_mut(root).and_then(OpenProject::look);
        self.start(root.to_path_buf(), look);
    }

    fn start(&self, root: PathBuf, look: Option<Look>) {
        let generation = self.projects.get(&root).map(OpenProject::generation);
        self.start_all(generation.zip(look).map(|(generation, look)| (root, generation, look)).into_iter().collect());
    }

    /// Takes snapshots on another thread, one after another.
    fn start_all(&self, looks: Vec<(PathBuf, u64, Look)>) {
        if looks.is_empty() {
            return;
        }
        let back = self.looks.0.clone();
        std::thread::spawn(move || {
            for (root, generation, look) in looks {
                // after the session, there is no receiver
                let _ = back.send((root, generation, look.take()));
            }
        });
    }

    /// Publishes the diagnostics that have changed, file by file.
    fn publish(&mut self) -> Outcome<()> {
        self.told = Instant::now();
        let said = self.said();
        let silent = self.published.keys().filter(|uri| !said.contains_key(*uri));
        let silent: Vec<String> = silent.cloned().collect();
        for uri in silent {
            self.published.remove(&uri);
            self.notify(&uri, None, Vec::new())?;
        }
        let touched = std::mem::take(&mut self.touched);
        for (uri, diagnostics) in said {
            let path = path_of(&lsp::Uri::from(uri.as_str()));
            let version = path.and_then(|path| self.documents.get(&path).map(|document| document.version));
            let now = (version, diagnostics);
            if touched.contains(&uri) || self.published.get(&uri) != Some(&now) {
                self.notify(&uri, version, now.1.clone())?;
                self.published.insert(uri, now);
            }
        }
        Ok(())
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

    /// Asks the editor to report changes on disk.
    fn watch(&self) -> Outcome<()> {
        let globs = ["**/*.promo", "**/promo.toml", "**/.gitignore"].map(|glob| json!({ "globPattern": glob }));
        let registration = json!({
            "id": "files",
            "method": "workspace/didChangeWatchedFiles",
            "registerOptions": { "watchers": globs },
        });
        let params = json!({ "registrations": [registration] });
        self.send(Message::Request(Request::new(1.into(), "client/registerCapability".to_string(), params)))
    }

    fn send(&self, message: Message) -> Outcome<()> {
        self.connection.sender.send(message).map_err(|_| "the editor closed the connection".into())
    }
}

/// Whether a change to this file can affect a project: the file is inside it, or applies to the folders below it.
fn is_of(path: &Path, root: &Path) -> bool {
    path.starts_with(root) || path.parent().is_some_and(|folder| root.starts_with(folder))
}

fn read<T: DeserializeOwned>(params: Value) -> Option<T> {
    serde_json::from_value(params).ok()
}

fn path_of(uri: &lsp::Uri) -> Option<PathBuf> {
    url::Url::parse(&uri.0).ok()?.to_file_path().ok()
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "the tests write files")]
mod tests {
    use super::*;
    use lsp_server::Request;

    const GOOD: &str = "environment dev, qa\nflow main { trigger dev; promote qa }\n";

    /// An editor that is connected in memory.
    struct Editor {
        connection: Connection,
        server: Option<std::thread::JoinHandle<()>>,
        folder: tempfile::TempDir,
        used: Arc<DiskUse>,
    }

    impl Editor {
        fn start() -> Editor {
            Editor::with(json!({}))
        }

        fn with(capabilities: Value) -> Editor {
            let (server, connection) = Connection::memory();
            let used = Arc::<DiskUse>::default();
            let counted = Arc::clone(&used);
            let server = std::thread::spawn(move || serve(&server, counted).unwrap());
            let editor = Editor { connection, server: Some(server), folder: tempfile::tempdir().unwrap(), used };
            editor.send(Message::Request(Request::new(
                1.into(),
                "initialize".to_string(),
                json!({ "capabilities": capabilities }),
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

        /// The codes in the next publication for a file.
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

        fn write(&self, name: &str, text: &str) {
            let path = self.folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }

        fn pipe(&self, name: &str) {
            let made = std::process::Command::new("mkfifo").arg(self.folder.path().join(name)).status().unwrap();
            assert!(made.success());
        }

        fn save(&self, name: &str) {
            self.tell("textDocument/didSave", json!({ "textDocument": { "uri": self.uri(name) } }));
        }

        fn close(&self, name: &str) {
            self.tell("textDocument/didClose", json!({ "textDocument": { "uri": self.uri(name) } }));
        }

        /// Waits until exactly these codes are published for a file.
        fn await_codes(&self, name: &str, codes: &[&str]) {
            while self.codes(name) != codes {}
        }

        fn stop(mut self) {
            self.send(Message::Request(Request::new(2.into(), "shutdown".to_string(), Value::Null)));
            while !matches!(self.receive(), Message::Response(_)) {}
            self.tell("exit", Value::Null);
            self.server.take().unwrap().join().unwrap();
        }
    }

    #[test]
    fn a_mistake_is_published_and_cleared() {
        let editor = Editor::start();
        editor.open("main.promo", "environment dev, qa\nflow main { trigger dev; promote qaa }\n");
        assert_eq!(editor.codes("main.promo"), ["E0201"]);
        editor.replace("main.promo", 2, GOOD);
        assert_eq!(editor.codes("main.promo"), Vec::<String>::new());
        editor.stop();
    }

    #[test]
    fn open_texts_take_precedence_over_saved_ones_even_in_imports() {
        let editor = Editor::start();
        std::fs::write(editor.folder.path().join("environments.promo"), "environment dev\n").unwrap();
        editor.open("main.promo", "import \"environments.promo\"\nflow main { trigger dev; promote qa }\n");
        assert_eq!(editor.codes("main.promo"), ["E0201"]);
        editor.open("environments.promo", "environment dev, qa\n");
        assert_eq!(editor.codes("main.promo"), Vec::<String>::new());
        editor.stop();
    }

    fn watching() -> Value {
        json!({ "workspace": { "didChangeWatchedFiles": { "dynamicRegistration": true } } })
    }

    const IMPORTS: &str = "import \"environments.promo\"\nflow main { trigger dev; promote qa }\n";

    #[test]
    fn changes_on_disk_are_seen_when_a_file_is_saved() {
        let editor = Editor::start();
        editor.write("environments.promo", "environment dev\n");
        editor.open("main.promo", IMPORTS);
        editor.await_codes("main.promo", &["E0201"]);
        editor.write("environments.promo", "environment dev, qa\n");
        editor.save("main.promo");
        editor.await_codes("main.promo", &[]);
        std::fs::remove_file(editor.folder.path().join("environments.promo")).unwrap();
        editor.save("main.promo");
        editor.await_codes("main.promo", &["E0108"]);
        // the same length, within the same moment
        editor.write("environments.promo", "environment dev, qq\n");
        editor.save("main.promo");
        editor.await_codes("main.promo", &["E0201"]);
        editor.write("environments.promo", "environment dev, qa\n");
        editor.save("main.promo");
        editor.await_codes("main.promo", &[]);
        editor.stop();
    }

    #[test]
    fn an_editor_is_asked_to_report_changes_if_it_can() {
        let editor = Editor::with(watching());
        let Message::Request(request) = editor.receive() else { panic!("no request") };
        assert_eq!(request.method, "client/registerCapability");
        let watchers = &request.params["registrations"][0]["registerOptions"]["watchers"];
        assert_eq!(watchers[0]["globPattern"], "**/*.promo");
        editor.send(Message::Response(lsp_server::Response::new_ok(request.id, Value::Null)));
        editor.open("sub/main.promo", "import \"../environments.promo\"\nflow main { trigger dev; promote qa }\n");
        editor.await_codes("sub/main.promo", &["E0108"]);
        let report = |name: &str| {
            let change = json!({ "uri": editor.uri(name), "type": 1 });
            editor.tell("workspace/didChangeWatchedFiles", json!({ "changes": [change] }));
        };
        editor.write("environments.promo", "environment dev\n");
        editor.write("promo.toml", "");
        report("promo.toml");
        editor.await_codes("sub/main.promo", &["E0201"]);
        editor.write("environments.promo", "environment dev, qa\n");
        report("environments.promo");
        editor.await_codes("sub/main.promo", &[]);
        editor.stop();
    }

    #[test]
    fn programs_without_an_open_file_are_checked_too() {
        let editor = Editor::start();
        editor.write("main.promo", IMPORTS);
        editor.write("alone.promo", "environment dev\nflow main { trigger dev; promote nowhere }\n");
        editor.write(".gitignore", "ignored.promo\n");
        editor.write("ignored.promo", "import \"alone.promo\"\n");
        editor.open("environments.promo", "environment dev\n");
        editor.await_codes("main.promo", &["E0201"]);
        editor.await_codes("alone.promo", &["E0201"]);
        editor.replace("environments.promo", 2, "environment dev, qa\n");
        editor.await_codes("main.promo", &[]);
        // closing the last open file forgets its project
        editor.close("environments.promo");
        editor.await_codes("alone.promo", &[]);
        editor.stop();
    }

    #[test]
    fn a_file_that_an_outer_program_imports_is_not_a_program() {
        let editor = Editor::start();
        editor.write("main.promo", "import \"lib/flows.promo\"\nenvironment dev, qa\n");
        editor.open("lib/flows.promo", "flow main { trigger dev; promote qa }\n");
        editor.await_codes("lib/flows.promo", &["E0201", "E0201"]);
        editor.open("main.promo", "import \"lib/flows.promo\"\nenvironment dev, qa\n");
        editor.await_codes("lib/flows.promo", &[]);
        editor.stop();
    }

    #[test]
    fn a_nested_project_is_checked_as_on_the_command_line() {
        let editor = Editor::start();
        editor.write("promo.toml", "");
        editor.write("inner/promo.toml", "");
        editor.write("env.promo", "environment dev, qa\n");
        editor.write("inner/a.promo", "import \"../env.promo\"\nflow main { trigger dev; promote qa }\n");
        editor.open("main.promo", "import \"inner/a.promo\"\n");
        editor.await_codes("inner/a.promo", &["E0108"]);
        editor.replace("main.promo", 2, "environment dev\n");
        editor.await_codes("main.promo", &[]);
        editor.open("inner/a.promo", "environment dev\nflow main { trigger dev; promote nowhere }\n");
        editor.await_codes("inner/a.promo", &["E0201"]);
        // closing the outer file forgets nested projects without an open file
        editor.close("inner/a.promo");
        editor.await_codes("inner/a.promo", &["E0108"]);
        editor.close("main.promo");
        editor.await_codes("inner/a.promo", &[]);
        editor.stop();
    }

    #[test]
    fn a_pipe_never_blocks_the_server() {
        let editor = Editor::start();
        for pipe in ["x.promo", "promo.toml", ".gitignore"] {
            editor.pipe(pipe);
        }
        editor.open("main.promo", "import \"x.promo\"\nenvironment dev\n");
        editor.await_codes("main.promo", &["E0108"]);
        editor.stop();
    }

    #[test]
    fn typing_among_thousands_of_files_does_not_read_the_disk() {
        // this editor reports changes, so no snapshot is taken because time has passed
        let editor = Editor::with(watching());
        editor.write("promo.toml", "");
        editor.write("environments.promo", "environment dev\n");
        for number in 0..3000 {
            editor.write(&format!("team{}/p{number}.promo", number % 30), GOOD);
        }
        editor.open("main.promo", IMPORTS);
        editor.await_codes("main.promo", &["E0201"]);
        // how often the disk is read until nothing more is published
        let settle = || while editor.connection.receiver.recv_timeout(Duration::from_secs(1)).is_ok() {};
        while editor.used.reads() < 3001 {
            settle();
        }
        settle();
        let (walks, reads) = (editor.used.walks(), editor.used.reads());
        assert_eq!(walks, 1);
        // each file once for its imports, and those of the program again to check it, before and after the snapshot
        assert!((3001..=3005).contains(&reads), "{reads}");
        for version in 2..12 {
            let text = format!("{IMPORTS}# {version}\nflow f{version} {{ trigger dev; promote nowhere }}\n");
            editor.replace("main.promo", version, &text);
            editor.await_codes("main.promo", &["E0201", "E0201"]);
        }
        editor.replace("main.promo", 12, "import \"team1/p1.promo\"\n");
        editor.await_codes("main.promo", &[]);
        settle();
        assert_eq!(editor.used.walks(), walks);
        assert_eq!(editor.used.reads(), reads + 1, "the newly imported file");
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
