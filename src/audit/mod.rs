//! The audit: a snapshot, and what history knows, in; findings out.
//!
//! No I/O, no clock, no environment, no errors: the same values give the same findings in the same
//! order. Each document is judged by the template of its own tree, and held only to what that template
//! asked when the document landed.

pub mod backlinks;
pub mod baseline;
pub mod check;
pub mod report;

use crate::markdown::document::Document;
use crate::okep::prompts::Prompts;
use crate::okep::proposal::Okep;
use crate::okep::requirements::{Rulebook, TemplateRevision};
use crate::okep::snapshot::Snapshot;
use crate::okep::template::Template;
use crate::okep::template_history::{Landing, Lore};
use crate::rules::context::Judged;
use crate::rules::edits::rename::with_links;
use crate::rules::finding::{Finding, Fix, Severity};
use crate::rules::page_links::of_links;
use crate::rules::{Check, LEFT_BY_SKELETONS, RULES, Rule, rule};
use rayon::prelude::*;
use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

/// What an audit finds.
#[derive(Debug, Clone, Default)]
pub struct Verdict {
    /// Sorted by path, then place, then rule.
    pub findings: Vec<Finding>,
    /// The OKEPs about which history could say more.
    pub unsettled: Vec<Unsettled>,
}

/// Why history could say more about an OKEP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsettled {
    pub path: String,
    /// It does not meet a demand of the template, which may be younger than it.
    pub by_demand: bool,
    /// A text in it is near to a prompt, and may be one of an earlier template.
    pub by_prompt: bool,
}

/// Judges a snapshot; without `lore` by the template at hand alone.
pub fn audit(snapshot: &Snapshot, lore: Option<&Lore>) -> Verdict {
    let past = Past::of(snapshot, lore);
    let judgements: Vec<(Vec<Finding>, Unsettled)> =
        snapshot.okeps.par_iter().map(|o| past.judge_among(o, snapshot, lore)).collect();
    let mut verdict = Verdict::default();
    for (findings, unsettled) in judgements {
        verdict.findings.extend(findings);
        verdict.unsettled.extend(Some(unsettled).filter(|u| u.by_demand || u.by_prompt));
    }
    verdict.findings.extend(of_tree(snapshot));
    verdict.findings.extend(of_links(snapshot));
    sort(&mut verdict.findings);
    verdict
}

/// Why a file in conflict is not repaired: which of its texts stays is not known.
const RESOLVE_FIRST: &str =
    "no repair is offered while a merge's marks stand in the file: resolve them first";

/// What the rules about numbers, names and registers find.
pub fn of_tree(snapshot: &Snapshot) -> Vec<Finding> {
    let mut findings = found_in_tree(snapshot);
    let landing = snapshot.landing.as_ref().filter(|l| l.document.is_in_conflict());
    let touches = |f: &&mut Finding| {
        f.fix.iter().any(|x| x.edits.iter().any(|e| Some(&e.path) == landing.map(|l| &l.path)))
    };
    for finding in findings.iter_mut().filter(|_| landing.is_some()).filter(touches) {
        finding.fix = None;
        finding.help.push(RESOLVE_FIRST.into());
    }
    findings
}

fn found_in_tree(snapshot: &Snapshot) -> Vec<Finding> {
    let checks = RULES.iter().filter_map(|r| match r.check {
        Check::Tree(check) => Some(check),
        Check::Okep(_) | Check::Links(_) | Check::History(_) => None,
    });
    checks.flat_map(|check| check(snapshot)).collect()
}

/// The revisions of the template, parsed.
pub fn revisions(lore: &Lore) -> Vec<TemplateRevision> {
    let parse = |r: &crate::okep::template_history::TemplateRevision| TemplateRevision {
        revision: r.revision.clone(),
        template: Template::new(Some(r.path.clone()), Arc::new(Document::parse(&r.bytes))),
    };
    lore.templates.par_iter().map(parse).collect()
}

/// Puts findings into their order: by path, then place (what is absent first), then rule.
pub fn sort(findings: &mut [Finding]) {
    findings.sort_by(|a, b| {
        let key = |f: &Finding| f.place.as_ref().map(|p| p.span);
        a.path
            .cmp(&b.path)
            .then_with(|| key(a).cmp(&key(b)))
            .then_with(|| a.rule.cmp(b.rule))
            .then_with(|| a.okep.cmp(&b.okep))
            .then_with(|| a.subject.cmp(&b.subject))
    });
}

