//! Walks over a program, declaration by declaration. Declarations with many features have their own files.

use std::collections::BTreeSet;

use super::{Feature, FeatureUse};
use crate::program::{Definition, Environment, Group, Program, Scenario, Template, TemplateId, Window};
use crate::source::Span;
use crate::syntax::ast::{OpeningStmt, WindowDecl};

/// Calls `report` for every use of a feature, declaration by declaration. The same text is reported several times if it
/// counts for several declarations.
pub(in crate::compile) fn features(program: &Program, report: &mut dyn FnMut(FeatureUse<'_>)) {
    let Program {
        environments,
        groups,
        workflows,
        templates,
        policies,
        windows,
        products,
        flows,
        partial_flows: _, // the flows again, as some products see them
        scenarios,
        damaged: _,     // a program with errors is not compiled
        unclear: _,     // likewise
        references: _,  // the uses of names, listed with whatever uses them
        selected: _,    // likewise
        names: _,       // the declarations again, by name
        policies_of: _, // the policies again, by scope
    } = program;
    for (id, environment) in environments.iter() {
        Walk::new(program, Definition::Environment(id), report).environment(environment);
    }
    for (id, group) in groups.iter() {
        Walk::new(program, Definition::Group(id), report).group(group);
    }
    for (id, workflow) in workflows.iter() {
        Walk::new(program, Definition::Workflow(id), report).workflow(workflow);
    }
    // A template that no product uses has no effect.
    let used: BTreeSet<TemplateId> = products.values().filter_map(|product| product.template).collect();
    for (id, template) in templates.iter().filter(|(id, _)| used.contains(id)) {
        Walk::new(program, Definition::Template(id), report).template(template);
    }
    for (id, policy) in policies.iter() {
        Walk::new(program, Definition::Policy(id), report).policy(policy);
    }
    for (id, window) in windows.iter() {
        Walk::new(program, Definition::Window(id), report).window(window);
    }
    for (id, product) in products.iter() {
        Walk::new(program, Definition::Product(id), report).product(product);
    }
    for (id, flow) in flows.iter() {
        Walk::new(program, Definition::Flow(id), report).flow(id, flow);
    }
    for (id, scenario) in scenarios.iter() {
        Walk::new(program, Definition::Scenario(id), report).scenario(scenario);
    }
}

/// The walk over one declaration.
pub(super) struct Walk<'p, 'r> {
    pub program: &'p Program,
    declaration: Definition,
    report: &'r mut dyn FnMut(FeatureUse<'_>),
}

impl<'p, 'r> Walk<'p, 'r> {
    fn new(program: &'p Program, declaration: Definition, report: &'r mut dyn FnMut(FeatureUse<'_>)) -> Walk<'p, 'r> {
        Walk { program, declaration, report }
    }

    pub(super) fn add(&mut self, feature: Feature<'_>, at: Span) {
        (self.report)(FeatureUse { feature, at, declaration: self.declaration });
    }

    fn environment(&mut self, environment: &Environment) {
        let Environment { name, kind, description, labels } = environment;
        self.add(Feature::Environment, name.span);
        self.add(Feature::Kind(*kind), name.span);
        if description.is_some() {
            self.add(Feature::EnvironmentDescription, name.span);
        }
        for _ in labels {
            self.add(Feature::EnvironmentLabel, name.span);
        }
    }

    fn group(&mut self, group: &Group) {
        let Group {
            name,
            members: _, // listed with each use of the group
            labels: _,  // likewise, as the members they select
            damaged: _,
        } = group;
        self.add(Feature::Group, name.span);
    }

    fn template(&mut self, template: &Template) {
        let Template { name, content } = template;
        self.add(Feature::Template, name.span);
        self.content(content);
    }

    fn window(&mut self, window: &Window) {
        let Window {
            name,
            timezone,
            open: _,   // listed from the declaration, with its span
            closed: _, // likewise
            decl,
        } = window;
        let WindowDecl {
            name: _,
            timezone: _, // listed with the window
            openings,
            span: _,
            damaged: _,
        } = decl;
        self.add(Feature::WindowDeclaration, name.span);
        if let Some(timezone) = timezone {
            self.add(Feature::Timezone(&timezone.value), timezone.span);
        }
        for OpeningStmt { closed, days, times, span } in openings {
            let times = times.map(|times| times.value);
            self.add(Feature::Opening { closed: *closed, days: days.value, times }, *span);
        }
    }

    fn scenario(&mut self, scenario: &Scenario) {
        let Scenario {
            name,
            decl: _, // a test of the program, not a part of it
        } = scenario;
        self.add(Feature::Scenario, name.span);
    }
}
