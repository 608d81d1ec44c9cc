//! The types of the meaning.

mod flow;
mod policy;
mod product;
mod workflow;

pub(crate) use flow::{Flow, Property, PropertyFact, Requirement, Rollback, Target};
pub(crate) use policy::{Approval, Origin, Policy, PolicyScope, Setting, Settings};
pub(crate) use product::{
    Application, Component, Concurrency, Copy, FlowRef, FlowStart, Product, PromotedContent, Source, Template,
    VersionSource,
};
pub(crate) use workflow::{Argument, Call, Hook, Workflow, WorkflowChoice};

use super::matching::PoliciesOf;
use super::names::{NameTable, Reference};
use crate::source::{Arena, Id, Spanned};
use crate::syntax::ast::{self, Kind};
use crate::syntax::literal::{Clock, Days};

/// Id of an environment, in order of declaration.
pub(crate) type EnvironmentId = Id<Environment>;
/// Id of a group.
pub(crate) type GroupId = Id<Group>;
/// Id of a workflow.
pub(crate) type WorkflowId = Id<Workflow>;
/// Id of a template.
pub(crate) type TemplateId = Id<Template>;
/// Id of a policy.
pub(crate) type PolicyId = Id<Policy>;
/// Id of a window.
pub(crate) type WindowId = Id<Window>;
/// Id of a product.
pub type ProductId = Id<Product>;
/// Id of an application of a product, in order of declaration, then of its environments.
pub(crate) type ApplicationId = Id<Application>;
/// Id of a flow.
pub type FlowId = Id<Flow>;
/// Id of a scenario.
pub(crate) type ScenarioId = Id<Scenario>;

/// A whole program: all files together.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs, reason = "each field is the declarations of its name")]
pub struct Program {
    pub environments: Arena<Environment>,
    pub groups: Arena<Group>,
    pub workflows: Arena<Workflow>,
    pub templates: Arena<Template>,
    pub policies: Arena<Policy>,
    pub windows: Arena<Window>,
    pub products: Arena<Product>,
    pub flows: Arena<Flow>,
    pub scenarios: Arena<Scenario>,
    /// Whether some file held what was not understood at all, or an import is missing.
    pub damaged: bool,
    /// Every name that was resolved, in order of place.
    pub references: Vec<Reference>,
    /// What every name stands for.
    pub names: NameTable,
    /// Which policies may speak of which product.
    pub(crate) policies_of: PoliciesOf,
}

/// `environment`
#[derive(Clone, Debug)]
pub struct Environment {
    /// Its name, where it is declared.
    pub name: Spanned<String>,
    /// Production or not.
    pub kind: Kind,
    /// `description`
    pub description: Option<String>,
}

/// `group`
#[derive(Clone, Debug)]
pub struct Group {
    /// Its name, where it is declared.
    pub name: Spanned<String>,
    /// Its environments, groups in it expanded, each once, in order.
    pub members: Vec<EnvironmentId>,
    /// Whether a member did not resolve: then nothing is said of what the group lacks.
    pub damaged: bool,
}

/// `window`
#[derive(Clone, Debug)]
pub struct Window {
    /// Its name, where it is declared.
    pub name: Spanned<String>,
    /// `timezone`; UTC if nothing is said.
    pub timezone: Option<Spanned<String>>,
    /// `open` statements.
    pub open: Vec<(Days, Option<(Clock, Clock)>)>,
    /// `closed` statements.
    pub closed: Vec<(Days, Option<(Clock, Clock)>)>,
    /// The declaration.
    pub decl: ast::WindowDecl,
}

/// `scenario`: resolved when it is played.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// Its name, where it is declared.
    pub name: Spanned<String>,
    /// The declaration.
    pub decl: ast::ScenarioDecl,
}
