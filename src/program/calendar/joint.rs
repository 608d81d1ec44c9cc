//! Calculates when several windows are open at the same time, for an environment that waits for all of them.

use std::collections::BTreeSet;

use jiff::civil::{Date, date};
use jiff::{Timestamp, ToSpan};

use super::gap::FIRST_YEAR;
use super::{Calendar, OpeningRule};
use crate::syntax::literal::{Days, Instant, Seconds};

/// In days: a year, in which a week meets every state of the clocks, and the look-ahead of a window.
const YEAR: i64 = 366 + 22;
/// In days: forty years, in which every day of the year, leap days included, falls on every day of the week.
const YEARS: i64 = 40 * 366;

/// Whether there is an instant at which all windows are open.
///
/// Between two dates at which a dated statement begins or ends, all that differs from week to week is the clocks, so a
/// year is enough.
pub(crate) fn open_together(windows: &[&Calendar]) -> bool {
    let rules = windows.iter().flat_map(|window| window.open.iter().chain(&window.closed));
    let dates = rules.flat_map(|rule| match rule.days {
        Days::Week(..) | Days::Yearly(..) | Days::Monthly(..) => [None, None],
        Days::Dates(first, last) => [Some(first), last.tomorrow().ok()],
    });
    let mut rules = windows.iter().flat_map(|window| window.open.iter().chain(&window.closed));
    let days = if rules.any(OpeningRule::is_periodic) { YEARS } else { YEAR };
    let starts: BTreeSet<Date> = dates.flatten().chain([date(FIRST_YEAR, 1, 1)]).collect();
    // a day earlier, because days begin earlier in the east
    let starts = starts.into_iter().filter_map(|start| start.yesterday().ok());
    starts.filter_map(midnight).any(|from| open_within(windows, from, days))
}

/// Whether all windows are open at some instant of a number of days after `from`.
fn open_within(windows: &[&Calendar], from: Timestamp, days: i64) -> bool {
    let mut at = Instant(from.as_millisecond());
    let until = at.0 + days * 86_400_000;
    while at.0 <= until {
        let next = windows.iter().map(|window| window.next_open(at));
        let Some(latest) = next.collect::<Option<Vec<_>>>().and_then(|next| next.into_iter().max()) else {
            return false;
        };
        if latest == at {
            return true;
        }
        at = latest;
    }
    false
}

/// In days: 28 years, after which days of the month fall on the same dates again.
const YEARS_OF_MONTHS: i64 = 28 * 366;

/// The longest time for which windows are not all open, without closings on dates or on days of the year. `None` if one of
/// them opens only on such days, or if they never open together.
pub(crate) fn longest_gap_together(windows: &[&Calendar]) -> Option<Seconds> {
    let regular = |rules: &[OpeningRule]| rules.iter().copied().filter(OpeningRule::is_regular).collect::<Vec<_>>();
    let weeks: Vec<Calendar> = windows
        .iter()
        .map(|window| {
            let (open, closed) = (regular(&window.open), regular(&window.closed));
            let only_dates = open.is_empty() && !window.open.is_empty();
            (!only_dates).then(|| Calendar { zone: window.zone.clone(), open, closed })
        })
        .collect::<Option<_>>()?;
    let mut rules = weeks.iter().flat_map(|week| week.open.iter().chain(&week.closed));
    let length = if rules.any(OpeningRule::is_periodic) { YEARS_OF_MONTHS } else { YEAR };
    let (mut instants, mut day) = (BTreeSet::new(), date(FIRST_YEAR, 1, 1));
    for _ in 0..length {
        for week in &weeks {
            let breaks = week.breaks();
            instants.extend(breaks.iter().flat_map(|minute| week.instants(day, *minute)).flatten());
        }
        day = day.tomorrow().ok()?;
    }
    let start = midnight(date(FIRST_YEAR, 1, 1))?;
    for week in &weeks {
        let jumps = week.zone.following(start).map(|jump| jump.timestamp());
        let end = start.checked_add((24 * length).hours()).ok()?;
        instants.extend(jumps.take_while(|jump| *jump < end));
    }
    let (mut longest, mut closed_since, mut opened) = (0, None, false);
    for at in instants {
        if !weeks.iter().all(|week| week.open(at)) {
            closed_since = closed_since.or(Some(at));
        } else if let Some(since) = closed_since.take() {
            longest = longest.max(at.as_second() - since.as_second());
            opened = true;
        } else {
            opened = true;
        }
    }
    opened.then_some(Seconds(longest.unsigned_abs()))
}

fn midnight(day: Date) -> Option<Timestamp> {
    day.at(0, 0, 0, 0).to_zoned(jiff::tz::TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}
