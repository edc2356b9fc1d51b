//! What is at a path of the index or of a commit, and which paths a commit of the index would remove.
//!
//! No file is read, and no folder that is not on the way to a path: links may point to any file of a
//! repository of many thousands.

use super::commit::Trees;
use super::index::Staged;
use super::{Id, ObjectError};
use gix::bstr::ByteSlice;
use gix::index::entry::{Flags, Mode};
use gix::index::extension::Tree as Cached;
use gix::objs::tree::EntryKind;
use std::collections::BTreeSet;

/// What is at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PathKind {
    Nothing,
    File,
    Folder,
    /// It is unknown, as behind a symbolic link or in another repository.
    Unknown,
}

/// The files and folders of a commit, whose root tree is given, that are not in the index.
///
/// Folders that the index knows to be the same as in the commit are not looked into.
pub(crate) fn removed_paths(staged: &Staged, root: Id) -> BTreeSet<String> {
    let mut removed = BTreeSet::new();
    removed_below(staged, "", root, staged.index.tree(), &mut removed);
    removed
}

fn removed_below(
    staged: &Staged,
    folder: &str,
    tree: Id,
    cached: Option<&Cached>,
    removed: &mut BTreeSet<String>,
) {
    if cached.is_some_and(|c| c.num_entries.is_some() && c.id == tree) {
        return;
    }
    // What cannot be read is not known to be removed.
    for (name, mode, id) in staged.trees.entries(tree).unwrap_or_default() {
        let Ok(name) = name.to_str() else { continue };
        let path = if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
        if in_index(staged, &path) == PathKind::Nothing {
            removed.insert(path.clone());
        }
        let is_folded = || staged.index.entry_by_path(format!("{path}/").as_str().into()).is_some();
        if !mode.is_tree() || staged.index.is_sparse() && is_folded() {
            continue;
        }
        let child = cached.and_then(|c| c.children.iter().find(|c| c.name.as_slice() == name.as_bytes()));
        removed_below(staged, &path, id, child, removed);
    }
}

pub(crate) fn in_index(staged: &Staged, path: &str) -> PathKind {
    if let Some(entry) = staged.entry(path) {
        return match entry.mode {
            _ if entry.flags.contains(Flags::INTENT_TO_ADD) => PathKind::Nothing,
            Mode::COMMIT | Mode::SYMLINK => PathKind::Unknown,
            _ => PathKind::File,
        };
    }
    if !staged.entries_below(&format!("{path}/")).is_empty() {
        return PathKind::Folder;
    }
    match staged.above(path) {
        Some((entry, rest)) if entry.mode == Mode::DIR => {
            in_tree(&staged.trees, entry.id, rest).unwrap_or(PathKind::Unknown)
        }
        Some(_) => PathKind::Unknown,
        None => PathKind::Nothing,
    }
}

/// What is at a path below a tree.
///
/// # Errors
/// A tree on the way cannot be read.
pub(crate) fn in_tree(trees: &Trees, root: Id, path: &str) -> Result<PathKind, ObjectError> {
    let found = trees.follow(root, path)?;
    Ok(match found.map(|(mode, _, rest)| (mode.kind(), rest)) {
        Some((EntryKind::Link | EntryKind::Commit, _)) => PathKind::Unknown,
        Some((EntryKind::Tree, _)) => PathKind::Folder,
        Some((_, None)) => PathKind::File,
        Some((_, Some(_))) | None => PathKind::Nothing,
    })
}
