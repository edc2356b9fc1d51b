//! Trees of commits, by path and id.

use super::{Error, Id, ObjectError, said};
use gix::bstr::{BStr, BString, ByteSlice};
use gix::objs::TreeRefIter;
use gix::objs::tree::{EntryKind, EntryMode, EntryRef};
use gix::prelude::{FindExt, ObjectIdExt};

/// A file by its blob id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Entry {
    pub id: Id,
    pub symlink: bool,
}

/// What git has at a path that is no folder; the last two are in an index alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    File,
    Symlink,
    Submodule,
    /// One of several sides of a conflict.
    Unmerged,
    /// Announced with `git add -N`.
    Intended,
}

/// What a tree or an index has at a path, or why that cannot be read.
pub(crate) type Found = Result<(Id, Kind), ObjectError>;

/// The tree of a folder; none where there is no such folder.
pub(crate) type FolderTree = Result<Option<Id>, ObjectError>;

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
    let kind = kind(mode).filter(|kind| *kind != Kind::Submodule)?;
    Some(Entry { id, symlink: kind == Kind::Symlink })
}

/// What is at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PathKind {
    Nothing,
    File,
    Folder,
    /// It is unknown, as behind a symbolic link or in another repository.
    Unknown,
}

/// A path longer than this, in bytes, is on no disk: a tree that has one was made to do harm.
const MAX_PATH: usize = 4096;

/// Refuses folders that are nested too deeply.
///
/// # Errors
/// The path is longer than any on disk.
pub(crate) fn check_depth(folder: &[u8]) -> Result<(), ObjectError> {
    if folder.len() > MAX_PATH {
        return Err(ObjectError::Corrupt { reason: "folders are nested too deeply: not read".to_owned() });
    }
    Ok(())
}

/// What a path was followed to, and the rest of the path, where that is no folder.
type Followed<'p> = (EntryMode, Id, Option<&'p str>);

/// Tree objects of one repository.
pub(crate) struct Trees<'a> {
    pub local: &'a gix::Repository,
}

impl<'a> Trees<'a> {
    pub fn new(local: &'a gix::Repository) -> Self {
        Trees { local }
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
        self.entries(root, &mut Vec::new()).map_err(|error| unreadable(error.to_string()))?;
        Ok(root)
    }

    /// What is at `path` below `tree`, or what is no folder on the way there, with the rest of the path.
    pub fn follow<'p>(&self, tree: Id, path: &'p str) -> Result<Option<Followed<'p>>, ObjectError> {
        let (mut tree, mut path) = (tree, path);
        loop {
            let (name, rest) = path.split_once('/').map_or((path, None), |(name, rest)| (name, Some(rest)));
            match (self.child(tree, name)?, rest) {
                (Some((mode, id)), Some(rest)) if mode.is_tree() => (tree, path) = (id, rest),
                (found, _) => return Ok(found.map(|(mode, id)| (mode, id, rest))),
            }
        }
    }

    /// What is at `path` below `tree`.
    pub fn find(&self, tree: Id, path: &str) -> Result<Option<(EntryMode, Id)>, ObjectError> {
        Ok(self.follow(tree, path)?.and_then(|(mode, id, rest)| rest.is_none().then_some((mode, id))))
    }

    /// What is at a path below a tree.
    ///
    /// # Errors
    /// A tree on the way cannot be read.
    pub fn path_kind(&self, tree: Id, path: &str) -> Result<PathKind, ObjectError> {
        let found = self.follow(tree, path)?;
        Ok(match found.map(|(mode, _, rest)| (mode.kind(), rest)) {
            Some((EntryKind::Link | EntryKind::Commit, _)) => PathKind::Unknown,
            Some((EntryKind::Tree, _)) => PathKind::Folder,
            Some((_, None)) => PathKind::File,
            Some((_, Some(_))) | None => PathKind::Nothing,
        })
    }

    /// The file or link at `path` below `tree`.
    pub fn file(&self, tree: Id, path: &str) -> Result<Option<Entry>, ObjectError> {
        Ok(self.find(tree, path)?.and_then(|(mode, id)| entry(mode, id)))
    }

    /// The entry `name` of a tree.
    pub fn child(&self, tree: Id, name: &str) -> Result<Option<(EntryMode, Id)>, ObjectError> {
        for entry in self.iter(tree, &mut Vec::new())? {
            let entry = entry.map_err(|error| ObjectError::corrupt(tree, &error))?;
            if entry.filename == name.as_bytes().as_bstr() {
                return Ok(Some((entry.mode, entry.oid.to_owned())));
            }
        }
        Ok(None)
    }

    /// The folder at `path` below `tree`.
    pub fn folder(&self, tree: Id, path: &str) -> FolderTree {
        Ok(self.find(tree, path)?.filter(|(mode, _)| mode.is_tree()).map(|(_, id)| id))
    }

    /// The entries of a tree, read into `buffer`.
    pub fn entries<'b>(&self, tree: Id, buffer: &'b mut Vec<u8>) -> Result<Vec<EntryRef<'b>>, ObjectError> {
        let found = self.local.objects.find_tree(&tree, buffer);
        found.map(|tree| tree.entries).map_err(|error| ObjectError::of(self.local, tree, &error))
    }

    /// The same one by one, for those who may stop early.
    pub fn iter<'b>(&self, tree: Id, buffer: &'b mut Vec<u8>) -> Result<TreeRefIter<'b>, ObjectError> {
        if tree.is_empty_tree() {
            return Ok(TreeRefIter::from_bytes(&[], self.local.object_hash()));
        }
        let found = self.local.objects.find_tree_iter(&tree, buffer);
        found.map_err(|error| ObjectError::of(self.local, tree, &error))
    }

    /// Calls `each` for all that is no folder below `tree`, which is at `folder`, and for folders that cannot be read.
    pub fn below(&self, folder: &BStr, tree: Id, each: &mut impl FnMut(&BStr, Found)) {
        let mut buffer = Vec::new();
        let listed = match check_depth(folder).and_then(|()| self.entries(tree, &mut buffer)) {
            Ok(listed) => listed,
            Err(error) => {
                let shown = if folder.len() > MAX_PATH { &folder[..MAX_PATH / 64] } else { folder };
                return each(shown.as_bstr(), Err(error));
            }
        };
        for EntryRef { filename, mode, oid } in listed {
            let path = BString::from([folder.as_bytes(), b"/", filename.as_bytes()].concat());
            match kind(mode) {
                Some(kind) => each(path.as_bstr(), Ok((oid.to_owned(), kind))),
                None => self.below(path.as_bstr(), oid.to_owned(), each),
            }
        }
    }

    /// The same for `path` below a tree that is at `above`; also for a link or another repository at that path or on
    /// the way to it.
    pub fn below_path(&self, above: &str, tree: Id, path: &str, each: &mut impl FnMut(&BStr, Found)) {
        let at = |rest: Option<&str>| {
            let end = path.len() - rest.map_or(0, |rest| rest.len() + 1);
            BString::from(format!("{above}{}", &path[..end]))
        };
        match self.follow(tree, path) {
            Ok(Some((mode, id, rest))) => match kind(mode) {
                None => self.below(at(rest).as_bstr(), id, each),
                Some(Kind::File) => {}
                Some(kind) => each(at(rest).as_bstr(), Ok((id, kind))),
            },
            Ok(None) => {}
            Err(error) => each(at(None).as_bstr(), Err(error)),
        }
    }
}
