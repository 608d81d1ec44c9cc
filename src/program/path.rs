//! Paths of imports: relative to the importing file, and never outside the root.

use crate::diagnostic::{Code, Diagnostic, nearest, one_of};
use crate::syntax::ast::Text;

/// Resolves a path relative to a folder, without `.` and `..`; `None` if it leaves the root.
pub(super) fn resolve_path(folder: &str, written: &str) -> Option<String> {
    if written.starts_with('/') {
        return None;
    }
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in written.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// A path relative to a folder.
fn relative(folder: &str, path: &str) -> String {
    let mut from: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    let mut to: Vec<&str> = path.split('/').collect();
    while let (Some(a), Some(b)) = (from.first(), to.first()) {
        if a != b || to.len() == 1 {
            break;
        }
        from.remove(0);
        to.remove(0);
    }
    let up = std::iter::repeat_n("..", from.len());
    up.chain(to).collect::<Vec<_>>().join("/")
}

/// E0108 for a missing file. It suggests a file of the same name in another folder, or one with a similar path.
pub(super) fn not_found(importer: &str, written: &Text, candidates: &[String]) -> Diagnostic {
    let folder = importer.rsplit_once('/').map_or("", |(folder, _)| folder);
    let others = candidates.iter().filter(|candidate| *candidate != importer);
    let paths: Vec<String> = others.map(|candidate| relative(folder, candidate)).collect();
    let path = written.value.as_str();
    let file = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
    let same = paths.iter().filter(|candidate| !path.is_empty() && file(candidate) == file(path));
    let same = same.min_by_key(|candidate| (strsim::damerau_levenshtein(candidate, path), candidate.len()));
    let near = same.map(String::as_str).or_else(|| nearest(path, paths.iter().map(String::as_str)));
    let message = if path.is_empty() { "empty import path".to_owned() } else { format!("import `{path}` not found") };
    match near {
        Some(near) => Diagnostic::new(Code::E0108, message, written.span, format!("did you mean `{near}`?"))
            .help(format!("Write `import \"{near}\"`: paths are relative to the importing file."))
            .fix(format!("write `\"{near}\"`"), written.span, quoted(near)),
        None => {
            let help = match one_of(paths.iter().map(String::as_str)) {
                Some(all) => format!("Import {all}: paths are relative to the importing file."),
                None => "Write the path of a file, relative to the importing file.".to_owned(),
            };
            Diagnostic::new(Code::E0108, message, written.span, "not found").help(help)
        }
    }
}

fn quoted(path: &str) -> String {
    format!("\"{}\"", path.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_relative_to_their_folder_and_stay_in_the_root() {
        assert_eq!(resolve_path("lib/deep", "../b.promo").as_deref(), Some("lib/b.promo"));
        assert_eq!(resolve_path("", "./a//b.promo").as_deref(), Some("a/b.promo"));
        assert_eq!(resolve_path("lib", "../../a.promo"), None);
        assert_eq!(resolve_path("", "/etc/passwd"), None);
    }

    #[test]
    fn a_path_is_written_from_its_folder() {
        assert_eq!(relative("lib/deep", "lib/b.promo"), "../b.promo");
        assert_eq!(relative("", "lib/b.promo"), "lib/b.promo");
        assert_eq!(relative("a", "b/a"), "../b/a");
        assert_eq!(relative("a", "a"), "../a");
    }
}
