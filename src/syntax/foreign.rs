//! Values in the notations of other languages and of everyday life, and the same in the notation of promo.

use super::literal::{Nth, Seconds, Weekday};
use super::value;

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// The durations that a text may mean: `1.5h`, `PT10M`, `00:10:00`, and `90` of an unknown unit.
pub(super) fn durations(text: &str) -> Vec<String> {
    if let Some(one) = value::duration_in_words(text) {
        return vec![one];
    }
    let shown = |seconds: u64| Seconds(seconds).to_string();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return vec![format!("{text}m"), format!("{text}s")];
    }
    let lower = text.to_lowercase();
    if let Some(iso) = lower.strip_prefix('p') {
        return Some(iso.replace('t', "")).filter(|iso| value::duration(iso).is_some()).into_iter().collect();
    }
    if let Some(number) = lower.strip_suffix("ms").and_then(|number| number.parse::<u64>().ok()) {
        return vec![shown(number.div_ceil(1000).max(1))];
    }
    let parts: Option<Vec<u64>> = text.split(':').map(|part| part.parse().ok()).collect();
    match parts.as_deref() {
        Some([hours, minutes, seconds]) if *minutes < 60 && *seconds < 60 && *hours < 1000 => {
            return vec![shown(hours * 3600 + minutes * 60 + seconds)];
        }
        Some([first, second]) if *second < 60 && *first < 1000 => {
            return vec![shown(first * 3600 + second * 60), shown(first * 60 + second)];
        }
        _ => {}
    }
    // `1.5h`, `10m30`
    let unit = lower.chars().last().and_then(|unit| match unit {
        's' => Some(1.0),
        'm' => Some(60.0),
        'h' => Some(3600.0),
        'd' => Some(86_400.0),
        _ => None,
    });
    let number = lower.get(..lower.len().saturating_sub(1)).unwrap_or_default();
    let is_decimal = number.contains('.') && number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if let (Some(unit), true, Ok(number)) = (unit, is_decimal, number.parse::<f64>()) {
        let seconds = number * unit;
        return if seconds < 1e9 && seconds.fract() == 0.0 { vec![shown(seconds as u64)] } else { Vec::new() };
    }
    Some(format!("{text}s")).filter(|more| text.contains('m') && value::duration(more).is_some()).into_iter().collect()
}

/// `2`, `two`, `twice` or `2x`, as digits.
pub(super) fn number(word: &str) -> Option<String> {
    const WORDS: [&str; 11] = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
    let lower = word.to_lowercase();
    let digits = lower.strip_suffix('x').unwrap_or(&lower);
    if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(digits.to_string());
    }
    let position = match lower.as_str() {
        "never" => Some(0),
        "once" => Some(1),
        "twice" => Some(2),
        _ => WORDS.iter().position(|number| *number == lower),
    };
    position.map(|number| number.to_string())
}

/// A range of durations with another sign: `1m-2m`, `1..2m`.
pub(super) fn duration_range(text: &str) -> Option<String> {
    if let Some(one) = value::duration_in_words(text) {
        return Some(one);
    }
    let (least, most) = text.split_once("..").or_else(|| text.split_once('-'))?;
    let unit = most.trim_start_matches(|c: char| c.is_ascii_digit());
    let is_number = !least.is_empty() && least.bytes().all(|byte| byte.is_ascii_digit());
    let range = if is_number { format!("{least}{unit}..{most}") } else { format!("{least}..{most}") };
    value::duration_range(&range).map(|_| range)
}

