//! Lowers `product`, its applications and its flows.

use super::{Lower, Seen};
use crate::diagnostic::Code;
use crate::source::Spanned;
use crate::syntax::ast::{
    ApplicationStmt, ConcurrencyStmt, Condition, ConditionKey, ContentDecl, FlowStart, FlowUse, Label, ProductDecl,
    SourceDecl, Text,
};
use crate::syntax::names;
use crate::syntax::node::{Node, Rule, TextRange};
use crate::syntax::problem::Problem;
use std::collections::BTreeMap;

const ONE_CONTENT: &str = "Keep either `template`, or `version` and `copy` in the product itself.";
const ONE_PLACE: &str =
    "Move it into a `source` block: an application has either `source` blocks or its own `repo`, `branch` and `path`.";

impl Lower<'_> {
    pub(super) fn product(&mut self, node: &Node) -> ProductDecl {
        let name = self.declared(node, "a product");
        let mut decl = ProductDecl {
            name,
            description: None,
            labels: Vec::new(),
            template: None,
            content: ContentDecl::default(),
            repo: None,
            branch: None,
            namespace: None,
            runtime: None,
            applications: Vec::new(),
            flows: Vec::new(),
            concurrency: None,
            span: self.span(node.range()),
            damaged: false,
        };
        let mut seen = Seen::default();
        let mut keys = BTreeMap::new();
        decl.damaged = self.block(node, |lower, child| match child.rule {
            Rule::description if lower.once(&mut seen, child, "description") => decl.description = lower.text_in(child),
            Rule::label => decl.labels.extend(lower.label(child, &mut keys)),
            Rule::template_use
                if lower.once(&mut seen, child, "template")
                    && lower.beside(&mut seen, child, "template", &["version", "copy"], ONE_CONTENT) =>
            {
                decl.template = lower.name_in(child);
            }
            Rule::version_from
                if lower.once(&mut seen, child, "version")
                    && lower.beside(&mut seen, child, "version", &["template"], ONE_CONTENT) =>
            {
                decl.content.version = Some(lower.version_from(child));
            }
            Rule::copy => {
                let first = seen.0.insert("copy", child.head()).is_none();
                // beside a template, only the `version` or the first `copy` is reported
                let said = seen.0.contains_key("version") || !first;
                let alone = if said {
                    !seen.0.contains_key("template")
                } else {
                    lower.beside(&mut seen, child, "copy", &["template"], ONE_CONTENT)
                };
                if alone || decl.template.is_none() {
                    decl.content.copies.push(lower.copy(child));
                }
            }
            Rule::repo if lower.once(&mut seen, child, "repo") => decl.repo = lower.text_in(child),
            Rule::branch if lower.once(&mut seen, child, "branch") => decl.branch = lower.value_in(child),
            Rule::namespace if lower.once(&mut seen, child, "namespace") => decl.namespace = lower.value_in(child),
            Rule::runtime if lower.once(&mut seen, child, "runtime") => decl.runtime = lower.value_in(child),
            Rule::application => decl.applications.push(lower.application(child)),
            Rule::flow_use => decl.flows.push(lower.flow_use(child)),
            Rule::concurrency if lower.once(&mut seen, child, "concurrency") => {
                decl.concurrency = lower.concurrency(child)
            }
            _ => {}
        });
        decl
    }

    fn application(&mut self, node: &Node) -> ApplicationStmt {
        self.half_places(node);
        let mut stmt = ApplicationStmt {
            name: self.name_in(node),
            environments: self.list_in(node),
            repo: None,
            branch: None,
            path: None,
            sources: Vec::new(),
            namespace: None,
            runtime: None,
            labels: Vec::new(),
            span: self.span(node.range()),
            damaged: false,
        };
        let mut seen = Seen::default();
        let mut keys = BTreeMap::new();
        stmt.damaged = self.block(node, |lower, child| match child.rule {
            Rule::repo if lower.place(&mut seen, child, "repo") => stmt.repo = lower.text_in(child),
            Rule::branch if lower.place(&mut seen, child, "branch") => stmt.branch = lower.value_in(child),
            Rule::path_use if lower.place(&mut seen, child, "path") => stmt.path = lower.text_in(child),
            Rule::source => {
                let first = !seen.0.contains_key("source");
                if first {
                    lower.beside(&mut seen, child, "source", &["repo", "branch", "path"], ONE_PLACE);
                    seen.0.insert("source", child.head());
                }
                stmt.sources.push(lower.source(child));
            }
            Rule::namespace if lower.once(&mut seen, child, "namespace") => stmt.namespace = lower.value_in(child),
            Rule::runtime if lower.once(&mut seen, child, "runtime") => stmt.runtime = lower.value_in(child),
            Rule::label => stmt.labels.extend(lower.label(child, &mut keys)),
            _ => {}
        });
        stmt
    }

    /// Reports a placeholder without one of its braces in the name of an application.
    fn half_places(&mut self, node: &Node) {
        let Some(name) = node.child(Rule::pattern) else { return };
        let written = self.of(name);
        if written.matches('{').count() == written.matches('}').count() {
            return;
        }
        let bare = written.replace(['{', '}'], "");
        let whole =
            ["environment", "product"].iter().fold(bare, |name, word| name.replace(word, &format!("{{{word}}}")));
        self.say(
            Problem::new(Code::E0101, format!("missing brace in `{written}`"), name.range(), "expected `{` and `}`")
                .help(format!("Write `{whole}`."))
                .fix(format!("write `{whole}`"), name.range(), whole)
                .repaired(),
        );
    }

    /// Whether a `repo`, `branch` or `path` of an application is the first one and there are no sources.
    fn place(&mut self, seen: &mut Seen, node: &Node, word: &'static str) -> bool {
        self.once(seen, node, word) && self.beside(seen, node, word, &["source"], ONE_PLACE)
    }

    fn source(&mut self, node: &Node) -> SourceDecl {
        let mut source = SourceDecl {
            name: self.declared(node, "a source"),
            repo: None,
            branch: None,
            path: None,
            span: self.span(node.range()),
            damaged: false,
        };
        let mut seen = Seen::default();
        source.damaged = self.block(node, |lower, child| match child.rule {
            Rule::repo if lower.once(&mut seen, child, "repo") => source.repo = lower.text_in(child),
            Rule::branch if lower.once(&mut seen, child, "branch") => source.branch = lower.value_in(child),
            Rule::path_use if lower.once(&mut seen, child, "path") => source.path = lower.text_in(child),
            _ => {}
        });
        source
    }

    /// A label, or a condition on one.
    pub(super) fn label(&mut self, node: &Node, seen: &mut BTreeMap<String, TextRange>) -> Option<Label> {
        let key = node.children.iter().find(|child| matches!(child.rule, Rule::label_key | Rule::quoted))?;
        let written = self.of(key);
        if let Some(first) = seen.insert(written.to_string(), key.range()) {
            self.say(
                Problem::new(
                    Code::E0107,
                    format!("duplicate label `{written}`; only one is allowed"),
                    key.range(),
                    "duplicate",
                )
                .label(first, "first given here")
                .help(format!("Keep one `label {written}` and remove the other.")),
            );
            return None;
        }
        if key.rule == Rule::label_key && !names::is_label_key(written) {
            let problem = Problem::new(Code::E0102, format!("`{written}` is not a valid label key"), key.range(), "");
            self.say(match names::as_label_key(written) {
                Some(name) => problem.help(format!("Write `{name}`: label keys follow the rules of Kubernetes.")).fix(
                    format!("write `{name}`"),
                    key.range(),
                    name,
                ),
                None => problem.help("Write a Kubernetes label key such as `team` or `codefresh.io/product`."),
            });
        }
        let (key, value) = (self.name(key)?, self.value_in(node)?);
        Some(Label { key, value, span: self.span(node.range()) })
    }

    fn flow_use(&mut self, node: &Node) -> FlowUse {
        let start = match node.children.iter().find(|child| matches!(child.rule, Rule::when | Rule::by_hand)) {
            Some(hand) if hand.rule == Rule::by_hand => FlowStart::ByHand(self.span(hand.range())),
            Some(when) => {
                FlowStart::When(when.all(Rule::condition).filter_map(|condition| self.condition(condition)).collect())
            }
            None => FlowStart::When(Vec::new()),
        };
        FlowUse { name: self.name_in(node), start, span: self.span(node.range()) }
    }

    fn condition(&mut self, node: &Node) -> Option<Condition> {
        let word = node.children.first()?;
        let key = if word.rule == Rule::k_message { ConditionKey::Message } else { ConditionKey::Revision };
        let texts: Vec<&Node> = node.child(Rule::texts)?.all(Rule::text).collect();
        let patterns: Vec<Text> = texts.into_iter().map(|text| self.string(text)).collect();
        Some(Condition {
            key: self.spanned(key, word),
            excludes: node.has(Rule::k_excludes),
            patterns,
            span: self.span(node.range()),
        })
    }

    fn concurrency(&mut self, node: &Node) -> Option<Spanned<ConcurrencyStmt>> {
        if node.has(Rule::k_terminate) {
            return Some(self.spanned(ConcurrencyStmt::Terminate, node));
        }
        node.child(Rule::k_queue)?;
        let limit = match node.child(Rule::word) {
            Some(word) => Some(self.count(word, 1)?),
            None => None,
        };
        Some(self.spanned(ConcurrencyStmt::Queue { limit }, node))
    }
}
