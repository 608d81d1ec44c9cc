//! What is written for Codefresh from a program with every feature, what is not, and where that is reported.

use std::collections::BTreeMap;

use promoc::check::recorded;
use promoc::compile::{CompileOptions, Compiled, compile, target};
use promoc::diagnostic::{Code, Diagnostic};
use promoc::program::MemoryFiles;
use promoc::{Analysed, analyse};

fn analysis(text: &str) -> Analysed {
    let files = MemoryFiles(BTreeMap::from([("main.promo".to_owned(), text.to_owned())]));
    let analysis = analyse(&files, "main.promo").expect("it loads");
    assert!(analysis.analysis().diagnostics.is_empty(), "{:#?}", analysis.diagnostics());
    analysis
}

/// Compiles a program like a recorded one, without its checks: some programs here have errors, so that one snapshot
/// shows everything that a target rejects.
fn compiled(text: &str, options: &CompileOptions) -> Result<Compiled, Vec<Diagnostic>> {
    compile(recorded(analysis(text).analysis()), target("codefresh").unwrap(), options)
}

fn everything() -> Compiled {
    let text = std::fs::read_to_string("tests/compile/everything.promo").expect("the example");
    compiled(&text, &CompileOptions::default()).unwrap_or_else(|said| panic!("{said:#?}"))
}

fn stream(compiled: &Compiled) -> String {
    compiled.files.iter().map(|(path, text)| format!("=== {path}\n{text}")).collect()
}

#[test]
fn a_program_with_every_feature() {
    insta::assert_snapshot!(stream(&everything()));
}

#[test]
fn the_same_program_gives_the_same_bytes() {
    assert_eq!(everything(), everything());
}

/// Each diagnostic with the text that it underlines.
fn said(analysis: &Analysed, diagnostics: &[Diagnostic]) -> String {
    let one = |diagnostic: &Diagnostic| {
        let text = diagnostic.primary().map(|span| analysis.sources().text(span)).unwrap_or_default();
        let Diagnostic { code, message, help, .. } = diagnostic;
        format!("{code} {message}\n  `{}`\n  {help}\n", text.replace('\n', "\\n"))
    };
    diagnostics.iter().map(one).collect()
}

fn refused() -> Analysed {
    analysis(&std::fs::read_to_string("tests/compile/refused.promo").expect("the example"))
}

#[test]
fn everything_codefresh_cannot_express_is_reported_at_once() {
    let refused = refused();
    let diagnostics = compile(recorded(refused.analysis()), target("codefresh").unwrap(), &CompileOptions::default())
        .expect_err("it is refused");
    insta::assert_snapshot!(said(&refused, &diagnostics));
}

#[test]
fn with_allow_loss_they_are_warnings_and_comments_in_the_files() {
    let refused = refused();
    let strict = compile(recorded(refused.analysis()), target("codefresh").unwrap(), &CompileOptions::default())
        .expect_err("it is refused");
    let options = CompileOptions { allow_loss: true, ..CompileOptions::default() };
    let compiled =
        compile(recorded(refused.analysis()), target("codefresh").unwrap(), &options).expect("losses are allowed");
    assert_eq!(compiled.diagnostics.len(), strict.len());
    assert!(compiled.diagnostics.iter().all(|diagnostic| diagnostic.code == Code::W0802));
    let files: String = compiled.files.iter().map(|(_, text)| text.as_str()).collect();
    for lost in strict.iter().filter(|diagnostic| diagnostic.code == Code::E0801) {
        let comment = format!("# - {}\n", lost.message);
        assert!(files.contains(&comment), "{comment}");
    }
    insta::assert_snapshot!(stream(&compiled));
}

#[test]
fn a_runner_image_is_not_ignored_silently() {
    let refused = refused();
    let options = CompileOptions { runner_image: Some("promoc:1".to_owned()), ..CompileOptions::default() };
    let diagnostics =
        compile(recorded(refused.analysis()), target("codefresh").unwrap(), &options).expect_err("it is refused");
    let bake = diagnostics.iter().find(|diagnostic| diagnostic.message.contains("bake")).expect("bake is refused");
    assert!(bake.message.ends_with("running it in `promoc:1` is not supported yet"), "{}", bake.message);
}

#[test]
fn a_cluster_template_is_not_replaced_by_a_workflow_with_its_name() {
    let text = std::fs::read_to_string("tests/compile/everything.promo").expect("the example");
    let own = "workflow tests { image \"alpine:3\"; run \"true\" }\nworkflow other { uses \"tests\" }\n";
    let refused = compiled(&format!("{text}{own}"), &CompileOptions::default()).expect_err("it is refused");
    let messages: Vec<&str> = refused.iter().map(|diagnostic| diagnostic.message.as_str()).collect();
    let wanted = "workflow `tests` would replace the template `tests` in the cluster";
    assert!(messages.contains(&wanted), "{messages:?}");
}

