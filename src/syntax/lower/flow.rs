//! Lowers `flow`.

use super::{Lower, Seen};
use crate::source::Spanned;
use crate::syntax::ast::{
    After, Dependency, FactDecl, FlowDecl, Gates, Ident, Never, Promote, Quantity, Rollback, StateWord, Status,
    Trigger, WaveSize, Waves,
};
use crate::syntax::explain;
use crate::syntax::node::{Node, Rule};

impl Lower<'_> {
    pub(super) fn flow(&mut self, node: &Node) -> FlowDecl {
        let name = self.declared(node, "a flow");
        let mut decl = FlowDecl {
            name,
            description: None,
            version: None,
            timeout: None,
            bake: None,
            triggers: Vec::new(),
            promotes: Vec::new(),
            rollbacks: Vec::new(),
            nevers: Vec::new(),
            hooks: Vec::new(),
            span: self.span(node.range()),
            damaged: false,
        };
        let mut seen = Seen::default();
        decl.damaged = self.block(node, |lower, child| match child.rule {
            Rule::description if lower.once(&mut seen, child, "description") => decl.description = lower.text_in(child),
            Rule::version if lower.once(&mut seen, child, "version") => decl.version = lower.text_in(child),
            Rule::timeout if lower.once(&mut seen, child, "timeout") => decl.timeout = lower.duration_statement(child),
            Rule::bake if lower.once(&mut seen, child, "bake") => decl.bake = lower.duration_statement(child),
            Rule::trigger => decl.triggers.push(lower.trigger(child)),
            Rule::promote => decl.promotes.push(lower.promote(child)),
            Rule::rollback => decl.rollbacks.push(lower.rollback(child)),
            Rule::never => decl.nevers.extend(lower.never(child)),
            Rule::flow_on => decl.hooks.extend(lower.hook(child)),
            _ => {}
        });
        decl
    }

    fn trigger(&mut self, node: &Node) -> Trigger {
        let mut trigger = Trigger {
            environment: self.name_in(node),
            post_action: None,
            span: self.span(node.range()),
            damaged: false,
        };
        let mut seen = Seen::default();
        trigger.damaged = self.block(node, |lower, child| {
            if child.rule == Rule::trigger_post && lower.once(&mut seen, child, "post-action") {
                trigger.post_action = lower.workflow_use(child);
            }
        });
        trigger
    }

    fn promote(&mut self, node: &Node) -> Promote {
        let mut promote = Promote {
            targets: self.list_in(node),
            where_present: node.child(Rule::where_present).map(|words| self.span(words.range())),
            waves: self.waves(node),
            after: node.child(Rule::after).map(|after| self.after(after)),
            pre_action: None,
            action: None,
            post_action: None,
            rollback_action: None,
            gates: Gates::default(),
            retry: None,
            span: self.span(node.range()),
            head: self.span(node.head()),
            damaged: false,
        };
        let mut seen = Seen::default();
        promote.damaged = self.block(node, |lower, child| match child.rule {
            Rule::promote_pre if lower.once(&mut seen, child, "pre-action") => {
                promote.pre_action = lower.workflow_use(child);
            }
            Rule::action if lower.once(&mut seen, child, "action") => {
                promote.action = lower.action(child).map(|action| lower.spanned(action, child));
            }
            Rule::promote_post if lower.once(&mut seen, child, "post-action") => {
                promote.post_action = lower.workflow_use(child);
            }
            Rule::promote_rollback if lower.once(&mut seen, child, "rollback-action") => {
                promote.rollback_action = lower.workflow_use(child);
            }
            Rule::retry if lower.once(&mut seen, child, "retry") => promote.retry = lower.retry(child),
            _ => lower.gate(&mut promote.gates, &mut seen, child),
        });
        promote
    }

    fn waves(&mut self, node: &Node) -> Option<Waves> {
        if let Some(words) = node.child(Rule::one_by_one) {
            let span = self.span(words.range());
            return Some(Waves { sizes: vec![Spanned::new(WaveSize::Count(1), span)], one_by_one: true, span });
        }
        let waves = node.child(Rule::waves)?;
        let words = waves.all(Rule::wave_size).filter_map(|size| size.child(Rule::word));
        let sizes = words.filter_map(|word| self.wave_size(word)).collect();
        Some(Waves { sizes, one_by_one: false, span: self.span(waves.range()) })
    }

    fn after(&mut self, node: &Node) -> After {
        let dependencies = node.all(Rule::dependency).filter_map(|dependency| self.dependency(dependency)).collect();
        After { dependencies, span: self.span(node.range()) }
    }

    fn dependency(&mut self, node: &Node) -> Option<Dependency> {
        let name = self.name_in(node)?;
        let quantity = if let Some(any) = node.child(Rule::k_any) {
            Quantity::Any(self.span(any.range()))
        } else if let Some(count) = node.child(Rule::count) {
            // the checker reports 0 (E0306)
            Quantity::AtLeast(self.count(count, 0)?)
        } else if let Some(part) = node.child(Rule::part) {
            Quantity::Percent(self.part(part, 0)?)
        } else {
            Quantity::All
        };
        Some(Dependency { quantity, name, span: self.span(node.range()) })
    }

    fn rollback(&mut self, node: &Node) -> Rollback {
        let mut targets: Vec<Ident> = Vec::new();
        let mut when: Vec<Ident> = Vec::new();
        let mut behind = false;
        for child in &node.children {
            match child.rule {
                Rule::k_when => behind = true,
                Rule::flow_names if behind => when = self.names_in(child),
                Rule::flow_names => targets = self.names_in(child),
                _ => {}
            }
        }
        Rollback { targets, when, span: self.span(node.range()) }
    }

    /// `None` if a part is missing, because a property without one of its facts would be a different property.
    fn never(&mut self, node: &Node) -> Option<Never> {
        if explain::flawed(node) {
            return None;
        }
        let facts = node.children.iter().filter(|child| matches!(child.rule, Rule::never_release | Rule::never_names));
        let facts = facts.map(|fact| self.fact(fact)).collect::<Option<Vec<_>>>()?;
        Some(Never { facts, span: self.span(node.range()) })
    }

    fn fact(&mut self, node: &Node) -> Option<FactDecl> {
        let targets = (node.rule == Rule::never_names).then(|| self.list_in(node));
        let word = node.children.iter().find(|child| matches!(child.rule, Rule::state | Rule::release_state))?;
        let state = match self.of(word) {
            "started" => StateWord::Started,
            status => StateWord::Is(Status::parse(status)?),
        };
        Some(FactDecl { targets, state: self.spanned(state, word) })
    }
}
