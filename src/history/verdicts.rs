//! One audit for each distinct state: the findings of every state a commit stands in.
//!
//! A document is read and parsed once, judged once for each path and book it stood under, and dropped;
//! the rules about the whole tree run once for each set of paths and registers. A state's findings are
//! numbers, so that what came and went is arithmetic. It says nothing of commits or dates.

use super::catalog::{Book, Catalog, FileAt, TreeState};
use super::graph::NONE;
use super::links::{Answers, Asked, Context, Links, PageAt, page_claims};
use super::numbers::{FoundInDocument, FoundInTree, Numbering, present};
use super::shared::{Shared, Sharing};
use super::state::{
    AllowedSet, DocumentVerdict, FindingId, KnownIdentity, Landed, Listed, RecordedFinding, Set,
    ShownFinding, Whole,
};
use super::walk::Walk;
use crate::audit::identity::OkepKey;
use crate::audit::{TemplateTimeline, of_tree};
use crate::files::{Content, File, Layout, Note, Tree};
use crate::git::Entry;
use crate::markdown::document::Document;
use crate::markdown::extensions::Extensions;
use crate::markdown::limits;
use crate::okep::proposal::Okep;
use crate::okep::requirements::ParsedRevision;
use crate::okep::snapshot::{Parsed, Snapshot};
use crate::okep::suppressions::comments;
use crate::okep::template::Template;
use crate::rules::finding::Revision;
use crate::rules::page_links::Claim;
use crate::site::mkdocs::Registered;
use crate::text::path::Role;
use rayon::prelude::*;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

/// Where files are read; the only thing here that is not arithmetic.
pub trait Objects: Sync {
    /// Makes something for each job on all cores, in order; a job may read files.
    fn each<T: Send>(
        &self,
        jobs: usize,
        make: impl Fn(usize, &dyn Fn(Entry) -> Result<Content, Note>) -> T + Sync,
    ) -> Vec<T>;

    /// What stands at paths below roots, in order.
    fn path_kind(&self, asked: &[Asked]) -> Answers;
}

#[derive(Default)]
pub struct Verdicts {
    /// The OKEPs; none for what is about no single one.
    pub whos: Vec<Option<OkepKey>>,
    pub identities: Vec<KnownIdentity>,
    pub sets: Vec<Set>,
    /// For each state its set.
    pub set_of: Vec<u32>,
    /// How many distinct documents were judged.
    pub documents: usize,
    /// How many files are not in the repository.
    pub missing: usize,
    pub damaged: bool,
    pub notes: Vec<Note>,
    /// None where the file could not be read, which is not the same as being without findings.
    verdicts: HashMap<(FileAt, u32), Option<DocumentVerdict>>,
    wholes: Vec<Whole>,
    /// For each state its whole; [`NONE`] where it could not be read.
    whole_of: Vec<u32>,
    templates: HashMap<FileAt, Template>,
    links: Links,
    /// For each path whom an OKEP at it is; [`NONE`] where there never was one.
    who_at: Vec<u32>,
}

/// The same before what it has in common with others is shared.
#[derive(Default)]
struct RawSet {
    marks: Vec<FindingId>,
    unknown: Vec<u32>,
    unshown: Vec<u32>,
    registers_unread: bool,
    all_unknown: bool,
}

/// So many states are judged before what they have in common is shared.
const AT_ONCE: usize = 64;

/// So many documents are checked before their findings become numbers, which are much smaller.
const DOCUMENTS_AT_ONCE: usize = 256;

/// What the rules about the whole tree look at.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct WholeKey {
    /// Path, and the blob where more than the path counts.
    files: Shared<(u32, u32)>,
    register: Option<u32>,
    book: u32,
}

