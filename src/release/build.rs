//! From a checked program to a plan: names become dense ids, policies are merged, windows become calendars.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{
    ApplicationPlan, CallId, CallPlan, EnvironmentPlan, EnvironmentPlanId, Hooks, Names, Need, OverridePlan, Plan,
    RollbackPlan, WindowPlan, WindowPlanId,
};
use crate::program::{
    Calendar, Call, EnvironmentId, FlowId, Hook, ProductFlow, ProductId, Program, PromotionContext, Requirement,
    Rollback, Target, WindowId,
};
use crate::syntax::ast::HookEvent;
use crate::syntax::literal::Seconds;

/// The timeout of a hook whose workflow sets none (rule 11).
const HOOK_TIMEOUT: Seconds = Seconds(3600);

impl Plan {
    /// What a release of a product does in a flow, and its names. A program with errors has a plan, too, without what
    /// did not resolve.
    pub fn new(program: &Program, product: ProductId, flow: FlowId) -> (Plan, Names) {
        let product_flow = program.product_flow(product, flow);
        let flow = product_flow.flow();
        let places = flow.environments().zip(0..).map(|(environment, at)| (environment, EnvironmentPlanId::new(at)));
        let mut builder = Builder {
            product_flow,
            plan: Plan::default(),
            names: Names::default(),
            actions: Vec::new(),
            places: places.collect(),
            sets: BTreeMap::new(),
        };
        builder.names.product.clone_from(&product_flow.product().name.value);
        builder.names.flow.clone_from(&flow.name.value);
        builder.plan.timeout = flow.timeout;
        builder.plan.bake = flow.bake;
        builder.plan.hooks = builder.hooks(flow.hooks.iter());
        for context in product_flow.contexts() {
            builder.environment(context);
        }
        builder.applications();
        builder.plan.rollbacks = flow.rollbacks.iter().map(|rollback| builder.rollback(rollback)).collect();
        builder.plan.link();
        (builder.plan, builder.names)
    }
}

struct Builder<'a> {
    product_flow: ProductFlow<'a>,
    plan: Plan,
    names: Names,
    /// Pre-action, post-action and rollback-action, by environment.
    actions: Vec<[Option<CallId>; 3]>,
    places: BTreeMap<EnvironmentId, EnvironmentPlanId>,
    /// The members of each set that targets wait for, by the set of the program.
    sets: BTreeMap<*const EnvironmentId, Arc<[EnvironmentPlanId]>>,
}

impl Builder<'_> {
    fn environment(&mut self, context: PromotionContext<'_>) {
        let settings = context.settings();
        let mut plan = EnvironmentPlan {
            environment: context.environment_id(),
            needs: Vec::new(),
            soak: settings.soak.value,
            approvals: Vec::new(),
            windows: Vec::new(),
            overrides: Vec::new(),
            hooks: Hooks::default(),
            applications: Vec::new(),
            action: settings.action.value,
            timeout: settings.timeout.map(|timeout| timeout.value),
            retry: settings.retry.map(|retry| retry.value),
            sets: Vec::new(),
            member_of: Vec::new(),
            rolls_back: Vec::new(),
        };
        let (mut approvals, mut needs) = (Vec::new(), Vec::new());
        // The trigger has only a post-action (rule 8).
        let mut overrides = Vec::new();
        for (gate, _) in settings.windows {
            let window = self.window(gate.window);
            match gate.unless {
                None => plan.windows.push(window),
                Some(approval) => {
                    plan.overrides.push(OverridePlan { window, count: approval.count });
                    overrides.push(approval.who);
                }
            }
        }
        plan.hooks = self.hooks(settings.hooks.iter().map(|(hook, _)| hook));
        if let Some(target) = context.target() {
            plan.needs = target.needs.iter().map(|need| self.need(need)).collect();
            needs = target.needs.iter().map(|need| self.name_of_need(target, need)).collect();
        }
        for (approval, _) in settings.approvals {
            plan.approvals.push(approval.count);
            approvals.push(approval.who);
        }
        let actions = [settings.pre_action.value, settings.post_action.value, settings.rollback_action.value];
        let actions = actions.map(|call| call.map(|call| self.call(&call, None)));
        self.actions.push(actions);
        self.plan.environments.push(plan);
        self.names.environments.push(context.environment().name.value.clone());
        self.names.approvals.push(approvals);
        self.names.overrides.push(overrides);
        self.names.needs.push(needs);
    }

    /// Adds the product's applications in the environments of the flow, in order of declaration.
    fn applications(&mut self) {
        let product = self.product_flow.product();
        let trigger = self.product_flow.flow().trigger;
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

    /// The environment of the plan. The ids are known before the environments are added.
    fn place(&self, environment: EnvironmentId) -> Option<EnvironmentPlanId> {
        self.places.get(&environment).copied()
    }

    fn need(&mut self, need: &Requirement) -> Need {
        let members = || need.of.iter().filter_map(|environment| self.places.get(environment).copied()).collect();
        let of = self.sets.entry(need.of.as_ptr()).or_insert_with(members);
        Need { count: need.count, of: Arc::clone(of) }
    }

    /// The name in `after`; empty if the order of the statements decides, since that is never a choice of some.
    fn name_of_need(&self, target: &Target, need: &Requirement) -> String {
        let promote = self.product_flow.flow().decl.promotes.get(target.promote);
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
        let decl = &self.product_flow.program().windows[window];
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
        let workflow = &self.product_flow.program().workflows[call.workflow];
        self.names.calls.push(workflow.name.value.clone());
        self.plan.calls.push(CallPlan {
            workflow: call.workflow,
            arguments: call.arguments.clone(),
            timeout: workflow.decl.timeout.map(|timeout| timeout.value).or(timeout),
            retry: workflow.decl.retry.map(|retry| retry.value),
        })
    }
}
