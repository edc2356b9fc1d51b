//! What to check, and what to compare it with; and the states that are read of both.

use crate::audit::asked::AskedPath;
use crate::audit::report::Source;
use crate::audit::{AuditCache, Verdict, audit_with};
use crate::files::{Note, Tree};
use crate::git::{Error, Head, Id, Repo};
use crate::okep::config::Config;
use crate::okep::snapshot::Snapshot;
use crate::okep::template_history::TemplateHistory;
use crate::text::Text;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What to check, and what to compare it with.
#[derive(Default)]
pub struct CheckTarget {
    pub tree: Tree,
    pub source: Source,
    /// Whether only what is not in `bases` counts.
    pub compares: bool,
    pub bases: Vec<Base>,
    /// The commit that the tree is, or is based on.
    pub tip: Option<Id>,
    /// The commits that are being merged into that one.
    pub merged: Vec<Id>,
    /// The commit whose line is the main line where no default branch is known.
    pub since: Option<Id>,
    /// The top folder of the working tree, or the folder that was named; none for a bare repository.
    pub root: Option<PathBuf>,
    /// Where the files are, in words.
    pub place: String,
    /// What there is to say about how the target was found.
    pub notes: Vec<Note>,
}

/// A state whose findings are not new.
#[derive(Clone)]
pub struct Base {
    pub commit: Id,
    pub tree: Tree,
}

/// How much of a target is asked for.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Only what is about these files or folders; everything where there are none.
    pub paths: Vec<AskedPath>,
    /// Whether everything is to be known about every OKEP, or only what failing or passing depends on.
    pub thorough: bool,
    /// The number of the pull request that is checked, which no OKEP that it adds may have.
    pub pull_request: Option<u64>,
}

/// What only history knows; it may be asked from several threads.
pub trait HistorySource: Sync {
    /// What the main line knows about the OKEPs of a target: when they landed, and under which template.
    fn template_history(&self, target: &CheckTarget, config: &Config) -> TemplateHistory;

    /// Of paths that are not in `tree`, where their files are now; `tip` is the last commit that counts.
    fn moved(&self, tip: Id, paths: &BTreeSet<String>, tree: &Tree) -> BTreeMap<String, String>;
}

impl CheckTarget {
    /// A state that is compared with nothing and has no history; `place` says in words where the files are.
    pub fn new(tree: Tree, source: Source, place: String) -> Self {
        CheckTarget { tree, source, place, ..CheckTarget::default() }
    }

    /// The commits that the tree stems from.
    pub fn commits(&self) -> Vec<Id> {
        self.tip.iter().chain(&self.merged).copied().collect()
    }

    /// The files on disk of a repository.
    ///
    /// # Errors
    /// The repository is bare, or its index cannot be read.
    pub fn of_worktree(repo: &Arc<Repo>) -> Result<Self, Error> {
        let head = repo.head();
        Ok(CheckTarget::of_head(repo, Tree::worktree(repo)?, Source::Worktree, &head))
    }

    /// A tree that is based on HEAD and on what is merged into it.
    pub fn of_head(repo: &Repo, tree: Tree, source: Source, head: &Head) -> Self {
        let unreadable = |reason| Note::new("head-unreadable", format!("HEAD cannot be read: {reason}"));
        let notes = head.as_ref().err().map(unreadable).into_iter().collect();
        let root = repo.root().map(Path::to_owned);
        let target = CheckTarget::new(tree, source, place(repo));
        CheckTarget { root, tip: head.clone().ok().flatten(), merged: repo.merge_heads(), notes, ..target }
    }

    /// A folder that is no repository.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn of_folder(dir: &Path) -> Result<Self, Error> {
        let reason =
            "not a git repository: landing dates are unknown, so every OKEP is held to the current template";
        let place = format!("`{}`", std::fs::canonicalize(dir).unwrap_or_else(|_| dir.to_owned()).display());
        let target = CheckTarget::new(Tree::folder(dir)?, Source::Worktree, place);
        Ok(CheckTarget { root: Some(dir.to_owned()), notes: vec![Note::new("no-history", reason)], ..target })
    }

    /// A commit by itself.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn of_commit(repo: &Arc<Repo>, commit: Id) -> Result<Self, Error> {
        let root = repo.root().map(Path::to_owned);
        let source = Source::Commit(commit.to_string());
        let place = format!("commit `{commit}` of {}", place(repo));
        let target = CheckTarget::new(Tree::commit(repo, commit)?, source, place);
        Ok(CheckTarget { tip: Some(commit), root, ..target })
    }
}

/// Where the files of a repository are, in words.
fn place(repo: &Repo) -> String {
    repo.root().map_or("this repository".into(), |root| format!("`{}`", root.display()))
}

/// A snapshot and the configuration of its tree.
#[derive(Clone)]
pub struct State {
    pub snapshot: Snapshot,
    pub config: Config,
}

impl State {
    pub fn template_text(&self) -> &Text {
        &self.snapshot.template.document.text
    }
}

/// A state that is checked, and those that it is compared with.
pub struct CheckStates<'a> {
    pub target: &'a CheckTarget,
    pub now: State,
    pub before: Vec<State>,
}

impl CheckStates<'_> {
    /// The snapshots of the state that is checked and of those before it, in this order.
    pub fn snapshots(&self) -> impl Iterator<Item = &Snapshot> {
        std::iter::once(&self.now).chain(&self.before).map(|state| &state.snapshot)
    }

    /// The verdicts on all [`Self::snapshots`].
    pub fn audit(&self, history: Option<&TemplateHistory>, cache: &AuditCache) -> Vec<Verdict> {
        let audited = |snapshot| audit_with(snapshot, history, cache).verdict(snapshot);
        self.snapshots().map(audited).collect()
    }
}
