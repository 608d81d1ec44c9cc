//! What a flow would change. It is computed by the code of a run, and touches nothing.
//!
//! Values come from the trigger environment, so no environment affects what a later one receives. Each one is computed
//! from the current heads.

use super::changes::harmless;
use super::error::RunError;
use super::prepare::{Prepared, Reading, prepare};
use super::repositories::Repositories;
use super::saved::SavedPlan;
use super::secrets::Secrets;
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
    /// Whether something is wrong there, so that not everything is known.
    pub incomplete: bool,
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

/// Computes what a flow of a product, or a promotion by hand, would change. What is promoted is read at a commit, or at the
/// head of its branch.
///
/// # Errors
/// If a name, a repository or something to copy does not exist, or a target cannot be changed: every reason.
pub fn preview(
    root: &ProjectRoot,
    program: Checked<'_>,
    product: &str,
    spec: &ReleaseSpec,
    at: Option<&str>,
) -> Result<Preview, RunError> {
    let (preview, plan) = preview_and_save(root, program, product, spec, at)?;
    plan.map(|_| preview)
}

/// Like [`preview`], with the plan to run exactly that later. If something is wrong, there is no plan but every reason, and
/// the preview shows what is not concerned.
///
/// # Errors
/// If a name does not exist.
pub fn preview_and_save(
    root: &ProjectRoot,
    program: Checked<'_>,
    product: &str,
    spec: &ReleaseSpec,
    at: Option<&str>,
) -> Result<(Preview, Result<SavedPlan, RunError>), RunError> {
    let compute = || {
        let mut repositories = Repositories::new(&root.path, &root.settings);
        let reading = at.map_or(Reading::Heads, |at| Reading::At(at.to_owned()));
        let mut prepared = prepare(root, program, product, spec, &reading, &mut repositories)?;
        let faults = std::mem::take(&mut prepared.faults).none();
        let plan = faults.and_then(|()| SavedPlan::of(program, &prepared, &mut repositories));
        Ok((shown(prepared), plan.map_err(RunError::harmless)))
    };
    compute().map_err(RunError::harmless)
}

fn shown(Prepared { context, mut outlooks, .. }: Prepared) -> Preview {
    let secrets = Secrets::of_this_process();
    let mut environments = Vec::new();
    for (environment, meta) in context.plan.environments.values().zip(&context.meta.environments).skip(1) {
        let mut applications = Vec::new();
        let known = environment.applications.iter().all(|id| outlooks.contains_key(id));
        for (id, application) in environment.applications.iter().zip(&meta.applications) {
            let files = outlooks.remove(id).unwrap_or_default().files;
            applications.push(ApplicationPreview {
                name: application.name.clone(),
                repo: secrets.mask(&application.repository),
                branch: application.branch.clone(),
                path: application.path.clone(),
                files: files.into_iter().map(|file| harmless(file, &secrets)).collect(),
            });
        }
        let incomplete = !known && environment.action != Action::None;
        let unchanged = !incomplete && applications.iter().all(|application| application.files.is_empty());
        let (name, action) = (meta.name.clone(), environment.action);
        environments.push(EnvironmentPreview { name, action, applications, unchanged, incomplete });
    }
    let version = Some(secrets.mask(&context.meta.version)).filter(|version| !version.is_empty());
    Preview {
        product: context.names.product.clone(),
        flow: context.names.flow.clone(),
        version,
        commit: context.meta.commit.sha.clone(),
        environments,
    }
}
