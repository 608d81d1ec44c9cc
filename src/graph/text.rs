//! A flow as text for a terminal: the graph from left to right, then what happens in each environment.

use std::collections::{BTreeMap, BTreeSet};

use super::layers::{Cell, Link, layers};
use super::{Picture, PictureNode};

const LEFT: u8 = 1;
const RIGHT: u8 = 2;
const UP: u8 = 4;
const DOWN: u8 = 8;

/// The picture as text. A graph with too many crossing lines is replaced by a note.
pub(crate) fn text(picture: &Picture) -> String {
    let of = picture.product.as_ref().map(|product| format!(" of {product}")).unwrap_or_default();
    let mut out = format!("flow {}{of}: {} environments, {}\n\n", picture.flow, picture.size(), picture.limits);
    match drawing(picture, &picture.edges).or_else(|| drawing(picture, &direct(picture))) {
        Some(lines) => {
            for line in lines {
                out.push_str("  ");
                out.push_str(line.trim_end());
                out.push('\n');
            }
        }
        None => out.push_str("  (too many lines cross to draw this graph as text; use `--format svg`)\n"),
    }
    out.push('\n');
    let widest = picture.nodes.iter().map(|node| node.name.chars().count()).max().unwrap_or(0);
    let after = picture.nodes.iter().map(|node| node.after.chars().count()).max().unwrap_or(0).min(40);
    for node in &picture.nodes {
        let stages: Vec<&str> = node.stages.iter().map(|stage| stage.text.as_str()).collect();
        let line = format!("  {:widest$}  {:after$}  {}", node.name, node.after, stages.join(" → "));
        out.push_str(line.trim_end());
        out.push('\n');
    }
    for note in &picture.notes {
        out.push_str(&format!("  {note}\n"));
    }
    if picture.nodes.iter().any(|node| node.production) {
        out.push_str("  * production\n");
    }
    out
}

fn label(node: &PictureNode) -> String {
    if node.production { format!("{}*", node.name) } else { node.name.clone() }
}

/// The edges without those that others imply: what comes after all waves is drawn after the last one.
fn direct(picture: &Picture) -> Vec<(usize, usize)> {
    let mut sources: Vec<Vec<usize>> = vec![Vec::new(); picture.nodes.len()];
    for (from, to) in &picture.edges {
        sources.get_mut(*to).into_iter().for_each(|sources| sources.push(*from));
    }
    let of = |node: usize| sources.get(node).map(Vec::as_slice).unwrap_or_default();
    let direct = |to: usize| {
        let (mut earlier, mut next) = (BTreeSet::new(), of(to).to_vec());
        while let Some(node) = next.pop() {
            next.extend(of(node).iter().filter(|source| earlier.insert(**source)));
        }
        of(to).iter().filter(move |from| !earlier.contains(from)).map(move |from| (*from, to)).collect::<Vec<_>>()
    };
    (0..picture.nodes.len()).flat_map(direct).collect()
}

/// The graph from left to right; `None` if lines with different meanings would overlap.
fn drawing(picture: &Picture, edges: &[(usize, usize)]) -> Option<Vec<String>> {
    // Text has no counts: all environments that one waits for are joined, whether all or only some are needed.
    let mut links: Vec<Link> =
        (0..picture.nodes.len()).map(|target| Link { sources: Vec::new(), targets: vec![target] }).collect();
    for (from, to) in edges {
        if let Some(link) = links.get_mut(*to) {
            link.sources.push(*from);
        }
    }
    let layers = layers(picture.nodes.len(), &links);
    let height = layers.columns.iter().map(Vec::len).max().unwrap_or(0);
    let mut lines = vec![String::new(); height];
    for (at, column) in layers.columns.iter().enumerate() {
        let name = |cell: &Cell| match *cell {
            Cell::Node(node) => picture.nodes.get(node).map(label).unwrap_or_default(),
            Cell::Way(_) => String::new(),
        };
        let widest = column.iter().map(|cell| name(cell).chars().count()).max().unwrap_or(0);
        let edges = &layers.between(at);
        let (leaving, arriving): (BTreeSet<usize>, BTreeSet<usize>) = edges.iter().copied().unzip();
        let gutter = gutter(edges, height)?;
        for (row, line) in lines.iter_mut().enumerate() {
            let leaves = leaving.contains(&row);
            let cell = column.get(row);
            let shown = cell.map(name).unwrap_or_default();
            let fill = if leaves { '─' } else { ' ' };
            let rest = widest.saturating_sub(shown.chars().count());
            match cell {
                Some(Cell::Way(_)) => line.extend(std::iter::repeat_n('─', widest + 1)),
                _ => {
                    line.push_str(&shown);
                    line.push(' ');
                    line.extend(std::iter::repeat_n(fill, rest));
                }
            }
            if let Some(part) = gutter.get(row).filter(|_| !edges.is_empty()) {
                line.push_str(part);
                let arrives = arriving.contains(&row);
                let way = layers
                    .columns
                    .get(at + 1)
                    .and_then(|next| next.get(row))
                    .is_some_and(|next| matches!(next, Cell::Way(_)));
                line.push_str(match (arrives, way) {
                    (true, true) => "──",
                    (true, false) => "▶ ",
                    (false, _) => "  ",
                });
            }
        }
    }
    Some(lines)
}

/// Rows of the left column, and the rows of the right column that wait for all of them.
type Bundle = (Vec<usize>, Vec<usize>);

