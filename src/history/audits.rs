//! The audit of all states: each is a tree like any other, and checked by the function that `check` uses.
//!
//! What was found about a page is shared by all states that have it, so that pages that stay the same cost
//! nothing. States are checked in rounds on all cores; what was found becomes numbers one state after the other.

use super::numbers::{FileAt, Numbering, RecordedFinding};
use super::states::States;
use super::unread::Unread;
use super::walk::Walk;
use crate::audit::identity::OkepKey;
use crate::audit::{AuditCache, PageVerdict, audit_with, landed_as, policy};
use crate::files::{Content, File, Layout, Note, Tree};
use crate::git::{Id, Repo};
use crate::markdown::limits;
use crate::okep::landings::LandingsOverTime;
use crate::okep::proposal::Okep;
use crate::okep::snapshot::{Parsed, Snapshot};
use crate::okep::suppressions::Suppression;
use crate::okep::template::Template;
use crate::okep::template_history::{LandedOkep, TemplateHistory};
use crate::rules::finding::Finding;
use crate::rules::page_links::LinkTarget;
use crate::site::mkdocs::{Registered, chain_of};
use crate::text::path::{self, Role, role};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

/// What states are checked with.
pub struct Audits<'a> {
    pub repo: &'a Arc<Repo>,
    pub layout: &'a Layout,
    pub landings: LandingsOverTime<'a>,
    cache: AuditCache,
}

/// What was found in a state.
#[derive(Debug, Default)]
pub struct StateVerdict {
    /// In the order of their numbers.
    pub files: Vec<FileAt>,
    /// In the order of the numbers of their paths.
    pub okeps: Vec<Listed>,
    /// Indices into [`FoundInStates::pages`].
    pub pages: Vec<u32>,
    pub of_tree: Vec<RecordedFinding>,
    /// OKEPs that may be there and could not be read.
    pub unread: Vec<u32>,
    pub registers_unread: bool,
    /// Index into [`FoundInStates::in_force`].
    pub in_force: u32,
    pub template: Option<FileAt>,
}

/// An OKEP of a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listed {
    pub path: u32,
    pub who: u32,
    pub shown: ShownFinding,
}

/// Whether readers find an OKEP in the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShownFinding {
    Yes,
    No,
    /// A plugin decides, or the register is broken.
    Unknown,
    /// There is no navigation.
    Nowhere,
    /// The register could not be read.
    Unread,
}

/// What was found about a page, in all states that have it.
pub struct FoundPage {
    pub okep: u32,
    pub recorded: Vec<RecordedFinding>,
    /// What its links claim: each finding holds where all of these questions are answered by no.
    pub claims: Vec<(Vec<u32>, RecordedFinding)>,
    pub facts: PageFacts,
    /// Held, since it is known by its place in memory.
    verdict: Arc<PageVerdict>,
}

/// What a page says about itself.
#[derive(Debug, Default)]
pub struct PageFacts {
    /// Whether its text could be read.
    pub is_known: bool,
    pub number: Option<u64>,
    pub title: Option<String>,
    pub issue: Option<u64>,
    pub suppressions: Vec<Suppression>,
}

/// What was found in all states.
#[derive(Default)]
pub struct FoundInStates {
    /// None where a state could not be read.
    pub states: Vec<Option<StateVerdict>>,
    pub pages: Vec<FoundPage>,
    /// What links point to.
    pub questions: Vec<LinkTarget>,
    /// The templates that were in force: what files they are, and how many were before them.
    pub in_force: Vec<(Option<FileAt>, Vec<usize>)>,
    /// Those that could be read.
    pub templates: HashMap<FileAt, Template>,
    /// How many distinct documents were checked.
    pub documents: usize,
    pub unread: Unread,
}

/// So many states are checked before what was found becomes numbers, which are much smaller.
const AT_ONCE: usize = 64;

/// The same as a thread found it.
struct RawState {
    files: Vec<(String, String)>,
    okeps: Vec<(String, OkepKey, ShownFinding)>,
    pages: Vec<(Arc<PageVerdict>, String, Option<PageFacts>)>,
    of_tree: Vec<Finding>,
    unread: Vec<OkepKey>,
    registers_unread: bool,
    template: Option<(String, Option<Template>)>,
    templates_before: Vec<usize>,
    notes: Vec<Note>,
}

