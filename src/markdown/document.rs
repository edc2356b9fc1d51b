//! A Markdown file as rules see it: headings with their bodies, blocks of text, links, fences.
//!
//! It says what stands where for CommonMark, which is what GitHub shows; it knows nothing of
//! templates. One pass of the parser, no copy of running text.

use super::front_matter;
use super::limits::MAX_OPEN_FENCES;
use crate::text::Text;
use pulldown_cmark::{CodeBlockKind, Event, LinkType, Options, Parser, Tag, TagEnd};
use std::ops::Range;
use std::sync::Arc;

/// One parsed Markdown file. All ranges are bytes into `text`.
#[derive(Debug, Clone)]
pub struct Document {
    pub text: Arc<Text>,
    /// Where the Markdown begins: after a byte order mark and front matter.
    pub body_start: usize,
    /// Headings in order, those inside quotes and list items left out.
    pub headings: Vec<Heading>,
    /// Headings inside quotes and list items; they open no section.
    pub nested_headings: Vec<Heading>,
    /// Paragraphs and the own text of list items, in order.
    pub blocks: Vec<Block>,
    pub links: Vec<Link>,
    /// Raw HTML, in order: blocks, and runs of tags within text.
    pub html: Vec<Range<usize>>,
    /// Tables, in order; their cells are no blocks.
    pub tables: Vec<Range<usize>>,
    /// The first fence that nothing closes.
    pub unclosed_fence: Option<UnclosedFence>,
    /// How many there are; none is looked for beyond [`MAX_OPEN_FENCES`].
    pub open_fences: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    /// 1 to 6.
    pub level: u8,
    /// The text as a reader sees it, markup gone and blanks folded.
    pub text: String,
    /// From the first `#` (or letter of a setext heading) to the end of its last line's text.
    pub span: Range<usize>,
    /// The source of the text itself, markup included.
    pub text_span: Range<usize>,
    /// Underlined with `===` or `---` instead of led by `#`.
    pub setext: bool,
    /// From the end of the heading to the next heading of any level.
    pub body: Range<usize>,
    /// Whether anything a reader sees stands in the body.
    pub has_content: bool,
    /// Whether the body holds something other than paragraphs and list items: code, a table, an image.
    pub has_matter: bool,
    /// Indices into [`Document::blocks`] of the body's blocks.
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
    /// For the first text of a list item, where its marker stands.
    pub marker: Option<usize>,
    /// Whether deeper blocks follow inside the same list item.
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

/// A fence that nothing closes before the end of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnclosedFence {
    /// The opening line, without its line break.
    pub opening: Range<usize>,
    /// The characters of the fence, such as three backticks.
    pub fence: String,
    /// What stands before the fence on its line.
    pub indent: String,
    /// Where the text goes on as if the fence had been closed: a heading, or the end of the file.
    pub resumes: usize,
}

impl Document {
    pub fn parse(bytes: &[u8]) -> Self {
        let text = Arc::new(Text::new(bytes));
        let body_start = front_matter::end(&text);
        let mut reader = Reader::default();
        let mut unclosed_fence = None;
        let mut start = body_start;
        let mut open_fences = 0;
        while let Some(fence) = reader.read(text.as_str(), start) {
            start = fence.resumes;
            unclosed_fence.get_or_insert(fence);
            open_fences += 1;
            if start >= text.len() || open_fences > MAX_OPEN_FENCES {
                break;
            }
        }
        let mut document = Document {
            body_start,
            headings: reader.headings,
            nested_headings: reader.nested,
            blocks: reader.blocks,
            links: reader.links,
            html: reader.raw_html,
            tables: reader.seen_tables,
            unclosed_fence,
            open_fences,
            text,
        };
        document.bound_bodies(&reader.content);
        document
    }

    /// Whether nothing but blanks stands in the file.
    pub fn is_blank(&self) -> bool {
        self.text.slice(self.body_start..self.text.len()).trim().is_empty()
    }

