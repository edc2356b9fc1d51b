//! What was found in all states, as numbers: the same however many threads ran.

use super::numbers::{FileAt, Numbered, Numbering, RecordedFinding};
use super::unread::Unread;
use crate::audit::identity::OkepKey;
use crate::audit::{DocumentVerdict, PageVerdict};
use crate::files::Note;
use crate::okep::suppressions::Suppression;
use crate::okep::template::Template;
use crate::rules::finding::Finding;
use crate::rules::page_links::{Claim, LinkTarget};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// What was found in all states.
#[derive(Default)]
pub struct FoundInStates {
    /// None where a state could not be read.
    pub states: Vec<Option<StateVerdict>>,
    pub pages: Vec<FoundPage>,
    pub links: Vec<FoundLinks>,
    pub trees: Vec<FoundTree>,
    /// What links point to.
    pub questions: Numbered<LinkTarget>,
    /// The templates that were in force: what files they are, and how many were before them.
    pub in_force: Numbered<(Option<FileAt>, Vec<usize>)>,
    /// Those that could be read.
    pub templates: HashMap<FileAt, Arc<Template>>,
    /// The ids of the documents that were checked.
    pub documents: HashSet<String>,
    pub unread: Unread,
    page_at: Taken<DocumentVerdict>,
    links_at: Taken<Vec<Claim>>,
    tree_at: Taken<Vec<Finding>>,
    /// What pages say about themselves, by path and id.
    facts: HashMap<(String, String), Arc<PageFacts>>,
}

/// Verdicts by where they are in memory, each with its number; they are held, so that nothing else gets there.
type Taken<T> = HashMap<usize, (u32, Arc<T>)>;

/// What was found in a state.
#[derive(Debug, Default)]
pub struct StateVerdict {
    /// In the order of their numbers.
    pub files: Vec<FileAt>,
    /// In the order of the numbers of their paths.
    pub okeps: Vec<Listed>,
    /// Indices into [`FoundInStates::pages`].
    pub pages: Vec<u32>,
    /// Indices into [`FoundInStates::links`].
    pub links: Vec<u32>,
    /// Index into [`FoundInStates::trees`].
    pub tree: u32,
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

/// What was found about an OKEP, in all states that have it.
pub struct FoundPage {
    pub path: u32,
    pub recorded: Vec<RecordedFinding>,
    pub facts: Arc<PageFacts>,
}

/// What was found about the links of a page, in all states that have it.
pub struct FoundLinks {
    /// Each finding holds where all of these questions are answered by no.
    pub claims: Vec<(Vec<u32>, RecordedFinding)>,
    pub facts: Arc<PageFacts>,
}

/// What was found about numbers, names and registers, in all states that are alike in them.
pub struct FoundTree {
    pub recorded: Vec<RecordedFinding>,
    /// By the numbers of their paths.
    shown: HashMap<u32, ShownFinding>,
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

/// What a thread found in a state.
pub struct RawState {
    /// Paths and ids.
    pub files: BTreeMap<String, Option<String>>,
    pub okeps: Vec<(String, OkepKey)>,
    /// Each with its id, and what it says about itself.
    pub pages: Vec<(PageVerdict, String, Arc<PageFacts>)>,
    pub of_tree: Arc<Vec<Finding>>,
    /// Where it is not known from another state: whether readers find the OKEPs, in their order.
    pub shown: Option<Vec<ShownFinding>>,
    pub unread: Vec<OkepKey>,
    pub nav_unread: bool,
    pub index_unread: bool,
    /// The template, and what it says where it could be read.
    pub template: Option<(String, Option<Arc<Template>>)>,
    pub templates_before: Vec<usize>,
    pub notes: Vec<Note>,
}

impl FoundInStates {
    /// What a page says about itself, where it is known from another state.
    pub fn facts(&self, path: &str, id: &str) -> Option<Arc<PageFacts>> {
        self.facts.get(&(path.to_owned(), id.to_owned())).cloned()
    }

    /// Whether what was found about numbers, names and registers was taken up before.
    pub fn knows_tree(&self, findings: &Arc<Vec<Finding>>) -> bool {
        self.tree_at.contains_key(&place(findings))
    }

    /// Lets go of the verdicts that the cache has let go of. One that is made again gets another number.
    pub fn forget_unused(&mut self) {
        fn forget<T>(taken: &mut Taken<T>) {
            taken.retain(|_, (_, verdict)| Arc::strong_count(verdict) > 1);
        }
        forget(&mut self.page_at);
        forget(&mut self.links_at);
        forget(&mut self.tree_at);
    }

