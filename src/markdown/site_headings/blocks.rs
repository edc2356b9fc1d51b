//! The block parser of Python-Markdown, as far as headings depend on it.
//!
//! Its processors search a block of lines in a fixed order: admonition, details, tabs, indented text of a
//! list, code, table, hash heading, underlined heading, rule, list, quote, reference, paragraph.
//! What precedes a find is parsed as a block of its own, what follows is the next block, and nested
//! text is parsed again with its indent or marker taken off; here that moves the start of a line.

use std::borrow::Cow;
use std::ops::Range;

use super::lines::{SourceLine, TAB};
use super::shapes::{LineMark, MARKS, hash_heading, indent, item, mark};
use super::table::is_table;
use super::{SiteHeading, inline};
use crate::markdown::extensions::Extensions;
use crate::text::{Pattern, pattern};

/// Deeper nesting is taken as text, so that every line is looked at a bounded number of times.
const DEEPEST: usize = 64;

/// How often one block of a loose list is dedented again behind a heading; see `Parser::hash`.
const MOST_DEDENTS: usize = 64;

/// The headings of a page; `fences` are those that superfences has taken out of it.
pub(super) fn headings<'a>(
    text: &'a str,
    lines: Vec<SourceLine<'a>>,
    fences: &[Range<usize>],
    extensions: Extensions,
) -> Vec<SiteHeading> {
    let nodes = vec![BlockNode { kind: SiteBlockKind::Other, last: None }];
    let mut parser = Parser { text, fences, extensions, lines, nodes, headings: Vec::new(), depth: 0 };
    parser.chunk(0, 0..parser.lines.len(), PartOf::Other);
    parser.headings
}

/// An element of the page, as much of it as later blocks ask about.
pub(super) struct BlockNode {
    pub kind: SiteBlockKind,
    /// Its last child.
    pub last: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SiteBlockKind {
    List,
    Item,
    Quote,
    /// What is indented under a line with this mark.
    Indented(LineMark),
    Other,
}

/// What the text being parsed is part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PartOf {
    List,
    LooseList,
    Detabbed,
    Other,
}

/// The first line with each mark at or behind the start of what is left of a block.
type Marks = [usize; MARKS];

pub(super) struct Parser<'s, 'a> {
    pub text: &'a str,
    pub fences: &'s [Range<usize>],
    extensions: Extensions,
    pub lines: Vec<SourceLine<'a>>,
    pub nodes: Vec<BlockNode>,
    headings: Vec<SiteHeading>,
    depth: usize,
}

/// The blocks that hold what is indented under their first line, in the order in which they are looked for.
const INDENTED: [LineMark; 3] = [LineMark::Admonition, LineMark::Details, LineMark::Tab];

impl Parser<'_, '_> {
    /// Parses lines that may hold several blocks.
    pub(super) fn chunk(&mut self, parent: usize, lines: Range<usize>, state: PartOf) {
        if self.depth == DEEPEST {
            return;
        }
        self.depth += 1;
        let mut start = lines.start;
        while start < lines.end {
            let blank = |l: &SourceLine| l.text.is_empty();
            let len = self.lines[start..lines.end].iter().position(blank).unwrap_or(lines.end - start);
            self.block(parent, start..start + len, state);
            start += len + 1;
        }
        self.depth -= 1;
    }

    /// Parses lines without a blank one between them. The lines before a mark do not have that mark, so recursion is
    /// shallow.
    pub(super) fn block(&mut self, parent: usize, lines: Range<usize>, state: PartOf) {
        let Range { mut start, end } = lines;
        let mut marks = self.marks(start, end);
        let mut dedents = 0;
        while start < end {
            self.refresh(&mut marks, start, end);
            let at = |mark: LineMark| Some(marks[mark as usize]).filter(|l| *l < end);
            start = if let Some(next) = self.holder(parent, start..end, &marks, state) {
                next
            } else if self.is_list_text(parent, start, state) {
                return self.list_text(parent, start..end, state);
            } else if self.indent(start) >= TAB {
                if let Some(lines) = self.with_fences(start..end) {
                    return self.block(parent, lines, state);
                }
                self.add(parent, SiteBlockKind::Other);
                self.detab(start, end, TAB)
            } else if is_table(&self.lines[start].text, self.lines[start + 1..end].iter().map(|l| &*l.text)) {
                self.add(parent, SiteBlockKind::Other);
                return;
            } else if let Some(at) = at(LineMark::Hash) {
                self.block(parent, start..at, state);
                self.heading(parent, at, None);
                if state == PartOf::LooseList && dedents < MOST_DEDENTS {
                    // The site dedents what follows a heading in a loose list, once per heading.
                    dedents += 1;
                    self.loose_detab(at + 1..end, 1);
                    marks = self.marks(at + 1, end);
                }
                at + 1
            } else if let Some(level) = self.underline(start, end) {
                self.heading(parent, start, Some(level));
                start + 2
            } else if let Some(at) = at(LineMark::Rule) {
                self.block(parent, start..at, state);
                self.add(parent, SiteBlockKind::Other);
                at + 1
            } else if item(&self.lines[start].text).is_some() {
                return self.list(parent, start..end);
            } else if let Some(at) = at(LineMark::Quote).filter(|_| self.depth < DEEPEST) {
                self.block(parent, start..at, state);
                return self.quote(parent, at..end);
            } else if let Some(at) = at(LineMark::Reference) {
                self.block(parent, start..at, state);
                at + self.reference_len(at, end)
            } else {
                // The text of a tight list item is no element of its own.
                if state != PartOf::List {
                    self.add(parent, SiteBlockKind::Other);
                }
                return;
            };
        }
    }

