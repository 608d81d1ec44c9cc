//! Resolves `environment`.

use super::Resolver;
use crate::program::model::Environment;
use crate::program::names::Definition;
use crate::source::Id;
use crate::syntax::ast::{EnvironmentDecl, Kind};

impl Resolver<'_> {
    pub(super) fn environment(&mut self, decl: &EnvironmentDecl) {
        for name in &decl.names {
            let id = Id::new(self.program.environments.len() as u32);
            if self.declare(name, Definition::Environment(id)) {
                self.program.environments.push(Environment {
                    name: name.clone(),
                    kind: decl.kind.map_or(Kind::NonProduction, |kind| kind.value),
                    description: decl.description.as_ref().map(|text| text.value.clone()),
                });
            }
        }
    }
}
