//! Every commit behind the tips: its parents, and the ids of what a verdict depends on.
//!
//! One thread goes along the commits while others look into their trees: one decode and one look at the
//! root tree a commit, and no decode where a commit-graph has it. No file is read but registers that may
//! inherit from others. Commits are numbers here, in the order in which they were met, and hold nothing
//! but ids, so that a million of them fit.

use crate::files::{Content, Layout, Note};
use crate::git::blobs::read;
use crate::git::commit::{Trees, entry};
use crate::git::packs::Packs;
use crate::git::prefetch::Prefetch;
use crate::git::{Entry, Id, ObjectError, Repo};
use crate::history::graph::Graph;
use crate::site::mkdocs::chain_of;
use gix::bstr::ByteSlice;
use gix::commitgraph::Position;
use gix::hashtable::hash_table::HashTable;
use gix::hashtable::{HashMap, HashSet};
use gix::objs::tree::EntryKind;
use gix::prelude::FindExt;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::sync::Mutex;

/// What was walked.
#[derive(Debug, Default)]
pub struct Walk {
    pub ids: Vec<Id>,
    pub graph: Graph,
    /// For each commit, which of [`Walk::keys`] it holds.
    pub held: Vec<u32>,
    pub keys: Vec<Key>,
    /// For each commit, which of [`Walk::arounds`] it holds.
    pub around: Vec<u32>,
    /// The distinct trees of the first folder on the way to the proposals: `docs` of `docs/okeps`.
    pub arounds: Vec<Option<Id>>,
    /// Which register files there are, each with those it inherits from.
    pub registers: Vec<Vec<(String, Entry)>>,
    pub shallow: bool,
    /// Commits and trees that are not in the repository.
    pub missing: usize,
    /// Something is there and cannot be read.
    pub damaged: bool,
    pub notes: Vec<Note>,
}

/// The ids of what a verdict depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Key {
    Known {
        /// The tree of the proposal folder.
        folder: Option<Id>,
        /// Index into [`Walk::registers`].
        register: Option<u32>,
    },
    /// The objects could not be read.
    Unknown,
}

/// As many neighbouring commits share a pack cache; a walk shorter than that takes one thread.
const CHUNK: usize = 1024;

/// No commit.
const NONE: u32 = u32::MAX;

/// What a root tree says about a commit; the register by its place in the layout.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Found {
    Here {
        folder: Option<Id>,
        register: Option<(u8, Entry)>,
        /// The first folder on the way to the proposals.
        around: Option<Id>,
    },
    Missing(String),
    Corrupt(String),
    /// The commit itself could not be read, and that has been reported.
    Unseen,
}

/// The commits of one chunk as indices into what was found for them.
struct Chunk {
    held: Vec<u32>,
    found: Vec<Found>,
}

impl Repo {
    /// Walks every commit that can be reached from `tips`; `progress` is given how many were met so far.
    pub fn walk(&self, tips: &[Id], layout: &Layout, progress: &(dyn Fn(usize) + Sync)) -> Walk {
        let local = self.local();
        let packs = Packs::of(&local);
        let chunks = Mutex::new(BTreeMap::new());
        let terminal = |local: &gix::Repository, start: usize, roots: &[Option<Id>]| {
            let chunk = terminal(local, &packs, roots, layout);
            chunks.lock().expect("no thread panics while it inserts").insert(start, chunk);
        };
        let mut walker = Walker::new(&local, &packs);
        tips.iter().for_each(|tip| {
            walker.meet(*tip);
        });
        rayon::in_place_scope(|scope| {
            let (mut at, mut start, mut roots) = (0, 0, Vec::with_capacity(CHUNK));
            while at < walker.ids.len() {
                roots.push(walker.step(at as u32));
                at += 1;
                if roots.len() == CHUNK {
                    let (chunk, from) = (std::mem::replace(&mut roots, Vec::with_capacity(CHUNK)), start);
                    let terminal = &terminal;
                    scope.spawn(move |_| terminal(&self.local(), from, &chunk));
                    start = at;
                    progress(at);
                }
            }
            terminal(&local, start, &roots);
        });
        let chunks = chunks.into_inner().expect("no thread panics while it inserts");
        let mut walk = walker.walked();
        walk.gather(chunks.into_values());
        walk.inherit(self, layout);
        walk.notes.sort();
        walk.notes.dedup();
        walk
    }
}

/// Goes along the commits, parents after children, each once.
struct Walker<'a> {
    local: &'a gix::Repository,
    commits: Option<gix::commitgraph::Graph>,
    /// The number of each commit of the commit-graph, by its position there.
    by_position: Vec<u32>,
    /// The numbers of all other commits, by their ids.
    by_id: HashTable<u32>,
    packs: &'a Packs,
    ahead: Prefetch,
    shallow: HashSet<Id>,
    ids: Vec<Id>,
    graph: Graph,
    missing: usize,
    damaged: bool,
    notes: Vec<Note>,
    buffer: Vec<u8>,
}

