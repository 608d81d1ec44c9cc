//! The timeline as an SVG drawing: one bar for the release and one for each environment.

use std::fmt::Write;

use super::bar::{Activity, Segment};
use super::clock::InstantFormat;
use crate::release::{EnvironmentPlanId, Plan, describe};
use crate::simulate::Simulation;
use crate::simulate::{WaitKind, WaitPeriod};
use crate::source::markup;
use crate::syntax::literal::{Instant, Seconds};

const WIDTH: f64 = 1000.0;
const ROW: f64 = 30.0;
const BAR: f64 = 16.0;
const HEAD: f64 = 26.0;
/// Where bars start and end.
const LEFT: f64 = 190.0;
const RIGHT: f64 = 885.0;
/// So that even a name of wide letters fits.
const LONGEST_NAME: usize = 21;
/// The same if ` and N equal` follows.
const LONGEST_FIRST: usize = 12;
/// More equal environments in a row than this share a row.
const MOST_EQUAL: usize = 6;
/// The patterns that fill waits: name, additional class, rotation in degrees, width of a line.
const PATTERNS: [(&str, &str, i32, i32); 5] = [
    ("soak", "", 45, 2),
    ("window", "", 0, 1),
    ("bake", "", 90, 2),
    ("other", " faint", -45, 1),
    ("people", " people", -45, 3),
];

/// An `svg` element and its legend. `nth` keeps the ids of several charts on a page apart.
pub(super) fn chart(release: &Simulation, nth: usize) -> String {
    let subjects = rows(release);
    let scale = TimeScale { from: release.arrived, to: release.end() };
    let height = HEAD + ROW * subjects.len() as f64 + 8.0;
    let mut out = String::new();
    let _ = writeln!(
        out,
        "<svg class=\"timeline\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"Timeline of each \
         environment; the table below has the same data\">"
    );
    out.push_str("<defs>");
    for (name, class, turn, line) in PATTERNS {
        let _ = write!(
            out,
            "<pattern id=\"{name}{nth}\" class=\"hatch{class}\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" \
             patternTransform=\"rotate({turn})\"><rect class=\"ground\" width=\"6\" height=\"6\"/><rect class=\"line\" \
             width=\"{line}\" height=\"6\"/></pattern>"
        );
    }
    out.push_str("</defs>\n");
    let ticks = scale.ticks();
    let clock = InstantFormat::new(ticks.iter().copied());
    for tick in ticks {
        let x = scale.x(tick);
        let _ = writeln!(
            out,
            "<line class=\"tick\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{HEAD}\" y2=\"{:.1}\"/><text class=\"time\" \
             x=\"{x:.1}\" y=\"16\" text-anchor=\"middle\">{}</text>",
            height - 8.0,
            scale.label(&clock, tick)
        );
    }
    let mut seen: Vec<Activity> = Vec::new();
    for (row, (subject, others)) in subjects.iter().enumerate() {
        let segments = release.segments(*subject);
        seen.extend(segments.iter().map(|segment| segment.activity));
        draw_row(&mut out, release, (*subject, *others), &segments, &scale, HEAD + ROW * row as f64, nth);
    }
    out.push_str("</svg>\n");
    out.push_str(&legend(&seen, nth));
    out
}

/// The release, then each environment with the number of others that it represents: long runs of environments to which
/// the same happens at the same time share a row.
fn rows(release: &Simulation) -> Vec<(Option<EnvironmentPlanId>, usize)> {
    let what = |id: EnvironmentPlanId| {
        let view = release.state.environment(id);
        let trigger = Plan::is_trigger(id);
        (trigger, release.segments(Some(id)), release.waits(id), release.started(id), view.status, view.ended)
    };
    let all: Vec<_> = release.plan.environments.ids().map(|id| (id, what(id))).collect();
    let runs = all.chunk_by(|(_, one), (_, next)| one == next);
    let environments = runs.flat_map(|run| {
        let shown = if run.len() > MOST_EQUAL { 1 } else { run.len() };
        run.iter().take(shown).map(move |(id, _)| (Some(*id), run.len() - shown))
    });
    std::iter::once((None, 0)).chain(environments).collect()
}

