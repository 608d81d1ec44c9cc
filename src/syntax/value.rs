//! Parses literals. The result for an invalid literal is `None`; the caller reports the problem.

use super::ast::Percent;
use super::literal::{Clock, Days, Instant, InstantError, MonthDay, Seconds, Weekday};
use jiff::civil::Date;

/// `45s`, `30m`, `24h`, `7d`, `1h30m`: with larger units first, each once.
pub(super) fn duration(text: &str) -> Option<Seconds> {
    let mut units = [('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)].into_iter();
    let (mut total, mut number): (u64, Option<u64>) = (0, None);
    for character in text.chars() {
        if let Some(digit) = character.to_digit(10) {
            number = Some(number.unwrap_or(0).checked_mul(10)?.checked_add(u64::from(digit))?);
        } else {
            let (_, seconds) = units.find(|(unit, _)| *unit == character)?;
            total = total.checked_add(number.take()?.checked_mul(seconds)?)?;
        }
    }
    (number.is_none() && !text.is_empty() && total <= LONGEST).then_some(Seconds(total))
}

/// In seconds: a thousand years. Longer durations are mistakes, and sums of durations must not overflow.
const LONGEST: u64 = 366_000 * 86_400;

/// Whether a text is a duration except that it is too long.
pub(super) fn is_too_long(text: &str) -> bool {
    let mut digit = false;
    let short = text.chars().filter(|character| {
        // one digit of each number is enough to see its form
        let repeated = digit && character.is_ascii_digit();
        digit = character.is_ascii_digit();
        !repeated
    });
    duration(text).is_none() && duration(&short.collect::<String>()).is_some()
}

/// Converts `30 minutes`, `30 min` and `1h 30m`, as other languages write them, to the notation of promo.
pub(super) fn duration_in_words(text: &str) -> Option<String> {
    let mut out = String::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, behind) = rest.split_at_checked(digits)?;
        let behind = behind.trim_start();
        let letters = behind.bytes().take_while(u8::is_ascii_alphabetic).count();
        let (unit, behind) = behind.split_at_checked(letters)?;
        let unit = match unit.to_ascii_lowercase().as_str() {
            "w" | "wk" | "wks" | "week" | "weeks" => {
                out.push_str(&number.parse::<u64>().ok()?.checked_mul(7)?.to_string());
                out.push('d');
                rest = behind.trim_start();
                continue;
            }
            "s" | "sec" | "secs" | "second" | "seconds" => "s",
            "m" | "min" | "mins" | "minute" | "minutes" => "m",
            "h" | "hr" | "hrs" | "hour" | "hours" => "h",
            "d" | "day" | "days" => "d",
            _ => return None,
        };
        out.push_str(number);
        out.push_str(unit);
        rest = behind.trim_start();
    }
    duration(&out).map(|_| out)
}

/// `2m..5m` or `5m`; the first must not be longer than the second.
pub(super) fn duration_range(text: &str) -> Option<(Seconds, Seconds)> {
    let (least, most) = match text.split_once("..") {
        Some((least, most)) => (duration(least)?, duration(most)?),
        None => (duration(text)?, duration(text)?),
    };
    (least <= most).then_some((least, most))
}

/// `2%`, `0.5%`; from 0 to 100.
pub(super) fn percent(text: &str) -> Option<Percent> {
    let number = text.strip_suffix('%')?;
    let digits = number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let (whole, part) = number.split_once('.').unwrap_or((number, "0"));
    let value: f64 = number.parse().ok()?;
    (digits && !whole.is_empty() && !part.is_empty() && value <= 100.0).then_some(Percent(value))
}

/// `90%`: a whole percentage from 0 to 100.
pub(super) fn whole_percent(text: &str) -> Option<u8> {
    count(text.strip_suffix('%').filter(|number| !number.is_empty())?)
        .and_then(|number| u8::try_from(number).ok())
        .filter(|number| *number <= 100)
}

