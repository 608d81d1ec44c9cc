//! Calculates when a window is open.
//!
//! Days, dates and times of a [`Window`] are local to its time zone. A window is open at an instant if it is open at
//! the local date and time. So an hour that the clocks skip does not exist, and an hour that they repeat counts both
//! times. An opening over midnight belongs to the day on which it starts; `closed` removes exactly its own hours.
//!
//! INVARIANT: a calendar does not read the clock; every query has an instant.

use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Timestamp, ToSpan};

use super::Window;
use crate::syntax::literal::{Clock, Days, Instant, MonthDay, Nth, Weekday};

mod gap;
mod joint;

pub(crate) use gap::{Gap, Jump};
pub(crate) use joint::{longest_gap_together, open_together};

/// The time zone of a window is not in the time zone database.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown time zone `{name}`")]
pub struct UnknownZone {
    pub name: String,
    /// The zone that was probably meant.
    pub nearest: Option<String>,
    /// Whether it was certainly meant: only case, blanks and underscores differ, or it is the only zone of this city.
    pub certain: bool,
}

/// A window that can be queried.
#[derive(Clone, Debug)]
pub struct Calendar {
    zone: TimeZone,
    open: Vec<OpeningRule>,
    closed: Vec<OpeningRule>,
}

const MINUTES_OF_DAY: u16 = 24 * 60;
/// The number of days after which a window that has not opened never will, unless a dated statement begins or ends: a
/// week, and two more for weeks in which the clocks skip the opening, or (as in Samoa) a whole day.
const LOOK_AHEAD: u32 = 22;

/// The number of days after which days of the year fall on the same weekdays again: 400 years.
const CYCLE: u32 = 146_097;

/// One `open` or `closed` statement.
#[derive(Clone, Copy, Debug)]
struct OpeningRule {
    days: Days,
    /// In minutes of the day; an end above 24:00 is on the next day.
    from: u16,
    to: u16,
}

impl OpeningRule {
    fn new((days, times): &(Days, Option<(Clock, Clock)>)) -> OpeningRule {
        let (from, to) = times.map_or((0, MINUTES_OF_DAY), |(from, to)| (from.0, to.0));
        OpeningRule { days: *days, from, to: if to <= from { to + MINUTES_OF_DAY } else { to } }
    }

    fn starts_on(&self, date: Date) -> bool {
        match self.days {
            Days::Week(first, last) => {
                let day = date.weekday().to_monday_zero_offset().unsigned_abs();
                if first <= last { first.0 <= day && day <= last.0 } else { first.0 <= day || day <= last.0 }
            }
            Days::Dates(first, last) => first <= date && date <= last,
            Days::Yearly(first, last) => {
                let day = MonthDay { month: date.month(), day: date.day() };
                if first <= last { first <= day && day <= last } else { first <= day || day <= last }
            }
            Days::Monthly(nth, day) => is_nth(date, nth, day),
        }
    }

    fn holds(&self, date: Date, minute: u16) -> bool {
        let of_today = self.from <= minute && minute < self.to && self.starts_on(date);
        let of_yesterday = || {
            let minute = minute + MINUTES_OF_DAY;
            self.from <= minute && minute < self.to && date.yesterday().is_ok_and(|date| self.starts_on(date))
        };
        of_today || of_yesterday()
    }

    /// Whether it returns in every week or every month, so that a year shows its longest gap.
    fn is_regular(&self) -> bool {
        matches!(self.days, Days::Week(..) | Days::Monthly(..))
    }

    /// Whether it returns, but not every week.
    fn is_periodic(&self) -> bool {
        matches!(self.days, Days::Yearly(..) | Days::Monthly(..))
    }
}

/// Whether a date is the nth of its weekdays in its month.
fn is_nth(date: Date, nth: Nth, day: Weekday) -> bool {
    let of_week = date.weekday().to_monday_zero_offset().unsigned_abs() == day.0;
    let of_month = date.day() - 1;
    of_week
        && match nth {
            Nth::FromStart(nth) => of_month.unsigned_abs() / 7 == nth,
            Nth::Last => of_month + 7 >= date.days_in_month(),
        }
}

