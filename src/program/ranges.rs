//! Lists of names with ranges, as one would write them in a program: `dev, store-00..store-19`.

/// A run of consecutive numbers with at least this many members is written as a range.
const RUN: usize = 3;

/// The names, with each run of consecutive numbers as a range.
pub(crate) fn with_ranges<'n>(names: impl Iterator<Item = &'n str>) -> Vec<String> {
    let words = runs(names).into_iter().flat_map(|run| match run.as_slice() {
        [first, .., last] if run.len() >= RUN => vec![format!("{first}..{last}")],
        few => few.iter().map(|name| (*name).to_owned()).collect(),
    });
    words.collect()
}

/// The names, with those that have consecutive numbers after an equal prefix together.
pub(crate) fn runs<'n>(names: impl Iterator<Item = &'n str>) -> Vec<Vec<&'n str>> {
    let mut runs: Vec<Vec<&str>> = Vec::new();
    for name in names {
        match runs.last_mut().filter(|run| run.last().is_some_and(|last| follows(last, name))) {
            Some(run) => run.push(name),
            None => runs.push(vec![name]),
        }
    }
    runs
}

/// Whether `b` is `a` with the next number at its end.
fn follows(a: &str, b: &str) -> bool {
    let number = |name: &str| {
        let prefix = name.trim_end_matches(|c: char| c.is_ascii_digit()).len();
        Some((prefix, name.get(prefix..)?.parse::<u64>().ok()?))
    };
    let (Some((prefix, first)), Some((other, second))) = (number(a), number(b)) else { return false };
    prefix == other && a.len() == b.len() && first.checked_add(1) == Some(second) && a.get(..prefix) == b.get(..other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn consecutive_names_are_a_range() {
        let listed = |names: &[&str]| with_ranges(names.iter().copied()).join(", ");
        assert_eq!(
            listed(&["dev", "s-08", "s-09", "s-10", "s-12", "s-13", "t-14"]),
            "dev, s-08..s-10, s-12, s-13, t-14"
        );
        assert_eq!(listed(&["s-9", "s-10", "s-11"]), "s-9, s-10, s-11");
        assert_eq!(listed(&["s-1", "t-2", "t-3"]), "s-1, t-2, t-3");
        assert_eq!(listed(&[]), "");
    }
}
