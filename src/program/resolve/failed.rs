//! Reports names that do not exist, or not as the expected kind (E0201, E0202): one diagnostic for all uses of a name.
//!
//! If a file has syntax errors or an import is missing, the name may have been declared there. Then only names that
//! look misspelled are reported.

use std::collections::BTreeMap;

use crate::diagnostic::{Code, Diagnostic, nearest, one_of};
use crate::program::model::Program;
use crate::program::names::{Definition, Namespace};
use crate::program::unclear::stem;
use crate::source::Span;
use crate::syntax::ast::Ident;
use crate::syntax::names::{in_ranges, is_name, is_range, range};

/// The number of further uses of a name that get a label.
const SHOWN: usize = 4;

/// If more names than this are of one series, such as `store-001` and the range `store-004..store-119`, they are one
/// mistake.
const SERIES: usize = 2;

/// If more names than this fail in a program, no suggestions are made, because they are not typing mistakes.
const COMPARED: usize = 1_000;

/// The kind that a place expects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expected {
    Environment,
    /// An environment or a group.
    Target,
    /// All environments of a range.
    Range,
    Workflow,
    Template,
    Window,
    Product,
    Flow,
}

impl Expected {
    pub(super) fn namespace(self) -> Namespace {
        match self {
            Expected::Environment | Expected::Target | Expected::Range => Namespace::Environments,
            Expected::Workflow => Namespace::Workflows,
            Expected::Template => Namespace::Templates,
            Expected::Window => Namespace::Windows,
            Expected::Product => Namespace::Products,
            Expected::Flow => Namespace::Flows,
        }
    }

    pub(super) fn accepts(self, definition: Definition) -> bool {
        definition.namespace() == self.namespace()
            && !(self == Expected::Environment && matches!(definition, Definition::Group(_)))
    }

    fn noun(self) -> &'static str {
        match self {
            Expected::Environment => "environment",
            Expected::Target => "environment or group",
            Expected::Range => "range of environments",
            Expected::Workflow => "workflow",
            Expected::Template => "template",
            Expected::Window => "window",
            Expected::Product => "product",
            Expected::Flow => "flow",
        }
    }

    fn a_noun(self) -> &'static str {
        match self {
            Expected::Environment => "an environment",
            Expected::Target => "an environment or a group",
            Expected::Range => "a range of environments",
            Expected::Workflow => "a workflow",
            Expected::Template => "a template",
            Expected::Window => "a window",
            Expected::Product => "a product",
            Expected::Flow => "a flow",
        }
    }

    fn declaration(self, name: &str) -> String {
        match self {
            Expected::Environment | Expected::Target | Expected::Range => format!("environment {name}"),
            _ => format!("{} {name} {{ … }}", self.noun()),
        }
    }
}

/// The names that did not resolve, and their uses.
#[derive(Debug, Default)]
pub(super) struct Failed {
    uses: BTreeMap<(Namespace, String), Vec<(Span, Expected)>>,
}

impl Failed {
    /// Adds a use. The parser has reported an empty name already.
    pub(super) fn add(&mut self, name: &Ident, expected: Expected) {
        if name.value.is_empty() {
            return;
        }
        self.uses.entry((expected.namespace(), name.value.clone())).or_default().push((name.span, expected));
    }

    /// Makes one diagnostic for each name, at its first use.
    pub(super) fn diagnostics(mut self, program: &Program) -> Vec<Diagnostic> {
        for uses in self.uses.values_mut() {
            uses.sort_by_key(|(span, _)| *span);
        }
        self.join_series();
        let compares = self.uses.len() <= COMPARED;
        self.uses
            .iter()
            .filter_map(|((namespace, name), uses)| say(program, *namespace, name, uses, compares))
            .collect()
    }

    /// Makes one name of many that differ only in their number: not one of them is what is misspelled, but their
    /// declaration.
    fn join_series(&mut self) {
        let mut series: BTreeMap<(Namespace, String), Vec<(Span, String)>> = BTreeMap::new();
        for ((namespace, name), uses) in &self.uses {
            if let Some((first, _)) = uses.first().filter(|_| stem(name) != name) {
                series.entry((*namespace, stem(name).to_owned())).or_default().push((*first, name.clone()));
            }
        }
        let is_one = |(_, names): &(_, Vec<(Span, String)>)| {
            names.len() > SERIES && names.iter().any(|(_, name)| is_range(name))
        };
        for ((namespace, _), mut names) in series.into_iter().filter(is_one) {
            names.sort();
            let mut names = names.into_iter().map(|(_, name)| (namespace, name));
            let Some(first) = names.next() else { continue };
            let others: Vec<_> = names.filter_map(|name| self.uses.remove(&name)).flatten().collect();
            if let Some(uses) = self.uses.get_mut(&first) {
                uses.extend(others);
                uses.sort_by_key(|(span, _)| *span);
            }
        }
    }
}

