//! A name of a type or a trait means one thing, except where it is written down here that it means several, and why.

use std::collections::BTreeMap;

use crate::architecture::{assert_none, files};

/// Names with the rooms that declare them; a room that declares one twice stands there twice.
type Shared = &'static [(&'static str, &'static str)];

/// The names that are declared more than once, by the reason.
const SHARED: &[Shared] = &[WRITTEN_AND_MEANT, DOCUMENTS, COMMANDS, OF_THEIR_ROOM, OF_THEIR_FILE, BY_CHANCE];

/// What is declared, as it is written (`ast::`), and what it means once its names are resolved.
const WRITTEN_AND_MEANT: Shared = &[
    ("Approval", "program syntax"),
    ("Argument", "program syntax"),
    ("Call", "program syntax"),
    // with its patterns compiled
    ("Condition", "check syntax"),
    ("FlowStart", "program syntax"),
    ("Hook", "program syntax"),
    ("Rollback", "program syntax"),
];

/// What a JSON document says, and what it says it of. The first is the title of a schema, which others rely on.
const DOCUMENTS: Shared = &[
    ("Action", "api syntax"),
    ("Commit", "api git"),
    ("Diagnostic", "api diagnostic"),
    ("FileChange", "api git"),
    ("Instant", "api syntax"),
    // that of the syntax is another thing: `label KEY = VALUE`, as the language calls it
    ("Label", "api diagnostic syntax"),
    // that of the language server is another thing: a `Result` of its own, in one file
    ("Outcome", "api lsp release"),
    ("Refutation", "api verify"),
    ("Setting", "api program"),
    ("Severity", "api diagnostic"),
    // that of the syntax holds the words that an expectation may use
    ("Status", "api release syntax"),
];

/// The arguments of a command, which are called as it is and stay in its file, and what has that name elsewhere.
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

/// What each room has of its own, and others name with the room: `git::Error`.
const OF_THEIR_ROOM: Shared = &[("Error", "git ledger project run"), ("Result", "git ledger")];

/// Helpers that no other file sees, or none but those beside it: what they are of is clear from where they stand.
const OF_THEIR_FILE: Shared = &[
    ("Builder", "release syntax"),
    ("Context", "check syntax"),
    ("Entry", "project project"),
    ("Key", "check project"),
    ("Seen", "lsp syntax"),
];

/// These have no reason: they are different things, nobody meant them to share a name, and whoever works there may well give
/// one of them a better one. Nothing is to be added here.
const BY_CHANCE: Shared = &[
    // a text that is edited, a text that is open
    ("Document", "edit lsp"),
    // an expectation, names
    ("Failed", "cli program"),
    // of results, of the results of tests, of a file with values
    ("Format", "cli cli edit"),
    // a folder, a release
    ("Listed", "project run"),
    // so many environments, a parameter of a workflow
    ("Need", "release syntax"),
    // of a tree of YAML or JSON, of the concrete tree
    ("Node", "edit syntax"),
    // a program with what is said of it, a program
    ("Program", "lsp program"),
    // a release, files that remember who was asked for
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
            declared.entry(name).or_default().push(&file.room);
        }
    }
    declared.retain(|_, rooms| rooms.len() > 1);
    let mut wrong = Vec::new();
    for (name, listed) in SHARED.iter().copied().flatten() {
        let mut rooms = declared.remove(name).unwrap_or_default();
        rooms.sort_unstable();
        if rooms.join(" ") != *listed {
            wrong.push(format!("`{name}` is listed for `{listed}`, but is shared by `{}`", rooms.join(" ")));
        }
    }
    wrong
        .extend(declared.iter().map(|(name, rooms)| format!("`{name}` means several things, in {}", rooms.join(", "))));
    assert_none(wrong);
}
