//! The navigation: sections, entries and rest entries, in the order of the file.
//!
//! It says what is there and what it names; whether a page is shown is [`super::Site`]'s to say.

use super::patterns::RestPattern;
use super::value::{self, Value};
use super::yaml::{NodeId, NodeKind, Refusal, Style, YamlCause, YamlDocument};
use crate::text::Text;
use crate::text::url_path;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::OnceLock;

/// Deepest nesting of sections, and most entries, that are read: aliases can make both grow.
const MAX_DEPTH: usize = 64;
const MAX_ITEMS: usize = 50_000;
/// Most rest entries, each of which is a pattern to try on every page.
const MAX_RESTS: usize = 100;

/// The `nav` of a site.
#[derive(Debug, Clone)]
pub enum Nav {
    /// Missing, null or an empty list: MkDocs shows all pages.
    Absent,
    Listed(NavTree),
    /// It could not be read; [`super::Site::problems`] or [`super::Site::notes`] say why.
    Unreadable,
}

/// A navigation that is written out.
#[derive(Debug, Clone, Default)]
pub struct NavTree {
    /// The file that holds it: `mkdocs.yml`, or one it inherits from.
    pub path: String,
    /// Byte span of the key `nav`.
    pub key: Range<usize>,
    /// The sections, each after the one that holds it; the first is the navigation itself.
    pub sections: Vec<NavSection>,
    /// Every mention of a page or another address, in the order of the file.
    pub entries: Vec<NavEntry>,
    /// The rest entries of the `awesome-pages` plugin.
    pub rests: Vec<Rest>,
    /// The first entry of each page; see [`Nav::entry_of`].
    by_page: OnceLock<HashMap<String, usize>>,
}

/// A list of items under one title.
#[derive(Debug, Clone)]
pub struct NavSection {
    /// As written; none for the navigation itself.
    pub title: Option<String>,
    pub parent: Option<usize>,
    pub items: Vec<NavItem>,
    pub shape: Shape,
    /// Bytes from the title, or from the first item of the navigation itself, to the last content.
    pub span: Range<usize>,
    /// The way from the navigation to the list, see [`NavEntry::trail`].
    pub trail: Vec<usize>,
}

/// How a section's items are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// `- item`, each on lines of its own.
    Block,
    /// `[item, item]`.
    Flow,
    /// `title: page` without dashes, which MkDocs takes with a warning.
    Mapping,
    /// It is elsewhere: an alias, a merge key, the default of `!ENV`.
    Elsewhere,
}

#[derive(Debug, Clone)]
pub struct NavItem {
    pub what: What,
    /// The bytes of its content, the dash not included.
    pub span: Range<usize>,
    /// Its line or lines, where it has them to itself: from the dash through the last line break.
    pub lines: Option<Range<usize>>,
}

/// What an item is, as an index into the lists of [`NavTree`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    Entry(usize),
    NavSection(usize),
    Rest(usize),
}

/// One mention of a page, of another file or of an address.
#[derive(Debug, Clone)]
pub struct NavEntry {
    /// As written; YAML 1.1 may read another value, such as a boolean from `yes`.
    pub title: Option<String>,
    /// As written.
    pub target: String,
    /// The page it names for MkDocs, from the repository's root; none for addresses, for paths that
    /// leave the docs folder and for forms that MkDocs does not resolve.
    pub doc: Option<String>,
    /// The page its author may have meant, where MkDocs does not resolve the form: `../`, `\`, `%20`,
    /// a leading `/`.
    pub meant: Option<String>,
    /// Bytes of the target, its quotes included; of the alias or the tagged list that stands for it.
    pub span: Range<usize>,
    /// The whole line or lines of the entry, the line break included.
    pub line_span: Range<usize>,
    /// The titles of the sections around it, outermost first.
    pub section: Vec<String>,
    /// The section that holds it, and which of its items it is.
    pub parent: usize,
    pub item: usize,
    /// The way from the navigation to the item: the index of each child on it.
    pub trail: Vec<usize>,
    /// Its text is elsewhere: an alias, a merge key, the default of `!ENV`.
    pub elsewhere: bool,
    /// How title and target are quoted.
    pub title_style: Option<Style>,
    pub target_style: Style,
}

/// An entry that stands for the pages that are named nowhere.
#[derive(Debug, Clone)]
pub struct Rest {
    pub text: String,
    pub pattern: RestPattern,
    pub span: Range<usize>,
}

impl Nav {
    /// The entries, in the order of the file; none where the navigation is not written out.
    pub fn entries(&self) -> &[NavEntry] {
        match self {
            Nav::Listed(tree) => &tree.entries,
            _ => &[],
        }
    }

