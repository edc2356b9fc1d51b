//! Where files were moved to that are no longer there: read from the first-parent line, for the paths asked about.
//!
//! A file was moved where the commit that removed it added one with the same content, or else one of the same
//! name, and no other such. What was changed and renamed at once is not guessed.

use crate::files::{PathKind, Tree};
use crate::git::commit::Trees;
use crate::git::main_line::{LineCommit, LineReader, folder_trees};
use crate::git::packs::Packs;
use crate::git::tree_changes::tree_changes;
use crate::git::{Id, Repo};
use crate::text::path::{file_name, folder_of};
use std::collections::{BTreeMap, BTreeSet};

/// A file that moved more often than this is not followed.
const MOST_MOVES: usize = 8;

impl Repo {
    /// For each of `paths`, which are not in `tree`, where it is now; `tip` is the commit that the tree is, or
    /// is based on.
    pub fn moved(&self, tip: Id, paths: &BTreeSet<String>, tree: &Tree) -> BTreeMap<String, String> {
        let local = self.local();
        let (trees, packs) = (Trees::new(&local), Packs::of(&local));
        let line = LineReader::new(local.clone(), tip);
        let mut search = Search { repo: self, trees, packs, tree, line };
        paths.iter().filter_map(|path| Some((path.clone(), search.end_of(path)?))).collect()
    }
}

struct Search<'a> {
    repo: &'a Repo,
    trees: Trees<'a>,
    packs: Packs,
    tree: &'a Tree,
    line: LineReader,
}

impl Search<'_> {
    fn end_of(&mut self, path: &str) -> Option<String> {
        let mut at = path.to_owned();
        for _ in 0..MOST_MOVES {
            at = self.next_of(&at)?;
            if self.tree.kind(&at) == PathKind::File {
                return Some(at);
            }
        }
        None
    }

    /// Where the commit that removed `path` put it.
    fn next_of(&mut self, path: &str) -> Option<String> {
        let (last, newer) = self.removal(path)?;
        let id = self.trees.file(last, path).ok()??.id;
        let added: Vec<(String, Id)> = match newer {
            Some(newer) => tree_changes(&self.trees, Some(last), newer).ok()?.added,
            None => {
                let before: BTreeMap<String, Id> =
                    tree_changes(&self.trees, None, last).ok()?.added.into_iter().collect();
                let staged = self.tree.staged_ids()?.into_iter();
                staged.filter(|(path, _)| !before.contains_key(path)).collect()
            }
        };
        let same: Vec<_> = added.iter().filter(|(_, same)| *same == id).collect();
        let named = added.iter().filter(|(named, _)| file_name(named) == file_name(path));
        let found = if same.is_empty() { named.collect() } else { same };
        let [(only, _)] = found[..] else { return None };
        Some(only.clone())
    }

    /// The root trees of the last commit of the line that held `path`, and of the next one where there is one.
    fn removal(&mut self, path: &str) -> Option<(Id, Option<Id>)> {
        let folder = folder_of(path);
        if folder.is_empty() {
            return None;
        }
        let (mut at, mut newer): (usize, Option<LineCommit>) = (0, None);
        loop {
            let commits = self.line.from(at).to_vec();
            if commits.is_empty() {
                return None;
            }
            let folders = folder_trees(self.repo, &self.packs, &commits, folder);
            for (commit, tree) in commits.iter().zip(folders) {
                let holds = |tree: Id| self.trees.path_kind(tree, file_name(path)) == Ok(PathKind::File);
                if tree.ok().flatten().is_some_and(holds) {
                    let root = |commit: &LineCommit| commit.root(self.trees.local).ok();
                    return Some((root(commit)?, newer.as_ref().and_then(root)));
                }
                newer = Some(*commit);
            }
            at += commits.len();
        }
    }
}
