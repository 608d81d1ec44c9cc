//! Every feature as an editor sees it.

use super::*;
use crate::editor::Editor;

const FULL: &str = r##"{
    "general": { "positionEncodings": ["utf-16"] },
    "workspace": { "workspaceEdit": { "documentChanges": true } },
    "textDocument": {
        "diagnostic": {},
        "hover": { "contentFormat": ["markdown", "plaintext"] },
        "completion": { "completionItem": { "snippetSupport": true } },
        "codeAction": { "codeActionLiteralSupport": {} },
        "documentSymbol": { "hierarchicalDocumentSymbolSupport": true }
    }
}"##;

const PROGRAM: &str = "environment dev, qa\nenvironment eu, us { kind production }\ngroup regions = eu, us\n\
    workflow smoke { needs APP_NAME, URL = \"a\"; run \"curl $URL\" }\n\
    flow main {\n  trigger dev\n  promote qa\n  promote regions after qa { post-action smoke }\n}\n";

fn editor() -> Editor {
    Editor::with(serde_json::from_str(FULL).unwrap())
}

/// The result of a request about the place that `to` marks, where it replaces the first `from` of the program.
fn at(method: &str, from: &str, to: &str, more: Value) -> Value {
    let editor = editor();
    let mut params = editor.mark("main.promo", &PROGRAM.replacen(from, to, 1));
    if let (Value::Object(params), Value::Object(more)) = (&mut params, more) {
        params.extend(more);
    }
    let result = editor.ask(method, params).unwrap();
    editor.stop_without_pushes();
    result
}

/// The lines and columns of the start of each range.
fn starts(list: &Value) -> Vec<(u64, u64)> {
    let start = |one: &Value| {
        let range = one.get("range").unwrap_or(&one["location"]["range"]);
        (range["start"]["line"].as_u64().unwrap(), range["start"]["character"].as_u64().unwrap())
    };
    list.as_array().unwrap().iter().map(start).collect()
}

fn texts(list: &Value, field: &str) -> Vec<String> {
    list.as_array().unwrap().iter().map(|one| one[field].as_str().unwrap().to_owned()).collect()
}

#[test]
fn every_method_is_announced_and_listed_once() {
    let capabilities = json!({ "capabilities": serde_json::from_str::<Value>(FULL).unwrap() });
    let announced = providers(&Client::new(&capabilities));
    for (nth, feature) in METHODS.iter().enumerate() {
        assert!(announced.contains_key(feature.provider), "{}", feature.method);
        assert!(METHODS.iter().skip(nth + 1).all(|other| other.method != feature.method), "{}", feature.method);
    }
    for provider in announced.keys() {
        assert!(METHODS.iter().any(|feature| feature.provider == provider), "{provider}");
    }
}

#[test]
fn every_feature_answers_everywhere_even_in_broken_text() {
    let editor = editor();
    let text = format!("{PROGRAM}flow broken {{ promote qa after {{\n  # 𝕏\n policy \"\n");
    editor.open("main.promo", &text);
    for (nth, line) in text.lines().enumerate() {
        for character in [0, 3, 12, line.len()] {
            for feature in METHODS {
                let params = json!({
                    "textDocument": { "uri": editor.uri("main.promo") },
                    "position": { "line": nth, "character": character },
                    "positions": [{ "line": nth, "character": character }],
                    "range": {
                        "start": { "line": nth, "character": 0 }, "end": { "line": nth, "character": character },
                    },
                    "context": { "includeDeclaration": true, "diagnostics": [], "triggerKind": 1, "isRetrigger": false },
                    "options": { "tabSize": 2, "insertSpaces": true },
                    "ch": "}", "newName": "x", "query": "", "previousResultIds": [],
                    "label": "promote", "data": {}, "previousResultId": "x",
                    "command": "promo.preview", "arguments": [editor.uri("main.promo"), "main"],
                    "item": { "name": "qa", "data": { "uri": editor.uri("main.promo"), "flow": "main" } },
                });
                let answer = editor.ask(feature.method, params);
                let code = answer.as_ref().err().map_or(0, |error| error.code);
                assert!(code == 0 || code == ErrorCode::RequestFailed as i32, "{} {answer:?}", feature.method);
            }
        }
    }
    editor.stop_without_pushes();
}