/// The dates that a text may mean: one, or two if the day and the month may be swapped.
pub(super) fn dates(text: &str) -> Vec<String> {
    if let Some((first, last)) = text.split_once("..") {
        let (first, last) = (dates(first), dates(last));
        if first.len() != last.len() {
            return Vec::new();
        }
        let ranges = first.iter().zip(&last).map(|(first, last)| format!("{first}..{last}"));
        return ranges.filter(|range| value::days(range).is_some()).collect();
    }
    if value::days(text).is_some() {
        return vec![text.to_string()];
    }
    let plain = text.split_once(['T', 't']).map_or(text, |(day, _)| day).trim_end_matches('.');
    let valid = |date: String| Some(date).filter(|date| value::days(date).is_some());
    if plain.len() == 8 && plain.bytes().all(|byte| byte.is_ascii_digit()) {
        let (year, rest) = plain.split_at(4);
        let (month, day) = rest.split_at(2);
        return valid(format!("{year}-{month}-{day}")).into_iter().collect();
    }
    let parts: Option<Vec<u16>> = plain
        .split(['.', '/', '-'])
        .map(|part| Some(part).filter(|part| part.len() <= 4)?.parse::<u16>().ok())
        .collect();
    let mut found: Vec<String> = match parts.as_deref() {
        Some([year, month, day]) if *year > 31 => valid(format!("{year:04}-{month:02}-{day:02}")).into_iter().collect(),
        Some([first, second, year]) if *year > 31 => {
            let day_first = valid(format!("{year:04}-{second:02}-{first:02}"));
            // nobody puts the month first and separates with dots
            let month_first = valid(format!("{year:04}-{first:02}-{second:02}")).filter(|_| !plain.contains('.'));
            day_first.into_iter().chain(month_first).collect()
        }
        Some([first, second]) => {
            let day_first = valid(format!("{second:02}-{first:02}"));
            let month_first = valid(format!("{first:02}-{second:02}")).filter(|_| !plain.contains('.'));
            day_first.into_iter().chain(month_first).collect()
        }
        _ => Vec::new(),
    };
    found.dedup();
    found
}

/// Days that several words mean, with `..` between the ends of a range: `dec 24`, `24 dec 2026`, `1st mon`, `weekdays`.
pub(super) fn days(words: &[&str]) -> Option<String> {
    if let [word] = words {
        match *word {
            "weekdays" | "weekday" | "workdays" | "workday" => return Some("mon..fri".to_string()),
            "weekends" | "weekend" => return Some("sat..sun".to_string()),
            "daily" | "always" | "24/7" | "everyday" | "day" | "days" | "*" => return Some("mon..sun".to_string()),
            _ => {}
        }
        let one = |text: &str| match dates(text).as_slice() {
            [date] => Some(date.clone()),
            _ => weekday(text),
        };
        if let Some(one) = one(word) {
            return Some(one);
        }
        let (first, last) = word.split_once("..").or_else(|| word.split_once('-'))?;
        if let Some((first, last)) = weekday(first).zip(weekday(last)) {
            return Some(format!("{first}..{last}"));
        }
        return Some(format!("{}..{}", one(first)?, one(last)?));
    }
    if let [nth, day] = words
        && let Some(day) = weekday(day)
    {
        let position = match *nth {
            "1st" => 0,
            "2nd" => 1,
            "3rd" => 2,
            "4th" => 3,
            "final" => 4,
            word => Nth::WORDS.iter().position(|nth| *nth == word)?,
        };
        return Some(format!("{} {day}", Nth::WORDS.get(position)?));
    }
    // `dec 24..dec 26`, `24..26 dec`
    let text = words.join(" ");
    let Some((first, last)) = text.split_once("..") else { return date_in_words(&text) };
    let (first, last) = (first.trim(), last.trim());
    let month_of = |text: &str| text.split(' ').find(|word| month(word).is_some()).map(String::from);
    let with_month = |text: &str, other: &str| match (month_of(text), month_of(other)) {
        (None, Some(month)) => format!("{month} {text}"),
        _ => text.to_string(),
    };
    let (from, to) = (date_in_words(&with_month(first, last))?, date_in_words(&with_month(last, first))?);
    // the year is often written once, at the end
    let from = if to.len() > from.len() { format!("{}-{from}", to.get(..4)?) } else { from };
    Some(format!("{from}..{to}"))
}

fn weekday(text: &str) -> Option<String> {
    let text = text.trim_end_matches('.');
    let text = if text.len() > 4 {
        text.strip_suffix("days").map_or(text.to_string(), |day| format!("{day}day"))
    } else {
        text.to_string()
    };
    let position = DAYS.iter().position(|day| text.len() >= 3 && day.starts_with(&text))?;
    Weekday::WORDS.get(position).map(|day| (*day).to_string())
}

