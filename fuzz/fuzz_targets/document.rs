//! The document model: any bytes as a Markdown file.
#![no_main]

use libfuzzer_sys::fuzz_target;
use okep_fuzz::{must, promised};

fuzz_target!(|input: &[u8]| {
    must(promised::document::holds(input));
});
