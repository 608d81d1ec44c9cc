//! Diagnostics: their codes, ranges and messages, and the results of their fixes.

use super::{fixed, parsed, said, text_of};
use crate::diagnostic::Code;

/// Asserts that a text has one diagnostic, with this code and underlined text. Returns its message.
fn one(text: &str, code: &str, underlined: &str) -> String {
    let said = said(text);
    assert_eq!(said.len(), 1, "{text}\n{said:#?}");
    let start = format!("{code} [{underlined}] ");
    assert!(said[0].starts_with(&start), "{text}\nexpected {start}\n{}", said[0]);
    said[0].strip_prefix(&start).unwrap().to_string()
}

/// Asserts that a text has one diagnostic, whose fix makes it this text without diagnostics.
fn mended(text: &str, code: &str, underlined: &str, right: &str) {
    one(text, code, underlined);
    assert_eq!(fixed(text), right);
    assert_eq!(said(right), Vec::<String>::new());
}

#[test]
fn a_missing_part_is_named() {
    assert_eq!(one("flow f { promote }", "E0101", "promote"), "expected at least one name after `promote`");
    assert_eq!(one("flow f { promote after qa }", "E0101", "promote"), "expected at least one name after `promote`");
    assert_eq!(one("flow f { promote qa after }", "E0101", "after"), "expected at least one name after `after`");
    assert_eq!(
        one("flow f { promote qa { soak } }", "E0101", "soak"),
        "expected a duration such as `30m` after `soak`"
    );
    assert_eq!(one("workflow { idempotent }", "E0101", "workflow"), "expected a name after `workflow`");
    assert_eq!(one("workflow w", "E0101", "w"), "`workflow` needs a block `{ … }`");
    assert_eq!(one("import", "E0101", "import"), "expected a string in quotes after `import`");
    assert_eq!(one("group g =", "E0101", "="), "expected at least one name after `=`");
    assert_eq!(
        one("policy p { for }", "E0101", "for"),
        "expected `product`, `environment`, `kind`, `label` or `flow` after `for`"
    );
    assert_eq!(one("policy p { on failure }", "E0101", "failure"), "expected a workflow after `failure`");
    assert_eq!(
        one("template t { copy \"a\" at }", "E0101", "at"),
        "expected a JSONPath such as `$.image.tag` after `at`"
    );
    one("product p { flow f when }", "E0101", "when");
    one("product p { flow f when message }", "E0101", "message");
    one("scenario s { release p }", "E0101", "p");
    one("scenario s { expect qa }", "E0101", "qa");
    one("scenario s { given qa }", "E0101", "qa");
}

#[test]
fn a_temporary_status_needs_within() {
    for status in ["running", "suspended", "queued"] {
        let said = one(&format!("scenario s {{ expect release {status} }}"), "E0101", status);
        assert_eq!(said, format!("expected `within` and a duration after `{status}`"));
        one(&format!("scenario s {{ expect release {status} within }}"), "E0101", "within");
        assert_eq!(super::said(&format!("scenario s {{ expect release {status} within 10m }}")), Vec::<String>::new());
    }
    one("scenario s { expect qa of 1 running }", "E0101", "running");
    one("scenario s { expect qa running soon }", "E0101", "soon");
    let said = one("scenario s { expect qa queued within 1h }", "E0101", "queued");
    assert_eq!(said, "an environment is never `queued`; only a release is");
    for status in ["pending", "succeeded", "failed", "terminated", "rolled-back"] {
        assert_eq!(super::said(&format!("scenario s {{ expect qa {status} }}")), Vec::<String>::new());
    }
}

#[test]
fn a_hole_and_the_words_in_its_place_are_one_mistake() {
    assert_eq!(
        one("product p { flow f when message contains \"x\" }", "E0101", "contains \"x\""),
        "expected `matches` or `excludes`, found `contains \"x\"`"
    );
    assert_eq!(one("flow f { promote qa -> prod }", "E0101", "-> prod"), "expected the end of `promote`, found `->`");
    one("policy p { for qa, prod }", "E0101", "qa, prod");
}

