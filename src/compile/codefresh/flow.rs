//! A flow as a `PromotionFlow`: the merged actions, gates and hooks of flow and policies.

use std::collections::BTreeSet;

use serde_json::Value;

use super::calls::reference;
use super::gates::{MergedGates, gates, second_hook};
use super::hold::on_start;
use super::parameters::{Passed, check, given, warn_of_json};
use super::step::step_policy;
use super::treatment::whole_hours;
use super::{Emitter, cannot, configuration};
use crate::compile::manifests::{list, object};
use crate::diagnostic::{Code, Diagnostic};
use crate::program::{
    Call, EnvironmentId, Flow, FlowId, Hook, ProductId, PromotionContext, SettledContext, Target, WorkflowChoice,
};
use crate::syntax::ast::{Action, HookEvent};

/// A cluster stores a manifest as JSON in etcd, which rejects requests above 1.5 MiB by default. The rest is for what the
/// cluster adds: status, managed fields, the last applied configuration.
const MANIFEST_LIMIT: usize = 1_000_000;

/// The path of a flow's manifest.
pub(super) fn path(name: &str) -> String {
    configuration("promotion-flows", name)
}

/// Writes the manifest of a flow.
pub(super) fn emit(emitter: &mut Emitter<'_>, id: FlowId) {
    let program = emitter.program;
    let Some(flow) = program.flows.find(id) else { return };
    let Some(trigger) = flow.trigger.and_then(|trigger| program.environments.find(trigger.value)) else { return };
    let lists = |product: &crate::program::Product| product.flows.iter().any(|listed| listed.flow == id);
    let users = program.products.iter().filter(|(_, product)| lists(product)).map(|(id, _)| Some(id));
    let mut users: Vec<Option<ProductId>> = users.collect();
    if users.is_empty() {
        users.push(None);
    }
    let path = path(&flow.name.value);
    let mut work = FlowWork { emitter, id, flow, users, path, given: BTreeSet::new() };
    work.check_presence();
    let post_trigger = work.post_trigger();
    // First all gates, then all hooks: a hook can receive the parameters of every other hook.
    let targets: Vec<TargetWork<'_>> = flow.targets.iter().map(|target| work.target(target)).collect();
    let hooks = flow.hooks.iter().chain(targets.iter().flat_map(|target| &target.gates.hooks));
    work.given = hooks.flat_map(|hook| given(work.emitter, Some(&hook.call))).collect();
    let steps: Vec<Value> = targets.iter().map(|target| work.step(target)).collect();
    let hooks = work.release_hooks();
    let limit = flow.decl.timeout.map(|timeout| whole_hours(timeout.value));

    let text = |text: &Option<crate::syntax::ast::Text>| Value::from(text.as_ref().map(|text| text.value.clone()));
    let annotations = object([("description", text(&flow.decl.description)), ("version", text(&flow.decl.version))]);
    let spec = object([
        ("triggerEnvironment", trigger.name.value.clone().into()),
        ("postTrigger", post_trigger),
        ("steps", list(steps)),
        ("hooks", hooks),
        ("promotionTimeoutLimit", limit.into()),
    ]);
    let path = work.path;
    let manifest = object([
        ("apiVersion", "codefresh.io/v1beta1".into()),
        ("kind", "PromotionFlow".into()),
        ("metadata", object([("name", flow.name.value.clone().into()), ("annotations", annotations)])),
        ("spec", spec),
    ]);
    let size = manifest.to_string().len();
    if size > MANIFEST_LIMIT {
        let message = format!(
            "the manifest of flow `{}` has {}.{} MB, but a cluster stores at most 1 MB",
            flow.name.value,
            size / 1_000_000,
            size % 1_000_000 / 100_000
        );
        let help = "Each environment lists all it depends on. Use smaller waves, or split the flow.";
        emitter.out.lose(&path, cannot(message, flow.name.span, "too large", help));
    }
    emitter.out.file(path, manifest);
}

struct FlowWork<'e, 'p> {
    emitter: &'e mut Emitter<'p>,
    id: FlowId,
    flow: &'p Flow,
    /// The products that list the flow; a single `None` if there are none.
    users: Vec<Option<ProductId>>,
    path: String,
    /// The parameters that the hooks of this flow give.
    given: BTreeSet<String>,
}

/// A target with its settings for each product, and the gates that apply to all of them.
struct TargetWork<'p> {
    target: &'p Target,
    contexts: Vec<SettledContext<'p>>,
    gates: MergedGates,
}

