//! Resolves names to ids, and turns trees into a [`Program`]; one file for each kind of declaration.
//!
//! The order in [`resolve`] matters: a declaration comes after the declarations it refers to. A name that does not
//! resolve is collected ([`failed`]) and reported once, when all names are known.
//!
//! INVARIANT: does not read files and does not check; reports only problems of names (E0102, E0201 to E0204) and of
//! size (E0106).

mod application;
mod call;
mod environment;
mod failed;
mod flow;
mod group;
mod placeholder;
mod plain;
mod policy;
mod product;
mod scenario;
mod twice;

pub(super) use self::flow::graph;

use self::failed::{Expected, Failed};
use super::matching::PoliciesOf;
use super::model::{EnvironmentId, Program};
use super::names::{Definition, Namespace, Reference};
use super::unclear::Unclear;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{SourceMap, Span};
use crate::syntax::ast::{Ident, Item, Tree};
use crate::syntax::names::{is_range, range};

/// Resolves trees in order of declaration. `incomplete`: an imported file is missing.
pub(super) fn resolve(trees: &[&Tree], sources: &SourceMap, incomplete: bool) -> (Program, Vec<Diagnostic>) {
    let damaged = incomplete || trees.iter().any(|tree| tree.damaged);
    let unclear = Unclear::new(trees, sources, incomplete);
    let program = Program { damaged, unclear, ..Program::default() };
    let mut resolver =
        Resolver { sources, program, failed: Failed::default(), diagnostics: Vec::new(), left: Some(PLACES) };
    let items = || trees.iter().flat_map(|tree| &tree.items);
    macro_rules! each {
        ($variant:ident $method:ident) => {
            for item in items() {
                if let Item::$variant(decl) = item {
                    resolver.$method(decl);
                }
            }
        };
    }
    each!(Environment environment);
    let groups = items().filter_map(|item| if let Item::Group(decl) = item { Some(decl) } else { None });
    resolver.groups(groups.collect());
    each!(Workflow workflow);
    each!(Template template);
    each!(Window window);
    each!(Flow flow);
    each!(Product product);
    each!(Policy policy);
    each!(Scenario scenario);
    resolver.flows_of_products();
    resolver.applications_twice();
    resolver.sources_of_templates(trees);
    resolver.finish()
}

/// The program and the diagnostics so far.
struct Resolver<'a> {
    sources: &'a SourceMap,
    program: Program,
    failed: Failed,
    diagnostics: Vec<Diagnostic>,
    /// The number of entries that may still be expanded; `None` if the limit was exceeded.
    left: Option<usize>,
}

/// The greatest number of entries of a program with all groups and lists expanded. Groups of groups multiply, so a file
/// of 4 MiB could need more memory than any machine has.
const PLACES: usize = 4_000_000;
/// The number of entries that an application counts as.
const APPLICATION: usize = 16;

