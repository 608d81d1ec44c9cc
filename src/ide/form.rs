//! The form of each statement: what may follow the words before a cursor.
//!
//! `table::FORMS` describes every statement in a small notation, which is also what signature help shows:
//!
//! ```text
//! promote TARGETS [where present] [one by one | in waves of SIZES] [after DEPENDENCIES] [{]
//! ```
//!
//! A word in lower case is a keyword, one in upper case a [`Slot`] or a form of its own (`table::PARTS`), `[…]` may be left
//! out, `(…)` groups, `|` separates alternatives, `*` repeats, and `x, …` is a list.
//!
//! INVARIANT: a form accepts every statement that the grammar accepts. A test compares it with all examples.

mod machine;
mod table;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::LazyLock;

use self::machine::FormMachine;
use self::table::{FORMS, SLOTS};
use super::cursor::{Lexeme, LexemeKind};
use crate::syntax::keywords::Block;

/// What may stand at a place of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Slot {
    Keyword(&'static str),
    /// A name that the statement declares.
    NewName,
    Environment,
    /// An environment, a group or a range.
    Target,
    Group,
    Workflow,
    Template,
    Window,
    Product,
    Flow,
    /// A source of an application.
    Source,
    /// A parameter that a workflow needs, and one that it gives.
    Needed,
    Given,
    /// A parameter of the workflow that is called.
    Argument,
    LabelKey,
    LabelValue,
    /// Any value.
    Value,
    /// The name of an application, with placeholders.
    Pattern,
    /// Who approves.
    Who,
    Count,
    Percent,
    Duration,
    Instant,
    Days,
    Day,
    Times,
    /// Any string.
    Text,
    /// The path of a `.promo` file.
    Import,
    /// The path of a file that is promoted.
    File,
    /// The directory of an application.
    Directory,
    Script,
    Zone,
    /// A JSONPath.
    Path,
    Comma,
    Equals,
    Block,
    /// The statement may end here.
    End,
}

/// The form of a statement.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StatementForm {
    pub block: Block,
    /// Begins with the keyword of the statement.
    pub notation: &'static str,
}

impl StatementForm {
    pub(crate) fn word(&self) -> &'static str {
        self.notation.split(' ').next().unwrap_or_default()
    }

    fn machine(&self) -> &'static FormMachine {
        static MACHINES: LazyLock<BTreeMap<&str, FormMachine>> =
            LazyLock::new(|| FORMS.iter().map(|form| (form.notation, FormMachine::new(form.notation))).collect());
        static NONE: LazyLock<FormMachine> = LazyLock::new(|| FormMachine::new(""));
        MACHINES.get(self.notation).unwrap_or(&NONE)
    }
}

/// Whether a form has this keyword anywhere.
pub(crate) fn may_contain(form: &StatementForm, word: &str) -> bool {
    form.machine().reads.iter().any(|(_, place, _)| matches!(place.slot, Slot::Keyword(keyword) if keyword == word))
}

/// The forms of a statement.
pub(crate) fn forms(block: Block, word: &str) -> impl Iterator<Item = &'static StatementForm> {
    FORMS.iter().filter(move |form| form.block == block && form.word() == word)
}

/// A place in a form: a slot, and its range in the notation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct FormPlace {
    pub slot: Slot,
    /// In bytes of [`StatementForm::notation`]; that of the part for a slot of a part.
    pub range: (usize, usize),
}

/// What may follow these words of a statement, the keyword included, in one of its forms. Empty if the form does not
/// begin with these words.
pub(crate) fn following(form: &StatementForm, text: &str, words: &[Lexeme]) -> BTreeSet<FormPlace> {
    let machine = form.machine();
    let mut states = machine.closure([machine.start]);
    for word in words.iter().filter(|word| word.kind != LexemeKind::Comment) {
        let next = states.iter().flat_map(|state| machine.steps(*state));
        let next: Vec<usize> = next.filter(|(place, _)| accepts(place.slot, word, text)).map(|(_, to)| to).collect();
        states = machine.closure(next);
    }
    let mut places: BTreeSet<FormPlace> =
        states.iter().flat_map(|state| machine.steps(*state)).map(|(place, _)| place).collect();
    if states.contains(&machine.end) {
        places.insert(FormPlace { slot: Slot::End, range: (form.notation.len(), form.notation.len()) });
    }
    places
}

