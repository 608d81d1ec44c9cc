//! Properties of every plan and every order of events.

use proptest::prelude::*;
use std::collections::BTreeSet;

use super::super::state::EnvironmentRollback;
use super::*;
use crate::program::{ApplicationId, Concurrency, EnvironmentId, WorkflowId};
use crate::source::Id;
use crate::syntax::ast::Action;
use crate::syntax::literal::Retry;

/// Numbers that decide everything. The same numbers make the same plan.
#[derive(Clone, Debug)]
struct Choices {
    numbers: Vec<u8>,
    at: usize,
}

impl Choices {
    fn below(&mut self, limit: usize) -> usize {
        let number = self.numbers[self.at % self.numbers.len()];
        self.at += 1;
        // The position counts, too, so that a short list does not repeat itself.
        (usize::from(number) + self.at / self.numbers.len()) % limit.max(1)
    }

    fn seconds(&mut self) -> Seconds {
        Seconds([0, 0, 60, 600][self.below(4)])
    }

    fn call(&mut self, plan: &mut Plan) -> CallId {
        let timeout = [None, None, None, Some(Seconds(60)), Some(Seconds(0))][self.below(5)];
        let retry = (self.below(3) == 0).then(|| Retry { times: self.below(3) as u32, every: self.seconds() });
        plan.calls.push(CallPlan { workflow: WorkflowId::new(0), arguments: Vec::new(), timeout, retry })
    }

    fn hooks(&mut self, plan: &mut Plan) -> Hooks {
        let mut list = |choices: &mut Choices| (0..choices.below(3)).map(|_| choices.call(plan)).collect();
        Hooks { start: list(self), success: list(self), failure: list(self) }
    }

    fn plan(&mut self) -> Plan {
        let mut plan =
            Plan { timeout: Seconds([3600, 86_400][self.below(2)]), bake: self.seconds(), ..Plan::default() };
        plan.hooks = self.hooks(&mut plan);
        for at in 0..=self.below(6) {
            let trigger = at == 0;
            let mut needs = Vec::new();
            for _ in 0..if trigger { 0 } else { 1 + self.below(2) } {
                let of: BTreeSet<usize> = (0..1 + self.below(3)).map(|_| self.below(at)).collect();
                let of: std::sync::Arc<[EnvironmentPlanId]> = of.into_iter().map(|id| Id::new(id as u32)).collect();
                needs.push(Need { count: 1 + self.below(of.len()) as u32, of });
            }
            let hooks = if trigger { Hooks::default() } else { self.hooks(&mut plan) };
            let id = plan.environments.push(EnvironmentPlan {
                environment: EnvironmentId::new(at as u32),
                needs,
                soak: if trigger { Seconds(0) } else { self.seconds() },
                approvals: vec![1; if trigger { 0 } else { self.below(3) }],
                overrides: Vec::new(),
                windows: Vec::new(),
                hooks,
                applications: Vec::new(),
                action: if trigger {
                    Action::None
                } else {
                    [Action::Commit, Action::PullRequest, Action::None][self.below(3)]
                },
                timeout: [None, Some(Seconds(1200))][if trigger { 0 } else { self.below(2) }],
                retry: (!trigger && self.below(2) == 0)
                    .then(|| Retry { times: self.below(3) as u32, every: self.seconds() }),
                sets: Vec::new(),
                member_of: Vec::new(),
                rolls_back: Vec::new(),
            });
            for _ in 0..self.below(4) {
                let pre_action = (!trigger && self.below(2) == 0).then(|| self.call(&mut plan));
                let post_action = (self.below(2) == 0).then(|| self.call(&mut plan));
                let rollback_action = (self.below(3) == 0).then(|| self.call(&mut plan));
                let application = ApplicationPlan {
                    application: ApplicationId::new(0),
                    environment: id,
                    origin: ApplicationId::new(0),
                    pre_action,
                    post_action,
                    rollback_action,
                };
                let application = plan.applications.push(application);
                plan.environments[id].applications.push(application);
            }
        }
        let targets = plan.environments.len() - 1;
        for _ in 0..if targets > 0 { self.below(4) } else { 0 } {
            let mut some = || -> Vec<EnvironmentPlanId> {
                let set: BTreeSet<usize> = (0..1 + self.below(3)).map(|_| 1 + self.below(targets)).collect();
                set.into_iter().map(|id| Id::new(id as u32)).collect()
            };
            plan.rollbacks.push(RollbackPlan { targets: some(), when: some() });
        }
        plan.link();
        plan
    }