#[test]
fn names_lead_to_their_declarations_and_uses() {
    assert_eq!(starts(&at("textDocument/definition", "promote qa", "promote q|a", json!({}))), [(0, 17)]);
    let members = at("textDocument/typeDefinition", "promote regions", "promote regio|ns", json!({}));
    assert_eq!(starts(&members), [(1, 12), (1, 16)]);
    let context = |declaration: bool| json!({ "context": { "includeDeclaration": declaration } });
    let uses = at("textDocument/references", "promote qa", "promote q|a", context(false));
    assert_eq!(starts(&uses), [(6, 10), (7, 24)]);
    assert_eq!(starts(&at("textDocument/references", "promote qa", "promote q|a", context(true))).len(), 3);
    let highlights = at("textDocument/documentHighlight", "dev, qa", "dev, |qa", json!({}));
    assert_eq!(starts(&highlights), [(0, 17), (6, 10), (7, 24)]);
    assert_eq!(highlights[0]["kind"], 3);
}

#[test]
fn a_rename_changes_every_use_and_names_the_version() {
    let range = at("textDocument/prepareRename", "promote qa", "promote q|a", json!({}));
    assert_eq!((&range["placeholder"], &range["range"]["start"]["character"]), (&json!("qa"), &json!(10)));
    let edit = at("textDocument/rename", "promote qa", "promote q|a", json!({ "newName": "staging" }));
    let change = &edit["documentChanges"][0];
    assert_eq!(change["textDocument"]["version"], 1);
    assert_eq!(starts(&change["edits"]), [(0, 17), (6, 10), (7, 24)]);
    let editor = editor();
    let mut params = editor.mark("main.promo", &PROGRAM.replacen("promote qa", "promote q|a", 1));
    params["newName"] = json!("dev");
    let refused = editor.ask("textDocument/rename", params).unwrap_err();
    assert_eq!(refused.message, "`dev` is already an environment");
    editor.stop();
}

#[test]
fn completion_offers_names_snippets_and_their_documentation() {
    let found = at("textDocument/completion", "promote qa\n", "promote qa\n  trigger |\n", json!({}));
    assert_eq!(texts(&found["items"], "label"), ["dev", "eu", "qa", "us"]);
    let editor = editor();
    let params = editor.mark("main.promo", &PROGRAM.replacen("promote qa\n", "promote qa\n  pro|\n", 1));
    let found = editor.ask("textDocument/completion", params).unwrap();
    let promote = found["items"].as_array().unwrap().iter().find(|item| item["label"] == "promote").unwrap();
    assert_eq!(promote["textEdit"]["newText"], "promote ${1:target}");
    assert_eq!(promote["textEdit"]["range"]["start"]["character"], 2);
    let resolved = editor.ask("completionItem/resolve", promote.clone()).unwrap();
    assert!(resolved["documentation"]["value"].as_str().unwrap().contains("promote qa, staging after dev"));
    editor.stop_without_pushes();
}

#[test]
fn hover_and_signatures_explain() {
    let hover = at("textDocument/hover", "group regions", "group reg|ions", json!({}));
    assert_eq!(hover["contents"]["value"], "**group** `regions`\n\n2 environments: `eu`, `us`");
    let help = at("textDocument/signatureHelp", "promote qa\n", "promote qa after |\n", json!({}));
    assert!(help["signatures"][0]["label"].as_str().unwrap().starts_with("promote TARGETS"));
}

