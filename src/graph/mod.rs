//! Draws a flow: as text for a terminal, as SVG for a pull request, and as Mermaid and DOT for tools that render them.
//!
//! A picture shows the flow as it runs for one product, with policies merged in: what happens, not where it is written.
//! Without a product (no product lists the flow) it shows only the graph.
//!
//! INVARIANT: this module reads a program and returns text; it knows nothing about terminals.

mod dot;
mod fold;
mod layers;
mod mermaid;
mod svg;
mod text;

pub use dot::dot;
pub use mermaid::mermaid;
pub use svg::svg;
pub(crate) use text::text;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::program::{Approval, Call, EnvironmentId, Flow, FlowId, ProductId, Program, PromotionContext, Settings};
use crate::syntax::ast::{Action, HookEvent, Kind};
use crate::syntax::names::with_ranges;

/// What a drawing of a flow contains, as plain data with names resolved.
#[derive(Clone, Debug)]
pub struct Picture {
    /// The name of the flow, as declared.
    pub flow: String,
    /// The product whose policies are merged in; `None` if only the graph is shown.
    pub product: Option<String>,
    /// The flow's `timeout`, and its `bake` if it has one: `timeout 1d, bake 1h`.
    pub limits: String,
    /// The trigger first, then the targets in order.
    pub nodes: Vec<PictureNode>,
    /// From an environment to one that waits for it, as positions in `nodes`; sorted, each only once.
    pub edges: Vec<(usize, usize)>,
    /// The hooks of the release itself, then the rollback rules.
    pub notes: Vec<String>,
}

/// An environment in a picture.
#[derive(Clone, Debug)]
pub struct PictureNode {
    /// The name of the environment, as declared; of a box for several, their range or the first of them, and a count.
    pub name: String,
    /// How many environments it is for.
    pub size: usize,
    /// Whether its kind is `production`.
    pub production: bool,
    /// Its dependencies with groups expanded, such as `after 2 of us, eu, asia`; `trigger` for the first environment.
    pub after: String,
    /// Its dependencies, all of which must be met.
    pub needs: Vec<PictureNeed>,
    /// What happens there, in order; empty if there is no product.
    pub stages: Vec<PictureStage>,
    /// When it is rolled back, one line per rule: `rollback when eu fails`.
    pub rollbacks: Vec<String>,
}

/// A dependency of an environment.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PictureNeed {
    /// How many environments must have succeeded.
    pub count: usize,
    /// Of how many.
    pub total: usize,
    /// Their boxes, as positions in `nodes`.
    pub of: Arc<[usize]>,
}

impl PictureNeed {
    /// Whether some of the environments are enough.
    fn is_counted(&self) -> bool {
        self.count < self.total
    }
}

/// Something that happens in an environment, or is waited for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PictureStage {
    /// The kind, which decides the sign in front of the text.
    pub kind: StageKind,
    /// The text that is shown, such as `soak 30m`.
    pub text: String,
}

/// The kinds of stages, named after the settings that ask for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "each is the setting of its name")]
pub enum StageKind {
    Soak,
    Approval,
    Window,
    Hook,
    /// A pre-action or post-action.
    Workflow,
    Commit,
    PullRequest,
    NoAction,
}

impl Picture {
    /// The picture of a flow, with the policies of a product if one is given.
    pub fn new(program: &Program, flow: FlowId, product: Option<ProductId>) -> Picture {
        let decl = program.flow_of(product, flow);
        let environments: Vec<EnvironmentId> = decl.environments().collect();
        let places: BTreeMap<EnvironmentId, usize> =
            environments.iter().enumerate().rev().map(|(place, environment)| (*environment, place)).collect();
        let mut known = BTreeMap::new();
        let node = |environment: &EnvironmentId| {
            node(decl, program.context(product, Some(flow), *environment), &places, &mut known)
        };
        let nodes = environments.iter().map(node).collect();
        let mut limits = format!("timeout {}", decl.timeout);
        if decl.bake.0 > 0 {
            limits.push_str(&format!(", bake {}", decl.bake));
        }
        let mut picture = Picture {
            flow: decl.name.value.clone(),
            product: product.map(|product| program.products[product].name.value.clone()),
            limits,
            nodes,
            edges: Vec::new(),
            notes: notes(program, decl),
        };
        fold::fold(&mut picture);
        let needs =
            picture.nodes.iter().enumerate().flat_map(|(to, node)| node.needs.iter().map(move |need| (to, need)));
        let edges = needs.flat_map(|(to, need)| need.of.iter().map(move |from| (*from, to)));
        picture.edges = edges.collect::<BTreeSet<_>>().into_iter().collect();
        picture
    }

    /// How many environments the flow has.
    fn size(&self) -> usize {
        self.nodes.iter().map(|node| node.size).sum()
    }

    /// Whether an edge belongs only to dependencies of which some environments are enough, such as `2 of us, eu, asia`.
    fn is_counted(&self, (from, to): (usize, usize)) -> bool {
        let needs = self.nodes.get(to).map(|node| node.needs.as_slice()).unwrap_or_default();
        needs.iter().filter(|need| need.of.contains(&from)).all(PictureNeed::is_counted)
    }
}

