//! Starts and resumes releases, and drives them until they end.

use std::collections::BTreeMap;

use super::commit::{self, Outlook};
use super::context::ReleaseContext;
use super::error::RunError;
use super::ledger;
use super::observer::{Observer, RunOptions};
use super::prepare::{Prepared, Reading, prepare};
use super::releases::{self, is_over};
use super::repositories::Repositories;
use super::saved::SavedPlan;
use super::spec;
use super::world::RealWorld;
use crate::check::{self, Checked};
use crate::ledger::fold::{FoldError, Folded, fold};
use crate::ledger::meta::{Meta, Promotion, ReleaseSpec};
use crate::ledger::writer::Writer;
use crate::ledger::{Error, Ledger, Recorded};
use crate::program::{MemoryFiles, load};
use crate::project::ProjectRoot;
use crate::release::{ApplicationPlanId, End, Plan, Release, Status, drive};
use crate::syntax::ast::Action;

/// How many hex digits of the triggering commit are in the id of a release.
const DIGITS: usize = 10;

/// What came of a run or a resume.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// The id of the release, unique within the product.
    pub id: String,
    /// The name of the product.
    pub product: String,
    /// How commands name the release: its id, or `PRODUCT/ID` if releases of several products have this id.
    pub name: String,
    /// The status of the release when the runner stopped.
    pub status: Status,
    /// Whether the run was interrupted, so that the release can be resumed.
    pub interrupted: bool,
    /// Whether there was nothing to change, so that no release started; `id` is then the one that brought the values.
    pub nothing_to_change: bool,
}

/// Starts a release of a flow that the product lists, and drives it until it ends.
///
/// # Errors
/// If it is refused, or cannot continue.
pub fn run(
    root: &ProjectRoot,
    program: Checked<'_>,
    product: &str,
    flow: &str,
    observer: &mut dyn Observer,
    options: RunOptions,
) -> Result<Ended, RunError> {
    start(root, program, (product, &ReleaseSpec::Flow { flow: flow.to_owned() }), None, observer, options)
        .map_err(RunError::harmless)
}

/// Starts the release of a saved plan, and drives it until it ends.
///
/// # Errors
/// If the program or a copied value of a target has changed since the plan was saved, if it is refused, or cannot continue.
pub fn run_plan(
    root: &ProjectRoot,
    program: Checked<'_>,
    plan: &SavedPlan,
    observer: &mut dyn Observer,
    options: RunOptions,
) -> Result<Ended, RunError> {
    start(root, program, (&plan.product, &plan.release), Some(plan), observer, options).map_err(RunError::harmless)
}

/// Promotes a product from one environment to another, and drives that release until it ends.
///
/// # Errors
/// If it is refused, or cannot continue.
pub fn promote(
    root: &ProjectRoot,
    program: Checked<'_>,
    product: &str,
    promotion: Promotion,
    observer: &mut dyn Observer,
    options: RunOptions,
) -> Result<Ended, RunError> {
    start(root, program, (product, &ReleaseSpec::Promotion(promotion)), None, observer, options)
        .map_err(RunError::harmless)
}

