//! Codefresh GitOps promotions: custom resources in the layout of a Shared Configuration Repository.
//!
//! A flow, policy, template or product becomes one resource. A workflow with a script becomes an Argo `WorkflowTemplate`.
//! Soak and approval, which Codefresh lacks, become a generated workflow that delays the start of the environment. If the
//! published CRDs and the documentation disagree, the CRDs decide. `docs/targets/codefresh.md` describes this for users.
//!
//! INVARIANT: the program has passed the checks. Names that did not resolve were reported and are skipped.

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

/// The state of one compilation.
struct Emitter<'p> {
    program: &'p Program,
    options: &'p CompileOptions,
    out: Manifests,
    calls: Calls,
}

impl Emitter<'_> {
    /// Whether a feature is lost, so that no manifest may contain it.
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
    // Last, because what a workflow must export depends on its calls.
    workflow::emit(&mut emitter);
    emitter.out
}

/// The file whose comment lists what a declaration lost. A workflow without a script has no file; only the diagnostic
/// reports its losses.
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

/// An E0801 for something that Codefresh does not support.
fn cannot(message: impl Into<String>, at: Span, label: &str, help: &str) -> Diagnostic {
    Diagnostic::new(Code::E0801, message, at, label).help(help)
}
