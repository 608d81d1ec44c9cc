//! Whether a version is older than another, for people who read a preview.

use std::cmp::Ordering;

/// Whether the new value is an older version than the old one: by semantic versioning, or by numbers with dots. Values
/// are source text; of an image reference the tag counts. `false` if one of them is no version.
pub(crate) fn is_older(old: &str, new: &str) -> bool {
    match (Version::parse(old), Version::parse(new)) {
        (Some(old), Some(new)) => old.image == new.image && new.compare(&old) == Ordering::Less,
        _ => false,
    }
}

struct Version<'a> {
    /// What is before the tag of an image reference; empty for a bare version.
    image: &'a str,
    numbers: Vec<u64>,
    /// The parts after `-`; `None` for a release, which is newer than all of its pre-releases.
    pre: Option<Vec<&'a str>>,
}

impl<'a> Version<'a> {
    fn parse(source: &'a str) -> Option<Version<'a>> {
        let text = source.trim_matches(['"', '\'']);
        let slash = text.rfind('/').map_or(0, |at| at + 1);
        let colon = text.get(slash..)?.rfind(':').map(|at| slash + at);
        let (image, tag) = colon.map_or(("", text), |at| text.split_at(at));
        let tag = tag.strip_prefix(':').unwrap_or(tag);
        let tag = tag.strip_prefix(['v', 'V']).unwrap_or(tag);
        let version = tag.split_once('+').map_or(tag, |(version, _)| version);
        let (core, pre) = match version.split_once('-') {
            Some((core, pre)) => (core, Some(pre.split('.').collect())),
            None => (version, None),
        };
        let numbers: Vec<u64> = core.split('.').map(|number| number.parse().ok()).collect::<Option<_>>()?;
        // A single number may count anything.
        (numbers.len() > 1 && core.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')).then_some(Version {
            image,
            numbers,
            pre,
        })
    }

    fn compare(&self, other: &Version<'_>) -> Ordering {
        let length = self.numbers.len().max(other.numbers.len());
        let padded = |numbers: &[u64]| -> Vec<u64> {
            numbers.iter().copied().chain(std::iter::repeat(0)).take(length).collect()
        };
        padded(&self.numbers).cmp(&padded(&other.numbers)).then_with(|| match (&self.pre, &other.pre) {
            (None, None) => Ordering::Equal,
            (None, Some(_)) => Ordering::Greater,
            (Some(_), None) => Ordering::Less,
            (Some(pre), Some(others)) => {
                let parts = pre.iter().zip(others).map(|(part, other)| identifier(part, other));
                parts.fold(Ordering::Equal, Ordering::then).then(pre.len().cmp(&others.len()))
            }
        })
    }
}

/// Numbers come before words, and by value.
fn identifier(part: &str, other: &str) -> Ordering {
    match (part.parse::<u64>(), other.parse::<u64>()) {
        (Ok(part), Ok(other)) => part.cmp(&other),
        (Ok(_), Err(_)) => Ordering::Less,
        (Err(_), Ok(_)) => Ordering::Greater,
        (Err(_), Err(_)) => part.cmp(other),
    }
}

#[cfg(test)]
mod tests {
    use super::is_older;

    #[test]
    fn versions_are_compared_by_their_numbers() {
        for (old, new) in [
            ("1.10.0", "1.9.0"),
            ("\"1.10\"", "1.9"),
            ("v2.0.0", "v1.99.9"),
            ("2.0.0", "2.0.0-rc.1"),
            ("2.0.0-rc.10", "2.0.0-rc.9"),
            ("2.0.0-rc.1.1", "2.0.0-rc.1"),
            ("2.0.0-beta", "2.0.0-2"),
            ("1.2.3.4", "1.2.3.3"),
            ("'1.2.1'", "'1.2'"),
            ("ghcr.io/a/web:1.10", "ghcr.io/a/web:1.9"),
        ] {
            assert!(is_older(old, new), "{old} → {new}");
            assert!(!is_older(new, old), "{new} → {old}");
            assert!(!is_older(old, old), "{old}");
        }
        for (old, new) in [
            ("3", "2"),
            ("abc", "abb"),
            ("1.0+b", "1.0+a"),
            ("2.0.0", "latest"),
            ("localhost:5000/web", "localhost:4000/web"),
            ("a/web:2.0", "b/web:1.0"),
            ("1.2", "1.2.0"),
            ("2.x", "1.x"),
            ("+2.0", "+1.0"),
        ] {
            assert!(!is_older(old, new), "{old} → {new}");
        }
    }
}
