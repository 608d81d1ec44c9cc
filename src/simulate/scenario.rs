//! A scenario with its names resolved: the releases that it plays, and what it tells the world to answer.
//!
//! Must not know the machine: [`answers`](super::answers) defines what an answer means for an effect.

use crate::program::{EnvironmentId, FlowId, ProductId, Program, ScenarioId, WorkflowId};
use crate::release::HealthLoss;
use crate::syntax::ast::{Given, GivenKind, Ident, ReleaseStmt};
use crate::syntax::literal::{Instant, Seconds};

/// The releases that are played, and the `given`s.
#[derive(Clone, Debug, Default)]
pub(crate) struct Script {
    pub releases: Vec<ScriptedRelease>,
    pub givens: Vec<ScriptedAnswer>,
}

/// One release of a script.
#[derive(Clone, Debug)]
pub(crate) struct ScriptedRelease {
    pub product: ProductId,
    pub flow: FlowId,
    /// When it arrives.
    pub at: Instant,
    pub version: Option<String>,
}

/// A `given`, resolved.
#[derive(Clone, Debug)]
pub(crate) struct ScriptedAnswer {
    /// Only for this release, from 0.
    pub of: Option<usize>,
    /// Only in these environments.
    pub within: Option<Vec<EnvironmentId>>,
    pub what: AnswerKind,
}

/// What a `given` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum AnswerKind {
    /// The version that ran before.
    Version(String),
    Takes(WorkflowId, Seconds),
    /// The first N tries at each place; `None`: all.
    Fails(WorkflowId, Option<u32>),
    Healthy(Seconds),
    Degraded(Seconds),
    OutOfSync(Seconds),
    PullRequest(PullRequest),
    ApprovalTakes(Seconds),
    Denied,
    /// An override of a window is given after this time.
    OverrideTakes(Seconds),
    OverrideDenied,
    RollbackTakes(Seconds),
    RollbackFails,
    Terminate(Seconds),
    Retry(Seconds),
}

/// When a pull request is merged or closed, counted from its opening.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PullRequest {
    Merges(Seconds),
    Closed(Seconds),
    Never,
}

impl ScriptedAnswer {
    pub(crate) fn is_of(&self, release: usize) -> bool {
        self.of.is_none_or(|of| of == release)
    }

    /// Whether it applies to an environment; `None` for the release itself.
    pub(crate) fn is_in(&self, environment: Option<EnvironmentId>) -> bool {
        match &self.within {
            None => true,
            Some(list) => environment.is_some_and(|environment| list.contains(&environment)),
        }
    }

    /// The narrowest answer wins, and of these the last. What operators do is no answer, and happens in the order in
    /// which it is written.
    fn narrowness(&self) -> usize {
        if matches!(self.what, AnswerKind::Terminate(_) | AnswerKind::Retry(_)) {
            return 0;
        }
        usize::from(self.of.is_some()) + usize::from(self.within.is_some())
    }
}

impl Script {
    /// One release without any `given`.
    pub(crate) fn single(product: ProductId, flow: FlowId, at: Instant) -> Script {
        Script { releases: vec![ScriptedRelease { product, flow, at, version: None }], givens: Vec::new() }
    }

    /// A scenario of a checked program. What does not resolve is left out.
    pub(crate) fn new(program: &Program, scenario: ScenarioId) -> Script {
        let decl = &program.scenarios[scenario].decl;
        let first = decl.releases.first().and_then(|release| release.at).map(|at| at.value);
        let first = first.unwrap_or(Instant::DEFAULT_START);
        let releases = decl.releases.iter().enumerate();
        let releases = releases.filter_map(|(nth, release)| part(program, release, nth == 0, first)).collect();
        let mut givens: Vec<ScriptedAnswer> = decl.givens.iter().filter_map(|given| told(program, given)).collect();
        givens.sort_by_key(ScriptedAnswer::narrowness);
        Script { releases, givens }
    }
}

fn part(program: &Program, release: &ReleaseStmt, is_first: bool, first: Instant) -> Option<ScriptedRelease> {
    let after = release.after.filter(|_| !is_first).map_or(Seconds(0), |after| after.value);
    Some(ScriptedRelease {
        product: program.product(&release.product.as_ref()?.value).ok()?,
        flow: program.flow(&release.flow.as_ref()?.value).ok()?,
        at: release.at.map_or(first, |at| at.value).after(after),
        version: release.version.as_ref().map(|version| version.value.clone()),
    })
}

fn told(program: &Program, given: &Given) -> Option<ScriptedAnswer> {
    let workflow = |name: &Ident| program.workflow(&name.value).ok();
    let (within, what) = match &given.kind {
        GivenKind::Version(names, version) => (names.as_slice(), AnswerKind::Version(version.value.clone())),
        GivenKind::Takes(name, within, takes) => (within.as_slice(), AnswerKind::Takes(workflow(name)?, takes.value)),
        GivenKind::Fails(name, within, times) => {
            (within.as_slice(), AnswerKind::Fails(workflow(name)?, times.map(|times| times.value)))
        }
        GivenKind::Becomes(name, health, after) => {
            let after = after.map_or(Seconds(0), |after| after.value);
            let what = match HealthLoss::parse(&health.value) {
                Some(HealthLoss::Degraded) => AnswerKind::Degraded(after),
                Some(HealthLoss::OutOfSync) => AnswerKind::OutOfSync(after),
                None => AnswerKind::Healthy(after),
            };
            (std::slice::from_ref(name), what)
        }
        GivenKind::Merges(name, after) => {
            (std::slice::from_ref(name), AnswerKind::PullRequest(PullRequest::Merges(after.value)))
        }
        GivenKind::Closed(name, after) => {
            (std::slice::from_ref(name), AnswerKind::PullRequest(PullRequest::Closed(after.value)))
        }
        GivenKind::NeverMerges(name) => (std::slice::from_ref(name), AnswerKind::PullRequest(PullRequest::Never)),
        GivenKind::ApprovalTakes(name, takes) => (std::slice::from_ref(name), AnswerKind::ApprovalTakes(takes.value)),
        GivenKind::Denied(name) => (std::slice::from_ref(name), AnswerKind::Denied),
        GivenKind::OverrideTakes(names, takes) => (names.as_slice(), AnswerKind::OverrideTakes(takes.value)),
        GivenKind::OverrideDenied(names) => (names.as_slice(), AnswerKind::OverrideDenied),
        GivenKind::RollbackTakes(name, takes) => (std::slice::from_ref(name), AnswerKind::RollbackTakes(takes.value)),
        GivenKind::RollbackFails(name) => (std::slice::from_ref(name), AnswerKind::RollbackFails),
        GivenKind::Terminate(after) => (&[][..], AnswerKind::Terminate(after.value)),
        GivenKind::Retry(after) => (&[][..], AnswerKind::Retry(after.value)),
    };
    let within: Vec<EnvironmentId> = within.iter().filter_map(|name| program.targets(&name.value)).flatten().collect();
    Some(ScriptedAnswer {
        of: given.of.and_then(|of| usize::try_from(of.value).ok()?.checked_sub(1)),
        within: (!within.is_empty()).then_some(within),
        what,
    })
}
