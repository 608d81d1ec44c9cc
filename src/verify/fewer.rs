//! Explores only some of the environments that can be swapped, because more of them make no difference.
//!
//! Take a run of the whole flow that breaks a property. In a class of environments that can be swapped, these matter:
//!
//! - each in which something fails, or whose action changes nothing: at most one for each failure and such action;
//! - those that the broken property is about: two for the properties of the machine, one for each condition of a `never`;
//! - in each attempt, the last one to succeed and the last one to end, because others wait for all of them.
//!
//! Everything else in that class only succeeds, or ends because the release or a rollback stops it. Its events change
//! nothing elsewhere, except what waits for all of the class, and that waits for the last ones. So the same run without
//! these environments is a run of the flow without them, and breaks the property there, too.
//!
//! The other direction is not taken on trust: a run that breaks a property is repeated in the whole flow. If that does
//! not break it, the whole flow is explored.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::choice::{Budget, NextEvent, choices};
use super::explore::{Model, Refuted, Taken};
use super::law::Breach;
use super::single::{Coverage, SingleNode, SingleRelease};
use super::symmetry;
use crate::program::Flow;
use crate::release::{Alarm, ApplicationPlanId, EffectId, EnvironmentPlanId, Names, Outcome, Place, Plan};

/// How many environments of a class matter.
fn needed(budget: Budget, conditions: usize) -> usize {
    let attempts = budget.retries as usize + 1;
    budget.failures as usize + budget.unchanged as usize + conditions.max(2) + 2 * attempts
}

/// A release with fewer environments, and the whole one.
pub(super) struct FewerEnvironments<'a> {
    whole: SingleRelease<'a>,
    /// `None` if there is nothing to leave out.
    fewer: Option<Fewer<'a>>,
}

struct Fewer<'a> {
    model: SingleRelease<'a>,
    /// The environments and applications that are explored, by their ids in the smaller plan.
    environments: Vec<EnvironmentPlanId>,
    applications: Vec<ApplicationPlanId>,
    /// For each class of which some are left out: those that are explored, and the others.
    classes: Vec<(Vec<EnvironmentPlanId>, Vec<EnvironmentPlanId>)>,
}

impl<'a> FewerEnvironments<'a> {
    pub(super) fn new(plan: &Plan, names: &'a Names, flow: Option<&'a Flow>, budget: Budget) -> FewerEnvironments<'a> {
        let conditions = flow.map_or(0, |flow| flow.properties.iter().map(|it| it.facts.len()).max().unwrap_or(0));
        FewerEnvironments::with(plan, names, flow, budget, needed(budget, conditions))
    }

    /// Every environment.
    pub(super) fn whole(
        plan: &Plan,
        names: &'a Names,
        flow: Option<&'a Flow>,
        budget: Budget,
    ) -> FewerEnvironments<'a> {
        FewerEnvironments { whole: SingleRelease::new(plan, names, flow, budget), fewer: None }
    }

    /// At most `most` environments of each class.
    fn with(
        plan: &Plan,
        names: &'a Names,
        flow: Option<&'a Flow>,
        budget: Budget,
        most: usize,
    ) -> FewerEnvironments<'a> {
        let whole = SingleRelease::new(plan, names, flow, budget);
        let classes: Vec<_> = whole
            .classes()
            .iter()
            .filter(|class| class.len() > most && all_are_needed(plan, class))
            .map(|class| (class.iter().take(most).copied().collect(), class.iter().skip(most).copied().collect()))
            .collect();
        if classes.is_empty() {
            return FewerEnvironments { whole, fewer: None };
        }
        let is_out = |id: &EnvironmentPlanId| classes.iter().any(|(_, out): &(Vec<_>, Vec<_>)| out.contains(id));
        let environments: Vec<_> = plan.environments.ids().filter(|id| !is_out(id)).collect();
        let stays = |id: &ApplicationPlanId| environments.contains(&plan.applications[*id].environment);
        let applications: Vec<_> = plan.applications.ids().filter(stays).collect();
        let (plan, names) = reduced(plan, names, &environments, &applications);
        let model = SingleRelease::of_names(&plan, std::borrow::Cow::Owned(names), flow, budget);
        FewerEnvironments { whole, fewer: Some(Fewer { model, environments, applications, classes }) }
    }

    fn model(&self) -> &SingleRelease<'a> {
        self.fewer.as_ref().map_or(&self.whole, |fewer| &fewer.model)
    }

    /// Judges another machine.
    #[cfg(test)]
    pub(super) fn with_machine(mut self, machine: super::single::StepFn<'a>) -> FewerEnvironments<'a> {
        self.whole = self.whole.with_machine(machine);
        self.fewer = self.fewer.map(|it| Fewer { model: it.model.with_machine(machine), ..it });
        self
    }

    /// Repeats a run in the whole flow, up to where it breaks the same property. With `shadows`, the environments that
    /// are left out do what one of their class does, just before it.
    fn repeat(&self, fewer: &Fewer<'a>, refuted: &Refuted<NextEvent>, shadows: bool) -> Option<Refuted<NextEvent>> {
        let plan = self.whole.plan();
        let to_whole = |id: EnvironmentPlanId| fewer.environments.get(id.index()).copied().unwrap_or(id);
        let to_whole_application = |id: ApplicationPlanId| fewer.applications.get(id.index()).copied().unwrap_or(id);
        let run: Vec<NextEvent> =
            refuted.run.iter().map(|choice| moved(*choice, &to_whole, &to_whole_application)).collect();
        let leaders: Vec<_> = fewer.classes.iter().map(|(stay, out)| (leader(plan, stay, &run), out)).collect();
        let (mut node, mut whole) = (self.whole.root(), Vec::new());
        for choice in run {
            let at = choice.environment(plan);
            let followed = leaders.iter().filter(|(leader, _)| shadows && at.is_some() && *leader == at);
            let followers = followed.flat_map(|(_, out)| out.iter());
            let shadows = followers.map(|id| Some((follow(plan, choice, at?, *id)?, false)));
            for next in shadows.chain([Some((choice, true))]) {
                let (next, must) = next?;
                let offered = choices(plan, &node.state, node.budget).contains(&next);
                let Some(taken) = self.whole.take(&node, next).filter(|_| offered) else {
                    if must {
                        return None;
                    }
                    continue;
                };
                whole.push(next);
                if let Some(breach) = taken.breaches.into_iter().find(|breach| breach.law == refuted.breach.law) {
                    let failures = whole.iter().filter(|choice| choice.is_failure()).count();
                    return Some(Refuted { breach, run: whole, failures });
                }
                node = taken.node;
            }
        }
        None
    }
}

