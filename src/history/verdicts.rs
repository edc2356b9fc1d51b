//! The findings of each distinct state, put together from what its documents, its tree and its links have.
//!
//! They are numbers, so that what was introduced and fixed is arithmetic. Each part is checked once, by the
//! functions that `audit` is made of, and shared by all states that have it. Commits and dates play no part.

use super::catalog::{Catalog, FileAt};
use super::documents::{Audits, DocumentAt, DocumentVerdicts};
use super::graph::NONE;
use super::links::Links;
use super::numbers::{Numbering, present};
use super::objects::{Objects, Unread};
use super::shared::{Shared, Sharing};
use super::state::{
    DocumentVerdict, FindingId, KnownIdentity, Landed, Listed, RecordedFinding, Set, ShownFinding, Whole,
};
use super::templates::Templates;
use super::trees::TreeVerdicts;
use super::walk::Walk;
use crate::audit::identity::OkepKey;
use crate::files::Layout;
use crate::okep::suppressions::Suppression;
use crate::okep::template::Template;
use crate::text::path::Role;
use rayon::prelude::*;
use std::collections::{BTreeSet, HashMap};

#[derive(Default)]
pub struct Verdicts {
    /// The OKEPs; none for what is about no single one.
    pub whos: Vec<Option<OkepKey>>,
    pub identities: Vec<KnownIdentity>,
    pub sets: Vec<Set>,
    /// For each state its set.
    pub set_of: Vec<u32>,
    /// How many distinct documents were checked.
    pub documents: usize,
    pub unread: Unread,
    documents_at: DocumentVerdicts,
    trees: TreeVerdicts,
    templates: Templates,
    links: Links,
    /// For each path which OKEP is at it; [`NONE`] where there never was one.
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

/// So many states are put together before what they have in common is shared.
const AT_ONCE: usize = 64;

impl Verdicts {
    /// Checks every state of the catalogue; `landed` says of a path when it landed, `also` names documents that
    /// are to be checked by a template under which they never were, and `tip` has the templates whose names
    /// for sections count.
    pub fn new(
        catalog: &mut Catalog,
        walk: &Walk,
        layout: &Layout,
        landed: &(dyn Fn(u32) -> Option<Landed> + Sync),
        also: &[DocumentAt],
        tip: Landed,
        objects: &impl Objects,
    ) -> Self {
        let mut verdicts = Verdicts { who_at: vec![NONE; catalog.paths.len()], ..Verdicts::default() };
        let (templates, notes) = Templates::read(catalog, objects);
        notes.into_iter().for_each(|note| verdicts.unread.add(note));
        let main = catalog.templates(tip.chain);
        let revisions = templates.revisions(catalog, &main);
        let timelines = templates.timelines(catalog, &main, &revisions);
        let mut numbers = Numbering::new(catalog, layout, present(&revisions));
        let mut audits = Audits { catalog, layout, timelines: &timelines, landed, site: None };
        // The registers come first: they say how the links of documents are read.
        verdicts.trees = audits.trees(&walk.registers, &mut numbers, objects, &mut verdicts.unread);
        verdicts.links = Links::of(std::mem::take(&mut verdicts.trees.contexts));
        audits.site = verdicts.links.extensions();
        for listed in verdicts.trees.wholes.iter().flat_map(|whole| whole.okeps.iter()) {
            verdicts.who_at[listed.path as usize] = listed.who;
        }
        let (links, unread) = (&mut verdicts.links, &mut verdicts.unread);
        (verdicts.documents_at, verdicts.documents) =
            audits.documents(also, links, &mut numbers, objects, unread);
        (verdicts.whos, verdicts.identities) = (numbers.okeps, numbers.identities);
        drop(timelines);
        verdicts.templates = templates;
        let lack = verdicts.links.lacking(catalog, walk, layout, &|asked| objects.path_kind(asked));
        if let Some(lack) = lack {
            let whole_of = &mut verdicts.trees.whole_of;
            *whole_of = catalog.refine(&lack).into_iter().map(|state| whole_of[state as usize]).collect();
        }
        verdicts.gather(catalog);
        verdicts.unread.notes.sort();
        verdicts.unread.notes.dedup();
        verdicts
    }

    /// The last template of a lineage; none where it could not be read.
    pub fn template(&self, catalog: &Catalog, lineage: u32) -> Option<&Template> {
        self.templates.get(catalog, lineage)
    }

