//! E0901: a scenario refers only to what its releases involve.

use std::collections::BTreeSet;

use super::super::context::Context;
use super::super::text::{list, list_in_ranges, quote};
use crate::diagnostic::{Code, Diagnostic};
use crate::program::{Definition, EnvironmentId, Flow, Namespace, Scenario, SettledContext, SettledFlow, WorkflowId};
use crate::source::{Span, Spanned};
use crate::syntax::ast::{Action, Expectation, GivenKind, Ident, ReleaseStmt, Subject};

pub(super) struct Subjects<'a> {
    context: &'a Context<'a>,
    scenario: &'a Scenario,
    /// One entry for each release; `None` if its product or flow is unknown, which was reported.
    played: Vec<Option<&'a SettledFlow<'a>>>,
}

/// The releases that a statement refers to.
type Spoken<'a> = Vec<&'a SettledFlow<'a>>;

impl<'a> Subjects<'a> {
    pub(super) fn new(context: &'a Context<'a>, scenario: &'a Scenario) -> Subjects<'a> {
        let played = scenario.decl.releases.iter().map(|release| product_flow(context, release)).collect();
        Subjects { context, scenario, played }
    }

    /// Reports flows that the product does not use.
    pub(super) fn releases(&self, out: &mut Vec<Diagnostic>) {
        for (release, product_flow) in self.scenario.decl.releases.iter().zip(&self.played) {
            let (Some(product), Some(flow), None) = (&release.product, &release.flow, product_flow) else { continue };
            let program = self.context.program;
            let (Ok(id), Ok(_)) = (program.product(&product.value), program.flow(&flow.value)) else { continue };
            let known = &program.products[id];
            if known.flows.len() != known.decl.flows.len() || known.decl.damaged {
                continue;
            }
            let message = format!("product {} does not list flow {}", quote(&product.value), quote(&flow.value));
            let flows: Vec<&str> =
                known.flows.iter().map(|flow| program.flows[flow.flow].name.value.as_str()).collect();
            let help = match flows.as_slice() {
                [] => format!("Add `flow {}` to the product.", flow.value),
                [one] => format!("Write `via {one}`, or add `flow {}` to the product.", flow.value),
                _ => {
                    format!("Write one of its flows ({}), or add `flow {}` to the product.", list(flows), flow.value)
                }
            };
            let diagnostic =
                Diagnostic::new(Code::E0901, message, flow.span, format!("not a flow of {}", quote(&product.value)));
            out.push(diagnostic.label(known.name.span, "this product").help(help));
        }
    }

    /// The releases that `of N` means. Without `of`: all of them, or with `last` only the last one. `None` if one is unknown.
    fn spoken(&self, of: Option<Spanned<u32>>, last: bool, out: &mut Vec<Diagnostic>) -> Option<Spoken<'a>> {
        let count = self.played.len();
        let chosen: Vec<Option<&SettledFlow<'_>>> = match of {
            Some(number) if !(1..=count).contains(&(number.value as usize)) => {
                if count > 0 && !self.scenario.decl.damaged {
                    out.push(self.no_release(number));
                }
                return None;
            }
            Some(number) => self.played.iter().skip(number.value as usize - 1).take(1).copied().collect(),
            None if last => self.played.last().copied().into_iter().collect(),
            None => self.played.clone(),
        };
        let known: Spoken<'_> = chosen.iter().flatten().copied().collect();
        let sure = |product_flow: &&SettledFlow<'_>| {
            let damaged = product_flow.environments.iter().any(|settled| self.context.is_damaged(settled));
            let hooks = product_flow.flow().hooks.len() == product_flow.flow().decl.hooks.len();
            let rollbacks = product_flow.flow().decl.rollbacks.iter();
            let rollbacks = rollbacks.flat_map(|rollback| rollback.targets.iter().chain(&rollback.when));
            !damaged
                && hooks
                && rollbacks.into_iter().all(|name| self.context.is_whole(name))
                && !self.context.program.damaged
                && self.context.knows_environments(product_flow.flow())
                && self.context.knows_applications(product_flow.product())
        };
        (!known.is_empty() && known.len() == chosen.len() && known.iter().all(sure)).then_some(known)
    }

    fn no_release(&self, number: Spanned<u32>) -> Diagnostic {
        let count = self.played.len();
        let releases = if count == 1 { "one release".to_owned() } else { format!("{count} releases") };
        let message = format!("there is no release {}: the scenario has {releases}", number.value);
        let diagnostic = Diagnostic::new(Code::E0901, message, number.span, "no such release");
        let last = self.scenario.decl.releases.last().map(|release| release.span);
        let diagnostic = last.into_iter().fold(diagnostic, |diagnostic, last| diagnostic.label(last, "last release"));
        diagnostic.help(match count {
            1 => "Remove the number, or add another `release … after D`.".to_owned(),
            _ => format!("Write a number from 1 to {count}, or add another `release … after D`."),
        })
    }

    pub(super) fn givens(&self, out: &mut Vec<Diagnostic>) {
        for given in &self.scenario.decl.givens {
            let Some(spoken) = self.spoken(given.of, false, out) else { continue };
            match &given.kind {
                GivenKind::Version(names, _) => {
                    names.iter().for_each(|name| out.extend(self.environment(&spoken, name, true)));
                }
                GivenKind::Takes(workflow, environment, _) | GivenKind::Fails(workflow, environment, _) => {
                    out.extend(self.runs(&spoken, workflow, environment.as_ref(), false));
                }
                GivenKind::Becomes(name, _, _) => out.extend(self.environment(&spoken, name, false)),
                GivenKind::Merges(name, _) | GivenKind::Closed(name, _) | GivenKind::NeverMerges(name) => {
                    let asks = |settled: &SettledContext<'_>| {
                        settled.is_target() && settled.settings.action.value == Action::PullRequest
                    };
                    let write = "write `action pull-request` there";
                    out.extend(self.asked(&spoken, name, "pull request", "is opened", write, asks));
                }
                GivenKind::ApprovalTakes(name, _) | GivenKind::Denied(name) => {
                    let asks =
                        |settled: &SettledContext<'_>| settled.is_target() && !settled.settings.approvals.is_empty();
                    out.extend(self.asked(
                        &spoken,
                        name,
                        "approval",
                        "is requested",
                        "add `approval NAME` there",
                        asks,
                    ));
                }
                GivenKind::OverrideTakes(names, _) | GivenKind::OverrideDenied(names) => {
                    let asks = |settled: &SettledContext<'_>| {
                        settled.is_target() && settled.settings.windows.iter().any(|(gate, _)| gate.unless.is_some())
                    };
                    for name in names {
                        let write = "write `window NAME unless approval WHO` there";
                        out.extend(self.asked(&spoken, name, "override", "is requested", write, asks));
                    }
                }
                GivenKind::RollbackTakes(name, _) | GivenKind::RollbackFails(name) => {
                    let rolled_back: BTreeSet<EnvironmentId> = spoken
                        .iter()
                        .flat_map(|product_flow| &product_flow.flow().rollbacks)
                        .flat_map(|rollback| rollback.targets.clone())
                        .collect();
                    let asks = |settled: &SettledContext<'_>| rolled_back.contains(&settled.environment_id());
                    let write = "add a `rollback … when … fails` to the flow";
                    out.extend(self.asked(&spoken, name, "rollback", "happens", write, asks));
                }
                GivenKind::Terminate(_) | GivenKind::Retry(_) => {}
            }
        }
    }

    pub(super) fn expectations(&self, out: &mut Vec<Diagnostic>) {
        for expectation in &self.scenario.decl.expectations {
            let (Expectation::Status { of, .. }
            | Expectation::Runs { of, .. }
            | Expectation::Version { of, .. }
            | Expectation::NotStartedBefore { of, .. }) = expectation;
            let Some(spoken) = self.spoken(*of, true, out) else { continue };
            match expectation {
                Expectation::Status { subject: Subject::Release, .. } => {}
                Expectation::Status { subject: Subject::Environment(name), .. }
                | Expectation::NotStartedBefore { environment: name, .. } => {
                    out.extend(self.environment(&spoken, name, false));
                }
                Expectation::Version { environment, .. } => out.extend(self.environment(&spoken, environment, true)),
                Expectation::Runs { workflow, times, environment, .. } => {
                    out.extend(self.runs(&spoken, workflow, environment.as_ref(), times.value == 0));
                }
            }
        }
    }

    /// Reports environments that are in none of the flows (or, with `product_is_enough`, of the products).
    fn environment(&self, spoken: &[&SettledFlow<'_>], name: &Ident, product_is_enough: bool) -> Option<Diagnostic> {
        let there: BTreeSet<EnvironmentId> = spoken
            .iter()
            .flat_map(|product_flow| {
                let of_product =
                    product_flow.product().applications.values().map(|application| application.environment);
                product_flow.flow().environments().chain(of_product.filter(|_| product_is_enough))
            })
            .collect();
        let missing: Vec<_> = self.context.targets(name)?.into_iter().filter(|id| !there.contains(id)).collect();
        if missing.is_empty() {
            return None;
        }
        let (are, names) =
            (if missing.len() == 1 { "is" } else { "are" }, self.context.environments(missing.iter().copied()));
        let of_program = |product_flow: &&SettledFlow<'_>| &self.context.program.flows[product_flow.flow_id()];
        let mut whole = spoken.iter().map(of_program);
        if let Some(flow) = whole.find(|flow| missing.iter().all(|id| flow.target(*id).is_some())) {
            return Some(self.left_out(spoken, flow, name, &missing));
        }
        let message = format!("{names} {are} not in flow {}", flows(spoken));
        let all = self.context.environments(there).replace(" and ", " or ");
        Some(
            self.about(spoken, message, name.span, "not part of this release")
                .help(format!("Write {all}, or promote to {names} in the flow.")),
        )
    }

    /// Reports targets that `where present` leaves out for the products.
    fn left_out(
        &self,
        spoken: &[&SettledFlow<'_>],
        flow: &Flow,
        name: &Ident,
        missing: &[EnvironmentId],
    ) -> Diagnostic {
        let names = self.context.environments(missing.iter().copied());
        let products: BTreeSet<&str> = spoken.iter().map(|it| it.product().name.value.as_str()).collect();
        let (has, products) = (if products.len() == 1 { "product" } else { "products" }, list(products));
        let message = format!("flow {} leaves out {names} for {has} {products}", quote(&flow.name.value));
        let diagnostic = Diagnostic::new(Code::E0901, message, name.span, "not part of this release");
        let promote = missing.first().and_then(|id| flow.target(*id)).and_then(|it| flow.decl.promotes.get(it.promote));
        let place = promote.and_then(|promote| promote.where_present);
        let diagnostic = place.into_iter().fold(diagnostic, |it, at| it.label(at, "left out without an application"));
        diagnostic.help(format!("Remove it from this statement, or add an application in {names} to {products}."))
    }

    fn about(&self, spoken: &[&SettledFlow<'_>], message: String, at: Span, label: &str) -> Diagnostic {
        let mut flows: Vec<Span> = spoken.iter().map(|product_flow| product_flow.flow().name.span).collect();
        flows.sort();
        flows.dedup();
        let diagnostic = Diagnostic::new(Code::E0901, message, at, label);
        flows.into_iter().fold(diagnostic, |diagnostic, span| diagnostic.label(span, "this flow"))
    }

    /// Reports a workflow that runs nowhere in the flows, or not in `environment`.
    fn runs(
        &self,
        spoken: &[&SettledFlow<'_>],
        name: &Ident,
        environment: Option<&Ident>,
        never: bool,
    ) -> Option<Diagnostic> {
        let missing = environment.and_then(|environment| self.environment(spoken, environment, false));
        if missing.is_some() {
            return missing;
        }
        let Some(Definition::Workflow(workflow)) = self.context.program.names.get(Namespace::Workflows, &name.value)
        else {
            return None;
        };
        let places = places(spoken, workflow);
        if places.is_empty() {
            let message = format!("{} does not run in flow {}", quote(&name.value), flows(spoken));
            let help = format!("Name a workflow that runs in this flow, or run {} in it.", quote(&name.value));
            return Some(self.about(spoken, message, name.span, "never runs in this flow").help(help));
        }
        let environment = environment.filter(|_| !never)?;
        let wanted = self.context.targets(environment)?;
        if wanted.iter().any(|wanted| places.contains(&Some(*wanted))) {
            return None;
        }
        let message = format!("{} does not run in {}", quote(&name.value), quote(&environment.value));
        let others: Vec<&str> = places.iter().flatten().map(|id| self.context.environment(*id)).collect();
        let help = match others.is_empty() {
            true => format!("It runs as a hook of the release. Remove `in {}`.", environment.value),
            false => {
                format!(
                    "Write {} instead, or remove `in {}`.",
                    list_in_ranges(others).replace(" and ", " or "),
                    environment.value
                )
            }
        };
        Some(self.about(spoken, message, environment.span, "does not run here").help(help))
    }

    /// Reports a `given` for something that never happens in the environment, such as an approval.
    fn asked(
        &self,
        spoken: &[&SettledFlow<'_>],
        name: &Ident,
        what: &str,
        happens: &str,
        write: &str,
        asks: impl Fn(&SettledContext<'_>) -> bool,
    ) -> Option<Diagnostic> {
        let missing = self.environment(spoken, name, false);
        if missing.is_some() {
            return missing;
        }
        let wanted = self.context.targets(name)?;
        let environments = || spoken.iter().flat_map(|product_flow| &product_flow.environments);
        if environments().any(|settled| wanted.contains(&settled.environment_id()) && asks(settled)) {
            return None;
        }
        let message = format!("no {what} {happens} in {}", quote(&name.value));
        let elsewhere: BTreeSet<EnvironmentId> =
            environments().filter(|settled| asks(settled)).map(|settled| settled.environment_id()).collect();
        let help = match elsewhere.is_empty() {
            true => format!("Remove this statement, or {write}."),
            false => {
                format!("Write {} instead, or {write}.", self.context.environments(elsewhere).replace(" and ", " or "))
            }
        };
        let first = environments().find(|settled| wanted.contains(&settled.environment_id()));
        let written = first.and_then(|settled| settled.span());
        let diagnostic = Diagnostic::new(Code::E0901, message, name.span, format!("no {what} here"));
        let diagnostic =
            written.into_iter().fold(diagnostic, |diagnostic, span| diagnostic.label(span, format!("has no {what}")));
        Some(diagnostic.help(help))
    }
}

fn product_flow<'a>(context: &'a Context<'a>, release: &ReleaseStmt) -> Option<&'a SettledFlow<'a>> {
    let product = context.program.product(&release.product.as_ref()?.value).ok()?;
    let flow = context.program.flow(&release.flow.as_ref()?.value).ok()?;
    let mut product_flows = context.product_flows.iter();
    product_flows.find(|known| known.product_id() == product && known.flow_id() == flow)
}

fn flows(spoken: &[&SettledFlow<'_>]) -> String {
    let names: BTreeSet<&str> = spoken.iter().map(|product_flow| product_flow.flow().name.value.as_str()).collect();
    list(names)
}

/// The environments where a workflow runs; `None` is a hook of the release.
fn places(spoken: &[&SettledFlow<'_>], workflow: WorkflowId) -> BTreeSet<Option<EnvironmentId>> {
    let calls = spoken.iter().flat_map(|product_flow| product_flow.calls());
    let calls = calls.filter(|(_, call)| call.workflow == workflow);
    calls.map(|(site, _)| site.environment()).collect()
}
