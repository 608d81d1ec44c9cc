//! Lowers `policy`, and the statements that it shares with `promote`.

use super::workflow::corrected;
use super::{Lower, Seen};
use crate::diagnostic::Code;
use crate::source::Spanned;
use crate::syntax::ast::{
    Action, Approval, Argument, Call, Choice, Gates, Hook, HookEvent, OrderStmt, PolicyDecl, RequiredBefore, WindowUse,
    WorkflowUse,
};
use crate::syntax::node::{Node, Rule};
use crate::syntax::problem::Problem;

impl Lower<'_> {
    pub(super) fn policy(&mut self, node: &Node) -> PolicyDecl {
        let name = self.declared(node, "a policy");
        let mut decl = PolicyDecl {
            name,
            priority: None,
            products: Vec::new(),
            environments: Vec::new(),
            kinds: Vec::new(),
            labels: Vec::new(),
            flows: Vec::new(),
            orders: Vec::new(),
            pre_action: None,
            action: None,
            post_action: None,
            rollback_action: None,
            gates: Gates::default(),
            span: self.span(node.range()),
            damaged: false,
        };
        let mut seen = Seen::default();
        decl.damaged = self.block(node, |lower, child| match child.rule {
            Rule::priority if lower.once(&mut seen, child, "priority") => decl.priority = lower.priority(child),
            Rule::applies if child.has(Rule::k_product) => decl.products.extend(lower.list_in(child)),
            Rule::applies if child.has(Rule::k_environment) => decl.environments.extend(lower.list_in(child)),
            Rule::applies if child.has(Rule::k_label) => decl.labels.push(lower.label_tests(child)),
            Rule::applies if child.has(Rule::k_flow) => decl.flows.extend(lower.list_in(child)),
            Rule::applies => decl.kinds.extend(lower.kind(child)),
            Rule::require if child.has(Rule::require_after) => {
                let order = child.child(Rule::require_after);
                decl.orders.extend(order.and_then(|order| lower.required_order(order, child)));
            }
            Rule::require => {
                if let Some(setting) = child.children.get(1) {
                    lower.setting(&mut decl, &mut seen, setting, Some(child));
                }
            }
            Rule::policy_pre | Rule::action | Rule::policy_post | Rule::policy_rollback => {
                lower.setting(&mut decl, &mut seen, child, None);
            }
            _ => lower.gate(&mut decl.gates, &mut seen, child),
        });
        decl
    }

    fn required_order(&mut self, order: &Node, statement: &Node) -> Option<OrderStmt> {
        let before = if order.has(Rule::k_kind) {
            RequiredBefore::Kind(self.kind(order)?)
        } else {
            RequiredBefore::Environments(Some(self.list_in(order)).filter(|names| !names.is_empty())?)
        };
        Some(OrderStmt { before, span: self.span(statement.range()) })
    }

    fn setting(&mut self, decl: &mut PolicyDecl, seen: &mut Seen, node: &Node, require: Option<&Node>) {
        let whole = require.unwrap_or(node);
        let span = self.span(whole.range());
        let required = require.and_then(|require| require.children.first()).map(|word| self.span(word.range()));
        let choice = |value| Choice { value, required, span };
        match node.rule {
            Rule::policy_pre if self.once(seen, whole, "pre-action") => {
                decl.pre_action = self.workflow_use(node).map(choice);
            }
            Rule::policy_post if self.once(seen, whole, "post-action") => {
                decl.post_action = self.workflow_use(node).map(choice);
            }
            Rule::policy_rollback if self.once(seen, whole, "rollback-action") => {
                decl.rollback_action = self.workflow_use(node).map(choice);
            }
            Rule::action if self.once(seen, whole, "action") => {
                decl.action = self.action(node).map(|value| Choice { value, required, span });
            }
            _ => {}
        }
    }

    /// Lowers a statement that `policy` and `promote` share.
    pub(super) fn gate(&mut self, gates: &mut Gates, seen: &mut Seen, node: &Node) {
        match node.rule {
            Rule::policy_on | Rule::promote_on => gates.hooks.extend(self.hook(node)),
            Rule::window_use => gates.windows.extend(self.window_use(node)),
            Rule::soak if self.once(seen, node, "soak") => gates.soak = self.duration_statement(node),
            Rule::timeout if self.once(seen, node, "timeout") => gates.timeout = self.duration_statement(node),
            Rule::approval => gates.approvals.extend(self.approval(node)),
            _ => {}
        }
    }

    fn window_use(&mut self, node: &Node) -> Option<WindowUse> {
        let name = self.name_in(node)?;
        let unless = match node.child(Rule::unless) {
            Some(unless) => Some(self.approval(unless)?),
            None => None,
        };
        Some(WindowUse { name, unless })
    }

    fn approval(&mut self, node: &Node) -> Option<Approval> {
        let who = self.value_in(node)?;
        if !node.has(Rule::count) && who.value.bytes().all(|byte| byte.is_ascii_digit()) {
            let problem = Problem::new(
                Code::E0101,
                format!("expected `of` and an approver after `{}`", who.value),
                node.range(),
                "missing `of` and a name",
            );
            return self.lose(problem.help(format!("Write who approves: `approval {} of NAME`.", who.value)));
        }
        let count = match node.child(Rule::count) {
            Some(count) => self.count(count, 1)?,
            None => Spanned::new(1, who.span),
        };
        Some(Approval { count, who, span: self.span(node.range()) })
    }

    pub(super) fn action(&mut self, node: &Node) -> Option<Action> {
        let word = self.of(node.child(Rule::action_word)?);
        [Action::Commit, Action::PullRequest, Action::None].into_iter().find(|action| action.as_str() == word)
    }

    /// Lowers a call or `none`.
    pub(super) fn workflow_use(&mut self, node: &Node) -> Option<WorkflowUse> {
        let used = node.children.iter().find(|child| is_call(child.rule))?;
        if let Some(none) = used.child(Rule::k_none) {
            return Some(WorkflowUse::None(self.span(none.range())));
        }
        let name = self.name_in(used)?;
        let mut arguments: Vec<Argument> = Vec::new();
        let mut seen: Vec<(String, (u32, u32))> = Vec::new();
        for argument in used.all(Rule::argument) {
            let Some(key) = argument.child(Rule::name) else { continue };
            let written = self.of(key).to_string();
            if let Some((_, first)) = seen.iter().find(|(earlier, _)| *earlier == written) {
                let problem = Problem::new(
                    Code::E0107,
                    format!("duplicate argument `{written}`; only one is allowed"),
                    argument.range(),
                    "duplicate",
                )
                .label(*first, "first given here")
                .help(format!("Keep one `{written} = …` and remove the other."));
                self.say(problem);
                continue;
            }
            seen.push((written, argument.range()));
            self.check_parameter(key);
            if let (Some(name), Some(value)) = (self.name(key), self.text_in(argument)) {
                arguments.push(Argument { name: corrected(name), value });
            }
        }
        Some(WorkflowUse::Call(Call { name, arguments, span: self.span(used.range()) }))
    }

    pub(super) fn hook(&mut self, node: &Node) -> Option<Hook> {
        let word = self.of(node.child(Rule::event)?);
        let event =
            [HookEvent::Start, HookEvent::Success, HookEvent::Failure].into_iter().find(|e| e.as_str() == word)?;
        match self.workflow_use(node)? {
            WorkflowUse::Call(call) => Some(Hook { event, call, span: self.span(node.range()) }),
            WorkflowUse::None(_) => {
                let none = node.children.iter().find(|child| is_call(child.rule)).map_or(node.range(), Node::range);
                self.lose(
                    Problem::new(Code::E0101, "`on` needs a workflow, found `none`", none, "expected a workflow")
                        .help(format!("Write `on {word} WORKFLOW`, or remove the statement: hooks add up and cannot be turned off.")),
                )
            }
        }
    }
}

fn is_call(rule: Rule) -> bool {
    matches!(rule, Rule::policy_call | Rule::flow_call | Rule::trigger_call | Rule::promote_call)
}
