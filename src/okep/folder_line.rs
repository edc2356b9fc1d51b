//! The proposal folder along the main line, back to where it begins.

use super::config;
use crate::files::{CONFIG, Layout, is_markdown};
use crate::git::commit::Trees;
use crate::git::main_line::{LineCommit, LineReader, folder_trees};
use crate::git::packs::Packs;
use crate::git::tree_changes::{TreeChanges, tree_changes};
use crate::git::{HistoryExtent, Id, ObjectError, Repo};
use crate::text::path::{self, Role};
use rayon::prelude::*;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// The proposal folder from one commit of the main line to the next that changes it.
pub(super) struct FolderState {
    /// The first of these commits.
    pub commit: Id,
    /// Its place on the line, the newest being 0.
    pub place: usize,
    /// Where things are there; the folder may be moved later.
    pub layout: Arc<Layout>,
    pub tree: Id,
    /// What it changed in the tree of the state before it, where that was in the same folder.
    changes: Option<(Id, TreeChanges)>,
}

/// The states of the folder over its unbroken presence on the line.
#[derive(Default)]
pub(super) struct FolderStates {
    /// Oldest first.
    pub states: Vec<FolderState>,
    /// How far back they could be read.
    pub extent: HistoryExtent,
    /// Whether the folder is there in every commit of the line that was asked for.
    pub is_unbroken: bool,
}

impl FolderState {
    /// The pages that are removed, added and changed since the folder's tree was `before`; without it all are added.
    pub fn changes_since(&self, trees: &Trees, before: Option<Id>) -> Result<TreeChanges, ObjectError> {
        let changes = match &self.changes {
            Some((known, changes)) if before == Some(*known) => changes.clone(),
            _ => tree_changes(trees, before, self.tree)?,
        };
        let pages = |files: Vec<(String, Id)>| {
            let here = files.into_iter().map(|(path, id)| (format!("{}/{path}", self.layout.folder), id));
            here.filter(|(path, _)| is_markdown(path.as_bytes())).collect()
        };
        let TreeChanges { removed, added, changed } = changes;
        Ok(TreeChanges { removed: pages(removed), added: pages(added), changed: pages(changed) })
    }
}

/// Reads the history of the folder.
pub(super) struct HistoryReader<'a> {
    pub repo: &'a Repo,
    packs: Packs,
    pub layout: &'a Layout,
}

impl<'a> HistoryReader<'a> {
    pub fn new(repo: &'a Repo, layout: &'a Layout) -> Self {
        HistoryReader { repo, packs: Packs::of(&repo.local()), layout }
    }

    /// Reads the folder from the commit at `from` of a line back, to the one before `until` or to where the folder
    /// begins. A commit that moves the folder is not its beginning.
    pub fn states(&self, line: &mut LineReader, (from, until): (usize, usize)) -> FolderStates {
        let local = self.repo.local();
        let mut found = FolderReading {
            reading: self,
            trees: Trees::new(&local),
            layout: Arc::new(self.layout.clone()),
            changes: HashMap::new(),
            states: Vec::new(),
            newer: None,
            place: from,
        };
        let extent = found.read(line, until).unwrap_or_else(|error| HistoryExtent::Unreadable {
            boundary: found.newer.map(|commit| commit.id),
            error,
        });
        found.states.reverse();
        FolderStates { states: found.states, extent, is_unbroken: found.place >= until }
    }
}

/// What changed from a tree to the next, by the ids of both; none where one of them cannot be read.
type ChangesByTrees = HashMap<(Id, Id), TreeChanges>;

/// The changes between neighbours among `trees`, which are newest first and follow `newer`, read on all cores.
fn changes(repo: &Repo, newer: Option<Id>, trees: &[Result<Option<Id>, ObjectError>]) -> ChangesByTrees {
    let present = trees.iter().map_while(|tree| tree.clone().ok().flatten());
    let mut trees: Vec<Id> = newer.into_iter().chain(present).collect();
    trees.dedup();
    let pairs: Vec<(Id, Id)> = trees.windows(2).map(|pair| (pair[1], pair[0])).collect();
    let read = |local: &mut gix::Repository, pairs: &[(Id, Id)]| -> ChangesByTrees {
        let trees = Trees::new(local);
        let known = |pair: &(Id, Id)| Some((*pair, tree_changes(&trees, Some(pair.0), pair.1).ok()?));
        pairs.iter().filter_map(known).collect()
    };
    pairs.par_chunks(NEIGHBOURS).map_init(|| repo.local(), read).flatten_iter().collect()
}

/// One thread compares so many pairs in a row, since its cache has what neighbours have in common.
const NEIGHBOURS: usize = 64;

struct FolderReading<'a> {
    reading: &'a HistoryReader<'a>,
    trees: Trees<'a>,
    /// Where things are, as far as the line was read back.
    layout: Arc<Layout>,
    /// Of the commits at hand.
    changes: ChangesByTrees,
    /// Newest first.
    states: Vec<FolderState>,
    /// The commit that was read last, and the place of the next one.
    newer: Option<LineCommit>,
    place: usize,
}

