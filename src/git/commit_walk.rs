//! Every commit behind some tips as a number, in the order in which they are met: parents after children.
//!
//! Commits hold nothing but ids, so that a million of them fit.

use super::commit_reader::CommitReader;
use super::graph::Graph;
use super::packs::Packs;
use super::prefetch::Prefetch;
use super::{Id, ObjectError};
use gix::hashtable::hash::Builder;
use indexmap::IndexSet;

/// Goes along the commits, parents after children, each once.
pub(crate) struct CommitWalk<'a> {
    pub reader: CommitReader,
    packs: &'a Packs,
    ahead: Prefetch,
    /// Each at its number.
    pub ids: IndexSet<Id, Builder>,
    pub graph: Graph,
    /// Commits that could not be read.
    pub errors: Vec<ObjectError>,
}

impl<'a> CommitWalk<'a> {
    pub fn new(local: &gix::Repository, packs: &'a Packs) -> Self {
        let reader = CommitReader::new(local.clone());
        // What `git replace` replaces must be read under its own name, one by one.
        let replaced = local.objects.store_ref().replacements().next().is_some();
        let is_ahead = reader.graph.is_none() && !replaced;
        let ahead = if is_ahead { Prefetch::of(packs) } else { Prefetch::default() };
        let (ids, graph) = (IndexSet::default(), Graph::default());
        CommitWalk { reader, packs, ahead, ids, graph, errors: Vec::new() }
    }

    /// The number of a commit.
    pub fn meet(&mut self, id: Id) -> u32 {
        self.ids.insert_full(id).0 as u32
    }

    /// Reads the commit `at` and meets its parents; its root tree, where it can be read.
    pub fn step(&mut self, at: u32) -> Option<Id> {
        let id = self.ids[at as usize];
        let cut = self.reader.shallow.contains(&id);
        let ahead = self.ahead.get(self.packs, id).filter(|_| !cut);
        let (root, parents) = match ahead.map_or_else(|| self.reader.read(id), Ok) {
            Ok(read) => read,
            Err(error) => {
                self.errors.push(error);
                self.graph.add(&[], true, true);
                return None;
            }
        };
        let parents: Vec<u32> = parents.into_iter().map(|parent| self.meet(parent)).collect();
        self.graph.add(&parents, cut, false);
        Some(root)
    }
}
