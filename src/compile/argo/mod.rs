//! Argo Workflows: the `WorkflowTemplate`s for the workflows of a program, shared by all targets that use Argo.
//!
//! A script becomes a script template, and a call becomes a step that passes arguments. The target decides which templates
//! exist and how they are annotated. This module knows no target and reports nothing.
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

/// The help for a text that does not [survive](survives).
pub(super) const TEMPLATING: &str =
    "Argo Workflows expands `{{`, and the kubelet expands `$$` and `$(NAME)`. Write the value without them.";
