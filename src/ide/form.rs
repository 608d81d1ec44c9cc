//! The form of each statement: what may follow the words before a cursor.
//!
//! [`FORMS`] describes every statement in a small notation, which is also what signature help shows:
//!
//! ```text
//! promote TARGETS [where present] [one by one | in waves of SIZES] [after DEPENDENCIES] [{]
//! ```
//!
//! A word in lower case is a keyword, one in upper case a [`Slot`] or a form of its own ([`PARTS`]), `[…]` may be left
//! out, `(…)` groups, `|` separates alternatives, `*` repeats, and `x, …` is a list.
//!
//! INVARIANT: a form accepts every statement that the grammar accepts. A test compares it with all examples.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::LazyLock;

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

/// The slots by their names in the notation.
const SLOTS: &[(&str, Slot)] = &[
    ("NAME", Slot::NewName),
    ("ENVIRONMENT", Slot::Environment),
    ("TARGET", Slot::Target),
    ("GROUP", Slot::Group),
    ("WORKFLOW", Slot::Workflow),
    ("TEMPLATE", Slot::Template),
    ("WINDOW", Slot::Window),
    ("PRODUCT", Slot::Product),
    ("FLOW", Slot::Flow),
    ("SOURCE", Slot::Source),
    ("NEEDED", Slot::Needed),
    ("GIVEN", Slot::Given),
    ("PARAMETER", Slot::Argument),
    ("KEY", Slot::LabelKey),
    ("LABEL", Slot::LabelValue),
    ("VALUE", Slot::Value),
    ("APPLICATION", Slot::Pattern),
    ("WHO", Slot::Who),
    ("N", Slot::Count),
    ("PERCENT", Slot::Percent),
    ("DURATION", Slot::Duration),
    ("INSTANT", Slot::Instant),
    ("DAYS", Slot::Days),
    ("DAY", Slot::Day),
    ("TIMES", Slot::Times),
    ("TEXT", Slot::Text),
    ("IMPORT", Slot::Import),
    ("FILE", Slot::File),
    ("DIRECTORY", Slot::Directory),
    ("SCRIPT", Slot::Script),
    ("ZONE", Slot::Zone),
    ("PATH", Slot::Path),
];

/// Forms that several statements share.
const PARTS: &[(&str, &str)] = &[
    ("TARGETS", "TARGET, …"),
    ("CALL", "none | WORKFLOW [with ARGUMENTS]"),
    ("ARGUMENTS", "(PARAMETER = TEXT), …"),
    ("LABELS", "(KEY = LABEL), …"),
    ("SIZES", "(N | PERCENT), …"),
    ("DEPENDENCIES", "(any of GROUP | N of GROUP | PERCENT of GROUP | TARGET), …"),
    ("FACT", "release RELEASE-STATE | TARGETS STATE"),
    ("STATE", "pending | running | suspended | succeeded | failed | terminated | rolled-back | started"),
    ("RELEASE-STATE", "queued | running | suspended | succeeded | failed | terminated"),
    ("STATUS", "queued | pending | running | suspended | succeeded | failed | terminated | rolled-back"),
    ("CONDITION", "(message | revision) (matches | excludes) PATTERNS"),
    ("PATTERNS", "TEXT, …"),
    ("KIND", "production | non-production"),
    ("ACTION", "commit | pull-request | none"),
    ("EVENT", "start | success | failure"),
    ("PATHS", "(PATH [as tag]), …"),
    ("OPENING", "(DAYS | (first | second | third | fourth | last) DAY) [TIMES]"),
    ("APPROVAL", "[N of] WHO"),
    ("HEALTH", "healthy | degraded | out-of-sync"),
    ("OVERRIDE", "takes DURATION | is denied"),
    ("WORK", "takes DURATION | fails [N (times | time)]"),
];

/// The form of a statement.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Form {
    pub block: Block,
    /// Begins with the keyword of the statement.
    pub notation: &'static str,
}

impl Form {
    pub(crate) fn word(&self) -> &'static str {
        self.notation.split(' ').next().unwrap_or_default()
    }

    fn machine(&self) -> &'static Machine {
        static MACHINES: LazyLock<BTreeMap<&str, Machine>> =
            LazyLock::new(|| FORMS.iter().map(|form| (form.notation, Machine::new(form.notation))).collect());
        static NONE: LazyLock<Machine> = LazyLock::new(|| Machine::new(""));
        MACHINES.get(self.notation).unwrap_or(&NONE)
    }
}

