//! One state of the files, read on demand and memoised.

use super::file::{Content, File, is_markdown};
use super::found::{Listing, Spot, content_notice, sparse_notice};
use super::note::Note;
use super::source::TreeSource;
use crate::git::{Error, Id, OnceMap, PathKind, Repo};
use crate::text::Bytes;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// One state of the files: a working tree, an index, a commit, a plain folder, or memory, and what was put on
/// top of it.
///
/// Paths are from the root, `/` between the parts. Nothing is read before it is asked for, and nothing is
/// read twice; what changes outside after it was read is not seen. A clone shares what was read. It may be
/// asked from many threads. A failed read is a value, and one of the [`Tree::notices`].
#[derive(Clone, Default)]
pub struct Tree {
    read: Arc<Memo>,
    /// What was put on top; none where a file was removed.
    changes: Arc<BTreeMap<String, Option<File>>>,
    /// Of paths that are not there, where their files were moved, as far as history was asked.
    pub moved: Arc<BTreeMap<String, String>>,
    /// The files outside of the proposal folder that are named like OKEPs, where they are known without listing all
    /// others.
    pub outside: Option<Arc<[String]>>,
    /// The working tree, where it is the index that is read.
    pub working_copy: Option<Arc<Tree>>,
}

impl Tree {
    /// The files on disk, untracked ones included unless git ignores them.
    ///
    /// # Errors
    /// The repository is bare, or its index cannot be read.
    pub fn worktree(repo: &Arc<Repo>) -> Result<Self, Error> {
        let Some(root) = repo.root() else { return Err(repo.is_bare()) };
        let (repo, root, index) = (repo.clone(), root.to_owned(), repo.index()?);
        Ok(Tree::of(TreeSource::Worktree { repo, index, root }))
    }

    /// The files as they are staged; the index is read here.
    ///
    /// # Errors
    /// The index cannot be read.
    pub fn index(repo: &Arc<Repo>) -> Result<Self, Error> {
        let (repo, index) = (repo.clone(), repo.read_index()?);
        Ok(Tree::of(TreeSource::Index { repo, index }))
    }

    /// The files of a commit.
    ///
    /// # Errors
    /// The commit or its root tree cannot be read.
    pub fn commit(repo: &Arc<Repo>, id: Id) -> Result<Self, Error> {
        let root = repo.trees().root_of(id)?;
        Ok(Tree::of(TreeSource::Commit { repo: repo.clone(), root }))
    }

    /// The files of a folder that is no repository.
    ///
    /// # Errors
    /// `dir` is no folder that can be read.
    pub fn folder(dir: &Path) -> Result<Self, Error> {
        std::fs::read_dir(dir).map_err(|source| Error::Folder { path: dir.to_path_buf(), source })?;
        Ok(Tree::of(TreeSource::Folder(dir.to_path_buf())))
    }

    fn of(source: TreeSource) -> Self {
        Tree { read: Arc::new(Memo { source, ..Memo::default() }), ..Tree::default() }
    }

    /// This state with some files changed, or removed where there is none.
    pub fn with(&self, changes: impl IntoIterator<Item = (String, Option<File>)>) -> Self {
        let mut tree = self.clone();
        Arc::make_mut(&mut tree.changes).extend(changes);
        tree
    }

    /// Puts a file of these bytes at `path`, such as a text that is not saved yet.
    pub fn insert(&mut self, path: impl Into<String>, bytes: impl Into<Bytes>) {
        Arc::make_mut(&mut self.changes).insert(path.into(), Some(File::new(bytes)));
    }

    /// Takes the file at `path` away.
    pub fn remove(&mut self, path: &str) {
        Arc::make_mut(&mut self.changes).insert(path.to_owned(), None);
    }

    /// Whether a file is on disk, and only not staged.
    pub fn is_unstaged(&self, path: &str) -> bool {
        !self.contains(path) && self.working_copy.as_ref().is_some_and(|on_disk| on_disk.contains(path))
    }

