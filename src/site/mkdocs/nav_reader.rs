//! Reads the value of `nav`: what MkDocs takes for sections and pages, and what it refuses.

use super::nav::{Nav, NavEntry, NavItem, NavSection, NavTree, Rest, Shape};
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
    let (inside, titles) = (Vec::new(), Vec::new());
    let mut reader = NavReader { doc, settings, tree, inside, titles, left: MAX_ITEMS };
    reader.section(node, None, node != nav.node)?;
    Ok(Nav::Listed(reader.tree))
}

/// Reads a navigation again in an edited file; none where there is none that is written out.
pub fn reread(before: &NavTree, text: &Text) -> Option<NavTree> {
    let doc = YamlDocument::parse(&before.path, text.clone()).ok()?;
    let nav = Setting::root(&doc)?.get("nav").ok()??;
    let settings = Settings { docs_dir: None, rests: !before.rests.is_empty(), absolute_links: false };
    if let Ok(Nav::Listed(tree)) = read(nav, &settings) { Some(tree) } else { None }
}

/// The span of a value for a message, of its key where the value has no bytes.
fn visible(doc: &YamlDocument, key: NodeId, value: NodeId) -> Range<usize> {
    let span = doc.span(value);
    if span.is_empty() { doc.span(key) } else { span }
}

/// An item of a section.
struct Written {
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
    /// The lists that are open, outermost first: an alias to one of them never ends.
    inside: Vec<NodeId>,
    /// Their titles; the navigation itself has none.
    titles: Vec<String>,
    left: usize,
}

impl NavReader<'_> {
    fn spend(&mut self, at: NodeId) -> Result<(), Refusal> {
        let limit = |message: &str| self.doc.refusal(YamlCause::TooLarge, self.doc.span(at), message);
        if self.inside.len() > MAX_DEPTH {
            return Err(limit("`nav` is nested too deeply to be read"));
        }
        self.left = self.left.checked_sub(1).ok_or_else(|| limit("`nav` is too large to be read"))?;
        Ok(())
    }

    /// Reads a section: a list of items, or a mapping of titles.
    fn section(&mut self, node: NodeId, title: Option<NodeId>, elsewhere: bool) -> Result<(), Refusal> {
        self.spend(node)?;
        if self.inside.contains(&node) {
            let span = self.doc.span(title.unwrap_or(node));
            return Err(self.doc.fault(span, "a section of `nav` holds itself, by an alias"));
        }
        self.inside.push(node);
        self.titles.extend(title.map(|title| self.source(title)));
        let written = self.doc.node(node);
        let start = title.map_or(written.span.start, |title| self.doc.span(title).start);
        let shape = match &written.kind {
            _ if elsewhere => Shape::Elsewhere,
            _ if written.is_flow => Shape::Flow,
            NodeKind::Mapping(_) => Shape::Mapping,
            _ => Shape::Block,
        };
        let (titles, span) = (self.titles.clone().into(), start.min(written.span.end)..written.span.end);
        let section = self.tree.sections.len();
        self.tree.sections.push(NavSection { titles, items: Vec::new(), shape, span });
        match value::resolve(self.doc, node).1 {
            Value::Seq(items) => {
                for item in items {
                    self.read_item(section, self.item_of_list(*item)?)?;
                }
            }
            _ => {
                for (key, value, merged) in value::pairs(self.doc, node)? {
                    let item = Written { node: key, title: Some(key), value, elsewhere: merged > 0 };
                    self.read_item(section, item)?;
                }
            }
        }
        self.inside.pop();
        self.titles.pop();
        Ok(())
    }

    fn item_of_list(&self, item: NodeId) -> Result<Written, Refusal> {
        let (target, found) = value::resolve(self.doc, item);
        let elsewhere = target != item;
        let wrong =
            |what: &str| format!("an item of `nav` must be a page or one `title: page`, found {what}");
        match found {
            Value::Str(_) => Ok(Written { node: item, title: None, value: item, elsewhere }),
            Value::Map => match value::pairs(self.doc, target)?[..] {
                [(key, value, merged)] => {
                    let elsewhere = elsewhere || merged > 0;
                    Ok(Written { node: item, title: Some(key), value, elsewhere })
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

    /// Reads an item of a section.
    fn read_item(&mut self, section: usize, mut item: Written) -> Result<(), Refusal> {
        let (target, found) = value::resolve(self.doc, item.value);
        item.elsewhere |= self.tree.sections[section].shape == Shape::Elsewhere || target != item.value;
        let key = item.title.unwrap_or(item.node);
        let problem = match found {
            Value::Str(text) => return self.page(section, &item, target, text),
            Value::Map if value::pairs(self.doc, target)?.is_empty() => {
                "a section of `nav` must hold a page or a list, found an empty mapping".to_owned()
            }
            Value::Seq(_) | Value::Map => {
                self.item(section, item.node, None);
                return self.section(target, item.title, item.elsewhere);
            }
            other => {
                let title = self.source(key);
                format!("`{title}` in `nav` must hold a page or a list, found {}", other.describe())
            }
        };
        Err(self.doc.fault(visible(self.doc, key, item.value), problem))
    }

    fn page(&mut self, section: usize, item: &Written, target: NodeId, text: &str) -> Result<(), Refusal> {
        self.spend(item.node)?;
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
            self.item(section, item.node, None);
            self.tree.rests.push(Rest { text: text.into(), pattern });
            return Ok(());
        }
        let style = |id: NodeId| match self.doc.node(id).kind {
            NodeKind::Scalar { style, .. } => style,
            _ => Style::Plain,
        };
        let entry = NavEntry {
            title: item.title.map(|k| self.source(k)),
            target: text.into(),
            doc: self.names(text),
            section: self.tree.sections[section].titles.clone(),
            parent: section,
            item: self.tree.sections[section].items.len(),
            elsewhere: item.elsewhere,
            title_style: item.title.map(style),
            target_style: style(target),
            span,
        };
        self.item(section, item.node, Some(self.tree.entries.len()));
        self.tree.entries.push(entry);
        Ok(())
    }

    fn item(&mut self, section: usize, node: NodeId, entry: Option<usize>) {
        let written = self.doc.node(node);
        let span = written.start..written.span.end;
        let is_block = self.tree.sections[section].shape == Shape::Block;
        let lines = if is_block { self.own_lines(&span) } else { None };
        self.tree.sections[section].items.push(NavItem { entry, span, lines });
    }

    /// From the dash through the line break, where nothing but a comment shares the lines.
    fn own_lines(&self, item: &Range<usize>) -> Option<Range<usize>> {
        let first = self.doc.text.line_range(item.start);
        let line_start = if first.start == 0 { self.doc.text.bom_len() } else { first.start };
        if self.doc.text.slice(line_start..item.start).trim_matches(' ') != "-" {
            return None;
        }
        let last = self.doc.text.line_range(item.end);
        let after = self.doc.text.slice(item.end..last.end).trim();
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
