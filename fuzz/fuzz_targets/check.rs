//! Checking any program gives the same diagnostics twice.
#![no_main]

use libfuzzer_sys::fuzz_target;
use promoc::program::MemoryFiles;

fuzz_target!(|text: &str| {
    let files = MemoryFiles([("main.promo".to_owned(), text.to_owned())].into());
    let judge = || promoc::analyse(&files, "main.promo").expect("there is a main file").diagnostics().to_vec();
    assert_eq!(judge(), judge());
});
