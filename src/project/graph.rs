//! The import graph of a project, updated file by file.

use std::collections::{BTreeMap, BTreeSet};

/// The imports between the files of a project, in both directions.
#[derive(Debug, Default)]
pub(super) struct ImportGraph {
    imports: BTreeMap<String, Vec<String>>,
    importers: BTreeMap<String, BTreeSet<String>>,
}

impl ImportGraph {
    /// Replaces the imports of a file.
    pub(super) fn set(&mut self, path: &str, imports: Vec<String>) {
        self.remove(path);
        for imported in &imports {
            self.importers.entry(imported.clone()).or_default().insert(path.to_owned());
        }
        self.imports.insert(path.to_owned(), imports);
    }

    /// Removes a file. The imports of it by other files stay.
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

    /// The imports of a file; `None` if the file is unknown.
    pub(super) fn imports(&self, path: &str) -> Option<&[String]> {
        self.imports.get(path).map(Vec::as_slice)
    }

    /// A file and all files that import it, directly or indirectly.
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
        assert_eq!(above(&graph, "deep"), ["deep", "lib"], "the import of a removed file stays");
        assert_eq!((graph.imports("deep"), graph.imports("main").map(<[_]>::len)), (None, Some(0)));
    }
}
