//! Files on the branches of a repository, without any of them being checked out.

use super::refs::{LOCAL_BRANCHES, REMOTE_BRANCHES, Reference, References, references, short};
use super::{Id, Repo, Trees, said};
use gix::bstr::ByteSlice;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The names of the branches that have a path.
type OnBranches = BTreeMap<String, BTreeSet<String>>;

impl Repo {
    /// The paths below `folder` that are `wanted`, each with the branches that have it, remote-tracking
    /// branches included; and what could not be read, as messages.
    pub fn on_branches(&self, folder: &str, wanted: &dyn Fn(&str) -> bool) -> (OnBranches, Vec<String>) {
        let mut found = OnBranches::new();
        let local = self.local();
        let References { all, unread } = references(&local, &[LOCAL_BRANCHES, REMOTE_BRANCHES]);
        let mut messages: Vec<String> =
            unread.iter().map(|(name, reason)| format!("`{name}` is unreadable: {reason}")).collect();
        let trees = Trees::new(&local);
        // Most branches share the folder's tree with others.
        let mut known: HashMap<Id, Vec<String>> = HashMap::new();
        // A remote's HEAD is one of its branches once more.
        for branch in all.iter().filter(|branch| branch.symbolic.is_none()) {
            let tree = match folder_tree(&trees, branch, folder) {
                Ok(Some(tree)) => tree,
                Ok(None) => continue,
                Err(reason) => {
                    messages.push(format!("branch `{}` is unreadable: {reason}", short(&branch.name)));
                    continue;
                }
            };
            let paths = known.entry(tree).or_insert_with(|| {
                let mut paths = Vec::new();
                trees.below(folder.into(), tree, &mut |path, found| {
                    let path = path.to_str_lossy().into_owned();
                    match found {
                        Ok(_) => paths.extend(wanted(&path).then_some(path)),
                        Err(error) => messages.push(format!("`{path}`: {error}")),
                    }
                });
                paths
            });
            for path in paths.iter() {
                found.entry(path.clone()).or_default().insert(short(&branch.name).to_owned());
            }
        }
        (found, messages)
    }

    /// The references of whatever kind whose commits have a folder, as git takes their names.
    pub fn references_with(&self, folder: &str) -> Vec<String> {
        let local = self.local();
        let trees = Trees::new(&local);
        let mut all = references(&local, &["refs/"]).all;
        all.retain(|reference| reference.symbolic.is_none());
        all.retain(|reference| matches!(folder_tree(&trees, reference, folder), Ok(Some(_))));
        all.into_iter().map(|reference| reference.name).collect()
    }
}

/// The tree of a folder in the commit of a reference; none where there is no such folder.
fn folder_tree(trees: &Trees, reference: &Reference, folder: &str) -> Result<Option<Id>, String> {
    let commit = trees.local.find_commit(reference.target.clone()?);
    let root = commit.and_then(|commit| Ok(commit.tree_id()?.detach())).map_err(|error| said(&error))?;
    trees.folder(root, folder).map_err(|error| error.to_string())
}
