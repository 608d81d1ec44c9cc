//! What git's own configuration says of this user.

/// In whose name git would commit; each part only where it is configured.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ConfiguredAuthor {
    /// `user.name`.
    pub name: Option<String>,
    /// `user.email`.
    pub email: Option<String>,
}

/// The author of the system's and the user's configuration; a repository's own is not asked.
pub(crate) fn configured_author() -> ConfiguredAuthor {
    let Ok(config) = git2::Config::open_default().and_then(|mut config| config.snapshot()) else {
        return ConfiguredAuthor::default();
    };
    let said = |key: &str| config.get_string(key).ok();
    ConfiguredAuthor { name: said("user.name"), email: said("user.email") }
}
