//! W0205: unused declarations in files that declare a product.

use std::collections::{BTreeMap, BTreeSet};

use super::context::Context;
use super::text::quote;
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::program::{Definition, Environment, Unclear};
use crate::source::{FileId, Span};
use crate::syntax::ast::Ident;
use crate::syntax::names::is_range;

pub(crate) fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let program = context.program;
    if program.unclear.incomplete {
        return;
    }
    // A file without a product is a library: other programs may use its declarations.
    let with_product: BTreeSet<FileId> = program.products.values().map(|product| product.name.span.file).collect();
    let named = program.references.iter().map(|reference| reference.to);
    let selected = program.selected.iter().map(|id| Definition::Environment(*id));
    let used: BTreeSet<Definition> = named.chain(selected).collect();
    let environments = program.environments.ids().map(Definition::Environment);
    let groups = program.groups.ids().map(Definition::Group);
    let workflows = program.workflows.ids().map(Definition::Workflow);
    let templates = program.templates.ids().map(Definition::Template);
    let windows = program.windows.ids().map(Definition::Window);
    let flows = program.flows.ids().map(Definition::Flow);
    let hidden = Hidden::new(context);
    let mut ranges: BTreeMap<Span, Vec<&Ident>> = BTreeMap::new();
    for definition in environments.chain(groups).chain(workflows).chain(templates).chain(windows).chain(flows) {
        let name = program.name_of(definition);
        let selected = match definition {
            Definition::Environment(id) => hidden.may_be_selected(&program.environments[id]),
            _ => false,
        };
        let unused = !selected && !used.contains(&definition) && with_product.contains(&name.span.file);
        if unused && context.sources.text(name.span) != name.value && matches!(definition, Definition::Environment(_)) {
            if !hidden.may_be_meant(name) {
                ranges.entry(name.span).or_default().push(name);
            }
            continue;
        }
        if unused && !hidden.may_be_meant(name) {
            let written = quote(&name.value);
            let message = format!("{} {written} is never used", definition.kind());
            let help = match definition {
                Definition::Environment(_) => {
                    format!("Write `promote {}` in a flow, or remove the declaration.", name.value)
                }
                Definition::Group(_) => format!("Write {written} in place of its members, or remove the declaration."),
                Definition::Template(_) => {
                    format!("Write `template {}` in a product, or remove the declaration.", name.value)
                }
                Definition::Window(_) => {
                    format!("Write `window {}` in a `promote` or a policy, or remove the declaration.", name.value)
                }
                Definition::Flow(_) => format!("Write `flow {}` in a product, or remove the declaration.", name.value),
                _ => format!(
                    "Run the workflow in a flow or a policy, for example `post-action {}`, or remove the declaration.",
                    name.value
                ),
            };
            out.push(Diagnostic::new(Code::W0205, message, name.span, "declared but never used").help(help));
        }
    }
    for (span, unused) in ranges {
        let ends = context.sources.text(span).split("..");
        if ends.into_iter().any(|end| hidden.may_be_meant(&Ident::new(end.to_owned(), span))) {
            continue;
        }
        out.extend(of_range(context, span, &unused));
    }
}

/// One diagnostic for all unused environments of a range.
fn of_range(context: &Context<'_>, range: Span, unused: &[&Ident]) -> Option<Diagnostic> {
    let (first, range_text) = (unused.first()?, context.sources.text(range));
    let declared = context.program.environments.values().filter(|environment| environment.name.span == range).count();
    let (message, help) = match unused.len() {
        all if all == declared => (
            format!("environments {} are never used", quote(range_text)),
            format!("Write `promote {range_text}` in a flow, or remove the declaration."),
        ),
        1 => (
            format!("environment {} of {} is never used", quote(&first.value), quote(range_text)),
            format!("Write `promote {}` in a flow, or make the range shorter.", first.value),
        ),
        several => (
            format!(
                "{several} environments of {} are never used, the first is {}",
                quote(range_text),
                quote(&first.value)
            ),
            format!("Write `promote {range_text}` in a flow, or make the range shorter."),
        ),
    };
    Some(Diagnostic::new(Code::W0205, message, range, "declared but never used").help(help))
}

/// Earlier diagnostics that may hide a use of a name: the use was misspelled, or in text that was not understood.
struct Hidden<'a> {
    unclear: &'a Unclear,
    unknown: BTreeSet<&'a str>,
    /// Whether a range was not understood, which may have any environment with a number.
    has_range: bool,
    /// The keys of the labels by which groups select nothing.
    empty: BTreeSet<&'a str>,
    /// Whether the members of some group are not known.
    groups: bool,
}

/// How many unknown names are compared with an unused one.
const COMPARED: usize = 1_000;

impl<'a> Hidden<'a> {
    fn new(context: &Context<'a>) -> Hidden<'a> {
        let is_name = |diagnostic: &&Diagnostic| matches!(diagnostic.code, Code::E0201 | Code::E0202);
        let is_range = |diagnostic: &Diagnostic| {
            let at = diagnostic.primary().filter(|_| matches!(diagnostic.code, Code::E0104 | Code::E0201));
            at.is_some_and(|span| is_range(context.sources.text(span)))
        };
        let has_range = context.said.iter().any(is_range);
        let unknown = context.said.iter().filter(is_name).filter_map(Diagnostic::primary);
        let unknown = unknown.map(|span| context.sources.text(span)).collect();
        let groups = context.program.groups.values().filter(|group| group.members.is_empty());
        let labels = groups.filter_map(|group| group.labels.as_ref()).flatten();
        let empty = labels.map(|label| label.key.value.as_str()).collect();
        let groups = context.program.groups.values().any(|group| group.labels.is_none() && group.damaged);
        Hidden { unclear: &context.program.unclear, unknown, has_range, empty, groups }
    }

    fn may_be_meant(&self, name: &Ident) -> bool {
        let name_of = name.value.as_str();
        let in_range = self.has_range && name_of.ends_with(|character: char| character.is_ascii_digit());
        in_range
            || self.unknown.len() > COMPARED
            || self.unknown.iter().any(|unknown| *unknown == name_of || nearest(unknown, [name_of]).is_some())
            || self.unclear.contains(name.span)
            || self.unclear.uses(name_of)
    }

    /// Whether a group would contain an environment, if its labels were right.
    fn may_be_selected(&self, environment: &Environment) -> bool {
        self.groups || environment.labels.keys().any(|key| self.empty.contains(key.as_str()))
    }
}
