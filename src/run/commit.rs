//! The action `commit`, performed exactly once (rules 29 and 32).
//!
//! A commit carries the id of its effect as a trailer. Before promoc makes a commit, it searches the branch for that
//! trailer ([`adopt`]), from the head back to the head that was recorded with the intent. The branch moves only from the
//! head that was read. So a commit is made once, however often a runner dies on the way.

use std::collections::{BTreeMap, BTreeSet};
use std::thread::sleep;
use std::time::Duration;

use super::author::author;
use super::base;
use super::changes::changes;
use super::context::ReleaseContext;
use super::error::RunError;
use super::faults::Faults;
use super::origin::commit_record;
use super::repositories::Repositories;
use super::secrets::Secrets;
use crate::edit::FileView;
use crate::git::{self, Advance, CommitId, FileChange, Head, ObjectId, Repository};
use crate::ledger::Error;
use crate::ledger::entry::{CommitBase, CommitRecord, Detail, FileRecord};
use crate::ledger::origin::SourceOrigin;
use crate::program::{Application, Source};
use crate::release::{ApplicationPlanId, EffectId, Outcome, Place};
use crate::source::one_line;

mod adopt;

/// The trailer with the id of the effect. Resume depends on it.
pub(crate) const EFFECT: &str = "Promo-Effect";
/// The trailer with the release, `PRODUCT/ID`.
pub(crate) const RELEASE: &str = "Promo-Release";
/// The trailer with the promoted version; left out if there is none.
pub(crate) const VERSION: &str = "Promo-Version";

/// How often a branch may move before it counts as too busy, and the longest pause between two tries.
const TRIES: u32 = 60;
const LONGEST_PAUSE: Duration = Duration::from_millis(100);

/// The sources of an application that are on one branch of one repository: one commit changes them all.
pub(super) struct CommitGroup<'a> {
    pub repository: String,
    pub head: Head,
    pub parts: Vec<(&'a SourceOrigin, &'a Source)>,
    pub application: &'a Application,
    /// The environment, whose name is part of the names of some files.
    pub environment: &'a str,
}

/// What a group changes, if nothing is in the way.
struct GroupChanges {
    views: Vec<FileView>,
    git: Vec<FileChange>,
    before: String,
}

impl CommitGroup<'_> {
    /// # Errors
    /// If a repository cannot be read, or the change cannot be made: every reason.
    fn changes(
        &self,
        context: &ReleaseContext,
        repository: &dyn Repository,
        at: &CommitId,
    ) -> Result<GroupChanges, RunError> {
        let mut all = GroupChanges { views: Vec::new(), git: Vec::new(), before: String::new() };
        let mut faults = Faults::default();
        for (part, source) in &self.parts {
            let one = changes(repository, at, &source.path, self.environment, part)?;
            for fault in one.faults {
                let span = context.statement(self.application, source, fault.file.as_deref(), fault.path.as_deref());
                faults.add(RunError::Content { message: fault.message, span: Some(span) });
            }
            for obstacle in repository.obstacles(at, &one.git)? {
                let below = match &obstacle {
                    git::Error::WrongKind { file, .. } if source.path.is_empty() => Some(file.as_str()),
                    git::Error::WrongKind { file, .. } => file.strip_prefix(&format!("{}/", source.path)),
                    _ => None,
                };
                let span = context.statement(self.application, source, below, None);
                faults.add(RunError::Content { message: obstacle.to_string(), span: Some(span) });
            }
            all.views.extend(one.views);
            all.git.extend(one.git);
            all.before.push_str(&one.before);
        }
        faults.none()?;
        Ok(all)
    }
}

/// The sources of an application that receive something, by repository and branch.
///
/// # Errors
/// If a repository cannot be read.
pub(super) fn groups<'a>(
    context: &'a ReleaseContext,
    repositories: &mut Repositories,
    id: ApplicationPlanId,
) -> Result<(&'a Application, Vec<CommitGroup<'a>>), RunError> {
    let lost = || Error::Unusable("the release names an application that its program does not declare".to_owned());
    let (application, origin) = context.application(id).ok_or_else(lost)?;
    let environment = context.program.environments.find(application.environment).ok_or_else(lost)?;
    let environment = environment.name.value.as_str();
    let mut groups: BTreeMap<(String, String), CommitGroup<'_>> = BTreeMap::new();
    for part in &origin.ok_or_else(lost)?.parts {
        let source = context.target(application, part.source.as_deref())?;
        let head = repositories.head(&context.map, source)?;
        let repository = repositories.of(&context.map, source)?.location();
        let group = groups.entry((repository.clone(), head.branch.clone()));
        group
            .or_insert_with(|| CommitGroup { repository, head, parts: Vec::new(), application, environment })
            .parts
            .push((part, source));
    }
    Ok((application, groups.into_values().collect()))
}

