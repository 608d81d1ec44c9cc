//! Orders the cells of each column so that few ways cross, and places them so that few ways bend.

use crate::graph::layers::{Layers, LinkPiece};

/// The number of passes over the columns in each direction. More passes change little.
const ROUNDS: usize = 4;

/// Moves each cell near the cells that it is linked to. Otherwise cells keep the order of the program.
pub(super) fn ordered(mut layers: Layers) -> Layers {
    for _ in 0..ROUNDS {
        let count = layers.columns.len();
        for at in (0..count.saturating_sub(1)).rev() {
            sort(&mut layers, at, at);
        }
        for at in 1..count {
            sort(&mut layers, at, at - 1);
        }
    }
    layers
}

/// Sorts the column `at` by the mean row of the neighbors of each cell across `gutter`.
fn sort(layers: &mut Layers, at: usize, gutter: usize) {
    let pieces = layers.pieces(gutter);
    let Some(column) = layers.columns.get_mut(at) else { return };
    let rows: Vec<i64> = (0..column.len() as i64).map(|row| row * SCALE).collect();
    let wanted = wanted(&pieces, at == gutter, &rows, column.len());
    let mut keyed: Vec<_> = column.iter().zip(wanted).enumerate().collect();
    keyed.sort_by_key(|(row, (_, wanted))| (wanted.unwrap_or(*row as i64 * SCALE), *row));
    *column = keyed.into_iter().map(|(_, (cell, _))| *cell).collect();
}

const SCALE: i64 = 1024;

/// For each row of the left (or right) column, the mean place of the cells that it is linked to, if any. `places` are
/// the places of the other column, by row; a row without one is placed by its number.
fn wanted(pieces: &[LinkPiece], left: bool, places: &[i64], count: usize) -> Vec<Option<i64>> {
    let mut sums = vec![(0, 0); count];
    for piece in pieces {
        let (own, others) = if left { (&piece.left, &piece.right) } else { (&piece.right, &piece.left) };
        let place = |row: &usize| places.get(*row).copied().unwrap_or(*row as i64 * SCALE);
        let sum: i64 = others.iter().map(place).sum();
        for row in own {
            if let Some((total, of)) = sums.get_mut(*row) {
                *total += sum;
                *of += others.len() as i64;
            }
        }
    }
    sums.into_iter().map(|(sum, of)| (of > 0).then(|| sum / of)).collect()
}

/// The middle of every cell, given the heights: near the cells that it is linked to, at least `gap` apart.
pub(super) fn middles(layers: &Layers, heights: &[Vec<i64>], gap: i64) -> Vec<Vec<i64>> {
    let pieces: Vec<Vec<LinkPiece>> = (1..layers.columns.len()).map(|at| layers.pieces(at - 1)).collect();
    let mut middles: Vec<Vec<i64>> = heights.iter().map(|column| apart(column, gap, &vec![0; column.len()])).collect();
    for round in 0..2 * ROUNDS {
        let forward = round % 2 == 1;
        for step in 0..heights.len() {
            let at = if forward { step } else { heights.len() - 1 - step };
            let (Some(own), Some(column)) = (middles.get(at), heights.get(at)) else { continue };
            let other = if forward { at.checked_sub(1) } else { Some(at + 1) };
            let Some((other, between)) =
                other.and_then(|other| Some((middles.get(other)?, pieces.get(at.min(other))?)))
            else {
                continue;
            };
            let near = wanted(between, !forward, other, column.len());
            let near: Vec<i64> = own.iter().zip(near).map(|(own, near)| near.unwrap_or(*own)).collect();
            let placed = apart(column, gap, &near);
            if let Some(own) = middles.get_mut(at) {
                *own = placed;
            }
        }
    }
    middles
}

/// Middles as near as possible to the wanted ones, in the same order, at least `gap` apart: neighbors that want the same
/// place are centered on it as a block.
pub(super) fn apart(heights: &[i64], gap: i64, wanted: &[i64]) -> Vec<i64> {
    // Relative to the middles of a column without slack, the wanted middles only have to be non-decreasing.
    let mut offsets = Vec::with_capacity(heights.len());
    let mut top = 0;
    for height in heights {
        offsets.push(top + height / 2);
        top += height + gap;
    }
    let mut blocks: Vec<(i64, i64)> = Vec::new();
    for (wanted, offset) in wanted.iter().zip(&offsets) {
        let mut block = (wanted - offset, 1);
        while let Some(last) = blocks.pop() {
            if last.0 * block.1 <= block.0 * last.1 {
                blocks.push(last);
                break;
            }
            block = (block.0 + last.0, block.1 + last.1);
        }
        blocks.push(block);
    }
    let moved = blocks.iter().flat_map(|(sum, count)| std::iter::repeat_n(sum.div_euclid(*count), *count as usize));
    moved.zip(offsets).map(|(moved, offset)| moved + offset).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::layers::{Cell, Link, layers};
    use proptest::prelude::*;

    fn links(of: &[(&[usize], &[usize])]) -> Vec<Link> {
        of.iter().map(|(sources, targets)| Link { sources: sources.to_vec(), targets: targets.to_vec() }).collect()
    }

    #[test]
    fn ways_that_cross_are_untangled_and_the_rest_keeps_its_order() {
        let links = links(&[(&[0], &[1, 2, 3]), (&[1], &[6]), (&[2], &[5]), (&[3], &[4])]);
        let layers = ordered(layers(7, &links));
        let column = |at: usize| layers.columns[at].clone();
        assert_eq!(column(1).iter().rev().collect::<Vec<_>>(), [&Cell::Node(1), &Cell::Node(2), &Cell::Node(3)]);
        assert_eq!(column(2), [Cell::Node(4), Cell::Node(5), Cell::Node(6)]);
        let fan = links_of_a_fan();
        assert_eq!(
            ordered(super::super::super::layers::layers(4, &fan)).columns[1],
            (1..4).map(Cell::Node).collect::<Vec<_>>()
        );
    }

    fn links_of_a_fan() -> Vec<Link> {
        links(&[(&[0], &[1, 2, 3])])
    }

    #[test]
    fn a_cell_before_two_others_is_centered_between_them() {
        let links = links(&[(&[0], &[1, 2])]);
        let layers = layers(3, &links);
        let middles = middles(&layers, &[vec![20], vec![20, 40]], 10);
        assert_eq!(middles[1][1] - middles[1][0], 40);
        assert_eq!(middles[0][0], (middles[1][0] + middles[1][1]).div_euclid(2));
    }

    proptest! {
        #[test]
        fn cells_never_meet(cells in proptest::collection::vec((1i64..200, -1000i64..1000), 1..30), gap in 0i64..40) {
            let (heights, wanted): (Vec<i64>, Vec<i64>) = cells.into_iter().unzip();
            let middles = apart(&heights, gap, &wanted);
            for (pair, height) in middles.windows(2).zip(heights.windows(2)) {
                let (above, below) = (pair[0] - height[0] / 2 + height[0], pair[1] - height[1] / 2);
                prop_assert!(below - above >= gap, "{middles:?}");
            }
        }
    }
}
