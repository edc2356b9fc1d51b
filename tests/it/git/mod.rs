//! What is read of repositories of every kind, made by the real git.
#![cfg(unix)]

mod kinds;
mod main_line;
mod reads;
mod sandbox;
mod tree;

/// A process of its own for [`reads`].
#[test]
fn child_run() {
    reads::child_run();
}

/// A process of its own for [`sandbox::seen`].
#[test]
fn child_entry() {
    sandbox::child_entry();
}
