//! What Codefresh does with every feature of the language; `docs/targets/codefresh.md` tells users the same.

use crate::compile::CompileOptions;
use crate::compile::argo::{TEMPLATING, survives};
use crate::compile::feature::{ActionRole, Feature, Implementation};
use crate::compile::treatment::{Note, Treatment};
use crate::syntax::ast::{Action, ConditionKey, HookEvent, Kind, StateWord};
use crate::syntax::literal::Seconds;

use Treatment::{Changed, Depends, Lost, Unneeded, Written};

/// How many releases Codefresh lets wait.
const QUEUE: u32 = 50;
const HOUR: u64 = 3600;
const LEAVE_OUT: &str =
    "Take it out, run the flow by `promoc run`, or compile with `--allow-loss` to have manifests without it.";
/// Why nothing is written for environments and applications.
const EXISTS: &str = "Codefresh takes environments and applications from its own settings and from Argo CD";
/// Why little is written for a workflow without a script.
const OF_THE_CLUSTER: &str = "the template in the cluster has its own";

/// The treatment of a feature.
pub(in crate::compile) fn treatment(feature: &Feature<'_>, options: &CompileOptions) -> Treatment {
    match *feature {
        Feature::Environment
        | Feature::Kind(Kind::Production | Kind::NonProduction)
        | Feature::EnvironmentDescription => Unneeded(EXISTS),
        Feature::Group => Unneeded("what names a group names its members"),
        Feature::WindowDeclaration | Feature::Timezone(_) | Feature::Opening { .. } => {
            Unneeded("what waits for a window is lost: `Feature::Window`")
        }
        Feature::Scenario | Feature::Never(StateWord::Is(_) | StateWord::Started) => {
            Unneeded("it tests the program and asks nothing of a release")
        }

        Feature::Script => Written("workflow.rs"),
        Feature::ScriptWithoutImage(name) => Lost(Note::new(
            format!("`{name}` has a script and no image to run it in"),
            "without `image`",
            "Add `image \"…\"` with a shell in it.",
        )),
        // Only its name is written, which must not be that of a workflow with a script.
        Feature::ClusterTemplate(_) => Depends("workflow.rs"),
        Feature::WorkflowDescription(of) | Feature::WorkflowVersion(of) => match of {
            Implementation::Script => Written("workflow.rs"),
            Implementation::ClusterTemplate(_) => Unneeded(OF_THE_CLUSTER),
        },
        // Codefresh passes less than the language provides, and not everywhere the same.
        Feature::Need(Implementation::Script | Implementation::ClusterTemplate(_)) => Depends("parameters.rs"),
        Feature::NeedDefault { of, name, value } => own(of, value, || format!("default of `{name}`")),
        Feature::Gives(of) => match of {
            Implementation::Script => Written("workflow.rs"),
            Implementation::ClusterTemplate(_) => Unneeded(OF_THE_CLUSTER),
        },
        Feature::Image(of, value) => own(of, value, || "`image`".to_owned()),
        Feature::ServiceAccount(of, value) => match of {
            Implementation::Script => own(of, value, || "`service-account`".to_owned()),
            Implementation::ClusterTemplate(template) => as_it_is(template, "service-account"),
        },
        Feature::WorkflowTimeout(of, _) => match of {
            Implementation::Script => Written("workflow.rs"),
            Implementation::ClusterTemplate(template) => as_it_is(template, "timeout"),
        },
        Feature::WorkflowRetry(of, _) => match of {
            Implementation::Script => Written("workflow.rs"),
            Implementation::ClusterTemplate(template) => as_it_is(template, "retry"),
        },
        Feature::Idempotent | Feature::Takes | Feature::Fails => {
            Unneeded("it is for simulating and for `promoc run`, which alone resumes a release")
        }
        // Whether it is needed there and arrives as it is.
        Feature::Argument { .. } => Depends("calls.rs"),

        Feature::Template | Feature::VersionFrom { .. } | Feature::CopyWhole | Feature::CopyPath(_) => {
            Written("template.rs")
        }
        Feature::Copy(file) if file.contains(['*', '?', '[', '{']) => Lost(Note::new(
            format!("Codefresh copies files by their names, and `{file}` is a pattern"),
            "a pattern",
            "Write a `copy` for each file.",
        )),
        Feature::Copy(_) => Written("template.rs"),
        Feature::InSource(source) => Lost(Note::new(
            format!("Codefresh does not tell an application's sources apart, and `in {source}` chooses one"),
            "chosen here",
            "Take `in` out if the file's name is enough to find it.",
        )),
        Feature::WholeDirectory => Written("product.rs"),

        Feature::Policy
        | Feature::Priority(_)
        | Feature::ForProduct
        | Feature::ForEnvironment
        | Feature::ForKind(Kind::Production | Kind::NonProduction) => Written("policy.rs"),
        // Whether priority alone would choose the same.
        Feature::Require => Depends("flow.rs"),

        Feature::Choice(ActionRole::Pre | ActionRole::Post) => Written("policy.rs"),
        // One for all products of the flow, and deprecated.
        Feature::Choice(ActionRole::TriggerPost) => Depends("flow.rs"),
        Feature::Choice(ActionRole::Rollback) => {
            unsupported("Codefresh cannot roll back, so it never runs a `rollback-action`", options)
        }
        Feature::NoWorkflow(ActionRole::Pre | ActionRole::Post | ActionRole::TriggerPost) => Lost(Note::new(
            "Codefresh cannot switch off a policy's workflow by `none`",
            "written here",
            "Let the policy whose workflow this switches off not match here, or take `none` out where there is none.",
        )),
        Feature::NoWorkflow(ActionRole::Rollback) => Unneeded("it is lost with its role"),
        Feature::Action { action: Action::Commit | Action::PullRequest | Action::None, written: true } => {
            Written("policy.rs")
        }
        // Where nobody says it of some products, and a policy does of others.
        Feature::Action { action: Action::Commit | Action::PullRequest | Action::None, written: false } => {
            Depends("flow.rs")
        }

        Feature::Window(name) => unsupported(format!("Codefresh cannot wait for window `{name}`"), options),
        // Only where it holds for all products of the flow, and no template of the cluster is to follow.
        Feature::Soak(_) | Feature::Approval(_) => Depends("hold.rs"),
        Feature::SeveralApprovers { count, who } => Lost(Note::new(
            format!("Codefresh can wait for one person only, not for {count} of `{who}`"),
            "asked for here",
            format!("Write `approval {who}`, or ask for each by an `approval` of its own."),
        )),
        Feature::EnvironmentTimeout(_) => unsupported("Codefresh has no timeout of an environment", options),
        Feature::EnvironmentRetry(_) => unsupported("Codefresh cannot try an environment again by itself", options),
        // One for each event, and only where it holds for all products of the flow.
        Feature::EnvironmentHook(HookEvent::Start | HookEvent::Success | HookEvent::Failure) => Depends("gates.rs"),
        Feature::ReleaseHook(HookEvent::Start | HookEvent::Success | HookEvent::Failure) => Depends("flow.rs"),

        Feature::Flow
        | Feature::FlowDescription
        | Feature::FlowVersion
        | Feature::Trigger
        | Feature::Target
        | Feature::OneByOne
        | Feature::After => Written("flow.rs"),
        Feature::FlowTimeout { timeout, written: true } => {
            let hours = whole_hours(timeout);
            if hours * HOUR == timeout.0 {
                return Written("flow.rs");
            }
            let message = format!("Codefresh counts whole hours: `{timeout}` becomes {hours}h");
            let help = format!("Write `timeout {hours}h` to have the same everywhere.");
            Changed("flow.rs", Note::new(message, "rounded up", help))
        }
        Feature::FlowTimeout { written: false, .. } => Unneeded("Codefresh has a default of its own"),
        Feature::Bake(_) => unsupported("Codefresh cannot bake: a release ends with its last environment", options),
        Feature::SomeOf { count, of } => Lost(Note::new(
            format!("Codefresh waits for all that an environment depends on, not for {count} of {of}"),
            "asked for here",
            "Name those that it should wait for.",
        )),
        Feature::Rollback => unsupported("Codefresh cannot roll back by itself", options),

        Feature::Product
        | Feature::ProductDescription
        | Feature::UsesTemplate
        | Feature::ListedFlow
        | Feature::StartsOnChange
        | Feature::StartsWhen { key: ConditionKey::Message | ConditionKey::Revision, .. }
        | Feature::Queue { written: true }
        | Feature::Terminate => Written("product.rs"),
        // By not being listed.
        Feature::StartsByHand => Written("product.rs"),
        Feature::Queue { written: false } => Unneeded("it is Codefresh's default, too"),
        Feature::QueueLimit(QUEUE) => Unneeded("it is Codefresh's own"),
        Feature::QueueLimit(limit) => Lost(Note::new(
            format!("Codefresh lets {QUEUE} releases wait, and this cannot be changed to {limit}"),
            "another limit",
            "Take `limit` out.",
        )),
        Feature::ProductLabel
        | Feature::Component
        | Feature::Application
        | Feature::NamedSource(_)
        | Feature::Repository(_)
        | Feature::Branch(_)
        | Feature::Path(_)
        | Feature::Namespace(_)
        | Feature::Runtime(_)
        | Feature::ApplicationLabel => Unneeded(EXISTS),
    }
}

