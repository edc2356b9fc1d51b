//! Reads the value of `nav`: what MkDocs takes for sections and pages, and what it refuses.

use super::nav::{Nav, NavEntry, NavItem, NavSection, NavTree, Rest, Shape, What};
use super::patterns::RestPattern;
use super::value::{self, Setting, Value};
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
pub fn read(nav: Setting<'_>, settings: &Settings<'_>) -> Result<Nav, Refusal> {
    let doc = nav.doc;
    let (node, found) = value::resolve(doc, nav.node);
    match found {
        Value::Null | Value::Seq([]) => return Ok(Nav::Absent),
        Value::Seq(_) => {}
        other => {
            let message = format!("`nav` must be a list, found {}", other.describe());
            return Err(doc.fault(visible(doc, nav.key, nav.node), message));
        }
    }
    let tree = NavTree { path: doc.path.clone(), key: doc.span(nav.key), ..NavTree::default() };
    let mut reader = NavReader { doc, settings, tree, inside: Vec::new(), left: MAX_ITEMS };
    reader.section(node, None, Position { elsewhere: node != nav.node, ..Position::default() })?;
    Ok(Nav::Listed(reader.tree))
}

/// Reads a navigation again in an edited file; none where there is none that is written out.
pub fn reread(before: &NavTree, text: &Text) -> Option<NavTree> {
    let doc = YamlDocument::parse(&before.path, text.clone()).ok()?;
    let nav = Setting::root(&doc)?.get("nav").ok()??;
    let settings = Settings { docs_dir: None, rests: !before.rests.is_empty(), absolute_links: false };
    match read(nav, &settings) {
        Ok(Nav::Listed(tree)) => Some(tree),
        _ => None,
    }
}

/// The span of a value for a message, of its key where the value has no bytes.
fn visible(doc: &YamlDocument, key: NodeId, value: NodeId) -> Range<usize> {
    let span = doc.span(value);
    if span.is_empty() { doc.span(key) } else { span }
}

/// Where the reader is.
#[derive(Debug, Clone, Copy, Default)]
struct Position {
    parent: Option<usize>,
    depth: usize,
    elsewhere: bool,
}

/// An item of a section.
struct WrittenItem {
    /// All of it, and its title.
    node: NodeId,
    title: Option<NodeId>,
    /// What has the path, or the items of a section.
    value: NodeId,
    elsewhere: bool,
}

struct NavReader<'r> {
    doc: &'r YamlDocument,
    settings: &'r Settings<'r>,
    tree: NavTree,
    /// The lists that are open: an alias to one of them never ends.
    inside: Vec<NodeId>,
    left: usize,
}

