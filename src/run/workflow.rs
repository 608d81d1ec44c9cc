//! Workflows as local processes (rules 31 and 34): turns an effect into a script that runs at most once.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::context::ReleaseContext;
use super::error::RunError;
use super::parameters;
use super::process::{self, Adopted, Finished, Handle, ScriptStatus};
use super::secrets::Secrets;
use crate::ledger::Owner;
use crate::ledger::entry::{ClaimRecord, Detail};
use crate::ledger::facts::Facts;
use crate::release::{CallId, EffectId, EnvironmentPlanId, Outcome};

/// How long a stopped workflow may clean up before it is killed (rule 16).
const GRACE: Duration = Duration::from_secs(5 * 60);

/// Where running workflows keep their files, relative to the project's root.
const RUNS: &str = ".promo/run";

/// A running workflow.
pub(super) struct Running {
    pub(super) id: EffectId,
    script: process::ScriptSpec,
    handle: Handle,
    /// Whether it may be started again if its process, started by a runner that died, ends without an outcome.
    again: bool,
}

/// The result of starting a workflow.
pub(super) enum Begun {
    Running(Box<Running>),
    Over(Outcome, Detail),
}

/// The log of an effect, relative to the project's root.
fn log(effect: &str) -> String {
    // INVARIANT: the parts of an effect's id are names, and a part that is not cannot lead out of the folder.
    let parts: Vec<String> = effect.split('/').map(|part| part.replace(['\\', '\0'], "_").replace("..", "_")).collect();
    format!(".promo/logs/{}.log", parts.join("/"))
}

/// The script of an effect, and whether its workflow is idempotent.
pub(super) fn script(
    context: &ReleaseContext,
    facts: &Facts,
    failed: &BTreeSet<EnvironmentPlanId>,
    id: EffectId,
    call: CallId,
    (secrets, promoc): (&Secrets, PathBuf),
) -> Result<(process::ScriptSpec, bool), String> {
    let call = context.plan.calls.find(call).ok_or("the plan has no such workflow")?;
    let workflow = context.workflow(call).ok_or("the program has no such workflow")?;
    let name = &workflow.name.value;
    let text = workflow.script().ok_or_else(|| format!("`{name}` has no `run` script"))?;
    let effect = context.effect(id);
    let script = process::ScriptSpec {
        log: context.root.join(log(&effect)),
        effect,
        script: text.to_owned(),
        directory: context.root.clone(),
        parameters: parameters::needed_values(context, facts, failed, id, call, workflow),
        gives: workflow.decl.gives.iter().map(|name| name.value.clone()).collect(),
        secrets: secrets.values().to_vec(),
        run_directory: context.root.join(RUNS),
        promoc,
    };
    Ok((script, workflow.decl.idempotent.is_some()))
}

/// Where this runner claims workflows (rule 31).
///
/// # Errors
/// If the run directory cannot be created.
pub(super) fn claim(context: &ReleaseContext) -> Result<ClaimRecord, RunError> {
    let (directory, marker) =
        process::marker(&context.root.join(RUNS)).map_err(|error| RunError::System(error.to_string()))?;
    Ok(ClaimRecord {
        host: Owner::this().host,
        boot: crate::git::this_boot(),
        directory: directory.to_string_lossy().into_owned(),
        marker,
    })
}

/// Whether a workflow is claimed where this runner sees it. The boot does not matter: the marker proves that the directory
/// outlived it.
pub(super) fn is_seen(there: &ClaimRecord, here: &ClaimRecord) -> bool {
    (&there.host, &there.directory, &there.marker) == (&here.host, &here.directory, &here.marker)
}

/// Whether the program of the release says that a workflow may run twice.
pub(super) fn is_idempotent(context: &ReleaseContext, call: CallId) -> bool {
    let workflow = context.plan.calls.find(call).and_then(|call| context.workflow(call));
    workflow.is_some_and(|workflow| workflow.decl.idempotent.is_some())
}

