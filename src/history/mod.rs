//! History: which findings each commit introduced and fixed, and who wrote them.
//!
//! In this order: `walk` (commits as numbers), `states` (what each of them holds, and what the main line knew),
//! `audits` and `found` (each state is a tree, checked as `check` does), `links` (where links point to, commit by commit), `verdicts`
//! (the findings of each state), `timeline` and `okep_spans` (set arithmetic over them), `recorded` (the report).

pub mod apply_policy;
mod audits;
pub mod commit_info;
pub mod filter;
mod finding_reports;
mod found;

pub mod head_audit;
mod links;
pub mod matrix;

mod okep_reports;
mod okep_spans;
pub mod recorded;
pub mod repo_history;
pub mod report;
mod reporter;
mod states;
mod template_reports;
mod timeline;
mod verdicts;
pub mod walk;
