//! Reads the events of the parser into what a page is made of.

use super::commonmark;
use super::document::{Block, BlockKind, Document, Heading, Link, LinkKind, fold_blanks};
use super::fence::{self, UnclosedFence};
use super::front_matter;
use super::visible::{is_visible, is_visible_html};
use crate::text::{Bytes, Text, trimmed};
use pulldown_cmark::{CodeBlockKind, Event, LinkType, Parser, Tag, TagEnd};
use std::ops::Range;
use std::sync::Arc;

/// Most fences that nothing closes and lines of HTML that end a list: after each the text is read anew.
pub const MAX_OPEN_FENCES: usize = 20;

impl Document {
    pub fn parse(bytes: impl Into<Bytes>) -> Self {
        let text = Arc::new(Text::new(bytes));
        let mut source = commonmark::source(text.as_str());
        let mut html_blocks = 0;
        loop {
            match Reader::new(&text, html_blocks > MAX_OPEN_FENCES).read(&source) {
                Ok(document) => return document,
                // Lists around it end there: nothing that was read before is certain any more.
                Err(tag) => commonmark::begin_html_block(&mut source, tag),
            }
            html_blocks += 1;
        }
    }
}

/// A page while it is read.
#[derive(Default)]
struct Reader<'t> {
    text: &'t str,
    page: Document,
    /// Where something visible starts that is no heading, and whether it is more than running text.
    content: Vec<(usize, bool)>,
    /// No line of HTML is looked at any more: there were too many that end a list.
    ignores_html: bool,
    /// The columns at which the text of the open quotes, list items and footnotes begins.
    containers: Vec<usize>,
    /// The heading being read; its span is all of it.
    heading: Option<Heading>,
    paragraph: bool,
    /// Open tables, and pictures within a heading.
    open_tables: usize,
    pictures: usize,
    /// Where the last picture ends.
    picture_end: usize,
    /// The block of HTML that is being read.
    html: String,
    /// Whether the text being read has already shown something.
    shown: bool,
    /// The open lists, by their indices.
    lists: Vec<usize>,
    items: Vec<Item>,
    /// The own text of the list item being read, while it goes on.
    tight: Option<Range<usize>>,
}

/// A list item around the text.
struct Item {
    marker: usize,
    /// The item's first block, once there is one.
    first: Option<usize>,
}

impl<'t> Reader<'t> {
    fn new(text: &'t Arc<Text>, ignores_html: bool) -> Self {
        let body_start = front_matter::end(text.as_str());
        let page = Document { text: text.clone(), body_start, ..Document::default() };
        Reader { text: text.as_str(), page, ignores_html, ..Reader::default() }
    }

    /// Reads the page, of which the parser gets the `source`.
    ///
    /// # Errors
    /// The tag that begins an HTML block on GitHub, and none to the parser.
    fn read(mut self, source: &str) -> Result<Document, Range<usize>> {
        let mut start = self.page.body_start;
        while let Some(fence) = self.read_from(source, start)? {
            start = fence.resumes;
            self.page.unclosed_fence.get_or_insert(fence);
            self.page.open_fences += 1;
            if start >= self.text.len() || self.page.open_fences > MAX_OPEN_FENCES {
                break;
            }
        }
        let matter = self.content.iter().filter(|(_, is_matter)| *is_matter);
        self.page.matter = matter.map(|(at, _)| *at).collect();
        self.page.bound_bodies(&self.content);
        // Hundreds of pages are kept at a time.
        self.page.headings.shrink_to_fit();
        self.page.blocks.shrink_to_fit();
        self.page.links.shrink_to_fit();
        Ok(self.page)
    }

    /// Reads on at `start`, to the end or to a fence that swallows the rest.
    fn read_from(&mut self, source: &str, start: usize) -> Result<Option<UnclosedFence>, Range<usize>> {
        let events = Parser::new_ext(&source[start..], commonmark::options()).into_offset_iter();
        let (shown_before, definitions) = (self.content.len(), events.reference_definitions());
        // A link's definition shows nothing, but whoever writes nothing else means it as the answer.
        let defined: Vec<usize> = definitions.iter().map(|(_, d)| d.span.start + start).collect();
        let mut swallows = None;
        for (event, range) in events {
            let range = range.start + start..range.end + start;
            match event {
                Event::Start(tag) => swallows = self.open(tag, range),
                Event::End(tag) => self.close(tag, &range),
                Event::Text(s) | Event::Code(s) => self.inline(&s, range),
                Event::SoftBreak | Event::HardBreak => self.inline(" ", range),
                Event::Html(_) => {
                    self.html.push_str(&self.text[range.clone()]);
                    self.raw_html(range);
                }
                Event::InlineHtml(_) if self.begins_html_block(&range) => return Err(range),
                Event::InlineHtml(_) => self.inline_html(range),
                Event::FootnoteReference(_) | Event::TaskListMarker(_) => {
                    if let Some(heading) = &mut self.heading {
                        heading.unfolded.push_str(&self.text[range.clone()]);
                    }
                    self.show(range.start);
                    self.inline("", range);
                }
                Event::Rule | Event::InlineMath(_) | Event::DisplayMath(_) => {}
            }
            if swallows.is_some() {
                // The fence's text is running text up to where the page resumes.
                self.close_all();
                break;
            }
        }
        let end = swallows.as_ref().map_or(self.text.len(), |fence: &UnclosedFence| fence.resumes);
        self.content.extend(defined.into_iter().filter(|at| *at < end).map(|at| (at, false)));
        self.content[shown_before..].sort_unstable();
        Ok(swallows)
    }

