//! Days and times of a window, as people write them elsewhere.

use crate::syntax::foreign;
use crate::syntax::value;

/// `open` or `closed` with days and times in the notation of promo; `None` if their meaning is not clear.
pub(super) fn opening(words: &[&str]) -> Option<String> {
    let (keyword, operands) = words.split_first()?;
    if let Some(right) = cron(keyword, operands) {
        return Some(right);
    }
    let keyword = match *keyword {
        "open" | "allow" => "open",
        "closed" | "deny" | "freeze" | "blackout" => "closed",
        _ => return None,
    };
    let text = operands.iter().map(|word| word.trim_matches(['"', '\''])).collect::<Vec<_>>().join(" ");
    let (days, rest) = days(&normal(&text))?;
    let times = match rest.trim() {
        "" => String::new(),
        rest => format!(" {}", foreign::times(rest)?),
    };
    Some(format!("{keyword} {days}{times}"))
}

/// The text in lower case, without words that say nothing, and with `..` for every kind of range.
fn normal(text: &str) -> String {
    const EMPTY: [&str; 13] =
        ["on", "every", "each", "from", "the", "of", "month", "between", "at", "during", "only", "time", "all"];
    let lower = text.to_lowercase().replace(['–', '—', '…'], "..").replace("...", "..").replace(" , ", " ");
    let words = lower.split_whitespace().map(|word| word.trim_matches(|c| c == ',' || c == '[' || c == ']'));
    let mut out: Vec<String> = Vec::new();
    let mut joins = false;
    for word in words.filter(|word| !word.is_empty()) {
        if matches!(word, "to" | "-" | ".." | "until" | "till" | "through" | "thru") {
            joins = true;
            continue;
        }
        if EMPTY.contains(&word) {
            continue;
        }
        match out.last_mut() {
            Some(last) if joins || last.ends_with("..") || word.starts_with("..") => {
                if !last.ends_with("..") && !word.starts_with("..") {
                    last.push_str("..");
                }
                last.push_str(word);
            }
            // `9 am`, `9 am..5 pm`
            Some(last)
                if (word.starts_with("am") || word.starts_with("pm"))
                    && last.ends_with(|c: char| c.is_ascii_digit()) =>
            {
                last.push_str(word);
            }
            _ => out.push(word.to_string()),
        }
        joins = false;
    }
    out.join(" ")
}

/// The days at the start of a text, in the notation of promo, and the rest.
fn days(text: &str) -> Option<(String, String)> {
    let words: Vec<&str> = text.split(' ').collect();
    // the longest beginning that is days
    (1..=words.len().min(5))
        .rev()
        .find_map(|length| {
            let (first, rest) = words.split_at_checked(length)?;
            let days = foreign::days(first)?;
            is_days(&days).then(|| (days, rest.join(" ")))
        })
        .or_else(|| {
            // hours of every day
            let right = foreign::times(text)?;
            text.contains(':').then(|| ("mon..sun".to_string(), right))
        })
}

fn is_days(text: &str) -> bool {
    match text.split_once(' ') {
        Some((nth, day)) => crate::syntax::literal::Nth::parse(nth).is_some() && value::weekday(day).is_some(),
        None => value::days(text).is_some(),
    }
}

/// `open "0 20 * * 6"`, `schedule "0 9 * * 1-5"`: the days of a cron expression, and the hours from its start.
fn cron(keyword: &str, operands: &[&str]) -> Option<String> {
    let right = match keyword {
        "closed" | "deny" | "freeze" | "blackout" => "closed",
        "open" | "allow" | "schedule" | "schedules" | "cron" => "open",
        _ => return None,
    };
    let text = operands.iter().filter(|word| !matches!(**word, ":" | "cron" | "schedule"));
    let text = text.map(|word| word.trim_matches(['"', '\''])).collect::<Vec<_>>().join(" ");
    let fields: Vec<&str> = text.split_whitespace().collect();
    let [minute, hour, "*" | "?", "*", day] = fields.as_slice() else { return None };
    let minute: u32 = if *minute == "*" { 0 } else { minute.parse().ok()? };
    let (from, to) = match hour.split_once('-') {
        Some((from, to)) => (from.parse::<u32>().ok()?, to.parse::<u32>().ok()? + 1),
        None => (hour.parse::<u32>().ok()?, 24),
    };
    let of_week = |day: &str| match day.parse::<usize>().ok() {
        Some(number) => crate::syntax::literal::Weekday::WORDS.get((number + 6) % 7).copied().map(String::from),
        None => Some(day.to_lowercase()),
    };
    let days = match day.split_once('-') {
        _ if *day == "*" || *day == "?" => "mon..sun".to_string(),
        Some((first, last)) => format!("{}..{}", of_week(first)?, of_week(last)?),
        None => of_week(day)?,
    };
    let valid = is_days(&days) && from < to && to <= 24 && minute < 60;
    valid.then(|| format!("{right} {days} {from:02}:{minute:02}..{to:02}:00"))
}