impl<'a> Walker<'a> {
    fn new(local: &'a gix::Repository, packs: &'a Packs) -> Self {
        let shallow = local.shallow_commits().ok().flatten();
        let shallow: HashSet<Id> = shallow.iter().flat_map(|all| all.iter().copied()).collect();
        // A commit-graph that cannot be read only makes it slower; one next to a shallow file knows of
        // parents that are not there.
        let commits = local.commit_graph_if_enabled().ok().flatten().filter(|_| shallow.is_empty());
        // What `git replace` replaces must be read under its own name, one by one.
        let replaced = local.objects.store_ref().replacements().next().is_some();
        let ahead = if commits.is_some() || replaced { Prefetch::default() } else { Prefetch::of(packs) };
        let by_position = vec![NONE; commits.as_ref().map_or(0, |c| c.num_commits() as usize)];
        let mut notes = Vec::new();
        if local.common_dir().join("info/grafts").metadata().is_ok_and(|m| m.len() > 0) {
            let message = "git follows `info/grafts` here and okep does not, so results may differ from \
                           `git log`; `git replace --convert-graft-file` makes replace refs, which both \
                           follow";
            notes.push(Note::new("grafts", message));
        }
        Walker {
            local,
            commits,
            by_position,
            by_id: HashTable::new(),
            packs,
            ahead,
            shallow,
            ids: Vec::new(),
            graph: Graph::default(),
            missing: 0,
            damaged: false,
            notes,
            buffer: Vec::new(),
        }
    }

