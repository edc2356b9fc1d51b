//! What must change with the name of a file: every link, `nav` entry and landing-page entry that names it.

use crate::finding::Edit;
use crate::model::document::{Document, LinkKind};
use crate::model::landing::percent_decoded;
use crate::model::nav_edit;
use crate::model::path::{self, folder_of};
use crate::model::snapshot::Snapshot;
use std::ops::Range;

/// The edits that let everything that names `from` name `to`. The file keeps its folder.
pub fn mended_links(snapshot: &Snapshot, from: &str, to: &str) -> Vec<Edit> {
    let mut edits = Vec::new();
    let pages = snapshot
        .okeps
        .iter()
        .map(|o| (o.path.as_str(), &o.document))
        .chain(snapshot.companions.iter().map(|p| (p.path.as_str(), &p.document)))
        .chain(snapshot.hollow_folders.iter().flat_map(|f| &f.pages).map(|p| (p.path.as_str(), &p.document)))
        .chain(snapshot.landing.iter().map(|l| (l.path.as_str(), &l.document)));
    for (page, document) in pages {
        edits.extend(in_document(page, document, from, to));
    }
    if let Some(site) = &snapshot.site
        && let Some(tree) = site.nav.tree()
        && let Some(text) = snapshot.texts.get(&tree.path)
    {
        for (index, _) in tree.entries.iter().enumerate().filter(|(_, e)| e.doc.as_deref() == Some(from)) {
            let plan = nav_edit::retarget(site, text.as_str().as_bytes(), index, to);
            edits.extend(plan.edit.ok().map(|(span, new)| Edit::replace(&plan.path, span, new)));
        }
    }
    edits.sort();
    edits.dedup();
    edits
}

fn in_document(page: &str, document: &Document, from: &str, to: &str) -> Vec<Edit> {
    let new_name = path::file_name(to);
    document
        .links
        .iter()
        .filter(|l| !l.target.contains("://") && !l.target.starts_with(['/', '#']))
        .filter_map(|link| {
            let file = link.target.split(['#', '?']).next().unwrap_or_default();
            if file.is_empty() || path::resolve(page, &percent_decoded(file)).as_deref() != Some(from) {
                return None;
            }
            let at = destination(document, link.kind, link.span.clone(), &link.target)?;
            let folder = folder_of(file);
            let new = if folder.is_empty() { new_name.to_owned() } else { format!("{folder}/{new_name}") };
            Some(Edit::replace(page, at..at + file.len(), new))
        })
        .collect()
}

/// Where a link's destination stands: in the link itself, or in the definition it refers to.
fn destination(document: &Document, kind: LinkKind, span: Range<usize>, target: &str) -> Option<usize> {
    let text = document.text.as_str();
    match kind {
        LinkKind::Inline | LinkKind::Autolink => text[span.clone()].rfind(target).map(|at| span.start + at),
        LinkKind::Reference => {
            let definition = format!("]: {target}");
            text.find(&definition).map(|at| at + definition.len() - target.len())
        }
    }
}
