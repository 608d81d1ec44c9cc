//! The result of a search in text.

use std::fmt::Write;

use super::{Judged, Law, Refutation, Verified};

impl Verified {
    /// A line for each property, then a summary.
    pub fn table(&self, ascii: bool) -> String {
        let mut out = String::new();
        for judged in &self.judged {
            let code = if judged.span.is_some() { String::new() } else { format!("{:<3} ", judged.law.code()) };
            let _ = writeln!(out, "{} {code}{}", self.mark(judged, ascii), judged.title);
        }
        let _ = writeln!(out, "\n{}", self.summary());
        for warning in &self.warnings {
            let _ = writeln!(out, "warning: {warning}");
        }
        out
    }

    fn mark(&self, judged: &Judged, ascii: bool) -> &'static str {
        let warned = judged.law == Law::V10 && !self.warnings.is_empty();
        match (judged.refutation.is_some(), self.cut.is_some() || warned, ascii) {
            (true, _, false) => "✗",
            (true, _, true) => "broken",
            (false, true, false) => "?",
            (false, true, true) => "open  ",
            (false, false, false) => "✓",
            (false, false, true) => "holds ",
        }
    }

    /// What was explored, in a sentence.
    fn summary(&self) -> String {
        let bounds = format!(
            "at most {} and {}",
            times(self.options.failures.into(), "failure"),
            times(self.options.retries.into(), "retry")
        );
        match self.cut {
            Some(depth) => format!(
                "No proof: the search stopped after {} (every run of up to {depth} steps was explored, with {bounds}). \
                 A lower `--failures` or a higher `--limit` may help.",
                times(self.states as u128, "state"),
            ),
            None => format!(
                "Every run with {bounds}: {}, {}, the longest with {} steps.",
                times(self.states as u128, "state"),
                times(self.runs, "run"),
                self.longest
            ),
        }
    }

    /// Whether a property holds; `None` if that is open.
    pub fn holds_of(&self, judged: &Judged) -> Option<bool> {
        match (&judged.refutation, self.cut) {
            (Some(_), _) => Some(false),
            (None, Some(_)) => None,
            (None, None) => Some(judged.law != Law::V10 || self.warnings.is_empty()),
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
            Ok(scenario) => write!(out, "\nAs a scenario for `promoc test`:\n\n{scenario}"),
            Err(why) => writeln!(out, "\nNo scenario describes this run: {why}."),
        };
        out
    }
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
