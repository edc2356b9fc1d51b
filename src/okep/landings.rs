//! Reads the main line into a [`TemplateHistory`]: landings, and revisions of the template.
//!
//! Of each commit only the id of the proposal folder's tree is looked up; trees are compared where that id
//! changes, and nothing but the template's revisions is read as a file.

use super::folder_line::{FolderStates, HistoryReader, may_be_okep};
use super::lineage::{Lineage, PathAndContent, renames};
use super::template::Template;
use super::template_history::{LandedOkep, LandedUnder, Landing, TemplateHistory, TemplateRevision};
use crate::files::{Content, Layout, Note, blob_notice, tidy};
use crate::git::main_line::LineReader;
use crate::git::tree_changes::TreeChanges;
use crate::git::{HistoryExtent, Id, MainLine, Repo, Revision};
use crate::markdown::document::Document;
use crate::text::path::Role;
use gix::hashtable::HashMap;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What the main line knows about a state that stems from the commits `checked`: HEAD, and what is merged
/// into it. `files` are the Markdown files of that state in the proposal folder, with their ids.
///
/// Landings are counted back from the newest commit of the main line that `checked` contains. It cannot fail:
/// what cannot be read ends the line, and the notes say so.
pub fn template_history(
    repo: &Repo,
    main: &MainLine,
    checked: &[Id],
    layout: &Layout,
    files: &BTreeMap<String, Option<Id>>,
) -> TemplateHistory {
    let reading = HistoryReader::new(repo, layout);
    let read = |tip| LineReader::new(repo.local(), tip);
    let contained = |mut line: LineReader| {
        let place = line.newest_contained(checked);
        let known = place.map(|place| reading.states(&mut line, (place, usize::MAX))).unwrap_or_default();
        (line, place, known)
    };
    let lines: Vec<_> = lines(main, read).into_iter().map(contained).collect();
    let histories = lines.iter().map(|(.., known)| reading.history(known)).collect();
    let newest = |(mut line, place, mut known): (LineReader, Option<usize>, FolderStates)| {
        let until = place.unwrap_or(usize::MAX);
        // What the newest commit knows, where that is another one.
        let newer = (until > 0).then(|| reading.states(&mut line, (0, until)))?;
        if !newer.is_unbroken {
            return Some(reading.history(&newer));
        }
        let last = known.states.last().map(|last| last.tree);
        known.states.extend(newer.states.into_iter().skip_while(|state| Some(state.tree) == last));
        Some(reading.history(&known))
    };
    chain(histories, files, layout, || lines.into_iter().filter_map(newest).collect())
}

/// What the main line knew at each of its commits: a line is read once, and followed from its beginning.
pub struct LandingsOverTime<'a> {
    reading: HistoryReader<'a>,
    /// The last of them is the one that counts.
    pub lines: Vec<FollowedLine>,
}

/// A line, what was known along it as far as somebody asked, and what its newest commit knows.
pub struct FollowedLine {
    /// The place of each commit, the newest being 0.
    pub places: HashMap<Id, usize>,
    known: FolderStates,
    follower: Follower,
    pub newest: Follower,
}

impl FollowedLine {
    /// How many states of the folder there were up to the commit at a place.
    pub fn states_at(&self, place: usize) -> usize {
        self.known.states.partition_point(|state| state.place >= place)
    }
}

impl<'a> LandingsOverTime<'a> {
    /// `walked` has the line of a commit with the folder's tree in each, newest first, where it knows all of it.
    pub fn new(
        repo: &'a Repo,
        main: &MainLine,
        layout: &'a Layout,
        walked: impl Fn(Id) -> Option<Vec<(Id, Option<Id>)>>,
    ) -> Self {
        let reading = HistoryReader::new(repo, layout);
        let read = |tip| match walked(tip) {
            Some(line) => LineReader::walked(repo.local(), tip, line),
            None => LineReader::new(repo.local(), tip),
        };
        let followed = |mut line: LineReader| {
            let known = reading.states(&mut line, (0, usize::MAX));
            let newest = reading.followed(&known);
            FollowedLine { known, places: line.places, follower: Follower::default(), newest }
        };
        let lines = lines(main, read).into_iter().map(followed).collect();
        LandingsOverTime { reading, lines }
    }

    /// What is known at the newest commit of the line that counts.
    pub fn newest(&self) -> &Follower {
        &self.lines.last().expect("there is a main line").newest
    }

