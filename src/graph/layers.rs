//! Environments in columns: each as far right as its longest way from the trigger; long ways pass through empty cells.

/// Some environments that wait for the same others: one way, that joins and parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Link {
    /// From these, by their positions.
    pub(super) sources: Vec<usize>,
    /// To these.
    pub(super) targets: Vec<usize>,
}

/// A cell of the drawing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cell {
    /// An environment, by its position.
    Node(usize),
    /// A link on its way, by its position.
    Way(usize),
}

/// Columns of cells from top to bottom.
#[derive(Clone, Debug, Default)]
pub(super) struct Layers {
    pub(super) columns: Vec<Vec<Cell>>,
}

/// A link between two neighbouring columns: its rows of the left one, each of which leads to each of its rows of the right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LinkPiece {
    /// Which link.
    pub(super) link: usize,
    pub(super) left: Vec<usize>,
    pub(super) right: Vec<usize>,
}

/// The layers of `count` environments. What closes a cycle is left out: the checker has said so.
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
    /// The links between a column and the next.
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

    /// The same as pairs of rows.
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
    // at most `count` rounds: in a DAG no way is longer, and a cycle must not keep us here
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
    fn a_long_way_passes_through_an_empty_cell() {
        let links = links(&[(&[0], &[1]), (&[0, 1], &[2])]);
        let layers = layers(3, &links);
        assert_eq!(layers.columns, vec![vec![Cell::Node(0)], vec![Cell::Node(1), Cell::Way(1)], vec![Cell::Node(2)]]);
        assert_eq!(layers.between(0, &links), [(0, 0), (0, 1)]);
        assert_eq!(layers.between(1, &links), [(0, 0), (1, 0)]);
    }

    #[test]
    fn a_link_of_several_is_one_piece() {
        let links = links(&[(&[0], &[1, 2]), (&[1, 2], &[3, 4])]);
        let layers = layers(5, &links);
        assert_eq!(layers.pieces(1, &links), [LinkPiece { link: 1, left: vec![0, 1], right: vec![0, 1] }]);
        assert_eq!(layers.between(1, &links), [(0, 0), (0, 1), (1, 0), (1, 1)]);
    }

    #[test]
    fn a_cycle_ends() {
        assert_eq!(layers(2, &links(&[(&[0], &[1]), (&[1], &[0])])).columns.len(), 2);
    }
}