/// The pages that were found in earlier rounds, by where they are in memory.
type KnownPages = HashMap<usize, u32>;

impl<'a> Audits<'a> {
    pub fn new(repo: &'a Arc<Repo>, layout: &'a Layout, landings: LandingsOverTime<'a>) -> Self {
        Audits { repo, layout, landings, cache: AuditCache::default() }
    }

    /// Checks all states.
    pub fn all(&mut self, walk: &Walk, states: &States, numbers: &mut Numbering) -> FoundInStates {
        let mut found = FoundInStates::default();
        let (mut known, mut documents, mut questions) =
            (KnownPages::new(), HashSet::new(), Default::default());
        let all: Vec<usize> = (0..states.all.len()).collect();
        for round in all.chunks(AT_ONCE) {
            let commit = |state: &usize| walk.ids[states.commits[*state] as usize];
            let is_read = |state: &&usize| walk.is_read(&states.all[**state]);
            let read =
                |state: &usize| Some(*state).filter(|s| is_read(&s)).and_then(|_| self.tree(commit(state)));
            let trees: Vec<Option<Tree>> = round.par_iter().map(read).collect();
            let mut history = |(state, tree): (&usize, Option<Tree>)| {
                let tree = tree?;
                let history = self.landings.at(&states.all[*state].known, &ids(&tree, self.layout));
                Some((tree, history))
            };
            let jobs: Vec<_> = round.iter().zip(trees).map(&mut history).collect();
            let parsed = Parsed::default();
            let check = |job: &Option<(Tree, TemplateHistory)>| {
                let (tree, history) = job.as_ref()?;
                self.state(tree, history, &parsed, &known)
            };
            // The first one fills the cache on all cores, and finds most of what the others have.
            let (first, rest) = jobs.split_at(1);
            let mut raw: Vec<Option<RawState>> = first.iter().map(check).collect();
            raw.par_extend(rest.par_iter().map(check));
            for (raw, job) in raw.into_iter().zip(&jobs) {
                found.unread.notices(job.iter().flat_map(|(tree, _)| tree.notices()));
                let state =
                    raw.map(|raw| found.take(raw, numbers, &mut known, &mut documents, &mut questions));
                found.states.push(state);
            }
            self.repo.forget_blobs();
        }
        found.documents = documents.len();
        found
    }

    /// What is found about some OKEPs of a commit under another template.
    pub fn under(
        &mut self,
        commit: Id,
        known: &[usize],
        template: &Template,
        okeps: &BTreeSet<String>,
    ) -> Vec<Finding> {
        let (Some(tree), Some(path)) = (self.tree(commit), &template.path) else { return Vec::new() };
        let history = self.landings.at(known, &ids(&tree, self.layout));
        let text = File::new(template.document.text.as_str().as_bytes());
        let layout = Layout { template: Some(path.clone()), ..self.layout.clone() };
        let tree = tree.with([(path.clone(), Some(text))]);
        let snapshot = Snapshot::of_change(&tree, &layout, &Parsed::default(), Some(okeps));
        let pages = audit_with(&snapshot, Some(&history), &self.cache).pages;
        pages.iter().flat_map(|page| page.findings.clone()).collect()
    }

    /// None where the commit cannot be read.
    fn tree(&self, commit: Id) -> Option<Tree> {
        let tree = Tree::commit(self.repo, commit).ok()?;
        tree.list(&self.layout.folder);
        Some(tree)
    }

