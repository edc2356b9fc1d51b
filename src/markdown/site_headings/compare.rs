//! Where the two pages disagree: GitHub's headings against the site's, paired by their source line.
//!
//! Texts are compared as Markdown, before either side renders it, so that emoji, quotes and links
//! raise no alarm. Nothing is compared within front matter, nor after a fence that GitHub never sees closed: that is a
//! finding of its own.

use super::SitePage;
use super::blocks::BlockHeading;
use crate::markdown::document::{Document, Heading, fold_blanks};

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
    let Some(source) = text.get(g.span.clone()) else { return true };
    let same_text = || {
        let (ours, theirs) = (s.raw(text), github_raw(source));
        ours == theirs || fold_blanks(ours) == fold_blanks(theirs)
    };
    g.level == s.level && same_text()
}

/// The Markdown of a CommonMark heading's text.
pub(super) fn github_raw(source: &str) -> &str {
    let source = source.trim();
    if !is_hash(source) {
        let underline = source.rfind(['\n', '\r']).unwrap_or(source.len());
        return source[..underline].trim();
    }
    let header = source.trim_start_matches('#').trim();
    let unclosed = header.trim_end_matches('#');
    if unclosed.is_empty() || unclosed.ends_with([' ', '\t']) { unclosed.trim_end() } else { header }
}

/// Whether a CommonMark heading is of the `#` kind, and not underlined.
pub(super) fn is_hash(source: &str) -> bool {
    let rest = source.trim_start_matches('#');
    let hashes = source.len() - rest.len();
    let one_line = !source.trim_end().contains(['\n', '\r']);
    (1..=6).contains(&hashes) && one_line
}
