//! Names to ids: trees become a [`Program`], one file for each kind of declaration.
//!
//! The order matters and is in [`resolve`]: who names is resolved after what is named. A name that stands for nothing
//! is remembered ([`failed`]) and said once, when all names are known.
//!
//! INVARIANT: knows no disk and no check: says only what is wrong with names (E0102, E0201 to E0204).

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
use super::names::{Definition, Reference};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{SourceMap, Span};
use crate::syntax::ast::{Ident, Item, Tree};

/// The meaning of some trees, in order of declaration. `incomplete`: a file that they import is missing.
pub(super) fn resolve(trees: &[&Tree], sources: &SourceMap, incomplete: bool) -> (Program, Vec<Diagnostic>) {
    let damaged = incomplete || trees.iter().any(|tree| tree.damaged);
    let program = Program { damaged, ..Program::default() };
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
    resolver.applications_twice();
    resolver.sources_of_templates(trees);
    resolver.finish()
}

/// The program as far as it is resolved, and what is wrong so far.
struct Resolver<'a> {
    sources: &'a SourceMap,
    program: Program,
    failed: Failed,
    diagnostics: Vec<Diagnostic>,
    /// How much may yet be expanded; `None`: more was asked for.
    left: Option<usize>,
}

/// So many places a program may have once its groups and lists are expanded. Groups of groups multiply: a file of 4 MiB
/// could ask for more than any machine holds.
const PLACES: usize = 4_000_000;
/// An application takes as much as so many names.
const APPLICATION: usize = 16;

impl Resolver<'_> {
    /// Whether so many places more can be had; where they are too many for the first time, it is said (E0106).
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

    /// Declares a name; `false` where it is taken, which is said.
    fn declare(&mut self, name: &Ident, definition: Definition) -> bool {
        let Some(first) = self.program.names.declare(&name.value, definition) else { return true };
        let written = &name.value;
        let message = if first.kind() == definition.kind() {
            format!("{} `{written}` is declared twice", first.kind())
        } else {
            format!("`{written}` is already {}; environments and groups share their names", first.a_kind())
        };
        let there = self.program.name_of(first).span;
        let diagnostic = Diagnostic::new(Code::E0203, message, name.span, "declared again here")
            .label(there, "first declared here")
            .help("Remove or rename one of them.");
        self.diagnostics.push(diagnostic);
        false
    }

    /// What a name stands for, if that is what is wanted here; else it is said, once.
    fn find(&mut self, name: &Ident, expected: Expected) -> Option<Definition> {
        match self.program.names.get(expected.namespace(), &name.value) {
            Some(to) if expected.accepts(to) => {
                self.program.references.push(Reference { span: name.span, to });
                Some(to)
            }
            _ => {
                self.failed.add(name, expected);
                None
            }
        }
    }

    /// The environments of a name, and whether they are all that were meant.
    fn targets(&mut self, name: &Ident) -> (Vec<EnvironmentId>, bool) {
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

    /// The environments of several names, each once, in order, with the name that brought each; and whether they are
    /// all that were meant.
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
            // Nothing more is asked of them: what they hold is not known.
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
