//! E0703: a timeout that is shorter than the shortest path through the flow.
//!
//! The sum of soaks, the bake and the minimum duration of workflows along the critical path. Windows and approvals count
//! as zero. Hooks of the same event count as if they ran in parallel.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use petgraph::algo::toposort;

use super::super::context::Context;
use super::super::text::quote;
use crate::diagnostic::{Code, Diagnostic};
use crate::program::{
    Call, EnvironmentId, Flow, FlowNode, Hook, Origin, Requirement, SettledContext, SettledFlow, Workflow,
};
use crate::source::Span;
use crate::syntax::ast::HookEvent;
use crate::syntax::literal::Seconds;

pub(crate) fn workflows(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for workflow in context.program.workflows.values() {
        let (Some(takes), Some(timeout)) = (workflow.decl.takes, workflow.decl.timeout) else { continue };
        let least = takes.value.0;
        if least > timeout.value {
            let message =
                format!("{} takes at least {least}, but its timeout is {}", quote(&workflow.name.value), timeout.value);
            let diagnostic = Diagnostic::new(Code::E0703, message, timeout.span, format!("less than {least}"))
                .label(takes.span, format!("takes at least {least}"))
                .help(format!("Write a timeout that allows the longest run: `timeout {}`.", round_up(takes.value.1)));
            out.push(diagnostic);
        }
    }
}

/// A part of the path that takes time.
#[derive(Clone, Copy)]
struct Step<'a> {
    span: Span,
    what: What<'a>,
    takes: Seconds,
}

/// Formatted only when a diagnostic needs it.
#[derive(Clone, Copy)]
enum What<'a> {
    /// The environment that soaks.
    Soak(&'a str),
    /// A workflow, and the environment in which it runs.
    In(&'a str, &'a str),
    /// A workflow that is a hook of the release.
    OfRelease(&'a str),
    Bake,
}

impl fmt::Display for What<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            What::Soak(environment) => write!(f, "the soak of {}", quote(environment)),
            What::In(workflow, environment) => write!(f, "{} in {}", quote(workflow), quote(environment)),
            What::OfRelease(workflow) => write!(f, "{} of the release", quote(workflow)),
            What::Bake => f.write_str("the bake"),
        }
    }
}

/// The earliest time at which an environment can succeed, and the steps that lead there.
#[derive(Clone, Default)]
struct Arrival<'a> {
    at: u64,
    /// The dependency that finishes last; `None` at the start.
    after: Option<EnvironmentId>,
    steps: Vec<Step<'a>>,
}

pub(crate) fn flows(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let mut said = BTreeSet::new();
    for product_flow in &context.product_flows {
        for settled in &product_flow.environments {
            out.extend(environment(context, settled).filter(|found| said.insert(found.primary())));
        }
        if !said.contains(&Some(at(product_flow.flow()))) {
            out.extend(flow(context, product_flow).filter(|found| said.insert(found.primary())));
        }
    }
}

fn at(flow: &Flow) -> Span {
    flow.decl.timeout.map_or(flow.name.span, |timeout| timeout.span)
}

fn flow(context: &Context<'_>, product_flow: &SettledFlow<'_>) -> Option<Diagnostic> {
    let (total, steps) = whole_way(context, product_flow)?;
    let flow = product_flow.flow();
    let timeout = flow.timeout;
    if total <= timeout.0 || !context.knows_timeout(flow) {
        return None;
    }
    let name = quote(&flow.name.value);
    let message =
        format!("{name} cannot finish within its timeout of {timeout}: the shortest path takes {}", Seconds(total));
    let label = if flow.decl.timeout.is_some() { "too short" } else { "default timeout of 24h" };
    let diagnostic = with_steps(Diagnostic::new(Code::E0703, message, at(flow), label), &steps);
    let shorten = steps.iter().max_by_key(|step| step.takes).map_or(String::new(), |step| step.what.to_string());
    Some(diagnostic.help(format!(
        "Write `timeout {}` or more, or shorten the longest step: {shorten}. Time spent waiting for approvals, windows and \
         health is not included.",
        round_up(Seconds(total))
    )))
}

/// The timeout of an environment counts from its start to its end, so soaks before the start do not count.
fn environment(context: &Context<'_>, settled: &SettledContext<'_>) -> Option<Diagnostic> {
    let timeout = settled.settings.timeout.as_ref()?;
    let steps = work(context, settled);
    let total: u64 = steps.iter().map(|step| step.takes.0).sum();
    let span = timeout.origin.span()?;
    if total <= timeout.value.0 {
        return None;
    }
    let name = quote(&settled.environment().name.value);
    let message =
        format!("{name} cannot finish within its timeout of {}: its workflows take {}", timeout.value, Seconds(total));
    let mut diagnostic = with_steps(Diagnostic::new(Code::E0703, message, span, "too short"), &steps);
    if let Some(target) = settled.span().filter(|_| matches!(timeout.origin, Origin::Policy(..))) {
        diagnostic = diagnostic.label(target, "applies here");
    }
    Some(diagnostic.help(format!("Write `timeout {}` or more.", round_up(Seconds(total)))))
}

