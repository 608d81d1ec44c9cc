//! `promoc check --fix`: applies the fixes that are certain, checks again, and repeats until nothing changes.
//!
//! All of it happens in memory, so that a fix that adds a diagnostic to any of the programs can be withdrawn. Only the
//! result is written, or shown with `--diff`.

mod change;
mod program;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use self::change::{Change, changes, is_doubtful};
use self::program::{FixableProgram, Texts};
use super::progress::some;
use super::project::{Opened, shown, unopened, verdicts};
use super::write::write_whole;
use super::{Failure, Out};
use crate::check::{Analysed, unbroken};
use crate::diagnostic::{Code, Diagnostic, apply};
use crate::project::read_file;
use crate::source::plain;

/// The most rounds of fixes. A fix can make another one possible; no known program needs this many rounds.
const ROUNDS: usize = 20;

/// The most checks to find out which of several fixes add a diagnostic.
const TRIALS: usize = 500;

/// Fixes the programs of `paths`, reports what was fixed, and returns the fixed programs. With `diff`, writes nothing
/// and prints what would change.
pub(super) fn fixed(paths: &[PathBuf], diff: bool, out: &mut Out) -> Result<Vec<Opened>, Failure> {
    let mut opened = verdicts(paths)?;
    let mut fixer = Fixer::new(candidates(&opened)?);
    fixer.run();
    for Change { old, new, path, line } in fixer.done.iter().flat_map(|(_, changes)| changes) {
        out.note(&format!("{old} → {new} ({path}:{line})"));
    }
    fixer.write(diff, out)?;
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    fixer.done.iter().for_each(|(path, _)| *counts.entry(path).or_default() += 1);
    for (path, count) in &counts {
        let problems = some(count + left_in(path, &fixer.programs), "problem");
        let word = if diff { "would fix" } else { "fixed" };
        out.note(&format!("{word} {count} of {problems} in {path}"));
    }
    if counts.is_empty() && fixer.programs.iter().any(|program| !program.diagnostics().is_empty()) {
        out.note("no problems can be fixed automatically");
    }
    for (opened, program) in opened.iter_mut().zip(fixer.programs) {
        (opened.inner.analysed, opened.sources) = (program.analysed, program.sources);
    }
    Ok(opened)
}

/// Of each program, the diagnostics whose fixes are certain.
pub(super) fn certain(opened: &[Opened]) -> Result<Vec<Vec<Diagnostic>>, Failure> {
    let mut fixer = Fixer::new(candidates(opened)?);
    Ok((0..fixer.programs.len()).map(|at| fixer.certain(at)).collect())
}

fn candidates(opened: &[Opened]) -> Result<Vec<FixableProgram>, Failure> {
    let candidate = |opened: &Opened| {
        let root = &opened.inner.root;
        let files = Box::new(root.files().map_err(unopened)?);
        let program = FixableProgram::new(files, root.path.clone(), opened.inner.file.clone(), shown(&root.path));
        program.ok_or_else(|| has_changed(&opened.inner.file))
    };
    opened.iter().map(candidate).collect()
}

fn has_changed(path: &str) -> Failure {
    Failure::new(format!("`{path}` has changed since it was read; nothing was fixed")).help("Run the command again.")
}

/// Fixes that were tried: the texts with them, and what each program says to these.
struct Trial {
    texts: Texts,
    analysed: Vec<(usize, Analysed)>,
    taken: Vec<usize>,
}

struct Fixer {
    programs: Vec<FixableProgram>,
    /// The texts of edited files as they were read, with the paths that are shown.
    originals: BTreeMap<PathBuf, (String, String)>,
    texts: Texts,
    /// How many trials are left.
    left: usize,
    /// What each fix changed, with the file of its diagnostic.
    done: Vec<(String, Vec<Change>)>,
}

impl Fixer {
    fn new(programs: Vec<FixableProgram>) -> Fixer {
        Fixer { programs, originals: BTreeMap::new(), texts: Texts::new(), left: TRIALS, done: Vec::new() }
    }

    fn run(&mut self) {
        for _ in 0..ROUNDS {
            if !self.round() {
                break;
            }
        }
    }

    /// Applies the fixes of each program once. Returns whether there were any.
    fn round(&mut self) -> bool {
        let mut changed = false;
        for at in 0..self.programs.len() {
            let kept = self.certain(at);
            if let Some(trial) = self.attempt(at, &kept).filter(|trial| !trial.taken.is_empty()) {
                self.accept(at, &kept, trial);
                changed = true;
            }
        }
        changed
    }