    /// The first entry of a page, a path from the repository's root.
    ///
    /// Every page of a site may be asked for, and every one has an entry: it is looked up.
    pub fn entry_of(&self, path: &str) -> Option<usize> {
        let tree = self.tree()?;
        let index = || {
            let pages = tree.entries.iter().enumerate().rev();
            pages.filter_map(|(at, entry)| Some((entry.doc.clone()?, at))).collect()
        };
        tree.by_page.get_or_init(index).get(path).copied()
    }

    pub fn tree(&self) -> Option<&NavTree> {
        match self {
            Nav::Listed(tree) => Some(tree),
            _ => None,
        }
    }
}

impl NavTree {
    /// The titles of a section and of those around it, outermost first.
    pub fn titles(&self, section: usize) -> Vec<String> {
        let mut titles = Vec::new();
        let mut at = Some(section);
        while let Some(section) = at.and_then(|i| self.sections.get(i)) {
            titles.extend(section.title.clone());
            at = section.parent;
        }
        titles.reverse();
        titles
    }
}

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

/// The span of a value for a message, of its key where the value has no bytes.
fn visible(doc: &YamlDocument, key: NodeId, value: NodeId) -> Range<usize> {
    let span = &doc.written(value).span;
    if span.is_empty() { doc.written(key).span.clone() } else { span.clone() }
}

/// Where the reader is.
#[derive(Debug, Clone, Default)]
struct Position {
    parent: Option<usize>,
    trail: Vec<usize>,
    elsewhere: bool,
}

impl Position {
    fn down(&self, child: usize, elsewhere: bool) -> Position {
        let mut trail = self.trail.clone();
        trail.push(child);
        Position { parent: self.parent, trail, elsewhere: self.elsewhere || elsewhere }
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
        if position.trail.len() > 2 * MAX_DEPTH {
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
            trail: position.trail.clone(),
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
        for (index, item) in items.iter().enumerate() {
            let (target, found) = value::resolve(self.doc, *item);
            let mut at = position.down(index, target != *item);
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
                    self.pair(section, *item, key, inner, &at.down(0, merged))?;
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
        let below = Position { elsewhere: position.elsewhere || target != inner, ..position.clone() };
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
                for (index, (key, value, merged)) in pairs.into_iter().enumerate() {
                    let mut at = below.down(index, merged);
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
                return Err(Refusal::fault(span, format!("the rest entry `{text}` stands twice")));
            }
            if self.tree.rests.len() == MAX_RESTS {
                let message = "`nav` has too many rest entries to be read".into();
                return Err(Refusal { span, message, cause: YamlCause::TooLarge });
            }
            self.item(section, item, What::Rest(self.tree.rests.len()));
            self.tree.rests.push(Rest { text: text.into(), pattern, span });
            return Ok(());
        }
        let (doc, meant) = self.names(text);
        let style = |id: NodeId| match self.doc.node(id).kind {
            NodeKind::Scalar { style, .. } => style,
            _ => Style::Plain,
        };
        let entry = NavEntry {
            title: key.map(|k| self.source(k)),
            target: text.into(),
            doc,
            meant,
            line_span: self.text.line_range(span.start).start..self.text.line_range(span.end).end,
            span,
            section: self.tree.titles(section),
            parent: section,
            item: self.tree.sections[section].items.len(),
            trail: position.trail.clone(),
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

    /// The page a target names for MkDocs, and the one it may have been meant to name.
    fn names(&self, target: &str) -> (Option<String>, Option<String>) {
        let Some(docs_dir) = self.settings.docs_dir else { return (None, None) };
        let page = |path: &str| url_path::is_page(path).then(|| url_path::join(docs_dir, path)).flatten();
        let looked_up = if self.settings.absolute_links { target.trim_start_matches('/') } else { target };
        if url_path::is_address(looked_up) {
            return (None, None);
        }
        let parts = || looked_up.split('/').filter(|part| !part.is_empty() && *part != ".");
        // MkDocs drops `.` and doubled slashes and compares what is left: `..` stays and finds nothing.
        if !looked_up.starts_with('/') && parts().all(|part| part != "..") {
            let path = parts().collect::<Vec<_>>().join("/");
            if !path.contains(['\\', '%']) || !url_path::is_page(&path) {
                return (page(&path), None);
            }
            let lenient = url_path::percent_decoded(&path.replace('\\', "/"));
            return (page(&path), page(&lenient).filter(|meant| Some(meant) != page(&path).as_ref()));
        }
        let lenient = url_path::percent_decoded(&looked_up.replace('\\', "/"));
        (None, page(lenient.trim_start_matches('/')))
    }
}