impl Calendar {
    /// Makes the calendar of a window.
    ///
    /// # Errors
    /// If the time zone does not exist.
    pub fn new(window: &Window) -> Result<Calendar, UnknownZone> {
        let zone = window.timezone.as_ref().map_or(Ok(TimeZone::UTC), |name| zone(&name.value))?;
        let rules = |of: &[_]| of.iter().map(OpeningRule::new).collect();
        Ok(Calendar { zone, open: rules(&window.open), closed: rules(&window.closed) })
    }

    /// An instant in the time zone of the window: `Mon 09:00 Europe/London`, with its date if it is a week or more
    /// after `now`.
    pub fn words(&self, instant: Instant, now: Instant) -> String {
        words_in(&self.zone, instant, now)
    }

    /// The name of the time zone, from which [`clock_words`] makes the same text.
    pub fn zone(&self) -> &str {
        zone_name(&self.zone)
    }

    /// A window that is open every day between these times, in UTC.
    pub fn daily(from: Clock, to: Clock) -> Calendar {
        let week = Days::Week(Weekday(0), Weekday(6));
        Calendar { zone: TimeZone::UTC, open: vec![OpeningRule::new(&(week, Some((from, to))))], closed: Vec::new() }
    }

    /// Whether the window is open at this instant.
    pub fn open_at(&self, instant: Instant) -> bool {
        Timestamp::from_millisecond(instant.0).is_ok_and(|at| self.open(at))
    }

    /// The first instant at or after this one at which the window is open; `None` if it never opens again.
    pub fn next_open(&self, instant: Instant) -> Option<Instant> {
        let at = Timestamp::from_millisecond(instant.0).ok()?;
        if self.open(at) {
            return Some(instant);
        }
        let mut from = self.zone.to_datetime(at).date();
        from = from.yesterday().unwrap_or(from);
        let mut rules = self.open.iter().chain(&self.closed);
        let look_ahead = if rules.any(OpeningRule::is_periodic) { CYCLE + LOOK_AHEAD } else { LOOK_AHEAD };
        while from != Date::MAX {
            let until = self.next_change_of_dates(from);
            let mut date = from;
            for _ in 0..=look_ahead {
                // The clocks may skip the first minute of the next day, which then begins at the end of this one.
                if (self.opens_on(date) || date.tomorrow().is_ok_and(|next| self.opens_on(next)))
                    && let Some(opening) = self.opening_on(date, at)
                {
                    // INVARIANT: clocks that go back over midnight mix the instants of two days, but never of three.
                    let next = date.tomorrow().ok().and_then(|next| self.opening_on(next, at));
                    return Some(Instant(next.map_or(opening, |next| next.min(opening)).as_millisecond()));
                }
                date = date.tomorrow().unwrap_or(Date::MAX);
                if date >= until {
                    break;
                }
            }
            from = until;
        }
        None
    }

    fn open(&self, at: Timestamp) -> bool {
        let local = self.zone.to_datetime(at);
        self.open_in(
            local.date(),
            u16::from(local.hour().unsigned_abs()) * 60 + u16::from(local.minute().unsigned_abs()),
        )
    }

    fn open_in(&self, date: Date, minute: u16) -> bool {
        let holds = |rules: &[OpeningRule]| rules.iter().any(|rule| rule.holds(date, minute));
        (self.open.is_empty() || holds(&self.open)) && !holds(&self.closed)
    }

    /// Whether a day has an open minute, if the clocks skip none.
    fn opens_on(&self, date: Date) -> bool {
        self.breaks().into_iter().any(|minute| self.open_in(date, minute))
    }

    /// The minutes of a day at which the window may open or close.
    fn breaks(&self) -> BTreeSet<u16> {
        let rules = self.open.iter().chain(&self.closed);
        rules.flat_map(|rule| [rule.from, rule.to]).map(|minute| minute % MINUTES_OF_DAY).chain([0]).collect()
    }

    /// The first day after this one on which a dated statement begins, or the day after it ends.
    fn next_change_of_dates(&self, after: Date) -> Date {
        let rules = self.open.iter().chain(&self.closed);
        let changes = rules.flat_map(|rule| match rule.days {
            Days::Week(..) | Days::Yearly(..) | Days::Monthly(..) => [Date::MAX; 2],
            Days::Dates(first, last) => [first, last.checked_add(1.day()).unwrap_or(Date::MAX)],
        });
        changes.filter(|date| *date > after).min().unwrap_or(Date::MAX)
    }

