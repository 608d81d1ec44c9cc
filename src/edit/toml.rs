//! TOML, edited by toml_edit, which keeps comments and layout. It writes every line with `\n`, so this module restores
//! the line ends of unchanged lines.

use toml_edit::{Array, DocumentMut, Item, Table, TableLike, Value as TomlValue};

use super::error::EditError;
use super::error::Unreadable;
use super::location::{Location, Step};
use super::scalar;
use super::toml_lists::{equal_arrays, equal_table_lists};
use super::value::Value;
use super::want::Want;

/// A parsed TOML file.
#[derive(Debug)]
pub(super) struct Toml {
    pub(super) document: DocumentMut,
}

/// A value anywhere in a document.
#[derive(Clone, Copy)]
enum TomlNode<'d> {
    Item(&'d Item),
    Value(&'d TomlValue),
    Table(&'d Table),
}

impl Toml {
    /// Parses a text without a byte order mark.
    pub(super) fn read(text: &str) -> Result<Toml, Unreadable> {
        text.parse::<DocumentMut>().map(|document| Toml { document }).map_err(|error| {
            let message = error.message().trim().replace('\n', ", ");
            let help = "correct the file; a table or key may be defined only once";
            Unreadable::new(error.span().map_or(0, |span| span.start), message, help)
        })
    }

    pub(super) fn value(&self) -> Value {
        value(self.document.as_item())
    }

    fn at(&self, at: &Location) -> Option<TomlNode<'_>> {
        let mut found = TomlNode::Item(self.document.as_item());
        for step in &at.steps {
            found = match (found, step) {
                (TomlNode::Item(item), Step::Name(name)) => TomlNode::Item(item.as_table_like()?.get(name)?),
                (TomlNode::Table(table), Step::Name(name)) => TomlNode::Item(table.get(name)?),
                (TomlNode::Value(value), Step::Name(name)) => {
                    TomlNode::Item(value.as_inline_table()?.get_key_value(name)?.1)
                }
                (TomlNode::Item(Item::ArrayOfTables(tables)), Step::Index(index)) => {
                    TomlNode::Table(tables.get(*index)?)
                }
                (TomlNode::Item(item), Step::Index(index)) => TomlNode::Value(item.as_array()?.get(*index)?),
                (TomlNode::Value(value), Step::Index(index)) => TomlNode::Value(value.as_array()?.get(*index)?),
                (TomlNode::Table(_), Step::Index(_)) => return None,
            };
        }
        Some(found)
    }

    pub(super) fn find(&self, at: &Location) -> Option<Item> {
        Some(match self.at(at)? {
            TomlNode::Item(item) => item.clone(),
            TomlNode::Value(value) => Item::Value(value.clone()),
            TomlNode::Table(table) => Item::Table(table.clone()),
        })
    }

    /// How the value at a location is written, and whether it is a scalar.
    pub(super) fn written(&self, at: &Location) -> Option<(String, bool)> {
        let item = self.find(at)?;
        let scalar = !matches!(value(&item), Value::Map(_) | Value::List(_));
        Some((written(&item), scalar))
    }
}

/// The value of an item.
pub(super) fn value(item: &Item) -> Value {
    match item {
        Item::None => Value::Null,
        Item::Value(value) => value_of(value),
        Item::Table(table) => value_of_table(table),
        Item::ArrayOfTables(tables) => Value::List(tables.iter().map(|table| value_of_table(table)).collect()),
    }
}

fn value_of_table(table: &dyn TableLike) -> Value {
    Value::Map(table.iter().map(|(name, item)| (name.to_owned(), value(item))).collect())
}

pub(super) fn value_of(value: &TomlValue) -> Value {
    match value {
        TomlValue::String(text) => Value::Text(text.value().clone()),
        TomlValue::Array(items) => Value::List(items.iter().map(value_of).collect()),
        TomlValue::InlineTable(table) => value_of_table(table),
        other => Value::Plain(bare(other)),
    }
}

/// The text of a value without the space and comments around it.
fn bare(value: &TomlValue) -> String {
    let mut value = value.clone();
    value.decor_mut().clear();
    value.to_string()
}

fn written(item: &Item) -> String {
    if let Some(table) = item.as_table_like() {
        return written_table(table);
    }
    match item {
        Item::ArrayOfTables(tables) => {
            format!("[{}]", tables.iter().map(|table| written_table(table)).collect::<Vec<_>>().join(", "))
        }
        Item::Value(TomlValue::Array(items)) => {
            let items = items.iter().map(|value| written(&Item::Value(value.clone())));
            format!("[{}]", items.collect::<Vec<_>>().join(", "))
        }
        Item::Value(value) => bare(value),
        _ => String::new(),
    }
}

fn written_table(table: &dyn TableLike) -> String {
    let key = |name: &str| if super::location::dotted(name) { name.to_owned() } else { scalar::double(name) };
    let entries = table.iter().map(|(name, item)| format!("{} = {}", key(name), written(item)));
    format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
}

/// The text with the wanted values.
pub(super) fn splice(
    text: &str,
    target: &Toml,
    want: Option<&Want<Item>>,
    wanted: &[Value],
) -> Result<String, EditError> {
    let refuse = |message: &str| Err(EditError::refused(message, "change these values by hand"));
    if !text.lines().eq(target.document.to_string().lines()) {
        return refuse("this TOML file defines one table in several places, and editing it would move keys");
    }
    let mut document = target.document.clone();
    if let Some(want) = want {
        visit(document.as_item_mut(), want)?;
    }
    let text = restore_line_ends(text, &document.to_string());
    match Toml::read(&text) {
        Ok(toml) if wanted.first() == Some(&toml.value()) => Ok(text),
        _ => refuse("the edited TOML would not have the expected values"),
    }
}

/// `new` with the line ends of `old` on unchanged lines, and with its most frequent line end on the others.
fn restore_line_ends(old: &str, new: &str) -> String {
    let ends = old.is_empty() || old.ends_with('\n');
    if !old.contains('\r') {
        return if ends { new.to_owned() } else { new.trim_end_matches('\n').to_owned() };
    }
    let crlf = old.matches("\r\n").count() * 2 > old.matches('\n').count();
    let old_lines: Vec<&str> = old.split_inclusive('\n').collect();
    let strip = |line: &str| line.trim_end_matches(['\r', '\n']).to_owned();
    let before: Vec<String> = old_lines.iter().map(|line| strip(line)).collect();
    let after: Vec<String> = new.split_inclusive('\n').map(strip).collect();
    let mut kept = vec![None; after.len()];
    for op in similar::capture_diff_slices(similar::Algorithm::Myers, &before, &after) {
        for (old, new) in op.old_range().zip(op.new_range()) {
            if let Some(kept) = kept.get_mut(new) {
                *kept = old_lines.get(old);
            }
        }
    }
    let mut text = String::new();
    for (line, kept) in after.iter().map(String::as_str).zip(kept) {
        match kept {
            Some(old) if old.ends_with("\r\n") => text.extend([line, "\r\n"]),
            Some(old) if old.ends_with('\n') => text.extend([line, "\n"]),
            _ => text.extend([line, if crlf { "\r\n" } else { "\n" }]),
        }
    }
    if !ends {
        let end = text.trim_end_matches(['\r', '\n']).len();
        text.truncate(end);
    }
    text
}

fn visit(item: &mut Item, want: &Want<Item>) -> Result<(), EditError> {
    match (want, item) {
        (Want::Take(source), item) => equal(item, source)?,
        (Want::Into(_), Item::Value(value)) => visit_value(value, want)?,
        (Want::Into(_), Item::Table(table)) => visit_table(table, want)?,
        (Want::Into(children), Item::ArrayOfTables(tables)) => {
            for (step, child) in children {
                let Step::Index(index) = step else { continue };
                match tables.get_mut(*index) {
                    Some(table) => visit_table(table, child)?,
                    None => tables.extend(made(child).into_table().ok()),
                }
            }
        }
        (Want::Into(_), item @ Item::None) => *item = made(want),
    }
    Ok(())
}

fn visit_value(value: &mut TomlValue, want: &Want<Item>) -> Result<(), EditError> {
    match (want, value) {
        (Want::Take(source), value) => {
            if let Ok(source) = source.clone().into_value() {
                equal_value(value, &source)?;
            }
        }
        (Want::Into(_), TomlValue::InlineTable(table)) => visit_table(table, want)?,
        (Want::Into(children), TomlValue::Array(items)) => {
            for (step, child) in children {
                let Step::Index(index) = step else { continue };
                match items.get_mut(*index) {
                    Some(value) => visit_value(value, child)?,
                    None => push(items, made(child)),
                }
            }
        }
        _ => {}
    }
    Ok(())
}

fn visit_table(table: &mut dyn TableLike, want: &Want<Item>) -> Result<(), EditError> {
    match want {
        Want::Take(source) => {
            if let Some(source) = source.as_table_like() {
                equal_tables(table, source)?;
            }
        }
        Want::Into(children) => {
            for (step, child) in children {
                let Step::Name(name) = step else { continue };
                match table.get_mut(name) {
                    Some(item) => visit(item, child)?,
                    None => {
                        table.insert(name, made(child));
                    }
                }
            }
        }
    }
    Ok(())
}

/// A wanted value that the target does not have, with the parents it needs.
fn made(want: &Want<Item>) -> Item {
    match want {
        Want::Take(source) => fresh(source),
        Want::Into(children) if matches!(children.keys().next(), Some(Step::Index(_))) => {
            let mut items = Array::new();
            for child in children.values() {
                push(&mut items, made(child));
            }
            Item::Value(items.into())
        }
        Want::Into(children) => {
            let mut table = Table::new();
            for (step, child) in children {
                if let Step::Name(name) = step {
                    table.insert(name, made(child));
                }
            }
            Item::Table(table)
        }
    }
}

/// A copy of an item of the source, without its position and the comments around it.
pub(super) fn fresh(source: &Item) -> Item {
    let mut item = source.clone();
    match &mut item {
        Item::Value(value) => value.decor_mut().clear(),
        Item::Table(table) => unplace(table),
        Item::ArrayOfTables(tables) => tables.iter_mut().for_each(unplace),
        Item::None => {}
    }
    item
}

fn unplace(table: &mut Table) {
    table.set_position(None);
    table.decor_mut().clear();
    for (_, item) in table.iter_mut() {
        match item {
            Item::Table(table) => unplace(table),
            Item::ArrayOfTables(tables) => tables.iter_mut().for_each(unplace),
            _ => {}
        }
    }
}

fn push(items: &mut Array, item: Item) {
    let Ok(mut value) = item.into_value() else { return };
    match items.iter().last() {
        Some(last) if items.len() > 1 => {
            let prefix = last.decor().prefix().and_then(|prefix| prefix.as_str()).unwrap_or(" ");
            let blanks = prefix.rfind('\n').and_then(|newline| prefix.get(newline..)).unwrap_or(prefix);
            *value.decor_mut() = toml_edit::Decor::new(blanks, "");
        }
        Some(_) => *value.decor_mut() = toml_edit::Decor::new(" ", ""),
        None => value.decor_mut().clear(),
    }
    items.push_formatted(value);
}

/// Makes the value of `target` equal to that of `source`. Equal parts stay as they are.
fn equal(target: &mut Item, source: &Item) -> Result<(), EditError> {
    if value(target) == value(source) {
        return Ok(());
    }
    match (target, source) {
        (Item::Value(target), Item::Value(source)) => equal_value(target, source),
        (Item::ArrayOfTables(target), Item::ArrayOfTables(source)) => equal_table_lists(target, source),
        (target, source) => match (target.is_table_like(), source.as_table_like()) {
            (true, Some(source)) => target.as_table_like_mut().map_or(Ok(()), |target| equal_tables(target, source)),
            _ => match (target, source.clone().into_value()) {
                (Item::Value(target), Ok(source)) => equal_value(target, &source),
                (target, _) => {
                    *target = fresh(source);
                    Ok(())
                }
            },
        },
    }
}

pub(super) fn equal_tables(target: &mut dyn TableLike, source: &dyn TableLike) -> Result<(), EditError> {
    let gone: Vec<String> =
        target.iter().map(|(name, _)| name.to_owned()).filter(|name| !source.contains_key(name)).collect();
    for name in gone {
        target.remove(&name);
    }
    for (name, item) in source.iter() {
        match target.get_mut(name) {
            Some(old) => equal(old, item)?,
            None => {
                target.insert(name, fresh(item));
            }
        }
    }
    Ok(())
}

pub(super) fn equal_value(target: &mut TomlValue, source: &TomlValue) -> Result<(), EditError> {
    if value_of(target) == value_of(source) {
        return Ok(());
    }
    match (target, source) {
        (TomlValue::Array(target), TomlValue::Array(source)) => equal_arrays(target, source),
        (TomlValue::InlineTable(target), TomlValue::InlineTable(source)) => equal_tables(target, source),
        (target, source) => {
            let decor = target.decor().clone();
            *target = restyled(target, source).unwrap_or_else(|| source.clone());
            *target.decor_mut() = decor;
            Ok(())
        }
    }
}

/// A string of the source in the quotes of the target; `None` if those quotes cannot hold it.
fn restyled(target: &TomlValue, source: &TomlValue) -> Option<TomlValue> {
    let (old, text) = (bare(target), source.as_str()?);
    target.as_str()?;
    let plain = !text.contains(['\'', '\n', '\r']);
    let written = match old.get(..3) {
        Some("\"\"\"" | "'''") if old.len() > 3 => return None,
        _ if old.starts_with('\'') && plain => format!("'{text}'"),
        _ if old.starts_with('"') && !bare(source).starts_with('"') => scalar::double(text),
        _ => return None,
    };
    written.parse::<TomlValue>().ok().filter(|value| value.as_str() == Some(text))
}
