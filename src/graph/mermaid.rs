//! A flow as a Mermaid flowchart, which GitHub and GitLab render in Markdown.

use super::Picture;

/// The picture as a Mermaid flowchart: production has a thicker border, optional dependencies are dotted.
pub fn mermaid(picture: &Picture) -> String {
    let mut out = String::from("flowchart LR\n");
    for (nth, node) in picture.nodes.iter().enumerate() {
        let mut lines = vec![format!("<b>{}</b>", node.name)];
        lines.extend(node.stages.iter().map(|stage| escape(&stage.text)));
        let class = if node.production { ":::production" } else { "" };
        out.push_str(&format!("  e{nth}[\"{}\"]{class}\n", lines.join("<br/>")));
    }
    for (from, to) in &picture.edges {
        let arrow = if picture.is_counted((*from, *to)) { "-.->" } else { "-->" };
        out.push_str(&format!("  e{from} {arrow} e{to}\n"));
    }
    out.push_str("  classDef production stroke-width:3px\n");
    out
}

fn escape(text: &str) -> String {
    text.replace('&', "#amp;").replace('"', "#quot;").replace('<', "#lt;").replace('>', "#gt;")
}
