//! Where the two pages disagree: GitHub's headings against the site's, paired by their source line.
//!
//! Texts are compared as Markdown, before either side renders it, so that emoji, quotes and links
//! raise no alarm. Nothing is compared within front matter, nor after a fence that GitHub never sees closed: that is a
//! finding of its own. Of the edits that are proposed those are kept after which both pages agree.

use super::blocks::BlockHeading;
use super::{Ambiguity, SitePage};
use crate::markdown::document::{Document, Heading, fold_blanks};
use crate::markdown::extensions::Extensions;

/// One cause for which the pages differ.
pub(super) struct Difference<'a> {
    pub github: Option<&'a Heading>,
    /// Whether GitHub has it inside of a quote, a list or a footnote.
    pub nested: bool,
    pub site: Option<&'a BlockHeading>,
    /// How many headings further down differ for the same cause.
    pub more: usize,
}

impl Difference<'_> {
    pub fn start(&self) -> usize {
        let github = self.github.map(|g| g.span.start);
        github.or(self.site.map(|s| s.span.start)).unwrap_or_default()
    }
}

pub(super) fn differences<'a>(document: &'a Document, page: &'a SitePage) -> Vec<Difference<'a>> {
    let text = document.text.as_str();
    let compared =
        document.body_start..document.unclosed_fence.as_ref().map_or(usize::MAX, |f| f.opening.start);
    let mut github: Vec<(&Heading, bool)> = document.headings.iter().map(|h| (h, false)).collect();
    github.extend(document.nested_headings.iter().map(|h| (h, true)));
    github.sort_by_key(|(h, _)| h.span.start);
    let mut github = github.into_iter().filter(|(g, _)| compared.contains(&g.span.start)).peekable();
    let mut site = page.headings.iter().filter(|s| compared.contains(&s.span.start)).peekable();
    let mut found: Vec<Difference> = Vec::new();
    // Site headings before this offset are lines of a GitHub heading that has been reported.
    let mut reported = 0;
    let mut last_cause = None;
    loop {
        let next_github = github.peek().map(|(g, _)| g.span.start);
        let next_site = site.peek().map(|s| s.span.start);
        let (g, s) = match (next_github, next_site) {
            (None, None) => return found,
            (Some(g), Some(s)) if same_line(text, g, s) => (github.next(), site.next()),
            (Some(g), s) if s.is_none_or(|s| g < s) => (github.next(), None),
            _ => (None, site.next()),
        };
        let (g, nested) = g.unzip();
        if agree(text, g, s) || s.is_some_and(|s| s.span.start < reported) {
            continue;
        }
        reported = g.map_or(reported, |g| g.span.end);
        let difference = Difference { github: g, nested: nested == Some(true), site: s, more: 0 };
        let cause = cause(page, &difference);
        match found.last_mut() {
            Some(last) if cause.is_some() && last_cause == cause => last.more += 1,
            _ => found.push(difference),
        }
        last_cause = cause;
    }
}

/// The start of the raw HTML or of the fence for which a heading is on one of the pages only.
fn cause(page: &SitePage, difference: &Difference) -> Option<usize> {
    let at = difference.start();
    match (difference.github, difference.site) {
        (Some(_), None) => page.raw_html_at(at).or_else(|| page.fence_at(at)),
        (None, Some(_)) => page.fence_at(at),
        _ => None,
    }
}

fn same_line(text: &str, a: usize, b: usize) -> bool {
    let between = text.as_bytes().get(a.min(b)..a.max(b)).unwrap_or_default();
    // The two may start after different markers of the same line.
    !between.contains(&b'\n') && !between.contains(&b'\r')
}

fn agree(text: &str, github: Option<&Heading>, site: Option<&BlockHeading>) -> bool {
    let (Some(g), Some(s)) = (github, site) else { return false };
    let theirs = &text[g.text_span.clone()];
    g.level == s.level && (s.raw == theirs || fold_blanks(&s.raw) == fold_blanks(theirs))
}

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
