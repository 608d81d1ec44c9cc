//! Random programs, with several troubles at once.

use super::program::{
    Action, Concurrency, Environment, Fact, Given, Hooks, Need, Program, Rule, Time, Window, Workflow,
};

/// SplitMix64: the same numbers for the same seed, everywhere.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    /// True once in `times`.
    pub(crate) fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    fn times(&mut self, end: usize) -> u32 {
        self.below(end) as u32
    }

    pub(crate) fn pick<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())].clone()
    }

    /// At least one of the numbers from `first` to `end`.
    fn some(&mut self, first: usize, end: usize) -> Vec<usize> {
        let sure = first + self.below(end - first);
        (first..end).filter(|it| *it == sure || self.once_in(3)).collect()
    }
}

struct Generator {
    random: Random,
    /// Whether all times are multiples of ten minutes, so that much happens at one instant.
    coarse: bool,
}

/// The program of a seed.
pub(super) fn program(seed: u64) -> Program {
    let mut random = Random(seed);
    let coarse = random.once_in(3);
    Generator { random, coarse }.program()
}

impl Generator {
    /// A time of up to `minutes`.
    fn time(&mut self, minutes: usize) -> Time {
        match self.coarse {
            true => 600 * self.random.below(minutes / 10 + 1) as Time,
            false => 1 + self.random.below(minutes * 60) as Time,
        }
    }

    fn maybe<T>(&mut self, once_in: usize, make: impl FnOnce(&mut Generator) -> T) -> Option<T> {
        if self.random.once_in(once_in) { Some(make(self)) } else { None }
    }

    fn program(&mut self) -> Program {
        let workflows = (0..2 + self.random.below(4)).map(|_| self.workflow()).collect::<Vec<_>>();
        let windows: Vec<Window> = (0..2)
            .map(|_| {
                let open = self.hours();
                Window {
                    open,
                    closed: self
                        .maybe(3, |it| (it.random.below(2), it.hours()))
                        .map(|(day, (from, to))| (day, from, to)),
                }
            })
            .collect();
        let count = 2 + self.random.below(7);
        let mut environments = vec![Environment {
            applications: 1,
            needs: Vec::new(),
            soak: 0,
            approvals: 0,
            windows: Vec::new(),
            action: Action::Commit,
            pre: None,
            post: self.maybe(3, |it| it.random.below(workflows.len())),
            rollback_action: None,
            retry: (0, 0),
            timeout: None,
            hooks: Hooks::default(),
        }];
        for number in 1..count {
            environments.push(self.environment(number, workflows.len()));
        }
        let rules = match self.random.once_in(2) {
            true => (0..1 + self.random.below(2))
                .map(|_| Rule { targets: self.random.some(1, count), when: self.random.some(1, count) })
                .collect::<Vec<_>>(),
            false => Vec::new(),
        };
        for rule in &rules {
            for target in &rule.targets {
                let environment = &mut environments[*target];
                if environment.action == Action::Nothing && environment.rollback_action.is_none() {
                    environment.rollback_action = Some(0);
                }
            }
        }
        let mut releases = vec![0];
        if self.random.once_in(3) {
            releases.push(self.time(180));
            if self.random.once_in(2) {
                releases.push(releases[1] + self.time(180));
            }
        }
        let mut program = Program {
            hooks: self.hooks(3, workflows.len()),
            workflows,
            windows,
            environments,
            rules,
            timeout: if self.random.once_in(4) { 3600 + self.time(300) } else { 24 * 3600 },
            bake: if self.random.once_in(3) { self.time(120) } else { 0 },
            concurrency: match self.random.once_in(2) {
                true => Concurrency::Terminate,
                false => Concurrency::Queue(1 + self.random.below(2)),
            },
            releases,
            givens: Vec::new(),
        };
        self.givens(&mut program);
        program
    }

    fn hours(&mut self) -> (Time, Time) {
        let from = self.random.below(23);
        (from as Time, (from + 1 + self.random.below(24 - from)) as Time)
    }

    fn workflow(&mut self) -> Workflow {
        let low = if self.random.once_in(2) { 0 } else { self.time(20) };
        let high = if self.random.once_in(2) { low } else { low + self.time(20) };
        let timeout = self.maybe(4, |it| high + 60 + it.time(30));
        let retry = if self.random.once_in(3) { (1 + self.random.times(2), self.time(20)) } else { (0, 0) };
        Workflow { takes: (low, high), timeout, retry }
    }

    fn hooks(&mut self, once_in: usize, workflows: usize) -> Hooks {
        let mut some = || match self.random.once_in(once_in) {
            true => (0..1 + self.random.below(2)).map(|_| self.random.below(workflows)).collect(),
            false => Vec::new(),
        };
        Hooks { start: some(), success: some(), failure: some() }
    }

