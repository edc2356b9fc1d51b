//! The block parser of Python-Markdown, as far as headings depend on it.
//!
//! Its processors search a block of lines in a fixed order: admonition, details, indented text of a
//! list, code, table, hash heading, underlined heading, rule, list, quote, reference, paragraph.
//! What precedes a find is parsed as a block of its own, what follows is the next block, and nested
//! text is parsed again with its indent or marker taken off; here that moves the start of a line.

use std::ops::Range;

use super::lines::{PageSource, Piece, SourceLine, TAB};
use super::shapes::{LineMark, MARKS, hash_heading, indent, is_title, item, mark};
use super::table::is_table;

/// Deeper nesting is taken as text, so that every line is looked at a bounded number of times.
const DEEPEST: usize = 64;

/// How often one block of a loose list is dedented again behind a heading; see `Parser::hash`.
const MOST_DEDENTS: usize = 64;

/// A heading, its text still in Markdown.
#[derive(Debug)]
pub(super) struct BlockHeading {
    pub level: u8,
    pub span: Range<usize>,
    /// Written with an underline.
    pub underlined: bool,
    /// Where the Markdown of its text stands in the file.
    raw: Range<usize>,
    /// That Markdown, where its line had tabs.
    expanded: Option<String>,
}

impl BlockHeading {
    /// The Markdown between the marks of the heading.
    pub fn raw<'a>(&'a self, text: &'a str) -> &'a str {
        self.expanded.as_deref().unwrap_or(&text[self.raw.clone()])
    }
}

pub(super) fn headings(source: &PageSource, pieces: &[Piece]) -> Vec<BlockHeading> {
    let lines = source.lines(pieces);
    let nodes = vec![BlockNode { kind: SiteBlockKind::Other, last: None }];
    let mut parser = Parser { source, lines, nodes, headings: Vec::new(), depth: 0 };
    parser.chunk(0, 0..parser.lines.len(), BlockState::Other);
    parser.headings
}

/// An element of the page, as much of it as later blocks ask about.
struct BlockNode {
    kind: SiteBlockKind,
    /// Its last child.
    last: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SiteBlockKind {
    List,
    Item,
    Quote,
    Admonition,
    Details,
    Other,
}

/// What the text being parsed is part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum BlockState {
    List,
    LooseList,
    Detabbed,
    Other,
}

/// The first line with each mark at or behind the start of what is left of a block.
type Marks = [usize; MARKS];

struct Parser<'s, 'a> {
    source: &'s PageSource<'a>,
    lines: Vec<SourceLine<'a>>,
    nodes: Vec<BlockNode>,
    headings: Vec<BlockHeading>,
    depth: usize,
}