    /// What was put on top of what was read, none where a file was removed; of a tree in memory, all of it.
    pub fn changes(&self) -> &BTreeMap<String, Option<File>> {
        &self.changes
    }

    /// The Markdown files below `folder`, and what is in place of one.
    pub fn list(&self, folder: &str) -> Arc<Listing> {
        let listing = self.read.list(folder);
        let below = format!("{folder}/");
        let within = |path: &&String| path.starts_with(&below);
        let mut changes = self.changes.range(below.clone()..).take_while(|(path, _)| within(path)).peekable();
        if changes.peek().is_none() {
            return listing;
        }
        let mut listing = Listing::clone(&listing);
        for (path, file) in changes.filter(|(path, _)| is_markdown(path.as_bytes())) {
            match file {
                Some(file) => drop(listing.files.insert(path.clone(), file.id)),
                None => drop(listing.files.remove(path)),
            }
        }
        Arc::new(listing)
    }

    /// The paths of all files, Markdown or not.
    pub fn files(&self) -> BTreeSet<String> {
        let mut files = self.read.source.files();
        for (path, file) in self.changes.iter() {
            match file {
                Some(_) => drop(files.insert(path.clone())),
                None => drop(files.remove(path)),
            }
        }
        files
    }

    /// The file at `path`, or what is in its place; none where there is neither file nor link.
    pub fn file(&self, path: &str) -> Option<File> {
        self.changes.get(path).cloned().unwrap_or_else(|| self.read.file(path))
    }

    /// The bytes of the file at `path`, where it is there and could be read.
    pub fn bytes(&self, path: &str) -> Option<Bytes> {
        let Content::Bytes(bytes) = self.file(path)?.content else { return None };
        Some(bytes)
    }

    /// Whether there is a file or a link at `path`; it is not read.
    pub fn contains(&self, path: &str) -> bool {
        self.changes.get(path).map_or_else(|| self.read.spot(path).is_some(), Option::is_some)
    }

    /// Whether there is a symbolic link at `path`; nothing is read for it.
    pub fn is_symlink(&self, path: &str) -> bool {
        match self.changes.get(path) {
            Some(changed) => changed.as_ref().is_some_and(|file| file.content == Content::Symlink),
            None => Option::as_ref(&self.read.spot(path)).is_some_and(Spot::is_symlink),
        }
    }

    /// The id of the file at `path`: equal ids mean equal bytes. Files on disk are read for it.
    pub fn id(&self, path: &str) -> Option<Id> {
        self.changes.get(path).map_or_else(|| self.read.id(path), |file| file.as_ref()?.id)
    }

    /// What is at `path`; links on disk are followed, as the builder of a site does.
    pub fn kind(&self, path: &str) -> PathKind {
        if let Some(Some(file)) = self.changes.get(path) {
            return if file.content == Content::Symlink { PathKind::Unknown } else { PathKind::File };
        }
        let below = format!("{path}/");
        let mut inside = self.changes.range(below.clone()..).take_while(|(path, _)| path.starts_with(&below));
        if inside.any(|(_, file)| file.is_some()) {
            return PathKind::Folder;
        }
        if self.changes.contains_key(path) {
            return PathKind::Nothing;
        }
        *self.read.kinds.get(path.to_owned(), || self.read.source.kind(path))
    }

    /// What was asked with [`Tree::kind`] so far, and what is there.
    pub fn asked_kinds(&self) -> Vec<(String, PathKind)> {
        self.read.kinds.made().into_iter().map(|(path, kind)| (path, *kind)).collect()
    }

    /// The ids of all files of an index as it was read, Markdown or not; none of other states.
    pub fn staged_ids(&self) -> Option<BTreeMap<String, Id>> {
        self.read.source.staged_ids()
    }

