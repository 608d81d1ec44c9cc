//! Keywords inside statements, and values that are not names.

use std::collections::BTreeSet;

use super::super::form::Slot;
use super::{Offer, OfferKind, Request};
use crate::program::zones;

const DAYS: [&str; 9] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun", "mon..fri", "sat..sun"];

impl Request<'_> {
    /// The items for a slot outside of strings.
    pub(super) fn of_slot(&self, slot: Slot) -> Vec<Offer> {
        match slot {
            Slot::Keyword(word) => vec![item(word, OfferKind::Keyword, "")],
            Slot::Days => DAYS.iter().map(|days| item(days, OfferKind::Value, "days")).collect(),
            Slot::Day => DAYS.iter().take(7).map(|day| item(day, OfferKind::Value, "day")).collect(),
            Slot::Times => vec![item("09:00..17:00", OfferKind::Value, "times")],
            Slot::Pattern => vec![Offer {
                snippet: Some("${1:name}-{environment\\}".to_owned()),
                ..item("name-{environment}", OfferKind::Value, "one application for each environment")
            }],
            Slot::LabelKey => self.label_keys(),
            Slot::LabelValue => self.label_values(),
            _ => self.of_name(slot),
        }
    }

    /// The items for a slot inside of a string.
    pub(super) fn text_of_slot(&self, slot: Slot) -> Vec<Offer> {
        match slot {
            Slot::Import => {
                self.files.imports().iter().map(|path| item(path, OfferKind::File, "program file")).collect()
            }
            Slot::Zone => zones().iter().map(|zone| item(zone, OfferKind::Value, "time zone")).collect(),
            Slot::Keyword(_) | Slot::Comma | Slot::Equals | Slot::Block | Slot::End => Vec::new(),
            _ => self.of_name(slot),
        }
    }

    fn label_keys(&self) -> Vec<Offer> {
        let environments = self.analysed.program().environments.values();
        let keys: BTreeSet<&String> = environments.flat_map(|environment| environment.labels.keys()).collect();
        keys.into_iter().map(|key| item(key, OfferKind::Value, "label of environments")).collect()
    }

    /// The values that environments have for the key before the `=`.
    fn label_values(&self) -> Vec<Offer> {
        let words = &self.cursor.statement;
        let Some(key) = words.len().checked_sub(2).and_then(|at| words.get(at)) else { return Vec::new() };
        let environments = self.analysed.program().environments.values();
        let key = self.word(key);
        let values: BTreeSet<&String> = environments.filter_map(|environment| environment.labels.get(key)).collect();
        values.into_iter().map(|value| item(value, OfferKind::Value, "label of environments")).collect()
    }
}

/// Whether `{environment}` may be written in a string of this slot.
pub(super) fn takes_placeholders(slot: Slot) -> bool {
    matches!(slot, Slot::Directory | Slot::File | Slot::Text | Slot::Pattern | Slot::Who)
}

pub(super) fn placeholders() -> Vec<Offer> {
    ["{environment}", "{product}"].map(|text| item(text, OfferKind::Value, "placeholder")).into()
}

fn item(label: &str, kind: OfferKind, detail: &str) -> Offer {
    Offer { label: label.to_owned(), kind, detail: detail.to_owned(), snippet: None }
}
