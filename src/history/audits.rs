//! The audit of all states: each is a tree like any other, and checked by the function that `check` uses.
//!
//! What was found about a page is shared by all states that have it, so that pages that stay the same cost
//! nothing. States are checked in rounds on all cores; what was found becomes numbers one state after the other.

use super::found::{FoundInStates, PageFacts, RawPage, RawState, ShownFinding};
use super::states::States;
use super::walk::Walk;
use crate::audit::identity::OkepKey;
use crate::audit::scope::registers;
use crate::audit::{AuditCache, AuditedTree, PageVerdict, audit_with, of_documents, policy};
use crate::files::{Content, File, Layout, Note, Tree};
use crate::git::{Id, ObjectError, Repo};
use crate::markdown::limits;
use crate::okep::landings::LandingsOverTime;
use crate::okep::proposal::Okep;
use crate::okep::snapshot::{Parsed, Snapshot};
use crate::okep::template::Template;
use crate::okep::template_history::{TemplateHistory, templates};
use crate::rules::finding::Finding;
use crate::site::mkdocs::Registered;
use crate::text::path::{self, Role};
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What states are checked with.
pub struct Audits<'a> {
    pub repo: &'a Arc<Repo>,
    pub layout: &'a Layout,
    pub landings: LandingsOverTime<'a>,
    /// What could not be read, each once, whatever the states that have it.
    pub unread: BTreeSet<Note>,
    parsed: Parsed,
    cache: AuditCache,
}

/// So many states are checked before what was found becomes numbers, which are much smaller.
const AT_ONCE: usize = 64;

impl<'a> Audits<'a> {
    pub fn new(
        repo: &'a Arc<Repo>,
        layout: &'a Layout,
        landings: LandingsOverTime<'a>,
        parsed: Parsed,
    ) -> Self {
        let (unread, cache) = Default::default();
        Audits { repo, layout, landings, unread, parsed, cache }
    }

    /// Takes up those notes that are about something that could not be read.
    fn unread(&mut self, notes: impl IntoIterator<Item = Note>) {
        let counts = |note: &Note| note.is_unreadable() || note.kind == "too-large";
        self.unread.extend(notes.into_iter().filter(counts).map(|note| Note { path: None, ..note }));
    }

    /// Checks all states.
    pub fn all(&mut self, walk: &Walk, states: &States, found: &mut FoundInStates) {
        found.states.resize(states.all.len(), None);
        let all = states.by_growth();
        for round in all.chunks(AT_ONCE) {
            let tree = |state: &usize| {
                let commit = walk.ids[states.commits[*state] as usize];
                let outside = &states.outside[states.all[*state].outside as usize];
                // Nothing is said of a state whose objects could not be read.
                walk.keys[states.all[*state].key as usize].as_ref()?;
                let mut tree = self.tree(commit)?;
                tree.outside = Some(outside.clone());
                Some((*state, tree))
            };
            let trees: Vec<(usize, Tree)> = round.par_iter().filter_map(tree).collect();
            let with_history = |(state, tree): (usize, Tree)| {
                let listing = tree.list(&self.layout.folder);
                (state, self.landings.at(&states.all[state].known, &listing.files), tree)
            };
            let mut jobs: Vec<_> = trees.into_iter().map(with_history).collect();
            // Each tree is dropped by the thread that checked it.
            let check = |(state, history, tree)| (state, self.state(&tree, &history, found));
            // The first one fills the cache on all cores, and finds most of what the others have.
            let rest = jobs.split_off(jobs.len().min(1));
            let mut checked: Vec<_> = jobs.into_iter().map(check).collect();
            checked.par_extend(rest.into_par_iter().map(check));
            for (state, (raw, notes)) in checked {
                self.unread(notes);
                found.states[state] = raw.map(|raw| Arc::new(found.take(raw)));
            }
            self.repo.blobs.clear();
            // States are in an order in which the main line only grows: what two rounds did not need is rarely needed
            // again.
            self.cache.forget_unused();
            self.parsed.forget_unused();
            found.forget_unused();
        }
    }

    /// What is found about some OKEPs of a commit under another template.
    pub fn under(
        &mut self,
        commit: Id,
        known: &[usize],
        template: &Template,
        okeps: &BTreeSet<String>,
    ) -> Vec<Finding> {
        let Some(path) = &template.path else { return Vec::new() };
        let Some(read) = self.tree(commit) else { return Vec::new() };
        let history = self.landings.at(known, &read.list(&self.layout.folder).files);
        let text = File::new(template.document.text.as_str().as_bytes());
        let layout = Layout { template: Some(path.clone()), ..self.layout.clone() };
        let tree = read.with([(path.clone(), Some(text))]);
        let snapshot = Snapshot::of_change(&tree, &layout, &self.parsed, Some(okeps));
        let findings = of_documents(&snapshot, Some(&history), &self.cache);
        self.unread(read.notices().into_iter().chain(tree.notices()));
        findings
    }

    /// None where the commit cannot be read any more.
    fn tree(&self, commit: Id) -> Option<Tree> {
        let vanished = || ObjectError::missing(self.repo.handle(), commit);
        let tree = Tree::commit(self.repo, commit).map_err(|_| self.repo.has_vanished(vanished())).ok()?;
        tree.list(&self.layout.folder);
        Some(tree)
    }