    fn environment(&mut self, plan: &Plan) -> EnvironmentPlanId {
        Id::new(self.below(plan.environments.len()) as u32)
    }

    /// A healthy application loses its health, a newer release supersedes this one, or an older one blocks or unblocks
    /// it.
    fn surprise(&mut self, plan: &Plan, state: &State) -> EventKind {
        let watched: Vec<_> = state.watched(plan).collect();
        match self.below(8) {
            0..=4 if !watched.is_empty() => {
                let trouble = [HealthLoss::Degraded, HealthLoss::OutOfSync][self.below(2)];
                EventKind::HealthLoss(watched[self.below(watched.len())], trouble)
            }
            5 if self.below(4) == 0 => EventKind::Superseded(self.environment(plan)),
            6 => EventKind::Blocked(self.environment(plan)),
            _ => EventKind::Unblocked(self.environment(plan)),
        }
    }

    /// The next event: mostly an outcome of what is in progress, sometimes a timer, an operator or nonsense.
    fn event(&mut self, plan: &Plan, state: &State, known: &[EffectId], now: Instant) -> Event {
        let open = state.in_progress();
        if state.is_over() {
            return Event { at: now, what: EventKind::Retry { force: self.below(2) == 0 } };
        }
        if state.is_queued() {
            return Event { at: now, what: EventKind::Begin };
        }
        if open.is_empty() && state.due().is_none() {
            let occupied = plan.environments.ids().find(|id| state.is_blocked(*id));
            let Some(occupied) = occupied else { panic!("it waits for nothing: {state:?}") };
            return Event { at: now, what: EventKind::Unblocked(occupied) };
        }
        let outcome = match self.below(24) {
            0 => Outcome::Unchanged,
            1..=4 => Outcome::Failed,
            5 => Outcome::Stopped,
            6 if self.below(4) == 0 => Outcome::Superseded,
            _ => Outcome::Succeeded,
        };
        let soon = now.after(Seconds([0, 0, 1, 30][self.below(4)]));
        if self.below(25) == 0 {
            return Event {
                at: state.due().map_or(soon, |due| soon.min(due).max(now)),
                what: self.surprise(plan, state),
            };
        }
        match (self.below(12), open.is_empty(), state.due()) {
            (0, _, Some(due)) | (1..=8, true, Some(due)) => Event { at: due.max(now), what: EventKind::Due },
            (1..=8, false, _) => {
                let id = open[self.below(open.len())];
                Event {
                    at: state.due().map_or(soon, |due| soon.min(due).max(now)),
                    what: EventKind::Outcome(id, outcome),
                }
            }
            (9, ..) if self.below(if state.is_terminating() { 8 } else { 40 }) == 0 => {
                Event { at: soon, what: EventKind::Terminate }
            }
            (10, ..) if !known.is_empty() => {
                Event { at: now, what: EventKind::Outcome(known[self.below(known.len())], outcome) }
            }
            (11, ..) => Event { at: minute(-5), what: [EventKind::Due, EventKind::Begin][self.below(2)] },
            _ => Event { at: state.due().unwrap_or(soon).max(now), what: EventKind::Due },
        }
    }
}

/// Plays a plan with random events. Returns them, and every effect with the number of its event.
fn wander(choices: &mut Choices) -> (Plan, State, Vec<Event>, Vec<(usize, Effect)>) {
    let plan = choices.plan();
    let mut state = State::new(&plan);
    let (mut events, mut all, mut known) = (Vec::new(), Vec::new(), Vec::new());
    let mut event = Event { at: minute(0), what: EventKind::Begin };
    let mut effects = Vec::new();
    // V4: the bound grows with the plan. Every event that fits uses something up, and one in three may be nonsense.
    let bound = 6_000 + 1_500 * (plan.environments.len() + plan.applications.len() + plan.calls.len());
    let retries = [0, 0, 1, 2][choices.below(4)];
    let mut retried = 0;
    while !state.is_over() || retried < retries {
        retried += u32::from(state.is_over());
        assert!(events.len() < bound, "it does not end: {state:#?}");
        effects.clear();
        step(&plan, &mut state, event, &mut effects);
        events.push(event);
        known.extend(effects.iter().filter_map(|effect| match effect {
            Effect::Do { id, .. } => Some(*id),
            _ => None,
        }));
        all.extend(effects.iter().map(|effect| (events.len(), *effect)));
        event = choices.event(&plan, &state, &known, state_now(&events));
    }
    (plan, state, events, all)
}

