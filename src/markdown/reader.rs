//! Reads the events of the parser into what a page is made of.

use super::commonmark;
use super::elements::{Block, BlockKind, Heading, Link, LinkKind, fold_blanks};
use super::fence::{self, UnclosedFence};
use super::visible::{is_visible, is_visible_html};
use pulldown_cmark::{CodeBlockKind, Event, LinkType, Parser, Tag, TagEnd};
use std::ops::Range;

/// What the events leave behind.
#[derive(Default)]
pub struct Reader {
    pub headings: Vec<Heading>,
    /// Headings inside of quotes, list items and footnotes.
    pub nested: Vec<Heading>,
    pub blocks: Vec<Block>,
    pub links: Vec<Link>,
    pub raw_html: Vec<Range<usize>>,
    /// Where something visible starts that is no heading, and whether it is more than running text.
    pub content: Vec<(usize, bool)>,
    pub tables: Vec<Range<usize>>,
    pub fences: Vec<Range<usize>>,
    /// No line of HTML is looked at any more: there were too many that end a list.
    pub ignores_html: bool,
    /// The columns at which the text of the open quotes, list items and footnotes begins.
    containers: Vec<usize>,
    heading: Option<OpenHeading>,
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
    items: Vec<Item>,
    /// The own text of the list item being read, while it goes on.
    tight: Option<Range<usize>>,
}

/// What the parser takes otherwise than the page is meant, or than cmark-gfm reads it.
pub enum Stop {
    /// A fence swallowed the rest.
    Fence(UnclosedFence),
    /// This tag begins an HTML block on GitHub.
    HtmlBlock(Range<usize>),
}

/// The heading being read.
struct OpenHeading {
    level: u8,
    range: Range<usize>,
    text: String,
    /// With the marks of footnotes, and what is written behind pictures.
    unfolded: String,
}

/// A list item around the text.
struct Item {
    marker: usize,
    /// The item's first block, once there is one.
    first: Option<usize>,
}

impl Reader {
    /// Reads a page from `start` on, of which the parser gets the `source`; returns why it stopped before the end.
    pub fn read(&mut self, text: &str, source: &str, start: usize) -> Option<Stop> {
        let events = Parser::new_ext(&source[start..], commonmark::options()).into_offset_iter();
        let (shown_before, definitions) = (self.content.len(), events.reference_definitions());
        // A link's definition shows nothing, but whoever writes nothing else means it as the answer.
        let defined: Vec<usize> = definitions.iter().map(|(_, d)| d.span.start + start).collect();
        let stop = self.follow(events, text, start);
        let end = match &stop {
            Some(Stop::Fence(fence)) => fence.resumes,
            _ => text.len(),
        };
        self.content.extend(defined.into_iter().filter(|at| *at < end).map(|at| (at, false)));
        self.content[shown_before..].sort_unstable();
        stop
    }

    fn follow<'t>(
        &mut self,
        events: impl Iterator<Item = (Event<'t>, Range<usize>)>,
        text: &str,
        start: usize,
    ) -> Option<Stop> {
        for (event, range) in events {
            let range = range.start + start..range.end + start;
            match event {
                Event::Start(tag) => {
                    if let Some(fence) = self.open(tag, range, text) {
                        // The fence's text is running text up to where the page resumes.
                        self.close_all();
                        return Some(Stop::Fence(fence));
                    }
                }
                Event::End(tag) => self.close(tag, &range, text),
                Event::Text(s) | Event::Code(s) => self.inline(&s, range),
                Event::SoftBreak | Event::HardBreak => self.inline(" ", range),
                Event::Html(_) => {
                    self.html.push_str(&text[range.clone()]);
                    self.raw_html(range);
                }
                Event::InlineHtml(_) if self.begins_html_block(text, &range) => {
                    return Some(Stop::HtmlBlock(range));
                }
                Event::InlineHtml(_) => self.html(&text[range.clone()], range),
                Event::FootnoteReference(_) | Event::TaskListMarker(_) => {
                    if let Some(heading) = &mut self.heading {
                        heading.unfolded.push_str(&text[range.clone()]);
                    }
                    self.show(range.start);
                    self.inline("", range);
                }
                Event::Rule | Event::InlineMath(_) | Event::DisplayMath(_) => {}
            }
        }
        None
    }

