//! The distinct states of a walk: what the commits hold, and what the main line knew when they were made.

use super::found::number;
use super::walk::Walk;
use crate::files::Layout;
use crate::git::commit::Trees;
use crate::git::graph::NONE;
use crate::git::{Id, Repo};
use crate::okep::landings::{FollowedLine, LandingsOverTime};
use crate::text::path::{self, file_name, is_folder_page, page_number};
use gix::bstr::ByteSlice;
use indexmap::IndexSet;
use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Arc;

/// A distinct state of the files.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CommitState {
    /// Index into [`Walk::keys`].
    pub key: u32,
    /// Which files outside of the proposal folder are named like OKEPs, as a number.
    pub outside: u32,
    /// For each line that landings are counted on, how many states of it the commit contains.
    pub known: Vec<usize>,
    /// Which targets of links are not there, as numbers of questions in ascending order.
    pub lack: Box<[u32]>,
}

#[derive(Debug, Default)]
pub struct States {
    pub all: IndexSet<CommitState>,
    /// A commit of each.
    pub commits: Vec<u32>,
    /// The files outside of the proposal folder that are named like OKEPs; see [`CommitState::outside`].
    pub outside: Vec<Arc<[String]>>,
    /// For each commit its state.
    pub of: Vec<u32>,
}

impl States {
    pub fn new(walk: &Walk, landings: &LandingsOverTime, (outside, files): OutsideOkeps) -> Self {
        let order = parents_first(walk);
        // For each commit the place of the newest commit of a line that it is, or contains; `NONE` without any.
        let contained = |line: &FollowedLine| {
            let mut places = vec![NONE; walk.ids.len()];
            for commit in &order {
                let own = line.places.get(&walk.ids[*commit as usize]).map_or(NONE, |place| *place as u32);
                let parents = walk.graph.parents(*commit).iter().map(|parent| places[*parent as usize]);
                places[*commit as usize] = parents.fold(own, u32::min);
            }
            places
        };
        let places: Vec<Vec<u32>> = landings.lines.iter().map(contained).collect();
        let lines = || places.iter().zip(&landings.lines);
        let has_folder = |key: u32| walk.keys[key as usize].as_ref().is_some_and(|key| key.folder.is_some());
        let mut states = States { outside: files, ..States::default() };
        for (commit, key) in walk.held.iter().copied().enumerate() {
            let (number, is_new) = states.all.insert_full(CommitState {
                key,
                // Where there is no folder, no file is outside of it.
                outside: outside[if has_folder(key) { walk.around[commit] as usize } else { 0 }],
                // `NONE` is a place beyond the oldest commit: nothing is known there.
                known: lines().map(|(places, line)| line.states_at(places[commit] as usize)).collect(),
                lack: Box::default(),
            });
            states.commits.extend(is_new.then_some(commit as u32));
            states.of.push(number as u32);
        }
        states
    }

    /// The states in an order in which the main line only grows.
    pub fn by_growth(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.all.len()).collect();
        order.sort_by_key(|at| {
            let known = &self.all[*at].known;
            (known.last().copied(), known.first().copied(), Reverse(self.commits[*at]))
        });
        order
    }

    /// Splits the states by the targets of their links: `lack` has for each commit those that are not there.
    /// Gives for each new state the one it was.
    pub fn refine(&mut self, lack: &[Box<[u32]>]) -> Vec<u32> {
        let before = std::mem::take(self);
        let mut parts: IndexSet<(u32, &[u32])> = IndexSet::new();
        for (commit, was) in before.of.iter().enumerate() {
            let (number, is_new) = parts.insert_full((*was, &lack[commit]));
            self.of.push(number as u32);
            self.commits.extend(is_new.then_some(commit as u32));
        }
        let state = |(was, lack): &(u32, &[u32])| CommitState {
            lack: (*lack).into(),
            ..before.all[*was as usize].clone()
        };
        self.all = parts.iter().map(state).collect();
        parts.iter().map(|(was, _)| *was).collect()
    }
}

/// For each tree of the first folder on the way to the proposals a number, and the files with that number.
type OutsideOkeps = (Vec<u32>, Vec<Arc<[String]>>);

/// Paths and blobs of files that are named like OKEPs.
type NamedFiles = Arc<[(String, Id)]>;

/// The files that are named like OKEPs and are outside of the proposal folder.
pub fn outside(repo: &Repo, walk: &Walk, layout: &Layout) -> OutsideOkeps {
    let (trees, mut known) = (repo.trees(), HashMap::new());
    let mut named = |tree: Id| -> NamedFiles {
        let files = below(&trees, file_name(&layout.folder), tree, &mut known);
        files.iter().filter(|(path, _)| page_number(path).is_some()).cloned().collect()
    };
    let mut found: IndexSet<Option<NamedFiles>> = IndexSet::new();
    let number_of = |tree: &Option<Id>| number(&mut found, tree.map(&mut named));
    let of_trees = walk.arounds.iter().map(number_of).collect();
    let around = layout.folder.split('/').next().unwrap_or_default();
    let paths = |files: &Option<NamedFiles>| -> Arc<[String]> {
        files.iter().flat_map(|files| files.iter()).map(|(path, _)| format!("{around}/{path}")).collect()
    };
    (of_trees, found.iter().map(paths).collect())
}

/// The files below a tree, pages of the folder itself included, but for those in folders named like the proposal
/// `folder`; each tree is read once.
fn below(trees: &Trees, folder: &str, tree: Id, known: &mut HashMap<Id, NamedFiles>) -> NamedFiles {
    if let Some(files) = known.get(&tree) {
        return files.clone();
    }
    let (mut files, mut folders) = (Vec::new(), Vec::new());
    // What cannot be read is a notice of the states that have it.
    for entry in trees.entries(tree, &mut Vec::new()).unwrap_or_default() {
        let (name, id) = (entry.filename.to_str_lossy().into_owned(), entry.oid.to_owned());
        if entry.mode.is_tree() && name != folder {
            folders.push((name, id));
        } else if path::number(&name).is_some() || is_folder_page(&name) {
            files.push((name, id));
        }
    }
    for (name, tree) in folders {
        let below = below(trees, folder, tree, known);
        let below = below.iter().map(|(path, id)| (format!("{name}/{path}"), *id));
        files.extend(below.filter(|(path, _)| page_number(path).is_some()));
    }
    let files: NamedFiles = files.into();
    known.insert(tree, files.clone());
    files
}

/// All commits, each after its parents.
fn parents_first(walk: &Walk) -> Vec<u32> {
    let mut order = Vec::with_capacity(walk.ids.len());
    let mut seen = vec![false; walk.ids.len()];
    let mut stack = Vec::new();
    for start in 0..walk.ids.len() as u32 {
        stack.push((start, false));
        while let Some((commit, is_done)) = stack.pop() {
            if is_done {
                order.push(commit);
            } else if !std::mem::replace(&mut seen[commit as usize], true) {
                stack.push((commit, true));
                stack.extend(walk.graph.parents(commit).iter().map(|parent| (*parent, false)));
            }
        }
    }
    order
}
