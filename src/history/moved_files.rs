//! Where files went that are no longer there: read from the first-parent line, for the paths asked about.
//!
//! A file has moved where the commit that took it away brought one with the very same content, or else one
//! of the same name; of several nobody knows which. What was changed and renamed at once is not guessed.

use crate::files::PathKind;
use crate::git::commit::Trees;
use crate::git::index::Staged;
use crate::git::listing::Kind;
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
    /// For each of `paths`, which are not there, where it is now; `staged` says that the index counts and
    /// not the commit `tip` itself.
    pub fn moved(&self, tip: Id, paths: &BTreeSet<String>, staged: bool) -> BTreeMap<String, String> {
        let mut search = Search { repo: self, tip, staged, lines: HashMap::new() };
        paths.iter().filter_map(|path| Some((path.clone(), search.end_of(path)?))).collect()
    }
}

struct Search<'a> {
    repo: &'a Repo,
    tip: Id,
    staged: bool,
    /// The first-parent line with each folder's trees.
    lines: HashMap<String, Line>,
}

impl Search<'_> {
    fn end_of(&mut self, path: &str) -> Option<String> {
        let mut at = path.to_owned();
        for _ in 0..MOST_MOVES {
            at = self.next_of(&at)?;
            if self.stands(&at) {
                return Some(at);
            }
        }
        None
    }

    fn stands(&self, path: &str) -> bool {
        let asked = BTreeSet::from([path.to_owned()]);
        let found = match self.staged {
            true => self.repo.index_path_kinds(&asked).unwrap_or_default(),
            false => self.repo.commit_path_kinds(self.tip, &asked),
        };
        found.get(path) == Some(&PathKind::File)
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
            None if self.staged => self.staged_files()?,
            None => return None,
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

    fn staged_files(&self) -> Option<FileIds> {
        let local = self.repo.local();
        let staged = Staged { index: self.repo.read_index(&local).ok()?, trees: Trees::new(&local) };
        let entries = staged
            .index
            .entries()
            .iter()
            .filter_map(|entry| Some((entry.path(staged.index).to_str().ok()?.to_owned(), entry.id)));
        Some(entries.collect())
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
