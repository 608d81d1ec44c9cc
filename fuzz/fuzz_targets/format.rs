//! Formatting any text is idempotent and loses no character, or leaves the text unchanged.
#![no_main]

use libfuzzer_sys::fuzz_target;
use promoc::format::format;

fn dense(text: &str) -> Vec<char> {
    text.chars().filter(|c| !c.is_whitespace() && !matches!(c, ';' | '"' | '\u{FEFF}')).collect()
}

fuzz_target!(|text: &str| {
    let once = format(text);
    if once.error.is_some() {
        assert_eq!(once.text, text);
        return;
    }
    assert_eq!(dense(text), dense(&once.text));
    assert_eq!(format(&once.text).text, once.text);
});
