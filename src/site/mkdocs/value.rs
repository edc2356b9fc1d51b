//! What the nodes of a file become in Python: the constructors of PyYAML as MkDocs sets them up.
//!
//! Values are looked at, never built: a mapping is merged when somebody asks for its keys.

use super::scalar::{self, Type};
use super::yaml::{NodeId, NodeKind, Refusal, Style, YamlCause, YamlDocument, YamlNode};
use std::collections::HashMap;

/// Most `key: value` pairs that merge keys (`<<`) may add up to in one mapping.
const MAX_MERGED: usize = 10_000;
/// Deepest chain of merge keys.
const MAX_MERGE_DEPTH: usize = 32;

/// Longest chain of `!ENV` in the default of `!ENV`.
const MAX_DEFAULTS: usize = 16;

const CORE: &str = "tag:yaml.org,2002:";

/// A value as Python would have it.
#[derive(Debug, Clone, Copy)]
pub enum Value<'d> {
    Null,
    Str(&'d str),
    /// A list; its items.
    Seq(&'d [NodeId]),
    /// A mapping; ask [`pairs`] for its keys.
    Map,
    /// Anything else, in words for a message: `a number`.
    Other(&'static str),
}

impl Value<'_> {
    /// The value in words, for a message.
    pub fn describe(&self) -> &'static str {
        match self {
            Value::Null => "nothing",
            Value::Str(_) => "text",
            Value::Seq(_) => "a list",
            Value::Map => "a mapping",
            Value::Other(what) => what,
        }
    }
}

/// A node's value, and the node it is in: another where `!ENV` falls back to its default.
///
/// The environment counts as empty, so that the same files mean the same everywhere.
pub fn resolve(doc: &YamlDocument, id: NodeId) -> (NodeId, Value<'_>) {
    let mut id = doc.target(id);
    // Defaults may be `!ENV` again; by an alias, one could even name its own list.
    for _ in 0..MAX_DEFAULTS {
        if doc.node(id).tag.as_deref() != Some("!ENV") {
            break;
        }
        match &doc.node(id).kind {
            NodeKind::Sequence { items, .. } if items.len() > 1 => id = doc.target(items[items.len() - 1]),
            _ => return (id, Value::Null),
        }
    }
    let node = doc.node(id);
    let value = match &node.kind {
        NodeKind::Scalar { value, .. } => match type_of(node) {
            None => Value::Other("a tagged value"),
            Some(Type::Null) => Value::Null,
            Some(Type::Bool) => Value::Other("a boolean"),
            Some(Type::Int | Type::Float) => Value::Other("a number"),
            Some(Type::Date) => Value::Other("a date"),
            Some(Type::Str | Type::Merge | Type::Value) => Value::Str(value),
        },
        NodeKind::Sequence { items, .. } => match node.tag.as_deref().map(core) {
            None | Some("!" | "seq") => Value::Seq(items),
            _ => Value::Other("a tagged list"),
        },
        NodeKind::Mapping { .. } => match node.tag.as_deref().map(core) {
            None | Some("!" | "map") => Value::Map,
            _ => Value::Other("a tagged mapping"),
        },
        NodeKind::Alias(_) => Value::Null,
    };
    (id, value)
}

fn core(tag: &str) -> &str {
    tag.strip_prefix(CORE).unwrap_or(tag)
}

/// The type of a scalar; none where its tag makes it something of Python's own.
fn type_of(node: &YamlNode) -> Option<Type> {
    let NodeKind::Scalar { value, style } = &node.kind else { return None };
    match node.tag.as_deref().map(core) {
        None if *style == Style::Plain => Some(scalar::implicit_type(value)),
        None | Some("!" | "str") => Some(Type::Str),
        _ => None,
    }
}

/// What Python takes a key for; equal for keys that are one to Python.
fn identity(doc: &YamlDocument, id: NodeId) -> String {
    let node = doc.node(id);
    match &node.kind {
        NodeKind::Scalar { value, .. } => format!("{:?} {value}", type_of(node)),
        _ => format!("node {id}"),
    }
}

/// The keys and values of a mapping with its merge keys resolved, each key once, the last one's value.
///
/// The third part says whether the pair came in through a merge key.
pub fn pairs(doc: &YamlDocument, id: NodeId) -> Result<Vec<(NodeId, NodeId, bool)>, Refusal> {
    let mut flat = Vec::new();
    merged_into(doc, id, 0, &mut flat)?;
    let mut place: HashMap<String, usize> = HashMap::with_capacity(flat.len());
    let mut out: Vec<(NodeId, NodeId, bool)> = Vec::with_capacity(flat.len());
    for (key, value, depth) in flat {
        let entry = (key, value, depth > 0);
        match *place.entry(identity(doc, key)).or_insert(out.len()) {
            at if at < out.len() => out[at] = entry,
            _ => out.push(entry),
        }
    }
    Ok(out)
}

fn merged_into(
    doc: &YamlDocument,
    id: NodeId,
    depth: usize,
    out: &mut Vec<(NodeId, NodeId, usize)>,
) -> Result<(), Refusal> {
    let node = doc.node(id);
    let NodeKind::Mapping { pairs, .. } = &node.kind else { return Ok(()) };
    let too_much = |message: &str| doc.refusal(YamlCause::TooLarge, node.span.clone(), message);
    if depth > MAX_MERGE_DEPTH {
        return Err(too_much("merge keys nested too deeply to follow"));
    }
    for (_, value) in pairs.iter().filter(|(key, _)| is_merge(doc.node(*key))) {
        match &doc.node(*value).kind {
            // The first mapping of the list wins, so it comes last.
            NodeKind::Sequence { items, .. } => {
                for item in items.iter().rev() {
                    merged_into(doc, *item, depth + 1, out)?;
                }
            }
            _ => merged_into(doc, *value, depth + 1, out)?,
        }
        if out.len() > MAX_MERGED {
            return Err(too_much("merge keys that add up to too many keys to follow"));
        }
    }
    out.extend(pairs.iter().filter(|(k, _)| !is_merge(doc.node(*k))).map(|(k, v)| (*k, *v, depth)));
    Ok(())
}

