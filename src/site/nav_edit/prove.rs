//! The proof of an edit: the file before and after means the same but for one entry.
//!
//! It compares what the parser reads, not what the editor meant to do.

use crate::site::mkdocs::NavTree;
use crate::site::mkdocs::nav_reader::reread;
use crate::site::mkdocs::yaml::{NodeKind, YamlDocument};
use crate::text::Text;
use serde_yaml::Value;
use std::ops::Range;
use std::sync::Arc;

/// An entry: the titles of the sections around it, its own, and its target.
type Said = (Arc<[String]>, Option<String>, String);

/// The edit, if the edited file means what the old one meant but for one change of the entries, which are counted in the
/// order of the file; `change` makes it, and is given what the entries are after the edit.
pub fn proven(
    tree: &NavTree,
    old: &Text,
    edit: (Range<usize>, String),
    change: impl FnOnce(&mut Vec<Said>, &[Said]),
) -> Result<(Range<usize>, String), String> {
    let (range, inserted) = &edit;
    let (head, tail) = (old.as_str().get(..range.start), old.as_str().get(range.end..));
    let edited = head.zip(tail).map(|(head, tail)| Text::new(format!("{head}{inserted}{tail}").as_bytes()));
    if edited.is_some_and(|new| holds(tree, old, &new, change)) {
        return Ok(edit);
    }
    let is_alias = |kind: &NodeKind| matches!(kind, NodeKind::Alias(_));
    let has_alias = YamlDocument::parse(&tree.path, old.clone())
        .is_ok_and(|doc| doc.nodes().any(|(_, n)| is_alias(&n.kind)));
    Err(match has_alias {
        true => "the list is used in a second place by an alias",
        false => "a single line would change more than the entry (other entries would move)",
    }
    .into())
}

fn holds(tree: &NavTree, old: &Text, new: &Text, change: impl FnOnce(&mut Vec<Said>, &[Said])) -> bool {
    let Some(after) = reread(tree, new) else { return false };
    let (mut wanted, got) = (entries(tree), entries(&after));
    change(&mut wanted, &got);
    wanted == got && rests(tree).eq(rests(&after)) && without_nav(old.as_str()) == without_nav(new.as_str())
}

fn entries(tree: &NavTree) -> Vec<Said> {
    tree.entries.iter().map(|e| (e.section.clone(), e.title.clone(), e.target.clone())).collect()
}

fn rests(tree: &NavTree) -> impl Iterator<Item = &str> {
    tree.rests.iter().map(|rest| rest.text.as_str())
}

/// A YAML mapping without its `nav`; none where the second parser takes no such file.
pub fn without_nav(text: &str) -> Option<Value> {
    let mut value: Value = serde_yaml::from_str(text).ok()?;
    value.as_mapping_mut()?.remove("nav");
    Some(value)
}
