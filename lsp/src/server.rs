//! The main loop: receives messages, answers requests at once, and checks and publishes when no message waits.
//!
//! Other threads read the disk; their results arrive like messages. A request sees the program as it is after all
//! messages before it.

#![allow(clippy::disallowed_methods, reason = "the server measures how long the editor is silent")]

mod publish;
mod requests;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::error::Error;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, select, unbounded};
use gen_lsp_types as lsp;
use lsp_server::{Connection, Message, Notification, Request};
use promoc::project::{DiskUse, Listing, Look, below, root_of};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::client::Client;
use crate::convert::Shown;
use crate::documents::{Document, Documents};
use crate::features::providers;
use crate::project::OpenProject;

/// How often to publish while waiting programs are being checked.
const NEWS: Duration = Duration::from_millis(500);

/// The diagnostics of each file, by URI.
pub type Said = BTreeMap<String, Vec<lsp::Diagnostic>>;

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

pub fn serve(connection: &Connection, used: Arc<DiskUse>) -> Outcome<()> {
    let (id, params) = connection.initialize_start()?;
    let client = Client::new(&params);
    let info = json!({ "name": "promo-lsp", "version": env!("CARGO_PKG_VERSION") });
    connection.initialize_finish(id, json!({ "capabilities": capabilities(&client), "serverInfo": info }))?;
    let mut server = Server {
        connection,
        client,
        used,
        queue: VecDeque::new(),
        shutting_down: false,
        asked: 0,
        documents: Documents::default(),
        roots: BTreeMap::new(),
        projects: BTreeMap::new(),
        generations: 0,
        looks: unbounded(),
        told: Instant::now(),
        published: BTreeMap::new(),
        touched: BTreeSet::new(),
        played: BTreeMap::new(),
        tokens: BTreeMap::new(),
        forgotten: false,
    };
    if server.client.watches {
        server.watch()?;
    }
    server.serve()
}

/// What the server announces: how texts arrive, and every feature of the table.
fn capabilities(client: &Client) -> Value {
    let mut all = json!({
        "positionEncoding": client.encoding_name(),
        "textDocumentSync": {
            "openClose": true,
            "change": lsp::TextDocumentSyncKind::Incremental,
            "save": { "includeText": false },
        },
        "workspace": { "workspaceFolders": { "supported": true, "changeNotifications": true } },
    });
    if let Value::Object(all) = &mut all {
        all.extend(providers(client));
    }
    all
}

/// A scenario that was played.
#[derive(Clone, Debug)]
pub struct LensResult {
    /// The fingerprint of the program that was played.
    pub meaning: u64,
    /// Why it failed; empty if it passed.
    pub reasons: Vec<String>,
}

/// The scenarios that were played, by URI and name.
pub type PlayedScenarios = BTreeMap<(String, String), LensResult>;

/// The state of a session.
pub struct Server<'a> {
    connection: &'a Connection,
    pub client: Client,
    used: Arc<DiskUse>,
    /// Messages that have arrived and are not handled yet.
    queue: VecDeque<Message>,
    /// Whether the editor has asked to shut down.
    shutting_down: bool,
    /// How many requests were sent to the editor.
    asked: i32,
    documents: Documents,
    /// The root of the project of each open file.
    roots: BTreeMap<PathBuf, PathBuf>,
    projects: BTreeMap<PathBuf, OpenProject>,
    /// How many projects have been opened so far.
    generations: u64,
    /// The channel on which snapshots arrive.
    looks: (Sender<Seen>, Receiver<Seen>),
    /// When diagnostics were last published.
    told: Instant,
    /// The version and the diagnostics last published for each file.
    published: BTreeMap<String, (Option<i32>, Vec<lsp::Diagnostic>)>,
    /// The files to publish again even if their diagnostics are the same.
    touched: BTreeSet<String>,
    played: PlayedScenarios,
    /// The last semantic tokens of each document, with their id.
    tokens: BTreeMap<String, (String, Vec<u32>)>,
    /// Whether a project was closed whose diagnostics may still be visible.
    forgotten: bool,
}

