//! Where the two pages disagree: GitHub's headings against the site's, paired by their source line.
//!
//! Texts are compared as Markdown, before either side renders it, so that emoji, quotes and links
//! raise no alarm. Nothing is said behind a fence that is never closed: that is a finding of its own.

use std::ops::Range;

use super::blocks::BlockHeading;
use super::{SitePage, inline, remedy};

/// A heading as GitHub shows it; the caller has parsed the file with pulldown-cmark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GithubHeading<'a> {
    /// 1 to 6.
    pub level: u8,
    /// Bytes of the whole text, as the parser gives them.
    pub span: Range<usize>,
    pub text: &'a str,
}

/// A line that is another heading on GitHub than on the site, or a heading on one of them only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ambiguity {
    /// Bytes of the whole text.
    pub span: Range<usize>,
    /// Level and text on GitHub, where it is a heading there.
    pub github: Option<(u8, String)>,
    /// Level and text on the site, where it is a heading there.
    pub site: Option<(u8, String)>,
    /// What GitHub shows and what the site shows.
    pub message: String,
    /// The remedy in one line.
    pub help: String,
    /// Replacements that make both agree; none where no machine should choose.
    pub edits: Vec<(Range<usize>, String)>,
}

/// Where `github` and the site's headings differ, in the order of the file.
///
/// Both sides are parsed once more if there is an edit to offer: one that would not make them agree
/// is dropped.
pub fn ambiguities(text: &str, github: &[GithubHeading]) -> Vec<Ambiguity> {
    let page = SitePage::read(text);
    let mut found: Vec<_> =
        differences(text, &page, github).into_iter().map(|d| remedy::ambiguity(text, &page, &d)).collect();
    remedy::keep_what_helps(text, &mut found);
    found
}

/// One cause for which the pages differ.
pub(super) struct Difference<'a> {
    pub github: Option<&'a GithubHeading<'a>>,
    pub site: Option<&'a BlockHeading>,
    /// How many headings further down differ for the same cause.
    pub more: usize,
}

pub(super) fn differences<'a>(
    text: &str,
    page: &'a SitePage,
    github: &'a [GithubHeading<'a>],
) -> Vec<Difference<'a>> {
    let limit = page.open_fence.unwrap_or(usize::MAX);
    let mut found: Vec<Difference> = Vec::new();
    let mut github =
        github.iter().filter(|g| g.span.start < limit && text.get(g.span.clone()).is_some()).peekable();
    let mut site = page.headings.iter().filter(|s| s.span.start < limit).peekable();
    // Site headings before this offset are lines of a GitHub heading already told about.
    let mut told = 0;
    let mut last_html = None;
    loop {
        let next_github = github.peek().map(|g| g.span.start);
        let next_site = site.peek().map(|s| s.span.start);
        let (g, s) = match (next_github, next_site) {
            (None, None) => return found,
            (Some(g), Some(s)) if same_line(text, g, s) => (github.next(), site.next()),
            (Some(g), s) if s.is_none_or(|s| g < s) => (github.next(), None),
            _ => (None, site.next()),
        };
        if agree(text, g, s) || s.is_some_and(|s| s.span.start < told) {
            continue;
        }
        told = g.map_or(told, |g| g.span.end);
        let html = g.filter(|_| s.is_none()).and_then(|g| page.raw_html_at(g.span.start));
        match (found.last_mut(), html) {
            (Some(last), Some(html)) if last_html == Some(html) => last.more += 1,
            _ => found.push(Difference { github: g, site: s, more: 0 }),
        }
        last_html = html;
    }
}

impl SitePage {
    /// Start of the raw HTML the site passes through around `at`.
    pub(super) fn raw_html_at(&self, at: usize) -> Option<usize> {
        let next = self.raw_html.partition_point(|r| r.start <= at);
        let html = self.raw_html.get(next.checked_sub(1)?)?;
        html.contains(&at).then_some(html.start)
    }
}

fn same_line(text: &str, a: usize, b: usize) -> bool {
    let between = text.as_bytes().get(a.min(b)..a.max(b)).unwrap_or_default();
    // The two may start behind different markers of the same line.
    !between.contains(&b'\n') && !between.contains(&b'\r')
}

fn agree(text: &str, github: Option<&GithubHeading>, site: Option<&BlockHeading>) -> bool {
    let (Some(g), Some(s)) = (github, site) else { return false };
    let Some(source) = text.get(g.span.clone()) else { return true };
    let same_text = || {
        let ours = s.raw(text);
        let theirs = github_raw(source);
        ours == theirs || inline::collapse(ours) == inline::collapse(theirs)
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
