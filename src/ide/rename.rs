//! Renames a name everywhere it is used, or refuses.

use std::collections::BTreeSet;

use super::occurrence::{Occurrence, Role, Symbol, occurrence_at, occurrences, occurrences_of};
use crate::check::Analysed;
use crate::program::{Definition, built_in};
use crate::source::{FileId, Span};
use crate::syntax::names::{is_name, is_parameter, is_reserved};

/// Why a name cannot be changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RenameError {
    /// There is no name that can be changed.
    #[error("there is no name here")]
    NoName,
    /// promoc provides the parameter.
    #[error("promoc provides `{0}`, so its name cannot change")]
    BuiltIn(String),
    /// A range declares or names the environment.
    #[error("`{0}` is written as part of the range `{1}`; write it on its own first")]
    InRange(String, String),
    /// The new name is not valid.
    #[error("`{0}` is not a valid name: {1}")]
    Invalid(String, &'static str),
    /// The new name is used already.
    #[error("`{0}` is already {1}")]
    Taken(String, String),
}

/// The name at an offset, if it can be changed.
///
/// # Errors
/// If there is no name, or it cannot be changed.
pub fn renamed(analysed: &Analysed, file: FileId, offset: u32) -> Result<Occurrence, RenameError> {
    let found = occurrence_at(analysed, file, offset).ok_or(RenameError::NoName)?;
    let name = name_of(analysed, &found.symbol);
    if let Symbol::Parameter { name, .. } = &found.symbol
        && built_in().any(|built_in| built_in == name)
    {
        return Err(RenameError::BuiltIn(name.clone()));
    }
    for occurrence in occurrences_of(analysed, &found.symbol) {
        let written = analysed.sources().text(occurrence.span);
        if written.contains("..") {
            return Err(RenameError::InRange(name, written.to_owned()));
        }
    }
    if let Symbol::Declared(Definition::Environment(id)) = found.symbol
        && analysed.program().selected.contains(&id)
        && let Some(range) = range_with(analysed, &name)
    {
        return Err(RenameError::InRange(name, range));
    }
    Ok(found)
}

/// The edits that give the name at an offset another one, in every file.
///
/// # Errors
/// If the name cannot be changed, or the new one is invalid or taken.
pub fn rename(analysed: &Analysed, file: FileId, offset: u32, to: &str) -> Result<Vec<(Span, String)>, RenameError> {
    let found = renamed(analysed, file, offset)?;
    let invalid = |why| RenameError::Invalid(to.to_owned(), why);
    match &found.symbol {
        Symbol::Parameter { .. } if !is_parameter(to) => {
            return Err(invalid("use capital letters, digits and `_`, with a letter first"));
        }
        Symbol::Parameter { .. } if is_reserved(to) => return Err(invalid("the shell or promoc uses it")),
        Symbol::Parameter { .. } => {}
        _ if !is_name(to) => return Err(invalid("use lower-case letters, digits and dashes, at most 63")),
        _ => {}
    }
    if name_of(analysed, &found.symbol) == to {
        return Ok(Vec::new());
    }
    if let Some(taken) = taken(analysed, &found.symbol, to) {
        return Err(RenameError::Taken(to.to_owned(), taken));
    }
    let all = occurrences_of(analysed, &found.symbol);
    Ok(all.iter().map(|one| (one.span, quoted_like(analysed.sources().text(one.span), to))).collect())
}

/// The new name, in quotes where the old one is.
fn quoted_like(written: &str, to: &str) -> String {
    match written.chars().next() {
        Some(quote @ ('"' | '\'')) => format!("{quote}{to}{quote}"),
        _ => to.to_owned(),
    }
}

fn name_of(analysed: &Analysed, symbol: &Symbol) -> String {
    match symbol {
        Symbol::Declared(definition) => analysed.program().name_of(*definition).value.clone(),
        Symbol::Parameter { name, .. } | Symbol::Source(name) => name.clone(),
    }
}

/// What has the new name already, where the two would be confused.
fn taken(analysed: &Analysed, symbol: &Symbol, to: &str) -> Option<String> {
    match symbol {
        Symbol::Declared(definition) => {
            let other = analysed.program().names.get(definition.namespace(), to)?;
            Some(other.a_kind().to_owned())
        }
        Symbol::Source(_) => {
            let all = occurrences(analysed);
            all.iter().any(|one| one.symbol == Symbol::Source(to.to_owned())).then(|| "a source".to_owned())
        }
        Symbol::Parameter { .. } => {
            if built_in().any(|built_in| built_in == to) {
                return Some("a parameter that promoc provides".to_owned());
            }
            let all = occurrences(analysed);
            // a workflow that would then need, give or get two parameters of this name
            let concerned: BTreeSet<&str> =
                all.iter().filter(|one| one.symbol == *symbol).filter_map(|one| workflow(analysed, one)).collect();
            let same = |one: &&Occurrence| matches!(&one.symbol, Symbol::Parameter { name, .. } if name == to);
            let shared = |one: &Occurrence| matches!(&one.symbol, Symbol::Parameter { workflow: None, .. });
            let clash = all.iter().filter(same).find(|one| {
                shared(one)
                    || matches!(symbol, Symbol::Parameter { workflow: None, .. })
                    || workflow(analysed, one).is_some_and(|workflow| concerned.contains(workflow))
            });
            clash.map(|_| "a parameter".to_owned())
        }
    }
}