    fn open(&mut self, tag: Tag, range: Range<usize>) -> Option<UnclosedFence> {
        match tag {
            Tag::Link { .. } | Tag::Image { .. } | Tag::Emphasis | Tag::Strong | Tag::Strikethrough => {
                self.extend_tight(&range);
            }
            _ => self.end_tight(),
        }
        match tag {
            Tag::Heading { level, .. } => {
                self.shown = false;
                self.heading = Some(Heading { level: level as u8, span: range, ..Heading::default() });
            }
            Tag::Paragraph => {
                self.paragraph = true;
                self.shown = false;
                self.begin_block(BlockKind::Paragraph, trimmed(self.text, range));
            }
            Tag::List(_) => {
                self.lists.push(self.page.lists.len());
                self.page.lists.push(Vec::new());
            }
            Tag::Item => {
                self.containers.push(content_column(self.text, range.start));
                self.shown = false;
                self.items.push(Item { marker: range.start, first: None });
                if let Some(list) = self.lists.last() {
                    self.page.lists[*list].push(range);
                }
            }
            Tag::BlockQuote(_) => self.containers.push(QUOTE_INDENT),
            Tag::FootnoteDefinition(_) => self.containers.push(FOOTNOTE_INDENT),
            Tag::CodeBlock(kind) => {
                self.mark_children();
                self.content.push((range.start, true));
                if matches!(kind, CodeBlockKind::Fenced(_)) {
                    self.page.fences.push(range.clone());
                    return fence::unclosed(self.text, &range);
                }
            }
            Tag::Table(_) => {
                self.open_tables += 1;
                self.content.push((range.start, true));
                self.page.tables.push(range);
            }
            Tag::Link { link_type, dest_url, .. } => self.link(link_type, &dest_url, range, false),
            Tag::Image { link_type, dest_url, .. } => {
                self.content.push((range.start, true));
                self.pictures += usize::from(self.heading.is_some());
                self.link(link_type, &dest_url, range, true);
            }
            _ => {}
        }
        None
    }

    fn close(&mut self, tag: TagEnd, range: &Range<usize>) {
        match tag {
            TagEnd::Heading(_) => self.end_heading(),
            TagEnd::Paragraph => self.paragraph = false,
            TagEnd::Item | TagEnd::BlockQuote(_) | TagEnd::FootnoteDefinition => {
                self.end_tight();
                self.containers.pop();
                if tag == TagEnd::Item {
                    self.items.pop();
                }
            }
            TagEnd::List(_) => drop(self.lists.pop()),
            TagEnd::Table => self.open_tables -= 1,
            TagEnd::HtmlBlock => {
                let html = std::mem::take(&mut self.html);
                if is_visible_html(&html) {
                    self.content.push((range.start, true));
                }
            }
            TagEnd::Image => {
                self.pictures = self.pictures.saturating_sub(1);
                self.picture_end = range.end;
            }
            _ => {}
        }
    }

    fn inline(&mut self, s: &str, range: Range<usize>) {
        if let Some(heading) = &mut self.heading {
            if self.pictures == 0 {
                // An attribute list directly behind a picture is the picture's.
                let of_picture = s.starts_with('{') && self.picture_end == range.start;
                let shown = s.split_once('}').filter(|_| of_picture).map_or(s, |(_, shown)| shown);
                heading.text.push_str(shown);
                heading.unfolded.push_str(s);
            }
        } else {
            if !self.shown && s.chars().any(is_visible) {
                self.show(range.start);
            }
            self.extend_tight(&range);
        }
    }

    /// The running text shows something; its beginning is all that counts.
    fn show(&mut self, at: usize) {
        if !self.shown && self.heading.is_none() {
            self.content.push((at, false));
            self.shown = true;
        }
    }

    fn raw_html(&mut self, range: Range<usize>) {
        match self.page.html.last_mut() {
            Some(last) if last.end == range.start => last.end = range.end,
            _ => self.page.html.push(range),
        }
    }

    /// A tag or a comment in running text.
    fn inline_html(&mut self, range: Range<usize>) {
        self.raw_html(range.clone());
        if self.heading.is_none() && is_visible_html(&self.text[range.clone()]) {
            self.content.push((range.start, true));
        }
        if self.tight.is_some() {
            self.extend_tight(&range);
        }
    }