impl Verdicts {
    /// Judges every state of the catalogue; `landed` says of a path when it came to the line, `also` names
    /// documents that are to be judged by a book under which they never stood, and `tip` has the templates
    /// whose names for sections count.
    pub fn new(
        catalog: &mut Catalog,
        walk: &Walk,
        layout: &Layout,
        landed: &(dyn Fn(u32) -> Option<Landed> + Sync),
        also: &[(FileAt, u32)],
        tip: Landed,
        objects: &impl Objects,
    ) -> Self {
        let mut verdicts = Verdicts { who_at: vec![NONE; catalog.paths.len()], ..Verdicts::default() };
        verdicts.read_templates(catalog, objects);
        let main = catalog.templates(tip.chain);
        let revisions = verdicts.revisions(catalog, &main);
        let mut names = Numbering::new(catalog, layout, present(&revisions));
        let benches: Vec<Option<AuditState>> = catalog
            .books
            .par_iter()
            .map(|b| verdicts.template_timeline(catalog, b, &main, &revisions))
            .collect();
        let mut judging = Audits { catalog, layout, benches: &benches, landed, site: None };
        // The registers come first: they say how the links of documents are read.
        verdicts.check_trees(&judging, &walk.registers, &mut names, objects);
        judging.site = verdicts.links.extensions();
        verdicts.check_documents(&judging, also, &mut names, objects);
        verdicts.whos = names.okeps;
        verdicts.identities = names.identities;
        drop(benches);
        let lack = verdicts.links.lacking(catalog, walk, layout, &|asked| objects.path_kind(asked));
        if let Some(lack) = lack {
            let was = catalog.refine(&lack);
            verdicts.whole_of = was.into_iter().map(|state| verdicts.whole_of[state as usize]).collect();
        }
        verdicts.gather(catalog);
        verdicts.notes.sort();
        verdicts.notes.dedup();
        verdicts
    }

    fn read_templates(&mut self, catalog: &Catalog, objects: &impl Objects) {
        let files: BTreeSet<FileAt> = catalog.chains.iter().map(|c| c.template).collect();
        let files: Vec<FileAt> = files.into_iter().collect();
        let parsed = objects.each(files.len(), |at, read| {
            let file = files[at];
            match read(catalog.blobs[file.blob as usize])? {
                Content::Bytes(bytes) => {
                    let document = Arc::new(Document::parse(&bytes));
                    if let Some(why) = limits::beyond(&document) {
                        return Err(Note::new(
                            "too-large",
                            format!("template {}: {why}", catalog.blobs[file.blob as usize].id),
                        ));
                    }
                    Ok(Some(Template::new(Some(catalog.path(file).path.clone()), document)))
                }
                _ => Ok(None),
            }
        });
        for (file, template) in files.into_iter().zip(parsed) {
            match template {
                Ok(template) => self.templates.extend(template.map(|t| (file, t))),
                Err(note) => self.left_out(note),
            }
        }
    }

    /// Takes up why something was not judged.
    fn left_out(&mut self, note: Note) {
        if note.kind == "too-large" { self.notes.push(note) } else { self.unreadable(note) }
    }

    fn unreadable(&mut self, note: Note) {
        if note.kind == "missing-object" {
            self.missing += 1;
            // One is named, the rest are counted.
            self.notes.extend(Some(note).filter(|_| self.missing == 1));
        } else {
            self.damaged = true;
            self.notes.push(note);
        }
    }

    /// The template of a chain's end; none where it could not be read.
    pub fn template(&self, catalog: &Catalog, chain: u32) -> Option<&Template> {
        self.templates.get(&catalog.chains[chain as usize].template)
    }

    /// The templates of a chain since the last one that could not be read.
    fn revisions(&self, catalog: &Catalog, chain: &[u32]) -> Vec<ParsedRevision> {
        let revision = |chain: &u32| {
            let revision = Revision { commit: String::new(), date: String::new() };
            Some(ParsedRevision { revision, template: self.template(catalog, *chain)?.clone() })
        };
        let mut revisions: Vec<ParsedRevision> = chain.iter().rev().map_while(revision).collect();
        revisions.reverse();
        revisions
    }

