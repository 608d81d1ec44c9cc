//! Resolves `environment`, and expands its ranges.

use super::Resolver;
use crate::diagnostic::{Code, Diagnostic};
use crate::program::model::Environment;
use crate::program::names::{Definition, Namespace};
use crate::source::Id;
use crate::syntax::ast::{EnvironmentDecl, Ident, Kind};
use crate::syntax::names::{is_range, range};

impl Resolver<'_> {
    pub(super) fn environment(&mut self, decl: &EnvironmentDecl) {
        for name in &decl.names {
            if is_range(&name.value) {
                self.environments_of_range(name, decl);
            } else if self.declare(name, Definition::Environment(Id::new(self.program.environments.len() as u32))) {
                self.add_environment(name.clone(), decl);
            }
        }
    }

    fn add_environment(&mut self, name: Ident, decl: &EnvironmentDecl) {
        let labels = decl.labels.iter().map(|label| (label.key.value.clone(), label.value.value.clone()));
        self.program.environments.push(Environment {
            name,
            kind: decl.kind.map_or(Kind::NonProduction, |kind| kind.value),
            description: decl.description.as_ref().map(|text| text.value.clone()),
            labels: labels.collect(),
        });
    }

    /// Declares the members of a range. Those that are declared already are reported together (E0203).
    fn environments_of_range(&mut self, written: &Ident, decl: &EnvironmentDecl) {
        let names = match range(&written.value) {
            Ok(names) => names,
            Err(why) => {
                // Which environments were meant is not known, so nothing may be reported as missing.
                self.program.damaged = true;
                self.program.unclear.declare(&written.value);
                return self.not_a_range(written, &why);
            }
        };
        if !self.spend(names.len(), written.span) {
            return;
        }
        let mut again = Vec::new();
        for name in names {
            if self.program.names.get(Namespace::Environments, &name).is_some() {
                again.push(name);
                continue;
            }
            let id = Id::new(self.program.environments.len() as u32);
            self.program.names.declare(&name, Definition::Environment(id));
            self.add_environment(Ident::new(name, written.span), decl);
        }
        let first = again.first().and_then(|name| self.program.names.get(Namespace::Environments, name));
        let Some((name, first)) = again.first().zip(first) else { return };
        let all = match again.len() {
            1 => format!("environment `{name}` is declared twice"),
            count => format!("{count} environments of this range are declared twice, `{name}` first"),
        };
        let diagnostic = Diagnostic::new(Code::E0203, all, written.span, "declared again here")
            .label(self.program.name_of(first).span, format!("`{name}` first declared here"))
            .help("Shorten the range, or remove the other declaration.");
        self.diagnostics.push(diagnostic);
    }
}