#[test]
fn misspelled_words_get_the_nearest_word_of_their_block() {
    mended("flow f { promte qa }", "E0101", "promte", "flow f { promote qa }");
    mended("enviroment dev { kind production }", "E0101", "enviroment", "environment dev { kind production }");
    mended("flow f { promote qa aftr dev }", "E0101", "aftr", "flow f { promote qa after dev }");
}

#[test]
fn missing_spaces_commas_and_line_ends() {
    mended("flow f { promoteqa }", "E0101", "promoteqa", "flow f { promote qa }");
    mended("flow f { on-failure x }", "E0101", "on-failure", "flow f { on failure x }");
    mended("flow f { promote qa prod after dev }", "E0101", "prod", "flow f { promote qa, prod after dev }");
    mended("flow f { trigger dev promote qa }", "E0101", "promote", "flow f { trigger dev; promote qa }");
    mended("product p { application a dev, qa }", "E0101", "dev, qa", "product p { application a in dev, qa }");
    mended("flow f { rollback a when b }", "E0101", "b", "flow f { rollback a when b fails }");
    mended("flow f { never a failed wile b failed }", "E0101", "wile", "flow f { never a failed while b failed }");
    mended("flow f { never a faild }", "E0101", "faild", "flow f { never a failed }");
    mended("group g a, b", "E0101", "g", "group g = a, b");
    mended("scenario s { expect w runs 2 }", "E0101", "2", "scenario s { expect w runs 2 times }");
}

/// The element after a trailing comma may be what is missing.
#[test]
fn a_trailing_comma_is_one_mistake_without_a_fix() {
    for text in [
        "flow f {\n  promote qa,\n  promote prod\n}",
        "environment dev,\nflow f { trigger dev }",
        "flow f { promote a,\n never b failed }",
    ] {
        assert_eq!(one(text, "E0101", ","), "unexpected trailing comma");
        assert_eq!(fixed(text), text);
    }
}

#[test]
fn habits_of_other_languages_get_their_own_fix() {
    mended("flow f { trigger: dev }", "E0101", ":", "flow f { trigger dev }");
    mended("flow f { trigger:dev }", "E0101", ":", "flow f { trigger dev }");
    mended("flow f { promote qa { soak = 30m } }", "E0101", "=", "flow f { promote qa { soak 30m } }");
    mended("// x { y\nflow f { trigger dev }", "E0101", "//", "# x { y\nflow f { trigger dev }");
    mended("flow f { trigger dev // x }\n}", "E0101", "//", "flow f { trigger dev # x }\n}");
    mended("group g = [a, b]", "E0101", "[", "group g = a, b");
    mended("group g: a", "E0101", ":", "group g = a");
    mended("flow \"f\" { trigger dev }", "E0101", "\"f\"", "flow f { trigger dev }");
    mended("import 'a.promo'", "E0101", "'a.promo'", "import \"a.promo\"");
    mended("product p { repo https://x/y.git }", "E0101", "https://x/y.git", "product p { repo \"https://x/y.git\" }");
    mended("product p { branch release/1 }", "E0101", "release/1", "product p { branch \"release/1\" }");
    mended("flow f {\n  - trigger dev\n}", "E0101", "-", "flow f {\n  trigger dev\n}");
    mended("flow f\n{\n  trigger dev\n}", "E0101", "{", "flow f {\n  trigger dev\n}");
    mended(
        "flow f {\n  promote qa\n  {\n    soak 1m\n  }\n}",
        "E0101",
        "{",
        "flow f {\n  promote qa {\n    soak 1m\n  }\n}",
    );
    mended("flow f {\u{a0}trigger dev }", "E0101", "\u{a0}", "flow f { trigger dev }");
    assert_eq!(said("flow f {\n\ttrigger dev\n}"), Vec::<String>::new(), "tabs are blanks");
}

