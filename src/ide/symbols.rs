//! The outline of a file, and the search for a name in a program.

use crate::check::Analysed;
use crate::program::{Definition, Namespace};
use crate::source::{FileId, Span};
use crate::syntax::ast::{Ident, Item};

/// The kind of a symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "each is the declaration or statement of that name")]
pub enum OutlineKind {
    Environment,
    Group,
    Workflow,
    Template,
    Policy,
    Window,
    Product,
    Application,
    Source,
    Flow,
    Target,
    Scenario,
}

impl OutlineKind {
    /// The kind of a declared name.
    pub fn of(definition: Definition) -> OutlineKind {
        match definition {
            Definition::Environment(_) => OutlineKind::Environment,
            Definition::Group(_) => OutlineKind::Group,
            Definition::Workflow(_) => OutlineKind::Workflow,
            Definition::Template(_) => OutlineKind::Template,
            Definition::Policy(_) => OutlineKind::Policy,
            Definition::Window(_) => OutlineKind::Window,
            Definition::Product(_) => OutlineKind::Product,
            Definition::Flow(_) => OutlineKind::Flow,
            Definition::Scenario(_) => OutlineKind::Scenario,
        }
    }
}

/// A declaration or statement of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outline {
    /// The name, or the names of a list.
    pub name: String,
    /// What it is.
    pub kind: OutlineKind,
    /// The whole declaration.
    pub span: Span,
    /// The name, inside the span.
    pub name_span: Span,
    /// What it contains.
    pub children: Vec<Outline>,
}

impl Outline {
    fn new(kind: OutlineKind, names: &[Ident], span: Span) -> Option<Outline> {
        let (first, last) = (names.first()?, names.last()?);
        let name = names.iter().map(|name| name.value.as_str()).collect::<Vec<_>>().join(", ");
        Some(Outline { name, kind, span, name_span: first.span.to(last.span), children: Vec::new() })
    }

    fn with(mut self, children: impl Iterator<Item = Option<Outline>>) -> Outline {
        self.children = children.flatten().collect();
        self
    }
}

/// The declarations of a file, in order.
pub fn outline(analysed: &Analysed, file: FileId) -> Vec<Outline> {
    let loaded = analysed.analysis().files.iter().find(|loaded| loaded.id == file);
    loaded.into_iter().flat_map(|loaded| &loaded.tree.items).filter_map(declaration).collect()
}

fn declaration(item: &Item) -> Option<Outline> {
    let named = |kind, name: &Option<Ident>, span| Outline::new(kind, name.as_slice(), span);
    match item {
        Item::Import(_) => None,
        Item::Environment(decl) => Outline::new(OutlineKind::Environment, &decl.names, decl.span),
        Item::Group(decl) => named(OutlineKind::Group, &decl.name, decl.span),
        Item::Workflow(decl) => named(OutlineKind::Workflow, &decl.name, decl.span),
        Item::Template(decl) => named(OutlineKind::Template, &decl.name, decl.span),
        Item::Policy(decl) => named(OutlineKind::Policy, &decl.name, decl.span),
        Item::Window(decl) => named(OutlineKind::Window, &decl.name, decl.span),
        Item::Scenario(decl) => named(OutlineKind::Scenario, &decl.name, decl.span),
        Item::Product(decl) => {
            let applications = decl.applications.iter().map(|application| {
                let name = application.name.clone();
                let sources =
                    application.sources.iter().map(|source| named(OutlineKind::Source, &source.name, source.span));
                Some(named(OutlineKind::Application, &name, application.span)?.with(sources))
            });
            Some(named(OutlineKind::Product, &decl.name, decl.span)?.with(applications))
        }
        Item::Flow(decl) => {
            let targets =
                decl.promotes.iter().map(|promote| Outline::new(OutlineKind::Target, &promote.targets, promote.span));
            Some(named(OutlineKind::Flow, &decl.name, decl.span)?.with(targets))
        }
    }
}

/// A declared name of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    /// The name.
    pub name: String,
    /// What it declares.
    pub definition: Definition,
    /// Where it is declared.
    pub span: Span,
}

/// The declared names that contain the letters of a query in this order, ignoring case.
pub fn declared(analysed: &Analysed, query: &str) -> Vec<Declared> {
    let program = analysed.program();
    let matches = |name: &str| {
        let mut letters = name.chars();
        query.to_lowercase().chars().all(|wanted| letters.any(|letter| letter == wanted))
    };
    let names = Namespace::ALL.into_iter().flat_map(|namespace| program.names.all(namespace));
    let found = names.filter(|(name, _)| matches(name)).map(|(name, definition)| Declared {
        name: name.to_owned(),
        definition,
        span: program.name_of(definition).span,
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::analysed;
    use super::*;

    const PROGRAM: &str = "environment dev, qa\nflow main { trigger dev; promote qa { soak 5m } }\n\
        product shop { application a-{environment} in dev, qa { source charts { path \".\" } } }\n";

    #[test]
    fn an_outline_has_targets_applications_and_sources() {
        let analysed = analysed(PROGRAM);
        let file = analysed.analysis().files.first().unwrap().id;
        let lines: Vec<String> = outline(&analysed, file).iter().flat_map(|one| lines(one, 0)).collect();
        let expected = [
            "Environment dev, qa",
            "Flow main",
            " Target qa",
            "Product shop",
            " Application a-{environment}",
            "  Source charts",
        ];
        assert_eq!(lines, expected);
    }

    fn lines(outline: &Outline, depth: usize) -> Vec<String> {
        assert!(outline.span.contains(outline.name_span));
        let own = format!("{}{:?} {}", " ".repeat(depth), outline.kind, outline.name);
        let inner = outline.children.iter().flat_map(|child| lines(child, depth + 1));
        [own].into_iter().chain(inner).collect()
    }

    #[test]
    fn a_search_finds_letters_in_order() {
        let names = |query| declared(&analysed(PROGRAM), query).into_iter().map(|one| one.name).collect::<Vec<_>>();
        assert_eq!(names("d"), ["dev"]);
        assert_eq!(names("SP"), ["shop"]);
        assert_eq!(names("").len(), 4);
    }
}