fn month(text: &str) -> Option<usize> {
    let text = text.trim_end_matches(['.', ',']);
    MONTHS.iter().position(|month| text.len() >= 3 && month.starts_with(text)).map(|position| position + 1)
}

/// `dec 24`, `24 dec 2026`, `december 24, 2026`
fn date_in_words(text: &str) -> Option<String> {
    let (mut of_month, mut day, mut year) = (None, None, None);
    for word in text.split([' ', ',', '-']).filter(|word| !word.is_empty()) {
        let digits = ["st", "nd", "rd", "th"].iter().find_map(|end| word.strip_suffix(end)).unwrap_or(word);
        match (month(word), digits.trim_end_matches('.').parse::<u16>().ok()) {
            (Some(found), _) if of_month.is_none() => of_month = Some(found),
            (None, Some(number)) if number <= 31 && day.is_none() => day = Some(number),
            (None, Some(number)) if number > 31 && year.is_none() => year = Some(number),
            _ => return None,
        }
    }
    let date = format!("{:02}-{:02}", of_month?, day?);
    let date = year.map_or(date.clone(), |year| format!("{year:04}-{date}"));
    value::days(&date).map(|_| date)
}

/// `9-17`, `9am..5pm`, `18h..20h`, `0900..1700`, `9:00 - 17:00`, in the notation of promo.
pub(super) fn times(text: &str) -> Option<String> {
    let lower = text.to_lowercase();
    let (from, to) = lower.split_once("..").or_else(|| lower.split_once('-'))?;
    let (from, to) = (from.trim(), to.trim());
    let half = |text: &str| ["am", "pm"].into_iter().find(|half| text.ends_with(half));
    // `9..5pm`
    let from = if half(from).is_none() && half(to) == Some("pm") { format!("{from}?") } else { from.to_string() };
    let right = format!("{}..{}", clock(&from)?, clock(to)?);
    // `2:00..4:00` may be in the afternoon
    let hours = from.bytes().take_while(u8::is_ascii_digit).count();
    let (from, to) = right.split_once("..")?;
    if hours == 1 && half(&lower).is_none() && to < "13:00" {
        return None;
    }
    (value::clock(from).is_some() && value::clock(to).is_some() && from != to).then_some(right)
}

/// A time of day: `9`, `9am`, `18h`, `0900`, `9:00`, `09:00:00`, `09.00`.
fn clock(text: &str) -> Option<String> {
    let (digits, add) = match (text.strip_suffix("am"), text.strip_suffix("pm")) {
        (Some(morning), _) => (morning.trim(), 0),
        (_, Some(evening)) => (evening.trim(), 12),
        _ => (text, 0),
    };
    if digits.ends_with('?') {
        return None;
    }
    let is_half = digits.len() < text.len();
    let digits = digits.strip_suffix('h').unwrap_or(digits);
    let (hours, minutes) = match digits.split_once([':', '.', 'h']) {
        Some((hours, minutes)) => (hours, minutes.strip_suffix(":00").unwrap_or(minutes)),
        None if digits.len() == 4 => digits.split_at_checked(2)?,
        None => (digits, "00"),
    };
    let number = |text: &str| (1..=2).contains(&text.len()).then(|| value::count(text)).flatten();
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    let hours = match is_half {
        true if (1..=12).contains(&hours) => hours % 12 + add,
        true => return None,
        false => hours,
    };
    let right = format!("{hours:02}:{minutes:02}");
    value::clock(&right).map(|_| right)
}

