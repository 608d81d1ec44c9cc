//! What a parameter of a workflow is, and where its value comes from.

use crate::check::Analysed;
use crate::program::built_in;

/// A parameter, in Markdown: who gives it, and its default.
pub(super) fn describe(analysed: &Analysed, name: &str, workflow: Option<&str>) -> String {
    let program = analysed.program();
    let mut lines = Vec::new();
    if built_in().any(|built_in| built_in == name) {
        lines.push("provided by promoc".to_owned());
    }
    for giver in program.workflows.values() {
        if giver.decl.gives.iter().any(|given| given.value == name) {
            lines.push(format!("given by workflow `{}`", giver.name.value));
        }
    }
    for needing in program.workflows.values().filter(|one| workflow.is_none_or(|name| one.name.value == name)) {
        let Some(need) = needing.decl.needs.iter().find(|need| need.name.value == name) else { continue };
        let default = need.default.as_ref().map(|text| format!(", default `{}`", text.value)).unwrap_or_default();
        lines.push(format!("needed by workflow `{}`{default}", needing.name.value));
    }
    format!("**parameter** `{name}`\n\n{}", lines.join("  \n"))
}
