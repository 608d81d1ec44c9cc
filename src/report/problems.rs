//! What went wrong in a release, in order: the causes, the environments that failed, and what was rolled back.

use std::fmt::Write;

use super::page::Parts;
use crate::release::{Outcome, Status, describe};
use crate::simulate::{DescribedEvent, DescribedKind, EffectNoun, EffectPhase, Simulation};
use crate::source::markup;
use crate::syntax::literal::Instant;

/// No more lines than this; the events have the rest.
const MOST: usize = 20;

/// Adds the section, if anything went wrong.
pub(super) fn problems(out: &mut String, parts: Parts, release: &Simulation) {
    let lines: Vec<String> =
        release.events().filter_map(|event| Some((event.at, sentence(&event)?))).map(line).collect();
    if lines.is_empty() {
        return;
    }
    parts.heading(out, "part", "What went wrong");
    let _ = write!(out, "<ul>{}", lines.iter().take(MOST).map(String::as_str).collect::<String>());
    match lines.len().saturating_sub(MOST) {
        0 => {}
        more => {
            let _ = write!(out, "<li>… and {more} more; see the events</li>");
        }
    }
    out.push_str("</ul>\n");
}

fn line((at, words): (Instant, String)) -> String {
    let shown = describe::instant(at);
    format!("<li><time datetime=\"{at}\">{shown}</time> {}</li>", markup(&words))
}

/// The event as a sentence; `None` if nothing went wrong.
fn sentence(event: &DescribedEvent<'_>) -> Option<String> {
    let environment = event.environment.unwrap_or("the release");
    let application = event.application.unwrap_or(environment);
    let detail = event.detail.as_deref().unwrap_or_default();
    Some(match event.kind {
        DescribedKind::HealthLost => format!("{application} in {environment} became {detail}"),
        DescribedKind::DependencyLost => format!("{environment} waits for its dependencies again"),
        DescribedKind::RollingBack => format!("{environment} is rolled back"),
        DescribedKind::Superseded => "a newer release supersedes this one".to_owned(),
        DescribedKind::Terminate => "an operator terminates the release".to_owned(),
        DescribedKind::Retry => "an operator retries the release".to_owned(),
        DescribedKind::Environment if detail == Status::Failed.as_str() => format!("{environment} has failed"),
        DescribedKind::Effect(noun, EffectPhase::Ended(Outcome::Failed)) => match (noun, event.workflow) {
            (_, Some(workflow)) => format!("{workflow} failed in {environment} ({detail})"),
            (EffectNoun::Approval, _) => format!("an approval of {environment} was denied"),
            (EffectNoun::Override, _) => format!("an override in {environment} was denied ({detail})"),
            (EffectNoun::Merge, _) => format!("the pull request for {application} was closed"),
            (EffectNoun::Health, _) => format!("{application} in {environment} did not become healthy"),
            _ if detail.starts_with("rollback") => format!("the rollback of {application} in {environment} failed"),
            (EffectNoun::Workflow | EffectNoun::Commit | EffectNoun::PullRequest | EffectNoun::Sync, _) => {
                format!("the change to {application} in {environment} failed")
            }
        },
        _ => return None,
    })
}
