//! Links over time: what each page's links point to, and in which commits it is not there.
//!
//! A page is looked at once for each way in which links are read; then the paths are asked for, by the trees
//! on the way to them: first within the folder around the proposals, of which all commits that leave it alone
//! share one, and from the root only for what lies outside of it. Nothing is read here.

use super::catalog::{Catalog, FileAt, FolderContents, TreeState};
use super::numbers::Numbering;
use super::objects::{Answers, Asked, Root};
use super::state::RecordedFinding;
use super::walk::Walk;
use crate::audit::policy;
use crate::files::Layout;
use crate::markdown::document::Document;
use crate::markdown::extensions::Extensions;
use crate::rules::page_links::{Claim, LinkTarget, Linked, claims};
use crate::site::mkdocs::PageSettings;
use crate::text::path::Role;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// How links are read: by which site, and in which repository.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct LinkContext {
    pub settings: Option<PageSettings>,
    pub repository: Option<String>,
}

/// A page of a state: an OKEP, or what is next to one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct PageAt {
    pub file: FileAt,
    /// The path of the OKEP it belongs to.
    pub okep: u32,
    /// Index into [`Links::contexts`].
    pub context: u32,
}

/// A claim of a page: it holds where all of these questions are answered by no.
pub(crate) struct Claimed {
    pub unless: Vec<u32>,
    pub recorded: RecordedFinding,
}

#[derive(Default)]
pub(crate) struct Links {
    pub contexts: Vec<LinkContext>,
    /// For each register, which may be none, and book its context.
    context_of: HashMap<(Option<u32>, u32), u32>,
    questions: Vec<LinkTarget>,
    number_of: HashMap<LinkTarget, u32>,
    claims: HashMap<PageAt, Vec<Claimed>>,
    /// The files of which something is claimed.
    claiming: HashSet<FileAt>,
}

/// What is claimed of the links of a document at one of the places where it was.
pub(crate) fn page_claims(document: &Document, at: &PageAt, links: &Links, catalog: &Catalog) -> Vec<Claim> {
    let context = &links.contexts[at.context as usize];
    let path = |path: u32| catalog.paths[path as usize].path.as_str();
    let (settings, repository) = (context.settings.as_ref(), context.repository.as_deref());
    let page = Linked::new(path(at.okep), path(at.file.path), document, settings, repository);
    let suppressions = policy::of_page(page.path, document);
    claims(&page).into_iter().filter(|claim| !policy::is_suppressed(&suppressions, &claim.finding)).collect()
}

/// The first OKEP in each folder of an OKEP.
fn first_okeps<'a>(catalog: &'a Catalog, folder: &FolderContents) -> HashMap<&'a str, u32> {
    let mut first = HashMap::new();
    for file in folder.files.iter() {
        let info = catalog.path(*file);
        if let Some(around) = info.around().filter(|_| info.role == Role::Okep) {
            first.entry(around).or_insert(file.path);
        }
    }
    first
}

impl Links {
    /// Numbers for the ways in which links are read.
    pub fn of(contexts: Vec<((Option<u32>, u32), LinkContext)>) -> Self {
        let mut links = Links::default();
        for (key, context) in contexts {
            let at = links.contexts.iter().position(|known| *known == context).unwrap_or_else(|| {
                links.contexts.push(context);
                links.contexts.len() - 1
            });
            links.context_of.insert(key, at as u32);
        }
        links
    }

    /// The Markdown extensions of the site, as far as all states agree on them.
    pub fn extensions(&self) -> Option<Extensions> {
        let mut known = self.contexts.iter().filter_map(|c| Some(c.settings.as_ref()?.extensions));
        let first = known.next()?;
        Some(if known.all(|on| on == first) { first } else { Extensions { unknown: true, ..first } })
    }

