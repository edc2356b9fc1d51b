//! The files that one tree has and another lacks.

use super::commit::{Kind, Trees, kind};
use super::{Id, ObjectError};
use gix::bstr::ByteSlice;
use gix::objs::tree::EntryMode;
use std::collections::BTreeMap;

/// Files by path and blob, in the order of their paths; one that is only changed is in neither list.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct TreeChanges {
    pub removed: Vec<(String, Id)>,
    pub added: Vec<(String, Id)>,
}

/// Compares two trees; folders that are the same are not looked into.
pub(crate) fn tree_changes(trees: &Trees, before: Id, after: Id) -> Result<TreeChanges, ObjectError> {
    let mut changes = TreeChanges::default();
    compare(trees, "", Some(before), Some(after), &mut changes)?;
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
    let (before, after) = (entries(trees, before)?, entries(trees, after)?);
    let mut names: Vec<&String> = before.keys().chain(after.keys()).collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        let path = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
        let (old, new) = (before.get(name), after.get(name));
        if old == new {
            continue;
        }
        compare(trees, &path, tree_of(old), tree_of(new), changes)?;
        match (file_of(old), file_of(new)) {
            (Some(id), None) => changes.removed.push((path, id)),
            (None, Some(id)) => changes.added.push((path, id)),
            _ => {}
        }
    }
    Ok(())
}

fn entries(trees: &Trees, tree: Option<Id>) -> Result<BTreeMap<String, (EntryMode, Id)>, ObjectError> {
    let entries = tree.map(|tree| trees.entries(tree)).transpose()?.unwrap_or_default();
    Ok(entries.into_iter().map(|(name, mode, id)| (name.to_str_lossy().into_owned(), (mode, id))).collect())
}

fn tree_of(entry: Option<&(EntryMode, Id)>) -> Option<Id> {
    entry.filter(|(mode, _)| mode.is_tree()).map(|(_, id)| *id)
}

fn file_of(entry: Option<&(EntryMode, Id)>) -> Option<Id> {
    entry.filter(|(mode, _)| kind(*mode) == Some(Kind::File)).map(|(_, id)| *id)
}