impl Parser<'_, '_> {
    /// Parses lines that may hold several blocks.
    fn chunk(&mut self, parent: usize, lines: Range<usize>, state: BlockState) {
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

    /// Parses lines without a blank one between them.
    fn block(&mut self, parent: usize, lines: Range<usize>, state: BlockState) {
        let Range { mut start, end } = lines;
        let mut marks = self.marks(start, end);
        let mut dedents = 0;
        while start < end {
            self.refresh(&mut marks, start, end);
            let at = |mark: LineMark| Some(marks[mark as usize]).filter(|l| *l < end);
            start = if let Some((at, kind)) = self.opener(parent, start, &marks).filter(|(at, _)| *at < end) {
                self.before(parent, start..at, state);
                let node = self.add(parent, kind);
                self.nested(node, at + 1..end, TAB, state)
            } else if let Some((node, indent)) = self
                .continued(parent, start, SiteBlockKind::Admonition)
                .or_else(|| self.continued(parent, start, SiteBlockKind::Details))
            {
                self.nested(node, start..end, indent, state)
            } else if self.is_list_text(parent, start, state) {
                return self.list_text(parent, start..end, state);
            } else if self.indent(start) >= TAB {
                self.add(parent, SiteBlockKind::Other);
                self.detab(start, end, TAB)
            } else if self.table(start, end) {
                self.add(parent, SiteBlockKind::Other);
                return;
            } else if let Some(at) = at(LineMark::Hash) {
                self.before(parent, start..at, state);
                self.hash(parent, at);
                if state == BlockState::LooseList && dedents < MOST_DEDENTS {
                    // The site dedents what follows a heading in a loose list, once per heading.
                    dedents += 1;
                    self.loose_detab(at + 1..end, 1);
                    marks = self.marks(at + 1, end);
                }
                at + 1
            } else if let Some(level) = self.underline(start, end) {
                self.underlined(parent, start, level);
                start + 2
            } else if let Some(at) = at(LineMark::Rule) {
                self.before(parent, start..at, state);
                self.add(parent, SiteBlockKind::Other);
                at + 1
            } else if item(self.lines[start].text).is_some() {
                return self.list(parent, start..end);
            } else if let Some(at) = at(LineMark::Quote).filter(|_| self.depth < DEEPEST) {
                self.before(parent, start..at, state);
                return self.quote(parent, at..end);
            } else if let Some(at) = at(LineMark::Reference) {
                self.before(parent, start..at, state);
                at + self.reference_len(at, end)
            } else {
                // The text of a tight list item is no element of its own.
                if state != BlockState::List {
                    self.add(parent, SiteBlockKind::Other);
                }
                return;
            };
        }
    }

    /// The next `!!!` or `???` line. Text that continues an admonition comes before details do.
    fn opener(&self, parent: usize, start: usize, marks: &Marks) -> Option<(usize, SiteBlockKind)> {
        let [admonition, details] = [LineMark::Admonition, LineMark::Details].map(|m| marks[m as usize]);
        if admonition < usize::MAX {
            return Some((admonition, SiteBlockKind::Admonition));
        }
        let open = details < usize::MAX && self.continued(parent, start, SiteBlockKind::Admonition).is_none();
        open.then_some((details, SiteBlockKind::Details))
    }

    /// Parses what stands before a find; it lacks the mark that was found, so this nests little.
    fn before(&mut self, parent: usize, lines: Range<usize>, state: BlockState) {
        if !lines.is_empty() {
            self.block(parent, lines, state);
        }
    }

    fn add(&mut self, parent: usize, kind: SiteBlockKind) -> usize {
        self.nodes.push(BlockNode { kind, last: None });
        self.nodes[parent].last = Some(self.nodes.len() - 1);
        self.nodes.len() - 1
    }

    fn last(&self, node: usize) -> Option<(usize, SiteBlockKind)> {
        self.nodes[node].last.map(|n| (n, self.nodes[n].kind))
    }

    fn indent(&self, line: usize) -> usize {
        indent(self.lines[line].text)
    }

    fn cut_front(&mut self, line: usize, bytes: usize) {
        let line = &mut self.lines[line];
        line.text = &line.text[bytes..];
    }
}

/// Marks: looking through a block without doing so again for every line of it.
impl Parser<'_, '_> {
    fn marks(&self, start: usize, end: usize) -> Marks {
        let mut marks = [usize::MAX; MARKS];
        for (i, line) in self.lines[start..end].iter().enumerate().rev() {
            if let Some(mark) = mark(line.text) {
                marks[mark as usize] = start + i;
            }
        }
        marks
    }

    fn refresh(&self, marks: &mut Marks, start: usize, end: usize) {
        for (m, at) in marks.iter_mut().enumerate().filter(|(_, at)| **at < start) {
            let found = |l: &SourceLine| mark(l.text).is_some_and(|mark| mark as usize == m);
            *at = self.lines[start..end].iter().position(found).map_or(usize::MAX, |i| start + i);
        }
    }
}

/// Headings.
impl Parser<'_, '_> {
    fn hash(&mut self, parent: usize, at: usize) {
        let line = self.lines[at];
        if let Some((level, header)) = hash_heading(line.text) {
            self.heading(level, line, usize::from(level)..usize::from(level) + header.len(), line.end, false);
        }
        self.add(parent, SiteBlockKind::Other);
    }

