//! What every commit behind the tips holds: the ids of what a verdict depends on.
//!
//! One thread goes along the commits while others look into their trees: one look at the root tree a commit. No
//! file is read but registers that may inherit from others.

use crate::files::{Content, Layout, Note};
use crate::git::blobs::read;
use crate::git::commit::Trees;
use crate::git::commit_walk::CommitWalk;
use crate::git::graph::Graph;
use crate::git::main_line::descend;
use crate::git::packs::Packs;
use crate::git::{Entry, Id, ObjectError, Repo};
use crate::history::found::number;
use crate::site::mkdocs::chain_of;
use gix::bstr::ByteSlice;
use gix::hashtable::HashMap;
use gix::objs::tree::EntryKind;
use indexmap::IndexSet;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

/// What was walked.
#[derive(Debug, Default)]
pub struct Walk {
    pub ids: Vec<Id>,
    pub graph: Graph,
    /// For each commit, which of [`Walk::keys`] it holds.
    pub held: Vec<u32>,
    /// None where the objects could not be read.
    pub keys: Vec<Option<Key>>,
    /// For each commit, which of [`Walk::arounds`] it holds.
    pub around: Vec<u32>,
    /// The distinct trees of the first folder on the way to the proposals: `docs` of `docs/okeps`; first none.
    pub arounds: Vec<Option<Id>>,
    pub shallow: bool,
    /// What could not be read, each once.
    pub unread: BTreeSet<Note>,
    pub notes: Vec<Note>,
}

/// The ids of what a verdict depends on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Key {
    /// The tree of the proposal folder.
    pub folder: Option<Id>,
    /// The register by its place in the layout.
    register: Option<(u8, Entry)>,
    /// The registers that it inherits from.
    inherited: Vec<Entry>,
}

/// As many neighbouring commits share a pack cache; a walk shorter than that takes one thread.
const CHUNK: usize = 1024;

/// What a root tree holds, where it can be read: the first folder on the way to the proposals, and the register.
type RootTree = Result<(Option<Id>, Option<(u8, Entry)>), ObjectError>;

/// The commits of one chunk as indices into what was found for them.
struct Chunk {
    held: Vec<u32>,
    /// Keys, each with the first folder on the way to the proposals.
    found: IndexSet<Option<(Key, Option<Id>)>>,
    errors: Vec<ObjectError>,
}

impl Repo {
    /// Walks every commit that can be reached from `tips`; `progress` is given how many were met so far.
    pub fn walk(&self, tips: &[Id], layout: &Layout, progress: &(dyn Fn(usize) + Sync)) -> Walk {
        let local = self.local();
        let packs = Packs::of(&local);
        let chunks = Mutex::new(BTreeMap::new());
        let look = |local: &gix::Repository, start: usize, roots: &[Option<Id>]| {
            let chunk = root_trees(local, &packs, roots, layout);
            chunks.lock().expect("no thread panics while it inserts").insert(start, chunk);
        };
        let mut commits = CommitWalk::new(&local, &packs);
        tips.iter().for_each(|tip| _ = commits.meet(*tip));
        rayon::in_place_scope(|scope| {
            let (mut at, mut start, mut roots) = (0, 0, Vec::with_capacity(CHUNK));
            while at < commits.ids.len() {
                roots.push(commits.step(at as u32));
                at += 1;
                if roots.len() == CHUNK {
                    let (chunk, from) = (std::mem::replace(&mut roots, Vec::with_capacity(CHUNK)), start);
                    let look = &look;
                    scope.spawn(move |_| look(&self.local(), from, &chunk));
                    start = at;
                    progress(at);
                }
            }
            look(&local, start, &roots);
        });
        let mut walk = Walk { shallow: !commits.reader.shallow.is_empty(), ..Walk::default() };
        if local.common_dir().join("info/grafts").metadata().is_ok_and(|m| m.len() > 0) {
            let message = "git follows `info/grafts` here and okep does not, so results may differ from \
                           `git log`; `git replace --convert-graft-file` makes replace refs, which both \
                           follow";
            walk.notes.push(Note::new("grafts", message));
        }
        if commits.ids.iter().any(|id| commits.reader.shallow.contains(id)) {
            let message = "history ends at the edge of a shallow clone; when its first state was added is \
                           unknown; `git fetch --unshallow` fetches the rest (in CI: fetch-depth: 0)";
            walk.notes.push(Note::new("shallow", message));
        }
        walk.unread.extend(commits.errors.iter().map(Note::from));
        walk.gather(chunks.into_inner().expect("no thread panics while it inserts").into_values());
        (walk.ids, walk.graph) = (commits.ids.into_iter().collect(), commits.graph);
        walk.inherit(self, layout);
        walk
    }
}

impl Walk {
    /// The first-parent line of a commit, newest first, with the tree of the proposal folder in each; none where it was
    /// not walked down to a first commit, or something in it could not be read.
    pub fn line_of(&self, tip: Id) -> Option<Vec<(Id, Option<Id>)>> {
        let (line, is_open) = self.graph.line(self.ids.iter().position(|id| *id == tip)? as u32);
        let state = |commit: &u32| {
            let key = self.keys[self.held[*commit as usize] as usize].as_ref()?;
            Some((self.ids[*commit as usize], key.folder))
        };
        if is_open { None } else { line.iter().rev().map(state).collect() }
    }