/// The state of an application's files before the commit, to be recorded with the intent.
///
/// # Errors
/// If a repository cannot be read, or the change cannot be made.
pub(super) fn prepare(
    context: &ReleaseContext,
    repositories: &mut Repositories,
    id: ApplicationPlanId,
) -> Result<Vec<CommitBase>, RunError> {
    let (_, groups) = groups(context, repositories, id)?;
    let mut bases = Vec::new();
    for group in groups {
        let Some((_, source)) = group.parts.first() else { continue };
        let before = match base::recorded(context, id, &group) {
            Some(recorded) => recorded.before.clone(),
            None => {
                let repository = repositories.of(&context.map, source)?;
                digest(&group.changes(context, repository, &group.head.commit)?.before)
            }
        };
        bases.push(CommitBase {
            repository: group.repository,
            branch: group.head.branch,
            head: group.head.commit.0,
            before,
        });
    }
    Ok(bases)
}

/// A digest of the content of the copied paths, for comparing it later.
pub(super) fn digest(text: &str) -> String {
    // The id that Git would give these bytes as a blob. Nothing is stored.
    ObjectId::of_blob(text.as_bytes()).map_or_else(|| text.to_owned(), |id| id.0)
}

/// What would change in an application now.
#[derive(Clone, Debug, Default)]
pub(super) struct Outlook {
    pub files: Vec<FileView>,
    /// Where each of its branches is (rule 32).
    pub base: Vec<CommitBase>,
}

/// What would change in an application now.
///
/// # Errors
/// If a repository cannot be read, or the change cannot be made: every reason.
pub(super) fn outlook(
    context: &ReleaseContext,
    repositories: &mut Repositories,
    id: ApplicationPlanId,
) -> Result<Outlook, RunError> {
    let (_, groups) = groups(context, repositories, id)?;
    let (mut outlook, mut faults) = (Outlook::default(), Faults::default());
    for group in groups {
        let Some((_, source)) = group.parts.first() else { continue };
        let repository = repositories.of(&context.map, source)?;
        let Some(changes) = faults.take(group.changes(context, repository, &group.head.commit)) else { continue };
        if !changes.git.is_empty()
            && let Err(error) = repository.check_writable(&group.head.branch)
        {
            faults.add(RunError::Content { message: error.to_string(), span: Some(source.repo_span) });
        }
        outlook.files.extend(changes.views);
        outlook.base.push(CommitBase {
            repository: group.repository,
            branch: group.head.branch,
            head: group.head.commit.0,
            before: digest(&changes.before),
        });
    }
    faults.none()?;
    Ok(outlook)
}

/// Checks that every commit that a release would make now can be signed where git is configured to sign.
///
/// # Errors
/// If one cannot be signed: every reason.
pub(super) fn check_signatures(
    context: &ReleaseContext,
    repositories: &mut Repositories,
    outlooks: &BTreeMap<ApplicationPlanId, Outlook>,
) -> Result<(), RunError> {
    let (mut faults, mut tried) = (Faults::default(), BTreeSet::new());
    for (id, _) in outlooks.iter().filter(|(_, outlook)| !outlook.files.is_empty()) {
        for group in groups(context, repositories, *id)?.1 {
            let Some((_, source)) = group.parts.first() else { continue };
            if tried.insert(group.repository) {
                let repository = repositories.of(&context.map, source)?;
                let signed = repository.check_signature(&group.head.commit, &author(&context.settings, repository));
                faults.take(
                    signed.map_err(|error| RunError::Content {
                        message: error.to_string(),
                        span: Some(source.repo_span),
                    }),
                );
            }
        }
    }
    faults.none()
}

/// Makes the commit of an effect, or finds that it was made before.
pub(super) fn perform(
    context: &ReleaseContext,
    repositories: &mut Repositories,
    effect: EffectId,
    bases: &[CommitBase],
) -> (Outcome, Detail) {
    let Place::Application(id) = effect.place else {
        return (Outcome::Failed, Detail::error("only an application can be committed"));
    };
    let mut detail = Detail::default();
    match commit_all(context, repositories, effect, id, bases, &mut detail) {
        Ok(()) if detail.commits.is_empty() => {
            // Only a post-action and a health command need the commit; otherwise a failure to find it does no harm.
            let post_action = context.plan.applications.find(id).is_some_and(|planned| planned.post_action.is_some());
            if post_action || context.settings.health.command.is_some() {
                match written(context, repositories, id) {
                    Ok(commits) => detail.written = commits,
                    Err(error) => return (Outcome::Failed, Detail::error(error.to_string())),
                }
            }
            (Outcome::Unchanged, detail)
        }
        Ok(()) => (Outcome::Succeeded, detail),
        Err(error) => {
            detail.error = Some(error.to_string());
            (Outcome::Failed, detail)
        }
    }
}

