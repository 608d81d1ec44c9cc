//! The words for the rules of the grammar: what a hole expected, and which block a statement has.

use crate::syntax::keywords::Block;
use crate::syntax::node::Rule;

/// What is missing at a hole, as a noun with its article; `None` for rules that are not a hole of a statement.
pub(super) fn expected(rule: Rule) -> Option<&'static str> {
    Some(match rule {
        Rule::no_name => "a name",
        Rule::no_names => "at least one name",
        Rule::no_text => "a string in quotes",
        Rule::no_value => "a name or a string",
        Rule::no_key => "a key",
        Rule::no_path => "a JSONPath such as `$.image.tag`",
        Rule::no_tag => "`tag`",
        Rule::no_duration => "a duration such as `30m`",
        Rule::no_count => "a number",
        Rule::no_percent => "a percentage such as `1%`",
        Rule::no_days => "days or a date",
        Rule::no_instant => "an instant such as `2026-11-23T08:00Z`",
        Rule::no_equals => "`=`",
        Rule::no_block => "a block `{ … }`",
        Rule::no_workflow => "a workflow",
        Rule::no_argument => "an argument such as `CHANNEL = \"#releases\"`",
        Rule::no_parameter => "a parameter such as `APP_NAME`",
        Rule::no_kind => "`production` or `non-production`",
        Rule::no_action => "`commit`, `pull-request` or `none`",
        Rule::no_setting => "`pre-action`, `action`, `post-action` or `after`",
        Rule::no_event => "`start`, `success` or `failure`",
        Rule::no_scope => "`product`, `environment`, `kind`, `label` or `flow`",
        Rule::no_queue => "`queue` or `terminate`",
        Rule::no_condition => "a condition such as `message excludes \"*wip*\"`",
        Rule::no_operator => "`matches` or `excludes`",
        Rule::no_from => "`from`",
        Rule::no_at => "`at` and a JSONPath",
        Rule::no_in => "`in` and environments",
        Rule::no_when => "`when` and environments",
        Rule::no_fails => "`fails`",
        Rule::no_via => "`via` and a flow",
        Rule::no_hand => "`hand`",
        Rule::no_given => "an assumption such as `smoke takes 4m`",
        Rule::no_outcome => "an outcome such as `takes 4m`",
        Rule::no_health => "`healthy`, `degraded` or `out-of-sync`",
        Rule::no_expectation => "an expectation such as `qa succeeded`",
        Rule::no_status => "a status such as `succeeded`",
        Rule::no_state => "a state such as `succeeded`",
        Rule::no_started => "`started before` and an instant",
        Rule::no_before => "`before` and an instant",
        Rule::no_runs => "`times`",
        Rule::no_approval => "`approval` and who approves",
        Rule::no_present => "`present`",
        Rule::no_size => "a number of targets or a percentage",
        Rule::no_of => "`of` and a number of targets",
        _ => return None,
    })
}

/// The kind of block that a declaration or statement has.
pub(super) fn block_of(rule: Rule) -> Option<Block> {
    Some(match rule {
        Rule::environment => Block::Environment,
        Rule::workflow => Block::Workflow,
        Rule::template => Block::Template,
        Rule::policy => Block::Policy,
        Rule::window => Block::Window,
        Rule::product => Block::Product,
        Rule::application => Block::Application,
        Rule::source => Block::Source,
        Rule::flow => Block::Flow,
        Rule::trigger => Block::Trigger,
        Rule::promote => Block::Promote,
        Rule::scenario => Block::Scenario,
        _ => return None,
    })
}

/// The blocks that statements of a block may have.
pub(super) fn inner_blocks(block: Block) -> &'static [Block] {
    match block {
        Block::File => &[
            Block::Environment,
            Block::Workflow,
            Block::Template,
            Block::Policy,
            Block::Window,
            Block::Product,
            Block::Flow,
            Block::Scenario,
        ],
        Block::Product => &[Block::Application],
        Block::Application => &[Block::Source],
        Block::Flow => &[Block::Trigger, Block::Promote],
        _ => &[],
    }
}

