//! What the ledger says of releases: read from its entries alone, so that also what a newer promoc wrote can be shown.
//!
//! The views are shapes of their own: what is stored never changes with them. INVARIANT: nothing here asks the machine, and
//! nothing is changed.

use indexmap::IndexMap;

use super::changes::harmless;
use super::error::RunError;
use super::ledger;
use super::secrets::Secrets;
use crate::diagnostic::nearest;
use crate::edit::FileView;
use crate::ledger::entry::CommitRecord;
use crate::ledger::meta::MetaEnvironment;
use crate::ledger::read::{ReportSubject, TolerantEntry, TolerantKind, TolerantWord};
use crate::ledger::words::{ActWord, ReportWord};
use crate::ledger::{Recorded, sentences};
use crate::project::ProjectRoot;
use crate::release::{Outcome, Status, describe};
use crate::source::{lines, one_line};

/// A release in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its id.
    pub id: String,
    /// Its product.
    pub product: String,
    /// Its flow, or `FROM-to-TO`.
    pub flow: String,
    /// The version that it promotes.
    pub version: String,
    /// Its status.
    pub status: Status,
    /// When it began.
    pub started: Option<String>,
    /// When it ended.
    pub ended: Option<String>,
}

/// A release in full.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReleaseView {
    /// As in the list.
    pub release: Listed,
    /// The commit that triggered.
    pub commit: Option<CommitView>,
    /// Its environments, in order of the flow.
    pub environments: Vec<EnvironmentView>,
    /// Its own hooks.
    pub workflows: Vec<EffectView>,
    /// What went wrong, and what this promoc does not understand.
    pub issues: Vec<String>,
}

/// An environment of a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnvironmentView {
    /// Its name.
    pub name: String,
    /// Its status.
    pub status: Status,
    /// When its promotion began.
    pub started: Option<String>,
    /// When it ended.
    pub ended: Option<String>,
    /// What it waits for.
    pub waits_for: Vec<String>,
    /// Everything that was done there.
    pub workflows: Vec<EffectView>,
    /// The commits that were made.
    pub commits: Vec<CommitView>,
    /// What they changed.
    pub files: Vec<FileView>,
}

/// A commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommitView {
    /// The repository.
    pub repository: String,
    /// Its id.
    pub sha: String,
    /// `Name <mail>`.
    pub author: String,
    /// The whole message.
    pub message: String,
    /// RFC 3339.
    pub date: String,
}

/// One thing that was done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EffectView {
    /// Its id.
    pub effect: String,
    /// The application, where it is one's.
    pub application: Option<String>,
    /// The stage: `pre-action` …
    pub stage: String,
    /// What was done: an [`ActWord`] as it is written, or the word of a newer promoc.
    pub act: String,
    /// The workflow.
    pub workflow: Option<String>,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// When it began.
    pub started: String,
    /// When it ended.
    pub ended: Option<String>,
    /// Where its output is, relative to the project's root.
    pub log: Option<String>,
    /// Why it failed.
    pub error: Option<String>,
    /// The end of its output, where it failed.
    pub output: Vec<String>,
}

/// The releases of a project, of one product if one is named, in the order in which they began.
///
/// # Errors
/// Where the ledger cannot be read.
pub fn releases(root: &ProjectRoot, product: Option<&str>) -> Result<Vec<Listed>, RunError> {
    let mut all: Vec<Listed> = ledger::of(root)?.all(product)?.iter().map(listed).collect();
    all.sort_by(|a, b| (&a.started, &a.product, &a.id).cmp(&(&b.started, &b.product, &b.id)));
    Ok(all)
}

/// One release.
///
/// # Errors
/// Where there is none of this id, or the ledger cannot be read.
pub fn release(root: &ProjectRoot, id: &str) -> Result<ReleaseView, RunError> {
    let all = ledger::of(root)?.all(None)?;
    Ok(view(find(&all, id)?))
}

/// The release of an id; with the nearest one where there is none.
pub(super) fn find<'a>(all: &'a [Recorded], id: &str) -> Result<&'a Recorded, RunError> {
    all.iter().find(|recorded| recorded.id == id).ok_or_else(|| {
        let near = nearest(id, all.iter().map(|recorded| recorded.id.as_str())).map(str::to_owned);
        RunError::UnknownRelease { id: one_line(id), near }
    })
}

/// The status that was reported last.
pub(super) fn status(recorded: &Recorded) -> Status {
    let of_release = |entry: TolerantEntry| match entry.kind {
        TolerantKind::Report { of: ReportSubject::Release, status, .. } => status,
        _ => None,
    };
    recorded.tolerant().rev().find_map(of_release).unwrap_or(Status::Queued)
}

/// Whether a release has ended.
pub(super) fn is_over(recorded: &Recorded) -> bool {
    status(recorded).is_end()
}

fn listed(recorded: &Recorded) -> Listed {
    let status = status(recorded);
    let at = |entry: Option<TolerantEntry>| entry.and_then(|entry| entry.at).map(|at| one_line(&at));
    let meta = recorded.meta.as_ref();
    Listed {
        id: recorded.id.clone(),
        product: one_line(recorded.product()),
        flow: meta.map(|meta| meta.spec.stem()).unwrap_or_default(),
        version: meta.map(|meta| one_line(&meta.version)).unwrap_or_default(),
        status,
        started: at(recorded.tolerant().next()),
        ended: at(recorded.tolerant().next_back()).filter(|_| status.is_end()),
    }
}