/// The commits that last wrote the values of an application that has them already, the newest first.
fn written(
    context: &ReleaseContext,
    repositories: &mut Repositories,
    id: ApplicationPlanId,
) -> Result<Vec<CommitRecord>, RunError> {
    let (_, groups) = groups(context, repositories, id)?;
    let mut found = Vec::new();
    for group in groups {
        let Some((_, source)) = group.parts.first() else { continue };
        let repository = repositories.of(&context.map, source)?;
        found.extend(base::written(repository, &group)?.map(|commit| commit_record(repository, commit)));
    }
    found.sort_by(|a, b| b.date.cmp(&a.date));
    Ok(found)
}

fn commit_all(
    context: &ReleaseContext,
    repositories: &mut Repositories,
    effect: EffectId,
    id: ApplicationPlanId,
    bases: &[CommitBase],
    detail: &mut Detail,
) -> Result<(), RunError> {
    let (application, groups) = groups(context, repositories, id)?;
    let message = message(context, application, effect);
    for group in groups {
        let Some((_, source)) = group.parts.first() else { continue };
        let repository = repositories.of(&context.map, source)?;
        let base =
            bases.iter().find(|base| (&base.repository, &base.branch) == (&group.repository, &group.head.branch));
        let Some(base) = base else { return Err(without_base(context, repository, &group)) };
        // Older releases recorded it with the intent only.
        let found = base::recorded(context, id, &group).unwrap_or(base);
        commit_one(context, repository, &group, (base, found), (&context.effect(effect), &message), detail)?;
    }
    Ok(())
}

/// Why no base was recorded. The reason usually still holds, so it is computed again.
fn without_base(context: &ReleaseContext, repository: &dyn Repository, group: &CommitGroup<'_>) -> RunError {
    let message = format!(
        "`{}` could not be read when this change was planned, or its branch has changed since; promote again",
        group.repository
    );
    group.changes(context, repository, &group.head.commit).err().unwrap_or(RunError::Content { message, span: None })
}

fn commit_one(
    context: &ReleaseContext,
    repository: &dyn Repository,
    group: &CommitGroup<'_>,
    (base, found): (&CommitBase, &CommitBase),
    (effect, message): (&str, &str),
    detail: &mut Detail,
) -> Result<(), RunError> {
    let start = CommitId(base.head.clone());
    let mut head = group.head.commit.clone();
    for turn in 1..=TRIES {
        if adopt::adopt(context, repository, group, (&head, &start), effect, detail)? {
            return Ok(());
        }
        let changes = group.changes(context, repository, &head)?;
        if changes.git.is_empty() {
            return Ok(());
        }
        base::check(context, repository, group, (&head, &changes.before), found)?;
        let author = author(&context.settings, repository);
        let Some(commit) = repository.write(&head, &changes.git, &author, message)? else {
            return Ok(());
        };
        match repository.advance(&group.head.branch, &head, &commit)? {
            Advance::Moved => {
                detail.commits.push(commit_record(repository, repository.commit(&commit)?));
                detail.files.extend(changes.views.into_iter().map(FileRecord::from));
                return Ok(());
            }
            Advance::Busy { .. } => sleep((Duration::from_millis(2) * turn).min(LONGEST_PAUSE)),
        }
        // Read the head after the pause: the branch has moved in the meantime.
        head = repository.head(Some(&group.head.branch))?.commit;
    }
    let message = format!(
        "branch `{}` of `{}` moved {TRIES} times while promoc was committing to it; promote again when it is less busy",
        group.head.branch, group.repository
    );
    Err(RunError::Content { message, span: None })
}

fn message(context: &ReleaseContext, application: &Application, effect: EffectId) -> String {
    let meta = &context.meta;
    // Everybody can read the message. The other trailers are ids, by which a resumed release finds its commit.
    let version = Secrets::of_this_process().mask(&meta.version);
    let environment = context.plan.environment_of(effect.place).map_or("", |id| context.environment_name(id));
    let subject = match version.as_str() {
        "" => String::new(),
        version => format!(" {}", one_line(version)),
    };
    let mut message = format!("Promote {}{subject} to {environment}\n\n", meta.product);
    if meta.product != application.name {
        message.push_str(&format!("Application: {}\n", application.name));
    }
    message.push_str(&format!("Triggered by: {}\n\n", meta.commit.sha));
    let trailers = [(EFFECT, context.effect(effect)), (RELEASE, context.full_id()), (VERSION, version)];
    for (key, value) in trailers.into_iter().filter(|(_, value)| !value.is_empty()) {
        message.push_str(&format!("{key}: {}\n", one_line(&value)));
    }
    message
}
