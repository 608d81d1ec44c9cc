//! Declared names.

use std::collections::BTreeSet;

use super::super::cursor::LexemeKind;
use super::super::form::Slot;
use super::super::hover::{head, members};
use super::super::symbols::OutlineKind;
use super::{Offer, OfferKind, Request};
use crate::check::Analysed;
use crate::program::{Definition, EnvironmentId, Flow, Namespace, Program, built_in};
use crate::syntax::ast::Item as Declaration;
use crate::syntax::keywords::Block;

impl Request<'_> {
    /// The items for a name.
    pub(super) fn of_name(&self, slot: Slot) -> Vec<Offer> {
        let program = self.analysed.program();
        match slot {
            Slot::Environment | Slot::Target | Slot::Group => self.environments(slot),
            Slot::Workflow => all(program, Namespace::Workflows),
            Slot::Template => all(program, Namespace::Templates),
            Slot::Window => all(program, Namespace::Windows),
            Slot::Product => all(program, Namespace::Products),
            Slot::Flow => all(program, Namespace::Flows),
            Slot::Source => sources(self.analysed),
            Slot::Argument => self.arguments(),
            Slot::Needed => self.parameters(),
            Slot::Who => approvers(program),
            _ => Vec::new(),
        }
    }

    fn environments(&self, slot: Slot) -> Vec<Offer> {
        let program = self.analysed.program();
        let written: BTreeSet<&str> = self.list();
        let inside = self.environments_in_flow();
        let fits = |definition: Definition| {
            let members: &[EnvironmentId] = match &definition {
                Definition::Environment(id) => std::slice::from_ref(id),
                Definition::Group(id) => &program.groups[*id].members,
                _ => &[],
            };
            let kind = match slot {
                Slot::Environment => matches!(definition, Definition::Environment(_)),
                Slot::Group => matches!(definition, Definition::Group(_)),
                _ => true,
            };
            kind && inside.as_ref().is_none_or(|inside| members.iter().all(|member| inside.contains(member)))
        };
        let names = program.names.all(Namespace::Environments).filter(|(_, definition)| fits(*definition));
        names
            .filter(|(name, _)| !written.contains(name))
            .map(|(name, definition)| named(program, name, definition))
            .collect()
    }

    /// The names of the list that the cursor is in.
    fn list(&self) -> BTreeSet<&str> {
        let mut before = self.cursor.statement.iter().rev().peekable();
        let mut names = BTreeSet::new();
        while before.next_if(|lexeme| lexeme.kind == LexemeKind::Comma).is_some() {
            names.extend(before.next().map(|name| self.word(name)));
        }
        names
    }

    /// The environments of the flow around the cursor, where only they may be named.
    fn environments_in_flow(&self) -> Option<BTreeSet<EnvironmentId>> {
        let open = self.cursor.blocks.last().filter(|open| open.block == Block::Flow)?;
        let words: Vec<&str> = self.cursor.statement.iter().map(|word| self.word(word)).collect();
        let is_inside = match words.first().copied()? {
            "promote" => words.contains(&"after"),
            "rollback" | "never" => true,
            _ => false,
        };
        let program = self.analysed.program();
        let flow = program.flow(self.word(open.head.get(1)?)).ok().filter(|_| is_inside)?;
        Some(program.flows[flow].environments().collect::<BTreeSet<_>>()).filter(|inside| !inside.is_empty())
    }

    /// The parameters of the workflow that is called, without those that are set already.
    fn arguments(&self) -> Vec<Offer> {
        let words = &self.cursor.statement;
        let Some(with) = words.iter().position(|word| self.word(word) == "with") else { return Vec::new() };
        let Some(workflow) = with.checked_sub(1).and_then(|at| words.get(at)) else { return Vec::new() };
        let set: BTreeSet<&str> = words.iter().skip(with).map(|word| self.word(word)).collect();
        let mut needs = needs_of(self.analysed, self.word(workflow));
        needs.retain(|need| !set.contains(need.label.as_str()));
        needs.iter_mut().for_each(|need| need.snippet = Some(format!("{} = \"$1\"", need.label)));
        needs
    }

    /// The parameters that a workflow may need: those that promoc provides, and those that other workflows give.
    fn parameters(&self) -> Vec<Offer> {
        let written = self.list();
        let mut items: Vec<Offer> = Vec::new();
        for workflow in self.analysed.program().workflows.values() {
            for given in &workflow.decl.gives {
                items.push(parameter(&given.value, format!("given by `{}`", workflow.name.value)));
            }
        }
        items.extend(built_in().map(|name| parameter(name, "provided by promoc".to_owned())));
        items.retain(|item| !written.contains(item.label.as_str()));
        items
    }
}

