//! What may happen in a run: a kind of event that is left out would be proved to do no harm.

use std::collections::BTreeSet;
use std::fmt::Debug;

use super::super::explore::Model;
use super::*;

/// The kinds of everything that happens in any run.
fn kinds(flow: &str, budget: Budget) -> BTreeSet<String> {
    let (plan, names) = plan_of(flow);
    let model = SingleRelease::new(&plan, &names, None, budget);
    let mut known = BTreeSet::from([model.fingerprint(&model.root())]);
    let (mut waiting, mut kinds) = (vec![model.root()], BTreeSet::new());
    while let Some(node) = waiting.pop() {
        for choice in model.choices(&node) {
            let Some(taken) = model.take(&node, choice) else { continue };
            kinds.insert(match choice {
                NextEvent::Outcome(id, outcome) => format!("{} {outcome:?}", word(id.stage)),
                NextEvent::HealthLoss(_, loss) => format!("{loss:?}"),
                NextEvent::Ring(alarm) => word(alarm),
                other => word(other),
            });
            if known.insert(model.fingerprint(&taken.node)) {
                waiting.push(taken.node);
            }
        }
    }
    kinds
}

/// The name of a variant.
fn word(variant: impl Debug) -> String {
    format!("{variant:?}").split('(').next().unwrap_or_default().to_owned()
}

#[test]
fn every_kind_of_event_is_explored() {
    let mut all = BTreeSet::new();
    for (flow, failures) in [
        ("timeout 2d\n trigger dev\n promote qa { soak 10m; approval people; window mornings }\n bake 1h", 1),
        (
            "trigger dev\n promote qa { window mornings unless approval people; post-action tried }\n on success finish",
            1,
        ),
        ("trigger dev\n promote qa { action pull-request; pre-action slow; retry 1 every 5m }\n on start begin", 1),
        ("trigger dev\n promote qa { timeout 1h; on failure bug }\n rollback qa when qa fails", 2),
        ("trigger dev\n promote qa { action pull-request }\n rollback qa when qa fails", 2),
    ] {
        all.extend(kinds(flow, Budget { failures, retries: 1, unchanged: 1 }));
    }
    let all: Vec<String> = all.into_iter().collect();
    insta::assert_snapshot!(all.join("\n"), @r"
    Action Failed
    Action Stopped
    Action Succeeded
    Action Unchanged
    Approval Failed
    Approval Succeeded
    Bake
    Begin
    Degraded
    Health Failed
    Health Succeeded
    Merge Failed
    Merge Stopped
    Merge Succeeded
    NextTry
    OnFailure Failed
    OnFailure Stopped
    OnFailure Succeeded
    OnStart Failed
    OnStart Stopped
    OnStart Succeeded
    OnSuccess Failed
    OnSuccess Stopped
    OnSuccess Succeeded
    OutOfSync
    Override Succeeded
    PostAction Failed
    PostAction Stopped
    PostAction Succeeded
    PreAction Failed
    PreAction Stopped
    PreAction Succeeded
    ReleaseTimeout
    Retry
    Rollback Failed
    Rollback Succeeded
    Rollback Unchanged
    RollbackHealth Failed
    RollbackHealth Succeeded
    RollbackMerge Failed
    RollbackMerge Succeeded
    RollbackSync Failed
    RollbackSync Succeeded
    Soak
    StopTimeout
    Sync Failed
    Sync Succeeded
    Sync Superseded
    Terminate
    Timeout
    Window
    WorkflowTimeout
    ");
}
