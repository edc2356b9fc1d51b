//! The headings of a Markdown file as the MkDocs site shows them, and where GitHub shows others.
//!
//! The site renders with Python-Markdown 3.11 and the extensions the project enables: toc, tables,
//! admonition, meta, and of pymdownx details, highlight, inlinehilite, superfences, emoji and
//! snippets. Python-Markdown looks for headings in blocks of lines, not in a CommonMark tree, so a
//! heading may exist, or have its text, on one of the two pages only. This module follows its steps
//! in their order: front matter, fences, raw HTML, blocks.
//!
//! It deliberately renders nothing but headings and reads no other file. Known differences from the
//! real thing: a snippet line (`--8<--`) inserts nothing; a `#` in the title of a `??? note` makes no
//! heading; a fence right below indented code stays a fence; link definitions over several lines,
//! comments within an unclosed inline tag, and markup the HTML parser of Python gives up on are taken
//! as text; emoji short codes stay as written; what is nested more than 64 levels deep is dropped.

mod blocks;
mod compare;
mod fences;
mod inline;
mod lines;
mod raw_html;
mod remedy;
mod shapes;
mod table;
#[cfg(test)]
mod tests;

use std::ops::Range;

pub use compare::{Ambiguity, GithubHeading, ambiguities};

/// A heading as the MkDocs site shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteHeading {
    /// 1 to 6.
    pub level: u8,
    /// Bytes of the whole text: from the heading's first character, past the indent and the markers
    /// of what it is nested in, to before the line break; the underline included.
    pub span: Range<usize>,
    /// The text a reader sees, white space collapsed.
    pub text: String,
}

/// All headings the site shows for the file `text`, in order.
///
/// `text` is the whole file; a byte order mark and front matter are skipped as MkDocs skips them.
pub fn site_headings(text: &str) -> Vec<SiteHeading> {
    let page = SitePage::read(text);
    page.headings
        .iter()
        .map(|h| SiteHeading { level: h.level, span: h.span.clone(), text: inline::plain(h.raw(text)) })
        .collect()
}

/// What one pass over a file found.
struct SitePage {
    headings: Vec<blocks::BlockHeading>,
    /// Raw HTML that the site passes through without reading it as Markdown.
    raw_html: Vec<Range<usize>>,
    /// Where a fence starts that is never closed, by the site's or by GitHub's rules.
    open_fence: Option<usize>,
}

impl SitePage {
    fn read(text: &str) -> SitePage {
        let body = lines::body_start(text);
        let split = lines::split(text, body);
        let fenced = fences::stash(text, split);
        let cuts = raw_html::find(text, body, &fenced.ranges);
        let pieces = raw_html::stash(fenced.pieces, &cuts);
        let expanded = lines::expand_tabs(text, &pieces);
        let headings = blocks::headings(&lines::PageSource { text, expanded: &expanded }, &pieces);
        SitePage { headings, raw_html: cuts.into_iter().map(|c| c.span).collect(), open_fence: fenced.open }
    }
}
