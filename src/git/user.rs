//! Who the user of this machine is, as git's own configuration says.

/// `user.name` and `user.email`, as far as they are set.
pub fn user() -> (Option<String>, Option<String>) {
    let Ok(config) = git2::Config::open_default().and_then(|mut config| config.snapshot()) else { return (None, None) };
    let said = |key: &str| config.get_string(key).ok();
    (said("user.name"), said("user.email"))
}
