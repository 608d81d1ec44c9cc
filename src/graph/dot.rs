//! A flow in the DOT language of Graphviz.

use super::Picture;

/// The picture as a DOT digraph: production has a thicker border, optional dependencies are dashed.
pub fn dot(picture: &Picture) -> String {
    let mut out = format!(
        "digraph {} {{\n  rankdir=LR\n  node [shape=box, style=rounded, fontname=\"sans-serif\"]\n",
        quoted(&picture.flow)
    );
    for node in &picture.nodes {
        let mut lines = vec![node.name.clone()];
        lines.extend(node.stages.iter().map(|stage| stage.text.clone()));
        let pen = if node.production { ", penwidth=2" } else { "" };
        let label = lines.iter().map(|line| escape(line)).collect::<Vec<_>>().join("\\n");
        out.push_str(&format!("  {} [label=\"{label}\"{pen}]\n", quoted(&node.name)));
    }
    for (from, to) in &picture.edges {
        if let (Some(a), Some(b)) = (picture.nodes.get(*from), picture.nodes.get(*to)) {
            let style = if picture.is_counted((*from, *to)) { " [style=dashed]" } else { "" };
            out.push_str(&format!("  {} -> {}{style}\n", quoted(&a.name), quoted(&b.name)));
        }
    }
    out.push_str("}\n");
    out
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", escape(text))
}

fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}
