//! The features of a program: everything that it can ask of the tool for which it is compiled.
//!
//! [`features`] lists those that a program uses. It destructures every struct of `program::model`, and the declarations
//! that the model keeps, without `..`: a new field does not compile until it is a feature here, or is `_` with the reason
//! why it is none. A statement's own struct in the tree is destructured where it says more than the model does. Every
//! target has one exhaustive match from [`Feature`] to its [`Treatment`](super::treatment::Treatment), so a new feature
//! does not compile until every target has decided about it.
//!
//! Choices (actions, and workflows in their roles) are listed where they are written: in a flow or in a policy. Gates and
//! hooks are listed where they hold, in each flow that promotes there, since they add up over flow and policies. What
//! depends on several features at once (a second hook for one event, a parameter that nobody passes) is no feature: the
//! treatment names the file of the target that sees it.
//!
//! INVARIANT: knows no target and reports nothing.

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

/// A feature where it is used.
#[derive(Clone, Copy, Debug)]
pub(super) struct FeatureUse<'p> {
    /// What is used.
    pub feature: Feature<'p>,
    /// The text that asks for it; what it belongs to where it holds by default.
    pub at: Span,
    /// The declaration whose manifest has to say it. For a gate of a policy, that is the flow in which it holds.
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

/// As which kind of action a workflow is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ActionRole {
    /// `pre-action` of a target environment.
    Pre,
    /// `post-action` of a target environment.
    Post,
    /// `post-action` of the trigger environment, where the flow itself says it.
    TriggerPost,
    /// `rollback-action`
    Rollback,
}

/// Something that a program can ask for. `written: false` marks what holds although nothing is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Feature<'p> {
    // --- environments, groups, windows, scenarios ---
    /// A declared environment.
    Environment,
    /// `kind`
    Kind(Kind),
    /// `description` of an environment.
    EnvironmentDescription,
    /// A declared group; what names it means its members.
    Group,
    /// A declared window; see [`Feature::Window`] for what waits for it.
    WindowDeclaration,
    /// `timezone`
    Timezone(&'p str),
    /// `open` or `closed`
    Opening {
        /// `closed`
        closed: bool,
        /// On which days.
        days: Days,
        /// From when to before when; the whole day where `None`.
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
    /// `needs NAME`
    Need(Implementation<'p>),
    /// `needs NAME = "value"`
    NeedDefault {
        /// Of what.
        of: Implementation<'p>,
        /// The parameter.
        name: &'p str,
        /// Its default.
        value: &'p str,
    },
    /// `gives NAME`
    Gives(Implementation<'p>),
    /// `image`
    Image(Implementation<'p>, &'p str),
    /// `service-account`
    ServiceAccount(Implementation<'p>, &'p str),
    /// `timeout` of a workflow.
    WorkflowTimeout(Implementation<'p>, Seconds),
    /// `retry` of a workflow.
    WorkflowRetry(Implementation<'p>, Retry),
    /// `idempotent`
    Idempotent,
    /// `takes`
    Takes,
    /// `fails`
    Fails,
    /// `with NAME = "value"` in a call.
    Argument {
        /// Of what.
        of: Implementation<'p>,
        /// The parameter.
        name: &'p str,
        /// Its value.
        value: &'p str,
    },

    // --- what is copied ---
    /// A declared template that a product uses.
    Template,
    /// `version from FILE at PATH`
    VersionFrom {
        /// The file.
        file: &'p str,
        /// The JSONPath.
        path: &'p str,
    },
    /// `copy FILE`
    Copy(&'p str),
    /// `copy FILE` without `at`.
    CopyWhole,
    /// `at PATH`
    CopyPath(&'p str),
    /// `in SOURCE`
    InSource(&'p str),
    /// Neither `template` nor `copy`: the whole directory moves.
    WholeDirectory,

    // --- policies ---
    /// A declared policy.
    Policy,
    /// `priority`
    Priority(i64),
    /// `for product`
    ForProduct,
    /// `for environment`
    ForEnvironment,
    /// `for kind`
    ForKind(Kind),
    /// `require`
    Require,

    // --- choices: of a flow, or of a policy ---
    /// A workflow as an action, or `none` there.
    Choice(ActionRole),
    /// The word `none` in the place of a workflow.
    NoWorkflow(ActionRole),
    /// `action`
    Action {
        /// Which.
        action: Action,
        /// Whether flow or policy say it.
        written: bool,
    },

    // --- gates and hooks of an environment, as they hold in a flow ---
    /// `window NAME`
    Window(&'p str),
    /// `soak`
    Soak(Seconds),
    /// `approval NAME`
    Approval(&'p str),
    /// `approval N of NAME`, in addition to [`Feature::Approval`].
    SeveralApprovers {
        /// How many.
        count: u32,
        /// Of whom.
        who: &'p str,
    },
    /// `timeout` of an environment.
    EnvironmentTimeout(Seconds),
    /// `retry` of an environment.
    EnvironmentRetry(Retry),
    /// `on EVENT` of an environment.
    EnvironmentHook(HookEvent),

    // --- flows ---
    /// A declared flow.
    Flow,
    /// `description` of a flow.
    FlowDescription,
    /// `version` of a flow.
    FlowVersion,
    /// `timeout` of a flow.
    FlowTimeout {
        /// How long.
        timeout: Seconds,
        /// Whether the flow says it.
        written: bool,
    },
    /// `bake`
    Bake(Seconds),
    /// `trigger`
    Trigger,
    /// An environment that is promoted to.
    Target,
    /// `one by one`: the environments of a statement in their order.
    OneByOne,
    /// It waits for all of these.
    After,
    /// It waits for some of these: `N of`, `any of`.
    SomeOf {
        /// How many.
        count: u32,
        /// Of how many.
        of: usize,
    },
    /// `rollback … when … fails`
    Rollback,
    /// A fact of a `never`.
    Never(StateWord),
    /// `on EVENT` of the release.
    ReleaseHook(HookEvent),

    // --- products ---
    /// A declared product.
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
    /// `branch`
    Branch(&'p str),
    /// `path`
    Path(&'p str),
    /// `namespace`
    Namespace(&'p str),
    /// `runtime`
    Runtime(&'p str),
    /// `label` of an application.
    ApplicationLabel,
    /// `flow` in a product.
    ListedFlow,
    /// Every change starts it.
    StartsOnChange,
    /// A condition under which a change starts it.
    StartsWhen {
        /// What it looks at.
        key: ConditionKey,
        /// `excludes`
        excludes: bool,
    },
    /// `by hand`
    StartsByHand,
    /// `concurrency queue`
    Queue {
        /// Whether the product says it.
        written: bool,
    },
    /// `limit` of a queue.
    QueueLimit(u32),
    /// `concurrency terminate`
    Terminate,
}
