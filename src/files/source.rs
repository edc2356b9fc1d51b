//! Where a tree reads its files: the disk, the index or a commit.

use super::disk;
use super::file::{Content, File};
use super::found::{FoundFiles, Spot, at};
use super::note::Note;
use super::worktree;
use crate::git::commit::Found;
use crate::git::index::Staged;
use crate::git::{Id, PathKind, Repo};
use gix::bstr::{BStr, ByteSlice};
use gix::index::File as IndexFile;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

#[derive(Default)]
pub(super) enum TreeSource {
    /// No files but those that are put on top.
    #[default]
    Nothing,
    /// A folder that is in no repository.
    Folder(PathBuf),
    /// The files on disk, and the index with those that a sparse checkout leaves out.
    Worktree { repo: Arc<Repo>, index: Arc<IndexFile>, root: PathBuf },
    /// What is staged.
    Index { repo: Arc<Repo>, index: Arc<IndexFile> },
    /// A commit, by its root tree.
    Commit { repo: Arc<Repo>, root: Id },
}

impl TreeSource {
    /// The Markdown files below `folder`, in a commit and in the index without reading any.
    pub fn list(&self, folder: &str) -> FoundFiles {
        let mut found = FoundFiles::default();
        match self {
            TreeSource::Nothing => {}
            TreeSource::Folder(root) => disk::walk(root, folder, &mut found, &mut |_, _| true),
            TreeSource::Worktree { repo, index, root } => {
                worktree::list(root, folder, &staged(repo, index), &mut found);
            }
            TreeSource::Index { repo, index, .. } => {
                staged(repo, index).below(folder, |path, entry, _| found.add(path, entry));
            }
            TreeSource::Commit { repo, root } => {
                let mut each = |path: &BStr, entry: Found| found.add(path, entry);
                repo.trees().below_path("", *root, folder, &mut each);
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
                let staged = staged(repo, index);
                let entry =
                    if found.is_some() { staged.link_as_file(path) } else { staged.find_sparse(path) };
                Ok(entry.map(Spot::Object).or(found))
            }
            TreeSource::Index { repo, index } => match staged(repo, index) {
                staged if staged.is_unmerged(path) => Ok(Some(Spot::Unmerged)),
                staged => Ok(staged.find(path).map(Spot::Object)),
            },
            TreeSource::Commit { repo, root } => {
                let found = repo.trees().file(*root, path).map_err(|error| at(path, &error))?;
                Ok(found.map(Spot::Object))
            }
        }
    }

    /// The file at a spot of the source, and why it cannot be read.
    pub fn read(&self, path: &str, spot: &Spot) -> (Option<File>, Option<Note>) {
        let unavailable =
            |reason: &str| Some(File { id: None, content: Content::Unavailable(reason.into()) });
        match spot {
            Spot::Unmerged => (unavailable("in conflict"), None),
            Spot::Unreadable(reason) => (unavailable(reason), None),
            Spot::Disk(on_disk) => {
                let hash = self.repo().map_or(gix::hash::Kind::Sha1, |repo| repo.handle().object_hash());
                let (file, notice) = disk::read(on_disk, path, hash);
                let known = self.repo().zip(file.as_ref());
                if let Some((repo, File { id: Some(id), content: Content::Bytes(bytes) })) = known {
                    // The file is the blob of that id.
                    repo.blobs.get(*id, || Ok(Content::Bytes(bytes.clone())));
                }
                (file, notice)
            }
            Spot::Object(entry) if entry.symlink => {
                (Some(File { id: Some(entry.id), content: Content::Symlink }), None)
            }
            Spot::Object(entry) => {
                let blob = self.repo().expect("objects are in a repository").blob(entry.id);
                let notice = blob.as_ref().err().map(|error| at(path, error));
                let content = blob.unwrap_or_else(|error| Content::Unavailable(error.to_string()));
                (Some(File { id: Some(entry.id), content }), notice)
            }
        }
    }

    /// What is at a path; nothing is read for it.
    pub fn kind(&self, path: &str) -> PathKind {
        match self {
            TreeSource::Nothing => PathKind::Nothing,
            TreeSource::Folder(root) => disk::kind(root, path),
            TreeSource::Worktree { repo, index, root, .. } => match disk::kind(root, path) {
                PathKind::Nothing => match staged(repo, index) {
                    // It is in a submodule that is not checked out, or behind a link to nowhere.
                    staged if staged.path_kind(path) == PathKind::Unknown => PathKind::Unknown,
                    staged if staged.find_sparse(path).is_some() => PathKind::File,
                    _ => PathKind::Nothing,
                },
                kind => kind,
            },
            TreeSource::Index { repo, index, .. } => staged(repo, index).path_kind(path),
            TreeSource::Commit { repo, root } => {
                repo.trees().path_kind(*root, path).unwrap_or(PathKind::Unknown)
            }
        }
    }

    /// The paths of all files, Markdown or not; nothing is read for it.
    pub fn files(&self) -> BTreeSet<String> {
        match self {
            TreeSource::Nothing => BTreeSet::new(),
            TreeSource::Folder(root) => disk::files(root, &mut |_, _| true),
            TreeSource::Worktree { repo, index, root, .. } => worktree::files(root, &staged(repo, index)),
            TreeSource::Index { repo, index, .. } => staged(repo, index).files(),
            TreeSource::Commit { repo, root } => {
                let mut files = BTreeSet::new();
                repo.trees().below("".into(), *root, &mut |path, found| {
                    let path = path.to_str_lossy().trim_start_matches('/').to_owned();
                    files.extend(found.is_ok().then_some(path));
                });
                files
            }
        }
    }

    /// The ids of all files of an index, whatever they are; none of another source.
    pub fn staged_ids(&self) -> Option<BTreeMap<String, Id>> {
        let TreeSource::Index { index, .. } = self else { return None };
        let named = |entry: &gix::index::Entry| Some((entry.path(index).to_str().ok()?.to_owned(), entry.id));
        Some(index.entries().iter().filter_map(named).collect())
    }

    /// The files and folders of `before` that are not here; none where that would take reading all of both.
    pub fn removed_paths(&self, before: &TreeSource) -> Option<BTreeSet<String>> {
        let TreeSource::Index { repo, index } = self else { return None };
        let TreeSource::Commit { root, .. } = before else { return None };
        Some(staged(repo, index).removed_below("", *root, index.tree()))
    }

    fn repo(&self) -> Option<&Arc<Repo>> {
        match self {
            TreeSource::Worktree { repo, .. }
            | TreeSource::Index { repo, .. }
            | TreeSource::Commit { repo, .. } => Some(repo),
            TreeSource::Nothing | TreeSource::Folder(_) => None,
        }
    }
}

fn staged<'a>(repo: &'a Repo, index: &'a IndexFile) -> Staged<'a> {
    Staged { index, trees: repo.trees() }
}
