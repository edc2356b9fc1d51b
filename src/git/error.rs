//! What can keep a repository, or one object of it, from being read, each with its remedy.

use super::Id;
use std::path::PathBuf;

/// Why one object of a repository cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
pub enum ObjectError {
    #[error("object {id} is missing; `git fsck` says more")]
    Missing { id: Id },
    #[error("object {id} is not in this partial clone; `git fetch --refetch --no-filter` fetches everything")]
    NotFetched { id: Id },
    #[error("{reason}")]
    Corrupt { reason: String },
}

impl ObjectError {
    /// The object is not there; in a partial clone that is by intent.
    pub(crate) fn missing(local: &gix::Repository, id: Id) -> Self {
        if is_partial_clone(local) { ObjectError::NotFetched { id } } else { ObjectError::Missing { id } }
    }

    /// The object is there and cannot be read.
    pub(crate) fn corrupt(id: Id, error: &gix::Error) -> Self {
        let reason = format!("object {id} cannot be read: {}; `git fsck` says more", said(error));
        ObjectError::Corrupt { reason }
    }

    /// Why gix could not read the object.
    pub(crate) fn of(local: &gix::Repository, id: Id, error: &gix::Error) -> Self {
        if error.is_not_found() { ObjectError::missing(local, id) } else { ObjectError::corrupt(id, error) }
    }

    /// Whether the object is not there, rather than broken.
    pub fn is_missing(&self) -> bool {
        !matches!(self, ObjectError::Corrupt { .. })
    }
}

/// Whether objects are missing from the repository by intent.
pub(crate) fn is_partial_clone(local: &gix::Repository) -> bool {
    let config = local.config_snapshot();
    let remotes = config.plumbing().sections_by_name("remote");
    let is_promised = remotes.is_some_and(|mut all| all.any(|remote| remote.value("promisor").is_some()));
    is_promised || config.string("extensions.partialClone").is_some()
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is none around `dir`; `lacks` says what is therefore not there.
    #[error("`{dir}` is not in a git repository, so there {lacks}; {remedy}")]
    NoRepository { dir: PathBuf, lacks: &'static str, remedy: &'static str },
    #[error("`{path}` is not a folder that can be read: {source}; name an existing folder after `-C`")]
    Folder { path: PathBuf, source: std::io::Error },
    #[error("GIT_DIR names `{path}`, which is not a git repository; unset GIT_DIR or correct it")]
    GitDir { path: PathBuf },
    #[error(
        "the repository at `{path}` belongs to another user, and git would refuse it too; \
         if you trust it: `git config --global --add safe.directory '{path}'`"
    )]
    Untrusted { path: PathBuf },
    #[error("the repository at `{path}` cannot be opened: {reason}; see what `git -C '{path}' status` says")]
    Open { path: PathBuf, reason: String },
    #[error(
        "the repository at `{path}` is bare: it has no working tree and nothing staged; name a commit with `--rev`"
    )]
    Bare { path: PathBuf },
    #[error("the index `{path}` cannot be read: {reason}; see what `git status` says")]
    Index { path: PathBuf, reason: String },
    #[error(
        "{} in conflict in the index; resolve {}, then `git add` and try again",
        file_list(.paths),
        if .paths.len() == 1 { "it" } else { "them" }
    )]
    Unmerged { paths: Vec<String> },
    #[error("`{revision}` is not a commit of this repository: {reason}")]
    UnknownRevision { revision: String, reason: String },
    #[error("commit `{commit}` cannot be read: {reason}")]
    Commit { commit: String, reason: String },
    #[error(
        "`core.hooksPath` is `{value}`, which cannot be used: {reason}; `git config core.hooksPath DIR` sets it"
    )]
    HooksPath { value: String, reason: String },
    #[error("`{path}` cannot be understood, and git refuses it too: {reason}")]
    Shallow { path: PathBuf, reason: String },
    #[error("HEAD cannot be read: {reason}")]
    Head { reason: String },
    #[error("there is no commit yet on this branch to compare `{revision}` with; commit first")]
    Unborn { revision: String },
    #[error("`{revision}` and HEAD have no common ancestor; name a branch that this one started from")]
    NoMergeBase { revision: String },
    #[error(
        "no common ancestor of `{revision}` and HEAD is in this shallow clone; \
         `git fetch --unshallow` fetches the rest of the history (in CI: fetch-depth: 0)"
    )]
    ShallowMergeBase { revision: String },
}

fn file_list(paths: &[String]) -> String {
    let names: Vec<_> = paths.iter().map(|p| format!("`{p}`")).collect();
    format!("{} {}", names.join(", "), if paths.len() == 1 { "is" } else { "are" })
}

/// What gix says of a failure, from the outermost to the innermost, each sentence once.
pub(crate) fn said(error: &gix::Error) -> String {
    let mut sentences: Vec<String> = Vec::new();
    for sentence in error.iter_errors().map(ToString::to_string) {
        if !sentences.contains(&sentence) {
            sentences.push(sentence);
        }
    }
    sentences.join(": ")
}

/// The first thing that gix says of a failure beyond that there was one.
pub(crate) fn cause(error: &gix::Error) -> String {
    error.iter_errors().nth(1).map_or_else(|| said(error), ToString::to_string)
}
