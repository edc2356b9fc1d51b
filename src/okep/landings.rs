//! Reads the main line into a [`TemplateHistory`]: landings, and revisions of the template.
//!
//! Of each commit only the id of the proposal folder's tree is looked up; a tree is listed where that id
//! changes, and nothing but the template's revisions is read as a file.

use super::folder_line::{FolderState, FolderStates, ProposalFolder, folder_states, may_be_okep};
use super::lineage::{Lineage, PathAndContent, renames};
use super::template_history::{LandedOkep, LandedUnder, Landing, TemplateHistory, TemplateRevision};
use crate::files::{Layout, Note, blob_notice, tidy};
use crate::git::blobs::Blob;
use crate::git::main_line::LineReader;
use crate::git::packs::Packs;
use crate::git::{HistoryExtent, Id, MainLine, Repo, Revision};
use crate::text::path;
use std::collections::BTreeMap;

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
    let local = repo.local();
    let packs = Packs::of(&local);
    let reading = HistoryReader { repo, packs: &packs, layout };
    let mut line = LineReader::new(&local, main.tip);
    // Where the remote's copy was merged into the local one, it has its OKEPs from its own line.
    let remote = main.branch.as_ref().and_then(|branch| branch.behind).filter(|remote| !line.holds(*remote));
    let remote = remote.map(|remote| LineReader::new(&local, remote));
    let mut lines: Vec<FolderLine> =
        remote.into_iter().chain([line]).map(|line| reading.contained(line, checked)).collect();
    let mut histories: Vec<TemplateHistory> = lines.iter().map(|line| reading.history(&line.known)).collect();
    if has_others(&histories, files, layout) {
        let newest = lines.iter_mut().filter_map(|line| reading.newest(line));
        histories.extend(newest.collect::<Vec<_>>());
    }
    let mut notes: Vec<Note> = histories.iter_mut().flat_map(|history| history.notes.drain(..)).collect();
    tidy(&mut notes);
    let chain = histories
        .into_iter()
        .rev()
        .reduce(|next, history| TemplateHistory { next: Some(Box::new(next)), ..history });
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
        .flat_map(|history| &history.landed)
        .filter(|(path, _)| !others.is_empty() && !files.contains_key(*path))
        .map(|(path, okep)| (path.as_str(), Some(okep.blob)))
        .collect();
    renames(&gone, &others).contains(&None)
}

/// Of several files that are named like a template, the one that landed first on the main line.
pub fn first_template(
    repo: &Repo,
    main: &MainLine,
    checked: &[Id],
    layout: &Layout,
    templates: &BTreeMap<String, Option<Id>>,
) -> Option<String> {
    let local = repo.local();
    let mut line = LineReader::new(&local, main.tip);
    let packs = Packs::of(&local);
    let reading = HistoryReader { repo, packs: &packs, layout };
    let place = line.newest_contained(checked).unwrap_or(0);
    let states = reading.states(&mut line, place).states;
    let mut order = TemplateOrder::default();
    for state in &states {
        order.step(state.contents.templates.iter().map(|(path, id)| (path.as_str(), Some(*id))).collect());
    }
    order.step(templates.iter().map(|(path, id)| (path.as_str(), *id)).collect());
    order.first(|_| false)
}

/// In which order the templates of the last state landed.
#[derive(Default)]
struct TemplateOrder {
    /// When each of them landed, and its contents.
    landed: BTreeMap<String, (usize, Option<Id>)>,
    states: usize,
}

impl TemplateOrder {
    fn step(&mut self, now: BTreeMap<&str, Option<Id>>) {
        let at = self.states;
        self.states += 1;
        let before = std::mem::take(&mut self.landed);
        let removed: Vec<PathAndContent<Id>> = before
            .iter()
            .filter(|(path, _)| !now.contains_key(path.as_str()))
            .map(|(path, (_, content))| (path.as_str(), *content))
            .collect();
        let added: Vec<PathAndContent<Id>> = now
            .iter()
            .filter(|(path, _)| !before.contains_key(**path))
            .map(|(path, id)| (*path, *id))
            .collect();
        let from: BTreeMap<&str, usize> = added
            .iter()
            .zip(renames(&removed, &added))
            .filter_map(|((path, _), from)| Some((*path, before[removed[from?].0].0)))
            .collect();
        let landed = |path: &str| before.get(path).map(|(at, _)| *at).or_else(|| from.get(path).copied());
        self.landed =
            now.iter().map(|(path, id)| ((*path).to_owned(), (landed(path).unwrap_or(at), *id))).collect();
    }

    /// The one that the repository names, else the one that landed first; of several the first by its number.
    fn first(&self, is_named: impl Fn(&str) -> bool) -> Option<String> {
        let order = |(path, (landed, _)): &(&String, &(usize, Option<Id>))| {
            let (number, path) = path::template_order(path);
            (!is_named(path), *landed, number, path.to_owned())
        };
        self.landed.iter().min_by_key(order).map(|(path, _)| path.clone())
    }
}

