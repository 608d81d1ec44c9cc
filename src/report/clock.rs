//! Instants of one release in UTC, no longer than they need to be: `09:36`, or `Jan 23 09:36` for several days.

use crate::syntax::literal::Instant;

const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 86_400_000;

/// The format of instants that are shown together, all with the same width.
pub(super) struct Clock {
    date: DateForm,
    /// Whether an instant has seconds.
    seconds: bool,
}

#[derive(Clone, Copy)]
enum DateForm {
    /// All instants are on one day.
    Omitted,
    /// `Jan 23`.
    Day,
    /// `2026-01-23`, if a month and a day could be ambiguous.
    Full,
}

impl Clock {
    /// `instants`: everything that is shown together, in any order.
    pub(super) fn new(instants: impl IntoIterator<Item = Instant>) -> Clock {
        let (mut first, mut last, mut seconds) = (i64::MAX, i64::MIN, false);
        for Instant(at) in instants {
            (first, last) = (first.min(at), last.max(at));
            seconds |= at.rem_euclid(MINUTE_MS) >= 1000;
        }
        let date = if first > last || first.div_euclid(DAY_MS) == last.div_euclid(DAY_MS) {
            DateForm::Omitted
        } else if last.saturating_sub(first) < 365 * DAY_MS {
            DateForm::Day
        } else {
            DateForm::Full
        };
        Clock { date, seconds }
    }

    /// The time of day; the date and the time without its seconds if the instants are on several days.
    pub(super) fn text(&self, at: Instant) -> String {
        match self.date {
            DateForm::Omitted => self.time(at),
            DateForm::Day | DateForm::Full => format!("{} {}", self.date(at), hours_and_minutes(at)),
        }
    }

    pub(super) fn date(&self, at: Instant) -> String {
        let form = if matches!(self.date, DateForm::Full) { "%Y-%m-%d" } else { "%b %d" };
        match jiff::Timestamp::from_millisecond(at.0) {
            Ok(timestamp) => timestamp.strftime(form).to_string(),
            Err(_) => at.to_string(),
        }
    }

    pub(super) fn time(&self, at: Instant) -> String {
        let seconds = if self.seconds { format!(":{:02}", at.0.rem_euclid(MINUTE_MS) / 1000) } else { String::new() };
        hours_and_minutes(at) + &seconds
    }
}

fn hours_and_minutes(at: Instant) -> String {
    let minutes = at.0.rem_euclid(DAY_MS) / MINUTE_MS;
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(instants: &[&str]) -> Vec<String> {
        let instants: Vec<Instant> = instants.iter().map(|text| text.parse().unwrap()).collect();
        let clock = Clock::new(instants.iter().copied());
        instants.iter().map(|at| clock.text(*at)).collect()
    }

    #[test]
    fn dates_are_shown_only_if_the_instants_are_on_several_days() {
        assert_eq!(shown(&["2026-01-23T08:00Z", "2026-01-23T23:59Z"]), ["08:00", "23:59"]);
        assert_eq!(shown(&["2026-01-23T23:50Z", "2026-01-24T00:10Z"]), ["Jan 23 23:50", "Jan 24 00:10"]);
        assert_eq!(shown(&["2026-12-31T23:00Z", "2027-01-02T09:30Z"]), ["Dec 31 23:00", "Jan 02 09:30"]);
        assert_eq!(shown(&["2026-01-23T08:00Z", "2027-01-23T08:00Z"]), ["2026-01-23 08:00", "2027-01-23 08:00"]);
        assert_eq!(shown(&["1969-12-31T23:59Z", "1970-01-01T00:00Z"]), ["Dec 31 23:59", "Jan 01 00:00"]);
    }

    #[test]
    fn one_instant_with_seconds_gives_seconds_to_all_of_a_day() {
        assert_eq!(shown(&["2026-01-23T08:00:00Z", "2026-01-23T08:00:30Z"]), ["08:00:00", "08:00:30"]);
        assert_eq!(shown(&["2026-01-23T08:00:00Z", "2026-01-24T08:00:30Z"]), ["Jan 23 08:00", "Jan 24 08:00"]);
    }

    #[test]
    fn instants_outside_the_calendar_are_still_shown() {
        let clock = Clock::new([Instant(i64::MIN), Instant(i64::MAX)]);
        assert!(clock.text(Instant(i64::MAX)).starts_with("9223372036854775807ms "));
        assert_eq!(Clock::new([]).text(Instant(0)), "00:00");
    }
}
