//! Puts environments into columns: each as far right as its longest path from the trigger. A link between columns that are
//! not neighbors passes through cells of its own.

use std::collections::{BTreeMap, BTreeSet};

/// Environments that wait for the same others: one line that joins and splits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Link {
    /// The environments waited for, by position.
    pub(super) sources: Vec<usize>,
    /// The environments that wait, by position.
    pub(super) targets: Vec<usize>,
}

/// A cell of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cell {
    /// An environment, by position.
    Node(usize),
    /// A link that passes through this column, by position.
    Way(usize),
}

/// Columns from left to right, each with its cells from top to bottom.
#[derive(Clone, Debug, Default)]
pub(super) struct Layers {
    pub(super) columns: Vec<Vec<Cell>>,
    /// The column of each environment.
    column_of: Vec<usize>,
    /// The links that leave each environment, and those that arrive, so that a gutter costs only what is in it.
    leaving: Vec<Vec<usize>>,
    arriving: Vec<Vec<usize>>,
}

/// The part of a link between two neighboring columns: each of its rows on the left leads to each of its rows on the right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LinkPiece {
    /// The link, by position.
    pub(super) link: usize,
    pub(super) left: Vec<usize>,
    pub(super) right: Vec<usize>,
}

/// The layers of `count` environments. A link that closes a cycle is left out: the checker has reported it.
pub(super) fn layers(count: usize, links: &[Link]) -> Layers {
    let depth = depths(count, links);
    let depth_of = |node: &usize| depth.get(*node).copied().unwrap_or(0);
    let width = depth.iter().max().map_or(0, |deepest| deepest + 1);
    let mut columns: Vec<Vec<Cell>> = vec![Vec::new(); width];
    for node in 0..count {
        if let Some(column) = columns.get_mut(depth_of(&node)) {
            column.push(Cell::Node(node));
        }
    }
    for (nth, link) in links.iter().enumerate() {
        let first = link.sources.iter().map(depth_of).min().unwrap_or(width);
        let last = link.targets.iter().map(depth_of).max().unwrap_or(0);
        for column in columns.iter_mut().take(last).skip(first + 1) {
            column.push(Cell::Way(nth));
        }
    }
    let (mut leaving, mut arriving) = (vec![Vec::new(); count], vec![Vec::new(); count]);
    for (nth, link) in links.iter().enumerate() {
        let add = |of: &mut Vec<Vec<usize>>, nodes: &[usize]| {
            for node in nodes {
                if let Some(links) = of.get_mut(*node) {
                    links.push(nth);
                }
            }
        };
        add(&mut leaving, &link.sources);
        add(&mut arriving, &link.targets);
    }
    Layers { columns, column_of: depth, leaving, arriving }
}

impl Layers {
    /// The column of the last source of a link.
    pub(super) fn last_source(&self, link: &Link) -> Option<usize> {
        link.sources.iter().filter_map(|node| self.column_of.get(*node)).max().copied()
    }

    /// The parts of links between a column and the next.
    pub(super) fn pieces(&self, at: usize) -> Vec<LinkPiece> {
        let (Some(left), Some(right)) = (self.columns.get(at), self.columns.get(at + 1)) else { return Vec::new() };
        let mut pieces: BTreeMap<usize, LinkPiece> = BTreeMap::new();
        let links_of = |cell: &Cell, of: &[Vec<usize>]| match cell {
            Cell::Node(node) => of.get(*node).cloned().unwrap_or_default(),
            Cell::Way(link) => vec![*link],
        };
        for (row, cell) in left.iter().enumerate() {
            for link in links_of(cell, &self.leaving) {
                let piece = pieces.entry(link).or_insert(LinkPiece { link, left: Vec::new(), right: Vec::new() });
                piece.left.push(row);
            }
        }
        for (row, cell) in right.iter().enumerate() {
            for link in links_of(cell, &self.arriving) {
                if let Some(piece) = pieces.get_mut(&link) {
                    piece.right.push(row);
                }
            }
        }
        pieces.into_values().filter(|piece| !piece.right.is_empty()).collect()
    }

