//! Applies certain fixes to a copy of the text, which is then parsed again. So the text after a misspelled word or a
//! missing brace is parsed as if there were no mistake, and each mistake is reported once.
//!
//! One [`Back`] for each round maps ranges of the repaired text to ranges of the text before.

use super::node::TextRange;

/// A change to the text of one round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Edit {
    pub at: TextRange,
    pub text: String,
}

/// Maps offsets of a repaired text to offsets of the text before.
#[derive(Clone, Debug, Default)]
pub(super) struct Back {
    /// In order: the range in the repaired text, and its range in the text before.
    edits: Vec<(TextRange, TextRange)>,
}

impl Back {
    /// The range in the text before. A range inside inserted text maps to the whole text that was replaced.
    pub(super) fn before(&self, (start, end): TextRange) -> TextRange {
        let start = self.offset(start, true);
        (start, self.offset(end, false).max(start))
    }

    fn offset(&self, at: u32, begins: bool) -> u32 {
        let behind = self.edits.partition_point(|(new, _)| if begins { new.0 <= at } else { new.0 < at });
        let Some((new, old)) = behind.checked_sub(1).and_then(|n| self.edits.get(n)) else { return at };
        if at >= new.1 {
            old.1 + (at - new.1)
        } else if begins {
            old.0
        } else {
            old.1
        }
    }
}

/// Applies edits, which must be in order and not overlap.
pub(super) fn apply(text: &str, edits: &[Edit]) -> (String, Back) {
    let mut out = String::with_capacity(text.len() + 16 * edits.len());
    let mut back = Back::default();
    let mut done = 0;
    for edit in edits {
        out.push_str(text.get(done..edit.at.0 as usize).unwrap_or_default());
        let start = out.len() as u32;
        out.push_str(&edit.text);
        back.edits.push(((start, out.len() as u32), edit.at));
        done = edit.at.1 as usize;
    }
    out.push_str(text.get(done..).unwrap_or_default());
    (out, back)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_map_back() {
        let text = "promte qa; soak = 30m";
        let edits = [Edit { at: (0, 6), text: "promote".into() }, Edit { at: (16, 18), text: String::new() }];
        let (repaired, back) = apply(text, &edits);
        assert_eq!(repaired, "promote qa; soak 30m");
        assert_eq!(back.before((0, 7)), (0, 6));
        assert_eq!(back.before((8, 10)), (7, 9));
        assert_eq!(back.before((17, 20)), (18, 21));
        assert_eq!(back.before((3, 5)), (0, 6));
    }
}
