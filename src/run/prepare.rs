//! Reads everything that a release needs, once: its plan, its triggering commit, what it promotes, and what the targets
//! have (rule 12).

use std::collections::{BTreeMap, BTreeSet};

use super::clock::time_zones;
use super::commit::{self, Outlook};
use super::context::ReleaseContext;
use super::error::RunError;
use super::faults::Faults;
use super::origin::{self, Promoted};
use super::repositories::{Pin, Repositories};
use super::spec;
use crate::check::Checked;
use crate::git::CommitId;
use crate::ledger::meta::{Meta, MetaApplication, MetaEnvironment, ReleaseSpec, VERSION};
use crate::program::{FlowId, Product, ProductId, Program};
use crate::project::ProjectRoot;
use crate::release::{ApplicationPlanId, EnvironmentPlanId, Names, Plan};
use crate::source::SourceMap;
use crate::syntax::ast::Action;

/// What was read for a release that may begin.
pub(super) struct Prepared {
    pub context: ReleaseContext,
    /// What would change, for each application of a target with a commit or pull request. One with a fault is missing.
    pub outlooks: BTreeMap<ApplicationPlanId, Outlook>,
    /// Why the release cannot begin.
    pub faults: Faults,
}

/// At which commits what is promoted is read.
#[derive(Clone, Debug, Default)]
pub(super) enum Reading {
    /// At the heads of the branches.
    #[default]
    Heads,
    /// At this commit of the repository of the trigger's applications.
    At(String),
    /// Where a plan was saved.
    Pinned(Vec<Pin>),
}

/// Reads everything that a release of this spec needs, and computes what it would change. The release has no id yet, and
/// nothing is written. If a repository or something to copy does not exist, or a target cannot be changed, that is among
/// the faults.
///
/// # Errors
/// If a name does not exist.
pub(super) fn prepare(
    root: &ProjectRoot,
    checked: Checked<'_>,
    product: &str,
    spec: &ReleaseSpec,
    reading: &Reading,
    repositories: &mut Repositories,
) -> Result<Prepared, RunError> {
    let mut program = checked.program().clone();
    let map = checked.sources().clone();
    let (product_id, flow) = spec::choose(&mut program, product, spec)?;
    let (plan, names) = Plan::new(&program, product_id, flow);
    match reading {
        Reading::Heads => {}
        Reading::At(commit) => pin_trigger((&program, &map, product_id, flow), commit, repositories)?,
        Reading::Pinned(pins) => pins.iter().for_each(|pin| repositories.pin(pin.clone())),
    }
    let mut faults = Faults::default();
    let meta = meta(
        (root, checked.root_file()),
        (&program, &map, product_id),
        (&plan, &names),
        spec,
        repositories,
        &mut faults,
    )?;
    let ProjectRoot { path: root, settings } = root.clone();
    let names_product = true;
    let mut context =
        ReleaseContext { root, settings, program, map, product: product_id, flow, plan, names, meta, names_product };
    let mut outlooks = BTreeMap::new();
    for (id, planned) in context.plan.applications.iter() {
        let writes = context.plan.environments.find(planned.environment).is_some_and(|of| of.action != Action::None);
        let readable = context.application(id).is_some_and(|(_, origin)| origin.is_some());
        // Why an origin cannot be read has been said.
        if Plan::is_trigger(planned.environment) || !writes || !readable {
            continue;
        }
        if let Some(outlook) = faults.take(commit::outlook(&context, repositories, id)) {
            outlooks.insert(id, outlook);
        }
    }
    // Rule 12: what a release must not overwrite is what others write from here on.
    for application in context.meta.environments.iter_mut().flat_map(|environment| &mut environment.applications) {
        let outlook = outlooks.get(&ApplicationPlanId::new(application.number));
        application.base = outlook.map(|outlook| outlook.base.clone()).unwrap_or_default();
    }
    Ok(Prepared { context, outlooks, faults })
}

