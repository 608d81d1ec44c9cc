//! Lowers `scenario`.

use super::{Lower, Seen};
use crate::diagnostic::Code;
use crate::source::Spanned;
use crate::syntax::ast::{Expectation, Given, GivenKind, Ident, ReleaseStmt, ScenarioDecl, Status, Subject};
use crate::syntax::explain;
use crate::syntax::literal::Seconds;
use crate::syntax::node::{Node, Rule};
use crate::syntax::problem::Problem;

impl Lower<'_> {
    pub(super) fn scenario(&mut self, node: &Node) -> ScenarioDecl {
        let name = self.declared(node, "a scenario");
        let mut decl = ScenarioDecl {
            name,
            releases: Vec::new(),
            givens: Vec::new(),
            expectations: Vec::new(),
            span: self.span(node.range()),
            damaged: false,
        };
        decl.damaged = self.block(node, |lower, child| match child.rule {
            Rule::release => decl.releases.push(lower.release(child)),
            Rule::given => {
                let kind = lower.given(child);
                let of = lower.of_release(child);
                decl.givens.extend(kind.map(|kind| Given { kind, of, span: lower.span(child.range()) }));
            }
            Rule::expect => decl.expectations.extend(lower.expectation(child)),
            _ => {}
        });
        decl
    }

    fn release(&mut self, node: &Node) -> ReleaseStmt {
        let via = node.behind(Rule::k_via).filter(|name| matches!(name.rule, Rule::name | Rule::quoted));
        // Without `via`, it is unknown which words are names.
        let sure = !node.has(Rule::no_via);
        let product = node.children.get(1).filter(|name| sure && name.rule != Rule::k_via);
        let mut release = ReleaseStmt {
            product: product.and_then(|_| self.name_in(node)),
            flow: via.filter(|_| sure).and_then(|name| self.name(name)),
            at: None,
            version: None,
            message: None,
            after: None,
            span: self.span(node.range()),
        };
        let mut seen = Seen::default();
        for part in &node.children {
            match part.rule {
                Rule::release_at if self.once(&mut seen, part, "at") => {
                    release.at = part.child(Rule::word).and_then(|word| self.instant(word));
                }
                Rule::release_version if self.once(&mut seen, part, "version") => release.version = self.text_in(part),
                Rule::release_message if self.once(&mut seen, part, "message") => release.message = self.text_in(part),
                Rule::release_after if self.once(&mut seen, part, "after") => {
                    release.after = part.child(Rule::word).and_then(|word| self.duration(word));
                }
                _ => {}
            }
        }
        release
    }

    fn given(&mut self, node: &Node) -> Option<GivenKind> {
        let form = node.children.get(1)?;
        let after = |lower: &mut Self| lower.duration_behind(form, Rule::k_after);
        match form.rule {
            Rule::given_terminate => after(self).map(GivenKind::Terminate),
            Rule::given_retry => after(self).map(GivenKind::Retry),
            Rule::given_approval => {
                let environment = self.name_in(form)?;
                if form.has(Rule::k_denied) {
                    return Some(GivenKind::Denied(environment));
                }
                self.taken(form).map(|taken| GivenKind::ApprovalTakes(environment, taken))
            }
            Rule::given_pull => {
                let environment = self.name_in(form)?;
                if form.has(Rule::k_never) {
                    return form.has(Rule::k_merges).then_some(GivenKind::NeverMerges(environment));
                }
                let taken = after(self)?;
                Some(match form.has(Rule::k_closed) {
                    true => GivenKind::Closed(environment, taken),
                    false => GivenKind::Merges(environment, taken),
                })
            }
            Rule::given_rollback => {
                let environment = self.name_in(form)?;
                if form.has(Rule::k_fails) {
                    return Some(GivenKind::RollbackFails(environment));
                }
                self.taken(form).map(|taken| GivenKind::RollbackTakes(environment, taken))
            }
            Rule::given_names => self.given_names(form),
            _ => None,
        }
    }

    /// The duration of `takes D` in a node.
    fn taken(&mut self, node: &Node) -> Option<Spanned<Seconds>> {
        let word = node.child(Rule::given_takes)?.child(Rule::word)?;
        self.duration(word)
    }

    fn given_names(&mut self, form: &Node) -> Option<GivenKind> {
        let names = self.list_in(form);
        if let Some(version) = form.child(Rule::given_version) {
            return self.text_in(version).map(|version| GivenKind::Version(names, version));
        }
        if names.len() > 1 && !explain::flawed(form) {
            let list = form.children.first().map_or(form.range(), Node::range);
            return self.lose(
                Problem::new(Code::E0101, "only `at version` takes several names", list, "expected one name")
                    .help("Write one `given` statement for each name, or use a group."),
            );
        }
        let first: Ident = names.into_iter().next()?;
        if let Some(becomes) = form.child(Rule::given_becomes) {
            let health = becomes.child(Rule::health)?;
            let state = self.spanned(self.of(health).to_string(), health);
            let after = match becomes.has(Rule::k_after) {
                true => Some(self.duration_behind(becomes, Rule::k_after)?),
                false => None,
            };
            return Some(GivenKind::Becomes(first, state, after));
        }
        let environment = form.child(Rule::in_environment).and_then(|part| self.name_in(part));
        if let Some(fails) = form.child(Rule::given_fails) {
            let times = match fails.child(Rule::count) {
                Some(count) => Some(self.count(count, 0)?),
                None => None,
            };
            return Some(GivenKind::Fails(first, environment, times));
        }
        self.taken(form).map(|taken| GivenKind::Takes(first, environment, taken))
    }

    fn expectation(&mut self, node: &Node) -> Option<Expectation> {
        let span = self.span(node.range());
        let form = node.children.get(1)?;
        let within = match form.child(Rule::within) {
            Some(within) => Some(within.child(Rule::word).and_then(|word| self.duration(word))?),
            None => None,
        };
        if form.rule == Rule::expect_release {
            let of = match form.child(Rule::count) {
                Some(count) => Some(self.count(count, 1)?),
                None => None,
            };
            let status = self.status(node, form, within.is_some())?;
            return Some(Expectation::Status { subject: Subject::Release, of, status, within, span });
        }
        let name = self.name_in(form)?;
        let of = match form.has(Rule::of_release) {
            true => Some(self.of_release(form)?),
            false => None,
        };
        if let Some(version) = form.child(Rule::expect_version) {
            let version = self.text_in(version)?;
            return Some(Expectation::Version { environment: name, of, version, span });
        }
        if let Some(not) = form.child(Rule::expect_not_started) {
            let instant = not.child(Rule::word).and_then(|word| self.instant(word))?;
            return Some(Expectation::NotStartedBefore { environment: name, of, instant, span });
        }
        if let Some(runs) = form.child(Rule::expect_runs) {
            let times = runs.child(Rule::word).and_then(|word| self.count(word, 0))?;
            let environment = runs.child(Rule::in_environment).and_then(|part| self.name_in(part));
            return Some(Expectation::Runs { workflow: name, of, times, environment, span });
        }
        let status = self.status(node, form, within.is_some())?;
        Some(Expectation::Status { subject: Subject::Environment(name), of, status, within, span })
    }

    /// The expected status. A temporary one needs `within`, because it cannot be seen at the end of a release.
    fn status(&mut self, statement: &Node, form: &Node, within: bool) -> Option<Spanned<Status>> {
        let word = form.child(Rule::status)?;
        let text = self.of(word);
        let status = Status::parse(text)?;
        if status == Status::Queued && form.rule == Rule::expect_other {
            let problem = Problem::new(
                Code::E0101,
                "an environment is never `queued`; only a release is",
                word.range(),
                "not an environment status",
            );
            return self.lose(problem.help("Write `pending`, or `expect release queued within 10m`."));
        }
        let passes = matches!(status, Status::Queued | Status::Running | Status::Suspended);
        if passes && !within && !explain::flawed(statement) {
            let problem = Problem::new(
                Code::E0101,
                format!("expected `within` and a duration after `{text}`"),
                word.range(),
                "this status is temporary",
            );
            return self.lose(problem.help(format!(
                "Write `{text} within 10m`, which is met if the status is `{text}` at any time until then."
            )));
        }
        Some(self.spanned(status, word))
    }
}