/// Whether whatever needs one of a class needs all of them. Where only some are needed, their number matters.
fn all_are_needed(plan: &Plan, class: &[EnvironmentPlanId]) -> bool {
    let mut needs = plan.environments.values().flat_map(|it| &it.needs);
    needs.all(|need| need.count as usize == need.of.len() || !need.of.iter().any(|id| class.contains(id)))
}

/// A plan of these environments and applications.
fn reduced(
    plan: &Plan,
    names: &Names,
    environments: &[EnvironmentPlanId],
    applications: &[ApplicationPlanId],
) -> (Plan, Names) {
    let to = |id: &EnvironmentPlanId| Some(EnvironmentPlanId::new(nth(environments, id)?));
    let all = |list: &[EnvironmentPlanId]| list.iter().filter_map(to).collect::<Vec<_>>();
    let mut fewer = Plan {
        environments: Default::default(),
        applications: Default::default(),
        rollbacks: Vec::new(),
        ..plan.clone()
    };
    // Environments that wait for the same set still do.
    let mut sets: BTreeMap<*const EnvironmentPlanId, Arc<[EnvironmentPlanId]>> = BTreeMap::new();
    for id in environments {
        let mut it = plan.environments[*id].clone();
        for need in &mut it.needs {
            let whole = need.count as usize == need.of.len();
            need.of = Arc::clone(sets.entry(need.of.as_ptr()).or_insert_with(|| all(&need.of).into()));
            if whole {
                need.count = u32::try_from(need.of.len()).unwrap_or(u32::MAX);
            }
        }
        let own = it.applications.iter().filter_map(|id| Some(ApplicationPlanId::new(nth(applications, id)?)));
        it.applications = own.collect();
        fewer.environments.push(it);
    }
    for id in applications {
        let mut it = plan.applications[*id].clone();
        it.environment = to(&it.environment).unwrap_or(it.environment);
        fewer.applications.push(it);
    }
    for rule in &plan.rollbacks {
        let mut rule = rule.clone();
        (rule.targets, rule.when) = (all(&rule.targets), all(&rule.when));
        if !rule.targets.is_empty() && !rule.when.is_empty() {
            fewer.rollbacks.push(rule);
        }
    }
    fewer.link();
    let of_environments =
        |list: &[Vec<String>]| environments.iter().filter_map(|id| list.get(id.index()).cloned()).collect();
    let names = Names {
        environments: environments.iter().map(|id| names.environment(*id).to_owned()).collect(),
        applications: applications.iter().map(|id| names.application(*id).to_owned()).collect(),
        approvals: of_environments(&names.approvals),
        overrides: of_environments(&names.overrides),
        needs: of_environments(&names.needs),
        ..names.clone()
    };
    (fewer, names)
}

fn nth<T: PartialEq>(list: &[T], item: &T) -> Option<u32> {
    u32::try_from(list.iter().position(|other| other == item)?).ok()
}

