//! A small program as data, and its text. The reading needs no parser: it works on this data.

use std::fmt::Write;

/// A time or a duration, in whole seconds. The first release arrives at 0.
pub(super) type Time = u64;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Commit,
    PullRequest,
    Nothing,
}

#[derive(Clone, Debug)]
pub(super) struct Workflow {
    pub(super) takes: (Time, Time),
    pub(super) timeout: Option<Time>,
    pub(super) retry: (u32, Time),
}

#[derive(Clone, Debug)]
pub(super) enum Need {
    All(Vec<usize>),
    Some(usize, Vec<usize>),
}

/// The hooks of an environment or of the flow, as numbers of workflows.
#[derive(Clone, Debug, Default)]
pub(super) struct Hooks {
    pub(super) start: Vec<usize>,
    pub(super) success: Vec<usize>,
    pub(super) failure: Vec<usize>,
}

#[derive(Clone, Debug)]
pub(super) struct Environment {
    pub(super) applications: usize,
    pub(super) needs: Vec<Need>,
    pub(super) soak: Time,
    pub(super) approvals: usize,
    /// Windows, and whether people may override them. Each window has people of its own.
    pub(super) windows: Vec<(usize, bool)>,
    pub(super) action: Action,
    pub(super) pre: Option<usize>,
    pub(super) post: Option<usize>,
    pub(super) rollback_action: Option<usize>,
    pub(super) retry: (u32, Time),
    pub(super) timeout: Option<Time>,
    pub(super) hooks: Hooks,
}

/// Hours of the day in which it is open, every day in UTC, except for some hours of the first days of a week.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    pub(super) open: (Time, Time),
    pub(super) closed: Option<(usize, Time, Time)>,
}