#[test]
fn missing_and_extra_braces_are_reported_in_their_place() {
    mended("flow f\n  trigger dev\n}\n", "E0101", "flow f", "flow f {\n  trigger dev\n}\n");
    mended(
        "flow f {\n  promote a\n    soak 1m\n  }\n  promote b\n}\n",
        "E0101",
        "promote a",
        "flow f {\n  promote a {\n    soak 1m\n  }\n  promote b\n}\n",
    );
    mended(
        "flow f {\n  promote a {\n    soak 1m\n  promote b\n}\n",
        "E0101",
        "promote",
        "flow f {\n  promote a {\n    soak 1m }\n  promote b\n}\n",
    );
    mended(
        "flow f {\n  trigger dev\nflow g {\n  trigger dev\n}\n",
        "E0101",
        "flow",
        "flow f {\n  trigger dev\n}\nflow g {\n  trigger dev\n}\n",
    );
    mended("flow f {\n  trigger dev\n", "E0101", "{", "flow f {\n  trigger dev\n}\n");
    mended("flow f { trigger dev }\n}\n", "E0101", "}", "flow f { trigger dev }\n\n");
    mended(
        "flow f {\n  trigger dev\n}\n  promote qa\n  promote b\n}\n",
        "E0101",
        "promote",
        "flow f {\n  trigger dev\n\n  promote qa\n  promote b\n}\n",
    );
    assert_eq!(one("  promote qa\n  promote prod\n", "E0101", "promote"), "`promote` is outside any block");
    let text = "flow f {\n  promote a {\n    soak 1m\n  promote b\n}\n";
    let again = parsed(text);
    let crate::syntax::ast::Item::Flow(flow) = &again.tree.items[0] else { panic!() };
    assert_eq!((flow.promotes.len(), flow.damaged), (2, false));
}

#[test]
fn a_statement_of_another_block_gets_the_block_it_belongs_to() {
    assert_eq!(one("flow f { soak 30m }", "E0109", "soak 30m"), "`soak` is not a statement of `flow`");
    let help = &parsed("workflow w { promote qa { soak 1m } }").diagnostics[0].help;
    assert_eq!(help, "Move it into `flow`.");
    assert!(parsed("flow f { action none }").diagnostics[0].help.contains("promote … { action"));
}

#[test]
fn names_are_checked_where_they_are_declared() {
    mended("environment US_East", "E0102", "US_East", "environment us-east");
    mended("flow My.Flow { trigger dev }", "E0102", "My.Flow", "flow my-flow { trigger dev }");
    mended("workflow w { needs app-name }", "E0102", "app-name", "workflow w { needs APP_NAME }");
    mended("product p { label Team_ = x }", "E0102", "Team_", "product p { label Team = x }");
    one("workflow none { idempotent }", "E0102", "none");
    for reserved in ["HOME", "SHELL", "IFS", "ENV", "BASH_ENV", "LD_PRELOAD", "GIT_DIR", "PROMO_X"] {
        one(&format!("workflow w {{ needs {reserved} }}"), "E0102", reserved);
        one(&format!("workflow w {{ gives {reserved} }}"), "E0102", reserved);
    }
    assert_eq!(said("product p { application A_{environment} in dev }"), Vec::<String>::new(), "expanded elsewhere");
    assert_eq!(said("flow f { trigger US_East }"), Vec::<String>::new(), "a use, not a declaration");
    let long = "x".repeat(64);
    assert_eq!(fixed(&format!("environment {long}")), format!("environment {}", "x".repeat(63)));
}

#[test]
fn unterminated_strings_and_unknown_escapes() {
    mended("flow f {\n  description \"a \\d\"\n}", "E0103", "\\d", "flow f {\n  description \"a \\\\d\"\n}");
    one("flow f {\n  description \"\\u{110000}\"\n}", "E0103", "\\u");
    one("flow f {\n  description \"open\n  trigger dev\n}", "E0103", "\"open");
    one("workflow w {\n  run \"\"\"text\n}", "E0103", "\"\"\"");
    one("workflow w {\n  run \"\"\"\n    a\n   b\n    \"\"\"\n}", "E0103", "   b");
    one("flow f { description \"open }\nenvironment dev\n", "E0103", "\"open }");
}