fn start(
    root: &ProjectRoot,
    checked: Checked<'_>,
    (product, spec): (&str, &ReleaseSpec),
    plan: Option<&SavedPlan>,
    observer: &mut dyn Observer,
    mut options: RunOptions,
) -> Result<Ended, RunError> {
    plan.map_or(Ok(()), |plan| plan.check_program(checked))?;
    let mut program = checked.program().clone();
    let (product_id, flow_id) = spec::choose(&mut program, product, spec)?;
    spec::refuse(&program, product_id, flow_id)?;
    let ledger = ledger::of(root)?;
    let _guard = ledger.lock_product(product)?;
    let mut repositories = Repositories::new(&root.path, &root.settings);
    let reading = match (plan, options.at.take()) {
        (Some(plan), _) => Reading::Pinned(plan.pins()),
        (None, Some(at)) => Reading::At(at),
        (None, None) => Reading::Heads,
    };
    let mut prepared = prepare(root, checked, product, spec, &reading, &mut repositories)?;
    std::mem::take(&mut prepared.faults).none()?;
    plan.map_or(Ok(()), |plan| plan.check_targets(checked, &prepared, &mut repositories))?;
    let Prepared { mut context, outlooks, .. } = prepared;

    let known = ledger.all(Some(product))?;
    if let Some(open) = known.iter().find(|recorded| !is_over(recorded)) {
        return Err(RunError::NotEnded { id: ledger.shortest(product, &open.id)? });
    }
    let (id, before) = next_id(&spec.stem(), &context.meta.commit.sha, &known);
    if let Some(before) = before.filter(|before| releases::status(before) == Status::Succeeded)
        && nothing_to_change(&context, &outlooks)
    {
        return Ok(Ended { nothing_to_change: true, ..ended(&ledger, before)? });
    }
    commit::check_signatures(&context, &mut repositories, &outlooks)?;
    context.meta.url = context.meta.url.replace("{product}", product).replace("{id}", &id);
    context.meta.id = id;
    let name = ledger.shortest(product, &context.meta.id)?;
    let writer = ledger.create(&context.meta, &context.map)?;
    let writer = writer.ok_or_else(|| RunError::NotEnded { id: name.clone() })?;
    observer.begins(&name, false);
    let folded = fold(&context.plan, &context.names, &context.full_id(), &[], &context.meta.machine)
        .map_err(|reason| unfit(&name, reason))?;
    drive_on(&context, name, writer, folded, observer, &mut options)
}

/// Rule 28: the id for a new release of this commit, and the release of the same commit before it, if there is one.
fn next_id<'a>(stem: &str, sha: &str, known: &'a [Recorded]) -> (String, Option<&'a Recorded>) {
    let first = format!("{stem}-{}", sha.get(..DIGITS).unwrap_or(sha));
    let mut id = first.clone();
    let mut before = None;
    let mut number = 1;
    while let Some(found) = known.iter().find(|recorded| recorded.id == id) {
        before = Some(found);
        number += 1;
        id = format!("{first}-{number}");
    }
    (id, before)
}

/// Whether every target has the values already and no action other than `commit` is asked for.
fn nothing_to_change(context: &ReleaseContext, outlooks: &BTreeMap<ApplicationPlanId, Outlook>) -> bool {
    context.plan.environments.values().skip(1).all(|environment| environment.action == Action::Commit)
        && outlooks.values().all(|outlook| outlook.files.is_empty())
}

fn drive_on(
    context: &ReleaseContext,
    name: String,
    writer: Writer,
    folded: Folded,
    observer: &mut dyn Observer,
    options: &mut RunOptions,
) -> Result<Ended, RunError> {
    let mut release = Release { plan: &context.plan, state: folded.state.clone() };
    let mut world = RealWorld::new(context, writer, &folded, observer, options);
    world.go_on(&release.state)?;
    let end = drive(&mut release, &mut world)?;
    let interrupted = end == End::Interrupted;
    if !interrupted {
        world.close();
    }
    let Meta { product, id, .. } = context.meta.clone();
    Ok(Ended { id, product, name, status: release.state.status(), interrupted, nothing_to_change: false })
}

/// A release that has ended, as nothing more happens to it.
fn ended(ledger: &Ledger, recorded: &Recorded) -> Result<Ended, RunError> {
    Ok(Ended {
        id: recorded.id.clone(),
        product: recorded.product().to_owned(),
        name: ledger.shortest(recorded.product(), &recorded.id)?,
        status: releases::status(recorded),
        interrupted: false,
        nothing_to_change: false,
    })
}

/// Resumes the release with an id or `PRODUCT/ID`, or every release of the project that has not ended. If there is none,
/// that is success.
///
/// # Errors
/// If there is no such release, several products have one, or one cannot continue.
pub fn resume(
    root: &ProjectRoot,
    id: Option<&str>,
    observer: &mut dyn Observer,
    mut options: RunOptions,
) -> Result<Vec<Ended>, RunError> {
    let mut all = Vec::new();
    let ledger = ledger::of(root)?;
    // Also if every release has ended: the last one may have been killed while its record was packed.
    ledger.clear_leftovers()?;
    let known = ledger.all(None)?;
    let chosen: Vec<&Recorded> = match id {
        Some(id) => vec![releases::find(&known, id)?],
        None => known.iter().filter(|recorded| !is_over(recorded)).collect(),
    };
    for recorded in chosen {
        if is_over(recorded) {
            all.push(ended(&ledger, recorded)?);
            continue;
        }
        let one = resume_one(root, recorded, observer, &mut options).map_err(RunError::harmless)?;
        let stop = one.interrupted;
        all.push(one);
        if stop {
            break;
        }
    }
    Ok(all)
}

