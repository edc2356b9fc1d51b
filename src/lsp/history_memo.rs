//! What history answered, kept until HEAD or the main line moves.

use crate::audit::target::{CheckTarget, HistorySource};
use crate::files::Tree;
use crate::git::{Id, MainLine};
use crate::history::repo_history::RepoHistory;
use crate::okep::config::Config;
use crate::okep::template_history::TemplateHistory;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

/// A check asks twice where several files are named like a template: which of them landed first, and for its history.
const MOST_ANSWERS: usize = 2;

/// The history of a repository as it is now, with the last answers.
#[derive(Default)]
pub struct RememberedHistory {
    pub now: RepoHistory,
    /// The newest first.
    template_histories: Mutex<Vec<RememberedAnswer>>,
    /// Where the files of these paths are now, as seen from a commit.
    moved: Mutex<Option<(Id, BTreeSet<String>, NewPaths)>>,
}

/// Where files are now, by the paths that links have.
type NewPaths = BTreeMap<String, String>;

struct RememberedAnswer {
    /// What it depends on, but for the files of the proposal folder.
    asked: (MainLine, Vec<Id>, Config),
    files: BTreeMap<String, Option<Id>>,
    history: TemplateHistory,
}

impl HistorySource for RememberedHistory {
    fn template_history(&self, target: &CheckTarget, config: &Config) -> TemplateHistory {
        let Some((_, line)) = self.now.main_line(target, config) else {
            return self.now.template_history(target, config);
        };
        let asked = (line, target.commits(), config.clone());
        let files = target.tree.list(&config.layout.folder).files.clone();
        let mut answers = self.template_histories.lock().unwrap_or_else(PoisonError::into_inner);
        let is_same = |answer: &&RememberedAnswer| answer.asked == asked && answer.holds_for(&files);
        if let Some(answer) = answers.iter().find(is_same) {
            return answer.history.clone();
        }
        let history = self.now.template_history(target, config);
        answers.insert(0, RememberedAnswer { asked, files, history: history.clone() });
        answers.truncate(MOST_ANSWERS);
        history
    }

    fn moved(&self, tip: Id, paths: &BTreeSet<String>, tree: &Tree) -> NewPaths {
        let mut memo = self.moved.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, _, moved)) = memo.as_ref().filter(|(at, asked, _)| *at == tip && asked == paths) {
            return moved.clone();
        }
        let moved = self.now.moved(tip, paths, tree);
        *memo = Some((tip, paths.clone(), moved.clone()));
        moved
    }
}

impl RememberedAnswer {
    /// Whether other files have the same history. Which text an OKEP has counts only where it is not known by its
    /// path: it may have been renamed.
    fn holds_for(&self, files: &BTreeMap<String, Option<Id>>) -> bool {
        let is_known = |path: &str| self.history.all().any(|history| history.landed.contains_key(path));
        let landed = self.history.all().flat_map(|history| history.landed.values());
        let texts: BTreeSet<Id> = landed.map(|okep| okep.blob).collect();
        let landed = |id: &Option<Id>| id.filter(|id| texts.contains(id));
        let same_file = |(path, id): (&String, &Option<Id>)| {
            files.get(path).is_some_and(|other| is_known(path) || landed(id) == landed(other))
        };
        self.files.len() == files.len() && self.files.iter().all(same_file)
    }
}
