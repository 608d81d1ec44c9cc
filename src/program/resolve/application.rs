//! Resolves `application`: one application for each environment, with the settings inherited from the product.

use super::placeholder::TextPlace;
use super::{APPLICATION, Resolver};
use crate::diagnostic::{Code, Diagnostic};
use crate::program::model::{Application, Component, Product, Source};
use crate::program::placeholder::Values;
use crate::source::{Span, Spanned};
use crate::syntax::ast::{ApplicationStmt, Ident, ProductDecl, SourceDecl, Text};
use crate::syntax::names::{MAX_NAME, is_name};

const RULE: &str = "Argo CD and Kubernetes allow at most 63 lowercase letters, digits and dashes.";

impl Resolver<'_> {
    pub(super) fn application(&mut self, statement: &ApplicationStmt, product: &mut Product) {
        let written = self.valid_placeholders(statement);
        self.sources_twice(statement);
        let (mut environments, mut whole) = self.targets_once(&statement.environments);
        if !self.spend(environments.len() * APPLICATION, statement.span) {
            environments.clear();
            whole = false;
        }
        let damaged = statement.damaged || statement.sources.iter().any(|source| source.damaged);
        product.damaged |= damaged || !whole || statement.name.is_none();
        let name = statement.name.clone().unwrap_or_else(|| Spanned::new(String::new(), statement.span.at_start()));
        let component = product.components.len();
        product.components.push(Component { name: name.clone(), span: statement.span });
        if statement.name.is_none() {
            return;
        }
        let mut misnamed = !written;
        for (environment, environment_span) in environments {
            let environment_name = self.program.environments[environment].name.clone();
            let values = Values { environment: Some(&environment_name.value), product: Some(&product.name.value) };
            let expanded = values.put_in(&name.value);
            // If the environment or product itself has an invalid name, that was reported.
            let fits = is_name(&environment_name.value) && is_name(&product.name.value);
            if !misnamed && fits && !is_name(&expanded) {
                misnamed = true;
                self.misnamed(&name, &expanded, environment_span, &environment_name, values);
            }
            let inherited = |own: &Option<Text>, products: &Option<Text>| {
                own.as_ref().or(products.as_ref()).map(|text| values.put_in(&text.value))
            };
            product.applications.push(Application {
                name: expanded,
                component,
                environment,
                sources: sources(statement, &product.decl, values),
                namespace: inherited(&statement.namespace, &product.decl.namespace),
                runtime: inherited(&statement.runtime, &product.decl.runtime),
                labels: labels(statement, &product.decl, values),
                span: name.span,
                environment_span,
            });
        }
    }

    /// Reports unknown placeholders (E0201). Returns whether those of the name are valid, so that its expansion can be
    /// checked.
    fn valid_placeholders(&mut self, statement: &ApplicationStmt) -> bool {
        let name = self.placeholders(statement.name.as_ref(), TextPlace::Application);
        let texts = [&statement.repo, &statement.branch, &statement.path, &statement.namespace, &statement.runtime];
        let of_sources = statement.sources.iter().flat_map(|source| [&source.repo, &source.branch, &source.path]);
        for text in texts.into_iter().chain(of_sources) {
            self.placeholders(text.as_ref(), TextPlace::Application);
        }
        for label in &statement.labels {
            self.placeholders(Some(&label.value), TextPlace::Application);
        }
        name
    }

    /// Reports a name that is invalid after its placeholders are replaced (E0102); once for each statement.
    fn misnamed(&mut self, name: &Text, expanded: &str, in_list: Span, environment: &Ident, values: Values<'_>) {
        let put_in =
            if name.value == expanded { String::new() } else { format!(", with `{}` inserted", environment.value) };
        let length = expanded.chars().count();
        let (message, label) = if length > MAX_NAME {
            let message = format!("`{expanded}` is {length} characters long, but a name can have at most {MAX_NAME}");
            (message, format!("too long by {}{put_in}", length - MAX_NAME))
        } else {
            let message = format!("`{expanded}` is not a valid name for an application");
            (message, format!("use lowercase letters, digits and dashes{put_in}"))
        };
        let right = corrected(&name.value, values);
        let help = match right {
            Some(right) => format!("Write `{right}`: {RULE}"),
            None => format!("Write a name such as `shop-{{environment}}`: {RULE}"),
        };
        let diagnostic = Diagnostic::new(Code::E0102, message, name.span, label).help(help);
        self.diagnostics.push(if name.value == expanded {
            diagnostic
        } else {
            diagnostic.label(in_list, format!("`{}` comes from here", environment.value))
        });
    }

    /// Reports two sources of the same name (E0203).
    fn sources_twice(&mut self, statement: &ApplicationStmt) {
        let names: Vec<&Ident> = statement.sources.iter().filter_map(|source| source.name.as_ref()).collect();
        for (at, name) in names.iter().enumerate() {
            if let Some(first) = names.iter().take(at).find(|first| first.value == name.value) {
                let message = format!("source `{}` is declared twice", name.value);
                let diagnostic = Diagnostic::new(Code::E0203, message, name.span, "declared again here")
                    .label(first.span, "first declared here")
                    .help("Give each source of an application its own name.");
                self.diagnostics.push(diagnostic);
            }
        }
    }
}

