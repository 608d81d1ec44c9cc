//! The forms of the statement at a cursor, and the part that is being written.

use super::cursor::Cursor;
use super::form::{StatementForm, following, forms};

/// The forms of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureHelp {
    /// Each form that the words before the cursor agree with.
    pub forms: Vec<Signature>,
}

/// A form of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// The form, as in `promote TARGETS [after DEPENDENCIES]`.
    pub label: &'static str,
    /// The parts that may come next, as ranges of the label in bytes.
    pub active: Vec<(usize, usize)>,
}

/// The forms of the statement at an offset; `None` outside of statements.
pub fn signatures(text: &str, offset: u32) -> Option<SignatureHelp> {
    let cursor = Cursor::at(text, offset);
    let word = cursor.statement.first()?.text(text);
    let signature = |form: &StatementForm| {
        let places = following(form, text, &cursor.statement);
        let active: Vec<(usize, usize)> =
            places.iter().map(|place| place.range).filter(|(from, to)| from < to).collect();
        (!places.is_empty()).then_some(Signature { label: form.notation, active })
    };
    let found: Vec<Signature> = forms(cursor.block(), word).filter_map(signature).collect();
    (!found.is_empty()).then_some(SignatureHelp { forms: found })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_part_that_may_come_next_is_active() {
        let of = |text: &str| signatures(text, text.len() as u32).map(|found| found.forms);
        let forms = of("flow main { promote qa after ").unwrap();
        let active: Vec<&str> =
            forms.iter().flat_map(|one| one.active.iter().map(|at| one.label.get(at.0..at.1).unwrap())).collect();
        assert!(active.contains(&"DEPENDENCIES"), "{active:?}");
        assert_eq!(of("policy p { for ").unwrap().len(), 5);
        assert_eq!(of("policy p { for kind ").unwrap().len(), 1);
        assert!(of("policy p { ").is_none());
    }
}