    /// Takes up what was found for the commits, in their order, so that the threads leave no trace.
    fn gather(&mut self, chunks: impl Iterator<Item = Chunk>) {
        let (mut keys, mut arounds) = (IndexSet::new(), IndexSet::from([None]));
        for chunk in chunks {
            let mut numbers = Vec::with_capacity(chunk.found.len());
            for found in chunk.found {
                let (key, around) = found.unzip();
                numbers.push((number(&mut keys, key), number(&mut arounds, around.flatten())));
            }
            self.unread.extend(chunk.errors.iter().map(Note::from));
            self.held.extend(chunk.held.iter().map(|at| numbers[*at as usize].0));
            self.around.extend(chunk.held.iter().map(|at| numbers[*at as usize].1));
        }
        (self.keys, self.arounds) = (keys.into_iter().collect(), arounds.into_iter().collect());
    }

    /// Finds for each commit the registers from which its register inherits.
    fn inherit(&mut self, repo: &Repo, layout: &Layout) {
        let content = |local: &gix::Repository, entry: Entry| match read(local, entry.id) {
            _ if entry.symlink => Content::Symlink,
            blob => blob.unwrap_or_else(|error| Content::Unavailable(error.to_string())),
        };
        // Whether anything is inherited is asked of the file alone: all else is as good as there.
        let does = |local: &mut gix::Repository, key: &Option<Key>| {
            let Some((which, entry)) = key.as_ref().and_then(|key| key.register) else { return false };
            let (path, file) = (&layout.registers[usize::from(which)], content(local, entry));
            chain_of(path, &|at| Some(if at == path { file.clone() } else { Content::Symlink })).len() > 1
        };
        let inheriting: Vec<bool> = self.keys.par_iter().map_init(|| repo.local(), does).collect();
        if !inheriting.contains(&true) {
            return;
        }
        let chain = |local: &mut gix::Repository, commit: usize| -> Option<(usize, Vec<Entry>)> {
            let trees = Trees::new(local);
            let root = local.find_commit(self.ids[commit]).ok()?.tree_id().ok()?.detach();
            let find = |path: &str| trees.file(root, path).ok()?;
            let first = layout.registers.iter().find(|path| find(path).is_some())?;
            let chain = chain_of(first, &|path| find(path).map(|entry| content(local, entry)));
            Some((commit, chain.iter().skip(1).filter_map(|path| find(path)).collect()))
        };
        let commits = (0..self.ids.len()).into_par_iter();
        let concerned = commits.filter(|commit| inheriting[self.held[*commit] as usize]);
        let chains: Vec<_> = concerned.map_init(|| repo.local(), chain).flatten().collect();
        let mut keys: IndexSet<Option<Key>> = self.keys.drain(..).collect();
        for (commit, inherited) in chains {
            let key = keys[self.held[commit] as usize].clone();
            self.held[commit] = number(&mut keys, key.map(|key| Key { inherited, ..key }));
        }
        self.keys = keys.into_iter().collect();
    }
}

/// Looks into the root trees of a chunk of commits, in the order that suits the packs.
fn root_trees(local: &gix::Repository, packs: &Packs, roots: &[Option<Id>], layout: &Layout) -> Chunk {
    let mut buffer = Vec::new();
    let roots_in_order = packs.in_order(roots.iter().flatten().copied());
    let below: HashMap<Id, RootTree> =
        roots_in_order.map(|root| (root, root_tree(local, root, layout, &mut buffer))).collect();
    let arounds = below.values().flatten().filter_map(|(around, _)| *around);
    let mut folders: HashMap<Id, Result<Option<Id>, ObjectError>> =
        arounds.map(|around| (around, Ok(Some(around)))).collect();
    for name in layout.folder.split('/').skip(1) {
        descend(local, packs, folders.values_mut().collect(), name);
    }
    // A commit that could not be read itself has no root, and has been reported.
    let key = |root: Id| {
        let (around, register) = below[&root].as_ref().ok()?;
        let folder = around.map_or(Ok(None), |around| folders[&around].clone());
        let key = Key { folder: folder.ok()?, register: *register, inherited: Vec::new() };
        Some((key, *around))
    };
    let mut found = IndexSet::new();
    let held = roots.iter().map(|root| number(&mut found, root.and_then(key))).collect();
    let unreadable = below.into_values().filter_map(Result::err);
    let errors = unreadable.chain(folders.into_values().filter_map(Result::err)).collect();
    Chunk { held, found, errors }
}

fn root_tree(local: &gix::Repository, root: Id, layout: &Layout, buffer: &mut Vec<u8>) -> RootTree {
    let first = layout.folder.split('/').next().unwrap_or_default();
    let mut folder = None;
    let mut register: Option<(u8, Entry)> = None;
    let names = layout.registers.iter().map(String::as_str).chain([first]);
    let last = names.filter_map(|name| name.bytes().next()).max().unwrap_or(u8::MAX);
    for entry in Trees::new(local).iter(root, buffer)? {
        let entry = entry.map_err(|error| ObjectError::corrupt(root, &error))?;
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
    Ok((folder, register))
}
