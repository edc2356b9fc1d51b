//! A folder with OKEPs: a repository, or a plain folder that an editor has open.

use super::history_memo::RememberedHistory;
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
    /// What the last check found, where it could be made.
    pub outcome: Option<Outcome>,
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
    /// Checks the files below `root`, with `unsaved` texts in place of theirs.
    ///
    /// The repository is opened anew each time, so that no change below is missed.
    ///
    /// # Errors
    /// There is nothing to check, or `okep.toml` is wrong.
    pub fn check<'t>(
        &mut self,
        root: &Path,
        unsaved: impl Iterator<Item = (&'t str, &'t str)>,
    ) -> Result<(), Error> {
        self.due = None;
        self.outcome = None;
        let repo = Repo::discover(Some(root))?.filter(|repo| repo.root() == Some(root));
        let mut target = match &repo {
            Some(repo) => CheckTarget::of_worktree(repo)?,
            None => CheckTarget::of_folder(root)?,
        };
        unsaved.for_each(|(path, text)| target.tree.insert(path, text.as_bytes()));
        self.history.now = RepoHistory(repo);
        self.outcome = Some(check_with(&target, &Options::default(), &self.history, &self.known)?);
        self.known.forget_unused();
        let notes = self.outcome.iter().flat_map(|outcome| &outcome.report.notes);
        let lines: BTreeSet<String> = notes.map(|note| line(root, note)).collect();
        lines.difference(&self.logged).for_each(|line| log(line));
        self.logged = lines;
        Ok(())
    }

    /// Logs why it could not be checked, once.
    pub fn log_once(&mut self, reason: String) {
        if self.logged.insert(reason.clone()) {
            log(&reason);
        }
    }
}

fn line(root: &Path, note: &Note) -> String {
    let path = note.path.as_ref().map_or_else(|| root.to_owned(), |path| root.join(path));
    format!("{}: {}", path.display(), note.message)
}
