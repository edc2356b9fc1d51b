//! What stands at paths that somebody asks about, in the index, in a commit or on disk, and which paths a
//! commit of the index would take away.
//!
//! No file is read, and no folder that is not on the way to a path: links may lead to any file of a
//! repository of many thousands.

use super::commit::Trees;
use super::index::Staged;
use super::{Error, Id, Repo};
use gix::bstr::{BStr, ByteSlice};
use gix::index::entry::{Flags, Mode, Stage};
use gix::index::extension::Tree as Cached;
use gix::objs::tree::{EntryKind, EntryMode};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What is at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PathKind {
    Nothing,
    File,
    Folder,
    /// It is unknown, as behind a symbolic link or in another repository.
    Unknown,
}

type FoundKinds = BTreeMap<String, PathKind>;

/// What stands at `paths` below a folder on disk; links on disk are followed, as the site's builder does.
pub fn plain_path_kinds(root: &Path, paths: &BTreeSet<String>) -> FoundKinds {
    paths.iter().map(|path| (path.clone(), on_disk(root, path))).collect()
}

fn on_disk(root: &Path, path: &str) -> PathKind {
    match root.join(path).metadata() {
        Ok(found) if found.is_dir() => PathKind::Folder,
        Ok(_) => PathKind::File,
        Err(error) => match error.kind() {
            // A name that no file can have is that of none.
            std::io::ErrorKind::NotFound
            | std::io::ErrorKind::NotADirectory
            | std::io::ErrorKind::InvalidInput
            | std::io::ErrorKind::InvalidFilename => PathKind::Nothing,
            _ => PathKind::Unknown,
        },
    }
}

impl Repo {
    /// What stands at `paths` in the working tree; what a sparse checkout leaves out stands as well.
    pub fn worktree_path_kinds(&self, paths: &BTreeSet<String>) -> Result<FoundKinds, Error> {
        let Some(root) = self.root() else { return Ok(FoundKinds::new()) };
        let mut found = plain_path_kinds(root, paths);
        if found.values().any(|s| *s == PathKind::Nothing) {
            let local = self.local();
            let staged = Staged { index: self.read_index(&local)?, trees: Trees::new(&local) };
            for (path, path_kind) in found.iter_mut().filter(|(_, s)| **s == PathKind::Nothing) {
                if staged.find_sparse(path).is_some() && is_sparse(&staged, path) {
                    *path_kind = PathKind::File;
                }
            }
        }
        Ok(found)
    }

    /// What stands at `paths` in the index.
    pub fn index_path_kinds(&self, paths: &BTreeSet<String>) -> Result<FoundKinds, Error> {
        let local = self.local();
        let staged = Staged { index: self.read_index(&local)?, trees: Trees::new(&local) };
        Ok(paths.iter().map(|path| (path.clone(), in_index(&staged, path))).collect())
    }

    /// What stands at `paths` in a commit; where its trees cannot be read nothing is known.
    pub fn commit_path_kinds(&self, id: Id, paths: &BTreeSet<String>) -> FoundKinds {
        let local = self.local();
        let trees = Trees::new(&local);
        let root = local.find_commit(id).ok().and_then(|c| Some(c.tree_id().ok()?.detach()));
        let stands = |path: &str| root.map_or(PathKind::Unknown, |root| in_tree(&trees, root, path));
        paths.iter().map(|path| (path.clone(), stands(path))).collect()
    }

    /// The files and folders of a commit that are not in the index, of which a commit of the index would
    /// therefore be the end.
    ///
    /// Folders that the index knows to be the same as in the commit are not looked into.
    pub fn removed_paths(&self, head: Id) -> Result<BTreeSet<String>, Error> {
        let local = self.local();
        let index = self.read_index(&local)?;
        let trees = Trees::new(&local);
        let mut removed_paths = BTreeSet::new();
        if let Some(root) = local.find_commit(head).ok().and_then(|c| Some(c.tree_id().ok()?.detach())) {
            let staged = Staged { index, trees };
            gone_below(&staged, "", root, index.tree(), &mut removed_paths);
        }
        Ok(removed_paths)
    }
}