struct HistoryReader<'a> {
    repo: &'a Repo,
    packs: &'a Packs,
    layout: &'a Layout,
}

/// A line, and the states of the folder from the newest commit that is contained in the checked ones.
struct FolderLine<'a> {
    line: LineReader<'a>,
    /// None where there is no such commit.
    place: Option<usize>,
    known: FolderStates,
}

impl<'a> HistoryReader<'a> {
    fn contained(&self, mut line: LineReader<'a>, checked: &[Id]) -> FolderLine<'a> {
        let place = line.newest_contained(checked);
        let known = place.map(|place| self.states(&mut line, place)).unwrap_or_default();
        FolderLine { line, place, known }
    }

    /// What the newest commit of a line knows, where that is another one.
    fn newest(&self, FolderLine { line, place, known }: &mut FolderLine) -> Option<TemplateHistory> {
        if *place == Some(0) {
            return None;
        }
        let until = place.unwrap_or(usize::MAX);
        let newer = folder_states(self.repo, line, self.packs, &self.layout.folder, (0, until));
        if !newer.is_unbroken {
            return Some(self.history(&newer));
        }
        known.append(newer.states);
        Some(self.history(known))
    }

    /// The states of the folder from the commit at `place` of a line back.
    fn states(&self, line: &mut LineReader, place: usize) -> FolderStates {
        folder_states(self.repo, line, self.packs, &self.layout.folder, (place, usize::MAX))
    }

    fn history(&self, known: &FolderStates) -> TemplateHistory {
        let mut history = TemplateHistory::default();
        history.notes.extend(extent_note(&known.extent));
        let mut order = TemplateOrder::default();
        let mut lineage = Lineage::default();
        // When each OKEP landed, as an index into the states.
        let mut landed: Vec<usize> = Vec::new();
        let mut in_force: Vec<LandedUnder> = Vec::new();
        let nothing = ProposalFolder::default();
        let mut before = &nothing;
        for (at, state) in known.states.iter().enumerate() {
            let now = &*state.contents;
            lineage.step(&lacking(&before.okeps, &now.okeps), &lacking(&now.okeps, &before.okeps));
            landed.resize(lineage.count(), at);
            order.step(now.templates.iter().map(|(path, id)| (path.as_str(), Some(*id))).collect());
            let template = order.first(|path| self.is_named(now, path));
            in_force.push(self.template(state, template.as_deref(), &mut history));
            before = now;
        }
        let is_open = known.extent != HistoryExtent::Complete;
        for (path, okep) in lineage.present() {
            let at = landed[*okep];
            let is_edge = is_open && at == 0;
            let revision = (!is_edge).then(|| self.revision(known.states[at].commit, &mut history.notes));
            let under = LandedUnder { is_known: in_force[at].is_known && !is_edge, ..in_force[at] };
            let landing = Landing { revision, under };
            history.landed.insert(path.clone(), LandedOkep { blob: before.okeps[path], landing });
        }
        tidy(&mut history.notes);
        history
    }

    /// Whether the repository names the template at `path`, also where the folder was elsewhere then.
    fn is_named(&self, contents: &ProposalFolder, path: &str) -> bool {
        let inside = |path: &str, folder: &str| path.strip_prefix(folder).map(str::to_owned);
        let named = self.layout.template.as_ref().and_then(|named| inside(named, &self.layout.folder));
        named.is_some() && named == inside(path, &contents.folder)
    }

    /// The template of a state among the revisions, a new one where its text is new.
    fn template(
        &self,
        state: &FolderState,
        path: Option<&str>,
        history: &mut TemplateHistory,
    ) -> LandedUnder {
        let Some(path) = path else { return LandedUnder { template: None, is_known: true } };
        let id = state.contents.templates[path];
        let next = history.templates.len();
        if history.templates.last().is_some_and(|last| last.id == id) {
            return LandedUnder { template: Some(next - 1), is_known: true };
        }
        match self.repo.blob(id) {
            Blob::Bytes(bytes) => {
                let revision = self.revision(state.commit, &mut history.notes);
                history.templates.push(TemplateRevision { revision, path: path.to_owned(), id, bytes });
                return LandedUnder { template: Some(next), is_known: true };
            }
            unread => history.notes.extend(blob_notice(path, &unread)),
        }
        LandedUnder { template: Some(next), is_known: false }
    }

    fn revision(&self, commit: Id, notes: &mut Vec<Note>) -> Revision {
        let (revision, is_dated) = self.repo.revision(commit);
        if !is_dated {
            notes.push(Note::new("bad-date", format!("the date of commit {commit} cannot be read")));
        }
        revision
    }
}

/// The files of `one` that `other` does not have.
fn lacking<'a>(one: &'a BTreeMap<String, Id>, other: &BTreeMap<String, Id>) -> Vec<PathAndContent<'a, Id>> {
    let lacks = |(path, _): &(&String, &Id)| !other.contains_key(*path);
    one.iter().filter(lacks).map(|(path, id)| (path.as_str(), Some(*id))).collect()
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
