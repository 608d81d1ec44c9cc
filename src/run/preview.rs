//! What a flow would change. It is computed by the code of a run, and touches nothing.
//!
//! Values come from the trigger environment, so no environment affects what a later one receives. Each one is computed
//! from the current heads.

use super::changes::harmless;
use super::commit;
use super::error::RunError;
use super::prepare::prepare;
use super::repositories::Repositories;
use crate::check::Checked;
use crate::edit::FileView;
use crate::ledger::meta::ReleaseSpec;
use crate::project::ProjectRoot;
use crate::syntax::ast::Action;

/// What a flow, or a promotion by hand, would change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// The name of the product.
    pub product: String,
    /// The name of the flow, or `FROM-to-TO`.
    pub flow: String,
    /// The version that would be promoted; `None` if the program does not say where it is.
    pub version: Option<String>,
    /// The triggering commit, in full.
    pub commit: String,
    /// The target environments, in the order of the flow.
    pub environments: Vec<EnvironmentPreview>,
}

/// What would change in one environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnvironmentPreview {
    /// The name of the environment.
    pub name: String,
    /// What a promotion does there: commit, open a pull request, or nothing.
    pub action: Action,
    /// The applications of the product in this environment, changed or not.
    pub applications: Vec<ApplicationPreview>,
    /// Whether none of its applications would change.
    pub unchanged: bool,
}

/// What would change in one application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApplicationPreview {
    /// The name of the application.
    pub name: String,
    /// Where its first repository is.
    pub repo: String,
    /// The branch of its first source.
    pub branch: String,
    /// The directory of its first source, relative to the repository.
    pub path: String,
    /// The files that would change, of all its sources.
    pub files: Vec<FileView>,
}

/// Computes what a flow of a product, or a promotion by hand, would change.
///
/// # Errors
/// If a name, a repository or something to copy does not exist.
pub fn preview(
    root: &ProjectRoot,
    program: Checked<'_>,
    product: &str,
    spec: &ReleaseSpec,
) -> Result<Preview, RunError> {
    compute(root, program, product, spec).map_err(RunError::harmless)
}

fn compute(root: &ProjectRoot, program: Checked<'_>, product: &str, spec: &ReleaseSpec) -> Result<Preview, RunError> {
    let mut repositories = Repositories::new(&root.path);
    let context = prepare(root, program, product, spec, &mut repositories)?;
    let mut environments = Vec::new();
    for (environment, meta) in context.plan.environments.values().zip(&context.meta.environments).skip(1) {
        let mut applications = Vec::new();
        for (id, application) in environment.applications.iter().zip(&meta.applications) {
            let files = match environment.action {
                Action::None => Vec::new(),
                Action::Commit | Action::PullRequest => commit::preview(&context, &mut repositories, *id)?,
            };
            applications.push(ApplicationPreview {
                name: application.name.clone(),
                repo: application.repository.clone(),
                branch: application.branch.clone(),
                path: application.path.clone(),
                files: files.into_iter().map(harmless).collect(),
            });
        }
        let unchanged = applications.iter().all(|application| application.files.is_empty());
        let (name, action) = (meta.name.clone(), environment.action);
        environments.push(EnvironmentPreview { name, action, applications, unchanged });
    }
    let version = Some(context.meta.version.clone()).filter(|version| !version.is_empty());
    Ok(Preview {
        product: context.names.product.clone(),
        flow: context.names.flow.clone(),
        version,
        commit: context.meta.commit.sha.clone(),
        environments,
    })
}
