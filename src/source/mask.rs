//! Masks secrets as `***`, even if a secret is split over several reads.

/// The replacement of a secret.
const MASK: &[u8] = b"***";

/// The least number of characters of a secret. Masking shorter values would make logs unreadable, and they are easy to
/// guess anyway.
const SHORTEST: usize = 4;

/// Masks secrets in a stream of bytes. It holds back bytes that may be the beginning of a secret until it knows.
#[derive(Debug)]
pub(crate) struct Masker {
    /// Longest first, so that a secret that contains another one is masked as a whole.
    secrets: Vec<Vec<u8>>,
    held: Vec<u8>,
}

impl Masker {
    /// Masks these secrets. Each line of a secret with several lines is a secret too, because tools print line by line.
    /// Values with fewer than four characters are not masked.
    pub(crate) fn new<'a>(secrets: impl IntoIterator<Item = &'a str>) -> Self {
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

    /// Whether there are no secrets to mask.
    pub(crate) fn is_idle(&self) -> bool {
        self.secrets.is_empty()
    }

    /// Takes the next bytes, and returns those that can be shown now.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Vec<u8> {
        self.held.extend_from_slice(bytes);
        self.drain(false)
    }

    /// Returns the bytes that were held back, at the end of the stream.
    pub(crate) fn finish(&mut self) -> Vec<u8> {
        self.drain(true)
    }

    fn drain(&mut self, last: bool) -> Vec<u8> {
        let mut shown = Vec::with_capacity(self.held.len());
        let mut rest = self.held.as_slice();
        while let Some((first, after)) = rest.split_first() {
            // INVARIANT: while a longer secret is still possible, a shorter one inside it is not masked yet.
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

/// Masks the secrets in a text.
pub(crate) fn mask_text(text: &str, secrets: &[String]) -> String {
    let mut masker = Masker::new(secrets.iter().map(String::as_str));
    let mut masked = masker.push(text.as_bytes());
    masked.extend(masker.finish());
    String::from_utf8_lossy(&masked).into_owned()
}

/// Masks the passwords of URLs such as `https://user:password@host`, and a token that is the user, as in
/// `https://token@host`.
pub(crate) fn mask_urls(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    for password in url_passwords(text) {
        // The same text may be elsewhere, so the place is that of the slice, not of its content.
        let offset = password.as_ptr().addr().saturating_sub(rest.as_ptr().addr());
        let Some((before, from)) = rest.split_at_checked(offset) else { break };
        masked.push_str(before);
        masked.push_str("***");
        rest = from.strip_prefix(password).unwrap_or(from);
    }
    masked.push_str(rest);
    masked
}

/// The passwords of the URLs in a text, in order.
pub(crate) fn url_passwords(text: &str) -> impl Iterator<Item = &str> {
    let mut web = text.split("://").next().is_some_and(is_web);
    text.split("://").skip(1).filter_map(move |part| {
        let of_web = std::mem::replace(&mut web, is_web(part));
        let end = part.find(|c: char| matches!(c, '/' | '"' | '\'') || c.is_whitespace()).unwrap_or(part.len());
        let (user, _) = part.split_at(end).0.rsplit_once('@')?;
        let password = match user.split_once(':') {
            Some((_, password)) => Some(password),
            None => Some(user).filter(|_| of_web),
        };
        password.filter(|password| !password.is_empty())
    })
}

/// Whether a text ends in the scheme of a web address. There, a user without a password is a token; `git@` is not.
fn is_web(before: &str) -> bool {
    before.ends_with("http") || before.ends_with("https")
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
    fn a_password_in_a_url_is_masked() {
        assert_eq!(mask_urls("at https://me:s3cret@example.com/a b"), "at https://me:***@example.com/a b");
        assert_eq!(mask_urls("at https://example.com/a@b:c"), "at https://example.com/a@b:c");
        assert_eq!(
            mask_urls("https://t0ken@a, ssh://git@b, x://u:p@q@c x://u:@d"),
            "https://***@a, ssh://git@b, x://u:***@c x://u:@d"
        );
        assert_eq!(url_passwords("a://b:c@d e://f:g@h/i:j@k").collect::<Vec<_>>(), ["c", "g"]);
    }

    proptest::proptest! {
        #[test]
        fn chunks_make_no_difference_and_no_byte_is_lost(text in "[ab]{0,40}", size in 1usize..6, secrets in proptest::collection::vec("[ab]{4,6}", 0..3)) {
            let secrets: Vec<&str> = secrets.iter().map(String::as_str).collect();
            let whole = in_pieces(text.as_bytes(), 100, &secrets);
            proptest::prop_assert_eq!(&in_pieces(text.as_bytes(), size, &secrets), &whole);
            proptest::prop_assert!(!secrets.iter().any(|secret| whole.contains(secret)));
            if secrets.is_empty() { proptest::prop_assert_eq!(whole, text); }
        }
    }
}
