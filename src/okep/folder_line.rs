//! The proposal folder along the main line, back to where it begins.

use super::config;
use crate::files::{CONFIG, Layout, is_markdown};
use crate::git::commit::{Kind, Trees};
use crate::git::main_line::{LineCommit, LineReader, folder_trees};
use crate::git::packs::Packs;
use crate::git::tree_changes::tree_changes;
use crate::git::{HistoryExtent, Id, ObjectError, Repo};
use crate::text::path;
use crate::text::path::Role;
use gix::bstr::ByteSlice;
use gix::hashtable::HashSet;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The proposal folder from one commit of the main line to the next that changes it.
pub(super) struct FolderState {
    /// The first of these commits.
    pub commit: Id,
    /// Its place on the line, the newest being 0.
    pub place: usize,
    /// Where things are there; the folder may be moved later.
    layout: Arc<Layout>,
    tree: Id,
}

/// What the proposal folder holds at one commit.
#[derive(Default)]
pub(super) struct ProposalFolder {
    /// Where the folder is there; it may be moved later.
    pub folder: String,
    /// Files that are OKEPs, or may be, by path and blob.
    pub okeps: BTreeMap<String, Id>,
    /// Files that are named like a template, by path and blob.
    pub templates: BTreeMap<String, Id>,
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
    /// What the folder held: it is listed anew each time, since all states of a long line would fill the memory.
    pub fn contents(&self, repo: &Repo) -> Result<ProposalFolder, ObjectError> {
        repo.with_local(|local| ProposalFolder::of(&Trees::new(local), self.tree, &self.layout))
    }
}

impl FolderStates {
    /// Puts states after these ones.
    pub fn append(&mut self, newer: Vec<FolderState>) {
        for state in newer {
            if self.states.last().is_none_or(|last| last.tree != state.tree) {
                self.states.push(state);
            }
        }
    }
}

/// Reads the folder from the commit at `from` back, to the one before `until` or to where the folder begins.
///
/// A commit that moves the folder is not its beginning.
pub(super) fn folder_states(
    repo: &Repo,
    reader: &mut LineReader,
    packs: &Packs,
    layout: &Layout,
    (from, until): (usize, usize),
) -> FolderStates {
    let local = repo.local();
    let mut found = FolderReading {
        trees: Trees::new(&local),
        layout: Arc::new(layout.clone()),
        listed: HashSet::default(),
        states: Vec::new(),
    };
    let mut newer: Option<LineCommit> = None;
    let mut extent = HistoryExtent::Complete;
    let mut at = from;
    'line: while at < until {
        let commits = reader.from(at);
        let commits = commits[..commits.len().min(until - at)].to_vec();
        if commits.is_empty() {
            extent = reader.extent().clone();
            break;
        }
        let walked = || commits.iter().map(|commit| commit.walked.map(Ok)).collect::<Option<Vec<_>>>();
        let walked = (found.layout.folder == layout.folder).then(walked).flatten();
        let trees = walked.unwrap_or_else(|| folder_trees(repo, packs, &commits, &found.layout.folder));
        for (commit, tree) in commits.iter().zip(trees) {
            match tree.and_then(|tree| found.add((*commit, at), tree, newer)) {
                Ok(FolderStep::Held) => {}
                Ok(FolderStep::Moved) => continue 'line,
                Ok(FolderStep::Begins) => break 'line,
                Err(error) => {
                    extent = HistoryExtent::Unreadable { boundary: newer.map(|commit| commit.id), error };
                    break 'line;
                }
            }
            newer = Some(*commit);
            at += 1;
        }
    }
    found.states.reverse();
    FolderStates { states: found.states, extent, is_unbroken: at >= until }
}

/// What a commit of the line means for the states before it.
enum FolderStep {
    Held,
    /// The next newer commit moved the folder, which is to be looked for under its old name.
    Moved,
    /// The folder begins with the next newer commit.
    Begins,
}

struct FolderReading<'a> {
    trees: Trees<'a>,
    /// Where things are, as far as the line was read back.
    layout: Arc<Layout>,
    /// The trees that were found to be readable.
    listed: HashSet<Id>,
    /// Newest first.
    states: Vec<FolderState>,
}

