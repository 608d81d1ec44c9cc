//! Saved plans: what a person has read in a preview, so that exactly that is run later.
//!
//! A plan holds where everything was read, what the program was, and what would change. It holds no secret: values that
//! look like one are masked, and read again from the plan's commits when it is run.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::base;
use super::commit::{Outlook, digest, groups};
use super::error::RunError;
use super::prepare::Prepared;
use super::repositories::{Pin, Repositories};
use super::secrets::Secrets;
use crate::check::Checked;
use crate::edit::FileView;
use crate::git::CommitId;
use crate::ledger::entry::FileRecord;
use crate::ledger::meta::ReleaseSpec;

/// The version of the form that this promoc writes, and the newest that it understands.
const VERSION: u32 = 1;

/// A plan, as it is saved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedPlan {
    /// The version of this form.
    promoc_plan: u32,
    /// The version of promoc that saved it.
    machine: String,
    /// The name of the product.
    pub(crate) product: String,
    /// The flow or the promotion by hand.
    pub(crate) release: ReleaseSpec,
    /// The promoted version; empty if the program does not say where it is.
    version: String,
    /// The triggering commit.
    commit: String,
    /// A digest of each file of the program.
    program: BTreeMap<String, String>,
    /// Where what is promoted was read.
    read: Vec<SavedHead>,
    /// What would change.
    targets: Vec<SavedTarget>,
}

/// A branch, and the commit at which it was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct SavedHead {
    repository: String,
    branch: String,
    commit: String,
}

/// An application of a target environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct SavedTarget {
    environment: String,
    application: String,
    /// Where its branches were.
    read: Vec<SavedHead>,
    /// What would change in its files, secrets masked.
    files: Vec<FileRecord>,
}

impl SavedPlan {
    /// The plan of a release that may begin.
    ///
    /// # Errors
    /// If a repository cannot be read.
    pub(super) fn of(
        checked: Checked<'_>,
        prepared: &Prepared,
        repositories: &mut Repositories,
    ) -> Result<SavedPlan, RunError> {
        let Prepared { context, outlooks, .. } = prepared;
        let mut read: Vec<SavedHead> = Vec::new();
        let trigger = context.plan.environments.values().next();
        for id in trigger.into_iter().flat_map(|trigger| &trigger.applications) {
            let Some((application, _)) = context.application(*id) else { continue };
            for source in &application.sources {
                let head = repositories.origin(&context.map, source)?;
                let repository = repositories.of(&context.map, source)?.location();
                let head = SavedHead { repository, branch: head.branch, commit: head.commit.0 };
                if !read.contains(&head) {
                    read.push(head);
                }
            }
        }
        let secrets = Secrets::of_this_process();
        let environments = context.meta.environments.iter().zip(context.plan.environments.values());
        let applications = environments.flat_map(|(environment, planned)| {
            let both = environment.applications.iter().zip(&planned.applications);
            both.map(|(application, id)| (environment.name.as_str(), application.name.as_str(), id))
        });
        let targets = applications.filter_map(|(environment, application, id)| {
            let Outlook { files, base } = outlooks.get(id)?;
            let read = base.iter().map(|base| SavedHead {
                repository: base.repository.clone(),
                branch: base.branch.clone(),
                commit: base.head.clone(),
            });
            Some(SavedTarget {
                environment: environment.to_owned(),
                application: application.to_owned(),
                read: read.collect(),
                files: files.iter().map(|file| masked(file.clone(), &secrets)).collect(),
            })
        });
        Ok(SavedPlan {
            promoc_plan: VERSION,
            machine: env!("CARGO_PKG_VERSION").to_owned(),
            product: context.meta.product.clone(),
            release: context.meta.spec.clone(),
            version: context.meta.version.clone(),
            commit: context.meta.commit.sha.clone(),
            program: digests(checked),
            read,
            targets: targets.collect(),
        })
    }

    /// Reads a plan.
    ///
    /// # Errors
    /// If the text is not a plan, or one of a newer promoc.
    pub fn parse(text: &str) -> Result<SavedPlan, RunError> {
        #[derive(Deserialize)]
        struct OnlyVersion {
            promoc_plan: u32,
        }
        let not_a_plan = |message: String| RunError::NotAPlan { message };
        match serde_json::from_str::<OnlyVersion>(text) {
            Ok(OnlyVersion { promoc_plan }) if promoc_plan > VERSION => {
                Err(not_a_plan("a newer promoc saved this plan; use that version".to_owned()))
            }
            Ok(_) => serde_json::from_str(text).map_err(|error| not_a_plan(format!("the plan is damaged: {error}"))),
            Err(_) => Err(not_a_plan("this file is not a saved plan".to_owned())),
        }
    }

