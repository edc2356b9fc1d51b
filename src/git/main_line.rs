//! The first-parent line of a commit, and one folder's tree along it.

use super::packs::Packs;
use super::{Id, ObjectError, Repo};
use crate::files::Note;
use crate::okep::template_history::HistoryExtent;
use gix::bstr::ByteSlice;
use gix::hashtable::{HashMap, HashSet};
use gix::prelude::FindExt;
use std::collections::BTreeMap;
use std::sync::Mutex;

/// The first-parent line, newest first, and how far it could be read.
pub(crate) struct Line {
    pub commits: Vec<LineCommit>,
    /// The proposal folder's tree in each of the commits, none where there is no such folder.
    pub folders: Vec<Result<Option<Id>, Note>>,
    pub end: HistoryExtent,
    pub notes: Vec<Note>,
}

#[derive(Clone, Copy)]
pub(crate) struct LineCommit {
    pub id: Id,
    pub root: Id,
}

/// As many neighbouring commits share a pack cache; a line shorter than that takes one thread.
const CHUNK: usize = 1024;

impl Line {
    /// The line that ends in `tip`: one thread goes along it while others look into the trees.
    pub fn of(repo: &Repo, tip: Id, folder: &str) -> Self {
        let local = repo.local();
        let packs = Packs::of(&local);
        let chunks = Mutex::new(BTreeMap::new());
        let terminal = |local: &gix::Repository, start: usize, commits: &[LineCommit]| {
            let found = folders(local, &packs, commits, folder);
            chunks.lock().expect("no thread panics while it inserts").insert(start, found);
        };
        let mut line = Line {
            commits: Vec::new(),
            folders: Vec::new(),
            end: HistoryExtent::Complete,
            notes: Vec::new(),
        };
        rayon::in_place_scope(|scope| {
            let mut start = 0;
            line.walk(&local, tip, |commits| {
                if commits.len() - start == CHUNK {
                    let (chunk, at) = (commits[start..].to_vec(), start);
                    let terminal = &terminal;
                    scope.spawn(move |_| terminal(&repo.local(), at, &chunk));
                    start = commits.len();
                }
            });
            terminal(&local, start, &line.commits[start..]);
        });
        let chunks = chunks.into_inner().expect("no thread panics while it inserts");
        line.folders = chunks.into_values().flatten().collect();
        line
    }

    fn walk(&mut self, local: &gix::Repository, tip: Id, mut each: impl FnMut(&[LineCommit])) {
        // A commit-graph that cannot be read only makes it slower.
        let graph = local.commit_graph_if_enabled().ok().flatten();
        let shallow = local.shallow_commits().ok().flatten();
        let shallow: HashSet<Id> = shallow.iter().flat_map(|all| all.iter().copied()).collect();
        let mut buffer = Vec::new();
        let mut next = Some(tip);
        while let Some(id) = next {
            let (root, parent) = match read_commit(local, graph.as_ref(), id, &mut buffer) {
                Ok(read) => read,
                Err(note) => return self.cut(self.commits.len(), note),
            };
            self.commits.push(LineCommit { id, root });
            each(&self.commits);
            next = parent;
            if shallow.contains(&id) {
                self.end = HistoryExtent::Shallow { boundary: id.to_string() };
                let message = format!(
                    "history ends at commit {id}, the edge of a shallow clone: what stood there landed nobody \
                     knows when; `git fetch --unshallow` brings the rest (in CI: fetch-depth: 0)"
                );
                self.notes.push(Note::new("shallow", message));
                return;
            }
        }
    }

    /// Ends the line before its commit number `at`, counted from the newest, for the reason in `note`.
    pub fn cut(&mut self, at: usize, note: Note) {
        self.commits.truncate(at);
        self.folders.truncate(at);
        self.end = match self.commits.last() {
            Some(last) => HistoryExtent::Unreadable { boundary: last.id.to_string() },
            None => HistoryExtent::Nothing,
        };
        self.notes.clear();
        self.notes.push(Note { message: format!("history is read no further: {}", note.message), ..note });
    }
}

/// The root tree and the first parent of a commit.
fn read_commit(
    local: &gix::Repository,
    graph: Option<&gix::commitgraph::Graph>,
    id: Id,
    buffer: &mut Vec<u8>,
) -> Result<(Id, Option<Id>), Note> {
    if let Some(graph) = graph
        && let Some(commit) = graph.commit_by_id(id)
        && let Ok(parent) = commit.parent1()
    {
        return Ok((commit.root_tree_id().to_owned(), parent.map(|at| graph.id_at(at).to_owned())));
    }
    match local.objects.find_commit_iter(&id, buffer) {
        Ok(mut commit) => match commit.tree_id() {
            Ok(tree) => Ok((tree, commit.parent_ids().next())),
            Err(error) => Err(Note::from(&ObjectError::corrupt(id, &error))),
        },
        Err(error) if error.is_not_found() => Err(Note::from(&ObjectError::missing(local, id))),
        Err(error) => Err(Note::from(&ObjectError::corrupt(id, &error))),
    }
}

/// The tree of `folder` in each of `commits`, in the order that suits the packs.
fn folders(
    local: &gix::Repository,
    packs: &Packs,
    commits: &[LineCommit],
    folder: &str,
) -> Vec<Result<Option<Id>, Note>> {
    let mut trees: Vec<Result<Option<Id>, Note>> = commits.iter().map(|c| Ok(Some(c.root))).collect();
    let mut buffer = Vec::new();
    for name in folder.split('/') {
        let distinct: HashSet<Id> = trees.iter().filter_map(|tree| tree.as_ref().ok().copied()?).collect();
        let mut distinct: Vec<_> = distinct.into_iter().map(|id| (packs.place(id), id)).collect();
        distinct.sort_unstable();
        let below: HashMap<Id, _> = distinct
            .into_iter()
            .map(|(_, tree)| (tree, subtree(local, tree, name.as_bytes(), &mut buffer)))
            .collect();
        for tree in &mut trees {
            if let Ok(Some(id)) = tree {
                *tree = below[id].clone();
            }
        }
    }
    trees
}

fn subtree(local: &gix::Repository, tree: Id, name: &[u8], buffer: &mut Vec<u8>) -> Result<Option<Id>, Note> {
    if tree.is_empty_tree() {
        return Ok(None);
    }
    let entries = match local.objects.find_tree_iter(&tree, buffer) {
        Ok(entries) => entries,
        Err(error) if error.is_not_found() => {
            return Err(Note::from(&ObjectError::missing(local, tree)));
        }
        Err(error) => return Err(Note::from(&ObjectError::corrupt(tree, &error))),
    };
    for entry in entries {
        let entry = entry.map_err(|error| Note::from(&ObjectError::corrupt(tree, &error)))?;
        if entry.filename == name.as_bstr() {
            return Ok(entry.mode.is_tree().then(|| entry.oid.to_owned()));
        }
    }
    Ok(None)
}
