//! The result of a search in text.

use std::fmt::Write;

use super::{Judged, Law, Refutation, Strength, Verified};

impl Verified {
    /// A line for each property, then a summary.
    pub fn table(&self, ascii: bool) -> String {
        let mut out = String::new();
        for judged in &self.judged {
            let code = if judged.span.is_some() { String::new() } else { format!("{:<3} ", judged.law.code()) };
            let (mark, word, why) = self.mark(judged);
            let _ = writeln!(out, "{} {code}{}{why}", if ascii { word } else { mark }, judged.title);
        }
        let _ = writeln!(out, "\n{}", self.summary());
        for warning in &self.warnings {
            let _ = writeln!(out, "warning: {warning}");
        }
        out
    }

    /// The mark of a property, the same as a word, and how strong it is.
    fn mark(&self, judged: &Judged) -> (&'static str, &'static str, String) {
        if let Some(refutation) = &judged.refutation {
            return ("✗", "broken", format!(" (broken {})", with(refutation.failures as u128)));
        }
        match (self.holds_of(judged), &judged.unreached, judged.strength) {
            (Some(_), _, Strength { complete: true, .. }) => ("✓", "holds ", " (any number of failures)".to_owned()),
            (Some(_), _, Strength { failures: Some(0), .. }) => ("✓", "holds ", format!(" ({})", with(0))),
            (Some(_), _, Strength { failures, .. }) => {
                let up_to = times(failures.unwrap_or(0).into(), "failure");
                ("✓", "holds ", format!(" (up to {up_to})"))
            }
            (None, Some(fact), strength) if self.is_enough(strength) => {
                ("–", "moot  ", format!(" (no run reaches `{fact}`)"))
            }
            (None, ..) => ("?", "open  ", String::new()),
        }
    }

    /// What was explored, in one or two sentences.
    fn summary(&self) -> String {
        let retries = times(self.options.retries.into(), "retry");
        let bounds = |strength: Strength| match (strength.complete, strength.failures.unwrap_or(0)) {
            (true, _) => format!("any number of failures and up to {retries}"),
            (false, 0) => format!("no failure and up to {retries}"),
            (false, failures) => format!("up to {} and {retries}", times(failures.into(), "failure")),
        };
        let cut = self.cut.map(|(failures, cut)| {
            let search = format!("The search {}", with(failures.into()));
            let limit = format!("the limit of {}", times(self.options.limit as u128, "state"));
            let after = format!("after every run of up to {}", times(cut.depth as u128, "step"));
            match (cut.interrupted, cut.depth) {
                (true, _) => format!("{search} was interrupted, {after}."),
                (false, 0) => format!("{search} did not begin, because {limit} was used up."),
                (false, _) => format!("{search} stopped at {limit}, {after}."),
            }
        });
        let states = times(self.states as u128, "state");
        let rest = match self.most_of_class {
            None => format!(", the longest run with {} steps.", self.longest),
            Some(most) => format!(". Of equal environments, {most} were explored; more make no difference."),
        };
        let proof = format!("Every run with {}: {states}{rest}", bounds(self.strength));
        match cut {
            None => proof,
            Some(cut) if self.is_enough(self.strength) => format!("{proof}\n{cut}"),
            Some(cut) if self.is_interrupted() => format!("No proof. {cut}"),
            Some(cut) => {
                let fewer = if self.options.retries > 0 { " or `--retries 0`" } else { "" };
                format!("No proof. {cut} A higher `--limit`{fewer} may help.")
            }
        }
    }

    /// Whether a property holds; `None` if that is open, or it says nothing.
    pub fn holds_of(&self, judged: &Judged) -> Option<bool> {
        match &judged.refutation {
            Some(_) => Some(false),
            None if !self.is_enough(judged.strength) || judged.unreached.is_some() => None,
            None if judged.law == Law::V10 && !self.warnings.is_empty() => None,
            None => Some(true),
        }
    }
}

impl Refutation {
    /// The run, one line for each step, and the scenario.
    pub fn page(&self) -> String {
        let mut out = String::new();
        for (nth, step) in self.run.iter().enumerate() {
            let then = if step.then.is_empty() { String::new() } else { format!(": {}", step.then.join(", ")) };
            let _ = writeln!(out, "{:>4}. {}{then}", nth + 1, step.what);
        }
        let _ = match &self.scenario {
            Ok(scenario) if self.other_run => {
                write!(out, "\nNo scenario describes this run. This one breaks the property, too:\n\n{scenario}")
            }
            Ok(scenario) => write!(out, "\nAs a scenario for `promoc test`:\n\n{scenario}"),
            Err(why) => writeln!(out, "\nNo scenario describes this run: {why}."),
        };
        out
    }
}

/// `without failures`, `with 1 failure`, `with 2 failures`
fn with(failures: u128) -> String {
    if failures == 0 { "without failures".to_owned() } else { format!("with {}", times(failures, "failure")) }
}

/// `1 state`, `2 states`, `152,415 states`.
fn times(count: u128, word: &str) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (nth, digit) in digits.chars().enumerate() {
        if nth > 0 && (digits.len() - nth).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    match (count, word.strip_suffix('y')) {
        (1, _) => format!("{text} {word}"),
        (_, Some(stem)) => format!("{text} {stem}ies"),
        _ => format!("{text} {word}s"),
    }
}