    /// The plan as text for a file.
    pub fn text(&self) -> String {
        // A plan has no key that is not text, so this never fails.
        serde_json::to_string_pretty(self).map(|text| text + "\n").unwrap_or_default()
    }

    /// Where what is promoted is read again.
    pub(super) fn pins(&self) -> Vec<Pin> {
        let pin = |head: &SavedHead| Pin {
            repository: head.repository.clone(),
            branch: head.branch.clone(),
            commit: CommitId(head.commit.clone()),
        };
        self.read.iter().map(pin).collect()
    }

    /// Checks that the program is that of the plan.
    ///
    /// # Errors
    /// If it has changed: in which files.
    pub(super) fn check_program(&self, checked: Checked<'_>) -> Result<(), RunError> {
        let now = digests(checked);
        let mut differences: Vec<String> = Vec::new();
        for (file, digest) in &self.program {
            match now.get(file) {
                Some(same) if same == digest => {}
                Some(_) => differences.push(format!("`{file}` has changed")),
                None => differences.push(format!("`{file}` is no longer part of the program")),
            }
        }
        let new = now.keys().filter(|file| !self.program.contains_key(*file));
        differences.extend(new.map(|file| format!("`{file}` is new in the program")));
        same(differences)
    }

    /// Checks that the targets are what they were, and would become what a person has read. Targets that have everything
    /// already are no difference, so a plan can be run again.
    ///
    /// # Errors
    /// If a copied value of a target has changed: which, from what to what.
    pub(super) fn check_targets(
        &self,
        checked: Checked<'_>,
        prepared: &Prepared,
        repositories: &mut Repositories,
    ) -> Result<(), RunError> {
        let Prepared { context, outlooks, .. } = prepared;
        if outlooks.values().all(|outlook| outlook.files.is_empty()) {
            return Ok(());
        }
        let now = SavedPlan::of(checked, prepared, repositories)?;
        let mut differences = Vec::new();
        for (id, planned) in context.plan.applications.iter().filter(|(id, _)| outlooks.contains_key(id)) {
            let environment = context.environment_name(planned.environment);
            let Some((application, _)) = context.application(id) else { continue };
            let is_it = |target: &&SavedTarget| {
                (target.environment.as_str(), target.application.as_str()) == (environment, application.name.as_str())
            };
            let (Some(then), Some(now)) = (self.targets.iter().find(is_it), now.targets.iter().find(is_it)) else {
                differences.push(format!("{environment}: `{}` is not in the plan", application.name));
                continue;
            };
            let known = differences.len();
            for group in groups(context, repositories, id)?.1 {
                let head = then
                    .read
                    .iter()
                    .find(|head| (&head.repository, &head.branch) == (&group.repository, &group.head.branch));
                let (Some(head), Some((_, source))) = (head, group.parts.first()) else {
                    let place = format!("branch `{}` of `{}`", group.head.branch, group.repository);
                    differences.push(format!("{environment}: {place} is not in the plan"));
                    continue;
                };
                let repository = repositories.of(&context.map, source)?;
                let found = base::differences(repository, &group, &CommitId(head.commit.clone()))?;
                differences.extend(found.into_iter().map(|what| format!("{environment}: {what}")));
            }
            if differences.len() == known && then.files != now.files {
                differences.push(format!("{environment}: `{}` would be changed in another way", application.name));
            }
        }
        same(differences)
    }
}

fn same(differences: Vec<String>) -> Result<(), RunError> {
    if differences.is_empty() { Ok(()) } else { Err(RunError::PlanDiffers { differences }) }
}

/// A digest of each file of a program.
fn digests(checked: Checked<'_>) -> BTreeMap<String, String> {
    checked.sources().iter().map(|(_, file)| (file.path.clone(), digest(&file.text))).collect()
}

/// What changes in a file, without secrets. The lines of a file may be anything, so only their number is kept.
fn masked(view: FileView, secrets: &Secrets) -> FileRecord {
    let mut record = FileRecord::from(secrets.mask_view(view));
    if let Some(lines) = &mut record.lines {
        lines.text.clear();
    }
    record
}