impl Server<'_> {
    fn serve(&mut self) -> Outcome<()> {
        let messages = &self.connection.receiver;
        loop {
            self.queue.extend(messages.try_iter());
            if let Some(message) = self.queue.pop_front() {
                if self.message(message)? {
                    return Ok(());
                }
                continue;
            }
            let seen = self.looks.1.clone();
            select! {
                recv(messages) -> message => self.queue.push_back(message.map_err(|_| "the editor closed the connection")?),
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
        let due = self.projects.values().filter_map(OpenProject::due);
        if self.forgotten || self.projects.values().any(OpenProject::has_waiting) {
            Duration::ZERO
        } else if let Some(due) = due.min() {
            due.saturating_duration_since(Instant::now())
        } else {
            Duration::from_secs(3600)
        }
    }

    /// Runs the checks that are due, or else checks one of the waiting programs, and publishes the diagnostics.
    fn work(&mut self) -> Outcome<()> {
        let now = Instant::now();
        let mut checked = std::mem::take(&mut self.forgotten);
        for (root, project) in &mut self.projects {
            if project.due().is_some_and(|due| due <= now) {
                let documents = &self.documents;
                project.check(&Shown { uri: &|file| documents.uri(&root.join(&file.path)), client: &self.client });
                checked = true;
            }
        }
        let waiting = self.projects.iter_mut().find(|(_, project)| !checked && project.has_waiting());
        let Some((root, project)) = waiting else { return if checked { self.publish() } else { Ok(()) } };
        let documents = &self.documents;
        project.check_one(&Shown { uri: &|file| documents.uri(&root.join(&file.path)), client: &self.client });
        let all = !self.projects.values().any(OpenProject::has_waiting);
        if all || self.told.elapsed() > NEWS { self.publish() } else { Ok(()) }
    }

    /// Handles a message. Returns whether it was the last one.
    fn message(&mut self, message: Message) -> Outcome<bool> {
        match message {
            Message::Request(request) => self.request(request)?,
            Message::Notification(notification) if notification.method == "exit" => {
                return if self.shutting_down { Ok(true) } else { Err("the editor exited without a shutdown".into()) };
            }
            Message::Notification(notification) => self.hear(notification),
            Message::Response(_) => {}
        }
        Ok(false)
    }

    /// Handles a notification. A malformed one is ignored: a later text is complete again.
    fn hear(&mut self, notification: Notification) {
        let Notification { method, params } = notification;
        match method.as_str() {
            "textDocument/didOpen" => {
                let Some(opened) = read::<lsp::DidOpenTextDocumentParams>(params) else { return };
                let lsp::TextDocumentItem { uri, version, text, .. } = opened.text_document;
                let Some(path) = Documents::path(&uri) else { return };
                self.documents.open(path.clone(), Document { uri, version, text });
                let root = root_for(&path);
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
                let Some(path) = Documents::path(&document.text_document_identifier.uri) else { return };
                self.documents.change(&path, document.version, changed.content_changes, self.client.encoding);
                self.text_changed(&path);
                let Some(root) = self.roots.get(&path).filter(|_| !self.client.watches).cloned() else { return };
                let look = self.projects.get_mut(&root).and_then(OpenProject::look_after_a_pause);
                self.start(root, look);
            }
            "textDocument/didClose" => {
                let Some(closed) = read::<lsp::DidCloseTextDocumentParams>(params) else { return };
                let Some(path) = Documents::path(&closed.text_document.uri) else { return };
                self.documents.close(&path);
                self.tokens.remove(&closed.text_document.uri.0);
                self.text_changed(&path);
                self.roots.remove(&path);
                self.update_projects();
            }
            "textDocument/didSave" => {
                let saved = read::<lsp::DidSaveTextDocumentParams>(params);
                let Some(path) = saved.and_then(|saved| Documents::path(&saved.text_document.uri)) else { return };
                self.touched.insert(self.documents.uri(&path).0);
                self.find_roots();
                let Some(root) = self.roots.get(&path).cloned() else { return };
                self.projects.get_mut(&root).into_iter().for_each(OpenProject::touch);
                self.look_at(&root);
            }
            "workspace/didChangeWatchedFiles" => {
                let Some(changed) = read::<lsp::DidChangeWatchedFilesParams>(params) else { return };
                self.find_roots();
                let paths: Vec<PathBuf> =
                    changed.changes.iter().filter_map(|change| Documents::path(&change.uri)).collect();
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
            *root = root_for(path);
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

    /// Asks the editor to report changes on disk.
    fn watch(&mut self) -> Outcome<()> {
        let globs = ["**/*.promo", "**/promo.toml", "**/.gitignore"].map(|glob| json!({ "globPattern": glob }));
        let registration = json!({
            "id": "files",
            "method": "workspace/didChangeWatchedFiles",
            "registerOptions": { "watchers": globs },
        });
        self.ask("client/registerCapability", json!({ "registrations": [registration] }))
    }

    /// Sends a request whose answer does not matter.
    fn ask(&mut self, method: &str, params: Value) -> Outcome<()> {
        self.asked += 1;
        self.send(Message::Request(Request::new(self.asked.into(), method.to_string(), params)))
    }

    fn send(&self, message: Message) -> Outcome<()> {
        self.connection.sender.send(message).map_err(|_| "the editor closed the connection".into())
    }
}

/// Writes to the log of the editor, which shows standard error.
fn log(text: &str) {
    let _ = writeln!(std::io::stderr(), "promo-lsp: {text}");
}

/// Whether a change to this file can affect a project: the file is inside it, or applies to the folders below it.
fn is_of(path: &Path, root: &Path) -> bool {
    path.starts_with(root) || path.parent().is_some_and(|folder| root.starts_with(folder))
}

fn read<T: DeserializeOwned>(params: Value) -> Option<T> {
    serde_json::from_value(params).ok()
}

/// The root of the project of a file.
fn root_for(path: &Path) -> PathBuf {
    let folder = path.parent().unwrap_or(Path::new("/"));
    if Documents::is_nowhere(path) { folder.to_path_buf() } else { root_of(folder).to_path_buf() }
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "the tests write files")]
mod tests {
    use super::*;
    use crate::editor::{Editor, GOOD};
    use lsp_server::ErrorCode;

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
        assert_eq!(editor.ask("textDocument/unheardOf", json!({})).unwrap_err().code, ErrorCode::MethodNotFound as i32);
        assert_eq!(editor.ask("textDocument/references", json!({})).unwrap_err().code, ErrorCode::InvalidParams as i32);
        let closed =
            json!({ "textDocument": { "uri": "file:///nowhere.promo" }, "position": { "line": 0, "character": 0 } });
        let answer = editor.ask("textDocument/definition", closed).unwrap_err();
        assert_eq!(answer.message, "`file:///nowhere.promo` is not open");
        editor.stop();
    }

    #[test]
    fn a_cancelled_request_is_not_answered_with_a_result_and_none_is_after_the_end() {
        let editor = Editor::start();
        editor.open("main.promo", GOOD);
        let at = json!({ "textDocument": { "uri": editor.uri("main.promo") } });
        let request =
            |id: i32| Message::Request(Request::new(id.into(), "textDocument/diagnostic".to_string(), at.clone()));
        // the server is busy with the first one, so that the others are read together
        (50..60).for_each(|id| editor.send(request(id)));
        editor.tell("$/cancelRequest", json!({ "id": 59 }));
        let mut answered = 0;
        while answered < 10 {
            if let Message::Response(answer) = editor.receive() {
                answered += 1;
                let code = answer.response_result.err().map_or(0, |error| error.code);
                assert!(code == 0 || answer.id == 59.into() && code == ErrorCode::RequestCanceled as i32);
            }
        }
        editor.send(Message::Request(Request::new(70.into(), "shutdown".to_string(), Value::Null)));
        editor.send(request(71));
        let mut answers = Vec::new();
        while answers.len() < 2 {
            if let Message::Response(answer) = editor.receive() {
                answers.push(answer.response_result.err().map_or(0, |error| error.code));
            }
        }
        assert_eq!(answers, [0, ErrorCode::InvalidRequest as i32]);
        editor.tell("exit", Value::Null);
        editor.server.unwrap().join().unwrap();
    }

    #[test]
    fn a_document_without_a_file_is_checked_on_its_own() {
        let editor = Editor::start();
        let text = "environment dev\nflow main { trigger dev; promote nowhere }\n";
        for name in ["untitled:Untitled-1", "untitled:Untitled-2"] {
            let document = json!({ "uri": name, "languageId": "promo", "version": 1, "text": text });
            editor.tell("textDocument/didOpen", json!({ "textDocument": document }));
            assert_eq!(editor.next_codes(name), ["E0201"]);
        }
        editor.stop();
    }

    #[test]
    fn an_editor_that_pulls_gets_no_pushes_and_never_a_stale_answer() {
        let editor = Editor::with(json!({
            "textDocument": { "diagnostic": {} },
            "workspace": { "diagnostics": { "refreshSupport": true } },
        }));
        editor.write("environments.promo", "environment dev\n");
        editor.open("main.promo", IMPORTS);
        let pull = |before: Option<&str>| {
            let params = json!({ "textDocument": { "uri": editor.uri("main.promo") }, "previousResultId": before });
            editor.ask("textDocument/diagnostic", params).unwrap()
        };
        let first = pull(None);
        assert_eq!((&first["kind"], &first["items"][0]["code"]), (&json!("full"), &json!("E0201")));
        assert_eq!(pull(first["resultId"].as_str())["kind"], "unchanged");
        editor.open("environments.promo", "environment dev, qa\n");
        assert_eq!(pull(first["resultId"].as_str())["items"], json!([]));
        let all = editor.ask("workspace/diagnostic", json!({ "previousResultIds": [] })).unwrap();
        assert_eq!(all["items"].as_array().unwrap().len(), 2);
        editor.stop_without_pushes();
    }

    #[test]
    fn positions_count_what_the_editor_counts() {
        for (encodings, column) in [(json!(["utf-8"]), 40), (json!(["utf-32"]), 37), (json!(null), 38)] {
            let editor = Editor::with(json!({ "general": { "positionEncodings": encodings } }));
            editor
                .open("main.promo", "environment dev\ngroup all = dev\nflow main { description \"𝕏\"; trigger deu }\n");
            editor.codes("main.promo");
            let at = |line: u32, character: u32| {
                let document = json!({ "uri": editor.uri("main.promo") });
                json!({ "textDocument": document, "position": { "line": line, "character": character } })
            };
            let found = editor.ask("textDocument/definition", at(1, 13)).unwrap();
            assert_eq!(found[0]["range"]["start"], json!({ "line": 0, "character": 12 }));
            let change = json!({ "range": {
                "start": { "line": 2, "character": column + 2 }, "end": { "line": 2, "character": column + 3 },
            }, "text": "v" });
            let document = json!({ "uri": editor.uri("main.promo"), "version": 2 });
            editor.tell("textDocument/didChange", json!({ "textDocument": document, "contentChanges": [change] }));
            let found = editor.ask("textDocument/definition", at(2, column + 1)).unwrap();
            assert_eq!(found[0]["range"]["start"], json!({ "line": 0, "character": 12 }));
            editor.stop();
        }
    }
}
