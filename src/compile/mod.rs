//! Compiles a program to the manifests of a promotion tool.
//!
//! [`TARGETS`] lists the tools; a target is one folder and one entry there. Its `treatment` decides about every feature of
//! the language, in one exhaustive match over `feature::Feature`; its `emit` writes the manifests. What the tool cannot
//! express is refused where the program asks for it (E0801). Nothing is dropped silently: without `allow_loss`, one such
//! statement is enough to refuse.
//!
//! INVARIANT: same program, same bytes; nothing here reads or writes a disk, and only `yaml` knows how YAML is written.
//!
//! ```
//! use promoc::compile;
//! let unknown = compile::target("codefrsh");
//! assert!(unknown.is_err_and(|unknown| unknown.help.contains("`codefresh`")));
//! ```

#![deny(clippy::wildcard_enum_match_arm, reason = "a new variant must be decided about")]

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

/// How to compile.
#[derive(Clone, Debug, Default)]
pub struct CompileOptions {
    /// Leave out what the target cannot express, with a warning and a comment in each file that lost something.
    pub allow_loss: bool,
    /// The image with `promoc` in it that generated workflows may run.
    pub runner_image: Option<String>,
}

/// The manifests, and what is to be known about them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compiled {
    /// Path (with `/`, relative to the output's root) and text, in the order of the paths.
    pub files: Vec<(String, String)>,
    /// Warnings only.
    pub diagnostics: Vec<Diagnostic>,
}

/// A tool that promoc writes manifests for.
#[derive(Clone, Copy, Debug)]
pub struct CompileTarget {
    /// As it is written after `--target`.
    pub name: &'static str,
    /// What it is, in a few words.
    pub title: &'static str,
    /// What it does with a feature, in one exhaustive match.
    treatment: fn(&Feature<'_>, &CompileOptions) -> Treatment,
    /// The file that tells what a declaration lost.
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

/// A target that there is not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown target `{written}`")]
pub struct UnknownTarget {
    /// What was written.
    pub written: String,
    /// What to write instead.
    pub help: String,
}

/// The target of a name.
///
/// # Errors
/// Where there is none.
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

/// Compiles a program.
///
/// # Errors
/// Where the target cannot express something that the program asks for (E0801, one for each).
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
