//! How Codefresh treats every feature of the language; `docs/targets/codefresh.md` describes this for users.

use crate::compile::CompileOptions;
use crate::compile::argo::{TEMPLATING, survives};
use crate::compile::feature::{ActionRole, Feature, Implementation};
use crate::compile::treatment::{Note, Treatment};
use crate::program::has_placeholder;
use crate::syntax::ast::{Action, ConditionKey, HookEvent, Kind, StateWord};
use crate::syntax::literal::Seconds;

use Treatment::{Changed, Depends, Lost, Unneeded, Written};

/// How many releases Codefresh queues.
const QUEUE: u32 = 50;
const HOUR: u64 = 3600;
const LEAVE_OUT: &str = "Remove the statement, run the flow with `promoc run`, or compile with `--allow-loss` to write \
                         manifests without it.";
const EXISTS: &str = "Codefresh takes environments and applications from its own settings and from Argo CD";
const OF_THE_CLUSTER: &str = "the template in the cluster has its own";

/// The treatment of a feature.
pub(in crate::compile) fn treatment(feature: &Feature<'_>, options: &CompileOptions) -> Treatment {
    match *feature {
        Feature::Environment
        | Feature::Kind(Kind::Production | Kind::NonProduction)
        | Feature::EnvironmentDescription => Unneeded(EXISTS),
        Feature::Group => Unneeded("each use of a group names its members"),
        Feature::WindowDeclaration | Feature::Timezone(_) | Feature::Opening { .. } => {
            Unneeded("uses of a window are lost: `Feature::Window`")
        }
        Feature::Scenario | Feature::Never(StateWord::Is(_) | StateWord::Started) => {
            Unneeded("it tests the program and does not change a release")
        }

        Feature::Script => Written("workflow.rs"),
        Feature::ScriptWithoutImage(name) => Lost(Note::new(
            format!("`{name}` has a script but no image to run it in"),
            "no `image`",
            "Add `image \"…\"` with an image that contains a shell.",
        )),
        // Only its name is written, which must differ from every workflow with a script.
        Feature::ClusterTemplate(_) => Depends("workflow.rs"),
        Feature::WorkflowDescription(of) | Feature::WorkflowVersion(of) => match of {
            Implementation::Script => Written("workflow.rs"),
            Implementation::ClusterTemplate(_) => Unneeded(OF_THE_CLUSTER),
        },
        // Codefresh passes fewer parameters than the language provides, depending on the role.
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
        Feature::Idempotent | Feature::Takes | Feature::Fails => Unneeded("only simulations and `promoc run` use it"),
        // Lost for a template in the cluster, or if Argo would change it.
        Feature::Argument { .. } => Depends("calls.rs"),

        Feature::VersionFrom { file, .. } | Feature::Copy(file) if has_placeholder(file) => Lost(Note::new(
            format!(
                "Codefresh copies a file to one of the same name, but the name of `{file}` differs between environments or products"
            ),
            "has a placeholder",
            "Give each environment its own directory with files of the same names, or run the flow with `promoc run`.",
        )),
        Feature::Template | Feature::CopyWhole => Written("template.rs"),
        // Lost if the path is not in the dialect of Codefresh.
        Feature::VersionFrom { .. } | Feature::CopyPath(_) => Depends("template.rs"),
        Feature::AsTag => Lost(Note::new(
            "Codefresh copies a value as a whole, not only the tag of an image",
            "only the tag",
            "Keep the tag in a value of its own, or use the same registry everywhere and remove `as tag`.",
        )),
        Feature::Copy(file) if file.contains(['*', '?', '[', '{']) => Lost(Note::new(
            format!("Codefresh copies files by name, but `{file}` is a pattern"),
            "a pattern",
            "Write a `copy` for each file.",
        )),
        Feature::Copy(_) => Written("template.rs"),
        Feature::InSource(source) => Lost(Note::new(
            format!("Codefresh cannot select the source `{source}` of an application"),
            "selected here",
            "Remove `in` if the file name alone is enough.",
        )),
        Feature::WholeDirectory => Written("product.rs"),

        Feature::Policy
        | Feature::Priority(_)
        | Feature::ForProduct
        | Feature::ForEnvironment
        | Feature::ForKind(Kind::Production | Kind::NonProduction) => Written("policy.rs"),
        // Lost if priority alone would decide differently.
        Feature::Require => Depends("priority.rs"),

        // In a step, unless products differ and the flow sets some of the actions. In the policies, priority decides.
        Feature::Choice(ActionRole::Pre | ActionRole::Post) => Depends("step.rs"),
        // Must be the same for all products of the flow, and is deprecated.
        Feature::Choice(ActionRole::TriggerPost) => Depends("flow.rs"),
        Feature::Choice(ActionRole::Rollback) => {
            unsupported("Codefresh cannot roll back, so it never runs a `rollback-action`", options)
        }
        Feature::NoWorkflow(ActionRole::Pre | ActionRole::Post | ActionRole::TriggerPost) => Lost(Note::new(
            "Codefresh cannot turn off a policy's workflow with `none`",
            "written here",
            "Narrow the policy so that it does not match here, or remove `none` if no policy sets a workflow.",
        )),
        Feature::NoWorkflow(ActionRole::Rollback) => Unneeded("it is lost with its role"),
        // Lost at hosts other than GitHub, and as `Choice`.
        Feature::Action { action: Action::PullRequest, written: true | false } => Depends("application.rs"),
        Feature::Action { action: Action::Commit | Action::None, written: true | false } => Depends("step.rs"),

        Feature::Window(name) => unsupported(format!("Codefresh cannot wait for window `{name}`"), options),
        // Only if it applies to all products of the flow, and no template in the cluster follows in the same hook. A soak
        // ends early if somebody resumes it.
        Feature::Soak(_) | Feature::Approval(_) => Depends("hold.rs"),
        Feature::SeveralApprovers { count, who } => Lost(Note::new(
            format!("Codefresh can wait for only one approver, not for {count} of `{who}`"),
            "required here",
            format!("Write `approval {who}`, or a separate `approval` for each person."),
        )),
        Feature::EnvironmentTimeout(_) => unsupported("Codefresh has no timeout for an environment", options),
        Feature::EnvironmentRetry(_) => unsupported("Codefresh cannot retry an environment automatically", options),
        // Only one for each event, and only if it applies to all products of the flow.
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
            let message = format!("Codefresh supports only whole hours: `{timeout}` becomes {hours}h");
            let help = format!("Write `timeout {hours}h` to get the same timeout everywhere.");
            Changed("flow.rs", Note::new(message, "rounded up", help))
        }
        Feature::FlowTimeout { written: false, .. } => Unneeded("Codefresh has its own default"),
        Feature::Bake(_) => unsupported("Codefresh cannot bake: a release ends with its last environment", options),
        Feature::SomeOf { count, of } => Lost(Note::new(
            format!("Codefresh waits for all dependencies of an environment, not for {count} of {of}"),
            "required here",
            "List the environments it should wait for.",
        )),
        Feature::Rollback => unsupported("Codefresh cannot roll back automatically", options),

        Feature::Product
        | Feature::ProductDescription
        | Feature::UsesTemplate
        | Feature::ListedFlow
        | Feature::StartsOnChange
        | Feature::StartsWhen { key: ConditionKey::Message | ConditionKey::Revision, .. }
        | Feature::Queue { written: true }
        | Feature::Terminate => Written("product.rs"),
        // Expressed by leaving it out of the list.
        Feature::StartsByHand => Written("product.rs"),
        Feature::Queue { written: false } => Unneeded("it is also Codefresh's default"),
        Feature::QueueLimit(QUEUE) => Unneeded("it is Codefresh's limit"),
        Feature::QueueLimit(limit) => Lost(Note::new(
            format!("Codefresh queues up to {QUEUE} releases; the limit cannot be changed to {limit}"),
            "different limit",
            "Remove `limit`.",
        )),
        // Not written, but lost if Codefresh cannot promote it: several in the trigger environment, several sources, pull
        // requests outside GitHub.
        Feature::Component | Feature::Application | Feature::NamedSource(_) | Feature::Repository(_) => {
            Depends("application.rs")
        }
        Feature::ProductLabel
        | Feature::Branch(_)
        | Feature::Path(_)
        | Feature::Namespace(_)
        | Feature::Runtime(_)
        | Feature::ApplicationLabel => Unneeded(EXISTS),
    }
}

