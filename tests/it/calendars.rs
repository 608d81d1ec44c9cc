//! Windows against a minute-by-minute brute force. Random calendars in 18 time zones are asked around a change of the
//! clocks when an environment may start; the answer must be the first minute whose local date and time are open, and no
//! answer if no minute within the timeout of the flow is.
//!
//! `PROMO_CALENDARS=500` plays 500 programs in each zone.

use crate::second_reading::generate::Random;
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use promoc::api::simulate::SimulatedRelease;
use promoc::program::MemoryFiles;
use serde_json::Value;

/// Where clocks change by an hour at different times of the day, by half an hour or two hours, over midnight, by other
/// rules than the offset suggests, or never; and where a whole day is missing.
const ZONES: [(&str, &str); 18] = [
    ("UTC", "2026-06-01"),
    ("Europe/London", "2026-10-25"),
    ("Europe/Dublin", "2026-03-29"),
    ("America/New_York", "2026-03-08"),
    ("America/St_Johns", "2026-11-01"),
    ("America/Havana", "2026-11-01"),
    ("America/Santiago", "2026-09-06"),
    ("America/Nuuk", "2026-03-28"),
    ("Atlantic/Azores", "2026-10-25"),
    ("Africa/Casablanca", "2026-02-15"),
    ("Africa/Cairo", "2026-04-24"),
    ("Antarctica/Troll", "2026-03-29"),
    ("Asia/Beirut", "2026-03-29"),
    ("Asia/Kathmandu", "2026-06-01"),
    ("Australia/Lord_Howe", "2026-04-05"),
    ("Australia/Adelaide", "2026-10-04"),
    ("Pacific/Chatham", "2026-09-27"),
    ("Pacific/Apia", "2011-12-30"),
];

const DAY: i64 = 24 * 60;
/// The timeout of the flow, in minutes.
const TIMEOUT: i64 = 14 * DAY;
/// How many windows a program has.
const WINDOWS: usize = 12;
const WORDS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

enum Days {
    Week(usize, usize),
    Dates(Date, Date),
}

/// An `open` or `closed` statement; times in minutes of the day.
struct Statement {
    days: Days,
    times: Option<(i64, i64)>,
}

#[derive(Default)]
struct Window {
    open: Vec<Statement>,
    closed: Vec<Statement>,
}

impl Statement {
    fn text(&self) -> String {
        let days = match self.days {
            Days::Week(first, last) if first == last => WORDS[first].to_owned(),
            Days::Week(first, last) => format!("{}..{}", WORDS[first], WORDS[last]),
            Days::Dates(first, last) if first == last => first.to_string(),
            Days::Dates(first, last) => format!("{first}..{last}"),
        };
        let clock = |minute: i64| format!("{:02}:{:02}", minute / 60, minute % 60);
        self.times.map_or(days.clone(), |(from, to)| format!("{days} {}..{}", clock(from), clock(to)))
    }

    fn is_of(&self, date: Date) -> bool {
        let number = |day: Weekday| usize::try_from(day.to_monday_zero_offset()).unwrap();
        match self.days {
            Days::Week(first, last) => {
                let mut day = first;
                loop {
                    if day == number(date.weekday()) {
                        return true;
                    }
                    if day == last {
                        return false;
                    }
                    day = (day + 1) % 7;
                }
            }
            Days::Dates(first, last) => first <= date && date <= last,
        }
    }

    /// Whether it includes a local date and minute of the day.
    fn includes(&self, date: Date, minute: i64) -> bool {
        match self.times {
            None => self.is_of(date),
            Some((from, to)) if from < to => self.is_of(date) && from <= minute && minute < to,
            Some((from, to)) => {
                (self.is_of(date) && from <= minute) || (self.is_of(date.yesterday().unwrap()) && minute < to)
            }
        }
    }
}

impl Window {
    fn is_open(&self, date: Date, minute: i64) -> bool {
        let opens = self.open.is_empty() || self.open.iter().any(|it| it.includes(date, minute));
        opens && !self.closed.iter().any(|it| it.includes(date, minute))
    }
}

fn window(random: &mut Random, around: Date) -> Window {
    let mut statement = |whole_days: usize| {
        let days = if random.once_in(3) {
            let first = around.checked_add((random.below(16) as i64 - 5).days()).unwrap();
            Days::Dates(first, first.checked_add((random.below(4) as i64).days()).unwrap())
        } else {
            Days::Week(random.below(7), random.below(7))
        };
        let step = random.pick(&[60, 15, 1]);
        let clock = |random: &mut Random| (random.below(DAY as usize) as i64) / step * step;
        let early = random.once_in(2);
        let from = if early { clock(random) % 240 } else { clock(random) };
        let to = if random.once_in(2) { (from + 1 + random.below(180) as i64) % DAY } else { clock(random) };
        let times = (from != to && !random.once_in(whole_days)).then_some((from, to));
        Statement { days, times }
    };
    let mut window = Window::default();
    window.open.extend((0..3).map(|_| statement(6)));
    window.closed.extend((0..3).map(|_| statement(3)));
    window.open.truncate(random.below(4));
    window.closed.truncate(random.below(4));
    window
}

