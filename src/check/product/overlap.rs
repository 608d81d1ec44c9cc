//! E0403, W0409: each application has its own directory.

use std::collections::{BTreeMap, BTreeSet};

use super::super::context::Context;
use super::super::text::quote;
use super::directories::leaves;
use crate::diagnostic::{Code, Diagnostic};
use crate::program::{Application, Copy, Product, Source};
use crate::source::{SourceMap, Span};

/// The location of an application's manifests.
#[derive(Clone, Copy)]
struct Spot<'a> {
    product: &'a Product,
    application: &'a Application,
    source: &'a Source,
}

/// A repository and a branch; `None` for its default branch.
type Branch = (String, Option<String>);

pub(crate) fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let mut spots: BTreeMap<Branch, BTreeMap<&str, Vec<Spot<'_>>>> = BTreeMap::new();
    for product in context.program.products.values() {
        for application in product.applications.values() {
            for source in application.sources.iter().filter(|source| is_known(source)) {
                let branch = (repository(context.sources, source), source.branch.clone());
                let spot = Spot { product, application, source };
                spots.entry(branch).or_default().entry(&source.path).or_default().push(spot);
            }
        }
    }
    let mut said = BTreeSet::new();
    for directories in spots.values() {
        for (path, here) in directories {
            same(context, here, &mut said, out);
            let above = path.rmatch_indices('/').map(|(at, _)| path.get(..at).unwrap_or_default());
            let above = above.chain((!path.is_empty()).then_some(""));
            for outer in above.filter_map(|above| directories.get(above)).flatten() {
                for inner in here {
                    if moves_whole(context, *outer, path)
                        && said.insert((outer.source.path_span, inner.source.path_span))
                    {
                        out.push(inside(context, *outer, *inner));
                    }
                }
            }
        }
    }
}

/// Whether the location is certain: its path stays in the repository and it has no unknown placeholder.
fn is_known(source: &Source) -> bool {
    let branch = source.branch.as_deref().unwrap_or_default();
    leaves(&source.path).is_none() && ![&source.repo, &source.path, branch].iter().any(|text| text.contains('{'))
}

/// Whether a promotion of the outer application also copies the inner directory: it has no `copy`, or a `copy` without `at`
/// matches files there, such as `copy "**"`. A `copy` with `at` changes values and copies no files.
fn moves_whole(context: &Context<'_>, outer: Spot<'_>, inner: &str) -> bool {
    let copies = &outer.product.content.copies;
    if copies.is_empty() {
        return context.knows_content(outer.product);
    }
    let below = inner.strip_prefix(outer.source.path.as_str()).unwrap_or(inner).trim_start_matches('/');
    let of_source = |copy: &&Copy| copy.source.is_none() || copy.source == outer.source.name;
    copies.iter().filter(|copy| copy.paths.is_empty()).filter(of_source).any(|copy| reaches(&copy.file.value, below))
}

/// Whether a glob matches files in a directory, tested with a file name that matches the last part of the glob.
fn reaches(glob: &str, directory: &str) -> bool {
    let last = glob.rsplit('/').next().unwrap_or_default().replace("**", "*").replace(['*', '?'], "x");
    let built = globset::GlobBuilder::new(glob).literal_separator(true).build();
    built.is_ok_and(|glob| glob.compile_matcher().is_match(format!("{directory}/{last}")))
}

/// The repository in one spelling: without a trailing `.git` or `/`, the host in lowercase, a path resolved from its file.
fn repository(sources: &SourceMap, source: &Source) -> String {
    let repo = source.repo.trim_end_matches('/');
    let repo = repo.strip_suffix(".git").unwrap_or(repo).trim_end_matches('/');
    if !repo.starts_with('.') {
        return match repo.split_once("://") {
            Some((scheme, rest)) => {
                let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
                format!("{}://{}/{path}", scheme.to_lowercase(), host.to_lowercase())
            }
            None => repo.to_owned(),
        };
    }
    let file = &sources.file(source.repo_span.file).path;
    let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(repo.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// E0403, once for each pair of statements.
fn same(context: &Context<'_>, here: &[Spot<'_>], said: &mut BTreeSet<(Span, Span)>, out: &mut Vec<Diagnostic>) {
    let Some((first, rest)) = here.split_first() else { return };
    for again in rest {
        let same_application = std::ptr::eq(first.application, again.application);
        if !same_application && said.insert((first.source.path_span, again.source.path_span)) {
            out.push(twice(context, *first, *again));
        }
    }
}

fn twice(context: &Context<'_>, first: Spot<'_>, again: Spot<'_>) -> Diagnostic {
    let (one, two) = (quote(&first.application.name), quote(&again.application.name));
    let directory = match again.source.path.as_str() {
        "" => "the root".to_owned(),
        path => format!("the directory {}", quote(path)),
    };
    let branch = again.source.branch.as_ref().map_or(String::new(), |branch| format!(", branch {}", quote(branch)));
    let message = format!("{one} and {two} share {directory} of {}{branch}", quote(&again.source.repo));
    let at = again.source.path_span;
    if first.source.path_span != at {
        let help = "Give each application its own directory, branch or repository: a promotion of one would overwrite the other.";
        return Diagnostic::new(Code::E0403, message, at, format!("directory of {two}"))
            .label(first.source.path_span, format!("directory of {one}"))
            .help(help);
    }
    let environment = |spot: Spot<'_>| context.environment(spot.application.environment);
    let label = format!("the same for {} and {}", quote(environment(first)), quote(environment(again)));
    let mut diagnostic = Diagnostic::new(Code::E0403, message, at, label);
    let (from, to) = (first.application.environment_span, again.application.environment_span);
    diagnostic = diagnostic.label(to, if from == to { "shared by these environments" } else { "and by this one" });
    if from != to {
        diagnostic = diagnostic.label(from, "shared by this environment");
    }
    let written = again.source.path.as_str();
    let write = if written.is_empty() { "{environment}".to_owned() } else { format!("{written}/{{environment}}") };
    diagnostic.help(format!("Write `path \"{write}\"`, so that each environment has its own directory."))
}

/// W0409, once for each pair of statements.
fn inside(context: &Context<'_>, outer: Spot<'_>, inner: Spot<'_>) -> Diagnostic {
    let (out_name, in_name) = (quote(&outer.application.name), quote(&inner.application.name));
    let directory =
        if outer.source.path.is_empty() { "the root of the repository".to_owned() } else { quote(&outer.source.path) };
    let message = format!("{in_name} is inside {directory}, which {out_name} copies as a whole");
    let diagnostic = Diagnostic::new(Code::W0409, message, inner.source.path_span, format!("inside {directory}"))
        .label(outer.source.path_span, format!("directory of {out_name}"));
    let copies = outer.product.content.copies.iter();
    let below = inner.source.path.strip_prefix(outer.source.path.as_str()).unwrap_or_default().trim_start_matches('/');
    let reaching = copies.filter(|copy| copy.paths.is_empty()).find(|copy| reaches(&copy.file.value, below));
    let product = quote(&outer.product.name.value);
    match reaching {
        Some(copy) => diagnostic.label(copy.file.span, "matches files in it").help(format!(
            "Copy less in {product}, or move one of the directories: {} would overwrite the other application.",
            quote(context.sources.text(copy.file.span).trim_matches('"'))
        )),
        None => diagnostic.label(outer.product.name.span, "has no `copy`, so everything is copied").help(format!(
            "Add a `copy` to {product}, for example `copy \"values.yaml\"`, or move one of the directories."
        )),
    }
}