/// A timeout in hours, rounded up.
pub(super) fn whole_hours(timeout: Seconds) -> u64 {
    timeout.0.div_ceil(HOUR)
}

/// A feature that Codefresh lacks, but that a container running `promoc` could provide later.
fn unsupported(message: impl Into<String>, options: &CompileOptions) -> Treatment {
    Lost(match &options.runner_image {
        None => Note::new(message, "required here", LEAVE_OUT),
        Some(image) => Note::new(
            format!("{}, and running it in `{image}` is not supported yet", message.into()),
            "required here",
            format!("`--runner-image` has no effect yet. {LEAVE_OUT}"),
        ),
    })
}

/// A text in the manifest of a script; lost if Argo would change it.
fn own(of: Implementation<'_>, text: &str, what: impl Fn() -> String) -> Treatment {
    match of {
        Implementation::Script if survives(text) => Written("workflow.rs"),
        Implementation::Script => {
            let message = format!("Argo Workflows would change the {}", what());
            Lost(Note::new(message, "written here", TEMPLATING))
        }
        Implementation::ClusterTemplate(_) => Unneeded(OF_THE_CLUSTER),
    }
}

/// A setting that cannot be added to a template in the cluster, because only its name is written.
fn as_it_is(template: &str, word: &str) -> Treatment {
    Lost(Note::new(
        format!("cannot add `{word}` to `{template}`: Codefresh runs the template as it is in the cluster"),
        "written here",
        "Set it in that template, and remove it here.",
    ))
}
