//! The built binary, as a person, a hook or a tool meets it: exit codes, what is on stdout and what on
//! stderr, and which files count. What a rule finds in a text is tested beside the rule.

mod action;
mod amount;
mod bad_input;
mod bounds;
mod changes;
mod choosing;
mod config;
mod explain;
mod formats;
mod hooks;
mod landed;
mod links;
mod merges;
mod mistakes;
mod output;
mod paths;
mod quarantine;
mod renamed;
mod repositories;
mod trust;
