//! The files of one state, read on demand: of a working tree, an index, a commit, a plain folder, or memory.

mod disk;
mod source;
pub mod tree;
mod worktree;

pub use crate::git::{MAX_FILE_BYTES, PathKind};
pub use tree::Listing;

use crate::git::ObjectError;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Where things are in a repository, by default: the one place that names folders and files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// The proposal folder, without a slash at either end.
    pub folder: String,
    /// The MkDocs configuration files that are looked for, the first one found counts.
    pub registers: Vec<String>,
    /// The template, where the repository says which one of several it is.
    pub template: Option<String>,
}

/// What a forge shows first of a repository, at the root.
pub const FRONT_PAGE: &str = "README.md";

/// The configuration file, at the root.
pub const CONFIG: &str = "okep.toml";

impl Default for Layout {
    fn default() -> Self {
        Layout {
            folder: "docs/okeps".into(),
            registers: vec!["mkdocs.yml".into(), "mkdocs.yaml".into()],
            template: None,
        }
    }
}

/// To be replaced by [`tree::Tree`].
///
/// The files of one state by their path from the repository's root, `/` between the parts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tree {
    pub files: BTreeMap<String, File>,
    /// What could not be read, for the output.
    pub notes: Vec<Note>,
    /// Of paths that somebody asked about, what stands there: links may lead to any file.
    pub path_kind: Arc<BTreeMap<String, PathKind>>,
    /// Of paths that are not there, where history says that their files went.
    pub moved: Arc<BTreeMap<String, String>>,
}

/// Whether a file name is one of a Markdown file, in any case.
pub fn is_markdown(name: &[u8]) -> bool {
    let end = name.len();
    let ends = |suffix: &[u8]| end > suffix.len() && name[end - suffix.len()..].eq_ignore_ascii_case(suffix);
    ends(b".md") || ends(b".markdown")
}

/// One file, or what is in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// The git object id in hexadecimal, where the reader knows it: equal ids mean equal bytes.
    pub id: Option<String>,
    pub content: Content,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    Bytes(Arc<[u8]>),
    /// A symbolic link; it is never followed.
    Symlink,
    /// A file of this many bytes, more than [`MAX_FILE_BYTES`].
    TooLarge(u64),
    /// It was not asked for: it is known to be the same in the state compared with.
    Unread,
    /// The object or the file could not be read: a partial clone, a corrupt object, no permission.
    Unavailable(String),
}

/// Something the reader of the output must know that is no finding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Note {
    /// A stable word for tools, such as `no-template` or `shallow`.
    pub kind: &'static str,
    pub message: String,
    pub path: Option<String>,
}

impl Note {
    pub fn new(kind: &'static str, message: impl Into<String>) -> Self {
        Note { kind, message: message.into(), path: None }
    }

    pub fn at(kind: &'static str, path: impl Into<String>, message: impl Into<String>) -> Self {
        Note { kind, message: message.into(), path: Some(path.into()) }
    }
}

impl From<&ObjectError> for Note {
    fn from(error: &ObjectError) -> Self {
        let kind = if error.is_missing() { "missing-object" } else { "corrupt-object" };
        Note::new(kind, error.to_string())
    }
}

impl Tree {
    /// The bytes of the file at `path`, where it is there and could be read.
    pub fn bytes(&self, path: &str) -> Option<&Arc<[u8]>> {
        match &self.files.get(path)?.content {
            Content::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// Puts a file of these bytes at `path`, with no id.
    pub fn insert(&mut self, path: impl Into<String>, bytes: impl Into<Arc<[u8]>>) {
        self.files.insert(path.into(), File { id: None, content: Content::Bytes(bytes.into()) });
    }
}