/// The template and its revisions, as rule books.
pub struct Past<'a> {
    /// The template at hand, without a past.
    bare: Rulebook,
    /// The same with the earlier wordings of its sections.
    now: Rulebook,
    /// The prompts of all revisions.
    all_prompts: Arc<Prompts>,
    /// The revisions on the first-parent line, oldest first.
    revisions: Cow<'a, [TemplateRevision]>,
    /// For each revision its rule book, made when a finding asks for it.
    books: Vec<OnceLock<Rulebook>>,
    /// Whether the template at hand is the last revision and no edit of it.
    settled: bool,
}

impl<'a> Past<'a> {
    pub fn new(template: &Template, revisions: Cow<'a, [TemplateRevision]>) -> Self {
        let mut prompts = Prompts::default();
        if template.path.is_some() {
            prompts.add(&template.document);
        }
        let bare = Rulebook::new(template, None, &[], Arc::new(prompts.clone()));
        revisions.iter().for_each(|r| prompts.add(&r.template.document));
        let same =
            |r: &TemplateRevision| r.template.document.text.as_str() == template.document.text.as_str();
        let settled = revisions.last().is_some_and(same);
        let at = settled.then(|| revisions.last().map(|r| &r.revision)).flatten();
        let before = if settled { &revisions[..revisions.len() - 1] } else { &revisions[..] };
        let now = Rulebook::new(template, at, before, bare.prompts.clone());
        let books = revisions.iter().map(|_| OnceLock::new()).collect();
        Past { bare, now, all_prompts: Arc::new(prompts), revisions, books, settled }
    }

    /// The past of a snapshot's template, as far as history was asked.
    pub fn of(snapshot: &Snapshot, lore: Option<&Lore>) -> Past<'static> {
        Past::new(&snapshot.template, Cow::Owned(lore.map(revisions).unwrap_or_default()))
    }

    /// The findings about one OKEP of a snapshot, with the fixes that are possible there.
    pub fn judge_among(
        &self,
        okep: &Okep,
        snapshot: &Snapshot,
        lore: Option<&Lore>,
    ) -> (Vec<Finding>, Unsettled) {
        if okep.unread {
            // Known by its path alone, it is as it was: nothing can be said of its text.
            let path = okep.path.clone();
            return (Vec::new(), Unsettled { path, by_demand: false, by_prompt: false });
        }
        let landed = lore.and_then(|lore| landing(lore, snapshot, &okep.path)).map(|l| l.template);
        let (mut findings, unsettled) = self.judge(okep, landed, true);
        let conflict = okep.document.is_in_conflict();
        for finding in findings.iter_mut().filter(|f| f.fix.is_some()) {
            finding.fix = finding.fix.take().filter(|_| !conflict);
            finding.fix = finding.fix.take().and_then(|fix| feasible(fix, okep, snapshot));
            if conflict {
                finding.help.push(RESOLVE_FIRST.into());
            }
        }
        (findings, unsettled)
    }

    /// The template at hand.
    pub fn template(&self) -> &Template {
        &self.now.template
    }

    /// The findings about one OKEP, and whether history could say more about them.
    ///
    /// `landed` is the revision that was in force when it landed, none inside for none at all; it is
    /// none itself where that is not known. Without `plans`, findings have not all of their fixes.
    pub fn judge(
        &self,
        okep: &Okep,
        landed: Option<Option<usize>>,
        plans: bool,
    ) -> (Vec<Finding>, Unsettled) {
        let (mut findings, unsettled) = match self.revisions.is_empty() {
            true => self.beside_template(okep, plans),
            false => self.beside_revisions(okep, plans),
        };
        if let Some(landed) = landed {
            let mut earlier: Vec<Option<Vec<Finding>>> = vec![None; self.revisions.len()];
            for finding in findings.iter_mut().filter(|f| of_its_time(f)) {
                self.excuse(finding, okep, landed, &mut earlier);
            }
        }
        (findings, unsettled)
    }

    /// What the template at hand finds, where nothing else is known.
    fn beside_template(&self, okep: &Okep, plans: bool) -> (Vec<Finding>, Unsettled) {
        let judged = Judged::new(okep, &self.bare).planning(plans);
        let findings = check(&judged, |_| true);
        let by_demand = findings.iter().any(|f| rule(f.rule).is_some_and(|r| r.of_its_time));
        let by_prompt = judged.resembles_prompt();
        (findings, Unsettled { path: okep.path.clone(), by_demand, by_prompt })
    }

    /// What the template finds that knows its earlier wordings and prompts.
    ///
    /// The past is asked only where the document itself gives cause, so that what is said of one OKEP hangs
    /// neither on others nor on whether somebody else had history read.
    fn beside_revisions(&self, okep: &Okep, plans: bool) -> (Vec<Finding>, Unsettled) {
        let judged = Judged::new(okep, &self.bare).planning(false);
        let by_demand = !check(&judged, |r| r.of_its_time).is_empty();
        let by_prompt = judged.resembles_prompt();
        let unsettled = Unsettled { path: okep.path.clone(), by_demand, by_prompt };
        let judged = judged.planning(plans);
        let book = if by_demand { &self.now } else { &self.bare };
        let findings = match by_prompt {
            true => check(&judged.beside(&book.with_prompts(&self.all_prompts)), |_| true),
            false => check(&judged.beside(book), |_| true),
        };
        (findings, unsettled)
    }

    /// Turns a finding into advice where the template in force when the OKEP landed did not ask for it.
    fn excuse(
        &self,
        finding: &mut Finding,
        okep: &Okep,
        landed: Option<usize>,
        earlier: &mut [Option<Vec<Finding>>],
    ) {
        let last = if self.settled { self.revisions.len() - 1 } else { self.revisions.len() };
        if landed == Some(last) {
            return;
        }
        let is_stub = finding.rule == LEFT_BY_SKELETONS.id;
        if is_stub && !self.now.has_section(&finding.subject) {
            return;
        }
        let asked_by = |revision: usize, earlier: &mut [Option<Vec<Finding>>]| {
            if is_stub {
                let subject = self.now.current_name(&finding.subject);
                let mut names = self.book(revision).template.names();
                return names.any(|n| self.now.current_name(&n.text) == subject);
            }
            let found = earlier[revision].get_or_insert_with(|| {
                let judged = Judged::new(okep, self.book(revision)).planning(false);
                check(&judged, |r| r.of_its_time)
            });
            found.iter().any(|f| {
                f.rule == finding.rule
                    && self.now.current_name(&f.subject) == self.now.current_name(&finding.subject)
            })
        };
        if landed.is_some_and(|revision| asked_by(revision, earlier)) {
            return;
        }
        let first = landed.map_or(0, |l| l + 1);
        let since =
            (first..last).find(|revision| asked_by(*revision, earlier)).or(self.settled.then_some(last));
        finding.severity = Severity::Advice;
        match since {
            Some(revision) => finding.grandfathered = Some(self.revisions[revision].revision.clone()),
            None => {
                finding.help.push("the template asks for it only since the change at hand: advice".into())
            }
        }
    }

    fn book(&self, revision: usize) -> &Rulebook {
        self.books[revision].get_or_init(|| {
            let r = &self.revisions[revision];
            Rulebook::new(&r.template, Some(&r.revision), &self.revisions[..revision], Arc::default())
        })
    }
}