impl NavReader<'_> {
    fn spend(&mut self, at: NodeId, depth: usize) -> Result<(), Refusal> {
        let limit = |message: &str| self.doc.refusal(YamlCause::TooLarge, self.doc.span(at), message);
        if depth > MAX_DEPTH {
            return Err(limit("`nav` is nested too deeply to be read"));
        }
        self.left = self.left.checked_sub(1).ok_or_else(|| limit("`nav` is too large to be read"))?;
        Ok(())
    }

    /// Opens a section and gives its index.
    fn open(&mut self, node: NodeId, position: &Position, title: Option<NodeId>) -> usize {
        let written = self.doc.node(node);
        let start = title.map_or(written.span.start, |t| self.doc.span(t).start);
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

    /// Reads a section: a list of items, or a mapping of titles.
    fn section(&mut self, node: NodeId, title: Option<NodeId>, position: Position) -> Result<(), Refusal> {
        self.spend(node, position.depth)?;
        if self.inside.contains(&node) {
            let span = self.doc.span(title.unwrap_or(node));
            return Err(self.doc.fault(span, "a section of `nav` holds itself, by an alias"));
        }
        self.inside.push(node);
        let section = self.open(node, &position, title);
        let inside = Position { parent: Some(section), depth: position.depth + 1, ..position };
        match value::resolve(self.doc, node).1 {
            Value::Seq(items) => {
                for item in items {
                    let item = self.item_of_list(*item)?;
                    self.read_item(section, item, inside)?;
                }
            }
            _ => {
                for (key, value, elsewhere) in value::pairs(self.doc, node)? {
                    let item = WrittenItem { node: key, title: Some(key), value, elsewhere };
                    self.read_item(section, item, inside)?;
                }
            }
        }
        self.inside.pop();
        Ok(())
    }

    fn item_of_list(&self, item: NodeId) -> Result<WrittenItem, Refusal> {
        let (target, found) = value::resolve(self.doc, item);
        let elsewhere = target != item;
        let wrong =
            |found: &str| format!("an item of `nav` must be a page or one `title: page`, found {found}");
        match found {
            Value::Str(_) => Ok(WrittenItem { node: item, title: None, value: item, elsewhere }),
            Value::Map => match value::pairs(self.doc, target)?[..] {
                [(key, value, merged)] => {
                    let elsewhere = elsewhere || merged;
                    Ok(WrittenItem { node: item, title: Some(key), value, elsewhere })
                }
                ref pairs => {
                    let message = wrong(&format!("a mapping of {} keys", pairs.len()));
                    Err(self.doc.fault(self.doc.span(item), message))
                }
            },
            other => Err(self.doc.fault(self.seen(item), wrong(other.describe()))),
        }
    }

    /// The span of a node for a message; a node without bytes gets the dash, or what else is before it.
    fn seen(&self, id: NodeId) -> Range<usize> {
        let span = self.doc.span(id);
        if !span.is_empty() {
            return span;
        }
        let before = self.doc.text.slice(0..span.start).trim_end();
        let last = before.chars().next_back().map_or(0, char::len_utf8);
        before.len() - last..before.len()
    }

    fn read_item(&mut self, section: usize, item: WrittenItem, position: Position) -> Result<(), Refusal> {
        let (target, found) = value::resolve(self.doc, item.value);
        let elsewhere = position.elsewhere || item.elsewhere || target != item.value;
        let key = item.title.unwrap_or(item.node);
        let problem = match found {
            Value::Str(text) => {
                return self.page(section, &item, target, text, Position { elsewhere, ..position });
            }
            Value::Map if value::pairs(self.doc, target)?.is_empty() => {
                "a section of `nav` must hold a page or a list, found an empty mapping".to_owned()
            }
            Value::Seq(_) | Value::Map => {
                self.item(section, item.node, What::NavSection(self.tree.sections.len()));
                return self.section(target, item.title, Position { elsewhere, ..position });
            }
            other => {
                let title = self.source(key);
                format!("`{title}` in `nav` must hold a page or a list, found {}", other.describe())
            }
        };
        Err(self.doc.fault(visible(self.doc, key, item.value), problem))
    }

    fn page(
        &mut self,
        section: usize,
        item: &WrittenItem,
        target: NodeId,
        text: &str,
        position: Position,
    ) -> Result<(), Refusal> {
        self.spend(item.node, position.depth)?;
        let span = self.doc.span(item.value);
        // The plugin looks for text in lists only: `title: ...` is a page of that name.
        if self.settings.rests
            && item.title.is_none()
            && let Some(pattern) = RestPattern::parse(text)
        {
            if self.tree.rests.iter().any(|r| r.text == text) {
                return Err(self.doc.fault(span, format!("the rest entry `{text}` appears twice")));
            }
            if self.tree.rests.len() == MAX_RESTS {
                let message = "`nav` has too many rest entries to be read";
                return Err(self.doc.refusal(YamlCause::TooLarge, span, message));
            }
            self.item(section, item.node, What::Rest(self.tree.rests.len()));
            self.tree.rests.push(Rest { text: text.into(), pattern, span });
            return Ok(());
        }
        let style = |id: NodeId| match self.doc.node(id).kind {
            NodeKind::Scalar { style, .. } => style,
            _ => Style::Plain,
        };
        let lines = || {
            let text = &self.doc.text;
            text.line_range(span.start).start..text.line_range(span.end).end
        };
        let entry = NavEntry {
            title: item.title.map(|k| self.source(k)),
            target: text.into(),
            doc: self.names(text),
            line_span: self.lines_of(section, item.node).unwrap_or_else(lines),
            section: self.tree.titles(section),
            parent: section,
            item: self.tree.sections[section].items.len(),
            elsewhere: position.elsewhere,
            title_style: item.title.map(style),
            target_style: style(target),
            span,
        };
        self.item(section, item.node, What::Entry(self.tree.entries.len()));
        self.tree.entries.push(entry);
        Ok(())
    }

    fn item(&mut self, section: usize, node: NodeId, what: What) {
        let (written, lines) = (self.doc.node(node), self.lines_of(section, node));
        let item = NavItem { what, span: written.start..written.span.end, lines };
        self.tree.sections[section].items.push(item);
    }

    /// The lines that an item of a section has to itself.
    fn lines_of(&self, section: usize, node: NodeId) -> Option<Range<usize>> {
        let written = self.doc.node(node);
        let is_block = self.tree.sections[section].shape == Shape::Block;
        is_block.then(|| self.own_lines(written.start, written.span.end))?
    }

    /// From the dash through the line break, where nothing but a comment shares the lines.
    fn own_lines(&self, start: usize, end: usize) -> Option<Range<usize>> {
        let first = self.doc.text.line_range(start);
        let line_start = if first.start == 0 { self.doc.text.bom_len() } else { first.start };
        if self.doc.text.slice(line_start..start).trim_matches(' ') != "-" {
            return None;
        }
        let last = self.doc.text.line_range(end);
        let after = self.doc.text.slice(end..last.end).trim();
        (after.is_empty() || after.starts_with('#')).then_some(line_start..last.end)
    }

    /// A scalar's text, of whatever type; of other keys their source.
    fn source(&self, id: NodeId) -> String {
        match &self.doc.node(id).kind {
            NodeKind::Scalar { value, .. } => value.clone(),
            _ => self.doc.text.slice(self.doc.node(id).span.clone()).into(),
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