fn resume_one(
    root: &ProjectRoot,
    listed: &Recorded,
    observer: &mut dyn Observer,
    options: &mut RunOptions,
) -> Result<Ended, RunError> {
    let ledger = ledger::of(root)?;
    let name = ledger.shortest(listed.product(), &listed.id)?;
    let id = &name;
    let meta = listed.meta.clone().ok_or_else(|| unfit(id, FoldError::Newer { what: "a newer meta.json".into() }))?;
    let _guard = ledger.lock_product(&meta.product)?;
    // Read again under the lock: another runner may have continued it in the meantime.
    let known = ledger.all(Some(&meta.product))?;
    let recorded = releases::find(&known, &listed.full_id())?;
    if is_over(recorded) {
        return ended(&ledger, recorded);
    }
    let context = recall(root, recorded, meta)?;
    let entries = recorded.entries().map_err(|reason| unfit(id, reason))?;
    let folded = fold(&context.plan, &context.names, &context.full_id(), &entries, &context.meta.machine)
        .map_err(|reason| unfit(id, reason))?;
    let writer = ledger.writer(recorded)?;
    observer.begins(id, true);
    drive_on(&context, name, writer, folded, observer, options)
}

/// The release as it was recorded when it started, never from the working tree (rule 12).
fn recall(root: &ProjectRoot, recorded: &Recorded, meta: Meta) -> Result<ReleaseContext, RunError> {
    let files: BTreeMap<String, String> = recorded.program.clone();
    let analysis = load(&MemoryFiles(files), &meta.program)
        .map_err(|error| Error::Unusable(format!("cannot read the recorded program of `{}`: {error}", recorded.id)))?;
    let checked = check::recorded(&analysis);
    let (mut program, map) = (checked.program().clone(), checked.sources().clone());
    let (product, flow) = spec::find(&mut program, &meta.product, &meta.spec)?;
    let (plan, names) = Plan::new(&program, product, flow);
    let ProjectRoot { path: root, settings } = root.clone();
    let names_product = recorded.names_product();
    Ok(ReleaseContext { root, settings, program, map, product, flow, plan, names, meta, names_product })
}

fn unfit(id: &str, reason: FoldError) -> RunError {
    Error::Unfit { release: id.to_owned(), reason }.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::entry::CommitRecord;
    use crate::ledger::meta;
    use crate::project::Settings;
    use crate::run::observer::Silent;
    use crate::source::SourceMap;

    #[test]
    fn a_release_that_a_newer_promoc_began_is_listed_and_not_driven_on() {
        let folder = tempfile::tempdir().unwrap();
        let root = ProjectRoot { path: folder.path().to_owned(), settings: Settings::default() };
        let meta = Meta {
            v: meta::VERSION + 1,
            machine: "9".to_owned(),
            time_zones: String::new(),
            id: "main-0".to_owned(),
            product: "shop".to_owned(),
            spec: ReleaseSpec::Flow { flow: "main".to_owned() },
            version: "1".to_owned(),
            url: String::new(),
            commit: CommitRecord::default(),
            origins: BTreeMap::new(),
            environments: Vec::new(),
            program: "main.promo".to_owned(),
        };
        ledger::of(&root).unwrap().create(&meta, &SourceMap::default()).unwrap().unwrap();

        let error = resume(&root, Some("main-0"), &mut Silent, RunOptions::default()).unwrap_err();
        assert!(error.to_string().contains("does not understand"), "{error}");
        let listed = releases::releases(&root, Some("shop")).unwrap();
        assert_eq!(listed.iter().map(|listed| listed.id.as_str()).collect::<Vec<_>>(), ["main-0"]);
        let view = releases::release(&root, "main-0").unwrap();
        assert_eq!(view.issues, ["this version of promoc cannot read its `meta.json`; use a newer version"]);
    }
}