    /// Whether a merge left its marks at the start of a line, outside of fences.
    pub fn is_in_conflict(&self) -> bool {
        const MARKS: [&str; 2] = ["<<<<<<<", ">>>>>>>"];
        let text = self.text.as_str();
        let holds = |mark: &&str| memchr::memmem::find(text.as_bytes(), mark.as_bytes()).is_some();
        if !MARKS.iter().any(holds) {
            return false;
        }
        let mut fenced = false;
        text.lines().any(|line| {
            fenced ^= line.trim_start().starts_with("```") || line.trim_start().starts_with("~~~");
            let marked =
                |mark: &&str| line.strip_prefix(mark).is_some_and(|r| r.is_empty() || r.starts_with(' '));
            !fenced && MARKS.iter().any(marked)
        })
    }

    /// The bytes before the first section: from the end of `title` (or the start) to the next heading.
    pub fn preamble(&self, title: Option<usize>) -> Range<usize> {
        match title {
            Some(i) => self.headings[i].body.clone(),
            None => self.body_start..self.headings.first().map_or(self.text.len(), |h| h.span.start),
        }
    }

    /// The blocks that lie inside `range`.
    pub fn blocks_in(&self, range: &Range<usize>) -> &[Block] {
        let first = self.blocks.partition_point(|b| b.span.start < range.start);
        let last = self.blocks.partition_point(|b| b.span.start < range.end);
        &self.blocks[first..last.max(first)]
    }

    /// Where the section of heading `i` ends: at the next heading that is not deeper.
    pub fn section_end(&self, i: usize) -> usize {
        let level = self.headings[i].level;
        self.headings[i + 1..].iter().find(|h| h.level <= level).map_or(self.text.len(), |h| h.span.start)
    }

    fn bound_bodies(&mut self, content: &[(usize, bool)]) {
        let starts: Vec<usize> =
            self.headings.iter().map(|h| h.span.start).chain([self.text.len()]).collect();
        for (i, heading) in self.headings.iter_mut().enumerate() {
            heading.body = heading.span.end..starts[i + 1].max(heading.span.end);
            let first = self.blocks.partition_point(|b| b.span.start < heading.body.start);
            let last = self.blocks.partition_point(|b| b.span.start < heading.body.end);
            heading.blocks = first..last.max(first);
            let from = content.partition_point(|(at, _)| *at < heading.body.start);
            let to = content.partition_point(|(at, _)| *at < heading.body.end);
            let inside = &content[from..to.max(from)];
            heading.has_content = !inside.is_empty();
            heading.has_matter = inside.iter().any(|(_, matter)| *matter);
        }
    }
}

/// What the events of the parser leave behind.
#[derive(Default)]
struct Reader {
    headings: Vec<Heading>,
    nested: Vec<Heading>,
    blocks: Vec<Block>,
    links: Vec<Link>,
    raw_html: Vec<Range<usize>>,
    /// Where something visible starts that is no heading, and whether it is more than running text.
    content: Vec<(usize, bool)>,
    /// Open quotes, list items and footnotes.
    containers: usize,
    heading: Option<OpenHeading>,
    paragraph: bool,
    /// Open tables.
    tables: usize,
    seen_tables: Vec<Range<usize>>,
    /// What of the raw HTML being read is still open.
    html: Html,
    /// Whether the text being read has already shown something.
    shown: bool,
    /// The list items around, each with its marker and whether it has had text of its own.
    items: Vec<Item>,
    /// The own text of the list item being read, while it goes on.
    tight: Option<Range<usize>>,
}

/// The heading being read.
struct OpenHeading {
    level: u8,
    range: Range<usize>,
    text: String,
    /// Its text's source, as far as it has been read.
    inner: Option<Range<usize>>,
}

/// Where the reading of raw HTML stands; its lines come as pieces.
#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Html {
    #[default]
    Text,
    Tag,
    Comment,
}

