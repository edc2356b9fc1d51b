//! The files that differ between two trees.

use super::commit::{Kind, Trees, check_depth, kind};
use super::{Id, ObjectError};
use gix::bstr::ByteSlice;
use gix::objs::tree::EntryRef;
use std::cmp::Ordering;

/// Files by path and blob, in the order of their paths.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct TreeChanges {
    pub removed: Vec<(String, Id)>,
    pub added: Vec<(String, Id)>,
    /// Files that both trees have, with their later blobs.
    pub changed: Vec<(String, Id)>,
}

/// Compares two trees; folders that are the same are not looked into. Without a tree before, everything is added.
///
/// # Errors
/// A tree that differs, or one below it, cannot be read.
pub(crate) fn tree_changes(trees: &Trees, before: Option<Id>, after: Id) -> Result<TreeChanges, ObjectError> {
    let mut changes = TreeChanges::default();
    compare(trees, "", before, Some(after), &mut changes)?;
    Ok(changes)
}

fn compare(
    trees: &Trees,
    folder: &str,
    before: Option<Id>,
    after: Option<Id>,
    changes: &mut TreeChanges,
) -> Result<(), ObjectError> {
    if before == after {
        return Ok(());
    }
    check_depth(folder.as_bytes())?;
    let (mut buffer_before, mut buffer_after) = (Vec::new(), Vec::new());
    let before = before.map_or(Ok(Vec::new()), |tree| trees.entries(tree, &mut buffer_before))?;
    let after = after.map_or(Ok(Vec::new()), |tree| trees.entries(tree, &mut buffer_after))?;
    let (mut before, mut after) = (before.iter().peekable(), after.iter().peekable());
    loop {
        // Both are in the order of git.
        let order = match (before.peek(), after.peek()) {
            (Some(old), Some(new)) => old.cmp(new),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => return Ok(()),
        };
        let old = if order.is_le() { before.next() } else { None };
        let new = if order.is_ge() { after.next() } else { None };
        if old == new {
            continue;
        }
        let name = old.or(new).map(|entry| entry.filename.to_str_lossy()).unwrap_or_default();
        let path = if folder.is_empty() { name.into_owned() } else { format!("{folder}/{name}") };
        compare(trees, &path, tree_of(old), tree_of(new), changes)?;
        match (file_of(old), file_of(new)) {
            (Some(id), None) => changes.removed.push((path, id)),
            (None, Some(id)) => changes.added.push((path, id)),
            (Some(old), Some(new)) if old != new => changes.changed.push((path, new)),
            _ => {}
        }
    }
}

fn tree_of(entry: Option<&EntryRef>) -> Option<Id> {
    entry.filter(|entry| entry.mode.is_tree()).map(|entry| entry.oid.to_owned())
}

fn file_of(entry: Option<&EntryRef>) -> Option<Id> {
    entry.filter(|entry| kind(entry.mode) == Some(Kind::File)).map(|entry| entry.oid.to_owned())
}