/// A JSONPath for a path of jq, yq, kubectl, Helm or JavaScript: `.image.tag`, `{.image.tag}`, `image/tag`,
/// `$.images[].tag`.
pub(super) fn path(text: &str) -> Option<String> {
    let inner = text.trim_matches(['"', '\'']);
    let inner = inner.strip_prefix("{{").and_then(|inner| inner.strip_suffix("}}")).unwrap_or(inner).trim();
    let inner =
        inner.strip_prefix("${").or_else(|| inner.strip_prefix('{')).map_or(inner, |inner| inner.trim_end_matches('}'));
    let inner = inner.strip_prefix("$.Values").or_else(|| inner.strip_prefix(".Values")).unwrap_or(inner);
    let bare = inner.strip_prefix('$').unwrap_or(inner);
    if bare.contains(char::is_whitespace) && !bare.contains('?') && !bare.contains('@') {
        return None;
    }
    let slashes = bare.contains('/') && !bare.contains(['.', '[', '"']);
    let bare = if slashes { bare.trim_start_matches('/').replace('/', ".") } else { bare.to_string() };
    let dotted = if bare.starts_with(['.', '[']) { bare } else { format!(".{bare}") };
    let mut right = format!("${}", members(&dotted)?);
    while right.len() > 1 && right.ends_with('.') {
        right.pop();
    }
    (right.len() > 1 && right != text && serde_json_path::JsonPath::parse(&right).is_ok()).then_some(right)
}

/// The members of a path, each as JSONPath writes it: `.0` and `[]` are elements of a list, `[name]` and `."name"` members.
fn members(path: &str) -> Option<String> {
    let mut out = String::new();
    let mut rest = path;
    while let Some(first) = rest.chars().next() {
        if first == '[' {
            let end = rest.find(']')?;
            let inside = rest.get(1..end)?;
            if inside.contains('[') {
                return None;
            }
            if out.ends_with('.') && !out.ends_with("..") {
                out.pop();
            }
            out.push_str(&element(inside.trim()));
            rest = rest.get(end + 1..)?;
        } else if first == '.' || first == ':' {
            out.push('.');
            rest = rest.get(1..)?;
        } else {
            let quoted = first == '"' || first == '\'';
            let end = match quoted {
                true => rest.get(1..)?.find(first)? + 2,
                false => rest.find(['.', '[', ':']).unwrap_or(rest.len()),
            };
            let name = rest.get(..end)?;
            let plain = if quoted { name.trim_matches(first) } else { name }.to_string();
            let is_index = !plain.is_empty() && plain.bytes().all(|byte| byte.is_ascii_digit());
            let before = out.strip_suffix('.').filter(|before| !before.ends_with('.')).map(str::to_string);
            match before {
                Some(before) if quoted => out = format!("{before}[\"{plain}\"]"),
                Some(before) if is_index => out = format!("{before}[{plain}]"),
                Some(before) if name.contains('-') => out = format!("{before}[\"{name}\"]"),
                _ => out.push_str(name),
            }
            rest = rest.get(end..)?;
        }
    }
    Some(out)
}

