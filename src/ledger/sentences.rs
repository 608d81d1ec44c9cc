//! Makes sentences about waiting from what is stored, when they are shown.
//!
//! Older entries store the sentence itself, which is shown unchanged.

use super::entry::{ApprovalRecord, WindowRecord, instant};
use crate::program::clock_words;
use crate::release::describe;

/// The approval that an intent asks for.
pub(crate) fn approval(words: Option<&str>, approval: Option<&ApprovalRecord>) -> Option<String> {
    let of = |ApprovalRecord { by, count }: &ApprovalRecord| describe::approval(&describe::approvers(*count, by));
    words.map(str::to_owned).or_else(|| approval.map(of))
}

/// The windows that a report waits for, and when they open. `at` is when the report was written.
pub(crate) fn window(
    words: Option<&str>,
    window: Option<&WindowRecord>,
    until: Option<&str>,
    at: Option<&str>,
) -> Option<String> {
    let of = |WindowRecord { names, zone }: &WindowRecord| {
        let opens = until.zip(zone.as_deref()).map(|(until, zone)| {
            let clock = instant(until).zip(at.and_then(instant)).and_then(|(until, at)| clock_words(zone, until, at));
            // This promoc does not know the time zone.
            clock.unwrap_or_else(|| until.to_owned())
        });
        describe::window(names, opens.as_deref())
    };
    words.map(str::to_owned).or_else(|| window.map(of))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_is_made_of_what_is_stored_unless_it_is_stored_itself() {
        let of = |names: &[&str], zone: Option<&str>| WindowRecord {
            names: names.iter().map(|name| (*name).to_owned()).collect(),
            zone: zone.map(str::to_owned),
        };
        let (monday, at) = (Some("2026-01-12T14:00:00Z"), Some("2026-01-09T08:00:00Z"));
        let said = |record: &WindowRecord, until, at| window(None, Some(record), until, at).unwrap();
        let far = of(&["far"], Some("America/New_York"));
        assert_eq!(said(&far, monday, at), "window far opens Mon 09:00 America/New_York");
        assert_eq!(
            said(&far, monday, Some("2026-01-05T14:00:00Z")),
            "window far opens Mon 2026-01-12 09:00 America/New_York"
        );
        assert_eq!(said(&far, None, at), "window far, which does not open before the flow's timeout");
        let both = of(&["far", "near"], Some("UTC"));
        assert_eq!(said(&both, monday, at), "windows far and near open together Mon 14:00 UTC");
        assert_eq!(said(&of(&["far"], Some("Mars/Base")), monday, at), "window far opens 2026-01-12T14:00:00Z");
        assert_eq!(window(Some("as it was"), Some(&far), monday, at).unwrap(), "as it was");
        assert_eq!(window(None, None, monday, at), None);
        let asked = |count| approval(None, Some(&ApprovalRecord { by: "leads".to_owned(), count })).unwrap();
        assert_eq!((asked(1), asked(2)), ("approval by leads".to_owned(), "approval by 2 of leads".to_owned()));
        assert_eq!(approval(Some("as it was"), None).unwrap(), "as it was");
        assert_eq!(approval(None, None), None);
    }
}
