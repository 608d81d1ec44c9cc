//! What differs between two versions of a file that is copied whole: its values if both can be read, else its lines.

use super::secrets::{is_secret_name, masked_property};
use super::values;
use crate::edit::{ComparedValue, FileView, LinesView, PropertyView};
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
    let property = |value: ComparedValue| {
        let property = PropertyView { path: value.path, old: value.old, new: value.new };
        match value.named.iter().any(|name| is_secret_name(name)) {
            true => masked_property(property),
            false => property,
        }
    };
    values::compare(file, old, new).unwrap_or_default().into_iter().map(property).collect()
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

    /// As an edit pairs them: an element that moved did not change.
    #[test]
    fn elements_of_lists_are_compared_by_identity() {
        let old =
            file(b"l:\n- {name: a, v: 1}\n- {name: b, v: 1}\n- {name: c, v: 1}\ns: [x, y, z]\np: [{v: 1}, {v: 2}]\n");
        let new =
            file(b"l:\n- {name: new, v: 0}\n- {name: c, v: 1}\n- {name: b, v: 2}\ns: [w, x, z]\np: [{v: 2}, {v: 3}]\n");
        assert_eq!(
            shown("v.yaml", &old, &new).0,
            [
                "$.l[0].name (new) None Some(\"new\")",
                "$.l[0].v (new) None Some(\"0\")",
                "$.l[2].v (b) Some(\"1\") Some(\"2\")",
                "$.s[0] None Some(\"w\")",
                "$.p[1].v None Some(\"3\")",
                "$.l[0].name (a) Some(\"a\") None",
                "$.l[0].v (a) Some(\"1\") None",
                "$.s[1] Some(\"y\") None",
                "$.p[0].v Some(\"1\") None",
            ]
        );
        let secret = |value: &str| file(format!("a: 1\n---\nenv: [{{name: TOKEN, value: {value}}}]\n").as_bytes());
        let masked = shown("v.yaml", &secret("x"), &secret("y")).0;
        assert_eq!(masked, ["$.env[0].value (document 2) (TOKEN) Some(\"***\") Some(\"***\")"]);
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
