//! Where a walk through history starts: HEAD, named revisions, or every branch and tag.

use super::error::cause;
use super::reference::{LOCAL_BRANCHES, REMOTE_BRANCHES, TAGS};
use super::refs::{References, references};
use super::{Error, Head, Id, Repo};
use gix::bstr::ByteSlice;
use std::collections::{BTreeMap, HashSet};
use std::fmt;

/// What the user wants walked.
#[derive(Debug, Clone, Copy)]
pub enum Select<'a> {
    Head,
    /// Branches, remote branches, tags, and HEAD.
    All,
    /// Revisions by whatever name git knows; never empty.
    Named(&'a [String]),
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tips {
    /// HEAD or the first revision that was named; none in an empty repository.
    pub main: Option<Id>,
    /// All tips, each once, the main one first and the rest by their ids.
    pub all: Vec<Id>,
    pub notices: Vec<TipNotice>,
}

/// What there is to say about where a walk starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TipNotice {
    /// There are no commits at all.
    NoCommits,
    /// HEAD names a branch without commits; others have some.
    UnbornHead,
    /// HEAD names a branch without commits, and all branches were asked for.
    OtherThanHead,
    /// References to objects that are no commits: how many, and the first one.
    NoCommit { count: usize, first: String },
    /// References that cannot be read: how many, the first one, and why.
    Unreadable { count: usize, first: String, reason: String },
}

impl TipNotice {
    /// A stable word for tools.
    pub fn kind(&self) -> &'static str {
        match self {
            TipNotice::NoCommits | TipNotice::UnbornHead => "no-commits",
            TipNotice::OtherThanHead => "head-unborn",
            TipNotice::NoCommit { .. } => "no-commit",
            TipNotice::Unreadable { .. } => "unreadable-ref",
        }
    }
}

impl fmt::Display for TipNotice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TipNotice::NoCommits => f.write_str("there is no commit yet, so there is no history"),
            TipNotice::UnbornHead => f.write_str(
                "HEAD names a branch without commits, so it has no history; name another branch, or read all \
                 with `--all`",
            ),
            TipNotice::OtherThanHead => {
                f.write_str("HEAD names a branch without commits; the history of another tip is shown")
            }
            TipNotice::NoCommit { count, first } => {
                write!(f, "`{first}` {} left out: not a commit", and_more(*count))
            }
            TipNotice::Unreadable { count, first, reason } => {
                write!(
                    f,
                    "`{first}` {} left out, because they cannot be followed: {reason}",
                    and_more(*count)
                )
            }
        }
    }
}

fn and_more(count: usize) -> String {
    match count {
        1 => "is".to_owned(),
        2 => "and one more are".to_owned(),
        n => format!("and {} more are", n - 1),
    }
}

impl Repo {
    /// The commits from which to walk.
    ///
    /// # Errors
    /// A revision names no commit, or HEAD or the shallow file cannot be read.
    pub fn tips(&self, select: Select) -> Result<Tips, Error> {
        self.check_shallow_file()?;
        let mut tips = Tips::default();
        if let Select::Named(revisions) = select {
            for revision in revisions {
                let id = self.resolve_one(revision)?;
                tips.main.get_or_insert(id);
                tips.all.push(id);
            }
            tips.in_order();
            return Ok(tips);
        }
        match self.head() {
            Head::At(id) => tips.main = Some(id),
            Head::Unborn => {}
            Head::Unreadable(reason) => return Err(Error::Head { reason }),
        }
        tips.all.extend(tips.main);
        match select {
            Select::All => self.branches_and_tags(&mut tips),
            Select::Head | Select::Named(_) => {}
        }
        if tips.all.is_empty() {
            self.explain_unborn(&mut tips);
        }
        tips.in_order();
        if tips.main.is_none() && !tips.all.is_empty() {
            tips.main = tips.all.first().copied();
            tips.notices.push(TipNotice::OtherThanHead);
        }
        Ok(tips)
    }