impl<'p> FlowWork<'_, 'p> {
    /// The environment as seen by each of the products.
    fn contexts(&self, environment: EnvironmentId) -> impl Iterator<Item = PromotionContext<'p>> {
        let program = self.emitter.program;
        self.users.iter().map(move |product| program.context(*product, Some(self.id), environment))
    }

    fn name(&self, environment: EnvironmentId) -> String {
        self.emitter
            .program
            .environments
            .find(environment)
            .map(|environment| environment.name.value.clone())
            .unwrap_or_default()
    }

    /// Reports targets `where present` that a product lacks: a flow in Codefresh is the same for all its products.
    fn check_presence(&mut self) {
        let program = self.emitter.program;
        for (at, promote) in self.flow.decl.promotes.iter().enumerate() {
            let Some(span) = promote.where_present else { continue };
            let targets = || self.flow.targets.iter().filter(|target| target.promote == at);
            let lacking = self.users.iter().copied().flatten().find_map(|product| {
                let of_product = program.flow_of(Some(product), self.id);
                let absent = targets().find(|target| of_product.target(target.environment).is_none())?;
                Some((program.products.find(product)?, self.name(absent.environment)))
            });
            if let Some((product, absent)) = lacking {
                let message = format!(
                    "a flow in Codefresh has the same environments for all its products, but `{}` has no application in `{absent}`",
                    product.name.value
                );
                let help = "Give the product a flow of its own without that environment, or an application there.";
                self.emitter.out.lose(&self.path, cannot(message, span, "not for every product", help));
            }
        }
    }

    /// The post-action of the trigger. It belongs to the flow even if a policy sets it: policies in Codefresh only apply to
    /// targets.
    fn post_trigger(&mut self) -> Value {
        match &self.flow.trigger_post_action {
            Some(WorkflowChoice::None(_)) => return Value::Null, // lost; see `treatment`
            Some(WorkflowChoice::Call(_) | WorkflowChoice::Unknown(_)) | None => {}
        }
        let Some(trigger) = self.flow.trigger else { return Value::Null };
        let found: Vec<Option<Call>> =
            self.contexts(trigger.value).map(|context| context.settings().post_action.value).collect();
        let Some(call) = found.iter().flatten().next().cloned() else { return Value::Null };
        let other = found.iter().find(|other| !other.as_ref().is_some_and(|other| other.same(&call)));
        if let Some(other) = other {
            let at = other.as_ref().map_or(call.span, |other| other.span);
            let message = format!(
                "the post-action of `{}` differs between products of flow `{}`",
                self.name(trigger.value),
                self.flow.name.value
            );
            let help = "In Codefresh, it is a setting of the flow and applies to all its products. Use the same post-action for all of them, or give each product its own flow.";
            let mut diagnostic = cannot(message, at, "for some products only", help);
            if at != call.span {
                diagnostic = diagnostic.label(call.span, "different here");
            }
            self.emitter.out.lose(&self.path, diagnostic);
        }
        let message = "the post-action of the trigger becomes `postTrigger`, which Codefresh has deprecated";
        let help = "It still works. Codefresh recommends an `on start` hook of the flow, which runs earlier: before the trigger environment is healthy.";
        self.emitter.out.warn(Diagnostic::new(Code::W0802, message, call.span, "becomes `postTrigger`").help(help));
        check(self.emitter, &call, &Passed::to_post_action(true, []), &self.path);
        reference(self.emitter, &call, false, &self.path).into()
    }

    fn target(&mut self, target: &'p Target) -> TargetWork<'p> {
        // A product that lacks the target (`check_presence`) has no say in its settings.
        let present = self.contexts(target.environment).filter(|context| context.target().is_some());
        let mut contexts: Vec<SettledContext<'p>> = present.map(PromotionContext::settled).collect();
        if contexts.is_empty() {
            contexts.push(self.emitter.program.context(None, Some(self.id), target.environment).settled());
        }
        let gates = gates(self.emitter, &contexts, &self.path);
        TargetWork { target, contexts, gates }
    }

    fn step(&mut self, work: &TargetWork<'_>) -> Value {
        let TargetWork { target, contexts, gates } = work;
        let environment = self.name(target.environment);
        let mut depends: Vec<String> = Vec::new();
        for id in target.needs.iter().flat_map(|requirement| requirement.of.iter()) {
            let name = self.name(*id);
            if !depends.contains(&name) {
                depends.push(name);
            }
        }
        let policy = step_policy(self.emitter, self.id, contexts, &self.path);
        self.check_actions(contexts);

        for hook in &gates.hooks {
            self.check_hook(hook);
        }
        let start = on_start(self.emitter, self.flow, &environment, gates, &self.path);
        let success =
            gates.hook(HookEvent::Success).and_then(|hook| reference(self.emitter, &hook.call, true, &self.path));
        let failure =
            gates.hook(HookEvent::Failure).and_then(|hook| reference(self.emitter, &hook.call, true, &self.path));
        object([
            ("environment", environment.into()),
            ("dependsOn", list(depends)),
            ("policy", policy),
            ("hooks", object([("onStart", start.into()), ("onSuccess", success.into()), ("onFail", failure.into())])),
        ])
    }

    /// Reports parameters that an action of the flow or of a policy needs and Codefresh does not pass.
    fn check_actions(&mut self, contexts: &[SettledContext<'_>]) {
        for SettledContext { settings, .. } in contexts {
            let pre = settings.pre_action.value.as_ref();
            if let Some(call) = pre {
                let path = self.emitter.file_of(settings.pre_action.origin, &self.path);
                check(self.emitter, call, &Passed::to_pre_action(), &path);
            }
            if let Some(call) = &settings.post_action.value {
                let committed = settings.action.value == Action::Commit;
                let passed = Passed::to_post_action(committed, given(self.emitter, pre));
                let path = self.emitter.file_of(settings.post_action.origin, &self.path);
                check(self.emitter, call, &passed, &path);
            }
        }
    }

    fn check_hook(&mut self, hook: &Hook) {
        let passed = Passed::to_hook(hook.event == HookEvent::Failure, self.given.iter().cloned());
        check(self.emitter, &hook.call, &passed, &self.path);
    }

    fn release_hooks(&mut self) -> Value {
        let [start, success, failure] = [HookEvent::Start, HookEvent::Success, HookEvent::Failure].map(|event| {
            let flow = self.flow;
            let mut hooks = flow.hooks.iter().filter(|hook| hook.event == event);
            let first = hooks.next()?;
            for second in hooks {
                second_hook(self.emitter, first, second, &self.path);
            }
            self.check_hook(first);
            if event == HookEvent::Failure {
                warn_of_json(self.emitter, &first.call);
            }
            reference(self.emitter, &first.call, true, &self.path)
        });
        object([("onStart", start.into()), ("onSuccess", success.into()), ("onFail", failure.into())])
    }
}