    /// Takes up what a thread found in a state.
    pub fn take(&mut self, raw: Option<RawState>, numbers: &mut Numbering) {
        let verdict = raw.map(|raw| self.verdict(raw, numbers));
        self.states.push(verdict);
    }

    fn verdict(&mut self, raw: RawState, numbers: &mut Numbering) -> StateVerdict {
        let mut files = Vec::with_capacity(raw.files.len());
        for (path, id) in raw.files {
            let (path, blob) = (numbers.paths.number(path), numbers.blobs.number(id.unwrap_or_default()));
            files.push(FileAt { path, blob });
        }
        files.sort_unstable();
        let paths: Vec<u32> = raw.okeps.iter().map(|(path, _)| numbers.paths.number(path.clone())).collect();
        let tree = self.tree(raw.of_tree, raw.shown, &paths, numbers);
        let mut okeps = Vec::with_capacity(paths.len());
        for (path, (_, key)) in paths.into_iter().zip(raw.okeps) {
            let known = self.trees[tree as usize].shown.get(&path).copied().unwrap_or(ShownFinding::Unread);
            let shown = if raw.nav_unread { ShownFinding::Unread } else { known };
            okeps.push(Listed { path, who: numbers.okeps.number(Some(key)), shown });
        }
        okeps.sort_unstable_by_key(|listed| listed.path);
        let (mut pages, mut links) = (Vec::new(), Vec::new());
        for (page, id, facts) in raw.pages {
            let facts = self.facts.entry((page.path.clone(), id.clone())).or_insert(facts).clone();
            if let Some(document) = page.document {
                self.documents.extend(facts.is_known.then_some(id));
                pages.push(self.page(&page.path, document, &facts, numbers));
            }
            if !page.claims.is_empty() || !facts.suppressions.is_empty() {
                links.push(self.links(page.claims, &facts, numbers));
            }
        }
        let template = raw.template.map(|(path, template)| {
            let path = numbers.paths.number(path);
            let at = files.binary_search_by_key(&path, |file| file.path).expect("the template is a file");
            self.templates.extend(template.map(|template| (files[at], template)));
            files[at]
        });
        self.unread.notices(raw.notes);
        StateVerdict {
            files,
            okeps,
            pages,
            links,
            tree,
            unread: raw.unread.into_iter().map(|key| numbers.okeps.number(Some(key))).collect(),
            registers_unread: raw.nav_unread || raw.index_unread,
            in_force: self.in_force.number((template, raw.templates_before)),
            template,
        }
    }

    fn tree(
        &mut self,
        findings: Arc<Vec<Finding>>,
        shown: Option<Vec<ShownFinding>>,
        okeps: &[u32],
        numbers: &mut Numbering,
    ) -> u32 {
        let make = || {
            let shown = okeps.iter().copied().zip(shown.expect("what is new has it")).collect();
            let recorded = findings.iter().map(|finding| numbers.recorded(finding)).collect();
            self.trees.push(FoundTree { recorded, shown });
            (self.trees.len() as u32 - 1, findings.clone())
        };
        self.tree_at.entry(place(&findings)).or_insert_with(make).0
    }

    fn page(
        &mut self,
        path: &str,
        document: Arc<DocumentVerdict>,
        facts: &Arc<PageFacts>,
        numbers: &mut Numbering,
    ) -> u32 {
        let make = || {
            // Of a text that could not be read nothing is known.
            let findings = document.findings.iter().filter(|_| facts.is_known);
            let recorded = findings.map(|finding| numbers.recorded(finding)).collect();
            let path = numbers.paths.number(path.to_owned());
            self.pages.push(FoundPage { path, recorded, facts: facts.clone() });
            (self.pages.len() as u32 - 1, document.clone())
        };
        self.page_at.entry(place(&document)).or_insert_with(make).0
    }

    fn links(&mut self, claims: Arc<Vec<Claim>>, facts: &Arc<PageFacts>, numbers: &mut Numbering) -> u32 {
        let make = || {
            let mut numbered = Vec::with_capacity(claims.len());
            for claim in claims.iter() {
                let unless = claim.unless.iter().map(|target| self.questions.number(target.clone()));
                let mut unless: Vec<u32> = unless.collect();
                unless.sort_unstable();
                numbered.push((unless, numbers.recorded(&claim.finding)));
            }
            self.links.push(FoundLinks { claims: numbered, facts: facts.clone() });
            (self.links.len() as u32 - 1, claims.clone())
        };
        self.links_at.entry(place(&claims)).or_insert_with(make).0
    }
}

/// Where a shared value is in memory.
fn place<T>(value: &Arc<T>) -> usize {
    Arc::as_ptr(value) as usize
}
