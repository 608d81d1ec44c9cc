//! Makes lists in TOML equal: elements are paired by identity, and each goes with its comments.

use toml_edit::{Array, ArrayOfTables, Decor, Item, RawString, Table, Value as TomlValue};

use super::brackets::{Around, Brackets};
use super::error::EditError;
use super::order::partners_of;
use super::toml::{equal_tables, equal_value, fresh, value, value_of};
use super::value::Value;

/// For each element of the source its partner. Elements that have no identity are paired where the lists agree.
fn paired(old: &[Value], new: &[Value]) -> Vec<Option<usize>> {
    if let Some(partners) = partners_of(old, new).filter(|partners| partners.iter().any(Option::is_some)) {
        return partners;
    }
    let says = |values: &[Value]| values.iter().map(|value| format!("{value:?}")).collect::<Vec<_>>();
    let mut partners = vec![None; new.len()];
    for op in similar::capture_diff_slices(similar::Algorithm::Myers, &says(old), &says(new)) {
        for (from, to) in op.old_range().zip(op.new_range()) {
            if let Some(partner) = partners.get_mut(to) {
                *partner = Some(from);
            }
        }
    }
    partners
}

/// Whether both lists have the same elements in the same order, so that nothing moves.
fn in_place(partners: &[Option<usize>], len: usize) -> bool {
    partners.len() == len && partners.iter().enumerate().all(|(at, partner)| *partner == Some(at))
}

pub(super) fn equal_arrays(target: &mut Array, source: &Array) -> Result<(), EditError> {
    let values = |items: &Array| items.iter().map(value_of).collect::<Vec<_>>();
    let partners = paired(&values(target), &values(source));
    if in_place(&partners, target.len()) {
        return target.iter_mut().zip(source).try_for_each(|(old, new)| equal_value(old, new));
    }
    if target.is_empty() {
        let decor = target.decor().clone();
        *target = source.clone();
        *target.decor_mut() = decor;
        return Ok(());
    }
    let brackets = brackets(target)?;
    let there = brackets_of(source);
    let mut elements: Vec<(TomlValue, Around)> = Vec::new();
    for (at, (partner, new)) in partners.iter().zip(source).enumerate() {
        let own = partner.and_then(|at| Some((target.get(at)?.clone(), brackets.around.get(at)?.clone())));
        elements.push(match own {
            Some((mut value, around)) => {
                equal_value(&mut value, new)?;
                (value, around)
            }
            None => (new.clone(), brackets.inserted(there.as_ref().and_then(|there| there.around.get(at)))),
        });
    }
    let around: Vec<&Around> = elements.iter().map(|(_, around)| around).collect();
    let mut gaps = brackets.write(&around);
    let close = gaps.pop().unwrap_or_default();
    target.clear();
    // A comma that toml_edit writes stands directly behind its element, after the blanks of the decor.
    for (at, (mut value, _)) in elements.into_iter().enumerate() {
        let before =
            |gap: Option<&String>| gap.and_then(|gap| gap.split_once(',')).map_or("", |(before, _)| before).to_owned();
        let gap = gaps.get(at).map_or("", String::as_str);
        let prefix = if at == 0 { gap } else { gap.split_once(',').map_or(gap, |(_, after)| after) };
        *value.decor_mut() = Decor::new(prefix, before(gaps.get(at + 1)));
        target.push_formatted(value);
    }
    let (comma, trailing) = match close.strip_prefix(',') {
        Some(trailing) if !target.is_empty() => (true, trailing),
        Some(trailing) => (false, trailing),
        None => (false, close.as_str()),
    };
    target.set_trailing_comma(comma);
    target.set_trailing(trailing);
    Ok(())
}

fn brackets_of(items: &Array) -> Option<Brackets> {
    brackets(items).ok()
}

