//! The tests that see okep from outside: the built binary, the library's rooms together, and the real
//! programs that it is compared with. One program, so that it is linked once.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "tests say what they skip")]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod architecture;
mod cli;
mod corpus;
mod docs;
mod fix_command;
mod fix_properties;
mod git;
mod history;
mod hooks_install;
#[cfg(unix)]
mod lsp;
mod new;
mod oracles;
mod papers;
mod pre_push;
mod precommit;
mod rule_table;
#[path = "../support/mod.rs"]
mod support;
mod write;
