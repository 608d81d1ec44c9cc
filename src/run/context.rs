//! One release, ready to run: its program as recorded, its plan, and everything that was fixed when it started.

use std::path::PathBuf;

use super::error::RunError;
use crate::ledger::meta::Meta;
use crate::ledger::origin::OriginRecord;
use crate::program::{Application, Copy, FlowId, Product, ProductId, Program, Source, Workflow};
use crate::project::Settings;
use crate::release::{ApplicationPlanId, CallPlan, EffectId, EnvironmentPlanId, Names, Plan, State, Waiting};
use crate::source::{SourceMap, Span};

/// Everything that a runner needs to know about one release.
pub(super) struct ReleaseContext {
    pub(super) root: PathBuf,
    pub(super) settings: Settings,
    pub(super) program: Program,
    pub(super) map: SourceMap,
    pub(super) product: ProductId,
    pub(super) flow: FlowId,
    pub(super) plan: Plan,
    pub(super) names: Names,
    pub(super) meta: Meta,
    /// Whether the ids of effects contain the product; false for a release that an older version started (rule 28).
    pub(super) names_product: bool,
}

impl ReleaseContext {
    pub(super) fn product(&self) -> Option<&Product> {
        self.program.products.find(self.product)
    }

    /// An application of the plan, and the origin that it receives.
    pub(super) fn application(&self, id: ApplicationPlanId) -> Option<(&Application, Option<&OriginRecord>)> {
        let planned = self.plan.applications.find(id)?;
        let application = self.product()?.applications.find(planned.application)?;
        let origin = u32::try_from(planned.origin.index()).ok().and_then(|index| self.meta.origins.get(&index));
        Some((application, origin))
    }

    /// The source of a target application that receives a part of an origin.
    pub(super) fn target<'a>(&self, application: &'a Application, name: Option<&str>) -> Result<&'a Source, RunError> {
        application.source(name).ok_or_else(|| {
            let name = name.unwrap_or_default();
            let message =
                format!("`{}` has no source `{name}`, but the application that it follows has one", application.name);
            RunError::refused(
                message,
                "Add that source to it, or copy only from sources that both have.",
                application.span,
            )
        })
    }

    /// The statement that copies a path of a file, or the file; the path of the source if no statement does, or if it is
    /// about the directory itself.
    pub(super) fn statement(
        &self,
        application: &Application,
        source: &Source,
        file: Option<&str>,
        path: Option<&str>,
    ) -> Span {
        let copies = self.product().map(|product| product.content.copies.as_slice()).unwrap_or_default();
        let Some(file) = file else { return source.path_span };
        let of_source = |copy: &&Copy| application.means(copy.source.as_deref(), source);
        // A name with a glob or a placeholder may mean the file; any other name has to be equal.
        let rank = |copy: &&Copy| match copy.file.value.as_str() {
            name if name == file => 0,
            name if name.contains(['*', '?', '[', '{']) => 1,
            _ => 2,
        };
        let has_path = |copy: &&Copy| path.is_none_or(|path| copy.paths.iter().any(|known| known.text() == path));
        let chosen = copies.iter().filter(of_source).filter(has_path).min_by_key(rank);
        chosen.map_or(source.path_span, |copy| {
            let known = copy.paths.iter().find(|known| Some(known.text().as_str()) == path);
            known.map_or(copy.file.span, |known| known.path.span)
        })
    }

    pub(super) fn workflow(&self, call: &CallPlan) -> Option<&Workflow> {
        self.program.workflows.find(call.workflow)
    }

    pub(super) fn environment_name(&self, id: EnvironmentPlanId) -> &str {
        self.names.environments.get(id.index()).map_or("", String::as_str)
    }

    /// For each environment whose dependencies are met: `ENVIRONMENT: WHAT IT WAITS FOR`.
    pub(super) fn waits(&self, state: &State) -> Vec<String> {
        let begun = |id: &EnvironmentPlanId| {
            !state.waits_for(&self.plan, *id).iter().any(|waiting| matches!(waiting, Waiting::Dependency(..)))
        };
        let told = self.plan.environments.ids().filter(begun).filter_map(|id| {
            let waits = self.names.waits(&self.plan, state, id);
            (!waits.is_empty()).then(|| format!("{}: {}", self.environment_name(id), waits.join(", ")))
        });
        told.collect()
    }

    /// The name of the release outside the product, as in trailers and the ids of its effects.
    pub(super) fn full_id(&self) -> String {
        let Meta { product, id, .. } = &self.meta;
        if self.names_product { format!("{product}/{id}") } else { id.clone() }
    }

    /// The id of an effect as text, as in trailers and the ledger.
    pub(super) fn effect(&self, id: EffectId) -> String {
        id.text(&self.full_id(), &self.plan, &self.names)
    }
}