/// Whether a form has this keyword anywhere.
pub(crate) fn may_contain(form: &Form, word: &str) -> bool {
    form.machine().reads.iter().any(|(_, place, _)| matches!(place.slot, Slot::Keyword(keyword) if keyword == word))
}

const fn form(block: Block, notation: &'static str) -> Form {
    Form { block, notation }
}

use Block::{
    Application, Environment, File, Flow, Policy, Product, Promote, Scenario, Source, Template, Trigger, Window,
    Workflow,
};

/// The form of each statement, in the order of docs/language.md. A statement with several forms has several entries.
pub(crate) const FORMS: &[Form] = &[
    form(File, "import IMPORT"),
    form(File, "environment NAME, … [{]"),
    form(File, "group NAME = TARGETS"),
    form(File, "group NAME = where LABELS"),
    form(File, "workflow NAME {"),
    form(File, "template NAME {"),
    form(File, "policy NAME {"),
    form(File, "window NAME {"),
    form(File, "product NAME {"),
    form(File, "flow NAME {"),
    form(File, "scenario NAME {"),
    form(Environment, "kind KIND"),
    form(Environment, "description TEXT"),
    form(Environment, "label KEY = LABEL"),
    form(Workflow, "description TEXT"),
    form(Workflow, "version TEXT"),
    form(Workflow, "needs (NEEDED [= TEXT]), …"),
    form(Workflow, "gives GIVEN, …"),
    form(Workflow, "image TEXT"),
    form(Workflow, "run SCRIPT"),
    form(Workflow, "uses TEXT"),
    form(Workflow, "service-account VALUE"),
    form(Workflow, "timeout DURATION"),
    form(Workflow, "retry N [every DURATION]"),
    form(Workflow, "idempotent"),
    form(Workflow, "takes DURATION"),
    form(Workflow, "fails PERCENT"),
    form(Template, "version from FILE [in SOURCE] at PATH [as tag] [in SOURCE]"),
    form(Template, "copy FILE [in SOURCE] [at PATHS] [in SOURCE]"),
    form(Policy, "priority N"),
    form(Policy, "for product (PRODUCT, …)"),
    form(Policy, "for environment TARGETS"),
    form(Policy, "for kind KIND"),
    form(Policy, "for label LABELS"),
    form(Policy, "for flow (FLOW, …)"),
    form(Policy, "require pre-action CALL"),
    form(Policy, "require action ACTION"),
    form(Policy, "require post-action CALL"),
    form(Policy, "require after TARGETS"),
    form(Policy, "require after kind KIND"),
    form(Policy, "pre-action CALL"),
    form(Policy, "action ACTION"),
    form(Policy, "post-action CALL"),
    form(Policy, "rollback-action CALL"),
    form(Policy, "window WINDOW [unless approval APPROVAL]"),
    form(Policy, "soak DURATION"),
    form(Policy, "approval APPROVAL"),
    form(Policy, "timeout DURATION"),
    form(Policy, "on EVENT CALL"),
    form(Window, "timezone ZONE"),
    form(Window, "open OPENING"),
    form(Window, "closed OPENING"),
    form(Product, "description TEXT"),
    form(Product, "label KEY = LABEL"),
    form(Product, "template TEMPLATE"),
    form(Product, "version from FILE [in SOURCE] at PATH [as tag] [in SOURCE]"),
    form(Product, "copy FILE [in SOURCE] [at PATHS] [in SOURCE]"),
    form(Product, "repo TEXT"),
    form(Product, "branch VALUE"),
    form(Product, "namespace VALUE"),
    form(Product, "runtime VALUE"),
    form(Product, "application APPLICATION in TARGETS [{]"),
    form(Product, "flow FLOW [when CONDITION (and CONDITION)*]"),
    form(Product, "flow FLOW by hand"),
    form(Product, "concurrency queue [limit N]"),
    form(Product, "concurrency terminate"),
    form(Application, "repo TEXT"),
    form(Application, "branch VALUE"),
    form(Application, "path DIRECTORY"),
    form(Application, "source NAME {"),
    form(Application, "namespace VALUE"),
    form(Application, "runtime VALUE"),
    form(Application, "label KEY = LABEL"),
    form(Source, "repo TEXT"),
    form(Source, "branch VALUE"),
    form(Source, "path DIRECTORY"),
    form(Flow, "description TEXT"),
    form(Flow, "version TEXT"),
    form(Flow, "timeout DURATION"),
    form(Flow, "bake DURATION"),
    form(Flow, "trigger ENVIRONMENT [{]"),
    form(Flow, "promote TARGETS [where present] [one by one | in waves of SIZES] [after DEPENDENCIES] [{]"),
    form(Flow, "rollback TARGETS when TARGETS fails"),
    form(Flow, "never FACT [while FACT (and FACT)*]"),
    form(Flow, "on EVENT CALL"),
    form(Trigger, "post-action CALL"),
    form(Promote, "pre-action CALL"),
    form(Promote, "action ACTION"),
    form(Promote, "post-action CALL"),
    form(Promote, "rollback-action CALL"),
    form(Promote, "on EVENT CALL"),
    form(Promote, "window WINDOW [unless approval APPROVAL]"),
    form(Promote, "soak DURATION"),
    form(Promote, "approval APPROVAL"),
    form(Promote, "timeout DURATION"),
    form(Promote, "retry N [every DURATION]"),
    form(Scenario, "release PRODUCT via FLOW (at INSTANT | version TEXT | message TEXT | after DURATION)*"),
    form(Scenario, "given TARGETS at version TEXT [of N]"),
    form(Scenario, "given TARGETS becomes HEALTH [after DURATION] [of N]"),
    form(Scenario, "given (WORKFLOW, …) [in ENVIRONMENT] WORK [of N]"),
    form(Scenario, "given approval in TARGET OVERRIDE [of N]"),
    form(Scenario, "given override in TARGETS OVERRIDE [of N]"),
    form(
        Scenario,
        "given pull-request in TARGET (merges after DURATION | is closed after DURATION | never merges) [of N]",
    ),
    form(Scenario, "given rollback in TARGET (takes DURATION | fails) [of N]"),
    form(Scenario, "given terminate after DURATION [of N]"),
    form(Scenario, "given retry after DURATION [of N]"),
    form(Scenario, "expect ENVIRONMENT [of N] STATUS [within DURATION]"),
    form(Scenario, "expect ENVIRONMENT [of N] at version TEXT"),
    form(Scenario, "expect ENVIRONMENT [of N] not started before INSTANT"),
    form(Scenario, "expect release [N] RELEASE-STATE [within DURATION]"),
    form(Scenario, "expect WORKFLOW [of N] runs N (times | time) [in ENVIRONMENT]"),
];

