//! The meaning of a program: names are ids, groups are their members, applications are expanded, each flow is a DAG.
//!
//! A program exists even where there are errors: what did not resolve is absent (or [`WorkflowChoice::Unknown`]) and was reported
//! once; nothing that follows from it is reported again.
//!
//! ```text
//! root ─ load ─→ trees ─ resolve ─→ Program ─→ merge (settings), parameters, promotion: questions to it
//! ```
//!
//! | term | what it is |
//! |---|---|
//! | *product* | what is released: its applications, what is copied between them, and the flows that it lists |
//! | *application* | a product's component in one environment: one or more directories in Git |
//! | *flow* | the environments that a release goes through, and the order of them |
//! | *trigger*, *target* | the environment in which a release begins, and one to which a flow promotes |
//! | *requirement* | what a target waits for: all, or so many, of some environments |
//! | [`ProductFlow`] | a product with a flow |
//! | [`PromotionContext`] | a product in an environment of a flow: what *settings* are asked for |
//! | [`SettledFlow`], [`SettledContext`] | both of them with their settings, merged once and kept |
//! | *policy* | settings for every context that its [`PolicyScope`] includes |
//! | *settings* | what holds in a context: the flow's own and those of the matching policies, merged |
//! | [`Decision`] | how one setting came about: every [`Candidate`], which of them counts, and why the others do not |
//! | *violation* | a setting of a flow that contradicts what a policy requires |
//! | [`WorkflowChoice`] | what is chosen for a pre-action, post-action or rollback-action: a workflow, or `none` |
//! | [`CallSite`] | where in a release a workflow runs |
//! | *parameter* | a named value that a workflow needs; its call site, an argument, a default or another workflow gives it |
//! | *damaged* | not understood or not resolved, and reported: nothing is said of what is missing in it |
//!
//! INVARIANT: nothing here reads the disk; whoever loads a program gives a [`Files`].
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
mod parameters;
mod path;
mod promotion;
mod resolve;
mod roots;
mod settled;
mod walker;

pub use analysis::Analysis;
pub(crate) use calendar::{Calendar, Gap, Jump, clock_words};
pub(crate) use call_site::CallSite;
pub(crate) use decision::{Decision, MergeRule};
pub(crate) use evaluation::{Evaluated, SettingStatement};
pub use files::{Files, LoadError, MemoryFiles};
pub use load::load;
pub(crate) use merge::Violation;
pub(crate) use model::{
    Application, ApplicationId, Approval, Argument, Call, Component, Concurrency, Copy, Environment, EnvironmentId,
    Flow, FlowRef, FlowStart, Group, Hook, Origin, Policy, PolicyId, PolicyScope, Product, Program, PromotedContent,
    Property, PropertyFact, Requirement, Rollback, Scenario, ScenarioId, Setting, Settings, Source, Target, Template,
    TemplateId, VersionSource, Window, WindowId, Workflow, WorkflowChoice, WorkflowId,
};
pub use model::{FlowId, ProductId};
pub(crate) use names::{Definition, Namespace, Unknown};
pub(crate) use parameters::{Parameters, Provided, Provider, built_in};
pub(crate) use roots::{imports, roots, roots_by};
pub(crate) use settled::{SettledContext, SettledFlow};
pub(crate) use walker::{ProductFlow, PromotionContext};

#[cfg(test)]
mod tests;
