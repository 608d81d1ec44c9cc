//! The features of flows: dependencies, and the settings that apply in each environment.

use super::list::Walk;
use super::{ActionRole, Feature};
use crate::program::{
    Approval, Flow, FlowId, Origin, ProductId, PromotionContext, Property, PropertyFact, Requirement, Rollback,
    Setting, Settings, Target, WindowGate,
};
use crate::source::Span;
use crate::syntax::ast::{FlowDecl, Gates, Promote, Trigger, Waves};
use crate::syntax::literal::Seconds;

impl Walk<'_, '_> {
    pub(super) fn flow(&mut self, id: FlowId, flow: &Flow) {
        let Flow {
            name,
            timeout,
            bake,
            trigger: _, // listed from the declaration, with its span
            trigger_post_action,
            targets,
            promotes: _, // their requirements are listed with the targets
            rollbacks,
            properties,
            hooks,
            repeated: _, // E0302
            graph: _,    // the `needs` of the targets again
            single: _,   // only `promoc promote` creates such a flow
            decl,
            damaged: _,
        } = flow;
        let FlowDecl {
            name: _,
            description,
            version,
            timeout: timeout_said, // with its span
            bake: bake_said,       // likewise
            triggers,
            promotes,
            rollbacks: _, // listed from the flow, resolved, like the rest
            nevers: _,
            hooks: _,
            span: _,
            damaged: _,
        } = decl;
        self.add(Feature::Flow, name.span);
        if let Some(description) = description {
            self.add(Feature::FlowDescription, description.span);
        }
        if let Some(version) = version {
            self.add(Feature::FlowVersion, version.span);
        }
        let at = timeout_said.map_or(name.span, |said| said.span);
        self.add(Feature::FlowTimeout { timeout: *timeout, written: timeout_said.is_some() }, at);
        if *bake > Seconds(0) {
            self.add(Feature::Bake(*bake), bake_said.map_or(name.span, |said| said.span));
        }
        for Trigger { environment: _, post_action: _, span, damaged: _ } in triggers {
            self.add(Feature::Trigger, *span);
        }
        if let Some(choice) = trigger_post_action {
            self.choice(ActionRole::TriggerPost, choice, choice.span());
        }
        for promote in promotes {
            self.promote(promote);
        }
        // A flow that no product lists is compiled as well.
        let program = self.program;
        let products = program.product_flows().filter(|of| of.flow_id() == id).map(|of| Some(of.product_id()));
        let mut products: Vec<Option<ProductId>> = products.collect();
        if products.is_empty() {
            products.push(None);
        }
        for target in targets.iter() {
            self.target(target);
            let contexts = products.iter().map(|product| program.context(*product, Some(id), target.environment));
            self.gates(target, &contexts.map(PromotionContext::settings).collect::<Vec<Settings>>());
        }
        for Rollback { targets: _, when: _, span } in rollbacks {
            self.add(Feature::Rollback, *span);
        }
        for Property { facts, span } in properties {
            for PropertyFact { targets: _, state } in facts {
                self.add(Feature::Never(*state), *span);
            }
        }
        for hook in hooks {
            self.hook(Feature::ReleaseHook, hook);
        }
    }

    /// What a `promote` sets for all its targets together; the rest is listed for each target.
    fn promote(&mut self, promote: &Promote) {
        let Promote {
            targets: _,
            where_present,
            waves,
            after: _, // listed as requirements of the targets
            pre_action: _,
            action: _,
            post_action: _,
            rollback_action: _,
            gates: Gates { hooks: _, windows: _, soak: _, approvals: _, timeout: _ },
            retry: _,
            span: _,
            head: _,
            damaged: _,
        } = promote;
        if let Some(span) = where_present {
            self.add(Feature::WherePresent, *span);
        }
        if let Some(Waves { sizes: _, one_by_one, span }) = waves {
            self.add(if *one_by_one { Feature::OneByOne } else { Feature::Waves }, *span);
        }
    }

    fn target(&mut self, target: &Target) {
        let Target {
            environment: _,
            span,
            promote: _,
            needs,
            pre_action,
            action,
            post_action,
            rollback_action,
            windows: _,   // merged with the policies' in `Walk::gates`
            soak: _,      // likewise
            approvals: _, // likewise
            timeout: _,   // likewise
            retry,
            hooks: _, // likewise
        } = target;
        self.add(Feature::Target, *span);
        for Requirement { count, of, span } in needs {
            let (count, of) = (*count, of.len());
            let some = (count as usize) < of;
            self.add(if some { Feature::SomeOf { count, of } } else { Feature::After }, *span);
        }
        if let Some(action) = action {
            self.add(Feature::Action { action: action.value, written: true }, action.span);
        }
        let chosen =
            [(ActionRole::Pre, pre_action), (ActionRole::Post, post_action), (ActionRole::Rollback, rollback_action)];
        for (role, choice) in chosen {
            if let Some(choice) = choice {
                self.choice(role, choice, choice.span());
            }
        }
        if let Some(retry) = retry {
            self.add(Feature::EnvironmentRetry(retry.value), retry.span);
        }
    }

    /// The gates and hooks of a target environment from flow and policies, each once for all products. Equal gates are one
    /// feature; every hook statement is a separate one.
    fn gates(&mut self, target: &Target, each: &[Settings]) {
        let at = |origin: Origin| origin.span().unwrap_or(target.span);
        let mut known: Vec<Feature<'_>> = Vec::new();
        let mut known_hooks: Vec<Span> = Vec::new();
        for settings in each {
            let Settings {
                pre_action: _, // a choice, listed where it is written
                action,
                post_action: _,     // likewise
                rollback_action: _, // likewise
                windows,
                soak,
                approvals,
                timeout,
                retry: _, // set only by the flow
                hooks,
            } = settings;
            let mut found: Vec<(Feature<'_>, Span)> = Vec::new();
            let Setting { value, origin } = action;
            if *origin == Origin::Default {
                found.push((Feature::Action { action: *value, written: false }, target.span));
            }
            let Setting { value, origin } = soak;
            if *value > Seconds(0) {
                found.push((Feature::Soak(*value), at(*origin)));
            }
            if let Some(Setting { value, origin }) = timeout {
                found.push((Feature::EnvironmentTimeout(*value), at(*origin)));
            }
            for (Approval { count, who, span: _ }, origin) in approvals {
                let at = at(*origin);
                found.push((Feature::Approval(who), at));
                if *count > 1 {
                    found.push((Feature::SeveralApprovers { count: *count, who }, at));
                }
            }
            for (WindowGate { window, unless, span: _ }, origin) in windows {
                if let Some(window) = self.program.windows.find(*window) {
                    found.push((Feature::Window(&window.name.value), at(*origin)));
                }
                if let Some(Approval { count: _, who, span }) = unless {
                    found.push((Feature::Override(who), *span));
                }
            }
            for (feature, at) in found {
                if !known.contains(&feature) {
                    known.push(feature);
                    self.add(feature, at);
                }
            }
            for (hook, _) in hooks {
                if !known_hooks.contains(&hook.span) {
                    known_hooks.push(hook.span);
                    self.hook(Feature::EnvironmentHook, hook);
                }
            }
        }
    }
}
