//! `promo.toml`: the settings of the runner, which never stand in the language.
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

use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::RunError;
use crate::diagnostic::{nearest, one_of};
use crate::git::Author;
use crate::source::{LineIndex, plain};
use crate::syntax::literal::Seconds;

/// The name of the file.
pub const FILE: &str = "promo.toml";

/// Every key, in the order of the reference.
pub const KEYS: [&str; 11] = [
    "program",
    "ledger.repo",
    "author.name",
    "author.email",
    "health.provider",
    "health.command",
    "health.interval",
    "health.timeout",
    "health.grace.degraded",
    "health.grace.out-of-sync",
    "release.url",
];

/// What the file says, or what holds where it says nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// `program`: relative to the project's root; `None`: `main.promo`, or the only root.
    pub program: Option<String>,
    /// `ledger.repo`: a path, relative to the project's root.
    pub ledger: String,
    /// `author.name`, `author.email`: in whose name promotions are committed.
    pub author: Author,
    /// `health.*`
    pub health: Health,
    /// `release.url`: where people see a release; `{id}` stands for its id.
    pub release_url: Option<String>,
}

/// How health is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    /// `health.provider` and, for `command`, `health.command`; `None`: nobody knows, everything counts as healthy.
    pub command: Option<Vec<String>>,
    /// `health.interval`: between two questions.
    pub interval: Seconds,
    /// `health.timeout`: for how long an application may be not healthy yet.
    pub timeout: Seconds,
    /// `health.grace.degraded`: how long trouble lasts before it is one.
    pub degraded: Seconds,
    /// `health.grace.out-of-sync`: likewise.
    pub out_of_sync: Seconds,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            program: None,
            ledger: ".promo/state.git".to_owned(),
            author: Author { name: "promoc".to_owned(), email: "promoc@localhost".to_owned() },
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
    /// The settings of a project: those of its `promo.toml`, if it has one, and the author of git's own configuration.
    ///
    /// # Errors
    /// Where the file cannot be read, is not TOML, or says what is not known.
    pub fn load(root: &Path) -> Result<Settings, RunError> {
        let mut settings = Settings::default();
        if let Ok(git) = git2::Config::open_default().and_then(|mut config| config.snapshot()) {
            let said = |key: &str| git.get_string(key).ok().filter(|value| is_of_a_person(value));
            settings.author.name = said("user.name").unwrap_or(settings.author.name);
            settings.author.email = said("user.email").unwrap_or(settings.author.email);
        }
        match std::fs::read_to_string(root.join(FILE)) {
            Ok(text) => settings.read(&text)?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => {
                let message = format!("cannot be read: {}", plain(&error));
                return Err(RunError::Settings { file: FILE.to_owned(), line: None, message });
            }
        }
        Ok(settings)
    }

    /// Takes over what a text says.
    ///
    /// # Errors
    /// Where it is not TOML, or says what is not known.
    pub fn read(&mut self, text: &str) -> Result<(), RunError> {
        let lines = LineIndex::new(text);
        let fail = |at: usize, message: String| RunError::Settings {
            file: FILE.to_owned(),
            line: Some(lines.line(u32::try_from(at).unwrap_or(u32::MAX)).0 + 1),
            message,
        };
        let table = DeTable::parse(text)
            .map_err(|error| fail(error.span().map_or(0, |span| span.start), error.message().to_owned()))?;
        let mut provider = None;
        for Entry { key, at, value } in entries(table.get_ref()) {
            let known = KEYS.contains(&key.as_str());
            let wrong = |what: &str| fail(at, format!("`{key}` must be {what}"));
            if !known {
                let near = nearest(&key, KEYS).map(|key| format!("did you mean `{key}`?"));
                let all = || one_of(KEYS.into_iter().filter(|known| prefix(known) == prefix(&key)));
                let help = near.or_else(|| all().map(|keys| format!("there is {keys}")));
                let help =
                    help.unwrap_or_else(|| format!("the keys are {}", KEYS.map(|key| format!("`{key}`")).join(", ")));
                return Err(fail(at, format!("unknown key `{key}`; {help}")));
            }
            let text = || value.as_str().filter(|text| !text.trim().is_empty()).map(str::to_owned);
            let string = || text().ok_or_else(|| wrong("a string that is not empty"));
            let person = || {
                text().filter(|text| is_of_a_person(text)).ok_or_else(|| wrong("text without `<`, `>` or line ends"))
            };
            let duration = || {
                let seconds = value.as_str().and_then(seconds);
                seconds.ok_or_else(|| wrong("a duration such as `\"30s\"`, `\"10m\"` or `\"1h30m\"`"))
            };
            match key.as_str() {
                "program" => self.program = Some(string()?),
                "ledger.repo" => self.ledger = string()?,
                "author.name" => self.author.name = person()?,
                "author.email" => self.author.email = person()?,
                "health.provider" => provider = Some((string()?, at)),
                "health.command" => {
                    let words = value.as_array().map(|list| list.iter().map(|word| word.get_ref().as_str()));
                    let words: Option<Vec<&str>> = words.and_then(Iterator::collect);
                    let words = words.filter(|words| words.first().is_some_and(|program| !program.is_empty()));
                    let words = words.ok_or_else(|| wrong("a list of strings, such as `[\"./healthy.sh\"]`"))?;
                    self.health.command = Some(words.into_iter().map(str::to_owned).collect());
                }
                "health.interval" => self.health.interval = Seconds(duration()?.0.max(1)),
                "health.timeout" => self.health.timeout = duration()?,
                "health.grace.degraded" => self.health.degraded = duration()?,
                "health.grace.out-of-sync" => self.health.out_of_sync = duration()?,
                _ => self.release_url = Some(string()?),
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
                Err(fail(at, format!("`health.provider` cannot be `{name}` for now; there is `none` or `command`")))
            }
        }
    }
}

