//! What is a secret, and how it is masked in everything that is shown or recorded for display.
//!
//! INVARIANT: this is the only list of names of secrets. Variables, parameters and the paths of values use the same one.

use std::collections::BTreeMap;

use crate::edit::{FileView, LinesView, PropertyView};
use crate::source::{mask_text, mask_urls, url_passwords};

/// What is shown instead of a secret.
const MASK: &str = "***";

/// Values that a variable with the name of a secret may have without being one, as in `USE_TOKEN=true`.
const NO_SECRETS: [&str; 4] = ["true", "false", "none", "null"];

/// The secrets that this process knows from variables.
#[derive(Clone, Debug, Default)]
pub(crate) struct Secrets(Vec<String>);

impl Secrets {
    /// The values of variables that have the name of a secret, and the passwords in the URLs of all variables.
    pub(crate) fn of(variables: impl IntoIterator<Item = (String, String)>) -> Secrets {
        let variables: BTreeMap<String, String> = variables.into_iter().collect();
        Secrets(secret_values(&variables).map(str::to_owned).collect())
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

    /// A changed file without secrets.
    pub(super) fn mask_view(&self, view: FileView) -> FileView {
        let property = |PropertyView { path, old, new }: PropertyView| {
            let shown = |value: Option<String>| value.map(|value| self.mask(&shown_value(&path, &value)));
            let (old, new) = (shown(old), shown(new));
            PropertyView { path, old, new }
        };
        let line = |line: &String| self.mask(&mask_assignment(line));
        let lines = |lines: LinesView| LinesView { text: lines.text.iter().map(line).collect(), ..lines };
        FileView {
            properties: view.properties.into_iter().map(property).collect(),
            lines: view.lines.map(lines),
            ..view
        }
    }
}

/// Whether a name looks like that of a secret. Names may be written `LIKE_THIS`, `like-this` or `likeThis`.
pub(super) fn is_secret_name(name: &str) -> bool {
    const PARTS: [&str; 10] = [
        "SECRET",
        "TOKEN",
        "PASSWORD",
        "PASSWD",
        "PASSPHRASE",
        "CREDENTIAL",
        "PRIVATE",
        "APIKEY",
        "API_KEY",
        "ACCESS_KEY",
    ];
    const LAST: [&str; 5] = ["KEY", "PAT", "PASS", "PWD", "DOCKERCONFIGJSON"];
    let mut separated = String::new();
    let mut before = None::<char>;
    for c in name.chars() {
        if c.is_uppercase() && before.is_some_and(|before| before.is_lowercase()) {
            separated.push('_');
        }
        separated.push(if matches!(c, '-' | '.') { '_' } else { c.to_ascii_uppercase() });
        before = Some(c);
    }
    // The shell keeps the current folder in it.
    if separated == "PWD" {
        return false;
    }
    let last = separated.rsplit('_').next().unwrap_or_default();
    PARTS.iter().any(|part| separated.contains(part)) || LAST.contains(&last)
}

/// Whether a path leads to something whose name looks like that of a secret, or into the data of a Kubernetes Secret.
pub(super) fn is_secret_path(path: &str) -> bool {
    path.strip_prefix("$.data").is_some_and(|rest| rest.starts_with(['.', '[']))
        || words(path).any(|name| is_secret_name(name) || name.eq_ignore_ascii_case("stringData"))
}

/// The value at a path for people: masked if its path or one of the names inside it looks like that of a secret.
pub(super) fn shown_value(path: &str, value: &str) -> String {
    let collection = value.starts_with(['{', '[']) || value.contains('\n') || mask_assignment(value) != value;
    let secret = is_secret_path(path) || (collection && words(value).any(is_secret_name));
    if secret || (collection && path.split(" (").next() == Some("$.data")) { MASK.to_owned() } else { value.to_owned() }
}

/// The property with its values masked.
pub(super) fn masked_property(property: PropertyView) -> PropertyView {
    let mask = |value: Option<String>| value.map(|_| MASK.to_owned());
    PropertyView { old: mask(property.old), new: mask(property.new), path: property.path }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '-')).filter(|word| !word.is_empty())
}

/// A line such as `password: x` or `DB_PASSWORD=x` without what is assigned.
fn mask_assignment(line: &str) -> String {
    for (at, sign) in line.char_indices().filter(|(_, c)| matches!(c, ':' | '=')) {
        let (before, after) = line.split_at(at);
        // A colon without a space belongs to something else, such as an image's tag.
        let after = after.strip_prefix(sign).unwrap_or_default();
        let quoted = before.ends_with(['"', '\'']);
        if sign == ':' && !quoted && !after.is_empty() && !after.starts_with([' ', '\t', '\n', '\r']) {
            continue;
        }
        if words(before.trim_end()).last().is_some_and(is_secret_name) && !after.trim().is_empty() {
            return format!("{before}{sign} {MASK}");
        }
    }
    line.to_owned()
}