    /// The level, where the line after `start` underlines it.
    fn underline(&self, start: usize, end: usize) -> Option<u8> {
        if start + 1 >= end {
            return None;
        }
        let line = self.lines[start + 1].text.trim_end_matches(' ');
        let mark = *line.as_bytes().first()?;
        let level = match mark {
            b'=' => 1,
            b'-' => 2,
            _ => return None,
        };
        line.bytes().all(|b| b == mark).then_some(level)
    }

    fn underlined(&mut self, parent: usize, start: usize, level: u8) {
        let line = self.lines[start];
        self.heading(level, line, 0..line.text.len(), self.lines[start + 1].end, true);
        self.add(parent, SiteBlockKind::Other);
    }

    /// Notes the heading that has its text at `header` of the line.
    fn heading(&mut self, level: u8, line: SourceLine, header: Range<usize>, end: usize, underlined: bool) {
        let title = line.text[header.clone()].trim();
        let blanks = line.text[header.clone()].len() - line.text[header.clone()].trim_start().len();
        let (start, raw, expanded);
        if line.expanded {
            start = start_in_file(self.source.text, line);
            (raw, expanded) = (start..start, Some(title.to_owned()));
        } else {
            // Whatever was taken off the line's front, its end is where it was.
            let at = line.end - line.text.len();
            start = line.end - line.text.trim_start().len();
            raw = at + header.start + blanks..at + header.start + blanks + title.len();
            expanded = None;
        }
        self.headings.push(BlockHeading { level, span: start..end, underlined, raw, expanded });
    }
}

/// Text that belongs to an earlier element by its indent.
impl Parser<'_, '_> {
    /// The element that the text at `start` continues, and the indent to take off.
    fn continued(&self, parent: usize, start: usize, kind: SiteBlockKind) -> Option<(usize, usize)> {
        let depth = self.indent(start) / TAB;
        let (mut node, found) = self.last(parent)?;
        if depth == 0 || found != kind {
            return None;
        }
        let mut level = 1;
        while level < depth {
            let Some((list, SiteBlockKind::List)) = self.last(node) else { break };
            node = self.last(list)?.0;
            level += 1;
        }
        Some((node, level * TAB))
    }

    /// Parses the lines with that indent as children of `node` and returns the line behind them.
    fn nested(&mut self, node: usize, lines: Range<usize>, indent: usize, state: BlockState) -> usize {
        let end = self.detab(lines.start, lines.end, indent);
        self.chunk(node, lines.start..end, state);
        end
    }

    /// Takes `width` blanks off each line and returns the first line that lacks them.
    fn detab(&mut self, start: usize, end: usize, width: usize) -> usize {
        for i in start..end {
            if self.indent(i) >= width {
                self.cut_front(i, width);
            } else if self.lines[i].text.trim().is_empty() {
                self.lines[i].text = "";
            } else {
                return i;
            }
        }
        end
    }

    fn loose_detab(&mut self, lines: Range<usize>, level: usize) {
        for i in lines {
            if self.indent(i) >= level * TAB {
                self.cut_front(i, level * TAB);
            }
        }
    }
}

/// Lists and quotes.
impl Parser<'_, '_> {
    fn is_list_text(&self, parent: usize, start: usize, state: BlockState) -> bool {
        state != BlockState::Detabbed
            && self.indent(start) >= TAB
            && (self.nodes[parent].kind == SiteBlockKind::Item
                || matches!(self.last(parent), Some((_, SiteBlockKind::List))))
    }

    fn list_text(&mut self, parent: usize, lines: Range<usize>, state: BlockState) {
        let (level, node) = self.list_level(parent, self.indent(lines.start) / TAB, state);
        self.loose_detab(lines.clone(), level);
        let target = match (self.nodes[parent].kind, self.last(node)) {
            (SiteBlockKind::Item, _) => match self.last(parent) {
                Some((list, SiteBlockKind::List)) => list,
                _ => parent,
            },
            _ if self.nodes[node].kind == SiteBlockKind::Item => node,
            (_, Some((item, SiteBlockKind::Item))) => item,
            _ => self.add(node, SiteBlockKind::Item),
        };
        self.chunk(target, lines, BlockState::Detabbed);
    }

