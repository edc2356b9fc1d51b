//! What was found about pages so far, by document, path and template: no page is checked twice for the same.

use crate::audit::template_timeline::held_to;
use crate::audit::{NeedsHistory, TemplateTimeline, of_tree};
use crate::files::{Layout, OnceMap, PathKind};
use crate::git::{Id, Revision};
use crate::markdown::extensions::Extensions;
use crate::okep::proposal::Okep;
use crate::okep::snapshot::{Parsed, Snapshot};
use crate::okep::template::{Template, TemplateKey};
use crate::okep::template_history::{LandedUnder, TemplateHistory};
use crate::rules::finding::Finding;
use crate::rules::page_links::{Claim, Linked, claims};
use crate::site::mkdocs::PageSettings;
use crate::text::path;
use crate::text::path::Role;
use std::collections::BTreeMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

/// What was found so far in the states of one repository; it may be asked from many threads.
#[derive(Default)]
pub struct AuditCache {
    timelines: OnceMap<TimelineKey, TemplateTimeline>,
    documents: OnceMap<DocumentKey, Mutex<Vec<Arc<DocumentVerdict>>>>,
    links: OnceMap<LinksKey, Vec<Claim>>,
    trees: OnceMap<TreeKey, Mutex<Vec<Arc<TreeVerdict>>>>,
    contexts: OnceMap<LinkContext, ()>,
}

/// What checks of one repository share, so that nothing is parsed or checked twice.
#[derive(Default)]
pub struct Known {
    pub parsed: Parsed,
    pub cache: AuditCache,
}

impl Known {
    /// Lets go of what the last two checks had no use for.
    pub fn forget_unused(&self) {
        self.parsed.forget_unused();
        self.cache.forget_unused();
    }
}

/// What is found about one page of a state.
pub struct PageVerdict {
    pub path: String,
    /// By the rules about documents; none for a page next to an OKEP.
    pub document: Option<Arc<DocumentVerdict>>,
    /// By the rules about links.
    pub claims: Arc<Vec<Claim>>,
}

/// What the rules about documents find in an OKEP.
pub struct DocumentVerdict {
    pub findings: Vec<Finding>,
    pub needs_history: Option<NeedsHistory>,
    /// The numbers about which the rules asked, each with the OKEP that owns it.
    owners: Vec<(u64, Option<String>)>,
}

/// What the rules about numbers, names and registers found, and what else they looked at.
struct TreeVerdict {
    findings: Arc<Vec<Finding>>,
    okeps_read: Vec<OkepId>,
    kinds: Vec<(String, PathKind)>,
}

/// An OKEP by its path and the id of its text.
type OkepId = (String, Option<Id>);

#[derive(PartialEq, Eq, Hash)]
struct TimelineKey {
    template: TemplateKey,
    is_first: bool,
    /// How many templates the history has, and where the last one is from.
    templates: Option<(usize, Option<Revision>)>,
}

/// How links are read: by the settings of the site, the repository that is checked, and where files have moved to.
type LinkContext = (Option<PageSettings>, Option<String>, BTreeMap<String, String>);

#[derive(PartialEq, Eq, Hash)]
struct DocumentKey {
    id: Id,
    path: String,
    /// Where its timeline is in memory: the cache keeps it.
    timeline: usize,
    landed: Option<LandedUnder>,
    site: Option<Extensions>,
}

#[derive(PartialEq, Eq, Hash)]
struct LinksKey {
    id: Id,
    path: String,
    okep: String,
    /// Where its context is in memory: the cache keeps it.
    context: usize,
}

/// What the rules about numbers, names and registers look at, but for the texts of OKEPs.
#[derive(PartialEq, Eq, Hash)]
struct TreeKey {
    layout: Layout,
    template: TemplateKey,
    site: Option<Vec<OkepId>>,
    /// The files below the proposal folder and those like OKEPs outside of it, OKEPs without their ids.
    files: Vec<(String, Option<Id>, bool)>,
}

