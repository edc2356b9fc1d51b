//! A folder with OKEPs: a repository, or a plain folder that an editor has open.

use super::client::Client;
use super::diagnostics;
use super::document::OpenDocument;
use super::history_memo::RememberedHistory;
use super::outcome_view::OutcomeView;
use super::wire::log;
use crate::audit::Known;
use crate::audit::check::{Error, Outcome, check_with};
use crate::audit::target::{CheckTarget, Options};
use crate::files::Note;
use crate::git::Repo;
use crate::history::repo_history::RepoHistory;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Instant;

#[derive(Default)]
pub struct Workspace {
    /// The folder that paths start from, as the editor names it.
    pub folder: PathBuf,
    /// When it is to be checked next.
    pub due: Option<Instant>,
    /// The open documents, by URI.
    pub documents: BTreeMap<String, OpenDocument>,
    /// What the last check found, where it could be made.
    outcome: Option<Outcome>,
    /// The diagnostics that the client has, by path.
    pub shown: BTreeMap<String, Vec<Value>>,
    known: Known,
    history: RememberedHistory,
    /// What the log has already.
    logged: BTreeSet<String>,
}

/// The top folder of the repository around a file, else the innermost of `folders` that holds it.
pub fn root_of(file: &Path, folders: &[PathBuf]) -> Option<PathBuf> {
    // A new file may be in a folder that is not there yet.
    let folder = file.ancestors().skip(1).find(|folder| folder.is_dir())?;
    let repo = Repo::discover(Some(folder)).unwrap_or_else(|error| {
        log(&error.to_string());
        None
    });
    let around = folders.iter().filter(|folder| file.starts_with(folder));
    repo.and_then(|repo| repo.root().map(Path::to_owned))
        .or_else(|| around.max_by_key(|folder| folder.components().count()).cloned())
}

impl Workspace {
    /// Checks the files below `root`, with the texts of open documents in place of theirs, and returns the diagnostics by
    /// path; none where no document is open any more.
    pub fn check(&mut self, root: &Path, client: &Client) -> BTreeMap<String, Vec<Value>> {
        self.due = None;
        self.outcome = None;
        if self.documents.is_empty() {
            return BTreeMap::new();
        }
        let outcome = match self.outcome_of(root) {
            Ok(outcome) => outcome,
            Err(error) => {
                if self.logged.insert(error.to_string()) {
                    log(&error.to_string());
                }
                return diagnostics::of_error(&error);
            }
        };
        self.known.forget_unused();
        let lines: BTreeSet<String> = outcome.report.notes.iter().map(|note| line(root, note)).collect();
        lines.difference(&self.logged).for_each(|line| log(line));
        self.logged = lines;
        self.outcome = Some(outcome);
        self.view(client).map(|view| diagnostics::of_outcome(&view)).unwrap_or_default()
    }

    /// The repository is opened anew each time, so that no change below is missed.
    fn outcome_of(&mut self, root: &Path) -> Result<Outcome, Error> {
        let repo = Repo::discover(Some(root))?.filter(|repo| repo.root() == Some(root));
        let mut target = match &repo {
            Some(repo) => CheckTarget::of_worktree(repo)?,
            None => CheckTarget::of_folder(root)?,
        };
        self.open().iter().for_each(|(path, document)| target.tree.insert(*path, document.text.as_bytes()));
        self.history.now = RepoHistory(repo);
        check_with(&target, &Options::default(), &self.history, &self.known)
    }

    /// The open documents, by path.
    pub fn open(&self) -> BTreeMap<&str, &OpenDocument> {
        self.documents.values().map(|document| (document.path.as_str(), document)).collect()
    }

    /// What the last check found.
    pub fn view<'a>(&'a self, client: &'a Client) -> Option<OutcomeView<'a>> {
        let outcome = self.outcome.as_ref()?;
        let snapshot = outcome.snapshot.as_ref()?;
        Some(OutcomeView { outcome, snapshot, client, folder: &self.folder, open: self.open() })
    }
}

fn line(root: &Path, note: &Note) -> String {
    let path = note.path.as_ref().map_or_else(|| root.to_owned(), |path| root.join(path));
    format!("{}: {}", path.display(), note.message)
}
