//! Where a walk through history starts: HEAD, named revisions, or every branch and tag.

use super::{Error, Head, Id, Repo};
use crate::tree::Note;
use gix::hashtable::HashSet;

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
    /// The commit whose first-parent line is told; none in an empty repository.
    pub main: Option<Id>,
    /// All tips, each once, the main one first and the rest by their ids.
    pub all: Vec<Id>,
    pub notes: Vec<Note>,
}

impl Repo {
    /// The commits from which to walk.
    ///
    /// # Errors
    /// A revision names no commit, or HEAD cannot be read.
    pub fn tips(&self, select: Select) -> Result<Tips, Error> {
        let mut tips = Tips::default();
        if let Select::Named(revisions) = select {
            for revision in revisions {
                let id = self.resolve(revision)?;
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
        if let Select::All = select {
            self.branches_and_tags(&mut tips);
        }
        tips.in_order();
        if tips.main.is_none() && !tips.all.is_empty() {
            tips.main = tips.all.first().copied();
            let message = "HEAD names a branch without commits: the line told is that of another tip";
            tips.notes.push(Note::new("head-unborn", message));
        }
        Ok(tips)
    }

    fn branches_and_tags(&self, tips: &mut Tips) {
        let local = self.local();
        let mut seen: HashSet<Id> = tips.all.iter().copied().collect();
        let unreadable = |name: &str, reason: String| {
            Note::new("unreadable-ref", format!("`{name}` cannot be followed and is left out: {reason}"))
        };
        let references = match local.references() {
            Ok(references) => references,
            Err(error) => return tips.notes.push(unreadable("refs", format!("{error:#}"))),
        };
        for prefix in ["refs/heads/", "refs/remotes/", "refs/tags/"] {
            let all = match references.prefixed(prefix) {
                Ok(all) => all,
                Err(error) => {
                    tips.notes.push(unreadable(prefix, format!("{error:#}")));
                    continue;
                }
            };
            for reference in all {
                let mut reference = match reference {
                    Ok(reference) => reference,
                    Err(error) => {
                        tips.notes.push(unreadable(prefix, format!("{error:#}")));
                        continue;
                    }
                };
                let name = reference.name().shorten().to_string();
                if reference.try_id().is_some_and(|id| seen.contains(&id.detach())) {
                    continue;
                }
                let id = match reference.follow_to_object() {
                    Ok(id) => id.detach(),
                    Err(error) => {
                        tips.notes.push(unreadable(&name, format!("{error:#}")));
                        continue;
                    }
                };
                if !seen.insert(id) {
                    continue;
                }
                match local.find_object(id).map(|object| object.peel_to_commit().map_err(|_| ())) {
                    Ok(Ok(commit)) => {
                        seen.insert(commit.id);
                        tips.all.push(commit.id);
                    }
                    Ok(Err(())) => {
                        let message = format!("`{name}` names no commit and is left out");
                        tips.notes.push(Note::new("no-commit", message));
                    }
                    Err(error) => tips.notes.push(unreadable(&name, format!("{error:#}"))),
                }
            }
        }
        tips.notes.sort();
        tips.notes.dedup();
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