    fn environment(&mut self, number: usize, workflows: usize) -> Environment {
        let needs = match self.random.below(4) {
            _ if number < 3 => vec![Need::All(vec![self.random.below(number)])],
            0 => vec![Need::All(self.random.some(0, number))],
            1 => {
                let of = self.random.some(1, number);
                vec![Need::Some(1 + self.random.below(of.len()), of)]
            }
            2 => {
                let of = self.random.some(1, number);
                vec![Need::All(vec![self.random.below(number)]), Need::Some(1 + self.random.below(of.len()), of)]
            }
            _ => vec![Need::All(vec![self.random.below(number)])],
        };
        let action = self.random.pick(&[Action::Commit, Action::Commit, Action::PullRequest, Action::Nothing]);
        let pre = match action {
            Action::Nothing => Some(self.random.below(workflows)),
            _ => self.maybe(4, |it| it.random.below(workflows)),
        };
        Environment {
            applications: 1 + usize::from(self.random.once_in(4)),
            needs,
            soak: if self.random.once_in(3) { self.time(60) } else { 0 },
            approvals: if self.random.once_in(5) { 1 + self.random.below(2) } else { 0 },
            windows: if self.random.once_in(5) { self.windows() } else { Vec::new() },
            action,
            pre,
            post: self.maybe(2, |it| it.random.below(workflows)),
            rollback_action: self.maybe(6, |it| it.random.below(workflows)),
            retry: if self.random.once_in(4) { (1 + self.random.times(2), self.time(30)) } else { (0, 0) },
            timeout: self.maybe(5, |it| 3600 + it.time(60)),
            hooks: self.hooks(6, workflows),
        }
    }

    fn windows(&mut self) -> Vec<(usize, bool)> {
        let windows = self.random.some(0, 2);
        windows.into_iter().map(|window| (window, self.random.once_in(2))).collect()
    }

    fn givens(&mut self, program: &mut Program) {
        let mut facts = Vec::new();
        for _ in 0..1 + self.random.below(6) {
            facts.push(self.fact(program));
        }
        if self.random.once_in(3) {
            let mut at = self.time(200);
            facts.push(Some(Fact::Terminate(at)));
            if self.random.once_in(3) {
                facts.push(Some(Fact::Terminate(at + self.time(30))));
            }
            for _ in 0..self.random.below(3) {
                at += self.time(120);
                facts.push(Some(Fact::Retry(at)));
            }
        } else if self.random.once_in(2) {
            let mut at = 0;
            for _ in 0..1 + self.random.below(3) {
                at += self.time(240);
                facts.push(Some(Fact::Retry(at)));
            }
        }
        for fact in facts.into_iter().flatten() {
            let of = match (fact, program.releases.len()) {
                (Fact::AtVersion(..), _) | (_, 1) => None,
                (_, releases) => self.maybe(2, |it| it.random.below(releases)),
            };
            program.givens.push(Given { fact, of });
        }
    }

    /// A fact about something that the flow has.
    fn fact(&mut self, program: &Program) -> Option<Fact> {
        let at = self.random.below(program.environments.len());
        let environment = &program.environments[at];
        let target = program.rules.iter().any(|rule| rule.targets.contains(&at));
        let hooks = [&environment.hooks.start, &environment.hooks.success, &environment.hooks.failure];
        let mut here: Vec<usize> = hooks.into_iter().flatten().copied().collect();
        here.extend([environment.pre, environment.post].into_iter().flatten());
        if target {
            here.extend(environment.rollback_action);
        }
        let of_flow = [&program.hooks.start, &program.hooks.success, &program.hooks.failure];
        let of_flow: Vec<usize> = of_flow.into_iter().flatten().copied().collect();
        let (workflow, place) = match (self.random.once_in(2), here.is_empty(), of_flow.is_empty()) {
            (false, false, _) => (self.random.pick(&here), Some(at)),
            (_, false, _) => (self.random.pick(&here), None),
            (_, true, false) => (self.random.pick(&of_flow), None),
            (_, true, true) => (0, None),
        };
        let workflows = !here.is_empty() || !of_flow.is_empty();
        match self.random.below(13) {
            0 if workflows => Some(Fact::Takes(workflow, place, self.time(150))),
            1 if workflows => Some(Fact::Fails(workflow, place, None)),
            2..=4 if workflows => Some(Fact::Fails(workflow, place, Some(1 + self.random.times(3)))),
            5 => Some(Fact::Healthy(at, self.time(60))),
            // With several applications, the order of what is lost at once is not part of the rules, nor is what they lose
            // at the very instant at which the first of them ends the release.
            6..=8 if environment.applications == 1 || !environment.hooks.failure.is_empty() => {
                let least = Time::from(environment.applications > 1);
                let at_once = self.random.once_in(4);
                let time = if at_once { 0 } else { self.time(120) };
                Some(Fact::Lost(at, time.max(least), self.random.once_in(2)))
            }
            9 if environment.approvals > 0 => Some(Fact::ApprovalDenied(at)),
            10 if environment.approvals > 0 => Some(Fact::ApprovalTakes(at, self.time(200))),
            9..=10 if environment.windows.iter().any(|(_, overridable)| *overridable) => match self.random.once_in(4) {
                true => Some(Fact::OverrideDenied(at)),
                false => Some(Fact::OverrideTakes(at, self.time(200))),
            },
            9..=10 if environment.action == Action::PullRequest => match self.random.below(3) {
                0 => Some(Fact::Closed(at, self.time(60))),
                1 => Some(Fact::NeverMerges(at)),
                _ => Some(Fact::Merges(at, self.time(60))),
            },
            11 if target => match self.random.once_in(2) {
                true => Some(Fact::RollbackTakes(at, self.time(60))),
                false => Some(Fact::RollbackFails(at)),
            },
            12 if at > 0 => Some(Fact::AtVersion(
                at,
                if environment.action == Action::Nothing { 7 } else { self.random.pick(&[0, 1, 7]) },
            )),
            _ => None,
        }
    }
}
