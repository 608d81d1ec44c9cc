//! Where a name is declared.

use super::occurrence::{Role, Symbol, occurrence_at, occurrences_of};
use crate::check::Analysed;
use crate::program::Definition;
use crate::source::{FileId, Span};

/// The declarations of the name at an offset. A parameter is declared where workflows give it, and if none does, where
/// its workflow needs it. A path of an `import` leads to the start of the file.
pub fn definitions(analysed: &Analysed, file: FileId, offset: u32) -> Vec<Span> {
    let imports =
        analysed.analysis().files.iter().filter(|loaded| loaded.id == file).flat_map(|loaded| &loaded.imports);
    let inside = |span: Span| span.start <= offset && offset <= span.end;
    if let Some(import) = imports.into_iter().find(|import| inside(import.written.span)) {
        return import.file.map(|file| Span::new(file, 0, 0)).into_iter().collect();
    }
    let Some(found) = occurrence_at(analysed, file, offset) else { return Vec::new() };
    let all = occurrences_of(analysed, &found.symbol);
    let with = |role| all.iter().filter(|one| one.role == role).map(|one| one.span).collect::<Vec<_>>();
    let declared = with(Role::Declaration);
    if declared.is_empty() { with(Role::Need) } else { declared }
}

/// The declaration of what the name at an offset is made of: for a group, its environments; for any other name, its
/// declaration.
pub fn type_definitions(analysed: &Analysed, file: FileId, offset: u32) -> Vec<Span> {
    let program = analysed.program();
    match occurrence_at(analysed, file, offset).map(|found| found.symbol) {
        Some(Symbol::Declared(Definition::Group(group))) => {
            let members = program.groups[group].members.iter();
            let mut spans: Vec<Span> = members.map(|member| program.environments[*member].name.span).collect();
            spans.dedup();
            spans
        }
        _ => definitions(analysed, file, offset),
    }
}
