//! The names of a program: what each refers to, and where it is used.
//!
//! Environments and groups share one namespace; every other kind has its own. [`Program::product`] and the like look up
//! names from the command line, and suggest the nearest declared name if there is none.
//!
//! INVARIANT: a name refers to its first declaration.

use std::collections::BTreeMap;

use super::model::{
    Environment, EnvironmentId, FlowId, GroupId, PolicyId, ProductId, Program, ScenarioId, TemplateId, WindowId,
    WorkflowId,
};
use crate::diagnostic::{nearest, one_of};
use crate::source::{Span, Spanned};
use crate::syntax::ast::Label;
use crate::syntax::names::{as_name, in_ranges, is_range, range};

/// What a name refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Definition {
    Environment(EnvironmentId),
    Group(GroupId),
    Workflow(WorkflowId),
    Template(TemplateId),
    Policy(PolicyId),
    Window(WindowId),
    Product(ProductId),
    Flow(FlowId),
    Scenario(ScenarioId),
}

impl Definition {
    /// Its kind with an article: "an environment".
    pub fn a_kind(self) -> &'static str {
        match self {
            Definition::Environment(_) => "an environment",
            Definition::Group(_) => "a group",
            Definition::Workflow(_) => "a workflow",
            Definition::Template(_) => "a template",
            Definition::Policy(_) => "a policy",
            Definition::Window(_) => "a window",
            Definition::Product(_) => "a product",
            Definition::Flow(_) => "a flow",
            Definition::Scenario(_) => "a scenario",
        }
    }

    /// Its kind: "environment".
    pub fn kind(self) -> &'static str {
        self.a_kind().split_once(' ').map_or("", |(_, kind)| kind)
    }

    pub fn namespace(self) -> Namespace {
        match self {
            Definition::Environment(_) | Definition::Group(_) => Namespace::Environments,
            Definition::Workflow(_) => Namespace::Workflows,
            Definition::Template(_) => Namespace::Templates,
            Definition::Policy(_) => Namespace::Policies,
            Definition::Window(_) => Namespace::Windows,
            Definition::Product(_) => Namespace::Products,
            Definition::Flow(_) => Namespace::Flows,
            Definition::Scenario(_) => Namespace::Scenarios,
        }
    }
}

/// A set of kinds within which a name can be declared only once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Namespace {
    /// Of environments and groups, which share it.
    Environments,
    Workflows,
    Templates,
    Policies,
    Windows,
    Products,
    Flows,
    Scenarios,
}

impl Namespace {
    /// In lookup order.
    pub const ALL: [Namespace; 8] = [
        Namespace::Environments,
        Namespace::Workflows,
        Namespace::Templates,
        Namespace::Policies,
        Namespace::Windows,
        Namespace::Products,
        Namespace::Flows,
        Namespace::Scenarios,
    ];
}

/// A use of a name, and what it refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    /// The use; never the declaration.
    pub span: Span,
    pub to: Definition,
}

/// All declared names of a program.
#[derive(Clone, Debug, Default)]
pub struct NameTable {
    of: BTreeMap<Namespace, BTreeMap<String, Definition>>,
    /// Declared names that are not valid (E0102), in their corrected form, so that a use in that form resolves.
    meant: BTreeMap<(Namespace, String), Definition>,
}

impl NameTable {
    /// Looks up a name.
    pub fn get(&self, namespace: Namespace, name: &str) -> Option<Definition> {
        let declared = self.of.get(&namespace).and_then(|names| names.get(name));
        declared.or_else(|| self.meant.get(&(namespace, name.to_owned()))).copied()
    }

    /// All names of a namespace, in alphabetical order.
    pub fn all(&self, namespace: Namespace) -> impl Iterator<Item = (&str, Definition)> {
        self.of.get(&namespace).into_iter().flatten().map(|(name, definition)| (name.as_str(), *definition))
    }

    /// Declares a name. If it is already declared, does nothing and returns that definition.
    pub(super) fn declare(&mut self, name: &str, definition: Definition) -> Option<Definition> {
        let names = self.of.entry(definition.namespace()).or_default();
        let known = names.get(name).copied();
        if known.is_none() {
            names.insert(name.to_owned(), definition);
            if let Some(meant) = as_name(name).filter(|meant| meant != name) {
                self.meant.entry((definition.namespace(), meant)).or_insert(definition);
            }
        }
        known
    }
}