    /// The number of a commit.
    fn meet(&mut self, id: Id) -> u32 {
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
    fn step(&mut self, at: u32) -> Option<Id> {
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
            Err(note) => {
                self.notes.extend(note);
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

    fn decode(&mut self, id: Id) -> Result<(Id, Vec<Id>), Option<Note>> {
        if let Some((root, parents)) = self.ahead.get(self.packs, id) {
            return Ok((root, parents.to_vec()));
        }
        match self.local.objects.find_commit_iter(&id, &mut self.buffer) {
            Ok(mut commit) => match commit.tree_id() {
                Ok(tree) => Ok((tree, commit.parent_ids().collect())),
                Err(error) => {
                    self.damaged = true;
                    Err(Some(Note::from(&ObjectError::corrupt(id, &error))))
                }
            },
            Err(error) if error.is_not_found() => {
                self.missing += 1;
                // One is named, the rest are counted.
                Err((self.missing == 1).then(|| Note::from(&ObjectError::missing(self.local, id))))
            }
            Err(error) => {
                self.damaged = true;
                Err(Some(Note::from(&ObjectError::corrupt(id, &error))))
            }
        }
    }

    fn walked(mut self) -> Walk {
        let edge = self.ids.iter().filter(|id| self.shallow.contains(*id)).count();
        if edge > 0 {
            let message = "history ends at the edge of a shallow clone; when its first state was added is \
                           unknown; `git fetch --unshallow` fetches the rest (in CI: fetch-depth: 0)";
            self.notes.push(Note::new("shallow", message));
        }
        Walk {
            shallow: !self.shallow.is_empty(),
            ids: self.ids,
            graph: self.graph,
            missing: self.missing,
            damaged: self.damaged,
            notes: self.notes,
            ..Walk::default()
        }
    }
}

fn hash(id: &Id) -> u64 {
    let start = id.as_slice().first_chunk().expect("an id has 20 bytes or more");
    u64::from_ne_bytes(*start)
}

impl Walk {
    /// Takes up what was found for the commits, in their order, so that the threads leave no trace.
    fn gather(&mut self, chunks: impl Iterator<Item = Chunk>) {
        let mut known: std::collections::HashMap<Key, u32> = std::collections::HashMap::new();
        let mut known_registers: HashMap<Id, Vec<(u8, u32)>> = HashMap::default();
        // The set of gix takes nothing but ids.
        let mut removed_paths: std::collections::HashSet<String> = std::collections::HashSet::new();
        let mut known_arounds: HashMap<Id, u32> = HashMap::default();
        self.arounds.push(None);
        for chunk in chunks {
            let around = |found: &Found| match found {
                Found::Here { around: Some(id), .. } => *known_arounds.entry(*id).or_insert_with(|| {
                    self.arounds.push(Some(*id));
                    self.arounds.len() as u32 - 1
                }),
                _ => 0,
            };
            let arounds: Vec<u32> = chunk.found.iter().map(around).collect();
            self.around.extend(chunk.held.iter().map(|at| arounds[*at as usize]));
            let keys: Vec<u32> = chunk
                .found
                .into_iter()
                .map(|found| {
                    let key = match found {
                        Found::Here { folder, register, around: _ } => {
                            let register = register.map(|r| self.register(r, &mut known_registers));
                            Key::Known { folder, register }
                        }
                        Found::Missing(reason) => {
                            if removed_paths.insert(reason.clone()) && removed_paths.len() == 1 {
                                self.notes.push(Note::new("missing-object", reason));
                            }
                            Key::Unknown
                        }
                        Found::Corrupt(reason) => {
                            self.damaged = true;
                            self.notes.push(Note::new("corrupt-object", reason));
                            Key::Unknown
                        }
                        Found::Unseen => Key::Unknown,
                    };
                    *known.entry(key).or_insert_with(|| {
                        self.keys.push(key);
                        self.keys.len() as u32 - 1
                    })
                })
                .collect();
            self.held.extend(chunk.held.into_iter().map(|at| keys[at as usize]));
        }
        self.missing += removed_paths.len();
    }

    fn register(&mut self, found: (u8, Entry), known: &mut HashMap<Id, Vec<(u8, u32)>>) -> u32 {
        let (which, entry) = found;
        let same = known.entry(entry.id).or_default();
        // The mode is part of what it is, but nobody turns a file into a link of the same bytes.
        if let Some((_, at)) = same.iter().find(|(w, _)| *w == which) {
            return *at;
        }
        let at = self.registers.len() as u32;
        same.push((which, at));
        self.registers.push(vec![(which.to_string(), entry)]);
        at
    }

    /// Names the registers, and finds for each commit those from which its register inherits.
    fn inherit(&mut self, repo: &Repo, layout: &Layout) {
        for register in &mut self.registers {
            let which: usize = register[0].0.parse().expect("it was written as a number above");
            register[0].0.clone_from(&layout.registers[which]);
        }
        let content = |local: &gix::Repository, entry: Entry| match read(local, entry.id) {
            _ if entry.symlink => Content::Symlink,
            blob => blob.into(),
        };
        // Whether anything is inherited is asked of the file alone: all else is as good as there.
        let does = |local: &mut gix::Repository, register: &Vec<(String, Entry)>| {
            let (path, entry) = &register[0];
            let file = content(local, *entry);
            let any = |at: &str| Some(if at == path { file.clone() } else { Content::Symlink });
            chain_of(path, &any).len() > 1
        };
        let inheriting: Vec<bool> = self.registers.par_iter().map_init(|| repo.local(), does).collect();
        if !inheriting.contains(&true) {
            return;
        }
        let concerned = |commit: &usize| match self.keys[self.held[*commit] as usize] {
            Key::Known { register: Some(register), .. } => inheriting[register as usize],
            _ => false,
        };
        let concerned: Vec<usize> = (0..self.ids.len()).filter(concerned).collect();
        let chain = |local: &mut gix::Repository, commit: &usize| {
            let trees = Trees::new(local);
            let root = local.find_commit(self.ids[*commit]).ok()?.tree_id().ok()?.detach();
            let find = |path: &str| {
                let (mode, id) = trees.find(root, path).ok()??;
                entry(mode, id)
            };
            let first = layout.registers.iter().find(|path| find(path).is_some())?;
            let chain = chain_of(first, &|path| find(path).map(|entry| content(local, entry)));
            Some(chain.into_iter().filter_map(|path| Some((path.clone(), find(&path)?))).collect())
        };
        let chains: Vec<Option<Vec<(String, Entry)>>> =
            concerned.par_iter().map_init(|| repo.local(), chain).collect();
        let mut known: std::collections::HashMap<Key, u32> =
            self.keys.iter().enumerate().map(|(at, key)| (*key, at as u32)).collect();
        for (commit, chain) in concerned.into_iter().zip(chains) {
            let (Some(chain), Key::Known { folder, .. }) = (chain, self.keys[self.held[commit] as usize])
            else {
                continue;
            };
            let register = self.registers.iter().position(|r| *r == chain).unwrap_or_else(|| {
                self.registers.push(chain);
                self.registers.len() - 1
            });
            let key = Key::Known { folder, register: Some(register as u32) };
            self.held[commit] = *known.entry(key).or_insert_with(|| {
                self.keys.push(key);
                self.keys.len() as u32 - 1
            });
        }
    }
}

/// Looks into the root trees of a chunk of commits, in the order that suits the packs.
fn terminal(local: &gix::Repository, packs: &Packs, roots: &[Option<Id>], layout: &Layout) -> Chunk {
    let mut buffer = Vec::new();
    let (first, deeper) = match layout.folder.split_once('/') {
        Some((first, rest)) => (first, rest.split('/').collect()),
        None => (layout.folder.as_str(), Vec::new()),
    };
    let below: HashMap<Id, Found> = in_order(packs, roots.iter().flatten().copied())
        .map(|root| (root, root_tree(local, root, first, layout, &mut buffer)))
        .collect();
    let mut folders: HashMap<Id, Result<Option<Id>, Found>> = HashMap::default();
    for found in below.values() {
        if let Found::Here { folder: Some(folder), .. } = found {
            folders.insert(*folder, Ok(Some(*folder)));
        }
    }
    for name in deeper {
        let trees = folders.values().filter_map(|folder| folder.as_ref().ok().copied()?);
        let next: HashMap<Id, _> = in_order(packs, trees)
            .map(|tree| (tree, subtree(local, tree, name.as_bytes(), &mut buffer)))
            .collect();
        for folder in folders.values_mut() {
            if let Ok(Some(tree)) = folder {
                *folder = next[tree].clone();
            }
        }
    }
    let mut chunk = Chunk { held: Vec::with_capacity(roots.len()), found: Vec::new() };
    let mut known: std::collections::HashMap<Found, u32> = std::collections::HashMap::new();
    for root in roots {
        let found = match root.map(|root| below[&root].clone()) {
            Some(Found::Here { folder: Some(around), register, .. }) => match &folders[&around] {
                Ok(folder) => Found::Here { folder: *folder, register, around: Some(around) },
                Err(found) => found.clone(),
            },
            Some(found) => found,
            None => Found::Unseen,
        };
        let at = *known.entry(found).or_insert_with_key(|found| {
            chunk.found.push(found.clone());
            chunk.found.len() as u32 - 1
        });
        chunk.held.push(at);
    }
    chunk
}

/// Distinct trees in the order of the packs.
fn in_order(packs: &Packs, trees: impl Iterator<Item = Id>) -> impl Iterator<Item = Id> {
    let distinct: HashSet<Id> = trees.collect();
    let mut placed: Vec<_> = distinct.into_iter().map(|id| (packs.place(id), id)).collect();
    placed.sort_unstable();
    placed.into_iter().map(|(_, id)| id)
}

fn root_tree(local: &gix::Repository, root: Id, first: &str, layout: &Layout, buffer: &mut Vec<u8>) -> Found {
    let mut folder = None;
    let mut register: Option<(u8, Entry)> = None;
    let names = layout.registers.iter().map(String::as_str).chain([first]);
    let last = names.filter_map(|name| name.bytes().next()).max().unwrap_or(u8::MAX);
    let entries = match entries(local, root, buffer) {
        Ok(entries) => entries,
        Err(found) => return found,
    };
    for entry in entries.into_iter().flatten() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => return Found::Corrupt(ObjectError::corrupt(root, &error).to_string()),
        };
        let name = entry.filename;
        // Entries are sorted by their bytes.
        if name.first().is_some_and(|byte| *byte > last) {
            break;
        }
        if name == first.as_bytes().as_bstr() {
            folder = entry.mode.is_tree().then(|| entry.oid.to_owned());
        } else if let Some(which) = layout.registers.iter().position(|r| name == r.as_bytes().as_bstr()) {
            let symlink = entry.mode.kind() == EntryKind::Link;
            if (symlink || entry.mode.is_blob()) && register.is_none_or(|(other, _)| which < other.into()) {
                register = Some((which as u8, Entry { id: entry.oid.to_owned(), symlink }));
            }
        }
    }
    Found::Here { folder, register, around: None }
}

fn subtree(
    local: &gix::Repository,
    tree: Id,
    name: &[u8],
    buffer: &mut Vec<u8>,
) -> Result<Option<Id>, Found> {
    for entry in entries(local, tree, buffer)?.into_iter().flatten() {
        let entry = entry.map_err(|error| Found::Corrupt(ObjectError::corrupt(tree, &error).to_string()))?;
        if entry.filename == name.as_bstr() {
            return Ok(entry.mode.is_tree().then(|| entry.oid.to_owned()));
        }
    }
    Ok(None)
}

fn entries<'b>(
    local: &gix::Repository,
    tree: Id,
    buffer: &'b mut Vec<u8>,
) -> Result<Option<gix::objs::TreeRefIter<'b>>, Found> {
    if tree.is_empty_tree() {
        return Ok(None);
    }
    match local.objects.find_tree_iter(&tree, buffer) {
        Ok(entries) => Ok(Some(entries)),
        Err(error) if error.is_not_found() => {
            Err(Found::Missing(ObjectError::missing(local, tree).to_string()))
        }
        Err(error) => Err(Found::Corrupt(ObjectError::corrupt(tree, &error).to_string())),
    }
}
