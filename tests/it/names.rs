//! The name of a type or trait has one meaning. This file lists the exceptions and their reasons.

use std::collections::BTreeMap;

use crate::architecture::{assert_none, files};

/// Names with the modules that declare them, once for each declaration.
type Shared = &'static [(&'static str, &'static str)];

/// The names that are declared more than once, by the reason.
const SHARED: &[Shared] = &[WRITTEN_AND_MEANT, DOCUMENTS, COMMANDS, OF_THEIR_MODULE, OF_THEIR_FILE, BY_CHANCE];

/// A declaration in the tree (`ast::`), and its meaning after its names are resolved.
const WRITTEN_AND_MEANT: Shared = &[
    ("Approval", "program syntax"),
    ("Argument", "program syntax"),
    ("Call", "program syntax"),
    // its patterns are compiled in `check`
    ("Condition", "check syntax"),
    ("FlowStart", "program syntax"),
    ("Hook", "program syntax"),
    ("Rollback", "program syntax"),
];

/// A part of a JSON document, and what it represents. The name in `api` is the title of a schema, which users may rely
/// on.
const DOCUMENTS: Shared = &[
    ("Action", "api syntax"),
    ("Commit", "api git"),
    ("Diagnostic", "api diagnostic"),
    ("FileChange", "api git"),
    ("Instant", "api syntax"),
    // in `syntax`, the statement `label KEY = VALUE`
    ("Label", "api diagnostic syntax"),
    // in `lsp`, a `Result` type of one file
    ("Outcome", "api lsp release"),
    ("Refutation", "api verify"),
    ("Setting", "api program"),
    ("Severity", "api diagnostic"),
    // in `syntax`, the words that an expectation may use
    ("Status", "api release syntax"),
];

/// The arguments of a command, which are named after it and used in one file, and another type with that name.
const COMMANDS: Shared = &[
    ("Check", "check cli"),
    ("Explain", "cli syntax"),
    ("Policy", "cli program"),
    ("Preview", "cli run"),
    ("Promote", "cli syntax"),
    ("Release", "cli release"),
    ("Releases", "cli release"),
    ("Run", "check cli"),
];

/// Types that several modules have and others qualify: `git::Error`.
const OF_THEIR_MODULE: Shared = &[("Error", "git ledger project run"), ("Result", "git ledger")];

/// Helpers that are used only in their file or beside it, which makes clear what they belong to.
const OF_THEIR_FILE: Shared = &[
    ("Builder", "release syntax"),
    ("Context", "check syntax"),
    ("Entry", "project project"),
    ("Key", "check project"),
    ("Seen", "lsp syntax"),
];

/// There is no reason for these: they are different things with the same name. If you work there, give one of them a
/// better name. Do not add to this list.
const BY_CHANCE: Shared = &[
    // a parsed file, a text open in an editor
    ("Document", "edit lsp"),
    // a failed expectation, an unresolved name
    ("Failed", "cli program"),
    // of results, of test results, of a file with values
    ("Format", "cli cli edit"),
    // the contents of a folder, a release
    ("Listed", "project run"),
    // a number of environments, a parameter of a workflow
    ("Need", "release syntax"),
    // of a YAML or JSON tree, of the parse tree
    ("Node", "edit syntax"),
    // a program with its diagnostics, a program
    ("Program", "lsp program"),
    // a release, files that record which ones are read
    ("Recorded", "ledger lsp"),
    // of a promotion, of a project
    ("Settings", "program project"),
    // of a flow, of a path in a file
    ("Step", "check edit"),
    // of diagnostics, of a scalar
    ("Style", "diagnostic edit"),
    // of values, of declarations
    ("Tree", "edit syntax"),
];

#[test]
fn a_type_shares_its_name_only_for_a_reason() {
    let files = files();
    let mut declared: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for file in &files {
        for name in file.source.types() {
            declared.entry(name).or_default().push(&file.top);
        }
    }
    declared.retain(|_, modules| modules.len() > 1);
    let mut wrong = Vec::new();
    for (name, listed) in SHARED.iter().copied().flatten() {
        let mut modules = declared.remove(name).unwrap_or_default();
        modules.sort_unstable();
        if modules.join(" ") != *listed {
            wrong.push(format!("`{name}` is listed for `{listed}`, but is shared by `{}`", modules.join(" ")));
        }
    }
    wrong.extend(
        declared.iter().map(|(name, modules)| format!("`{name}` means several things, in {}", modules.join(", "))),
    );
    assert_none(wrong);
}
