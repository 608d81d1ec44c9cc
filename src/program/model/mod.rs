//! The types of a resolved program.

mod flow;
mod policy;
mod product;
mod workflow;

pub(crate) use flow::{Flow, FlowNode, Property, PropertyFact, Requirement, Rollback, Target};
pub(crate) use policy::{
    Approval, Origin, Policy, PolicyScope, RequiredEnvironments, RequiredOrder, Setting, Settings, WindowGate,
};
pub(crate) use product::{
    Application, Component, Concurrency, Copy, FlowRef, FlowStart, Product, PromotedContent, Source, Template,
    VersionSource,
};
pub(crate) use workflow::{Argument, Call, Hook, Workflow, WorkflowChoice};

use std::collections::{BTreeMap, BTreeSet};

use super::matching::PoliciesOf;
use super::names::{NameTable, Reference};
use crate::program::unclear::Unclear;
use crate::source::{Arena, Id, Spanned};
use crate::syntax::ast::{self, Kind};
use crate::syntax::literal::{Clock, Days};

/// Ids are in order of declaration.
pub(crate) type EnvironmentId = Id<Environment>;
pub(crate) type GroupId = Id<Group>;
pub(crate) type WorkflowId = Id<Workflow>;
pub(crate) type TemplateId = Id<Template>;
pub(crate) type PolicyId = Id<Policy>;
pub(crate) type WindowId = Id<Window>;
/// Identifies a product of a program. Ids are in order of declaration.
pub type ProductId = Id<Product>;
/// Ids are in order of declaration, then in the order of the environments of a statement.
pub(crate) type ApplicationId = Id<Application>;
/// Identifies a flow of a program. Ids are in order of declaration.
pub type FlowId = Id<Flow>;
pub(crate) type ScenarioId = Id<Scenario>;

/// A whole program, with all its files.
#[derive(Clone, Debug, Default)]
pub struct Program {
    pub environments: Arena<Environment>,
    pub groups: Arena<Group>,
    pub workflows: Arena<Workflow>,
    pub templates: Arena<Template>,
    pub policies: Arena<Policy>,
    pub windows: Arena<Window>,
    pub products: Arena<Product>,
    pub flows: Arena<Flow>,
    /// The flows of products that lack some targets of a `promote … where present`, without these.
    pub partial_flows: BTreeMap<(ProductId, FlowId), Flow>,
    pub scenarios: Arena<Scenario>,
    /// Whether a file contains a syntax error outside of declarations, or an import is missing.
    pub damaged: bool,
    pub(crate) unclear: Unclear,
    /// Every use of a name that resolved, in order of position.
    pub references: Vec<Reference>,
    /// Environments that a range or a label selects, without their names.
    pub selected: BTreeSet<EnvironmentId>,
    pub names: NameTable,
    pub(crate) policies_of: PoliciesOf,
}

#[derive(Clone, Debug)]
pub struct Environment {
    pub name: Spanned<String>,
    pub kind: Kind,
    pub description: Option<String>,
    pub labels: BTreeMap<String, String>,
}

#[derive(Clone, Debug)]
pub struct Group {
    pub name: Spanned<String>,
    /// Each environment once, in order; groups are expanded.
    pub members: Vec<EnvironmentId>,
    /// The conditions that select the members; `None` if they are listed.
    pub labels: Option<Vec<ast::Label>>,
    /// Whether a member did not resolve; then nothing is reported as missing from the group.
    pub damaged: bool,
}

#[derive(Clone, Debug)]
pub struct Window {
    pub name: Spanned<String>,
    /// The default is UTC.
    pub timezone: Option<Spanned<String>>,
    pub open: Vec<(Days, Option<(Clock, Clock)>)>,
    pub closed: Vec<(Days, Option<(Clock, Clock)>)>,
    pub decl: ast::WindowDecl,
}

/// A scenario; its names are resolved when it is played.
#[derive(Clone, Debug)]
pub struct Scenario {
    pub name: Spanned<String>,
    pub decl: ast::ScenarioDecl,
}
