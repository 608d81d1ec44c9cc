//! What strangers wrote, made fit to be shown: no control characters, no secrets.

use super::process::{harmless, mask_text};

/// The ends of names of variables that hold secrets.
const SECRET_NAMES: [&str; 6] = ["TOKEN", "SECRET", "PASSWORD", "PASSWD", "API_KEY", "PRIVATE_KEY"];

/// A text on one line, harmless to a terminal.
pub fn one_line(text: &str) -> String {
    harmless(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// A text of several lines, harmless to a terminal.
pub fn lines(text: &str) -> String {
    text.lines().map(harmless).collect::<Vec<_>>().join("\n")
}

/// The secrets that this process knows of.
#[derive(Clone, Debug, Default)]
pub struct Secrets(Vec<String>);

impl Secrets {
    /// The values of variables whose names end in `TOKEN`, `SECRET`, `PASSWORD` and the like.
    pub fn of(variables: impl IntoIterator<Item = (String, String)>) -> Secrets {
        let secret = |name: &str| SECRET_NAMES.iter().any(|end| name.to_ascii_uppercase().ends_with(end));
        let variables = variables.into_iter().filter(|(name, _)| secret(name));
        Secrets(variables.map(|(_, value)| value).collect())
    }

    /// The secrets among this process's variables.
    pub fn of_this_process() -> Secrets {
        Secrets::of(
            std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))),
        )
    }

    /// The values.
    pub fn values(&self) -> &[String] {
        &self.0
    }

    /// The text with every secret masked, also a password in a URL.
    pub fn mask(&self, text: &str) -> String {
        mask_urls(&mask_text(text, &self.0))
    }
}

/// `https://user:password@host` without its password.
fn mask_urls(text: &str) -> String {
    let mut parts = text.split("://");
    let mut masked = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        masked.push_str("://");
        let end = part.find(|c: char| c == '/' || c.is_whitespace()).unwrap_or(part.len());
        let (authority, rest) = part.split_at(end);
        match authority.rsplit_once('@').map(|(user, host)| (user.split_once(':'), host)) {
            Some((Some((user, _)), host)) => masked.push_str(&format!("{user}:***@{host}")),
            _ => masked.push_str(authority),
        }
        masked.push_str(rest);
    }
    masked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_do_not_pass() {
        assert_eq!(one_line("a\u{1b}[31mred\n\tb"), "a\\u{1b}[31mred b");
        assert_eq!(lines("a\u{7}\r\nb\n"), "a\\u{7}\nb");
    }

    #[test]
    fn secrets_are_masked() {
        let variables = [("CI_TOKEN", "abcdef"), ("DB_PASSWORD", "abcdef123"), ("HOME", "/root/x"), ("A_TOKEN", "1")];
        let secrets = Secrets::of(variables.map(|(name, value)| (name.to_owned(), value.to_owned())));
        assert_eq!(secrets.mask("x abcdef123 abcdef /root/x 1"), "x *** *** /root/x 1");
    }

    #[test]
    fn a_password_in_a_url_is_masked() {
        let secrets = Secrets::default();
        assert_eq!(secrets.mask("at https://me:s3cret@example.com/a b"), "at https://me:***@example.com/a b");
        assert_eq!(secrets.mask("at https://example.com/a@b:c"), "at https://example.com/a@b:c");
    }
}
