//! The fix engine: a repository of any bytes, with all that fixes promise.
#![no_main]

use libfuzzer_sys::fuzz_target;
use okep_fuzz::{must, promised, tree};

fuzz_target!(|input: &[u8]| {
    must(promised::fixes::hold(&tree(input)));
});
