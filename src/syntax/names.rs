//! Validates names, parameters and label keys, and corrects invalid ones (E0102).

/// In characters.
pub(crate) const MAX_NAME: usize = 63;

/// Whether a text is a valid name: a Kubernetes (DNS-1123) label.
pub(crate) fn is_name(text: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    !text.is_empty()
        && text.len() <= MAX_NAME
        && text.bytes().all(|byte| inner(byte) || byte == b'-')
        && text.bytes().next().is_some_and(inner)
        && text.bytes().next_back().is_some_and(inner)
}

/// The greatest number of environments in a range.
pub(crate) const MAX_RANGE: usize = 2_000;

/// Whether a text is written as a range, such as `store-000..store-119`; it may be an invalid one.
pub(crate) fn is_range(text: &str) -> bool {
    text.contains("..")
}

/// The names of a range: both ends have the same prefix and the same number of digits, and the first is not greater.
///
/// # Errors
/// What is wrong with it, in words that complete `not a range: …`.
pub(crate) fn range(text: &str) -> Result<Vec<String>, String> {
    let (first, last) = text.split_once("..").unwrap_or((text, text));
    if let Some(invalid) = [first, last].into_iter().find(|name| !is_name(name)) {
        return Err(format!("`{invalid}` is not a valid name"));
    }
    let ((prefix, from), (other, to)) = (numbered(first), numbered(last));
    if from.is_empty() || to.is_empty() {
        return Err("both names must end with a number".to_owned());
    }
    if prefix != other {
        return Err(format!("`{prefix}` and `{other}` differ before the number"));
    }
    let digits = from.len();
    if digits != to.len() {
        return Err("the numbers must have the same number of digits".to_owned());
    }
    let numbers = from.parse::<u64>().ok().zip(to.parse::<u64>().ok());
    let (from, to) = numbers.ok_or_else(|| "the numbers are too large".to_owned())?;
    if from > to {
        return Err("the first number is greater than the last".to_owned());
    }
    if to - from >= MAX_RANGE as u64 {
        return Err(format!("it has {} names; at most {MAX_RANGE} are allowed", to - from + 1));
    }
    Ok((from..=to).map(|number| format!("{prefix}{number:0digits$}")).collect())
}

/// A name without the number at its end, and that number.
fn numbered(name: &str) -> (&str, &str) {
    let prefix = name.trim_end_matches(|c: char| c.is_ascii_digit());
    (prefix, name.get(prefix.len()..).unwrap_or_default())
}

/// Names as they can be written in a list, with the number of environments of each: three or more that follow one
/// another are a range.
pub(crate) fn in_ranges<'n>(names: impl IntoIterator<Item = &'n str>) -> Vec<(String, usize)> {
    let mut runs: Vec<Vec<&str>> = Vec::new();
    for name in names {
        match runs.last_mut() {
            Some(run) if run.len() < MAX_RANGE && run.last().is_some_and(|last| is_next(last, name)) => run.push(name),
            _ => runs.push(vec![name]),
        }
    }
    let written = |run: Vec<&str>| match run.as_slice() {
        [first, _, .., last] => vec![(format!("{first}..{last}"), run.len())],
        few => few.iter().map(|name| ((*name).to_owned(), 1)).collect(),
    };
    runs.into_iter().flat_map(written).collect()
}

/// Names as they can be written in a list.
pub(crate) fn with_ranges<'n>(names: impl IntoIterator<Item = &'n str>) -> Vec<String> {
    in_ranges(names).into_iter().map(|(text, _)| text).collect()
}

/// Whether a name is the one after another in a range.
fn is_next(name: &str, next: &str) -> bool {
    let ((prefix, number), (other, following)) = (numbered(name), numbered(next));
    let numbers = number.parse::<u64>().ok().zip(following.parse::<u64>().ok());
    prefix == other
        && number.len() == following.len()
        && numbers.is_some_and(|(one, two)| one.checked_add(1) == Some(two))
}

/// A valid name similar to a text: in lower case, with dashes for other characters, and cut at the limit. `None` if
/// nothing is left.
pub(crate) fn as_name(text: &str) -> Option<String> {
    let mut out = String::new();
    for character in text.chars().flat_map(char::to_lowercase) {
        if character.is_ascii_lowercase() || character.is_ascii_digit() {
            out.push(character);
        } else if !out.is_empty() && !out.ends_with('-') {
            out.push('-');
        }
    }
    out.truncate(MAX_NAME);
    let name = out.trim_end_matches('-');
    is_name(name).then(|| name.to_string())
}