/// The audit of one snapshot with what is known from others.
pub struct CachedAudit<'a> {
    cache: &'a AuditCache,
    snapshot: &'a Snapshot,
    history: Option<&'a TemplateHistory>,
    timelines: Vec<Arc<TemplateTimeline>>,
    links: Arc<()>,
}

impl<'a> CachedAudit<'a> {
    pub fn new(cache: &'a AuditCache, snapshot: &'a Snapshot, history: Option<&'a TemplateHistory>) -> Self {
        let settings = snapshot.site.as_ref().map(|site| site.pages.clone());
        let context = (settings, snapshot.repository.clone(), (*snapshot.tree.moved).clone());
        let timelines = cache.timelines(&snapshot.template, history);
        CachedAudit { cache, snapshot, history, timelines, links: cache.contexts.get(context, || ()) }
    }

    /// What is found about an OKEP, or about a page next to it.
    pub fn page(&self, page: &Linked) -> PageVerdict {
        let document = (page.path == page.okep.path).then(|| self.document(page.okep));
        PageVerdict { path: page.path.to_owned(), document, claims: self.claims(page) }
    }

    /// What the rules about links say of a page.
    pub fn claims(&self, page: &Linked) -> Arc<Vec<Claim>> {
        let Some(id) = self.snapshot.tree.id(page.path) else { return Arc::new(claims(page)) };
        let (path, okep) = (page.path.to_owned(), page.okep.path.clone());
        let context = Arc::as_ptr(&self.links) as usize;
        self.cache.links.get(LinksKey { id, path, okep, context }, || claims(page))
    }

    /// What the rules about documents find in an OKEP.
    pub fn document(&self, okep: &Okep) -> Arc<DocumentVerdict> {
        let (timeline, landed) = held_to(&self.timelines, self.history, self.snapshot, okep);
        let check = || {
            let (findings, needs_history) = timeline.findings(okep, landed, &[]);
            let owner = |number: u64| (number, okep.owner_of(number).map(|owner| owner.path.clone()));
            let owners = okep.asked_numbers().into_iter().map(owner).collect();
            Arc::new(DocumentVerdict { findings, needs_history, owners })
        };
        let Some(id) = self.snapshot.tree.id(&okep.path) else { return check() };
        let (path, site) = (okep.path.clone(), okep.site);
        let key = DocumentKey { id, path, timeline: Arc::as_ptr(timeline) as usize, landed, site };
        // The numbers about which the rules asked are still the same OKEPs'.
        let is_same = |verdict: &DocumentVerdict| {
            let owner = |number: &u64| okep.owner_of(*number).map(|owner| owner.path.as_str());
            verdict.owners.iter().all(|(number, path)| owner(number) == path.as_deref())
        };
        known_or_new(&self.cache.documents.get(key, Mutex::default), is_same, check)
    }

    /// What the rules about numbers, names and registers find; it is known from another state where all that they
    /// looked at is the same.
    pub fn of_tree(&self) -> Arc<Vec<Finding>> {
        let (snapshot, tree) = (self.snapshot, &self.snapshot.tree);
        let id = |path: &str| (path.to_owned(), tree.id(path));
        let file = |path: &str| match snapshot.okep(path) {
            Some(okep) if path::role(path, &snapshot.layout.folder) == Role::Okep => {
                (path.to_owned(), None, okep.unchanged)
            }
            _ => (path.to_owned(), tree.id(path), false),
        };
        let misplaced = snapshot.misplaced.iter().map(|page| page.path.as_str());
        let key = TreeKey {
            layout: snapshot.layout.clone(),
            template: snapshot.template.key(),
            site: snapshot.site.as_ref().map(|site| site.files.iter().map(|path| id(path)).collect()),
            files: snapshot.paths().chain(misplaced).map(file).collect(),
        };
        let is_same = |verdict: &TreeVerdict| {
            verdict.okeps_read.iter().all(|(path, id)| tree.id(path) == *id)
                && verdict.kinds.iter().all(|(path, kind)| tree.kind(path) == *kind)
        };
        let check = || {
            let findings = Arc::new(of_tree(snapshot));
            let read = snapshot.okeps.iter().filter(|okep| okep.was_read());
            let okeps_read = read.map(|okep| id(&okep.path)).collect();
            Arc::new(TreeVerdict { findings, okeps_read, kinds: tree.asked_kinds() })
        };
        known_or_new(&self.cache.trees.get(key, Mutex::default), is_same, check).findings.clone()
    }
}

