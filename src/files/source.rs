//! Where a tree reads its files: the disk, the index or a commit.

use super::disk;
use super::file::{Content, File};
use super::found::{FoundFiles, Spot, at, blob_notice, content_notice};
use super::note::Note;
use super::worktree;
use crate::git::commit::{Found, Trees};
use crate::git::index::Staged;
use crate::git::path_kind::{self, in_index, in_tree};
use crate::git::{Id, PathKind, Repo};
use gix::bstr::{BStr, ByteSlice};
use gix::index::File as IndexFile;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

#[derive(Default)]
pub(super) enum TreeSource {
    #[default]
    Nothing,
    Folder(PathBuf),
    Worktree {
        repo: Arc<Repo>,
        index: Arc<IndexFile>,
        root: PathBuf,
    },
    Index {
        repo: Arc<Repo>,
        index: Arc<IndexFile>,
    },
    Commit {
        repo: Arc<Repo>,
        root: Id,
    },
}

impl TreeSource {
    /// The Markdown files below `folder`, in a commit and in the index without reading any.
    pub fn list(&self, folder: &str) -> FoundFiles {
        let mut found = FoundFiles::default();
        match self {
            TreeSource::Nothing => {}
            TreeSource::Folder(root) => disk::walk(root, folder, &mut found, &mut |_, _| true),
            TreeSource::Worktree { repo, index, root } => {
                with_index(repo, index, |staged| worktree::list(root, folder, staged, &mut found));
            }
            TreeSource::Index { repo, index, .. } => {
                with_index(repo, index, |staged| {
                    staged.below(folder, |path, entry, _| found.add(path, entry))
                });
            }
            TreeSource::Commit { repo, root } => {
                let mut each = |path: &BStr, entry: Found| found.add(path, entry);
                repo.with_local(|local| Trees::new(local).below_path("", *root, folder, &mut each));
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
            TreeSource::Nothing => Ok(None),
            TreeSource::Folder(root) => disk::find(root, path),
            TreeSource::Worktree { repo, index, root, .. } => {
                let found = disk::find(root, path)?;
                let staged = with_index(repo, index, |staged| match found {
                    Some(_) => staged.link_as_file(path),
                    None => staged.find_sparse(path),
                });
                Ok(staged.map(Spot::Object).or(found))
            }
            TreeSource::Index { repo, index } => Ok(with_index(repo, index, |staged| {
                if staged.is_unmerged(path) {
                    return Some(Spot::Unmerged);
                }
                staged.find(path).map(Spot::Object)
            })),
            TreeSource::Commit { repo, root } => repo.with_local(|local| {
                let found = Trees::new(local).file(*root, path).map_err(|error| at(path, &error))?;
                Ok(found.map(Spot::Object))
            }),
        }
    }

    /// The file at a spot of the source, and what there is to say about it.
    pub fn read(&self, path: &str, spot: &Spot) -> (Option<File>, Option<Note>) {
        let unavailable =
            |reason: &str| Some(File { id: None, content: Content::Unavailable(reason.into()) });
        match spot {
            Spot::Unmerged => (unavailable("in conflict"), None),
            Spot::Unreadable(reason) => (unavailable(reason), None),
            Spot::Disk(on_disk) => {
                let (file, notice) = disk::read(on_disk, path, self.hash());
                if let (Some(repo), Some(File { id: Some(id), content: Content::Bytes(bytes) })) =
                    (self.repo(), &file)
                {
                    repo.know_blob(id, bytes);
                }
                (file, notice)
            }
            Spot::Object(entry) => {
                let file = |content| Some(File { id: Some(entry.id.to_string()), content });
                if entry.symlink {
                    return (file(Content::Symlink), content_notice(path, &Content::Symlink));
                }
                let blob = self.repo().expect("objects are in a repository").blob(entry.id);
                let notice = blob_notice(path, &blob);
                (file(blob.into()), notice)
            }
        }
    }

    /// What is at a path; nothing is read for it.
    pub fn kind(&self, path: &str) -> PathKind {
        match self {
            TreeSource::Nothing => PathKind::Nothing,
            TreeSource::Folder(root) => disk::kind(root, path),
            TreeSource::Worktree { repo, index, root, .. } => match disk::kind(root, path) {
                PathKind::Nothing => with_index(repo, index, |staged| match in_index(staged, path) {
                    // It is in a submodule that is not checked out, or behind a link to nowhere.
                    PathKind::Unknown => PathKind::Unknown,
                    _ if staged.find_sparse(path).is_some() => PathKind::File,
                    _ => PathKind::Nothing,
                }),
                kind => kind,
            },
            TreeSource::Index { repo, index, .. } => with_index(repo, index, |staged| in_index(staged, path)),
            TreeSource::Commit { repo, root } => {
                let kind = repo.with_local(|local| in_tree(&Trees::new(local), *root, path));
                kind.unwrap_or(PathKind::Unknown)
            }
        }
    }

    /// The paths of all files, Markdown or not; nothing is read for it.
    pub fn files(&self) -> BTreeSet<String> {
        let mut files = BTreeSet::new();
        match self {
            TreeSource::Nothing => {}
            TreeSource::Folder(root) => files = disk::files(root, &mut |_, _| true),
            TreeSource::Worktree { repo, index, root, .. } => {
                with_index(repo, index, |staged| files = worktree::files(root, staged));
            }
            TreeSource::Index { repo, index, .. } => with_index(repo, index, |staged| files = staged.files()),
            TreeSource::Commit { repo, root } => repo.with_local(|local| {
                Trees::new(local).below("".into(), *root, &mut |path, found| {
                    let path = path.to_str_lossy().trim_start_matches('/').to_owned();
                    files.extend(found.is_ok().then_some(path));
                });
            }),
        }
        files
    }

    /// The ids of all files of an index, whatever they are; none of another source.
    pub fn staged_ids(&self) -> Option<BTreeMap<String, Id>> {
        let TreeSource::Index { index, .. } = self else { return None };
        let named = |entry: &gix::index::Entry| Some((entry.path(index).to_str().ok()?.to_owned(), entry.id));
        Some(index.entries().iter().filter_map(named).collect())
    }

    /// The files and folders of `before` that are not here; none where that would take reading all of both.
    pub fn removed_paths(&self, before: &TreeSource) -> Option<BTreeSet<String>> {
        match (self, before) {
            (TreeSource::Index { repo, index, .. }, TreeSource::Commit { root, .. }) => {
                Some(with_index(repo, index, |staged| path_kind::removed_paths(staged, *root)))
            }
            _ => None,
        }
    }

    pub fn on_disk(&self) -> Option<&PathBuf> {
        match self {
            TreeSource::Folder(root) | TreeSource::Worktree { root, .. } => Some(root),
            TreeSource::Nothing | TreeSource::Index { .. } | TreeSource::Commit { .. } => None,
        }
    }

    fn repo(&self) -> Option<&Arc<Repo>> {
        match self {
            TreeSource::Worktree { repo, .. }
            | TreeSource::Index { repo, .. }
            | TreeSource::Commit { repo, .. } => Some(repo),
            TreeSource::Nothing | TreeSource::Folder(_) => None,
        }
    }

    /// Whether all there is was put on top.
    pub fn is_memory(&self) -> bool {
        matches!(self, TreeSource::Nothing)
    }

    /// How files on disk are given ids.
    fn hash(&self) -> gix::hash::Kind {
        self.repo().map_or(gix::hash::Kind::Sha1, |repo| repo.with_local(|local| local.object_hash()))
    }
}

fn with_index<T>(repo: &Repo, index: &IndexFile, ask: impl FnOnce(&Staged) -> T) -> T {
    repo.with_local(|local| ask(&Staged { index, trees: Trees::new(local) }))
}
