//! History as arithmetic: which findings came and went with which commit, and who brought them.
//!
//! `git` walks and reads; here numbers stand for commits, paths and blobs, and nothing is read, printed
//! or timed. Read in this order: `graph` (commits), `catalog` (what each of them holds), `verdicts` (one
//! audit a distinct state), `timeline` (set arithmetic over both), `story` (what is told).

pub mod apply_policy;
pub mod commit_info;
pub mod filter;
pub mod head_audit;
pub mod landings;
pub mod matrix;
pub mod moved_files;
mod number_collisions;
pub mod recorded;
pub mod repo_history;
pub mod report;
pub mod walk;

pub mod catalog;
pub mod graph;
pub mod links;
mod numbers;
pub mod shared;
pub mod state;
pub mod timeline;
pub mod verdicts;
