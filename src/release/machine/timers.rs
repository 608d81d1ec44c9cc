//! What is due without an outcome: timers, then timeouts (rule 17).

use super::Transition;
use crate::release::state::{NEVER, Phase, ReleasePhase, TaskProgress, Timer};
use crate::syntax::literal::Instant;

impl Transition<'_> {
    /// Fires what is due: timeouts only if no timer is, because what a timer begins may have outcomes at this very
    /// instant, and a result at the instant of its timeout is in time. If the world is late, because its runner was dead
    /// or asleep, the timeouts that have passed come first: nothing may begin after its timeout.
    pub(super) fn fire_due(&mut self) {
        let now = self.state.now;
        if !self.fire_timeouts(Instant(now.0.saturating_sub(1))) && !self.fire_timers() {
            self.fire_timeouts(now);
        }
    }

    fn fire_timers(&mut self) -> bool {
        let (mut any, mut from) = (false, 0);
        while let Some((timer, next)) = self.state.next_due(from) {
            from = next;
            any |= match timer {
                Timer::Bake => {
                    self.set_baked(NEVER);
                    self.on_success();
                    true
                }
                Timer::Environment(id) => {
                    let environment = self.state.env(id);
                    match environment.phase {
                        Phase::Soaking => self.ask(id),
                        Phase::Window => self.open(id),
                        Phase::Retrying => self.enter(id, environment.point),
                        _ => self.set_timer(id, NEVER),
                    }
                    true
                }
                Timer::Task(id) if self.state.tasks[id].progress == TaskProgress::Waiting => {
                    self.next_try(id);
                    true
                }
                Timer::Task(_) => false,
                Timer::Timeout(_) | Timer::Release => break,
            }
        }
        any
    }

    /// Fires the timeouts up to an instant. Returns whether there was one.
    fn fire_timeouts(&mut self, until: Instant) -> bool {
        let (mut any, mut from) = (false, self.state.first_timeout());
        while let Some((timer, next)) = self.state.first_until(from, until) {
            from = next;
            match timer {
                Timer::Task(id) => {
                    let effect = self.state.tasks[id].id;
                    match self.state.tasks[id].progress {
                        TaskProgress::Running => self.stop(id),
                        TaskProgress::Stopping => self.give_up(effect),
                        // The pause before its next try is a timer.
                        TaskProgress::Waiting => continue,
                        _ => self.set_task_timer(id, NEVER),
                    }
                }
                Timer::Timeout(id) => self.time_out(id),
                Timer::Release => {
                    self.set_release_timeout(NEVER);
                    match self.state.phase {
                        // The bound of its rollbacks.
                        ReleasePhase::OnFailure => self.stop_rollbacks(),
                        _ => self.terminate(),
                    }
                }
                Timer::Bake | Timer::Environment(_) => continue,
            }
            any = true;
        }
        any
    }
}
