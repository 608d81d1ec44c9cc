//! Text and edits that checks share.

pub(super) use crate::diagnostic::element;
use crate::program::CallSite;
use crate::source::{SourceMap, Span};
use crate::syntax::ast::HookEvent;
use crate::syntax::names::in_ranges;

pub(super) fn quote(name: &str) -> String {
    format!("`{name}`")
}

/// Names in a message: "`a`, `b` and `c`". More than six names become five and a count.
pub(super) fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    list_of(names.into_iter().map(|name| (name.to_owned(), 1)).collect())
}

/// The same for environments: "`s-1..s-7`, `us` and 3 others".
pub(super) fn list_in_ranges<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    list_of(in_ranges(names))
}

/// Names, and how many each stands for.
fn list_of(names: Vec<(String, usize)>) -> String {
    let shown = if names.len() > 6 { 5 } else { names.len() };
    let more: usize = names.iter().skip(shown).map(|(_, count)| count).sum();
    let mut parts: Vec<String> = names.iter().take(shown).map(|(name, _)| quote(name)).collect();
    parts.extend((more > 0).then(|| format!("{more} others")));
    let last = parts.pop().unwrap_or_default();
    if parts.is_empty() { last } else { format!("{} and {last}", parts.join(", ")) }
}

/// Environments as in a program: "dev, s-1..s-7".
pub(super) fn comma_in_ranges<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    in_ranges(names).into_iter().map(|(name, _)| name).collect::<Vec<_>>().join(", ")
}

/// Names as in a program: "a, b, c".
pub(super) fn comma<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    names.into_iter().collect::<Vec<_>>().join(", ")
}

/// The lines of a statement that shares them with nothing else, including the line end; `None` if it shares them.
pub(super) fn whole_line(sources: &SourceMap, statement: Span) -> Option<Span> {
    let text = &sources.file(statement.file).text;
    let before = text.get(..statement.start as usize)?;
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let after = text.get(statement.end as usize..)?;
    let end = after.find('\n').map_or(text.len(), |at| statement.end as usize + at + 1);
    let alone = before.get(start..)?.trim().is_empty() && after.lines().next().unwrap_or_default().trim().is_empty();
    alone.then(|| Span::new(statement.file, start as u32, end as u32))
}

pub(super) fn site_in_words(site: CallSite) -> &'static str {
    match site {
        CallSite::PreAction(_) => "as a pre-action",
        CallSite::PostAction(_) => "as a post-action",
        CallSite::RollbackAction(_) => "as a rollback-action",
        CallSite::Hook { event: HookEvent::Start, .. } => "on start",
        CallSite::Hook { event: HookEvent::Success, .. } => "on success",
        CallSite::Hook { event: HookEvent::Failure, .. } => "on failure",
    }
}