/// A timeout as Codefresh counts it.
pub(super) fn whole_hours(timeout: Seconds) -> u64 {
    timeout.0.div_ceil(HOUR)
}

/// What a container that runs `promoc` could do some day.
fn unsupported(message: impl Into<String>, options: &CompileOptions) -> Treatment {
    Lost(match &options.runner_image {
        None => Note::new(message, "asked for here", LEAVE_OUT),
        Some(image) => Note::new(
            format!("{}; to have `{image}` do it is not built yet", message.into()),
            "asked for here",
            format!("`--runner-image` changes nothing yet. {LEAVE_OUT}"),
        ),
    })
}

/// A text in the manifest of a script, where Argo leaves it as it is.
fn own(of: Implementation<'_>, text: &str, what: impl Fn() -> String) -> Treatment {
    match of {
        Implementation::Script if survives(text) => Written("workflow.rs"),
        Implementation::Script => {
            let message = format!("Argo Workflows would change the {} before it arrives", what());
            Lost(Note::new(message, "written here", TEMPLATING))
        }
        Implementation::ClusterTemplate(_) => Unneeded(OF_THE_CLUSTER),
    }
}

/// What cannot be said of a template in the cluster, because it is no part of its name.
fn as_it_is(template: &str, word: &str) -> Treatment {
    Lost(Note::new(
        format!("Codefresh runs `{template}` as it is in the cluster: `{word}` cannot be added to it"),
        "said here",
        "Say it in that template, and take it out here.",
    ))
}
