//! Starts and resumes releases, and drives them until they end.

use std::collections::BTreeMap;

use super::clock::time_zones;
use super::commit::{self, Outlook};
use super::context::ReleaseContext;
use super::error::RunError;
use super::ledger;
use super::observer::{Observer, RunOptions};
use super::prepare::{Prepared, Reading, prepare};
use super::releases;
use super::repositories::Repositories;
use super::saved::SavedPlan;
use super::spec;
use super::workflow;
use super::world::RealWorld;
use crate::check::{self, Checked};
use crate::ledger::fold::{FoldError, Folded, fold};
use crate::ledger::meta::{Meta, Promotion, ReleaseSpec};
use crate::ledger::{Error, Ledger, RecordSummary, Recorded};
use crate::program::{MemoryFiles, load};
use crate::project::ProjectRoot;
use crate::release::{ApplicationPlanId, End, Plan, Release, Status, drive};
use crate::source::one_line;
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

    let known = ledger.summaries(Some(product))?;
    if let Some(open) = known.iter().find(|summary| !summary.status.is_end()) {
        return Err(RunError::NotEnded { id: ledger.shortest(product, open.id())? });
    }
    let (id, before) = next_id(&spec.stem(), &context.meta.commit.sha, &known);
    if let Some(before) = before.filter(|before| before.status == Status::Succeeded)
        && nothing_to_change(&context, &outlooks)
    {
        return Ok(Ended { nothing_to_change: true, ..ended(&ledger, before)? });
    }
    commit::check_signatures(&context, &mut repositories, &outlooks)?;
    context.meta.url = context.meta.url.replace("{product}", product).replace("{id}", &id);
    context.meta.id = id;
    let name = ledger.shortest(product, &context.meta.id)?;
    let writer = ledger.start(&context.meta, &name, &context.map, repositories.blobs())?;
    let folded = fold(&context.plan, &context.names, &context.full_id(), &[], &context.meta.machine)
        .map_err(|reason| unfit(&name, reason))?;
    let world = RealWorld::new(&context, (writer, repositories), &folded, observer, &mut options).starting(&name);
    drive_on(&context, name, folded, world)
}

/// Rule 28: the id for a new release of this commit, and the release of the same commit before it, if there is one.
fn next_id<'a>(stem: &str, sha: &str, known: &'a [RecordSummary]) -> (String, Option<&'a RecordSummary>) {
    let first = format!("{stem}-{}", sha.get(..DIGITS).unwrap_or(sha));
    let mut id = first.clone();
    let mut before = None;
    let mut number = 1;
    while let Some(found) = known.iter().find(|summary| summary.id() == id) {
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
    folded: Folded,
    mut world: RealWorld<'_>,
) -> Result<Ended, RunError> {
    let mut release = Release { plan: &context.plan, state: folded.state };
    world.go_on(&release.state)?;
    let end = drive(&mut release, &mut world)?;
    let interrupted = end == End::Interrupted;
    if !interrupted {
        world.close()?;
    }
    let Meta { product, id, .. } = context.meta.clone();
    Ok(Ended { id, product, name, status: release.state.status(), interrupted, nothing_to_change: false })
}

/// A release that has ended, as nothing more happens to it.
fn ended(ledger: &Ledger, summary: &RecordSummary) -> Result<Ended, RunError> {
    Ok(Ended {
        id: summary.id().to_owned(),
        product: summary.product().to_owned(),
        name: ledger.shortest(summary.product(), summary.id())?,
        status: summary.status,
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
    let known = ledger.summaries(None)?;
    let open: Vec<&RecordSummary> = known.iter().filter(|summary| !summary.status.is_end()).collect();
    let chosen = match id {
        Some(id) => {
            let one = releases::find(&known, id)?;
            check_run_directory(root, sharing(&ledger, &open, one.id())?, one)?;
            vec![one]
        }
        None => {
            tell_apart(&ledger, &open)?;
            open
        }
    };
    for summary in chosen {
        if summary.status.is_end() {
            all.push(ended(&ledger, summary)?);
            continue;
        }
        let one = resume_one(root, summary, observer, &mut options).map_err(RunError::harmless)?;
        let stop = one.interrupted;
        all.push(one);
        if stop {
            break;
        }
    }
    Ok(all)
}

/// The open releases with an id that share the ids of their effects: those of an older promoc do not name the product, so
/// one would take the workflows of the other for its own.
fn sharing<'a>(ledger: &Ledger, open: &[&'a RecordSummary], id: &str) -> Result<Vec<&'a RecordSummary>, RunError> {
    let alike: Vec<&RecordSummary> = open.iter().copied().filter(|other| other.id() == id).collect();
    let mut same = Vec::new();
    for other in alike.iter().filter(|_| alike.len() > 1) {
        if !ledger.recorded(other)?.names_product() {
            same.push(*other);
        }
    }
    Ok(same)
}

