//! Lowers `workflow`.

use super::{Lower, Seen};
use crate::diagnostic::Code;
use crate::syntax::ast::{Body, Ident, Need, WorkflowDecl};
use crate::syntax::names;
use crate::syntax::node::{Node, Rule, TextRange, slice};
use crate::syntax::problem::Problem;
use std::collections::BTreeMap;

const ONE_BODY: &str = "Keep one of them: `run` is a script in this program, `uses` names a template in the cluster.";

impl Lower<'_> {
    pub(super) fn workflow(&mut self, node: &Node) -> WorkflowDecl {
        let name = self.declared(node, "a workflow");
        if let Some(none) = node.child(Rule::name).filter(|name| self.of(name) == "none") {
            self.say(
                Problem::new(
                    Code::E0102,
                    "`none` is not a valid name for a workflow",
                    none.range(),
                    "`none` means no workflow",
                )
                .help("Choose another name: `none` in place of a workflow turns off a policy's workflow."),
            );
        }
        let mut decl = WorkflowDecl {
            name,
            description: None,
            version: None,
            needs: Vec::new(),
            gives: Vec::new(),
            image: None,
            body: None,
            service_account: None,
            timeout: None,
            retry: None,
            idempotent: None,
            takes: None,
            fails: None,
            span: self.span(node.range()),
            damaged: false,
        };
        let mut seen = Seen::default();
        let (mut needed, mut given) = (BTreeMap::new(), BTreeMap::new());
        decl.damaged = self.block(node, |lower, child| match child.rule {
            Rule::description if lower.once(&mut seen, child, "description") => decl.description = lower.text_in(child),
            Rule::version if lower.once(&mut seen, child, "version") => decl.version = lower.text_in(child),
            Rule::needs => {
                for need in child.all(Rule::need) {
                    let Some(written) = need.children.first() else { continue };
                    if lower.parameter(written, "needs", &mut needed) {
                        let default = lower.text_in(need);
                        decl.needs.extend(lower.name(written).map(|name| Need { name: corrected(name), default }));
                    }
                }
            }
            Rule::gives => {
                for name in child.children.iter().filter(|name| matches!(name.rule, Rule::name | Rule::quoted)) {
                    if lower.parameter(name, "gives", &mut given) {
                        decl.gives.extend(lower.name(name).map(corrected));
                    }
                }
            }
            Rule::image if lower.once(&mut seen, child, "image") => decl.image = lower.text_in(child),
            Rule::run
                if lower.once(&mut seen, child, "run")
                    && lower.beside(&mut seen, child, "run", &["uses"], ONE_BODY) =>
            {
                decl.body = lower.text_in(child).map(Body::Run);
            }
            Rule::uses
                if lower.once(&mut seen, child, "uses")
                    && lower.beside(&mut seen, child, "uses", &["run"], ONE_BODY) =>
            {
                decl.body = lower.text_in(child).map(Body::Uses);
            }
            Rule::service_account if lower.once(&mut seen, child, "service-account") => {
                decl.service_account = lower.value_in(child);
            }
            Rule::timeout if lower.once(&mut seen, child, "timeout") => decl.timeout = lower.duration_statement(child),
            Rule::retry if lower.once(&mut seen, child, "retry") => decl.retry = lower.retry(child),
            Rule::idempotent if lower.once(&mut seen, child, "idempotent") => {
                decl.idempotent = Some(lower.span(child.range()));
            }
            Rule::takes if lower.once(&mut seen, child, "takes") => decl.takes = lower.duration_range(child),
            Rule::fails if lower.once(&mut seen, child, "fails") => decl.fails = lower.percent(child),
            _ => {}
        });
        decl
    }

    /// Whether a parameter of `needs` or `gives` is not a duplicate. Reports duplicates and invalid names.
    fn parameter(&mut self, node: &Node, word: &str, seen: &mut BTreeMap<String, TextRange>) -> bool {
        if node.rule != Rule::name {
            return true;
        }
        let written = self.of(node);
        if let Some(first) = seen.insert(written.to_string(), node.range()) {
            let problem =
                Problem::new(Code::E0107, format!("duplicate `{written}` in `{word}`"), node.range(), "duplicate")
                    .label(first, "first one here")
                    .help(format!("Keep one `{written}` and remove the other."));
            // Without defaults both are equal, so the fix removes the second one and the comma before it.
            let has_default = |(_, end): TextRange| {
                let behind = slice(self.text, (end, self.text.len() as u32));
                behind.trim_start_matches([' ', '\t']).starts_with('=')
            };
            let before = slice(self.text, (0, node.start)).trim_end_matches([' ', '\t']);
            let comma = before.strip_suffix(',').map(|before| before.len() as u32);
            let comma = comma.filter(|_| !has_default(first) && !has_default(node.range()));
            self.say(match comma {
                Some(comma) => problem.fix("remove the duplicate", (comma, node.end), ""),
                None => problem,
            });
            return false;
        }
        if names::is_reserved(written) {
            self.say(
                Problem::new(Code::E0102, format!("`{written}` is reserved and not allowed in `{word}`"), node.range(), "changes how a process runs")
                    .help(format!("Choose another name, such as `APP_{written}`. HOME, SHELL, IFS, ENV, BASH_ENV and names that start with LD_, GIT_ or PROMO_ are reserved."))
            );
        } else {
            self.check_parameter(node);
        }
        true
    }

    /// Reports an invalid name of a parameter (E0102).
    pub(super) fn check_parameter(&mut self, node: &Node) {
        let written = self.of(node);
        if names::is_parameter(written) {
            return;
        }
        let problem = Problem::new(
            Code::E0102,
            format!("`{written}` is not a valid name for a parameter"),
            node.range(),
            "use uppercase letters, digits and underscores",
        );
        self.say(match names::as_parameter(written) {
            Some(name) => problem
                .help(format!("Write `{name}`: a parameter becomes an environment variable of that name."))
                .fix(format!("write `{name}`"), node.range(), name),
            None => problem.help("Write a name such as `CHANGE_ID`."),
        });
    }
}

/// A parameter with its name corrected, so that its uses are not reported as well.
pub(super) fn corrected(name: Ident) -> Ident {
    let value = names::as_parameter(&name.value).filter(|_| !names::is_parameter(&name.value));
    Ident { value: value.unwrap_or(name.value), span: name.span }
}
