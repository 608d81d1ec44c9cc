//! The secrets in this process's environment, which are masked in everything that is shown or recorded.

use std::collections::BTreeMap;

use crate::source::{mask_text, mask_urls};

/// A variable whose name ends in one of these holds a secret.
const SECRET_NAMES: [&str; 6] = ["TOKEN", "SECRET", "PASSWORD", "PASSWD", "API_KEY", "PRIVATE_KEY"];

/// The values of secrets in this process's environment.
#[derive(Clone, Debug, Default)]
pub(crate) struct Secrets(Vec<String>);

impl Secrets {
    /// The values of variables whose names end in `TOKEN`, `SECRET`, `PASSWORD` and so on.
    pub(crate) fn of(variables: impl IntoIterator<Item = (String, String)>) -> Secrets {
        let secret = |name: &str| SECRET_NAMES.iter().any(|end| name.to_ascii_uppercase().ends_with(end));
        let variables = variables.into_iter().filter(|(name, _)| secret(name));
        Secrets(variables.map(|(_, value)| value).collect())
    }

    pub(crate) fn of_this_process() -> Secrets {
        Secrets::of(
            std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))),
        )
    }

    pub(crate) fn values(&self) -> &[String] {
        &self.0
    }

    /// The text with every secret masked, including passwords in URLs.
    pub(crate) fn mask(&self, text: &str) -> String {
        mask_urls(&mask_text(text, &self.0))
    }
}

/// Whether a name looks like that of a secret.
pub(super) fn is_secret_name(name: &str) -> bool {
    const WORDS: [&str; 9] =
        ["SECRET", "TOKEN", "PASSWORD", "PASSWD", "PASSPHRASE", "CREDENTIAL", "PRIVATE", "APIKEY", "API_KEY"];
    let name = name.to_ascii_uppercase();
    WORDS.iter().any(|word| name.contains(word)) || name == "KEY" || name.ends_with("_KEY")
}

/// The values of parameters whose names look like secrets.
pub(super) fn secret_values(parameters: &BTreeMap<String, String>) -> impl Iterator<Item = &str> {
    parameters.iter().filter(|(name, _)| is_secret_name(name)).map(|(_, value)| value.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_masked() {
        let variables = [("CI_TOKEN", "abcdef"), ("DB_PASSWORD", "abcdef123"), ("HOME", "/root/x"), ("A_TOKEN", "1")];
        let secrets = Secrets::of(variables.map(|(name, value)| (name.to_owned(), value.to_owned())));
        assert_eq!(secrets.mask("x abcdef123 abcdef /root/x 1"), "x *** *** /root/x 1");
    }

    #[test]
    fn secret_parameters_are_known_by_their_names() {
        let parameters: BTreeMap<String, String> =
            ["API_TOKEN", "DEPLOY_KEY", "KEY", "DB_PASSWORD", "KEYBOARD", "APP_NAME"]
                .map(|name| (name.to_owned(), name.to_lowercase()))
                .into();
        assert_eq!(secret_values(&parameters).collect::<Vec<_>>(), ["api_token", "db_password", "deploy_key", "key"]);
    }
}