    /// Whether a tag in running text is alone on a line that is not indented, or quoted, as the text above it is, or
    /// that follows a table.
    fn begins_html_block(&self, tag: &Range<usize>) -> bool {
        let below_text = !self.containers.is_empty() && self.heading.is_none() || self.open_tables > 0;
        if !below_text || self.ignores_html {
            return false;
        }
        let line = self.text[..tag.start].rfind('\n').map_or(0, |at| at + 1);
        let (before, rest) = (&self.text[line..tag.start], &self.text[tag.end..]);
        let after = &rest[..rest.find('\n').unwrap_or(rest.len())];
        if !before.bytes().all(|b| matches!(b, b' ' | b'>')) || !after.trim().is_empty() {
            return false;
        }
        let column = self.containers.iter().copied().max().unwrap_or(0);
        let indent = before.len() - before.trim_end_matches(' ').len();
        let quotes = self.containers.iter().filter(|column| **column == QUOTE_INDENT).count();
        let is_lazy = before.matches('>').count() < quotes || before.len() < column;
        indent < 4 && (is_lazy || self.open_tables > 0)
    }

    fn link(&mut self, link_type: LinkType, target: &str, span: Range<usize>, image: bool) {
        let kind = match link_type {
            LinkType::Inline => LinkKind::Inline,
            LinkType::Autolink | LinkType::Email => LinkKind::Autolink,
            _ => LinkKind::Reference,
        };
        self.page.links.push(Link { span, target: target.to_owned(), image, kind });
    }

    fn begin_block(&mut self, mut kind: BlockKind, span: Range<usize>) {
        let index = self.page.blocks.len();
        let mut marker = None;
        self.mark_children();
        for item in self.items.iter_mut().filter(|item| item.first.is_none()) {
            item.first = Some(index);
            marker = Some(item.marker);
            kind = BlockKind::Item;
        }
        self.page.blocks.push(Block { kind, span, marker, has_children: false });
    }

    /// Something deeper begins inside of the list items around that have had text of their own.
    fn mark_children(&mut self) {
        for first in self.items.iter().filter_map(|item| item.first) {
            self.page.blocks[first].has_children = true;
        }
    }

    /// Running text of a list item without a paragraph around it.
    fn extend_tight(&mut self, range: &Range<usize>) {
        if self.paragraph || self.open_tables > 0 || self.items.is_empty() || self.heading.is_some() {
            return;
        }
        let tight = self.tight.get_or_insert_with(|| range.clone());
        *tight = tight.start.min(range.start)..tight.end.max(range.end);
    }

    fn end_tight(&mut self) {
        if let Some(span) = self.tight.take() {
            self.begin_block(BlockKind::Item, span);
        }
    }

    fn end_heading(&mut self) {
        let Some(mut heading) = self.heading.take() else { return };
        let span = trimmed(self.text, heading.span);
        let underline = self.text[span.clone()].rfind(['\n', '\r']).map(|at| span.start + at);
        heading.text_span = match underline {
            Some(underline) => trimmed(self.text, span.start..underline),
            None => between_hashes(self.text, &span),
        };
        heading.setext = underline.is_some();
        heading.text = fold_blanks(&heading.text);
        heading.span = span;
        if self.containers.is_empty() {
            self.page.headings.push(heading);
        } else {
            self.page.nested_headings.push(heading);
        }
    }

    /// Nothing is open any more.
    fn close_all(&mut self) {
        self.end_tight();
        let (page, content) = (std::mem::take(&mut self.page), std::mem::take(&mut self.content));
        *self =
            Reader { text: self.text, page, content, ignores_html: self.ignores_html, ..Reader::default() };
    }
}

/// Columns by which the lines of a quote and of a footnote are indented; those of a list item are by two at least.
const QUOTE_INDENT: usize = 0;
const FOOTNOTE_INDENT: usize = 4;

/// The column at which the text of the list item begins whose marker is at `marker`.
fn content_column(text: &str, marker: usize) -> usize {
    let line = text[..marker].rfind('\n').map_or(0, |at| at + 1);
    let marker = marker + text[marker..].len() - text[marker..].trim_start_matches(' ').len();
    let item = text[marker..].lines().next().unwrap_or_default();
    let sign = item.find([' ', '\t']).unwrap_or(item.len());
    let blanks = item[sign..].len() - item[sign..].trim_start_matches(' ').len();
    let is_text = item.trim_end().len() > sign;
    marker - line + sign + if is_text && (1..=4).contains(&blanks) { blanks } else { 1 }
}

/// What is between the `#` that open a heading and those that close it, behind a blank.
fn between_hashes(source: &str, heading: &Range<usize>) -> Range<usize> {
    let text = source[heading.clone()].trim_start_matches('#');
    let text = trimmed(source, heading.end - text.len()..heading.end);
    let open = source[text.clone()].trim_end_matches('#');
    let is_closed = open.is_empty() || open.ends_with([' ', '\t']);
    if is_closed { text.start..text.start + open.trim_end().len() } else { text }
}
