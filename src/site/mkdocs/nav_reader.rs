//! Reads the value of `nav`: what MkDocs takes for sections and pages, and what it refuses.

use super::nav::{Nav, NavEntry, NavItem, NavSection, NavTree, Rest, Shape, What};
use super::patterns::RestPattern;
use super::value::{self, Value};
use super::yaml::{NodeId, NodeKind, Refusal, Style, YamlCause, YamlDocument};
use crate::text::Text;
use crate::text::url_path;
use std::ops::Range;

/// Deepest nesting of sections, and most entries, that are read: aliases can make both grow.
const MAX_DEPTH: usize = 64;
const MAX_ITEMS: usize = 50_000;
/// Most rest entries, each of which is a pattern to try on every page.
const MAX_RESTS: usize = 100;

/// What the reader of a navigation has to know about the rest of the configuration.
pub struct Settings<'s> {
    pub docs_dir: Option<&'s str>,
    /// The plugin `awesome-pages` is on.
    pub rests: bool,
    /// `validation.nav.absolute_links: relative_to_docs`.
    pub absolute_links: bool,
}

/// Reads the value of `nav`; the errors are those for which MkDocs gives up.
pub fn read(
    path: &str,
    text: &Text,
    doc: &YamlDocument,
    (key, nav): (NodeId, NodeId),
    settings: &Settings<'_>,
) -> Result<Nav, Refusal> {
    let (node, found) = value::resolve(doc, nav);
    let items = match found {
        Value::Null => return Ok(Nav::Absent),
        Value::Seq([]) => return Ok(Nav::Absent),
        Value::Seq(items) => items,
        other => {
            let message = format!("`nav` must be a list, found {}", other.describe());
            return Err(Refusal::fault(visible(doc, key, nav), message));
        }
    };
    let tree = NavTree { path: path.into(), key: doc.written(key).span.clone(), ..NavTree::default() };
    let mut reader = NavReader { text, doc, settings, tree, inside: Vec::new(), left: MAX_ITEMS };
    let root = Position { elsewhere: node != nav, ..Position::default() };
    reader.list(node, items, &root, None)?;
    Ok(Nav::Listed(reader.tree))
}

/// Reads a navigation again in an edited file; none where there is none that is written out.
pub fn reread(before: &NavTree, text: &Text) -> Option<NavTree> {
    let doc = YamlDocument::parse(text).ok()?;
    let nav = value::get(&doc, doc.root?, "nav").ok()??;
    let settings = Settings { docs_dir: None, rests: !before.rests.is_empty(), absolute_links: false };
    match read(&before.path, text, &doc, nav, &settings) {
        Ok(Nav::Listed(tree)) => Some(tree),
        _ => None,
    }
}

/// The span of a value for a message, of its key where the value has no bytes.
fn visible(doc: &YamlDocument, key: NodeId, value: NodeId) -> Range<usize> {
    let span = &doc.written(value).span;
    if span.is_empty() { doc.written(key).span.clone() } else { span.clone() }
}

/// Where the reader is.
#[derive(Debug, Clone, Copy, Default)]
struct Position {
    parent: Option<usize>,
    depth: usize,
    elsewhere: bool,
}

impl Position {
    fn down(&self, elsewhere: bool) -> Position {
        Position { depth: self.depth + 1, elsewhere: self.elsewhere || elsewhere, ..*self }
    }
}

struct NavReader<'r> {
    text: &'r Text,
    doc: &'r YamlDocument,
    settings: &'r Settings<'r>,
    tree: NavTree,
    /// The lists that are open: an alias to one of them never ends.
    inside: Vec<NodeId>,
    left: usize,
}

