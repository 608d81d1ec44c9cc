//! Trees: everything in a text is in its tree.

use super::facts::{facts, plain};
use super::{ORDERS, parsed, said, text_of};
use crate::syntax::ast::*;
use crate::syntax::literal::{Clock, Days, Retry, Seconds, Weekday};

fn flow(text: &str) -> FlowDecl {
    let items = parsed(text).tree.items;
    let found = items.into_iter().find_map(|item| if let Item::Flow(flow) = item { Some(flow) } else { None });
    found.expect("a flow")
}

fn names(idents: &[Ident]) -> Vec<&str> {
    idents.iter().map(|ident| ident.value.as_str()).collect()
}

#[test]
fn the_realistic_program_has_every_statement_and_no_diagnostics() {
    assert_eq!(said(ORDERS), Vec::<String>::new());
    let parsed = parsed(ORDERS);
    assert!(!parsed.tree.damaged);
    assert!(!format!("{:?}", parsed.tree).contains("damaged: true"));
    assert_eq!(parsed.tree.items.len(), 17);
    assert_eq!(facts(&parsed.tree).len(), 114);
}

#[test]
fn targets_dependencies_and_words_that_are_names() {
    let flow =
        flow("flow f { trigger flow; promote after, one one by one after after, 2 of any, any of x; promote after }");
    assert_eq!(flow.triggers[0].environment.as_ref().unwrap().value, "flow");
    let promote = &flow.promotes[0];
    assert_eq!(names(&promote.targets), ["after", "one"]);
    assert!(promote.waves.as_ref().is_some_and(|waves| waves.one_by_one));
    let after = promote.after.as_ref().unwrap();
    assert_eq!(after.dependencies.len(), 3);
    assert!(matches!(after.dependencies[0].quantity, Quantity::All));
    assert!(matches!(after.dependencies[1].quantity, Quantity::AtLeast(count) if count.value == 2));
    assert_eq!(after.dependencies[1].name.value, "any");
    assert!(matches!(after.dependencies[2].quantity, Quantity::Any(_)));
    assert_eq!(names(&flow.promotes[1].targets), ["after"]);
}

#[test]
fn a_list_continues_after_a_comma_past_comments_and_blank_lines() {
    let text = "environment a,  # one\n\n  # two\n  b,\n  c\nflow f { trigger a; promote b,\n c\n promote d }";
    let parsed = parsed(text);
    assert_eq!(parsed.diagnostics, []);
    assert!(matches!(&parsed.tree.items[0], Item::Environment(decl) if names(&decl.names) == ["a", "b", "c"]));
    assert_eq!(flow(text).promotes.len(), 2);
}

#[test]
fn spans_match_the_text() {
    let text = "\u{FEFF}flow f {\r\n  trigger dev # é\r\n  promote qa after dev {\r\n    soak 1h30m\r\n  }\r\n}\r\n";
    let flow = flow(text);
    assert_eq!(text_of(text, flow.promotes[0].head), "promote qa after dev");
    assert_eq!(text_of(text, flow.promotes[0].span), "promote qa after dev {\r\n    soak 1h30m\r\n  }");
    let soak = flow.promotes[0].gates.soak.unwrap();
    assert_eq!((text_of(text, soak.span), soak.value), ("soak 1h30m", Seconds(5400)));
    assert_eq!(text_of(text, flow.triggers[0].span), "trigger dev");
}

#[test]
fn only_single_line_strings_have_escapes() {
    let text = "workflow w {\n  description \"a \\\"b\\\" \\\\ \\n\\t\\u{e9}\"\n  run \"\"\"\n    x \\d {\n\n      y\r\n    \"\"\"\n}\n";
    let parsed = parsed(text);
    assert_eq!(parsed.diagnostics, []);
    let Item::Workflow(workflow) = &parsed.tree.items[0] else { panic!() };
    assert_eq!(workflow.description.as_ref().unwrap().value, "a \"b\" \\ \n\té");
    let Some(Body::Run(run)) = &workflow.body else { panic!() };
    assert_eq!(run.value, "x \\d {\n\n  y\n");
}

#[test]
fn an_unclosed_multi_line_string_ends_at_the_next_declaration() {
    let text = "workflow w {\n  run \"\"\"\n    environment x\n}\nenvironment dev\nflow f { trigger dev }\n";
    assert_eq!(said(text).iter().filter(|line| line.starts_with("E0103 [\"\"\"]")).count(), 1);
    assert_eq!(parsed(text).tree.items.len(), 3);
}

#[test]
fn literals_are_values() {
    let text = "window w { open fri..mon 22:00..06:00; closed 2026-12-20..2027-01-04; closed 2026-01-01 }\n\
                workflow v { retry 3 every 30s; takes 2m..5m; fails 0.5% }";
    let parsed = parsed(text);
    assert_eq!(parsed.diagnostics, []);
    let Item::Window(window) = &parsed.tree.items[0] else { panic!() };
    assert_eq!(window.openings[0].days.value, Days::Week(Weekday(4), Weekday(0)));
    assert_eq!(window.openings[0].times.unwrap().value, (Clock(1320), Clock(360)));
    assert!(window.openings[1].closed && matches!(window.openings[1].days.value, Days::Dates(from, to) if from < to));
    let Item::Workflow(workflow) = &parsed.tree.items[1] else { panic!() };
    assert_eq!(workflow.retry.unwrap().value, Retry { times: 3, every: Seconds(30) });
    assert_eq!(workflow.takes.unwrap().value, (Seconds(120), Seconds(300)));
    assert_eq!(workflow.fails.unwrap().value.0, 0.5);
}

