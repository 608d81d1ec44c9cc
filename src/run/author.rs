//! The author of promotion commits: from `promo.toml`, else from git's configuration, else promoc itself.

use crate::git::{Author, Repository};
use crate::project::{Settings, is_of_a_person};

/// The author of commits in a repository, whose own configuration counts as for `git commit`.
pub(super) fn author(settings: &Settings, repository: &dyn Repository) -> Author {
    let git = repository.configured_author();
    let or = |said: &Option<String>, configured: Option<String>, default: String| {
        said.clone().or(configured.filter(|text| is_of_a_person(text))).unwrap_or(default)
    };
    let promoc = Author::default();
    Author {
        name: or(&settings.author_name, git.name, promoc.name),
        email: or(&settings.author_email, git.email, promoc.email),
    }
}