/// Whether a commit can have this name or address in it.
fn is_of_a_person(text: &str) -> bool {
    !text.trim().is_empty() && !text.contains(|c: char| c.is_control() || matches!(c, '<' | '>'))
}

/// One key with its value.
struct Entry<'a> {
    key: String,
    at: usize,
    value: &'a DeValue<'a>,
}

/// The keys of a table, those of tables in it after a dot, in the order of the text.
fn entries<'a>(table: &'a DeTable<'a>) -> Vec<Entry<'a>> {
    let mut found = Vec::new();
    let mut waiting: Vec<(String, &Spanned<_>, &Spanned<DeValue<'a>>)> = Vec::new();
    waiting.extend(table.iter().map(|(key, value)| (key.get_ref().to_string(), key, value)));
    while let Some((key, name, value)) = waiting.pop() {
        // A table that stands for a value (or an empty one of an unknown name) is an entry, so that it is not overlooked.
        let section = KEYS.iter().any(|known| known.starts_with(&format!("{key}.")));
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

/// `45s`, `30m`, `1h30m`: as in the language.
fn seconds(text: &str) -> Option<Seconds> {
    let mut total: u64 = 0;
    let mut last = u64::MAX;
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit())?;
        let (number, unit) = rest.split_at(end);
        let factor = match unit.chars().next()? {
            'd' => 86_400,
            'h' => 3_600,
            'm' => 60,
            's' => 1,
            _ => return None,
        };
        if factor >= last {
            return None;
        }
        last = factor;
        total = total.checked_add(number.parse::<u64>().ok()?.checked_mul(factor)?)?;
        rest = unit.get(1..)?;
    }
    (last != u64::MAX).then_some(Seconds(total))
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
            "program = \"a.promo\"\nledger.repo = \"../l.git\"\n[author]\nname = \"A\"\nemail = \"a@b\"\n[health]\nprovider = \"command\"\n\
             command = [\"./h.sh\", \"-x\"]\ninterval = \"1s\"\ntimeout = \"1h30m\"\ngrace.degraded = \"3m\"\ngrace.out-of-sync = \"4m\"\n\
             [release]\nurl = \"https://x/{id}\"\n",
        )
        .unwrap();
        assert_eq!(settings.program.as_deref(), Some("a.promo"));
        assert_eq!(settings.ledger, "../l.git");
        assert_eq!(settings.author, Author { name: "A".into(), email: "a@b".into() });
        assert_eq!(settings.health.command, Some(vec!["./h.sh".into(), "-x".into()]));
        assert_eq!((settings.health.interval, settings.health.timeout), (Seconds(1), Seconds(5400)));
        assert_eq!((settings.health.degraded, settings.health.out_of_sync), (Seconds(180), Seconds(240)));
        assert_eq!(settings.release_url.as_deref(), Some("https://x/{id}"));
    }

    #[test]
    fn nothing_said_is_the_default() {
        assert_eq!(read("").unwrap(), Settings::default());
        assert_eq!(read("[health]\ncommand = [\"x\"]\n").unwrap().health.command, None, "the provider says whether");
    }

    #[test]
    fn an_unknown_key_gets_the_nearest() {
        let message = |text: &str| read(text).unwrap_err();
        assert_eq!(
            message("\n[author]\nnam = \"x\"\n"),
            "promo.toml:3: unknown key `author.nam`; did you mean `author.name`?"
        );
        assert!(message("[helth]\n").contains("unknown key `helth`"));
        assert!(message("[author]\nxyzzy = 1\n").contains("there is `author.name` or `author.email`"));
    }

    #[test]
    fn a_wrong_value_is_named() {
        let message = |text: &str| read(text).unwrap_err();
        assert!(message("program = 1").contains("`program` must be a string"));
        assert!(message("health = 1").contains("unknown key `health`"));
        assert!(message("health.interval = \"5\"").contains("`health.interval` must be a duration"));
        assert!(message("health.timeout = \"5m1h\"").contains("duration"));
        assert!(message("health.provider = \"command\"").contains("needs `health.command"));
        assert!(message("health.provider = \"argo-cd\"").contains("cannot be `argo-cd`"));
        assert!(message("author.email = \"a <b>\"").contains("without `<`"));
        assert!(message("author.name = [").starts_with("promo.toml:1: "));
    }
}
