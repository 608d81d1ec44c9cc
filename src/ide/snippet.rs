//! A form as a snippet: what must be written, with a place to stop at each value.

use super::form::{Slot, StatementForm, example, required};

/// The snippet of a statement, in the syntax of the Language Server Protocol.
pub(crate) fn snippet(form: &StatementForm) -> String {
    let mut text = String::new();
    let mut stops = 0;
    for slot in required(form) {
        match slot {
            Slot::Comma => text.push(','),
            Slot::Block => {
                text.push_str(" {\n\t$0\n}");
                continue;
            }
            _ => {
                if !text.is_empty() {
                    text.push(' ');
                }
                match slot {
                    Slot::Keyword(word) => text.push_str(word),
                    Slot::Equals => text.push('='),
                    value => {
                        stops += 1;
                        let (before, example, after) = example(value);
                        text.push_str(&format!("{before}${{{stops}:{}}}{after}", example.replace('}', "\\}")));
                    }
                }
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::form::forms;
    use super::*;
    use crate::syntax::keywords::Block;

    #[test]
    fn a_snippet_has_what_must_be_written() {
        let of = |block, word| snippet(forms(block, word).next().unwrap());
        assert_eq!(of(Block::Flow, "promote"), "promote ${1:target}");
        assert_eq!(of(Block::File, "flow"), "flow ${1:name} {\n\t$0\n}");
        assert_eq!(of(Block::Promote, "action"), "action commit");
        assert_eq!(of(Block::Template, "version"), "version from \"${1:file}\" at ${2:$.path}");
        assert_eq!(of(Block::Workflow, "idempotent"), "idempotent");
        assert_eq!(of(Block::File, "group"), "group ${1:name} = ${2:target}");
    }
}
