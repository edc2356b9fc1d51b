//! A YAML file as a tree of nodes with byte spans, the way PyYAML composes it.
//!
//! The only file that knows the parser's events. It does not give values a type (see `scalar`), nor
//! expand aliases: an alias is a node of its own that names another, so that a file of aliases to
//! aliases costs no more than its length.

use crate::text::Text;
/// How a scalar is written.
pub use granit_parser::ScalarStyle as Style;
use granit_parser::{ErrorKind, Event, Parser, Span as Mark, StructureStyle, Tag};
use serde::de::IgnoredAny;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::ops::Range;

/// Deepest nesting of collections that is read; the parser refuses more.
const MAX_DEPTH: usize = 200;

/// A node's place in [`YamlDocument::nodes`].
pub type NodeId = usize;

#[derive(Debug, Clone, Default)]
pub struct YamlDocument {
    /// From the root of the repository.
    pub path: String,
    pub text: Text,
    nodes: Vec<YamlNode>,
    /// None for a file without a node: MkDocs takes it for an empty mapping.
    pub root: Option<NodeId>,
    /// Byte spans of the comments, `#` included, the line break not.
    pub comments: Vec<Range<usize>>,
}

#[derive(Debug, Clone)]
pub struct YamlNode {
    pub kind: NodeKind,
    /// Bytes of the content: of a scalar with its quotes, without anchor, tag and trailing blanks.
    pub span: Range<usize>,
    /// Where the node begins, its anchor and tag included.
    pub start: usize,
    /// The tag in full, such as `tag:yaml.org,2002:str` or `!ENV`.
    pub tag: Option<String>,
    /// Whether it is the key of a mapping.
    pub is_key: bool,
    /// Whether it is a collection between brackets.
    pub is_flow: bool,
}

#[derive(Debug, Clone)]
pub enum NodeKind {
    Scalar { value: String, style: Style },
    Sequence(Vec<NodeId>),
    Mapping(Vec<(NodeId, NodeId)>),
    Alias(NodeId),
}

/// Why a file is no YAML, or none that is read here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub path: String,
    /// Bytes of the file at `path`.
    pub span: Range<usize>,
    pub message: String,
    pub cause: YamlCause,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum YamlCause {
    /// MkDocs could not load the file either.
    Fault,
    /// MkDocs may well load it; it is not understood here.
    NotReadHere,
    /// More than one of the limits here allows, however it came about.
    TooLarge,
}

impl YamlDocument {
    /// A fault for which MkDocs refuses the file.
    pub fn fault(&self, span: Range<usize>, message: impl Into<String>) -> Refusal {
        self.refusal(YamlCause::Fault, span, message)
    }

    pub fn refusal(&self, cause: YamlCause, span: Range<usize>, message: impl Into<String>) -> Refusal {
        Refusal { path: self.path.clone(), span, message: message.into(), cause }
    }

    /// Bytes of the node as it is, alias or not.
    pub fn span(&self, id: NodeId) -> Range<usize> {
        self.nodes[id].span.clone()
    }

    /// The node itself, or the one an alias names.
    pub fn node(&self, id: NodeId) -> &YamlNode {
        &self.nodes[self.target(id)]
    }

    /// The node that an alias names, else the node itself.
    pub fn target(&self, id: NodeId) -> NodeId {
        if let NodeKind::Alias(target) = self.nodes[id].kind { target } else { id }
    }

    /// Every node, in the order in which they begin.
    pub fn nodes(&self) -> impl Iterator<Item = (NodeId, &YamlNode)> {
        self.nodes.iter().enumerate()
    }

    /// Reads one document; a byte order mark at the start is skipped.
    pub fn parse(path: &str, text: Text) -> Result<YamlDocument, Refusal> {
        let offset = text.bom_len();
        // To PyYAML a byte order mark within the text is a letter like any other.
        let source = text.as_str()[offset..].replace('\u{feff}', "\u{fffd}");
        let document = YamlDocument { path: path.into(), text, ..YamlDocument::default() };
        let mut builder = Builder { document, offset, ..Builder::default() };
        let options = granit_parser::options! {
            emit_anchor_events: true,
            max_buffered_comment_events: 1 << 20,
            flow_nesting_limit: MAX_DEPTH,
            block_nesting_limit: MAX_DEPTH,
        };
        for event in Parser::new_from_str_with_options(&source, options) {
            match event {
                Ok((event, mark)) => builder.take(event, &mark)?,
                Err(error) => {
                    let text = &builder.document.text;
                    let at = text.clamp(offset + error.marker().byte_offset().unwrap_or(0));
                    let (cause, message) = (cause(text, error.kind()), human(&error.kind().to_string()));
                    // The parser points at the text before the tab.
                    let tab = text.as_str()[at..].find('\t').filter(|_| message.ends_with("found a tab"));
                    let at = at + tab.unwrap_or(0);
                    return Err(builder.document.refusal(cause, at..at, message));
                }
            }
        }
        Ok(builder.document)
    }
}

