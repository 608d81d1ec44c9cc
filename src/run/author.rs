//! The author of promotion commits: from `promo.toml`, else from git's configuration, else promoc itself.

use crate::git::{Author, configured_author};
use crate::project::{Settings, is_of_a_person};

pub(crate) fn author(settings: &Settings) -> Author {
    let git = configured_author();
    let or = |said: &Option<String>, configured: Option<String>, default: String| {
        said.clone().or(configured.filter(|text| is_of_a_person(text))).unwrap_or(default)
    };
    let promoc = Author::default();
    Author {
        name: or(&settings.author_name, git.name, promoc.name),
        email: or(&settings.author_email, git.email, promoc.email),
    }
}
