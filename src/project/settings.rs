//! `promo.toml`: how releases of a project are carried out on this machine.
//!
//! A setting that is missing in the file and that Git or the machine may supply, such as the author, is `None` here.
//!
//! ```toml
//! program = "main.promo"
//! [author]
//! name = "Release Bot"
//! email = "bot@example.com"
//! [health]
//! provider = "command"
//! command = ["./healthy.sh"]
//! ```

use std::io::ErrorKind;
use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::disk::read_file;
use super::error::Error;
use crate::diagnostic::{nearest, one_of};
use crate::source::{LineIndex, plain};
use crate::syntax::literal::Seconds;

/// The name of the settings file, whose folder is the root of a project.
pub(crate) const FILE: &str = "promo.toml";

/// A key of the file. A new key does not compile until it has a name here and an arm in [`Settings::read`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Key {
    Program,
    LedgerRepo,
    AuthorName,
    AuthorEmail,
    GitSign,
    HealthProvider,
    HealthCommand,
    HealthInterval,
    HealthTimeout,
    GraceDegraded,
    GraceOutOfSync,
    ReleaseUrl,
}

/// All keys, in the order of `docs/settings.md`.
pub fn keys() -> [&'static str; Key::ALL.len()] {
    Key::ALL.map(Key::as_str)
}

impl Key {
    const ALL: [Key; 12] = [
        Key::Program,
        Key::LedgerRepo,
        Key::AuthorName,
        Key::AuthorEmail,
        Key::GitSign,
        Key::HealthProvider,
        Key::HealthCommand,
        Key::HealthInterval,
        Key::HealthTimeout,
        Key::GraceDegraded,
        Key::GraceOutOfSync,
        Key::ReleaseUrl,
    ];

    fn as_str(self) -> &'static str {
        match self {
            Key::Program => "program",
            Key::LedgerRepo => "ledger.repo",
            Key::AuthorName => "author.name",
            Key::AuthorEmail => "author.email",
            Key::GitSign => "git.sign",
            Key::HealthProvider => "health.provider",
            Key::HealthCommand => "health.command",
            Key::HealthInterval => "health.interval",
            Key::HealthTimeout => "health.timeout",
            Key::GraceDegraded => "health.grace.degraded",
            Key::GraceOutOfSync => "health.grace.out-of-sync",
            Key::ReleaseUrl => "release.url",
        }
    }
}

/// The contents of the file, with defaults for what it leaves out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// `program`, relative to the root. `None` means `main.promo`, or the only program.
    pub program: Option<String>,
    /// `ledger.repo`: a path relative to the root.
    pub ledger: String,
    /// `author.name`: the author of promotions. `None` means the one that Git knows.
    pub author_name: Option<String>,
    /// `author.email`: the address of the author, with the same default.
    pub author_email: Option<String>,
    /// `git.sign`: whether commits are signed where Git is configured to sign them.
    pub sign: bool,
    /// `health.*`: how the health of applications is determined.
    pub health: Health,
    /// `release.url`: the web page of a release. `{product}` and `{id}` are replaced by its product and id.
    pub release_url: Option<String>,
}

/// How the health of applications is determined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    /// `health.command`, if `health.provider` is `command`. `None` means that every application counts as healthy.
    pub command: Option<Vec<String>>,
    /// `health.interval`: the time between two checks.
    pub interval: Seconds,
    /// `health.timeout`: how long an application may take to become healthy.
    pub timeout: Seconds,
    /// `health.grace.degraded`: how long an application may be degraded before it counts as failed.
    pub degraded: Seconds,
    /// `health.grace.out-of-sync`: how long an application may be out of sync before it counts as failed.
    pub out_of_sync: Seconds,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            program: None,
            ledger: ".promo/state.git".to_owned(),
            author_name: None,
            author_email: None,
            sign: true,
            health: Health {
                command: None,
                interval: Seconds(10),
                timeout: Seconds(30 * 60),
                degraded: Seconds(2 * 60),
                out_of_sync: Seconds(10 * 60),
            },
            release_url: None,
        }
    }
}

impl Settings {
    /// The settings of the project with this root, or the defaults if it has no `promo.toml`.
    ///
    /// # Errors
    /// If the file cannot be read, is not TOML, or has an unknown key or a wrong value.
    pub fn load(root: &Path) -> Result<Settings, Error> {
        let refused = |problem: &str| Error::Settings { line: None, message: format!("cannot be read: {problem}") };
        let mut settings = Settings::default();
        match read_file(&root.join(FILE)).map(String::from_utf8) {
            Ok(Ok(text)) => settings.read(&text)?,
            Ok(Err(_)) => return Err(refused("it is not UTF-8 text")),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(refused(&plain(&error))),
        }
        Ok(settings)
    }

