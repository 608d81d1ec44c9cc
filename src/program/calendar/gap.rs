//! Calculates how long a window stays closed at most. Weeks in which the clocks change are longer or shorter, or lose
//! an opening.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, Time, Weekday as Day, date};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::{Calendar, OpeningRule, longest_gap_together};
use crate::syntax::literal::{Days, Seconds};

/// The longest time for which a window stays closed between two weekly openings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    pub every_week: Seconds,
    /// Whether it depends on days of the month, so that it is not the same every week.
    pub monthly: bool,
    /// The time in a week in which the clocks change, if it is longer.
    pub over_jumps: Option<(Seconds, Jump)>,
}

/// The direction in which the clocks change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Jump {
    /// An hour is skipped.
    Forward,
    /// An hour is repeated.
    Back,
}

/// The first year whose clock changes count. A constant, because a calendar does not read the clock and laws rarely
/// change.
pub(super) const FIRST_YEAR: i16 = 2026;
pub(super) const SECONDS_OF_WEEK: u64 = 7 * 24 * 3600;

impl Calendar {
    /// The longest time between two weekly openings, without dated closings; `None` if the window does not open weekly.
    pub fn longest_gap(&self) -> Option<Gap> {
        let is_monthly = |rule: &OpeningRule| matches!(rule.days, Days::Monthly(..));
        if self.open.iter().chain(&self.closed).any(is_monthly) {
            let gap = longest_gap_together(&[self])?;
            return Some(Gap { every_week: gap, monthly: true, over_jumps: None });
        }
        let weekly = |rules: &[OpeningRule]| -> Vec<OpeningRule> {
            rules.iter().copied().filter(OpeningRule::is_regular).collect()
        };
        let week = Calendar { zone: self.zone.clone(), open: weekly(&self.open), closed: weekly(&self.closed) };
        if week.open.is_empty() && !self.open.is_empty() {
            return None;
        }
        let every_week = week.gap_of_a_week()?;
        let over_jumps = week.jumps().into_values().filter_map(|jump| week.gap_round(jump));
        let over_jumps = over_jumps.filter(|(gap, _)| *gap > every_week).max_by_key(|(gap, _)| *gap);
        Some(Gap { every_week, monthly: false, over_jumps })
    }

    /// The longest time between two openings in a week without a clock change; `None` if it never opens.
    fn gap_of_a_week(&self) -> Option<Seconds> {
        let mut day = Date::default().nth_weekday(1, Day::Monday).ok()?;
        let (mut elapsed, mut longest, mut closed_since) = (0_u64, 0, None);
        // Two weeks, to see the whole gap over the end of the first one.
        for _ in 0..14 {
            for minute in self.breaks() {
                let now = elapsed + u64::from(minute) * 60;
                if !self.open_in(day, minute) {
                    closed_since = closed_since.or(Some(now));
                } else if let Some(since) = closed_since.take() {
                    longest = longest.max(now - since);
                }
            }
            day = day.tomorrow().ok()?;
            elapsed += SECONDS_OF_WEEK / 7;
        }
        closed_since.is_none_or(|since| elapsed - since < SECONDS_OF_WEEK).then_some(Seconds(longest))
    }

    /// The clock changes, one for each day of the week, time of day and amount, because a week cannot tell others
    /// apart. After 28 years, dates fall on the same days of the week.
    fn jumps(&self) -> BTreeMap<(i8, Time, i32), Timestamp> {
        let instant = |year: i16| TimeZone::UTC.to_timestamp(date(year, 1, 1).at(0, 0, 0, 0));
        let (Ok(from), Ok(until)) = (instant(FIRST_YEAR), instant(FIRST_YEAR + 28)) else { return BTreeMap::new() };
        let jumps = self.zone.following(from).map(|jump| jump.timestamp()).take_while(|jump| *jump < until);
        let offset = |at: Timestamp| self.zone.to_offset(at).seconds();
        let of_a_week = jumps.map(|jump| {
            let local = self.zone.to_datetime(jump);
            let before = jump.checked_sub(1.second()).map_or(0, offset);
            ((local.weekday().to_monday_zero_offset(), local.time(), offset(jump) - before), jump)
        });
        // A zone may change its abbreviation or its law without a change of its clocks.
        of_a_week.filter(|((.., change), _)| *change != 0).collect()
    }

    /// The longest time between two openings around a clock change, and the direction of that change.
    fn gap_round(&self, jump: Timestamp) -> Option<(Seconds, Jump)> {
        let day = self.zone.to_datetime(jump).date();
        let days = (-8..=15).filter_map(|offset: i32| day.checked_add(offset.days()).ok());
        let breaks = self.breaks();
        let of_days = days.flat_map(|day| breaks.iter().flat_map(move |minute| self.instants(day, *minute)));
        let instants: BTreeSet<Timestamp> = of_days.flatten().chain([jump]).collect();
        let (mut longest, mut closed_since) = (None, None);
        for at in instants {
            if !self.open(at) {
                closed_since = closed_since.or(Some(at));
            } else if let Some(since) = closed_since.take() {
                longest = longest.max(Some(at.as_second() - since.as_second()));
            }
        }
        let change =
            self.zone.to_offset(jump).seconds() - self.zone.to_offset(jump.checked_sub(1.second()).ok()?).seconds();
        Some((Seconds(longest?.unsigned_abs()), if change < 0 { Jump::Back } else { Jump::Forward }))
    }
}