#[test]
fn the_shape_of_a_file_is_known() {
    let outline = at("textDocument/documentSymbol", "environment", "|environment", json!({}));
    assert_eq!(texts(&outline, "name"), ["dev, qa", "eu, us", "regions", "smoke", "main"]);
    assert_eq!(texts(&outline[4]["children"], "name"), ["qa", "regions"]);
    let found = at("workspace/symbol", "environment", "|environment", json!({ "query": "rgn" }));
    assert_eq!(texts(&found, "name"), ["regions"]);
    let folds = at("textDocument/foldingRange", "environment", "|environment", json!({}));
    assert_eq!(folds, json!([{ "startLine": 4, "endLine": 7, "kind": "region" }]));
    let position = json!({ "positions": [{ "line": 7, "character": 40 }] });
    let selection = &at("textDocument/selectionRange", "environment", "|environment", position)[0];
    assert_eq!(selection["range"]["start"]["character"], 29);
    assert_eq!(selection["parent"]["range"]["start"]["line"], 7);
}

#[test]
fn an_import_is_a_link() {
    let editor = editor();
    editor.write("environments.promo", "environment dev\n");
    let at = editor.mark("main.promo", "import \"environm|ents.promo\"\n");
    let links = editor.ask("textDocument/documentLink", at.clone()).unwrap();
    assert_eq!(links[0]["target"], editor.uri("environments.promo"));
    let target = editor.ask("textDocument/definition", at).unwrap();
    assert_eq!(target[0]["uri"], editor.uri("environments.promo"));
    editor.stop_without_pushes();
}

#[test]
fn formatting_changes_only_what_is_asked_for() {
    let options = json!({ "options": { "tabSize": 2, "insertSpaces": true } });
    let all =
        at("textDocument/formatting", "trigger dev\n  promote qa", "|trigger   dev\n  promote   qa", options.clone());
    assert_eq!(texts(&all, "newText"), ["  trigger dev\n  promote qa\n"]);
    let mut range = options.clone();
    range["range"] = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 0, "character": 5 } });
    let none = at("textDocument/rangeFormatting", "trigger dev", "|trigger   dev", range);
    assert_eq!(none, json!([]));
    let mut typed = options;
    typed["ch"] = json!("}");
    let ended = at(
        "textDocument/onTypeFormatting",
        "after qa { post-action smoke }",
        "after qa {  post-action smoke }|",
        typed,
    );
    assert_eq!(texts(&ended, "newText"), ["  promote regions after qa { post-action smoke }\n"]);
}

/// A program without errors, and with scenarios.
fn whole() -> String {
    format!(
        "{PROGRAM}policy careful {{ for kind production; action pull-request; soak 30m }}\n\
         product shop {{\n  copy \"v.yaml\"\n  repo \"./r\"\n  \
         application shop-{{environment}} in dev, qa, regions {{ path \"{{environment}}\" }}\n  flow main\n}}\n\
         scenario good {{ release shop via main; expect qa succeeded }}\n\
         scenario bad {{ release shop via main; expect qa failed }}\n"
    )
}

#[test]
fn words_have_colors_and_only_changes_are_sent_again() {
    let editor = editor();
    editor.open("main.promo", PROGRAM);
    let document = json!({ "textDocument": { "uri": editor.uri("main.promo") } });
    let full = editor.ask("textDocument/semanticTokens/full", document.clone()).unwrap();
    let data: Vec<u64> = full["data"].as_array().unwrap().iter().map(|n| n.as_u64().unwrap()).collect();
    // `environment dev, qa`
    assert_eq!(&data[..15], [0, 0, 11, 0, 0, 0, 12, 3, 1, 1, 0, 5, 2, 1, 1]);
    editor.replace("main.promo", 2, &PROGRAM.replacen("dev, qa", "dev, staging, qa", 1));
    let mut again = document.clone();
    again["previousResultId"] = full["resultId"].clone();
    let delta = editor.ask("textDocument/semanticTokens/full/delta", again).unwrap();
    let edit = &delta["edits"][0];
    let (start, delete) = (edit["start"].as_u64().unwrap() as usize, edit["deleteCount"].as_u64().unwrap() as usize);
    let new: Vec<u64> = edit["data"].as_array().unwrap().iter().map(|n| n.as_u64().unwrap()).collect();
    let patched: Vec<u64> = [&data[..start], &new, &data[start + delete..]].concat();
    let fresh = editor.ask("textDocument/semanticTokens/full", document.clone()).unwrap();
    assert_eq!(json!(patched), fresh["data"]);
    assert!(new.len() < 20, "{new:?}");
    let mut first = document;
    first["range"] = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 0, "character": 5 } });
    assert_eq!(editor.ask("textDocument/semanticTokens/range", first).unwrap()["data"], json!([0, 0, 11, 0, 0]));
    editor.stop_without_pushes();
}