    fn open(&mut self, tag: Tag, range: Range<usize>, text: &str) -> Option<UnclosedFence> {
        match tag {
            Tag::Link { .. } | Tag::Image { .. } | Tag::Emphasis | Tag::Strong | Tag::Strikethrough => {
                self.extend_tight(&range);
            }
            _ => self.end_tight(),
        }
        match tag {
            Tag::Heading { level, .. } => {
                self.shown = false;
                let (text, unfolded) = (String::new(), String::new());
                self.heading = Some(OpenHeading { level: level as u8, range, text, unfolded });
            }
            Tag::Paragraph => {
                self.paragraph = true;
                self.shown = false;
                self.begin_block(BlockKind::Paragraph, trimmed(text, range));
            }
            Tag::Item => {
                self.containers.push(content_column(text, range.start));
                self.shown = false;
                self.items.push(Item { marker: range.start, first: None });
            }
            Tag::BlockQuote(_) => self.containers.push(QUOTE_INDENT),
            Tag::FootnoteDefinition(_) => self.containers.push(FOOTNOTE_INDENT),
            Tag::CodeBlock(kind) => {
                self.mark_children();
                self.content.push((range.start, true));
                if matches!(kind, CodeBlockKind::Fenced(_)) {
                    self.fences.push(range.clone());
                    return fence::unclosed(text, &range);
                }
            }
            Tag::Table(_) => {
                self.open_tables += 1;
                self.content.push((range.start, true));
                self.tables.push(range);
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

    fn close(&mut self, tag: TagEnd, range: &Range<usize>, text: &str) {
        match tag {
            TagEnd::Heading(_) => self.end_heading(text),
            TagEnd::Paragraph => self.paragraph = false,
            TagEnd::Item | TagEnd::BlockQuote(_) | TagEnd::FootnoteDefinition => {
                self.end_tight();
                self.containers.pop();
                if tag == TagEnd::Item {
                    self.items.pop();
                }
            }
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
        match self.raw_html.last_mut() {
            Some(last) if last.end == range.start => last.end = range.end,
            _ => self.raw_html.push(range),
        }
    }

    /// A tag or a comment in running text.
    fn html(&mut self, s: &str, range: Range<usize>) {
        self.raw_html(range.clone());
        if self.heading.is_none() && is_visible_html(s) {
            self.content.push((range.start, true));
        }
        if self.tight.is_some() {
            self.extend_tight(&range);
        }
    }

    /// Whether a tag in running text is alone on a line that is not indented, or quoted, as the text above it is, or
    /// that follows a table.
    fn begins_html_block(&self, text: &str, tag: &Range<usize>) -> bool {
        let below_text = !self.containers.is_empty() && self.heading.is_none() || self.open_tables > 0;
        if !below_text || self.ignores_html {
            return false;
        }
        let line = text[..tag.start].rfind('\n').map_or(0, |at| at + 1);
        let (before, rest) = (&text[line..tag.start], &text[tag.end..]);
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
        self.links.push(Link { span, target: target.to_owned(), image, kind });
    }

    fn begin_block(&mut self, kind: BlockKind, span: Range<usize>) {
        let index = self.blocks.len();
        let mut marker = None;
        let mut kind = kind;
        self.mark_children();
        for item in self.items.iter_mut().filter(|item| item.first.is_none()) {
            item.first = Some(index);
            marker = Some(item.marker);
            kind = BlockKind::Item;
        }
        self.blocks.push(Block { kind, span, marker, has_children: false });
    }

    /// Something deeper begins inside of the list items around that have had text of their own.
    fn mark_children(&mut self) {
        for first in self.items.iter().filter_map(|item| item.first) {
            self.blocks[first].has_children = true;
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

    fn end_heading(&mut self, source: &str) {
        let Some(OpenHeading { level, range, text, unfolded }) = self.heading.take() else { return };
        let span = trimmed(source, range);
        let underline = source[span.clone()].rfind(['\n', '\r']).map(|at| span.start + at);
        let text_span = match underline {
            Some(underline) => trimmed(source, span.start..underline),
            None => between_hashes(source, &span),
        };
        let heading = Heading {
            level,
            text: fold_blanks(&text),
            unfolded,
            body: span.end..span.end,
            span,
            text_span,
            setext: underline.is_some(),
            ..Heading::default()
        };
        if self.containers.is_empty() { self.headings.push(heading) } else { self.nested.push(heading) }
    }

    fn close_all(&mut self) {
        self.end_tight();
        self.containers.clear();
        self.items.clear();
        self.paragraph = false;
        self.open_tables = 0;
        self.pictures = 0;
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

/// `range` without the blanks at its ends.
fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let slice = &text[range.clone()];
    let start = range.start + (slice.len() - slice.trim_start().len());
    let end = (range.start + slice.trim_end().len()).max(start);
    start..end
}
