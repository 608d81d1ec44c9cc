//! The table of keywords, block by block. Diagnostics and completion use it.
//!
//! INVARIANT: it agrees with `grammar/promo.pest`. A test parses every example, and compares the keywords with the
//! lists of the grammar.

/// A kind of block. `File` is the top level of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "each variant is the block of the statement of that name")]
pub enum Block {
    File,
    Environment,
    Workflow,
    Template,
    Policy,
    Window,
    Product,
    Application,
    Source,
    Flow,
    Trigger,
    Promote,
    Scenario,
}

impl Block {
    /// The keyword of the statement with this block; empty for `File`.
    pub fn word(self) -> &'static str {
        match self {
            Block::File => "",
            Block::Environment => "environment",
            Block::Workflow => "workflow",
            Block::Template => "template",
            Block::Policy => "policy",
            Block::Window => "window",
            Block::Product => "product",
            Block::Application => "application",
            Block::Source => "source",
            Block::Flow => "flow",
            Block::Trigger => "trigger",
            Block::Promote => "promote",
            Block::Scenario => "scenario",
        }
    }
}

/// A keyword that begins a statement of a block.
#[derive(Clone, Copy, Debug)]
pub struct Keyword {
    /// The keyword itself, such as `promote`.
    pub word: &'static str,
    /// The block in which it begins a statement; a word of several blocks has an entry for each.
    pub block: Block,
    /// The forms of the statement, in the notation of docs/language.md.
    pub synopsis: &'static str,
    /// A valid statement that can be pasted.
    pub example: &'static str,
    /// Further keywords inside the statement.
    pub clauses: &'static [&'static str],
}

const fn word(
    block: Block,
    word: &'static str,
    synopsis: &'static str,
    example: &'static str,
    clauses: &'static [&'static str],
) -> Keyword {
    Keyword { word, block, synopsis, example, clauses }
}

use Block::*;

