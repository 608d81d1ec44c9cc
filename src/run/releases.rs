//! What the ledger says of releases: read from its entries alone, so that also what a newer promoc wrote can be shown.
//!
//! INVARIANT: nothing here asks the machine, and nothing is changed.

use indexmap::IndexMap;
use serde::Serialize;
use serde_json::Value;

use super::changes::FileView;
use super::error::RunError;
use super::text::{Secrets, lines, one_line};
use crate::diagnostic::nearest;
use crate::ledger::entry::{CommitView, Detail};
use crate::ledger::fold::parse;
use crate::ledger::meta::MetaEnvironment;
use crate::ledger::writer::{self, Recorded};
use crate::project::ProjectRoot;
use crate::release::{Outcome, Status, describe};

/// A release in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReleaseView {
    /// As in the list.
    #[serde(flatten)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
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

/// One thing that was done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct EffectView {
    /// Its id.
    pub effect: String,
    /// The application, where it is one's.
    pub application: Option<String>,
    /// The stage: `pre-action` …
    pub stage: String,
    /// `workflow`, `commit` …
    pub act: String,
    /// The workflow.
    pub workflow: Option<String>,
    /// What is waited for, where that is no workflow.
    #[serde(skip)]
    pub words: Option<String>,
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
pub fn releases(home: &ProjectRoot, product: Option<&str>) -> Result<Vec<Listed>, RunError> {
    let mut all: Vec<Listed> = writer::all(home, product)?.iter().map(listed).collect();
    all.sort_by(|a, b| (&a.started, &a.product, &a.id).cmp(&(&b.started, &b.product, &b.id)));
    Ok(all)
}

/// One release.
///
/// # Errors
/// Where there is none of this id, or the ledger cannot be read.
pub fn release(home: &ProjectRoot, id: &str) -> Result<ReleaseView, RunError> {
    let all = writer::all(home, None)?;
    Ok(view(find(&all, id)?))
}

/// The release of an id; with the nearest one where there is none.
pub(super) fn find<'a>(all: &'a [Recorded], id: &str) -> Result<&'a Recorded, RunError> {
    all.iter().find(|recorded| recorded.id == id).ok_or_else(|| {
        let near = nearest(id, all.iter().map(|recorded| recorded.id.as_str())).map(str::to_owned);
        RunError::UnknownRelease { id: one_line(id), near }
    })
}

fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key).and_then(Value::as_str)
}

fn status_of(value: &Value) -> Option<Status> {
    value.get("status").and_then(|status| serde_json::from_value(status.clone()).ok())
}

/// The status that was reported last.
pub(super) fn status(recorded: &Recorded) -> Status {
    let of_release = |entry: &&Value| text(entry, "kind") == Some("report") && entry.get("environment").is_none();
    recorded.entries.iter().rev().filter(of_release).find_map(status_of).unwrap_or(Status::Queued)
}

/// Whether a release has ended.
pub(super) fn is_over(recorded: &Recorded) -> bool {
    status(recorded).is_end()
}

fn listed(recorded: &Recorded) -> Listed {
    let status = status(recorded);
    let at = |entry: Option<&Value>| entry.and_then(|entry| text(entry, "at")).map(one_line);
    let meta = recorded.meta.as_ref();
    Listed {
        id: recorded.id.clone(),
        product: recorded.name.rsplit('/').nth(1).map(one_line).unwrap_or_default(),
        flow: meta.map(|meta| meta.spec.stem()).unwrap_or_default(),
        version: meta.map(|meta| one_line(&meta.version)).unwrap_or_default(),
        status,
        started: at(recorded.entries.first()),
        ended: at(recorded.entries.last()).filter(|_| status.is_end()),
    }
}

