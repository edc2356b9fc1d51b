//! The index: what is staged, by path and id.

use super::commit::{self, Entry, Found, Kind, PathKind, Trees};
use super::{Error, Id, Repo, said};
use gix::bstr::{BStr, ByteSlice};
use gix::index::entry::{Flags, Mode, Stage};
use gix::index::extension::Tree as Cached;
use std::collections::{BTreeSet, HashSet};
use std::sync::{Arc, PoisonError};

/// An index with the trees that stand for the folders that a sparse one leaves out.
pub(crate) struct Staged<'a> {
    pub index: &'a gix::index::File,
    pub trees: Trees<'a>,
}

impl Staged<'_> {
    /// Calls `each` for all below `folder`, and for a link or another repository at that folder or on the way to it;
    /// also with whether the working tree need not hold it (a sparse checkout).
    pub fn below(&self, folder: &str, mut each: impl FnMut(&BStr, Found, bool)) {
        let prefix = format!("{folder}/");
        for entry in self.entries_below(&prefix) {
            let path = entry.path(self.index);
            let kind = match kind(entry.mode) {
                _ if entry.stage() != Stage::Unconflicted => Kind::Unmerged,
                _ if entry.flags.contains(Flags::INTENT_TO_ADD) => Kind::Intended,
                Some(kind) => kind,
                None => {
                    let folder = path.trim_end_with(|c| c == '/').as_bstr();
                    self.trees.below(folder, entry.id, &mut |path, found| each(path, found, true));
                    continue;
                }
            };
            each(path, Ok((entry.id, kind)), entry.flags.contains(Flags::SKIP_WORKTREE));
        }
        let Some((entry, rest)) = self.above(&prefix) else { return };
        match kind(entry.mode) {
            Some(kind) => each(entry.path(self.index), Ok((entry.id, kind)), false),
            None => {
                let (above, rest) = (&prefix[..prefix.len() - rest.len()], rest.trim_end_matches('/'));
                let each = &mut |path: &BStr, found: Found| each(path, found, true);
                self.trees.below_path(above, entry.id, rest, each);
            }
        }
    }

    /// What is staged below a folder, whose path ends in a slash.
    pub fn entries_below(&self, folder: &str) -> &[gix::index::Entry] {
        self.index.prefixed_entries(folder.into()).unwrap_or_default()
    }

    /// What is staged at `path`; of a conflict its last side.
    pub fn entry(&self, path: &str) -> Option<&gix::index::Entry> {
        self.index.entry_range(path.into()).and_then(|range| self.index.entries()[range].last())
    }

    /// The link, the other repository or the folder that a sparse index leaves out in which `path` is, and what remains
    /// of the path.
    pub fn above<'p>(&self, path: &'p str) -> Option<(&gix::index::Entry, &'p str)> {
        path.match_indices('/').find_map(|(at, _)| {
            let rest = &path[at + 1..];
            let folded = || self.index.entry_by_path(path[..=at].into()).filter(|_| !rest.is_empty());
            let is_followed = |entry: &&gix::index::Entry| kind(entry.mode) != Some(Kind::File);
            let entry = self.index.entry_by_path(path[..at].into()).or_else(folded).filter(is_followed)?;
            Some((entry, rest))
        })
    }

    /// The files and links that are staged; those of folders that a sparse index leaves out are not unfolded.
    pub fn files(&self) -> BTreeSet<String> {
        let is_file = |entry: &&gix::index::Entry| kind(entry.mode).is_some();
        let path = |entry: &gix::index::Entry| Some(entry.path(self.index).to_str().ok()?.to_owned());
        self.index.entries().iter().filter(is_file).filter_map(path).collect()
    }

    /// The file or link staged at `path`.
    pub fn find(&self, path: &str) -> Option<Entry> {
        match self.index.entry_by_path_and_stage(path.into(), Stage::Unconflicted) {
            Some(entry) if entry.flags.contains(Flags::INTENT_TO_ADD) => None,
            Some(entry) => commit::entry(entry.mode.to_tree_entry_mode()?, entry.id),
            None => match self.above(path)? {
                (folder, rest) if folder.mode == Mode::DIR => self.trees.file(folder.id, rest).ok()?,
                _ => None,
            },
        }
    }

    /// What is at `path`; no file is read for it, and no folder that is not on the way there.
    pub fn path_kind(&self, path: &str) -> PathKind {
        if let Some(entry) = self.entry(path) {
            return match entry.mode {
                _ if entry.flags.contains(Flags::INTENT_TO_ADD) => PathKind::Nothing,
                Mode::COMMIT | Mode::SYMLINK => PathKind::Unknown,
                _ => PathKind::File,
            };
        }
        if !self.entries_below(&format!("{path}/")).is_empty() {
            return PathKind::Folder;
        }
        match self.above(path) {
            Some((entry, rest)) if entry.mode == Mode::DIR => {
                self.trees.path_kind(entry.id, rest).unwrap_or(PathKind::Unknown)
            }
            Some(_) => PathKind::Unknown,
            None => PathKind::Nothing,
        }
    }

    /// The files and folders of a commit that are not staged, below a folder whose tree is given.
    ///
    /// A folder that the index knows to be the same as in the commit, as it remembers in `cached`, is not looked into.
    pub fn removed_below(&self, folder: &str, tree: Id, cached: Option<&Cached>) -> BTreeSet<String> {
        let mut removed = BTreeSet::new();
        if cached.is_some_and(|c| c.num_entries.is_some() && c.id == tree) {
            return removed;
        }
        // What cannot be read is not known to be removed.
        for entry in self.trees.entries(tree, &mut Vec::new()).unwrap_or_default() {
            let Ok(name) = entry.filename.to_str() else { continue };
            let path = if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
            if self.path_kind(&path) == PathKind::Nothing {
                removed.insert(path.clone());
            }
            let is_folded = self.index.entry_by_path(format!("{path}/").as_str().into()).is_some();
            if entry.mode.is_tree() && !is_folded {
                let child = cached.and_then(|c| c.children.iter().find(|c| *c.name == *name.as_bytes()));
                removed.append(&mut self.removed_below(&path, entry.oid.to_owned(), child));
            }
        }
        removed
    }

    /// The link staged at `path`, where the checkout has plain files in place of links, as on Windows.
    pub fn link_as_file(&self, path: &str) -> Option<Entry> {
        let has_links = self.trees.local.config_snapshot().boolean("core.symlinks").unwrap_or(true);
        if has_links { None } else { self.find(path).filter(|entry| entry.symlink) }
    }

    /// What is staged at `path`, where a sparse checkout leaves it out of the working tree.
    pub fn find_sparse(&self, path: &str) -> Option<Entry> {
        let entry = self.index.entry_by_path(path.into());
        let left_out = entry.is_none_or(|entry| entry.flags.contains(Flags::SKIP_WORKTREE));
        left_out.then(|| self.find(path))?
    }

    pub fn is_unmerged(&self, path: &str) -> bool {
        self.entry(path).is_some_and(|entry| entry.stage() != Stage::Unconflicted)
    }
}