fn is_sparse(staged: &Staged, path: &str) -> bool {
    match staged.index.entry_by_path(path.into()) {
        Some(entry) => entry.flags.contains(Flags::SKIP_WORKTREE),
        None => staged.index.is_sparse(),
    }
}

fn gone_below(
    staged: &Staged,
    folder: &str,
    tree: Id,
    cached: Option<&Cached>,
    removed_paths: &mut BTreeSet<String>,
) {
    if cached.is_some_and(|c| c.num_entries.is_some() && c.id == tree) {
        return;
    }
    let mut entries = Vec::new();
    let mut each = |name: &BStr, mode: EntryMode, id: Id| entries.push((name.to_owned(), mode, id));
    if staged.trees.children(tree, &mut each).is_err() {
        // What is not there to be read cannot be said to go.
        return;
    }
    for (name, mode, id) in entries {
        let Ok(name) = name.to_str() else { continue };
        let path = if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
        if !mode.is_tree() {
            if in_index(staged, &path) == PathKind::Nothing {
                removed_paths.insert(path);
            }
            continue;
        }
        if in_index(staged, &path) == PathKind::Nothing {
            removed_paths.insert(path.clone());
        }
        if staged.index.is_sparse()
            && staged.index.entry_by_path(format!("{path}/").as_str().into()).is_some()
        {
            continue;
        }
        let child = cached.and_then(|c| c.children.iter().find(|c| c.name.as_slice() == name.as_bytes()));
        gone_below(staged, &path, id, child, removed_paths);
    }
}

pub(crate) fn in_index(staged: &Staged, path: &str) -> PathKind {
    let index = staged.index;
    let whole: &BStr = path.into();
    if let Some(entry) = index.entry_by_path(whole) {
        return match entry.mode {
            _ if entry.flags.contains(Flags::INTENT_TO_ADD) => PathKind::Nothing,
            Mode::COMMIT | Mode::SYMLINK => PathKind::Unknown,
            _ => PathKind::File,
        };
    }
    if index.entry_by_path_and_stage(whole, Stage::Ours).is_some()
        || index.entry_by_path_and_stage(whole, Stage::Theirs).is_some()
    {
        return PathKind::File;
    }
    let prefix = format!("{path}/");
    let entries = index.entries();
    let at = entries.partition_point(|e| e.path(index) < prefix.as_bytes().as_bstr());
    if entries.get(at).is_some_and(|e| e.path(index).starts_with(prefix.as_bytes())) {
        return PathKind::Folder;
    }
    for (at, _) in path.match_indices('/') {
        let above = index.entry_by_path(path[..at].into());
        if above.is_some_and(|e| matches!(e.mode, Mode::COMMIT | Mode::SYMLINK)) {
            return PathKind::Unknown;
        }
    }
    if index.is_sparse()
        && let Some((above, rest)) = staged.folded_above(path)
    {
        return in_tree(&staged.trees, above, rest);
    }
    PathKind::Nothing
}

pub(crate) fn in_tree(trees: &Trees, root: Id, path: &str) -> PathKind {
    let mut tree = root;
    let mut names = path.split('/').peekable();
    while let Some(name) = names.next() {
        let found = match trees.child(tree, name) {
            Ok(found) => found,
            Err(_) => return PathKind::Unknown,
        };
        let Some((mode, id)) = found else { return PathKind::Nothing };
        match (mode.kind(), names.peek()) {
            (EntryKind::Link | EntryKind::Commit, _) => return PathKind::Unknown,
            (EntryKind::Tree, Some(_)) => tree = id,
            (EntryKind::Tree, None) => return PathKind::Folder,
            (_, Some(_)) => return PathKind::Nothing,
            (_, None) => return PathKind::File,
        }
    }
    PathKind::Nothing
}
