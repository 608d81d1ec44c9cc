//! Finds the roots among files: those that no other file imports, and the first file of each cycle that no file outside
//! it imports.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::Direction;
use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};

use super::files::Files;
use super::path::resolve_path;
use crate::diagnostic::nearest;
use crate::source::Id;
use crate::syntax::ast::Item;
use crate::syntax::parse;

/// The roots among some files, in their order. An unreadable file is a root, so that loading it reports the problem.
pub(crate) fn roots(files: &dyn Files, all_paths: &[String]) -> Vec<String> {
    let imports = |path: &str| files.read(path).map(|text| imports(path, &text)).unwrap_or_default();
    roots_by(all_paths, &|path| files.identity(path), &imports)
}

/// The same, for callers that already know the identity and the imports of each file.
pub(crate) fn roots_by(
    all_paths: &[String],
    identity: &dyn Fn(&str) -> String,
    imports: &dyn Fn(&str) -> Vec<String>,
) -> Vec<String> {
    let mut graph: DiGraph<(), ()> = DiGraph::new();
    let mut nodes: BTreeMap<String, NodeIndex> = BTreeMap::new();
    let mut unread: Vec<String> = Vec::new();
    let mut node = |path: &str, graph: &mut DiGraph<(), ()>, unread: &mut Vec<String>| {
        *nodes.entry(identity(path)).or_insert_with(|| {
            unread.push(path.to_owned());
            graph.add_node(())
        })
    };
    let starts: Vec<NodeIndex> = all_paths.iter().map(|path| node(path, &mut graph, &mut unread)).collect();
    while let Some(path) = unread.pop() {
        let from = node(&path, &mut graph, &mut unread);
        for imported in imports(&path) {
            let to = node(&imported, &mut graph, &mut unread);
            graph.add_edge(from, to, ());
        }
    }
    let mut first: BTreeMap<NodeIndex, usize> = BTreeMap::new();
    for (at, start) in starts.iter().enumerate() {
        first.entry(*start).or_insert(at);
    }
    let mut roots: BTreeSet<NodeIndex> = BTreeSet::new();
    for scc in kosaraju_scc(&graph) {
        let inside: BTreeSet<NodeIndex> = scc.iter().copied().collect();
        let mut importers = scc.iter().flat_map(|node| graph.neighbors_directed(*node, Direction::Incoming));
        if importers.all(|importer| inside.contains(&importer)) {
            let named = inside.iter().filter_map(|node| Some((first.get(node)?, *node)));
            roots.extend(named.min().map(|(_, node)| node));
        }
    }
    let mut found = Vec::new();
    for (path, start) in all_paths.iter().zip(starts) {
        if roots.remove(&start) {
            found.push(path.clone());
        }
    }
    found
}

/// Whether a text may contain an `import`, possibly misspelled. Most files do not, and are not parsed twice.
fn may_import<'a>(text: &'a str) -> bool {
    let is_letter = |character: char| character.is_alphanumeric() || character == '-' || character == '_';
    let before = text.split(['"', '\'']).map(|piece| piece.trim_end_matches([' ', '\t', ':', '=', '>']));
    let word = |piece: &'a str| piece.rsplit(|character| !is_letter(character)).next().unwrap_or_default();
    before.map(word).filter(|word| word.len() >= 3).any(|word| word == "import" || nearest(word, ["import"]).is_some())
}

/// The paths that a file imports, without those outside the root.
pub(crate) fn imports(path: &str, text: &str) -> Vec<String> {
    if !may_import(text) {
        return Vec::new();
    }
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let items = parse(Id::new(0), text).tree.items;
    let written = items.into_iter().filter_map(|item| if let Item::Import(import) = item { import.path } else { None });
    written.filter_map(|written| resolve_path(folder, &written.value)).collect()
}
