//! What the nodes of a file become in Python: the constructors of PyYAML as MkDocs sets them up.
//!
//! Values are looked at, never built: a mapping is merged when somebody asks for its keys.

use super::yaml::{NodeId, NodeKind, Refusal, Style, YamlCause, YamlDocument, YamlNode};
use crate::text::{Pattern, pattern};
use indexmap::IndexMap;
use std::slice;

/// Most `key: value` pairs that merge keys (`<<`) may add up to in one mapping.
const MAX_MERGED: usize = 10_000;
/// Deepest chain of merge keys.
const MAX_MERGE_DEPTH: usize = 32;

/// Longest chain of `!ENV` in the default of `!ENV`.
const MAX_DEFAULTS: usize = 16;

const CORE: &str = "tag:yaml.org,2002:";

/// A value as Python would have it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value<'d> {
    Null,
    Bool(bool),
    Str(&'d str),
    /// `<<`, as a key.
    Merge,
    /// `=`, for which PyYAML has no constructor unless it is a key.
    Equals,
    /// A list; its items.
    Seq(&'d [NodeId]),
    /// A mapping; ask [`pairs`] for its keys.
    Map,
    /// A number, a date, or what its tag makes something of Python's own, in words for a message.
    Other(&'static str),
}

impl Value<'_> {
    /// The value in words, for a message.
    pub fn describe(&self) -> &'static str {
        match self {
            Value::Null => "nothing",
            Value::Bool(_) => "a boolean",
            Value::Str(_) => "text",
            Value::Merge => "<<",
            Value::Equals => "=",
            Value::Seq(_) => "a list",
            Value::Map => "a mapping",
            Value::Other(what) => what,
        }
    }
}

static NUMBER: Pattern = Pattern::new(|| {
    pattern(concat!(
        r"^(?:[-+]?(?:0b[01_]+|0[0-7_]+|0x[0-9a-fA-F_]+|0|[1-9][0-9_]*|[1-9][0-9_]*(?::[0-5]?[0-9])+)",
        r"|[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?",
        r"|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$"
    ))
});
static DATE: Pattern = Pattern::new(|| {
    pattern(concat!(
        r"^[0-9]{4}-(?:[0-9]{2}-[0-9]{2}|[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}",
        r":[0-9]{2}(?:\.[0-9]*)?(?:[ \t]*(?:Z|[-+][0-9]{1,2}(?::[0-9]{2})?))?)$"
    ))
});

/// What YAML 1.1 takes a plain scalar without a tag for.
pub fn implicit(value: &str) -> Value<'_> {
    let (digit, sign) = (value.starts_with(|c: char| c.is_ascii_digit()), value.starts_with(['-', '+', '.']));
    match value {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Value::Bool(true),
        "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Value::Bool(false),
        "<<" => Value::Merge,
        "=" => Value::Equals,
        // Keeps the expressions uncompiled for nearly every file there is.
        _ if !digit && !sign => Value::Str(value),
        _ if NUMBER.is_match(value) => Value::Other("a number"),
        _ if digit && DATE.is_match(value) => Value::Other("a date"),
        _ => Value::Str(value),
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
            NodeKind::Sequence(items) if items.len() > 1 => id = doc.target(items[items.len() - 1]),
            _ => return (id, Value::Null),
        }
    }
    (id, of_node(doc.node(id)))
}

fn of_node(node: &YamlNode) -> Value<'_> {
    match (&node.kind, node.tag.as_deref().map(core)) {
        (NodeKind::Scalar { value, style: Style::Plain }, None) => implicit(value),
        (NodeKind::Scalar { value, .. }, None | Some("!" | "str")) => Value::Str(value),
        (NodeKind::Scalar { .. }, _) => Value::Other("a tagged value"),
        (NodeKind::Sequence(items), None | Some("!" | "seq")) => Value::Seq(items),
        (NodeKind::Sequence(_), _) => Value::Other("a tagged list"),
        (NodeKind::Mapping(_), None | Some("!" | "map")) => Value::Map,
        (NodeKind::Mapping(_), _) => Value::Other("a tagged mapping"),
        (NodeKind::Alias(_), _) => Value::Null,
    }
}

fn core(tag: &str) -> &str {
    tag.strip_prefix(CORE).unwrap_or(tag)
}

/// What Python takes a key for, equal for keys that are one to Python: its kind, and its text or else which node it is.
fn identity(doc: &YamlDocument, id: NodeId) -> (&'static str, &str, Option<NodeId>) {
    let node = doc.node(id);
    let kind = of_node(node).describe();
    if let NodeKind::Scalar { value, .. } = &node.kind { (kind, value, None) } else { (kind, "", Some(id)) }
}

/// A key and its value, and through how many merge keys they came in.
type Pair = (NodeId, NodeId, usize);

/// The keys and values of a mapping with its merge keys resolved, each key once, the last one's value.
pub fn pairs(doc: &YamlDocument, id: NodeId) -> Result<Vec<Pair>, Refusal> {
    let mut flat = Vec::new();
    merged_into(doc, id, 0, &mut flat)?;
    // Most items of `nav` have one pair.
    if flat.len() == 1 {
        return Ok(flat);
    }
    let distinct: IndexMap<_, Pair> = flat.into_iter().map(|p| (identity(doc, p.0), p)).collect();
    Ok(distinct.into_values().collect())
}

