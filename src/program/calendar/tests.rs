use jiff::civil::{Date, date};
use proptest::prelude::*;

use super::*;
use crate::source::{FileId, Span, Spanned};
use crate::syntax::ast::WindowDecl;
use crate::syntax::literal::{Seconds, Weekday};

type Rules<'a> = &'a [(Days, Option<(&'a str, &'a str)>)];

fn window(zone: &str, open: Rules<'_>, closed: Rules<'_>) -> Window {
    let span = Span::new(FileId::new(0), 0, 0);
    let clock = |text: &str| {
        let (hours, minutes) = text.split_once(':').unwrap();
        Clock(hours.parse::<u16>().unwrap() * 60 + minutes.parse::<u16>().unwrap())
    };
    let rules = |rules: Rules<'_>| {
        rules.iter().map(|(days, times)| (*days, times.map(|(from, to)| (clock(from), clock(to))))).collect()
    };
    Window {
        name: Spanned::new("w".into(), span),
        timezone: Some(Spanned::new(zone.into(), span)),
        open: rules(open),
        closed: rules(closed),
        decl: WindowDecl { name: None, timezone: None, openings: Vec::new(), span, damaged: false },
    }
}

fn calendar(zone: &str, open: Rules<'_>, closed: Rules<'_>) -> Calendar {
    Calendar::new(&window(zone, open, closed)).unwrap()
}

fn week(first: &str, last: &str) -> Days {
    let day = |word| Weekday(Weekday::WORDS.iter().position(|known| *known == word).unwrap() as u8);
    Days::Week(day(first), day(last))
}

fn days(first: Date, last: Date) -> Days {
    Days::Dates(first, last)
}

fn instant(text: &str) -> Instant {
    Instant(text.parse::<Timestamp>().unwrap().as_millisecond())
}

