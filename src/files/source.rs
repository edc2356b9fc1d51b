//! Where a tree reads its files: the disk, the index or a commit.

use super::disk;
use super::worktree;
use super::{Content, File, MAX_FILE_BYTES, Note, PathKind, is_markdown};
use crate::git::blobs::Blob;
use crate::git::commit::Trees;
use crate::git::index::{IndexEntry, Staged};
use crate::git::listing::Kind;
use crate::git::path_kind::{in_index, in_tree};
use crate::git::{Entry, Error, Id, ObjectError, Repo};
use gix::bstr::{BStr, ByteSlice};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

#[derive(Default)]
pub(super) enum Source {
    #[default]
    Nothing,
    Folder(PathBuf),
    Worktree {
        repo: Arc<Repo>,
        root: PathBuf,
        /// What a sparse checkout leaves out and was read from the index.
        left_out: Mutex<BTreeSet<String>>,
    },
    Index {
        repo: Arc<Repo>,
        conflicts: Mutex<BTreeSet<String>>,
    },
    Commit {
        repo: Arc<Repo>,
        root: Id,
    },
}

/// Where the file at a path is to be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Spot {
    Object(Entry),
    Disk(PathBuf),
    /// For this reason it is not to be had.
    Unreadable(String),
}

impl Spot {
    /// The id of the file, where it is known without reading.
    pub fn id(&self) -> Option<String> {
        match self {
            Spot::Object(entry) => Some(entry.id.to_string()),
            Spot::Disk(_) | Spot::Unreadable(_) => None,
        }
    }
}

/// The Markdown files below a folder, and what is in place of one.
#[derive(Default)]
pub(super) struct Found {
    pub files: BTreeMap<String, Spot>,
    pub notices: Vec<Note>,
}

impl Source {
    pub fn worktree(repo: &Arc<Repo>) -> Result<Self, Error> {
        let Some(root) = repo.root() else { return Err(repo.is_bare()) };
        repo.with_local(|local| repo.read_index(local).map(drop))?;
        Ok(Source::Worktree { repo: repo.clone(), root: root.to_owned(), left_out: Mutex::default() })
    }

    pub fn index(repo: &Arc<Repo>) -> Result<Self, Error> {
        repo.with_local(|local| repo.read_index(local).map(drop))?;
        Ok(Source::Index { repo: repo.clone(), conflicts: Mutex::default() })
    }

    pub fn commit(repo: &Arc<Repo>, id: Id) -> Result<Self, Error> {
        let root = repo.with_local(|local| Trees::new(local).root_of(id))?;
        Ok(Source::Commit { repo: repo.clone(), root })
    }

    /// The Markdown files below `folder`, in a commit and in the index without reading any.
    pub fn list(&self, folder: &str) -> Found {
        let mut found = Found::default();
        match self {
            Source::Nothing => {}
            Source::Folder(root) => disk::walk(root, folder, &mut found, &mut |_, _| true),
            Source::Worktree { repo, root, left_out } => {
                let sparse = with_index(repo, |staged| worktree::list(root, folder, staged, &mut found));
                lock(left_out).extend(sparse);
            }
            Source::Index { repo, conflicts } => {
                let unmerged = with_index(repo, |staged| list_index(staged, folder, &mut found));
                lock(conflicts).extend(unmerged);
            }
            Source::Commit { repo, root } => {
                repo.with_local(|local| list_commit(&Trees::new(local), *root, folder, &mut found));
            }
        }
        found
    }

    /// The file at a path, where there is one.
    ///
    /// # Errors
    /// Why it could not be found out whether there is one.
    pub fn find(&self, path: &str) -> Result<Option<Spot>, Note> {
        match self {
            Source::Nothing => Ok(None),
            Source::Folder(root) => disk::find(root, path),
            Source::Worktree { repo, root, left_out } => {
                let found = disk::find(root, path)?;
                if found.is_some() {
                    return Ok(found);
                }
                let sparse = with_index(repo, |staged| staged.find_sparse(path));
                lock(left_out).extend(sparse.map(|_| path.to_owned()));
                Ok(sparse.map(Spot::Object))
            }
            Source::Index { repo, conflicts } => with_index(repo, |staged| {
                if staged.is_unmerged(path) {
                    lock(conflicts).insert(path.to_owned());
                    return Ok(Some(Spot::Unreadable("in conflict".to_owned())));
                }
                Ok(staged.find(path).map(Spot::Object))
            }),
            Source::Commit { repo, root } => repo.with_local(|local| {
                let found = Trees::new(local).find(*root, path).map_err(|error| at(path, &error))?;
                Ok(found.and_then(|(mode, id)| crate::git::commit::entry(mode, id)).map(Spot::Object))
            }),
        }
    }

