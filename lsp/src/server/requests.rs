//! Answers requests, and remembers what some of them left.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::AssertUnwindSafe;

use gen_lsp_types as lsp;
use lsp_server::{ErrorCode, Message, Request, RequestId, Response, ResponseError};
use promoc::ide;
use promoc::project::below;
use promoc::source::SourceFile;
use serde_json::Value;

use super::{LensResult, Outcome, PlayedScenarios, Server, log};
use crate::convert::Shown;
use crate::documents::Documents;
use crate::features::{Handled, METHODS, Refusal};
use crate::view::View;

impl Server<'_> {
    /// Answers a request, unless the editor has already cancelled it.
    pub(super) fn request(&mut self, request: Request) -> Outcome<()> {
        let Request { id, method, params } = request;
        let is_cancel = |message: &Message| match message {
            Message::Notification(notification) if notification.method == "$/cancelRequest" => {
                let cancelled = notification.params.get("id").cloned();
                cancelled.and_then(|id| serde_json::from_value::<RequestId>(id).ok()).is_some_and(|other| other == id)
            }
            _ => false,
        };
        let answer = if self.shutting_down {
            Err(Refusal::new(ErrorCode::InvalidRequest, "the session is shutting down"))
        } else if self.queue.iter().any(is_cancel) {
            Err(Refusal::new(ErrorCode::RequestCanceled, "cancelled"))
        } else if method == "shutdown" {
            self.shutting_down = true;
            Ok(Value::Null)
        } else if let Some(feature) = METHODS.iter().find(|feature| feature.method == method) {
            // a mistake in one feature must not end the session
            let answer = std::panic::catch_unwind(AssertUnwindSafe(|| (feature.answer)(self, params.clone())));
            answer.unwrap_or_else(|_| {
                log(&format!("`{method}` failed unexpectedly; its parameters were {params}"));
                Err(Refusal::new(ErrorCode::InternalError, format!("`{method}` failed unexpectedly")))
            })
        } else {
            Err(Refusal::new(ErrorCode::MethodNotFound, format!("promo-lsp does not support `{method}`")))
        };
        let response_result =
            answer.map_err(|Refusal { code, message }| ResponseError { code: code as i32, message, data: None });
        self.send(Message::Response(Response { id, response_result }))
    }

    /// The program of a document as it is after all messages so far, and the document in it.
    ///
    /// # Errors
    /// If the document is not open, or too large for a program.
    pub fn current(&mut self, uri: &lsp::Uri) -> Handled<View<'_>> {
        self.view(uri, true)
    }

    /// The same, but the program may be older than the text of the document.
    ///
    /// # Errors
    /// If the document is not open, or was never checked.
    pub fn last(&mut self, uri: &lsp::Uri) -> Handled<View<'_>> {
        self.view(uri, false)
    }

    fn view(&mut self, uri: &lsp::Uri, current: bool) -> Handled<View<'_>> {
        let unknown = || Refusal::new(ErrorCode::InvalidParams, format!("`{}` is not open", uri.0));
        let path = Documents::path(uri).ok_or_else(unknown)?;
        let document = self.documents.get(&path).ok_or_else(unknown)?;
        let root = self.roots.get(&path).ok_or_else(unknown)?;
        let inner = below(&path, root).ok_or_else(unknown)?;
        let project = self.projects.get_mut(root).ok_or_else(unknown)?;
        let documents = &self.documents;
        let uris = |file: &SourceFile| documents.uri(&root.join(&file.path));
        if current || project.last(&inner).is_none() {
            project.make_current(&inner, &Shown { uri: &uris, client: &self.client });
        }
        let project = &*project;
        let (_, analysed) = project.last(&inner).ok_or_else(unknown)?;
        let file = analysed.analysis().files.iter().find(|file| file.path == inner).ok_or_else(unknown)?.id;
        let (root, text) = (root.clone(), document.text.as_str());
        Ok(View { analysed, file, text, root, project, documents, client: &self.client })
    }

    /// A program and the scenarios that were played.
    ///
    /// # Errors
    /// As for [`Server::current`].
    pub fn current_and_played(&mut self, uri: &lsp::Uri) -> Handled<(View<'_>, PlayedScenarios)> {
        let played = self.played.clone();
        Ok((self.current(uri)?, played))
    }

    /// Remembers a scenario that was played.
    pub fn remember_played(&mut self, key: (String, String), played: LensResult) {
        self.played.insert(key, played);
        if self.client.refreshes_lenses {
            // the editor may have closed the connection, which the main loop will see
            let _ = self.ask("workspace/codeLens/refresh", Value::Null);
        }
    }

    /// Forgets the scenarios whose program has changed its meaning.
    pub fn forget_played(&mut self) {
        let mut meanings: BTreeMap<String, u64> = BTreeMap::new();
        for uri in self.played.keys().map(|(uri, _)| uri.clone()).collect::<BTreeSet<_>>() {
            if let Ok(view) = self.current(&lsp::Uri::from(uri.as_str())) {
                meanings.insert(uri, ide::fingerprint(view.analysed));
            }
        }
        self.played.retain(|(uri, _), played| meanings.get(uri) == Some(&played.meaning));
    }

    /// Remembers the semantic tokens of a document, and returns those before.
    pub fn remember_tokens(&mut self, uri: &lsp::Uri, now: (String, Vec<u32>)) -> Option<(String, Vec<u32>)> {
        self.tokens.insert(uri.0.clone(), now)
    }

    /// Every program with an open file, after all messages so far. The document of each is its first file.
    pub fn all_current(&mut self) -> Vec<View<'_>> {
        self.check_all();
        let mut views = Vec::new();
        for (root, project) in &self.projects {
            for (_, analysed) in project.analysed() {
                let Some(first) = analysed.analysis().files.first() else { continue };
                views.push(View {
                    analysed,
                    file: first.id,
                    text: &analysed.sources().file(first.id).text,
                    root: root.clone(),
                    project,
                    documents: &self.documents,
                    client: &self.client,
                });
            }
        }
        views
    }
}