#[test]
fn a_message_about_a_multi_line_string_is_one_line() {
    let parsed = parsed("workflow w,\"\"\"\nqa");
    let said: Vec<&str> = parsed.diagnostics.iter().map(|diagnostic| diagnostic.message.as_str()).collect();
    assert_eq!(said, ["expected another element after the comma, found `\"\"\"`"]);
}

#[test]
fn invalid_literals() {
    mended("flow f { timeout 30 minutes }", "E0104", "30 minutes", "flow f { timeout 30m }");
    mended(
        "scenario s { expect qa failed within 2 hours }",
        "E0104",
        "2 hours",
        "scenario s { expect qa failed within 2h }",
    );
    mended("workflow w { takes 5m..2m }", "E0104", "5m..2m", "workflow w { takes 2m..5m }");
    mended("workflow w { fails 3 }", "E0104", "3", "workflow w { fails 3% }");
    mended("window w { open Monday..Friday }", "E0104", "Monday..Friday", "window w { open mon..fri }");
    mended("window w { open mon 9:00..17:00 }", "E0104", "9:00..17:00", "window w { open mon 09:00..17:00 }");
    mended(
        "scenario s { release p via f at 2026-11-23T08:00 }",
        "E0104",
        "2026-11-23T08:00",
        "scenario s { release p via f at 2026-11-23T08:00Z }",
    );
    one("window w { open mon 09:00..09:00 }", "E0104", "09:00..09:00");
    one("window w { open mon 09:00..25:00 }", "E0104", "09:00..25:00");
    one("window w { closed 2027-02-30 }", "E0104", "2027-02-30");
    one("window w { closed 2027-01-04..2026-12-20 }", "E0104", "2027-01-04..2026-12-20");
    one("workflow w { fails 101% }", "E0104", "101%");
    one("workflow w { retry some }", "E0104", "some");
    one("policy p { priority high }", "E0104", "high");
    one("flow f { promote qa { approval 0 of leads } }", "E0104", "0");
    one("flow f { promote qa after 99999999999 of g }", "E0104", "99999999999");
    one("scenario s { expect release 0 failed }", "E0104", "0");
    one("flow f { bake soon enough }", "E0104", "soon");
}

#[test]
fn invalid_paths() {
    mended(
        "template t { copy \"a\" at $.a, $.rollout-canary.tag }",
        "E0105",
        ".rollout-canary",
        "template t { copy \"a\" at $.a, $[\"rollout-canary\"].tag }",
    );
    one("template t { copy \"a\" at $.a[ }", "E0105", "[ }");
    one("template t { copy \"a\" at $.a..}", "E0105", "$.a..");
}

#[test]
fn too_deep_and_too_large() {
    let text = format!("environment dev {}", "{".repeat(20_000));
    assert_eq!(one(&text, "E0106", "{"), "blocks are nested more than 64 deep");
    let at = parsed(&text).diagnostics[0].primary().unwrap();
    assert_eq!(at.start, 16 + 64);
    let at = parsed(&"#".repeat(4 * 1024 * 1024 + 1)).diagnostics.remove(0);
    assert_eq!((at.code, at.primary().unwrap().end), (Code::E0106, 0));
    assert_eq!(said(&format!("flow f {{ {}{} }}", "x {".repeat(63), "}".repeat(63))).len(), 1, "64 are parsed");
}

