//! A simulation as a timeline in text: one bar for the release and one for each environment.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::bar::{Activity, Segment};
use super::clock::InstantFormat;
use crate::release::{EnvironmentPlanId, Status, describe};
use crate::simulate::Simulation;
use crate::syntax::literal::Instant;

/// How to draw a timeline.
#[derive(Clone, Copy, Debug)]
pub struct TimelineOptions {
    /// The width in columns. A bar gets at least ten of them, even if a line becomes wider than this.
    pub width: usize,
    /// Whether to draw bars and the ends of shortened names with ASCII characters.
    pub ascii: bool,
}

/// One line of the timeline.
struct Row {
    name: String,
    status: Status,
    started: Option<Instant>,
    ended: Option<Instant>,
    /// When it ended, if it took no time.
    moment: Option<Instant>,
    /// When an environment started its promotion, if no segment starts there.
    begun: Option<Instant>,
    segments: Vec<Segment>,
}

const LONGEST_NAME: usize = 32;
const SHORTEST_BAR: usize = 10;

impl Simulation {
    /// The timeline: name, status, start and end (UTC), and a bar for the release and each environment. A legend below
    /// explains the signs.
    pub fn timeline(&self, options: &TimelineOptions) -> String {
        let environments: Vec<EnvironmentPlanId> = self.plan.environments.ids().collect();
        self.timeline_of(options, &environments)
    }

    /// The timeline of the release and some of its environments.
    pub(super) fn timeline_of(&self, options: &TimelineOptions, environments: &[EnvironmentPlanId]) -> String {
        let rows = self.rows(environments);
        let start = self.arrived;
        let end = self.end();
        let times = rows.iter().flat_map(|row| [row.started, row.ended]);
        let clock = InstantFormat::new(times.clone().flatten().chain([start]));
        let text = |at: Option<Instant>| at.map_or_else(|| "-".to_owned(), |at| clock.text(at));
        let name = rows.iter().map(|row| row.name.chars().count()).max().unwrap_or(0).min(LONGEST_NAME);
        let status = rows.iter().map(|row| row.status.as_str().len()).max().unwrap_or(0);
        let time = times.map(|at| text(at).len()).max().unwrap_or(0).max("start".len());
        let columns = options.width.saturating_sub(name + status + 2 * time + 8).max(SHORTEST_BAR);

        let mut out = String::new();
        let took = end.since(self.start());
        let (product, flow) = (&self.names.product, &self.names.flow);
        let status_text = describe::status(self.state.status(), self.timed_out());
        let _ = writeln!(out, "{product} via {flow}: {status_text} after {took}, from {start}");
        let _ = writeln!(out, "{:name$}  {:status$}  {:>time$}  {:>time$}", "", "", "start", "end");
        for row in &rows {
            let scale = ColumnScale { start, end, columns };
            let bar = scale.draw(row, options.ascii);
            let (from, to) = (text(row.started), text(row.ended));
            let shown = shorten(&row.name, name, options.ascii);
            let edge = if options.ascii { '|' } else { '▏' };
            let line =
                format!("{shown:name$}  {:status$}  {from:>time$}  {to:>time$} {edge}{bar}", row.status.as_str());
            let _ = writeln!(out, "{}", line.trim_end());
        }
        let legend = legend(&rows, options.ascii);
        if !legend.is_empty() {
            let _ = writeln!(out, "{legend}");
        }
        out
    }

    fn rows(&self, environments: &[EnvironmentPlanId]) -> Vec<Row> {
        let mut rows = vec![Row {
            name: "(release)".to_string(),
            status: self.state.status(),
            started: self.state.started().map(|_| self.start()),
            ended: self.state.ended(),
            moment: self.state.ended().filter(|ended| *ended == self.arrived),
            begun: None,
            segments: self.segments(None),
        }];
        for id in environments.iter().copied().collect::<BTreeSet<_>>() {
            let name = self.names.environment(id);
            let view = self.state.environment(id);
            let (segments, started) = (self.segments(Some(id)), self.started(id));
            rows.push(Row {
                name: name.to_owned(),
                status: view.status,
                started,
                ended: view.ended,
                moment: view.ended.filter(|_| started.is_none() || started == view.ended),
                begun: started.filter(|at| !segments.iter().any(|it| it.from == *at)),
                segments,
            });
        }
        rows
    }
}

/// Maps columns to instants.
struct ColumnScale {
    start: Instant,
    end: Instant,
    columns: usize,
}

impl ColumnScale {
    fn draw(&self, row: &Row, ascii: bool) -> String {
        let mut cells: Vec<char> = (0..self.columns).map(|column| self.cell(row, column, ascii)).collect();
        // A segment that is too short to fill a column still gets one.
        for segment in &row.segments {
            let sign = segment.activity.sign(ascii);
            if !cells.contains(&sign)
                && let Some(cell) = cells.get_mut(self.column(segment.from))
            {
                *cell = sign;
            }
        }
        if let Some(cell) = row.moment.and_then(|at| cells.get_mut(self.column(at))) {
            *cell = moment(ascii);
        }
        // A promotion that took no time and was rolled back later.
        if let Some(cell) = row.begun.and_then(|at| cells.get_mut(self.column(at)))
            && *cell == ' '
        {
            *cell = moment(ascii);
        }
        cells.into_iter().collect()
    }

    /// The activity that fills most of a column.
    fn cell(&self, row: &Row, column: usize, ascii: bool) -> char {
        let (from, to) = (self.instant(column), self.instant(column + 1));
        let mut best = (0, ' ');
        for segment in &row.segments {
            let shared = segment.to.min(to).0.saturating_sub(segment.from.max(from).0);
            if shared > best.0 {
                best = (shared, segment.activity.sign(ascii));
            }
        }
        best.1
    }

    fn instant(&self, column: usize) -> Instant {
        let length = i128::from(self.end.0) - i128::from(self.start.0);
        let offset = length * column as i128 / self.columns as i128;
        Instant(self.start.0.saturating_add(i64::try_from(offset).unwrap_or(i64::MAX)))
    }

    fn column(&self, at: Instant) -> usize {
        let length = (i128::from(self.end.0) - i128::from(self.start.0)).max(1);
        let offset = i128::from(at.0) - i128::from(self.start.0);
        usize::try_from(offset * self.columns as i128 / length).unwrap_or(0).min(self.columns - 1)
    }
}

fn shorten(name: &str, width: usize, ascii: bool) -> String {
    if name.chars().count() <= width {
        return name.to_string();
    }
    let end = if ascii { '~' } else { '…' };
    name.chars().take(width.saturating_sub(1)).chain([end]).collect()
}

/// The sign for something that took no time.
fn moment(ascii: bool) -> char {
    if ascii { '+' } else { '┃' }
}

fn legend(rows: &[Row], ascii: bool) -> String {
    let shown = |activity: &Activity| rows.iter().any(|row| row.segments.iter().any(|it| it.activity == *activity));
    let mut words: Vec<String> = Activity::ALL
        .into_iter()
        .filter(shown)
        .map(|activity| format!("{} {}", activity.sign(ascii), activity.word()))
        .collect();
    if rows.iter().any(|row| row.moment.is_some() || row.begun.is_some()) {
        words.push(format!("{} no time", moment(ascii)));
    }
    words.join("   ")
}