/// What must be written for a form: its shortest statement, and of equally short ones the first.
pub(crate) fn required(form: &StatementForm) -> Vec<Slot> {
    let machine = form.machine();
    let mut reached: BTreeSet<usize> = BTreeSet::new();
    let mut open: VecDeque<(usize, Vec<Slot>)> = VecDeque::from([(machine.start, Vec::new())]);
    while let Some((state, slots)) = open.pop_front() {
        if state == machine.end {
            return slots;
        }
        if !reached.insert(state) {
            continue;
        }
        // a skip costs nothing, so it comes before everything that reads a word
        let skips = machine.skips.iter().filter(|(from, _)| *from == state);
        skips.rev().for_each(|(_, to)| open.push_front((*to, slots.clone())));
        for (place, to) in machine.steps(state) {
            open.push_back((to, slots.iter().copied().chain([place.slot]).collect()));
        }
    }
    Vec::new()
}

/// An example of a slot, with the quotes around it.
pub(crate) fn example(slot: Slot) -> (&'static str, String, &'static str) {
    let name = SLOTS.iter().find(|(_, known)| *known == slot).map_or("", |(name, _)| *name).to_lowercase();
    match slot {
        Slot::Text | Slot::Import | Slot::File | Slot::Directory | Slot::Script | Slot::Zone => ("\"", name, "\""),
        Slot::Path => ("", "$.path".to_owned(), ""),
        Slot::Count => ("", "1".to_owned(), ""),
        Slot::Percent => ("", "1%".to_owned(), ""),
        Slot::Duration => ("", "30m".to_owned(), ""),
        Slot::Instant => ("", "2026-01-05T09:00Z".to_owned(), ""),
        Slot::Days => ("", "mon..fri".to_owned(), ""),
        Slot::Pattern => ("", "name-{environment}".to_owned(), ""),
        _ => ("", name, ""),
    }
}

fn accepts(slot: Slot, word: &Lexeme, text: &str) -> bool {
    use LexemeKind as Kind;
    let written = word.text(text);
    let is_number = written.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    match slot {
        Slot::Keyword(keyword) => word.kind == Kind::Word && written == keyword,
        Slot::Comma => word.kind == Kind::Comma,
        Slot::Equals => word.kind == Kind::Equals,
        Slot::Block => word.kind == Kind::Open,
        Slot::Path => word.kind == Kind::Path,
        Slot::Count => word.kind == Kind::Word && is_number,
        Slot::Percent => word.kind == Kind::Word && written.ends_with('%'),
        Slot::Text | Slot::Import | Slot::File | Slot::Directory | Slot::Script | Slot::Zone => {
            matches!(word.kind, Kind::Text | Kind::BlockText)
        }
        Slot::End => false,
        _ => matches!(word.kind, Kind::Word | Kind::Text),
    }
}

#[cfg(test)]
mod tests {
    use super::super::cursor::{Cursor, lexemes};
    use super::machine::tokens;
    use super::table::PARTS;
    use super::*;
    use crate::syntax::keywords::{KEYWORDS, find};

    fn next(marked: &str) -> Vec<Slot> {
        let offset = marked.find('|').unwrap();
        let text = marked.replacen('|', "", 1);
        let cursor = Cursor::at(&text, offset as u32);
        let word = cursor.statement.first().unwrap().text(&text);
        let places = forms(cursor.block(), word).flat_map(|form| following(form, &text, &cursor.statement));
        places.map(|place| place.slot).collect::<BTreeSet<Slot>>().into_iter().collect()
    }