/// The days of the week from the day of the first release on.
const DAYS: [&str; 2] = ["mon", "tue"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Concurrency {
    Queue(usize),
    Terminate,
}

/// What a `given` says; environments and workflows by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fact {
    Takes(usize, Option<usize>, Time),
    Fails(usize, Option<usize>, Option<u32>),
    Healthy(usize, Time),
    Lost(usize, Time, bool),
    ApprovalTakes(usize, Time),
    ApprovalDenied(usize),
    OverrideTakes(usize, Time),
    OverrideDenied(usize),
    Merges(usize, Time),
    Closed(usize, Time),
    NeverMerges(usize),
    RollbackTakes(usize, Time),
    RollbackFails(usize),
    AtVersion(usize, u32),
    Terminate(Time),
    Retry(Time),
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Given {
    pub(super) fact: Fact,
    pub(super) of: Option<usize>,
}

#[derive(Clone, Debug)]
pub(super) struct Rule {
    pub(super) targets: Vec<usize>,
    pub(super) when: Vec<usize>,
}

/// A program with one product, one flow and one scenario. Environment 0 is the trigger.
#[derive(Clone, Debug)]
pub(super) struct Program {
    pub(super) workflows: Vec<Workflow>,
    pub(super) windows: Vec<Window>,
    pub(super) environments: Vec<Environment>,
    pub(super) rules: Vec<Rule>,
    pub(super) hooks: Hooks,
    pub(super) timeout: Time,
    pub(super) bake: Time,
    pub(super) concurrency: Concurrency,
    /// When each release arrives.
    pub(super) releases: Vec<Time>,
    pub(super) givens: Vec<Given>,
}

/// The version that release `n` brings, counted from 0.
pub(super) fn version(n: u32) -> String {
    format!("{}.0.0", n + 1)
}

/// The names of the environments.
pub(super) const NAMES: [&str; 8] = ["dev", "a", "b", "c", "d", "e", "f", "g"];

pub(super) fn names(of: &[usize]) -> String {
    of.iter().map(|it| NAMES[*it]).collect::<Vec<_>>().join(", ")
}

fn duration(seconds: Time) -> String {
    format!("{seconds}s")
}

impl Program {
    /// The text of the program.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        let all: Vec<usize> = (0..self.environments.len()).collect();
        writeln!(text, "environment {}", names(&all)).unwrap();
        for (number, environment) in self.environments.iter().enumerate() {
            for (at, need) in environment.needs.iter().enumerate() {
                if let Need::Some(_, of) = need {
                    writeln!(text, "group g{number}-{at} = {}", names(of)).unwrap();
                }
            }
        }
        for (number, workflow) in self.workflows.iter().enumerate() {
            let (low, high) = workflow.takes;
            write!(text, "workflow w{number} {{ takes {}..{}", duration(low), duration(high)).unwrap();
            if let Some(timeout) = workflow.timeout {
                write!(text, "; timeout {}", duration(timeout)).unwrap();
            }
            if workflow.retry.0 > 0 {
                write!(text, "; retry {} every {}", workflow.retry.0, duration(workflow.retry.1)).unwrap();
            }
            text.push_str(" }\n");
        }
        for (number, Window { open: (from, to), closed }) in self.windows.iter().enumerate() {
            write!(text, "window t{number} {{ open mon..sun {from:02}:00..{to:02}:00").unwrap();
            if let Some((day, from, to)) = *closed {
                write!(text, "; closed {} {from:02}:00..{to:02}:00", DAYS[day]).unwrap();
            }
            text.push_str(" }\n");
        }
        text.push_str(
            "product shop {\n  repo \"https://git.example.com/shop.git\"\n  version from \"v.yaml\" at $.v\n  \
             copy \"v.yaml\" at $.v\n",
        );
        writeln!(text, "  application x-{{environment}} in {} {{ path \"x/{{environment}}\" }}", names(&all)).unwrap();
        let two: Vec<usize> = all.into_iter().filter(|it| self.environments[*it].applications > 1).collect();
        if !two.is_empty() {
            writeln!(text, "  application y-{{environment}} in {} {{ path \"y/{{environment}}\" }}", names(&two))
                .unwrap();
        }
        match self.concurrency {
            Concurrency::Queue(limit) => writeln!(text, "  concurrency queue limit {limit}").unwrap(),
            Concurrency::Terminate => text.push_str("  concurrency terminate\n"),
        }
        writeln!(text, "  flow ship\n}}\nflow ship {{\n  timeout {}", duration(self.timeout)).unwrap();
        writeln!(text, "  bake {}", duration(self.bake)).unwrap();
        for (number, environment) in self.environments.iter().enumerate() {
            environment.text(number, &mut text);
        }
        for rule in &self.rules {
            writeln!(text, "  rollback {} when {} fails", names(&rule.targets), names(&rule.when)).unwrap();
        }
        self.hooks.text(&mut text, "  ");
        text.push_str("}\nscenario played {\n");
        for (number, after) in self.releases.iter().enumerate() {
            let version = version(u32::try_from(number).unwrap());
            writeln!(text, "  release shop via ship version \"{version}\" after {}", duration(*after)).unwrap();
        }
        for given in &self.givens {
            let of = given.of.map_or(String::new(), |of| format!(" of {}", of + 1));
            writeln!(text, "  given {}{of}", given.fact.text()).unwrap();
        }
        text.push_str("  expect release succeeded\n}\n");
        text
    }
}