#[test]
fn an_unknown_target_suggests_the_nearest() {
    let unknown = target("codefrsh").expect_err("the target is unknown");
    assert_eq!(unknown.to_string(), "unknown target `codefrsh`");
    assert_eq!(unknown.help, "Did you mean `codefresh`? The targets are: `codefresh`.");
}

#[test]
fn a_feature_that_a_manifest_does_not_need_is_no_loss() {
    let text = std::fs::read_to_string("tests/compile/remaining.promo").expect("the example");
    let compiled = compiled(&text, &CompileOptions::default()).unwrap_or_else(|said| panic!("{said:#?}"));
    assert_eq!(compiled.diagnostics, []);
}

#[test]
fn a_feature_expressed_differently_is_a_warning() {
    let text = std::fs::read_to_string("tests/compile/everything.promo").expect("the example");
    let analysis = analysis(&text);
    let compiled = compile(recorded(analysis.analysis()), target("codefresh").unwrap(), &CompileOptions::default())
        .expect("it compiles");
    insta::assert_snapshot!(said(&analysis, &compiled.diagnostics));
}

/// The diagnostics for two products that share a flow, with policies for one of them.
fn shared(policies: &str) -> Vec<(String, String)> {
    let product = |name: &str| {
        format!(
            "product {name} {{\n  copy \"values.yaml\"\n  repo \"https://git.example.com/{name}.git\"\n  \
             application {name}-{{environment}} in dev, qa {{ path \"{{environment}}\" }}\n  flow both\n}}\n"
        )
    };
    let text = format!(
        "environment dev, qa\nworkflow tidy {{\n  image \"alpine:3.20\"\n  run \"\"\"\n    true\n    \"\"\"\n}}\n\
         {}{}flow both {{\n  trigger dev\n  promote qa\n}}\n{policies}\n",
        product("one"),
        product("two")
    );
    let analysis = analysis(&text);
    let diagnostics =
        match compile(recorded(analysis.analysis()), target("codefresh").unwrap(), &CompileOptions::default()) {
            Ok(compiled) => compiled.diagnostics,
            Err(diagnostics) => diagnostics,
        };
    let one = |diagnostic: Diagnostic| {
        let text = diagnostic.primary().map(|span| analysis.sources().text(span)).unwrap_or_default();
        (text.to_owned(), format!("{} {}", diagnostic.code, diagnostic.message))
    };
    diagnostics.into_iter().map(one).collect()
}

fn refusals(policies: &str) -> Vec<(String, String)> {
    shared(policies).into_iter().filter(|(_, message)| message.starts_with("E0801")).collect()
}

#[test]
fn a_policy_for_only_one_product_of_a_flow_is_refused() {
    let cases = [
        (
            "policy p { for product one; action none }",
            "action none",
            "E0801 the action of `qa` differs between products of flow `both`",
        ),
        (
            "policy p { for product one; on success tidy }",
            "on success tidy",
            "E0801 `on success` of policy `p` does not apply to product `two`, which uses the same flow",
        ),
        (
            "policy p { for product two; approval lead }",
            "approval lead",
            "E0801 `approval lead` of policy `p` does not apply to product `one`, which uses the same flow",
        ),
    ];
    for (policies, underlined, message) in cases {
        assert_eq!(refusals(policies), [(underlined.to_owned(), message.to_owned())], "{policies}");
    }
}

#[test]
fn a_policy_for_all_products_of_a_flow_is_not_refused() {
    assert_eq!(refusals("policy p { action commit; approval lead; on success tidy }"), []);
    // `commit` is the default, so both products have the same action.
    assert_eq!(refusals("policy p { for product one; action commit }"), []);
    // A longer soak for all products covers a shorter one for some.
    assert_eq!(refusals("policy p { soak 2h }\npolicy q { for product one; soak 1h }"), []);
    assert_eq!(refusals("policy p { soak 1h }\npolicy q { for product one; soak 2h }").len(), 1);
}

#[test]
fn require_is_refused_only_if_priority_alone_would_choose_differently() {
    let lower = "policy p { priority 1; require action commit }\npolicy q { priority 2; action pull-request }";
    assert_eq!(
        refusals(lower),
        [("require".to_owned(), "E0801 Codefresh has no `require`: `q` would take precedence over `p`".to_owned())]
    );
    assert_eq!(
        refusals("policy p { priority 3; require action commit }\npolicy q { priority 2; action pull-request }"),
        []
    );
    assert_eq!(refusals("policy p { priority 1; require action commit }\npolicy q { priority 2; action commit }"), []);
}