/// `2`; only digits.
pub(super) fn count(text: &str) -> Option<u32> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// `100` or `-5`.
pub(super) fn priority(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// From `00:00` to `24:00`.
pub(super) fn clock(text: &str) -> Option<Clock> {
    let (hours, minutes) = text.split_once(':')?;
    let two = |part: &str| (part.len() == 2).then(|| count(part)).flatten();
    let total = two(hours)? * 60 + two(minutes).filter(|minutes| *minutes < 60)?;
    (total <= 24 * 60).then_some(Clock(total as u16))
}

/// `mon` to `sun`.
pub(super) fn weekday(text: &str) -> Option<Weekday> {
    Weekday::WORDS.iter().position(|word| *word == text).map(|day| Weekday(day as u8))
}

/// `2026-12-20`, with exactly ten characters.
pub(super) fn date(text: &str) -> Option<Date> {
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || (year.len(), month.len(), day.len()) != (4, 2, 2) {
        return None;
    }
    Date::new(count(year)? as i16, count(month)? as i8, count(day)? as i8).ok()
}

/// `12-20`, with exactly five characters; in a leap year, so that `02-29` is one.
pub(super) fn month_day(text: &str) -> Option<MonthDay> {
    let (month, day) = text.split_once('-').filter(|_| text.len() == 5)?;
    let (month, day) = (count(month)? as i8, count(day)? as i8);
    Date::new(2000, month, day).ok().map(|_| MonthDay { month, day })
}

/// `mon`, `mon..fri`, `2026-12-20`, `2026-12-20..2027-01-04`, `12-20`, `12-20..01-04`. A range of weekdays or of days of
/// the year may wrap around; a range of dates may not.
pub(super) fn days(text: &str) -> Option<Days> {
    let (first, last) = text.split_once("..").unwrap_or((text, text));
    if let (Some(first), Some(last)) = (weekday(first), weekday(last)) {
        return Some(Days::Week(first, last));
    }
    if let (Some(first), Some(last)) = (month_day(first), month_day(last)) {
        return Some(Days::Yearly(first, last));
    }
    let (first, last) = (date(first)?, date(last)?);
    (first <= last).then_some(Days::Dates(first, last))
}

/// `09:00..17:00`, with two different ends.
pub(super) fn times(text: &str) -> Option<(Clock, Clock)> {
    let (from, to) = text.split_once("..")?;
    clock(from).zip(clock(to)).filter(|(from, to)| from != to)
}

/// `2026-11-23T08:00Z`, or with an offset, which is mandatory.
pub(super) fn instant(text: &str) -> Result<Instant, InstantError> {
    let (day, time) = text.split_once('T').ok_or(InstantError::Form)?;
    if date(day).is_none() {
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        return Err(match day.split('-').collect::<Vec<_>>().as_slice() {
            [year, month, day] if ![*year, *month, *day].into_iter().all(digits) => InstantError::Form,
            [year, _, _] if year.len() > 4 => InstantError::TooLate,
            [year, month, day] if (year.len(), month.len(), day.len()) == (4, 2, 2) => InstantError::NoSuchDate,
            _ => InstantError::Form,
        });
    }
    let plain = time.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b':' | b'.' | b'Z' | b'+' | b'-'));
    if !plain {
        return Err(InstantError::Form);
    }
    if time.splitn(3, ':').nth(2).is_some_and(|seconds| seconds.starts_with("60")) {
        return Err(InstantError::LeapSecond);
    }
    match text.parse::<jiff::Timestamp>() {
        Ok(timestamp) => Ok(Instant(timestamp.as_millisecond())),
        Err(_) if format!("{text}Z").parse::<jiff::Timestamp>().is_ok() => Err(InstantError::NoOffset),
        Err(_) if time.get(..5).is_some_and(|time| clock(time).is_none_or(|clock| clock.0 >= 24 * 60)) => {
            Err(InstantError::NoSuchTime)
        }
        Err(_) if day.starts_with("9999-12-3") => Err(InstantError::TooLate),
        Err(_) => Err(InstantError::Form),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        let seconds = |text| duration(text).map(|s| s.0);
        assert_eq!(seconds("1h30m"), Some(5400));
        assert_eq!(seconds("7d"), Some(604_800));
        assert_eq!(seconds("0s"), Some(0));
        for bad in [
            "",
            "30",
            "m",
            "30m1h",
            "1m1m",
            "30M",
            "-5m",
            "1.5h",
            "99999999999999999999s",
            "9999999d",
            "213503982334602d",
        ] {
            assert_eq!(seconds(bad), None, "{bad}");
        }
        assert_eq!(seconds("366000d"), Some(LONGEST));
        assert_eq!(
            [seconds("366000d1s"), seconds("18446744073709551615s"), seconds("365999d18446744073709551615s")],
            [None; 3]
        );
        assert_eq!(["366000d1s", "99999999999999999999s", "9999999d1h"].map(is_too_long), [true; 3]);
        assert_eq!(["366000d", "30", "30m1h", "", "soon"].map(is_too_long), [false; 5]);
        assert_eq!("1h30m".parse(), Ok(Seconds(5400)));
        assert_eq!("1h30".parse::<Seconds>(), Err(()));
        assert_eq!(duration_in_words("30 minutes").as_deref(), Some("30m"));
        assert_eq!(duration_in_words("1 hour 30min").as_deref(), Some("1h30m"));
        assert_eq!(duration_in_words("2 weeks").as_deref(), Some("14d"));
        assert_eq!(duration_in_words("soon"), None);
        assert_eq!(duration_range("2m..5m"), Some((Seconds(120), Seconds(300))));
        assert_eq!(duration_range("5m..2m"), None);
    }

    #[test]
    fn percents_and_counts() {
        assert_eq!(percent("2%"), Some(Percent(2.0)));
        assert_eq!(percent("0.5%"), Some(Percent(0.5)));
        for bad in ["2", "101%", "-1%", "%", ".5%", "1e1%", "nan%"] {
            assert_eq!(percent(bad), None, "{bad}");
        }
        assert_eq!((count("3"), count(""), count("+3"), count("99999999999")), (Some(3), None, None, None));
        assert_eq!((priority("-5"), priority("x")), (Some(-5), None));
    }

    #[test]
    fn clocks_days_and_instants() {
        assert_eq!(clock("24:00"), Some(Clock(1440)));
        assert_eq!([clock("24:01"), clock("9:00"), clock("09:60"), clock("0900")], [None; 4]);
        assert_eq!(days("fri..mon"), Some(Days::Week(Weekday(4), Weekday(0))));
        assert!(
            days("2028-02-29").is_some() && days("2027-02-29").is_none() && days("2027-01-04..2026-12-20").is_none()
        );
        assert_eq!(instant("2026-01-05T09:00Z"), Ok(Instant::DEFAULT_START));
        assert_eq!(instant("2026-01-05T04:00-05:00"), Ok(Instant::DEFAULT_START));
        assert!(instant("9999-12-30T22:00Z").is_ok());
    }

    #[test]
    fn what_is_not_an_instant_has_a_reason() {
        for (text, error) in [
            ("2026-01-05T23:59:60Z", InstantError::LeapSecond),
            ("2026-01-05T23:59:60.5+01:00", InstantError::LeapSecond),
            ("2026-01-05T09:00", InstantError::NoOffset),
            ("2026-01-05", InstantError::Form),
            ("2026-1-5T09:00Z", InstantError::Form),
            ("-1", InstantError::Form),
            ("2026-01-05T09:00Z[UTC]", InstantError::Form),
            ("2026-01-05T09:00+99:00", InstantError::Form),
            ("2026-02-30T09:00Z", InstantError::NoSuchDate),
            ("2026-01-05T24:00Z", InstantError::NoSuchTime),
            ("2026-01-05T09:61Z", InstantError::NoSuchTime),
            ("9999-12-31T23:59Z", InstantError::TooLate),
            ("9999-12-30T22:00:01Z", InstantError::TooLate),
            ("99999-01-01T00:00Z", InstantError::TooLate),
        ] {
            assert_eq!(instant(text), Err(error), "{text}");
        }
    }
}