    /// None where the state could not be read.
    fn whole(&self, state: usize) -> Option<&Whole> {
        self.trees.wholes.get(self.trees.whole_of[state] as usize)
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
        let Some(whole) = self.whole(state) else {
            return RawSet { all_unknown: true, ..RawSet::default() };
        };
        let (recorded, unknown) = self.recorded(catalog, state);
        let mut identities: Vec<u32> = recorded.iter().map(|t| t.identity).collect();
        identities.sort_unstable();
        let mut marks: Vec<FindingId> = Vec::with_capacity(identities.len());
        for identity in identities {
            let nth = marks.last().filter(|m| m.identity == identity).map_or(0, |m| m.nth + 1);
            marks.push(FindingId { identity, nth });
        }
        let unclear = |o: &&Listed| matches!(o.shown, ShownFinding::Unknown | ShownFinding::Unread);
        let mut unshown: Vec<u32> = whole.okeps.iter().filter(unclear).map(|o| o.who).collect();
        unshown.sort_unstable();
        RawSet {
            marks,
            unknown: unknown.into_iter().collect(),
            unshown,
            registers_unread: whole.registers_unread,
            all_unknown: false,
        }
    }

    /// The findings of a state, and the OKEPs about which nothing is known.
    fn recorded<'a>(
        &'a self,
        catalog: &'a Catalog,
        state: usize,
    ) -> (Vec<&'a RecordedFinding>, BTreeSet<u32>) {
        let (mut recorded, mut unknown) = (Vec::new(), BTreeSet::new());
        let Some(whole) = self.whole(state) else { return (recorded, unknown) };
        recorded.extend(&whole.recorded);
        unknown.extend(&whole.unread);
        recorded.extend(self.links.recorded(catalog, state, |_| true));
        let folder = catalog.folders[catalog.states[state].key as usize].as_ref();
        // Both are in the order of their paths.
        let mut files = folder.into_iter().flat_map(|f| f.files.iter());
        for okep in whole.okeps.iter() {
            let file = files.find(|file| file.path == okep.path).copied();
            self.add(okep, self.read_as(catalog, state, okep.path, file), &mut recorded, &mut unknown);
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
        let Some(whole) = self.whole(state) else { return recorded };
        let its = |recorded: &&RecordedFinding| self.identities[recorded.identity as usize].who == who;
        recorded.extend(whole.recorded.iter().filter(its));
        let page = move |file: &FileAt| {
            self.who_at[file.path as usize] == who || catalog.path(*file).role == Role::InOkepFolder
        };
        recorded.extend(self.links.recorded(catalog, state, page).into_iter().filter(its));
        for okep in whole.okeps.iter().filter(|okep| okep.who == who) {
            self.add(okep, self.document(catalog, state, okep.path), &mut recorded, &mut BTreeSet::new());
        }
        recorded
    }

    /// Adds what was found in a document to what was found elsewhere and the document does not suppress.
    fn add<'a>(
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
        if !verdict.suppressions.is_empty() {
            recorded.retain(|finding| !self.is_suppressed(finding, okep, verdict));
        }
        recorded.extend(&verdict.recorded);
    }

    fn is_suppressed(&self, finding: &RecordedFinding, okep: &Listed, verdict: &DocumentVerdict) -> bool {
        let identity = &self.identities[finding.identity as usize];
        let covers = |s: &Suppression| {
            let own = (identity.who == okep.who).then_some(s.at.0.as_str());
            s.covers_at(identity.rule, &finding.subject, [Some(&*finding.path), own], &|_| None)
        };
        verdict.suppressions.iter().any(covers)
    }

    /// What was found about the OKEP at a path of a state; none where it could not be read.
    pub fn document(&self, catalog: &Catalog, state: usize, path: u32) -> Option<&DocumentVerdict> {
        let folder = catalog.folders[catalog.states[state].key as usize].as_ref()?;
        let file = catalog.file_at(folder, &catalog.paths[path as usize].path);
        self.read_as(catalog, state, path, file)
    }

    fn read_as(
        &self,
        catalog: &Catalog,
        state: usize,
        path: u32,
        file: Option<FileAt>,
    ) -> Option<&DocumentVerdict> {
        let whole = self.whole(state)?;
        if let Some(stray) = whole.strays.get(&path) {
            return Some(stray);
        }
        self.under(file?, catalog.states[state].in_force)
    }

    /// What was found about a document under a template; none where it could not be read or was not asked.
    pub fn under(&self, file: FileAt, in_force: u32) -> Option<&DocumentVerdict> {
        self.documents_at.get(&(file, in_force))?.as_ref()
    }

    /// Whether all is known of an OKEP in a state: its text, and what the registers say of it.
    pub fn is_known(&self, state: usize, who: u32) -> bool {
        let set = &self.sets[self.set_of[state] as usize];
        !set.all_unknown && !set.registers_unread && set.unknown.find(|other| other.cmp(&who)).is_none()
    }

    /// The pages of a state that could not be read and may be OKEPs.
    pub fn unread(&self, state: usize) -> &[u32] {
        self.whole(state).map_or(&[], |w| w.unread.as_slice())
    }

    /// The OKEPs of a state, in the order of their paths; none where the state could not be read.
    pub fn okeps(&self, state: usize) -> Option<&Shared<Listed>> {
        self.whole(state).map(|w| &w.okeps)
    }

    /// Which OKEP is at a path; none where there never was one.
    pub fn who_at(&self, path: u32) -> Option<u32> {
        Some(self.who_at[path as usize]).filter(|who| *who != NONE)
    }
}