impl Html {
    /// Reads one piece; tells whether a reader sees anything of it.
    fn read(&mut self, piece: &str) -> bool {
        let mut rest = piece;
        let mut visible = false;
        loop {
            let end = if *self == Html::Comment { "-->" } else { ">" };
            if *self != Html::Text {
                let Some((_, after)) = rest.split_once(end) else { return visible };
                rest = after;
                *self = Html::Text;
            }
            let Some((before, tag)) = rest.split_once('<') else {
                return visible || shows(rest);
            };
            visible |= shows(before);
            rest = tag;
            *self = match tag.bytes().next() {
                _ if tag.starts_with("!--") => Html::Comment,
                Some(b'!' | b'?' | b'/') => Html::Tag,
                Some(b) if b.is_ascii_alphabetic() => {
                    let name = tag.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
                    visible |= is_visible_tag(name);
                    Html::Tag
                }
                _ => {
                    visible = true;
                    Html::Text
                }
            };
        }
    }
}

/// Elements that show something without any text inside.
const VISIBLE_TAGS: [&str; 8] = ["audio", "embed", "iframe", "img", "input", "object", "svg", "video"];

/// Whether an element of this name shows something without any text inside.
pub fn is_visible_tag(name: &str) -> bool {
    VISIBLE_TAGS.iter().any(|tag| tag.eq_ignore_ascii_case(name))
}

/// Whether a piece of HTML without tags is more than blanks, some of which are written as entities.
fn shows(text: &str) -> bool {
    text.split("&nbsp;").any(|piece| piece.chars().any(is_visible))
}

/// Whether a character shows: neither a blank of any kind nor one of the joiners without width.
fn is_visible(c: char) -> bool {
    !c.is_whitespace() && !matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
}

struct Item {
    marker: usize,
    /// The item's first block, once there is one.
    first: Option<usize>,
}

pub(crate) fn options() -> Options {
    // Neither metadata blocks (they match anywhere and would swallow headings between two rules) nor
    // heading attributes (the site does not have them on) are wanted.
    Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_FOOTNOTES
}

impl Reader {
    /// Reads `text[start..]`; returns the fence that swallowed the rest, where one did.
    fn read(&mut self, text: &str, start: usize) -> Option<UnclosedFence> {
        let body = &text[start..];
        let events = Parser::new_ext(body, options()).into_offset_iter();
        let (shown_before, definitions) = (self.content.len(), events.reference_definitions());
        // Nobody sees a link's definition, but who writes nothing else means it as the answer.
        let defined: Vec<usize> = definitions.iter().map(|(_, d)| d.span.start + start).collect();
        let result = self.follow(events, text, start);
        if !defined.is_empty() {
            let end = result.as_ref().map_or(text.len(), |fence| fence.resumes);
            self.content.extend(defined.into_iter().filter(|at| *at < end).map(|at| (at, false)));
            self.content[shown_before..].sort_unstable();
        }
        result
    }