fn next(calendar: &Calendar, from: &str) -> Option<String> {
    calendar.next_open(instant(from)).map(|at| at.to_string())
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn office_hours_follow_the_clocks_of_london_in_spring() {
    let office = calendar("Europe/London", &[(week("mon", "sun"), Some(("09:00", "17:00")))], &[]);
    assert_eq!(next(&office, "2026-03-28T17:00:00Z"), some("2026-03-29T08:00:00Z"));
    assert_eq!(next(&office, "2026-03-27T17:00:00Z"), some("2026-03-28T09:00:00Z"));
    assert!(office.open_at(instant("2026-03-28T16:59:59.999Z")));
    assert!(!office.open_at(instant("2026-03-28T17:00:00Z")));
    assert!(office.open_at(instant("2026-03-29T15:59:59Z")));
    assert!(!office.open_at(instant("2026-03-29T16:00:00Z")));
}

#[test]
fn a_skipped_hour_does_not_exist() {
    let night = &[(week("sun", "sun"), Some(("01:00", "02:00")))];
    let london = calendar("Europe/London", night, &[]);
    assert_eq!(next(&london, "2026-03-23T00:00:00Z"), some("2026-04-05T00:00:00Z"));
    let new_york = calendar("America/New_York", &[(week("sun", "sun"), Some(("02:00", "03:00")))], &[]);
    assert_eq!(next(&new_york, "2026-03-02T00:00:00Z"), some("2026-03-15T06:00:00Z"));
    let half = calendar("Europe/London", &[(week("sun", "sun"), Some(("01:30", "02:30")))], &[]);
    assert_eq!(next(&half, "2026-03-29T00:00:00Z"), some("2026-03-29T01:00:00Z"));
    assert!(half.open_at(instant("2026-03-29T01:29:59Z")));
    assert!(!half.open_at(instant("2026-03-29T01:30:00Z")));
    let only = days(date(2026, 3, 29), date(2026, 3, 29));
    assert_eq!(
        next(&calendar("Europe/London", &[(only, Some(("01:00", "02:00")))], &[]), "1970-01-01T00:00:00Z"),
        None
    );
}

#[test]
fn a_repeated_hour_counts_twice() {
    let london = calendar("Europe/London", &[(week("sun", "sun"), Some(("01:15", "01:45")))], &[]);
    assert_eq!(next(&london, "2026-10-25T00:00:00Z"), some("2026-10-25T00:15:00Z"));
    assert!(!london.open_at(instant("2026-10-25T00:45:00Z")));
    assert_eq!(next(&london, "2026-10-25T00:45:00Z"), some("2026-10-25T01:15:00Z"));
    assert_eq!(next(&london, "2026-10-25T01:45:00Z"), some("2026-11-01T01:15:00Z"));
    let new_york = calendar("America/New_York", &[(week("sun", "sun"), Some(("01:00", "02:00")))], &[]);
    assert_eq!(next(&new_york, "2026-10-26T00:00:00Z"), some("2026-11-01T05:00:00Z"));
    assert!(new_york.open_at(instant("2026-11-01T06:59:59Z")), "the whole of both hours");
    assert!(!new_york.open_at(instant("2026-11-01T07:00:00Z")));
}

#[test]
fn an_opening_over_midnight_belongs_to_the_day_of_its_start() {
    let night = calendar("UTC", &[(week("fri", "fri"), Some(("22:00", "06:00")))], &[]);
    assert!(night.open_at(instant("2026-01-10T05:59:00Z")), "Saturday morning");
    assert!(!night.open_at(instant("2026-01-10T06:00:00Z")));
    assert!(!night.open_at(instant("2026-01-10T22:00:00Z")));
    assert!(!night.open_at(instant("2026-01-09T05:00:00Z")), "Friday morning is Thursday's");
    let closed = calendar(
        "UTC",
        &[(week("fri", "fri"), Some(("22:00", "06:00")))],
        &[(week("sat", "sat"), Some(("02:00", "03:00")))],
    );
    assert_eq!(next(&closed, "2026-01-10T02:00:00Z"), some("2026-01-10T03:00:00Z"), "takes just its own hours");
    let one_night = calendar("UTC", &[(days(date(2026, 2, 28), date(2026, 2, 28)), Some(("23:00", "01:00")))], &[]);
    assert_eq!(next(&one_night, "2026-01-01T00:00:00Z"), some("2026-02-28T23:00:00Z"));
    assert!(one_night.open_at(instant("2026-03-01T00:59:00Z")));
    assert_eq!(next(&one_night, "2026-03-01T01:00:00Z"), None);
}

#[test]
fn without_an_opening_it_is_open_whenever_it_is_not_closed() {
    let freeze = calendar("Europe/London", &[], &[(days(date(2026, 12, 20), date(2027, 1, 4)), None)]);
    assert!(freeze.open_at(instant("2026-12-19T23:59:00Z")));
    assert_eq!(next(&freeze, "2026-12-20T00:00:00Z"), some("2027-01-05T00:00:00Z"));
    let friday = calendar("UTC", &[], &[(week("fri", "fri"), Some(("12:00", "24:00")))]);
    assert_eq!(next(&friday, "2026-01-09T12:00:00Z"), some("2026-01-10T00:00:00Z"));
    let never = calendar("UTC", &[], &[(week("mon", "sun"), None)]);
    assert_eq!(next(&never, "1970-01-01T00:00:00Z"), None);
    assert!(calendar("UTC", &[], &[]).open_at(Instant(0)));
}

#[test]
fn a_leap_day_is_a_day() {
    let leap = calendar("UTC", &[(days(date(2028, 2, 29), date(2028, 2, 29)), None)], &[]);
    assert_eq!(next(&leap, "2026-01-01T00:00:00Z"), some("2028-02-29T00:00:00Z"));
    assert!(leap.open_at(instant("2028-02-29T23:59:59Z")));
    assert!(!leap.open_at(instant("2028-03-01T00:00:00Z")));
}

#[test]
fn a_range_of_weekdays_may_wrap_around() {
    let edges = calendar("UTC", &[(week("fri", "mon"), Some(("09:00", "17:00")))], &[(week("sat", "sun"), None)]);
    assert_eq!(next(&edges, "2026-01-09T17:00:00Z"), some("2026-01-12T09:00:00Z"));
    assert_eq!(next(&edges, "2026-01-12T17:00:00Z"), some("2026-01-16T09:00:00Z"));
}

#[test]
fn the_end_of_a_freeze_of_a_thousand_years_is_found_quickly() {
    let freeze = calendar(
        "America/New_York",
        &[(week("mon", "mon"), None)],
        &[(days(date(2026, 1, 1), date(8026, 1, 1)), None)],
    );
    assert_eq!(next(&freeze, "2026-01-02T00:00:00Z"), some("8026-01-05T05:00:00Z"));
}

/// The hours between openings in every week, and in a week in which the clocks change.
fn gap(of: &Calendar) -> Option<(u64, Option<(u64, Jump)>)> {
    let hours = |seconds: Seconds| seconds.0 / 3600;
    of.longest_gap().map(|gap| (hours(gap.every_week), gap.over_jumps.map(|(longest, jump)| (hours(longest), jump))))
}

#[test]
fn the_longest_gap_is_over_the_weekend() {
    let office = calendar("UTC", &[(week("mon", "fri"), Some(("09:00", "17:00")))], &[]);
    assert_eq!(gap(&office), Some((64, None)));
    let with_freeze = calendar(
        "UTC",
        &[(week("mon", "fri"), Some(("09:00", "17:00")))],
        &[(days(date(2026, 1, 1), date(2026, 3, 1)), None)],
    );
    assert_eq!(gap(&with_freeze), Some((64, None)));
    assert_eq!(gap(&calendar("UTC", &[], &[(week("sat", "sun"), None)])), Some((48, None)));
    assert_eq!(gap(&calendar("UTC", &[], &[])), Some((0, None)));
    assert_eq!(gap(&calendar("UTC", &[], &[(week("mon", "sun"), None)])), None);
    let dated = days(date(2026, 1, 1), date(2026, 3, 1));
    assert_eq!(gap(&calendar("UTC", &[(dated, None)], &[])), None);
    let nights = calendar("UTC", &[(week("mon", "sun"), Some(("22:00", "02:00")))], &[]);
    assert_eq!(gap(&nights), Some((20, None)));
}

/// In 2026, January has four Mondays; only in other years two months with five are 17 weeks apart.
#[test]
fn the_longest_gap_between_days_of_the_month_is_that_of_all_years() {
    let [fourth, last] = [Nth::FromStart(3), Nth::Last].map(|nth| (Days::Monthly(nth, Weekday(0)), None));
    assert_eq!(gap(&calendar("UTC", &[fourth], &[last])), Some((118 * 24, None)));
    assert_eq!(gap(&calendar("UTC", &[last], &[])), Some((34 * 24, None)));
}

#[test]
fn the_longest_gap_is_in_a_week_in_which_the_clocks_change() {
    let office = |zone| calendar(zone, &[(week("mon", "fri"), Some(("09:00", "17:00")))], &[]);
    assert_eq!(gap(&office("Europe/London")), Some((64, Some((65, Jump::Back)))));
    assert_eq!(gap(&office("Asia/Tokyo")), Some((64, None)));
    // The clocks change on a Sunday, while this window is open.
    let sundays = calendar("Europe/London", &[(week("mon", "sun"), Some(("00:00", "23:00")))], &[]);
    assert_eq!(gap(&sundays), Some((1, None)));
    // Open only on Sundays, in the hour that is skipped once a year: two weeks without an opening, except for that
    // hour.
    let skipped = calendar("Europe/London", &[(week("sun", "sun"), Some(("01:00", "02:00")))], &[]);
    assert_eq!(gap(&skipped), Some((167, Some((14 * 24 - 2, Jump::Forward)))));
}

#[test]
fn zone_names_are_exact() {
    let unknown = |zone| Calendar::new(&window(zone, &[], &[])).unwrap_err().nearest;
    assert_eq!(unknown("europe/london"), some("Europe/London"));
    assert_eq!(unknown("Europe/Londn"), some("Europe/London"));
    assert_eq!(unknown("New York"), some("America/New_York"));
    assert_eq!(unknown("Etc/Unknown"), None);
}

fn zones() -> impl Strategy<Value = &'static str> {
    prop_oneof![
        Just("Europe/London"),
        Just("America/New_York"),
        Just("UTC"),
        Just("America/Havana"),
        Just("Australia/Lord_Howe"),
        Just("America/Nuuk")
    ]
}

