//! Code actions, hints, lenses and commands: what an editor can do beyond writing.

use gen_lsp_types as lsp;
use lsp_server::ErrorCode;
use promoc::ide::{self, LensKind};
use serde_json::{Value, json};

use super::{Handled, Refusal, now, read, shown};
use crate::client::Client;
use crate::server::{LensResult, Server};

const PREVIEW: &str = "promo.preview";
const SIMULATE: &str = "promo.simulate";
const RUN_SCENARIO: &str = "promo.runScenario";

pub(super) fn action_options(_: &Client) -> Option<Value> {
    Some(json!({ "codeActionKinds": ["quickfix", "source.fixAll"] }))
}

pub(super) fn actions(server: &mut Server<'_>, params: Value) -> Handled<Value> {
    let params = read::<lsp::CodeActionParams>(params)?;
    let view = server.current(&params.text_document.uri)?;
    if !view.client.literal_actions {
        return Ok(json!([]));
    }
    let range = (view.offset(params.range.start), view.offset(params.range.end));
    // a kind includes those that it is a prefix of
    let wanted = |kind: &str| {
        let only = params.context.only.as_ref();
        only.is_none_or(|only| {
            only.iter().filter_map(|one| Some(json!(one).as_str()?.to_owned())).any(|one| {
                kind == one || kind.strip_prefix(&one).is_some_and(|rest| rest.starts_with('.')) || one.is_empty()
            })
        })
    };
    let mut actions = Vec::new();
    if wanted("quickfix") {
        for (diagnostic, fix) in ide::fixes(view.analysed, view.file, range) {
            actions.push(json!({
                "title": fix.title,
                "kind": "quickfix",
                "isPreferred": true,
                "diagnostics": [view.diagnostic(diagnostic)],
                "edit": view.workspace_edit(&fix.edits),
            }));
        }
    }
    let all = ide::all_fixes(view.analysed, view.file);
    if wanted("source.fixAll") && !all.is_empty() {
        actions.push(json!({
            "title": "apply every fix that is certain",
            "kind": "source.fixAll",
            "edit": view.workspace_edit(&all),
        }));
    }
    shown(actions)
}

pub(super) fn hints(server: &mut Server<'_>, params: Value) -> Handled<Value> {
    let params = read::<lsp::InlayHintParams>(params)?;
    let view = server.current(&params.text_document.uri)?;
    let (start, end) = (view.offset(params.range.start), view.offset(params.range.end));
    let hints = ide::hints(view.analysed, view.file, now());
    let inside = hints.iter().filter(|hint| start <= hint.at.start && hint.at.start <= end);
    let hint = |hint: &ide::Hint| {
        json!({
            "position": view.range(hint.at).start,
            "label": hint.text,
            "tooltip": (!hint.tooltip.is_empty()).then_some(&hint.tooltip),
            "paddingLeft": true,
        })
    };
    shown(inside.map(hint).collect::<Vec<_>>())
}

pub(super) fn lenses(server: &mut Server<'_>, params: Value) -> Handled<Value> {
    let params = read::<lsp::CodeLensParams>(params)?;
    let uri = params.text_document.uri;
    server.current(&uri)?;
    server.forget_played();
    let (view, played) = server.current_and_played(&uri)?;
    let lens = |lens: &ide::Lens| {
        let command = match &lens.kind {
            LensKind::References(spans) => {
                let plural = if spans.len() == 1 { "" } else { "s" };
                json!({ "title": format!("{} reference{plural}", spans.len()), "command": "" })
            }
            LensKind::Preview(flow) => {
                json!({ "title": "simulate", "command": SIMULATE, "arguments": [uri, flow] })
            }
            LensKind::Scenario(name) => {
                let title = match played.get(&(uri.0.clone(), name.clone())) {
                    None => "run scenario".to_owned(),
                    Some(LensResult { reasons, .. }) if reasons.is_empty() => "✓ passed".to_owned(),
                    Some(LensResult { reasons, .. }) => format!("✗ failed: {}", reasons.join("; ")),
                };
                json!({ "title": title, "command": RUN_SCENARIO, "arguments": [uri, name] })
            }
        };
        json!({ "range": view.range(lens.at), "command": command })
    };
    shown(ide::lenses(view.analysed, view.file).iter().map(lens).collect::<Vec<_>>())
}

pub(super) fn command_options(_: &Client) -> Option<Value> {
    Some(json!({ "commands": [PREVIEW, SIMULATE, RUN_SCENARIO] }))
}

pub(super) fn command(server: &mut Server<'_>, params: Value) -> Handled<Value> {
    let params = read::<lsp::ExecuteCommandParams>(params)?;
    let refused = |why: String| Refusal::new(ErrorCode::RequestFailed, why);
    let arguments = params.arguments.unwrap_or_default();
    let text = |nth: usize| arguments.get(nth).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (uri, name) = (lsp::Uri::from(text(0)), text(1));
    let no_flow = || refused(format!("no product has a flow `{name}`"));
    match params.command.as_str() {
        PREVIEW => {
            let view = server.current(&uri)?;
            let svg = ide::preview(view.analysed, &name);
            shown(svg.ok_or_else(|| refused(format!("no flow named `{name}`")))?)
        }
        SIMULATE => {
            let view = server.current(&uri)?;
            let timeline = ide::timeline(view.analysed, &name, now()).map_err(|why| refused(why.to_owned()))?;
            shown(timeline.ok_or_else(no_flow)?)
        }
        RUN_SCENARIO => {
            let view = server.current(&uri)?;
            let played = ide::play_scenario(view.analysed, &name).map_err(|why| refused(why.to_owned()))?;
            let (passed, reasons) = played.ok_or_else(|| refused(format!("no scenario named `{name}`")))?;
            let meaning = ide::fingerprint(view.analysed);
            server.remember_played((uri.0, name), LensResult { meaning, reasons: reasons.clone() });
            shown(json!({ "passed": passed, "failures": reasons }))
        }
        other => Err(Refusal::new(ErrorCode::InvalidParams, format!("no command named `{other}`"))),
    }
}
