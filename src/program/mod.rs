//! The meaning of a program: names become ids, groups become their members, `application` statements become one
//! application for each environment, and each flow becomes a graph.
//!
//! Every text has a program, even if it has errors. A name that does not resolve is reported once and is absent from
//! the program (or `WorkflowChoice::Unknown`); consequences of a reported error are not reported again.
//!
//! ```text
//! root ─ load ─→ trees ─ resolve ─→ Program ─→ merge (settings), parameters, promotion: queries
//! ```
//!
//! | term | what it is |
//! |---|---|
//! | *environment* | a place where applications run, such as `qa` |
//! | *group* | a name for several environments |
//! | *product* | the unit of release: its applications, the content copied between them, and the flows it lists |
//! | *component* | an `application` statement: the applications that correspond to each other across environments |
//! | *application* | a component in one environment: one or more directories in Git |
//! | *workflow* | a script, or a template of a cluster, that runs at a step of a promotion |
//! | *flow* | the environments of a release, and their order |
//! | *trigger*, *target* | the environment in which a release starts, and an environment that the flow promotes to |
//! | *promotion* | a target of a release: its gates, then the steps of each application |
//! | *requirement* | what a target waits for: all, or a number, of some environments |
//! | *gate* | a wait before a promotion: soak, approval or window |
//! | *hook* | a workflow that runs on start, on success or on failure of an environment or release |
//! | *property* | a `never` statement: a condition that no release of the flow may meet |
//! | `ProductFlow` | a product with a flow |
//! | `PromotionContext` | a product in an environment of a flow; the unit that has *settings* |
//! | `SettledFlow`, `SettledContext` | the same two with their settings, which are merged once and kept |
//! | *policy* | settings for every context that its `PolicyScope` includes |
//! | *settings* | the merged settings of a context: those of the flow and of the matching policies |
//! | `Decision` | how one setting was decided: every `Candidate`, which of them counts, and why the others do not |
//! | *violation* | a setting of a flow that contradicts a requirement of a policy |
//! | `WorkflowChoice` | the pre-action, post-action or rollback-action: a workflow, or `none` |
//! | `CallSite` | the step of a release at which a workflow runs |
//! | *parameter* | a named value that a workflow needs, from an argument, its call site, another workflow or a default |
//! | *damaged* | contains an error that was reported, so nothing that is missing in it is reported |
//!
//! INVARIANT: nothing here reads the disk; a caller passes [`Files`].
//!
//! ```
//! use promoc::program::{MemoryFiles, load};
//! let text = "environment dev, qa\nflow main { trigger dev; promote qaa }\n";
//! let files = MemoryFiles([("main.promo".to_owned(), text.to_owned())].into());
//! let analysis = load(&files, "main.promo")?;
//! assert_eq!(analysis.diagnostics[0].message, "no environment or group named `qaa`");
//! assert_eq!(analysis.program.flow("main").map(|id| id.index()), Ok(0));
//! # Ok::<(), promoc::program::LoadError>(())
//! ```

mod analysis;
mod calendar;
mod call_site;
mod decision;
mod evaluation;
mod files;
mod load;
mod matching;
mod merge;
mod model;
mod names;
pub(crate) mod order;
mod parameters;
mod path;
mod place;
mod placeholder;
mod promotion;
mod required;
mod resolve;
mod roots;
mod settled;
mod unclear;
mod walker;

pub use analysis::Analysis;
pub(crate) use calendar::{Calendar, Gap, Jump, UnknownZone, clock_words, longest_gap_together, open_together, zones};
pub(crate) use call_site::CallSite;
pub(crate) use decision::{Candidate, Decision, MergeRule};
pub(crate) use evaluation::{Evaluated, SettingStatement};
pub use files::{Files, LoadError, MemoryFiles};
pub use load::load;
pub(crate) use merge::Violation;
pub(crate) use model::{
    Application, ApplicationId, Approval, Argument, Call, Component, Concurrency, Copy, Environment, EnvironmentId,
    Flow, FlowNode, FlowRef, FlowStart, Group, Hook, Origin, Policy, PolicyId, PolicyScope, Product, Program,
    PromotedContent, Property, PropertyFact, RequiredOrder, Requirement, Rollback, Scenario, ScenarioId, Setting,
    Settings, Source, Target, Template, TemplateId, VersionSource, Window, WindowGate, WindowId, Workflow,
    WorkflowChoice, WorkflowId,
};
pub use model::{FlowId, ProductId};
pub(crate) use names::{Definition, Namespace, Unknown};
pub(crate) use parameters::{Parameters, Provided, Provider, built_in};
pub(crate) use place::SourcePlace;
pub(crate) use placeholder::{ENVIRONMENT, has_placeholder};
pub(crate) use required::{MissingBefore, MissingOrder};
pub(crate) use roots::{imports, roots, roots_by};
pub(crate) use settled::{SettledContext, SettledFlow};
pub(crate) use unclear::Unclear;
pub(crate) use walker::{ProductFlow, PromotionContext};

#[cfg(test)]
mod tests;