fn rules() -> impl Strategy<Value = Vec<(Days, Option<(Clock, Clock)>)>> {
    let dates = (0..400_i32, 0..20_i32).prop_map(|(at, length)| {
        let first = date(2026, 1, 1).checked_add(at.days()).unwrap();
        Days::Dates(first, first.checked_add(length.days()).unwrap())
    });
    let days = prop_oneof![3 => (0..7_u8, 0..7_u8).prop_map(|(a, b)| Days::Week(Weekday(a), Weekday(b))), 1 => dates];
    let times = proptest::option::of((0..96_u16, 1..96_u16))
        .prop_map(|times| times.map(|(from, length)| (Clock(from * 15), Clock((from + length) % 96 * 15))));
    proptest::collection::vec((days, times), 0..4)
}

proptest! {
    #[test]
    fn the_next_opening_is_the_first_quarter_of_an_hour_that_is_open(
        zone in zones(), open in rules(), closed in rules(), at in 0..35_040_i64,
    ) {
        let mut window = window(zone, &[], &[]);
        (window.open, window.closed) = (open, closed);
        let calendar = Calendar::new(&window).unwrap();
        let quarter = 15 * 60 * 1000;
        let from = instant("2026-01-01T00:00:00Z").0 + at * quarter;
        let all = (0..4 * 24 * 30).map(|step| Instant(from + step * quarter));
        let first = all.into_iter().find(|at| calendar.open_at(*at));
        let found = calendar.next_open(Instant(from));
        match first {
            Some(first) => prop_assert_eq!(found, Some(first)),
            None => prop_assert!(found.is_none_or(|found| found.0 >= from + 30 * 24 * 3_600_000 && calendar.open_at(found))),
        }
    }
}