/// Of those in which nothing goes wrong, the one that ends last.
fn leader(plan: &Plan, class: &[EnvironmentPlanId], run: &[NextEvent]) -> Option<EnvironmentPlanId> {
    let wrong = |choice: &NextEvent| choice.is_failure() || matches!(choice, NextEvent::Outcome(_, Outcome::Unchanged));
    let at = |choice: &NextEvent, id: EnvironmentPlanId| choice.environment(plan) == Some(id);
    let well = class.iter().copied().filter(|id| !run.iter().any(|choice| at(choice, *id) && wrong(choice)));
    well.max_by_key(|id| run.iter().rposition(|choice| at(choice, *id)))
}

/// The same choice in another environment of its class; `None` if their applications are not in the same order.
fn follow(plan: &Plan, choice: NextEvent, from: EnvironmentPlanId, to: EnvironmentPlanId) -> Option<NextEvent> {
    let (here, there) = (&plan.environments[from].applications, &plan.environments[to].applications);
    let alike = |(one, other): (&ApplicationPlanId, &ApplicationPlanId)| {
        symmetry::application(plan, *one) == symmetry::application(plan, *other)
    };
    if !here.iter().zip(there).all(alike) {
        return None;
    }
    let environment = |id: EnvironmentPlanId| if id == from { to } else { id };
    let application = |id: ApplicationPlanId| {
        here.iter().position(|other| *other == id).and_then(|nth| there.get(nth).copied()).unwrap_or(id)
    };
    Some(moved(choice, &environment, &application))
}

/// A choice with other ids.
fn moved(
    choice: NextEvent,
    environment: &dyn Fn(EnvironmentPlanId) -> EnvironmentPlanId,
    application: &dyn Fn(ApplicationPlanId) -> ApplicationPlanId,
) -> NextEvent {
    let effect = |id: EffectId| EffectId {
        place: match id.place {
            Place::Release => Place::Release,
            Place::Environment(id) => Place::Environment(environment(id)),
            Place::Application(id) => Place::Application(application(id)),
        },
        ..id
    };
    match choice {
        NextEvent::Begin | NextEvent::Terminate | NextEvent::Retry => choice,
        NextEvent::Outcome(id, outcome) => NextEvent::Outcome(effect(id), outcome),
        NextEvent::HealthLoss(id, loss) => NextEvent::HealthLoss(application(id), loss),
        NextEvent::Ring(alarm) => NextEvent::Ring(match alarm {
            Alarm::Bake | Alarm::ReleaseTimeout => alarm,
            Alarm::Soak(id) => Alarm::Soak(environment(id)),
            Alarm::Window(id) => Alarm::Window(environment(id)),
            Alarm::Retry(id) => Alarm::Retry(environment(id)),
            Alarm::Timeout(id) => Alarm::Timeout(environment(id)),
            Alarm::NextTry(id) => Alarm::NextTry(effect(id)),
            Alarm::WorkflowTimeout(id) => Alarm::WorkflowTimeout(effect(id)),
            Alarm::StopTimeout(id) => Alarm::StopTimeout(effect(id)),
        }),
    }
}

impl Model for FewerEnvironments<'_> {
    type Node = SingleNode;
    type Choice = NextEvent;
    type Seen = Coverage;

    fn root(&self) -> SingleNode {
        self.model().root()
    }

    fn is_over(&self, node: &SingleNode) -> bool {
        self.model().is_over(node)
    }

    fn choices(&self, node: &SingleNode) -> Vec<NextEvent> {
        self.model().choices(node)
    }

    fn take(&self, node: &SingleNode, choice: NextEvent) -> Option<Taken<SingleNode>> {
        self.model().take(node, choice)
    }

    fn again(&self, node: &SingleNode, choice: NextEvent, taken: &Taken<SingleNode>) -> Vec<Breach> {
        self.model().again(node, choice, taken)
    }

    fn fingerprint(&self, node: &SingleNode) -> u128 {
        self.model().fingerprint(node)
    }

    fn is_failure(choice: NextEvent) -> bool {
        choice.is_failure()
    }

    fn is_bounded(&self, node: &SingleNode) -> bool {
        self.model().is_bounded(node)
    }

    fn see(&self, node: &SingleNode, seen: &mut Coverage) {
        match &self.fewer {
            Some(fewer) => fewer.model.cover(node, &fewer.environments, seen),
            None => self.whole.see(node, seen),
        }
    }

    fn bound(&self) -> usize {
        self.model().bound()
    }

    fn most_of_class(&self) -> Option<usize> {
        self.fewer.as_ref()?.classes.iter().map(|(stay, _)| stay.len()).max()
    }

    fn in_whole(&self, refuted: &Refuted<NextEvent>) -> Option<Refuted<NextEvent>> {
        match &self.fewer {
            Some(fewer) => [false, true].into_iter().find_map(|shadows| self.repeat(fewer, refuted, shadows)),
            None => Some(refuted.clone()),
        }
    }
}
