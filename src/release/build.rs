//! From a checked program to a plan: names become dense ids, policies are merged, windows become calendars.

use super::{
    ApplicationPlan, CallId, CallPlan, EnvironmentPlan, EnvironmentPlanId, Hooks, Names, Need, Plan, RollbackPlan,
    WindowPlan, WindowPlanId,
};
use crate::program::{
    Calendar, Call, EnvironmentId, FlowId, Hook, ProductId, Program, Requirement, Rollback, Target, WindowId,
};
use crate::syntax::ast::{Action, HookEvent};
use crate::syntax::literal::Seconds;

/// Rule 11: the timeout of a hook whose workflow names none.
const HOOK_TIMEOUT: Seconds = Seconds(3600);

impl Plan {
    /// What a release of a product via a flow does, and the names of it. Of a program with errors it is a plan, too: what
    /// did not resolve is absent.
    pub fn new(program: &Program, product: ProductId, flow: FlowId) -> (Plan, Names) {
        let mut builder =
            Builder { program, product, flow, plan: Plan::default(), names: Names::default(), actions: Vec::new() };
        let the_flow = &program.flows[flow];
        builder.names.product.clone_from(&program.products[product].name.value);
        builder.names.flow.clone_from(&the_flow.name.value);
        builder.plan.timeout = the_flow.timeout;
        builder.plan.bake = the_flow.bake;
        builder.plan.hooks = builder.hooks(the_flow.hooks.iter());
        for environment in the_flow.environments() {
            builder.environment(environment);
        }
        builder.applications();
        builder.plan.rollbacks = the_flow.rollbacks.iter().map(|rollback| builder.rollback(rollback)).collect();
        builder.plan.link();
        (builder.plan, builder.names)
    }
}

struct Builder<'a> {
    program: &'a Program,
    product: ProductId,
    flow: FlowId,
    plan: Plan,
    names: Names,
    /// Pre-action, post-action and rollback-action, by environment.
    actions: Vec<[Option<CallId>; 3]>,
}

impl Builder<'_> {
    fn environment(&mut self, environment: EnvironmentId) {
        let mut plan = EnvironmentPlan {
            environment,
            needs: Vec::new(),
            soak: Seconds(0),
            approvals: Vec::new(),
            windows: Vec::new(),
            hooks: Hooks::default(),
            applications: Vec::new(),
            action: Action::None,
            timeout: None,
            retry: None,
            dependents: Vec::new(),
            rolls_back: Vec::new(),
        };
        let (mut approvals, mut needs) = (Vec::new(), Vec::new());
        let actions = match self.program.flows[self.flow].target(environment) {
            // Rule 8: the trigger has nothing but its post-action.
            None => [None, self.program.trigger_post_action(self.product, self.flow).value, None],
            Some(target) => {
                let settings = self.program.settings(self.product, self.flow, environment);
                plan.needs = target.needs.iter().map(|need| self.need(need)).collect();
                needs = target.needs.iter().map(|need| self.name_of_need(target, need)).collect();
                plan.soak = settings.soak.value;
                plan.windows = settings.windows.iter().map(|(window, _)| self.window(*window)).collect();
                plan.hooks = self.hooks(settings.hooks.iter().map(|(hook, _)| hook));
                plan.action = settings.action.value;
                plan.timeout = settings.timeout.map(|timeout| timeout.value);
                plan.retry = settings.retry.map(|retry| retry.value);
                for (approval, _) in settings.approvals {
                    plan.approvals.push(approval.count);
                    approvals.push(approval.who);
                }
                [settings.pre_action.value, settings.post_action.value, settings.rollback_action.value]
            }
        };
        let actions = actions.map(|call| call.map(|call| self.call(&call, None)));
        self.actions.push(actions);
        self.plan.environments.push(plan);
        self.names.environments.push(self.program.environments[environment].name.value.clone());
        self.names.approvals.push(approvals);
        self.names.needs.push(needs);
    }

    /// The product's applications in the environments of the flow, in order of declaration.
    fn applications(&mut self) {
        let product = &self.program.products[self.product];
        let trigger = self.program.flows[self.flow].trigger;
        for (id, application) in product.applications.iter() {
            let Some(environment) = self.place(application.environment) else { continue };
            let [pre_action, post_action, rollback_action] =
                self.actions.get(environment.index()).copied().unwrap_or_default();
            let origin = trigger.and_then(|trigger| product.origin_of(application, trigger.value)).unwrap_or(id);
            let plan =
                ApplicationPlan { application: id, environment, origin, pre_action, post_action, rollback_action };
            let plan = self.plan.applications.push(plan);
            self.plan.environments[environment].applications.push(plan);
            self.names.applications.push(application.name.clone());
        }
    }

    /// The environment of the plan; those of a flow are known before any is added.
    fn place(&self, environment: EnvironmentId) -> Option<EnvironmentPlanId> {
        let at = self.program.flows[self.flow].environments().position(|other| other == environment)?;
        Some(EnvironmentPlanId::new(u32::try_from(at).ok()?))
    }

    fn need(&self, need: &Requirement) -> Need {
        Need { count: need.count, of: need.of.iter().filter_map(|&environment| self.place(environment)).collect() }
    }

    /// As it is written in `after`; nothing where the order of the statements decides, since that is never a choice.
    fn name_of_need(&self, target: &Target, need: &Requirement) -> String {
        let promote = self.program.flows[self.flow].decl.promotes.get(target.promote);
        let written = promote.and_then(|promote| promote.after.as_ref()).into_iter();
        let mut written = written.flat_map(|after| &after.dependencies);
        written.find(|it| it.span == need.span).map(|it| it.name.value.clone()).unwrap_or_default()
    }

    fn rollback(&self, rollback: &Rollback) -> RollbackPlan {
        let places = |list: &[EnvironmentId]| list.iter().filter_map(|&id| self.place(id)).collect();
        RollbackPlan { targets: places(&rollback.targets), when: places(&rollback.when) }
    }

    fn window(&mut self, window: WindowId) -> WindowPlanId {
        if let Some((id, _)) = self.plan.windows.iter().find(|(_, known)| known.window == window) {
            return id;
        }
        let decl = &self.program.windows[window];
        self.names.windows.push(decl.name.value.clone());
        let calendar = Calendar::new(decl).ok();
        self.plan.windows.push(WindowPlan { window, calendar })
    }

    fn hooks<'h>(&mut self, hooks: impl Iterator<Item = &'h Hook>) -> Hooks {
        let mut plan = Hooks::default();
        for hook in hooks {
            let call = self.call(&hook.call, Some(HOOK_TIMEOUT));
            match hook.event {
                HookEvent::Start => plan.start.push(call),
                HookEvent::Success => plan.success.push(call),
                HookEvent::Failure => plan.failure.push(call),
            }
        }
        plan
    }

    fn call(&mut self, call: &Call, timeout: Option<Seconds>) -> CallId {
        let workflow = &self.program.workflows[call.workflow];
        self.names.calls.push(workflow.name.value.clone());
        self.plan.calls.push(CallPlan {
            workflow: call.workflow,
            arguments: call.arguments.clone(),
            timeout: workflow.decl.timeout.map(|timeout| timeout.value).or(timeout),
            retry: workflow.decl.retry.map(|retry| retry.value),
        })
    }
}