/// An effect that is looked at: where it is, what is known of it, and what is waited for while it is under way.
struct SeenEffect {
    environment: String,
    view: EffectView,
    waits_for: String,
}

fn view(recorded: &Recorded) -> ReleaseView {
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
                    environment.commits.extend(detail.commits.iter().map(shown));
                    environment.files.extend(detail.files.into_iter().map(|file| harmless(file.into())));
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
        issues.push("this promoc does not understand its `meta.json`; use a newer version".to_owned());
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
    for environment in meta.into_iter().flat_map(|meta| &meta.environments) {
        let waits = unmet(environment, &environments);
        if let Some(view) = environments.get_mut(&environment.name)
            && view.status == Status::Pending
            && view.waits_for.is_empty()
        {
            view.waits_for = waits;
        }
    }
    ReleaseView {
        release: listed(recorded),
        commit: meta.map(|meta| shown(&meta.commit)),
        environments: environments.into_values().collect(),
        workflows,
        issues,
    }
}

/// The environments that others must wait for.
fn unmet(environment: &MetaEnvironment, environments: &IndexMap<String, EnvironmentView>) -> Vec<String> {
    let open = |name: &&String| environments.get(*name).is_none_or(|view| view.status != Status::Succeeded);
    let mut found = Vec::new();
    for (nth, (count, of)) in environment.needs.iter().enumerate() {
        let missing: Vec<String> = of.iter().filter(open).map(|name| one_line(name)).collect();
        let met = of.len() - missing.len();
        match *count as usize {
            count if met >= count => {}
            count if count == of.len() => found.extend(missing),
            count => {
                // an older ledger does not say what the group is called
                let group = environment.groups.get(nth).filter(|group| !group.is_empty()).map(|group| one_line(group));
                let group = group.unwrap_or_else(|| missing.join(", "));
                found.push(describe::some_of(count - met, &group));
            }
        }
    }
    found
}

/// A commit as strangers wrote it, fit to be shown.
fn shown(commit: &CommitRecord) -> CommitView {
    CommitView {
        repository: one_line(&commit.repository),
        sha: one_line(&commit.sha),
        author: one_line(&commit.author),
        message: lines(&commit.message),
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

    fn report(
        &mut self,
        what: Option<ReportWord>,
        status: Option<Status>,
        until: Option<String>,
        waits: Option<String>,
        at: &str,
    ) {
        let Some(what) = what else { return };
        match what {
            ReportWord::Status => {
                self.status = status.unwrap_or(self.status);
                self.ended = self.status.is_end().then(|| at.to_owned());
                self.waits_for.clear();
            }
            ReportWord::Started => {
                self.started = Some(at.to_owned());
                self.waits_for.clear();
            }
            ReportWord::Soaking => self.waits_for = vec![describe::until(describe::SOAK, until)],
            // an older ledger does not say which
            ReportWord::AwaitingWindow => {
                self.waits_for = vec![waits.unwrap_or_else(|| describe::until(describe::WINDOW, until))];
            }
            ReportWord::AwaitingOlder => self.waits_for = vec![describe::OLDER_RELEASE.to_owned()],
            ReportWord::Retrying => self.waits_for = vec![describe::at(describe::NEXT_TRY, until)],
            ReportWord::Baking | ReportWord::RollingBack | ReportWord::Superseded => {}
        }
    }
}

impl SeenEffect {
    /// From an intent.
    fn new(
        effect: &str,
        act: Option<TolerantWord<ActWord>>,
        workflow: Option<&str>,
        asks: Option<&str>,
        started: String,
    ) -> SeenEffect {
        // `RELEASE/ATTEMPT/ENVIRONMENT/APPLICATION/STAGE`
        let mut parts = effect.rsplitn(4, '/');
        let stage = parts.next().map(one_line).unwrap_or_default();
        let application = parts.next().filter(|name| *name != "-").map(one_line);
        let environment = parts.next().unwrap_or("-").to_owned();
        let workflow = workflow.map(one_line);
        let of = application.as_deref().unwrap_or_default();
        let waits_for = workflow.clone().or(asks.map(one_line)).unwrap_or_else(|| match &act {
            Some(TolerantWord::Known(ActWord::AwaitMerge)) => describe::pull_request(of),
            Some(TolerantWord::Known(ActWord::AwaitSync)) => describe::sync(of),
            Some(TolerantWord::Known(ActWord::AwaitHealth)) => describe::health(of),
            Some(TolerantWord::Known(ActWord::Commit | ActWord::OpenPullRequest)) => describe::change(of),
            Some(TolerantWord::Known(ActWord::Rollback | ActWord::OpenRollbackPr)) => describe::rollback(of),
            Some(
                TolerantWord::Known(ActWord::Workflow | ActWord::AskApproval | ActWord::Cancel)
                | TolerantWord::Unknown(_),
            )
            | None => stage.clone(),
        });
        let act = match act {
            Some(TolerantWord::Known(act)) => act.as_str().to_owned(),
            Some(TolerantWord::Unknown(word)) => one_line(&word),
            None => String::new(),
        };
        let effect = one_line(effect);
        let view = EffectView { effect, application, stage, act, workflow, started, ..EffectView::default() };
        SeenEffect { environment, view, waits_for }
    }
}
