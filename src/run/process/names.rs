//! File names for effects: safe, short, and different for different effects even on a case-insensitive file system.

use crate::git::ObjectId;

/// Longer names are cut, and a hash keeps them distinct.
const LONGEST: usize = 150;
/// How much of a longer name is kept.
const KEPT: usize = LONGEST - 50;

/// The file name of an effect. `/` becomes `+`, and other special characters become `%` and their hex digits.
///
/// INVARIANT: no name contains a dot, so that `.claim` and the like cannot be part of another effect's name.
pub(super) fn file_name(effect: &str) -> String {
    let name = encoded(effect);
    if name.len() <= LONGEST {
        return name;
    }
    let kept: String = name.chars().take(KEPT).collect();
    // `~` is in no short name. The hash is the id that Git would give these bytes as a blob; nothing is stored.
    match ObjectId::of_blob(effect.as_bytes()) {
        Some(hash) => format!("{kept}~{}", hash.0),
        // Without a hash the name stays too long and the system refuses it, which is better than a wrong name.
        None => name,
    }
}

/// Whether a file may be that of an effect whose id begins like this; of a name that is cut, only the kept part tells.
pub(super) fn may_begin(file: &str, beginning: &str) -> bool {
    let beginning: String = encoded(beginning).chars().take(KEPT).collect();
    file.starts_with(&beginning)
}

fn encoded(effect: &str) -> String {
    let mut name = String::new();
    for byte in effect.bytes() {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' => name.push(char::from(byte)),
            b'/' => name.push('+'),
            _ => name.push_str(&format!("%{byte:02x}")),
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::{file_name, may_begin};

    #[test]
    fn names_are_readable_and_safe() {
        assert_eq!(file_name("rel-1/1/prod/app/pre-action"), "rel-1+1+prod+app+pre-action");
        assert_eq!(file_name("../A.b %"), "%2e%2e+%41%2eb%20%25");
    }

    proptest::proptest! {
        #[test]
        fn different_effects_have_different_names(a in "[a-cA-C/.%+~]{0,6}", b in "[a-cA-C/.%+~]{0,6}") {
            let names = (file_name(&a).to_lowercase(), file_name(&b).to_lowercase());
            proptest::prop_assert_eq!(a == b, names.0 == names.1);
        }

        #[test]
        fn names_are_short(effect in ".{0,400}") {
            let name = file_name(&effect);
            proptest::prop_assert!(name.len() <= 150 && !name.contains(['/', '.', '\0']));
        }
    }

    #[test]
    fn a_file_is_recognized_by_the_beginning_of_its_effect() {
        let long = "x".repeat(120);
        for release in ["main-0", "Main-%", &long] {
            let beginning = format!("{release}/");
            assert!(may_begin(&file_name(&format!("{beginning}1/qa/app/pre-action")), &beginning), "{release}");
            assert!(!may_begin(&file_name(&format!("shop/{beginning}1/qa/app/pre-action")), &beginning), "{release}");
        }
        assert!(!may_begin(&file_name("main-0-2/1/qa/app/pre-action"), "main-0/"));
    }

    #[test]
    fn long_names_differ_by_their_hash() {
        let long = "x".repeat(300);
        assert_ne!(file_name(&format!("{long}1")), file_name(&format!("{long}2")));
    }
}