/// Checks that no two open releases share the ids of their effects.
fn tell_apart(ledger: &Ledger, open: &[&RecordSummary]) -> Result<(), RunError> {
    for one in open {
        let same = sharing(ledger, open, one.id())?;
        if same.len() > 1 {
            let all = same.iter().map(|one| one_line(&one.full_id())).collect();
            return Err(RunError::AmbiguousRelease { id: one_line(one.id()), all });
        }
    }
    Ok(())
}

/// Checks that no workflow in the run directory may be that of another open release that shares the ids of its effects.
fn check_run_directory(root: &ProjectRoot, same: Vec<&RecordSummary>, one: &RecordSummary) -> Result<(), RunError> {
    let (own, others): (Vec<_>, Vec<_>) = same.into_iter().partition(|other| other.name == one.name);
    match others.first() {
        Some(other) if !own.is_empty() && workflow::has_files_of(&root.path, one.id()) => {
            Err(RunError::SharedSteps { id: one_line(&one.full_id()), other: one_line(&other.full_id()) })
        }
        _ => Ok(()),
    }
}

fn resume_one(
    root: &ProjectRoot,
    listed: &RecordSummary,
    observer: &mut dyn Observer,
    options: &mut RunOptions,
) -> Result<Ended, RunError> {
    let ledger = ledger::of(root)?;
    let name = ledger.shortest(listed.product(), listed.id())?;
    let id = &name;
    let _guard = ledger.lock_product(listed.product())?;
    // Read under the lock: another runner may have continued it in the meantime.
    let recorded = &ledger.recorded(listed)?;
    let summary = RecordSummary::of(recorded);
    if summary.status.is_end() {
        return ended(&ledger, &summary);
    }
    let meta = recorded.meta.clone().ok_or_else(|| unfit(id, FoldError::Newer { what: "a newer meta.json".into() }))?;
    let context = recall(root, recorded, meta)?;
    let entries = recorded.entries().map_err(|reason| unfit(id, reason))?;
    let folded = fold(&context.plan, &context.names, &context.full_id(), &entries, &context.meta.machine)
        .map_err(|reason| unfit(id, reason))?;
    let writer = ledger.writer(recorded)?;
    observer.begins(id, true);
    let then = &context.meta.time_zones;
    if !context.plan.windows.is_empty() && !then.is_empty() && then != time_zones() {
        observer.warns(&format!(
            "the release began with time zone data {then}, and this promoc has {}; windows that have not opened yet follow \
             the new rules",
            time_zones()
        ));
    }
    let repositories = Repositories::new(&context.root, &context.settings);
    let world = RealWorld::new(&context, (writer, repositories), &folded, observer, options);
    drive_on(&context, name, folded, world)
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
        ledger::of(&root)
            .unwrap()
            .start(&meta, &meta.id, &SourceMap::default(), &crate::git::Blobs::default())
            .unwrap()
            .append(&[])
            .unwrap();

        let error = resume(&root, Some("main-0"), &mut Silent, RunOptions::default()).unwrap_err();
        assert!(error.to_string().contains("does not understand"), "{error}");
        let listed = releases::releases(&root, Some("shop")).unwrap();
        assert_eq!(listed.iter().map(|listed| listed.id.as_str()).collect::<Vec<_>>(), ["main-0"]);
        let view = releases::release(&root, "main-0").unwrap();
        assert_eq!(view.issues, ["this version of promoc cannot read its `meta.json`; use a newer version"]);
    }
}
