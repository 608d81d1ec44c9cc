//! Completion: what may be written at a cursor, also in the middle of broken text.
//!
//! The text around the cursor decides what is expected ([`super::form`]), and the program which names there are. The
//! text may be newer than the program, so nothing here compares their offsets.

mod names;
mod values;

use std::collections::BTreeSet;

use super::cursor::{Cursor, Inside, Lexeme};
use super::form::{Slot, following, forms};
use super::snippet::snippet;
use super::symbols::OutlineKind;
use crate::check::Analysed;
use crate::syntax::keywords::of_block;

/// What an item stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OfferKind {
    /// A word of the language.
    Keyword,
    /// A declared name.
    Name(OutlineKind),
    /// A parameter of a workflow.
    Parameter,
    /// Another value, such as a day or a time zone.
    Value,
    /// A file or a directory.
    File,
    /// A JSONPath.
    Path,
}

/// Something that may be written at the cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// What is shown, and what the word at the cursor is compared with.
    pub label: String,
    /// What it stands for.
    pub kind: OfferKind,
    /// A few words beside the label.
    pub detail: String,
    /// The text to insert in the syntax of snippets; `None` inserts the label.
    pub snippet: Option<String>,
}

/// The items at a cursor, the likeliest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Offers {
    /// The range of the text that an item replaces, in bytes.
    pub replace: (u32, u32),
    /// What may be written there.
    pub items: Vec<Offer>,
    /// Whether there are more items, which another letter brings up.
    pub more: bool,
}

/// The most items that are offered at once. More of them take an editor longer to show than a person to type a letter.
const MOST: usize = 200;

/// The names of files that a program may name.
pub trait Surroundings {
    /// The program files beside the current one, as an `import` would name them.
    fn imports(&self) -> Vec<String>;
}

/// What may be written at an offset of a text.
pub fn completions(analysed: &Analysed, text: &str, offset: u32, files: &dyn Surroundings) -> Offers {
    let cursor = Cursor::at(text, offset);
    let request = Request { analysed, text, cursor: &cursor, files };
    let mut found = match cursor.inside {
        Inside::Comment => Offers::default(),
        Inside::Code | Inside::Path(_) => Offers { replace: cursor.word, items: request.code(), more: false },
        Inside::Text(start) | Inside::BlockText(start) => request.in_text(start, offset),
    };
    if found.items.len() > MOST {
        let typed = text.get(found.replace.0 as usize..offset as usize).unwrap_or_default();
        found.items.retain(|item| item.label.contains(typed));
        found.more = true;
        found.items.truncate(MOST);
    }
    found
}

/// What the item with this label at an offset is, in Markdown.
pub fn documentation(
    analysed: &Analysed,
    text: &str,
    offset: u32,
    label: &str,
    files: &dyn Surroundings,
) -> Option<String> {
    let items = completions(analysed, text, offset, files).items;
    let item = items.into_iter().find(|item| item.label == label)?;
    match item.kind {
        OfferKind::Keyword => {
            let block = Cursor::at(text, offset).block();
            let keyword = of_block(block).find(|keyword| keyword.word == label)?;
            Some(format!("```promo\n{}\n```\n\nFor example:\n\n```promo\n{}\n```", keyword.synopsis, keyword.example))
        }
        OfferKind::Name(kind) => names::describe(analysed, kind, label),
        _ => None,
    }
}

struct Request<'a> {
    analysed: &'a Analysed,
    text: &'a str,
    cursor: &'a Cursor,
    files: &'a dyn Surroundings,
}

