//! What is found where files are looked for, before it is read.

use super::file::{Content, is_markdown};
use super::note::Note;
use crate::git::blobs::Blob;
use crate::git::commit::{Found, Kind};
use crate::git::{Entry, Id, MAX_FILE_BYTES, ObjectError};
use gix::bstr::{BStr, ByteSlice};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Where the file at a path is to be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Spot {
    Object(Entry),
    Disk(PathBuf),
    /// In conflict in the index.
    Unmerged,
    /// For this reason it is not to be had.
    Unreadable(String),
}

impl Spot {
    /// Whether it is a symbolic link; nothing is read for it.
    pub fn is_symlink(&self) -> bool {
        match self {
            Spot::Object(entry) => entry.symlink,
            Spot::Disk(on_disk) => on_disk.is_symlink(),
            Spot::Unmerged | Spot::Unreadable(_) => false,
        }
    }

    /// The id of the file, where it is known without reading.
    pub fn id(&self) -> Option<Id> {
        let Spot::Object(entry) = self else { return None };
        Some(entry.id)
    }
}

/// The Markdown files below a folder, and what is in place of one.
#[derive(Default)]
pub(super) struct FoundFiles {
    pub files: BTreeMap<String, Spot>,
    pub notices: Vec<Note>,
}

/// The Markdown files below a folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing {
    /// By path, with the id where no file had to be read for it.
    pub files: BTreeMap<String, Option<Id>>,
    /// What was found in their place and not listed, such as a submodule.
    pub notices: Vec<Note>,
}

impl FoundFiles {
    /// Takes up what is at `path` below the folder, or at that folder itself.
    pub fn add(&mut self, path: &BStr, found: Found) {
        let markdown = is_markdown(path);
        let (id, kind) = match found {
            Ok(found) => found,
            Err(error) => return self.notices.push(at(&path.to_str_lossy(), &error)),
        };
        if !markdown && !matches!(kind, Kind::Symlink | Kind::Submodule) {
            return;
        }
        let path = self.path(path);
        match kind {
            Kind::Submodule => self.notices.push(submodule_notice(&path)),
            Kind::Symlink if !markdown => self.notices.push(symlink_notice(&path)),
            // The notice of a link that is a file comes when the file is read.
            Kind::Symlink | Kind::File => {
                let entry = Entry { id, symlink: kind == Kind::Symlink };
                self.files.entry(path).or_insert(Spot::Object(entry));
            }
            Kind::Unmerged => drop(self.files.insert(path, Spot::Unmerged)),
            Kind::Intended => {
                let message = "announced by `git add -N`, but none of it is staged";
                self.notices.push(Note::at("intent-to-add", path, message));
            }
        }
    }

    /// The path as a string; one that is not UTF-8 is spelt with replacement characters.
    pub fn path(&mut self, path: &BStr) -> String {
        let path = path.to_str_lossy();
        if let Cow::Owned(lossy) = &path {
            self.notices.push(Note::at("path-not-utf8", lossy, "the file's name is not UTF-8"));
        }
        path.into_owned()
    }
}

/// What there is to say about the blob of the file at a path; nothing where it was read.
pub fn blob_notice(path: &str, blob: &Blob) -> Option<Note> {
    blob.as_ref().map_or_else(|error| Some(at(path, error)), |content| content_notice(path, content))
}

/// The notice of an object that cannot be read, at the path of what it is.
pub(super) fn at(path: &str, error: &ObjectError) -> Note {
    Note { path: Some(path.to_owned()), ..Note::from(error) }
}

/// What there is to say about a file whose text is elsewhere, or too large.
pub(super) fn content_notice(path: &str, content: &Content) -> Option<Note> {
    match content {
        Content::Symlink => Some(symlink_notice(path)),
        Content::LfsPointer => {
            let message = "a Git LFS pointer, whose content is not here: `git lfs pull` fetches it";
            Some(Note::at("lfs-pointer", path, message))
        }
        Content::TooLarge(bytes) => {
            let limit = MAX_FILE_BYTES >> 20;
            Some(Note::at("too-large", path, format!("{bytes} bytes, more than {limit} MiB: not read")))
        }
        Content::Bytes(_) | Content::Unavailable(_) => None,
    }
}

pub(super) fn symlink_notice(path: &str) -> Note {
    Note::at("symlink", path, "a symbolic link, which is not followed")
}

pub(super) fn submodule_notice(path: &str) -> Note {
    Note::at("submodule", path, "another repository, whose files are not read")
}

/// What there is to say about so many files that were read from the index.
pub(super) fn sparse_notice(left_out: usize) -> Option<Note> {
    let files = match left_out {
        0 => return None,
        1 => "1 file is".to_owned(),
        count => format!("{count} files are"),
    };
    let message = format!("{files} left out by the sparse checkout and read from the index");
    Some(Note::new("sparse-checkout", message))
}
