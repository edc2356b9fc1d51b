//! What a check found, seen from an editor: files as URIs, bytes as positions.

use super::client::Client;
use super::document::OpenDocument;
use super::position::Lines;
use super::uri;
use crate::audit::check::Outcome;
use crate::fix::apply::by_path;
use crate::okep::snapshot::Snapshot;
use crate::rules::finding::{Edit, Fix, Rename};
use crate::text::{Place, Text};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::path::Path;

pub struct OutcomeView<'a> {
    pub outcome: &'a Outcome,
    pub snapshot: &'a Snapshot,
    pub client: &'a Client,
    /// The folder that paths start from, as the editor names it.
    pub folder: &'a Path,
    /// The open documents by path.
    pub open: BTreeMap<&'a str, &'a OpenDocument>,
}

impl OutcomeView<'_> {
    /// The URI of a file: the editor's own where it has the file open.
    pub fn uri(&self, path: &str) -> String {
        self.open.get(path).map_or_else(|| uri::of_path(&self.folder.join(path)), |open| open.uri.clone())
    }

    /// The lines of the text of a file.
    pub fn lines<'t>(&self, path: &str, text: &'t Text) -> Lines<'t> {
        // What an editor reads from a disk begins after the byte order mark.
        let start = if self.open.contains_key(path) { 0 } else { text.bom_len() };
        Lines::new(text.as_str(), start, self.client.encoding)
    }

    pub fn location(&self, path: &str, place: Option<&Place>) -> Value {
        let text = self.snapshot.text(path);
        let range = text.map(|text| self.lines(path, &text).range_of(place)).unwrap_or_default();
        json!({ "uri": self.uri(path), "range": range })
    }

    /// A fix as an edit of files; none where the client, or the protocol, cannot carry it out.
    pub fn workspace_edit(&self, fix: &Fix) -> Option<Value> {
        if !fix.renames.is_empty() && !self.client.renames_files {
            return None;
        }
        let edits = by_path(&fix.edits).into_iter();
        let edits = edits.map(|(path, edits)| Some((path, self.edits(path, edits)?)));
        let edits: Vec<(&str, Value)> = edits.collect::<Option<_>>()?;
        if !self.client.versions_edits {
            let changes = edits.into_iter().map(|(path, edits)| (self.uri(path), edits));
            return Some(json!({ "changes": changes.collect::<Map<_, _>>() }));
        }
        let change = |(path, edits): (&str, Value)| {
            let version = self.open.get(path).map(|document| document.version);
            json!({ "textDocument": { "uri": self.uri(path), "version": version }, "edits": edits })
        };
        let rename = |Rename { from, to }: &Rename| json!({ "kind": "rename", "oldUri": self.uri(from), "newUri": self.uri(to) });
        let changes = edits.into_iter().map(change).chain(fix.renames.iter().map(rename));
        Some(json!({ "documentChanges": changes.collect::<Vec<_>>() }))
    }

    fn edits(&self, path: &str, mut edits: Vec<&Edit>) -> Option<Value> {
        let text = self.snapshot.text(path)?;
        let lines = self.lines(path, &text);
        edits.sort_by_key(|edit| (edit.start, edit.end));
        let edit = |edit: &&Edit| {
            Some(json!({ "range": lines.exact(edit.start..edit.end)?, "newText": edit.replacement }))
        };
        edits.iter().map(edit).collect()
    }
}