    #[test]
    fn a_form_knows_what_may_follow() {
        use Slot::*;
        assert_eq!(next("flow a { promote |"), [Target]);
        let rest = ["after", "in", "one", "where"].map(Keyword);
        let (after_a_target, end) = (next("flow a { promote qa |"), [Comma, Slot::Block, End]);
        assert_eq!(after_a_target, [rest.as_slice(), end.as_slice()].concat());
        assert_eq!(next("flow a { promote qa after |"), [Keyword("any"), Target, Count, Percent]);
        assert_eq!(next("flow a { promote qa after 2 of |"), [Group]);
        assert_eq!(next("policy p { on failure |"), [Keyword("none"), Workflow]);
        assert_eq!(next("policy p { on failure w with |"), [Argument]);
        assert_eq!(next("policy p { on failure w with A = \"b\", |"), [Argument]);
        assert_eq!(next("product p { flow |"), [Flow]);
        assert_eq!(next("flow f { never qa |").len(), 9);
        assert_eq!(next("scenario s { expect qa |").len(), 12);
    }

    #[test]
    fn every_keyword_has_a_form_and_every_form_a_keyword() {
        for keyword in KEYWORDS {
            assert!(forms(keyword.block, keyword.word).next().is_some(), "{keyword:?}");
        }
        for form in FORMS {
            assert!(find(form.block, form.word()).is_some(), "{form:?}");
            for token in tokens(form.notation) {
                let known = |name| SLOTS.iter().any(|s| s.0 == name) || PARTS.iter().any(|p| p.0 == name);
                assert!(!token.text.starts_with(|c: char| c.is_ascii_uppercase()) || known(token.text), "{token:?}");
            }
        }
    }

    /// Whether one of the forms of a statement accepts its words, block included.
    fn accepted(block: Block, text: &str, words: &[Lexeme]) -> bool {
        let word = words[0].text(text);
        forms(block, word).any(|form| {
            let places = following(form, text, words);
            places.iter().any(|place| matches!(place.slot, Slot::End | Slot::Block))
        })
    }

    /// Every statement of a correct text that no form accepts.
    fn unknown(text: &str) -> Vec<String> {
        let mut wrong = Vec::new();
        let all: Vec<Lexeme> = lexemes(text).collect();
        for (nth, lexeme) in all.iter().enumerate() {
            let ends = matches!(lexeme.kind, LexemeKind::End | LexemeKind::Open | LexemeKind::Close);
            let before = nth.checked_sub(1).map(|before| all[before]);
            if !ends || before.is_none_or(|before| before.kind == LexemeKind::Comma && lexeme.text(text) != ";") {
                continue;
            }
            let cursor = Cursor::at(text, lexeme.start);
            let mut words = cursor.statement.clone();
            if cursor.word.0 < lexeme.start {
                words.push(before.unwrap());
            }
            words.retain(|word| word.kind != LexemeKind::Comment);
            if !words.is_empty() && !accepted(cursor.block(), text, &words) {
                wrong.push(words.iter().map(|word| word.text(text)).collect::<Vec<_>>().join(" "));
            }
        }
        wrong
    }

    #[test]
    #[allow(clippy::disallowed_methods, reason = "reads the examples")]
    fn the_forms_accept_every_statement_of_every_example() {
        let mut folders = vec![std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("examples")];
        let mut seen = 0;
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|extension| extension == "promo") {
                    let text = std::fs::read_to_string(&path).unwrap();
                    assert_eq!(unknown(&text), Vec::<String>::new(), "{}", path.display());
                    seen += 1;
                }
            }
        }
        assert!(seen > 5, "{seen}");
        for keyword in KEYWORDS {
            let words: Vec<Lexeme> = lexemes(keyword.example).collect();
            let head: Vec<Lexeme> = words.iter().take_while(|word| word.kind != LexemeKind::Open).copied().collect();
            assert!(accepted(keyword.block, keyword.example, &head), "{}", keyword.example);
        }
    }
}
