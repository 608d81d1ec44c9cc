//! Views of the releases in the ledger. They are read from the entries alone, so that releases of a newer promoc can be
//! shown too.
//!
//! The views have their own types, so what is shown can change without changing what is stored. INVARIANT: nothing here
//! runs the state machine or writes anything.

use indexmap::IndexMap;

use super::changes::harmless;
use super::error::RunError;
use super::ledger;
use super::secrets::Secrets;
use super::waits::correct_waits;
use crate::diagnostic::nearest;
use crate::edit::FileView;
use crate::ledger::entry::{CommitRecord, instant};
use crate::ledger::read::{ReportSubject, TolerantEntry, TolerantKind, TolerantWord};
use crate::ledger::words::ActWord;
use crate::ledger::{Ledger, Recorded, sentences};
use crate::project::ProjectRoot;
use crate::release::{Outcome, Status};
use crate::source::{lines, one_line};

mod report;

/// A release in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The id, unique within the product.
    pub id: String,
    /// The name of the product.
    pub product: String,
    /// The name of the flow, or `FROM-to-TO` of a promotion by hand.
    pub flow: String,
    /// The promoted version; empty if the program does not say where it is.
    pub version: String,
    /// The status that was reported last.
    pub status: Status,
    /// How to name it to [`resume`](super::resume), if it has not ended and it is certain that no runner drives it.
    pub interrupted: Option<String>,
    /// When it started, RFC 3339.
    pub started: Option<String>,
    /// When it ended, RFC 3339; `None` while it is active.
    pub ended: Option<String>,
}

/// A release in full.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReleaseView {
    /// The same as in a list.
    pub release: Listed,
    /// The triggering commit; `None` if `meta.json` is not understood.
    pub commit: Option<CommitView>,
    /// The environments, in the order of the flow.
    pub environments: Vec<EnvironmentView>,
    /// The workflows of the release's own hooks.
    pub workflows: Vec<EffectView>,
    /// What went wrong, and what this version of promoc does not understand.
    pub issues: Vec<String>,
}

/// One environment of a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnvironmentView {
    /// The name of the environment.
    pub name: String,
    /// The status that was reported last.
    pub status: Status,
    /// When stage 4 began, RFC 3339; `None` before that.
    pub started: Option<String>,
    /// When it ended, RFC 3339; `None` before that.
    pub ended: Option<String>,
    /// What it waits for, in words.
    pub waits_for: Vec<String>,
    /// Every effect in this environment: workflows, commits, waits.
    pub workflows: Vec<EffectView>,
    /// The commits of this release.
    pub commits: Vec<CommitView>,
    /// The files and values that those commits changed.
    pub files: Vec<FileView>,
}

/// A commit as it is shown: one line each, control characters escaped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommitView {
    /// Where its repository is.
    pub repository: String,
    /// The full id.
    pub sha: String,
    /// `Name <email>`.
    pub author: String,
    /// The whole message, with its line breaks.
    pub message: String,
    /// When it was made, RFC 3339.
    pub date: String,
}

/// One effect of a release.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EffectView {
    /// The id: `PRODUCT/ID/ATTEMPT/ENVIRONMENT/APPLICATION/STAGE`. Older releases do not name the product.
    pub effect: String,
    /// The application; `None` for a hook.
    pub application: Option<String>,
    /// The stage, such as `pre-action`; from the second try on with its number, `pre-action.2`.
    pub stage: String,
    /// What was done: an [`ActWord`] as stored, or a word of a newer promoc.
    pub act: String,
    /// The name of the workflow, if the effect is one.
    pub workflow: Option<String>,
    /// How it ended; `None` while it is in progress.
    pub outcome: Option<Outcome>,
    /// When its intent was recorded, RFC 3339.
    pub started: String,
    /// When its outcome was recorded, RFC 3339.
    pub ended: Option<String>,
    /// The log of its output, relative to the project's root.
    pub log: Option<String>,
    /// Why it failed.
    pub error: Option<String>,
    /// The last lines of its output, if it failed.
    pub output: Vec<String>,
}

