//! Reports: a repository of any bytes in every format, and JSON there and back.
#![no_main]

use libfuzzer_sys::fuzz_target;
use okep_fuzz::{must, promised, tree};

fuzz_target!(|input: &[u8]| {
    must(promised::report::holds(&tree(input)));
});