/// Bundles of targets that wait for the same environments, in an order in which no outgoing line of a bundle overlaps an
/// incoming line of another. `None` if there is no such order.
fn bundles(edges: &[(usize, usize)]) -> Option<Vec<Bundle>> {
    let mut sources: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    edges.iter().for_each(|(from, to)| sources.entry(*to).or_default().push(*from));
    let mut known: BTreeMap<Vec<usize>, usize> = BTreeMap::new();
    let mut bundles: Vec<Bundle> = Vec::new();
    for (target, mut sources) in sources {
        sources.sort_unstable();
        let nth = *known.entry(sources.clone()).or_insert(bundles.len());
        match bundles.get_mut(nth) {
            Some((_, to)) => to.push(target),
            None => bundles.push((sources, vec![target])),
        }
    }
    let mut ordered = Vec::new();
    while !bundles.is_empty() {
        let free = |(_, targets): &Bundle, others: &[Bundle]| {
            others.iter().all(|(sources, to)| targets == to || !targets.iter().any(|row| sources.contains(row)))
        };
        let next = bundles.iter().position(|bundle| free(bundle, &bundles))?;
        ordered.push(bundles.remove(next));
    }
    Some(ordered)
}

/// The lines between two columns, with one vertical line per bundle.
fn gutter(edges: &[(usize, usize)], height: usize) -> Option<Vec<String>> {
    let bundles = bundles(edges)?;
    let width = bundles.len() * 2 + 1;
    let mut arms = vec![vec![0u8; width]; height];
    let mut crossing = vec![vec![false; width]; height];
    let mut add = |row: usize, column: usize, arm: u8| {
        if let Some(cell) = arms.get_mut(row).and_then(|line| line.get_mut(column)) {
            *cell |= arm;
        }
    };
    for (nth, (sources, targets)) in bundles.iter().enumerate() {
        let upright = nth * 2 + 1;
        for &row in sources {
            for column in 0..upright {
                add(row, column, LEFT | RIGHT);
            }
            add(row, upright, LEFT);
        }
        for &row in targets {
            add(row, upright, RIGHT);
            for column in upright + 1..width {
                add(row, column, LEFT | RIGHT);
            }
        }
        let rows = || sources.iter().chain(targets).copied();
        let (top, bottom) = (rows().min().unwrap_or(0), rows().max().unwrap_or(0));
        for row in top..bottom {
            add(row, upright, DOWN);
            add(row + 1, upright, UP);
        }
        for row in top..=bottom {
            // A line that passes here but belongs to another bundle crosses this one.
            if !sources.contains(&row)
                && !targets.contains(&row)
                && let Some(cell) = crossing.get_mut(row).and_then(|line| line.get_mut(upright))
            {
                *cell = true;
            }
        }
    }
    let glyph = |arms: u8, crosses: bool| match (arms, crosses) {
        (15, true) => '╫',
        (0, _) => ' ',
        (a, _) if a & !(LEFT | RIGHT) == 0 => '─',
        (a, _) if a & !(UP | DOWN) == 0 => '│',
        (a, _) => match a {
            9 => '┐',
            10 => '┌',
            5 => '┘',
            6 => '└',
            13 => '┤',
            14 => '├',
            11 => '┬',
            7 => '┴',
            _ => '┼',
        },
    };
    let lines = arms
        .iter()
        .zip(&crossing)
        .map(|(line, crosses)| line.iter().zip(crosses).map(|(arm, cross)| glyph(*arm, *cross)).collect());
    Some(lines.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(names: &[&str], edges: &[(usize, usize)]) -> Picture {
        let node = |name: &&str| PictureNode {
            name: (*name).to_string(),
            size: 1,
            production: name.starts_with("prod"),
            after: String::new(),
            needs: Vec::new(),
            stages: Vec::new(),
            rollbacks: Vec::new(),
        };
        Picture {
            flow: "f".to_string(),
            product: None,
            limits: String::new(),
            nodes: names.iter().map(node).collect(),
            edges: edges.to_vec(),
            notes: Vec::new(),
        }
    }

    fn drawn(names: &[&str], edges: &[(usize, usize)]) -> String {
        drawing(&picture(names, edges), edges)
            .unwrap()
            .iter()
            .map(|line| line.trim_end().to_string())
            .collect::<Vec<_>>()
            .join("\n")
    }

    #[test]
    fn branches_split_and_join() {
        let out = drawn(&["dev", "qa", "staging", "prod"], &[(0, 1), (0, 2), (1, 3), (2, 3)]);
        assert_eq!(out, "dev ─┬─▶ qa ──────┬─▶ prod*\n     └─▶ staging ─┘");
    }

    #[test]
    fn a_line_over_several_columns_goes_around_the_others() {
        let out = drawn(&["dev", "qa", "perf", "prod"], &[(0, 1), (1, 2), (2, 3), (0, 3)]);
        assert_eq!(out, "dev ─┬─▶ qa ─────▶ perf ─┬─▶ prod*\n     └───────────────────┘");
    }

    #[test]
    fn targets_with_different_dependencies_are_drawn_apart() {
        let out = drawn(&["dev", "a", "b", "c", "d"], &[(0, 1), (0, 2), (1, 3), (2, 4)]);
        assert_eq!(out, "dev ─┬─▶ a ─────▶ c\n     └─▶ b ─────▶ d");
    }

    #[test]
    fn a_graph_whose_lines_would_overlap_is_not_drawn() {
        // c waits for a and b, d only for a: with two rows, the lines to c and d would overlap.
        let edges = [(0, 1), (0, 2), (1, 3), (2, 3), (1, 4)];
        assert!(drawing(&picture(&["dev", "a", "b", "c", "d"], &edges), &edges).is_none());
    }
}
