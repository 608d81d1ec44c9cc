//! Pictures of hand-made flows: one complete picture as a snapshot, then properties of others.

use super::*;
use crate::graph::PictureStage;

fn node(name: &str, production: bool, needs: &[(usize, &[usize])]) -> PictureNode {
    let after = if needs.is_empty() { "trigger" } else { "after those" };
    PictureNode {
        name: name.to_string(),
        size: 1,
        production,
        after: after.to_string(),
        needs: needs
            .iter()
            .map(|(count, of)| PictureNeed { count: *count, total: of.len(), of: of.to_vec().into() })
            .collect(),
        stages: Vec::new(),
        rollbacks: Vec::new(),
    }
}

fn picture(nodes: Vec<PictureNode>) -> Picture {
    Picture {
        flow: "main".to_string(),
        product: Some("shop".to_string()),
        limits: "timeout 24h".to_string(),
        nodes,
        edges: Vec::new(),
        notes: Vec::new(),
    }
}

fn everything() -> Picture {
    let stage = |kind, text: &str| PictureStage { kind, text: text.to_string() };
    let mut production = node("eu", true, &[(2, &[1, 2, 3]), (1, &[0])]);
    production.stages = vec![
        stage(StageKind::Soak, "soak 30m"),
        stage(StageKind::Approval, "approval 2 of <managers> & \"friends\""),
        stage(StageKind::Window, "window office-hours"),
        stage(StageKind::Hook, "on start notify"),
        stage(StageKind::Workflow, "pre-action open-change"),
        stage(StageKind::PullRequest, "pull-request"),
    ];
    production.rollbacks = vec!["rollback when it fails".to_string()];
    let nodes = vec![
        node("dev", false, &[]),
        node("qa", false, &[(1, &[0])]),
        node("staging", false, &[(1, &[0])]),
        node("perf", false, &[(1, &[0])]),
        production,
        node("asia", true, &[(1, &[4])]),
    ];
    let notes = vec!["on success notify".to_string(), "rollback eu when eu fails".to_string()];
    Picture { notes, ..picture(nodes) }
}

#[test]
fn a_picture_with_everything() {
    insta::assert_snapshot!(svg(&everything()));
}

#[test]
fn text_from_a_program_is_escaped() {
    let mut hostile = everything();
    let evil = "</text><script>alert('1')</script>\u{1b}[31m\u{0}\u{202e}\u{ffff}&\"";
    hostile.flow = evil.to_string();
    hostile.limits = evil.to_string();
    hostile.product = Some(evil.to_string());
    hostile.notes = vec![evil.to_string()];
    for node in &mut hostile.nodes {
        node.name = evil.to_string();
        node.after = evil.to_string();
        node.rollbacks = vec![evil.to_string()];
    }
    let out = svg(&hostile);
    assert!(!out.contains("<script") && !out.contains(['\u{1b}', '\u{0}', '\u{202e}', '\u{ffff}']), "{out}");
    assert!(out.contains("&lt;script&gt;"));
}

#[test]
fn a_picture_has_no_external_reference_and_a_description_for_screen_readers() {
    let out = svg(&everything());
    let outside = out.replace("http://www.w3.org/2000/svg", "");
    for word in ["http", "href", "url(", "@import", "<script", "<image", "<foreignObject"] {
        assert!(!outside.contains(word), "{word}");
    }
    assert!(out.contains("role=\"img\" aria-labelledby=\"flow-main-title flow-main-desc\""));
    assert!(out.contains("eu (production), after those: soak 30m, approval 2 of &lt;managers&gt;"));
    assert!(out.contains("prefers-color-scheme:dark"));
}

#[test]
fn dependencies_on_some_of_several_are_dashed_and_counted() {
    let out = svg(&everything());
    assert!(out.contains(">2 of 3</text>"));
    assert!(out.contains("class=\"way some\""));
    assert!(out.contains("only the number shown must succeed"));
    let plain = svg(&picture(vec![node("dev", false, &[]), node("qa", false, &[(1, &[0])])]));
    assert!(!plain.contains("class=\"way some\"") && !plain.contains("as shown must succeed"));
}

#[test]
fn many_boxes_with_the_same_content_show_it_once() {
    let mut nodes = vec![node("dev", false, &[])];
    for nth in 0..SAME {
        let mut target = node(&format!("region-{nth}"), true, &[(1, &[0])]);
        let stage = |kind, text: &str| PictureStage { kind, text: text.to_string() };
        target.stages = vec![stage(StageKind::Soak, "soak 30m"), stage(StageKind::Commit, "commit")];
        nodes.push(target);
    }
    let out = svg(&picture(nodes.clone()));
    assert_eq!(out.matches(">soak 30m</text>").count(), 1);
    assert_eq!(out.matches(">same as region-0</text>").count(), SAME - 1);
    nodes.pop();
    assert_eq!(svg(&picture(nodes)).matches(">soak 30m</text>").count(), SAME - 1);
}