/// Every keyword of every block, in the order of docs/language.md.
pub const KEYWORDS: &[Keyword] = &[
    word(File, "import", "import \"PATH\"", "import \"environments.promo\"", &[]),
    word(File, "environment", "environment NAME, … { … }", "environment dev, qa", &[]),
    word(
        File,
        "group",
        "group NAME = NAME, … or group NAME = where KEY = VALUE, …",
        "group regions = us-east, eu",
        &["where"],
    ),
    word(File, "workflow", "workflow NAME { … }", "workflow smoke-tests { needs APP_NAME }", &[]),
    word(File, "template", "template NAME { … }", "template helm { copy \"Chart.yaml\" at $.appVersion }", &[]),
    word(File, "policy", "policy NAME { … }", "policy careful { for kind production; soak 30m }", &[]),
    word(File, "window", "window NAME { … }", "window office-hours { open mon..fri 09:00..17:00 }", &[]),
    word(File, "product", "product NAME { … }", "product billing { flow main }", &[]),
    word(File, "flow", "flow NAME { … }", "flow main { trigger dev; promote qa }", &[]),
    word(
        File,
        "scenario",
        "scenario NAME { … }",
        "scenario smooth { release billing via main; expect qa succeeded }",
        &[],
    ),
    word(Environment, "kind", "kind production|non-production", "kind production", &[]),
    word(Environment, "description", "description \"…\"", "description \"Customers in Europe\"", &[]),
    word(Environment, "label", "label KEY = VALUE", "label tier = gold", &[]),
    word(Workflow, "description", "description \"…\"", "description \"Calls every public endpoint\"", &[]),
    word(Workflow, "version", "version \"…\"", "version \"1.0\"", &[]),
    word(Workflow, "needs", "needs P, P = \"default\", …", "needs APP_NAME, CHANNEL = \"#releases\"", &[]),
    word(Workflow, "gives", "gives P, …", "gives CHANGE_ID", &[]),
    word(Workflow, "image", "image \"…\"", "image \"curlimages/curl:8.10.1\"", &[]),
    word(Workflow, "run", "run \"SCRIPT\"", "run \"./smoke.sh\"", &[]),
    word(Workflow, "uses", "uses \"TEMPLATE\"", "uses \"smoke-tests\"", &[]),
    word(Workflow, "service-account", "service-account NAME", "service-account deployer", &[]),
    word(Workflow, "timeout", "timeout D", "timeout 10m", &[]),
    word(Workflow, "retry", "retry N [every D]", "retry 3 every 30s", &["every"]),
    word(Workflow, "idempotent", "idempotent", "idempotent", &[]),
    word(Workflow, "takes", "takes D[..D]", "takes 2m..5m", &[]),
    word(Workflow, "fails", "fails P%", "fails 1%", &[]),
    word(
        Template,
        "version",
        "version from FILE at PATH [as tag] [in SOURCE]",
        "version from \"Chart.yaml\" at $.appVersion",
        &["from", "at", "as", "in"],
    ),
    word(
        Template,
        "copy",
        "copy FILE [in SOURCE] [at PATH [as tag], …]",
        "copy \"values.yaml\" at $.image.tag",
        &["in", "at", "as"],
    ),
    word(Policy, "priority", "priority N", "priority 100", &[]),
    word(
        Policy,
        "for",
        "for product|environment|flow NAME, … or for kind K or for label KEY = VALUE, …",
        "for kind production",
        &[],
    ),
    word(
        Policy,
        "require",
        "require pre-action|action|post-action … or require after NAME, … or require after kind K",
        "require action pull-request",
        &["after", "kind"],
    ),
    word(Policy, "pre-action", "pre-action W", "pre-action open-change", &["with"]),
    word(Policy, "action", "action commit|pull-request|none", "action pull-request", &[]),
    word(Policy, "post-action", "post-action W", "post-action smoke-tests", &["with"]),
    word(Policy, "rollback-action", "rollback-action W", "rollback-action undo", &["with"]),
    word(
        Policy,
        "window",
        "window NAME [unless approval [N of] WHO]",
        "window office-hours",
        &["unless", "approval", "of"],
    ),
    word(Policy, "soak", "soak D", "soak 30m", &[]),
    word(Policy, "approval", "approval [N of] NAME", "approval release-managers", &["of"]),
    word(Policy, "timeout", "timeout D", "timeout 4h", &[]),
    word(Policy, "on", "on start|success|failure W", "on failure open-bug", &["with"]),
    word(Window, "timezone", "timezone \"ZONE\"", "timezone \"Europe/London\"", &[]),
    word(
        Window,
        "open",
        "open DAYS|DATE[..DATE]|first|second|third|fourth|last DAY [TIME..TIME]",
        "open mon..fri 09:00..17:00",
        &["first", "second", "third", "fourth", "last"],
    ),
    word(
        Window,
        "closed",
        "closed DAYS|DATE[..DATE]|first|second|third|fourth|last DAY [TIME..TIME]",
        "closed 12-20..01-04",
        &["first", "second", "third", "fourth", "last"],
    ),
    word(Product, "description", "description \"…\"", "description \"Sends the bills\"", &[]),
    word(Product, "label", "label KEY = VALUE", "label team = checkout", &[]),
    word(Product, "template", "template NAME", "template helm", &[]),
    word(
        Product,
        "version",
        "version from FILE at PATH [as tag] [in SOURCE]",
        "version from \"Chart.yaml\" at $.appVersion",
        &["from", "at", "as", "in"],
    ),
    word(
        Product,
        "copy",
        "copy FILE [in SOURCE] [at PATH [as tag], …]",
        "copy \"values.yaml\" at $.image.tag",
        &["in", "at", "as"],
    ),
    word(Product, "repo", "repo \"URL\"", "repo \"https://git.example.com/acme/billing.git\"", &[]),
    word(Product, "branch", "branch NAME", "branch main", &[]),
    word(Product, "namespace", "namespace NAME", "namespace argocd", &[]),
    word(Product, "runtime", "runtime NAME", "runtime london", &[]),
    word(
        Product,
        "application",
        "application NAME in ENV, … { … }",
        "application billing-{environment} in dev, qa { path \"envs/{environment}\" }",
        &["in"],
    ),
    word(
        Product,
        "flow",
        "flow NAME [when COND and … | by hand]",
        "flow main when message excludes \"*wip*\"",
        &["when", "by", "and", "matches", "excludes"],
    ),
    word(
        Product,
        "concurrency",
        "concurrency queue [limit N] or concurrency terminate",
        "concurrency queue limit 5",
        &["limit"],
    ),
    word(Application, "repo", "repo \"URL\"", "repo \"https://git.example.com/acme/billing.git\"", &[]),
    word(Application, "branch", "branch NAME", "branch main", &[]),
    word(Application, "path", "path \"…\"", "path \"envs/{environment}\"", &[]),
    word(Application, "source", "source NAME { … }", "source charts { path \"charts\" }", &[]),
    word(Application, "namespace", "namespace NAME", "namespace argocd", &[]),
    word(Application, "runtime", "runtime NAME", "runtime london", &[]),
    word(Application, "label", "label KEY = VALUE", "label tier = web", &[]),
    word(Source, "repo", "repo \"URL\"", "repo \"https://git.example.com/acme/charts.git\"", &[]),
    word(Source, "branch", "branch NAME", "branch main", &[]),
    word(Source, "path", "path \"…\"", "path \"charts/{environment}\"", &[]),
    word(Flow, "description", "description \"…\"", "description \"Three regions, then the rest\"", &[]),
    word(Flow, "version", "version \"…\"", "version \"3.0\"", &[]),
    word(Flow, "timeout", "timeout D", "timeout 72h", &[]),
    word(Flow, "bake", "bake D", "bake 1h", &[]),
    word(Flow, "trigger", "trigger ENV { … }", "trigger dev", &[]),
    word(
        Flow,
        "promote",
        "promote TARGETS [where present] [one by one|in waves of N, …] [after DEPS] { … }",
        "promote qa, staging after dev",
        &["after", "one", "any", "of", "where", "present", "in", "waves"],
    ),
    word(Flow, "rollback", "rollback TARGETS when TARGETS fails", "rollback eu when eu fails", &["when", "fails"]),
    word(
        Flow,
        "never",
        "never TARGETS STATE [while TARGETS STATE and …]",
        "never eu succeeded while asia failed",
        &["while", "and"],
    ),
    word(Flow, "on", "on start|success|failure W", "on failure open-bug", &["with"]),
    word(Trigger, "post-action", "post-action W", "post-action smoke-tests", &["with"]),
    word(Promote, "pre-action", "pre-action W", "pre-action open-change", &["with"]),
    word(Promote, "action", "action commit|pull-request|none", "action pull-request", &[]),
    word(Promote, "post-action", "post-action W", "post-action smoke-tests", &["with"]),
    word(Promote, "rollback-action", "rollback-action W", "rollback-action undo", &["with"]),
    word(Promote, "on", "on start|success|failure W", "on failure open-bug", &["with"]),
    word(
        Promote,
        "window",
        "window NAME [unless approval [N of] WHO]",
        "window office-hours",
        &["unless", "approval", "of"],
    ),
    word(Promote, "soak", "soak D", "soak 30m", &[]),
    word(Promote, "approval", "approval [N of] NAME", "approval release-managers", &["of"]),
    word(Promote, "timeout", "timeout D", "timeout 4h", &[]),
    word(Promote, "retry", "retry N [every D]", "retry 3 every 30s", &["every"]),
    word(
        Scenario,
        "release",
        "release PRODUCT via FLOW [at INSTANT] [version S] [message S] [after D]",
        "release billing via main",
        &["via", "at", "version", "message", "after"],
    ),
    word(
        Scenario,
        "given",
        "given … at version S, takes D, fails, becomes STATE, is denied, merges after D",
        "given eu becomes degraded after 45m",
        &["takes", "fails", "becomes", "after", "at", "in", "of", "merges", "never", "times", "denied", "closed"],
    ),
    word(
        Scenario,
        "expect",
        "expect ENV|release STATUS [within D], W runs N times, ENV at version S, ENV not started before INSTANT",
        "expect eu succeeded within 2h",
        &["within", "runs", "times", "at", "not", "started", "before", "of", "in", "version"],
    ),
];

/// The keywords of a block.
pub fn of_block(block: Block) -> impl Iterator<Item = &'static Keyword> {
    KEYWORDS.iter().filter(move |keyword| keyword.block == block)
}

/// The entry of a keyword in a block; `None` if the block has no such statement.
pub fn find(block: Block, word: &str) -> Option<&'static Keyword> {
    of_block(block).find(|keyword| keyword.word == word)
}

/// The blocks in which a word begins a statement; `File` for declarations. Empty for other words.
pub fn blocks_with(word: &str) -> impl Iterator<Item = Block> {
    KEYWORDS.iter().filter(move |keyword| keyword.word == word).map(|keyword| keyword.block)
}