    /// Says what there is next to a HEAD without commits.
    fn explain_unborn(&self, tips: &mut Tips) {
        let mut others = Tips::default();
        self.branches_and_tags(&mut others);
        let notice = if others.all.is_empty() { TipNotice::NoCommits } else { TipNotice::UnbornHead };
        tips.notices.push(notice);
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
        match bytes.lines().find(|line| !is_id(line.trim_end())) {
            Some(line) => {
                let line: String = line.to_str_lossy().chars().take(80).collect();
                Err(Error::Shallow { path, reason: format!("bad shallow line `{line}`") })
            }
            None => Ok(()),
        }
    }

    fn branches_and_tags(&self, tips: &mut Tips) {
        let mut local = self.local();
        let References { all, unread, .. } = references(&local, &[LOCAL_BRANCHES, REMOTE_BRANCHES, TAGS]);
        let mut left_out = LeftOut::default();
        unread.into_iter().for_each(|(name, reason)| left_out.unreadable(name, reason));
        // References to objects that are not there may be many, and looking for new packs at each is slow.
        local.objects.refresh_never();
        // Not the set of gix: it takes the start of an id for its hash, and these need not be anything.
        let mut seen: HashSet<Id> = tips.all.iter().copied().collect();
        let mut missing = Vec::new();
        for reference in all {
            let name = reference.short().to_owned();
            match reference.target {
                Ok(id) if !seen.insert(id) => {}
                Ok(id) => match commit(&local, id) {
                    Peeled::Commit(commit) => {
                        seen.insert(commit);
                        tips.all.push(commit);
                    }
                    Peeled::Missing => missing.push((name, id)),
                    Peeled::Other => left_out.no_commit(name),
                    Peeled::Unreadable(reason) => left_out.unreadable(name, reason),
                },
                Err(reason) => left_out.unreadable(name, reason),
            }
        }
        // Git may have packed them since the packs were listed, so one is looked for in new ones too.
        if let Some((_, id)) = missing.first() {
            let _ = commit(&self.local(), *id);
        }
        for (name, id) in missing {
            match commit(&local, id) {
                Peeled::Commit(commit) => tips.all.push(commit),
                Peeled::Missing => left_out.unreadable(name, "its object is not there".to_owned()),
                Peeled::Other => left_out.no_commit(name),
                Peeled::Unreadable(reason) => left_out.unreadable(name, reason),
            }
        }
        tips.notices.extend(left_out.notices());
    }
}

/// What an object is, or points to.
enum Peeled {
    Commit(Id),
    /// It is not there, or what it points to.
    Missing,
    /// A tree or a blob.
    Other,
    Unreadable(String),
}

fn commit(local: &gix::Repository, id: Id) -> Peeled {
    match local.try_find_object(id).map(|object| object.map(|object| object.peel_to_commit())) {
        Ok(Some(Ok(commit))) => Peeled::Commit(commit.id),
        Ok(Some(Err(error))) if error.is_not_found() => Peeled::Missing,
        Ok(Some(Err(_))) => Peeled::Other,
        Ok(None) => Peeled::Missing,
        Err(error) => Peeled::Unreadable(cause(&error)),
    }
}

/// References that point to no commit.
#[derive(Default)]
struct LeftOut {
    no_commit: Vec<String>,
    unreadable: BTreeMap<String, String>,
    count: usize,
}

impl LeftOut {
    fn no_commit(&mut self, name: String) {
        self.no_commit.push(name);
    }

    fn unreadable(&mut self, name: String, reason: String) {
        self.count += 1;
        self.unreadable.entry(name).or_insert(reason);
    }

    fn notices(self) -> Vec<TipNotice> {
        let LeftOut { no_commit, unreadable, count } = self;
        let first = no_commit.iter().min().cloned();
        let no_commit = first.map(|first| TipNotice::NoCommit { count: no_commit.len(), first });
        let first = unreadable.into_iter().next();
        let unreadable = first.map(|(first, reason)| TipNotice::Unreadable { count, first, reason });
        no_commit.into_iter().chain(unreadable).collect()
    }
}

impl Tips {
    fn in_order(&mut self) {
        self.all.sort_unstable();
        self.all.dedup();
        if let Some(at) = self.main.and_then(|main| self.all.iter().position(|id| *id == main)) {
            self.all[..=at].rotate_right(1);
        }
    }
}