    /// The same as pairs of rows, sorted.
    pub(super) fn between(&self, at: usize) -> Vec<(usize, usize)> {
        let pairs = |piece: &LinkPiece| {
            piece.left.iter().flat_map(|from| piece.right.iter().map(|to| (*from, *to))).collect::<Vec<_>>()
        };
        let mut pairs: Vec<(usize, usize)> = self.pieces(at).iter().flat_map(pairs).collect();
        pairs.sort_unstable();
        pairs.dedup();
        pairs
    }
}

fn depths(count: usize, links: &[Link]) -> Vec<usize> {
    let mut depth = vec![0; count];
    let order = sources_first(count, links);
    // In this order, one round is enough, and a second one to see that. At most `count` rounds: no path in a DAG is longer, and with a cycle the loop would never end.
    for _ in 0..count {
        let mut changed = false;
        for link in order.iter().filter_map(|nth| links.get(*nth)) {
            let depth_of = |node: &usize| depth.get(*node).copied().unwrap_or(0);
            let Some(deepest) = link.sources.iter().map(depth_of).max() else { continue };
            let wanted = (deepest + 1).min(count.saturating_sub(1));
            for target in &link.targets {
                if let Some(now) = depth.get_mut(*target)
                    && *now < wanted
                {
                    *now = wanted;
                    changed = true;
                }
            }
        }
        if !changed {
            break;
        }
    }
    depth
}

/// The links in an order in which each comes after those to its sources. Links on a cycle come last.
fn sources_first(count: usize, links: &[Link]) -> Vec<usize> {
    let mut leaving: Vec<Vec<usize>> = vec![Vec::new(); count];
    let mut waits: Vec<usize> = vec![0; count];
    let mut missing: Vec<usize> = links.iter().map(|link| link.sources.len()).collect();
    for (nth, link) in links.iter().enumerate() {
        link.sources.iter().for_each(|node| leaving.get_mut(*node).into_iter().for_each(|of| of.push(nth)));
        link.targets.iter().for_each(|node| waits.get_mut(*node).into_iter().for_each(|waits| *waits += 1));
    }
    let mut ready: Vec<usize> = (0..count).filter(|node| waits.get(*node) == Some(&0)).collect();
    let mut order: Vec<usize> = (0..links.len()).filter(|nth| missing.get(*nth) == Some(&0)).collect();
    let mut next = 0;
    loop {
        while let Some(link) = order.get(next).and_then(|nth| links.get(*nth)) {
            next += 1;
            for node in &link.targets {
                let Some(waits) = waits.get_mut(*node) else { continue };
                *waits = waits.saturating_sub(1);
                if *waits == 0 {
                    ready.push(*node);
                }
            }
        }
        let Some(node) = ready.pop() else { break };
        for nth in leaving.get(node).into_iter().flatten() {
            let Some(missing) = missing.get_mut(*nth) else { continue };
            *missing = missing.saturating_sub(1);
            if *missing == 0 {
                order.push(*nth);
            }
        }
    }
    let known: BTreeSet<usize> = order.iter().copied().collect();
    order.extend((0..links.len()).filter(|nth| !known.contains(nth)));
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links(of: &[(&[usize], &[usize])]) -> Vec<Link> {
        of.iter().map(|(sources, targets)| Link { sources: sources.to_vec(), targets: targets.to_vec() }).collect()
    }

    #[test]
    fn a_link_over_several_columns_passes_through_cells_of_its_own() {
        let links = links(&[(&[0], &[1]), (&[0, 1], &[2])]);
        let layers = layers(3, &links);
        assert_eq!(layers.columns, vec![vec![Cell::Node(0)], vec![Cell::Node(1), Cell::Way(1)], vec![Cell::Node(2)]]);
        assert_eq!(layers.between(0), [(0, 0), (0, 1)]);
        assert_eq!(layers.between(1), [(0, 0), (1, 0)]);
    }

    #[test]
    fn a_link_between_several_environments_is_one_piece() {
        let links = links(&[(&[0], &[1, 2]), (&[1, 2], &[3, 4])]);
        let layers = layers(5, &links);
        assert_eq!(layers.pieces(1), [LinkPiece { link: 1, left: vec![0, 1], right: vec![0, 1] }]);
        assert_eq!(layers.between(1), [(0, 0), (0, 1), (1, 0), (1, 1)]);
    }

    #[test]
    fn a_cycle_does_not_loop_forever() {
        assert_eq!(layers(2, &links(&[(&[0], &[1]), (&[1], &[0])])).columns.len(), 2);
    }
}