/// A valid name for the help: other characters become dashes, and the part before the first placeholder is shortened.
fn corrected(written: &str, values: Values<'_>) -> Option<String> {
    let mut inside = false;
    let valid = |character: char| character.is_ascii_lowercase() || character.is_ascii_digit() || character == '-';
    let clean = written.chars().flat_map(char::to_lowercase).map(|character| {
        inside = character == '{' || inside && character != '}';
        if inside || character == '}' || valid(character) { character } else { '-' }
    });
    let clean: String = clean.collect();
    let over = values.put_in(&clean).chars().count().saturating_sub(MAX_NAME);
    let (before, after) = clean.split_once('{').map_or((clean.as_str(), None), |(before, after)| (before, Some(after)));
    let stem = before.trim_end_matches('-');
    let kept: String = stem.chars().take(stem.chars().count().checked_sub(over)?).collect();
    let kept = kept.trim_matches('-');
    let name = match after {
        Some(after) if kept.is_empty() => format!("{{{after}"),
        Some(after) => format!("{kept}{}{{{after}", if before.ends_with('-') { "-" } else { "" }),
        None => kept.to_owned(),
    };
    is_name(&values.put_in(&name)).then_some(name)
}

fn sources(statement: &ApplicationStmt, product: &ProductDecl, values: Values<'_>) -> Vec<Source> {
    let one = |name: Option<&Ident>, repo: Option<&Text>, branch: Option<&Text>, path: Option<&Text>| {
        let repo = repo.or(statement.repo.as_ref()).or(product.repo.as_ref())?;
        let branch = branch.or(statement.branch.as_ref()).or(product.branch.as_ref());
        let path = path?;
        Some(Source {
            name: name.map(|name| name.value.clone()),
            repo: values.put_in(&repo.value),
            repo_span: repo.span,
            branch: branch.map(|branch| values.put_in(&branch.value)),
            path: directory(&values.put_in(&path.value)),
            path_span: path.span,
        })
    };
    if statement.sources.is_empty() {
        return one(None, None, None, statement.path.as_ref()).into_iter().collect();
    }
    let named = |source: &SourceDecl| {
        one(source.name.as_ref(), source.repo.as_ref(), source.branch.as_ref(), source.path.as_ref())
    };
    statement.sources.iter().filter_map(named).collect()
}

/// A directory as Git writes it: without `/` at either end, and without `.`.
fn directory(path: &str) -> String {
    path.split('/').filter(|part| !part.is_empty() && *part != ".").collect::<Vec<_>>().join("/")
}

/// The labels of the product and of the application, whose value wins for a key of both.
fn labels(statement: &ApplicationStmt, product: &ProductDecl, values: Values<'_>) -> Vec<(String, String)> {
    let mut labels: Vec<(String, String)> = Vec::new();
    for label in product.labels.iter().chain(&statement.labels) {
        let value = values.put_in(&label.value.value);
        match labels.iter_mut().find(|(key, _)| *key == label.key.value) {
            Some((_, known)) => *known = value,
            None => labels.push((label.key.value.clone(), value)),
        }
    }
    labels
}
