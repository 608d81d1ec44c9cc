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

/// Whether one name is certainly a misspelling of another: after ignoring case, one letter is missing, extra, wrong, or
/// swapped with the next. A digit, or a whole part between dashes, may be what tells two names apart.
pub(crate) fn one_edit(written: &str, name: &str) -> bool {
    let chars = |text: &str| text.chars().map(|c| c.to_ascii_lowercase()).collect::<Vec<char>>();
    let (written, name) = (chars(written), chars(name));
    let start = written.iter().zip(&name).take_while(|(a, b)| a == b).count();
    let behind = |all: &[char]| all.get(start..).unwrap_or_default().to_vec();
    let (gone, come) = (behind(&written), behind(&name));
    let end = gone.iter().rev().zip(come.iter().rev()).take_while(|(a, b)| a == b).count();
    let inner = |all: &[char]| all.get(..all.len() - end).unwrap_or_default().to_vec();
    let (gone, come) = (inner(&gone), inner(&come));
    // the length of the part between dashes in which the edit is
    let part = |all: &[char], length: usize| {
        let is_end = |c: &&char| !c.is_alphanumeric();
        let before = all.iter().take(start).rev().take_while(|c| !is_end(c)).count();
        before + length + all.iter().skip(start + length).take_while(|c| !is_end(c)).count()
    };
    if gone.iter().chain(&come).any(char::is_ascii_digit) {
        return false;
    }
    match (gone.as_slice(), come.as_slice()) {
        ([], []) => true,
        ([], [c]) => {
            if c.is_alphanumeric() {
                part(&name, 1) > 1
            } else {
                start > 0 && end > 0
            }
        }
        ([c], []) => {
            if c.is_alphanumeric() {
                part(&written, 1) > 1
            } else {
                start > 0 && end > 0
            }
        }
        // of two letters, one is half the part: `us` is not `eu`, nor `na` `sa`
        ([_], [_]) => part(&written, 1) > 2,
        ([a, b], [c, d]) => a == d && b == c && part(&written, 2) > 2,
        _ => false,
    }
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
    fn one_edit_is_in_no_digit_and_no_whole_part() {
        for (written, name) in [
            ("stagin", "staging"),
            ("Staging", "staging"),
            ("stagging", "staging"),
            ("stagnig", "staging"),
            ("stating", "staging"),
            ("prod_eu", "prod-eu"),
            ("prodeu", "prod-eu"),
            ("maintenance-e", "maintenance-eu"),
            ("q", "qa"),
        ] {
            assert!(one_edit(written, name), "{written} {name}");
        }
        for (written, name) in [
            ("maintenance-na", "maintenance-eu"),
            ("maintenance-na", "maintenance-sa"),
            ("maintenance-ue", "maintenance-eu"),
            ("enable-alerts", "disable-alerts"),
            ("prod-1", "prod-2"),
            ("prod-", "prod-2"),
            ("prod2", "prod"),
            ("prod-a", "prod-b"),
            ("prod", "prod-a"),
            ("prod-", "prod-a"),
            ("prod-", "prod"),
            ("smoke", "smoke-tests"),
        ] {
            assert!(!one_edit(written, name), "{written} {name}");
        }
    }

    #[test]
    fn up_to_seven_names_are_listed() {
        assert_eq!(one_of(["a", "b", "c"]).as_deref(), Some("`a`, `b` or `c`"));
        assert_eq!(one_of([]), None);
        assert_eq!(one_of(["a", "b", "c", "d", "e", "f", "g", "h"]), None);
    }
}
