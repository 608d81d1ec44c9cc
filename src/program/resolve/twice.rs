//! Reports two applications with the same expanded name in one namespace and runtime (E0203); once for each pair of
//! statements.

use std::collections::{BTreeMap, BTreeSet};

use super::Resolver;
use crate::diagnostic::{Code, Diagnostic};
use crate::program::model::{Application, Product, Program};

impl Resolver<'_> {
    pub(super) fn applications_twice(&mut self) {
        let mut diagnostics = Vec::new();
        twice(&self.program, &mut diagnostics);
        self.diagnostics.extend(diagnostics);
    }
}

fn twice(program: &Program, diagnostics: &mut Vec<Diagnostic>) {
    let mut known: BTreeMap<_, (&Product, &Application)> = BTreeMap::new();
    let mut said = BTreeSet::new();
    for product in program.products.values() {
        // An unknown placeholder was reported, and whether the names would differ is not known.
        for application in product.applications.values().filter(|application| !application.name.contains('{')) {
            let key = (&application.namespace, &application.runtime, &application.name);
            let Some((first_product, first)) = known.get(&key).copied() else {
                known.insert(key, (product, application));
                continue;
            };
            if said.insert((first.span, application.span)) {
                diagnostics.push(if first.span == application.span {
                    of_one_statement(program, product, first, application)
                } else {
                    of_two(first_product, first, product, application)
                });
            }
        }
    }
}

fn of_one_statement(program: &Program, product: &Product, first: &Application, again: &Application) -> Diagnostic {
    let environment = |application: &Application| program.environments[application.environment].name.value.as_str();
    let (one, two) = (environment(first), environment(again));
    let name = &again.name;
    let message =
        format!("application `{name}` would be in both `{one}` and `{two}`, with the same namespace and runtime");
    let diagnostic = Diagnostic::new(Code::E0203, message, again.span, "same name in every environment");
    let diagnostic = if first.environment_span == again.environment_span {
        diagnostic.label(again.environment_span, format!("`{one}` and `{two}`"))
    } else {
        diagnostic
            .label(first.environment_span, format!("first for `{one}`"))
            .label(again.environment_span, format!("again for `{two}`"))
    };
    let written = product.components.get(again.component).map_or(name.as_str(), |known| known.name.value.as_str());
    diagnostic.help(format!(
        "Write `{written}-{{environment}}`, or give each environment its own namespace or runtime: \
         `namespace \"{{environment}}\"`."
    ))
}

fn of_two(first_product: &Product, first: &Application, product: &Product, again: &Application) -> Diagnostic {
    let name = &again.name;
    let message = if first_product.name.value == product.name.value {
        format!("two applications named `{name}` in the same namespace and runtime")
    } else {
        format!(
            "products `{}` and `{}` both have an application named `{name}` in the same namespace and runtime",
            first_product.name.value, product.name.value
        )
    };
    Diagnostic::new(Code::E0203, message, again.span, "declared again here")
        .label(first.span, "first declared here")
        .help("Rename one of them, or change its namespace, runtime or environments.")
}
