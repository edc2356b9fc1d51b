//! What history answered, kept until HEAD or the main line moves.

use crate::audit::history_source::{HistoryQuery, HistorySource};
use crate::files::{Layout, Tree};
use crate::git::{Id, MainLine, Repo};
use crate::history::repo_history::RepoHistory;
use crate::okep::template_history::TemplateHistory;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The last answers about a repository.
#[derive(Default)]
pub struct HistoryMemo {
    template_history: RefCell<Option<(HistoryState, TemplateHistory)>>,
    /// As seen from a commit.
    moved: RefCell<Option<(Id, NewPaths)>>,
}

/// Where files are now, by the paths that links have; none where that is not known.
type NewPaths = BTreeMap<String, Option<String>>;

/// What an answer depends on.
#[derive(PartialEq)]
struct HistoryState {
    line: MainLine,
    commits: Vec<Id>,
    layout: Layout,
    main_branch: Option<String>,
    files: BTreeMap<String, Option<Id>>,
}

/// The history of a repository as it is now, with the last answers.
pub struct RememberedHistory<'a> {
    pub repo: Arc<Repo>,
    pub memo: &'a HistoryMemo,
}

impl HistorySource for RememberedHistory<'_> {
    fn template_history(&self, query: HistoryQuery) -> TemplateHistory {
        let read = || RepoHistory(Some(self.repo.clone())).template_history(query);
        let Some(first) = query.commits.first() else { return read() };
        let (layout, main_branch) = (query.config.layout.clone(), query.config.main_branch.clone());
        let mut now = HistoryState {
            line: MainLine::of(&self.repo, main_branch.as_deref(), query.since, *first),
            commits: query.commits.to_vec(),
            files: query.tree.list(&layout.folder).ids(),
            layout,
            main_branch,
        };
        let mut memo = self.memo.template_history.borrow_mut();
        if let Some((before, history)) = memo.as_ref() {
            now.keep_landed(history);
            if now == *before {
                return history.clone();
            }
        }
        let history = read();
        now.keep_landed(&history);
        memo.insert((now, history)).1.clone()
    }

    fn moved(&self, tip: Id, paths: &BTreeSet<String>, tree: &Tree) -> BTreeMap<String, String> {
        let mut memo = self.memo.moved.borrow_mut();
        let known = memo.take().filter(|(at, _)| *at == tip).map(|(_, known)| known).unwrap_or_default();
        let new: BTreeSet<String> = paths.iter().filter(|path| !known.contains_key(*path)).cloned().collect();
        let mut found = if new.is_empty() { BTreeMap::new() } else { self.repo.moved(tip, &new, tree) };
        let answer =
            |path: &String| (path.clone(), known.get(path).cloned().unwrap_or_else(|| found.remove(path)));
        let answers: NewPaths = paths.iter().map(answer).collect();
        let moved = answers.iter().filter_map(|(path, to)| Some((path.clone(), to.clone()?))).collect();
        *memo = Some((tip, answers));
        moved
    }
}

impl HistoryState {
    /// Forgets the ids of files but for those that landed: whether another name is a renamed OKEP depends on these.
    fn keep_landed(&mut self, history: &TemplateHistory) {
        let landed: BTreeSet<Id> =
            history.all().flat_map(|history| history.landed.values().map(|okep| okep.blob)).collect();
        for id in self.files.values_mut() {
            *id = id.filter(|id| landed.contains(id));
        }
    }
}