/// What is inside the brackets of a path.
fn element(inside: &str) -> String {
    let is_name = |text: &str| {
        !text.is_empty()
            && text.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-')
            && text.starts_with(char::is_alphabetic)
    };
    if inside.is_empty() {
        return "[*]".to_string();
    }
    if is_name(inside) {
        return format!("[\"{inside}\"]");
    }
    // `name=web`, `?name == "web"`, `@.name=="web"`, `?(.name = "web")`
    let test = inside.trim_start_matches('?').trim_start_matches('(').trim_end_matches(')');
    if let Some((name, value)) = test.split_once('=') {
        let name = name.trim().trim_start_matches('@').trim_start_matches('.');
        let value = value.trim_start_matches('=').trim();
        let value = if is_name(value) { format!("\"{value}\"") } else { value.to_string() };
        if is_name(name) {
            return format!("[?@.{name} == {value}]");
        }
    }
    format!("[{inside}]")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_in_other_notations() {
        for (written, right) in [
            ("1.5h", "1h30m"),
            ("0.5h", "30m"),
            ("PT10M", "10m"),
            ("P1D", "1d"),
            ("00:10:00", "10m"),
            ("500ms", "1s"),
            ("10m30", "10m30s"),
        ] {
            assert_eq!(durations(written), [right], "{written}");
        }
        assert_eq!(durations("90"), ["90m", "90s"]);
        assert_eq!(durations("1:30"), ["1h30m", "1m30s"]);
        assert_eq!(durations("soon"), Vec::<String>::new());
        assert_eq!(durations("1.0001s"), Vec::<String>::new());
    }

    #[test]
    fn a_date_that_can_be_read_in_two_ways_is_two_dates() {
        for (written, right) in [
            ("24.12.2026", "2026-12-24"),
            ("2026/12/31", "2026-12-31"),
            ("31/12/2026", "2026-12-31"),
            ("12/31/2026", "2026-12-31"),
            ("20261224", "2026-12-24"),
            ("2026-2-3", "2026-02-03"),
            ("24.12.", "12-24"),
            ("12/24", "12-24"),
            ("05.06.2026", "2026-06-05"),
            ("24.12.2026..26.12.2026", "2026-12-24..2026-12-26"),
        ] {
            assert_eq!(dates(written), [right], "{written}");
        }
        assert_eq!(dates("05/06/2026"), ["2026-06-05", "2026-05-06"]);
        assert_eq!(dates("5/6"), ["06-05", "05-06"]);
        assert_eq!([dates("32/12/2026"), dates("tomorrow"), dates("24")], [const { Vec::<String>::new() }; 3]);
    }

    #[test]
    fn days_and_times_in_words() {
        let said = |text: &str| days(&text.split(' ').collect::<Vec<_>>());
        for (written, right) in [
            ("dec 24", "12-24"),
            ("24 dec 2026", "2026-12-24"),
            ("december 24th", "12-24"),
            ("dec 24..dec 26", "12-24..12-26"),
            ("24..26 dec", "12-24..12-26"),
            ("24..26 dec 2026", "2026-12-24..2026-12-26"),
            ("1st mon", "first mon"),
            ("last fridays", "last fri"),
            ("weekends", "sat..sun"),
            ("monday-friday", "mon..fri"),
        ] {
            assert_eq!(said(written).as_deref(), Some(right), "{written}");
        }
        assert_eq!([said("christmas"), said("fifth mon"), said("dec 32"), said("5/6/2026")], [const { None }; 4]);
        for (written, right) in [
            ("9-17", "09:00..17:00"),
            ("9am..5pm", "09:00..17:00"),
            ("12am..12pm", "00:00..12:00"),
            ("18h..20h", "18:00..20:00"),
            ("0900..1700", "09:00..17:00"),
            ("09:00 - 17:00", "09:00..17:00"),
            ("9:00:00..17:00:00", "09:00..17:00"),
            ("09.00..17.00", "09:00..17:00"),
        ] {
            assert_eq!(times(written).as_deref(), Some(right), "{written}");
        }
        assert_eq!(
            [times("9..5pm"), times("13pm..14pm"), times("9:00"), times("2:00..04:00"), times("9-5")],
            [const { None }; 5]
        );
    }

    #[test]
    fn paths_of_other_tools() {
        for (written, right) in [
            (".image.tag", "$.image.tag"),
            ("image.tag", "$.image.tag"),
            ("$image.tag", "$.image.tag"),
            ("$appVersion", "$.appVersion"),
            ("/image/tag", "$.image.tag"),
            ("image/tag", "$.image.tag"),
            ("{.image.tag}", "$.image.tag"),
            ("${.image.tag}", "$.image.tag"),
            ("\".image.tag\"", "$.image.tag"),
            ("[\"image\"][\"tag\"]", "$[\"image\"][\"tag\"]"),
            ("$.a.0.b", "$.a[0].b"),
            ("$.images[].tag", "$.images[*].tag"),
            ("$.images.[0].tag", "$.images[0].tag"),
            ("$.a[b].c", "$.a[\"b\"].c"),
            ("$.a[name=web].tag", "$.a[?@.name == \"web\"].tag"),
            ("$.a[?name == \"web\"].tag", "$.a[?@.name == \"web\"].tag"),
            ("$.a[?@.name=\"web\"].tag", "$.a[?@.name == \"web\"].tag"),
            ("$.a[@.name==\"web\"].tag", "$.a[?@.name == \"web\"].tag"),
            ("$.\"image\".tag", "$[\"image\"].tag"),
            ("$.image:tag", "$.image.tag"),
            ("$image-tag", "$[\"image-tag\"]"),
            ("$.image..", "$.image"),
        ] {
            assert_eq!(path(written).as_deref(), Some(right), "{written}");
        }
        assert_eq!([path("$.images[0"), path("$"), path("the tag")], [const { None }; 3]);
    }
}