fn state_now(events: &[Event]) -> Instant {
    events.iter().map(|event| event.at).max().unwrap()
}

fn choices() -> impl Strategy<Value = Choices> {
    prop::collection::vec(any::<u8>(), 20..400).prop_map(|numbers| Choices { numbers, at: 0 })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    #[test]
    fn dependencies_hold_before_stage_4_and_no_effect_of_it_comes_before(mut choices in choices()) {
        let (plan, _, _, effects) = wander(&mut choices);
        let mut started = BTreeSet::new();
        let mut succeeded = BTreeSet::new();
        for (_, effect) in effects {
            match effect {
                Effect::Report(Report::Release(Status::Queued)) => started.clear(),
                Effect::Report(Report::Environment(id, Status::Succeeded)) => { succeeded.insert(id); }
                Effect::Report(Report::Environment(id, _)) => { succeeded.remove(&id); }
                Effect::Report(Report::Started(id)) => {
                    for need in &plan.environments[id].needs {
                        prop_assert!(need.of.iter().filter(|id| succeeded.contains(id)).count() as u32 >= need.count);
                    }
                    prop_assert!(started.insert(id), "started twice");
                }
                Effect::Do { id, .. } => {
                    let before = matches!(id.stage, Stage::Approval(_) | Stage::OnFailure(_)) || id.stage.is_rollback();
                    if let Some(environment) = plan.environment_of(id.place).filter(|_| !before) {
                        prop_assert!(started.contains(&environment), "{id:?} before stage 4");
                    }
                }
                _ => {}
            }
        }
    }

    #[test]
    fn no_effect_id_comes_twice_and_nothing_is_in_flight_after_the_end(mut choices in choices()) {
        let (plan, state, _, effects) = wander(&mut choices);
        let mut seen = BTreeSet::new();
        for (_, effect) in &effects {
            if let Effect::Do { id, .. } = effect {
                prop_assert!(seen.insert(*id), "{:?} twice", id);
            }
        }
        prop_assert_eq!(state.in_progress(), []);
        prop_assert_eq!(state.due(), None);
        prop_assert!(matches!(state.status(), Status::Succeeded | Status::Failed | Status::Terminated));
        for id in plan.environments.ids() {
            prop_assert!(!matches!(state.environment(id).status, Status::Running | Status::Suspended));
        }
    }

    #[test]
    fn the_status_that_was_reported_last_is_the_status(mut choices in choices()) {
        let (plan, state, _, effects) = wander(&mut choices);
        let mut release = Status::Queued;
        let mut environments: BTreeMap<EnvironmentPlanId, Status> = BTreeMap::new();
        for (_, effect) in &effects {
            match effect {
                Effect::Report(Report::Release(status)) => {
                    prop_assert_ne!(release, *status);
                    release = *status;
                }
                Effect::Report(Report::Environment(id, status)) => { environments.insert(*id, *status); }
                _ => {}
            }
        }
        prop_assert_eq!(release, state.status());
        for id in plan.environments.ids() {
            prop_assert_eq!(environments.get(&id).copied().unwrap_or(Status::Pending), state.environment(id).status);
        }
    }

    #[test]
    fn replay_of_any_prefix_gives_the_same_state_and_effects(mut choices in choices(), cut in any::<prop::sample::Index>()) {
        let (plan, _, events, effects) = wander(&mut choices);
        let cut = cut.index(events.len() + 1);
        let fold = |until: usize| {
            let (mut state, mut all) = (State::new(&plan), Vec::new());
            for (nth, event) in events.iter().take(until).enumerate() {
                let mut effects = Vec::new();
                step(&plan, &mut state, *event, &mut effects);
                all.extend(effects.into_iter().map(|effect| (nth + 1, effect)));
            }
            (state, all)
        };
        let (once, again) = (fold(cut), fold(cut));
        prop_assert_eq!(&once, &again);
        prop_assert!(once.1.iter().eq(effects.iter().take(once.1.len())));
    }

    #[test]
    fn late_and_duplicate_outcomes_are_harmless(mut choices in choices()) {
        let (plan, _, events, _) = wander(&mut choices);
        let mut state = State::new(&plan);
        let mut known: Vec<EffectId> = Vec::new();
        for event in events {
            let mut effects = Vec::new();
            step(&plan, &mut state, event, &mut effects);
            known.extend(effects.iter().filter_map(|effect| match effect {
                Effect::Do { id, .. } => Some(*id),
                _ => None,
            }));
            let open = state.in_progress();
            let before = state.clone();
            let overdue = |id: &EffectId| before.applications.values().any(|it| it.overdue.contains(id));
            for id in known.iter().filter(|id| !open.contains(id) && !overdue(id)) {
                for outcome in [Outcome::Succeeded, Outcome::Failed, Outcome::Stopped] {
                    effects.clear();
                    step(&plan, &mut state, Event { at: event.at, what: EventKind::Outcome(*id, outcome) }, &mut effects);
                    prop_assert_eq!(&effects, &[]);
                }
            }
            prop_assert_eq!(&state, &before);
        }
    }

    /// The counters and the earliest timer are updated, never computed from scratch; they must equal what counting
    /// finds.
    #[test]
    fn the_counters_are_what_counting_finds(mut choices in choices()) {
        let (plan, _, events, _) = wander(&mut choices);
        let mut state = State::new(&plan);
        for event in events {
            step(&plan, &mut state, event, &mut Vec::new());
            state.check_counters();
        }
    }

    #[test]
    fn a_rule_rolls_back_at_most_once_per_attempt_and_only_what_runs_the_release(mut choices in choices()) {
        let (_, _, events, effects) = wander(&mut choices);
        let mut rolling = BTreeSet::new();
        let (mut changed, mut rolled): (BTreeSet<ApplicationPlanId>, BTreeSet<_>) = Default::default();
        for (nth, effect) in effects {
            // The outcomes up to this effect's own event.
            for event in &events[..nth] {
                if let EventKind::Outcome(EffectId { place: Place::Application(id), stage, .. }, outcome) = event.what
                    && (matches!((stage, outcome), (Stage::PreAction | Stage::Action | Stage::Merge, Outcome::Succeeded))
                        // A workflow that answers so has succeeded, and brings the values if there is no action.
                        || (stage, outcome) == (Stage::PreAction, Outcome::Unchanged))
                {
                    changed.insert(id);
                }
            }
            match effect {
                Effect::Report(Report::Release(Status::Queued)) => {
                    rolling.clear();
                    rolled.clear();
                }
                Effect::Report(Report::RollingBack(id)) => prop_assert!(rolling.insert(id), "{id:?} twice"),
                Effect::Do { id: EffectId { place: Place::Application(id), stage: Stage::Rollback, time: 1, .. }, .. } => {
                    prop_assert!(changed.contains(&id), "{id:?} was never changed");
                    prop_assert!(rolled.insert(id), "{id:?} twice");
                }
                _ => {}
            }
        }
    }

    /// V6: once a rule has fired, no target runs the release at the end, except those that failed.
    #[test]
    fn once_a_rule_has_fired_no_target_runs_the_release_but_those_that_could_not_be_rolled_back(mut choices in choices()) {
        let (plan, state, ..) = wander(&mut choices);
        for (id, environment) in plan.environments.iter().filter(|(id, _)| state.env(*id).failed) {
            for &target in &environment.rolls_back {
                let status = state.environment(target).status;
                prop_assert!(!matches!(status, Status::Running | Status::Suspended));
                let runs = plan.environments[target].applications.iter().any(|&application| {
                    let how = plan.applications[application].rollback_action.is_some();
                    state.app(application).runs && (how || plan.environments[target].action != Action::None)
                });
                prop_assert!(!runs || status == Status::Failed, "{id:?} failed, and {target:?} is {status:?}");
            }
        }
    }

    /// V9: a retry repeats nothing that has succeeded, except in environments that were rolled back, stopped or
    /// terminated.
    #[test]
    fn a_retry_does_nothing_again_that_has_succeeded(mut choices in choices()) {
        let (plan, _, events, effects) = wander(&mut choices);
        let mut done: BTreeSet<(Place, Stage)> = BTreeSet::new();
        let mut open: BTreeSet<EffectId> = BTreeSet::new();
        let mut statuses: BTreeMap<EnvironmentPlanId, Status> = BTreeMap::new();
        let mut rolling: BTreeSet<EnvironmentPlanId> = BTreeSet::new();
        let mut effects = effects.into_iter().peekable();
        for (nth, event) in events.iter().enumerate() {
            if let EventKind::Outcome(id, outcome) = event.what {
                let repeats = matches!(id.stage, Stage::PreAction | Stage::PostAction | Stage::OnStart(_) | Stage::OnSuccess(_));
                let succeeded = matches!(outcome, Outcome::Succeeded | Outcome::Unchanged);
                if open.remove(&id) && repeats && succeeded {
                    done.insert((id.place, id.stage));
                }
            }
            while let Some((_, effect)) = effects.next_if(|(at, _)| *at == nth + 1) {
                match effect {
                    Effect::Do { id, .. } => {
                        prop_assert!(!done.contains(&(id.place, id.stage)), "{id:?} again");
                        open.insert(id);
                    }
                    Effect::Cancel(id) => { open.remove(&id); }
                    Effect::Report(Report::Environment(id, status)) => { statuses.insert(id, status); }
                    Effect::Report(Report::RollingBack(id)) => { rolling.insert(id); }
                    Effect::Report(Report::Release(Status::Queued)) => {
                        done.retain(|(place, stage)| {
                            let id = EffectId { attempt: 1, place: *place, stage: *stage, time: 1 };
                            plan.environment_of(id.place).is_none_or(|id| {
                                let status = statuses.get(&id).copied().unwrap_or(Status::Pending);
                                !rolling.contains(&id) && !matches!(status, Status::Terminated | Status::RolledBack)
                            })
                        });
                        rolling.clear();
                    }
                    _ => {}
                }
            }
        }
    }

    /// V12 and V13: no two releases promote in one environment at once, and none begins what a newer one has begun.
    #[test]
    fn releases_never_meet_and_never_go_back(mut choices in choices()) {
        let plans: Vec<Plan> = (0..3).map(|_| choices.plan()).collect();
        let concurrency = [Concurrency::Terminate, Concurrency::Queue { limit: 1, written: true }][choices.below(2)];
        let mut releases = Releases::new(concurrency);
        let (mut now, mut begun) = (minute(0), BTreeMap::new());
        for nth in 0.. {
            assert!(nth < 40_000, "it does not end");
            let live: Vec<ReleaseId> = releases.ids().filter(|id| {
                releases.state(*id).is_some_and(|state| !state.is_over() && !state.is_queued())
            }).collect();
            let what = match choices.below(14) {
                0 if releases.ids().len() < 5 => ProductEvent::Arrives(&plans[choices.below(3)]),
                1 if nth < 500 && releases.ids().len() > 0 && choices.below(3) == 0 => {
                    let id = ReleaseId(choices.below(releases.ids().len()));
                    ProductEvent::Of(id, EventKind::Retry { force: false })
                }
                _ if live.is_empty() && (releases.ids().len() == 5 || nth > 2_000) => break,
                2..=3 if releases.due().is_some() => {
                    now = now.max(releases.due().unwrap());
                    ProductEvent::Due
                }
                _ if live.is_empty() => continue,
                _ => {
                    let id = live[choices.below(live.len())];
                    let (plan, state) = (releases.plan(id).unwrap(), releases.state(id).unwrap());
                    let watched: Vec<_> = state.watched(plan).collect();
                    let open = state.in_progress();
                    let outcome = [Outcome::Succeeded, Outcome::Succeeded, Outcome::Succeeded, Outcome::Failed][choices.below(4)];
                    match choices.below(30) {
                        0 if !watched.is_empty() => {
                            ProductEvent::Of(id, EventKind::HealthLoss(watched[0], HealthLoss::Degraded))
                        }
                        _ if open.is_empty() => match releases.due() {
                            Some(due) => {
                                now = now.max(due);
                                ProductEvent::Due
                            }
                            None => continue,
                        },
                        _ => ProductEvent::Of(id, EventKind::Outcome(open[choices.below(open.len())], outcome)),
                    }
                }
            };
            let mut effects = Vec::new();
            releases.step(&ReleasesEvent { at: now, what }, &mut effects);
            for effect in &effects {
                if let ReleasesEffect::Effect(id, Effect::Report(Report::Started(at))) = effect
                    && at.index() > 0
                {
                    let newest = begun.entry(*at).or_insert(*id);
                    prop_assert!(*newest <= *id, "{id:?} after {newest:?} in {at:?}");
                    *newest = *id;
                }
            }
            for at in plans.iter().flat_map(|plan| plan.environments.ids().skip(1)) {
                let promoting = |id: &ReleaseId| {
                    let state = releases.state(*id).unwrap();
                    let plan = releases.plan(*id).unwrap();
                    let known = plan.environments.find(at).is_some();
                    known && state.is_in_flight(plan, at) && state.env(at).rollback == EnvironmentRollback::No
                };
                prop_assert!(releases.ids().filter(promoting).count() <= 1, "two in {at:?}");
            }
            for id in releases.ids() {
                releases.state(id).unwrap().check_counters();
            }
        }
        let running = releases.ids().filter(|id| !releases.state(*id).unwrap().is_over()).count();
        prop_assert_eq!(running, 0);
    }
}
