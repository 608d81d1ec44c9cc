//! `--write FILE`: keeps the scenarios of refutations.

use std::path::{Path, PathBuf};

use super::super::project::Opened;
use super::super::write::{write, write_whole};
use super::super::{Failure, Out};
use crate::project::{FILE, slashed};
use crate::source::plain;
use crate::verify::{ScenarioText, Verified};

/// Appends the scenario of every refutation to a file. If nothing was refuted, nothing is written.
pub(super) fn keep(found: &Verified, path: &Path, project: &Opened, out: &mut Out) -> Result<(), Failure> {
    let refuted = found.judged.iter().filter_map(|judged| judged.refutation.as_ref());
    let scenarios: Vec<&ScenarioText> = refuted.filter_map(|refutation| refutation.scenario.as_ref().ok()).collect();
    if scenarios.is_empty() {
        return Ok(());
    }
    let failed = |error| Failure::new(format!("cannot write `{}`: {}", path.display(), plain(&error)));
    let old = match std::fs::read_to_string(path) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => return Err(failed(error)),
    };
    let mut text = match old.as_deref().map(str::trim_end) {
        Some(text) if !text.is_empty() => text.to_owned(),
        _ => format!("import \"{}\"", import(path, project)?),
    };
    let lines = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let mut names: Vec<String> = Vec::new();
    for scenario in scenarios {
        let taken = |name: &str| {
            project.program().scenario(name).is_ok() || names.iter().any(|known| known == name) || declares(&text, name)
        };
        let name = free(&scenario.name, taken);
        text.push_str(lines);
        text.push_str(lines);
        text.push_str(&scenario.named(&name).trim_end().replace('\n', lines));
        names.push(name);
    }
    text.push_str(lines);
    if old.is_some() {
        write_whole(path, &text).map_err(failed)?
    } else {
        write(path, &text)?
    }
    out.note(&format!("added {} to {}", names.join(", "), path.display()));
    Ok(())
}

/// The first of `NAME`, `NAME-2`, `NAME-3`, … that is not taken.
fn free(name: &str, taken: impl Fn(&str) -> bool) -> String {
    let mut free = name.to_owned();
    let mut number = 2;
    while taken(&free) {
        free = format!("{name}-{number}");
        number += 1;
    }
    free
}

/// Whether a text declares a scenario, even if it is no part of the program.
fn declares(text: &str, name: &str) -> bool {
    text.lines().any(|line| {
        let mut words = line.split_whitespace();
        words.next() == Some("scenario") && words.next().map(|word| word.trim_end_matches('{')) == Some(name)
    })
}

/// The path of the program for an import in a new file. A file can import only from its own project.
fn import(path: &Path, project: &Opened) -> Result<String, Failure> {
    let inner = &project.inner;
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let (Ok(folder), Ok(root)) = (parent.canonicalize(), inner.root.path.canonicalize()) else {
        return Err(Failure::new(format!("folder `{}` does not exist", parent.display())));
    };
    let below = match folder.strip_prefix(&root) {
        Ok(below) if below.as_os_str().is_empty() || root.join(FILE).is_file() => below,
        _ => {
            let failure = Failure::new(format!("`{}` could not import `{}`", path.display(), inner.file));
            return Err(failure.help(format!("Name a file in the folder `{}`.", inner.root.path.display())));
        }
    };
    // Up from the folder of the new file to what both have in common, then down to the program.
    let program = Path::new(&inner.file);
    let common = below.components().zip(program.components()).take_while(|(one, other)| one == other).count();
    let up = std::iter::repeat_n("..", below.components().count().saturating_sub(common)).collect::<PathBuf>();
    let down: PathBuf = program.components().skip(common).collect();
    Ok(slashed(&up.join(down)))
}
