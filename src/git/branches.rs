//! What stands on the branches, without any of them being checked out.

use super::commit::Trees;
use super::error::said;
use super::stable_refs::{is_gone, settled};
use super::{Id, Repo, reftable};
use crate::files::Note;
use gix::bstr::ByteSlice;
use std::collections::{BTreeMap, BTreeSet, HashMap};

impl Repo {
    /// The paths below `folder` that are `wanted`, each with the branches that have it, those of remotes
    /// included as far as they were fetched; and what could not be read.
    pub fn on_branches(
        &self,
        folder: &str,
        wanted: &dyn Fn(&str) -> bool,
    ) -> (BTreeMap<String, BTreeSet<String>>, Vec<Note>) {
        let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut notes = Vec::new();
        let local = self.local();
        if reftable::is_used(&local) {
            let message = "the branches are kept as a reftable, which cannot be listed yet: not looked at";
            return (found, vec![Note::new("branches-unread", message)]);
        }
        let trees = Trees::new(&local);
        // Most branches share the folder's tree with others.
        let mut known: HashMap<Id, Vec<String>> = HashMap::new();
        let (tips, unread) = settled(&local, || tips(&local));
        notes.extend(
            unread.map(|reason| Note::new("branches-unread", format!("some branch is unreadable: {reason}"))),
        );
        for (branch, tip) in tips {
            let root = local.find_commit(tip).and_then(|commit| Ok(commit.tree_id()?.detach()));
            let at = root
                .map_err(|error| said(&error))
                .and_then(|root| trees.find(root, folder).map_err(|error| error.to_string()));
            let tree = match at {
                Ok(Some((mode, tree))) if mode.is_tree() => tree,
                Ok(_) => continue,
                Err(reason) => {
                    notes.push(Note::new(
                        "branches-unread",
                        format!("branch `{branch}` is unreadable: {reason}"),
                    ));
                    continue;
                }
            };
            let paths = known.entry(tree).or_insert_with(|| {
                let (mut paths, mut unread) = (Vec::new(), Vec::new());
                trees.below(folder.into(), tree, &mut unread, &mut |path, _, _| {
                    let path = path.to_str_lossy().into_owned();
                    paths.extend(wanted(&path).then_some(path));
                });
                let unread = unread.into_iter();
                notes.extend(unread.map(|(path, error)| Note { path: Some(path), ..Note::from(&error) }));
                paths
            });
            for path in paths.iter() {
                found.entry(path.clone()).or_default().insert(branch.clone());
            }
        }
        (found, notes)
    }
}

/// The branches by their short names, and why one could not be read, where that is so; and whether one was
/// gone when it was to be read.
fn tips(local: &gix::Repository) -> ((BTreeMap<String, Id>, Option<String>), bool) {
    let mut tips = BTreeMap::new();
    let (mut unread, mut removed_paths) = (None, false);
    let platform = match local.references() {
        Ok(platform) => platform,
        Err(error) => return ((tips, Some(said(&error))), false),
    };
    for kind in [platform.local_branches(), platform.remote_branches()] {
        let branches = match kind {
            Ok(branches) => branches,
            Err(error) => {
                unread.get_or_insert(said(&error));
                continue;
            }
        };
        for branch in branches {
            let mut branch = match branch {
                Ok(branch) => branch,
                Err(error) => {
                    removed_paths |= is_gone(&error);
                    unread.get_or_insert("its reference is broken".into());
                    continue;
                }
            };
            let name = branch.name().shorten().to_str_lossy().into_owned();
            // A remote's HEAD is one of its branches once more.
            if name.ends_with("/HEAD") {
                continue;
            }
            match branch.peel_to_id() {
                Ok(id) => drop(tips.insert(name, id.detach())),
                Err(error) => drop(unread.get_or_insert(said(&error))),
            }
        }
    }
    ((tips, unread), removed_paths)
}