#[test]
fn scenarios_prefer_fixed_words_to_names() {
    let text = "scenario s {\n  release p via f after 10m version \"2\"\n  given after in qa takes 1h of 2\n  given approval in qa is denied\n  \
                given pull-request in qa never merges\n  given rollback in qa fails of 1\n  given terminate after 3h\n  given w fails 1 time\n  \
                given a, b at version \"1\"\n  expect release 1 rolled-back\n  expect after of 1 runs 0 times in qa\n  \
                expect qa of 2 at version \"1\"\n  expect qa not started before 2026-01-05T09:00Z\n}";
    let parsed = parsed(text);
    assert_eq!(parsed.diagnostics, []);
    let Item::Scenario(scenario) = &parsed.tree.items[0] else { panic!() };
    let kinds: Vec<String> =
        scenario.givens.iter().map(|given| plain(&given.kind).split('(').next().unwrap().to_string()).collect();
    assert_eq!(kinds, ["Takes", "Denied", "NeverMerges", "RollbackFails", "Terminate", "Fails", "Version"]);
    assert_eq!(scenario.givens[0].of.unwrap().value, 2);
    assert_eq!(scenario.expectations.len(), 4);
    assert_eq!(scenario.releases[0].after.unwrap().value, Seconds(600));
}

#[test]
fn properties_prefer_release_to_names_and_end_in_states() {
    let text =
        "flow f {\n  never failed, qa failed while release running and started started\n  never release failed\n}";
    let parsed = parsed(text);
    assert_eq!(parsed.diagnostics, []);
    let Item::Flow(flow) = &parsed.tree.items[0] else { panic!() };
    let shown: Vec<String> = flow.nevers.iter().map(ToString::to_string).collect();
    assert_eq!(shown, ["never failed, qa failed while release running and started started", "never release failed"]);
    assert_eq!(text_of(text, flow.nevers[0].facts[2].state.span), "started");
    let Some(FactDecl { targets: None, state }) = flow.nevers[0].facts.get(1) else { panic!() };
    assert_eq!(state.value, StateWord::Is(Status::Running));
}

#[test]
fn a_property_with_a_syntax_error_is_not_in_the_tree() {
    for text in ["never qa", "never qa failed while", "never failed", "never qa filed", "never qa failed eu"] {
        let parsed = parsed(&format!("flow f {{ {text}; trigger dev }}"));
        let Item::Flow(flow) = &parsed.tree.items[0] else { panic!() };
        assert_eq!((parsed.diagnostics.len(), flow.triggers.len()), (1, 1), "{text}");
        assert!(flow.damaged || !flow.nevers.is_empty(), "{text}");
    }
}

#[test]
fn paths_end_outside_brackets_and_quotes() {
    let text = "template t { copy \"a\" at $[\"x{y}z\"].tag, $['a}b;c'].d, $.images[?@.name == \"web, api\"].tag; copy \"b\" at $.t#c\n}";
    let parsed = parsed(text);
    assert_eq!(parsed.diagnostics, []);
    let Item::Template(template) = &parsed.tree.items[0] else { panic!() };
    let paths: Vec<&str> = template
        .content
        .copies
        .iter()
        .flat_map(|copy| copy.paths.iter().flatten())
        .map(|path| path.path.value.as_str())
        .collect();
    assert_eq!(paths, ["$[\"x{y}z\"].tag", "$['a}b;c'].d", "$.images[?@.name == \"web, api\"].tag", "$.t"]);
}

#[test]
fn a_flow_starts_by_hand_or_when_all_conditions_hold() {
    let text =
        "product p { flow a by hand; flow b when message matches \"x\", \"y\" and revision excludes \"z\"; flow c }";
    let parsed = parsed(text);
    let Item::Product(product) = &parsed.tree.items[0] else { panic!() };
    assert!(matches!(product.flows[0].start, FlowStart::ByHand(_)));
    let FlowStart::When(conditions) = &product.flows[1].start else { panic!() };
    assert_eq!((conditions[0].patterns.len(), conditions[0].excludes, conditions[1].excludes), (2, false, true));
    assert!(matches!(&product.flows[2].start, FlowStart::When(none) if none.is_empty()));
}

#[test]
fn a_syntax_error_damages_only_its_own_block() {
    let flow = flow("flow f { trigger dev; promote qa { soak soon }; promote prod -> x }");
    assert!(flow.promotes[0].damaged && flow.promotes[0].gates.soak.is_none());
    assert!(flow.damaged, "`promote prod` has words left over");
    let flow = self::flow("flow f { trigger dev; promote qa { soak soon } }");
    assert!(flow.promotes[0].damaged && !flow.damaged);
}

#[test]
fn misspelled_statements_are_in_the_tree() {
    let parsed = parsed("enviroment dev, qa\nflw f {\n  triger dev\n  promote qa {\n    soka 5m\n  }\n}\n");
    assert_eq!(parsed.diagnostics.len(), 4);
    assert!(!parsed.tree.damaged);
    let Item::Flow(flow) = &parsed.tree.items[1] else { panic!() };
    assert_eq!(flow.triggers.len(), 1);
    assert_eq!(flow.promotes[0].gates.soak.unwrap().value, Seconds(300));
    assert!(!flow.damaged && !flow.promotes[0].damaged);
}