fn is_merge(node: &YamlNode) -> bool {
    node.tag.as_deref() == Some("tag:yaml.org,2002:merge") || type_of(node) == Some(Type::Merge)
}

/// The first thing for which PyYAML has no constructor, as MkDocs sets it up: the file does not load.
pub fn check(doc: &YamlDocument) -> Result<(), Refusal> {
    for (id, node) in doc.nodes() {
        if let Some(tag) = node.tag.as_deref().filter(|tag| !is_known(tag, &node.kind)) {
            let message = format!("MkDocs does not know the tag `{tag}` here");
            return Err(doc.fault(node.span.clone(), message));
        }
        match &node.kind {
            NodeKind::Scalar { value, .. } => {
                if !node.is_key && matches!(type_of(node), Some(Type::Merge | Type::Value)) {
                    let message = format!("PyYAML cannot read a bare `{value}` as a value");
                    return Err(doc.fault(node.span.clone(), message));
                }
            }
            NodeKind::Mapping { pairs, .. } => {
                for (key, value) in pairs {
                    check_pair(doc, id, *key, *value)?;
                }
            }
            NodeKind::Alias(_) | NodeKind::Sequence { .. } => {}
        }
    }
    Ok(())
}

/// Whether MkDocs takes a tag; those of PyYAML itself are all alike here.
fn is_known(tag: &str, kind: &NodeKind) -> bool {
    match kind {
        NodeKind::Mapping { .. } => tag == "!" || tag.starts_with(CORE),
        _ => matches!(tag, "!" | "!ENV" | "!relative") || tag.starts_with(CORE),
    }
}

fn check_pair(doc: &YamlDocument, mapping: NodeId, key: NodeId, value: NodeId) -> Result<(), Refusal> {
    let key_node = doc.node(key);
    let span = doc.span(key);
    if is_merge(key_node) {
        let is_mapping = |id: NodeId| matches!(doc.node(id).kind, NodeKind::Mapping { .. }) && id != mapping;
        let fine = match &doc.node(value).kind {
            NodeKind::Mapping { .. } => true,
            NodeKind::Sequence { items, .. } => items.iter().all(|i| is_mapping(*i)),
            _ => false,
        };
        let fault = || doc.fault(span, "`<<` takes a mapping or a list of mappings");
        return if fine { Ok(()) } else { Err(fault()) };
    }
    match (&key_node.kind, key_node.tag.as_deref().map(core)) {
        (NodeKind::Scalar { .. }, _) | (NodeKind::Sequence { .. }, Some("python/tuple")) => Ok(()),
        _ => Err(doc.fault(span, "a list or a mapping cannot be a key")),
    }
}

/// A value in a file, and the key that it has there.
#[derive(Debug, Clone, Copy)]
pub struct Setting<'d> {
    pub doc: &'d YamlDocument,
    pub key: NodeId,
    pub node: NodeId,
}

impl<'d> Setting<'d> {
    /// All of a file, where there is something in it.
    pub fn root(doc: &'d YamlDocument) -> Option<Self> {
        doc.root.map(|node| Setting { doc, key: node, node })
    }

    pub fn value(self) -> Value<'d> {
        resolve(self.doc, self.node).1
    }

    pub fn text(self) -> Option<&'d str> {
        match self.value() {
            Value::Str(text) => Some(text),
            _ => None,
        }
    }

    /// The items of a list; none of anything else.
    pub fn items(self) -> impl Iterator<Item = Setting<'d>> {
        let items = match self.value() {
            Value::Seq(items) => items,
            _ => &[],
        };
        items.iter().map(move |item| Setting { key: *item, node: *item, ..self })
    }

    /// The keys and values of a mapping; none of anything else.
    pub fn pairs(self) -> Result<Vec<Setting<'d>>, Refusal> {
        let (node, Value::Map) = resolve(self.doc, self.node) else { return Ok(Vec::new()) };
        let pairs = pairs(self.doc, node)?;
        Ok(pairs.into_iter().map(|(key, node, _)| Setting { key, node, ..self }).collect())
    }

    /// The value of a text key; none where this is no mapping or lacks the key.
    pub fn get(self, key: &str) -> Result<Option<Setting<'d>>, Refusal> {
        let is_it = |pair: &Setting| matches!(resolve(self.doc, pair.key).1, Value::Str(s) if s == key);
        Ok(self.pairs()?.into_iter().find(is_it))
    }

    /// Whether it is the boolean false.
    pub fn is_false(self) -> bool {
        let node = self.doc.node(resolve(self.doc, self.node).0);
        let is_no = |value: &str| matches!(value.to_ascii_lowercase().as_str(), "no" | "false" | "off");
        matches!(&node.kind, NodeKind::Scalar { value, .. } if is_no(value))
            && type_of(node) == Some(Type::Bool)
    }

    /// A fault at its key.
    pub fn fault(self, message: impl Into<String>) -> Refusal {
        self.doc.fault(self.doc.span(self.key), message)
    }
}
