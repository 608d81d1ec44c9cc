//! Formatting as edits: only the lines that change.

use similar::{ChangeTag, TextDiff};

use crate::format::{FormatError, format};

/// A change of a text, in bytes of the old text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextEdit {
    /// What is replaced.
    pub range: (u32, u32),
    /// By what.
    pub text: String,
}

/// The edits that format a text: of those that touch `within`, or all.
///
/// # Errors
/// If the text cannot be formatted.
pub fn formatting(text: &str, within: Option<(u32, u32)>) -> Result<Vec<TextEdit>, FormatError> {
    let formatted = format(text);
    if let Some(error) = formatted.error {
        return Err(error);
    }
    let diff = TextDiff::from_lines(text, &formatted.text);
    let mut edits: Vec<TextEdit> = Vec::new();
    let mut at = 0_u32;
    // whether the last edit may grow
    let mut open = false;
    for change in diff.iter_all_changes() {
        let length = change.value().len() as u32;
        if change.tag() == ChangeTag::Equal {
            at += length;
            open = false;
            continue;
        }
        if !open {
            edits.push(TextEdit { range: (at, at), text: String::new() });
            open = true;
        }
        let Some(edit) = edits.last_mut() else { continue };
        match change.tag() {
            ChangeTag::Delete => {
                at += length;
                edit.range.1 = at;
            }
            _ => edit.text.push_str(change.value()),
        }
    }
    if let Some((start, end)) = within {
        edits.retain(|edit| edit.range.0 <= end && start <= edit.range.1);
    }
    Ok(edits)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text after its edits.
    fn apply(text: &str, edits: &[TextEdit]) -> String {
        let mut result = text.to_owned();
        for edit in edits.iter().rev() {
            result.replace_range(edit.range.0 as usize..edit.range.1 as usize, &edit.text);
        }
        result
    }

    const TEXT: &str = "environment   dev,qa\nflow main {\n  trigger dev\n promote qa\n}\nwindow  w { open  mon }\n";

    #[test]
    fn the_edits_give_the_formatted_text_and_touch_nothing_else() {
        let edits = formatting(TEXT, None).unwrap();
        assert_eq!(apply(TEXT, &edits), format(TEXT).text);
        assert_eq!(edits.len(), 3, "{edits:?}");
        let last = TEXT.find("window").unwrap() as u32;
        let edits = formatting(TEXT, Some((last, last + 3))).unwrap();
        assert_eq!(apply(TEXT, &edits), TEXT.replace("window  w { open  mon }", "window w { open mon }"));
        assert!(formatting("flow main {}\n", None).unwrap().is_empty());
    }
}
