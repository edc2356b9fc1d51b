//! Text that is nested by its indent or its marker: under an admonition, in lists and quotes; and what takes more than
//! one line.

use crate::text::{Pattern, pattern};
use std::borrow::Cow;
use std::ops::Range;

use super::blocks::{Parser, PartOf, SiteBlockKind};
use super::lines::{SourceLine, TAB, split};
use super::shapes::{indent, is_title, item};

/// Text that belongs to an earlier element by its indent.
impl Parser<'_, '_> {
    /// The element that the text at line `at` continues, and the indent to take off.
    pub(super) fn continued(&self, parent: usize, at: usize, kind: SiteBlockKind) -> Option<(usize, usize)> {
        let depth = self.indent(at) / TAB;
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
    pub(super) fn nested(&mut self, node: usize, lines: Range<usize>, indent: usize, state: PartOf) -> usize {
        let end = self.detab(lines.start, lines.end, indent);
        self.chunk(node, lines.start..end, state);
        end
    }

    /// Takes `width` blanks off each line and returns the first line that lacks them.
    pub(super) fn detab(&mut self, start: usize, end: usize, width: usize) -> usize {
        for i in start..end {
            if self.indent(i) >= width {
                self.cut_front(i, width);
            } else if self.lines[i].text.trim().is_empty() {
                self.lines[i].text = Cow::Borrowed("");
            } else {
                return i;
            }
        }
        end
    }

    /// The lines of a block that begins as indented code, with the lines of the fences in it, where it has some: next to
    /// such code superfences takes a fence for none. They are new lines at the end of all.
    pub(super) fn with_fences(&mut self, lines: Range<usize>) -> Option<Range<usize>> {
        let fence_of = |line: &SourceLine| {
            let at = self.fences.binary_search_by_key(&line.start, |fence| fence.start).ok()?;
            Some(self.fences[at].clone())
        };
        if self.fences.is_empty() || self.lines[lines.clone()].iter().all(|line| fence_of(line).is_none()) {
            return None;
        }
        let mut all = Vec::new();
        for line in &self.lines[lines] {
            let Some(fence) = fence_of(line) else {
                all.push(line.clone());
                continue;
            };
            let cut = (line.end - line.start).saturating_sub(line.text.len());
            for piece in split(&self.text[..fence.end], fence.start) {
                let text = self.text[piece.start..piece.end].get(cut..).unwrap_or_default();
                // Not the start of a fence: it is a line like others now.
                all.push(SourceLine { text: Cow::Borrowed(text), start: piece.end, end: piece.end });
            }
        }
        let start = self.lines.len();
        self.lines.extend(all);
        Some(start..self.lines.len())
    }

    pub(super) fn loose_detab(&mut self, lines: Range<usize>, level: usize) {
        for i in lines {
            if self.indent(i) >= level * TAB {
                self.cut_front(i, level * TAB);
            }
        }
    }
}

/// Lists and quotes.
impl Parser<'_, '_> {
    pub(super) fn is_list_text(&self, parent: usize, start: usize, state: PartOf) -> bool {
        state != PartOf::Detabbed
            && self.indent(start) >= TAB
            && (self.nodes[parent].kind == SiteBlockKind::Item
                || matches!(self.last(parent), Some((_, SiteBlockKind::List))))
    }

    pub(super) fn list_text(&mut self, parent: usize, lines: Range<usize>, state: PartOf) {
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
        self.chunk(target, lines, PartOf::Detabbed);
    }

    /// The list or item that text of that many indents belongs to, and how many of them it uses up.
    fn list_level(&self, parent: usize, indents: usize, state: PartOf) -> (usize, usize) {
        let mut level = usize::from(state == PartOf::List);
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

    pub(super) fn list(&mut self, parent: usize, lines: Range<usize>) {
        let continues = self.last(parent).filter(|(_, kind)| *kind == SiteBlockKind::List);
        let list = match continues {
            Some((list, _)) => list,
            None if self.nodes[parent].kind == SiteBlockKind::List => parent,
            None => self.add(parent, SiteBlockKind::List),
        };
        let mut state = if continues.is_some() { PartOf::LooseList } else { PartOf::List };
        let mut start = lines.start;
        while start < lines.end {
            let nested = self.indent(start) >= TAB;
            let next = (start + 1..lines.end).find(|line| self.starts_item(*line, nested));
            let end = next.unwrap_or(lines.end);
            let item = if nested { self.last(list).map(|(item, _)| item) } else { None };
            let item = item.unwrap_or_else(|| self.add(list, SiteBlockKind::Item));
            if !nested && let Some(content) = self::item(&self.lines[start].text) {
                self.cut_front(start, content);
            }
            self.chunk(item, start..end, state);
            state = PartOf::List;
            start = end;
        }
    }

    /// Whether the line starts an item, or the first nested list of one.
    fn starts_item(&self, line: usize, nested: bool) -> bool {
        let text = &self.lines[line].text;
        match indent(text) {
            0..TAB => item(text).is_some(),
            TAB..8 => !nested && item(&text[TAB..]).is_some(),
            _ => false,
        }
    }

    pub(super) fn quote(&mut self, parent: usize, lines: Range<usize>) {
        let quote = match self.last(parent) {
            Some((quote, SiteBlockKind::Quote)) => quote,
            _ => self.add(parent, SiteBlockKind::Quote),
        };
        static MARK: Pattern = Pattern::new(|| pattern("^ {0,3}> ?"));
        for i in lines.clone() {
            let text = &self.lines[i].text;
            if text.trim() == ">" {
                self.lines[i].text = Cow::Borrowed("");
            } else if let Some(mark) = MARK.find(text) {
                self.cut_front(i, mark.end());
            }
        }
        self.chunk(quote, lines, PartOf::Other);
    }
}

/// References: only how many lines they take.
impl Parser<'_, '_> {
    /// How many lines the definition at `at` takes; its title may be on the next one.
    pub(super) fn reference_len(&self, at: usize, end: usize) -> usize {
        let text = &self.lines[at].text;
        let has_title = text.trim_end_matches(' ').ends_with(['"', '\'', ')']);
        if at + 1 < end && !has_title && is_title(&self.lines[at + 1].text) { 2 } else { 1 }
    }
}