/// Starts a workflow, or finds out what became of it. Never runs anything twice that must not run twice. If the workflow
/// is `unwanted` by now, it is not started. `unseen` is the claim of a runner in another place, if there is one.
pub(super) fn begin(
    id: EffectId,
    script: process::ScriptSpec,
    idempotent: bool,
    unwanted: bool,
    unseen: Option<&ClaimRecord>,
) -> Begun {
    let running = |handle, script, again| Begun::Running(Box::new(Running { id, script, handle, again }));
    match process::adopt(&script) {
        Adopted::Alive(handle) => return running(handle, script, idempotent && !unwanted),
        Adopted::Finished(finished) => {
            let (outcome, detail) = outcome(&script, finished);
            return Begun::Over(outcome, detail);
        }
        Adopted::NeverClaimed | Adopted::Lost if unwanted => return Begun::Over(Outcome::Stopped, detail(&script)),
        Adopted::NeverClaimed => {
            if let Some(claim) = unseen {
                return Begun::Over(Outcome::Failed, lost_elsewhere(claim));
            }
        }
        Adopted::Lost if idempotent => {
            return match anew(&script) {
                Ok(handle) => running(handle, script, false),
                Err(error) => Begun::Over(Outcome::Failed, Detail::error(error.to_string())),
            };
        }
        Adopted::Lost => return Begun::Over(Outcome::Failed, lost(&script)),
    }
    match process::start(&script) {
        Ok(handle) => running(handle, script, false),
        Err(error) => Begun::Over(Outcome::Failed, Detail::error(error.to_string())),
    }
}

/// Starts an idempotent workflow a second time.
fn anew(script: &process::ScriptSpec) -> Result<Handle, process::Error> {
    process::forget(script)?;
    process::start(script)
}

/// Removes the files that were kept for a later runner. Call it once the outcome is recorded.
pub(super) fn forget(context: &ReleaseContext, id: EffectId) {
    let script = process::ScriptSpec {
        effect: context.effect(id),
        script: String::new(),
        directory: PathBuf::new(),
        parameters: BTreeMap::new(),
        gives: Vec::new(),
        log: PathBuf::new(),
        secrets: Vec::new(),
        run_directory: context.root.join(RUNS),
        promoc: PathBuf::new(),
    };
    // Files that cannot be removed do no harm: nobody asks for this effect again.
    drop(process::forget(&script));
}

/// Whether the run directory of a project has files of a release whose effects do not name the product (rule 28).
pub(super) fn has_files_of(root: &Path, release: &str) -> bool {
    process::has_files(&root.join(RUNS), &format!("{release}/"))
}

impl Running {
    /// The outcome, once it has ended. Never blocks.
    pub(super) fn poll(&mut self) -> Option<(Outcome, Detail)> {
        let finished = self.handle.poll()?;
        if finished.status == ScriptStatus::Lost && std::mem::take(&mut self.again) {
            match anew(&self.script) {
                Ok(handle) => self.handle = handle,
                Err(error) => return Some((Outcome::Failed, Detail::error(error.to_string()))),
            }
            return None;
        }
        Some(outcome(&self.script, finished))
    }

    /// Asks it to stop; it is killed after the grace period.
    pub(super) fn stop(&mut self) {
        self.again = false;
        self.handle.stop(GRACE);
    }
}

fn outcome(script: &process::ScriptSpec, finished: Finished) -> (Outcome, Detail) {
    let mut detail = detail(script);
    let outcome = match &finished.status {
        ScriptStatus::Succeeded => {
            detail.gives = finished.gives;
            return (Outcome::Succeeded, detail);
        }
        ScriptStatus::Stopped => Outcome::Stopped,
        _ => Outcome::Failed,
    };
    if outcome == Outcome::Failed {
        detail.error = Some(finished.status.to_string());
    }
    detail.output = finished.last_lines;
    (outcome, detail)
}

fn lost(script: &process::ScriptSpec) -> Detail {
    Detail { error: Some(ScriptStatus::Lost.to_string()), ..detail(script) }
}

/// The log is not here, so it is not named.
fn lost_elsewhere(ClaimRecord { host, directory, .. }: &ClaimRecord) -> Detail {
    let lost = ScriptStatus::Lost;
    Detail::error(format!("{lost} (its files were in `{directory}` on `{host}`, which cannot be seen from here)"))
}

/// What is known about every run: where its log is.
fn detail(script: &process::ScriptSpec) -> Detail {
    Detail { log: Some(log(&script.effect)), ..Detail::default() }
}