    /// What was known after so many states of each line; it is quick where they only ever grow.
    pub fn at(&mut self, states: &[usize], files: &BTreeMap<String, Option<Id>>) -> TemplateHistory {
        let mut histories = Vec::new();
        for (line, count) in self.lines.iter_mut().zip(states) {
            if line.follower.followed > *count {
                line.follower = Follower::default();
            }
            line.follower.follow(&self.reading, &line.known, *count);
            histories.push(line.follower.history.clone());
        }
        let newest = || self.lines.iter().map(|line| line.newest.history.clone()).collect();
        chain(histories, files, self.reading.layout, newest)
    }
}

/// The main line; where the remote's copy was merged into the local one, it has its OKEPs from its own line, which
/// comes first.
fn lines(main: &MainLine, read: impl Fn(Id) -> LineReader) -> Vec<LineReader> {
    let mut line = read(main.tip);
    let remote = main.branch.as_ref().and_then(|branch| branch.behind).filter(|remote| !line.holds(*remote));
    remote.map(read).into_iter().chain([line]).collect()
}

/// Histories in the order in which they are asked, followed by the `newest` where OKEPs have landed by none of them.
fn chain(
    mut histories: Vec<TemplateHistory>,
    files: &BTreeMap<String, Option<Id>>,
    layout: &Layout,
    newest: impl FnOnce() -> Vec<TemplateHistory>,
) -> TemplateHistory {
    if has_others(&histories, files, layout) {
        histories.extend(newest().into_iter().map(|history| TemplateHistory { is_ahead: true, ..history }));
    }
    let mut notes: Vec<Note> = histories.iter_mut().flat_map(|history| history.notes.drain(..)).collect();
    tidy(&mut notes);
    let chain = histories
        .into_iter()
        .rev()
        .reduce(|next, history| TemplateHistory { next: Some(Arc::new(next)), ..history });
    TemplateHistory { notes, ..chain.unwrap_or_default() }
}

/// Whether some OKEPs of a state have landed by none of `histories`.
fn has_others(histories: &[TemplateHistory], files: &BTreeMap<String, Option<Id>>, layout: &Layout) -> bool {
    let is_landed = |path: &str| histories.iter().any(|history| history.landed.contains_key(path));
    let others: Vec<PathAndContent<Id>> = files
        .iter()
        .filter(|(path, _)| may_be_okep(path, &layout.folder) && !is_landed(path))
        .map(|(path, id)| (path.as_str(), *id))
        .collect();
    let gone: Vec<PathAndContent<Id>> = histories
        .iter()
        .flat_map(|history| history.landed.iter())
        .filter(|(path, _)| !others.is_empty() && !files.contains_key(*path))
        .map(|(path, okep)| (path.as_str(), Some(okep.blob)))
        .collect();
    renames(&gone, &others).contains(&None)
}

impl HistoryReader<'_> {
    /// What is known at the last of some states.
    fn history(&self, known: &FolderStates) -> TemplateHistory {
        let mut history = self.followed(known).history;
        history.notes.extend(extent_note(&known.extent));
        tidy(&mut history.notes);
        history
    }

    fn followed(&self, known: &FolderStates) -> Follower {
        let mut follower = Follower::default();
        follower.follow(self, known, known.states.len());
        follower
    }

    fn revision(&self, commit: Id, notes: &mut Vec<Note>) -> Revision {
        let (revision, is_dated) = self.repo.revision(commit);
        if !is_dated {
            let is_there = self.repo.handle().find_commit(commit).is_ok();
            let kind = if is_there { "bad-date" } else { "missing-object" };
            notes.push(Note::new(kind, format!("the date of commit {commit} cannot be read")));
        }
        revision
    }
}

/// Follows OKEPs and templates along the states of the folder, oldest first.
#[derive(Default)]
pub struct Follower {
    pub lineage: Lineage,
    /// How many states it has followed.
    followed: usize,
    pub history: TemplateHistory,
}

impl Follower {
    /// Takes up states until there are `count` of them.
    fn follow(&mut self, reading: &HistoryReader, known: &FolderStates, count: usize) {
        for at in self.followed..count.min(known.states.len()) {
            self.step(reading, known, at);
        }
    }