#[test]
fn a_call_hierarchy_leads_through_the_flow() {
    let editor = editor();
    let at = editor.mark("main.promo", &PROGRAM.replacen("promote regions", "promote re|gions", 1));
    let members = editor.ask("textDocument/prepareCallHierarchy", at).unwrap();
    assert_eq!(texts(&members, "name"), ["eu", "us"]);
    let item = |name: &str| json!({ "item": members.as_array().unwrap().iter().find(|one| one["name"] == name) });
    let incoming = editor.ask("callHierarchy/incomingCalls", item("us")).unwrap();
    assert_eq!(incoming[0]["from"]["name"], "qa");
    let qa = json!({ "item": incoming[0]["from"] });
    let outgoing = editor.ask("callHierarchy/outgoingCalls", qa).unwrap();
    assert_eq!((&outgoing[0]["to"]["name"], &outgoing[1]["to"]["name"]), (&json!("eu"), &json!("us")));
    editor.stop_without_pushes();
}

#[test]
fn a_fix_is_an_action_with_its_diagnostic() {
    let editor = editor();
    let at = editor.mark("main.promo", &PROGRAM.replacen("promote regions", "promote region|", 1));
    let range = json!({ "start": at["position"], "end": at["position"] });
    let params = |context: Value| json!({ "textDocument": at["textDocument"], "range": range, "context": context });
    let actions = editor.ask("textDocument/codeAction", params(json!({ "diagnostics": [] }))).unwrap();
    let fix = &actions[0];
    assert_eq!((&fix["title"], &fix["diagnostics"][0]["code"]), (&json!("write `regions`"), &json!("E0201")));
    assert_eq!(fix["edit"]["documentChanges"][0]["edits"][0]["newText"], "regions");
    let only = json!({ "diagnostics": [], "only": ["source"] });
    let all = editor.ask("textDocument/codeAction", params(only)).unwrap();
    assert_eq!(all[0]["kind"], "source.fixAll");
    let none = json!({ "diagnostics": [], "only": ["refactor"] });
    assert_eq!(editor.ask("textDocument/codeAction", params(none)).unwrap(), json!([]));
    editor.stop_without_pushes();
}

#[test]
fn hints_say_what_follows_from_the_program() {
    let editor = editor();
    editor.open("main.promo", &whole());
    let range = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 99, "character": 0 } });
    let params = json!({ "textDocument": { "uri": editor.uri("main.promo") }, "range": range });
    let hints = editor.ask("textDocument/inlayHint", params).unwrap();
    assert_eq!(texts(&hints, "label"), ["+0s", "= eu, us", "pull-request (careful), +30m"]);
    assert_eq!(hints[1]["position"], json!({ "line": 7, "character": 17 }));
    editor.stop_without_pushes();
}

