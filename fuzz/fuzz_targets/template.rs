//! The template: any bytes as the rule book, another file as an OKEP judged by it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use okep_fuzz::{files, must, promised};

fuzz_target!(|input: &[u8]| {
    let files = files(input);
    must(promised::document::template_holds(files[0], files.get(1).copied().unwrap_or_default()));
});
