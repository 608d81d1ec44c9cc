//! Argo Workflows: the `WorkflowTemplate`s that run the workflows of a program, for every target whose workflows Argo runs.
//!
//! A script becomes a script template, a call becomes a step that passes arguments. Which templates there are, and what
//! they are annotated with, is the target's own business: this module knows no target and reports nothing.
//!
//! ```text
//! workflow tests { needs URL; image "alpine:3.20"; run "…" }
//!     → kind: WorkflowTemplate, templates: [{name: run, inputs: …, script: {image, env, source}}]
//! ```

mod names;
mod script;
mod workflow;

pub(super) use names::{TemplateNames, digest};
pub(super) use script::survives;
pub(super) use workflow::{RUN, arguments, call_step, missing, run_template, step, workflow_template};

/// Help for a text that does not [survive](survives).
pub(super) const TEMPLATING: &str =
    "Argo Workflows expands `{{`, and the kubelet expands `$$` and `$(NAME)`. Write the value without them.";
