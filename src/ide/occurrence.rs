//! Every name in a program: where it is, and what it refers to. Definition, references, rename and hover begin here.
//!
//! A program knows where its declared names are used ([`Program::references`]). This adds what it does not keep:
//! declarations, the parameters of workflows, and the sources of applications.
//!
//! INVARIANT: every occurrence of a symbol is found or none is, so that a rename is complete.

use std::collections::BTreeSet;

use crate::check::Analysed;
use crate::program::{Definition, Namespace, Program, built_in};
use crate::source::{FileId, Span};
use crate::syntax::ast::{Body, Call, ContentDecl, Gates, Ident, Item, Tree, WorkflowDecl, WorkflowUse};

/// What a name stands for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Symbol {
    /// A declaration of the program.
    Declared(Definition),
    /// A parameter. One that a workflow gives, or that promoc provides, is the same in all workflows; any other
    /// belongs to the workflow of this name.
    Parameter {
        /// As it is written after `needs`.
        name: String,
        /// The workflow that needs it; `None` if it is the same in all workflows.
        workflow: Option<String>,
    },
    /// A source of applications. Templates name it without naming the application, so it is one symbol.
    Source(String),
}

/// How a name is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// The name is declared here; for a parameter, a workflow gives it here.
    Declaration,
    /// A workflow needs the parameter here.
    Need,
    /// The name is used here.
    Use,
    /// The name of a parameter in a script.
    Script,
}

/// A name in the text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Occurrence {
    /// The name as written, without quotes of a string.
    pub span: Span,
    /// What it refers to.
    pub symbol: Symbol,
    /// How it is used.
    pub role: Role,
}

/// The name at an offset of a file: the one that contains it, or that ends there.
pub fn occurrence_at(analysed: &Analysed, file: FileId, offset: u32) -> Option<Occurrence> {
    let all = occurrences(analysed);
    let touches = |occurrence: &&Occurrence| {
        let Span { file: of, start, end } = occurrence.span;
        of == file && start <= offset && offset <= end
    };
    // of two names that touch, the second
    all.iter().rev().find(touches).cloned()
}

/// All occurrences of a symbol, in order of position.
pub fn occurrences_of(analysed: &Analysed, symbol: &Symbol) -> Vec<Occurrence> {
    occurrences(analysed).into_iter().filter(|occurrence| occurrence.symbol == *symbol).collect()
}

/// Every name of a program, in order of position. A range that declares several environments, or stands for them, is
/// the occurrence of its first one.
pub fn occurrences(analysed: &Analysed) -> Vec<Occurrence> {
    let program = analysed.program();
    let uses = program.references.iter().map(|reference| Occurrence {
        span: reference.span,
        symbol: Symbol::Declared(reference.to),
        role: Role::Use,
    });
    let declarations = Namespace::ALL.into_iter().flat_map(|namespace| program.names.all(namespace));
    let declarations = declarations.map(|(_, definition)| Occurrence {
        span: program.name_of(definition).span,
        symbol: Symbol::Declared(definition),
        role: Role::Declaration,
    });
    let mut all: Vec<Occurrence> = uses.chain(declarations).collect();
    let trees = || analysed.analysis().files.iter().map(|file| &file.tree);
    let mut others = Others { program, shared: shared(trees()), analysed, all: &mut all };
    trees().for_each(|tree| others.tree(tree));
    all.sort();
    // the members of a range have the same span
    all.dedup_by(|next, first| next.span == first.span && next.role == first.role);
    all
}

/// The names of parameters that are the same in all workflows.
fn shared<'a>(trees: impl Iterator<Item = &'a Tree>) -> BTreeSet<&'a str> {
    let workflows = trees.flat_map(|tree| &tree.items).filter_map(|item| match item {
        Item::Workflow(workflow) => Some(workflow),
        _ => None,
    });
    let mut shared: BTreeSet<&str> = built_in().collect();
    shared.extend(workflows.flat_map(|workflow| &workflow.gives).map(|name| name.value.as_str()));
    shared
}

/// Collects what the program does not keep.
struct Others<'a> {
    program: &'a Program,
    shared: BTreeSet<&'a str>,
    analysed: &'a Analysed,
    all: &'a mut Vec<Occurrence>,
}