    /// The file at a spot of the source, and what there is to say about it.
    pub fn read(&self, path: &str, spot: &Spot) -> (Option<File>, Option<Note>) {
        let entry = match spot {
            Spot::Object(entry) => *entry,
            Spot::Disk(on_disk) => {
                let (file, notice) = disk::read(on_disk, path, self.hash());
                if let (Some(repo), Some(File { id: Some(id), content: Content::Bytes(bytes) })) =
                    (self.repo(), &file)
                {
                    repo.know_blob(id, bytes);
                }
                return (file, notice);
            }
            Spot::Unreadable(reason) => {
                let content = Content::Unavailable(reason.clone());
                return (Some(File { id: None, content }), None);
            }
        };
        let file = |content| Some(File { id: Some(entry.id.to_string()), content });
        if entry.symlink {
            return (file(Content::Symlink), Some(symlink_notice(path)));
        }
        match self.repo().map(|repo| repo.blob(entry.id)) {
            Some(Blob::Bytes(bytes)) => (file(Content::Bytes(bytes)), None),
            Some(Blob::TooLarge(bytes)) => (file(Content::TooLarge(bytes)), Some(too_large(path, bytes))),
            Some(Blob::Unreadable(error)) => {
                (file(Content::Unavailable(error.to_string())), Some(at(path, &error)))
            }
            None => (None, None),
        }
    }

    /// What is at a path; nothing is read for it.
    pub fn kind(&self, path: &str) -> PathKind {
        match self {
            Source::Nothing => PathKind::Nothing,
            Source::Folder(root) => disk::kind(root, path),
            Source::Worktree { repo, root, .. } => match disk::kind(root, path) {
                PathKind::Nothing if with_index(repo, |staged| staged.find_sparse(path).is_some()) => {
                    PathKind::File
                }
                kind => kind,
            },
            Source::Index { repo, .. } => with_index(repo, |staged| in_index(staged, path)),
            Source::Commit { repo, root } => {
                repo.with_local(|local| in_tree(&Trees::new(local), *root, path))
            }
        }
    }

    /// What there is to say about all that was read.
    pub fn notice(&self) -> Option<Note> {
        let Source::Worktree { left_out, .. } = self else { return None };
        let files = match lock(left_out).len() {
            0 => return None,
            1 => "1 file is".to_owned(),
            count => format!("{count} files are"),
        };
        let message = format!("{files} left out by the sparse checkout and read from the index");
        Some(Note::new("sparse-checkout", message))
    }

    pub fn conflicts(&self) -> Vec<String> {
        match self {
            Source::Index { conflicts, .. } => lock(conflicts).iter().cloned().collect(),
            _ => Vec::new(),
        }
    }

    pub fn on_disk(&self) -> Option<&PathBuf> {
        match self {
            Source::Folder(root) | Source::Worktree { root, .. } => Some(root),
            Source::Nothing | Source::Index { .. } | Source::Commit { .. } => None,
        }
    }

    fn repo(&self) -> Option<&Arc<Repo>> {
        match self {
            Source::Worktree { repo, .. } | Source::Index { repo, .. } | Source::Commit { repo, .. } => {
                Some(repo)
            }
            Source::Nothing | Source::Folder(_) => None,
        }
    }

