//! Which environments lead to which: the upstream and downstream of a target in a flow.

use super::occurrence::{Symbol, occurrence_at};
use crate::check::Analysed;
use crate::program::{Definition, EnvironmentId, Flow, Program};
use crate::source::{FileId, Span};

/// An environment of a flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowMember {
    /// The name of the environment.
    pub name: String,
    /// The name of the flow.
    pub flow: String,
    /// Where the flow names it: itself or its group.
    pub span: Span,
}

/// The environments that a name stands for, in the flow around it, or in every flow if there is none around it.
pub fn flow_members(analysed: &Analysed, file: FileId, offset: u32) -> Vec<FlowMember> {
    let program = analysed.program();
    let Some(found) = occurrence_at(analysed, file, offset) else { return Vec::new() };
    let environments: Vec<EnvironmentId> = match found.symbol {
        Symbol::Declared(Definition::Environment(id)) => vec![id],
        Symbol::Declared(Definition::Group(id)) => program.groups[id].members.clone(),
        _ => return Vec::new(),
    };
    let around = program.flows.values().find(|flow| flow.decl.span.contains(found.span));
    let flows = program.flows.values().filter(|flow| around.is_none_or(|around| around.name.span == flow.name.span));
    flows.flat_map(|flow| environments.iter().filter_map(|id| member(program, flow, *id))).collect()
}

/// The environments that a member waits for, each with the `after` or the name that says so.
pub fn upstream(analysed: &Analysed, flow: &str, environment: &str) -> Vec<FlowMember> {
    let Some((program, flow, id)) = place(analysed, flow, environment) else { return Vec::new() };
    before(flow, id).into_iter().filter_map(|id| member(program, flow, id)).collect()
}

/// The environments that wait for a member.
pub fn downstream(analysed: &Analysed, flow: &str, environment: &str) -> Vec<FlowMember> {
    let Some((program, flow, id)) = place(analysed, flow, environment) else { return Vec::new() };
    let waits = |other: &EnvironmentId| before(flow, *other).contains(&id);
    flow.environments().filter(waits).filter_map(|id| member(program, flow, id)).collect()
}

fn place<'a>(analysed: &'a Analysed, flow: &str, environment: &str) -> Option<(&'a Program, &'a Flow, EnvironmentId)> {
    let program = analysed.program();
    let flow = &program.flows[program.flow(flow).ok()?];
    Some((program, flow, program.environment(environment).ok()?))
}

/// The environments that are awaited; for a target without `after`, the trigger.
fn before(flow: &Flow, id: EnvironmentId) -> Vec<EnvironmentId> {
    let Some(target) = flow.target(id) else { return Vec::new() };
    let mut all: Vec<EnvironmentId> = target.needs.iter().flat_map(|need| need.of.iter().copied()).collect();
    if all.is_empty() {
        all.extend(flow.trigger.map(|trigger| trigger.value));
    }
    all.sort();
    all.dedup();
    all
}

fn member(program: &Program, flow: &Flow, id: EnvironmentId) -> Option<FlowMember> {
    let trigger = flow.trigger.filter(|trigger| trigger.value == id).map(|trigger| trigger.span);
    let span = trigger.or_else(|| flow.target(id).map(|target| target.span))?;
    Some(FlowMember { name: program.environments[id].name.value.clone(), flow: flow.name.value.clone(), span })
}

#[cfg(test)]
mod tests {
    use super::super::tests::marked;
    use super::*;

    #[test]
    fn an_environment_knows_what_comes_before_and_after_it() {
        let text = "environment dev, qa, eu, us\ngroup regions = eu, us\n\
            flow main { trigger dev; promote qa; promote reg|ions after qa }\nflow other { trigger dev; promote us }\n";
        let (analysed, file, offset) = marked(text);
        let names =
            |all: Vec<FlowMember>| all.into_iter().map(|one| format!("{}/{}", one.flow, one.name)).collect::<Vec<_>>();
        assert_eq!(names(flow_members(&analysed, file, offset)), ["main/eu", "main/us"]);
        assert_eq!(names(upstream(&analysed, "main", "us")), ["main/qa"]);
        assert_eq!(names(upstream(&analysed, "main", "qa")), ["main/dev"]);
        assert_eq!(names(downstream(&analysed, "main", "qa")), ["main/eu", "main/us"]);
        assert_eq!(names(upstream(&analysed, "other", "dev")), Vec::<String>::new());
    }
}
