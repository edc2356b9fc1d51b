//! What the command line asks to check, opened: the one place where repositories are found for a check.

use crate::audit::Known;
use crate::audit::asked::AskedPath;
use crate::audit::check::{self, Outcome};
use crate::audit::report::Source;
use crate::audit::target::{Base, CheckTarget, Options};
use crate::cli::args::{CheckArgs, Format};
use crate::files::{Note, Tree, inside};
use crate::git::{Error as GitError, Id, Repo};
use crate::history::repo_history::RepoHistory;
use crate::okep::config::Config;
use crate::rules;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// What is asked for.
#[derive(Clone, Default)]
pub struct Request {
    /// The folder given with `-C`.
    pub dir: Option<PathBuf>,
    pub args: CheckArgs,
    /// What is known from checks of the same command.
    pub known: Arc<Known>,
    /// Where nothing at all is staged there is no change, and the whole index is checked.
    pub or_whole_index: bool,
    /// More commits whose findings are not new.
    pub bases: Vec<Id>,
    /// A file whose text is not saved, as the user wrote it, and that text.
    pub unsaved: Option<(PathBuf, Vec<u8>)>,
    /// What is refused where the check fails: `commit` or `push`.
    pub refused: Option<&'static str>,
    /// Whether what is staged is so for the commit that is being made alone.
    pub is_temporary: bool,
    /// The repository, where it is open already.
    pub repo: Option<Arc<Repo>>,
}

impl Request {
    /// The folder that paths start from.
    pub fn here(&self) -> &Path {
        self.dir.as_deref().unwrap_or(Path::new("."))
    }

    /// Whether everything is to be known about every OKEP, or only what failing or passing depends on.
    pub fn is_thorough(&self) -> bool {
        let args = &self.args;
        matches!(args.format, Format::Json | Format::Sarif) || args.diff.or(args.fix).is_some()
    }
}

/// Whether there is nothing to check, rather than something wrong.
pub fn is_no_folder(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(check::Error::NoFolder { .. }))
}

/// What only a repository has, and how to do without it.
type Lack = (&'static str, &'static str);
pub const NOTHING_STAGED: Lack = ("is nothing staged", "leave out `--staged` to check the files on disk");
const NOTHING_COMMITTED: Lack = ("is nothing committed", "leave out `--rev` to check the files on disk");
pub const NOTHING_TO_PUSH: Lack = ("is nothing to push", "name a repository with `-C DIR`");
const NO_BASE: Lack = ("is nothing to compare with", "leave out `--since` to check the files on disk");

/// The repository around, which the command cannot do without.
///
/// # Errors
/// There is none, or it cannot be opened.
pub fn repository(dir: Option<&Path>, (lacks, remedy): Lack) -> Result<Arc<Repo>, GitError> {
    let here = dir.unwrap_or(Path::new("."));
    Repo::discover(dir)?.ok_or_else(|| GitError::NoRepository { dir: here.to_owned(), lacks, remedy })
}

/// Checks what is asked for, in the repository around, where there is one.
///
/// # Errors
/// The target cannot be read, or there is nothing to check.
pub fn check(request: &Request) -> anyhow::Result<Outcome> {
    let (from, args) = (request.here(), &request.args);
    let lack = match args {
        CheckArgs { staged: true, .. } => Some(NOTHING_STAGED),
        CheckArgs { rev: Some(_), .. } => Some(NOTHING_COMMITTED),
        CheckArgs { since: Some(_), .. } => Some(NO_BASE),
        _ => None,
    };
    let repo = match (&request.repo, lack) {
        (Some(repo), _) => Some(repo.clone()),
        (None, Some(lack)) => Some(repository(request.dir.as_deref(), lack)?),
        (None, None) => Repo::discover(request.dir.as_deref())?,
    };
    let mut target = match &repo {
        Some(repo) => of_repository(request, repo)?,
        None => CheckTarget::of_folder(from)?,
    };
    let top = target.root.clone().unwrap_or_default();
    let paths = args.paths.iter().map(|path| asked_path(path, from, &top)).collect();
    if let Some((path, text)) = &request.unsaved {
        target.tree.insert(inside(path, from, &top), text.as_slice());
    }
    let options = Options { paths, thorough: request.is_thorough(), pull_request: args.pull_request };
    Ok(check::check_with(&target, &options, &RepoHistory(repo), &request.known)?)
}