/// The secrets among variables or parameters: values with the name of a secret, and passwords in URLs.
pub(super) fn secret_values(variables: &BTreeMap<String, String>) -> impl Iterator<Item = &str> {
    variables.iter().flat_map(|(name, value)| {
        let itself = is_secret_name(name) && !NO_SECRETS.contains(&value.to_ascii_lowercase().as_str());
        itself.then_some(value.as_str()).into_iter().chain(url_passwords(value))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edit::FileChangeKind;

    fn owned<const N: usize>(variables: [(&str, &str); N]) -> BTreeMap<String, String> {
        variables.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
    }

    #[test]
    fn secrets_are_masked() {
        let secrets = Secrets::of(owned([
            ("CI_TOKEN", "abcdef"),
            ("DB_PASSWORD", "abcdef123"),
            ("HOME", "/root/x"),
            ("A_TOKEN", "1"),
            ("USE_TOKEN", "true"),
            ("DATABASE_URL", "postgres://me:in-the-url@db/x"),
        ]));
        assert_eq!(secrets.mask("x abcdef123 abcdef /root/x 1 true in-the-url"), "x *** *** /root/x 1 true ***");
    }

    #[test]
    fn secrets_are_known_by_their_names() {
        for name in [
            "AWS_SECRET_ACCESS_KEY",
            "GITHUB_PAT",
            "SSH_KEY",
            "API_TOKEN",
            "KEY",
            "DB_PASSWORD",
            "DB_PASS",
            "MYSQL_PWD",
            "GITHUB_TOKEN",
            "TLS_PRIVATE_KEY",
            "sshKey",
            "clientSecret",
            "api-key",
            ".dockerconfigjson",
        ] {
            assert!(is_secret_name(name), "{name}");
        }
        for name in ["KEYBOARD", "APP_NAME", "PWD", "OLDPWD", "PATH", "monkey", "PATTERN", "bypass", "SSH_AUTH_SOCK"] {
            assert!(!is_secret_name(name), "{name}");
        }
    }

    #[test]
    fn paths_to_secrets_are_known_by_their_names() {
        for path in [
            "$.db.password",
            "$.clientSecret",
            "$[\"api-key\"]",
            "$.data.tls",
            "$.data[\"tls.crt\"]",
            "$.env[0].value (DB_TOKEN)",
        ] {
            assert!(is_secret_path(path), "{path}");
        }
        for path in
            ["$.image.tag", "$.data", "$.database", "$.keyboard", "$.images[?@.name == \"web\"].newTag", "$.monkey"]
        {
            assert!(!is_secret_path(path), "{path}");
        }
    }

    #[test]
    fn secrets_inside_values_and_lines_are_masked() {
        for value in ["{user: x, password: y}", "password: y", "- name: DB_TOKEN\n  value: y", "{\"sshKey\":\"y\"}"] {
            assert_eq!(shown_value("$.db", value), "***", "{value}");
        }
        assert_eq!(shown_value("$.data (document 2)", "{a: y}"), "***");
        for value in ["\"1.0\"", "ghcr.io/acme/token:1.0", "[1, 2]", "name: x"] {
            assert_eq!(shown_value("$.db", value), value);
        }
        for (line, shown) in [
            ("+DB_PASSWORD=hunter2", "+DB_PASSWORD= ***"),
            ("-{\"user\": \"x\", \"password\":\"y\"}", "-{\"user\": \"x\", \"password\": ***"),
            ("+image: acme/token:1.0", "+image: acme/token:1.0"),
            ("+password:", "+password:"),
        ] {
            assert_eq!(mask_assignment(line), shown);
        }
    }

    #[test]
    fn a_changed_file_is_shown_without_secrets() {
        let value = |path: &str, new: &str| PropertyView { path: path.into(), old: None, new: Some(new.into()) };
        let view = FileView {
            properties: vec![value("$.password", "one"), value("$.url", "a://b:two@c"), value("$.tag", "three")],
            lines: Some(LinesView { text: vec!["+x abcdef".into(), "+TOKEN=y".into()], ..LinesView::default() }),
            ..FileView::of("f".into(), FileChangeKind::Edited)
        };
        let masked = Secrets(vec!["abcdef".into()]).mask_view(view);
        let shown: Vec<_> = masked.properties.iter().filter_map(|property| property.new.as_deref()).collect();
        assert_eq!(shown, ["***", "a://b:***@c", "three"]);
        assert_eq!(masked.lines.unwrap().text, ["+x ***", "+TOKEN= ***"]);
    }
}
