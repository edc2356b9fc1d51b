//! What the history of a repository answers to a check.

use crate::audit;
use crate::files::{Layout, Tree};
use crate::git::{Id, Repo};
use crate::okep::template_history::TemplateHistory;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The history of a repository, where there is one.
pub struct RepoHistory(pub Option<Arc<Repo>>);

impl audit::HistorySource for RepoHistory {
    fn template_history(&self, tip: Id, layout: &Layout) -> TemplateHistory {
        match &self.0 {
            Some(repo) => repo.template_history(tip, layout),
            None => TemplateHistory::nothing("not a git repository"),
        }
    }

    fn moved(&self, tip: Id, paths: &BTreeSet<String>, tree: &Tree) -> BTreeMap<String, String> {
        self.0.as_ref().map(|repo| repo.moved(tip, paths, tree)).unwrap_or_default()
    }
}
