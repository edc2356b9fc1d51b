//! The main line: the first-parent line of the default branch, read from its tip back.

use super::commit::{FolderTree, Trees};
use super::commit_reader::{CommitReader, root_and_parents};
use super::packs::Packs;
use super::{DefaultBranch, Id, ObjectError, Repo};
use gix::hashtable::{HashMap, HashSet};
use rayon::prelude::*;
use std::collections::VecDeque;

/// The line on which landings count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MainLine {
    /// Its newest commit.
    pub tip: Id,
    /// None where no default branch is known, so that the line is that of the commit in question.
    pub branch: Option<DefaultBranch>,
}

impl MainLine {
    /// The line of the default branch, which `configured` may name; where none is known that of another commit.
    pub fn of(repo: &Repo, configured: Option<&str>, otherwise: Id) -> Self {
        let branch = repo.default_branch(configured);
        MainLine { tip: branch.as_ref().map_or(otherwise, |branch| branch.tip), branch }
    }
}

/// How far back a line could be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum HistoryExtent {
    /// To the first commit.
    #[default]
    Complete,
    /// To this commit, whose parents a shallow clone leaves out.
    Shallow { boundary: Id },
    /// To this commit, beyond which objects are missing or broken; none where nothing could be read.
    Unreadable { boundary: Option<Id>, error: ObjectError },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LineCommit {
    pub id: Id,
    /// Its root tree, where the commit was read.
    root: Option<Id>,
    /// The tree of the proposal folder, where the commit was walked: none in it where there is no such folder.
    pub walked: Option<Option<Id>>,
}

impl LineCommit {
    pub fn root(&self, local: &gix::Repository) -> Result<Id, ObjectError> {
        self.root.map_or_else(|| Ok(root_and_parents(local, self.id, &mut Vec::new())?.0), Ok)
    }
}

impl Repo {
    /// The commits of the first-parent line of `tip` after the newest one that `base` contains.
    pub fn line_after(&self, base: Id, tip: Id) -> Vec<Id> {
        let mut line = LineReader::new(self.local(), tip);
        let end = line.newest_contained(&[base]);
        while end.is_none() && line.next.is_some() {
            line.read_more();
        }
        let after = line.commits.iter().take(end.unwrap_or(usize::MAX));
        after.map(|commit| commit.id).collect()
    }
}

/// So many commits are read at once.
const CHUNK: usize = 1024;
/// As many neighbouring commits share a pack cache.
const NEIGHBOURS: usize = 256;

/// Reads first parents, as far back as somebody asks.
pub(crate) struct LineReader {
    reader: CommitReader,
    /// Newest first.
    commits: Vec<LineCommit>,
    /// The place of each commit of the line as far as it was read, the newest being 0.
    pub places: HashMap<Id, usize>,
    next: Option<Id>,
    /// How far the line could be read, once its end was met.
    pub extent: HistoryExtent,
}

impl LineReader {
    pub fn new(local: gix::Repository, tip: Id) -> Self {
        let (reader, commits, places) = (CommitReader::new(local), Vec::new(), HashMap::default());
        LineReader { reader, commits, places, next: Some(tip), extent: HistoryExtent::Complete }
    }

    /// A whole line that was walked already, newest first, with the tree of the proposal folder in each commit.
    pub fn walked(local: gix::Repository, tip: Id, line: Vec<(Id, Option<Id>)>) -> Self {
        let places = line.iter().enumerate().map(|(place, (id, _))| (*id, place)).collect();
        let commit = |(id, folder)| LineCommit { id, root: None, walked: Some(folder) };
        let commits = line.into_iter().map(commit).collect();
        LineReader { commits, places, next: None, ..LineReader::new(local, tip) }
    }

    /// Some commits from the one at `place` on, newest first; none where the line ends before it.
    pub fn from(&mut self, place: usize) -> &[LineCommit] {
        while place >= self.commits.len() && self.next.is_some() {
            self.read_more();
        }
        let end = self.commits.len().min(place + CHUNK);
        self.commits.get(place..end).unwrap_or_default()
    }

    fn read_more(&mut self) {
        for _ in 0..CHUNK {
            let Some(id) = self.next.take() else { return };
            match self.reader.read(id) {
                Ok((root, parents)) => {
                    self.places.insert(id, self.commits.len());
                    self.commits.push(LineCommit { id, root: Some(root), walked: None });
                    self.next = parents.first().copied();
                    if self.reader.shallow.contains(&id) {
                        self.extent = HistoryExtent::Shallow { boundary: id };
                    }
                }
                Err(error) => {
                    let boundary = self.commits.last().map(|commit| commit.id);
                    self.extent = HistoryExtent::Unreadable { boundary, error };
                }
            }
        }
    }

    /// Whether a commit is on the line.
    pub fn holds(&mut self, commit: Id) -> bool {
        let place = self.newest_contained(&[commit]);
        place.is_some_and(|place| self.commits[place].id == commit)
    }

    /// The place of the newest commit of the line that one of `checked` is, or contains.
    pub fn newest_contained(&mut self, checked: &[Id]) -> Option<usize> {
        let mut newest: Option<usize> = None;
        let mut queue: VecDeque<Id> = checked.iter().copied().collect();
        let mut seen: HashSet<Id> = HashSet::default();
        loop {
            let before = self.commits.len();
            self.read_more();
            // Commits of the line that were passed before it was read so far back.
            let passed = self.commits[before..].iter().position(|commit| seen.contains(&commit.id));
            newest = newest.into_iter().chain(passed.map(|at| before + at)).min();
            for _ in 0..CHUNK {
                let Some(id) = queue.pop_front() else { return newest };
                if !seen.insert(id) {
                    continue;
                }
                match self.places.get(&id) {
                    Some(place) => newest = newest.into_iter().chain([*place]).min(),
                    // What cannot be read is not known to contain anything.
                    None => queue.extend(self.reader.read(id).into_iter().flat_map(|(_, parents)| parents)),
                }
            }
        }
    }
}

/// The tree of `folder` in each of `commits`; none where there is no such folder.
pub fn folder_trees(repo: &Repo, packs: &Packs, commits: &[LineCommit], folder: &str) -> Vec<FolderTree> {
    let of_neighbours = |local: &mut gix::Repository, commits: &[LineCommit]| {
        let mut trees: Vec<_> = commits.iter().map(|commit| commit.root(local).map(Some)).collect();
        for name in folder.split('/') {
            descend(local, packs, trees.iter_mut().collect(), name);
        }
        trees
    };
    commits.par_chunks(NEIGHBOURS).map_init(|| repo.local(), of_neighbours).flatten_iter().collect()
}

/// Puts the folder `name` of each tree in its place, each read once, in the order that suits the packs.
pub(crate) fn descend(local: &gix::Repository, packs: &Packs, trees: Vec<&mut FolderTree>, name: &str) {
    let distinct = packs.in_order(trees.iter().filter_map(|tree| tree.as_ref().ok().copied()?));
    let folders: HashMap<Id, _> = distinct.map(|tree| (tree, Trees::new(local).folder(tree, name))).collect();
    for tree in trees {
        if let Ok(Some(id)) = tree {
            *tree = folders[id].clone();
        }
    }
}
