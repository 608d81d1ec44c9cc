//! Products: their applications, the content copied between them, and their flows.

use super::{ApplicationId, Environment, EnvironmentId, FlowId, TemplateId};
use crate::program::placeholder::Values;
use crate::source::{Arena, Span, Spanned};
use crate::syntax::ast::{self, ConditionKey, ValuePath};

/// The `version` and `copy` statements of a template or a product.
#[derive(Clone, Debug, Default)]
pub struct PromotedContent {
    pub version: Option<VersionSource>,
    /// Empty if the whole directory is copied.
    pub copies: Vec<Copy>,
}

/// `version from FILE at PATH [as tag]`
#[derive(Clone, Debug)]
pub struct VersionSource {
    /// Relative to the directory of the application. `{environment}` stands for the environment of the application.
    pub file: String,
    pub path: ValuePath,
    /// The name after `in`; `None` for the first source.
    pub source: Option<String>,
    pub span: Span,
}

/// `copy FILE [at PATH [as tag], …]`
#[derive(Clone, Debug)]
pub struct Copy {
    /// A file or glob, relative to the directory of the application. `{environment}` stands for the environment of the
    /// application, which differs between source and target.
    pub file: Spanned<String>,
    /// The name after `in`; `None` for the first source.
    pub source: Option<String>,
    /// Empty if the whole file is copied.
    pub paths: Vec<ValuePath>,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct Template {
    pub name: Spanned<String>,
    pub content: PromotedContent,
}

#[derive(Clone, Debug)]
pub struct Product {
    pub name: Spanned<String>,
    pub labels: Vec<(String, String)>,
    /// `None` if the content is in the product itself.
    pub template: Option<TemplateId>,
    /// The content of the template, or of the product itself.
    pub content: PromotedContent,
    /// One for each `application` statement, in order.
    pub components: Vec<Component>,
    /// One for each environment of each component.
    pub applications: Arena<Application>,
    /// In order; flows that did not resolve are absent.
    pub flows: Vec<FlowRef>,
    /// What happens if releases overlap.
    pub concurrency: Concurrency,
    pub decl: ast::ProductDecl,
    /// Whether it contains a reported error; then nothing is reported as missing.
    pub damaged: bool,
}

impl Product {
    /// The applications in an environment, in order of declaration.
    pub fn applications_in(&self, environment: EnvironmentId) -> impl Iterator<Item = (ApplicationId, &Application)> {
        self.applications.iter().filter(move |(_, application)| application.environment == environment)
    }

    /// What is copied, with the names of the files that it has in an environment.
    pub fn content_in(&self, environment: &Environment) -> PromotedContent {
        let values = Values { environment: Some(&environment.name.value), product: Some(&self.name.value) };
        values.content(&self.content)
    }

    /// The application of the trigger environment whose values an application receives: that of the same component, or
    /// else the only one there. `None` if there are several (E0407).
    pub fn origin_of(&self, application: &Application, trigger: EnvironmentId) -> Option<ApplicationId> {
        let mut there = self.applications_in(trigger);
        let same = self.applications_in(trigger).find(|(_, candidate)| candidate.component == application.component);
        match (same, there.next(), there.next()) {
            (Some((id, _)), _, _) | (None, Some((id, _)), None) => Some(id),
            _ => None,
        }
    }
}

/// An `application` statement.
#[derive(Clone, Debug)]
pub struct Component {
    /// With placeholders, as written.
    pub name: Spanned<String>,
    pub span: Span,
}

/// A component in one environment.
#[derive(Clone, Debug)]
pub struct Application {
    /// With placeholders replaced.
    pub name: String,
    /// The index in [`Product::components`].
    pub component: usize,
    pub environment: EnvironmentId,
    /// The directories of its manifests: one, or several with names. A source without repo or path is absent (E0402).
    pub sources: Vec<Source>,
    pub namespace: Option<String>,
    pub runtime: Option<String>,
    /// The labels of the product and its own; each key once.
    pub labels: Vec<(String, String)>,
    /// The name in the `application` statement.
    pub span: Span,
    /// The name of its environment, or of the group, in the `application` statement.
    pub environment_span: Span,
}

impl Application {
    /// The source that a `copy` or `version` names after `in`; the first one if it names none.
    pub fn source(&self, name: Option<&str>) -> Option<&Source> {
        match name {
            None => self.sources.first(),
            Some(name) => self.sources.iter().find(|source| source.name.as_deref() == Some(name)),
        }
    }

    /// Whether that is this source, which is one of the application's.
    pub fn means(&self, name: Option<&str>, source: &Source) -> bool {
        self.source(name).is_some_and(|meant| meant.name == source.name)
    }
}

/// A directory with manifests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// `None` for the only source of an application without `source` blocks.
    pub name: Option<String>,
    /// A URL or a path, as written. A relative path is relative to the file of `repo_span`.
    pub repo: String,
    /// The `repo` statement's string.
    pub repo_span: Span,
    /// `None` for the branch that HEAD of the repository names.
    pub branch: Option<String>,
    /// The directory, with placeholders replaced and without `/` at either end; empty for the root.
    pub path: String,
    pub path_span: Span,
}

/// A `flow` statement of a product.
#[derive(Clone, Debug)]
pub struct FlowRef {
    pub flow: FlowId,
    pub start: FlowStart,
    /// The name in the statement.
    pub span: Span,
}

/// The conditions under which a change starts a flow.
#[derive(Clone, Debug)]
pub enum FlowStart {
    /// Only people start it.
    ByHand,
    /// All conditions must hold: (key, excludes, patterns).
    When(Vec<(ConditionKey, bool, Vec<String>)>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Concurrency {
    /// One release after the other.
    Queue {
        /// The greatest number of waiting releases.
        limit: u32,
        /// Whether the program sets it, or it is the default.
        written: bool,
    },
    /// A newer release terminates an older one where they meet.
    Terminate,
}