/// A name from the command line that does not exist.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Unknown {
    /// The problem, with suggestions.
    pub message: String,
}

macro_rules! lookups {
    ($($method:ident $id:ident $variant:ident $namespace:ident,)*) => {
        impl Program {
            $(
                #[doc = concat!("The ", stringify!($method), " of a name.")]
                ///
                /// # Errors
                /// If there is no such name; with the nearest name, or all names if there are few.
                pub fn $method(&self, name: &str) -> Result<$id, Unknown> {
                    match self.names.get(Namespace::$namespace, name) {
                        Some(Definition::$variant(id)) => Ok(id),
                        _ => Err(self.unknown(stringify!($method), name, Namespace::$namespace, |definition| {
                            matches!(definition, Definition::$variant(_))
                        })),
                    }
                }
            )*

            /// The name of a definition at its declaration.
            pub fn name_of(&self, definition: Definition) -> &Spanned<String> {
                match definition {
                    Definition::Environment(id) => &self.environments[id].name,
                    Definition::Group(id) => &self.groups[id].name,
                    Definition::Workflow(id) => &self.workflows[id].name,
                    Definition::Template(id) => &self.templates[id].name,
                    Definition::Policy(id) => &self.policies[id].name,
                    Definition::Window(id) => &self.windows[id].name,
                    Definition::Product(id) => &self.products[id].name,
                    Definition::Flow(id) => &self.flows[id].name,
                    Definition::Scenario(id) => &self.scenarios[id].name,
                }
            }
        }
    };
}

lookups! {
    environment EnvironmentId Environment Environments,
    group GroupId Group Environments,
    workflow WorkflowId Workflow Workflows,
    template TemplateId Template Templates,
    policy PolicyId Policy Policies,
    window WindowId Window Windows,
    product ProductId Product Products,
    flow FlowId Flow Flows,
    scenario ScenarioId Scenario Scenarios,
}

impl Program {
    /// The environments of a name: itself, or the members of a group or a range.
    pub fn targets(&self, name: &str) -> Option<Vec<EnvironmentId>> {
        if is_range(name) {
            let of = |name: &String| match self.names.get(Namespace::Environments, name)? {
                Definition::Environment(id) => Some(id),
                _ => None,
            };
            return range(name).ok()?.iter().map(of).collect();
        }
        match self.names.get(Namespace::Environments, name)? {
            Definition::Environment(id) => Some(vec![id]),
            Definition::Group(id) => Some(self.groups[id].members.clone()),
            _ => None,
        }
    }

    /// The environments with all of these labels, in order of declaration.
    pub(super) fn labelled(&self, labels: &[Label]) -> impl Iterator<Item = EnvironmentId> {
        let has = |environment: &Environment, label: &Label| {
            environment.labels.get(&label.key.value).is_some_and(|value| *value == label.value.value)
        };
        let all = self.environments.iter().filter(move |_| !labels.is_empty());
        all.filter(move |(_, environment)| labels.iter().all(|label| has(environment, label))).map(|(id, _)| id)
    }

    fn unknown(&self, kind: &str, name: &str, namespace: Namespace, wanted: fn(Definition) -> bool) -> Unknown {
        if let Some(Definition::Group(group)) = self.names.get(namespace, name) {
            let members = self.groups[group].members.iter();
            let members = in_ranges(members.map(|id| self.environments[*id].name.value.as_str()));
            let members: Vec<String> = members.into_iter().map(|(name, _)| name).collect();
            let message =
                format!("`{name}` is a group, and an {kind} is needed; its members are {}", members.join(", "));
            return Unknown { message };
        }
        let names: Vec<&str> =
            self.names.all(namespace).filter(|(_, definition)| wanted(*definition)).map(|(name, _)| name).collect();
        let hint = match (nearest(name, names.iter().copied()), one_of(names.iter().copied())) {
            (Some(near), _) => format!("did you mean `{near}`?"),
            (None, Some(all)) => format!("expected {all}"),
            (None, None) if names.is_empty() => format!("the program declares no {kind}"),
            (None, None) => format!("the program declares {} others", names.len()),
        };
        Unknown { message: format!("no {kind} named `{name}`; {hint}") }
    }
}