fn check(judged: &Judged, wanted: fn(&Rule) -> bool) -> Vec<Finding> {
    let checks = RULES.iter().filter(|r| wanted(r)).filter_map(|r| match r.check {
        Check::Okep(check) => Some(check),
        Check::Tree(_) | Check::Links(_) | Check::History(_) => None,
    });
    checks.flat_map(|check| check(judged)).collect()
}

/// A fix as the rules of one document propose it, in the light of all that is around the document.
fn feasible(fix: Fix, okep: &Okep, snapshot: &Snapshot) -> Option<Fix> {
    // The text of bytes that are no UTF-8 is not known, so that nothing can be written in its place.
    if okep.document.text.invalid_at.is_some() && fix.edits.iter().any(|e| e.start < e.end) {
        return None;
    }
    if fix.renames.is_empty() { Some(fix) } else { with_links(snapshot, fix) }
}

/// Whether an OKEP is held to it only where the template asked for it in its time: a promise in place of
/// a section that was never asked for breaks no rule.
fn of_its_time(finding: &Finding) -> bool {
    finding.rule == LEFT_BY_SKELETONS.id || rule(finding.rule).is_some_and(|r| r.of_its_time)
}

/// When an OKEP landed; one that history knows by another name, gone since, is found by its number.
pub fn landing<'a>(lore: &'a Lore, snapshot: &Snapshot, path: &str) -> Option<&'a Landing> {
    if let Some(landing) = lore.landed.get(path) {
        return Some(landing);
    }
    let number = snapshot.number_of(path)?;
    let earlier = |p: &&String| snapshot.number_of(p) == Some(number) && !snapshot.paths.contains(*p);
    lore.landed.keys().find(earlier).and_then(|p| lore.landed.get(p))
}
