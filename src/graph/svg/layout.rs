//! The position of everything: boxes in columns, and ways (the lines between boxes) in the gutters between columns.
//!
//! INVARIANT: a way bends only in gutters and runs straight through columns, in a row of its own; it never crosses a box.

use std::collections::BTreeMap;

use super::metrics::width;
use super::order::{apart, middles, ordered};
use crate::graph::layers::{Cell, Layers, Link, LinkPiece, layers};

/// The distance between two boxes of a column, in pixels like all sizes here.
const GAP: i64 = 16;
/// The height of a way's row in a column.
const WAY: i64 = 8;
/// The width of a gutter without a count.
const GUTTER: i64 = 60;
/// The length of an arrowhead.
pub(super) const HEAD: i64 = 8;
/// The height of a count, and the minimum distance between two joints in a gutter.
pub(super) const COUNT: i64 = 20;
/// The font size of a count.
pub(super) const COUNT_TEXT: i64 = 12;

/// A link, and how many of its sources must succeed if not all of them: `2 of 3`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Way {
    pub(super) link: Link,
    pub(super) some: Option<String>,
}

/// The position and size of a box.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct BoxRect {
    pub(super) x: i64,
    pub(super) y: i64,
    pub(super) width: i64,
    pub(super) height: i64,
}

/// A line from left to right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wire {
    pub(super) from: (i64, i64),
    pub(super) to: (i64, i64),
    /// Whether it is dashed, because not all sources of its way must succeed.
    pub(super) some: bool,
}

/// A point where several lines of a way join or split.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Joint {
    pub(super) x: i64,
    pub(super) y: i64,
    /// The count and its width, if not all sources must succeed.
    pub(super) some: Option<(String, i64)>,
}

/// The layout of a picture, with its top left corner at (0, 0).
#[derive(Clone, Debug, Default)]
pub(super) struct PictureLayout {
    /// The boxes, in the order of the environments.
    pub(super) rects: Vec<BoxRect>,
    pub(super) wires: Vec<Wire>,
    /// The tips of the arrowheads.
    pub(super) heads: Vec<(i64, i64)>,
    pub(super) joints: Vec<Joint>,
    pub(super) width: i64,
    pub(super) height: i64,
}

/// Lays out boxes of these sizes (width, height), connected by these ways.
pub(super) fn layout(sizes: &[(i64, i64)], ways: &[Way]) -> PictureLayout {
    let links: Vec<Link> = ways.iter().map(|way| way.link.clone()).collect();
    let layers = ordered(layers(sizes.len(), &links));
    let size = |cell: &Cell| match cell {
        Cell::Node(node) => sizes.get(*node).copied().unwrap_or_default(),
        Cell::Way(_) => (0, WAY),
    };
    let heights: Vec<Vec<i64>> =
        layers.columns.iter().map(|column| column.iter().map(|cell| size(cell).1).collect()).collect();
    let mut middles = middles(&layers, &heights, GAP);
    let tops = middles.iter().flatten().zip(heights.iter().flatten()).map(|(middle, height)| middle - height / 2);
    let top = tops.min().unwrap_or(0);
    middles.iter_mut().flatten().for_each(|middle| *middle -= top);
    let mut all = PictureLayout { rects: vec![BoxRect::default(); sizes.len()], ..PictureLayout::default() };
    let mut x = 0;
    let mut left = Side { x: 0, column: &[], middles: &[], heights: &[] };
    for (at, ((column, rows), heights)) in layers.columns.iter().zip(&middles).zip(&heights).enumerate() {
        let wide = column.iter().map(|cell| size(cell).0).max().unwrap_or(0);
        if let Some(before) = at.checked_sub(1) {
            let passing = passing(&layers, before, ways);
            let both = left.middles.iter().chain(rows);
            let span = both.clone().max().unwrap_or(&0) - both.min().unwrap_or(&0);
            x = left.x + gutter(&passing, span);
            all.connect(left, Side { x, column, middles: rows, heights }, passing);
        }
        for (cell, middle) in column.iter().zip(rows) {
            match cell {
                Cell::Node(node) => {
                    let height = size(cell).1;
                    let rect = BoxRect { x, y: middle - height / 2, width: wide, height };
                    all.height = all.height.max(rect.y + height);
                    if let Some(known) = all.rects.get_mut(*node) {
                        *known = rect;
                    }
                }
                Cell::Way(link) => {
                    let some = ways.get(*link).is_some_and(|way| way.some.is_some());
                    all.height = all.height.max(middle + WAY);
                    all.wires.push(Wire { from: (x, *middle), to: (x + wide, *middle), some });
                }
            }
        }
        left = Side { x: x + wide, column, middles: rows, heights };
    }
    all.width = left.x;
    all
}

/// One side of a gutter: the column there, and the `x` of its edge.
#[derive(Clone, Copy)]
struct Side<'a> {
    x: i64,
    column: &'a [Cell],
    middles: &'a [i64],
    heights: &'a [i64],
}

