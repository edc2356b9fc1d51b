//! Links over time: what each page's links lead to, and in which commits it is not there.
//!
//! A page is looked at once for each way in which links are read; then the paths are asked for, by the trees
//! on the way to them: first within the folder around the proposals, of which all commits that leave it alone
//! share one, and from the root only for what lies outside of it. Nothing is read here.

use super::catalog::{Catalog, FileAt, State};
use super::names::{Names, Raw, raw};
use super::verdicts::Told;
use crate::git::{Id, Walk};
use crate::linked::{Linked, Wanted, claims};
use crate::model::document::Document;
use crate::model::mkdocs::PageSettings;
use crate::model::path::{Role, okep_folder};
use crate::tree::{Layout, Standing};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// How links are read: by which site, and in which repository.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Context {
    pub settings: Option<PageSettings>,
    pub repository: Option<String>,
}

/// A page of a state: an OKEP, or what stands beside one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct PageAt {
    pub file: FileAt,
    /// The path of the OKEP it belongs to.
    pub okep: u32,
    /// Index into [`Links::contexts`].
    pub context: u32,
}

/// Where a path is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Root {
    Tree(Id),
    Commit(Id),
}

/// Paths that are asked for below a root.
pub type Asked<'p> = (Root, Vec<&'p str>);

/// What stands at each of them.
pub type Answers = Vec<Vec<Standing>>;

/// A claim of a page: it holds where all of these questions are answered by no.
pub(super) struct Claimed {
    pub unless: Vec<u32>,
    pub told: Told,
}

/// The same with names, as a thread returns it.
pub(super) struct RawClaim {
    pub unless: Vec<Wanted>,
    pub finding: Raw,
}

#[derive(Default)]
pub(super) struct Links {
    pub contexts: Vec<Context>,
    /// For each register, which may be none, and book its context.
    context_of: HashMap<(Option<u32>, u32), u32>,
    questions: Vec<Wanted>,
    number_of: HashMap<Wanted, u32>,
    claims: HashMap<PageAt, Vec<Claimed>>,
}

/// What the links of a document say, at each of the places where it stood.
pub(super) fn look(document: &Document, at: &PageAt, links: &Links, catalog: &Catalog) -> Vec<RawClaim> {
    let context = &links.contexts[at.context as usize];
    let path = |path: u32| catalog.paths[path as usize].path.as_str();
    let (settings, repository) = (context.settings.as_ref(), context.repository.as_deref());
    let page = Linked::new(path(at.okep), path(at.file.path), document, settings, repository);
    claims(&page).into_iter().map(|c| RawClaim { unless: c.unless, finding: raw(c.finding) }).collect()
}

impl Links {
    pub fn context(&mut self, register: Option<u32>, book: u32, context: Context) {
        let at = self.contexts.iter().position(|c| *c == context).unwrap_or_else(|| {
            self.contexts.push(context);
            self.contexts.len() - 1
        });
        self.context_of.insert((register, book), at as u32);
    }

    /// The pages of a state whose links are judged.
    pub fn pages(&self, catalog: &Catalog, layout: &Layout, state: &State) -> Vec<PageAt> {
        let Some(holding) = &catalog.holdings[state.key as usize] else { return Vec::new() };
        let Some(context) = self.context_of.get(&(holding.register, state.book)) else { return Vec::new() };
        let is_page = |f: &&FileAt| !catalog.blobs[f.blob as usize].symlink;
        let around = |file: &FileAt| okep_folder(&catalog.path(*file).path, &layout.folder).map(|(f, _)| f);
        let okeps = || holding.files.iter().filter(|f| catalog.path(**f).role == Role::Okep);
        let beside = |file: &FileAt| {
            let folder = around(file)?;
            okeps().find(|o| around(o) == Some(folder)).map(|o| o.path)
        };
        let page = |file: &FileAt| {
            let okep = match catalog.path(*file).role {
                Role::Okep => file.path,
                Role::InOkepFolder => beside(file)?,
                _ => return None,
            };
            Some(PageAt { file: *file, okep, context: *context })
        };
        holding.files.iter().filter(is_page).filter_map(page).collect()
    }

    pub fn take(&mut self, page: PageAt, raw: Vec<RawClaim>, names: &mut Names<'_>) {
        let mut claimed = Vec::new();
        for claim in raw {
            let number = |wanted: Wanted| {
                let questions = &mut self.questions;
                *self.number_of.entry(wanted).or_insert_with_key(|wanted| {
                    questions.push(wanted.clone());
                    questions.len() as u32 - 1
                })
            };
            let mut unless: Vec<u32> = claim.unless.into_iter().map(number).collect();
            unless.sort_unstable();
            claimed.push(Claimed { unless, told: names.told(claim.finding) });
        }
        if !claimed.is_empty() {
            self.claims.insert(page, claimed);
        }
    }

    /// What the links of a state's pages say, and of each what it hangs on.
    fn of_state(&self, catalog: &Catalog, layout: &Layout, state: &State) -> Vec<&Claimed> {
        let pages = self.pages(catalog, layout, state);
        pages.into_iter().filter_map(|p| self.claims.get(&p)).flatten().collect()
    }

    /// What is said of the links of a state.
    pub fn told(&self, catalog: &Catalog, layout: &Layout, state: usize) -> Vec<&Told> {
        if self.claims.is_empty() {
            return Vec::new();
        }
        let state = &catalog.states[state];
        let lack = &catalog.lacks[state.lack as usize];
        let holds = |c: &&Claimed| c.unless.iter().all(|q| lack.binary_search(q).is_ok());
        self.of_state(catalog, layout, state).into_iter().filter(holds).map(|c| &c.told).collect()
    }

    /// For each commit, the questions of its pages that are answered by no; `answers` says what stands at
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
            .map(|s| self.of_state(catalog, layout, s))
            .map(|claims| claims.into_iter().flat_map(|c| c.unless.iter().copied()).collect())
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
                    .filter(|(q, standing)| !self.questions[**q as usize].is_met(*standing));
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
