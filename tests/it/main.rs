//! The integration tests, one module for each subject. `docs/testing.md` says which kind of test belongs where.
//!
//! They are one binary, because each additional binary would link the whole library again. So they share a process: no
//! test changes the environment or the current folder, and each uses a temporary folder of its own.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::field_reassign_with_default,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "tests touch the outside world, fail by panicking, and set options one by one"
)]

mod architecture;
mod book;
mod calendars;
mod check_command;
mod common;
mod compile_codefresh;
mod compile_meaning;
mod compile_schemas;
mod completions;
mod console;
mod contract;
mod cookbook;
mod crash;
mod diagnostics;
mod differential;
mod examples;
mod graph_svg;
mod habits;
mod json_schemas;
mod language;
mod layout;
mod ledgers_of_the_past;
mod licenses;
mod mutations;
mod names;
mod notations;
mod pages;
mod planted;
mod policy_command;
mod reference;
mod rule_book;
mod rules;
mod run_begin;
mod run_clock;
mod run_health;
mod run_identity;
mod run_ledger;
mod run_promotion;
mod run_refused;
mod run_resume;
mod run_secrets;
mod run_signing;
mod scenarios;
mod second_reading;
mod slips;
mod verify_command;
mod words;
