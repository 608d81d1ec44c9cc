//! Codefresh GitOps promotions: custom resources in the layout of a Shared Configuration Repository.
//!
//! A flow, policy, template or product becomes one resource. A workflow with a script becomes an Argo `WorkflowTemplate`.
//! Soak and approval, which Codefresh lacks, become a generated workflow that delays the start of the environment. If the
//! published CRDs and the documentation disagree, the CRDs decide. `docs/targets/codefresh.md` describes this for users.
//!
//! INVARIANT: the program has passed the checks. Names that did not resolve were reported and are skipped.

mod application;
mod calls;
mod failed;
mod flow;
mod gates;
mod hold;
mod parameters;
mod paths;
mod policy;
mod priority;
mod product;
mod step;
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
use crate::program::{Definition, EnvironmentId, FlowId, Origin, Program};
use crate::source::Span;

/// The service account that comes with a GitOps runtime. Codefresh adds it to workflows that are made in its own pages;
/// a workflow in Git must name it, because the account `default` may not write the results of tasks.
const SERVICE_ACCOUNT: &str = "cf-default-promotion-workflows-sa";

/// The state of one compilation.
struct Emitter<'p> {
    program: &'p Program,
    options: &'p CompileOptions,
    out: Manifests,
    calls: Calls,
    /// The steps without a `policy`, whose actions Codefresh takes from the policies.
    by_policies: Vec<(FlowId, EnvironmentId)>,
}

impl Emitter<'_> {
    /// Whether a feature is lost, so that no manifest may contain it.
    fn loses(&self, feature: &Feature<'_>) -> bool {
        matches!(treatment(feature, self.options), Treatment::Lost(_))
    }

    /// The file of the policy that decides a setting, or else that of the flow.
    fn file_of(&self, origin: Origin, flow: &str) -> String {
        let policy = match origin {
            Origin::Policy(id, _) => self.program.policies.find(id),
            Origin::Default | Origin::Flow(_) => None,
        };
        policy.map_or_else(|| flow.to_owned(), |policy| policy::path(&policy.name.value))
    }

    /// The account of workflows that name none.
    fn service_account(&self) -> String {
        self.options.service_account.clone().unwrap_or_else(|| SERVICE_ACCOUNT.to_owned())
    }
}

/// The manifests of a program.
pub(super) fn emit(program: &Program, options: &CompileOptions) -> Manifests {
    // What a policy, a product or a template in the cluster lacks is missing in the flows, if it has no file.
    let flows = program.flows.values().map(|flow| flow::path(&flow.name.value));
    let (out, calls) = (Manifests::new(flows.collect()), Calls::new(program));
    let mut emitter = Emitter { program, options, out, calls, by_policies: Vec::new() };
    application::check(&mut emitter);
    for id in program.flows.ids() {
        flow::emit(&mut emitter, id);
    }
    priority::check(&mut emitter);
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

/// The file whose comment lists what a declaration lost, if it is written.
pub(super) fn file(program: &Program, declaration: Definition) -> Option<String> {
    let name = &program.name_of(declaration).value;
    match declaration {
        Definition::Flow(_) => Some(flow::path(name)),
        Definition::Policy(_) => Some(policy::path(name)),
        Definition::Template(_) => Some(template::path(name)),
        Definition::Product(_) => Some(product::path(name)),
        Definition::Workflow(_) => Some(workflow_path(name)),
        Definition::Environment(_) | Definition::Group(_) | Definition::Window(_) | Definition::Scenario(_) => None,
    }
}

/// The folder is plural: the runtime's `in-cluster` Application includes nothing else.
fn configuration(folder: &str, name: &str) -> String {
    format!("resources/configurations/{folder}/{name}.yaml")
}

fn workflow_path(name: &str) -> String {
    format!("resources/control-planes/promotion-workflows/{name}.yaml")
}

/// An E0801 for something that Codefresh does not support.
fn cannot(message: impl Into<String>, at: Span, label: &str, help: &str) -> Diagnostic {
    Diagnostic::new(Code::E0801, message, at, label).help(help)
}