    /// Checks a state; none where its folder cannot be read.
    fn state(
        &self,
        tree: &Tree,
        history: &TemplateHistory,
        parsed: &Parsed,
        known: &KnownPages,
    ) -> Option<RawState> {
        let listing = tree.list(&self.layout.folder);
        if listing.notices.iter().any(super::unread::is_unreadable) {
            return None;
        }
        let layout = layout_of(tree, history, self.layout);
        let snapshot = Snapshot::on_demand(tree, &layout, parsed);
        let audited = audit_with(&snapshot, Some(history), &self.cache);
        let is_unread = |path: &String| matches!(content(tree, path), Some(Content::Unavailable(_)));
        let index_pages = listing.files.keys().filter(|path| role(path, &layout.folder) == Role::IndexPage);
        let nav = registers(tree, &layout);
        let nav_unread = nav.iter().any(is_unread);
        let who = |path: &str| self.who(history, &snapshot, path);
        let shown =
            |okep: &Okep| if nav_unread { ShownFinding::Unread } else { shown(&snapshot, &okep.path) };
        let strays = listing.files.keys().filter(|path| role(path, &layout.folder) == Role::Stray);
        let mut unread: Vec<OkepKey> = strays.filter(|path| is_unread(path)).map(|path| who(path)).collect();
        let template = snapshot.template.path.clone();
        let is_template_known = template.as_ref().is_none_or(|path| tree.bytes(path).is_some());
        if !is_template_known {
            unread.extend(snapshot.okeps.iter().map(|okep| who(&okep.path)));
        }
        let mut notes = Vec::new();
        let mut page = |verdict: Arc<PageVerdict>| {
            let is_new = !known.contains_key(&(Arc::as_ptr(&verdict) as usize));
            let id = tree.id(&verdict.path).unwrap_or_default();
            let facts = is_new.then(|| facts(&snapshot, &verdict.path, &mut notes));
            (verdict, id, facts)
        };
        Some(RawState {
            files: listing
                .files
                .iter()
                .map(|(path, id)| (path.clone(), id.clone().unwrap_or_default()))
                .collect(),
            okeps: snapshot.okeps.iter().map(|o| (o.path.clone(), who(&o.path), shown(o))).collect(),
            pages: audited.pages.into_iter().map(&mut page).collect(),
            of_tree: audited.of_tree,
            unread,
            registers_unread: nav_unread || index_pages.into_iter().any(is_unread),
            template: template.map(|path| (path, is_template_known.then(|| snapshot.template.clone()))),
            templates_before: history.all().map(|history| history.templates.len()).collect(),
            notes,
        })
    }

    /// Which OKEP is at a path of a state: the one that had landed there, or did later, else the one that was renamed
    /// to it, else one of its number.
    fn who(&self, history: &TemplateHistory, snapshot: &Snapshot, path: &str) -> OkepKey {
        let (lines, lineage) = (self.landings.lines(), self.landings.lineage());
        let on_line = |okep: usize| OkepKey::Landed(lines - 1, okep);
        let landed = |(at, okep): (usize, &LandedOkep)| OkepKey::Landed(at % lines, okep.okep);
        let here = |(at, history): (usize, &'_ TemplateHistory)| Some((at, history.landed.get(path)?.okep));
        let here = history.all().enumerate().find_map(here);
        let here = here.map(|(at, okep)| OkepKey::Landed(at % lines, okep));
        here.or_else(|| lineage.ever(path).map(on_line))
            .or_else(|| landed_as(history, snapshot, path).map(landed))
            .or_else(|| lineage.ever_of_number(path).map(on_line))
            .or_else(|| path::number(path).map(OkepKey::Number))
            .unwrap_or_else(|| OkepKey::Path(path.to_owned()))
    }
}

impl FoundInStates {
    /// Takes up what a thread found in a state.
    fn take(
        &mut self,
        raw: RawState,
        numbers: &mut Numbering,
        known: &mut KnownPages,
        documents: &mut HashSet<String>,
        questions: &mut super::numbers::Numbered<LinkTarget>,
    ) -> StateVerdict {
        let mut file = |(path, id): (String, String)| FileAt {
            path: numbers.paths.number(path),
            blob: numbers.blobs.number(id),
        };
        let mut files: Vec<FileAt> = raw.files.into_iter().map(&mut file).collect();
        files.sort_unstable();
        let mut listed = |(path, key, shown): (String, OkepKey, ShownFinding)| Listed {
            path: numbers.paths.number(path),
            who: numbers.okeps.number(Some(key)),
            shown,
        };
        let mut okeps: Vec<Listed> = raw.okeps.into_iter().map(&mut listed).collect();
        okeps.sort_unstable_by_key(|listed| listed.path);
        let mut pages = Vec::new();
        for (verdict, id, facts) in raw.pages {
            let place = Arc::as_ptr(&verdict) as usize;
            let page = *known.entry(place).or_insert_with(|| {
                let facts = facts.expect("a page that is not known has them");
                if facts.is_known && verdict.needs_history.is_some() {
                    documents.insert(id);
                }
                self.pages.push(FoundPage::new(verdict, facts, numbers, questions));
                self.pages.len() as u32 - 1
            });
            pages.push(page);
        }
        self.questions.extend_from_slice(&questions.all[self.questions.len()..]);
        let template = raw.template.map(|(path, template)| {
            let path = numbers.paths.number(path);
            let file = files.iter().find(|file| file.path == path).copied().expect("the template is a file");
            self.templates.extend(template.map(|template| (file, template)));
            file
        });
        let in_force = (template, raw.templates_before);
        let at = self.in_force.iter().position(|known| *known == in_force).unwrap_or_else(|| {
            self.in_force.push(in_force);
            self.in_force.len() - 1
        });
        self.unread.notices(raw.notes);
        StateVerdict {
            files,
            okeps,
            pages,
            of_tree: raw.of_tree.iter().map(|finding| numbers.recorded(finding)).collect(),
            unread: raw.unread.into_iter().map(|key| numbers.okeps.number(Some(key))).collect(),
            registers_unread: raw.registers_unread,
            in_force: at as u32,
            template,
        }
    }
}

impl FoundPage {
    /// Whether it is the OKEP itself, and not a page next to it.
    pub fn is_okep(&self) -> bool {
        self.verdict.needs_history.is_some()
    }