/// Whether the parser alone refuses the text. libyaml is PyYAML's sister: where it reads on (a quoted
/// text that goes on at the margin, say), MkDocs most likely does.
fn cause(text: &Text, kind: &ErrorKind) -> YamlCause {
    if matches!(kind, ErrorKind::RecursionLimitExceeded) {
        return YamlCause::TooLarge;
    }
    let read: Result<IgnoredAny, _> = serde_yaml::from_str(&text.as_str()[text.bom_len()..]);
    if read.is_ok() { YamlCause::NotReadHere } else { YamlCause::Fault }
}

/// The parser's sentence in our style: lower case, no final period.
fn human(sentence: &str) -> String {
    let mut chars = sentence.trim_end_matches('.').chars();
    let first: String = chars.by_ref().take(1).flat_map(char::to_lowercase).collect();
    format!("not valid YAML: {first}{}", chars.as_str())
}

#[derive(Default)]
struct Builder {
    document: YamlDocument,
    offset: usize,
    /// Open collections, and for mappings the key that waits for its value.
    open: Vec<(NodeId, Option<NodeId>)>,
    anchors: HashMap<usize, NodeId>,
    names: HashSet<String>,
}

impl Builder {
    fn span(&self, mark: &Mark) -> Range<usize> {
        let range = mark.byte_range().unwrap_or(0..0);
        self.document.text.clamped(range.start + self.offset..range.end + self.offset)
    }