    /// Overwrites the settings that `text` contains.
    ///
    /// # Errors
    /// If the text is not TOML, or has an unknown key or a wrong value.
    pub fn read(&mut self, text: &str) -> Result<(), Error> {
        let lines = LineIndex::new(text);
        let fail = |at: usize, message: String| Error::Settings {
            line: Some(lines.line(u32::try_from(at).unwrap_or(u32::MAX)).0 + 1),
            message,
        };
        let table = DeTable::parse(text)
            .map_err(|error| fail(error.span().map_or(0, |span| span.start), error.message().to_owned()))?;
        let mut provider = None;
        for Entry { key, at, value } in entries(table.get_ref()) {
            let wrong = |what: &str| fail(at, format!("`{key}` must be {what}"));
            let Some(known) = Key::ALL.into_iter().find(|known| known.as_str() == key) else {
                let near = nearest(&key, keys()).map(|key| format!("did you mean `{key}`?"));
                let all = || one_of(keys().into_iter().filter(|known| prefix(known) == prefix(&key)));
                let help = near.or_else(|| all().map(|keys| format!("expected {keys}")));
                let all = || keys().map(|key| format!("`{key}`")).join(", ");
                let help = help.unwrap_or_else(|| format!("the known keys are {}", all()));
                return Err(fail(at, format!("unknown key `{key}`; {help}")));
            };
            let text = || value.as_str().filter(|text| !text.trim().is_empty()).map(str::to_owned);
            let string = || text().ok_or_else(|| wrong("a non-empty string"));
            let person = || {
                text()
                    .filter(|text| is_of_a_person(text))
                    .ok_or_else(|| wrong("a string without `<`, `>` or line breaks"))
            };
            let duration = || {
                let seconds = value.as_str().and_then(|text| text.parse::<Seconds>().ok());
                seconds.ok_or_else(|| wrong("a duration such as `\"30s\"`, `\"10m\"` or `\"1h30m\"`"))
            };
            match known {
                Key::Program => self.program = Some(string()?),
                Key::LedgerRepo => self.ledger = string()?,
                Key::AuthorName => self.author_name = Some(person()?),
                Key::AuthorEmail => self.author_email = Some(person()?),
                Key::GitSign => self.sign = value.as_bool().ok_or_else(|| wrong("`true` or `false`"))?,
                Key::HealthProvider => provider = Some((string()?, at)),
                Key::HealthCommand => {
                    let words = value.as_array().map(|list| list.iter().map(|word| word.get_ref().as_str()));
                    let words: Option<Vec<&str>> = words.and_then(Iterator::collect);
                    let words = words.filter(|words| words.first().is_some_and(|program| !program.is_empty()));
                    let words = words.ok_or_else(|| wrong("a list of strings, such as `[\"./healthy.sh\"]`"))?;
                    self.health.command = Some(words.into_iter().map(str::to_owned).collect());
                }
                Key::HealthInterval => self.health.interval = Seconds(duration()?.0.max(1)),
                Key::HealthTimeout => self.health.timeout = duration()?,
                Key::GraceDegraded => self.health.degraded = duration()?,
                Key::GraceOutOfSync => self.health.out_of_sync = duration()?,
                Key::ReleaseUrl => self.release_url = Some(string()?),
            }
        }
        match provider {
            None => {
                self.health.command = None;
                Ok(())
            }
            Some((name, _)) if name == "none" => {
                self.health.command = None;
                Ok(())
            }
            Some((name, _)) if name == "command" && self.health.command.is_some() => Ok(()),
            Some((name, at)) if name == "command" => {
                Err(fail(at, "`health.provider = \"command\"` needs `health.command = [\"PROGRAM\", …]`".to_owned()))
            }
            Some((name, at)) => {
                Err(fail(at, format!("unknown health provider `{name}`; expected `none` or `command`")))
            }
        }
    }
}

/// Whether a commit can contain this name or address.
pub(crate) fn is_of_a_person(text: &str) -> bool {
    !text.trim().is_empty() && !text.contains(|c: char| c.is_control() || matches!(c, '<' | '>'))
}

/// A key and its value.
struct Entry<'a> {
    key: String,
    at: usize,
    value: &'a DeValue<'a>,
}

