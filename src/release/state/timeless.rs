//! A release without time, for exploring every order: which timers are set, firing a single one, and making states
//! equal that differ only in time.
//!
//! Every instant is either [`NOW`] or [`LATER`]. No decision of the machine needs more, except whether a window is
//! open. In a [plan without time](Plan::timeless), windows are closed at first and open at [`OPEN`], when their timer
//! fires. A window that is open from the start is the run in which it fires at once.

use super::{NEVER, Phase, State, TaskProgress, Timer, same};
use crate::program::Calendar;
use crate::release::{ApplicationPlanId, EffectId, EnvironmentPlanId, Event, EventKind, Plan, WindowPlan};
use crate::syntax::literal::{Clock, Instant, Seconds};
use std::hash::{Hash, Hasher};

/// Every instant up to the present.
const NOW: Instant = Instant::DEFAULT_START;

/// When windows open: three hours later, at noon.
const OPEN: Instant = Instant(NOW.0 + 3 * 3_600_000);

/// The instant of every timer that has not fired.
const LATER: Instant = Instant(i64::MAX / 2);

/// A timer that is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Alarm {
    /// The bake ends (rule 13).
    Bake,
    /// The soak of an environment ends (rule 1).
    Soak(EnvironmentPlanId),
    /// The windows of an environment are all open (rule 3).
    Window(EnvironmentPlanId),
    /// An environment continues after a failure (rule 10).
    Retry(EnvironmentPlanId),
    /// The next try of a workflow begins (rule 11). The effect is the try that failed.
    NextTry(EffectId),
    /// A workflow has timed out (rule 11).
    WorkflowTimeout(EffectId),
    /// An effect that was to be stopped has not answered (rule 16).
    StopTimeout(EffectId),
    /// An environment has timed out (rule 10).
    Timeout(EnvironmentPlanId),
    /// The release has timed out (rule 16).
    ReleaseTimeout,
}

impl Alarm {
    /// Whether it means that something took too long.
    pub fn is_timeout(self) -> bool {
        matches!(self, Alarm::WorkflowTimeout(_) | Alarm::StopTimeout(_) | Alarm::Timeout(_) | Alarm::ReleaseTimeout)
    }
}

impl Plan {
    /// The same plan, to be driven without time. Windows that are never open together still never are.
    #[must_use]
    pub fn timeless(&self) -> Plan {
        let mut plan = self.clone();
        let shut: Vec<EnvironmentPlanId> = self.environments.ids().filter(|id| !self.can_open(*id)).collect();
        // Whether a window opens before the release times out does not matter: both orders are explored.
        plan.timeout = Seconds(1 << 40);
        for window in plan.windows.values_mut() {
            window.calendar = Some(Calendar::daily(Clock(12 * 60), Clock(13 * 60)));
        }
        for id in shut {
            let Some(first) = plan.environments[id].windows.first().copied() else { continue };
            let never = WindowPlan { window: plan.windows[first].window, calendar: None };
            let never = plan.windows.push(never);
            plan.environments[id].windows.push(never);
        }
        plan
    }

    /// Whether the windows of an environment never open, in a [plan without time](Plan::timeless).
    pub fn is_shut(&self, id: EnvironmentPlanId) -> bool {
        self.environments[id].windows.iter().any(|window| self.windows[*window].calendar.is_none())
    }
}

impl State {
    /// Makes it equal to every state that differs only in time.
    pub fn forget_time(&mut self) {
        let now = self.now;
        let class = |at: Instant| if at <= now { NOW } else { LATER };
        for environment in self.environments.values_mut() {
            environment.started = environment.started.map(class);
            environment.ended = environment.ended.map(class);
            // The instant of the next try only matters while the environment is ending.
            environment.again = match environment.phase {
                Phase::Ending if environment.again != NEVER => class(environment.again),
                _ => NEVER,
            };
        }
        self.put_off();
        self.started = self.started.map(class);
        self.ended = self.ended.map(class);
        self.now = NOW;
    }

    /// The timers that are set, in the order in which they fire at one instant.
    pub fn alarms(&self) -> Vec<Alarm> {
        let mut found = Vec::new();
        let mut from = 0;
        while let Some((timer, next)) = self.next_set(from) {
            found.extend(self.alarm(timer));
            from = next;
        }
        found
    }

    fn alarm(&self, timer: Timer) -> Option<Alarm> {
        Some(match timer {
            Timer::Bake => Alarm::Bake,
            Timer::Release => Alarm::ReleaseTimeout,
            Timer::Timeout(id) => Alarm::Timeout(id),
            Timer::Environment(id) => match self.env(id).phase {
                Phase::Soaking => Alarm::Soak(id),
                Phase::Window => Alarm::Window(id),
                Phase::Retrying => Alarm::Retry(id),
                _ => return None,
            },
            Timer::Task(id) => {
                let task = &self.tasks[id];
                match task.progress {
                    TaskProgress::Waiting => Alarm::NextTry(task.id),
                    TaskProgress::Running => Alarm::WorkflowTimeout(task.id),
                    TaskProgress::Stopping => Alarm::StopTimeout(task.id),
                    _ => return None,
                }
            }
        })
    }

