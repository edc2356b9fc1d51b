//! Which files a state holds, by path and blob id, before any proposal has been read.

use super::{Id, Inherits};
use crate::files::{CONFIG, Layout, Note};
use gix::bstr::{BStr, ByteSlice};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A register may inherit from a register, and so on: no more than this often.
const MAX_INHERITED: usize = 10;

/// The files a verdict depends on, and what there is to say about what was not listed.
#[derive(Debug, Default)]
pub(crate) struct Listing {
    pub files: BTreeMap<String, Entry>,
    pub notes: Vec<Note>,
}

/// A file by its blob id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Entry {
    pub id: Id,
    pub symlink: bool,
}

/// What git says stands at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    File,
    Symlink,
    Submodule,
}

/// Whether a file name is one of a Markdown file, in any case.
pub(crate) fn is_markdown(name: &[u8]) -> bool {
    let end = name.len();
    let ends = |suffix: &[u8]| end > suffix.len() && name[end - suffix.len()..].eq_ignore_ascii_case(suffix);
    ends(b".md") || ends(b".markdown")
}

/// The path as a string; one that is not UTF-8 is told and spelt with replacement characters.
pub(crate) fn path_string(path: &BStr, notes: &mut Vec<Note>) -> String {
    match path.to_str() {
        Ok(path) => path.to_owned(),
        Err(_) => {
            let lossy = path.to_str_lossy().into_owned();
            notes.push(Note::at("path-not-utf8", lossy.clone(), "the file's name is not UTF-8"));
            lossy
        }
    }
}

/// Notes in the order of their kind and path, each once.
pub(crate) fn tidy(notes: &mut Vec<Note>) {
    notes.sort_by(|one, other| {
        (one.kind, &one.path, &one.message).cmp(&(other.kind, &other.path, &other.message))
    });
    notes.dedup();
}

pub(crate) fn symlink_note(path: &str) -> Note {
    Note::at("symlink", path, "a symbolic link, which is not followed")
}

pub(crate) fn submodule_note(path: &str) -> Note {
    Note::at("submodule", path, "another repository, whose files are not read")
}

impl Listing {
    /// Takes up what stands at `path` below the proposal folder, or at that folder itself.
    pub fn add(&mut self, path: &BStr, id: Id, kind: Kind) {
        let markdown = is_markdown(path);
        if kind == Kind::File && !markdown {
            return;
        }
        let path = path_string(path, &mut self.notes);
        match kind {
            Kind::Submodule => self.notes.push(submodule_note(&path)),
            Kind::Symlink if !markdown => self.notes.push(symlink_note(&path)),
            // The note of a link that is a file is written where the file is read.
            Kind::Symlink | Kind::File => {
                self.files.entry(path).or_insert(Entry { id, symlink: kind == Kind::Symlink });
            }
        }
    }

    /// Takes up the configuration, the first register that `find` finds, and those that it inherits from.
    pub fn add_registers(
        &mut self,
        layout: &Layout,
        inherits: &Inherits,
        bytes: impl Fn(Entry) -> Option<Arc<[u8]>>,
        mut find: impl FnMut(&str) -> Option<Entry>,
    ) {
        self.files.extend(find(CONFIG).map(|entry| (CONFIG.to_owned(), entry)));
        let read = |path: &str, _: &mut Vec<Note>| find(path).map(|entry| (entry, bytes(entry)));
        self.files.extend(registers(layout, inherits, &mut self.notes, read));
    }

    pub fn ids(&self) -> Vec<(String, Id)> {
        self.files.iter().map(|(path, entry)| (path.clone(), entry.id)).collect()
    }
}

/// The first register that `read` finds and those that it inherits from, however `read` gets at them and
/// at their bytes.
pub(crate) fn registers<F>(
    layout: &Layout,
    inherits: &Inherits,
    notes: &mut Vec<Note>,
    mut read: impl FnMut(&str, &mut Vec<Note>) -> Option<(F, Option<Arc<[u8]>>)>,
) -> BTreeMap<String, F> {
    let mut chain = BTreeMap::new();
    let mut next = layout.registers.iter().find_map(|path| Some((path.clone(), read(path, notes)?)));
    while let Some((path, (file, bytes))) = next {
        let base = bytes.and_then(|bytes| inherits(&path, &bytes));
        let base = base.and_then(|base| clean(&base, &path, notes));
        chain.insert(path.clone(), file);
        let Some(base) = base.filter(|base| !chain.contains_key(base)) else { break };
        if chain.len() > MAX_INHERITED {
            notes.push(Note::at(
                "inherit",
                path,
                format!("the register inherits more than {MAX_INHERITED} times; the rest is not read"),
            ));
            break;
        }
        next = read(&base, notes).map(|found| (base, found));
    }
    chain
}

/// `path` without `.` and `..`; none, and a note, where it leaves the repository.
fn clean(path: &str, from: &str, notes: &mut Vec<Note>) -> Option<String> {
    let mut parts = Vec::new();
    let mut inside = !path.starts_with('/');
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => inside &= parts.pop().is_some(),
            part => parts.push(part),
        }
    }
    if inside && !parts.is_empty() {
        return Some(parts.join("/"));
    }
    notes.push(Note::at("inherit", from, format!("inherits from `{path}`, which is outside the repository")));
    None
}