    /// The pages of a state whose links are checked, of those of its files that are `wanted`.
    pub fn pages<'a>(
        &self,
        catalog: &'a Catalog,
        state: &TreeState,
        wanted: impl Fn(&FileAt) -> bool + 'a,
    ) -> impl Iterator<Item = PageAt> {
        let folder = catalog.folders[state.key as usize].as_ref();
        let context = folder.and_then(|h| self.context_of.get(&(h.register, state.in_force))).copied();
        let files = folder.filter(|_| context.is_some()).into_iter().flat_map(|h| h.files.iter());
        let mut okeps: Option<HashMap<&str, u32>> = None;
        let page = move |file: &FileAt| {
            let info = catalog.path(*file);
            let okep = match info.role {
                Role::Okep => file.path,
                Role::InOkepFolder => {
                    let okeps = okeps.get_or_insert_with(|| {
                        folder.map(|folder| first_okeps(catalog, folder)).unwrap_or_default()
                    });
                    *okeps.get(info.around()?)?
                }
                _ => return None,
            };
            Some(PageAt { file: *file, okep, context: context? })
        };
        files.filter(move |file| !catalog.blobs[file.blob as usize].symlink && wanted(file)).filter_map(page)
    }

    pub fn add(&mut self, page: PageAt, claims: Vec<Claim>, numbers: &mut Numbering<'_>) {
        let mut claimed = Vec::new();
        for claim in claims {
            let number = |wanted: LinkTarget| {
                let questions = &mut self.questions;
                *self.number_of.entry(wanted).or_insert_with_key(|wanted| {
                    questions.push(wanted.clone());
                    questions.len() as u32 - 1
                })
            };
            let mut unless: Vec<u32> = claim.unless.into_iter().map(number).collect();
            unless.sort_unstable();
            claimed.push(Claimed { unless, recorded: numbers.recorded(claim.finding) });
        }
        if !claimed.is_empty() {
            self.claiming.insert(page.file);
            self.claims.insert(page, claimed);
        }
    }

    /// What the links of a state's pages say, and of each what it hangs on; of the pages that are `wanted`.
    fn of_state<'a>(
        &'a self,
        catalog: &'a Catalog,
        state: &TreeState,
        wanted: impl Fn(&FileAt) -> bool + 'a,
    ) -> impl Iterator<Item = &'a Claimed> {
        let pages = self.pages(catalog, state, move |file| self.claiming.contains(file) && wanted(file));
        pages.filter_map(|page| self.claims.get(&page)).flatten()
    }

    /// What is said of the links of a state's pages that are `wanted`.
    pub fn recorded<'a>(
        &'a self,
        catalog: &'a Catalog,
        state: usize,
        wanted: impl Fn(&FileAt) -> bool + 'a,
    ) -> Vec<&'a RecordedFinding> {
        if self.claims.is_empty() {
            return Vec::new();
        }
        let state = &catalog.states[state];
        let lack = &catalog.lacks[state.lack as usize];
        let holds = |c: &&Claimed| c.unless.iter().all(|q| lack.binary_search(q).is_ok());
        self.of_state(catalog, state, wanted).filter(holds).map(|c| &c.recorded).collect()
    }

    /// For each commit, the questions of its pages that are answered by no; `answers` says what is at
    /// paths, for many roots at once.
    pub fn lacking(
        &self,
        catalog: &Catalog,
        walk: &Walk,
        layout: &Layout,
        answers: &dyn Fn(&[Asked]) -> Answers,
    ) -> Option<Vec<Box<[u32]>>> {
        if self.questions.is_empty() {
            return None;
        }
        let asked: Vec<BTreeSet<u32>> = catalog
            .states
            .iter()
            .map(|s| self.of_state(catalog, s, |_| true))
            .map(|claims| claims.flat_map(|c| c.unless.iter().copied()).collect())
            .collect();
        let around = layout.folder.split('/').next().unwrap_or_default();
        let within = |path: &str| path.strip_prefix(around).is_some_and(|rest| rest.starts_with('/'));
        // Each root with the questions that it is asked.
        let mut jobs: BTreeMap<Root, BTreeSet<u32>> = BTreeMap::new();
        let root = |commit: usize, question: u32| match walk.arounds[walk.around[commit] as usize] {
            Some(tree) if within(&self.questions[question as usize].path) => Root::Tree(tree),
            _ => Root::Commit(walk.ids[commit]),
        };
        for (commit, state) in catalog.state_of.iter().enumerate() {
            for question in &asked[*state as usize] {
                jobs.entry(root(commit, *question)).or_default().insert(*question);
            }
        }
        let of_root = |root: &Root, question: &u32| {
            let path = self.questions[*question as usize].path.as_str();
            if matches!(root, Root::Tree(_)) { &path[around.len() + 1..] } else { path }
        };
        let paths: Vec<Asked> = jobs
            .iter()
            .map(|(root, questions)| (*root, questions.iter().map(|q| of_root(root, q)).collect()))
            .collect();
        let unmet: HashMap<Root, BTreeSet<u32>> = jobs
            .iter()
            .zip(answers(&paths))
            .map(|((root, questions), answers)| {
                let unmet = questions
                    .iter()
                    .zip(answers)
                    .filter(|(q, path_kind)| !self.questions[**q as usize].is_met(*path_kind));
                (*root, unmet.map(|(q, _)| *q).collect())
            })
            .collect();
        let lack = |(commit, state): (usize, &u32)| -> Box<[u32]> {
            let is_lacking = |q: &&u32| unmet.get(&root(commit, **q)).is_some_and(|u| u.contains(*q));
            asked[*state as usize].iter().filter(is_lacking).copied().collect()
        };
        Some(catalog.state_of.iter().enumerate().map(lack).collect())
    }
}
