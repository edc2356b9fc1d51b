//! It holds: whatever the bytes, the promises of `promised` are kept, work grows as the text does, and
//! whatever befalls the machine, nothing is lost.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "tests say what they skip")]

#[cfg(target_os = "linux")]
mod faults;
mod found;
mod promised;
mod real_files;
mod shapes;
#[path = "../support/mod.rs"]
mod support;
mod tally;
