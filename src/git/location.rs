//! Resolves what a program writes after `repo` to a path on this machine.

use std::path::{Path, PathBuf};

use super::{Error, Result};

/// The transport of a location, in lower case; `None` for a path, `file` for a `file` URL.
pub(crate) fn transport(location: &str) -> Option<String> {
    if let Some((scheme, _)) = location.split_once("://") {
        return Some(scheme.to_ascii_lowercase());
    }
    // Git's own rule: a colon before the first slash makes it `host:path`.
    location.split('/').next().is_some_and(|start| start.contains(':')).then(|| "ssh".to_owned())
}

/// The path of a local repository. Every transport other than `file` is refused.
pub(super) fn to_path(location: &str, base: &Path) -> Result<PathBuf> {
    if let Some(transport) = transport(location) {
        let Some((_, rest)) = location.split_once("://").filter(|_| transport == "file") else {
            return Err(Error::Remote { location: location.to_owned(), transport });
        };
        let path = rest.strip_prefix("localhost").unwrap_or(rest);
        let decoded = percent_decode(path).filter(|path| path.starts_with('/') && !path.contains('\0'));
        return decoded.map(PathBuf::from).ok_or_else(|| Error::BadLocation { location: location.to_owned() });
    }
    if location.is_empty() {
        return Err(Error::BadLocation { location: location.to_owned() });
    }
    // Drop every `.`, which would only clutter messages.
    Ok(base.join(location).components().collect())
}

/// Decodes `%41` to `A`; `None` if an escape is invalid or the result is not UTF-8.
fn percent_decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digit = |byte: Option<u8>| char::from(byte?).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
            bytes.push(digit(rest.next())? * 16 + digit(rest.next())?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(location: &str) -> Result<PathBuf> {
        to_path(location, Path::new("/base"))
    }

    #[test]
    fn paths_and_file_urls_are_local() {
        assert_eq!(path("./x.git"), Ok("/base/x.git".into()));
        assert_eq!(path("../x.git"), Ok("/base/../x.git".into()));
        assert_eq!(path("/srv/a:b.git"), Ok("/srv/a:b.git".into()));
        assert_eq!(path("./a:b.git"), Ok("/base/a:b.git".into()));
        assert_eq!(path("file:///srv/x%20y.git"), Ok("/srv/x y.git".into()));
        assert_eq!(path("file://localhost/srv/x.git"), Ok("/srv/x.git".into()));
    }

    #[test]
    fn transports_are_refused_by_name() {
        for (location, transport) in [
            ("https://example.com/x.git", "https"),
            ("HTTP://example.com/x.git", "http"),
            ("ssh://git@example.com/x.git", "ssh"),
            ("git@example.com:team/x.git", "ssh"),
            ("example.com:x.git", "ssh"),
        ] {
            let message = path(location).unwrap_err().to_string();
            assert!(message.contains(&format!("remotes over {transport} yet")), "{message}");
            assert!(message.contains("git clone --bare"), "{message}");
        }
    }

    #[test]
    fn a_file_url_without_a_path_is_refused() {
        for location in ["file://", "file://host/x.git", "file:///x%2", "file:///x%zz", "file:///x%00", ""] {
            assert!(matches!(path(location), Err(Error::BadLocation { .. })), "{location}");
        }
    }
}