/// What a commit of the index would hold.
fn files(index: &gix::index::File) -> HashSet<(&BStr, Stage, Id, u32)> {
    let is_file =
        |entry: &&gix::index::Entry| entry.mode != Mode::DIR && !entry.flags.contains(Flags::INTENT_TO_ADD);
    let entries = index.entries().iter().filter(is_file);
    entries.map(|entry| (entry.path(index), entry.stage(), entry.id, entry.mode.bits())).collect()
}

fn kind(mode: Mode) -> Option<Kind> {
    commit::kind(mode.to_tree_entry_mode()?)
}

impl Repo {
    /// Whether a commit of what is staged would differ from HEAD, in whatever file.
    ///
    /// # Errors
    /// The index or the tree of HEAD cannot be read.
    pub fn anything_staged(&self) -> Result<bool, Error> {
        let local = self.local();
        let index = &*self.index()?;
        let Some(head) = self.head_id() else { return Ok(!index.entries().is_empty()) };
        let failed = |error: gix::Error| Error::Commit { commit: head.to_string(), reason: said(&error) };
        let tree = local.find_commit(head).and_then(|commit| commit.tree_id()).map_err(failed)?.detach();
        // The index remembers of which tree it is the same, unless something was staged since.
        if index.tree().is_some_and(|root| root.num_entries.is_some() && root.id == tree) {
            return Ok(false);
        }
        let committed = local.index_from_tree(&tree).map_err(failed)?;
        let (staged, committed) = (files(index), files(&committed));
        // The folders of a sparse index cannot be compared with files; they are never what was staged.
        Ok(!staged.is_subset(&committed) || !index.is_sparse() && staged.len() < committed.len())
    }

    /// The index; empty where there is none yet. It is read once.
    ///
    /// # Errors
    /// It cannot be read.
    pub(crate) fn index(&self) -> Result<Arc<gix::index::File>, Error> {
        let known = self.index.lock().unwrap_or_else(PoisonError::into_inner).clone();
        known.map_or_else(|| self.read_index(), Ok)
    }

    /// The index as it is at this moment.
    ///
    /// # Errors
    /// It cannot be read.
    pub(crate) fn read_index(&self) -> Result<Arc<gix::index::File>, Error> {
        let options = gix::index::decode::Options { thread_limit: Some(1), ..Default::default() };
        let hash = self.handle().object_hash();
        // Git checks the index's own checksum in `git fsck` only, and so do we: it is half of the time.
        let index = gix::index::File::at_or_default(&self.index_path, hash, true, options)
            .map_err(|error| Error::Index { path: self.index_path.clone(), reason: said(&error) })?;
        let index = Arc::new(index);
        *self.index.lock().unwrap_or_else(PoisonError::into_inner) = Some(index.clone());
        Ok(index)
    }
}