impl Resolver<'_> {
    /// Whether this many more entries are within the limit. Reports the first time that they are not (E0106).
    fn spend(&mut self, places: usize, at: Span) -> bool {
        let Some(left) = self.left else { return false };
        self.left = left.checked_sub(places);
        if self.left.is_none() {
            let message = "the program is too large once its groups and lists are expanded";
            let label = format!("exceeds {PLACES} entries");
            let help = "Split the program: each file that no other file imports is its own program.";
            self.diagnostics.push(Diagnostic::new(Code::E0106, message, at, label).help(help));
        }
        self.left.is_some()
    }

    /// Declares a name. Returns `false` if it is already declared, which is reported.
    fn declare(&mut self, name: &Ident, definition: Definition) -> bool {
        let Some(first) = self.program.names.declare(&name.value, definition) else { return true };
        let written = &name.value;
        let message = if first.kind() == definition.kind() {
            format!("{} `{written}` is declared twice", first.kind())
        } else {
            format!("`{written}` is already {}; an environment and a group cannot have the same name", first.a_kind())
        };
        let there = self.program.name_of(first).span;
        let diagnostic = Diagnostic::new(Code::E0203, message, name.span, "declared again here")
            .label(there, "first declared here")
            .help("Remove or rename one of them.");
        self.diagnostics.push(diagnostic);
        false
    }

    /// Resolves a name to a definition of the expected kind, or collects it as failed.
    fn find(&mut self, name: &Ident, expected: Expected) -> Option<Definition> {
        match self.program.names.get(expected.namespace(), &name.value) {
            Some(to) if expected.accepts(to) => {
                self.program.references.push(Reference { span: name.span, to });
                Some(to)
            }
            _ => {
                if !self.program.unclear.contains(name.span) {
                    self.failed.add(name, expected);
                }
                None
            }
        }
    }

    /// The environments of a name, and whether all of them are known.
    fn targets(&mut self, name: &Ident) -> (Vec<EnvironmentId>, bool) {
        if is_range(&name.value) {
            return self.range(name);
        }
        match self.find(name, Expected::Target) {
            Some(Definition::Environment(id)) => (vec![id], true),
            Some(Definition::Group(id)) => {
                if !self.spend(self.program.groups[id].members.len(), name.span) {
                    return (Vec::new(), false);
                }
                let group = &self.program.groups[id];
                (group.members.clone(), !group.damaged)
            }
            _ => (Vec::new(), false),
        }
    }

    /// The environments of a range, and whether all of them are declared. Each missing one is collected as failed.
    fn range(&mut self, name: &Ident) -> (Vec<EnvironmentId>, bool) {
        let names = match range(&name.value) {
            Ok(names) => names,
            Err(why) => {
                self.not_a_range(name, &why);
                return (Vec::new(), false);
            }
        };
        if !self.spend(names.len(), name.span) {
            return (Vec::new(), false);
        }
        let found: Vec<_> = names
            .iter()
            .map(|name| match self.program.names.get(Namespace::Environments, name) {
                Some(Definition::Environment(id)) => Some(id),
                _ => None,
            })
            .collect();
        if found.iter().any(Option::is_none) && !self.program.unclear.contains(name.span) {
            self.failed.add(name, Expected::Range);
        }
        self.program.selected.extend(found.iter().flatten());
        let whole = found.iter().all(Option::is_some);
        (found.into_iter().flatten().collect(), whole)
    }

    /// Reports a range that is not one (E0104).
    fn not_a_range(&mut self, name: &Ident, why: &str) {
        let message = format!("`{}` is not a range of environments", name.value);
        let help = "Write the first and the last name, which differ only in their number: `store-000..store-119`.";
        self.diagnostics.push(Diagnostic::new(Code::E0104, message, name.span, why).help(help));
    }

    /// The environments of several names, each once and in order, with the span of its name; and whether all of them
    /// are known.
    fn targets_once(&mut self, names: &[Ident]) -> (Vec<(EnvironmentId, Span)>, bool) {
        let mut whole = !names.is_empty();
        let mut seen = std::collections::BTreeSet::new();
        let mut found = Vec::new();
        for name in names {
            let (environments, all) = self.targets(name);
            whole &= all;
            found.extend(environments.into_iter().filter(|id| seen.insert(*id)).map(|id| (id, name.span)));
        }
        (found, whole)
    }

    fn finish(mut self) -> (Program, Vec<Diagnostic>) {
        self.diagnostics.extend(self.failed.diagnostics(&self.program));
        if self.left.is_none() {
            // The members of the groups are not known, so nothing may be reported about them.
            for id in self.program.groups.ids().collect::<Vec<_>>() {
                self.program.groups[id].members.clear();
                self.program.groups[id].damaged = true;
            }
        }
        self.program.policies_of = PoliciesOf::new(&self.program.policies);
        self.program.references.sort();
        (self.program, self.diagnostics)
    }
}
