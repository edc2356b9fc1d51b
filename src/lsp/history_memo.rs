//! What history answered, kept until HEAD or the main line moves.

use crate::audit::target::{CheckTarget, HistorySource};
use crate::files::{Layout, Tree};
use crate::git::{Id, MainLine};
use crate::history::repo_history::RepoHistory;
use crate::okep::config::Config;
use crate::okep::template_history::TemplateHistory;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

/// A check asks twice where several files are named like a template: which of them landed first, and for its history.
const MOST_ANSWERS: usize = 2;

/// The last answers about a repository.
#[derive(Default)]
pub struct HistoryMemo {
    /// The newest last.
    template_histories: Mutex<Vec<(HistoryState, TemplateHistory)>>,
    /// Where the files of these paths are now, as seen from a commit.
    moved: Mutex<Option<(Id, BTreeSet<String>, NewPaths)>>,
}

/// Where files are now, by the paths that links have.
type NewPaths = BTreeMap<String, String>;

/// What an answer depends on.
struct HistoryState {
    line: MainLine,
    commits: Vec<Id>,
    layout: Layout,
    main_branch: Option<String>,
    files: BTreeMap<String, Option<Id>>,
}

/// The history of a repository as it is now, with the last answers.
pub struct RememberedHistory<'a> {
    pub now: RepoHistory,
    pub memo: &'a HistoryMemo,
}

impl HistorySource for RememberedHistory<'_> {
    fn template_history(&self, target: &CheckTarget, config: &Config) -> TemplateHistory {
        let Some((_, line)) = self.now.main_line(target, config) else {
            return self.now.template_history(target, config);
        };
        let now = HistoryState {
            line,
            commits: target.commits(),
            files: target.tree.list(&config.layout.folder).ids(),
            layout: config.layout.clone(),
            main_branch: config.main_branch.clone(),
        };
        let mut memo = self.memo.template_histories.lock().unwrap_or_else(PoisonError::into_inner);
        let is_same = |(before, history): &&(HistoryState, TemplateHistory)| before.is(&now, history);
        if let Some((_, history)) = memo.iter().find(is_same) {
            return history.clone();
        }
        let history = self.now.template_history(target, config);
        if memo.len() == MOST_ANSWERS {
            memo.remove(0);
        }
        memo.push((now, history.clone()));
        history
    }

    fn moved(&self, tip: Id, paths: &BTreeSet<String>, tree: &Tree) -> BTreeMap<String, String> {
        let mut memo = self.memo.moved.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, _, moved)) = memo.as_ref().filter(|(at, asked, _)| *at == tip && asked == paths) {
            return moved.clone();
        }
        let moved = self.now.moved(tip, paths, tree);
        *memo = Some((tip, paths.clone(), moved.clone()));
        moved
    }
}

impl HistoryState {
    /// Whether another state has the same history. Which text an OKEP has counts only where it is not known by its
    /// path: it may have been renamed.
    fn is(&self, other: &HistoryState, history: &TemplateHistory) -> bool {
        let is_known = |path: &str| history.all().any(|history| history.landed.contains_key(path));
        let texts: BTreeSet<Id> =
            history.all().flat_map(|history| history.landed.values().map(|okep| okep.blob)).collect();
        let landed = |id: &Option<Id>| id.filter(|id| texts.contains(id));
        let same_file = |(path, id): (&String, &Option<Id>)| {
            other.files.get(path).is_some_and(|other| is_known(path) || landed(id) == landed(other))
        };
        self.line == other.line
            && self.commits == other.commits
            && self.layout == other.layout
            && self.main_branch == other.main_branch
            && self.files.len() == other.files.len()
            && self.files.iter().all(same_file)
    }
}