/// The parameters that a workflow needs.
pub(super) fn needs_of(analysed: &Analysed, workflow: &str) -> Vec<Offer> {
    let program = analysed.program();
    let Ok(id) = program.workflow(workflow) else { return Vec::new() };
    let needs = program.workflows[id].decl.needs.iter();
    let detail =
        |default: Option<&str>| default.map_or("needed".to_owned(), |default| format!("default \"{default}\""));
    needs.map(|need| parameter(&need.name.value, detail(need.default.as_ref().map(|d| d.value.as_str())))).collect()
}

fn parameter(name: &str, detail: String) -> Offer {
    Offer { label: name.to_owned(), kind: OfferKind::Parameter, detail, snippet: None }
}

fn all(program: &Program, namespace: Namespace) -> Vec<Offer> {
    program.names.all(namespace).map(|(name, definition)| named(program, name, definition)).collect()
}

fn named(program: &Program, name: &str, definition: Definition) -> Offer {
    let detail = match definition {
        Definition::Environment(id) => format!("{} environment", program.environments[id].kind.as_str()),
        Definition::Group(id) => format!("group of {}", program.groups[id].members.len()),
        other => other.kind().to_owned(),
    };
    Offer { label: name.to_owned(), kind: OfferKind::Name(OutlineKind::of(definition)), detail, snippet: None }
}

/// A declaration, in Markdown.
pub(super) fn describe(analysed: &Analysed, kind: OutlineKind, name: &str) -> Option<String> {
    let program = analysed.program();
    let mut known = Namespace::ALL.into_iter().filter_map(|namespace| program.names.get(namespace, name));
    let definition = known.find(|definition| OutlineKind::of(*definition) == kind)?;
    let head = head(program, definition);
    Some(match definition {
        Definition::Group(id) => format!("{head}\n\n{}", members(program, &program.groups[id].members)),
        _ => head,
    })
}

/// The sources that applications declare.
fn sources(analysed: &Analysed) -> Vec<Offer> {
    let mut names = BTreeSet::new();
    for item in analysed.analysis().files.iter().flat_map(|file| &file.tree.items) {
        if let Declaration::Product(product) = item {
            let sources = product.applications.iter().flat_map(|application| &application.sources);
            names.extend(sources.filter_map(|source| source.name.as_ref()).map(|name| name.value.as_str()));
        }
    }
    let item = |name: &str| Offer {
        label: name.to_owned(),
        kind: OfferKind::Value,
        detail: "source of an application".to_owned(),
        snippet: None,
    };
    names.into_iter().map(item).collect()
}

/// The people and teams that approve elsewhere in the program.
fn approvers(program: &Program) -> Vec<Offer> {
    let of_flow = |flow: &Flow| -> Vec<String> {
        let targets = flow.targets.iter();
        targets.flat_map(|target| &target.approvals).map(|approval| approval.who.clone()).collect()
    };
    let mut names: BTreeSet<String> = program.flows.values().flat_map(of_flow).collect();
    names.extend(program.policies.values().flat_map(|policy| &policy.approvals).map(|approval| approval.who.clone()));
    let item = |label| Offer { label, kind: OfferKind::Value, detail: "approves elsewhere".to_owned(), snippet: None };
    names.into_iter().map(item).collect()
}
