//! What fuzzing, real files and nasty shapes once found: each broke a promise and must not again.

use crate::promised::{Kept, document};

fn check(kept: Result<Kept, String>) {
    if let Err(broken) = kept {
        panic!("{broken}");
    }
}

#[test]
fn a_headings_text_is_inside_of_it() {
    // A vertical tab at its end or its start is a letter to the parser and a blank to us.
    for bytes in
        [&b"## Led\x0b"[..], b"##\x0b", b"## a \x0b\n\nText\x0c", b"Led\x0b\n===\n", b"\x0bLed\nGoals\n---\n"]
    {
        check(document::holds(bytes));
    }
}
