//! Where files went that are no longer there: read from the first-parent line, for the paths asked about.
//!
//! A file has moved where the commit that took it away brought one with the very same content, or else one
//! of the same name; of several nobody knows which. What was changed and renamed at once is not guessed.

use crate::files::{PathKind, Tree};
use crate::git::commit::{Kind, Trees};
use crate::git::main_line::Line;
use crate::git::path_kind::in_tree;
use crate::git::{Id, Repo};
use crate::text::path::{file_name, folder_of};
use gix::bstr::ByteSlice;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A file that moved more often than this is not followed.
const MOST_MOVES: usize = 8;

/// The files of a state by their paths.
type FileIds = BTreeMap<String, Id>;

impl Repo {
    /// For each of `paths`, which are not in `tree`, where it is now; `tip` is the commit that the tree is, or
    /// is based on.
    pub fn moved(&self, tip: Id, paths: &BTreeSet<String>, tree: &Tree) -> BTreeMap<String, String> {
        let mut search = Search { repo: self, tip, tree, lines: HashMap::new() };
        paths.iter().filter_map(|path| Some((path.clone(), search.end_of(path)?))).collect()
    }
}

struct Search<'a> {
    repo: &'a Repo,
    tip: Id,
    tree: &'a Tree,
    /// The first-parent line with each folder's trees.
    lines: HashMap<String, Line>,
}

impl Search<'_> {
    fn end_of(&mut self, path: &str) -> Option<String> {
        let mut at = path.to_owned();
        for _ in 0..MOST_MOVES {
            at = self.next_of(&at)?;
            if self.is_there(&at) {
                return Some(at);
            }
        }
        None
    }

    /// Whether a file is there now; who looks at the working tree is told of the commit it is based on.
    fn is_there(&self, path: &str) -> bool {
        match self.tree.on_disk() {
            Some(_) => {
                let local = self.repo.local();
                let trees = Trees::new(&local);
                let root = trees.root_of(self.tip);
                root.is_ok_and(|root| in_tree(&trees, root, path) == PathKind::File)
            }
            None => self.tree.kind(path) == PathKind::File,
        }
    }

    /// Where the commit that took `path` away put it.
    fn next_of(&mut self, path: &str) -> Option<String> {
        let folder = folder_of(path);
        if folder.is_empty() {
            return None;
        }
        let (repo, tip) = (self.repo, self.tip);
        let line = self.lines.entry(folder.to_owned()).or_insert_with(|| Line::of(repo, tip, folder));
        let local = repo.local();
        let trees = Trees::new(&local);
        let held = |tree: &Id| in_tree(&trees, *tree, file_name(path)) == PathKind::File;
        let last = line.folders.iter().position(|f| matches!(f, Ok(Some(tree)) if held(tree)))?;
        let before = files(&trees, line.commits[last].root);
        let after = match last.checked_sub(1) {
            Some(newer) => files(&trees, line.commits[newer].root),
            None => self.tree.staged_ids()?,
        };
        let id = before.get(path)?;
        let came = || after.iter().filter(|(p, _)| !before.contains_key(*p));
        let only = |found: Vec<&String>| match found.as_slice() {
            [one] => Some((*one).clone()),
            _ => None,
        };
        let same: Vec<&String> = came().filter(|(_, i)| *i == id).map(|(p, _)| p).collect();
        if !same.is_empty() {
            return only(same);
        }
        only(came().filter(|(p, _)| file_name(p) == file_name(path)).map(|(p, _)| p).collect())
    }
}

fn files(trees: &Trees, root: Id) -> FileIds {
    let mut files = FileIds::new();
    trees.below("".into(), root, &mut Vec::new(), &mut |path, id, kind| {
        if kind == Kind::File
            && let Ok(path) = path.to_str()
        {
            files.insert(path.trim_start_matches('/').to_owned(), id);
        }
    });
    files
}