#[test]
fn the_second_of_two_duplicates_is_reported_and_the_first_is_labeled() {
    let text = "flow f { timeout 1h; timeout 2h }";
    one(text, "E0107", "timeout 2h");
    let parsed = parsed(text);
    assert_eq!(text_of(text, parsed.diagnostics[0].labels[1].span), "timeout 1h");
    one("workflow w { run \"x\"; uses \"y\" }", "E0107", "uses \"y\"");
    one("workflow w { needs A, B, A }", "E0107", "A");
    one("product p { template t; version from \"a\" at $.v; copy \"a\" }", "E0107", "version from \"a\" at $.v");
    one("product p { template t; copy \"a\"; copy \"b\" }", "E0107", "copy \"a\"");
    one("product p { copy \"a\"; copy \"b\"; template t }", "E0107", "template t");
    one("product p { application a in dev { source s { path \"x\" }; path \"y\" } }", "E0107", "path \"y\"");
    one("product p { application a in dev { path \"y\"; source s { path \"x\" } } }", "E0107", "source s");
    one("product p { label a = b; label a = c }", "E0107", "a");
    one("flow f { on start w with A = \"1\", A = \"2\" }", "E0107", "A = \"2\"");
    one("scenario s { release p via f version \"1\" version \"2\" }", "E0107", "version \"2\"");
    one("policy p { require action commit; action none }", "E0107", "action none");
}

#[test]
fn words_in_place_of_one_of_a_few() {
    mended("policy p { action comit }", "E0101", "comit", "policy p { action commit }");
    mended("environment e { kind prod }", "E0101", "prod", "environment e { kind production }");
    mended("scenario s { expect qa suceeded }", "E0101", "suceeded", "scenario s { expect qa succeeded }");
    assert_eq!(
        one("flow f { on begin x }", "E0101", "begin"),
        "expected `start`, `success` or `failure`, found `begin`"
    );
    one("product p { concurrency parallel }", "E0101", "parallel");
    one("flow f { on start none }", "E0101", "none");
    one("scenario s { given a, b takes 4m }", "E0101", "a, b");
}

#[test]
fn a_placeholder_without_a_brace_keeps_its_statement() {
    mended(
        "product p {\n  application a-{environment in dev { path \"x\" }\n  flow f\n}\n",
        "E0101",
        "a-{environment",
        "product p {\n  application a-{environment} in dev { path \"x\" }\n  flow f\n}\n",
    );
    mended(
        "product p {\n  application a-environment} in dev { path \"x\" }\n  flow f\n}\n",
        "E0101",
        "a-environment}",
        "product p {\n  application a-{environment} in dev { path \"x\" }\n  flow f\n}\n",
    );
}

#[test]
fn a_brace_inserted_by_a_repair_does_not_lose_the_tree() {
    let text =
        format!("environment dev\nflow f {{ {}{} }}\nflow g\n  trigger dev\n}}\n", "x {".repeat(63), "}".repeat(63));
    assert_eq!(parsed(&text).tree.items.len(), 3);
    let full = format!("promte \"\n{}", "# filled\n".repeat(466_032));
    assert!(full.len() <= 4 * 1024 * 1024 && full.len() + 2 > 4 * 1024 * 1024 - 16);
    assert!(!said(&full).iter().any(|line| line.starts_with("E0106")));
}

#[test]
fn every_keyword_example_parses_in_its_block() {
    use crate::syntax::keywords::{Block, KEYWORDS};
    for keyword in KEYWORDS {
        let example = keyword.example;
        let text = match keyword.block {
            Block::File => example.to_string(),
            Block::Application => format!("product p {{ application a in dev {{ {example} }} }}"),
            Block::Source => format!("product p {{ application a in dev {{ source s {{ {example} }} }} }}"),
            Block::Trigger => format!("flow f {{ trigger dev {{ {example} }} }}"),
            Block::Promote => format!("flow f {{ promote qa {{ {example} }} }}"),
            block => format!("{} x {{ {example} }}", block.word()),
        };
        assert_eq!(said(&text), Vec::<String>::new(), "{text}");
        assert!(example.starts_with(keyword.word) && keyword.synopsis.starts_with(keyword.word), "{example}");
    }
}

#[test]
fn an_extra_closing_bracket_is_reported() {
    let tail = ["E0101 []] expected the end of `promote`, found `]`"];
    assert_eq!(said("flow f { trigger dev; promote qa] }"), tail);
    assert_eq!(
        said("flow f {\n  trigger dev\n  promote qa,\n    eu\n  ]\n}\n"),
        ["E0101 []] `]` is not a statement of `flow`"]
    );
    assert_eq!(said("flow f {\n  trigger dev\n  promote [qa,\n    eu\n  ]\n}\n").len(), 1, "only the habit");
}