    /// Takes up the next state.
    fn step(&mut self, reading: &HistoryReader, known: &FolderStates, at: usize) {
        let (state, before) = (&known.states[at], at.checked_sub(1).map(|before| &known.states[before]));
        // What it holds may have landed before it.
        let is_edge = at == 0 && known.extent != HistoryExtent::Complete;
        let layout = &state.layout;
        // A folder that was moved is another one.
        let before = before.filter(|before| before.layout.folder == layout.folder).map(|before| before.tree);
        let changes = state.changes_since(&reading.repo.trees(), before);
        // It could be read a moment ago.
        let changes = changes.unwrap_or_else(|error| {
            self.history.notes.push(Note::from(&error));
            TreeChanges::default()
        });
        let order = &mut self.history.order;
        let mut templates = before.map(|_| order.contents.clone()).unwrap_or_default();
        templates.retain(|path, _| !changes.removed.iter().any(|(removed, _)| removed == path));
        let pages = changes.added.iter().chain(&changes.changed);
        let named = pages.filter(|(path, _)| layout.role(path) == Role::Template);
        templates.extend(named.map(|(path, id)| (path.clone(), Some(*id))));
        order.step(templates);
        let template = order.first(|path| layout.template.as_deref() == Some(path));
        let template = template.and_then(|path| Some((order.contents[&path]?, path)));
        let under = self.template(reading, state.commit, template);
        self.followed += 1;
        let only_okeps = |mut files: Vec<(String, Id)>| {
            files.retain(|(path, _)| may_be_okep(path, &layout.folder));
            files
        };
        let all_landed = self.history.landed.iter().map(|(path, okep)| (path.clone(), okep.blob));
        let removed = if before.is_some() { only_okeps(changes.removed) } else { all_landed.collect() };
        let (added, changed) = (only_okeps(changes.added), only_okeps(changes.changed));
        let okeps = self.lineage.step(&with_content(&removed), &with_content(&added));
        if self.lineage.count > self.history.landings.len() {
            let revision = (!is_edge).then(|| reading.revision(state.commit, &mut self.history.notes));
            let under = LandedUnder { is_known: under.is_known && !is_edge, ..under };
            let landings = Arc::make_mut(&mut self.history.landings);
            landings.resize(self.lineage.count, Landing { revision, under });
        }
        self.history.gone = self.lineage.gone.clone();
        let landed = Arc::make_mut(&mut self.history.landed);
        for (path, _) in &removed {
            landed.remove(path);
        }
        let okeps = added.into_iter().zip(okeps);
        landed.extend(okeps.map(|((path, blob), okep)| (path, LandedOkep { okep, blob })));
        for (path, blob) in changed {
            landed.entry(path).and_modify(|okep| okep.blob = blob);
        }
    }

    /// The template of a commit among the revisions, a new one where its text is new.
    fn template(&mut self, reading: &HistoryReader, commit: Id, file: Option<(Id, String)>) -> LandedUnder {
        let Some((id, path)) = file else { return LandedUnder { template: None, is_known: true } };
        if self.history.templates.last().is_none_or(|last| last.id != id) {
            let bytes = match reading.repo.blob(id) {
                Ok(Content::Bytes(bytes)) => bytes,
                unread => {
                    self.history.notes.extend(blob_notice(&path, &unread));
                    return LandedUnder { template: Some(self.history.templates.len()), is_known: false };
                }
            };
            let revision = reading.revision(commit, &mut self.history.notes);
            let template = Template::new(Some(path), Arc::new(Document::parse(bytes)));
            let revision = TemplateRevision { revision, id, template };
            Arc::make_mut(&mut self.history.templates).push(revision);
        }
        LandedUnder { template: Some(self.history.templates.len() - 1), is_known: true }
    }
}

fn with_content(files: &[(String, Id)]) -> Vec<PathAndContent<'_, Id>> {
    files.iter().map(|(path, id)| (path.as_str(), Some(*id))).collect()
}

fn extent_note(extent: &HistoryExtent) -> Option<Note> {
    match extent {
        HistoryExtent::Complete => None,
        HistoryExtent::Shallow { boundary } => {
            let message = format!(
                "history ends at commit {boundary}, the boundary of a shallow clone: when the OKEPs in it landed \
                 is unknown; `git fetch --unshallow` fetches the rest (in CI: fetch-depth: 0)"
            );
            Some(Note::new("shallow", message))
        }
        HistoryExtent::Unreadable { error, .. } => {
            let note = Note::from(error);
            Some(Note { message: format!("history is read no further: {}", note.message), ..note })
        }
    }
}