    /// The templates of a book; none where the one in force could not be read.
    fn template_timeline<'a>(
        &self,
        catalog: &Catalog,
        book: &Book,
        main: &[u32],
        revisions: &'a [ParsedRevision],
    ) -> Option<AuditState<'a>> {
        let depth = book.chain.map_or(0, |chain| catalog.depths[chain as usize]) as usize;
        let on_main = depth == 0 || main.get(depth - 1).copied() == book.chain;
        let known = depth.checked_sub(main.len() - revisions.len()).filter(|_| on_main);
        let revisions = match known {
            Some(known) => Cow::Borrowed(&revisions[..known]),
            None => Cow::Owned(self.revisions(catalog, &catalog.templates(book.chain))),
        };
        let template = match book.chain.filter(|_| book.stands) {
            Some(chain) => self.template(catalog, chain)?.clone(),
            None => Template::built_in(),
        };
        let unread = depth - revisions.len();
        Some(AuditState { template_timeline: TemplateTimeline::new(&template, revisions), unread })
    }

    fn check_documents(
        &mut self,
        judging: &Audits,
        also: &[(FileAt, u32)],
        names: &mut Numbering<'_>,
        objects: &impl Objects,
    ) {
        let catalog = judging.catalog;
        let mut uses: Vec<BTreeSet<(u32, u32)>> = vec![BTreeSet::new(); catalog.blobs.len()];
        let mut seen: HashSet<(*const FileAt, u32)> = HashSet::new();
        for state in &catalog.states {
            let blocks = catalog.holdings[state.key as usize].iter().flat_map(|h| h.files.blocks());
            // What most states have in common is looked at once.
            for file in blocks.filter(|b| seen.insert((b.as_ptr(), state.book))).flat_map(|b| b.iter()) {
                if catalog.path(*file).role == Role::Okep {
                    uses[file.blob as usize].insert((file.path, state.book));
                }
            }
        }
        for (file, book) in also {
            uses[file.blob as usize].insert((file.path, *book));
        }
        let mut pages: Vec<BTreeSet<PageAt>> = vec![BTreeSet::new(); catalog.blobs.len()];
        for state in &catalog.states {
            for page in self.links.pages(catalog, state, |_| true) {
                pages[page.file.blob as usize].insert(page);
            }
        }
        let is_used = |b: &u32| !uses[*b as usize].is_empty() || !pages[*b as usize].is_empty();
        let blobs: Vec<u32> = (0..uses.len() as u32).filter(is_used).collect();
        for blobs in blobs.chunks(DOCUMENTS_AT_ONCE) {
            let links = &self.links;
            let judged = objects.each(blobs.len(), |at, read| {
                let blob = blobs[at];
                let entry = catalog.blobs[blob as usize];
                let document = match read(entry)? {
                    Content::Bytes(bytes) => Arc::new(Document::parse(&bytes)),
                    Content::Symlink => return Ok(None),
                    Content::TooLarge(_) | Content::Unavailable(_) => {
                        return Err(Note::new(
                            "too-large",
                            format!("blob {} is too large to judge", entry.id),
                        ));
                    }
                };
                if let Some(why) = limits::beyond(&document) {
                    return Err(Note::new("too-large", format!("blob {}: {why}", entry.id)));
                }
                let judge = |(path, book): &(u32, u32)| judging.document(*path, *book, document.clone());
                let judged = uses[blob as usize].iter().map(judge).collect::<Vec<_>>();
                let linked =
                    pages[blob as usize].iter().map(|page| page_claims(&document, page, links, catalog));
                Ok(Some((judged, linked.collect::<Vec<Vec<Claim>>>())))
            });
            for (blob, judged) in blobs.iter().copied().zip(judged) {
                let files =
                    uses[blob as usize].iter().map(|(path, book)| (FileAt { path: *path, blob }, *book));
                match judged {
                    Ok(None) => self.verdicts.extend(files.map(|f| (f, Some(DocumentVerdict::default())))),
                    Ok(Some((judged, linked))) => {
                        for (page, linked) in pages[blob as usize].iter().zip(linked) {
                            self.links.take(*page, linked, names);
                        }
                        self.documents += usize::from(!uses[blob as usize].is_empty());
                        for (file, judged) in files.zip(judged) {
                            self.verdicts.insert(file, judged.map(|raw| names.document(raw)));
                        }
                    }
                    // A page beside an OKEP says nothing about it, and is told of where paths are judged.
                    Err(_) if uses[blob as usize].is_empty() => {}
                    Err(note) => {
                        self.verdicts.extend(files.map(|f| (f, None)));
                        self.left_out(note);
                    }
                }
            }
        }
    }

    fn check_trees(
        &mut self,
        judging: &Audits,
        registers: &[Vec<(String, Entry)>],
        names: &mut Numbering<'_>,
        objects: &impl Objects,
    ) {
        let catalog = judging.catalog;
        let mut sharing = Sharing::default();
        let mut known: HashMap<WholeKey, u32> = HashMap::new();
        let mut keys: Vec<WholeKey> = Vec::new();
        for state in &catalog.states {
            let Some(key) = judging.whole_key(state, &mut sharing) else {
                self.whole_of.push(NONE);
                continue;
            };
            let at = *known.entry(key).or_insert_with_key(|key| {
                keys.push(key.clone());
                keys.len() as u32 - 1
            });
            self.whole_of.push(at);
        }
        // A register is parsed once for all states that have it, and dropped after.
        let mut by_register: BTreeMap<Option<u32>, Vec<usize>> = BTreeMap::new();
        for (at, key) in keys.iter().enumerate() {
            by_register.entry(key.register).or_default().push(at);
        }
        let jobs: Vec<Vec<usize>> = by_register.into_values().collect();
        let mut sharing = Sharing::default();
        let mut unreadable = BTreeSet::new();
        self.wholes.resize_with(keys.len(), Whole::default);
        for jobs in jobs.chunks(AT_ONCE) {
            let judged = objects.each(jobs.len(), |job, read| {
                let parsed = Parsed::default();
                let whole = |at: &usize| (*at, judging.whole(&keys[*at], registers, &parsed, read));
                jobs[job].iter().map(whole).collect::<Vec<_>>()
            });
            for (at, (whole, context, notes)) in judged.into_iter().flatten() {
                self.links.context(keys[at].register, keys[at].book, context);
                self.wholes[at] = names.whole(whole, &mut sharing);
                unreadable.extend(notes);
            }
        }
        for listed in self.wholes.iter().flat_map(|whole| whole.okeps.iter()) {
            self.who_at[listed.path as usize] = listed.who;
        }
        unreadable.into_iter().for_each(|note| self.unreadable(note));
    }

    /// Puts together the findings of each state.
    fn gather(&mut self, catalog: &Catalog) {
        let (mut marks, mut whos) = (Sharing::default(), Sharing::default());
        let mut known: HashMap<Set, u32> = HashMap::new();
        let states: Vec<usize> = (0..catalog.states.len()).collect();
        for states in states.chunks(AT_ONCE) {
            let raw: Vec<RawSet> = states.par_iter().map(|state| self.set(catalog, *state)).collect();
            for raw in raw {
                let set = Set {
                    marks: marks.share(&raw.marks),
                    unknown: whos.share(&raw.unknown),
                    unshown: whos.share(&raw.unshown),
                    registers_unread: raw.registers_unread,
                    all_unknown: raw.all_unknown,
                };
                let at = *known.entry(set).or_insert_with_key(|set| {
                    self.sets.push(set.clone());
                    self.sets.len() as u32 - 1
                });
                self.set_of.push(at);
            }
        }
    }

    fn set(&self, catalog: &Catalog, state: usize) -> RawSet {
        if self.whole_of[state] == NONE {
            return RawSet { all_unknown: true, ..RawSet::default() };
        }
        let (recorded, unknown) = self.recorded(catalog, state);
        let mut identities: Vec<u32> = recorded.iter().map(|t| t.identity).collect();
        identities.sort_unstable();
        let mut marks: Vec<FindingId> = Vec::with_capacity(identities.len());
        for identity in identities {
            let nth = marks.last().filter(|m| m.identity == identity).map_or(0, |m| m.nth + 1);
            marks.push(FindingId { identity, nth });
        }
        let okeps = self.okeps(state).into_iter().flat_map(Shared::iter);
        let unclear = |o: &&Listed| matches!(o.shown, ShownFinding::Unknown | ShownFinding::Unread);
        let mut unshown: Vec<u32> = okeps.filter(unclear).map(|o| o.who).collect();
        unshown.sort_unstable();
        RawSet {
            marks,
            unknown: unknown.into_iter().collect(),
            unshown,
            registers_unread: self.wholes[self.whole_of[state] as usize].registers_unread,
            all_unknown: false,
        }
    }

    /// The findings of a state, and of whom nothing is known.
    fn recorded<'a>(
        &'a self,
        catalog: &'a Catalog,
        state: usize,
    ) -> (Vec<&'a RecordedFinding>, BTreeSet<u32>) {
        let (mut recorded, mut unknown) = (Vec::new(), BTreeSet::new());
        let Some(whole) = self.wholes.get(self.whole_of[state] as usize) else { return (recorded, unknown) };
        recorded.extend(&whole.recorded);
        unknown.extend(&whole.unread);
        recorded.extend(self.links.recorded(catalog, state, |_| true));
        let holding = catalog.holdings[catalog.states[state].key as usize].as_ref();
        // Both are in the order of their paths.
        let mut files = holding.into_iter().flat_map(|h| h.files.iter());
        for okep in whole.okeps.iter() {
            let file = files.find(|file| file.path == okep.path).copied();
            self.take_up(okep, self.read_as(catalog, state, okep.path, file), &mut recorded, &mut unknown);
        }
        (recorded, unknown)
    }

    /// The findings of a state that are about one OKEP.
    pub fn recorded_of<'a>(
        &'a self,
        catalog: &'a Catalog,
        state: usize,
        who: u32,
    ) -> Vec<&'a RecordedFinding> {
        let mut recorded = Vec::new();
        let Some(whole) = self.wholes.get(self.whole_of[state] as usize) else { return recorded };
        let its = |recorded: &&RecordedFinding| self.identities[recorded.identity as usize].who == who;
        recorded.extend(whole.recorded.iter().filter(its));
        let page = move |file: &FileAt| {
            self.who_at[file.path as usize] == who || catalog.path(*file).role == Role::InOkepFolder
        };
        recorded.extend(self.links.recorded(catalog, state, page).into_iter().filter(its));
        for okep in whole.okeps.iter().filter(|okep| okep.who == who) {
            self.take_up(okep, self.document(catalog, state, okep.path), &mut recorded, &mut BTreeSet::new());
        }
        recorded
    }

    /// Adds what a document says of itself to what is said of it.
    fn take_up<'a>(
        &self,
        okep: &Listed,
        verdict: Option<&'a DocumentVerdict>,
        recorded: &mut Vec<&'a RecordedFinding>,
        unknown: &mut BTreeSet<u32>,
    ) {
        let Some(verdict) = verdict else {
            unknown.insert(okep.who);
            return;
        };
        for allow in &verdict.allows {
            let covered = |t: &RecordedFinding| {
                let identity = &self.identities[t.identity as usize];
                identity.who == okep.who && allowed(allow, identity.rule, &t.subject)
            };
            recorded.retain(|t| !covered(t));
        }
        recorded.extend(&verdict.recorded);
    }

    /// What was found about the OKEP at a path of a state; none where it could not be read.
    pub fn document(&self, catalog: &Catalog, state: usize, path: u32) -> Option<&DocumentVerdict> {
        let holding = catalog.holdings[catalog.states[state].key as usize].as_ref()?;
        let file = catalog.file_at(holding, &catalog.paths[path as usize].path);
        self.read_as(catalog, state, path, file)
    }

    fn read_as(
        &self,
        catalog: &Catalog,
        state: usize,
        path: u32,
        file: Option<FileAt>,
    ) -> Option<&DocumentVerdict> {
        let whole = self.wholes.get(self.whole_of[state] as usize)?;
        if let Some(stray) = whole.strays.get(&path) {
            return Some(stray);
        }
        self.under(file?, catalog.states[state].book)
    }

    /// What was found about a document under a book; none where it could not be read or was not asked.
    pub fn under(&self, file: FileAt, book: u32) -> Option<&DocumentVerdict> {
        self.verdicts.get(&(file, book))?.as_ref()
    }

    /// Whether all is known of an OKEP in a state: its text, and what the registers say of it.
    pub fn is_known(&self, state: usize, who: u32) -> bool {
        let set = &self.sets[self.set_of[state] as usize];
        !set.all_unknown && !set.registers_unread && set.unknown.find(|other| other.cmp(&who)).is_none()
    }

    /// The pages of a state that could not be read and may be OKEPs.
    pub fn unread(&self, state: usize) -> &[u32] {
        self.wholes.get(self.whole_of[state] as usize).map_or(&[], |w| w.unread.as_slice())
    }

    /// The OKEPs of a state, in the order of their paths; none where the state could not be read.
    pub fn okeps(&self, state: usize) -> Option<&Shared<Listed>> {
        self.wholes.get(self.whole_of[state] as usize).map(|w| &w.okeps)
    }

    /// Whom an OKEP at a path is; none where there never was one.
    pub fn who_at(&self, path: u32) -> Option<u32> {
        Some(self.who_at[path as usize]).filter(|who| *who != NONE)
    }
}