    /// The first instant after `after`, on a local day, at which the window is open.
    fn opening_on(&self, date: Date, after: Timestamp) -> Option<Timestamp> {
        let midnight = self.zone.to_ambiguous_timestamp(date.at(0, 0, 0, 0)).compatible().ok()?;
        let end = date.tomorrow().ok()?.at(0, 0, 0, 0);
        let end = self.zone.to_ambiguous_timestamp(end).later().ok()?;
        let jumps = self.zone.following(midnight).map(|jump| jump.timestamp()).take_while(|jump| *jump <= end);
        let breaks = self.breaks().into_iter().flat_map(|minute| self.instants(date, minute)).flatten();
        breaks.chain(jumps).filter(|at| *at > after && self.open(*at)).min()
    }

    /// The instants at which the clocks show this time: usually one; none if they skip it, two if they repeat it.
    fn instants(&self, date: Date, minute: u16) -> [Option<Timestamp>; 2] {
        let local = date.at((minute / 60) as i8, (minute % 60) as i8, 0, 0);
        match self.zone.to_ambiguous_timestamp(local).offset() {
            AmbiguousOffset::Unambiguous { offset } => [offset.to_timestamp(local).ok(), None],
            AmbiguousOffset::Gap { .. } => [None, None],
            AmbiguousOffset::Fold { before, after } => {
                [before.to_timestamp(local).ok(), after.to_timestamp(local).ok()]
            }
        }
    }
}

/// An instant in a time zone, as in [`Calendar::words`]; `None` if the zone does not exist.
pub(crate) fn clock_words(zone_name: &str, instant: Instant, now: Instant) -> Option<String> {
    Some(words_in(&zone(zone_name).ok()?, instant, now))
}

fn words_in(zone: &TimeZone, instant: Instant, now: Instant) -> String {
    let Ok(at) = Timestamp::from_millisecond(instant.0) else { return instant.to_string() };
    let near = instant.since(now).0 < gap::SECONDS_OF_WEEK;
    let local = zone.to_datetime(at).strftime(if near { "%a %H:%M" } else { "%a %Y-%m-%d %H:%M" });
    format!("{local} {}", zone_name(zone))
}

fn zone_name(zone: &TimeZone) -> &str {
    zone.iana_name().unwrap_or("UTC")
}

/// The time zone of this exact name. The case matters because it does for other programs that read the name.
fn zone(name: &str) -> Result<TimeZone, UnknownZone> {
    let found = TimeZone::get(name).ok().filter(|zone| !zone.is_unknown());
    let canonical = found.as_ref().and_then(|zone| zone.iana_name()).map(String::from);
    match found {
        Some(zone) if canonical.as_deref() == Some(name) => Ok(zone),
        _ => {
            let meant = canonical.or_else(|| meant_zone(name));
            let certain = meant.is_some();
            Err(UnknownZone { name: name.to_owned(), nearest: meant.or_else(|| nearest_zone(name)), certain })
        }
    }
}

/// The names of all time zones.
pub(crate) fn zones() -> Vec<String> {
    jiff::tz::db().available().map(|zone| zone.to_string()).collect()
}

/// The only zone with this name, or else with this city, whatever the case, blanks and underscores.
fn meant_zone(name: &str) -> Option<String> {
    let plain = |text: &str| text.replace([' ', '_'], "").to_ascii_lowercase();
    let (all, name) = (zones(), plain(name));
    let city = |zone: &str| plain(zone.rsplit('/').next().unwrap_or_default());
    let only = |is: &dyn Fn(&str) -> bool| {
        let mut found = all.iter().filter(|zone| is(zone));
        found.next().filter(|_| found.next().is_none()).cloned()
    };
    only(&|zone| plain(zone) == name).or_else(|| only(&|zone| city(zone) == name))
}

fn nearest_zone(name: &str) -> Option<String> {
    // of abbreviations, another letter is another zone
    if name.chars().count() <= 4 {
        return None;
    }
    crate::diagnostic::nearest(name, zones().iter().map(String::as_str)).map(String::from)
}

#[cfg(test)]
mod tests;