fn draw_row(
    out: &mut String,
    release: &Simulation,
    (subject, others): (Option<EnvironmentPlanId>, usize),
    segments: &[Segment],
    scale: &TimeScale,
    top: f64,
    nth: usize,
) {
    let name = subject.map_or("release", |id| release.names.environment(id));
    let (name, label) = match others {
        0 => (name.to_owned(), shortened(name, LONGEST_NAME)),
        _ => {
            let equal = format!(" and {others} equal");
            (format!("{name}{equal}"), shortened(name, LONGEST_FIRST) + &equal)
        }
    };
    let status = subject.map_or_else(|| release.state.status(), |id| release.state.environment(id).status);
    let (middle, top_of_bar) = (top + ROW / 2.0 + 4.5, top + (ROW - BAR) / 2.0);
    let class = if subject.is_none() { "name whole" } else { "name" };
    let _ = writeln!(
        out,
        "<g><line class=\"row\" x1=\"{LEFT}\" x2=\"{RIGHT}\" y1=\"{0:.1}\" y2=\"{0:.1}\"/><text class=\"{class}\" \
         x=\"{1}\" y=\"{middle:.1}\" text-anchor=\"end\">{2}</text>",
        top + ROW / 2.0,
        LEFT - 12.0,
        markup(&label)
    );
    let waits = subject.map(|id| release.waits(id)).unwrap_or_default();
    for segment in segments {
        let (x, end) = (scale.x(segment.from), scale.x(segment.to));
        let fill = fill(segment.activity, nth).map(|fill| format!(" fill=\"{fill}\"")).unwrap_or_default();
        let _ = writeln!(
            out,
            "<rect class=\"bar {}\"{fill} x=\"{x:.1}\" y=\"{top_of_bar:.1}\" width=\"{:.1}\" height=\"{BAR}\"><title>{}: \
             {}, {} to {}</title></rect>",
            class_of(segment.activity),
            (end - x).max(1.5),
            markup(&name),
            markup(&wording(&waits, segment)),
            describe::instant(segment.from),
            describe::instant(segment.to)
        );
    }
    if let Some(at) = subject.and_then(|id| release.started(id)) {
        let x = scale.x(at);
        let _ = writeln!(
            out,
            "<line class=\"begin\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{:.1}\" y2=\"{:.1}\"><title>{}: promotion starts \
             at {}</title></line>",
            top_of_bar - 3.0,
            top_of_bar + BAR + 3.0,
            markup(&name),
            describe::instant(at)
        );
    }
    let ended = match subject {
        None => release.state.ended(),
        Some(id) => release.state.environment(id).ended,
    };
    if let Some(at) = ended {
        let _ = writeln!(
            out,
            "<circle class=\"end {}\" cx=\"{:.1}\" cy=\"{:.1}\" r=\"5\"><title>{}: {} at {}</title></circle>",
            status.as_str(),
            scale.x(at),
            top + ROW / 2.0,
            markup(&name),
            status.as_str(),
            describe::instant(at)
        );
    }
    let _ = writeln!(
        out,
        "<text class=\"status {0}\" x=\"{1}\" y=\"{middle:.1}\">{0}</text></g>",
        status.as_str(),
        RIGHT + 14.0
    );
}

/// A segment in words: its waits if there are any, else its activity.
fn wording(waits: &[WaitPeriod], segment: &Segment) -> String {
    let kind = |activity| match activity {
        Activity::Window | Activity::Override => Some(WaitKind::Window),
        Activity::Soak | Activity::Approval | Activity::PullRequest => Some(WaitKind::Other),
        _ => None,
    };
    let here = waits.iter().filter(|wait| wait.from == segment.from && Some(wait.kind) == kind(segment.activity));
    let words: Vec<&str> = here.map(|wait| wait.what.as_str()).collect();
    if words.is_empty() { segment.activity.word().to_owned() } else { words.join(", ") }
}