    /// The diagnostics of a program whose fixes can be applied together.
    fn certain(&mut self, at: usize) -> Vec<Diagnostic> {
        let Some(program) = self.programs.get(at) else { return Vec::new() };
        let fixes: Vec<Diagnostic> = program.diagnostics().iter().filter(|d| d.fix.is_some()).cloned().collect();
        let mut kept = Vec::new();
        self.keep(at, &fixes, &mut kept);
        kept
    }

    /// Adds to `kept` those of `fixes` that can be applied together with it.
    fn keep(&mut self, at: usize, fixes: &[Diagnostic], kept: &mut Vec<Diagnostic>) {
        if fixes.is_empty() || self.left == 0 {
            return;
        }
        self.left -= 1;
        let together: Vec<Diagnostic> = kept.iter().chain(fixes).cloned().collect();
        if self.attempt(at, &together).is_some() {
            *kept = together;
        } else if fixes.len() > 1 {
            let (first, second) = fixes.split_at(fixes.len() / 2);
            self.keep(at, first, kept);
            self.keep(at, second, kept);
        }
    }

    /// Tries some fixes of a program; `None` if they add a diagnostic to it or to another one.
    fn attempt(&self, at: usize, fixes: &[Diagnostic]) -> Option<Trial> {
        let program = self.programs.get(at)?;
        let fixed = apply(fixes, program.analysed.sources());
        let path = |file| program.real(&program.analysed.sources().file(file).path);
        let edited: Texts = fixed.texts.into_iter().map(|(file, text)| (path(file), text)).collect();
        let mut texts = self.texts.clone();
        texts.extend(edited.clone());
        let taken: Vec<&Diagnostic> = fixed.taken.iter().filter_map(|index| fixes.get(*index)).collect();
        let codes: Vec<Code> = taken.iter().map(|diagnostic| diagnostic.code).collect();
        let mut analysed = Vec::new();
        for (other, candidate) in self.programs.iter().enumerate() {
            if edited.keys().any(|path| candidate.reads(path)) {
                let after = candidate.analyse(&texts)?;
                let own = if other == at { codes.as_slice() } else { &[] };
                let good = unbroken(candidate.diagnostics(), own, after.diagnostics())
                    && (other != at || !is_doubtful(&taken, program.analysed.sources(), &after));
                if !good {
                    return None;
                }
                analysed.push((other, after));
            }
        }
        Some(Trial { texts, analysed, taken: fixed.taken })
    }

    fn accept(&mut self, at: usize, fixes: &[Diagnostic], trial: Trial) {
        let Some(program) = self.programs.get(at) else { return };
        for diagnostic in trial.taken.iter().filter_map(|index| fixes.get(*index)) {
            let path = diagnostic.primary().map(|at| program.sources.file(at.file).path.clone());
            self.done.push((path.unwrap_or_default(), changes(diagnostic, &program.sources)));
        }
        for (file, source) in program.analysed.sources().iter() {
            let path = program.real(&source.path);
            if trial.texts.contains_key(&path) {
                let shown = program.sources.file(file).path.clone();
                self.originals.entry(path).or_insert_with(|| (shown, source.text.to_string()));
            }
        }
        self.texts = trial.texts;
        for (other, analysed) in trial.analysed {
            if let Some(program) = self.programs.get_mut(other) {
                program.set(analysed);
            }
        }
    }

    /// Writes the new texts, or prints how they differ from the old ones.
    fn write(&self, diff: bool, out: &mut Out) -> Result<(), Failure> {
        let texts = || self.texts.iter().filter_map(|(path, text)| Some((path, self.originals.get(path)?, text)));
        for (_, (shown, original), text) in texts().filter(|_| diff) {
            let diff = similar::TextDiff::from_lines(original, text);
            let header = format!("{shown} (fixed)");
            out.result(&diff.unified_diff().context_radius(2).header(shown, &header).to_string())?;
        }
        if diff {
            return Ok(());
        }
        // A fix may edit several files, so all are compared before the first is written.
        for (path, (shown, original), _) in texts() {
            if read_file(path).ok().as_deref() != Some(original.as_bytes()) {
                return Err(has_changed(shown));
            }
        }
        for (path, (shown, _), text) in texts() {
            write_whole(path, text)
                .map_err(|error| Failure::new(format!("cannot write `{shown}`: {}", plain(&error))))?;
        }
        Ok(())
    }
}

/// The number of diagnostics that remain in a file. A diagnostic that several programs report counts once.
fn left_in(path: &str, programs: &[FixableProgram]) -> usize {
    let mut left = BTreeSet::new();
    for program in programs {
        for diagnostic in program.diagnostics() {
            let primary = diagnostic.primary().filter(|at| program.sources.file(at.file).path == path);
            left.extend(primary.map(|at| (at.start, at.end, diagnostic.code, diagnostic.message.as_str())));
        }
    }
    left.len()
}