/// The forms of a statement.
pub(crate) fn forms(block: Block, word: &str) -> impl Iterator<Item = &'static Form> {
    FORMS.iter().filter(move |form| form.block == block && form.word() == word)
}

/// A place in a form: a slot, and its range in the notation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub slot: Slot,
    /// In bytes of [`Form::notation`]; that of the part for a slot of a part.
    pub range: (usize, usize),
}

/// What may follow these words of a statement, the keyword included, in one of its forms. Empty if the form does not
/// begin with these words.
pub(crate) fn following(form: &Form, text: &str, words: &[Lexeme]) -> BTreeSet<Place> {
    let machine = form.machine();
    let mut states = machine.closure([machine.start]);
    for word in words.iter().filter(|word| word.kind != LexemeKind::Comment) {
        let next = states.iter().flat_map(|state| machine.steps(*state));
        let next: Vec<usize> = next.filter(|(place, _)| accepts(place.slot, word, text)).map(|(_, to)| to).collect();
        states = machine.closure(next);
    }
    let mut places: BTreeSet<Place> =
        states.iter().flat_map(|state| machine.steps(*state)).map(|(place, _)| place).collect();
    if states.contains(&machine.end) {
        places.insert(Place { slot: Slot::End, range: (form.notation.len(), form.notation.len()) });
    }
    places
}

