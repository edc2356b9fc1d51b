//! Where a walk through history starts: HEAD, named revisions, or every branch and tag.

use super::refs::{LOCAL_BRANCHES, REMOTE_BRANCHES, References, TAGS, references, short};
use super::{Error, Id, Repo, cause};
use gix::bstr::ByteSlice;
use std::collections::HashSet;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tips {
    /// All tips, each once: HEAD or the first revision that was named, and the rest by their ids.
    pub all: Vec<Id>,
    /// What there is to say about where the walk starts: a stable word for tools, and a message.
    pub notices: Vec<(&'static str, String)>,
}

/// `first` of some references, the number of the others, and a verb for all of them.
fn and_more(first: &str, count: usize) -> String {
    match count {
        1 => format!("`{first}` is"),
        2 => format!("`{first}` and one more are"),
        n => format!("`{first}` and {} more are", n - 1),
    }
}

impl Repo {
    /// The commits from which to walk: revisions by whatever name git knows, else HEAD; with `every_tip` also all
    /// branches, remote branches and tags.
    ///
    /// # Errors
    /// A revision names no commit, or HEAD or the shallow file cannot be read.
    pub fn tips(&self, named: &[String], every_tip: bool) -> Result<Tips, Error> {
        self.check_shallow_file()?;
        let all: Vec<Id> = match named {
            [] => self.head().map_err(|reason| Error::Head { reason })?.into_iter().collect(),
            _ => named.iter().map(|rev| self.resolve_one(rev)).collect::<Result<_, _>>()?,
        };
        let main = all.first().copied();
        let mut tips = Tips { all, notices: Vec::new() };
        if every_tip {
            self.branches_and_tags(&mut tips);
        }
        tips.all.sort_unstable();
        tips.all.dedup();
        if let Some(at) = main.and_then(|main| tips.all.binary_search(&main).ok()) {
            tips.all[..=at].rotate_right(1);
        } else if tips.all.is_empty() {
            let mut others = Tips::default();
            self.branches_and_tags(&mut others);
            let message = match others.all.is_empty() {
                true => "there is no commit yet, so there is no history",
                false => {
                    "HEAD names a branch without commits, so it has no history; name another branch, or read all \
                     with `--all`"
                }
            };
            tips.notices.push(("no-commits", message.to_owned()));
        } else {
            let message = "HEAD names a branch without commits; the history of another tip is shown";
            tips.notices.push(("head-unborn", message.to_owned()));
        }
        Ok(tips)
    }

    /// A revision that is one commit; git's ways to name many have an error of their own.
    fn resolve_one(&self, revision: &str) -> Result<Id, Error> {
        let several = revision.contains("..") || revision.starts_with('^');
        self.resolve(revision).map_err(|error| match error {
            Error::UnknownRevision { revision, .. } if several => {
                let reason = "of ranges only `A..B` is walked; name where to start, and narrow what is \
                              shown with `--since`";
                Error::UnknownRevision { revision, reason: reason.to_owned() }
            }
            error => error,
        })
    }

    /// Git refuses a repository whose list of cut-off commits has a line that is no id.
    fn check_shallow_file(&self) -> Result<(), Error> {
        let local = self.local();
        let Ok(path) = local.shallow_file() else { return Ok(()) };
        let Ok(bytes) = std::fs::read(&path) else { return Ok(()) };
        let is_id = |line: &[u8]| Id::from_hex(line).is_ok_and(|id| id.kind() == local.object_hash());
        let bad = bytes.lines().find(|line| !is_id(line.trim_end()));
        bad.map_or(Ok(()), |line| {
            let line: String = line.to_str_lossy().chars().take(80).collect();
            Err(Error::Shallow { path, reason: format!("bad shallow line `{line}`") })
        })
    }

    fn branches_and_tags(&self, tips: &mut Tips) {
        let local = self.local();
        let References { all, unread: mut unreadable } =
            references(&local, &[LOCAL_BRANCHES, REMOTE_BRANCHES, TAGS]);
        let mut no_commit = Vec::new();
        // Not the set of gix: it takes the start of an id for its hash, and these need not be anything.
        let mut seen: HashSet<Id> = tips.all.iter().copied().collect();
        for reference in all {
            let name = short(&reference.name).to_owned();
            match reference.target {
                Ok(id) if !seen.insert(id) => {}
                Ok(id) => match commit(&local, id) {
                    Ok(Some(commit)) => tips.all.push(commit),
                    Ok(None) => no_commit.push(name),
                    Err(reason) => unreadable.push((name, reason)),
                },
                Err(reason) => unreadable.push((name, reason)),
            }
        }
        if let Some(first) = no_commit.iter().min() {
            let message = format!("{} left out: not a commit", and_more(first, no_commit.len()));
            tips.notices.push(("no-commit", message));
        }
        if let Some((first, reason)) = unreadable.iter().min_by_key(|(name, _)| name) {
            let which = and_more(first, unreadable.len());
            let message = format!("{which} left out, because they cannot be followed: {reason}");
            tips.notices.push(("unreadable-ref", message));
        }
    }
}

/// The commit that an object is, or points to; none where that is a tree or a blob.
fn commit(local: &gix::Repository, id: Id) -> Result<Option<Id>, String> {
    match local.find_object(id).map(|object| object.peel_to_commit()) {
        Ok(Ok(commit)) => Ok(Some(commit.id)),
        Ok(Err(error)) | Err(error) if error.is_not_found() => Err("its object is not there".to_owned()),
        Ok(Err(_)) => Ok(None),
        Err(error) => Err(cause(&error)),
    }
}
