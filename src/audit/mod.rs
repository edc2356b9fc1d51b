//! The audit: a snapshot, and what history knows, in; findings out.
//!
//! No I/O, no clock, no environment, no errors: the same values give the same findings in the same
//! order. Each document is held to the template of its own tree, and held only to what that template
//! asked when the document landed.

pub mod asked;
pub mod baseline;
mod cache;
pub mod check;
pub mod identity;
pub mod policy;
pub mod report;
pub mod scope;
pub mod selection;
pub mod target;
mod template_change;
mod template_timeline;

pub use cache::{AuditCache, DocumentVerdict, Known, PageVerdict};
pub use template_timeline::{TemplateTimeline, held_to};

use crate::audit::cache::CachedAudit;
use crate::okep::snapshot::Snapshot;
use crate::okep::template_history::TemplateHistory;
use crate::rules::event::Event;
use crate::rules::finding::Finding;
use crate::rules::page_links::{Claim, Linked, holds, pages};
use crate::rules::{Check, RULES, Rule};
use rayon::prelude::*;
use std::sync::Arc;

/// What an audit finds.
#[derive(Debug, Clone, Default)]
pub struct Verdict {
    /// Sorted by path, then place, then rule.
    pub findings: Vec<Finding>,
    /// The OKEPs about which history could say more.
    pub needs_history: Vec<NeedsHistory>,
}

/// Why history could say more about an OKEP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NeedsHistory {
    pub path: String,
    /// It does not meet a demand of the template, which may be younger than it.
    pub unmet_requirement: bool,
    /// A text in it is near to a prompt, and may be one of an earlier template.
    pub near_a_prompt: bool,
}

/// Checks a snapshot; without `history` by the template at hand alone.
pub fn audit(snapshot: &Snapshot, history: Option<&TemplateHistory>) -> Verdict {
    audit_with(snapshot, history, &AuditCache::default()).verdict(snapshot)
}

/// What an audit finds, page by page, before it is known which links have a target.
pub struct AuditedTree {
    /// The OKEPs in question, and the pages next to one.
    pub pages: Vec<PageVerdict>,
    /// What the rules about numbers, names and registers find.
    pub of_tree: Arc<Vec<Finding>>,
}

/// Checks a snapshot; pages that `cache` knows are not checked anew.
///
/// The one function that puts the findings of a state together.
pub fn audit_with(snapshot: &Snapshot, history: Option<&TemplateHistory>, cache: &AuditCache) -> AuditedTree {
    let cached = CachedAudit::new(cache, snapshot, history);
    // Which texts the rules about the tree read is known only before pages are.
    let of_tree = cached.of_tree();
    let pages = pages(snapshot).into_par_iter().map(|page| cached.page(&page));
    AuditedTree { pages: pages.collect(), of_tree }
}

/// Whether history could say more about some OKEP of a snapshot; the first one found is enough.
pub fn any_needs_history(snapshot: &Snapshot, cache: &AuditCache) -> bool {
    let cached = CachedAudit::new(cache, snapshot, None);
    let okeps = snapshot.okeps.par_iter().filter(|okep| !okep.unchanged);
    okeps.any(|okep| cached.document(okep).needs_history.is_some())
}

impl AuditedTree {
    /// The findings, in order; a link is looked up in the snapshot.
    pub fn verdict(self, snapshot: &Snapshot) -> Verdict {
        let mut verdict = Verdict { findings: self.of_tree.to_vec(), ..Verdict::default() };
        for page in self.pages {
            if let Some(document) = &page.document {
                verdict.findings.extend(document.findings.iter().cloned());
                verdict.needs_history.extend(document.needs_history.clone());
            }
            verdict.findings.extend(held(&page.claims, snapshot));
        }
        sort(&mut verdict.findings);
        verdict
    }
}

/// What the rules about numbers, names and registers find.
pub fn of_tree(snapshot: &Snapshot) -> Vec<Finding> {
    let checks =
        RULES.iter().filter_map(|r| if let Check::Tree(check, _) = r.check { Some(check) } else { None });
    checks.flat_map(|check| check(snapshot)).collect()
}

/// What the rules about history find in an event.
pub fn of_history(event: &Event) -> Vec<Finding> {
    let of_rule = |rule: &&Rule| if let Check::History(check) = rule.check { check(event) } else { None };
    RULES.iter().flat_map(of_rule).collect()
}

/// What the rules about documents find in the OKEPs in question.
pub fn of_documents(
    snapshot: &Snapshot,
    history: Option<&TemplateHistory>,
    cache: &AuditCache,
) -> Vec<Finding> {
    let cached = CachedAudit::new(cache, snapshot, history);
    let okeps = snapshot.okeps.par_iter().filter(|okep| !okep.unchanged);
    okeps.flat_map_iter(|okep| cached.document(okep).findings.clone()).collect()
}

/// What the rules about links find; pages that `cache` knows are not looked at anew.
pub fn of_links(snapshot: &Snapshot, cache: &AuditCache) -> Vec<Finding> {
    let cached = CachedAudit::new(cache, snapshot, None);
    let found = |page: Linked| held(&cached.claims(&page), snapshot).collect::<Vec<_>>();
    pages(snapshot).into_par_iter().flat_map_iter(found).collect()
}

fn held<'a>(claims: &'a [Claim], snapshot: &'a Snapshot) -> impl Iterator<Item = Finding> + 'a {
    claims.iter().filter(|claim| holds(claim, snapshot)).map(|claim| claim.finding.clone())
}

/// Puts findings into their order: by path, then place (what is absent first), then rule.
pub fn sort(findings: &mut [Finding]) {
    fn key(f: &Finding) -> impl Ord {
        (&f.path, f.place.as_ref().map(|place| place.span), f.rule, &f.okep, &f.subject)
    }
    findings.sort_by(|a, b| key(a).cmp(&key(b)));
}