fn say(
    program: &Program,
    namespace: Namespace,
    name: &str,
    uses: &[(Span, Expected)],
    compares: bool,
) -> Option<Diagnostic> {
    let ((at, expected), further) = uses.split_first()?;
    if program.unclear.declares(name, |word| is_name(word) && program.names.get(namespace, word).is_some()) {
        return None;
    }
    let candidates: Vec<(&str, Definition)> =
        program.names.all(namespace).filter(|(_, definition)| expected.accepts(*definition)).collect();
    let names = || candidates.iter().map(|(name, _)| *name);
    let of_range = if is_range(name) { range(name).ok() } else { None };
    // INVARIANT: the same namespace comes first, so that a group in place of an environment is called a group.
    let other = std::iter::once(namespace).chain(Namespace::ALL).find_map(|space| program.names.get(space, name));
    let near = if compares { nearest(name, names()) } else { None };
    let diagnostic = match (other, near) {
        _ if *expected == Expected::Environment && of_range.is_some() => {
            let first = of_range.iter().flatten().next().map_or("", String::as_str);
            let message = format!("`{name}` is a range, not an environment");
            Diagnostic::new(Code::E0202, message, *at, "expected an environment")
                .help(format!("Write one of its environments, such as `{first}`."))
        }
        _ if of_range.is_some() => {
            if program.damaged {
                return None;
            }
            not_declared(program, name, *at, of_range.as_deref().unwrap_or_default(), names())
        }
        (Some(other), _) => {
            if program.damaged && other.namespace() != namespace {
                return None;
            }
            of_another_kind(program, name, *at, *expected, other, names().collect())
        }
        (None, Some(near)) => {
            if program.damaged && !misspelt(name, near) {
                return None;
            }
            let declared = program.names.get(namespace, near).map(|definition| program.name_of(definition).span);
            let message = format!("no {} named `{name}`", expected.noun());
            let mut diagnostic = Diagnostic::new(Code::E0201, message, *at, format!("did you mean `{near}`?"))
                .help(format!("Write `{near}`, or declare it: `{}`.", expected.declaration(name)));
            diagnostic = diagnostic.fix(format!("write `{near}`"), *at, near);
            if let Some(fix) = &mut diagnostic.fix {
                fix.edits.extend(further.iter().map(|(span, _)| (*span, near.to_owned())));
            }
            match declared {
                Some(declared) => diagnostic.label(declared, "declared here"),
                None => diagnostic,
            }
        }
        (None, None) if program.damaged => return None,
        (None, None) => {
            let message = format!("no {} named `{name}`", expected.noun());
            let declare = format!("`{}`", expected.declaration(name));
            let help = match one_of(names()) {
                Some(all) => format!("Write {all}, or declare it: {declare}."),
                None => format!("Declare it: {declare}."),
            };
            Diagnostic::new(Code::E0201, message, *at, "not declared").help(help)
        }
    };
    let left = further.len().saturating_sub(SHOWN);
    Some(further.iter().take(SHOWN).enumerate().fold(diagnostic, |diagnostic, (at, (span, _))| {
        let last = left > 0 && at + 1 == SHOWN;
        let message = if last { format!("also used here, and {left} more times") } else { "also used here".to_owned() };
        diagnostic.label(*span, message)
    }))
}

/// A range of which some environments, or all, are not declared.
fn not_declared<'n>(
    program: &Program,
    name: &str,
    at: Span,
    range: &[String],
    names: impl Iterator<Item = &'n str> + Clone,
) -> Diagnostic {
    let declared = |name: &String| match program.names.get(Namespace::Environments, name) {
        Some(Definition::Environment(id)) => Some(program.environments[id].name.span),
        _ => None,
    };
    let (there, missing): (Vec<&String>, Vec<&String>) = range.iter().partition(|name| declared(name).is_some());
    let written = |names: &[&String]| {
        let names = in_ranges(names.iter().map(|name| name.as_str()));
        names.into_iter().map(|(name, _)| name).take(8).collect::<Vec<_>>().join(", ")
    };
    let declare = format!("`environment {}`", written(&missing));
    if let Some(place) = there.first().and_then(|name| declared(name)) {
        let are = if missing.len() == 1 { "is" } else { "are" };
        let message = format!("`{}` of `{name}` {are} not declared", written(&missing));
        return Diagnostic::new(Code::E0201, message, at, "only a part of it is declared")
            .label(place, "declared here")
            .help(format!("Write `{}`, or declare the others: {declare}.", written(&there)));
    }
    let ends = range.first().zip(range.last());
    let near = ends.and_then(|(first, last)| {
        Some(format!("{}..{}", nearest(first, names.clone())?, nearest(last, names.clone())?))
    });
    let near = near.filter(|near| program.targets(near).is_some());
    let message = format!("no range of environments named `{name}`");
    match near {
        Some(near) => Diagnostic::new(Code::E0201, message, at, format!("did you mean `{near}`?"))
            .help(format!("Write `{near}`, or declare it: {declare}.")),
        None => Diagnostic::new(Code::E0201, message, at, "not declared").help(format!("Declare it: {declare}.")),
    }
}

fn of_another_kind(
    program: &Program,
    name: &str,
    at: Span,
    expected: Expected,
    other: Definition,
    names: Vec<&str>,
) -> Diagnostic {
    let members = match other {
        Definition::Group(group) => program.groups[group].members.as_slice(),
        _ => &[],
    };
    let members = members.iter().map(|id| program.environments[*id].name.value.as_str());
    let help = match (expected, one_of(members), one_of(names)) {
        (Expected::Environment, Some(members), _) => format!("Write one of its environments: {members}."),
        (_, _, Some(all)) => format!("Write the name of {}: {all}.", expected.a_noun()),
        (_, _, None) => {
            format!("Write the name of {}, or declare it: `{}`.", expected.a_noun(), expected.declaration(name))
        }
    };
    let message = format!("`{name}` is {}, not {}", other.a_kind(), expected.a_noun());
    Diagnostic::new(Code::E0202, message, at, format!("expected {}", expected.a_noun()))
        .label(program.name_of(other).span, format!("{} declared here", other.kind()))
        .help(help)
}

/// Whether a name is certainly a misspelling of another: a few letters differ, and not only digits (`asia-1` and
/// `asia-2` are two names).
fn misspelt(name: &str, near: &str) -> bool {
    let letters = |text: &str| text.chars().filter(|c| !c.is_ascii_digit()).collect::<String>();
    let bound = (name.chars().count() / 3).clamp(1, 3);
    letters(name) != letters(near) && strsim::damerau_levenshtein(&name.to_lowercase(), near) <= bound
}
