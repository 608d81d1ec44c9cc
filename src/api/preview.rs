//! `promoc preview --format json`: the changes that a release of a flow would make.

#[cfg(test)]
use schemars::JsonSchema;
use serde::Serialize;

use crate::edit::{self, FileView};
use crate::run::{ApplicationPreview, EnvironmentPreview, Preview, is_older};
use crate::syntax::ast;

/// The changes that a release of a flow would make.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct PreviewDocument {
    /// The name of the product.
    pub product: String,
    /// The name of the flow, or `FROM-to-TO`.
    pub flow: String,
    /// The version that would be promoted; null if the program does not say where to find it.
    pub version: Option<String>,
    /// The ID of the commit that would trigger the release.
    pub commit: String,
    /// The targets, in the order of the flow.
    pub environments: Vec<PreviewedEnvironment>,
}

/// The changes in an environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct PreviewedEnvironment {
    /// The name of the environment.
    pub name: String,
    /// The action of the promotion.
    pub action: Action,
    /// The applications of the product in this environment.
    pub applications: Vec<PreviewedApplication>,
    /// Whether nothing would change.
    pub unchanged: bool,
}

/// The action of a promotion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Commit the changes.
    Commit,
    /// Open a pull request with the changes.
    PullRequest,
    /// Change nothing, because the pre-action does the work; no files are listed.
    None,
}

/// The changes in an application.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct PreviewedApplication {
    /// The name of the application.
    pub name: String,
    /// The location of the repository.
    pub repo: String,
    /// The branch to commit to.
    pub branch: String,
    /// The directory of the application in the repository.
    pub path: String,
    /// The files that would change.
    pub files: Vec<ChangedFile>,
}

/// A changed file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct ChangedFile {
    /// The path of the file, relative to the root of the repository.
    pub file: String,
    /// The kind of change.
    pub change: FileChange,
    /// The changed values; absent if the file is new or removed, or its values do not tell what changes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub properties: Vec<ChangedProperty>,
    /// The changed lines of a file that is replaced; absent if the values tell what changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lines: Option<ChangedLines>,
}

/// The kind of change to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum FileChange {
    /// Some values change.
    Edited,
    /// The file is new.
    Created,
    /// The whole content is replaced.
    Replaced,
    /// The file is removed.
    Removed,
}

/// The changed lines of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct ChangedLines {
    /// How many lines are added.
    pub added: usize,
    /// How many lines are removed.
    pub removed: usize,
    /// The first of them in order, each after a `+` or `-`.
    pub text: Vec<String>,
}

/// A changed value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct ChangedProperty {
    /// The JSONPath of the value in the file.
    pub path: String,
    /// The old value, as written in the file; null if there is none.
    pub old: Option<String>,
    /// The new value, as written in the file; null if the value is removed.
    pub new: Option<String>,
    /// True if the new value is an older version than the old one; absent otherwise.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub older: bool,
}

impl From<&Preview> for PreviewDocument {
    fn from(preview: &Preview) -> PreviewDocument {
        PreviewDocument {
            product: preview.product.clone(),
            flow: preview.flow.clone(),
            version: preview.version.clone(),
            commit: preview.commit.clone(),
            environments: preview.environments.iter().map(PreviewedEnvironment::from).collect(),
        }
    }
}

impl From<&EnvironmentPreview> for PreviewedEnvironment {
    fn from(environment: &EnvironmentPreview) -> PreviewedEnvironment {
        PreviewedEnvironment {
            name: environment.name.clone(),
            action: environment.action.into(),
            applications: environment.applications.iter().map(PreviewedApplication::from).collect(),
            unchanged: environment.unchanged,
        }
    }
}

impl From<ast::Action> for Action {
    fn from(action: ast::Action) -> Action {
        match action {
            ast::Action::Commit => Action::Commit,
            ast::Action::PullRequest => Action::PullRequest,
            ast::Action::None => Action::None,
        }
    }
}

impl From<&ApplicationPreview> for PreviewedApplication {
    fn from(application: &ApplicationPreview) -> PreviewedApplication {
        PreviewedApplication {
            name: application.name.clone(),
            repo: application.repo.clone(),
            branch: application.branch.clone(),
            path: application.path.clone(),
            files: application.files.iter().map(ChangedFile::from).collect(),
        }
    }
}

impl From<&FileView> for ChangedFile {
    fn from(file: &FileView) -> ChangedFile {
        ChangedFile {
            file: file.file.clone(),
            change: file.change.into(),
            properties: file.properties.iter().map(ChangedProperty::from).collect(),
            lines: file.lines.as_ref().map(ChangedLines::from),
        }
    }
}

impl From<edit::FileChangeKind> for FileChange {
    fn from(kind: edit::FileChangeKind) -> FileChange {
        match kind {
            edit::FileChangeKind::Edited => FileChange::Edited,
            edit::FileChangeKind::Created => FileChange::Created,
            edit::FileChangeKind::Replaced => FileChange::Replaced,
            edit::FileChangeKind::Removed => FileChange::Removed,
        }
    }
}

impl From<&edit::LinesView> for ChangedLines {
    fn from(lines: &edit::LinesView) -> ChangedLines {
        ChangedLines { added: lines.added, removed: lines.removed, text: lines.text.clone() }
    }
}

impl From<&edit::PropertyView> for ChangedProperty {
    fn from(property: &edit::PropertyView) -> ChangedProperty {
        let older = property.old.as_deref().zip(property.new.as_deref()).is_some_and(|(old, new)| is_older(old, new));
        ChangedProperty { path: property.path.clone(), old: property.old.clone(), new: property.new.clone(), older }
    }
}