    /// Parses the first of the blocks with indented text that is here, opened further down or continued; the line
    /// behind it.
    fn holder(&mut self, parent: usize, lines: Range<usize>, marks: &Marks, state: PartOf) -> Option<usize> {
        for mark in INDENTED {
            let (at, kind) = (marks[mark as usize], SiteBlockKind::Indented(mark));
            if at < lines.end {
                self.block(parent, lines.start..at, state);
                let node = self.add(parent, kind);
                return Some(self.nested(node, at + 1..lines.end, TAB, state));
            }
            if let Some((node, indent)) = self.continued(parent, lines.start, kind) {
                return Some(self.nested(node, lines, indent, state));
            }
        }
        None
    }

    pub(super) fn add(&mut self, parent: usize, kind: SiteBlockKind) -> usize {
        self.nodes.push(BlockNode { kind, last: None });
        self.nodes[parent].last = Some(self.nodes.len() - 1);
        self.nodes.len() - 1
    }

    pub(super) fn last(&self, node: usize) -> Option<(usize, SiteBlockKind)> {
        self.nodes[node].last.map(|n| (n, self.nodes[n].kind))
    }

    pub(super) fn indent(&self, line: usize) -> usize {
        indent(&self.lines[line].text)
    }

    pub(super) fn cut_front(&mut self, line: usize, bytes: usize) {
        match &mut self.lines[line].text {
            Cow::Borrowed(text) => *text = &text[bytes..],
            Cow::Owned(text) => drop(text.drain(..bytes)),
        }
    }
}

/// Marks: looking through a block without doing so again for every line of it.
impl Parser<'_, '_> {
    fn marks(&self, start: usize, end: usize) -> Marks {
        let mut marks = [usize::MAX; MARKS];
        for (i, line) in self.lines[start..end].iter().enumerate().rev() {
            if let Some(mark) = mark(&line.text, self.extensions) {
                marks[mark as usize] = start + i;
            }
        }
        marks
    }

    fn refresh(&self, marks: &mut Marks, start: usize, end: usize) {
        for (m, at) in marks.iter_mut().enumerate().filter(|(_, at)| **at < start) {
            let found =
                |l: &SourceLine| mark(&l.text, self.extensions).is_some_and(|mark| mark as usize == m);
            *at = self.lines[start..end].iter().position(found).map_or(usize::MAX, |i| start + i);
        }
    }
}

/// Headings.
impl Parser<'_, '_> {
    /// Notes the heading that has its text on a line, and the level where the next line underlines it.
    fn heading(&mut self, parent: usize, at: usize, underline: Option<u8>) {
        self.add(parent, SiteBlockKind::Other);
        let line = &self.lines[at];
        let underlined = underline.map(|level| (level, &*line.text));
        let Some((level, text)) = underlined.or_else(|| hash_heading(&line.text, self.extensions)) else {
            return;
        };
        let raw = text.trim().to_owned();
        let shown = if self.extensions.attr_list { inline::without_attributes(&raw) } else { &raw };
        let end = self.lines[at + usize::from(underline.is_some())].end;
        let (span, text) = (start_in_file(self.text, line)..end, inline::plain(shown));
        self.headings.push(SiteHeading { level, span, text, raw, underlined: underline.is_some() });
    }

    /// The level, where the line after `start` underlines it.
    fn underline(&self, start: usize, end: usize) -> Option<u8> {
        static UNDERLINE: Pattern = Pattern::new(|| pattern("^(?:=+|-+) *$"));
        let line = &self.lines[..end].get(start + 1)?.text;
        let is_underline = line.starts_with(['=', '-']) && UNDERLINE.is_match(line);
        is_underline.then(|| if line.starts_with('=') { 1 } else { 2 })
    }
}

/// Where the text of a line starts in the file: whatever was taken off its front, both end with the same characters.
fn start_in_file(text: &str, line: &SourceLine) -> usize {
    let visible = |c: &char| !matches!(c, ' ' | '\t');
    let Some(last) = line.text.chars().filter(visible).count().checked_sub(1) else { return line.end };
    let source = text[..line.end].char_indices().rev();
    source.filter(|(_, c)| visible(c)).nth(last).map_or(line.end, |(at, _)| at)
}
