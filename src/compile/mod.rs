//! Compiles a program to the manifests of a promotion tool.
//!
//! [`TARGETS`] lists the tools; a target is one folder and one entry there. Its `treatment` decides about every feature of
//! the language, in one exhaustive match over `feature::Feature`; its `emit` writes the manifests. A statement that the
//! tool cannot express is an error at that statement (E0801). Nothing is dropped silently: without `allow_loss`, one such
//! statement prevents all output.
//!
//! INVARIANT: the same program gives the same bytes. Nothing here reads or writes files, and only `yaml` knows YAML syntax.
//!
//! ```
//! use promoc::compile;
//! let unknown = compile::target("codefrsh");
//! assert!(unknown.is_err_and(|unknown| unknown.help.contains("`codefresh`")));
//! ```

#![deny(clippy::wildcard_enum_match_arm, reason = "every target must decide about a new variant")]

mod argo;
mod codefresh;
mod feature;
mod manifests;
mod treatment;
mod yaml;

use crate::check::Checked;
use crate::diagnostic::{Diagnostic, in_order, nearest, one_of};
use crate::program::{Definition, Program};
use feature::Feature;
use manifests::Manifests;
use treatment::{Treatment, treat};

/// The options of `promoc compile` that change the manifests.
#[derive(Clone, Debug, Default)]
pub struct CompileOptions {
    /// Leave out what the target cannot express, with a warning (W0802) and a comment in each file that lost something.
    pub allow_loss: bool,
    /// The service account of workflows that name none; `None` for that of the target.
    pub service_account: Option<String>,
    /// An image that contains `promoc`, for generated workflows; it has no effect yet.
    pub runner_image: Option<String>,
}

/// The manifests, with warnings about them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compiled {
    /// Path (with `/`, relative to the output folder) and text, sorted by path.
    pub files: Vec<(String, String)>,
    /// Only warnings (W0802), in order.
    pub diagnostics: Vec<Diagnostic>,
}

/// A tool that promoc writes manifests for.
#[derive(Clone, Copy, Debug)]
pub struct CompileTarget {
    /// The value of `--target`.
    pub name: &'static str,
    /// A short description for people.
    pub title: &'static str,
    /// What it does with a feature, in one exhaustive match.
    treatment: fn(&Feature<'_>, &CompileOptions) -> Treatment,
    /// The file whose comment lists what a declaration lost; `None` if the declaration has no file.
    file: fn(&Program, Definition) -> Option<String>,
    /// The manifests, and the losses that depend on more than one feature.
    emit: fn(&Program, &CompileOptions) -> Manifests,
}

/// Every target; the first is the default.
pub const TARGETS: &[CompileTarget] = &[CompileTarget {
    name: "codefresh",
    title: "Codefresh GitOps promotions",
    treatment: codefresh::treatment,
    file: codefresh::file,
    emit: codefresh::emit,
}];

/// The error for an unknown target.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown target `{written}`")]
pub struct UnknownTarget {
    /// The name that was given.
    pub written: String,
    /// A sentence with the nearest name and all names.
    pub help: String,
}

/// Looks up a target by name.
///
/// # Errors
/// If no target has this name.
pub fn target(written: &str) -> Result<&'static CompileTarget, UnknownTarget> {
    let names = || TARGETS.iter().map(|target| target.name);
    TARGETS.iter().find(|target| target.name == written).ok_or_else(|| {
        let all = one_of(names()).unwrap_or_default();
        let help = match nearest(written, names()) {
            Some(name) => format!("Did you mean `{name}`? The targets are: {all}."),
            None => format!("The targets are: {all}."),
        };
        UnknownTarget { written: written.to_string(), help }
    })
}

/// Compiles a program to the manifests of a target.
///
/// # Errors
/// If the target cannot express something in the program and loss is not allowed: one E0801 for each, with all warnings.
pub fn compile(
    checked: Checked<'_>,
    target: &CompileTarget,
    options: &CompileOptions,
) -> Result<Compiled, Vec<Diagnostic>> {
    let program = checked.program();
    let mut manifests = (target.emit)(program, options);
    treat(program, target, options, &mut manifests);
    let refused = !options.allow_loss && manifests.lost_something();
    let comments = manifests.comments(target.name);
    let mut diagnostics = manifests.diagnostics(options.allow_loss);
    in_order(&mut diagnostics);
    if refused {
        return Err(diagnostics);
    }
    let files = manifests.into_files().into_iter().map(|(path, value)| {
        let mut text = comments.get(&path).cloned().unwrap_or_default();
        text.push_str(&yaml::document(&value));
        (path, text)
    });
    Ok(Compiled { files: files.collect(), diagnostics })
}
