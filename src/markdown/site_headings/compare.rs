//! Where the two pages disagree: GitHub's headings against the site's, paired by their source line.
//!
//! Texts are compared as Markdown, before either side renders it, so that emoji, quotes and links
//! raise no alarm. Nothing is compared within front matter, nor after a fence that GitHub never sees closed: that is a
//! finding of its own.

use super::{SiteHeading, SiteReading};
use crate::markdown::document::{Document, Heading, fold_blanks};
use std::collections::BTreeMap;

/// One cause for which the pages differ.
#[derive(Default)]
pub(super) struct Difference<'a> {
    pub github: Option<&'a Heading>,
    pub site: Option<&'a SiteHeading>,
    /// How many headings further down differ for the same cause.
    pub more: usize,
}

impl Difference<'_> {
    pub fn start(&self) -> usize {
        let github = self.github.map(|g| g.span.start);
        github.or(self.site.map(|s| s.span.start)).unwrap_or_default()
    }
}

pub(super) fn differences<'a>(document: &'a Document, page: &'a SiteReading) -> Vec<Difference<'a>> {
    let text = document.text.as_str();
    let end = document.unclosed_fence.as_ref().map_or(usize::MAX, |f| f.opening.start);
    let compared = document.body_start..end;
    // The two may start after different markers of the same line.
    let line = |at: usize| text[..at].rfind(['\n', '\r']);
    let mut lines: BTreeMap<Option<usize>, Difference> = BTreeMap::new();
    let github = document.headings.iter().chain(&document.nested_headings);
    for heading in github.filter(|h| compared.contains(&h.span.start)) {
        lines.entry(line(heading.span.start)).or_default().github = Some(heading);
    }
    for heading in page.headings.iter().filter(|h| compared.contains(&h.span.start)) {
        lines.entry(line(heading.span.start)).or_default().site = Some(heading);
    }
    let mut found: Vec<Difference> = Vec::new();
    // Site headings before this offset are lines of a GitHub heading that has been reported.
    let mut reported = 0;
    let mut last_cause = None;
    for difference in lines.into_values() {
        if agree(text, &difference) || difference.site.is_some_and(|s| s.span.start < reported) {
            continue;
        }
        reported = difference.github.map_or(reported, |g| g.span.end);
        let cause = cause(page, &difference);
        match found.last_mut() {
            Some(last) if cause.is_some() && last_cause == cause => last.more += 1,
            _ => found.push(difference),
        }
        last_cause = cause;
    }
    found
}

/// The start of the raw HTML or of the fence for which a heading is on one of the pages only.
fn cause(page: &SiteReading, difference: &Difference) -> Option<usize> {
    let at = difference.start();
    match (difference.github, difference.site) {
        (Some(_), None) => page.raw_html_at(at).or_else(|| page.fence_at(at)),
        (None, Some(_)) => page.fence_at(at),
        _ => None,
    }
}

fn agree(text: &str, difference: &Difference) -> bool {
    let (Some(g), Some(s)) = (difference.github, difference.site) else { return false };
    let theirs = &text[g.text_span.clone()];
    g.level == s.level && (s.raw == theirs || fold_blanks(&s.raw) == fold_blanks(theirs))
}