fn of_repository(request: &Request, repo: &Arc<Repo>) -> anyhow::Result<CheckTarget> {
    let CheckArgs { staged, rev, since, .. } = &request.args;
    let mut target = match (*staged, rev) {
        (true, _) => of_index(request, repo)?,
        (false, Some(rev)) => CheckTarget::of_commit(repo, repo.resolve(rev)?)?,
        (false, None) => CheckTarget::of_worktree(repo)?,
    };
    if let Some(since) = since {
        target.compares = true;
        target.bases = bases(repo, repo.merge_bases(since, target.tip)?)?;
        target.since = Some(repo.resolve(since)?);
    }
    target.compares |= !request.bases.is_empty();
    target.bases.splice(0..0, bases(repo, request.bases.iter().copied())?);
    Ok(target)
}

/// As often as this the index is read anew, because a commit was made meanwhile.
const TRIES: usize = 5;

/// The index, and the commit that it was based on when it was read.
fn of_index(request: &Request, repo: &Arc<Repo>) -> anyhow::Result<CheckTarget> {
    // In a bare repository git itself may name an index.
    if repo.root().is_none() && std::env::var_os("GIT_INDEX_FILE").is_none() {
        return Err(repo.is_bare().into());
    }
    let (index, head) = while_head_moves(|| {
        let head = repo.head();
        let index = Tree::index(repo)?;
        Ok((repo.head() == head).then_some((index, head)))
    })?;
    let mut target = CheckTarget::of_head(repo, index, Source::Index, &head);
    target.tree.working_copy = repo.root().map(|_| Tree::worktree(repo).map(Arc::new)).transpose()?;
    // What is not compared with anything is checked whole.
    if request.or_whole_index && !repo.anything_staged()? {
        let message = "nothing is staged and no commit is in progress: the whole index was checked";
        target.notes.push(Note::new("whole-index", message));
        return Ok(target);
    }
    target.compares = true;
    let merged = merged_from_main(repo, &target);
    target.bases = bases(repo, target.tip.into_iter().chain(merged))?;
    Ok(target)
}

/// The merge heads whose findings are not new: on the default branch only what another copy of it has, since
/// what a branch adds to the main line is new there; elsewhere all of them.
fn merged_from_main(repo: &Repo, target: &CheckTarget) -> Vec<Id> {
    let mut merged = target.merged.clone();
    if merged.is_empty() {
        return merged;
    }
    // A mistake in it is reported by the check.
    let config = Config::of(&target.tree, rules::ids()).unwrap_or_default();
    let default = repo.default_branch(config.main_branch.as_deref());
    if let Some(default) = default.filter(|default| repo.is_on_branch(&default.name)) {
        merged.retain(|head| default.copies.iter().any(|copy| repo.contains(*copy, *head)));
    }
    merged
}

/// Tries again where a commit was made meanwhile, a moment later each time.
fn while_head_moves<T>(mut once: impl FnMut() -> anyhow::Result<Option<T>>) -> anyhow::Result<T> {
    for waits in 1..=TRIES {
        if let Some(read) = once()? {
            return Ok(read);
        }
        if waits < TRIES {
            std::thread::sleep(Duration::from_millis(10 << waits));
        }
    }
    anyhow::bail!("the repository kept changing while the index was read; try again")
}

fn bases(repo: &Arc<Repo>, commits: impl IntoIterator<Item = Id>) -> Result<Vec<Base>, GitError> {
    let base = |commit| Ok(Base { commit, tree: Tree::commit(repo, commit)? });
    commits.into_iter().map(base).collect()
}

/// A path as the user wrote it, from the top of the repository.
fn asked_path(path: &Path, from: &Path, top: &Path) -> AskedPath {
    let real = |path: &Path| std::fs::canonicalize(path).ok();
    let full = real(&from.join(path));
    let exists = full.is_some();
    let is_file = full.zip(real(top)).is_some_and(|(full, top)| full.is_file() && full.starts_with(top));
    let (written, here) = (path.display().to_string(), inside(Path::new("."), from, top));
    AskedPath { written, path: inside(path, from, top), from: here, is_file, exists }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_staged_is_read_again_while_commits_are_made() {
        let tried = |moves: usize| {
            let mut tries = 0;
            let result = while_head_moves(|| {
                tries += 1;
                Ok((tries > moves).then_some(tries))
            });
            (result.map_err(|error| error.to_string()), tries)
        };
        assert_eq!(tried(0), (Ok(1), 1));
        assert_eq!(tried(TRIES - 1), (Ok(TRIES), TRIES));
        let (result, tries) = tried(TRIES);
        assert!(result.is_err_and(|message| message.ends_with("try again")) && tries == TRIES);
    }
}