/// The releases of a project, or of one product, in the order in which they started.
///
/// # Errors
/// If the ledger cannot be read.
pub fn releases(root: &ProjectRoot, product: Option<&str>) -> Result<Vec<Listed>, RunError> {
    let ledger = ledger::of(root)?;
    let all = ledger.all(product)?.into_iter().map(|recorded| listed(&ledger, &recorded));
    let mut all = all.collect::<Result<Vec<Listed>, RunError>>()?;
    all.sort_by(|a, b| (&a.started, &a.product, &a.id).cmp(&(&b.started, &b.product, &b.id)));
    Ok(all)
}

/// One release in full. `id` is its id, or `PRODUCT/ID`.
///
/// # Errors
/// If there is no release with this id, several products have one, or the ledger cannot be read.
pub fn release(root: &ProjectRoot, id: &str) -> Result<ReleaseView, RunError> {
    let ledger = ledger::of(root)?;
    let all = ledger.all(None)?;
    let recorded = find(&all, id)?;
    Ok(view(recorded, listed(&ledger, recorded)?))
}

/// The release with an id or `PRODUCT/ID`; otherwise an error that names the most similar one, or all that have this id.
pub(super) fn find<'a>(all: &'a [Recorded], id: &str) -> Result<&'a Recorded, RunError> {
    let name = |recorded: &Recorded| if id.contains('/') { recorded.full_id() } else { recorded.id.clone() };
    let found: Vec<&Recorded> = all.iter().filter(|recorded| name(recorded) == id).collect();
    match found.as_slice() {
        [only] => Ok(only),
        [] => {
            let names: Vec<String> = all.iter().map(name).collect();
            let near = nearest(id, names.iter().map(String::as_str)).map(str::to_owned);
            Err(RunError::UnknownRelease { id: one_line(id), near })
        }
        several => {
            let all = several.iter().map(|recorded| one_line(&recorded.full_id())).collect();
            Err(RunError::AmbiguousRelease { id: one_line(id), all })
        }
    }
}

/// Whether one release began before another.
pub(super) fn began_before(all: &[Recorded], id: &str, other: &str) -> bool {
    let began = |id: &str| instant(&all.iter().find(|recorded| recorded.id == id)?.tolerant().next()?.at?);
    match (began(id), began(other)) {
        (Some(first), Some(second)) => id != other && first <= second,
        _ => false,
    }
}

/// The last status that the release reported.
pub(super) fn status(recorded: &Recorded) -> Status {
    let of_release = |entry: TolerantEntry| match entry.kind {
        TolerantKind::Report { of: ReportSubject::Release, status, .. } => status,
        _ => None,
    };
    recorded.tolerant().rev().find_map(of_release).unwrap_or(Status::Queued)
}

pub(super) fn is_over(recorded: &Recorded) -> bool {
    status(recorded).is_end()
}

fn listed(ledger: &Ledger, recorded: &Recorded) -> Result<Listed, RunError> {
    let status = status(recorded);
    let left = !status.is_end() && ledger.is_left(recorded);
    let at = |entry: Option<TolerantEntry>| entry.and_then(|entry| entry.at).map(|at| one_line(&at));
    let meta = recorded.meta.as_ref();
    Ok(Listed {
        id: recorded.id.clone(),
        product: one_line(recorded.product()),
        interrupted: left.then(|| ledger.shortest(recorded.product(), &recorded.id)).transpose()?,
        flow: meta.map(|meta| meta.spec.stem()).unwrap_or_default(),
        version: meta.map(|meta| one_line(&meta.version)).unwrap_or_default(),
        status,
        started: at(recorded.tolerant().next()),
        ended: at(recorded.tolerant().next_back()).filter(|_| status.is_end()),
    })
}

/// An effect in progress: where it is, what is known about it, and how a wait for it is described.
struct SeenEffect {
    environment: String,
    view: EffectView,
    waits_for: String,
}