impl NavReader<'_> {
    fn spend(&mut self, at: NodeId, position: &Position) -> Result<(), Refusal> {
        let limit = |message: &str| Refusal {
            span: self.doc.written(at).span.clone(),
            message: message.into(),
            cause: YamlCause::TooLarge,
        };
        if position.depth > 2 * MAX_DEPTH {
            return Err(limit("`nav` is nested too deeply to be read"));
        }
        self.left = self.left.checked_sub(1).ok_or_else(|| limit("`nav` is too large to be read"))?;
        Ok(())
    }

    /// Opens a section and gives its index.
    fn open(&mut self, node: NodeId, position: &Position, title: Option<NodeId>) -> usize {
        let written = self.doc.node(node);
        let start = title.map_or(written.span.start, |t| self.doc.written(t).span.start);
        let shape = match &written.kind {
            _ if position.elsewhere => Shape::Elsewhere,
            NodeKind::Sequence { flow: false, .. } => Shape::Block,
            NodeKind::Mapping { flow: false, .. } => Shape::Mapping,
            _ => Shape::Flow,
        };
        self.tree.sections.push(NavSection {
            title: title.map(|t| self.source(t)),
            parent: position.parent,
            items: Vec::new(),
            shape,
            span: start.min(written.span.end)..written.span.end,
        });
        self.tree.sections.len() - 1
    }

    fn list(
        &mut self,
        node: NodeId,
        items: &[NodeId],
        position: &Position,
        title: Option<NodeId>,
    ) -> Result<(), Refusal> {
        self.spend(node, position)?;
        if self.inside.contains(&node) {
            let span = self.doc.written(title.unwrap_or(node)).span.clone();
            return Err(Refusal::fault(span, "a section of `nav` holds itself, by an alias"));
        }
        self.inside.push(node);
        let section = self.open(node, position, title);
        for item in items {
            let (target, found) = value::resolve(self.doc, *item);
            let mut at = position.down(target != *item);
            at.parent = Some(section);
            match found {
                Value::Str(text) => self.page(section, *item, (*item, target), None, text, &at)?,
                Value::Map => {
                    let pairs = value::pairs(self.doc, target)?;
                    let [(key, inner, merged)] = pairs[..] else {
                        let message = format!(
                            "an item of `nav` must be a page or one `title: page`, found a mapping of {} keys",
                            pairs.len()
                        );
                        return Err(Refusal::fault(self.doc.written(*item).span.clone(), message));
                    };
                    self.pair(section, *item, key, inner, &at.down(merged))?;
                }
                other => {
                    let message = format!(
                        "an item of `nav` must be a page or one `title: page`, found {}",
                        other.describe()
                    );
                    return Err(Refusal::fault(self.seen(*item), message));
                }
            }
        }
        self.inside.pop();
        Ok(())
    }

    /// The span of a node for a message; a node without bytes gets the dash, or what else is before it.
    fn seen(&self, id: NodeId) -> Range<usize> {
        let span = self.doc.written(id).span.clone();
        if !span.is_empty() {
            return span;
        }
        let before = self.text.slice(0..span.start).trim_end();
        let last = before.chars().next_back().map_or(0, char::len_utf8);
        before.len() - last..before.len()
    }

    fn pair(
        &mut self,
        section: usize,
        item: NodeId,
        key: NodeId,
        inner: NodeId,
        position: &Position,
    ) -> Result<(), Refusal> {
        let (target, found) = value::resolve(self.doc, inner);
        let below = Position { elsewhere: position.elsewhere || target != inner, ..*position };
        match found {
            Value::Str(text) => self.page(section, item, (inner, target), Some(key), text, &below),
            Value::Seq(items) => {
                self.item(section, item, What::NavSection(self.tree.sections.len()));
                self.list(target, items, &below, Some(key))
            }
            Value::Map => {
                let pairs = value::pairs(self.doc, target)?;
                if pairs.is_empty() {
                    let message = "a section of `nav` must hold a page or a list, found an empty mapping";
                    return Err(Refusal::fault(visible(self.doc, key, inner), message));
                }
                self.item(section, item, What::NavSection(self.tree.sections.len()));
                self.spend(target, position)?;
                if self.inside.contains(&target) {
                    let span = self.doc.written(key).span.clone();
                    return Err(Refusal::fault(span, "a section of `nav` holds itself, by an alias"));
                }
                self.inside.push(target);
                let inner_section = self.open(target, &below, Some(key));
                for (key, value, merged) in pairs {
                    let mut at = below.down(merged);
                    at.parent = Some(inner_section);
                    self.pair(inner_section, key, key, value, &at)?;
                }
                self.inside.pop();
                Ok(())
            }
            other => {
                let title = self.source(key);
                let message =
                    format!("`{title}` in `nav` must hold a page or a list, found {}", other.describe());
                Err(Refusal::fault(visible(self.doc, key, inner), message))
            }
        }
    }

    fn page(
        &mut self,
        section: usize,
        item: NodeId,
        // The node that is there, and the one that holds the text.
        (written, target): (NodeId, NodeId),
        key: Option<NodeId>,
        text: &str,
        position: &Position,
    ) -> Result<(), Refusal> {
        self.spend(item, position)?;
        let span = self.doc.written(written).span.clone();
        // The plugin looks for text in lists only: `title: ...` is a page of that name.
        if self.settings.rests
            && key.is_none()
            && let Some(pattern) = RestPattern::parse(text)
        {
            if self.tree.rests.iter().any(|r| r.text == text) {
                return Err(Refusal::fault(span, format!("the rest entry `{text}` appears twice")));
            }
            if self.tree.rests.len() == MAX_RESTS {
                let message = "`nav` has too many rest entries to be read".into();
                return Err(Refusal { span, message, cause: YamlCause::TooLarge });
            }
            self.item(section, item, What::Rest(self.tree.rests.len()));
            self.tree.rests.push(Rest { text: text.into(), pattern, span });
            return Ok(());
        }
        let doc = self.names(text);
        let style = |id: NodeId| match self.doc.node(id).kind {
            NodeKind::Scalar { style, .. } => style,
            _ => Style::Plain,
        };
        let entry = NavEntry {
            title: key.map(|k| self.source(k)),
            target: text.into(),
            doc,
            line_span: self.text.line_range(span.start).start..self.text.line_range(span.end).end,
            span,
            section: self.tree.titles(section),
            parent: section,
            item: self.tree.sections[section].items.len(),
            elsewhere: position.elsewhere,
            title_style: key.map(style),
            target_style: style(target),
        };
        self.tree.entries.push(entry);
        let line_span = self.item(section, item, What::Entry(self.tree.entries.len() - 1));
        if let (Some(lines), Some(entry)) = (line_span, self.tree.entries.last_mut()) {
            entry.line_span = lines;
        }
        Ok(())
    }

    /// Adds an item to a section and gives the lines it has to itself.
    fn item(&mut self, section: usize, node: NodeId, what: What) -> Option<Range<usize>> {
        let written = self.doc.written(node);
        let block = self.tree.sections[section].shape == Shape::Block;
        let lines = if block { self.own_lines(written.start, written.span.end) } else { None };
        let item = NavItem { what, span: written.start..written.span.end, lines: lines.clone() };
        self.tree.sections[section].items.push(item);
        lines
    }

    /// From the dash through the line break, where nothing but a comment shares the lines.
    fn own_lines(&self, start: usize, end: usize) -> Option<Range<usize>> {
        let first = self.text.line_range(start);
        let line_start = if first.start == 0 { self.text.bom_len() } else { first.start };
        if self.text.slice(line_start..start).trim_matches(' ') != "-" {
            return None;
        }
        let last = self.text.line_range(end);
        let after = self.text.slice(end..last.end).trim();
        (after.is_empty() || after.starts_with('#')).then_some(line_start..last.end)
    }

    /// A scalar's text, of whatever type; of other keys their source.
    fn source(&self, id: NodeId) -> String {
        match &self.doc.node(id).kind {
            NodeKind::Scalar { value, .. } => value.clone(),
            _ => self.text.slice(self.doc.node(id).span.clone()).into(),
        }
    }

    /// The page a target names for MkDocs.
    fn names(&self, target: &str) -> Option<String> {
        let looked_up = if self.settings.absolute_links { target.trim_start_matches('/') } else { target };
        if url_path::is_address(looked_up) || looked_up.starts_with('/') {
            return None;
        }
        // MkDocs drops `.` and doubled slashes and compares what is left: `..` stays and finds nothing.
        let parts: Vec<&str> = looked_up.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
        let path = parts.join("/");
        let is_found = !parts.contains(&"..") && url_path::is_page(&path);
        url_path::join(self.settings.docs_dir?, &path).filter(|_| is_found)
    }
}
