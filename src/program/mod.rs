//! The meaning of a program: names are ids, groups are their members, applications are expanded, each flow is a DAG.
//!
//! A program exists even where there are errors: what did not resolve is absent (or [`WorkflowChoice::Unknown`]) and was reported
//! once; nothing that follows from it is reported again.
//!
//! ```text
//! root ─ load ─→ trees ─ resolve ─→ Program ─→ merge (settings), parameters, promotion: questions to it
//! ```
//!
//! INVARIANT: nothing here reads the disk; whoever loads a program gives a [`Files`].
//!
//! ```
//! use promoc::program::{MemoryFiles, load};
//! let text = "environment dev, qa\nflow main { trigger dev; promote qaa }\n";
//! let files = MemoryFiles([("main.promo".to_owned(), text.to_owned())].into());
//! let analysis = load(&files, "main.promo")?;
//! assert_eq!(analysis.diagnostics[0].message, "no environment or group is called `qaa`");
//! assert_eq!(analysis.program.flow("main").map(|id| id.index()), Ok(0));
//! # Ok::<(), promoc::program::LoadError>(())
//! ```

mod analysis;
mod calendar;
mod evaluation;
mod files;
mod load;
mod merge;
mod model;
mod names;
mod parameters;
mod path;
mod promotion;
mod resolve;
mod roots;

pub use analysis::{Analysis, ImportedFile, LoadedFile};
pub use calendar::{Calendar, Gap, Jump, UnknownZone};
pub use evaluation::{Evaluated, Rule, Word};
pub use files::{Files, LoadError, MemoryFiles};
pub use load::load;
pub use merge::{Candidate, Candidates, Violation};
pub use model::{
    Application, ApplicationId, Approval, Argument, Call, Component, Concurrency, Content, Copy, Environment,
    EnvironmentId, Fact, Flow, FlowId, FlowRef, FlowStart, Group, GroupId, Hook, Origin, Policy, PolicyId, Product,
    ProductId, Program, Property, Requirement, Rollback, Scenario, ScenarioId, Setting, Settings, Source, Target,
    Targets, Template, TemplateId, VersionSource, Window, WindowId, Workflow, WorkflowChoice, WorkflowId,
};
pub use names::{Definition, Names, Namespace, Reference, Unknown};
pub use parameters::{Parameters, Place, Provided, Provider, built_in};
pub use promotion::ByHand;
pub use roots::{imports, roots, roots_by};

#[cfg(test)]
mod tests;
