//! `promoc preview --format json`: what a flow would change.

#[cfg(test)]
use schemars::JsonSchema;
use serde::Serialize;

use crate::edit::{self, FileView};
use crate::run::{ApplicationPreview, EnvironmentPreview, Preview};
use crate::syntax::ast;

/// What a flow would change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct PreviewDocument {
    /// The product.
    pub product: String,
    /// The flow, or `FROM-to-TO`.
    pub flow: String,
    /// The version that would be promoted; null where the program does not say where it is.
    pub version: Option<String>,
    /// The id of the commit that would trigger.
    pub commit: String,
    /// The target environments, in order of the flow.
    pub environments: Vec<PreviewedEnvironment>,
}

/// What would change in an environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct PreviewedEnvironment {
    /// The environment.
    pub name: String,
    /// What a promotion does there.
    pub action: Action,
    /// Its applications.
    pub applications: Vec<PreviewedApplication>,
    /// Whether nothing would change.
    pub unchanged: bool,
}

/// What a promotion does in an environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// It commits the change.
    Commit,
    /// It opens a pull request with the change.
    PullRequest,
    /// Nothing: the pre-action does the work, and no file is listed.
    None,
}

/// What would change in an application.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct PreviewedApplication {
    /// The application.
    pub name: String,
    /// Its repository.
    pub repo: String,
    /// Its branch.
    pub branch: String,
    /// Its directory.
    pub path: String,
    /// The files that would change.
    pub files: Vec<ChangedFile>,
}

/// A file that changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct ChangedFile {
    /// The file, from the repository's root.
    pub file: String,
    /// What happens to it.
    pub change: FileChange,
    /// The values that change; absent where the file changes as a whole.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub properties: Vec<ChangedValue>,
}

/// What happens to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum FileChange {
    /// Some of its values change.
    Edited,
    /// It is new.
    Created,
    /// It is replaced as a whole.
    Replaced,
    /// It is removed.
    Removed,
}

/// A value that changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct ChangedValue {
    /// Where in the file: a JSONPath.
    pub path: String,
    /// The value before, as it is written in the file; null where there was nothing.
    pub old: Option<String>,
    /// The value after, as it is written in the file; null where there will be nothing.
    pub new: Option<String>,
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
            properties: file.properties.iter().map(ChangedValue::from).collect(),
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

impl From<&edit::PropertyView> for ChangedValue {
    fn from(property: &edit::PropertyView) -> ChangedValue {
        ChangedValue { path: property.path.clone(), old: property.old.clone(), new: property.new.clone() }
    }
}
