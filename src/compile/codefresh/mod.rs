//! Codefresh GitOps promotions: custom resources in the layout of a Shared Configuration Repository.
//!
//! A flow, policy, template or product becomes one resource; a workflow with a script becomes an Argo `WorkflowTemplate`;
//! soak and approval, which Codefresh lacks, become a generated workflow that holds the environment's start. The published
//! CRDs decide what can be said, not the documentation. `docs/targets/codefresh.md` tells users the same.
//!
//! INVARIANT: the program was checked and has no errors; what did not resolve is passed over, it was reported.

mod calls;
mod flow;
mod gates;
mod hold;
mod overruled;
mod parameters;
mod policy;
mod product;
mod script;
mod template;
mod workflow;

use calls::Calls;

use super::Options;
use super::manifests::Manifests;
use crate::diagnostic::{Code, Diagnostic};
use crate::program::Program;
use crate::source::Span;

/// One compilation.
struct Emitter<'p> {
    program: &'p Program,
    options: &'p Options,
    out: Manifests,
    calls: Calls,
}

impl Emitter<'_> {
    /// E0801 for what a container that runs `promoc` could do some day.
    fn unsupported(&mut self, message: impl Into<String>, at: Span, path: &str) {
        let (message, help) = match &self.options.runner_image {
            None => (message.into(), LEAVE_OUT.to_owned()),
            Some(image) => (
                format!("{}; to have `{image}` do it is not built yet", message.into()),
                format!("`--runner-image` changes nothing yet. {LEAVE_OUT}"),
            ),
        };
        self.out.lose(path, cannot(message, at, "asked for here", &help));
    }
}

const LEAVE_OUT: &str =
    "Take it out, run the flow by `promoc run`, or compile with `--allow-loss` to have manifests without it.";

/// The manifests of a program.
pub(super) fn emit(program: &Program, options: &Options) -> Manifests {
    let mut emitter = Emitter { program, options, out: Manifests::default(), calls: Calls::new(program) };
    for id in program.flows.ids() {
        flow::emit(&mut emitter, id);
    }
    for policy in program.policies.values() {
        policy::emit(&mut emitter, policy);
    }
    for id in program.templates.ids() {
        template::emit(&mut emitter, id);
    }
    for product in program.products.values() {
        product::emit(&mut emitter, product);
    }
    // Last: what a workflow must export depends on where it was called.
    workflow::emit(&mut emitter);
    emitter.out
}

fn configuration(folder: &str, name: &str) -> String {
    format!("resources/configuration/{folder}/{name}.yaml")
}

fn workflow_path(name: &str) -> String {
    format!("resources/control-planes/promotion-workflows/{name}.yaml")
}

/// The refusal of something that Codefresh cannot say.
fn cannot(message: impl Into<String>, at: Span, label: &str, help: &str) -> Diagnostic {
    Diagnostic::new(Code::E0801, message, at, label).help(help)
}