impl Side<'_> {
    fn middle(&self, row: &usize) -> i64 {
        self.middles.get(*row).copied().unwrap_or(0)
    }

    fn mean(&self, rows: &[usize]) -> i64 {
        rows.iter().map(|row| self.middle(row)).sum::<i64>().div_euclid((rows.len() as i64).max(1))
    }
}

/// A piece of a way in a gutter, with its count if all sources of the way have joined there.
struct Passing {
    piece: LinkPiece,
    some: bool,
    count: Option<(String, i64)>,
}

fn passing(layers: &Layers, gutter: usize, ways: &[Way]) -> Vec<Passing> {
    let of = |piece: LinkPiece| {
        let way = ways.get(piece.link)?;
        // All sources have joined in the gutter after the last of them.
        let together = layers.last_source(&way.link) == Some(gutter);
        let count = way.some.clone().filter(|_| together).map(|text| {
            let wide = width(&text, COUNT_TEXT) + 14;
            (text, wide)
        });
        Some(Passing { piece, some: way.some.is_some(), count })
    };
    layers.pieces(gutter).into_iter().filter_map(of).collect()
}

/// The width of a gutter; `span` is the vertical distance that its ways cover.
fn gutter(passing: &[Passing], span: i64) -> i64 {
    let straight = match passing {
        [one] => one.piece.left.len() == 1 && one.piece.right.len() == 1,
        _ => false,
    };
    let least = if straight { GUTTER * 2 / 3 } else { GUTTER };
    // Many ways need room to bend, and so do ways that go far up or down.
    let room = (passing.len() as i64 * 6).max(span / 8).min(120);
    let joints = passing.iter().any(|way| way.piece.left.len() > 1 && way.piece.right.len() > 1);
    let counts = passing.iter().filter_map(|way| way.count.as_ref()).map(|(_, wide)| wide + 12);
    least.max(room) + if joints { 24 } else { 0 } + counts.max().unwrap_or(0)
}

impl PictureLayout {
    /// Adds the lines and joints of one gutter.
    fn connect(&mut self, left: Side, right: Side, passing: Vec<Passing>) {
        // Several ways into one box arrive next to each other, in the order of their sources.
        let mut arrivals: BTreeMap<usize, Vec<(i64, usize)>> = BTreeMap::new();
        for Passing { piece, .. } in &passing {
            let from = (left.mean(&piece.left), piece.link);
            piece.right.iter().for_each(|row| arrivals.entry(*row).or_default().push(from));
        }
        arrivals.values_mut().for_each(|arriving| arriving.sort_unstable());
        let port = |link: usize, row: &usize| {
            let arriving = arrivals.get(row).map(Vec::as_slice).unwrap_or_default();
            let nth = arriving.iter().position(|(_, other)| *other == link).unwrap_or(0) as i64;
            let (count, height) = (arriving.len() as i64, right.heights.get(*row).copied().unwrap_or(0));
            let step = (height - 20).div_euclid((count - 1).max(1)).clamp(0, COUNT + 4);
            right.middle(row) + (2 * nth - (count - 1)) * step / 2
        };
        let is_box = |row: &usize| matches!(right.column.get(*row), Some(Cell::Node(_)));
        let mut lanes: Vec<Lane> = Vec::new();
        for Passing { piece, some, count } in &passing {
            let end = |row: &usize| match is_box(row) {
                true => (right.x - HEAD, port(piece.link, row)),
                false => (right.x, right.middle(row)),
            };
            let ends: Vec<(i64, i64)> = piece.right.iter().map(end).collect();
            let starts: Vec<(i64, i64)> = piece.left.iter().map(|row| (left.x, left.middle(row))).collect();
            self.heads.extend(ends.iter().filter(|end| end.0 < right.x).map(|end| (right.x, end.1)));
            let height = |points: &[(i64, i64)]| {
                points.iter().map(|point| point.1).sum::<i64>().div_euclid((points.len() as i64).max(1))
            };
            // If there is only one end, the lines join at its height.
            let y = match (starts.len(), ends.len()) {
                (_, 1) => height(&ends),
                (1, _) => height(&starts),
                _ => (height(&starts) + height(&ends)).div_euclid(2),
            };
            lanes.push(Lane { y, starts, ends, some: *some, count: count.clone() });
        }
        if lanes.iter().any(Lane::is_joint) {
            self.through_the_middle(lanes, (left.x + right.x).div_euclid(2));
        } else {
            for Lane { starts, ends, some, .. } in lanes {
                let pairs = starts.iter().flat_map(|from| ends.iter().map(move |to| (*from, *to)));
                self.wires.extend(pairs.map(|(from, to)| Wire { from, to, some }));
            }
        }
    }