impl FolderReading<'_> {
    /// Reads states back to the one before the commit at `until`, or to where the folder begins; gives how far back it
    /// could be read.
    fn read(&mut self, reader: &mut LineReader, until: usize) -> Result<HistoryExtent, ObjectError> {
        let HistoryReader { repo, packs, layout } = self.reading;
        'line: while self.place < until {
            let commits = reader.from(self.place);
            let commits = commits[..commits.len().min(until - self.place)].to_vec();
            if commits.is_empty() {
                return Ok(reader.extent.clone());
            }
            let walked = || commits.iter().map(|commit| commit.walked.map(Ok)).collect::<Option<Vec<_>>>();
            let walked = (self.layout.folder == layout.folder).then(walked).flatten();
            let trees = walked.unwrap_or_else(|| folder_trees(repo, packs, &commits, &self.layout.folder));
            self.changes = changes(repo, self.states.last().map(|state| state.tree), &trees);
            for (commit, tree) in commits.into_iter().zip(trees) {
                let Some(tree) = tree? else {
                    let Some(folder) = self.earlier_folder(commit)? else { break 'line };
                    self.layout = Arc::new(self.layout.in_folder(&folder));
                    continue 'line;
                };
                self.add(commit.id, tree)?;
                self.newer = Some(commit);
                self.place += 1;
            }
        }
        Ok(HistoryExtent::Complete)
    }

    /// Takes up a commit with the folder's tree in it.
    fn add(&mut self, commit: Id, tree: Id) -> Result<(), ObjectError> {
        let place = self.place;
        let newer = self.states.last_mut().filter(|newer| newer.layout.folder == self.layout.folder);
        // Whether all of the tree can be read: where it does not differ from the next one, that could be.
        match newer {
            Some(same) if same.tree == tree => {
                (same.commit, same.place) = (commit, place);
                return Ok(());
            }
            Some(newer) => {
                let known = self.changes.remove(&(tree, newer.tree)).map(Ok);
                let changes = known.unwrap_or_else(|| tree_changes(&self.trees, Some(tree), newer.tree));
                newer.changes = Some((tree, changes?));
            }
            None => _ = tree_changes(&self.trees, None, tree)?,
        }
        self.states.push(FolderState { commit, place, layout: self.layout.clone(), tree, changes: None });
        Ok(())
    }

    /// Where the folder is in a commit that does not have it where the next newer one has it; none where it begins there.
    fn earlier_folder(&self, commit: LineCommit) -> Result<Option<String>, ObjectError> {
        let folder = match self.newer {
            Some(newer) => self.moved_from(commit, newer)?,
            None => Some(self.named_in(commit)?),
        };
        Ok(folder.filter(|folder| *folder != self.layout.folder))
    }

    /// The folder where the newest commit itself says that it is: what is checked may have moved it.
    fn named_in(&self, commit: LineCommit) -> Result<String, ObjectError> {
        let config = self.trees.find(commit.root(self.trees.local)?, CONFIG).ok().flatten();
        let config = config.and_then(|(_, id)| self.trees.local.find_object(id).ok());
        let folder = config.and_then(|config| config::folder(&config.data));
        Ok(folder.unwrap_or_else(|| Layout::default().folder))
    }

    /// The folder that the commit `after` another moved to where it is in the oldest state: the one that most pages
    /// were removed from.
    fn moved_from(&self, before: LineCommit, after: LineCommit) -> Result<Option<String>, ObjectError> {
        let Some(state) = self.states.last() else { return Ok(None) };
        let root = |commit: LineCommit| commit.root(self.trees.local);
        let changes = tree_changes(&self.trees, Some(root(before)?), root(after)?)?;
        let (pages, folder) = (state.changes_since(&self.trees, None)?.added, &state.layout.folder);
        let is_counted = |path: &str| may_be_okep(path, folder) || state.layout.role(path) == Role::Template;
        let pages = pages.iter().filter(|(path, _)| is_counted(path));
        let names: Vec<&str> = pages.filter_map(|(path, _)| path.strip_prefix(folder)).collect();
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for (path, _) in &changes.removed {
            let folders = names.iter().filter_map(|name| path.strip_suffix(name));
            folders
                .filter(|folder| !folder.is_empty())
                .for_each(|folder| *counts.entry(folder).or_default() += 1);
        }
        let most = counts.into_iter().max_by_key(|(_, count)| *count);
        Ok(most.map(|(folder, _)| folder.to_owned()))
    }
}

/// Whether a file is an OKEP, or may be one for what it says: it may be about templates, or have a wrong name.
pub(super) fn may_be_okep(path: &str, folder: &str) -> bool {
    match path::role(path, folder) {
        Role::Okep | Role::Stray | Role::Template => true,
        Role::InOkepFolder => path::is_folder_page(path),
        Role::IndexPage | Role::Other => false,
    }
}
