//! What was found about pages so far, by document, path and template: no page is checked twice for the same.

use crate::audit::landing::landed_under;
use crate::audit::{NeedsHistory, TemplateTimeline};
use crate::git::Revision;
use crate::markdown::extensions::Extensions;
use crate::okep::proposal::Okep;
use crate::okep::snapshot::{Page, Snapshot};
use crate::okep::template_history::{LandedUnder, TemplateHistory};
use crate::rules::finding::Finding;
use crate::rules::page_links::{Claim, claims, linked};
use crate::site::mkdocs::PageSettings;
use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// What was found so far in the states of one repository; it may be asked from many threads.
#[derive(Default)]
pub struct AuditCache {
    timelines: OnceMap<TimelineKey, TemplateTimeline>,
    links: OnceMap<LinkContext, ()>,
    pages: OnceMap<PageKey, Mutex<Vec<Arc<PageVerdict>>>>,
}

/// What is found about one page of a state.
#[derive(Debug)]
pub struct PageVerdict {
    pub path: String,
    /// The path of the OKEP that it is, or is next to.
    pub okep: String,
    /// By the rules about documents; of a page next to an OKEP there are none.
    pub findings: Vec<Finding>,
    pub needs_history: Option<NeedsHistory>,
    /// By the rules about links.
    pub claims: Vec<Claim>,
    /// The numbers about which the rules asked, each with the OKEP that owns it.
    owners: Vec<(u64, Option<String>)>,
}

/// A page that is checked: an OKEP, or one next to an OKEP.
pub enum AuditedPage<'a> {
    Okep(&'a Okep),
    Companion(&'a Okep, &'a Page),
}

#[derive(PartialEq, Eq, Hash)]
struct TimelineKey {
    path: Option<String>,
    text: String,
    /// For each history that is asked, how many templates it has, and where the last one is from.
    histories: Vec<(usize, Option<Revision>)>,
}

/// How links are read.
#[derive(PartialEq, Eq, Hash)]
struct LinkContext {
    settings: Option<PageSettings>,
    repository: Option<String>,
    moved: BTreeMap<String, String>,
}

#[derive(PartialEq, Eq, Hash)]
struct PageKey {
    id: String,
    path: String,
    /// The OKEP that it is next to.
    okep: Option<String>,
    /// Where its timeline and its link context are in memory: the cache keeps both.
    timeline: usize,
    links: usize,
    landed: Option<(usize, LandedUnder)>,
    site: Option<Extensions>,
}

/// The audit of one snapshot with what is known from others.
pub struct CachedAudit<'a> {
    cache: &'a AuditCache,
    snapshot: &'a Snapshot,
    template_history: Option<&'a TemplateHistory>,
    timeline: Arc<TemplateTimeline>,
    links: Arc<()>,
}

impl<'a> CachedAudit<'a> {
    pub fn new(
        cache: &'a AuditCache,
        snapshot: &'a Snapshot,
        template_history: Option<&'a TemplateHistory>,
    ) -> Self {
        let (template, histories) = (&snapshot.template, template_history.into_iter().flat_map(|h| h.all()));
        let last = |h: &TemplateHistory| (h.templates.len(), h.templates.last().map(|t| t.revision.clone()));
        let key = TimelineKey {
            path: template.path.clone(),
            text: template.document.text.as_str().to_owned(),
            histories: histories.map(last).collect(),
        };
        let timeline = cache.timelines.get(key, || TemplateTimeline::of(snapshot, template_history));
        let links = LinkContext {
            settings: snapshot.site.as_ref().map(|site| site.pages.clone()),
            repository: snapshot.repository.clone(),
            moved: (*snapshot.tree.moved).clone(),
        };
        CachedAudit { cache, snapshot, template_history, timeline, links: cache.links.get(links, || ()) }
    }

    pub fn page(&self, page: &AuditedPage) -> Arc<PageVerdict> {
        let path = match page {
            AuditedPage::Okep(okep) => &okep.path,
            AuditedPage::Companion(_, page) => &page.path,
        };
        let landed = self.template_history.and_then(|history| match page {
            AuditedPage::Okep(okep) => landed_under(history, self.snapshot, &okep.path),
            AuditedPage::Companion(..) => None,
        });
        let Some(id) = self.snapshot.tree.id(path) else { return Arc::new(self.check(page, landed)) };
        let (okep, site) = match page {
            AuditedPage::Okep(okep) => (None, okep.site),
            AuditedPage::Companion(okep, _) => (Some(okep.path.clone()), None),
        };
        let (timeline, links) = (Arc::as_ptr(&self.timeline) as usize, Arc::as_ptr(&self.links) as usize);
        let key = PageKey { id, path: path.clone(), okep, timeline, links, landed, site };
        let known = self.cache.pages.get(key, Mutex::default);
        // One thread checks it, and others wait for what it finds.
        let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(verdict) = known.iter().find(|verdict| verdict.is_of(page)) {
            return verdict.clone();
        }
        known.push(Arc::new(self.check(page, landed)));
        known[known.len() - 1].clone()
    }

    fn check(&self, page: &AuditedPage, landed: Option<(usize, LandedUnder)>) -> PageVerdict {
        match page {
            AuditedPage::Okep(okep) => {
                let (findings, needs_history) = self.timeline.findings(okep, landed);
                let claims = claims(&linked(self.snapshot, okep, &okep.path, &okep.document));
                let owner = |number: u64| (number, okep.owner_of(number).map(|owner| owner.path.clone()));
                let owners = okep.asked_numbers().into_iter().map(owner).collect();
                let (path, okep) = (okep.path.clone(), okep.path.clone());
                PageVerdict { path, okep, findings, needs_history: Some(needs_history), claims, owners }
            }
            AuditedPage::Companion(okep, page) => {
                let claims = claims(&linked(self.snapshot, okep, &page.path, &page.document));
                let (path, okep, owners) = (page.path.clone(), okep.path.clone(), Vec::new());
                PageVerdict { path, okep, findings: Vec::new(), needs_history: None, claims, owners }
            }
        }
    }
}

impl PageVerdict {
    /// Whether it is that of a page with this text: the numbers about which the rules asked are still the same
    /// OKEPs'.
    fn is_of(&self, page: &AuditedPage) -> bool {
        let AuditedPage::Okep(okep) = page else { return true };
        let owner = |number: &u64| okep.owner_of(*number).map(|owner| owner.path.as_str());
        self.owners.iter().all(|(number, path)| owner(number) == path.as_deref())
    }
}

/// Values by their keys, each made once.
struct OnceMap<K, V>(Mutex<HashMap<K, Arc<OnceLock<Arc<V>>>>>);

impl<K, V> Default for OnceMap<K, V> {
    fn default() -> Self {
        OnceMap(Mutex::default())
    }
}

impl<K: Eq + Hash, V> OnceMap<K, V> {
    fn get(&self, key: K, make: impl FnOnce() -> V) -> Arc<V> {
        let slot = self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(key).or_default().clone();
        slot.get_or_init(|| Arc::new(make())).clone()
    }
}
