//! The values of literals: durations, instants, days and times of day.

use std::fmt;

/// A duration in whole seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seconds(pub u64);

impl fmt::Display for Seconds {
    /// In the notation of programs: `1h30m`, `45s`, `24h`, `7d`, `0s`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return f.write_str("0s");
        }
        let mut rest = self.0;
        for (unit, seconds) in [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)] {
            // one day is usually written as 24h
            if rest >= seconds && !(unit == "d" && rest < 2 * seconds) {
                write!(f, "{}{unit}", rest / seconds)?;
                rest %= seconds;
            }
        }
        Ok(())
    }
}

impl std::str::FromStr for Seconds {
    type Err = ();

    /// Parses the notation of programs: `1h30m`, with larger units first, each once, and at most a thousand years.
    fn from_str(text: &str) -> Result<Seconds, ()> {
        super::value::duration(text).ok_or(())
    }
}

/// An instant, in milliseconds since 1970-01-01T00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Instant(pub i64);

impl Instant {
    /// 2026-01-05T09:00Z, a Monday: the default start of a simulation.
    pub const DEFAULT_START: Instant = Instant(1_767_603_600_000);

    /// The instant that is this much later; saturates.
    #[must_use]
    pub fn after(self, seconds: Seconds) -> Instant {
        let milliseconds = i64::try_from(seconds.0).unwrap_or(i64::MAX).saturating_mul(1000);
        Instant(self.0.saturating_add(milliseconds))
    }

    /// The whole seconds since an earlier instant; 0 if `earlier` is in fact later.
    pub fn since(self, earlier: Instant) -> Seconds {
        Seconds(u64::try_from(self.0.saturating_sub(earlier.0) / 1000).unwrap_or(0))
    }
}

/// Why a text is not an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InstantError {
    /// With an offset it would be one.
    NoOffset,
    /// After the last instant.
    TooLate,
    /// A leap second has no instant of its own.
    LeapSecond,
    /// The date is not in the calendar.
    NoSuchDate,
    /// The time of day is not from `00:00` to `23:59`.
    NoSuchTime,
    /// It has another form.
    Form,
}

impl InstantError {
    /// The problem, if the form is right.
    pub fn reason(self) -> Option<&'static str> {
        match self {
            InstantError::NoOffset => Some("the offset is missing"),
            InstantError::TooLate => Some("the last one is `9999-12-30T22:00Z`"),
            InstantError::LeapSecond => Some("a leap second has no instant of its own"),
            InstantError::NoSuchDate => Some("there is no such date"),
            InstantError::NoSuchTime => Some("there is no such time of day"),
            InstantError::Form => None,
        }
    }

    /// What to write instead.
    pub fn help(self) -> &'static str {
        match self {
            InstantError::TooLate => "Write at most `9999-12-30T22:00Z`.",
            InstantError::LeapSecond => "Write a second from `00` to `59`.",
            InstantError::NoSuchTime => "Write a time of day from `00:00` to `23:59`, such as `2026-11-23T08:00Z`.",
            _ => "Write an instant such as `2026-11-23T08:00Z` or `2026-11-23T08:00+01:00`.",
        }
    }
}

impl std::str::FromStr for Instant {
    type Err = InstantError;

    /// Parses the notation of programs: `2026-11-23T08:00Z`, or with an offset, which is mandatory.
    fn from_str(text: &str) -> Result<Instant, InstantError> {
        super::value::instant(text)
    }
}

impl fmt::Display for Instant {
    /// RFC 3339 in UTC: `2026-11-23T08:00:00Z`, with milliseconds only if they are not zero.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_millisecond(self.0) {
            Ok(timestamp) => write!(f, "{timestamp}"),
            Err(_) => write!(f, "{}ms", self.0),
        }
    }
}

/// A day of the week, from 0 for Monday to 6.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Weekday(pub u8);

impl Weekday {
    /// The words for the days, Monday first.
    pub const WORDS: [&'static str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
}

/// The days of an `open` or `closed` statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Days {
    /// `mon`, `mon..fri`, `fri..mon`: from the first to the last, both included; it may wrap around the week.
    Week(Weekday, Weekday),
    /// `2026-12-20`, `2026-12-20..2027-01-04`: from the first to the last, both included.
    Dates(jiff::civil::Date, jiff::civil::Date),
    /// `05-01`, `12-20..01-04`: from the first to the last of every year, both included; it may wrap around the year.
    Yearly(MonthDay, MonthDay),
    /// `last fri`: this day of every month.
    Monthly(Nth, Weekday),
}

/// A day of every year; 29 February exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MonthDay {
    /// From 1 to 12.
    pub month: i8,
    /// From 1 to the last day of the month.
    pub day: i8,
}

/// Which of the four or five equal weekdays of a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Nth {
    /// From 0 for `first` to 3 for `fourth`.
    FromStart(u8),
    /// The fourth or the fifth.
    Last,
}

impl Nth {
    /// The words, in the order of a month.
    pub const WORDS: [&'static str; 5] = ["first", "second", "third", "fourth", "last"];

    /// The value of a word.
    pub fn parse(text: &str) -> Option<Nth> {
        let position = Nth::WORDS.iter().position(|word| *word == text)?;
        Some(if position == 4 { Nth::Last } else { Nth::FromStart(position as u8) })
    }
}

/// A time of day in minutes since midnight, from `00:00` to `24:00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Clock(pub u16);

/// More tries after a failure: `retry N every D`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry {
    /// The greatest number of further tries.
    pub times: u32,
    /// The time from the end of a failed try to the next one.
    pub every: Seconds,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_start_is_a_monday_morning() {
        assert_eq!(Instant::DEFAULT_START.to_string(), "2026-01-05T09:00:00Z");
    }

    #[test]
    fn durations_are_shown_in_the_notation_of_programs() {
        assert_eq!(
            [0, 45, 1800, 5400, 86_400, 604_800, 90_061].map(|s| Seconds(s).to_string()),
            ["0s", "45s", "30m", "1h30m", "24h", "7d", "25h1m1s"]
        );
    }
}
