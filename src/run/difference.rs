//! What differs between two versions of a file that is copied whole: its values if both can be read, else its lines.

use std::collections::BTreeMap;

use super::secrets::{masked_property, secret_siblings};
use super::values;
use crate::edit::{FileView, LinesView, PropertyView};
use crate::git::{self, EntryContent, Mode, ObjectId, Repository, TreeEntry};

/// Larger files are compared by their size only.
const LARGEST: usize = 256 * 1024;
/// Above this product of numbers of lines, the part that differs is taken to be replaced as a whole.
const COSTLY: usize = 4_000_000;
/// How many changed lines are kept for display.
const SHOWN: usize = 40;

/// A content to be compared.
#[derive(Clone, Debug)]
pub(super) enum Compared {
    Content(EntryContent),
    /// A large file, which is not read.
    Large {
        size: usize,
        id: ObjectId,
        executable: bool,
    },
}

/// An entry of one of the repositories of a release, to be compared.
///
/// # Errors
/// If it cannot be read.
pub(super) fn compared(repository: &dyn Repository, entry: &TreeEntry) -> git::Result<Compared> {
    let executable = entry.mode == Mode::Executable;
    let size = repository.size(entry)?;
    if size > LARGEST && (executable || entry.mode == Mode::File) {
        return Ok(Compared::Large { size, id: entry.id.clone(), executable });
    }
    repository.content(entry).map(Compared::Content)
}

/// Adds to a view what differs between two contents.
pub(super) fn of_contents(view: FileView, old: &Compared, new: &Compared) -> FileView {
    let (Some((old_text, old_mode)), Some((new_text, new_mode))) = (text(old), text(new)) else {
        return FileView { lines: Some(lines(&described(old), &described(new))), ..view };
    };
    let mut changed = FileView { properties: properties(&view.file, old_text, new_text), ..view };
    if changed.properties.is_empty() && old_text != new_text {
        changed.lines = Some(lines(old_text, new_text));
    }
    if old_mode != new_mode {
        let mode = |executable| if executable { "executable\n" } else { "not executable\n" };
        let of_mode = lines(mode(old_mode), mode(new_mode));
        let known = changed.lines.get_or_insert_default();
        known.added += of_mode.added;
        known.removed += of_mode.removed;
        known.text.splice(0..0, of_mode.text);
    }
    changed
}

/// The text of a file that is small enough to be compared, and whether it is executable.
fn text(content: &Compared) -> Option<(&str, bool)> {
    match content {
        Compared::Content(EntryContent::File { bytes, executable }) if bytes.len() <= LARGEST => {
            std::str::from_utf8(bytes).ok().map(|text| (text, *executable))
        }
        _ => None,
    }
}

/// What a content is, for one that is not shown.
fn described(content: &Compared) -> String {
    // Two files of one size differ all the same.
    let file = |size: usize, id: &str, executable: bool| {
        let id = id.get(..10).unwrap_or_default();
        format!("{size} bytes, blob {id}{}\n", if executable { ", executable" } else { "" })
    };
    let content = match content {
        Compared::Large { size, id, executable } => return file(*size, &id.0, *executable),
        Compared::Content(content) => content,
    };
    match content {
        EntryContent::File { bytes, executable } => {
            file(bytes.len(), &ObjectId::of_blob(bytes).map(|id| id.0).unwrap_or_default(), *executable)
        }
        EntryContent::Symlink(target) => format!("symbolic link to {}\n", String::from_utf8_lossy(target)),
        EntryContent::Submodule(id) => format!("submodule at {}\n", id.0),
    }
}

/// The values that differ; empty if one of the texts cannot be read, or only its comments or layout changed.
fn properties(file: &str, old: &str, new: &str) -> Vec<PropertyView> {
    let (Ok(old), Ok(new)) = (values::leaves(file, old), values::leaves(file, new)) else { return Vec::new() };
    let before: BTreeMap<&str, &str> = old.iter().map(|(path, value)| (path.as_str(), value.as_str())).collect();
    let after: BTreeMap<&str, &str> = new.iter().map(|(path, value)| (path.as_str(), value.as_str())).collect();
    let property = |path: &str, old: Option<&&str>, new: Option<&&str>| PropertyView {
        path: path.to_owned(),
        old: old.map(|old| (*old).to_owned()),
        new: new.map(|new| (*new).to_owned()),
    };
    let mut secret = secret_siblings(before.iter().map(|(path, value)| (*path, *value)));
    secret.extend(secret_siblings(after.iter().map(|(path, value)| (*path, *value))));
    let there = new.iter().map(|(path, _)| path.as_str());
    let gone = old.iter().map(|(path, _)| path.as_str()).filter(|path| !after.contains_key(path));
    there
        .chain(gone)
        .filter(|path| before.get(path) != after.get(path))
        .map(|path| property(path, before.get(path), after.get(path)))
        .map(|property| if secret.contains(&property.path) { masked_property(property) } else { property })
        .collect()
}

