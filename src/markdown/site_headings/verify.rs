//! Keeps of the proposed edits those after which both pages agree.

use super::compare::differences;
use super::{Ambiguity, SitePage};
use crate::markdown::document::Document;
use crate::markdown::extensions::Extensions;

/// How often edits that do not help are taken out before all are given up.
const ROUNDS: usize = 4;

/// Takes out the edits after which the two pages still differ, or differ elsewhere.
pub(super) fn keep_what_helps(text: &str, found: &mut [Ambiguity], extensions: Extensions) {
    for _ in 0..ROUNDS {
        if found.iter().all(|a| a.edits.is_empty()) {
            return;
        }
        let left = differences_after(text, found, extensions);
        let mut useless = false;
        for at in left {
            // The difference itself, or one its edit has made further down.
            let next = found.partition_point(|a| first_touched(a) <= at);
            let culprit =
                found[..next].iter_mut().rev().find(|a| !a.edits.is_empty() || a.span.contains(&at));
            if let Some(culprit) = culprit.filter(|c| !c.edits.is_empty()) {
                culprit.edits.clear();
                useless = true;
            }
        }
        if !useless {
            return;
        }
    }
    found.iter_mut().for_each(|a| a.edits.clear());
}

/// The start of the ambiguity or of its first edit, which may begin before it on the line.
fn first_touched(ambiguity: &Ambiguity) -> usize {
    ambiguity.edits.iter().map(|(range, _)| range.start).fold(ambiguity.span.start, usize::min)
}

/// Where, in offsets of `text`, the pages differ once all edits are made.
fn differences_after(text: &str, found: &[Ambiguity], extensions: Extensions) -> Vec<usize> {
    let mut edits: Vec<_> = found.iter().flat_map(|a| &a.edits).collect();
    edits.sort_by_key(|(range, _)| (range.start, range.end));
    let mut fixed = String::with_capacity(text.len() + 2 * edits.len());
    // Offsets at which the two texts part, as pairs of old and new.
    let mut steps = vec![(0, 0)];
    let mut done = 0;
    for (range, with) in edits {
        if range.start < done {
            continue;
        }
        fixed.push_str(&text[done..range.start]);
        fixed.push_str(with);
        done = range.end;
        steps.push((done, fixed.len()));
    }
    fixed.push_str(&text[done..]);
    let page = SitePage::read(&fixed, extensions);
    let document = Document::parse(fixed.as_bytes());
    differences(&document, &page)
        .iter()
        .map(|difference| difference.start())
        .map(|at| {
            let (old, new) = steps[steps.partition_point(|(_, new)| *new <= at).max(1) - 1];
            old + (at - new)
        })
        .collect()
}