/// By what documents are judged.
struct AuditState<'a> {
    template_timeline: TemplateTimeline<'a>,
    /// How many templates before those of the past are unknown, because one could not be read.
    unread: usize,
}

struct Audits<'a> {
    catalog: &'a Catalog,
    layout: &'a Layout,
    benches: &'a [Option<AuditState<'a>>],
    landed: &'a (dyn Fn(u32) -> Option<Landed> + Sync),
    site: Option<Extensions>,
}

impl Audits<'_> {
    /// None where the template in force could not be read.
    fn document(&self, path: u32, book: u32, document: Arc<Document>) -> Option<FoundInDocument> {
        let bench = self.benches[book as usize].as_ref()?;
        let name = &self.catalog.paths[path as usize].path;
        let mut okep = Okep::new(name, &self.layout.folder, document, bench.template_timeline.template());
        okep.site = self.site;
        Some(self.raw_document(&okep, path, book, bench))
    }

    fn raw_document(&self, okep: &Okep, path: u32, book: u32, bench: &AuditState) -> FoundInDocument {
        let landed = (self.landed)(path).and_then(|landed| {
            if !landed.stands {
                return Some(None);
            }
            let common = self.catalog.common(self.catalog.books[book as usize].chain, landed.chain) as usize;
            match common.checked_sub(bench.unread + 1) {
                Some(at) => Some(Some(at)),
                // It landed under a template that could not be read.
                None => (bench.unread == 0).then_some(None),
            }
        });
        let (mut findings, _) = bench.template_timeline.findings(okep, landed);
        let allows: Vec<AllowedSet> = comments(&okep.document, crate::rules::ids())
            .into_iter()
            .filter_map(|c| c.directive.ok())
            .collect();
        findings.retain(|f| !allows.iter().any(|allow| allowed(allow, f.rule, &f.subject)));
        FoundInDocument {
            allows,
            findings,
            number: okep.number(),
            title: okep.title.as_ref().map(|t| t.name.clone()),
            issue: okep.issue.as_ref().and_then(|i| i.number()),
        }
    }

    /// What the rules about the whole tree see of a state; none where it could not be read.
    fn whole_key(&self, state: &TreeState, sharing: &mut Sharing<(u32, u32)>) -> Option<WholeKey> {
        let holding = self.catalog.holdings[state.key as usize].as_ref()?;
        let counts = |file: &FileAt| match self.catalog.path(*file).role {
            _ if self.catalog.blobs[file.blob as usize].symlink => (file.path, file.blob),
            Role::Okep | Role::Other | Role::Template => (file.path, NONE),
            Role::IndexPage | Role::InOkepFolder | Role::Stray => (file.path, file.blob),
        };
        let files: Vec<(u32, u32)> = holding.files.iter().map(counts).collect();
        Some(WholeKey { files: sharing.share(&files), register: holding.register, book: state.book })
    }

    /// Judges paths and registers, and says what could not be read.
    fn whole(
        &self,
        key: &WholeKey,
        registers: &[Vec<(String, Entry)>],
        parsed: &Parsed,
        read: &dyn Fn(Entry) -> Result<Content, Note>,
    ) -> (FoundInTree, Context, Vec<Note>) {
        let bench = self.benches[key.book as usize].as_ref();
        let mut notes = Vec::new();
        let mut files = BTreeMap::new();
        let mut add = |path: &str, entry: Entry| {
            let content = read(entry);
            let is_read = content.is_ok();
            let content = content.unwrap_or_else(|note| {
                notes.push(note.clone());
                Content::Unavailable(note.message)
            });
            files.insert(path.to_owned(), File { id: Some(entry.id.to_string()), content });
            is_read
        };
        let mut nav_is_read = true;
        for (path, entry) in key.register.iter().flat_map(|r| &registers[*r as usize]) {
            nav_is_read &= add(path, *entry);
        }
        let mut landing_is_read = true;
        let mut unread = Vec::new();
        for (path, blob) in key.files.iter().filter(|(_, blob)| *blob != NONE) {
            let info = &self.catalog.paths[*path as usize];
            let is_read = add(&info.path, self.catalog.blobs[*blob as usize]);
            match info.role {
                Role::IndexPage => landing_is_read &= is_read,
                // What a page is written like hangs on the template too.
                Role::Stray if !is_read || bench.is_none() => unread.push(info.path.clone()),
                _ => {}
            }
        }
        unread.iter().for_each(|path| {
            files.remove(path);
        });
        let nothing: Arc<[u8]> = Arc::new([]);
        let mut template = bench.map(|b| b.template_timeline.template()).filter(|t| t.path.is_some());
        for (path, _) in key.files.iter().filter(|(_, blob)| *blob == NONE) {
            let info = &self.catalog.paths[*path as usize];
            let mut file = File { id: Some(String::new()), content: Content::Bytes(nothing.clone()) };
            if info.role == Role::Template
                && let Some(template) = template.take()
            {
                // The bytes are not looked at: what they say is known already.
                let id = format!("book {}", key.book);
                parsed.know(&id, template.document.clone());
                file.id = Some(id);
            }
            files.insert(info.path.clone(), file);
        }
        let tree = Tree::default().with(files.into_iter().map(|(path, file)| (path, Some(file))));
        let snapshot = Snapshot::new(&tree, self.layout, parsed);
        let shown = |path: &str| match snapshot.site.as_ref().map(|site| (site.registered(path), site)) {
            _ if !nav_is_read => ShownFinding::Unread,
            Some((Registered::Unknown, _)) => ShownFinding::Unknown,
            Some((_, site)) if site.nav.tree().is_none() => ShownFinding::Nowhere,
            Some((registered, _)) if registered.shown() == Some(true) => ShownFinding::Yes,
            Some(_) => ShownFinding::No,
            None => ShownFinding::Nowhere,
        };
        let path_of = |okep: &Okep| {
            let named = |(path, _): &(u32, u32)| self.catalog.paths[*path as usize].path.cmp(&okep.path);
            key.files.find(named).expect("the snapshot was made of these files").0
        };
        let is_stray = |okep: &&Okep| self.catalog.paths[path_of(okep) as usize].role == Role::Stray;
        let stray =
            |okep: &Okep| Some((okep.path.clone(), self.raw_document(okep, path_of(okep), key.book, bench?)));
        let settings = snapshot.site.as_ref().map(|site| site.pages.clone());
        let context = Context { settings, repository: snapshot.repository.clone() };
        let raw = FoundInTree {
            findings: of_tree(&snapshot),
            okeps: snapshot.okeps.iter().map(|o| (path_of(o), shown(&o.path))).collect(),
            strays: snapshot.okeps.iter().filter(is_stray).filter_map(stray).collect(),
            registers_unread: !(nav_is_read && landing_is_read),
            unread,
        };
        (raw, context, notes)
    }
}

/// Whether an exception that a document makes for itself covers a finding.
fn allowed(allow: &AllowedSet, rule: &str, subject: &str) -> bool {
    allow.0 == rule && allow.1.as_ref().is_none_or(|s| s == subject)
}