/// The lines that were removed and added.
fn lines(old: &str, new: &str) -> LinesView {
    // With their ends, so that a file that differs only in line endings differs in lines.
    let all = |text| str::split_inclusive(text, '\n').collect();
    let (old, new): (Vec<&str>, Vec<&str>) = (all(old), all(new));
    let start = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
    let rest = |lines: &[&str]| lines.len() - start;
    let end = old.iter().rev().zip(new.iter().rev()).take_while(|(old, new)| old == new).count();
    let end = end.min(rest(&old)).min(rest(&new));
    let middle = |lines: &[&str]| lines.get(start..lines.len() - end).unwrap_or_default().concat();
    let (old, new) = (middle(&old), middle(&new));
    let mut view = LinesView::default();
    let mut add = |sign: char, line: &str| {
        match sign {
            '-' => view.removed += 1,
            _ => view.added += 1,
        }
        if view.text.len() < SHOWN {
            view.text.push(format!("{sign}{line}"));
        }
    };
    if old.lines().count() * new.lines().count() > COSTLY {
        old.lines().for_each(|line| add('-', line));
        new.lines().for_each(|line| add('+', line));
        return view;
    }
    for change in similar::TextDiff::from_lines(&old, &new).iter_all_changes() {
        let line = change.value().trim_end_matches('\n');
        match change.tag() {
            similar::ChangeTag::Equal => {}
            similar::ChangeTag::Delete => add('-', line),
            similar::ChangeTag::Insert => add('+', line),
        }
    }
    view
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edit::FileChangeKind;

    fn file(bytes: &[u8]) -> EntryContent {
        EntryContent::File { bytes: bytes.to_vec(), executable: false }
    }

    fn shown(name: &str, old: &EntryContent, new: &EntryContent) -> (Vec<String>, Vec<String>) {
        let view = of_contents(
            FileView::of(name.to_owned(), FileChangeKind::Replaced),
            &Compared::Content(old.clone()),
            &Compared::Content(new.clone()),
        );
        let property = |property: &PropertyView| format!("{} {:?} {:?}", property.path, property.old, property.new);
        (view.properties.iter().map(property).collect(), view.lines.map(|lines| lines.text).unwrap_or_default())
    }

    #[test]
    fn values_are_compared_where_both_can_be_read() {
        let old = file(b"image: {tag: \"1\"}\nlist: [a, b]\ndebug: true\nsame: 1\n");
        let new = file(b"image:\n  tag: \"2\"\nlist: [a, c, d]\nsame: 1\nempty: {}\n");
        let (mut properties, lines) = shown("v.yaml", &old, &new);
        properties.sort();
        assert_eq!(
            properties,
            [
                "$.debug Some(\"true\") None",
                "$.empty None Some(\"{}\")",
                "$.image.tag Some(\"\\\"1\\\"\") Some(\"\\\"2\\\"\")",
                "$.list[1] Some(\"b\") Some(\"c\")",
                "$.list[2] None Some(\"d\")",
            ]
        );
        assert!(lines.is_empty());
    }

    #[test]
    fn lines_are_compared_otherwise() {
        assert_eq!(shown("a.txt", &file(b"a\nb\n"), &file(b"a\nc\n")).1, ["-b", "+c"]);
        assert_eq!(shown("v.yaml", &file(b"a: [\n"), &file(b"a: 1\n")).1, ["-a: [", "+a: 1"], "one is no YAML");
        assert_eq!(shown("v.yaml", &file(b"a: 1 # x\n"), &file(b"a: 1 # y\n")).1, ["-a: 1 # x", "+a: 1 # y"]);
        assert_eq!(shown("a", &file(b"x\na\ny\n"), &file(b"x\na\r\ny\n")).1, ["-a", "+a\r"]);
        let binary = shown("x.bin", &file(b"\xff"), &file(b"\xff\xff")).1;
        assert!(binary[0].starts_with("-1 bytes, blob ") && binary[1].starts_with("+2 bytes, blob "), "{binary:?}");
        let link = EntryContent::Symlink(b"../x".to_vec());
        assert_eq!(shown("a", &link, &EntryContent::Symlink(b"../y".to_vec())).1[1], "+symbolic link to ../y");
        let script = EntryContent::File { bytes: b"a\n".to_vec(), executable: true };
        assert_eq!(shown("a", &file(b"a\n"), &script).1, ["-not executable", "+executable"]);
        let long = shown("a", &file(b""), &file("x\n".repeat(500).as_bytes()));
        assert_eq!(long.1.len(), SHOWN);
    }
}
