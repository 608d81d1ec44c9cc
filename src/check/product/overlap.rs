//! E0403, W0409: each application has its own files.

use std::collections::{BTreeMap, BTreeSet};

use super::super::context::Context;
use super::super::text::quote;
use super::directories::leaves;
use super::files::FilePattern;
use crate::diagnostic::{Code, Diagnostic};
use crate::program::{Application, Copy, EnvironmentId, Product, Source, SourcePlace, has_placeholder};
use crate::source::Span;

/// The location of an application's manifests.
#[derive(Clone, Copy)]
struct Spot<'a> {
    product: &'a Product,
    application: &'a Application,
    source: &'a Source,
    /// Whether its environment is only ever a trigger, so that no promotion changes its files.
    only_read: bool,
}

/// Files of an application that a promotion changes or copies.
#[derive(Clone)]
struct CopiedFiles<'a> {
    spot: Spot<'a>,
    pattern: FilePattern,
    /// The `copy` that names them; `None` if the whole directory is copied.
    copy: Option<&'a Copy>,
}

/// A repository and a branch; `None` for its default branch.
type Branch = (String, Option<String>);

pub(crate) fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let mut spots: BTreeMap<Branch, BTreeMap<&str, Vec<Spot<'_>>>> = BTreeMap::new();
    let (mut begin, mut receive, mut unsure) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for product_flow in &context.product_flows {
        let (product, flow) = (product_flow.product_id(), product_flow.flow());
        unsure.extend(flow.damaged.then_some(product));
        begin.extend(flow.trigger.map(|trigger| (product, trigger.value)));
        receive.extend(flow.targets.iter().map(|target| (product, target.environment)));
    }
    for (id, product) in context.program.products.iter() {
        // A flow that was not understood, which was reported, could begin anywhere.
        let unsure = product.damaged || unsure.contains(&id);
        let only_read = |environment: EnvironmentId| {
            (unsure || begin.contains(&(id, environment))) && !receive.contains(&(id, environment))
        };
        for application in product.applications.values() {
            for source in application.sources.iter().filter(|source| is_known(source)) {
                let SourcePlace { repository, branch, path: _ } = source.place(context.sources);
                let spot = Spot { product, application, source, only_read: only_read(application.environment) };
                spots.entry((repository, branch)).or_default().entry(&source.path).or_default().push(spot);
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
                    let pair = (outer.source.path_span, inner.source.path_span);
                    if !said.contains(&pair)
                        && let Some(files) = copied_below(context, *outer, path)
                    {
                        said.insert(pair);
                        out.push(inside(context, &files, *inner));
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

/// What of an outer application a promotion copies as files into the directory of an inner one, as `copy "**"` does. A
/// `copy` with `at` changes values and copies no files.
fn copied_below<'a>(context: &Context<'a>, outer: Spot<'a>, inner: &str) -> Option<CopiedFiles<'a>> {
    let below = inner.strip_prefix(outer.source.path.as_str()).unwrap_or(inner).trim_start_matches('/');
    let literal = below.chars().flat_map(|c| "*?[]{}\\".contains(c).then_some('\\').into_iter().chain([c]));
    let below = FilePattern::new(&format!("{}/**", literal.collect::<String>()))?;
    let whole = |files: &CopiedFiles<'_>| files.copy.is_none_or(|copy| copy.paths.is_empty());
    files(context, outer).into_iter().find(|files| whole(files) && files.pattern.meets(&below))
}

/// E0403, once for each pair of statements.
fn same<'a>(context: &Context<'a>, here: &[Spot<'a>], said: &mut BTreeSet<(Span, Span)>, out: &mut Vec<Diagnostic>) {
    if here.len() < 2 {
        return;
    }
    // A directory may have a file for each of thousands of environments, so plain names are looked up. For each name, the
    // first application that writes it and the first that only reads it are enough.
    let mut names: BTreeMap<String, [Option<CopiedFiles<'a>>; 2]> = BTreeMap::new();
    let mut globs: Vec<CopiedFiles<'a>> = Vec::new();
    for spot in here {
        for files in files(context, *spot) {
            let known: Vec<&CopiedFiles<'_>> = if files.pattern.is_name() {
                names.get(files.pattern.text()).into_iter().flatten().flatten().chain(&globs).collect()
            } else {
                names.values().flatten().flatten().chain(&globs).collect()
            };
            for first in known {
                let pair = (first.spot.source.path_span, spot.source.path_span);
                let apart =
                    std::ptr::eq(first.spot.application, spot.application) || first.spot.only_read && spot.only_read;
                if !apart && !said.contains(&pair) && first.pattern.meets(&files.pattern) {
                    said.insert(pair);
                    out.push(twice(context, first, &files));
                }
            }
            if files.pattern.is_name() {
                let kept = names.entry(files.pattern.text().to_owned()).or_default();
                let [writes, reads] = kept;
                let place = if spot.only_read { reads } else { writes };
                place.get_or_insert(files);
            } else {
                globs.push(files);
            }
        }
    }
}

/// What a promotion copies from or to a source; empty if that is not certain.
fn files<'a>(context: &Context<'a>, spot: Spot<'a>) -> Vec<CopiedFiles<'a>> {
    let Spot { product, application, source, .. } = spot;
    if product.content.copies.is_empty() {
        let pattern = FilePattern::new("**").filter(|_| context.knows_content(product));
        return pattern.map(|pattern| CopiedFiles { spot, pattern, copy: None }).into_iter().collect();
    }
    let environment = &context.program.environments[application.environment];
    let mine = |copy: &Copy| application.means(copy.source.as_deref(), source);
    let names = product.content_in(environment).copies.into_iter().map(|copy| copy.file.value);
    let copies = product.content.copies.iter().zip(names);
    let known = copies.filter(|(copy, name)| mine(copy) && !has_placeholder(name));
    known
        .filter_map(|(copy, name)| Some(CopiedFiles { spot, pattern: FilePattern::new(&name)?, copy: Some(copy) }))
        .collect()
}

fn twice(context: &Context<'_>, first: &CopiedFiles<'_>, again: &CopiedFiles<'_>) -> Diagnostic {
    let (one, two) = (quote(&first.spot.application.name), quote(&again.spot.application.name));
    let source = again.spot.source;
    let directory = match source.path.as_str() {
        "" => "the root".to_owned(),
        path => format!("the directory {}", quote(path)),
    };
    let branch = source.branch.as_ref().map_or(String::new(), |branch| format!(", branch {}", quote(branch)));
    let place = format!("{directory} of {}{branch}", quote(&source.repo));
    let message = match (first.copy, again.copy) {
        (None, None) => format!("{one} and {two} share {place}"),
        (Some(_), Some(_)) if first.pattern.text() == again.pattern.text() => {
            format!("{one} and {two} share {} in {place}", quote(again.pattern.text()))
        }
        _ => {
            let (mine, theirs) = (quote(first.pattern.text()), quote(again.pattern.text()));
            format!("{one} and {two} share files in {place}: {mine} of the first, {theirs} of the second")
        }
    };
    let at = source.path_span;
    let copied = |diagnostic: Diagnostic| {
        let mut spans: Vec<Span> = [again, first].into_iter().filter_map(|files| Some(files.copy?.file.span)).collect();
        spans.dedup();
        let both = spans.len() == 1 && first.copy.is_some() && again.copy.is_some();
        spans.into_iter().fold(diagnostic, |diagnostic, span| {
            diagnostic.label(span, if both { "copied by both" } else { "copied here" })
        })
    };
    if first.spot.source.path_span != at {
        let help = "Give each application its own directory, branch or repository, or files of its own: a promotion of one would overwrite the other.";
        let diagnostic = Diagnostic::new(Code::E0403, message, at, format!("directory of {two}"))
            .label(first.spot.source.path_span, format!("directory of {one}"));
        return copied(diagnostic).help(help);
    }
    let environment = |files: &CopiedFiles<'_>| quote(context.environment(files.spot.application.environment));
    let label = format!("the same for {} and {}", environment(first), environment(again));
    let mut diagnostic = Diagnostic::new(Code::E0403, message, at, label);
    let (from, to) = (first.spot.application.environment_span, again.spot.application.environment_span);
    diagnostic = diagnostic.label(to, if from == to { "shared by these environments" } else { "and by this one" });
    if from != to {
        diagnostic = diagnostic.label(from, "shared by this environment");
    }
    let written = source.path.as_str();
    let write = if written.is_empty() { "{environment}".to_owned() } else { format!("{written}/{{environment}}") };
    let directory = format!("Write `path \"{write}\"`, so that each environment has its own directory");
    match again.copy.filter(|_| again.pattern.is_name()) {
        Some(copy) => copied(diagnostic).help(format!(
            "{directory}, or `copy \"{}\"`, so that each has its own file.",
            per_environment(&copy.file.value)
        )),
        None => copied(diagnostic).help(format!("{directory}.")),
    }
}

/// A file name with the environment in it: `values.yaml` as `values-{environment}.yaml`.
fn per_environment(file: &str) -> String {
    let (folder, name) = file.rsplit_once('/').map_or(("", file), |(folder, name)| (folder, name));
    let slash = if folder.is_empty() { "" } else { "/" };
    match name.rsplit_once('.').filter(|(stem, _)| !stem.is_empty()) {
        Some((stem, ending)) => format!("{folder}{slash}{stem}-{{environment}}.{ending}"),
        None => format!("{folder}{slash}{name}-{{environment}}"),
    }
}

/// W0409, once for each pair of statements.
fn inside(context: &Context<'_>, copied: &CopiedFiles<'_>, inner: Spot<'_>) -> Diagnostic {
    let outer = copied.spot;
    let (out_name, in_name) = (quote(&outer.application.name), quote(&inner.application.name));
    let directory =
        if outer.source.path.is_empty() { "the root of the repository".to_owned() } else { quote(&outer.source.path) };
    let message = format!("{in_name} is inside {directory}, which {out_name} copies as a whole");
    let diagnostic = Diagnostic::new(Code::W0409, message, inner.source.path_span, format!("inside {directory}"))
        .label(outer.source.path_span, format!("directory of {out_name}"));
    let product = quote(&outer.product.name.value);
    match copied.copy {
        Some(copy) => diagnostic.label(copy.file.span, "matches files in it").help(format!(
            "Copy less in {product}, or move one of the directories: {} would overwrite the other application.",
            quote(context.sources.text(copy.file.span).trim_matches('"'))
        )),
        None => diagnostic.label(outer.product.name.span, "has no `copy`, so everything is copied").help(format!(
            "Add a `copy` to {product}, for example `copy \"values.yaml\"`, or move one of the directories."
        )),
    }
}
