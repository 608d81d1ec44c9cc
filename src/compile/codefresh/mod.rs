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
mod template;
mod treatment;
mod workflow;

pub(super) use treatment::treatment;

use calls::Calls;

use super::CompileOptions;
use super::feature::Feature;
use super::manifests::Manifests;
use super::treatment::Treatment;
use crate::diagnostic::{Code, Diagnostic};
use crate::program::{Definition, Program};
use crate::source::Span;

/// One compilation.
struct Emitter<'p> {
    program: &'p Program,
    options: &'p CompileOptions,
    out: Manifests,
    calls: Calls,
}

impl Emitter<'_> {
    /// Whether a feature is lost, and so has no place in a manifest.
    fn loses(&self, feature: &Feature<'_>) -> bool {
        matches!(treatment(feature, self.options), Treatment::Lost(_))
    }
}

/// The manifests of a program.
pub(super) fn emit(program: &Program, options: &CompileOptions) -> Manifests {
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

/// The file whose head tells what a declaration lost. The template of a workflow without a script is not written: there the
/// diagnostic alone tells it.
pub(super) fn file(program: &Program, declaration: Definition) -> Option<String> {
    let name = &program.name_of(declaration).value;
    match declaration {
        Definition::Flow(_) => Some(configuration("promotion-flows", name)),
        Definition::Policy(_) => Some(configuration("promotion-policies", name)),
        Definition::Template(_) => Some(configuration("promotion-templates", name)),
        Definition::Product(_) => Some(configuration("products", name)),
        Definition::Workflow(_) => Some(workflow_path(name)),
        Definition::Environment(_) | Definition::Group(_) | Definition::Window(_) | Definition::Scenario(_) => None,
    }
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
