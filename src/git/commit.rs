//! Trees of commits, by path and id.

use super::error::said;
use super::{Error, Id, ObjectError};
use gix::bstr::{BStr, BString, ByteSlice};
use gix::objs::TreeRefIter;
use gix::objs::tree::{EntryKind, EntryMode};
use gix::prelude::{FindExt, ObjectIdExt};
use std::cell::Cell;

/// A file by its blob id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Entry {
    pub id: Id,
    pub symlink: bool,
}

/// What git has at a path that is no folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    File,
    Symlink,
    Submodule,
}

pub(crate) fn kind(mode: EntryMode) -> Option<Kind> {
    match mode.kind() {
        EntryKind::Blob | EntryKind::BlobExecutable => Some(Kind::File),
        EntryKind::Link => Some(Kind::Symlink),
        EntryKind::Commit => Some(Kind::Submodule),
        EntryKind::Tree => None,
    }
}

/// The file or link that a tree has under this mode.
pub(crate) fn entry(mode: EntryMode, id: Id) -> Option<Entry> {
    match kind(mode)? {
        Kind::Submodule => None,
        kind => Some(Entry { id, symlink: kind == Kind::Symlink }),
    }
}

/// A path longer than this, in bytes, is on no disk: a tree that has one was made to do harm.
const MAX_PATH: usize = 4096;

/// Tree objects of one repository.
pub(crate) struct Trees<'a> {
    pub local: &'a gix::Repository,
    missing: Cell<Option<Id>>,
}

impl<'a> Trees<'a> {
    pub fn new(local: &'a gix::Repository) -> Self {
        Trees { local, missing: Cell::new(None) }
    }

    /// The root tree of a commit, which is there and can be read.
    ///
    /// # Errors
    /// The commit or its root tree cannot be read.
    pub fn root_of(&self, commit: Id) -> Result<Id, Error> {
        let unreadable = |reason| Error::Commit { commit: commit.to_string(), reason };
        let found = commit.attach(self.local).object().and_then(|object| object.try_into_commit());
        let root = found.and_then(|commit| Ok(commit.tree_id()?.detach()));
        let root = root.map_err(|error| unreadable(said(&error)))?;
        self.data(root).map_err(|error| unreadable(error.to_string()))?;
        Ok(root)
    }

    /// The last tree that was not there.
    pub fn missing(&self) -> Option<Id> {
        self.missing.get()
    }

    pub fn data(&self, id: Id) -> Result<Vec<u8>, ObjectError> {
        if id.is_empty_tree() {
            return Ok(Vec::new());
        }
        match self.local.try_find_object(id) {
            Ok(Some(object)) if object.kind == gix::objs::Kind::Tree => Ok(object.detach().data),
            Ok(Some(object)) => Err(ObjectError::other_kind(id, object.kind, "tree")),
            Ok(None) => {
                self.missing.set(Some(id));
                Err(ObjectError::missing(self.local, id))
            }
            Err(error) => Err(ObjectError::corrupt(id, &error)),
        }
    }

    /// What is at `path` below `tree`.
    pub fn find(&self, tree: Id, path: &str) -> Result<Option<(EntryMode, Id)>, ObjectError> {
        let mut found = (EntryMode::from(EntryKind::Tree), tree);
        for name in path.split('/') {
            if !found.0.is_tree() {
                return Ok(None);
            }
            let data = self.data(found.1)?;
            match self.entries(&data, found.1)?.into_iter().find(|entry| entry.filename == name) {
                Some(entry) => found = (entry.mode, entry.oid.to_owned()),
                None => return Ok(None),
            }
        }
        Ok(Some(found))
    }

    /// The entry `name` of a tree.
    pub fn child(&self, tree: Id, name: &str) -> Result<Option<(EntryMode, Id)>, ObjectError> {
        let data = self.data(tree)?;
        for entry in gix::objs::TreeRefIter::from_bytes(&data, self.local.object_hash()) {
            let entry = entry.map_err(|error| ObjectError::corrupt(tree, &error))?;
            if entry.filename == name {
                return Ok(Some((entry.mode, entry.oid.to_owned())));
            }
        }
        Ok(None)
    }