    /// Checks a state, with what there is to note about it; none where its folder cannot be read.
    fn state(
        &self,
        tree: &Tree,
        history: &TemplateHistory,
        found: &FoundInStates,
    ) -> (Option<RawState>, Vec<Note>) {
        let listing = tree.list(&self.layout.folder);
        let mut notes = [listing.notices.clone(), tree.notices()].concat();
        if listing.notices.iter().any(Note::is_unreadable) {
            return (None, notes);
        }
        // Where several files are named like a template, one of them counts.
        let mut layout = self.layout.clone();
        if let Some(templates) = templates(tree, self.layout) {
            layout.template = history.first_template(templates);
        }
        let snapshot = Snapshot::on_demand(tree, &layout, &self.parsed);
        let AuditedTree { pages, of_tree } = audit_with(&snapshot, Some(history), &self.cache);
        let who = |path: &str| self.who(history, &snapshot, path);
        let of_role = |wanted: Role| {
            let is_of_role = move |path: &&String| self.layout.role(path) == wanted;
            listing.files.keys().filter(is_of_role).filter(|path| is_unread(tree, path))
        };
        let mut unread: Vec<OkepKey> = of_role(Role::Stray).map(|path| who(path)).collect();
        let template = snapshot.template.path.clone();
        let is_template_known = template.as_ref().is_none_or(|path| tree.bytes(path).is_some());
        if !is_template_known {
            unread.extend(snapshot.okeps.iter().map(|okep| who(&okep.path)));
        }
        let mut page = |verdict: PageVerdict| {
            let id = tree.id(&verdict.path);
            let is_new = !found.knows(&verdict.path, id);
            let facts = is_new.then(|| facts(&snapshot, &verdict.path, &mut notes));
            RawPage { verdict, id, facts }
        };
        let pages = pages.into_iter().map(&mut page).collect();
        let is_nav_unread = registers(tree, &layout).iter().any(|path| is_unread(tree, path));
        let okep = |okep: &Okep| {
            let shown = if is_nav_unread { ShownFinding::Unread } else { shown(&snapshot, &okep.path) };
            (okep.path.clone(), who(&okep.path), shown)
        };
        let raw = RawState {
            files: listing.files.clone(),
            okeps: snapshot.okeps.iter().map(okep).collect(),
            pages,
            of_tree,
            unread,
            registers_unread: is_nav_unread || of_role(Role::IndexPage).next().is_some(),
            template: template.map(|path| (path, is_template_known.then(|| snapshot.template.clone()))),
            templates_before: history.all().map(|history| history.templates.len()).collect(),
        };
        notes.extend(tree.notices());
        (Some(raw), notes)
    }

    /// Which OKEP is at a path of a state: the one that had landed there, or did later, else the one that was renamed
    /// to it, else one of its number.
    fn who(&self, history: &TemplateHistory, snapshot: &Snapshot, path: &str) -> OkepKey {
        let (lines, lineage) = (self.landings.lines.len(), &self.landings.newest().lineage);
        let key = |line: usize, okep: usize| OkepKey::Landed(line % lines, okep);
        let mut histories = history.all().enumerate();
        histories
            .find_map(|(line, history)| Some(key(line, history.landed.get(path)?.okep)))
            .or_else(|| lineage.ever(path).map(|okep| key(lines - 1, okep)))
            .or_else(|| history.landed_as(snapshot, path).map(|(line, okep, _)| key(line, okep)))
            .or_else(|| lineage.ever_of_number(path).map(|okep| key(lines - 1, okep)))
            .or_else(|| path::number(path).map(OkepKey::Number))
            .unwrap_or_else(|| OkepKey::Path(path.to_owned()))
    }
}

/// What a page says about itself; none where it could not be read.
fn facts(snapshot: &Snapshot, path: &str, notes: &mut Vec<Note>) -> Option<PageFacts> {
    let document = snapshot.document(path)?;
    if let Some(why) = limits::beyond(&document) {
        notes.push(Note::at("too-large", path, why));
        return None;
    }
    let okep = snapshot.okep(path);
    Some(PageFacts {
        number: okep.and_then(Okep::number),
        title: okep.and_then(|okep| Some(okep.title.as_ref()?.name.clone())),
        issue: okep.and_then(|okep| okep.issue.as_ref()?.number()),
        suppressions: policy::of_page(path, &document),
    })
}

/// Whether a file is there and its text is not: a link, a pointer of Git LFS, an object that is missing.
fn is_unread(tree: &Tree, path: &str) -> bool {
    tree.file(path).is_some_and(|file| !matches!(file.content, Content::Bytes(_)))
}

/// Whether readers find the OKEP at a path, by a nav that could be read.
fn shown(snapshot: &Snapshot, path: &str) -> ShownFinding {
    let Some(site) = &snapshot.site else { return ShownFinding::Nowhere };
    match site.registered(path) {
        Registered::Unknown => ShownFinding::Unknown,
        _ if site.nav.tree().is_none() => ShownFinding::Nowhere,
        registered if registered.shown() == Some(true) => ShownFinding::Yes,
        _ => ShownFinding::No,
    }
}