impl Environment {
    fn text(&self, number: usize, text: &mut String) {
        let name = NAMES[number];
        if number == 0 {
            write!(text, "  trigger {name}").unwrap();
            if let Some(post) = self.post {
                write!(text, " {{ post-action w{post} }}").unwrap();
            }
            text.push('\n');
            return;
        }
        let needs = self.needs.iter().enumerate().map(|(at, need)| match need {
            Need::All(of) => names(of),
            Need::Some(1, _) => format!("any of g{number}-{at}"),
            // Percentages are rounded up.
            Need::Some(count, of) if number.is_multiple_of(2) => {
                format!("{}% of g{number}-{at}", count * 100 / of.len())
            }
            Need::Some(count, _) => format!("{count} of g{number}-{at}"),
        });
        let needs: Vec<String> = needs.collect();
        writeln!(text, "  promote {name} after {} {{", needs.join(", ")).unwrap();
        if self.soak > 0 {
            writeln!(text, "    soak {}", duration(self.soak)).unwrap();
        }
        for approval in 0..self.approvals {
            writeln!(text, "    approval people-{approval}").unwrap();
        }
        for (window, overridable) in &self.windows {
            let people = if *overridable { format!(" unless approval lead-{window}") } else { String::new() };
            writeln!(text, "    window t{window}{people}").unwrap();
        }
        match self.action {
            Action::Commit => {}
            Action::PullRequest => text.push_str("    action pull-request\n"),
            Action::Nothing => text.push_str("    action none\n"),
        }
        let actions = [("pre-action", self.pre), ("post-action", self.post), ("rollback-action", self.rollback_action)];
        for (word, workflow) in actions {
            if let Some(workflow) = workflow {
                writeln!(text, "    {word} w{workflow}").unwrap();
            }
        }
        if self.retry.0 > 0 {
            writeln!(text, "    retry {} every {}", self.retry.0, duration(self.retry.1)).unwrap();
        }
        if let Some(timeout) = self.timeout {
            writeln!(text, "    timeout {}", duration(timeout)).unwrap();
        }
        self.hooks.text(text, "    ");
        text.push_str("  }\n");
    }
}

impl Hooks {
    fn text(&self, text: &mut String, indent: &str) {
        for (event, workflows) in [("start", &self.start), ("success", &self.success), ("failure", &self.failure)] {
            for workflow in workflows {
                writeln!(text, "{indent}on {event} w{workflow}").unwrap();
            }
        }
    }
}

impl Fact {
    fn text(&self) -> String {
        let name = |it: usize| NAMES[it];
        let place = |it: Option<usize>| it.map_or(String::new(), |it| format!(" in {}", NAMES[it]));
        match *self {
            Fact::Takes(workflow, at, time) => format!("w{workflow}{} takes {}", place(at), duration(time)),
            Fact::Fails(workflow, at, None) => format!("w{workflow}{} fails", place(at)),
            Fact::Fails(workflow, at, Some(times)) => format!("w{workflow}{} fails {times} times", place(at)),
            Fact::Healthy(at, time) => format!("{} becomes healthy after {}", name(at), duration(time)),
            Fact::Lost(at, time, true) => format!("{} becomes degraded after {}", name(at), duration(time)),
            Fact::Lost(at, time, false) => format!("{} becomes out-of-sync after {}", name(at), duration(time)),
            Fact::ApprovalTakes(at, time) => format!("approval in {} takes {}", name(at), duration(time)),
            Fact::ApprovalDenied(at) => format!("approval in {} is denied", name(at)),
            Fact::OverrideTakes(at, time) => format!("override in {} takes {}", name(at), duration(time)),
            Fact::OverrideDenied(at) => format!("override in {} is denied", name(at)),
            Fact::Merges(at, time) => format!("pull-request in {} merges after {}", name(at), duration(time)),
            Fact::Closed(at, time) => format!("pull-request in {} is closed after {}", name(at), duration(time)),
            Fact::NeverMerges(at) => format!("pull-request in {} never merges", name(at)),
            Fact::RollbackTakes(at, time) => format!("rollback in {} takes {}", name(at), duration(time)),
            Fact::RollbackFails(at) => format!("rollback in {} fails", name(at)),
            Fact::AtVersion(at, number) => format!("{} at version \"{}\"", name(at), version(number)),
            Fact::Terminate(time) => format!("terminate after {}", duration(time)),
            Fact::Retry(time) => format!("retry after {}", duration(time)),
        }
    }
}
