//! Lowers literals (E0104) and paths (E0105).

use super::Lower;
use crate::diagnostic::Code;
use crate::source::Spanned;
use crate::syntax::ast::{PathText, RetryStmt, WaveSize};
use crate::syntax::foreign;
use crate::syntax::literal::{Clock, Days, Instant, InstantError, Nth, Retry, Seconds};
use crate::syntax::node::{Node, Rule, TextRange};
use crate::syntax::problem::Problem;
use crate::syntax::value;

impl Lower<'_> {
    fn no_literal<T>(&mut self, node: &Node, what: &str, help: &str, nearest: Option<String>) -> Option<T> {
        let problem =
            Problem::new(Code::E0104, format!("`{}` is not {what}", self.of(node)), node.range(), String::new());
        self.lose(match nearest {
            Some(nearest) => {
                problem.help(format!("Write `{nearest}`.")).fix(format!("write `{nearest}`"), node.range(), nearest)
            }
            None => problem.help(help),
        })
    }

    /// A duration, with the span of its literal.
    pub(super) fn duration(&mut self, node: &Node) -> Option<Spanned<Seconds>> {
        let written = self.of(node);
        match value::duration(written) {
            Some(seconds) => Some(self.spanned(seconds, node)),
            None if value::is_too_long(written) => {
                let help = "Write at most `366000d`, about a thousand years.";
                self.no_literal(node, "a duration: it is longer than `366000d`", help, None)
            }
            None => {
                let help = "Write a duration such as `45s`, `30m`, `24h`, `7d` or `1h30m`.";
                let many = foreign::durations(written);
                if let [minutes, seconds] = many.as_slice() {
                    let help = format!("Write the unit: `{minutes}` or `{seconds}`.");
                    return self.no_literal(node, "a duration", &help, None);
                }
                self.no_literal(node, "a duration", help, many.into_iter().next())
            }
        }
    }

    /// The duration after a word in a node.
    pub(super) fn duration_behind(&mut self, node: &Node, mark: Rule) -> Option<Spanned<Seconds>> {
        let word = node.behind(mark).filter(|word| word.rule == Rule::word)?;
        self.duration(word)
    }

    /// The duration of a statement, with the span of the whole statement.
    pub(super) fn duration_statement(&mut self, node: &Node) -> Option<Spanned<Seconds>> {
        let seconds = node.child(Rule::word).and_then(|word| self.duration(word))?;
        if node.rule == Rule::timeout && seconds.value.0 == 0 {
            let message = "a timeout of `0s` has expired before anything begins";
            let help = "Write a timeout such as `2h`, or remove the statement.";
            return self.lose(Problem::new(Code::E0104, message, node.range(), "no time at all").help(help));
        }
        Some(self.spanned(seconds.value, node))
    }

    pub(super) fn duration_range(&mut self, node: &Node) -> Option<Spanned<(Seconds, Seconds)>> {
        let word = node.child(Rule::word)?;
        let written = self.of(word);
        if let Some(range) = value::duration_range(written) {
            return Some(self.spanned(range, node));
        }
        let turned = written.split_once("..").map(|(least, most)| format!("{most}..{least}"));
        let nearest = turned
            .filter(|turned| value::duration_range(turned).is_some())
            .or_else(|| foreign::duration_range(written));
        let help = match foreign::durations(written).as_slice() {
            [minutes, seconds] => format!("Write the unit: `{minutes}` or `{seconds}`."),
            _ => "Write `takes 4m`, or `takes 2m..5m`.".to_string(),
        };
        self.no_literal(word, "a duration or a range of durations", &help, nearest)
    }

    pub(super) fn count(&mut self, node: &Node, least: u32) -> Option<Spanned<u32>> {
        match value::count(self.of(node)) {
            Some(count) if count >= least => Some(self.spanned(count, node)),
            _ => {
                let digits =
                    foreign::number(self.of(node)).filter(|digits| value::count(digits).is_some_and(|n| n >= least));
                let help = match digits {
                    Some(digits) => format!("Write `{digits}`."),
                    None => format!("Write a whole number, at least {least}."),
                };
                self.no_literal(node, "a whole number", &help, None)
            }
        }
    }

    /// A whole percentage.
    pub(super) fn part(&mut self, node: &Node, least: u8) -> Option<Spanned<u8>> {
        match value::whole_percent(self.of(node)) {
            Some(part) if part >= least => Some(self.spanned(part, node)),
            _ => self.no_literal(node, "a percentage", "Write a whole percentage from `1%` to `100%`.", None),
        }
    }

    /// A number of targets, or a percentage of them.
    pub(super) fn wave_size(&mut self, node: &Node) -> Option<Spanned<WaveSize>> {
        if self.of(node).ends_with('%') {
            return self.part(node, 1).map(|part| Spanned::new(WaveSize::Percent(part.value), part.span));
        }
        match value::count(self.of(node)) {
            Some(count) if count > 0 => Some(self.spanned(WaveSize::Count(count), node)),
            _ => {
                let help = "Write a number of targets, at least 1, or a percentage of them: `in waves of 1, 50%`.";
                self.no_literal(node, "the size of a wave", help, None)
            }
        }
    }

    /// The number of `of N` in a node.
    pub(super) fn of_release(&mut self, node: &Node) -> Option<Spanned<u32>> {
        let word = node.child(Rule::of_release)?.child(Rule::word)?;
        self.count(word, 1)
    }

    pub(super) fn retry(&mut self, node: &Node) -> Option<RetryStmt> {
        if node.has(Rule::no_count) {
            return None;
        }
        let times = node.child(Rule::word).and_then(|word| self.count(word, 0))?;
        let every =
            if node.has(Rule::k_every) { self.duration_behind(node, Rule::k_every)?.value } else { Seconds::default() };
        Some(self.spanned(Retry { times: times.value, every }, node))
    }

    pub(super) fn instant(&mut self, node: &Node) -> Option<Spanned<Instant>> {
        let written = self.of(node);
        let error = match value::instant(written) {
            Ok(instant) => return Some(self.spanned(instant, node)),
            Err(error) => error,
        };
        let what = error.reason().map_or("an instant".to_owned(), |reason| format!("an instant: {reason}"));
        let nearest = (error == InstantError::NoOffset).then(|| format!("{written}Z"));
        self.no_literal(node, &what, error.help(), nearest)
    }

    pub(super) fn days(&mut self, node: &Node) -> Option<Spanned<Days>> {
        let written = self.of(node);
        if let Some(days) = value::days(written) {
            return Some(self.spanned(days, node));
        }
        let (first, last) = written.split_once("..").unwrap_or((written, written));
        if value::date(first).zip(value::date(last)).is_some_and(|(from, to)| from > to) {
            let turned = format!("{last}..{first}");
            return self.no_literal(node, "a valid range: it ends before it starts", "", Some(turned));
        }
        let short = |day: &str| -> String { day.to_lowercase().chars().take(3).collect() };
        let week = if first == last { short(first) } else { format!("{}..{}", short(first), short(last)) };
        let nearest =
            (is_day_name(first) && is_day_name(last)).then_some(week).or_else(|| with_dots(written, value::days));
        if first.bytes().next().is_some_and(|byte| byte.is_ascii_digit()) {
            let help = match foreign::dates(written).as_slice() {
                [one, other] => format!("Write `{one}` or `{other}`: the month comes first."),
                _ => "Write a date that exists, such as `2026-12-20`, a day of every year, such as `12-20`, or a range of either.".to_string(),
            };
            return self.no_literal(node, "a date", &help, None);
        }
        let help =
            "Write a day (`mon`, `tue`, `wed`, `thu`, `fri`, `sat`, `sun`), a range such as `mon..fri`, or a date.";
        self.no_literal(node, "a day", help, nearest)
    }

    /// `last fri`
    pub(super) fn day_of_month(&mut self, ordinal: &Node, day: &Node) -> Option<Spanned<Days>> {
        let nth = Nth::parse(self.of(ordinal))?;
        let written = self.of(day);
        let Some(weekday) = value::weekday(written) else {
            let short: String = written.to_lowercase().chars().take(3).collect();
            let nearest = Some(short).filter(|_| is_day_name(written));
            let help = format!("Write one day, for example `{} fri`.", self.of(ordinal));
            return self.no_literal(day, "a day of the week", &help, nearest);
        };
        let span = self.span((ordinal.start, day.end));
        Some(Spanned::new(Days::Monthly(nth, weekday), span))
    }

    pub(super) fn times(&mut self, node: &Node) -> Option<Spanned<(Clock, Clock)>> {
        let written = self.of(node);
        let padded = |part: &str| if part.find(':') == Some(1) { format!("0{part}") } else { part.to_string() };
        if let Some((from, to)) = written.split_once("..") {
            match (value::clock(from), value::clock(to)) {
                (Some(from), Some(to)) if from != to => return Some(self.spanned((from, to), node)),
                (Some(_), Some(_)) => {
                    let help = "Write an end that differs from the start. For the whole day, remove the times.";
                    return self.no_literal(node, "a valid range: it starts and ends at the same time", help, None);
                }
                _ => {}
            }
            let (from, to) = (padded(from), padded(to));
            if value::clock(&from).is_some() && value::clock(&to).is_some() {
                return self.no_literal(node, "a time range", "", Some(format!("{from}..{to}")));
            }
        }
        let help = "Write times between `00:00` and `24:00`, for example `09:00..17:00`.";
        let range = |text: &str| {
            let (from, to) = text.split_once("..")?;
            value::clock(from).zip(value::clock(to)).filter(|(from, to)| from != to)
        };
        self.no_literal(node, "a time range", help, with_dots(written, range))
    }

    pub(super) fn priority(&mut self, node: &Node) -> Option<Spanned<i64>> {
        let word = node.child(Rule::word)?;
        match value::priority(self.of(word)) {
            Some(priority) => Some(self.spanned(priority, node)),
            None => self.no_literal(word, "a whole number", "Write a whole number: `priority 100`.", None),
        }
    }

    pub(super) fn percent(&mut self, node: &Node) -> Option<Spanned<crate::syntax::ast::Percent>> {
        let word = node.child(Rule::word)?;
        let written = self.of(word);
        if let Some(percent) = value::percent(written) {
            return Some(self.spanned(percent, node));
        }
        let nearest = Some(format!("{written}%")).filter(|text| value::percent(text).is_some());
        if let Some(part) = written.parse::<f64>().ok().filter(|part| *part > 0.0 && *part < 1.0) {
            let help = format!("Write `{}%`, or `{written}%` if it is that rare.", part * 100.0);
            return self.no_literal(word, "a percentage", &help, None);
        }
        self.no_literal(word, "a percentage", "Write a percentage from `0%` to `100%`.", nearest)
    }

    /// A JSONPath. Reports an invalid one with the position of the mistake (E0105).
    pub(super) fn path(&mut self, node: &Node) -> Option<PathText> {
        let written = self.of(node);
        let error = match serde_json_path::JsonPath::parse(written) {
            Ok(_) => return Some(self.spanned(written.to_string(), node)),
            Err(error) => error,
        };
        let mut offset = (error.position()).min(written.len());
        while !written.is_char_boundary(offset) {
            offset -= 1;
        }
        let repaired = bracketed(written).filter(|path| serde_json_path::JsonPath::parse(path).is_ok());
        let at = dash_segment(written).filter(|_| repaired.is_some()).map_or_else(
            || self.rest_of_path(node, offset),
            |(start, end)| (node.start + start as u32, node.start + end as u32),
        );
        let message = format!("`{written}` is not a valid JSONPath");
        let position = (at.0 - node.start) + 1;
        let problem = Problem::new(
            Code::E0105,
            message,
            at,
            if repaired.is_some() {
                "`-` is not allowed here".to_string()
            } else {
                format!("invalid from character {position}")
            },
        );
        self.lose(match repaired {
            Some(path) => problem.help(format!("Write `{path}`: a name with a dash needs brackets and quotes.")).fix(
                format!("write `{path}`"),
                node.range(),
                path,
            ),
            None => match foreign::path(written) {
                Some(path) => {
                    problem.help(format!("Write `{path}`.")).fix(format!("write `{path}`"), node.range(), path)
                }
                None => {
                    problem.help("Write a path such as `$.image.tag`, `$.images[0]` or `$[\"rollout-canary\"].tag`.")
                }
            },
        })
    }

    fn rest_of_path(&self, node: &Node, offset: usize) -> TextRange {
        let start = node.start + offset as u32;
        if start < node.end { (start, node.end) } else { node.range() }
    }
}

