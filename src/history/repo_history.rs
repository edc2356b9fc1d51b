//! What the history of a repository answers to a check.

use crate::audit::target::{CheckTarget, HistorySource};
use crate::files::{CONFIG, Note, Tree};
use crate::git::{Id, MainLine, Repo};
use crate::okep::config::Config;
use crate::okep::landings;
use crate::okep::template_history::TemplateHistory;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The history of a repository, where there is one.
#[derive(Default)]
pub struct RepoHistory(pub Option<Arc<Repo>>);

impl RepoHistory {
    /// The repository, and the line on which landings count; none where there is no commit to ask about.
    pub fn main_line(&self, target: &CheckTarget, config: &Config) -> Option<(&Repo, MainLine)> {
        let repo = self.0.as_deref()?;
        let first = *target.commits().first()?;
        Some((repo, MainLine::of(repo, config.main_branch.as_deref(), target.since.unwrap_or(first))))
    }
}

impl HistorySource for RepoHistory {
    fn template_history(&self, target: &CheckTarget, config: &Config) -> TemplateHistory {
        let Some((repo, main)) = self.main_line(target, config) else {
            return TemplateHistory::nothing("not a git repository");
        };
        let layout = &config.layout;
        let files = target.tree.list(&layout.folder);
        let mut history = landings::template_history(repo, &main, &target.commits(), layout, &files.files);
        history.notes.extend(main_branch_note(&main, config));
        history
    }

    fn moved(&self, tip: Id, paths: &BTreeSet<String>, tree: &Tree) -> BTreeMap<String, String> {
        self.0.as_ref().map(|repo| repo.moved(tip, paths, tree)).unwrap_or_default()
    }
}

/// Where the configuration names a default branch that is not here, which line counts instead.
pub fn main_branch_note(main: &MainLine, config: &Config) -> Option<Note> {
    let name = config.main_branch.as_ref()?;
    let line = match &main.branch {
        Some(branch) if branch.is_configured => return None,
        Some(branch) => format!("`{}`", branch.copy),
        None => "the line of the commit itself".to_owned(),
    };
    let message = format!(
        "`main-branch` of `{CONFIG}` is `{name}`, and no branch of this name is here, so that {line} counts; fetch the branch, or \
         correct its name"
    );
    Some(Note::new("main-branch", message))
}