    /// The files and folders of `before` that are not in this state, without what was put on top of what was read;
    /// none where that would take reading all of both.
    pub fn removed_paths(&self, before: &Tree) -> Option<BTreeSet<String>> {
        if !matches!(before.read.source, TreeSource::Nothing) {
            return self.read.source.removed_paths(&before.read.source);
        }
        let paths =
            before.changes.keys().flat_map(|path| Path::new(path).ancestors()).filter_map(Path::to_str);
        let is_removed = |path: &&str| !path.is_empty() && self.kind(path) == PathKind::Nothing;
        Some(paths.filter(is_removed).map(str::to_owned).collect())
    }

    /// What could not be read or was odd, of all that was asked so far; in order.
    pub fn notices(&self) -> Vec<Note> {
        let mut notices: Vec<Note> = self.read.notices().iter().cloned().collect();
        notices.extend(sparse_notice(self.read.left_out()));
        let changed = self.changes.iter().filter_map(|(path, file)| Some((path, &file.as_ref()?.content)));
        let too_large = changed.filter(|(_, content)| matches!(content, Content::TooLarge(_)));
        notices.extend(too_large.filter_map(|(path, content)| content_notice(path, content)));
        notices.sort();
        notices
    }

    /// The files asked for that are in conflict, which is an error for who reads the index.
    pub fn conflicts(&self) -> Vec<String> {
        let looked_up = self.read.spots.made().into_iter();
        let unmerged = looked_up.filter(|(_, spot)| matches!(**spot, Some(Spot::Unmerged)));
        let paths: BTreeSet<String> = unmerged.map(|(path, _)| path).collect();
        paths.into_iter().collect()
    }
}

/// What was read of the files of one source: each thing is looked up when it is asked for, and once.
#[derive(Default)]
struct Memo {
    source: TreeSource,
    /// By folder.
    listings: OnceMap<String, Listing>,
    spots: OnceMap<String, Option<Spot>>,
    files: OnceMap<String, Option<File>>,
    kinds: OnceMap<String, PathKind>,
    notices: Mutex<BTreeSet<Note>>,
}

impl Memo {
    fn list(&self, folder: &str) -> Arc<Listing> {
        self.listings.get(folder.to_owned(), || {
            let found = self.source.list(folder);
            let mut listing = Listing { notices: found.notices, ..Listing::default() };
            listing.notices.sort();
            listing.notices.dedup();
            for (path, spot) in found.files {
                listing.files.insert(path.clone(), spot.id());
                // A file in conflict is reported only once it is asked for.
                if spot != Spot::Unmerged {
                    self.spots.get(path, || Some(spot));
                }
            }
            listing
        })
    }

    /// What is at `path`, looked up.
    fn spot(&self, path: &str) -> Arc<Option<Spot>> {
        let find = || match self.source.find(path) {
            Ok(spot) => spot,
            Err(notice) => {
                self.notices().insert(notice.clone());
                Some(Spot::Unreadable(notice.message))
            }
        };
        self.spots.get(path.to_owned(), find)
    }

    fn file(&self, path: &str) -> Option<File> {
        let spot = self.spot(path);
        let spot = spot.as_ref().as_ref()?;
        let read = || {
            let (file, notice) = self.source.read(path, spot);
            let about_content = file.as_ref().and_then(|file| content_notice(path, &file.content));
            self.notices().extend(notice.into_iter().chain(about_content));
            file
        };
        Option::clone(&self.files.get(path.to_owned(), read))
    }

    fn id(&self, path: &str) -> Option<Id> {
        let known = Option::as_ref(&self.spot(path))?.id();
        known.or_else(|| self.file(path)?.id)
    }

    fn notices(&self) -> MutexGuard<'_, BTreeSet<Note>> {
        self.notices.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The files that were read from the index because a sparse checkout leaves them out.
    fn left_out(&self) -> usize {
        if !matches!(self.source, TreeSource::Worktree { .. }) {
            return 0;
        }
        let is_left_out = |path: &str| matches!(&*self.spot(path), Some(Spot::Object(e)) if !e.symlink);
        self.files.made().iter().filter(|(path, _)| is_left_out(path)).count()
    }
}

#[cfg(test)]
mod tests;