    fn new(
        verdict: Arc<PageVerdict>,
        facts: PageFacts,
        numbers: &mut Numbering,
        questions: &mut super::numbers::Numbered<LinkTarget>,
    ) -> Self {
        // Of a text that could not be read nothing is known.
        let counts = |_: &&Finding| facts.is_known;
        let recorded = verdict.findings.iter().filter(counts).map(|f| numbers.recorded(f)).collect();
        let mut claims = Vec::new();
        for claim in &verdict.claims {
            let mut unless: Vec<u32> =
                claim.unless.iter().map(|target| questions.number(target.clone())).collect();
            unless.sort_unstable();
            claims.push((unless, numbers.recorded(&claim.finding)));
        }
        let okep = numbers.paths.number(verdict.okep.clone());
        FoundPage { okep, recorded, claims, facts, verdict }
    }
}

/// What a page says about itself, and whether it could be read.
fn facts(snapshot: &Snapshot, path: &str, notes: &mut Vec<Note>) -> PageFacts {
    let Some(document) = snapshot.document(path) else { return PageFacts::default() };
    if let Some(why) = limits::beyond(&document) {
        notes.push(Note::at("too-large", path, why));
        return PageFacts::default();
    }
    let suppressions = policy::of_page(path, &document);
    let Some(okep) = snapshot.okep(path) else {
        return PageFacts { is_known: true, suppressions, ..PageFacts::default() };
    };
    PageFacts {
        is_known: true,
        number: okep.number(),
        title: okep.title.as_ref().map(|title| title.name.clone()),
        issue: okep.issue.as_ref().and_then(|issue| issue.number()),
        suppressions,
    }
}

fn content(tree: &Tree, path: &str) -> Option<Content> {
    tree.file(path).map(|file| file.content)
}

/// The files below the proposal folder with their ids.
fn ids(tree: &Tree, layout: &Layout) -> BTreeMap<String, Option<Id>> {
    let id = |id: &Option<String>| Id::from_hex(id.as_ref()?.as_bytes()).ok();
    tree.list(&layout.folder).files.iter().map(|(path, hex)| (path.clone(), id(hex))).collect()
}

/// The layout with the template that counts, where several files are named like one.
fn layout_of(tree: &Tree, history: &TemplateHistory, layout: &Layout) -> Layout {
    let listing = tree.list(&layout.folder);
    let is_template = |path: &&String| role(path, &layout.folder) == Role::Template;
    let templates: Vec<&String> = listing.files.keys().filter(is_template).collect();
    if templates.len() < 2 || layout.template.is_some() {
        return layout.clone();
    }
    let id = |path: &String| Id::from_hex(tree.id(path)?.as_bytes()).ok();
    let first =
        history.first_template(&templates.into_iter().map(|path| (path.as_str(), id(path))).collect());
    Layout { template: first, ..layout.clone() }
}

/// The register and those that it inherits from.
fn registers(tree: &Tree, layout: &Layout) -> Vec<String> {
    let register = layout.registers.iter().find(|path| tree.contains(path));
    register.map(|path| chain_of(path, &|path| content(tree, path))).unwrap_or_default()
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