/// The dependencies seen so far, in words and as positions: many targets may wait for the same set.
type KnownNeeds = BTreeMap<(*const EnvironmentId, u32), (String, PictureNeed)>;

fn node(
    flow: &Flow,
    context: PromotionContext<'_>,
    places: &BTreeMap<EnvironmentId, usize>,
    known: &mut KnownNeeds,
) -> PictureNode {
    let (program, environment) = (context.program(), context.environment_id());
    let name = |id: &EnvironmentId| program.environments[*id].name.value.as_str();
    let names = |of: &[EnvironmentId]| with_ranges(of.iter().map(name)).join(", ");
    let (mut after, mut needs, mut stages) = ("trigger".to_string(), Vec::new(), Vec::new());
    if let Some(target) = context.target() {
        let mut words = Vec::new();
        for need in &target.needs {
            let (text, picture) = known.entry((need.of.as_ptr(), need.count)).or_insert_with(|| {
                let text = match need.count as usize {
                    all if all == need.of.len() => names(&need.of),
                    count => format!("{count} of {}", names(&need.of)),
                };
                let of = need.of.iter().filter_map(|id| places.get(id).copied()).collect();
                (text, PictureNeed { count: need.count as usize, total: need.of.len(), of })
            });
            words.push(text.clone());
            needs.push(picture.clone());
        }
        after = format!("after {}", words.join(" and "));
        if context.product().is_some() {
            stages = stages_of(program, &context.settings());
        }
    } else if context.product().is_some() {
        let post_action = context.settings().post_action.value;
        stages.extend(post_action.iter().map(|call| workflow(program, "post-action", call)));
    }
    let rolled_back = flow.rollbacks.iter().filter(|rule| rule.targets.contains(&environment));
    let rollbacks = rolled_back.map(|rule| match rule.when.as_slice() {
        [one] if *one == environment => "rollback when it fails".to_string(),
        [one] => format!("rollback when {} fails", name(one)),
        [one, other] => format!("rollback when {} or {} fails", name(one), name(other)),
        several => format!("rollback when any of {} fails", several.len()),
    });
    PictureNode {
        name: context.environment().name.value.clone(),
        size: 1,
        production: context.environment().kind == Kind::Production,
        after,
        needs,
        stages,
        rollbacks: rollbacks.collect(),
    }
}

fn workflow(program: &Program, place: &str, call: &Call) -> PictureStage {
    PictureStage { kind: StageKind::Workflow, text: format!("{place} {}", program.workflows[call.workflow].name.value) }
}

fn approval_words(approval: &Approval) -> String {
    // A string may contain line breaks, but a stage is one line of a picture.
    let who = approval.who.split_whitespace().collect::<Vec<_>>().join(" ");
    match approval.count {
        1 => format!("approval {who}"),
        count => format!("approval {count} of {who}"),
    }
}

/// What happens in a target, in order.
fn stages_of(program: &Program, settings: &Settings) -> Vec<PictureStage> {
    let stage = |kind: StageKind, text: String| PictureStage { kind, text };
    let hooks = |event: HookEvent| {
        let of_event = settings.hooks.iter().filter(move |(hook, _)| hook.event == event);
        of_event.map(move |(hook, _)| {
            let name = &program.workflows[hook.call.workflow].name.value;
            stage(StageKind::Hook, format!("on {} {name}", event.as_str()))
        })
    };
    let mut stages = Vec::new();
    if settings.soak.value.0 > 0 {
        stages.push(stage(StageKind::Soak, format!("soak {}", settings.soak.value)));
    }
    stages.extend(settings.approvals.iter().map(|(approval, _)| stage(StageKind::Approval, approval_words(approval))));
    stages.extend(settings.windows.iter().map(|(gate, _)| {
        let name = &program.windows[gate.window].name.value;
        let unless = gate.unless.iter().map(|approval| format!(" unless {}", approval_words(approval)));
        stage(StageKind::Window, format!("window {name}{}", unless.collect::<String>()))
    }));
    stages.extend(hooks(HookEvent::Start));
    stages.extend(settings.pre_action.value.iter().map(|call| workflow(program, "pre-action", call)));
    stages.push(match settings.action.value {
        Action::None => stage(StageKind::NoAction, "no action".to_string()),
        Action::Commit => stage(StageKind::Commit, Action::Commit.as_str().to_string()),
        Action::PullRequest => stage(StageKind::PullRequest, Action::PullRequest.as_str().to_string()),
    });
    stages.extend(settings.post_action.value.iter().map(|call| workflow(program, "post-action", call)));
    stages.extend(hooks(HookEvent::Success));
    stages.extend(hooks(HookEvent::Failure));
    stages
}

fn notes(program: &Program, flow: &Flow) -> Vec<String> {
    let names = |of: &[EnvironmentId]| {
        with_ranges(of.iter().map(|id| program.environments[*id].name.value.as_str())).join(", ")
    };
    let hooks = flow
        .hooks
        .iter()
        .map(|hook| format!("on {} {}", hook.event.as_str(), program.workflows[hook.call.workflow].name.value));
    let rollbacks =
        flow.rollbacks.iter().map(|rule| format!("rollback {} when {} fails", names(&rule.targets), names(&rule.when)));
    hooks.chain(rollbacks).collect()
}