fn is_day_name(text: &str) -> bool {
    const NAMES: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    text.len() >= 3 && NAMES.iter().any(|name| name.starts_with(&text.to_lowercase()))
}

/// `mon-fri` or `09:00-17:00` with two dots; `None` if that is not valid either.
fn with_dots<T>(written: &str, is: impl Fn(&str) -> Option<T>) -> Option<String> {
    let (first, last) = written.split_once('-')?;
    let range = format!("{}..{}", first.to_lowercase(), last.to_lowercase());
    is(&range).map(|_| range)
}

/// The start (at the dot) and end of the first segment in dot form with a dash, in bytes.
fn dash_segment(path: &str) -> Option<(usize, usize)> {
    dot_segments(path).into_iter().find(|(start, end)| path.get(*start..*end).is_some_and(|name| name.contains('-')))
}

/// The ranges of all segments in dot form.
fn dot_segments(path: &str) -> Vec<(usize, usize)> {
    let mut segments = Vec::new();
    let (mut depth, mut quote, mut escaped) = (0u32, None, false);
    let mut open: Option<usize> = None;
    for (at, character) in path.char_indices() {
        if let Some(end) = quote {
            match character {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                _ if character == end => quote = None,
                _ => {}
            }
            continue;
        }
        let ends = matches!(character, '.' | '[');
        if depth == 0 && ends {
            segments.extend(open.take().map(|start| (start, at)));
        }
        match character {
            '\'' | '"' if depth > 0 => quote = Some(character),
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            '.' if depth == 0 => open = Some(at),
            _ => {}
        }
    }
    segments.extend(open.map(|start| (start, path.len())));
    segments
}

/// The path with all segments with dashes in bracket form; `None` if there are none.
fn bracketed(path: &str) -> Option<String> {
    dash_segment(path)?;
    let mut out = String::new();
    let mut done = 0;
    for (start, end) in dot_segments(path) {
        let name = path.get(start + 1..end)?;
        if name.contains('-') {
            // `..a-b` keeps its first dot: `..["a-b"]`
            let before = path.get(done..start)?;
            out.push_str(before);
            if before.ends_with('.') || before.is_empty() && out.ends_with('.') {
                out.push('.');
            }
            out.push_str(&format!("[\"{name}\"]"));
            done = end;
        }
    }
    out.push_str(path.get(done..)?);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_with_dashes_are_put_in_brackets() {
        assert_eq!(bracketed("$.rollout-canary.image").as_deref(), Some("$[\"rollout-canary\"].image"));
        assert_eq!(bracketed("$..a-b[0].c-d").as_deref(), Some("$..[\"a-b\"][0][\"c-d\"]"));
        assert_eq!(bracketed("$.a[-1].b"), None);
        assert_eq!(bracketed("$['x-y'].b"), None);
    }
}
