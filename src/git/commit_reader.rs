//! Commits by id, without their texts: the root tree and the parents of each.

use super::{Id, ObjectError};
use gix::hashtable::HashSet;
use gix::prelude::FindExt;

/// The root tree and the parents of a commit.
type ReadCommit = Result<(Id, Vec<Id>), ObjectError>;

/// Reads commits; no decode where a commit-graph has them.
pub(crate) struct CommitReader {
    local: gix::Repository,
    pub graph: Option<gix::commitgraph::Graph>,
    /// The commits whose parents a shallow clone leaves out.
    pub shallow: HashSet<Id>,
    buffer: Vec<u8>,
}

impl CommitReader {
    pub fn new(local: gix::Repository) -> Self {
        let shallow = local.shallow_commits().ok().flatten();
        CommitReader {
            shallow: shallow.iter().flat_map(|all| all.iter().copied()).collect(),
            // A commit-graph that cannot be read only makes it slower.
            graph: local.commit_graph_if_enabled().ok().flatten(),
            local,
            buffer: Vec::new(),
        }
    }

    /// The root tree and the parents of a commit, those left out that a shallow clone does not have.
    pub fn read(&mut self, id: Id) -> ReadCommit {
        let known = self.in_commit_graph(id);
        let read = || root_and_parents(&self.local, id, &mut self.buffer);
        let (root, parents) = known.map_or_else(read, Ok)?;
        // A commit-graph may be older than the shallow clone's edge, and know parents that are not there.
        Ok((root, if self.shallow.contains(&id) { Vec::new() } else { parents }))
    }

    fn in_commit_graph(&self, id: Id) -> Option<(Id, Vec<Id>)> {
        let graph = self.graph.as_ref()?;
        let commit = graph.commit_by_id(id)?;
        let parents = commit.iter_parents().map(|parent| Some(graph.id_at(parent.ok()?).to_owned()));
        Some((commit.root_tree_id().to_owned(), parents.collect::<Option<_>>()?))
    }
}

/// The root tree and the parents of a commit.
pub fn root_and_parents(local: &gix::Repository, id: Id, buffer: &mut Vec<u8>) -> ReadCommit {
    let unreadable = |error| ObjectError::of(local, id, &error);
    let mut commit = local.objects.find_commit_iter(&id, buffer).map_err(unreadable)?;
    Ok((commit.tree_id().map_err(unreadable)?, commit.parent_ids().collect()))
}
