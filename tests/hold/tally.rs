//! What was tried and how often, for the table that `tests/hold.sh` prints.

use std::fs::OpenOptions;
use std::io::Write;

/// The file that lines are added to, a count and what was counted with a tab between; none counts nothing.
pub const FILE: &str = "OKEP_TEST_TALLY";

/// Adds to the tally. A line is written at once, so that tests of several processes can share the file.
pub fn add(what: &str, count: usize) {
    let Some(path) = std::env::var_os(FILE) else { return };
    let file = OpenOptions::new().create(true).append(true).open(path);
    let written = file.and_then(|mut file| file.write_all(format!("{count}\t{what}\n").as_bytes()));
    written.expect("the file of OKEP_TEST_TALLY can be written");
}