fn legend(seen: &[Activity], nth: usize) -> String {
    let mut out = String::from("<ul class=\"legend\">");
    for activity in Activity::ALL.into_iter().filter(|activity| seen.contains(activity)) {
        let fill = fill(activity, nth).map(|fill| format!(" fill=\"{fill}\"")).unwrap_or_default();
        let _ = write!(
            out,
            "<li><svg width=\"22\" height=\"12\" aria-hidden=\"true\"><rect class=\"bar {}\"{fill} width=\"22\" \
             height=\"12\"/></svg> {}</li>",
            class_of(activity),
            activity.word()
        );
    }
    out.push_str(
        "<li><svg width=\"4\" height=\"12\" aria-hidden=\"true\"><line class=\"begin\" x1=\"2\" x2=\"2\" y1=\"0\" \
         y2=\"12\"/></svg> promotion starts</li>",
    );
    out.push_str("<li><svg width=\"12\" height=\"12\" aria-hidden=\"true\"><circle class=\"end\" cx=\"6\" cy=\"6\" r=\"5\"/></svg> end</li></ul>");
    out
}

/// Waits are hatched; the style sheet fills the rest.
fn fill(activity: Activity, nth: usize) -> Option<String> {
    let pattern = match activity {
        Activity::Workflow | Activity::Deploy => return None,
        Activity::Approval | Activity::Override | Activity::PullRequest => "people",
        Activity::Soak => "soak",
        Activity::Window => "window",
        Activity::Bake => "bake",
        Activity::Queue | Activity::Older | Activity::Retry => "other",
    };
    Some(format!("url(#{pattern}{nth})"))
}

fn class_of(activity: Activity) -> &'static str {
    match activity {
        Activity::Queue | Activity::Older => "queue",
        Activity::Soak => "soak",
        Activity::Window => "window",
        Activity::Bake => "bake",
        Activity::Retry => "retry",
        Activity::Deploy => "deploy",
        Activity::Workflow => "workflow",
        Activity::Approval => "approval",
        Activity::Override => "override",
        Activity::PullRequest => "pull-request",
    }
}

fn shortened(name: &str, most: usize) -> String {
    if name.chars().count() <= most {
        return name.to_owned();
    }
    name.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}

/// Maps instants to horizontal positions.
struct TimeScale {
    from: Instant,
    to: Instant,
}

const MINUTE: u64 = 60;
const HOUR: u64 = 3600;
const DAY: u64 = 86_400;
const MOST_TICKS: u64 = 9;

impl TimeScale {
    fn x(&self, at: Instant) -> f64 {
        let whole = (self.to.0 - self.from.0).max(1) as f64;
        LEFT + (RIGHT - LEFT) * ((at.0 - self.from.0) as f64 / whole).clamp(0.0, 1.0)
    }

    /// Round instants, at most ten.
    fn ticks(&self) -> Vec<Instant> {
        let Seconds(length) = self.to.since(self.from);
        let steps = [1, 5, 15, 30, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR]
            .into_iter()
            .chain([2, 3, 6, 12].map(|hours| hours * HOUR))
            .chain([1, 2, 7, 14, 28, 56].map(|days| days * DAY));
        let step = steps.into_iter().find(|step| length / step < MOST_TICKS).unwrap_or(length / MOST_TICKS + 1);
        let step = i64::try_from(step * 1000).unwrap_or(i64::MAX);
        let first = self.from.0.div_euclid(step) * step;
        (0..=MOST_TICKS as i64 + 1)
            .map(|nth| Instant(first + nth * step))
            .filter(|tick| (self.from..=self.to).contains(tick))
            .collect()
    }

    /// A date if a day starts there or the ticks are days apart, else the time of day.
    fn label(&self, clock: &InstantFormat, at: Instant) -> String {
        let Seconds(length) = self.to.since(self.from);
        let midnight = at.0.rem_euclid(1000 * DAY as i64) == 0;
        if length >= 8 * DAY || midnight && length > DAY { clock.date(at) } else { clock.time(at) }
    }
}
