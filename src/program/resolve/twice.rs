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
    let message = format!("the application `{name}` would be in `{one}` and in `{two}`, in one namespace and runtime");
    let diagnostic = Diagnostic::new(Code::E0203, message, again.span, "the same name in every environment");
    let diagnostic = if first.environment_span == again.environment_span {
        diagnostic.label(again.environment_span, format!("`{one}` and `{two}`"))
    } else {
        diagnostic
            .label(first.environment_span, format!("once for `{one}`"))
            .label(again.environment_span, format!("again for `{two}`"))
    };
    let written = product.components.get(again.component).map_or(name.as_str(), |known| known.name.value.as_str());
    diagnostic.help(format!(
        "Write `{written}-{{environment}}`, or give each environment a namespace or runtime of its own: \
         `namespace \"{{environment}}\"`."
    ))
}

fn of_two(first_product: &Product, first: &Application, product: &Product, again: &Application) -> Diagnostic {
    let name = &again.name;
    let message = if first_product.name.value == product.name.value {
        format!("two applications are called `{name}` in one namespace and runtime")
    } else {
        format!(
            "an application of `{}` and one of `{}` are both called `{name}` in one namespace and runtime",
            first_product.name.value, product.name.value
        )
    };
    Diagnostic::new(Code::E0203, message, again.span, "declared again here")
        .label(first.span, "first declared here")
        .help("Give one of them another name, namespace or runtime, or take the environment from its list.")
}
