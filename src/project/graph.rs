//! Who imports whom, kept up to date file by file.

use std::collections::{BTreeMap, BTreeSet};

/// The imports of a project's files, in both directions.
#[derive(Debug, Default)]
pub(super) struct ImportGraph {
    imports: BTreeMap<String, Vec<String>>,
    importers: BTreeMap<String, BTreeSet<String>>,
}

impl ImportGraph {
    /// What a file imports from now on.
    pub(super) fn set(&mut self, path: &str, imports: Vec<String>) {
        self.remove(path);
        for imported in &imports {
            self.importers.entry(imported.clone()).or_default().insert(path.to_owned());
        }
        self.imports.insert(path.to_owned(), imports);
    }

    /// Forgets a file. Who imports it still does.
    pub(super) fn remove(&mut self, path: &str) {
        for imported in self.imports.remove(path).unwrap_or_default() {
            if let Some(importers) = self.importers.get_mut(&imported) {
                importers.remove(path);
                if importers.is_empty() {
                    self.importers.remove(&imported);
                }
            }
        }
    }

    /// What a file imports; `None` of a file that is not known.
    pub(super) fn imports(&self, path: &str) -> Option<&[String]> {
        self.imports.get(path).map(Vec::as_slice)
    }

    /// A file, and all that import it in one step or several.
    pub(super) fn above(&self, path: &str) -> BTreeSet<String> {
        let mut above = BTreeSet::from([path.to_owned()]);
        let mut waiting = vec![path];
        while let Some(path) = waiting.pop() {
            for importer in self.importers.get(path).into_iter().flatten() {
                if above.insert(importer.clone()) {
                    waiting.push(importer);
                }
            }
        }
        above
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn importers_follow_what_is_set_and_removed() {
        let mut graph = ImportGraph::default();
        let set = |graph: &mut ImportGraph, path: &str, imports: &[&str]| {
            graph.set(path, imports.iter().map(|path| (*path).to_owned()).collect());
        };
        set(&mut graph, "main", &["lib", "lib"]);
        set(&mut graph, "lib", &["deep"]);
        set(&mut graph, "deep", &["lib"]);
        let above = |graph: &ImportGraph, path: &str| graph.above(path).into_iter().collect::<Vec<_>>();
        assert_eq!(above(&graph, "deep"), ["deep", "lib", "main"]);
        assert_eq!(above(&graph, "main"), ["main"]);
        set(&mut graph, "main", &[]);
        assert_eq!(above(&graph, "deep"), ["deep", "lib"]);
        graph.remove("deep");
        assert_eq!(above(&graph, "lib"), ["lib"]);
        assert_eq!(above(&graph, "deep"), ["deep", "lib"], "who imports it still does");
        assert_eq!((graph.imports("deep"), graph.imports("main").map(<[_]>::len)), (None, Some(0)));
    }
}
