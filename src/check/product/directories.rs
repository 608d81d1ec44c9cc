//! E0404: a path stays in its repository, and a file in its application's directory.

use super::super::context::Context;
use super::super::text::quote;
use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::ast::{ContentDecl, Text};

pub(crate) fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for product in context.program.products.values() {
        for statement in &product.decl.applications {
            let of_sources = statement.sources.iter().filter_map(|source| source.path.as_ref());
            let paths = statement.path.iter().chain(of_sources);
            out.extend(paths.filter_map(|path| report(path, "path", "the repository")));
        }
        files(&product.decl.content, out);
    }
    for content in context.templates() {
        files(content, out);
    }
}

fn files(content: &ContentDecl, out: &mut Vec<Diagnostic>) {
    let version = content.version.iter().filter_map(|version| version.file.as_ref());
    let files = version.chain(content.copies.iter().filter_map(|copy| copy.file.as_ref()));
    out.extend(files.filter_map(|file| report(file, "file", "its application's directory")));
}

/// The label that says why a path is not inside its directory; `None` if it is.
pub(super) fn leaves(path: &str) -> Option<&'static str> {
    let mut parts = path.split(['/', '\\']);
    if path.starts_with(['/', '\\']) {
        Some("absolute path")
    } else if parts.clone().any(|part| part == "..") {
        Some("contains `..`")
    } else if parts.any(|part| part.eq_ignore_ascii_case(".git")) {
        Some("points into `.git`")
    } else {
        None
    }
}

fn report(path: &Text, what: &str, whole: &str) -> Option<Diagnostic> {
    let written = path.value.as_str();
    let why = leaves(written)?;
    let message = format!("{what} {} must stay inside {whole}", quote(written));
    let diagnostic = Diagnostic::new(Code::E0404, message, path.span, why);
    // Nothing is above the root of a repository, so `../` in a `path` can be dropped. A file may really be meant to be
    // outside its directory.
    let up: &[&str] = if what == "path" { &["../", "/", "\\"] } else { &["/", "\\"] };
    let mut inside = written;
    while let Some(rest) = up.iter().find_map(|up| inside.strip_prefix(up)) {
        inside = rest;
    }
    Some(if leaves(inside).is_none() && inside != written && !inside.is_empty() {
        diagnostic.help(format!("Write `\"{inside}\"`, relative to {whole}.")).fix(
            format!("write \"{inside}\""),
            path.span,
            format!("\"{inside}\""),
        )
    } else {
        diagnostic.help(format!("Write a path relative to {whole}, without `..` and not in `.git`."))
    })
}