/// Reads the applications of the trigger environment at one commit.
fn pin_trigger(
    (program, map, product, flow): (&Program, &SourceMap, ProductId, FlowId),
    commit: &str,
    repositories: &mut Repositories,
) -> Result<(), RunError> {
    let mut pins: Vec<Pin> = Vec::new();
    let (product, flow) = (program.products.find(product), program.flows.find(flow));
    let trigger = flow.and_then(|flow| flow.trigger);
    for (product, trigger) in product.into_iter().zip(trigger) {
        for source in product.applications_in(trigger.value).flat_map(|(_, application)| &application.sources) {
            let branch = repositories.head(map, source)?.branch;
            let repository = repositories.of(map, source)?;
            let pin = Pin { repository: repository.location(), branch, commit: CommitId(commit.to_owned()) };
            if !pins.contains(&pin) {
                pins.push(pin);
            }
        }
    }
    let several: BTreeSet<&str> = pins.iter().map(|pin| pin.repository.as_str()).collect();
    if several.len() > 1 {
        let named: Vec<String> = several.iter().map(|repository| format!("`{repository}`")).collect();
        return Err(RunError::Unknown {
            message: format!(
                "one commit does not say what to promote, because the applications are in several repositories: {}",
                named.join(", ")
            ),
            help: "Leave out the commit. To promote older values, commit them to the trigger environment again."
                .to_owned(),
        });
    }
    pins.into_iter().for_each(|pin| repositories.pin(pin));
    Ok(())
}

fn meta(
    (root, root_file): (&ProjectRoot, &str),
    (program, map, product_id): (&Program, &SourceMap, ProductId),
    (plan, names): (&Plan, &Names),
    spec: &ReleaseSpec,
    repositories: &mut Repositories,
    faults: &mut Faults,
) -> Result<Meta, RunError> {
    let lost =
        || RunError::System("the plan and the program do not match; please report this bug in promoc".to_owned());
    let product = program.products.find(product_id).ok_or_else(lost)?;
    let mut origins = BTreeMap::new();
    let mut tried = BTreeSet::new();
    for planned in plan.applications.values() {
        let index = u32::try_from(planned.origin.index()).map_err(|_| lost())?;
        // An application that is promoted nowhere need not be readable.
        if Plan::is_trigger(planned.environment) || !tried.insert(index) {
            continue;
        }
        let application = product.applications.find(planned.origin).ok_or_else(lost)?;
        let of = Promoted { program, map, product, application };
        if let Some(origin) = faults.take(origin::read(repositories, of)) {
            origins.insert(index, origin);
        }
    }
    // Rule 12: if there are several applications, the first declared gives the COMMIT_… parameters and the id.
    let trigger = plan.environments.values().next().ok_or_else(lost)?;
    let first = trigger.applications.first().and_then(|id| plan.applications.find(*id)).ok_or_else(lost)?;
    let first = product.applications.find(first.application).ok_or_else(lost)?;
    let no_source = || {
        let message = format!("`{}` has neither `repo` nor `path`", first.name);
        RunError::refused(message, "Add `repo` and `path` to it.", first.span)
    };
    let of = Promoted { program, map, product, application: first };
    let source = first.sources.first().ok_or_else(no_source)?;
    let commit = faults.take(origin::trigger_commit(repositories, of, source));
    let version = faults.take(origin::version(repositories, of)).flatten();
    let environments = environments(map, product, plan, names, repositories, faults);
    Ok(Meta {
        v: VERSION,
        machine: env!("CARGO_PKG_VERSION").to_owned(),
        time_zones: time_zones().to_owned(),
        id: String::new(),
        product: names.product.clone(),
        spec: spec.clone(),
        version: version.unwrap_or_default(),
        url: root.settings.release_url.clone().unwrap_or_default(),
        commit: commit.unwrap_or_default(),
        origins,
        environments,
        program: root_file.to_owned(),
    })
}

fn environments(
    map: &SourceMap,
    product: &Product,
    plan: &Plan,
    names: &Names,
    repositories: &mut Repositories,
    faults: &mut Faults,
) -> Vec<MetaEnvironment> {
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
            // Further sources must be readable too, before anything happens.
            for (nth, source) in application.sources.iter().enumerate() {
                let Some(head) = faults.take(repositories.head(map, source)) else { continue };
                if nth == 0 {
                    entry.branch = head.branch;
                    entry.repository =
                        faults.take(repositories.of(map, source)).map(|it| it.location()).unwrap_or_default();
                    entry.path.clone_from(&source.path);
                }
            }
            applications.push(entry);
        }
        let of = |id: &EnvironmentPlanId| names.environments.get(id.index()).cloned().unwrap_or_default();
        let needs = environment.needs.iter().map(|need| (need.count, need.of.iter().map(of).collect())).collect();
        all.push(MetaEnvironment { name: name.clone(), needs, groups: groups.clone(), applications });
    }
    all
}
