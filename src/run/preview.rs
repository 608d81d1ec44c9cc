//! What a flow would change: computed by the code of a run, touching nothing.
//!
//! Values come from the trigger environment, so what one environment does never changes what a later one gets: each is
//! computed from the heads as they are.

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

/// What a flow would change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// The product.
    pub product: String,
    /// The flow.
    pub flow: String,
    /// The version that would be promoted; nothing where the program does not say where it is.
    pub version: Option<String>,
    /// The commit that would trigger.
    pub commit: String,
    /// The target environments, in order of the flow.
    pub environments: Vec<EnvironmentPreview>,
}

/// What would change in an environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnvironmentPreview {
    /// Its name.
    pub name: String,
    /// What a promotion does there.
    pub action: Action,
    /// Its applications.
    pub applications: Vec<ApplicationPreview>,
    /// Whether nothing would change.
    pub unchanged: bool,
}

/// What would change in an application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApplicationPreview {
    /// Its name.
    pub name: String,
    /// Its repository.
    pub repo: String,
    /// The branch.
    pub branch: String,
    /// Its directory.
    pub path: String,
    /// The files that would change.
    pub files: Vec<FileView>,
}

/// What a flow of a product, or a promotion by hand, would change.
///
/// # Errors
/// Where a name, a repository or what is copied is not there.
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