    fn take(&mut self, event: Event<'_>, mark: &Mark) -> Result<(), Refusal> {
        let span = self.span(mark);
        let tag_start = mark.tag_start().and_then(|m| m.byte_offset()).map(|o| o + self.offset);
        let node = |kind, span: Range<usize>, tag: Option<Cow<Tag>>| {
            let start = tag_start.unwrap_or(span.start).min(span.start);
            let tag = tag.map(|tag| format!("{}{}", tag.handle(), tag.suffix()));
            YamlNode { kind, span, start, tag, is_key: false, is_flow: false }
        };
        match event {
            Event::DocumentStart(..) if self.document.root.is_some() => {
                return Err(self.document.fault(span, "more than one YAML document in the file"));
            }
            Event::Comment(..) => self.document.comments.push(span),
            Event::Anchor(_, name) => self.anchor(&name, span)?,
            Event::Scalar(value, style, anchor, tag) => {
                let span = self.without_trailing_blanks(span);
                if style == Style::Plain && span.is_empty() && anchor == 0 && tag.is_none() {
                    self.refuse_value_without_key(&span)?;
                }
                self.refuse_question_mark(&span, style)?;
                let kind = NodeKind::Scalar { value: value.into_owned(), style };
                self.add(node(kind, span, tag), anchor);
            }
            Event::SequenceStart(style, anchor, tag) => {
                self.begin(node(NodeKind::Sequence(Vec::new()), span, tag), style, anchor);
            }
            Event::MappingStart(style, anchor, tag) => {
                self.begin(node(NodeKind::Mapping(Vec::new()), span, tag), style, anchor);
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(&span),
            Event::Alias(anchor) => {
                let target = self.anchors.get(&anchor).copied();
                let target = target.ok_or_else(|| self.document.fault(span.clone(), "unknown alias"))?;
                self.name(self.document.text.slice(span.start + 1..span.end).to_owned(), &span)?;
                self.add(node(NodeKind::Alias(target), span, None), 0);
            }
            _ => {}
        }
        Ok(())
    }

    /// `: value` without a key is YAML 1.2 only, unless a `? ` comes before.
    fn refuse_value_without_key(&self, span: &Range<usize>) -> Result<(), Refusal> {
        let Some((mapping, None)) = self.open.last() else { return Ok(()) };
        let NodeKind::Mapping(_) = self.document.nodes[*mapping].kind else { return Ok(()) };
        let mut before = self.document.text.slice(0..span.start).trim_end();
        for comment in self.document.comments.iter().rev().take_while(|c| c.end == before.len()) {
            before = self.document.text.slice(0..comment.start).trim_end();
        }
        if before.ends_with('?') {
            return Ok(());
        }
        let end = self.document.text.clamp(span.start + 1);
        Err(self.document.fault(span.start..end, "not valid YAML: a value without a key"))
    }

    /// Between brackets PyYAML takes every `?` for a key, even in the middle of an address.
    fn refuse_question_mark(&self, span: &Range<usize>, style: Style) -> Result<(), Refusal> {
        let is_flow = self.open.last().is_some_and(|(id, _)| self.document.nodes[*id].is_flow);
        if !is_flow || style != Style::Plain {
            return Ok(());
        }
        let Some(at) = self.document.text.slice(span.clone()).find('?') else { return Ok(()) };
        let at = span.start + at..span.start + at + 1;
        Err(self.document.fault(at, "PyYAML wants text with a `?` between brackets in quotes"))
    }

    fn add(&mut self, node: YamlNode, anchor: usize) -> NodeId {
        let id = self.document.nodes.len();
        self.document.nodes.push(node);
        if anchor != 0 {
            self.anchors.insert(anchor, id);
        }
        match self.open.last_mut() {
            None => self.document.root = Some(id),
            Some((parent, key)) => match (&mut self.document.nodes[*parent].kind, key.take()) {
                (NodeKind::Sequence(items), _) => items.push(id),
                (NodeKind::Mapping(pairs), Some(key)) => pairs.push((key, id)),
                _ => {
                    *key = Some(id);
                    self.document.nodes[id].is_key = true;
                }
            },
        }
        id
    }

    fn begin(&mut self, collection: YamlNode, style: StructureStyle, anchor: usize) {
        let is_flow = style == StructureStyle::Flow;
        let id = self.add(YamlNode { is_flow, ..collection }, anchor);
        self.open.push((id, None));
    }

    /// Ends a collection: a block one ends where its last content does, not where the next begins.
    fn close(&mut self, span: &Range<usize>) {
        let Some((id, _)) = self.open.pop() else { return };
        let nodes = &self.document.nodes;
        let (first, last) = match &nodes[id].kind {
            NodeKind::Sequence(items) => (None, items.last().copied()),
            NodeKind::Mapping(pairs) => {
                let last = |(key, value): &(NodeId, NodeId)| {
                    if nodes[*value].span.is_empty() { *key } else { *value }
                };
                (pairs.first().map(|(key, _)| nodes[*key].start), pairs.last().map(last))
            }
            NodeKind::Scalar { .. } | NodeKind::Alias(_) => return,
        };
        let last_end = last.map(|last| nodes[last].span.end);
        let node = &mut self.document.nodes[id];
        if node.is_flow {
            node.span.end = span.end.max(node.span.start);
        } else {
            node.span.end = last_end.unwrap_or(0).max(node.span.start);
            node.start = node.start.min(first.unwrap_or(node.start));
        }
    }

    fn anchor(&mut self, name: &str, span: Range<usize>) -> Result<(), Refusal> {
        self.name(name.to_owned(), &span)?;
        if !self.names.insert(name.to_owned()) {
            return Err(self.document.fault(span, format!("the anchor `{name}` is defined twice")));
        }
        // Comes right after its node, which is the last one made.
        if let Some(node) = self.document.nodes.last_mut() {
            node.start = node.start.min(span.start);
        }
        Ok(())
    }

    /// PyYAML knows letters, digits, `-` and `_` in the names of anchors; YAML 1.2 nearly everything.
    fn name(&self, name: String, span: &Range<usize>) -> Result<(), Refusal> {
        let known = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        let Some(odd) = name.bytes().position(|b| !known(b)) else { return Ok(()) };
        let message = format!("PyYAML takes only letters, digits, `-` and `_` in an anchor: `{name}`");
        // At these PyYAML ends the name and reads on: `&a:` is an anchor and a colon.
        let reads_on = odd > 0 && b"?:,]}%@`".contains(&name.as_bytes()[odd]);
        let cause = if reads_on { YamlCause::NotReadHere } else { YamlCause::Fault };
        Err(self.document.refusal(cause, span.clone(), message))
    }

    /// Spans of block scalars take the line break along, those of others sometimes blanks.
    fn without_trailing_blanks(&self, span: Range<usize>) -> Range<usize> {
        let slice = self.document.text.slice(span.clone());
        span.start..span.start + slice.trim_end_matches([' ', '\t', '\r', '\n']).len()
    }
}