    /// The list or item that text of that many indents belongs to, and how many of them it uses up.
    fn list_level(&self, parent: usize, indents: usize, state: BlockState) -> (usize, usize) {
        let mut level = usize::from(state == BlockState::List);
        let mut node = parent;
        while indents > level {
            match self.last(node) {
                Some((list, SiteBlockKind::List)) => (node, level) = (list, level + 1),
                Some((item, SiteBlockKind::Item)) => node = item,
                _ => break,
            }
        }
        (level, node)
    }

    fn list(&mut self, parent: usize, lines: Range<usize>) {
        let continues = self.last(parent).filter(|(_, kind)| *kind == SiteBlockKind::List);
        let list = match continues {
            Some((list, _)) => list,
            None if self.nodes[parent].kind == SiteBlockKind::List => parent,
            None => self.add(parent, SiteBlockKind::List),
        };
        let mut state = if continues.is_some() { BlockState::LooseList } else { BlockState::List };
        let mut start = lines.start;
        while start < lines.end {
            let nested = self.indent(start) >= TAB;
            let mut end = start + 1;
            while end < lines.end && !self.starts_item(end, nested) {
                end += 1;
            }
            let item = if nested { self.last(list).map(|(item, _)| item) } else { None };
            let item = item.unwrap_or_else(|| self.add(list, SiteBlockKind::Item));
            if !nested && let Some(content) = self::item(self.lines[start].text) {
                self.cut_front(start, content);
            }
            self.chunk(item, start..end, state);
            state = BlockState::List;
            start = end;
        }
    }

    /// Whether the line starts an item, or the first nested list of one.
    fn starts_item(&self, line: usize, nested: bool) -> bool {
        let text = self.lines[line].text;
        match indent(text) {
            0..TAB => item(text).is_some(),
            TAB..8 => !nested && item(&text[TAB..]).is_some(),
            _ => false,
        }
    }

    fn quote(&mut self, parent: usize, lines: Range<usize>) {
        let quote = match self.last(parent) {
            Some((quote, SiteBlockKind::Quote)) => quote,
            _ => self.add(parent, SiteBlockKind::Quote),
        };
        for i in lines.clone() {
            let text = self.lines[i].text;
            let blanks = indent(text);
            if text.trim() == ">" {
                self.lines[i].text = "";
            } else if blanks < TAB && text.as_bytes().get(blanks) == Some(&b'>') {
                let blank = usize::from(text.as_bytes().get(blanks + 1) == Some(&b' '));
                self.cut_front(i, blanks + 1 + blank);
            }
        }
        self.chunk(quote, lines, BlockState::Other);
    }
}

/// Tables and references: only how many lines they take.
impl Parser<'_, '_> {
    fn table(&self, start: usize, end: usize) -> bool {
        is_table(self.lines[start].text, self.lines[start + 1..end].iter().map(|l| l.text))
    }

    /// How many lines the definition at `at` takes; its title may stand on the next one.
    fn reference_len(&self, at: usize, end: usize) -> usize {
        let titled = |l: &str| is_title(l.trim_matches(' '));
        let text = self.lines[at].text;
        let has_title = text.trim_end_matches(' ').ends_with(['"', '\'', ')']);
        if at + 1 < end && !has_title && titled(self.lines[at + 1].text) { 2 } else { 1 }
    }
}

/// Where the text of an expanded line starts in the file: both end with the same characters.
fn start_in_file(text: &str, line: SourceLine) -> usize {
    let visible = |c: &char| !matches!(c, ' ' | '\t');
    let count = line.text.chars().filter(visible).count();
    let source = &text[line.start..line.end];
    let nth =
        count.checked_sub(1).and_then(|n| source.char_indices().rev().filter(|(_, c)| visible(c)).nth(n));
    line.start + nth.map_or(source.len(), |(at, _)| at)
}
