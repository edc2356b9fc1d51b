//! What must change with the name of a file: every link, `nav` entry and landing-page entry that names it.
//!
//! Files outside the proposal folder are not read, so that links from there are not seen.

use crate::finding::{Edit, Fix, Rename};
use crate::model::document::{Document, LinkKind};
use crate::model::landing::percent_decoded;
use crate::model::nav_edit;
use crate::model::path::{self, folder_of, okep_name, stem};
use crate::model::snapshot::Snapshot;
use std::ops::Range;

/// The fix with the edits that let everything that names its renamed files name them anew.
///
/// None where a new name or its number is taken, or where something that names a file cannot be mended.
pub fn with_links(snapshot: &Snapshot, mut fix: Fix) -> Option<Fix> {
    if !snapshot.plans {
        return None;
    }
    for Rename { from, to } in &fix.renames {
        let number = |path: &str| okep_name(stem(path::file_name(path))?)?.number;
        let same = |o: &crate::model::okep::Okep| o.path != *from && o.name.number == number(to);
        if snapshot.paths.contains(to) || snapshot.okeps.iter().any(same) {
            return None;
        }
        fix.edits.extend(mended_links(snapshot, from, to)?);
    }
    fix.edits.sort();
    fix.edits.dedup();
    Some(fix)
}

/// The edits that let everything that names `from` name `to`. The file keeps its folder.
fn mended_links(snapshot: &Snapshot, from: &str, to: &str) -> Option<Vec<Edit>> {
    let mut edits = Vec::new();
    let known = snapshot
        .okeps
        .iter()
        .map(|o| (o.path.as_str(), &o.document))
        .chain(snapshot.companions.iter().map(|p| (p.path.as_str(), &p.document)))
        .chain(snapshot.hollow_folders.iter().flat_map(|f| &f.pages).map(|p| (p.path.as_str(), &p.document)))
        .chain(snapshot.landing.iter().map(|l| (l.path.as_str(), &l.document)));
    let mut seen: Vec<&str> = Vec::new();
    for (page, document) in known {
        edits.extend(in_document(page, document, from, to)?);
        seen.push(page);
    }
    let template = snapshot.template.path.as_deref();
    let is_other = |page: &str| stem(page).is_some() && !seen.contains(&page) && template != Some(page);
    for (page, text) in snapshot.texts.iter().filter(|(page, _)| is_other(page)) {
        if text.as_str().contains(path::file_name(from)) {
            edits.extend(in_document(page, &Document::parse(text.as_str().as_bytes()), from, to)?);
        }
    }
    if let Some(site) = &snapshot.site
        && let Some(tree) = site.nav.tree()
        && let Some(text) = snapshot.texts.get(&tree.path)
    {
        for (index, _) in tree.entries.iter().enumerate().filter(|(_, e)| e.doc.as_deref() == Some(from)) {
            let plan = nav_edit::retarget(site, text.as_str().as_bytes(), index, to);
            let (span, new) = plan.edit.ok()?;
            edits.push(Edit::replace(&plan.path, span, new));
        }
    }
    Some(edits)
}

fn in_document(page: &str, document: &Document, from: &str, to: &str) -> Option<Vec<Edit>> {
    let mut edits = Vec::new();
    for link in
        document.links.iter().filter(|l| !l.target.contains("://") && !l.target.starts_with(['/', '#']))
    {
        let file = link.target.split(['#', '?']).next().unwrap_or_default();
        if file.is_empty() || path::resolve(page, &percent_decoded(file)).as_deref() != Some(from) {
            continue;
        }
        let places = destinations(document, link.kind, link.span.clone(), &link.target);
        if places.is_empty() {
            return None;
        }
        let (folder, new_name) = (folder_of(file), path::file_name(to));
        let new = if folder.is_empty() { new_name.to_owned() } else { format!("{folder}/{new_name}") };
        edits.extend(places.into_iter().map(|at| Edit::replace(page, at..at + file.len(), new.clone())));
    }
    Some(edits)
}

/// Where a link's destination stands: in the link itself, or in every definition it may refer to.
pub(super) fn destinations(
    document: &Document,
    kind: LinkKind,
    span: Range<usize>,
    target: &str,
) -> Vec<usize> {
    let text = document.text.as_str();
    let after = |opening: &str, from: usize, to: usize| -> Vec<usize> {
        let openings = text[from..to].match_indices(opening).map(|(at, _)| from + at + opening.len());
        let targets = openings.map(|at| {
            let rest = &text[at..to];
            let rest = rest.trim_start();
            to - rest.strip_prefix('<').unwrap_or(rest).len()
        });
        let ends = |at: &usize| {
            let rest = text[*at..].strip_prefix(target);
            rest.is_some_and(|r| {
                r.is_empty() || r.starts_with(|c: char| c.is_whitespace() || ">)".contains(c))
            })
        };
        targets.filter(ends).collect()
    };
    match kind {
        // A link around an image has two destinations; its own is the last.
        LinkKind::Inline => after("](", span.start, span.end).pop().into_iter().collect(),
        LinkKind::Autolink => after("<", span.start, span.end),
        LinkKind::Reference => after("]:", 0, text.len()),
    }
}