fn with_steps(diagnostic: Diagnostic, steps: &[Step<'_>]) -> Diagnostic {
    let mut sum = 0;
    steps.iter().fold(diagnostic, |diagnostic, step| {
        let first = sum == 0;
        sum += step.takes.0;
        let sum = Seconds(sum);
        let label = if first {
            format!("{}: {}", step.what, step.takes)
        } else {
            format!("{}: + {} = {sum}", step.what, step.takes)
        };
        diagnostic.label(step.span, label)
    })
}

/// The critical path of a release: hooks on start, the environments that take longest, the bake, hooks on success.
fn whole_way<'a>(context: &'a Context<'_>, product_flow: &'a SettledFlow<'_>) -> Option<(u64, Vec<Step<'a>>)> {
    let arrivals = arrivals(context, product_flow)?;
    let of_release = |event| longest(context, product_flow.flow().hooks.iter(), event, What::OfRelease);
    let mut steps: Vec<Step<'_>> = of_release(HookEvent::Start).into_iter().collect();
    let last = arrivals.iter().max_by(|a, b| (a.1.at, b.0).cmp(&(b.1.at, a.0)));
    let mut way = Vec::new();
    let mut next = last.map(|(environment, _)| *environment);
    while let Some(arrival) = next.and_then(|environment| arrivals.get(&environment)) {
        way.push(arrival);
        next = arrival.after;
    }
    steps.extend(way.into_iter().rev().flat_map(|arrival| arrival.steps.iter().copied()));
    if let Some(bake) = product_flow.flow().decl.bake.filter(|bake| bake.value.0 > 0) {
        steps.push(Step { span: bake.span, what: What::Bake, takes: bake.value });
    }
    steps.extend(of_release(HookEvent::Success));
    Some((steps.iter().map(|step| step.takes.0).sum(), steps))
}

/// When each environment can succeed at the earliest; `None` if the flow has a cycle.
fn arrivals<'a>(
    context: &'a Context<'_>,
    product_flow: &'a SettledFlow<'_>,
) -> Option<BTreeMap<EnvironmentId, Arrival<'a>>> {
    let graph = &product_flow.flow().graph;
    let mut arrivals: BTreeMap<EnvironmentId, Arrival<'_>> = BTreeMap::new();
    // Many targets may wait for the same set.
    let mut shared: BTreeMap<(*const EnvironmentId, u32), Option<(u64, EnvironmentId)>> = BTreeMap::new();
    for node in toposort(graph, None).ok()? {
        let FlowNode::Environment(environment) = *graph.node_weight(node)? else { continue };
        let settled = product_flow.environment(environment)?;
        let mut arrival = Arrival::default();
        for need in settled.target().iter().flat_map(|target| &target.needs) {
            let met = *shared.entry((need.of.as_ptr(), need.count)).or_insert_with(|| met(need, &arrivals));
            if let Some((time, of)) = met.filter(|(time, _)| *time >= arrival.at) {
                (arrival.at, arrival.after) = (time, Some(of));
            }
        }
        arrival.steps = soak(settled).into_iter().chain(work(context, settled)).collect();
        arrival.at += arrival.steps.iter().map(|step| step.takes.0).sum::<u64>();
        arrivals.insert(environment, arrival);
    }
    Some(arrivals)
}

/// When a requirement is met at the earliest, and by which environment.
fn met(need: &Requirement, arrivals: &BTreeMap<EnvironmentId, Arrival<'_>>) -> Option<(u64, EnvironmentId)> {
    let mut times: Vec<(u64, EnvironmentId)> =
        need.of.iter().filter_map(|of| Some((arrivals.get(of)?.at, *of))).collect();
    times.sort_unstable();
    (need.count as usize).checked_sub(1).and_then(|last| times.get(last).or(times.last()).copied())
}

fn soak<'a>(settled: &SettledContext<'a>) -> Option<Step<'a>> {
    let soak = Some(&settled.settings.soak).filter(|soak| soak.value.0 > 0)?;
    let span = soak.origin.span()?;
    Some(Step { span, what: What::Soak(&settled.environment().name.value), takes: soak.value })
}

/// The minimum duration of an environment's workflows, from its start to its end.
fn work<'a>(context: &'a Context<'_>, settled: &SettledContext<'_>) -> Vec<Step<'a>> {
    let (environment, settings) = (context.environment(settled.environment_id()), &settled.settings);
    let what = |workflow| What::In(workflow, environment);
    let hooks = || settings.hooks.iter().map(|(hook, _)| hook);
    let action = |call: &Option<Call>| call.as_ref().and_then(|call| step(context, call, what));
    let steps = [
        longest(context, hooks(), HookEvent::Start, what),
        action(&settings.pre_action.value),
        action(&settings.post_action.value),
        longest(context, hooks(), HookEvent::Success, what),
    ];
    steps.into_iter().flatten().collect()
}

fn longest<'a, 'h>(
    context: &'a Context<'_>,
    hooks: impl Iterator<Item = &'h Hook>,
    event: HookEvent,
    what: impl Fn(&'a str) -> What<'a>,
) -> Option<Step<'a>> {
    let steps = hooks.filter(|hook| hook.event == event).filter_map(|hook| step(context, &hook.call, &what));
    steps.reduce(|longest, next| if next.takes > longest.takes { next } else { longest })
}

fn step<'a>(context: &'a Context<'_>, call: &Call, what: impl Fn(&'a str) -> What<'a>) -> Option<Step<'a>> {
    let workflow: &Workflow = &context.program.workflows[call.workflow];
    let takes = workflow.takes().0;
    (takes.0 > 0).then(|| Step { span: call.span, what: what(&workflow.name.value), takes })
}

/// Rounds up to what people would write: no seconds above an hour, no minutes above a day.
fn round_up(time: Seconds) -> Seconds {
    let unit = match time.0 {
        0..3_600 => 1,
        3_600..86_400 => 60,
        _ => 3_600,
    };
    Seconds(time.0.div_ceil(unit) * unit)
}
