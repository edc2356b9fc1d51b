//! The pages around the proposal folder that may name a file which a fix renames.
//!
//! They are judged by no rule and read only when a rename is proposed, so that its fix can mend them too.
//! Which files to ask the readers for, and which of those count, is said here; nothing is read.

use crate::files::{Content, FRONT_PAGE, File, Layout, Note, Tree};
use crate::okep::snapshot::Snapshot;
use crate::rules::edits::rename::may_name;
use crate::rules::finding::Finding;
use crate::rules::rule;
use crate::text::path::{file_name, folder_of, stem};
use std::collections::BTreeMap;

/// The names of files that fixes may rename, of this round or a later one; none where no name is at fault.
pub fn at_stake<'f>(findings: impl IntoIterator<Item = &'f Finding>) -> Vec<String> {
    let renaming = |f: &&Finding| rule(f.rule).is_some_and(|r| r.renames);
    let files = findings.into_iter().filter(renaming).map(|f| f.okep.as_deref().unwrap_or(&f.path));
    files.map(|path| file_name(path).to_owned()).collect()
}

/// Where such pages are: all of the docs folder, and the repository's front page.
pub fn layout(snapshot: &Snapshot) -> Layout {
    let folder = snapshot.layout.folder.as_str();
    let holds = |docs: &&str| folder.strip_prefix(*docs).is_some_and(|rest| rest.starts_with('/'));
    let docs = snapshot.site.as_ref().and_then(|site| site.docs_dir.as_deref()).filter(holds);
    let docs = docs.unwrap_or(folder_of(folder));
    let docs = if docs.is_empty() { folder } else { docs };
    // What a reader takes for a register is a single file at a path of its own.
    Layout { folder: docs.to_owned(), registers: vec![FRONT_PAGE.to_owned()], template: None }
}

/// The pages of `found` that `tree` has not and that may name one of the files, and what could not be read.
pub fn pages(found: Tree, tree: &Tree, names: &[String]) -> (BTreeMap<String, File>, Vec<Note>) {
    let Tree { mut files, notes, .. } = found;
    files.retain(|path, _| stem(file_name(path)).is_some() && !tree.files.contains_key(path));
    let unread = |note: &Note| {
        let file = note.path.as_deref().and_then(|path| files.get(path));
        file.is_some_and(|file| matches!(file.content, Content::Unavailable(_) | Content::TooLarge(_)))
    };
    let notes = notes.into_iter().filter(unread).collect();
    let counts = |file: &File| match &file.content {
        Content::Bytes(bytes) => names.iter().any(|name| may_name(bytes, name)),
        _ => false,
    };
    files.retain(|_, file| counts(file));
    (files, notes)
}