/// The allowed words of a rule that accepts only certain words.
pub(super) fn choices(rule: Rule) -> &'static [&'static str] {
    match rule {
        Rule::kind | Rule::applies | Rule::require_after => &["production", "non-production"],
        Rule::action => &["commit", "pull-request", "none"],
        Rule::policy_on | Rule::flow_on | Rule::promote_on => &["start", "success", "failure"],
        Rule::concurrency => &["queue", "terminate"],
        Rule::given_becomes => &["healthy", "degraded", "out-of-sync"],
        Rule::expect_release => {
            &["queued", "pending", "running", "suspended", "succeeded", "failed", "terminated", "rolled-back"]
        }
        Rule::never_release => &["queued", "running", "suspended", "succeeded", "failed", "terminated"],
        Rule::never_names => {
            &["pending", "running", "suspended", "succeeded", "failed", "terminated", "rolled-back", "started"]
        }
        Rule::expect_other => &["pending", "running", "suspended", "succeeded", "failed", "terminated", "rolled-back"],
        _ => &[],
    }
}

/// The word of promo for what a word of another language means, where only certain words are allowed.
pub(super) fn synonym(rule: Rule, word: &str) -> Option<&'static str> {
    let word = word.to_lowercase().replace('_', "-");
    Some(match rule {
        Rule::kind | Rule::applies | Rule::require_after => match word.as_str() {
            "live" => "production",
            "preprod" | "pre-production" | "dev" | "development" | "test" | "testing" => "non-production",
            _ => return None,
        },
        Rule::action => match word.as_str() {
            "pr" | "mr" | "pull" | "pullrequest" | "merge-request" | "open-pr" | "git-open-pr" => "pull-request",
            "push" | "git-push" | "git-commit" | "direct" | "direct-commit" | "write" => "commit",
            "skip" | "nothing" | "noop" | "no-op" | "manual" => "none",
            _ => return None,
        },
        Rule::policy_on | Rule::flow_on | Rule::promote_on => match word.as_str() {
            "begin" | "started" | "starts" | "starting" => "start",
            "succeeded" | "succeeds" | "successful" | "pass" | "passed" | "ok" | "done" => "success",
            "fail" | "fails" | "failed" | "failing" | "error" | "errors" | "errored" | "failures" => "failure",
            _ => return None,
        },
        Rule::given_becomes => match word.as_str() {
            "unhealthy" | "sick" | "down" | "broken" | "bad" | "failing" | "failed" | "unavailable" => "degraded",
            "ok" | "good" | "available" | "up" => "healthy",
            "outofsync" | "unsynced" | "drifted" | "stale" => "out-of-sync",
            _ => return None,
        },
        Rule::expect_release | Rule::expect_other | Rule::never_release | Rule::never_names => match word.as_str() {
            "success" | "succeed" | "successful" | "pass" | "passed" | "passes" | "ok" | "done" | "complete"
            | "completed" | "finished" | "promoted" | "deployed" | "green" => "succeeded",
            "fails" | "fail" | "failure" | "failing" | "error" | "errors" | "errored" | "broken" | "red" => "failed",
            "rollback" | "rolledback" | "rolled" | "reverted" => "rolled-back",
            "cancelled" | "canceled" | "aborted" | "stopped" | "killed" => "terminated",
            "waiting" | "waits" | "blocked" | "skipped" => "pending",
            "paused" | "on-hold" => "suspended",
            "in-progress" | "progressing" => "running",
            "start" | "starts" => "started",
            _ => return None,
        },
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_hole_of_the_grammar_has_words() {
        // An unclosed block or string is reported at its start.
        let other = [Rule::no_close, Rule::no_close_quotes];
        let holes =
            Rule::all_rules().iter().filter(|rule| format!("{rule:?}").starts_with("no_") && !other.contains(rule));
        let silent: Vec<_> = holes.clone().filter(|rule| expected(**rule).is_none()).collect();
        assert!(holes.count() > 30 && silent.is_empty(), "{silent:?}");
    }
}
