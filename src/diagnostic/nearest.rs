//! "Did you mean": the nearest of some names, or all of them if there are few.

/// The candidate that was most likely meant: at most a third of the letters differ, ignoring case, or one contains the
/// other. `None` if no candidate is close enough.
pub(crate) fn nearest<'a>(written: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = written.to_lowercase();
    let bound = (written.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .filter(|candidate| *candidate != written)
        .filter_map(|candidate| {
            let distance = strsim::damerau_levenshtein(&lower, &candidate.to_lowercase());
            let contains = distance > bound
                && lower.len() >= 3
                && (candidate.contains(&lower) || lower.contains(candidate) && candidate.len() >= 3);
            (distance <= bound || contains).then_some((usize::from(contains), distance, candidate))
        })
        .min()
        .map(|(_, _, candidate)| candidate)
}

/// The names for a sentence, "`a`, `b` or `c`"; `None` if there are none or more than seven.
pub(crate) fn one_of<'a>(candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let mut quoted: Vec<String> = candidates.into_iter().map(|name| format!("`{name}`")).collect();
    let last = quoted.pop()?;
    match quoted.len() {
        0 => Some(last),
        1..=6 => Some(format!("{} or {last}", quoted.join(", "))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_takes_case_then_distance_then_parts() {
        assert_eq!(nearest("stagin", ["qa", "staging"]), Some("staging"));
        assert_eq!(nearest("STAGING", ["qa", "staging"]), Some("staging"));
        assert_eq!(nearest("smoke", ["smoke-tests", "notify"]), Some("smoke-tests"));
        assert_eq!(nearest("xyz", ["qa", "staging"]), None);
    }

    #[test]
    fn up_to_seven_names_are_listed() {
        assert_eq!(one_of(["a", "b", "c"]).as_deref(), Some("`a`, `b` or `c`"));
        assert_eq!(one_of([]), None);
        assert_eq!(one_of(["a", "b", "c", "d", "e", "f", "g", "h"]), None);
    }
}
