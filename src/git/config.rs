//! What git's own configuration says about the user.

/// The author in git's configuration. Each part is `None` if it is not configured.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ConfiguredAuthor {
    /// From `user.name`.
    pub name: Option<String>,
    /// From `user.email`.
    pub email: Option<String>,
}

/// The author in the system's and the user's configuration. The repository's own configuration is not read.
pub(crate) fn configured_author() -> ConfiguredAuthor {
    let Ok(config) = git2::Config::open_default().and_then(|mut config| config.snapshot()) else {
        return ConfiguredAuthor::default();
    };
    let said = |key: &str| config.get_string(key).ok();
    ConfiguredAuthor { name: said("user.name"), email: said("user.email") }
}
