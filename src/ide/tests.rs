//! Programs with a marked place.

use crate::check::Analysed;
use crate::program::MemoryFiles;
use crate::source::FileId;

pub(super) fn analysed(text: &str) -> Analysed {
    let files = MemoryFiles([("main.promo".to_string(), text.to_string())].into());
    crate::analyse(&files, "main.promo").unwrap()
}

/// A program whose text contains `|` at the place that is meant.
pub(super) fn marked(text: &str) -> (Analysed, FileId, u32) {
    let offset = text.find('|').unwrap();
    let analysed = analysed(&text.replacen('|', "", 1));
    let file = analysed.analysis().files.first().unwrap().id;
    (analysed, file, offset as u32)
}