impl<'a> Request<'a> {
    fn word(&self, lexeme: &Lexeme) -> &'a str {
        lexeme.text(self.text)
    }

    /// The slots that may follow the words before the cursor.
    fn slots(&self) -> BTreeSet<Slot> {
        let Some(first) = self.cursor.statement.first() else { return BTreeSet::new() };
        let forms = forms(self.cursor.block(), self.word(first));
        let places = forms.flat_map(|form| following(form, self.text, &self.cursor.statement));
        places.map(|place| place.slot).collect()
    }

    fn code(&self) -> Vec<Offer> {
        if self.cursor.statement.is_empty() {
            return self.statements();
        }
        let slots = self.slots();
        let mut items: Vec<Offer> = slots.iter().flat_map(|slot| self.of_slot(*slot)).collect();
        // names come before keywords: a keyword ends what the names belong to
        items.sort_by_key(|item| item.kind == OfferKind::Keyword);
        let mut seen = BTreeSet::new();
        items.retain(|item| seen.insert(item.label.clone()));
        items
    }

    /// The statements of the block.
    fn statements(&self) -> Vec<Offer> {
        let block = self.cursor.block();
        let item = |keyword: &crate::syntax::keywords::Keyword| Offer {
            label: keyword.word.to_owned(),
            kind: OfferKind::Keyword,
            detail: keyword.synopsis.to_owned(),
            snippet: forms(block, keyword.word).next().map(snippet),
        };
        of_block(block).map(item).collect()
    }

    /// The items inside a string: only what replaces the part of it before the cursor.
    fn in_text(&self, start: u32, offset: u32) -> Offers {
        let written = self.text.get(start as usize..offset as usize).unwrap_or_default();
        if let Some(open) = written.rfind('{').filter(|open| !written.get(*open..).is_some_and(|t| t.contains('}'))) {
            let placeholders = self.slots().iter().any(|slot| values::takes_placeholders(*slot));
            let from = start + open as u32;
            return match placeholders {
                true => Offers { replace: (from, offset), items: values::placeholders(), more: false },
                false => self.in_script(written, start, offset),
            };
        }
        let quotes = written.bytes().take_while(|byte| matches!(byte, b'"' | b'\'')).count() as u32;
        let slots = self.slots();
        if slots.contains(&Slot::Script) {
            return self.in_script(written, start, offset);
        }
        let end = self.cursor.word.1;
        let closed = self.text.get(..end as usize).is_some_and(|text| text.ends_with(['"', '\''])) && end > offset;
        let items = slots.iter().flat_map(|slot| self.text_of_slot(*slot)).collect();
        Offers { replace: (start + quotes, if closed { end - 1 } else { end.max(offset) }), items, more: false }
    }

    /// The parameters after a `$` of a script.
    fn in_script(&self, written: &str, start: u32, offset: u32) -> Offers {
        let Some(dollar) = written.rfind('$') else { return Offers::default() };
        let name = written.get(dollar + 1..).unwrap_or_default();
        let brace = usize::from(name.starts_with('{'));
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        if !name.bytes().skip(brace).all(is_name) {
            return Offers::default();
        }
        let workflow = self.cursor.blocks.last().and_then(|open| open.head.get(1)).map(|name| self.word(name));
        let items = workflow.map(|workflow| names::needs_of(self.analysed, workflow)).unwrap_or_default();
        Offers { replace: (start + (dollar + 1 + brace) as u32, offset), items, more: false }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::marked;
    use super::*;

    struct Beside;

    impl Surroundings for Beside {
        fn imports(&self) -> Vec<String> {
            vec!["policies.promo".to_owned()]
        }
    }

    const PROGRAM: &str = "environment dev, qa { label tier = gold }\nenvironment eu, us { kind production }\n\
        environment other\ngroup regions = eu, us\nworkflow smoke { needs APP_NAME, URL = \"a\"; gives TICKET; run \"x\" }\n\
        window office { open mon..fri 09:00..17:00 }\ntemplate helm { copy \"values.yaml\" }\n\
        flow main { trigger dev; promote qa; promote regions after qa }\n\
        product shop { template helm; flow main }\n";

    /// The labels at `|` in a text that is appended to the program.
    fn labels(marked_text: &str) -> Vec<String> {
        let text = format!("{PROGRAM}{marked_text}");
        let (analysed, _, offset) = marked(&text);
        let text = text.replacen('|', "", 1);
        let found = completions(&analysed, &text, offset, &Beside);
        found.items.into_iter().map(|item| item.label).collect()
    }

    #[test]
    fn only_names_of_the_right_kind_are_offered() {
        assert_eq!(labels("flow a { trigger |"), ["dev", "eu", "other", "qa", "us"]);
        assert_eq!(labels("flow a { promote |"), ["dev", "eu", "other", "qa", "regions", "us"]);
        assert_eq!(labels("flow a { promote qa, |"), ["dev", "eu", "other", "regions", "us"]);
        assert_eq!(labels("product a { template |"), ["helm"]);
        assert_eq!(labels("product a { flow |"), ["main"]);
        assert_eq!(labels("policy p { window |"), ["office"]);
        assert_eq!(labels("policy p { on failure |"), ["smoke", "none"]);
        assert_eq!(labels("policy p { post-action smoke with |"), ["APP_NAME", "URL"]);
        assert_eq!(labels("policy p { post-action smoke with URL = \"b\", |"), ["APP_NAME"]);
        assert_eq!(labels("policy p { for kind |"), ["non-production", "production"]);
        assert_eq!(labels("policy p { for label |"), ["tier"]);
        assert_eq!(labels("policy p { for label tier = |"), ["gold"]);
        assert_eq!(labels("import \"|\"\n"), ["policies.promo"]);
    }

    #[test]
    fn a_dependency_is_in_the_flow() {
        assert_eq!(
            labels("flow main { trigger dev; promote regions after |"),
            ["dev", "eu", "qa", "regions", "us", "any"]
        );
        assert_eq!(labels("flow main { promote qa after any of |"), ["regions"]);
        assert_eq!(labels("flow main { rollback |"), ["dev", "eu", "qa", "regions", "us"]);
    }

    #[test]
    fn statements_are_those_of_the_block() {
        let of_flow = ["description", "version", "timeout", "bake", "trigger", "promote", "rollback", "never", "on"];
        assert_eq!(labels("flow a {\n  |\n}\n"), of_flow);
        assert_eq!(labels("flow a {\n  promote qa\n  pro|"), of_flow);
        assert!(labels("|").contains(&"environment".to_owned()));
        assert!(labels("# |").is_empty());
    }

    #[test]
    fn strings_offer_what_belongs_into_them() {
        assert_eq!(labels("product a { application a in dev { path \"envs/{|\" } }"), ["{environment}", "{product}"]);
        assert!(labels("window w { timezone \"Europe/|\" }").contains(&"Europe/Berlin".to_owned()));
        assert_eq!(labels("workflow smoke { needs URL; run \"curl $|\" }"), ["APP_NAME", "URL"]);
        assert_eq!(labels("workflow smoke { run \"curl ${|\" }"), ["APP_NAME", "URL"]);
    }

    /// Typing an example from its first character to its last one always gets an answer.
    #[test]
    #[allow(clippy::disallowed_methods, reason = "reads an example")]
    fn typing_an_example_gets_an_answer_at_every_step() {
        for example in ["quickstart", "policies", "fleet"] {
            let path = format!("{}/examples/{example}/main.promo", env!("CARGO_MANIFEST_DIR"));
            let text = std::fs::read_to_string(path).unwrap();
            let analysed = super::super::tests::analysed(&text);
            let mut offered = 0;
            for (offset, _) in text.char_indices() {
                let found = completions(&analysed, text.get(..offset).unwrap(), offset as u32, &Beside);
                assert!(found.replace.0 <= found.replace.1 && found.replace.1 <= text.len() as u32);
                offered += usize::from(!found.items.is_empty());
            }
            assert!(offered * 3 > text.len(), "{example}: {offered} of {}", text.len());
        }
    }
}