/// The verdict that is the same, of those on what has one key; one thread makes it, and others wait.
fn known_or_new<V>(
    known: &Mutex<Vec<Arc<V>>>,
    is_same: impl Fn(&V) -> bool,
    make: impl FnOnce() -> Arc<V>,
) -> Arc<V> {
    let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(verdict) = known.iter().find(|verdict| is_same(verdict)) {
        return verdict.clone();
    }
    let verdict = make();
    known.push(verdict.clone());
    verdict
}

impl AuditCache {
    /// The past of a template by each of the histories that are asked one after the other; one where there is none.
    pub fn timelines(&self, now: &Template, history: Option<&TemplateHistory>) -> Vec<Arc<TemplateTimeline>> {
        let last = |history: &TemplateHistory| {
            (history.templates.len(), history.templates.last().map(|last| last.revision.clone()))
        };
        let timeline = |(at, history): (usize, Option<&TemplateHistory>)| {
            let key = TimelineKey { template: now.key(), is_first: at == 0, templates: history.map(last) };
            self.timelines.get(key, || TemplateTimeline::by(now, history, at == 0))
        };
        let next = history.into_iter().flat_map(TemplateHistory::all).skip(1).map(Some);
        std::iter::once(history).chain(next).enumerate().map(timeline).collect()
    }

    /// Lets go of what was not asked for since the time before last that this was called, all at once: keys of one
    /// map name values of another by where they are in memory.
    pub fn forget_unused(&self) {
        self.timelines.forget_unused();
        self.documents.forget_unused();
        self.links.forget_unused();
        self.contexts.forget_unused();
        // One key has the verdicts of all texts that OKEPs had.
        self.trees.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::audit_with;
    use crate::files::Tree;

    const TEXTS: [&str; 4] = [
        "# OKEP-7: A\n\n## Goals\n\nx [b](okep-8-b.md) [c](c.md)\n",
        "# OKEP-7: A\n\n## Goals\n",
        "# OKEP-8: A\n\n## Risks\n\n[c](c.md#d)\n",
        "",
    ];

    fn findings(text: &str, template: &str, known: &Known) -> Vec<Finding> {
        let mut tree = Tree::default();
        tree.insert("docs/okeps/okep-1-template.md", template.as_bytes());
        tree.insert("docs/okeps/okep-7-a.md", text.as_bytes());
        tree.insert("docs/okeps/okep-8-b.md", TEXTS[2].as_bytes());
        let snapshot = Snapshot::new(&tree, &Layout::default(), &known.parsed);
        audit_with(&snapshot, None, &known.cache).verdict(&snapshot).findings
    }

    #[test]
    fn what_is_known_from_other_states_changes_nothing() {
        let known = Known::default();
        for turn in 0..40 {
            let text = TEXTS[turn / 2 % TEXTS.len()];
            let template = ["# OKEP-1: T\n\n## Goals\n", "# OKEP-1: T\n\n## Risks\n"][turn / 3 % 2];
            let expected = findings(text, template, &Known::default());
            assert_eq!(findings(text, template, &known), expected, "turn {turn}");
            if turn % 5 != 0 {
                known.forget_unused();
            }
        }
    }

    #[test]
    fn what_nobody_asks_for_is_forgotten() {
        let known = Known::default();
        for turn in 0..40 {
            findings(&format!("# OKEP-7: A\n\n{turn}\n"), "# OKEP-1: T\n\n## Goals\n", &known);
            known.forget_unused();
        }
        assert!(known.parsed.count() <= 12, "of the last texts: {}", known.parsed.count());
        let AuditCache { documents, links, trees, .. } = &known.cache;
        assert!(documents.count() <= 4 && links.count() <= 4 && trees.count() == 0, "of the last two texts");
    }
}
