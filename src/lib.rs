//! `okep` checks enhancement proposals of OVN-Kubernetes and fixes what can be fixed safely.
//!
//! Each room uses only the rooms above it in this list. `ARCHITECTURE.md` describes the flow.

pub mod text;

pub mod git;

pub mod files;

pub mod markdown;

pub mod site;

pub mod okep;

pub mod rules;

pub mod audit;

pub mod fix;

pub mod history;

pub mod report;

pub mod lsp;

pub mod cli;
