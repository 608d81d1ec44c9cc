//! Masking: secrets become `***`, also where a value is split over several reads.

use std::collections::BTreeMap;

/// What stands where a secret was.
const MASK: &[u8] = b"***";

/// Shorter values would blot out half of every log, and hide nothing that cannot be guessed.
const SHORTEST: usize = 4;

/// Replaces secrets in a stream of bytes. What might be the beginning of a secret is held back until it is known.
#[derive(Debug)]
pub struct Masker {
    /// The longest first, so that a secret that contains another is hidden whole.
    secrets: Vec<Vec<u8>>,
    held: Vec<u8>,
}

impl Masker {
    /// For these secrets. Of a secret of several lines each line is one too, since tools print line by line. What has fewer than
    /// four characters is not masked.
    pub fn new<'a>(secrets: impl IntoIterator<Item = &'a str>) -> Self {
        let mut all: Vec<Vec<u8>> = secrets
            .into_iter()
            .flat_map(|secret| std::iter::once(secret.trim_end_matches('\n')).chain(secret.lines().map(str::trim)))
            .filter(|secret| secret.chars().count() >= SHORTEST)
            .map(|secret| secret.as_bytes().to_vec())
            .collect();
        all.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        all.dedup();
        Self { secrets: all, held: Vec::new() }
    }

    /// Whether there is nothing to mask.
    pub fn is_idle(&self) -> bool {
        self.secrets.is_empty()
    }

    /// Takes the next bytes and gives those that can be shown by now.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<u8> {
        self.held.extend_from_slice(bytes);
        self.drain(false)
    }

    /// Gives what was held back: nothing more will come.
    pub fn finish(&mut self) -> Vec<u8> {
        self.drain(true)
    }

    fn drain(&mut self, last: bool) -> Vec<u8> {
        let mut shown = Vec::with_capacity(self.held.len());
        let mut rest = self.held.as_slice();
        while let Some((first, after)) = rest.split_first() {
            // INVARIANT: a longer secret that may still be coming is waited for before a shorter one in it is taken.
            if !last && self.secrets.iter().any(|secret| secret.len() > rest.len() && secret.starts_with(rest)) {
                break;
            }
            match self.secrets.iter().find_map(|secret| rest.strip_prefix(secret.as_slice())) {
                Some(after) => {
                    shown.extend_from_slice(MASK);
                    rest = after;
                }
                None => {
                    shown.push(*first);
                    rest = after;
                }
            }
        }
        self.held = rest.to_vec();
        shown
    }
}

/// A text with its secrets masked.
pub fn mask_text(text: &str, secrets: &[String]) -> String {
    let mut masker = Masker::new(secrets.iter().map(String::as_str));
    let mut masked = masker.push(text.as_bytes());
    masked.extend(masker.finish());
    String::from_utf8_lossy(&masked).into_owned()
}

/// The values of parameters whose names look secret.
pub(super) fn secret_values(parameters: &BTreeMap<String, String>) -> impl Iterator<Item = &str> {
    const WORDS: [&str; 9] =
        ["SECRET", "TOKEN", "PASSWORD", "PASSWD", "PASSPHRASE", "CREDENTIAL", "PRIVATE", "APIKEY", "API_KEY"];
    let secret = |name: &str| {
        let name = name.to_ascii_uppercase();
        WORDS.iter().any(|word| name.contains(word)) || name == "KEY" || name.ends_with("_KEY")
    };
    parameters.iter().filter(move |(name, _)| secret(name)).map(|(_, value)| value.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_pieces(text: &[u8], size: usize, secrets: &[&str]) -> String {
        let mut masker = Masker::new(secrets.iter().copied());
        let mut shown: Vec<u8> = text.chunks(size).flat_map(|piece| masker.push(piece)).collect();
        shown.extend(masker.finish());
        String::from_utf8(shown).unwrap()
    }

    #[test]
    fn secrets_are_masked_however_they_arrive() {
        let text = "token=hunter22 and hunter2, hunter";
        for size in 1..=text.len() {
            assert_eq!(
                in_pieces(text.as_bytes(), size, &["hunter22", "hunter2"]),
                "token=*** and ***, hunter",
                "{size}"
            );
        }
    }

    #[test]
    fn each_line_of_a_key_is_secret_and_short_values_are_not() {
        let key = "-----BEGIN-----\nabcdefgh\nijkl\n-----END-----\n";
        assert_eq!(in_pieces(b"x abcdefgh y ijkl z", 3, &[key, "x", "", "z\n"]), "x *** y *** z");
        assert!(Masker::new(["", "abc", "\n\n"]).is_idle());
    }

    #[test]
    fn secret_parameters_are_known_by_their_names() {
        let parameters: BTreeMap<String, String> =
            ["API_TOKEN", "DEPLOY_KEY", "KEY", "DB_PASSWORD", "KEYBOARD", "APP_NAME"]
                .map(|name| (name.to_owned(), name.to_lowercase()))
                .into();
        assert_eq!(secret_values(&parameters).collect::<Vec<_>>(), ["api_token", "db_password", "deploy_key", "key"]);
    }

    proptest::proptest! {
        #[test]
        fn pieces_make_no_difference_and_nothing_is_lost(text in "[ab]{0,40}", size in 1usize..6, secrets in proptest::collection::vec("[ab]{4,6}", 0..3)) {
            let secrets: Vec<&str> = secrets.iter().map(String::as_str).collect();
            let whole = in_pieces(text.as_bytes(), 100, &secrets);
            proptest::prop_assert_eq!(&in_pieces(text.as_bytes(), size, &secrets), &whole);
            proptest::prop_assert!(!secrets.iter().any(|secret| whole.contains(secret)));
            if secrets.is_empty() { proptest::prop_assert_eq!(whole, text); }
        }
    }
}
