//! Trees of commits, by path and id.

use super::blobs::{corrupt, missing};
use super::error::said;
use super::listing::{Entry, Kind, Listing};
use super::{Error, Id, Inherits, Repo};
use crate::files::{Layout, Note};
use gix::bstr::{BStr, BString, ByteSlice};
use gix::objs::tree::{EntryKind, EntryMode};
use gix::prelude::ObjectIdExt;
use std::cell::Cell;

pub(crate) fn list(repo: &Repo, id: Id, layout: &Layout, inherits: &Inherits) -> Result<Listing, Error> {
    let local = repo.local();
    let trees = Trees::new(&local);
    let unreadable = |reason| Error::Commit { commit: id.to_string(), reason };
    let commit = id.attach(&local).object().and_then(|object| object.try_into_commit());
    let root = commit.and_then(|commit| Ok(commit.tree_id()?.detach()));
    let root = root.map_err(|error| unreadable(said(&error)))?;
    trees.data(root).map_err(|note| unreadable(note.message))?;

    let mut listing = Listing::default();
    let mut notes = Vec::new();
    // The folder, or one above it, may be a link or another repository.
    for (at, _) in layout.folder.match_indices('/').chain([(layout.folder.len(), "")]) {
        let part = &layout.folder[..at];
        match trees.find(root, part) {
            Ok(Some((mode, tree))) if mode.is_tree() && at == layout.folder.len() => {
                trees.below(part.into(), tree, &mut notes, &mut |path, id, kind| listing.add(path, id, kind));
            }
            Ok(Some((mode, id))) => {
                if let Some(kind @ (Kind::Symlink | Kind::Submodule)) = kind(mode) {
                    listing.add(part.into(), id, kind);
                }
            }
            Ok(None) => break,
            Err(note) => {
                notes.push(Note { path: Some(part.to_owned()), ..note });
                break;
            }
        }
    }
    listing.notes.append(&mut notes);
    let find = |path: &str| {
        let (mode, id) = trees.find(root, path).ok()??;
        match kind(mode)? {
            Kind::Submodule => None,
            kind => Some(Entry { id, symlink: kind == Kind::Symlink }),
        }
    };
    listing.add_registers(layout, inherits, |entry| repo.blobs.bytes(&local, entry), find);
    Ok(listing)
}

pub(crate) fn kind(mode: EntryMode) -> Option<Kind> {
    match mode.kind() {
        EntryKind::Blob | EntryKind::BlobExecutable => Some(Kind::File),
        EntryKind::Link => Some(Kind::Symlink),
        EntryKind::Commit => Some(Kind::Submodule),
        EntryKind::Tree => None,
    }
}

/// A path longer than this, in bytes, is on no disk: a tree that has one was made to do harm.
const MAX_PATH: usize = 4096;

/// Tree objects of one repository; what cannot be read becomes a note.
pub(crate) struct Trees<'a> {
    local: &'a gix::Repository,
    missing: Cell<Option<Id>>,
}

impl<'a> Trees<'a> {
    pub fn new(local: &'a gix::Repository) -> Self {
        Trees { local, missing: Cell::new(None) }
    }

    /// The last tree that was not there.
    pub fn missing(&self) -> Option<Id> {
        self.missing.get()
    }

    fn data(&self, id: Id) -> Result<Vec<u8>, Note> {
        if id.is_empty_tree() {
            return Ok(Vec::new());
        }
        match self.local.try_find_object(id) {
            Ok(Some(object)) if object.kind == gix::objs::Kind::Tree => Ok(object.detach().data),
            Ok(Some(object)) => {
                let message = format!("object {id} is a {} where a tree is due", object.kind);
                Err(Note::new("corrupt-object", message))
            }
            Ok(None) => {
                self.missing.set(Some(id));
                Err(Note::new("missing-object", missing(self.local, id)))
            }
            Err(error) => Err(Note::new("corrupt-object", corrupt(id, &error))),
        }
    }

    /// What stands at `path` below `tree`.
    pub fn find(&self, tree: Id, path: &str) -> Result<Option<(EntryMode, Id)>, Note> {
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
    pub fn child(&self, tree: Id, name: &str) -> Result<Option<(EntryMode, Id)>, Note> {
        let data = self.data(tree)?;
        for entry in gix::objs::TreeRefIter::from_bytes(&data, self.local.object_hash()) {
            let entry = entry.map_err(|error| Note::new("corrupt-object", corrupt(tree, &error)))?;
            if entry.filename == name {
                return Ok(Some((entry.mode, entry.oid.to_owned())));
            }
        }
        Ok(None)
    }

    /// Calls `each` for every entry of a tree.
    pub fn children(&self, tree: Id, each: &mut impl FnMut(&BStr, EntryMode, Id)) -> Result<(), Note> {
        let data = self.data(tree)?;
        for entry in self.entries(&data, tree)? {
            each(entry.filename, entry.mode, entry.oid.to_owned());
        }
        Ok(())
    }

    /// Calls `each` for all that is no folder below `tree`, which stands at `folder`.
    pub fn below(
        &self,
        folder: &BStr,
        tree: Id,
        notes: &mut Vec<Note>,
        each: &mut impl FnMut(&BStr, Id, Kind),
    ) {
        if folder.len() > MAX_PATH {
            let shown = folder[..MAX_PATH / 64].to_str_lossy().into_owned();
            return notes.push(Note::at("corrupt-object", shown, "folders in folders without end: not read"));
        }
        let listed = self.data(tree).and_then(|data| {
            let entries = self.entries(&data, tree)?;
            Ok(entries.into_iter().map(|e| (e.filename.to_owned(), e.mode, e.oid.to_owned())).collect())
        });
        let listed: Vec<(BString, EntryMode, Id)> = match listed {
            Ok(listed) => listed,
            Err(note) => {
                let path = Some(folder.to_str_lossy().into_owned());
                return notes.push(Note { path, ..note });
            }
        };
        for (name, mode, id) in listed {
            let path = BString::from([folder.as_bytes(), b"/", name.as_bytes()].concat());
            match kind(mode) {
                Some(kind) => each(path.as_bstr(), id, kind),
                None => self.below(path.as_bstr(), id, notes, each),
            }
        }
    }

    fn entries<'d>(&self, data: &'d [u8], id: Id) -> Result<Vec<gix::objs::tree::EntryRef<'d>>, Note> {
        let entries = gix::objs::TreeRefIter::from_bytes(data, self.local.object_hash()).entries();
        entries.map_err(|error| Note::new("corrupt-object", corrupt(id, &error)))
    }
}