/// The keys of a table in the order of the text. Keys of nested tables are joined with dots.
fn entries<'a>(table: &'a DeTable<'a>) -> Vec<Entry<'a>> {
    let mut found = Vec::new();
    let mut waiting: Vec<(String, &Spanned<_>, &Spanned<DeValue<'a>>)> = Vec::new();
    waiting.extend(table.iter().map(|(key, value)| (key.get_ref().to_string(), key, value)));
    while let Some((key, name, value)) = waiting.pop() {
        // A table in place of a value, or an empty table with an unknown name, is an entry, so that it is reported.
        let section = keys().iter().any(|known| known.starts_with(&format!("{key}.")));
        match value.get_ref().as_table() {
            Some(inner) if section || !inner.is_empty() => {
                waiting.extend(inner.iter().map(|(name, value)| (format!("{key}.{}", name.get_ref()), name, value)));
            }
            _ => found.push(Entry { key, at: name.span().start, value: value.get_ref() }),
        }
    }
    found.sort_by_key(|entry| entry.at);
    found
}

fn prefix(key: &str) -> &str {
    key.rsplit_once('.').map_or("", |(section, _)| section)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Settings, String> {
        let mut settings = Settings::default();
        settings.read(text).map(|()| settings).map_err(|error| error.to_string())
    }

    #[test]
    fn every_key_is_read() {
        let settings = read(
            "program = \"a.promo\"\nledger.repo = \"../l.git\"\n[author]\nname = \"A\"\nemail = \"a@b\"\n[git]\nsign = false\n[health]\nprovider = \"command\"\n\
             command = [\"./h.sh\", \"-x\"]\ninterval = \"1s\"\ntimeout = \"1h30m\"\ngrace.degraded = \"3m\"\ngrace.out-of-sync = \"4m\"\n\
             [release]\nurl = \"https://x/{id}\"\n",
        )
        .unwrap();
        assert_eq!(settings.program.as_deref(), Some("a.promo"));
        assert_eq!(settings.ledger, "../l.git");
        assert_eq!((settings.author_name.as_deref(), settings.author_email.as_deref()), (Some("A"), Some("a@b")));
        assert!(!settings.sign);
        assert_eq!(settings.health.command, Some(vec!["./h.sh".into(), "-x".into()]));
        assert_eq!((settings.health.interval, settings.health.timeout), (Seconds(1), Seconds(5400)));
        assert_eq!((settings.health.degraded, settings.health.out_of_sync), (Seconds(180), Seconds(240)));
        assert_eq!(settings.release_url.as_deref(), Some("https://x/{id}"));
    }

    #[test]
    fn an_empty_file_has_the_defaults() {
        assert_eq!(read("").unwrap(), Settings::default());
        assert_eq!(
            read("[health]\ncommand = [\"x\"]\n").unwrap().health.command,
            None,
            "only the provider enables the command"
        );
    }

    #[test]
    fn an_unknown_key_suggests_the_nearest() {
        let message = |text: &str| read(text).unwrap_err();
        assert_eq!(
            message("\n[author]\nnam = \"x\"\n"),
            "promo.toml:3: unknown key `author.nam`; did you mean `author.name`?"
        );
        assert!(message("[helth]\n").contains("unknown key `helth`"));
        assert!(message("[author]\nxyzzy = 1\n").contains("expected `author.name` or `author.email`"));
    }

    #[test]
    fn a_wrong_value_is_named() {
        let message = |text: &str| read(text).unwrap_err();
        assert!(message("program = 1").contains("`program` must be a non-empty string"));
        assert!(message("git.sign = \"no\"").contains("`git.sign` must be `true` or `false`"));
        assert!(message("health = 1").contains("unknown key `health`"));
        assert!(message("health.interval = \"5\"").contains("`health.interval` must be a duration"));
        assert!(message("health.timeout = \"5m1h\"").contains("duration"));
        // the longest duration of the language is accepted, a longer one is not
        let timeout =
            |text: &str| read(&format!("health.timeout = \"{text}\"")).map(|settings| settings.health.timeout);
        assert_eq!(timeout("366000d"), Ok(Seconds(366_000 * 86_400)));
        for text in ["366000d1s", "9999999d", "99999999999999999999s", "213503982334602d", "", "s"] {
            let error = timeout(text).unwrap_err();
            assert_eq!(
                error,
                "promo.toml:1: `health.timeout` must be a duration such as `\"30s\"`, `\"10m\"` or `\"1h30m\"`"
            );
        }
        assert!(message("health.provider = \"command\"").contains("needs `health.command"));
        assert!(message("health.provider = \"argo-cd\"").contains("unknown health provider `argo-cd`"));
        assert!(message("author.email = \"a <b>\"").contains("without `<`"));
        assert!(message("author.name = [").starts_with("promo.toml:1: "));
    }

    #[test]
    fn a_path_that_is_not_a_file_is_refused_without_blocking() {
        let folder = tempfile::tempdir().unwrap();
        let load = || Settings::load(folder.path()).map_err(|error| error.to_string());
        assert_eq!(load(), Ok(Settings::default()));
        let file = folder.path().join(FILE);
        std::fs::write(&file, b"\xff").unwrap();
        assert_eq!(load(), Err("promo.toml: cannot be read: it is not UTF-8 text".to_owned()));
        std::fs::remove_file(&file).unwrap();
        std::fs::create_dir(&file).unwrap();
        assert_eq!(load(), Err("promo.toml: cannot be read: it is a folder".to_owned()));
        std::fs::remove_dir(&file).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(&file).status().unwrap().success());
        assert_eq!(load(), Err("promo.toml: cannot be read: it is not a file".to_owned()));
    }
}
