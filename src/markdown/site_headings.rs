//! The headings of a Markdown file as the MkDocs site shows them, and where GitHub shows others.
//!
//! The site renders with Python-Markdown 3.11 and the extensions that its configuration turns on; those known here
//! are [`Extensions`]. Python-Markdown looks for headings in blocks of lines, not in a CommonMark tree, so a
//! heading may exist, or have its text, on one of the two pages only. This module follows its steps
//! in their order: front matter, fences, raw HTML, blocks.
//!
//! It deliberately renders nothing but headings and reads no other file. Known differences from the
//! real thing: a `#` in the title of a `??? note` makes no heading; link definitions over several lines, comments within an unclosed inline tag, and markup the HTML parser of
//! Python gives up on are taken as text; emoji short codes stay as written; what is nested more than 64 levels deep
//! is dropped.

mod blocks;
mod compare;
mod fences;
mod inline;
mod lines;
mod nesting;
mod raw_html;
mod remedy;
mod shapes;
mod table;
#[cfg(test)]
mod tests;

use super::document::Document;
use super::extensions::Extensions;
use std::ops::Range;

/// A heading as the MkDocs site shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteHeading {
    /// 1 to 6.
    pub level: u8,
    /// Bytes of the whole text: from the heading's first character, past the indent and the markers
    /// of what it is nested in, to before the line break; the underline included.
    pub span: Range<usize>,
    /// The text as it is shown, white space collapsed.
    pub text: String,
    /// The Markdown between its marks.
    raw: String,
    /// Written with an underline.
    underlined: bool,
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
    /// What may make both agree; none where no machine should choose.
    pub edit: Option<(Range<usize>, String)>,
}

/// What the site shows of a page, next to GitHub.
#[derive(Debug, Default)]
pub struct SiteReading {
    /// All headings that the site shows, in order.
    pub headings: Vec<SiteHeading>,
    /// Where they differ from GitHub's, in the order of the file; none where an extension is unknown that may change
    /// them.
    pub ambiguities: Vec<Ambiguity>,
    /// Raw HTML that the site passes through without reading it as Markdown.
    raw_html: Vec<Range<usize>>,
    /// The fenced code of the site.
    fences: Vec<Range<usize>>,
    /// Where a fence starts that superfences does not see closed.
    open_fence: Option<usize>,
}

/// All headings the site shows for the page `text`, in order.
///
/// `text` is the whole file; a byte order mark and front matter are skipped as MkDocs skips them.
pub fn site_headings(text: &str, extensions: Extensions) -> Vec<SiteHeading> {
    SiteReading::new(text, extensions).headings
}

/// Reads a page as the site does, and compares it with what GitHub shows.
pub fn site_reading(document: &Document, extensions: Extensions) -> SiteReading {
    let text = document.text.as_str();
    let mut page = SiteReading::new(text, extensions);
    if extensions.are_known_for(text) {
        let differences = compare::differences(document, &page);
        page.ambiguities = differences.iter().map(|d| remedy::ambiguity(document, &page, d)).collect();
    }
    page
}

impl SiteReading {
    fn new(text: &str, extensions: Extensions) -> SiteReading {
        let body = lines::body_start(text, extensions.meta);
        let fenced = fences::stash(text, lines::split(text, body), extensions.superfences);
        let cuts = raw_html::find(text, body, &fenced.ranges, extensions.md_in_html);
        let lines = raw_html::stash(text, fenced.lines, &cuts);
        let nested = if extensions.superfences { fenced.ranges.as_slice() } else { &[] };
        SiteReading {
            headings: blocks::headings(text, lines, nested, extensions),
            raw_html: cuts.into_iter().map(|c| c.span).collect(),
            fences: fenced.ranges,
            open_fence: fenced.open,
            ambiguities: Vec::new(),
        }
    }

    /// Start of the raw HTML around `at`.
    fn raw_html_at(&self, at: usize) -> Option<usize> {
        self.raw_html.iter().find(|range| range.contains(&at)).map(|range| range.start)
    }

    /// Start of the fence that the site sees around `at`, or that it does not see closed before it.
    fn fence_at(&self, at: usize) -> Option<usize> {
        let fence = self.fences.iter().find(|range| range.contains(&at)).map(|range| range.start);
        fence.or(self.open_fence.filter(|open| *open < at))
    }
}
