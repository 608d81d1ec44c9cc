//! What an environment waits for, in words: where something is written down for people, names take the place of ids.

use super::{EffectId, EnvironmentPlanId, Names, Plan, State, Status, Waiting};
use crate::syntax::literal::Instant;

impl Names {
    /// What an environment waits for now, each with its end where that is known.
    pub fn waits(&self, plan: &Plan, state: &State, id: EnvironmentPlanId) -> Vec<String> {
        state.waits_for(plan, id).iter().map(|waiting| self.waiting(plan, state, id, waiting)).collect()
    }

    fn waiting(&self, plan: &Plan, state: &State, id: EnvironmentPlanId, waiting: &Waiting) -> String {
        let of = |application: super::ApplicationPlanId| named(&self.applications, application.index());
        match *waiting {
            Waiting::Dependency(nth, _) => {
                self.dependency(plan, id, nth, |id| state.environment(id).status != Status::Succeeded)
            }
            Waiting::Soak(until) => format!("its soak until {until}"),
            Waiting::Approval(nth) => self.approval(plan, id, nth),
            Waiting::Window(until) => self.window(plan, id, state.now, until),
            Waiting::Workflow(effect) => self.call(plan, effect),
            Waiting::Action(application) => format!("the change of {}", of(application)),
            Waiting::PullRequest(application) => format!("the pull request of {}", of(application)),
            Waiting::Sync(application) => format!("{} to be in sync", of(application)),
            Waiting::Health(application) => format!("{} to be healthy", of(application)),
            Waiting::WorkflowRetry(effect, at) => format!("the next try of {} at {at}", self.call(plan, effect)),
            Waiting::Retry(at) => format!("its next try at {at}"),
            Waiting::Older => "an older release that is in flight here".to_owned(),
            Waiting::Rollback(application) => format!("the rollback of {}", of(application)),
        }
    }

    fn call(&self, plan: &Plan, effect: EffectId) -> String {
        plan.call_of(effect).map_or_else(|| effect.stage.to_string(), |call| named(&self.calls, call.index()))
    }

    /// A need, by those of it that are `open`: their names, or how many of a group.
    pub fn dependency(
        &self,
        plan: &Plan,
        id: EnvironmentPlanId,
        nth: usize,
        open: impl Fn(EnvironmentPlanId) -> bool,
    ) -> String {
        let Some(need) = plan.environments.find(id).and_then(|environment| environment.needs.get(nth)) else {
            return String::new();
        };
        let missing: Vec<String> = need
            .of
            .iter()
            .filter(|id| open(**id))
            .map(|environment| named(&self.environments, environment.index()))
            .collect();
        let whole = need.of.len();
        match need.count as usize {
            count if count >= whole => and(&missing),
            count => {
                let of = self.needs.get(id.index()).and_then(|needs| needs.get(nth)).cloned().unwrap_or_default();
                format!("{} of {of}", count.saturating_sub(whole.saturating_sub(missing.len())))
            }
        }
    }

    /// An approval: of whom, and of how many where it is more than one.
    pub fn approval(&self, plan: &Plan, id: EnvironmentPlanId, nth: u16) -> String {
        let nth = usize::from(nth);
        let who = self.approvals.get(id.index()).and_then(|all| all.get(nth)).cloned().unwrap_or_default();
        match plan.environments.find(id).and_then(|environment| environment.approvals.get(nth)) {
            Some(count) if *count > 1 => format!("approval by {count} of {who}"),
            _ => format!("approval by {who}"),
        }
    }

    /// The windows that keep an environment waiting, and when they open: `until`, as the clocks show it there.
    pub fn window(&self, plan: &Plan, id: EnvironmentPlanId, now: Instant, until: Option<Instant>) -> String {
        let all = plan.environments.find(id).map(|it| it.windows.as_slice()).unwrap_or_default();
        let opens = |window: &super::WindowPlanId| plan.windows.find(*window).and_then(|it| it.next_open(now));
        // one that opens later than now; all of them where none opens as late as all do together
        let mut closed: Vec<_> = all.iter().filter(|window| opens(window) != Some(now)).collect();
        if !closed.iter().any(|window| opens(window) == until) {
            closed = all.iter().collect();
        }
        let names: Vec<String> = closed.iter().map(|window| named(&self.windows, window.index())).collect();
        let calendar = closed.first().and_then(|window| plan.windows.find(**window)?.calendar.as_ref());
        let (noun, verb) = match names.len() {
            1 => ("window", ("opens", "does not open")),
            _ => ("windows", ("open together", "do not open together")),
        };
        match until.zip(calendar) {
            Some((at, calendar)) => format!("{noun} {} {} {}", and(&names), verb.0, calendar.words(at, now)),
            None => format!("{noun} {}, which {} before the flow's timeout", and(&names), verb.1),
        }
    }
}

fn named(list: &[String], index: usize) -> String {
    list.get(index).cloned().unwrap_or_default()
}

fn and(names: &[String]) -> String {
    match names.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, before)) => format!("{} and {last}", before.join(", ")),
        None => String::new(),
    }
}
