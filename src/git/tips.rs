//! Where a walk through history starts: HEAD, named revisions, or every branch and tag.

use super::error::cause;
use super::stable_refs::{is_gone, settled};
use super::{Error, Head, Id, Repo, reftable};
use crate::files::Note;
use gix::bstr::ByteSlice;
use std::collections::{BTreeMap, HashSet};

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
            self.tell_unborn(&mut tips);
        }
        tips.in_order();
        if tips.main.is_none() && !tips.all.is_empty() {
            tips.main = tips.all.first().copied();
            let message = "HEAD names a branch without commits: the line told is that of another tip";
            tips.notes.push(Note::new("head-unborn", message));
        }
        Ok(tips)
    }

    /// Says what there is beside a HEAD without commits.
    fn tell_unborn(&self, tips: &mut Tips) {
        let mut others = Tips::default();
        self.branches_and_tags(&mut others);
        let message = match others.all.is_empty() {
            true => "there is no commit yet, so there is no history",
            false => {
                "HEAD names a branch without commits, so it has no history; name another branch, or read \
                 all with `--all`"
            }
        };
        tips.notes.push(Note::new("no-commits", message));
    }

    /// A revision that is one commit; git's ways to name many are told apart from a misspelt name.
    fn resolve_one(&self, revision: &str) -> Result<Id, Error> {
        let several = revision.contains("..") || revision.starts_with('^');
        self.resolve(revision).map_err(|error| match error {
            Error::UnknownRevision { revision, .. } if several => {
                let reason = "ranges and exclusions are not walked; name where to start, and narrow what is \
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
        let (named, mut left_out) = settled(&local, || {
            let mut left_out = LeftOut::default();
            let named = named(&local, &mut left_out);
            let vanished = left_out.vanished;
            ((named, left_out), vanished)
        });
        // References to objects that are not there may be many, and looking for new packs at each is slow.
        local.objects.refresh_never();
        // Not the set of gix: it takes the start of an id for its hash, and these need not be anything.
        let mut seen: HashSet<Id> = tips.all.iter().copied().collect();
        let mut missing = Vec::new();
        for (name, found) in named {
            match found {
                Ok(id) if !seen.insert(id) => {}
                Ok(id) => match commit(&local, id) {
                    Led::To(commit) => {
                        seen.insert(commit);
                        tips.all.push(commit);
                    }
                    Led::Nowhere => missing.push((name, id)),
                    Led::Elsewhere(kind, reason) => left_out.add(kind, name, reason),
                },
                Err(reason) => left_out.add("unreadable-ref", name, reason),
            }
        }
        // Git may have packed them since the packs were listed, so one is looked for in new ones too.
        if let Some((_, id)) = missing.first() {
            let _ = commit(&self.local(), *id);
        }
        for (name, id) in missing {
            match commit(&local, id) {
                Led::To(commit) => tips.all.push(commit),
                Led::Nowhere => left_out.add("unreadable-ref", name, "its object is not there".to_owned()),
                Led::Elsewhere(kind, reason) => left_out.add(kind, name, reason),
            }
        }
        tips.notes.extend(left_out.notes());
    }
}

/// Where an object leads.
enum Led {
    To(Id),
    /// It is not there, or what it stands for.
    Nowhere,
    /// To no commit: the kind of the note, and the reason.
    Elsewhere(&'static str, String),
}

/// The commit that an object is, or stands for.
fn commit(local: &gix::Repository, id: Id) -> Led {
    match local.try_find_object(id).map(|object| object.map(|object| object.peel_to_commit())) {
        Ok(Some(Ok(commit))) => Led::To(commit.id),
        Ok(Some(Err(error))) if error.is_not_found() => Led::Nowhere,
        Ok(Some(Err(_))) => Led::Elsewhere("no-commit", "no commit".to_owned()),
        Ok(None) => Led::Nowhere,
        Err(error) => Led::Elsewhere("unreadable-ref", cause(&error)),
    }
}

/// References that lead to no commit, by the kind of their note.
#[derive(Default)]
struct LeftOut {
    /// How many there are, and the first of them by its name, with the reason.
    all: BTreeMap<&'static str, (usize, String, String)>,
    /// Whether one was listed, and was not there when it was to be read.
    vanished: bool,
}

impl LeftOut {
    fn add(&mut self, kind: &'static str, name: String, reason: String) {
        let (count, first, why) = self.all.entry(kind).or_insert((0, name.clone(), reason.clone()));
        *count += 1;
        if name < *first {
            (*first, *why) = (name, reason);
        }
    }

    fn notes(self) -> Vec<Note> {
        let note = |(kind, (count, name, reason)): (&'static str, (usize, String, String))| {
            let more = match count {
                1 => "is".to_owned(),
                2 => "and one more are".to_owned(),
                n => format!("and {} more are", n - 1),
            };
            let message = match kind {
                "no-commit" => format!("`{name}` {more} left out: no commit is named"),
                _ => format!("`{name}` {more} left out, because they cannot be followed: {reason}"),
            };
            Note::new(kind, message)
        };
        self.all.into_iter().map(note).collect()
    }
}

/// Where branches, remote branches and tags are.
const PREFIXES: [&str; 3] = ["refs/heads/", "refs/remotes/", "refs/tags/"];

/// Branches, remote branches and tags, each with what it leads to.
fn named(local: &gix::Repository, left_out: &mut LeftOut) -> Vec<reftable::NamedRef> {
    let short = |name: &str| {
        let prefix = PREFIXES.iter().find_map(|prefix| name.strip_prefix(prefix));
        prefix.unwrap_or(name).to_owned()
    };
    if reftable::is_used(local) {
        match reftable::all(local, &PREFIXES) {
            Ok(all) => return all.into_iter().map(|(name, id)| (short(&name), id)).collect(),
            Err(reason) => left_out.add("unreadable-ref", "refs".to_owned(), reason),
        }
        return Vec::new();
    }
    let mut all = Vec::new();
    let references = match local.references() {
        Ok(references) => references,
        Err(error) => {
            left_out.add("unreadable-ref", "refs".to_owned(), cause(&error));
            return all;
        }
    };
    for prefix in PREFIXES {
        let found = match references.prefixed(prefix) {
            Ok(found) => found,
            Err(error) => {
                left_out.add("unreadable-ref", prefix.to_owned(), cause(&error));
                continue;
            }
        };
        for reference in found {
            match reference {
                Ok(mut reference) => {
                    let name = reference.name().shorten().to_string();
                    let id = match reference.try_id() {
                        Some(id) => Ok(id.detach()),
                        None => reference
                            .follow_to_object()
                            .map(|id| id.detach())
                            .map_err(|_| "it leads to no reference that is there".to_owned()),
                    };
                    all.push((name, id));
                }
                Err(error) => {
                    left_out.vanished |= is_gone(&error);
                    left_out.add("unreadable-ref", prefix.to_owned(), cause(&error));
                }
            }
        }
    }
    all
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
