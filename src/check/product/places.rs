//! E0402: every application has a `path` and a valid `repo`.

use super::super::context::Context;
use super::super::text::quote;
use crate::diagnostic::{Code, Diagnostic};
use crate::program::Product;
use crate::source::Span;
use crate::syntax::ast::{ApplicationStmt, Text};

pub(crate) fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for product in context.program.products.values() {
        let statements = &product.decl.applications;
        for statement in statements {
            missing(context, product, statement, out);
        }
        let of_applications = statements.iter().flat_map(|statement| {
            statement.repo.iter().chain(statement.sources.iter().filter_map(|source| source.repo.as_ref()))
        });
        out.extend(product.decl.repo.iter().chain(of_applications).filter_map(malformed));
    }
}

fn missing(context: &Context<'_>, product: &Product, statement: &ApplicationStmt, out: &mut Vec<Diagnostic>) {
    let Some(name) = &statement.name else { return };
    let inherits_repo = statement.repo.is_some() || product.decl.repo.is_some() || product.decl.damaged;
    if statement.sources.is_empty() {
        // If the brace of the block is missing, its statements were reported as misplaced (E0109).
        let written = context.sources.text(statement.span);
        let environments = statement.environments.last().map(|name| context.sources.text(name.span));
        let has_block =
            environments.and_then(|last| written.rsplit_once(last)).is_some_and(|(_, rest)| rest.contains('{'));
        let unsure = statement.damaged || product.decl.damaged && !has_block;
        let (repo, path) = (inherits_repo || unsure, statement.path.is_some() || unsure);
        out.extend(report(&format!("application {}", quote(&name.value)), name.span, repo, path));
    }
    for source in &statement.sources {
        let Some(source_name) = &source.name else { continue };
        let unsure = source.damaged;
        let repo = source.repo.is_some() || inherits_repo || unsure || statement.damaged;
        let what = format!("source {} of {}", quote(&source_name.value), quote(&name.value));
        out.extend(report(&what, source_name.span, repo, source.path.is_some() || unsure));
    }
}

fn report(what: &str, at: Span, has_repo: bool, has_path: bool) -> Option<Diagnostic> {
    let (lacks, write) = match (has_repo, has_path) {
        (true, true) => return None,
        (true, false) => ("no `path`", "Add the directory of its manifests: `path \"envs/{environment}\"`."),
        (false, true) => ("no `repo`", "Add its repository, here or in the product: `repo \"https://…\"`."),
        (false, false) => (
            "neither `repo` nor `path`",
            "Add the repository and directory of its manifests: `repo \"https://…\"` and `path \"envs/{environment}\"`.",
        ),
    };
    Some(Diagnostic::new(Code::E0402, format!("{what} has {lacks}"), at, lacks).help(write))
}

fn malformed(repo: &Text) -> Option<Diagnostic> {
    let text = repo.value.as_str();
    if is_place(text) {
        return None;
    }
    let message = format!("{} is not a repository URL or path", quote(text));
    let diagnostic = Diagnostic::new(Code::E0402, message, repo.span, "not a URL or path");
    // `deploy.git` alone is a directory; `git.example.com/deploy.git` lacks its scheme
    let host = text.split_once('/').map(|(host, _)| host);
    let looks_like_host = host.is_some_and(|host| host.contains('.') && !host.starts_with('.'));
    Some(if text.is_empty() || text.chars().any(char::is_whitespace) {
        diagnostic
            .help("Write a URL (`https://…`, `git@host:team/repo.git`) or a path that starts with `/`, `./` or `../`.")
    } else if looks_like_host {
        diagnostic.help(format!("Write the full URL: `repo \"https://{text}\"`. A path starts with `./`."))
    } else {
        diagnostic.help(format!(
            "Write `repo \"./{text}\"` for a path relative to this file, or a full URL: `repo \"https://…\"`."
        ))
    })
}

fn is_place(text: &str) -> bool {
    let is_path = ["/", "./", "../"].iter().any(|start| text.starts_with(start)) || text == "." || text == "..";
    let is_url = text.split_once("://").is_some_and(|(scheme, rest)| {
        let plain = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
        !rest.is_empty() && scheme.starts_with(|c: char| c.is_ascii_alphabetic()) && scheme.chars().all(plain)
    });
    let is_ssh = text.split_once(':').is_some_and(|(host, path)| {
        host.split_once('@').is_some_and(|(user, host)| !user.is_empty() && !host.is_empty() && !host.contains('/'))
            && !path.is_empty()
    });
    !text.chars().any(char::is_whitespace) && (is_path || is_url || is_ssh)
}
