//! Workflows as local processes (rules 31 and 34): from an effect to a script that runs at most once.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

use super::context::ReleaseContext;
use super::parameters;
use super::process::{self, Adopted, Finished, Handle, ScriptStatus};
use super::secrets::Secrets;
use crate::ledger::entry::Detail;
use crate::ledger::facts::Facts;
use crate::release::{CallId, EffectId, EnvironmentPlanId, Outcome};

/// How long a workflow that is stopped may clean up (rule 16).
const GRACE: Duration = Duration::from_secs(5 * 60);

/// Where running workflows keep their files, relative to the project's root.
const RUNS: &str = ".promo/run";

/// A workflow that runs.
pub(super) struct Running {
    pub(super) id: EffectId,
    script: process::ScriptSpec,
    handle: Handle,
    /// Whether it may be started again if its process, begun by a runner that died, ends without an outcome.
    again: bool,
}

/// What came of an attempt to have a workflow run.
pub(super) enum Begun {
    Running(Box<Running>),
    Over(Outcome, Detail),
}

/// Where the output of an effect goes, relative to the project's root.
fn log(effect: &str) -> String {
    // INVARIANT: the parts of an effect's id are names; a part that is none cannot lead out of the folder.
    let parts: Vec<String> = effect.split('/').map(|part| part.replace(['\\', '\0'], "_").replace("..", "_")).collect();
    format!(".promo/logs/{}.log", parts.join("/"))
}

/// The process of an effect.
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

/// Starts a workflow, or finds out what became of it: nothing runs twice that may not. One that is `unwanted` by now is
/// not started any more.
pub(super) fn begin(id: EffectId, script: process::ScriptSpec, idempotent: bool, unwanted: bool) -> Begun {
    let running = |handle, script, again| Begun::Running(Box::new(Running { id, script, handle, again }));
    match process::adopt(&script) {
        Adopted::Alive(handle) => return running(handle, script, idempotent && !unwanted),
        Adopted::Finished(finished) => {
            let (outcome, detail) = outcome(&script, finished);
            return Begun::Over(outcome, detail);
        }
        Adopted::NeverClaimed | Adopted::Lost if unwanted => return Begun::Over(Outcome::Stopped, detail(&script)),
        Adopted::NeverClaimed => {}
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

/// Starts what may run twice a second time.
fn anew(script: &process::ScriptSpec) -> Result<Handle, process::Error> {
    process::forget(script)?;
    process::start(script)
}

/// Removes what was kept of a run for a runner after this one; to be called once the outcome is recorded.
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
    // What cannot be removed is only left over: nobody asks for this effect again.
    drop(process::forget(&script));
}

impl Running {
    /// How it ended, if it has.
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

    /// Ends it.
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

/// What is known of every run: where its output is.
fn detail(script: &process::ScriptSpec) -> Detail {
    Detail { log: Some(log(&script.effect)), ..Detail::default() }
}