fn merged_into(doc: &YamlDocument, id: NodeId, depth: usize, out: &mut Vec<Pair>) -> Result<(), Refusal> {
    let node = doc.node(id);
    let NodeKind::Mapping(pairs) = &node.kind else { return Ok(()) };
    let too_much = |message: &str| doc.refusal(YamlCause::TooLarge, node.span.clone(), message);
    if depth > MAX_MERGE_DEPTH {
        return Err(too_much("merge keys nested too deeply to follow"));
    }
    for (_, value) in pairs.iter().filter(|(key, _)| is_merge(doc.node(*key))) {
        let kind = &doc.node(*value).kind;
        let mappings = if let NodeKind::Sequence(items) = kind { items } else { slice::from_ref(value) };
        // The first mapping of a list wins, so it comes last.
        mappings.iter().rev().try_for_each(|mapping| merged_into(doc, *mapping, depth + 1, out))?;
        if out.len() > MAX_MERGED {
            return Err(too_much("merge keys that add up to too many keys to follow"));
        }
    }
    out.extend(pairs.iter().filter(|(k, _)| !is_merge(doc.node(*k))).map(|(k, v)| (*k, *v, depth)));
    Ok(())
}

fn is_merge(node: &YamlNode) -> bool {
    node.tag.as_deref() == Some("tag:yaml.org,2002:merge") || of_node(node) == Value::Merge
}

/// The first thing for which PyYAML has no constructor, as MkDocs sets it up: the file does not load.
pub fn check(doc: &YamlDocument) -> Result<(), Refusal> {
    for (id, node) in doc.nodes() {
        if let Some(tag) = node.tag.as_deref().filter(|tag| !is_known(tag, &node.kind)) {
            let message = format!("MkDocs does not know the tag `{tag}` here");
            return Err(doc.fault(node.span.clone(), message));
        }
        match &node.kind {
            NodeKind::Scalar { value, .. }
                if !node.is_key && matches!(of_node(node), Value::Merge | Value::Equals) =>
            {
                let message = format!("PyYAML cannot read a bare `{value}` as a value");
                return Err(doc.fault(node.span.clone(), message));
            }
            NodeKind::Mapping(pairs) => pairs.iter().try_for_each(|(k, v)| check_pair(doc, id, *k, *v))?,
            _ => {}
        }
    }
    Ok(())
}

/// Whether MkDocs takes a tag; those of PyYAML itself are all alike here.
fn is_known(tag: &str, kind: &NodeKind) -> bool {
    match kind {
        NodeKind::Mapping(_) => tag == "!" || tag.starts_with(CORE),
        _ => matches!(tag, "!" | "!ENV" | "!relative") || tag.starts_with(CORE),
    }
}

fn check_pair(doc: &YamlDocument, mapping: NodeId, key: NodeId, value: NodeId) -> Result<(), Refusal> {
    let key_node = doc.node(key);
    let span = doc.span(key);
    if is_merge(key_node) {
        let is_mapping = |id: NodeId| matches!(doc.node(id).kind, NodeKind::Mapping(_)) && id != mapping;
        let fine = match &doc.node(value).kind {
            NodeKind::Mapping(_) => true,
            NodeKind::Sequence(items) => items.iter().all(|i| is_mapping(*i)),
            _ => false,
        };
        let fault = || doc.fault(span, "`<<` takes a mapping or a list of mappings");
        return if fine { Ok(()) } else { Err(fault()) };
    }
    match (&key_node.kind, key_node.tag.as_deref().map(core)) {
        (NodeKind::Scalar { .. }, _) | (NodeKind::Sequence(_), Some("python/tuple")) => Ok(()),
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
        if let Value::Str(text) = self.value() { Some(text) } else { None }
    }

    /// The items of a list; none of anything else.
    pub fn items(self) -> impl Iterator<Item = Setting<'d>> {
        let items = if let Value::Seq(items) = self.value() { items } else { &[] };
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

    pub fn is_false(self) -> bool {
        self.value() == Value::Bool(false)
    }

    /// The fault that the setting `name` is not `what` it must be.
    pub fn must_be(self, name: &str, what: &str) -> Refusal {
        self.fault(format!("`{name}` must be {what}, found {}", self.value().describe()))
    }

    /// A fault at its key.
    pub fn fault(self, message: impl Into<String>) -> Refusal {
        self.doc.fault(self.doc.span(self.key), message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_scalars_have_the_types_of_yaml_1_1() {
        for (value, kind) in [
            ("yes", "a boolean"),
            ("y", "text"),
            ("Off", "a boolean"),
            ("oFF", "text"),
            ("~", "nothing"),
            ("1_000", "a number"),
            ("017", "a number"),
            ("08", "text"),
            ("12:30:00", "a number"),
            ("1:99", "text"),
            ("0o17", "text"),
            ("1e5", "text"),
            ("1.5e+3", "a number"),
            ("-.inf", "a number"),
            ("2024-01-31", "a date"),
            ("2024-1-31", "text"),
            ("2024-1-3 1:02:03 +1:00", "a date"),
            ("1.2.3", "text"),
            ("=", "="),
            ("<<", "<<"),
            ("...", "text"),
        ] {
            assert_eq!(implicit(value).describe(), kind, "{value}");
        }
    }
}
