//! Every commit behind some tips as a number, in the order in which they are met: parents after children.
//!
//! No decode where a commit-graph has a commit. Commits hold nothing but ids, so that a million of them fit.

use super::commit::root_and_parents;
use super::graph::Graph;
use super::packs::Packs;
use super::prefetch::Prefetch;
use super::{Id, ObjectError};
use gix::commitgraph::Position;
use gix::hashtable::HashSet;
use gix::hashtable::hash_table::HashTable;

/// No commit.
const NONE: u32 = u32::MAX;

/// Goes along the commits, parents after children, each once.
pub(crate) struct CommitWalk<'a> {
    local: &'a gix::Repository,
    commits: Option<gix::commitgraph::Graph>,
    /// The number of each commit of the commit-graph, by its position there.
    by_position: Vec<u32>,
    /// The numbers of all other commits, by their ids.
    by_id: HashTable<u32>,
    packs: &'a Packs,
    ahead: Prefetch,
    pub shallow: HashSet<Id>,
    pub ids: Vec<Id>,
    pub graph: Graph,
    /// Commits that could not be read.
    pub errors: Vec<ObjectError>,
    buffer: Vec<u8>,
}

impl<'a> CommitWalk<'a> {
    pub fn new(local: &'a gix::Repository, packs: &'a Packs) -> Self {
        let shallow = local.shallow_commits().ok().flatten();
        let shallow: HashSet<Id> = shallow.iter().flat_map(|all| all.iter().copied()).collect();
        // A commit-graph that cannot be read only makes it slower; one next to a shallow file knows of
        // parents that are not there.
        let commits = local.commit_graph_if_enabled().ok().flatten().filter(|_| shallow.is_empty());
        // What `git replace` replaces must be read under its own name, one by one.
        let replaced = local.objects.store_ref().replacements().next().is_some();
        let ahead = if commits.is_some() || replaced { Prefetch::default() } else { Prefetch::of(packs) };
        let by_position = vec![NONE; commits.as_ref().map_or(0, |c| c.num_commits() as usize)];
        CommitWalk {
            local,
            commits,
            by_position,
            by_id: HashTable::new(),
            packs,
            ahead,
            shallow,
            ids: Vec::new(),
            graph: Graph::default(),
            errors: Vec::new(),
            buffer: Vec::new(),
        }
    }

    /// The number of a commit.
    pub fn meet(&mut self, id: Id) -> u32 {
        if let Some(position) = self.commits.as_ref().and_then(|commits| commits.lookup(id)) {
            return self.meet_at(position);
        }
        let ids = &mut self.ids;
        let found = self.by_id.entry(hash(&id), |at| ids[*at as usize] == id, |at| hash(&ids[*at as usize]));
        let number = ids.len() as u32;
        let number = *found.or_insert(number).get();
        if number as usize == self.ids.len() {
            self.ids.push(id);
        }
        number
    }

    fn meet_at(&mut self, position: Position) -> u32 {
        let number = &mut self.by_position[position.0 as usize];
        if *number == NONE {
            *number = self.ids.len() as u32;
            let commits = self.commits.as_ref().expect("positions come from it");
            self.ids.push(commits.id_at(position).to_owned());
        }
        *number
    }

    /// Reads the commit `at` and meets its parents; its root tree, where it can be read.
    pub fn step(&mut self, at: u32) -> Option<Id> {
        let id = self.ids[at as usize];
        if let Some((root, parents)) = self.in_commit_graph(id) {
            for parent in parents {
                let parent = self.meet_at(parent);
                self.graph.add_parent(parent);
            }
            self.graph.close(false, false);
            return Some(root);
        }
        let (root, parents) = match self.decode(id) {
            Ok(read) => read,
            Err(error) => {
                self.errors.push(error);
                self.graph.close(true, true);
                return None;
            }
        };
        let cut = self.shallow.contains(&id);
        for parent in parents.into_iter().filter(|_| !cut) {
            let parent = self.meet(parent);
            self.graph.add_parent(parent);
        }
        self.graph.close(cut, false);
        Some(root)
    }

    fn in_commit_graph(&self, id: Id) -> Option<(Id, Vec<Position>)> {
        let commit = self.commits.as_ref()?.commit_by_id(id)?;
        let parents: Result<Vec<Position>, _> = commit.iter_parents().collect();
        Some((commit.root_tree_id().to_owned(), parents.ok()?))
    }

    fn decode(&mut self, id: Id) -> Result<(Id, Vec<Id>), ObjectError> {
        if let Some((root, parents)) = self.ahead.get(self.packs, id) {
            return Ok((root, parents.to_vec()));
        }
        root_and_parents(self.local, id, &mut self.buffer)
    }

    /// How many commits there are whose parents a shallow clone leaves out.
    pub fn at_boundary(&self) -> usize {
        self.ids.iter().filter(|id| self.shallow.contains(*id)).count()
    }
}

fn hash(id: &Id) -> u64 {
    let start = id.as_slice().first_chunk().expect("an id has 20 bytes or more");
    u64::from_ne_bytes(*start)
}
