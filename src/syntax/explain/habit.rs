//! Words that begin a statement in other languages, with the equivalent in promo.

use crate::syntax::keywords::Block;

/// The equivalent of a word of another language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Habit {
    /// Another word; the rest of the statement stays.
    Word(&'static str),
    /// A different statement, which the help text describes.
    Said(&'static str),
}

impl Habit {
    /// The equivalent of a word of YAML, HCL or a pipeline in a block; `None` for other words.
    pub(super) fn of(block: Block, word: &str) -> Option<Habit> {
        if word.starts_with("/*") {
            return Some(Habit::Said("Comments start with `#`. Write `#` before each line of the comment."));
        }
        let plain = word.trim_end_matches([':', '=']).to_ascii_lowercase().replace('_', "-");
        Some(match (block, plain.as_str()) {
            (Block::File, "include") => Habit::Word("import"),
            (Block::File, "job" | "task") => Habit::Word("workflow"),
            (Block::File, "pipeline") => Habit::Word("flow"),
            (Block::File, "variable" | "locals" | "let") => Habit::Said(
                "There are no variables. Use a `group` for a list of environments, a `template` for what is copied, and a default for a workflow's parameter.",
            ),
            (Block::Flow, "stage" | "step" | "job" | "deploy") => Habit::Word("promote"),
            (Block::Promote, "needs" | "depends-on" | "dependson" | "requires" | "after") => {
                Habit::Said("Write dependencies on the line of the `promote`: `promote prod after qa { … }`.")
            }
            (Block::Promote | Block::Policy, "wait" | "delay" | "sleep") => Habit::Word("soak"),
            (Block::Promote | Block::Policy, "approvers" | "approvals" | "reviewers" | "manual") => Habit::Said(
                "Write `approval WHO`, for example `approval release-managers` or `approval 2 of release-managers`.",
            ),
            (Block::Window, "schedule" | "cron" | "allow") => {
                Habit::Said("Write days and times, for example `open mon..fri 09:00..17:00`.")
            }
            (Block::Window, "deny" | "freeze" | "blackout") => {
                Habit::Said("Write `closed` with days or dates, for example `closed 2026-12-20..2027-01-04`.")
            }
            (Block::Workflow, "steps" | "script" | "command") => {
                Habit::Said("Write `run` with the script in quotes, or with its lines between two `\"\"\"` lines.")
            }
            (Block::Workflow, "env" | "inputs" | "parameters" | "params") => {
                Habit::Said("Write `needs` with the parameters, for example `needs APP_NAME, CHANNEL = \"#releases\"`.")
            }
            (Block::Workflow, "outputs") => {
                Habit::Said("Write `gives` with the parameters, for example `gives CHANGE_ID`.")
            }
            (Block::Workflow, "retries") => Habit::Word("retry"),
            _ => return None,
        })
    }
}