#[test]
fn the_keywords_of_the_grammar_are_those_of_the_table() {
    use crate::syntax::keywords::{Block, of_block};
    let grammar = promo_grammar::TEXT;
    let blocks = [
        ("top_word ", Block::File),
        ("workflow_word ", Block::Workflow),
        ("policy_word ", Block::Policy),
        ("product_word ", Block::Product),
        ("flow_word ", Block::Flow),
        ("promote_word ", Block::Promote),
        ("trigger_word ", Block::Trigger),
        ("scenario_word ", Block::Scenario),
    ];
    for (rule, block) in blocks {
        let line = grammar.lines().find(|line| line.starts_with(rule)).expect(rule);
        let mut written: Vec<&str> = line.split('"').skip(1).step_by(2).collect();
        let mut table: Vec<&str> = of_block(block).map(|keyword| keyword.word).collect();
        written.sort_unstable();
        table.sort_unstable();
        assert_eq!(written, table, "{rule}");
    }
}

#[test]
fn words_of_other_languages_get_their_equivalent() {
    mended("flow f { timeout \"7d\" }", "E0101", "\"7d\"", "flow f { timeout 7d }");
    mended("flow f { timeout 2 weeks }", "E0104", "2 weeks", "flow f { timeout 14d }");
    mended("workflow w { idempotent true }", "E0101", "true", "workflow w { idempotent }");
    mended("workflow w { idempotent: yes }", "E0101", ": yes", "workflow w { idempotent }");
    mended("workflow w { retries 3 }", "E0101", "retries", "workflow w { retry 3 }");
    mended("window w { open mon-fri }", "E0104", "mon-fri", "window w { open mon..fri }");
    mended("window w { open mon 09:00-17:00 }", "E0104", "09:00-17:00", "window w { open mon 09:00..17:00 }");
    mended(
        "window w { open mon, wed..fri 09:00..17:00 }",
        "E0101",
        "wed..fri",
        "window w { open mon 09:00..17:00; open wed..fri 09:00..17:00 }",
    );
    mended(
        "window w {\n  closed 2026-12-24, 2026-12-31\n}",
        "E0101",
        "2026-12-31",
        "window w {\n  closed 2026-12-24; closed 2026-12-31\n}",
    );
    mended("template t { copy \"a\" at image.tag }", "E0101", "image.tag", "template t { copy \"a\" at $.image.tag }");
    mended("policy p { for production }", "E0101", "production", "policy p { for kind production }");
    mended("pipeline f { trigger dev }", "E0101", "pipeline", "flow f { trigger dev }");
    mended("flow f { promote qa { wait 5m } }", "E0101", "wait", "flow f { promote qa { soak 5m } }");
    mended("environments dev", "E0101", "environments", "environment dev");
}

#[test]
fn a_problem_without_a_fix_has_a_help_with_what_to_write() {
    let help = |text: &str| {
        let diagnostics = parsed(text).diagnostics;
        assert!(diagnostics.iter().all(|diagnostic| diagnostic.fix.is_none()), "{text}\n{diagnostics:#?}");
        diagnostics.first().map(|diagnostic| diagnostic.help.clone()).unwrap_or_default()
    };
    assert!(help("policy p { for qa, prod }").contains("`for environment qa, prod`"));
    assert!(help("flow f { promote qa { needs dev } }").contains("`promote prod after qa { … }`"));
    assert!(help("flow f { promote qa {\n  depends_on = [dev]\n} }").contains("`promote prod after qa { … }`"));
    assert!(help("workflow w {\n  run |\n}").contains("a line with only `\"\"\"`"));
    assert!(help("flow f { promote qa { approval 2 } }").contains("`approval 2 of NAME`"));
    assert!(help("window w { schedule \"0 9 * * 1-5\" }").contains("`open mon..fri 09:00..24:00`"));
    assert!(help("/* the regions */\nenvironment dev").contains("`#` before each line"));
    assert!(help("environment dev\n- qa").contains("`environment dev, qa`"));
}
