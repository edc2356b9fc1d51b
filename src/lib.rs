//! `okep` judges enhancement proposals of OVN-Kubernetes and repairs what a machine may repair.
//!
//! Read in this order: `text`, `tree`, `model`, `rules`, `finding`, `audit`, `fix`, `git`, `history`,
//! `render`. Everything but `git` and the command line is pure: values in, values out.

pub mod advice;
pub mod align;
pub mod around;
pub mod atomic;
pub mod audit;
pub mod caller;
pub mod check;
pub mod cli;
pub mod commit_msg;
pub mod commit_subject;
pub mod config;
pub mod demo;
pub mod exceptions;
pub mod finding;
pub mod fix;
pub mod forge;
pub mod git;
pub mod history;
pub mod history_cli;
pub mod hook;
mod hook_clients;
mod hook_text;
pub mod judged;
pub mod linked;
pub mod lore;
pub mod manual;
pub mod matrix;
pub mod model;
pub mod new;
mod progress;
pub mod ratchet;
pub mod render;
pub mod repair;
pub mod report;
pub mod rulebook;
pub mod rules;
pub mod text;
pub mod tip;
pub mod tree;
