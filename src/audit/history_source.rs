//! What only history knows, asked where a finding needs it.

use crate::audit::target::CheckTarget;
use crate::files::Tree;
use crate::git::Id;
use crate::okep::config::Config;
use crate::okep::template_history::TemplateHistory;
use std::collections::{BTreeMap, BTreeSet};

/// What only history knows; it may be asked from several threads.
pub trait HistorySource: Sync {
    /// What the main line knows about the OKEPs of a target: when they landed, and under which template.
    fn template_history(&self, target: &CheckTarget, config: &Config) -> TemplateHistory;

    /// Of paths that are not in `tree`, where their files are now; `tip` is the last commit that counts.
    fn moved(&self, tip: Id, paths: &BTreeSet<String>, tree: &Tree) -> BTreeMap<String, String>;
}
