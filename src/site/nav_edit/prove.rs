//! The proof of an edit: the file before and after means the same but for one entry.
//!
//! It compares what the parser reads, not what the editor meant to do.

use crate::site::mkdocs::scalar;
use crate::site::mkdocs::yaml::{NodeId, NodeKind, Style, YamlDocument};
use crate::text::Text;
use std::ops::Range;

/// The one difference that an edit may make.
pub enum NavChange<'c> {
    Inserted {
        trail: Vec<usize>,
        title: Option<&'c str>,
        target: &'c str,
    },
    Removed {
        trail: Vec<usize>,
    },
    /// With a title, a text becomes a pair.
    Retargeted {
        trail: Vec<usize>,
        title: Option<&'c str>,
        target: &'c str,
    },
}

/// Whether the edited file means what the old one meant but for the change.
pub fn prove(old: &Text, range: Range<usize>, inserted: &str, change: &NavChange<'_>) -> Result<(), String> {
    let doubt = |what: &str| Err(format!("a single line would change more than the entry ({what})"));
    let (Some(head), Some(tail)) = (old.as_str().get(..range.start), old.as_str().get(range.end..)) else {
        return doubt("the span is not in the file");
    };
    let edited = format!("{head}{inserted}{tail}");
    let new = Text::new(edited.as_bytes());
    let Ok(before) = YamlDocument::parse(old) else { return doubt("the file is no YAML") };
    let way = match change {
        // The item that will be there is new; the lists around it may be shared.
        NavChange::Inserted { trail, .. } => &trail[..trail.len().saturating_sub(1)],
        _ => change.trail(),
    };
    if is_shared(&before, way) {
        return Err("the list is used in a second place by an alias".into());
    }
    let Ok(after) = YamlDocument::parse(&new) else { return doubt("the file would be no YAML any more") };
    let (Some(mut wanted), Some(got)) = (outline(&before), outline(&after)) else {
        return doubt("the file would be empty");
    };
    if !change.apply(&mut wanted) || wanted != got {
        return doubt("other entries would move");
    }
    Ok(())
}

/// A file's nodes as plain nested values, aliases as the number of the node they name.
#[derive(Debug, Clone, PartialEq)]
enum NavOutline {
    Scalar {
        tag: Option<String>,
        kind: Option<scalar::Type>,
        value: String,
    },
    Seq(Option<String>, Vec<NavOutline>),
    Map(Option<String>, Vec<(NavOutline, NavOutline)>),
    /// The content of the node that it names, without what that holds in turn by alias.
    Alias(Box<NavOutline>),
}

fn outline(doc: &YamlDocument) -> Option<NavOutline> {
    doc.root.map(|root| outline_of(doc, root))
}

fn outline_of(doc: &YamlDocument, id: NodeId) -> NavOutline {
    let node = doc.written(id);
    let tag = node.tag.clone();
    match &node.kind {
        NodeKind::Scalar { value, style } => {
            let implicit = tag.is_none() && *style == Style::Plain;
            let kind = implicit.then(|| scalar::implicit_type(value)).filter(|k| *k != scalar::Type::Str);
            NavOutline::Scalar { tag, kind, value: value.clone() }
        }
        NodeKind::Sequence { items, .. } => {
            NavOutline::Seq(tag, items.iter().map(|i| outline_of(doc, *i)).collect())
        }
        NodeKind::Mapping { pairs, .. } => NavOutline::Map(
            tag,
            pairs.iter().map(|(k, v)| (outline_of(doc, *k), outline_of(doc, *v))).collect(),
        ),
        NodeKind::Alias(target) => NavOutline::Alias(Box::new(shallow(doc, *target))),
    }
}

/// A node without its children: enough to see that an alias still names the same anchor, since names of
/// anchors are unique and an edit adds none.
fn shallow(doc: &YamlDocument, id: NodeId) -> NavOutline {
    let node = doc.written(id);
    match &node.kind {
        NodeKind::Sequence { .. } => NavOutline::Seq(node.tag.clone(), Vec::new()),
        NodeKind::Mapping { .. } => NavOutline::Map(node.tag.clone(), Vec::new()),
        NodeKind::Scalar { .. } => outline_of(doc, id),
        NodeKind::Alias(_) => NavOutline::Seq(None, Vec::new()),
    }
}

fn text_outline(text: &str) -> NavOutline {
    NavOutline::Scalar { tag: None, kind: None, value: text.into() }
}

fn item_outline(title: Option<&str>, target: &str) -> NavOutline {
    match title {
        Some(title) => NavOutline::Map(None, vec![(text_outline(title), text_outline(target))]),
        None => text_outline(target),
    }
}

impl NavChange<'_> {
    fn trail(&self) -> &[usize] {
        match self {
            NavChange::Inserted { trail, .. }
            | NavChange::Removed { trail }
            | NavChange::Retargeted { trail, .. } => trail,
        }
    }

    /// Makes the change in the old outline; false where the trail does not lead there.
    fn apply(&self, root: &mut NavOutline) -> bool {
        let Some((last, way)) = self.trail().split_last() else { return false };
        let NavOutline::Map(_, pairs) = root else { return false };
        let nav = text_outline("nav");
        let Some((_, start)) = pairs.iter_mut().rfind(|(key, _)| *key == nav) else { return false };
        let Some(parent) = way.iter().try_fold(start, |at, step| at.child(*step)) else { return false };
        match (self, parent) {
            (NavChange::Inserted { title, target, .. }, NavOutline::Seq(_, items))
                if *last <= items.len() =>
            {
                items.insert(*last, item_outline(*title, target));
            }
            (NavChange::Removed { .. }, NavOutline::Seq(_, items)) if *last < items.len() => {
                items.remove(*last);
            }
            (NavChange::Retargeted { title, target, .. }, parent) => match parent.child(*last) {
                Some(item @ NavOutline::Scalar { .. }) => *item = item_outline(*title, target),
                _ => return false,
            },
            _ => return false,
        }
        true
    }
}

impl NavOutline {
    fn child(&mut self, at: usize) -> Option<&mut NavOutline> {
        match self {
            NavOutline::Seq(_, items) => items.get_mut(at),
            NavOutline::Map(_, pairs) => pairs.get_mut(at).map(|(_, value)| value),
            _ => None,
        }
    }
}

/// Whether a node on the way from the root to the change is named by an alias somewhere: what is
/// changed there would change in two places.
fn is_shared(doc: &YamlDocument, trail: &[usize]) -> bool {
    let mut named: Vec<NodeId> = doc
        .nodes()
        .filter_map(|(_, node)| match node.kind {
            NodeKind::Alias(target) => Some(target),
            _ => None,
        })
        .collect();
    named.sort_unstable();
    let Some(root) = doc.root else { return false };
    let NodeKind::Mapping { pairs, .. } = &doc.written(root).kind else { return false };
    let is_nav = |id: NodeId| matches!(&doc.node(id).kind, NodeKind::Scalar { value, .. } if value == "nav");
    let Some((_, mut at)) = pairs.iter().rfind(|(key, _)| is_nav(*key)).copied() else { return false };
    let mut shared = named.binary_search(&at).is_ok();
    for step in trail {
        let below = match &doc.written(at).kind {
            NodeKind::Sequence { items, .. } => items.get(*step).copied(),
            NodeKind::Mapping { pairs, .. } => pairs.get(*step).map(|(_, value)| *value),
            _ => None,
        };
        let Some(below) = below else { break };
        at = below;
        shared |= named.binary_search(&at).is_ok();
    }
    shared
}