/// What must be written for a form: its shortest statement, and of equally short ones the first.
pub(crate) fn required(form: &Form) -> Vec<Slot> {
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

/// A form as a machine that reads words.
struct Machine {
    /// Transitions that read a word: from, the place, to.
    reads: Vec<(usize, Place, usize)>,
    /// Transitions that read nothing.
    skips: Vec<(usize, usize)>,
    start: usize,
    end: usize,
    states: usize,
}

impl Machine {
    fn new(notation: &'static str) -> Machine {
        let mut machine = Machine { reads: Vec::new(), skips: Vec::new(), start: 0, end: 0, states: 1 };
        let tokens = tokens(notation);
        let mut rest = tokens.as_slice();
        machine.end = machine.alternatives(&mut rest, 0, None);
        machine
    }

    fn state(&mut self) -> usize {
        self.states += 1;
        self.states - 1
    }

    /// Reads alternatives, up to a closing bracket. Returns the state after them.
    fn alternatives(&mut self, rest: &mut &[Token], from: usize, part: Option<(usize, usize)>) -> usize {
        let end = self.state();
        loop {
            let last = self.sequence(rest, from, part);
            self.skips.push((last, end));
            match rest.split_first() {
                Some((Token { text: "|", .. }, after)) => *rest = after,
                _ => return end,
            }
        }
    }

    fn sequence(&mut self, rest: &mut &[Token], from: usize, part: Option<(usize, usize)>) -> usize {
        let mut at = from;
        while let Some((token, after)) = rest.split_first().filter(|(token, _)| !matches!(token.text, "|" | "]" | ")"))
        {
            *rest = after;
            let before = at;
            at = self.item(*token, rest, before, part);
            match rest.split_first() {
                Some((Token { text: "*", .. }, after)) => {
                    *rest = after;
                    self.skips.push((at, before));
                    at = before;
                }
                Some((Token { text: "…", range }, after)) => {
                    *rest = after;
                    self.reads.push((at, Place { slot: Slot::Comma, range: part.unwrap_or(*range) }, before));
                }
                _ => {}
            }
        }
        at
    }

    /// Reads one item from state `from`, and returns the state after it.
    fn item(&mut self, token: Token, rest: &mut &[Token], from: usize, part: Option<(usize, usize)>) -> usize {
        let range = part.unwrap_or(token.range);
        match token.text {
            "[" | "(" => {
                // a state of its own, so that a repetition does not leave the brackets
                let start = self.state();
                self.skips.push((from, start));
                let end = self.alternatives(rest, start, part);
                *rest = rest.split_first().map_or(&[], |(_, after)| after);
                if token.text == "[" {
                    self.skips.push((from, end));
                }
                end
            }
            "=" => self.read(from, Slot::Equals, range),
            "{" => self.read(from, Slot::Block, range),
            name if name.starts_with(|first: char| first.is_ascii_uppercase()) => {
                if let Some((_, slot)) = SLOTS.iter().find(|(slot, _)| *slot == name) {
                    return self.read(from, *slot, range);
                }
                let notation = PARTS.iter().find(|(part, _)| *part == name).map_or("", |(_, notation)| *notation);
                let inner = tokens(notation);
                let start = self.state();
                self.skips.push((from, start));
                self.alternatives(&mut inner.as_slice(), start, Some(range))
            }
            keyword => self.read(from, Slot::Keyword(keyword), range),
        }
    }

    fn read(&mut self, from: usize, slot: Slot, range: (usize, usize)) -> usize {
        let to = self.state();
        self.reads.push((from, Place { slot, range }, to));
        to
    }

    fn closure(&self, from: impl IntoIterator<Item = usize>) -> BTreeSet<usize> {
        let mut open: Vec<usize> = from.into_iter().collect();
        let mut reached: BTreeSet<usize> = open.iter().copied().collect();
        while let Some(state) = open.pop() {
            let next = self.skips.iter().filter(|(from, _)| *from == state).map(|(_, to)| *to);
            open.extend(next.filter(|to| reached.insert(*to)));
        }
        reached
    }

    fn steps(&self, state: usize) -> impl Iterator<Item = (Place, usize)> {
        self.reads.iter().filter(move |(from, ..)| *from == state).map(|(_, place, to)| (*place, *to))
    }
}

/// A word or a sign of the notation.
#[derive(Clone, Copy, Debug)]
struct Token {
    text: &'static str,
    range: (usize, usize),
}

fn tokens(notation: &'static str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(rest) = notation.get(at..).filter(|rest| !rest.is_empty()) {
        let sign = |character: char| "[]()|*{=,…".contains(character);
        let first = rest.chars().next().unwrap_or(' ');
        let length = if sign(first) {
            first.len_utf8()
        } else {
            rest.find(|character| sign(character) || character == ' ').unwrap_or(rest.len()).max(1)
        };
        // the comma of a list is part of its `…`
        if !matches!(first, ' ' | ',') {
            tokens.push(Token { text: rest.get(..length).unwrap_or_default(), range: (at, at + length) });
        }
        at += length;
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::super::cursor::{Cursor, lexemes};
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
