//! In whose name promotions are committed: what `promo.toml` says, else git, else promoc itself.

use crate::git::{Author, user};
use crate::project::{Settings, is_of_a_person};

/// The author of a project's commits.
pub fn author(settings: &Settings) -> Author {
    let (name, email) = user();
    let or = |said: &Option<String>, git: Option<String>, default: String| {
        said.clone().or(git.filter(|text| is_of_a_person(text))).unwrap_or(default)
    };
    let promoc = Author::default();
    Author {
        name: or(&settings.author_name, name, promoc.name),
        email: or(&settings.author_email, email, promoc.email),
    }
}
