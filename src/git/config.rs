//! What git's own configuration says. INVARIANT: no setting of git is read in any other way, except those that libgit2 obeys
//! by itself.

use std::path::PathBuf;

use super::{Error, Result, program};

/// The author in git's configuration. Each part is `None` if it is not configured.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ConfiguredAuthor {
    /// From `author.name`, or else `user.name`.
    pub name: Option<String>,
    /// From `author.email`, or else `user.email`.
    pub email: Option<String>,
}

/// The configuration that git would use in a repository: of the system, the user, the repository and the environment
/// (`GIT_CONFIG_GLOBAL`, `GIT_CONFIG_COUNT` and so on), of which libgit2 knows only a part. So git itself is asked, and
/// libgit2 only where there is no git.
///
/// Its entries are in git's order: a later one replaces an earlier one, unless a key has several values.
#[derive(Debug, Default)]
pub(super) struct Configuration(Vec<(String, String)>);

impl Configuration {
    pub(super) fn of(repository: &git2::Repository) -> Result<Configuration> {
        match program::output(program::git(repository).args(["config", "--null", "--list"])) {
            Ok(text) => Ok(Configuration::parse(&text)),
            Err(program::Fault::NotStarted(_)) => Configuration::of_libgit2(repository)
                .map_err(|error| Error::git("read the configuration", repository.path(), &error)),
            Err(program::Fault::Refused(reason)) => {
                Err(Error::because("read the configuration", repository.path(), &reason))
            }
        }
    }

    /// Entries `KEY\nVALUE\0`. A key without a value is on.
    fn parse(text: &str) -> Configuration {
        let entries = text.split('\0').filter(|entry| !entry.is_empty());
        let split = |entry: &str| {
            let (key, value) = entry.split_once('\n').unwrap_or((entry, "true"));
            (key.to_owned(), value.to_owned())
        };
        Configuration(entries.map(split).collect())
    }

    fn of_libgit2(repository: &git2::Repository) -> std::result::Result<Configuration, git2::Error> {
        let mut found = Vec::new();
        repository.config()?.entries(None)?.for_each(|entry| {
            if let Ok(name) = entry.name() {
                found.push((name.to_owned(), entry.value().unwrap_or("true").to_owned()));
            }
        })?;
        Ok(Configuration(found))
    }

    /// The value of a key, whose section and name are in lower case.
    pub(super) fn value(&self, key: &str) -> Option<&str> {
        self.0.iter().rev().find(|(known, _)| known == key).map(|(_, value)| value.as_str())
    }

    /// Whether a key is on, as git reads booleans.
    pub(super) fn is_on(&self, key: &str) -> bool {
        self.value(key).is_some_and(|value| {
            ["true", "yes", "on"].iter().any(|word| value.eq_ignore_ascii_case(word))
                || value.trim().parse::<i64>().is_ok_and(|number| number != 0)
        })
    }

    /// The path that a key names, with git's `~/` resolved.
    pub(super) fn path(&self, key: &str) -> Option<PathBuf> {
        let value = self.value(key)?;
        let home = value.strip_prefix("~/").and_then(|rest| Some(PathBuf::from(std::env::var_os("HOME")?).join(rest)));
        Some(home.unwrap_or_else(|| PathBuf::from(value)))
    }

    /// The author of commits.
    pub(super) fn author(&self) -> ConfiguredAuthor {
        let part = |name: &str| {
            let value = self.value(&format!("author.{name}")).or_else(|| self.value(&format!("user.{name}")));
            value.map(str::to_owned)
        };
        ConfiguredAuthor { name: part("name"), email: part("email") }
    }

    /// The hooks that are configured as commands, since git 2.54: their names and the events that they are for. A hook may
    /// have several events, and an empty one takes back those before it. Hooks can be disabled, alone or for an event.
    pub(super) fn hooks(&self) -> Vec<(&str, &str)> {
        let mut hooks: Vec<(&str, &str)> = Vec::new();
        for (key, event) in &self.0 {
            match key.strip_prefix("hook.").and_then(|key| key.strip_suffix(".event")) {
                Some(name) if event.is_empty() => hooks.retain(|(other, _)| *other != name),
                Some(name) => hooks.push((name, event)),
                None => {}
            }
        }
        let is_enabled = |of: &str| {
            let key = format!("hook.{of}.enabled");
            self.value(&key).is_none() || self.is_on(&key)
        };
        hooks.retain(|(name, event)| is_enabled(name) && is_enabled(event));
        hooks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_entry_counts_and_booleans_are_those_of_git() {
        let text = "commit.gpgsign\nfalse\0core.bare\0hook.Scan.event\npre-receive\0commit.gpgsign\nYes\0a.b\n0\0";
        let configuration = Configuration::parse(text);
        assert!(configuration.is_on("commit.gpgsign") && configuration.is_on("core.bare"));
        assert!(!configuration.is_on("a.b") && !configuration.is_on("x.y"));
        assert_eq!(configuration.hooks(), [("Scan", "pre-receive")]);
    }

    #[test]
    fn a_hook_has_several_events_and_can_be_disabled() {
        let hooks = |text: &str| -> Vec<(String, String)> {
            let configuration = Configuration::parse(&text.replace('|', "\0").replace('=', "\n"));
            configuration.hooks().into_iter().map(|(name, event)| (name.to_owned(), event.to_owned())).collect()
        };
        let pair = |name: &str, event: &str| (name.to_owned(), event.to_owned());
        let both = "hook.a.event=update|hook.a.event=pre-commit";
        assert_eq!(hooks(both), [pair("a", "update"), pair("a", "pre-commit")]);
        assert_eq!(hooks(&format!("{both}|hook.a.event=|hook.a.event=post-update")), [pair("a", "post-update")]);
        assert_eq!(hooks(&format!("{both}|hook.a.enabled=no|hook.b.event=update")), [pair("b", "update")]);
        assert_eq!(hooks(&format!("{both}|hook.update.enabled=false")), [pair("a", "pre-commit")]);
        assert_eq!(
            hooks(&format!("{both}|hook.a.enabled=no|hook.a.enabled")),
            [pair("a", "update"), pair("a", "pre-commit")]
        );
    }
}