    /// How files on disk are given ids.
    fn hash(&self) -> gix::hash::Kind {
        self.repo().map_or(gix::hash::Kind::Sha1, |repo| repo.with_local(|local| local.object_hash()))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Asks the index, which was read when the source was made.
fn with_index<T>(repo: &Repo, ask: impl FnOnce(&Staged) -> T) -> T {
    repo.with_local(|local| {
        let index = repo.read_index(local).expect("it was read when the tree was made");
        ask(&Staged { index, trees: Trees::new(local) })
    })
}

/// Lists what is staged below a folder; gives the files in conflict.
fn list_index(staged: &Staged, folder: &str, found: &mut Found) -> Vec<String> {
    let mut unmerged = Vec::new();
    staged.below(folder, |path, entry| match entry {
        IndexEntry::Here(id, kind, _) => found.add(path, id, kind),
        IndexEntry::Unmerged if is_markdown(path) => {
            let path = path.to_str_lossy().into_owned();
            found.files.insert(path.clone(), Spot::Unreadable("in conflict".to_owned()));
            unmerged.push(path);
        }
        IndexEntry::Intended if is_markdown(path) => {
            let message = "announced by `git add -N`, but none of it is staged";
            found.notices.push(Note::at("intent-to-add", path.to_str_lossy(), message));
        }
        IndexEntry::Unmerged | IndexEntry::Intended => {}
        IndexEntry::Unreadable(error) => found.notices.push(at(&path.to_str_lossy(), &error)),
    });
    unmerged
}

fn list_commit(trees: &Trees, root: Id, folder: &str, found: &mut Found) {
    let mut unread = Vec::new();
    // The folder, or one above it, may be a link or another repository.
    for (end, _) in folder.match_indices('/').chain([(folder.len(), "")]) {
        let part = &folder[..end];
        match trees.find(root, part) {
            Ok(Some((mode, tree))) if mode.is_tree() && end == folder.len() => {
                trees.below(part.into(), tree, &mut unread, &mut |path, id, kind| found.add(path, id, kind));
            }
            Ok(Some((mode, id))) => {
                if let Some(kind @ (Kind::Symlink | Kind::Submodule)) = crate::git::commit::kind(mode) {
                    found.add(part.into(), id, kind);
                }
            }
            Ok(None) => break,
            Err(error) => {
                unread.push((part.to_owned(), error));
                break;
            }
        }
    }
    found.notices.extend(unread.iter().map(|(path, error)| at(path, error)));
}

impl Found {
    /// Takes up what is at `path` below the folder, or at that folder itself.
    pub fn add(&mut self, path: &BStr, id: Id, kind: Kind) {
        let markdown = is_markdown(path);
        if kind == Kind::File && !markdown {
            return;
        }
        let path = self.path(path);
        match kind {
            Kind::Submodule => self.notices.push(submodule_notice(&path)),
            Kind::Symlink if !markdown => self.notices.push(symlink_notice(&path)),
            // The notice of a link that is a file comes when the file is read.
            Kind::Symlink | Kind::File => {
                let entry = Entry { id, symlink: kind == Kind::Symlink };
                self.files.entry(path).or_insert(Spot::Object(entry));
            }
        }
    }

    /// The path as a string; one that is not UTF-8 is spelt with replacement characters.
    pub fn path(&mut self, path: &BStr) -> String {
        match path.to_str() {
            Ok(path) => path.to_owned(),
            Err(_) => {
                let lossy = path.to_str_lossy().into_owned();
                self.notices.push(Note::at("path-not-utf8", lossy.clone(), "the file's name is not UTF-8"));
                lossy
            }
        }
    }
}

/// The notice of an object that cannot be read, at the path of what it is.
pub(super) fn at(path: &str, error: &ObjectError) -> Note {
    Note { path: Some(path.to_owned()), ..Note::from(error) }
}

pub(super) fn symlink_notice(path: &str) -> Note {
    Note::at("symlink", path, "a symbolic link, which is not followed")
}

pub(super) fn submodule_notice(path: &str) -> Note {
    Note::at("submodule", path, "another repository, whose files are not read")
}

pub(super) fn too_large(path: &str, bytes: u64) -> Note {
    let limit = MAX_FILE_BYTES >> 20;
    Note::at("too-large", path, format!("{bytes} bytes, more than {limit} MiB: not read"))
}
