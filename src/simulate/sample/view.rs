//! A sample as a table with bars.

use std::fmt::Write;

use super::{Percentiles, Sample, SampledEnvironment};
use crate::syntax::literal::Seconds;

const BAR: usize = 20;

impl Sample {
    /// The share of releases that succeeded, from 0 to 1.
    pub fn success_rate(&self) -> f64 {
        if self.runs == 0 { 0.0 } else { self.succeeded as f64 / self.runs as f64 }
    }

    /// A table for people, with a line for each environment.
    pub fn table(&self, ascii: bool) -> String {
        let mut text = String::new();
        let (runs, seed) = (self.runs, self.seed);
        let (runs, interrupted) = match self.planned {
            planned if planned > runs => (format!("{runs} of {planned}"), ", interrupted"),
            _ => (runs.to_string(), ""),
        };
        let (product, flow) = (&self.product, &self.flow);
        let _ = writeln!(text, "{product} via {flow}: {runs} sampled releases (seed {seed}){interrupted}");
        let _ = writeln!(text, "{} succeed", share(self.success_rate()));
        let _ = writeln!(text, "half of all releases end within {}", within(&self.milliseconds));
        if let [Some(good), Some(bad)] = &self.milliseconds_by_result {
            let _ = writeln!(text, "half of those that succeed end within {}", within(good));
            let _ = writeln!(text, "half of the others end within {}", within(bad));
        }
        text.push('\n');
        let terminated = self.environments.iter().any(|environment| environment.count.terminated > 0);
        let head = ["", "succeeded", "failed", "rolled back", "not started", "terminated"];
        let columns = if terminated { 6 } else { 5 };
        let mut rows: Vec<Vec<String>> = vec![head.iter().take(columns).map(|word| (*word).to_owned()).collect()];
        for environment in &self.environments {
            let count = &environment.count;
            let part = |count: u64| share(count as f64 / self.runs.max(1) as f64);
            let row = [
                environment.name.clone(),
                part(count.succeeded),
                part(count.failed),
                part(count.rolled_back),
                part(count.not_started),
                part(count.terminated),
            ];
            rows.push(row.into_iter().take(columns).collect());
        }
        let widths: Vec<usize> = (0..columns)
            .map(|column| rows.iter().filter_map(|row| row.get(column)).map(|it| it.chars().count()).max().unwrap_or(0))
            .collect();
        for (nth, row) in rows.iter().enumerate() {
            for (column, (cell, width)) in row.iter().zip(&widths).enumerate() {
                let _ = match column {
                    0 => write!(text, "{cell:width$}"),
                    _ => write!(text, "  {cell:>width$}"),
                };
            }
            let _ = match nth.checked_sub(1).and_then(|nth| self.environments.get(nth)) {
                None => writeln!(text, "  share of the time"),
                Some(environment) => writeln!(text, "  {}", bar(environment, ascii)),
            };
        }
        text
    }
}

fn within(time: &Percentiles) -> String {
    let [p50, p90, p99] = [time.p50, time.p90, time.p99].map(|it| Seconds(it.div_ceil(1000)).to_string());
    format!("{p50}, 90% within {p90}, 99% within {p99}")
}

fn bar(environment: &SampledEnvironment, ascii: bool) -> String {
    let filled = ((environment.critical_share * BAR as f64).round() as usize).min(BAR);
    let (full, empty) = if ascii { ("#", ".") } else { ("█", "░") };
    format!("{}{} {:>6}", full.repeat(filled), empty.repeat(BAR - filled), share(environment.critical_share))
}

/// `99.5%`. A share that is not quite 0 or 1 is not shown as such.
fn share(part: f64) -> String {
    match part {
        part if part > 0.0 && part < 0.0005 => "<0.1%".to_owned(),
        part if part < 1.0 && part > 0.9995 => ">99.9%".to_owned(),
        _ => format!("{:.1}%", part * 100.0),
    }
}