    fn follow<'t>(
        &mut self,
        events: impl Iterator<Item = (Event<'t>, Range<usize>)>,
        text: &str,
        start: usize,
    ) -> Option<UnclosedFence> {
        for (event, range) in events {
            let range = range.start + start..range.end + start;
            match event {
                Event::Start(tag) => {
                    if let Some(fence) = self.open(tag, range, text) {
                        // The fence's text is running text up to where the document resumes.
                        self.close_all();
                        return Some(fence);
                    }
                }
                Event::End(tag) => self.close(tag, &range, text),
                Event::Text(s) | Event::Code(s) => self.inline(&s, range),
                Event::SoftBreak | Event::HardBreak => self.inline(" ", range),
                Event::Html(s) | Event::InlineHtml(s) => self.html(&s, range),
                Event::FootnoteReference(_) | Event::TaskListMarker(_) => {
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
            Tag::Heading { level, .. } => {
                self.end_tight();
                self.shown = false;
                self.heading =
                    Some(OpenHeading { level: level as u8, range, text: String::new(), inner: None });
            }
            Tag::Paragraph => {
                self.end_tight();
                self.paragraph = true;
                self.shown = false;
                self.begin_block(BlockKind::Paragraph, trimmed(text, range));
            }
            Tag::Item => {
                self.end_tight();
                self.containers += 1;
                self.shown = false;
                self.items.push(Item { marker: range.start, first: None });
            }
            Tag::List(_) => self.end_tight(),
            Tag::BlockQuote(_) | Tag::FootnoteDefinition(_) => {
                self.end_tight();
                self.containers += 1;
            }
            Tag::CodeBlock(kind) => {
                self.end_tight();
                self.mark_children();
                self.content.push((range.start, true));
                if matches!(kind, CodeBlockKind::Fenced(_)) {
                    return unclosed(text, &range);
                }
            }
            Tag::Table(_) => {
                self.end_tight();
                self.tables += 1;
                self.content.push((range.start, true));
                self.seen_tables.push(range);
            }
            Tag::HtmlBlock => self.end_tight(),
            Tag::Link { link_type, dest_url, .. } => {
                self.extend_tight(&range);
                self.link(link_type, &dest_url, range, false);
            }
            Tag::Image { link_type, dest_url, .. } => {
                self.extend_tight(&range);
                self.content.push((range.start, true));
                self.link(link_type, &dest_url, range, true);
            }
            _ => {
                if matches!(tag, Tag::Emphasis | Tag::Strong | Tag::Strikethrough) {
                    self.extend_tight(&range);
                    self.widen_heading(&range);
                }
            }
        }
        None
    }

    fn close(&mut self, tag: TagEnd, range: &Range<usize>, text: &str) {
        match tag {
            TagEnd::Heading(_) => self.end_heading(text),
            TagEnd::Paragraph => self.paragraph = false,
            TagEnd::Item => {
                self.end_tight();
                self.containers = self.containers.saturating_sub(1);
                self.items.pop();
            }
            TagEnd::BlockQuote(_) | TagEnd::FootnoteDefinition => {
                self.end_tight();
                self.containers = self.containers.saturating_sub(1);
            }
            TagEnd::Table => self.tables = self.tables.saturating_sub(1),
            TagEnd::HtmlBlock => self.html = Html::Text,
            TagEnd::Link | TagEnd::Image => self.widen_heading(range),
            _ => {}
        }
    }

    fn inline(&mut self, s: &str, range: Range<usize>) {
        if let Some(heading) = &mut self.heading {
            heading.text.push_str(s);
            widen(&mut heading.inner, &range);
        } else {
            if !self.shown && s.chars().any(is_visible) {
                self.show(range.start);
            }
            self.extend_tight(&range);
        }
    }

    /// Something a reader sees stands in the running text; its beginning is all that counts.
    fn show(&mut self, at: usize) {
        if !self.shown && self.heading.is_none() {
            self.content.push((at, false));
            self.shown = true;
        }
    }

    fn html(&mut self, s: &str, range: Range<usize>) {
        match self.raw_html.last_mut() {
            Some(last) if last.end == range.start => last.end = range.end,
            _ => self.raw_html.push(range.clone()),
        }
        if self.heading.is_some() {
            self.widen_heading(&range);
            return;
        }
        let visible = self.html.read(s);
        let inline = self.paragraph || self.tight.is_some();
        if visible {
            self.content.push((range.start, true));
        }
        if inline {
            self.html = Html::Text;
            self.extend_tight(&range);
        }
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

    /// Something deeper begins inside the list items around that have had text of their own.
    fn mark_children(&mut self) {
        for first in self.items.iter().filter_map(|item| item.first) {
            self.blocks[first].has_children = true;
        }
    }

    /// Running text that stands in a list item without a paragraph around it.
    fn extend_tight(&mut self, range: &Range<usize>) {
        if self.paragraph || self.tables > 0 || self.items.is_empty() || self.heading.is_some() {
            self.widen_heading(range);
            return;
        }
        widen(&mut self.tight, range);
    }

    fn end_tight(&mut self) {
        if let Some(span) = self.tight.take() {
            self.begin_block(BlockKind::Item, span);
        }
    }

    fn widen_heading(&mut self, range: &Range<usize>) {
        if let Some(heading) = &mut self.heading {
            widen(&mut heading.inner, range);
        }
    }

    fn end_heading(&mut self, source: &str) {
        let Some(OpenHeading { level, range, text, inner }) = self.heading.take() else { return };
        let span = trimmed(source, range);
        let first_line_end = source[span.clone()].find('\n').map_or(span.end, |i| span.start + i);
        let setext = !source[span.clone()].starts_with('#');
        let mut text_span = inner.unwrap_or_else(|| {
            let after = source[span.start..first_line_end].trim_start_matches('#').len();
            first_line_end - after..first_line_end
        });
        if source[..text_span.start].ends_with('\\') {
            text_span.start -= 1;
        }
        // A vertical tab is a letter to Markdown and a blank to everybody else.
        text_span.end = text_span.end.clamp(span.start, span.end);
        text_span.start = text_span.start.clamp(span.start, text_span.end);
        let heading = Heading {
            level,
            text: fold_blanks(&text),
            body: span.end..span.end,
            span,
            text_span,
            setext,
            has_content: false,
            has_matter: false,
            blocks: 0..0,
        };
        if self.containers == 0 { self.headings.push(heading) } else { self.nested.push(heading) }
    }

    fn close_all(&mut self) {
        self.end_tight();
        self.containers = 0;
        self.items.clear();
        self.paragraph = false;
        self.tables = 0;
    }
}

fn widen(span: &mut Option<Range<usize>>, by: &Range<usize>) {
    match span {
        Some(span) => {
            span.start = span.start.min(by.start);
            span.end = span.end.max(by.end);
        }
        None => *span = Some(by.clone()),
    }
}

/// `range` without the blanks at its ends.
fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let slice = &text[range.clone()];
    let start = range.start + (slice.len() - slice.trim_start().len());
    let end = (range.start + slice.trim_end().len()).max(start);
    start..end
}

/// The text with every run of blanks as one space, none at the ends.
pub fn fold_blanks(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !folded.is_empty() {
            folded.push(' ');
        }
        folded.push_str(word);
    }
    folded
}

/// The fenced block at `range`, where it runs to the end of the file without a closing line.
fn unclosed(text: &str, range: &Range<usize>) -> Option<UnclosedFence> {
    if !text[range.end..].trim().is_empty() {
        return None;
    }
    let block = &text[range.clone()];
    let first_line = block.lines().next()?;
    let glyph = first_line.trim_start().chars().next()?;
    let length = first_line.trim_start().chars().take_while(|c| *c == glyph).count();
    let closes = |line: &str| {
        let line = line.trim_matches([' ', '\t', '>', '\r']);
        line.len() >= length && line.chars().all(|c| c == glyph)
    };
    if block.lines().skip(1).filter(|l| !l.trim().is_empty()).last().is_some_and(closes) {
        return None;
    }
    let line_start = text[..range.start].rfind('\n').map_or(0, |i| i + 1);
    let opening_end = range.start + first_line.trim_end().len();
    let body_start = range.start + block.find('\n').map_or(block.len(), |i| i + 1);
    Some(UnclosedFence {
        opening: range.start..opening_end,
        fence: glyph.to_string().repeat(length),
        indent: text[line_start..range.start].to_owned(),
        resumes: resumes(text, body_start),
    })
}

/// The first line after `from` that can only be a heading: two or more `#`, after a blank line.
///
/// One `#` is more likely a comment of the code than a heading of the document.
fn resumes(text: &str, from: usize) -> usize {
    let mut at = from;
    let mut blank_before = false;
    for line in text[from..].split_inclusive('\n') {
        let hashes = line.bytes().take_while(|b| *b == b'#').count();
        let name = line.get(hashes..).unwrap_or_default();
        if blank_before && (2..=6).contains(&hashes) && name.starts_with(' ') && !name.trim().is_empty() {
            return at;
        }
        blank_before = line.trim().is_empty();
        at += line.len();
    }
    text.len()
}