impl FolderReading<'_> {
    fn add(
        &mut self,
        (commit, place): (LineCommit, usize),
        tree: Option<Id>,
        newer: Option<LineCommit>,
    ) -> Result<FolderStep, ObjectError> {
        let Some(tree) = tree else {
            return match (self.states.last(), newer) {
                (Some(state), Some(newer)) => {
                    let contents = ProposalFolder::of(&self.trees, state.tree, &state.layout)?;
                    let roots = (commit.root(self.trees.local)?, newer.root(self.trees.local)?);
                    let moved = moved_from(&self.trees, roots, &contents)?;
                    let Some(old) = moved.filter(|old| *old != self.layout.folder) else {
                        return Ok(FolderStep::Begins);
                    };
                    self.layout = Arc::new(self.layout.in_folder(&old));
                    self.listed.clear();
                    Ok(FolderStep::Moved)
                }
                (None, None) => self.elsewhere(commit),
                _ => Ok(FolderStep::Begins),
            };
        };
        match self.states.last_mut() {
            Some(state) if state.tree == tree && state.layout.folder == self.layout.folder => {
                (state.commit, state.place) = (commit.id, place);
            }
            _ => {
                if self.listed.insert(tree) {
                    let mut unread = Vec::new();
                    self.trees.below("".into(), tree, &mut unread, &mut |_, _, _| ());
                    unread.pop().map_or(Ok(()), |(_, error)| Err(error))?;
                }
                let layout = self.layout.clone();
                self.states.push(FolderState { commit: commit.id, place, layout, tree });
            }
        }
        Ok(FolderStep::Held)
    }
}

impl FolderReading<'_> {
    /// Looks for the folder where the newest commit itself says that it is: what is checked may have moved it.
    fn elsewhere(&mut self, commit: LineCommit) -> Result<FolderStep, ObjectError> {
        let config = self.trees.find(commit.root(self.trees.local)?, CONFIG).ok().flatten();
        let config = config.and_then(|(_, id)| self.trees.local.find_object(id).ok());
        let folder = config.and_then(|config| config::folder(&config.data));
        let folder = folder.unwrap_or_else(|| Layout::default().folder);
        if folder == self.layout.folder {
            return Ok(FolderStep::Begins);
        }
        self.layout = Arc::new(self.layout.in_folder(&folder));
        Ok(FolderStep::Moved)
    }
}

impl ProposalFolder {
    fn of(trees: &Trees, tree: Id, layout: &Layout) -> Result<Self, ObjectError> {
        let mut contents = ProposalFolder { folder: layout.folder.clone(), ..ProposalFolder::default() };
        let mut unread = Vec::new();
        trees.below(layout.folder.as_str().into(), tree, &mut unread, &mut |path, id, kind| {
            if kind == Kind::File && is_markdown(path) {
                contents.add(path.to_str_lossy().into_owned(), id, layout);
            }
        });
        match unread.pop() {
            Some((_, error)) => Err(error),
            None => Ok(contents),
        }
    }

    fn add(&mut self, path: String, id: Id, layout: &Layout) {
        if layout.role(&path) == Role::Template {
            self.templates.insert(path.clone(), id);
        }
        if may_be_okep(&path, &self.folder) {
            self.okeps.insert(path, id);
        }
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

/// The folder that a commit moved to where `contents` are: the one that most of them were removed from.
fn moved_from(
    trees: &Trees,
    (before, after): (Id, Id),
    contents: &ProposalFolder,
) -> Result<Option<String>, ObjectError> {
    let changes = tree_changes(trees, before, after)?;
    let inside = |path: &String| path.strip_prefix(&contents.folder).map(str::to_owned);
    let names: Vec<String> =
        contents.okeps.keys().chain(contents.templates.keys()).filter_map(inside).collect();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (path, _) in &changes.removed {
        let folders = names.iter().filter_map(|name| path.strip_suffix(name.as_str()));
        folders
            .filter(|folder| !folder.is_empty())
            .for_each(|folder| *counts.entry(folder).or_default() += 1);
    }
    let most = counts.into_iter().max_by_key(|(_, count)| *count);
    Ok(most.map(|(folder, _)| folder.to_owned()))
}
