//! History: which findings each commit introduced and fixed, and who wrote them.
//!
//! In this order: `walk` (commits as numbers), `catalog` (what each of them holds), `documents`, `trees` and
//! `links` (each part of a state is checked once, by the functions that `audit` is made of), `verdicts` (the
//! findings of each state), `timeline` and `okep_spans` (set arithmetic over them), `recorded` (the report).

pub mod apply_policy;
pub mod catalog;
pub mod commit_info;
mod commit_reports;
mod documents;
pub mod filter;
mod finding_reports;
pub mod graph;
pub mod head_audit;
mod landings;
mod links;
pub mod matrix;
pub mod moved_files;
mod number_collisions;
mod numbers;
pub mod objects;
mod okep_reports;
mod okep_spans;
pub mod recorded;
pub mod repo_history;
pub mod report;
mod reporter;
mod shared;
mod state;
mod template_reports;
mod templates;
mod timeline;
mod trees;
mod verdicts;
pub mod walk;