    /// Leads every way of a gutter through a lane of its own in the middle, so that none runs under another's joint.
    fn through_the_middle(&mut self, mut lanes: Vec<Lane>, x: i64) {
        lanes.sort_by_key(|lane| lane.y);
        let heights: Vec<i64> = lanes.iter().map(|lane| if lane.is_joint() { COUNT } else { WAY }).collect();
        let middles = apart(&heights, 4, &lanes.iter().map(|lane| lane.y).collect::<Vec<_>>());
        let half = lanes.iter().filter_map(|lane| lane.count.as_ref()).map(|(_, wide)| wide / 2).max().unwrap_or(0);
        for (lane, y) in lanes.into_iter().zip(middles) {
            let some = lane.some;
            self.wires.extend(lane.starts.iter().map(|from| Wire { from: *from, to: (x - half, y), some }));
            if half > 0 {
                self.wires.push(Wire { from: (x - half, y), to: (x + half, y), some });
            }
            self.wires.extend(lane.ends.iter().map(|to| Wire { from: (x + half, y), to: *to, some }));
            if lane.is_joint() {
                self.joints.push(Joint { x, y, some: lane.count });
            }
        }
    }
}

/// The path of a piece through its gutter.
struct Lane {
    y: i64,
    starts: Vec<(i64, i64)>,
    ends: Vec<(i64, i64)>,
    some: bool,
    count: Option<(String, i64)>,
}

impl Lane {
    fn is_joint(&self) -> bool {
        self.count.is_some() || (self.starts.len() > 1 && self.ends.len() > 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn way(sources: &[usize], targets: &[usize], some: Option<&str>) -> Way {
        Way { link: Link { sources: sources.to_vec(), targets: targets.to_vec() }, some: some.map(str::to_string) }
    }

    #[test]
    fn lines_from_many_to_many_meet_in_a_joint() {
        let all = layout(&[(80, 40); 5], &[way(&[0], &[1, 2], None), way(&[1, 2], &[3, 4], None)]);
        assert_eq!(all.joints.len(), 1);
        assert_eq!(all.joints[0].some, None);
        assert_eq!(all.wires.len(), 2 + 4);
        assert_eq!(all.heads.len(), 4);
        assert_eq!(all.rects[1].x, all.rects[2].x);
        assert!(all.rects[3].x > all.rects[1].x + 80);
    }

    #[test]
    fn a_count_comes_after_the_last_of_its_sources() {
        // 3 waits for 2 of 0, 1 and 2, which are a chain.
        let ways = [way(&[0], &[1], None), way(&[1], &[2], None), way(&[0, 1, 2], &[3], Some("2 of 3"))];
        let all = layout(&[(80, 40); 4], &ways);
        assert_eq!(all.joints.len(), 1);
        let joint = &all.joints[0];
        assert_eq!(joint.some.as_ref().map(|some| some.0.as_str()), Some("2 of 3"));
        assert!(joint.x > all.rects[2].x + 80 && joint.x < all.rects[3].x);
        assert_eq!(all.wires.iter().filter(|wire| wire.some).count(), 9);
    }

    proptest! {
        /// For every flow, boxes do not overlap and no way crosses one.
        #[test]
        fn nothing_overlaps_a_box(
            sizes in proptest::collection::vec((60i64..200, 30i64..150), 2..25),
            needs in proptest::collection::vec((0usize..1000, 1usize..4, any::<bool>()), 24),
        ) {
            let ways: Vec<Way> = (1..sizes.len())
                .zip(needs)
                .map(|(target, (first, count, some))| {
                    let sources: std::collections::BTreeSet<usize> = (0..count).map(|nth| (first + nth * 7) % target).collect();
                    way(&sources.into_iter().collect::<Vec<_>>(), &[target], some.then_some("1 of 2"))
                })
                .collect();
            let all = layout(&sizes, &ways);
            for (nth, joint) in all.joints.iter().enumerate() {
                for other in all.joints[nth + 1..].iter().filter(|other| other.x == joint.x) {
                    prop_assert!((joint.y - other.y).abs() >= COUNT + 4, "{joint:?} {other:?}");
                }
            }
            for (nth, rect) in all.rects.iter().enumerate() {
                prop_assert!(rect.x >= 0 && rect.y >= 0);
                prop_assert!(rect.x + rect.width <= all.width && rect.y + rect.height <= all.height);
                for other in &all.rects[nth + 1..] {
                    let apart = rect.x + rect.width <= other.x || other.x + other.width <= rect.x
                        || rect.y + rect.height <= other.y || other.y + other.height <= rect.y;
                    prop_assert!(apart, "{rect:?} {other:?}");
                }
                for wire in &all.wires {
                    // A curve stays between its ends.
                    let beside = wire.to.0 <= rect.x || wire.from.0 >= rect.x + rect.width;
                    let above = wire.from.1 == wire.to.1 && (wire.from.1 <= rect.y || wire.from.1 >= rect.y + rect.height);
                    prop_assert!(beside || above, "{wire:?} {rect:?}");
                }
                for joint in &all.joints {
                    prop_assert!(joint.x <= rect.x || joint.x >= rect.x + rect.width);
                }
            }
        }
    }
}
