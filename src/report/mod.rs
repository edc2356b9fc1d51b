//! A report as something to read or to parse: values in, text out.
//!
//! [`layout`] lays a finding out, and each format decorates that. Nothing here prints, reads a file, an
//! environment or a clock, or decides what a command does.

pub mod auto;
pub mod explain;
pub mod fixes;
pub mod full;
pub mod github;
pub mod history;
pub mod history_csv;
pub mod history_json;
pub mod html;
pub mod json;
pub mod layout;
pub mod markdown;
pub mod patch;
pub mod sarif;
pub mod short;
pub mod statistics;
pub mod summary;
mod tables;
pub mod terminal;

#[cfg(test)]
mod invariants;
#[cfg(test)]
mod test_reports;
#[cfg(test)]
mod tests;

pub use summary::{Suggestion, View};
pub use terminal::{Terminal, escape_control};
