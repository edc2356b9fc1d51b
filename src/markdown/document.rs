//! A Markdown file as rules see it: headings with their bodies, blocks of text, links, fences.
//!
//! It is what GitHub shows; templates and the site are not its business.

use crate::text::{BytePattern, Text, byte_pattern};
use std::ops::Range;
use std::sync::Arc;

pub use super::commonmark::options;
pub use super::fence::UnclosedFence;

/// One parsed Markdown file. All ranges are bytes into `text`.
#[derive(Debug, Clone, Default)]
pub struct Document {
    pub text: Arc<Text>,
    /// Where the Markdown begins: after a byte order mark and front matter.
    pub body_start: usize,
    /// Headings in order, without those inside of quotes, list items and footnotes.
    pub headings: Vec<Heading>,
    /// Headings inside of quotes, list items and footnotes; they open no section.
    pub nested_headings: Vec<Heading>,
    /// Paragraphs and the own text of list items, in order.
    pub blocks: Vec<Block>,
    pub links: Vec<Link>,
    /// Lists at any depth, each with its items, from the bullet or number on.
    pub lists: Vec<Vec<Range<usize>>>,
    /// Raw HTML, in order: blocks, and runs of tags within text.
    pub html: Vec<Range<usize>>,
    /// Where code, a table or a picture begins, in order.
    pub matter: Vec<usize>,
    /// Tables, in order; their cells are no blocks.
    pub tables: Vec<Range<usize>>,
    /// Fenced code, in order, with its fences.
    pub fences: Vec<Range<usize>>,
    /// The first fence that nothing closes.
    pub unclosed_fence: Option<UnclosedFence>,
    /// How many there are; beyond [`MAX_OPEN_FENCES`](super::reader::MAX_OPEN_FENCES) the rest is not read.
    pub open_fences: usize,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Heading {
    /// 1 to 6.
    pub level: u8,
    /// The text as GitHub shows it: without markup and pictures, blanks folded.
    pub text: String,
    /// The same with its blanks as they are, of which GitHub makes the anchor.
    pub unfolded: String,
    /// From the first `#` (or letter of a setext heading) to the end of its last line's text.
    pub span: Range<usize>,
    /// The source of the text itself, markup included.
    pub text_span: Range<usize>,
    /// Underlined with `===` or `---`.
    pub setext: bool,
    /// From the end of the heading to the next heading of any level.
    pub body: Range<usize>,
    /// Whether the body shows anything.
    pub has_content: bool,
    /// Whether the body holds something other than paragraphs and list items: code, a table, an image.
    pub has_matter: bool,
    /// Indices of the body's blocks among those of the page.
    pub blocks: Range<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlockKind {
    Paragraph,
    /// The own text of a list item, without deeper items.
    Item,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    pub kind: BlockKind,
    /// The running text, list markers left out.
    pub span: Range<usize>,
    /// For the first text of a list item, where its marker is.
    pub marker: Option<usize>,
    /// Whether deeper blocks follow inside of the same list item.
    pub has_children: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The whole construct.
    pub span: Range<usize>,
    /// The destination with escapes resolved.
    pub target: String,
    pub image: bool,
    pub kind: LinkKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkKind {
    /// `[text](target)`
    Inline,
    /// `[text][label]`, `[label][]` or `[label]`
    Reference,
    /// `<https://...>`
    Autolink,
}

impl Document {
    /// Whether the file holds nothing but blanks.
    pub fn is_blank(&self) -> bool {
        self.text.slice(self.body_start..self.text.len()).trim().is_empty()
    }

    /// Whether a merge left its marks at the start of a line outside of fences.
    pub fn is_in_conflict(&self) -> bool {
        static MARK: BytePattern = BytePattern::new(|| byte_pattern(r"(?m)^(?:<{7}|>{7})(?: |\r?$)"));
        let is_fenced = |at: usize| self.fences.iter().any(|fence| fence.contains(&at));
        MARK.find_iter(self.text.as_str().as_bytes()).any(|mark| !is_fenced(mark.start()))
    }

    /// The bytes before the first section: from the end of `title` (or the start) to the next heading.
    pub fn preamble(&self, title: Option<usize>) -> Range<usize> {
        match title {
            Some(i) => self.headings[i].body.clone(),
            None => self.body_start..self.headings.first().map_or(self.text.len(), |h| h.span.start),
        }
    }

    /// The links that begin inside of `range`.
    pub fn links_in(&self, range: &Range<usize>) -> &[Link] {
        &self.links[beginning_in(&self.links, range, |l| l.span.start)]
    }

    /// The blocks inside of `range`.
    pub fn blocks_in(&self, range: &Range<usize>) -> &[Block] {
        &self.blocks[beginning_in(&self.blocks, range, |b| b.span.start)]
    }

    /// Where the section of heading `i` ends: at the next heading that is not deeper.
    pub fn section_end(&self, i: usize) -> usize {
        let level = self.headings[i].level;
        self.headings[i + 1..].iter().find(|h| h.level <= level).map_or(self.text.len(), |h| h.span.start)
    }

    pub(super) fn bound_bodies(&mut self, content: &[(usize, bool)]) {
        let starts: Vec<usize> =
            self.headings.iter().map(|h| h.span.start).chain([self.text.len()]).collect();
        for (i, heading) in self.headings.iter_mut().enumerate() {
            heading.body = heading.span.end..starts[i + 1].max(heading.span.end);
            heading.blocks = beginning_in(&self.blocks, &heading.body, |b| b.span.start);
            let inside = &content[beginning_in(content, &heading.body, |(at, _)| *at)];
            heading.has_content = !inside.is_empty();
            heading.has_matter = inside.iter().any(|(_, matter)| *matter);
        }
    }
}

/// Which of some things, in the order of their `start`, begin inside of `range`.
fn beginning_in<T>(all: &[T], range: &Range<usize>, start: impl Fn(&T) -> usize) -> Range<usize> {
    let first = all.partition_point(|one| start(one) < range.start);
    first..all.partition_point(|one| start(one) < range.end).max(first)
}

/// The text with every run of blanks as one space, none at the ends.
pub fn fold_blanks(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
