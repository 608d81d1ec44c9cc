//! Puts environments into columns: each as far right as its longest path from the trigger. A link between columns that are
//! not neighbors passes through cells of its own.

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
    Layers { columns }
}

impl Layers {
    /// The parts of links between a column and the next.
    pub(super) fn pieces(&self, at: usize, links: &[Link]) -> Vec<LinkPiece> {
        let (Some(left), Some(right)) = (self.columns.get(at), self.columns.get(at + 1)) else { return Vec::new() };
        let rows = |column: &[Cell], nth: usize, nodes: &[usize]| -> Vec<usize> {
            let of_link = |cell: &Cell| match cell {
                Cell::Node(node) => nodes.contains(node),
                Cell::Way(link) => *link == nth,
            };
            column.iter().enumerate().filter(|(_, cell)| of_link(cell)).map(|(row, _)| row).collect()
        };
        let piece = |(nth, link): (usize, &Link)| {
            let piece =
                LinkPiece { link: nth, left: rows(left, nth, &link.sources), right: rows(right, nth, &link.targets) };
            (!piece.left.is_empty() && !piece.right.is_empty()).then_some(piece)
        };
        links.iter().enumerate().filter_map(piece).collect()
    }

    /// The same as pairs of rows, sorted.
    pub(super) fn between(&self, at: usize, links: &[Link]) -> Vec<(usize, usize)> {
        let pairs = |piece: &LinkPiece| {
            piece.left.iter().flat_map(|from| piece.right.iter().map(|to| (*from, *to))).collect::<Vec<_>>()
        };
        let mut pairs: Vec<(usize, usize)> = self.pieces(at, links).iter().flat_map(pairs).collect();
        pairs.sort_unstable();
        pairs.dedup();
        pairs
    }
}

fn depths(count: usize, links: &[Link]) -> Vec<usize> {
    let mut depth = vec![0; count];
    // At most `count` rounds: no path in a DAG is longer, and with a cycle the loop would never end.
    for _ in 0..count {
        let mut changed = false;
        for link in links {
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
        assert_eq!(layers.between(0, &links), [(0, 0), (0, 1)]);
        assert_eq!(layers.between(1, &links), [(0, 0), (1, 0)]);
    }

    #[test]
    fn a_link_between_several_environments_is_one_piece() {
        let links = links(&[(&[0], &[1, 2]), (&[1, 2], &[3, 4])]);
        let layers = layers(5, &links);
        assert_eq!(layers.pieces(1, &links), [LinkPiece { link: 1, left: vec![0, 1], right: vec![0, 1] }]);
        assert_eq!(layers.between(1, &links), [(0, 0), (0, 1), (1, 0), (1, 1)]);
    }

    #[test]
    fn a_cycle_does_not_loop_forever() {
        assert_eq!(layers(2, &links(&[(&[0], &[1]), (&[1], &[0])])).columns.len(), 2);
    }
}