/// Whether a text is a valid parameter: `[A-Z][A-Z0-9_]*`.
pub(crate) fn is_parameter(text: &str) -> bool {
    text.bytes().next().is_some_and(|byte| byte.is_ascii_uppercase())
        && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

/// Whether a parameter is reserved, because as a variable it would change how a process runs.
pub(crate) fn is_reserved(parameter: &str) -> bool {
    matches!(parameter, "HOME" | "SHELL" | "IFS" | "ENV" | "BASH_ENV")
        || ["LD_", "GIT_", "PROMO_"].iter().any(|prefix| parameter.starts_with(prefix))
}

/// A valid parameter similar to a text: in upper case, with underscores for other characters.
pub(crate) fn as_parameter(text: &str) -> Option<String> {
    let upper: String =
        text.chars().flat_map(char::to_uppercase).map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    let parameter = upper.trim_start_matches(|c: char| c == '_' || c.is_ascii_digit());
    is_parameter(parameter).then(|| parameter.to_string())
}

/// Whether a text is a Kubernetes label key: `[PREFIX/]NAME` with a DNS subdomain as prefix.
pub(crate) fn is_label_key(text: &str) -> bool {
    let (prefix, name) = text.rsplit_once('/').map_or((None, text), |(prefix, name)| (Some(prefix), name));
    is_label_part(name)
        && prefix.is_none_or(|prefix| prefix.len() <= 253 && !prefix.is_empty() && prefix.split('.').all(is_name))
}

fn is_label_part(text: &str) -> bool {
    let end = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric());
    text.len() <= 63
        && end(text.bytes().next())
        && end(text.bytes().next_back())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

/// A valid label key similar to a text.
pub(crate) fn as_label_key(text: &str) -> Option<String> {
    let clean = |part: &str, keep: &[char]| -> String {
        let mapped: String =
            part.chars().map(|c| if c.is_ascii_alphanumeric() || keep.contains(&c) { c } else { '-' }).collect();
        mapped.trim_matches(|c: char| !c.is_ascii_alphanumeric()).chars().take(63).collect()
    };
    let key = match text.rsplit_once('/') {
        Some((prefix, name)) => {
            let prefix = clean(&prefix.to_lowercase(), &['.']);
            format!("{prefix}/{}", clean(name, &['.', '_']))
        }
        None => clean(text, &['.', '_']),
    };
    is_label_key(&key).then_some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_dns_labels() {
        assert!(["a", "us-east-2", "0", "none", "after"].iter().all(|name| is_name(name)));
        assert!(!["", "-a", "a-", "A", "a_b", "a.b", &"a".repeat(64)].iter().any(|name| is_name(name)));
        assert_eq!(as_name("US_East").as_deref(), Some("us-east"));
        assert_eq!(as_name("a__b-").as_deref(), Some("a-b"));
        assert_eq!(as_name("___"), None);
        assert_eq!(as_name(&"x".repeat(80)).map(|name| name.len()), Some(63));
    }

    #[test]
    fn a_range_has_names_that_differ_in_their_number() {
        assert_eq!(range("a1-8..a1-10"), Err("the numbers must have the same number of digits".to_owned()));
        assert_eq!(range("a1-08..a1-10").unwrap(), ["a1-08", "a1-09", "a1-10"]);
        assert_eq!(range("007..008").unwrap(), ["007", "008"]);
        assert_eq!(range("s-5..s-5").unwrap(), ["s-5"]);
        assert!(
            ["a..b", "a-1..", "..a-1", "a-1..b-2", "a-2..a-1", "A-1..A-2", "a-1..a-2..a-3"]
                .iter()
                .all(|text| range(text).is_err())
        );
        assert_eq!(range("n-0001..n-2000").unwrap().len(), MAX_RANGE);
        assert!(range("n-0000..n-2000").is_err());
    }

    #[test]
    fn three_names_in_a_row_are_written_as_a_range() {
        let written =
            |names: &[&str]| in_ranges(names.iter().copied()).into_iter().map(|(text, _)| text).collect::<Vec<_>>();
        assert_eq!(written(&["a", "s-1", "s-2", "s-3", "s-5", "s-6"]), ["a", "s-1..s-3", "s-5", "s-6"]);
        assert_eq!(written(&["s-9", "s-10", "s-11"]), ["s-9", "s-10", "s-11"]);
        assert_eq!(written(&["s-09", "s-10", "s-11", "t-12"]), ["s-09..s-11", "t-12"]);
        assert_eq!(written(&["s-3", "s-2", "s-1"]), ["s-3", "s-2", "s-1"]);
    }

    #[test]
    fn parameters_are_upper_case_and_some_are_reserved() {
        assert!(is_parameter("A1_B") && !is_parameter("a") && !is_parameter("_A") && !is_parameter("1A"));
        assert_eq!(as_parameter("app-name").as_deref(), Some("APP_NAME"));
        assert!(is_reserved("LD_PRELOAD") && is_reserved("HOME") && !is_reserved("HOMES") && !is_reserved("PATH"));
    }

    #[test]
    fn label_keys_have_a_prefix_or_none() {
        assert!(["team", "codefresh.io/product", "a/B_c.d"].iter().all(|key| is_label_key(key)));
        assert!(!["", "/a", "a/", "A/b", "a b", "-a", "a/b/c"].iter().any(|key| is_label_key(key)));
        assert_eq!(as_label_key("Codefresh.io/my product").as_deref(), Some("codefresh.io/my-product"));
    }
}
