//! The features of a program: everything that a program can ask of a compile target.
//!
//! [`features`] lists the features that a program uses. It destructures every struct of `program::model`, and the
//! declarations that the model keeps, without `..`. A new field does not compile until it is a feature here, or `_` with a
//! reason. A statement's own struct in the tree is destructured if it says more than the model. Every target has one
//! exhaustive match from [`Feature`] to its [`Treatment`](super::treatment::Treatment), so a new feature does not compile
//! until every target has decided about it.
//!
//! Choices (actions, and workflows in their roles) are listed where they are written: in a flow or in a policy. Gates and
//! hooks are listed in each flow they apply to, because the gates of flow and policies add up. Whatever depends on several
//! features at once (a second hook for one event, a parameter that is not passed) is not a feature: the treatment names
//! the file of the target that handles it.
//!
//! INVARIANT: this module knows no target and reports nothing.

mod flow;
mod list;
mod policy;
mod product;
#[cfg(test)]
mod tests;
mod workflow;

pub(super) use list::features;

use crate::program::Definition;
use crate::source::Span;
use crate::syntax::ast::{Action, ConditionKey, HookEvent, Kind, StateWord};
use crate::syntax::literal::{Clock, Days, Retry, Seconds};

/// One use of a feature.
#[derive(Clone, Copy, Debug)]
pub(super) struct FeatureUse<'p> {
    pub feature: Feature<'p>,
    /// The text that asks for it; for a default, the text it belongs to.
    pub at: Span,
    /// The declaration whose manifest must express it. For a gate of a policy, this is the flow it applies to.
    pub declaration: Definition,
}

/// What runs when a workflow is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Implementation<'p> {
    /// Its own script: `run`.
    Script,
    /// The template of this name in the cluster: `uses`, or neither.
    ClusterTemplate(&'p str),
}

/// The role in which an action runs a workflow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ActionRole {
    /// `pre-action` of a target environment.
    Pre,
    /// `post-action` of a target environment.
    Post,
    /// `post-action` of the trigger environment, set by the flow itself.
    TriggerPost,
    Rollback,
}

/// Something that a program can ask for. A variant without a comment is the statement or declaration of its name;
/// `written: false` marks a default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Feature<'p> {
    // --- environments, groups, windows, scenarios ---
    Environment,
    Kind(Kind),
    /// `description` of an environment.
    EnvironmentDescription,
    /// `label` of an environment.
    EnvironmentLabel,
    /// A declared group; each use of it means its members.
    Group,
    /// A declared window; see [`Feature::Window`] for its uses.
    WindowDeclaration,
    Timezone(&'p str),
    /// `open` or `closed`
    Opening {
        closed: bool,
        days: Days,
        /// From, inclusive, and to, exclusive; `None` for the whole day.
        times: Option<(Clock, Clock)>,
    },
    /// A test of the program.
    Scenario,

    // --- workflows ---
    /// `run`
    Script,
    /// `run` of the workflow of this name, without an `image`.
    ScriptWithoutImage(&'p str),
    /// `uses`, or neither `run` nor `uses`: the name of a template that exists in the cluster.
    ClusterTemplate(&'p str),
    /// `description` of a workflow.
    WorkflowDescription(Implementation<'p>),
    /// `version` of a workflow.
    WorkflowVersion(Implementation<'p>),
    Need(Implementation<'p>),
    /// `needs NAME = "value"`
    NeedDefault {
        of: Implementation<'p>,
        name: &'p str,
        value: &'p str,
    },
    Gives(Implementation<'p>),
    Image(Implementation<'p>, &'p str),
    ServiceAccount(Implementation<'p>, &'p str),
    /// `timeout` of a workflow.
    WorkflowTimeout(Implementation<'p>, Seconds),
    /// `retry` of a workflow.
    WorkflowRetry(Implementation<'p>, Retry),
    Idempotent,
    Takes,
    Fails,
    /// `with NAME = "value"` in a call.
    Argument {
        of: Implementation<'p>,
        name: &'p str,
        value: &'p str,
    },

    // --- what is copied ---
    /// A declared template that a product uses.
    Template,
    /// `version from FILE at PATH`
    VersionFrom {
        file: &'p str,
        path: &'p str,
    },
    Copy(&'p str),
    /// `copy FILE` without `at`.
    CopyWhole,
    /// `at PATH`
    CopyPath(&'p str),
    /// `as tag`
    AsTag,
    /// `in SOURCE`
    InSource(&'p str),
    /// Neither `template` nor `copy`: the whole directory is copied.
    WholeDirectory,

    // --- policies ---
    Policy,
    Priority(i64),
    ForProduct,
    ForEnvironment,
    ForKind(Kind),
    /// `for label KEY = VALUE`
    ForLabel,
    ForFlow,
    Require,
    /// `require after`
    RequiredOrder,

    // --- choices: of a flow, or of a policy ---
    /// A workflow, or `none`, as an action.
    Choice(ActionRole),
    /// The keyword `none` in place of a workflow.
    NoWorkflow(ActionRole),
    Action {
        action: Action,
        /// Whether a flow or a policy sets it.
        written: bool,
    },

    // --- gates and hooks of an environment, as they apply in a flow ---
    Window(&'p str),
    /// `unless approval WHO` of a window, in addition to [`Feature::Window`].
    Override(&'p str),
    Soak(Seconds),
    Approval(&'p str),
    /// `approval N of NAME`, in addition to [`Feature::Approval`].
    SeveralApprovers {
        count: u32,
        who: &'p str,
    },
    /// `timeout` of an environment.
    EnvironmentTimeout(Seconds),
    /// `retry` of an environment.
    EnvironmentRetry(Retry),
    /// `on EVENT` of an environment.
    EnvironmentHook(HookEvent),

    // --- flows ---
    Flow,
    /// `description` of a flow.
    FlowDescription,
    /// `version` of a flow.
    FlowVersion,
    /// `timeout` of a flow.
    FlowTimeout {
        timeout: Seconds,
        /// Whether the flow sets it.
        written: bool,
    },
    Bake(Seconds),
    Trigger,
    Target,
    /// `one by one`: the environments of a statement wait for each other in order.
    OneByOne,
    /// `in waves of N, …`
    Waves,
    /// `where present`: a product may lack the targets.
    WherePresent,
    /// A dependency on all of some environments.
    After,
    /// A dependency on some of them: `N of`, `any of`.
    SomeOf {
        count: u32,
        of: usize,
    },
    /// `rollback … when … fails`
    Rollback,
    /// One fact of a `never`.
    Never(StateWord),
    /// `on EVENT` of the release.
    ReleaseHook(HookEvent),

    // --- products ---
    Product,
    /// `description` of a product.
    ProductDescription,
    /// `template` in a product.
    UsesTemplate,
    /// `label` of a product.
    ProductLabel,
    /// An `application` statement.
    Component,
    /// An application in one environment.
    Application,
    /// `source NAME`: the application has several.
    NamedSource(&'p str),
    /// `repo`
    Repository(&'p str),
    Branch(&'p str),
    Path(&'p str),
    Namespace(&'p str),
    Runtime(&'p str),
    /// `label` of an application.
    ApplicationLabel,
    /// `flow` in a product.
    ListedFlow,
    /// Every change starts it.
    StartsOnChange,
    /// A condition under which a change starts it.
    StartsWhen {
        key: ConditionKey,
        excludes: bool,
    },
    /// `by hand`
    StartsByHand,
    /// `concurrency queue`
    Queue {
        /// Whether the product sets it.
        written: bool,
    },
    /// `limit` of a queue.
    QueueLimit(u32),
    /// `concurrency terminate`
    Terminate,
}