fn view(recorded: &Recorded, release: Listed) -> ReleaseView {
    let secrets = Secrets::of_this_process();
    let clean = |text: &str| lines(&secrets.mask(text));
    let meta = recorded.meta.as_ref();
    let mut environments: IndexMap<String, EnvironmentView> = IndexMap::new();
    for environment in meta.into_iter().flat_map(|meta| &meta.environments) {
        environments.insert(environment.name.clone(), EnvironmentView::new(&environment.name));
    }
    let mut effects: IndexMap<String, SeenEffect> = IndexMap::new();
    let mut losses = Vec::new();
    for entry in recorded.tolerant() {
        let at = entry.at.as_deref().map(one_line).unwrap_or_default();
        match entry.kind {
            TolerantKind::Report { of: ReportSubject::Environment(name), what, status, until, words, window } => {
                let waits = sentences::window(words.as_deref(), window.as_ref(), until.as_deref(), entry.at.as_deref());
                let view = environments.entry(name).or_insert_with_key(|name| EnvironmentView::new(name));
                view.report(what, status, until.as_deref().map(one_line), waits.as_deref().map(one_line), &at);
            }
            TolerantKind::Intent { act: Some(TolerantWord::Known(ActWord::Cancel)), .. } => {}
            TolerantKind::Intent { effect, act, workflow, words, approval } => {
                let asks = sentences::approval(words.as_deref(), approval.as_ref());
                let seen = SeenEffect::new(&effect, act, workflow.as_deref(), asks.as_deref(), at);
                effects.insert(effect, seen);
            }
            TolerantKind::Outcome { effect, outcome, detail } => {
                let Some(SeenEffect { environment, view, .. }) = effects.get_mut(&effect) else { continue };
                view.ended = Some(at);
                view.outcome = outcome;
                view.error = detail.error.as_deref().map(clean);
                view.log = detail.log;
                view.output = detail.output.iter().map(|line| clean(line)).collect();
                if let Some(environment) = environments.get_mut(environment) {
                    environment.commits.extend(detail.commits.iter().map(|commit| shown(commit, &secrets)));
                    environment.files.extend(detail.files.into_iter().map(|file| harmless(file.into(), &secrets)));
                }
            }
            TolerantKind::HealthLoss { environment, error } => {
                let environment = environment.as_deref().map(one_line).unwrap_or_default();
                losses.push(format!("{environment}: health: {}", error.as_deref().map(clean).unwrap_or_default()));
            }
            TolerantKind::Report { .. } | TolerantKind::Silent | TolerantKind::Unknown => {}
        }
    }
    let mut issues: Vec<String> = recorded.entries().err().map(|error| error.to_string()).into_iter().collect();
    if meta.is_none() {
        issues.push("this version of promoc cannot read its `meta.json`; use a newer version".to_owned());
    }
    let mut workflows = Vec::new();
    for SeenEffect { environment, view, waits_for } in effects.into_values() {
        if let Some(error) = &view.error {
            let what = view.workflow.as_deref().unwrap_or(&view.stage);
            let of = if environment == "-" { String::new() } else { format!("{environment}: ") };
            issues.push(format!("{of}{what}: {error}"));
        }
        match environments.get_mut(&environment) {
            Some(environment) => {
                if view.ended.is_none() && !environment.status.is_end() {
                    environment.waits_for.push(waits_for);
                }
                environment.workflows.push(view);
            }
            None => workflows.push(view),
        }
    }
    issues.append(&mut losses);
    if let Some(meta) = meta {
        correct_waits(meta, release.status, &mut environments);
    }
    ReleaseView {
        release,
        commit: meta.map(|meta| shown(&meta.commit, &secrets)),
        environments: environments.into_values().collect(),
        workflows,
        issues,
    }
}

/// A commit with secrets masked and control characters escaped: its author and message are other people's text.
fn shown(commit: &CommitRecord, secrets: &Secrets) -> CommitView {
    CommitView {
        repository: one_line(&secrets.mask(&commit.repository)),
        sha: one_line(&commit.sha),
        author: one_line(&commit.author),
        message: lines(&secrets.mask(&commit.message)),
        date: one_line(&commit.date),
    }
}

impl EnvironmentView {
    fn new(name: &str) -> EnvironmentView {
        EnvironmentView {
            name: one_line(name),
            status: Status::Pending,
            started: None,
            ended: None,
            waits_for: Vec::new(),
            workflows: Vec::new(),
            commits: Vec::new(),
            files: Vec::new(),
        }
    }
}