#[test]
fn lenses_play_scenarios_until_the_meaning_changes() {
    let editor = editor();
    editor.open("main.promo", &whole());
    let document = json!({ "textDocument": { "uri": editor.uri("main.promo") } });
    let titles = || -> Vec<String> {
        let lenses = editor.ask("textDocument/codeLens", document.clone()).unwrap();
        lenses.as_array().unwrap().iter().map(|lens| lens["command"]["title"].as_str().unwrap().to_owned()).collect()
    };
    let before = titles();
    assert_eq!(before[before.len() - 2..], ["run scenario", "run scenario"]);
    assert!(before.contains(&"simulate".to_owned()) && before.contains(&"1 reference".to_owned()), "{before:?}");
    let run = |command: &str, name: &str| {
        let params = json!({ "command": command, "arguments": [editor.uri("main.promo"), name] });
        editor.ask("workspace/executeCommand", params)
    };
    assert_eq!(run("promo.runScenario", "good").unwrap(), json!({ "passed": true, "failures": [] }));
    assert_eq!(run("promo.runScenario", "bad").unwrap()["passed"], false);
    let after = titles();
    assert_eq!(after[after.len() - 2], "✓ passed");
    assert!(after[after.len() - 1].starts_with("✗ failed: "), "{after:?}");
    editor.replace("main.promo", 2, &format!("# a comment\n{}", whole()));
    assert_eq!(titles()[after.len() - 2], "✓ passed", "a comment has no meaning");
    editor.replace("main.promo", 3, &whole().replace("soak 30m", "soak 31m"));
    assert_eq!(titles()[after.len() - 2..], ["run scenario", "run scenario"]);
    assert!(run("promo.preview", "main").unwrap().as_str().unwrap().starts_with("<svg"));
    assert!(run("promo.simulate", "main").unwrap().as_str().unwrap().contains("succeeded"));
    assert_eq!(run("promo.simulate", "nope").unwrap_err().message, "no product has a flow `nope`");
    assert_eq!(run("promo.unheardOf", "main").unwrap_err().code, ErrorCode::InvalidParams as i32);
    editor.stop_without_pushes();
}

/// Numbers that look random, the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end.max(1)
    }
}

#[test]
fn after_any_edits_the_diagnostics_are_those_of_a_fresh_start() {
    let mut dice = Dice(7);
    for encoding in ["utf-8", "utf-16", "utf-32"] {
        let capabilities = json!({
            "general": { "positionEncodings": [encoding] },
            "textDocument": { "diagnostic": {} },
        });
        let editor = Editor::with(capabilities.clone());
        let mut text = format!("# 𝕏é\n{}", whole());
        editor.open("main.promo", &text);
        for version in 2..60 {
            let lines: Vec<&str> = text.split('\n').collect();
            let line = dice.below(lines.len());
            let characters: Vec<char> = lines[line].chars().collect();
            let (one, other) = (dice.below(characters.len() + 1), dice.below(characters.len() + 1));
            let (from, to) = (one.min(other), one.max(other).min(one.min(other) + 3));
            let units = |count: usize| -> usize {
                let size = |c: &char| match encoding {
                    "utf-8" => c.len_utf8(),
                    "utf-16" => c.len_utf16(),
                    _ => 1,
                };
                characters.iter().take(count).map(size).sum()
            };
            let new = ["", "{", "}", "qa", "\n", "\"", "promote ", "𝕏", ", "][dice.below(9)];
            let start = lines.iter().take(line).map(|line| line.len() + 1).sum::<usize>();
            let byte = |count: usize| start + characters.iter().take(count).map(|c| c.len_utf8()).sum::<usize>();
            let change = json!({
                "range": {
                    "start": { "line": line, "character": units(from) },
                    "end": { "line": line, "character": units(to) },
                },
                "text": new,
            });
            let (first, last) = (byte(from), byte(to));
            text.replace_range(first..last, new);
            let document = json!({ "uri": editor.uri("main.promo"), "version": version });
            editor.tell("textDocument/didChange", json!({ "textDocument": document, "contentChanges": [change] }));
        }
        let pull = |editor: &Editor| {
            let params = json!({ "textDocument": { "uri": editor.uri("main.promo") } });
            let report = editor.ask("textDocument/diagnostic", params).unwrap();
            report["items"].as_array().unwrap().iter().map(|one| one["range"].clone()).collect::<Vec<_>>()
        };
        let fresh = Editor::with(capabilities);
        fresh.open("main.promo", &text);
        assert_eq!(pull(&editor), pull(&fresh), "{text}");
        assert!(!pull(&fresh).is_empty());
        editor.stop_without_pushes();
        fresh.stop_without_pushes();
    }
}
