//! Products: their applications, what is copied between them, their flows.

use super::{ApplicationId, EnvironmentId, FlowId, TemplateId};
use crate::source::{Arena, Span, Spanned};
use crate::syntax::ast::{self, ConditionKey};

/// What is copied, of a template or inline.
#[derive(Clone, Debug, Default)]
pub struct PromotedContent {
    /// Where the version is.
    pub version: Option<VersionSource>,
    /// What moves; empty: the whole directory.
    pub copies: Vec<Copy>,
}

/// `version from FILE at PATH`
#[derive(Clone, Debug)]
pub struct VersionSource {
    /// Relative to the application's directory.
    pub file: String,
    /// A JSONPath.
    pub path: Spanned<String>,
    /// Of several sources, which.
    pub source: Option<String>,
    /// The statement.
    pub span: Span,
}

/// `copy FILE [at PATH, …]`
#[derive(Clone, Debug)]
pub struct Copy {
    /// File or glob, relative to the application's directory.
    pub file: Spanned<String>,
    /// Of several sources, which.
    pub source: Option<String>,
    /// JSONPaths; empty: the whole file.
    pub paths: Vec<Spanned<String>>,
    /// The statement.
    pub span: Span,
}

/// `template`
#[derive(Clone, Debug)]
pub struct Template {
    /// Its name, where it is declared.
    pub name: Spanned<String>,
    /// What it copies.
    pub content: PromotedContent,
}

/// `product`
#[derive(Clone, Debug)]
pub struct Product {
    /// Its name, where it is declared.
    pub name: Spanned<String>,
    /// `label`
    pub labels: Vec<(String, String)>,
    /// The named template; `None` where its content is inline, or there is none.
    pub template: Option<TemplateId>,
    /// What is copied: the template's, or inline.
    pub content: PromotedContent,
    /// Its components: one for each `application` statement, in order.
    pub components: Vec<Component>,
    /// Its applications, expanded over their environments.
    pub applications: Arena<Application>,
    /// The flows that it lists, in order; those that did not resolve are absent.
    pub flows: Vec<FlowRef>,
    /// What happens when a release starts while another runs.
    pub concurrency: Concurrency,
    /// The declaration.
    pub decl: ast::ProductDecl,
    /// Whether something in it was not understood or did not resolve: nothing is said of what it lacks.
    pub damaged: bool,
}

impl Product {
    /// Its applications in an environment, in order of declaration.
    pub fn applications_in(&self, environment: EnvironmentId) -> impl Iterator<Item = (ApplicationId, &Application)> {
        self.applications.iter().filter(move |(_, application)| application.environment == environment)
    }

    /// The application of the trigger environment whose values an application receives: that of the same component, or
    /// the product's only one there. `None`: it cannot tell (E0407).
    pub fn origin_of(&self, application: &Application, trigger: EnvironmentId) -> Option<ApplicationId> {
        let mut there = self.applications_in(trigger);
        let same = self.applications_in(trigger).find(|(_, candidate)| candidate.component == application.component);
        match (same, there.next(), there.next()) {
            (Some((id, _)), _, _) | (None, Some((id, _)), None) => Some(id),
            _ => None,
        }
    }
}

/// One `application` statement.
#[derive(Clone, Debug)]
pub struct Component {
    /// Its name as written, with placeholders.
    pub name: Spanned<String>,
    /// The statement.
    pub span: Span,
}

/// One application in one environment.
#[derive(Clone, Debug)]
pub struct Application {
    /// Its name, placeholders put in.
    pub name: String,
    /// Its component: the position in [`Product::components`].
    pub component: usize,
    /// Its environment.
    pub environment: EnvironmentId,
    /// Where its manifests are: one, or several named ones. One that lacks repo or path is absent (E0402).
    pub sources: Vec<Source>,
    /// `namespace`
    pub namespace: Option<String>,
    /// `runtime`
    pub runtime: Option<String>,
    /// `label`, the product's first.
    pub labels: Vec<(String, String)>,
    /// The statement's name.
    pub span: Span,
    /// The name of its environment (or group) in the statement's list.
    pub environment_span: Span,
}

/// A place of manifests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The name, where there are several.
    pub name: Option<String>,
    /// URL or path as written; relative paths are relative to the file that says it (see `repo_file`).
    pub repo: String,
    /// The file that says `repo`: relative paths are relative to its folder.
    pub repo_span: Span,
    /// The branch; the repository's HEAD where `None`.
    pub branch: Option<String>,
    /// The directory, placeholders put in, without `/` at either end; empty: the root.
    pub path: String,
    /// Where the path is written.
    pub path_span: Span,
}

/// A flow in a product's list.
#[derive(Clone, Debug)]
pub struct FlowRef {
    /// The flow.
    pub flow: FlowId,
    /// When it starts.
    pub start: FlowStart,
    /// The flow's name in the statement.
    pub span: Span,
}

/// When a flow of a product starts.
#[derive(Clone, Debug)]
pub enum FlowStart {
    /// People only.
    ByHand,
    /// All conditions hold: (key, excludes, patterns).
    When(Vec<(ConditionKey, bool, Vec<String>)>),
}

/// `concurrency`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Concurrency {
    /// One after the other; so many may wait.
    Queue {
        /// How many may wait.
        limit: u32,
        /// Whether the program says so, or it is the default.
        written: bool,
    },
    /// A newer release terminates an older one in its way.
    Terminate,
}