    /// The event at which only this timer fires. All others are put off.
    pub fn ring(&mut self, plan: &Plan, alarm: Alarm) -> Option<Event> {
        let task = |id| Some(Timer::Task(self.task_at(plan, id)?));
        let timer = match alarm {
            Alarm::Bake => Timer::Bake,
            Alarm::Soak(id) | Alarm::Window(id) | Alarm::Retry(id) => Timer::Environment(id),
            Alarm::NextTry(id) | Alarm::WorkflowTimeout(id) | Alarm::StopTimeout(id) => task(id)?,
            Alarm::Timeout(id) => Timer::Timeout(id),
            Alarm::ReleaseTimeout => Timer::Release,
        };
        let at = match alarm {
            Alarm::Window(_) => OPEN,
            _ => NOW,
        };
        self.put_off();
        self.set_timer(timer, at);
        Some(Event { at, what: EventKind::Due })
    }

    /// Whether an environment waits for windows that never open, which only the release's timeout can end.
    pub fn waits_forever(&self, plan: &Plan) -> bool {
        plan.environments.ids().any(|id| self.env(id).phase == Phase::Window && plan.is_shut(id))
    }

    fn put_off(&mut self) {
        self.timers.map(|_, at| if at == NEVER { NEVER } else { LATER });
    }

    /// Hashes the release itself.
    pub fn sketch_release(&self, plan: &Plan, hasher: &mut impl Hasher) {
        (self.phase, self.attempt, self.own_failure, self.terminating, self.warned, self.stopping_rollbacks)
            .hash(hasher);
        (self.shown, self.started.is_some(), self.active, self.busy, self.persons).hash(hasher);
        (self.timer(Timer::Bake) != NEVER, self.timer(Timer::Release) != NEVER).hash(hasher);
        for (id, _) in self.tasks.iter().take(plan.hooks.count()) {
            self.sketch_task(id, hasher);
        }
    }

    /// Hashes an environment without names and ids, so that two environments in the same situation are equal. Its
    /// applications are hashed separately. The order of success only matters if something `may_fail`.
    pub fn sketch_environment(&self, plan: &Plan, id: EnvironmentPlanId, may_fail: bool, hasher: &mut impl Hasher) {
        let it = self.env(id);
        (it.phase, it.shown, it.failed, it.terminated, it.stopped, it.rollback, it.resumes, it.point).hash(hasher);
        (it.retries, it.again, it.merges, it.unmet, it.superseded, it.blocked).hash(hasher);
        (it.started.is_some(), it.ended.is_some()).hash(hasher);
        for set in &plan.environments[id].sets {
            self.missing[same(*set)].hash(hasher);
        }
        let timers = [Timer::Environment(id), Timer::Timeout(id)].map(|timer| self.timer(timer) != NEVER);
        timers.hash(hasher);
        it.order.is_some().hash(hasher);
        if may_fail {
            self.sketch_order(plan, id, hasher);
        }
        let applications = &plan.environments[id].applications;
        let of_application = |task| applications.iter().any(|&it| self.app(it).task == task);
        for task in self.tasks_of(id).filter(|task| !of_application(*task)) {
            self.sketch_task(task, hasher);
        }
    }

    /// Hashes an application without names and ids.
    pub fn sketch_application(&self, id: ApplicationPlanId, hasher: &mut impl Hasher) {
        let it = self.app(id);
        (it.stage, it.again, it.watched, it.runs, it.rollback, it.times).hash(hasher);
        it.overdue.iter().for_each(|id| (id.attempt, id.stage, id.time).hash(hasher));
        self.sketch_task(it.task, hasher);
    }

    /// The order of success only matters beside others of which not all are needed (rule 1).
    fn sketch_order(&self, plan: &Plan, id: EnvironmentPlanId, hasher: &mut impl Hasher) {
        let own = self.env(id).order;
        for set in &plan.environments[id].member_of {
            let need = &plan.sets[*set].need;
            if need.count as usize >= need.of.len() {
                continue;
            }
            let before = |other: &&EnvironmentPlanId| self.env(**other).order.is_some_and(|order| Some(order) < own);
            need.of.iter().filter(before).count().hash(hasher);
        }
    }

    fn sketch_task(&self, id: super::TaskId, hasher: &mut impl Hasher) {
        let task = &self.tasks[id];
        (task.id.attempt, task.id.stage, task.id.time, task.progress, task.tries).hash(hasher);
        (self.timer(Timer::Task(same(id))) != NEVER).hash(hasher);
    }
}