impl Others<'_> {
    fn tree(&mut self, tree: &Tree) {
        for item in &tree.items {
            match item {
                Item::Workflow(workflow) => self.workflow(workflow),
                Item::Template(template) => self.content(&template.content),
                Item::Policy(policy) => {
                    for choice in [&policy.pre_action, &policy.post_action, &policy.rollback_action] {
                        self.choice(choice.as_ref().map(|choice| &choice.value));
                    }
                    self.gates(&policy.gates);
                }
                Item::Product(product) => {
                    self.content(&product.content);
                    for source in product.applications.iter().flat_map(|application| &application.sources) {
                        self.source(source.name.as_ref(), Role::Declaration);
                    }
                }
                Item::Flow(flow) => {
                    flow.triggers.iter().for_each(|trigger| self.choice(trigger.post_action.as_ref()));
                    flow.hooks.iter().for_each(|hook| self.call(&hook.call));
                    for promote in &flow.promotes {
                        for choice in [&promote.pre_action, &promote.post_action, &promote.rollback_action] {
                            self.choice(choice.as_ref());
                        }
                        self.gates(&promote.gates);
                    }
                }
                Item::Import(_) | Item::Environment(_) | Item::Group(_) | Item::Window(_) | Item::Scenario(_) => {}
            }
        }
    }

    fn workflow(&mut self, workflow: &WorkflowDecl) {
        let Some(of) = &workflow.name else { return };
        for need in &workflow.needs {
            self.parameter(&need.name, &of.value, Role::Need);
        }
        for given in &workflow.gives {
            self.parameter(given, &of.value, Role::Declaration);
        }
        let Some(Body::Run(script)) = &workflow.body else { return };
        let text = self.analysed.sources().text(script.span);
        let names = workflow.needs.iter().map(|need| &need.name).chain(&workflow.gives);
        let names: BTreeSet<&str> = names.map(|name| name.value.as_str()).collect();
        for (start, name) in in_script(text).filter(|(_, name)| names.contains(name)) {
            let start = script.span.start + start as u32;
            let span = Span::new(script.span.file, start, start + name.len() as u32);
            self.add(span, self.symbol(name, &of.value), Role::Script);
        }
    }

    fn content(&mut self, content: &ContentDecl) {
        self.source(content.version.as_ref().and_then(|version| version.source.as_ref()), Role::Use);
        content.copies.iter().for_each(|copy| self.source(copy.source.as_ref(), Role::Use));
    }

    fn gates(&mut self, gates: &Gates) {
        gates.hooks.iter().for_each(|hook| self.call(&hook.call));
    }

    fn choice(&mut self, choice: Option<&WorkflowUse>) {
        if let Some(WorkflowUse::Call(call)) = choice {
            self.call(call);
        }
    }

    fn call(&mut self, call: &Call) {
        if let Some(Definition::Workflow(_)) = self.program.names.get(Namespace::Workflows, &call.name.value) {
            for argument in &call.arguments {
                self.parameter(&argument.name, &call.name.value, Role::Use);
            }
        }
    }

    fn source(&mut self, name: Option<&Ident>, role: Role) {
        if let Some(name) = name {
            self.add(name.span, Symbol::Source(name.value.clone()), role);
        }
    }

    fn parameter(&mut self, name: &Ident, workflow: &str, role: Role) {
        self.add(name.span, self.symbol(&name.value, workflow), role);
    }

    fn symbol(&self, name: &str, workflow: &str) -> Symbol {
        let workflow = (!self.shared.contains(name)).then(|| workflow.to_owned());
        Symbol::Parameter { name: name.to_owned(), workflow }
    }

    fn add(&mut self, span: Span, symbol: Symbol, role: Role) {
        self.all.push(Occurrence { span, symbol, role });
    }
}

/// The names that a shell script reads (`$NAME`, `${NAME}`) or gives (`$PROMO_GIVES/NAME`), with their offsets.
fn in_script(script: &str) -> impl Iterator<Item = (usize, &str)> {
    const GIVES: &str = "PROMO_GIVES";
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let name_at = move |at: usize| {
        let rest = script.get(at..).unwrap_or_default();
        let length = rest.bytes().take_while(is_name).count();
        (at, rest.get(..length).unwrap_or_default())
    };
    let dollars = script.match_indices('$').filter(|(at, _)| !script.get(..*at).is_some_and(|b| b.ends_with('\\')));
    dollars.filter_map(move |(at, _)| {
        let braced = script.get(at + 1..)?.starts_with('{');
        let (start, name) = name_at(at + 1 + usize::from(braced));
        let after = start + name.len() + usize::from(braced);
        if name == GIVES && script.get(after..).is_some_and(|rest| rest.trim_start_matches('"').starts_with('/')) {
            let quotes = script.get(after..).map_or(0, |rest| rest.len() - rest.trim_start_matches('"').len());
            return Some(name_at(after + quotes + 1));
        }
        (!name.is_empty()).then_some((start, name))
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{analysed, marked};
    use super::*;

    const PROGRAM: &str = r#"
environment dev, store-1..store-3
group stores = store-1..store-3
workflow ask { gives CHANGE_ID; run "echo 1 > $PROMO_GIVES/CHANGE_ID" }
workflow check { needs CHANGE_ID, URL = "a"; run "curl ${URL}/$CHANGE_ID \$URL $URLS" }
product shop {
  application shop-{environment} in dev, stores { source charts { path "{environment}" } }
  copy "values.yaml" in charts at $.a
  flow main
}
flow main { trigger dev; promote stores { pre-action ask; post-action check with URL = "b" } }
"#;

    fn texts(symbol: &Symbol) -> Vec<String> {
        let analysed = analysed(PROGRAM);
        let text = |occurrence: &Occurrence| {
            let line = analysed.sources().file(occurrence.span.file).lines.line(occurrence.span.start).0;
            format!("{line} {} {:?}", analysed.sources().text(occurrence.span), occurrence.role)
        };
        occurrences_of(&analysed, symbol).iter().map(text).collect()
    }

    #[test]
    fn a_parameter_is_found_wherever_it_is_given_needed_set_or_read() {
        let shared = Symbol::Parameter { name: "CHANGE_ID".into(), workflow: None };
        let expected = ["3 CHANGE_ID Declaration", "3 CHANGE_ID Script", "4 CHANGE_ID Need", "4 CHANGE_ID Script"];
        assert_eq!(texts(&shared), expected);
        let own = Symbol::Parameter { name: "URL".into(), workflow: Some("check".into()) };
        assert_eq!(texts(&own), ["4 URL Need", "4 URL Script", "10 URL Use"]);
    }

    #[test]
    fn declarations_uses_and_sources_are_found() {
        assert_eq!(texts(&Symbol::Source("charts".into())), ["6 charts Declaration", "7 charts Use"]);
        let (analysed, file, offset) = marked(&PROGRAM.replace("trigger dev", "trigger d|ev"));
        let found = occurrence_at(&analysed, file, offset).unwrap();
        let all = occurrences_of(&analysed, &found.symbol);
        assert_eq!(all.len(), 3);
        assert_eq!(all.first().unwrap().role, Role::Declaration);
    }
}
