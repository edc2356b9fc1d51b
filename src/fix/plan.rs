//! The fixes of findings that are shown: each rule's own, as far as its file and what names it allow.
//!
//! Nothing is verified here.

use super::apply::{edited, touch};
use crate::audit::TemplateTimeline;
use crate::markdown::document::{Document, Heading};
use crate::okep::proposal::Okep;
use crate::okep::snapshot::Snapshot;
use crate::rules::Check;
use crate::rules::edits::anchors::{
    LinkOn, follow_edits, links_to_headings, may_link_to_heading, to_own_headings,
};
use crate::rules::edits::rename::with_links;
use crate::rules::finding::{Edit, Finding, Fix, Severity};
use crate::rules::page_links::pages;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Why a file in conflict is not fixed: which of its texts stays is not known.
const RESOLVE_FIRST: &str =
    "no fix is offered while there are conflict markers in the file: resolve them first";

/// Plans the fixes of some findings of a snapshot.
pub fn plan(snapshot: &Snapshot, template_timeline: &TemplateTimeline, findings: Vec<&mut Finding>) {
    let mut of_okep: BTreeMap<String, Vec<&mut Finding>> = BTreeMap::new();
    let mut others: Vec<&mut Finding> = Vec::new();
    for finding in findings {
        // Nobody is asked to do what the template asked for only later.
        if is_excused(finding) {
            finding.fix = None;
            continue;
        }
        match (finding.its_rule().check, &finding.okep) {
            (Check::Okep(..), Some(path)) => of_okep.entry(path.clone()).or_default().push(finding),
            _ => others.push(finding),
        }
    }
    let outside = LazyLock::new(|| snapshot.outside(may_link_to_heading));
    let links = LazyLock::new(|| links_to_headings(snapshot, &outside));
    of_okep.into_par_iter().for_each(|(path, findings)| {
        let Some(okep) = snapshot.okep(&path) else { return };
        template_timeline.with_context(okep, |context| {
            for finding in findings {
                let Check::Okep(_, Some(fix)) = finding.its_rule().check else { continue };
                let mut fix = fix(context, finding);
                if let Some(fix) = fix.as_mut().filter(|fix| edits_heading(okep, fix)) {
                    let links = if fix.renames.is_empty() { links.get(&okep.path) } else { None };
                    follow_headings(okep, snapshot, links, fix);
                }
                propose(snapshot, finding, fix);
            }
        });
    });
    let pages = pages(snapshot);
    for finding in others {
        let fix = match finding.its_rule().check {
            Check::Tree(_, Some(fix)) => fix(snapshot, finding),
            Check::Links(_, Some(fix)) => {
                pages.iter().find(|page| page.path == finding.path).and_then(|page| fix(page, finding))
            }
            _ => None,
        };
        propose(snapshot, finding, fix);
    }
}

/// Whether a fix edits the text of a heading.
fn edits_heading(okep: &Okep, fix: &Fix) -> bool {
    // An insertion right before the text changes it too; what is inserted behind it is not part of it.
    let is_in = |edit: &Edit, heading: &Heading| {
        heading.text_span.start < edit.end.max(edit.start + 1) && edit.start < heading.text_span.end
    };
    let mut own = fix.edits.iter().filter(|edit| edit.path == okep.path);
    own.any(|edit| okep.document.headings.iter().any(|heading| is_in(edit, heading)))
}

/// Adds the edits of links to a fix that edits headings of the OKEP; `links` are those that name its file. Where the
/// fix renames the file too there are none: the links are changed with its name, and keep their anchors.
fn follow_headings(okep: &Okep, snapshot: &Snapshot, links: Option<&Vec<LinkOn>>, fix: &mut Fix) {
    let mut to_okep: Vec<LinkOn> = to_own_headings(&okep.path, &okep.document).collect();
    to_okep.extend(links.into_iter().flatten().cloned());
    if to_okep.is_empty() {
        return;
    }
    let files = edited(&snapshot.tree, [&*fix]);
    let Some(after) = files.ok().and_then(|mut files| files.remove(okep.path.as_str())) else { return };
    let mut edits = follow_edits(&to_okep, &okep.document, &Document::parse(after));
    // A link may be in the heading itself.
    edits.retain(|new| !fix.edits.iter().any(|old| touch(old, new)));
    fix.edits.extend(edits);
}

/// Whether the template came to ask for it after the OKEP had landed.
pub fn is_excused(finding: &Finding) -> bool {
    let rule = finding.its_rule();
    let is_milder = finding.severity == Severity::Hint && rule.severity != Severity::Hint;
    finding.grandfathered.is_some() || (is_milder && rule.is_of_template())
}

/// Takes up a fix that a rule planned, if the files around it allow it.
fn propose(snapshot: &Snapshot, finding: &mut Finding, fix: Option<Fix>) {
    finding.fix = None;
    let Some(fix) = fix else { return };
    let edits = |path: &str| fix.edits.iter().any(|e| e.path == path);
    let index_page = snapshot.landing.iter().map(|l| (&l.path, &l.document));
    let okep = finding.okep.as_deref().and_then(|path| snapshot.okep(path));
    let documents = okep.map(|o| (&o.path, &o.document)).into_iter().chain(index_page);
    let edited: Vec<_> = documents.filter(|(path, _)| edits(path)).collect();
    if edited.iter().any(|(_, document)| document.is_in_conflict()) {
        finding.help.push(RESOLVE_FIRST.into());
        return;
    }
    // What replaces bytes that are not UTF-8 is not the author's text, so nothing is written in its place.
    let unknown = |path: &str| edited.iter().any(|(p, d)| *p == path && d.text.invalid_at.is_some());
    if fix.edits.iter().any(|e| e.start < e.end && unknown(&e.path)) {
        return;
    }
    finding.fix = if fix.renames.is_empty() { Some(fix) } else { with_links(snapshot, fix) };
}
