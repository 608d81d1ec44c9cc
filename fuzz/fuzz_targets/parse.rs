//! Parsing any text gives a tree, and all spans are inside the text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use promoc::source::SourceMap;

fuzz_target!(|text: &str| {
    let file = SourceMap::default().add("main.promo", text);
    let parsed = promoc::syntax::parse(file, text);
    for diagnostic in &parsed.diagnostics {
        assert!(!diagnostic.message.is_empty() && !diagnostic.help.is_empty(), "{diagnostic:?}");
        let edits = diagnostic.fix.iter().flat_map(|fix| &fix.edits).map(|(span, _)| *span);
        for span in diagnostic.labels.iter().map(|label| label.span).chain(edits) {
            assert!(text.get(span.start as usize..span.end as usize).is_some(), "{diagnostic:?}");
        }
    }
});
