//! The index: what is staged, by path and id.

use super::commit::{self, Entry, Found, Kind, Trees};
use super::error::said;
use super::{Error, ObjectError, Repo};
use gix::bstr::{BStr, ByteSlice};
use gix::index::entry::{Flags, Mode, Stage};
use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError};

/// What an index says of a path.
pub(crate) enum IndexEntry {
    /// An id and what it is, and whether the working tree need not hold it (a sparse checkout).
    Here(gix::ObjectId, Kind, bool),
    /// One of several sides of a conflict.
    Unmerged,
    /// Announced with `git add -N`.
    Intended,
    /// Part of a sparse index that could not be unfolded.
    Unreadable(ObjectError),
}

impl IndexEntry {
    /// What a sparse index has folded into the tree of a folder.
    fn folded(found: Found) -> Self {
        match found {
            Ok((id, kind)) => IndexEntry::Here(id, kind, true),
            Err(error) => IndexEntry::Unreadable(error),
        }
    }
}

/// An index with the trees that stand for the folders that a sparse one leaves out.
pub(crate) struct Staged<'a> {
    pub index: &'a gix::index::File,
    pub trees: Trees<'a>,
}

impl Staged<'_> {
    /// Calls `each` for all below `folder`, and for `folder` itself where it is no folder.
    pub fn below(&self, folder: &str, mut each: impl FnMut(&BStr, IndexEntry)) {
        let prefix = format!("{folder}/");
        let entries = self.index.entries();
        let start = entries.partition_point(|e| e.path(self.index) < prefix.as_bytes().as_bstr());
        let inside =
            entries[start..].iter().take_while(|e| e.path(self.index).starts_with(prefix.as_bytes()));
        for entry in inside {
            let path = entry.path(self.index);
            if entry.mode == Mode::DIR {
                let folder = path.trim_end_with(|c| c == '/').as_bstr();
                let mut each = |path: &BStr, found: Found| each(path, IndexEntry::folded(found));
                self.trees.below(folder, entry.id, &mut each);
            } else if entry.stage() != Stage::Unconflicted {
                each(path, IndexEntry::Unmerged);
            } else if entry.flags.contains(Flags::INTENT_TO_ADD) {
                each(path, IndexEntry::Intended);
            } else if let Some(kind) = kind(entry.mode) {
                each(path, IndexEntry::Here(entry.id, kind, entry.flags.contains(Flags::SKIP_WORKTREE)));
            }
        }
        if self.index.is_sparse()
            && let Some((tree, rest)) = self.folded_above(&prefix)
        {
            let above = &prefix[..prefix.len() - rest.len()];
            let mut each = |path: &BStr, found: Found| each(path, IndexEntry::folded(found));
            self.trees.below_path(above, tree, rest.trim_end_matches('/'), &mut each);
        }
        // The folder, or one above it, may be a link or another repository.
        for (at, _) in folder.match_indices('/').chain([(folder.len(), "")]) {
            let part: &BStr = folder[..at].into();
            if let Some(entry) = self.index.entry_by_path(part)
                && let Some(kind @ (Kind::Symlink | Kind::Submodule)) = kind(entry.mode)
            {
                each(part, IndexEntry::Here(entry.id, kind, false));
            }
        }
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
            None if self.index.is_sparse() => {
                let (above, rest) = self.folded_above(path)?;
                self.trees.file(above, rest).ok()?
            }
            None => None,
        }
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
        self.index.entry_range(path.into()).is_some_and(|range| {
            self.index.entries()[range].iter().any(|entry| entry.stage() != Stage::Unconflicted)
        })
    }

    /// The tree of the folded folder that holds `path`, and what remains of the path.
    pub fn folded_above<'p>(&self, path: &'p str) -> Option<(gix::ObjectId, &'p str)> {
        path.match_indices('/').find_map(|(at, _)| {
            let entry = self.index.entry_by_path(path[..=at].into())?;
            let rest = &path[at + 1..];
            (entry.mode == Mode::DIR && !rest.is_empty()).then_some((entry.id, rest))
        })
    }
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
        let Some(head) = self.head().id() else { return Ok(!index.entries().is_empty()) };
        let failed = |error: gix::Error| Error::Commit { commit: head.to_string(), reason: said(&error) };
        let tree = local.find_commit(head).and_then(|commit| commit.tree_id()).map_err(failed)?.detach();
        // The index remembers of which tree it is the same, unless something was staged since.
        if index.tree().is_some_and(|root| root.num_entries.is_some() && root.id == tree) {
            return Ok(false);
        }
        let committed = local.index_from_tree(&tree).map_err(failed)?;
        // The folders of a sparse index cannot be compared with files; they are never what was staged.
        let is_file = |entry: &&gix::index::Entry| {
            entry.mode != Mode::DIR && !entry.flags.contains(Flags::INTENT_TO_ADD)
        };
        let staged: Vec<_> = index.entries().iter().filter(is_file).collect();
        let is_committed = |entry: &&gix::index::Entry| {
            let there = committed.entry_by_path_and_stage(entry.path(index), entry.stage());
            there.is_some_and(|there| (there.id, there.mode) == (entry.id, entry.mode))
        };
        let is_one_gone = !index.is_sparse() && staged.len() < committed.entries().len();
        Ok(is_one_gone || !staged.iter().all(is_committed))
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
        let hash = self.with_local(|local| local.object_hash());
        // Git checks the index's own checksum in `git fsck` only, and so do we: it is half of the time.
        let index = gix::index::File::at_or_default(&self.index_path, hash, true, options)
            .map_err(|error| Error::Index { path: self.index_path.clone(), reason: said(&error) })?;
        let index = Arc::new(index);
        *self.index.lock().unwrap_or_else(PoisonError::into_inner) = Some(index.clone());
        Ok(index)
    }
}
