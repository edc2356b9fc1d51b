//! What only history knows, asked where a finding needs it.

use crate::files::Tree;
use crate::git::Id;
use crate::okep::config::Config;
use crate::okep::template_history::TemplateHistory;
use std::collections::{BTreeMap, BTreeSet};

/// A state about which history is asked.
#[derive(Debug, Clone, Copy)]
pub struct HistoryQuery<'a> {
    pub tree: &'a Tree,
    pub config: &'a Config,
    /// The commits that it stems from: the one that it is or is based on, and those merged into it.
    pub commits: &'a [Id],
    /// The commit whose line is the main line where no default branch is known.
    pub since: Option<Id>,
}

/// What only history knows; it may be asked from several threads.
pub trait HistorySource: Sync {
    /// What the main line knows about the OKEPs of a state: when they landed, and under which template.
    fn template_history(&self, query: HistoryQuery) -> TemplateHistory;

    /// Of paths that are not in `tree`, where their files are now; `tip` is the last commit that counts.
    fn moved(&self, tip: Id, paths: &BTreeSet<String>, tree: &Tree) -> BTreeMap<String, String>;
}