fn text(zone: &str, windows: &[&Window], at: Timestamp) -> String {
    let names: Vec<String> = (0..windows.len()).map(|it| format!("e{it}")).collect();
    let names = names.join(", ");
    let mut text = format!(
        "environment dev, {names}\nproduct shop {{\n  repo \"https://git.example.com/shop.git\"\n  copy \"v.yaml\" at $.v\n  \
         application x-{{environment}} in dev, {names} {{ path \"x/{{environment}}\" }}\n  flow ship\n}}\n"
    );
    for (number, window) in windows.iter().enumerate() {
        text += &format!("window w{number} {{\n  timezone \"{zone}\"\n");
        for (word, statements) in [("open", &window.open), ("closed", &window.closed)] {
            for statement in statements {
                text += &format!("  {word} {}\n", statement.text());
            }
        }
        text += "}\n";
    }
    text += "flow ship {\n  timeout 14d\n  trigger dev\n";
    for number in 0..windows.len() {
        text += &format!("  promote e{number} after dev {{ window w{number} }}\n");
    }
    text + &format!("}}\nscenario played {{\n  release shop via ship at {at}\n  expect release succeeded\n}}\n")
}

/// When each environment starts; nothing if the checker knows a window that never opens.
fn started(text: &str) -> Option<Vec<Option<Timestamp>>> {
    let files = MemoryFiles([("main.promo".to_owned(), text.to_owned())].into());
    let analysed = promoc::analyse(&files, "main.promo").unwrap();
    for it in analysed.diagnostics() {
        let error = it.code.severity() == promoc::diagnostic::Severity::Error;
        assert!(!error || it.code.to_string() == "E0701", "{}\n{text}", it.message);
    }
    let checked = analysed.checked()?;
    let played = promoc::simulate::play(checked, checked.program().scenario("played").unwrap());
    let shown = serde_json::to_value(SimulatedRelease::from(&played.releases[0])).unwrap();
    let environments = shown["environments"].as_object().unwrap().values().skip(1);
    let at = |started: &Value| started.as_str().map(|it| it.parse().unwrap());
    Some(environments.map(|it| at(&it["started"])).collect())
}

/// The local date and minute of the day of each minute.
type Minutes = Vec<(Date, i64)>;

fn minutes(zone: &TimeZone, first: Timestamp) -> Minutes {
    let local = |minute: i64| {
        let local = zone.to_datetime(first + minute.minutes());
        (local.date(), i64::from(local.hour()) * 60 + i64::from(local.minute()))
    };
    (0..=TIMEOUT + 5 * DAY).map(local).collect()
}

#[test]
fn a_window_opens_at_the_first_minute_that_its_statements_include() {
    let programs = std::env::var("PROMO_CALENDARS").map_or(5, |it| it.parse().unwrap());
    let (mut opened, mut waited, mut never) = (0, 0, 0);
    for (number, (zone_name, around)) in ZONES.into_iter().enumerate() {
        let (zone, around): (TimeZone, Date) = (TimeZone::get(zone_name).unwrap(), around.parse().unwrap());
        let first = around.yesterday().unwrap().yesterday().unwrap();
        let first = zone.to_timestamp(first.at(0, 0, 0, 0)).unwrap();
        let minutes = minutes(&zone, first);
        let mut random = Random(number as u64);
        for _ in 0..programs {
            let windows: Vec<Window> = (0..WINDOWS).map(|_| window(&mut random, around)).collect();
            let start = random.below(5 * DAY as usize) as i64;
            let at = first + start.minutes();
            let by_minutes = |window: &Window| {
                let within = start..=start + TIMEOUT;
                let found = within.into_iter().find(|it| {
                    let (date, minute) = minutes[*it as usize];
                    window.is_open(date, minute)
                });
                found.map(|minute| first + minute.minutes())
            };
            let check = |windows: &[&Window]| -> bool {
                let text = text(zone_name, windows, at);
                let Some(started) = started(&text) else { return false };
                for (number, (window, found)) in windows.iter().zip(started).enumerate() {
                    assert_eq!(found, by_minutes(window), "w{number} from {at}\n{text}");
                }
                true
            };
            let all: Vec<&Window> = windows.iter().collect();
            if !check(&all) {
                // At least one of them never opens: the checker must be right.
                for window in &windows {
                    assert!(check(&[window]) || by_minutes(window).is_none(), "{}", text(zone_name, &[window], at));
                }
            }
            for window in &windows {
                match by_minutes(window) {
                    None => never += 1,
                    Some(open) if open == at => opened += 1,
                    Some(_) => waited += 1,
                }
            }
        }
    }
    assert!(opened.min(waited).min(never) > 50, "{opened} open at once, {waited} later, {never} never");
}
