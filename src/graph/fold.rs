//! Folds many equal environments into one box, because nobody reads 120 boxes that say the same.

use std::collections::{BTreeMap, BTreeSet};

use super::{Picture, PictureNeed, PictureNode, PictureStage};
use crate::syntax::names::in_ranges;

/// More equal environments than this are one box.
const MOST: usize = 12;

/// What equal environments have in common: what they wait for, what happens there, and what waits for them.
type Likeness<'n> = (&'n [PictureNeed], &'n [PictureStage], &'n [String], bool, Vec<usize>);

/// Replaces more than [`MOST`] equal environments by a box at the place of the first of them. The edges are not touched.
pub(super) fn fold(picture: &mut Picture) {
    if picture.nodes.len() <= MOST {
        return;
    }
    let mut waiting: Vec<Vec<usize>> = vec![Vec::new(); picture.nodes.len()];
    for (to, node) in picture.nodes.iter().enumerate() {
        for from in node.needs.iter().flat_map(|need| need.of.iter()) {
            waiting.get_mut(*from).into_iter().for_each(|targets| targets.push(to));
        }
    }
    let mut classes: BTreeMap<Likeness<'_>, Vec<usize>> = BTreeMap::new();
    for ((at, node), waiting) in picture.nodes.iter().enumerate().zip(waiting) {
        let likeness = (&*node.needs, &*node.stages, &*node.rollbacks, node.production, waiting);
        classes.entry(likeness).or_default().push(at);
    }
    let folded: BTreeMap<usize, Vec<usize>> = classes
        .into_values()
        .filter(|class| class.len() > MOST)
        .filter_map(|class| Some((*class.first()?, class)))
        .collect();
    let hidden: BTreeSet<usize> = folded.values().flat_map(|class| class.iter().skip(1)).copied().collect();
    let first: BTreeMap<usize, usize> =
        folded.iter().flat_map(|(first, class)| class.iter().map(|member| (*member, *first))).collect();
    let kept: Vec<usize> = (0..picture.nodes.len()).filter(|at| !hidden.contains(at)).collect();
    let new_place: BTreeMap<usize, usize> = kept.iter().enumerate().map(|(new, old)| (*old, new)).collect();
    let place = |old: &usize| new_place.get(first.get(old).unwrap_or(old)).copied();
    let moved = |need: &PictureNeed| {
        let of: BTreeSet<usize> = need.of.iter().filter_map(place).collect();
        PictureNeed { of: of.into_iter().collect(), ..need.clone() }
    };
    let node = |at: &usize| {
        let node = picture.nodes.get(*at)?;
        let mut shown = PictureNode { needs: node.needs.iter().map(moved).collect(), ..node.clone() };
        if let Some(class) = folded.get(at) {
            shown.size = class.len();
            shown.name = name(class.iter().filter_map(|at| picture.nodes.get(*at)).map(|node| node.name.as_str()));
        }
        Some(shown)
    };
    picture.nodes = kept.iter().filter_map(node).collect();
}

/// The name of a box for several environments: `store-000..store-119 (120)`, or `us and 13 more`.
fn name<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let names: Vec<&str> = names.collect();
    let (first, count) = (names.first().copied().unwrap_or_default(), names.len());
    match in_ranges(names).as_slice() {
        [(range, _)] => format!("{range} ({count})"),
        _ => format!("{first} and {} more", count.saturating_sub(1)),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap as Map;

    use super::*;
    use crate::graph::{dot, mermaid, svg, text};
    use crate::program::{MemoryFiles, load};

    #[test]
    fn a_box_for_several_has_a_range_or_the_first_name() {
        let (range, mixed) = (["s-1", "s-2", "s-3"], ["eu", "s-2", "s-3"]);
        assert_eq!(name(range.into_iter()), "s-1..s-3 (3)");
        assert_eq!(name(mixed.into_iter()), "eu and 2 more");
    }

    const FLEET: &str = "environment dev, perf, hq
environment store-00..store-29 { label tier = store }
group stores = where tier = store
window freeze { closed 12-20..12-31 }
product shop {
  copy \"a\" at $.a
  repo \"./r\"
  application s-{environment} in dev, hq, stores { path \"{environment}\" }
  flow main
}
flow main {
  trigger dev
  promote perf where present
  promote stores in waves of 1, 2, 50% { window freeze unless approval 2 of ops }
  promote hq after 90% of stores
}
";

    fn fleet() -> Picture {
        let files = MemoryFiles(Map::from([("main.promo".to_owned(), FLEET.to_owned())]));
        let program = load(&files, "main.promo").unwrap().program;
        let (flow, product) = (program.flows.ids().next().unwrap(), program.products.ids().next());
        Picture::new(&program, flow, product)
    }

    #[test]
    fn waves_are_columns_and_more_than_twelve_equal_targets_are_one_box() {
        insta::assert_snapshot!(text(&fleet()));
    }

    #[test]
    fn every_format_counts_what_is_folded() {
        let picture = fleet();
        assert!(svg(&picture).contains("27 of 30"), "{}", svg(&picture));
        assert!(svg(&picture).contains("32 environments"));
        for drawn in [dot(&picture), mermaid(&picture), svg(&picture)] {
            assert!(!drawn.contains("perf"), "{drawn}");
        }
    }
}
