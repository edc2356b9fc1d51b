//! History as arithmetic: which findings came and went with which commit, and who brought them.
//!
//! `git` walks and reads; here numbers stand for commits, paths and blobs, and nothing is read, printed
//! or timed. Read in this order: `graph` (commits), `catalog` (what each of them holds), `verdicts` (one
//! audit a distinct state), `timeline` (set arithmetic over both), `story` (what is told).

pub mod catalog;
pub mod event;
pub mod graph;
pub mod links;
mod names;
pub mod narrow;
pub mod ruled;
pub mod shared;
pub mod story;
pub mod tell;
pub mod timeline;
mod twins;
pub mod verdicts;
