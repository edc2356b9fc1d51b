//! The register: any bytes as `mkdocs.yml`, read and edited; the second file is a page's title.
#![no_main]

use libfuzzer_sys::fuzz_target;
use okep_fuzz::{files, must, promised};

fuzz_target!(|input: &[u8]| {
    let files = files(input);
    let title = String::from_utf8_lossy(files.get(1).copied().unwrap_or(b"Five"));
    must(promised::register::holds(files[0], &title));
});