    /// Calls `each` for every entry of a tree.
    pub fn children(&self, tree: Id, each: &mut impl FnMut(&BStr, EntryMode, Id)) -> Result<(), ObjectError> {
        let data = self.data(tree)?;
        for entry in self.entries(&data, tree)? {
            each(entry.filename, entry.mode, entry.oid.to_owned());
        }
        Ok(())
    }

    /// Calls `each` for all that is no folder below `tree`, which is at `folder`; folders that cannot be read
    /// go to `unread`.
    pub fn below(
        &self,
        folder: &BStr,
        tree: Id,
        unread: &mut Vec<(String, ObjectError)>,
        each: &mut impl FnMut(&BStr, Id, Kind),
    ) {
        if folder.len() > MAX_PATH {
            let shown = folder[..MAX_PATH / 64].to_str_lossy().into_owned();
            let reason = "folders are nested too deeply: not read".to_owned();
            return unread.push((shown, ObjectError::Corrupt { reason }));
        }
        let listed = self.data(tree).and_then(|data| {
            let entries = self.entries(&data, tree)?;
            Ok(entries.into_iter().map(|e| (e.filename.to_owned(), e.mode, e.oid.to_owned())).collect())
        });
        let listed: Vec<(BString, EntryMode, Id)> = match listed {
            Ok(listed) => listed,
            Err(error) => return unread.push((folder.to_str_lossy().into_owned(), error)),
        };
        for (name, mode, id) in listed {
            let path = BString::from([folder.as_bytes(), b"/", name.as_bytes()].concat());
            match kind(mode) {
                Some(kind) => each(path.as_bstr(), id, kind),
                None => self.below(path.as_bstr(), id, unread, each),
            }
        }
    }

    fn entries<'d>(&self, data: &'d [u8], id: Id) -> Result<Vec<gix::objs::tree::EntryRef<'d>>, ObjectError> {
        let entries = gix::objs::TreeRefIter::from_bytes(data, self.local.object_hash()).entries();
        entries.map_err(|error| ObjectError::corrupt(id, &error))
    }
}

/// The root tree and the parents of a commit.
pub(crate) fn root_and_parents(
    local: &gix::Repository,
    id: Id,
    buffer: &mut Vec<u8>,
) -> Result<(Id, Vec<Id>), ObjectError> {
    match local.objects.find_commit_iter(&id, buffer) {
        Ok(mut commit) => match commit.tree_id() {
            Ok(tree) => Ok((tree, commit.parent_ids().collect())),
            Err(error) => Err(ObjectError::corrupt(id, &error)),
        },
        Err(error) if error.is_not_found() => Err(ObjectError::missing(local, id)),
        Err(error) => Err(ObjectError::corrupt(id, &error)),
    }
}

/// The entries of a tree; none of one that is empty.
pub(crate) fn tree_entries<'b>(
    local: &gix::Repository,
    tree: Id,
    buffer: &'b mut Vec<u8>,
) -> Result<Option<TreeRefIter<'b>>, ObjectError> {
    if tree.is_empty_tree() {
        return Ok(None);
    }
    match local.objects.find_tree_iter(&tree, buffer) {
        Ok(entries) => Ok(Some(entries)),
        Err(error) if error.is_not_found() => Err(ObjectError::missing(local, tree)),
        Err(error) => Err(ObjectError::corrupt(tree, &error)),
    }
}

/// The folder `name` of a tree.
pub(crate) fn subtree(
    local: &gix::Repository,
    tree: Id,
    name: &[u8],
    buffer: &mut Vec<u8>,
) -> Result<Option<Id>, ObjectError> {
    for entry in tree_entries(local, tree, buffer)?.into_iter().flatten() {
        let entry = entry.map_err(|error| ObjectError::corrupt(tree, &error))?;
        if entry.filename == name.as_bstr() {
            return Ok(entry.mode.is_tree().then(|| entry.oid.to_owned()));
        }
    }
    Ok(None)
}