/// The workflow whose declaration contains an occurrence, or for an argument the workflow of the symbol.
fn workflow<'a>(analysed: &'a Analysed, occurrence: &'a Occurrence) -> Option<&'a str> {
    if let (Role::Use, Symbol::Parameter { workflow: Some(name), .. }) = (occurrence.role, &occurrence.symbol) {
        return Some(name);
    }
    let mut workflows = analysed.program().workflows.values();
    workflows.find(|one| one.decl.span.contains(occurrence.span)).map(|one| one.name.value.as_str())
}

/// A range in the text that contains this name.
fn range_with(analysed: &Analysed, name: &str) -> Option<String> {
    let is_separator = |character: char| !(character.is_alphanumeric() || matches!(character, '-' | '.' | '_'));
    let texts = analysed.sources().iter().map(|(_, file)| &file.text);
    let mut words = texts.flat_map(|text| text.split(is_separator)).filter(|word| word.contains(".."));
    let contains =
        |word: &&str| crate::syntax::names::range(word).is_ok_and(|names| names.iter().any(|one| one == name));
    words.find(contains).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::super::tests::marked;
    use super::*;

    const PROGRAM: &str = "environment dev, qa, store-1..store-3\ngroup all = dev, qa\n\
        workflow ask { gives TICKET; run \"echo 1 > $PROMO_GIVES/TICKET\" }\n\
        workflow smoke { needs TICKET, URL = \"a\", MODE = \"b\"; run \"curl $URL ${URL} $TICKET\" }\n\
        flow main { trigger dev; promote qa { pre-action ask; post-action smoke with URL = \"b\" } }\n\
        flow other { trigger dev; promote store-1..store-3, qa }\n";

    fn after(marked_program: &str, to: &str) -> Result<String, RenameError> {
        let (analysed, file, offset) = marked(marked_program);
        let edits = rename(&analysed, file, offset, to)?;
        let mut text = analysed.sources().file(file).text.to_string();
        for (span, new) in edits.iter().rev() {
            text.replace_range(span.start as usize..span.end as usize, new);
        }
        Ok(text)
    }

    #[test]
    fn a_name_changes_everywhere() {
        let renamed = after(&PROGRAM.replacen("dev, qa", "dev, q|a", 1), "staging").unwrap();
        assert_eq!(renamed, PROGRAM.replace("qa", "staging"));
        let renamed =
            after(&PROGRAM.replace("needs TICKET, U|RL", "").replacen("URL = \"a\"", "U|RL = \"a\"", 1), "ADDRESS");
        assert_eq!(renamed.unwrap(), PROGRAM.replace("URL", "ADDRESS"));
        let renamed = after(&PROGRAM.replacen("gives TICKET", "gives TI|CKET", 1), "CHANGE").unwrap();
        assert_eq!(renamed, PROGRAM.replace("TICKET", "CHANGE"));
    }

    #[test]
    fn a_rename_that_would_change_the_meaning_is_refused() {
        let refused =
            |from: &str, marked: &str, to: &str| after(&PROGRAM.replacen(from, marked, 1), to).unwrap_err().to_string();
        assert_eq!(refused("dev, qa", "dev, q|a", "all"), "`all` is already a group");
        assert_eq!(
            refused("dev, qa", "dev, q|a", "Qa"),
            "`Qa` is not a valid name: use lower-case letters, digits and dashes, at most 63"
        );
        assert_eq!(
            refused("store-1..", "sto|re-1..", "shop-1"),
            "`store-1` is written as part of the range `store-1..store-3`; write it on its own first"
        );
        assert_eq!(refused("URL = \"a\"", "U|RL = \"a\"", "MODE"), "`MODE` is already a parameter");
        assert_eq!(
            refused("URL = \"a\"", "U|RL = \"a\"", "VERSION"),
            "`VERSION` is already a parameter that promoc provides"
        );
        assert_eq!(refused("flow main", "fl|ow main", "x"), "there is no name here");
    }
}