fn view(recorded: &Recorded) -> ReleaseView {
    let secrets = Secrets::of_this_process();
    let clean = |text: &str| lines(&secrets.mask(text));
    let meta = recorded.meta.as_ref();
    let mut environments: IndexMap<String, EnvironmentView> = IndexMap::new();
    for environment in meta.into_iter().flat_map(|meta| &meta.environments) {
        environments.insert(environment.name.clone(), EnvironmentView::new(&environment.name));
    }
    let mut effects: IndexMap<String, (String, EffectView)> = IndexMap::new();
    let mut troubles = Vec::new();
    for entry in &recorded.entries {
        let at = text(entry, "at").map(one_line).unwrap_or_default();
        match text(entry, "kind") {
            Some("report") => {
                let Some(name) = text(entry, "environment") else { continue };
                let view = environments.entry(name.to_owned()).or_insert_with(|| EnvironmentView::new(name));
                view.report(entry, &at);
            }
            Some("intent") => {
                let effect = text(entry, "effect").unwrap_or_default();
                if text(entry, "act") == Some("cancel") {
                    continue;
                }
                let (environment, view) = EffectView::new(entry, effect, at);
                effects.insert(effect.to_owned(), (environment, view));
            }
            Some("outcome") => {
                let effect = text(entry, "effect").unwrap_or_default();
                let Some((environment, view)) = effects.get_mut(effect) else { continue };
                view.ended = Some(at);
                view.outcome = entry.get("outcome").and_then(|outcome| serde_json::from_value(outcome.clone()).ok());
                let detail =
                    entry.get("detail").and_then(|detail| serde_json::from_value::<Detail>(detail.clone()).ok());
                let Some(detail) = detail else { continue };
                view.error = detail.error.as_deref().map(clean);
                view.log = detail.log;
                view.output = detail.output.iter().map(|line| clean(line)).collect();
                if let Some(environment) = environments.get_mut(environment) {
                    environment.commits.extend(detail.commits.iter().map(shown));
                    environment.files.extend(detail.files.into_iter().map(FileView::harmless));
                }
            }
            Some("trouble") => {
                let environment = text(entry, "environment").map(one_line).unwrap_or_default();
                let error = text(entry, "error").or_else(|| text(entry, "trouble")).map(clean).unwrap_or_default();
                troubles.push(format!("{environment}: health: {error}"));
            }
            _ => {}
        }
    }
    let mut issues: Vec<String> = parse(&recorded.entries).err().map(|error| error.to_string()).into_iter().collect();
    if meta.is_none() {
        issues.push("its `meta.json` is of another form than this promoc understands".to_owned());
    }
    let mut workflows = Vec::new();
    for (environment, view) in effects.into_values() {
        if let Some(error) = &view.error {
            let what = view.workflow.as_deref().unwrap_or(&view.stage);
            let of = if environment == "-" { String::new() } else { format!("{environment}: ") };
            issues.push(format!("{of}{what}: {error}"));
        }
        match environments.get_mut(&environment) {
            Some(environment) => {
                if view.ended.is_none() && !environment.status.is_end() {
                    environment.waits_for.push(view.waited_for());
                }
                environment.workflows.push(view);
            }
            None => workflows.push(view),
        }
    }
    issues.append(&mut troubles);
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
fn shown(commit: &CommitView) -> CommitView {
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

    fn report(&mut self, entry: &Value, at: &str) {
        let until = text(entry, "until").map(one_line);
        match text(entry, "what") {
            Some("status") => {
                self.status = status_of(entry).unwrap_or(self.status);
                self.ended = self.status.is_end().then(|| at.to_owned());
                self.waits_for.clear();
            }
            Some("started") => {
                self.started = Some(at.to_owned());
                self.waits_for.clear();
            }
            Some("soaking") => self.waits_for = vec![describe::until(describe::SOAK, until)],
            // an older ledger does not say which
            Some("awaiting-window") => {
                let words = text(entry, "words").map(one_line);
                self.waits_for = vec![words.unwrap_or_else(|| describe::until(describe::WINDOW, until))];
            }
            Some("awaiting-older") => self.waits_for = vec![describe::OLDER_RELEASE.to_owned()],
            Some("retrying") => self.waits_for = vec![describe::at(describe::NEXT_TRY, until)],
            _ => {}
        }
    }
}

impl EffectView {
    /// What is waited for while it is under way.
    fn waited_for(&self) -> String {
        let of = self.application.as_deref().unwrap_or_default();
        match (self.workflow.as_ref().or(self.words.as_ref()), self.act.as_str()) {
            (Some(words), _) => words.clone(),
            (None, "await-merge") => describe::pull_request(of),
            (None, "await-sync") => describe::sync(of),
            (None, "await-health") => describe::health(of),
            (None, "commit" | "open-pull-request") => describe::change(of),
            (None, "give-back" | "open-give-back") => describe::rollback(of),
            (None, _) => self.stage.clone(),
        }
    }

    /// From an intent; the environment of it first, `-` where there is none.
    fn new(entry: &Value, effect: &str, at: String) -> (String, EffectView) {
        // `RELEASE/ATTEMPT/ENVIRONMENT/APPLICATION/STAGE`
        let mut parts = effect.rsplitn(4, '/');
        let stage = parts.next().map(one_line).unwrap_or_default();
        let application = parts.next().filter(|name| *name != "-").map(one_line);
        let environment = parts.next().unwrap_or("-").to_owned();
        let view = EffectView {
            effect: one_line(effect),
            application,
            stage,
            act: text(entry, "act").map(one_line).unwrap_or_default(),
            workflow: text(entry, "workflow").map(one_line),
            words: text(entry, "words").map(one_line),
            started: at,
            ..EffectView::default()
        };
        (environment, view)
    }
}