fn brackets(items: &Array) -> Result<Brackets, EditError> {
    let text = |raw: Option<&RawString>| raw.and_then(RawString::as_str).unwrap_or_default().to_owned();
    let mut gaps: Vec<String> = Vec::new();
    let mut gap = String::new();
    for (at, value) in items.iter().enumerate() {
        let comma = if at == 0 { "" } else { "," };
        // What toml_edit puts where nothing is written.
        let prefix = value.decor().prefix().map_or(if at == 0 { "" } else { " " }.to_owned(), |raw| text(Some(raw)));
        gaps.push(format!("{gap}{comma}{prefix}"));
        gap = text(value.decor().suffix());
    }
    let comma = if items.trailing_comma() && !items.is_empty() { "," } else { "" };
    gaps.push(format!("{gap}{comma}{}", text(Some(items.trailing()))));
    Brackets::read(&gaps.iter().map(String::as_str).collect::<Vec<_>>(), "")
}

pub(super) fn equal_table_lists(target: &mut ArrayOfTables, source: &ArrayOfTables) -> Result<(), EditError> {
    let values =
        |tables: &ArrayOfTables| tables.iter().map(|table| value(&Item::Table(table.clone()))).collect::<Vec<_>>();
    let partners = paired(&values(target), &values(source));
    let old: Vec<Table> = target.iter().cloned().collect();
    let kept: Vec<usize> = partners.iter().flatten().copied().collect();
    let mut tables: Vec<Table> = Vec::new();
    for (partner, new) in partners.iter().zip(source.iter()) {
        tables.push(match partner.and_then(|at| old.get(at)) {
            Some(own) => {
                let mut own = own.clone();
                equal_tables(&mut own, new)?;
                own
            }
            None => inserted(new),
        });
    }
    if !kept.is_sorted() {
        // The places in the file stay, and the tables with all that is in them take them in the new order.
        let mut places = Vec::new();
        tables.iter_mut().for_each(|table| positions(table, &mut |place| places.extend(*place)));
        places.sort_unstable();
        let mut places = places.into_iter();
        tables.iter_mut().for_each(|table| {
            positions(table, &mut |place| {
                if place.is_some() {
                    *place = places.next();
                }
            });
        });
    }
    if kept.first() != Some(&0) {
        // What stands above the first table but not directly above it stays there.
        if let (Some(first), Some(head)) = (tables.first_mut(), old.first().map(|table| above(table).0)) {
            let own = above(first).1;
            first.decor_mut().set_prefix(format!("{head}{own}"));
        }
        for (table, at) in tables.iter_mut().zip(&partners).skip(1) {
            if *at == Some(0) {
                let own = above(table).1;
                table.decor_mut().set_prefix(format!("\n{own}"));
            }
        }
    }
    target.clear();
    target.extend(tables);
    Ok(())
}

/// What is written above a table: up to the last blank line, and the comments directly above it.
fn above(table: &Table) -> (String, String) {
    let prefix = table.decor().prefix().and_then(RawString::as_str).unwrap_or_default().replace("\r\n", "\n");
    let own = if prefix.starts_with('\n') { 1 } else { 0 };
    let own = prefix.rfind("\n\n").map_or(own, |blank| blank + 2);
    let (head, own) = prefix.split_at(own);
    (head.to_owned(), own.to_owned())
}

/// A table of the source, with the comments directly above and beside its header.
fn inserted(source: &Table) -> Table {
    let Item::Table(mut table) = fresh(&Item::Table(source.clone())) else { return source.clone() };
    let (_, own) = above(source);
    if own.contains('#') {
        table.decor_mut().set_prefix(format!("\n{own}"));
    }
    if let Some(suffix) = source.decor().suffix().and_then(RawString::as_str).filter(|suffix| suffix.contains('#')) {
        table.decor_mut().set_suffix(suffix);
    }
    table
}

/// Visits the place in the file of a table and of all tables in it, in the order of the file.
fn positions(table: &mut Table, visit: &mut dyn FnMut(&mut Option<isize>)) {
    let mut place = table.position();
    visit(&mut place);
    table.set_position(place);
    for (_, item) in table.iter_mut() {
        match item {
            Item::Table(table) => positions(table, visit),
            Item::ArrayOfTables(tables) => tables.iter_mut().for_each(|table| positions(table, visit)),
            _ => {}
        }
    }
}
