//! One file of a tree.

use crate::git::blobs::{Blob, MAX_FILE_BYTES};
use crate::text::Bytes;
use crate::text::path::PAGE_ENDINGS;

/// One file, or what is in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// The git object id in hexadecimal, where the reader knows it: equal ids mean equal bytes.
    pub id: Option<String>,
    pub content: Content,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    Bytes(Bytes),
    /// A symbolic link; it is never followed.
    Symlink,
    /// A pointer of Git LFS, whose text is kept elsewhere.
    LfsPointer,
    /// A file of this many bytes, more than [`MAX_FILE_BYTES`].
    TooLarge(u64),
    /// The object or the file could not be read: a partial clone, a corrupt object, no permission.
    Unavailable(String),
}

/// How a pointer of Git LFS begins, and how long one is at most, in bytes.
const LFS_POINTER: &[u8] = b"version https://git-lfs.github.com/spec/";
const MAX_LFS_POINTER: usize = 1024;

impl From<Bytes> for Content {
    fn from(bytes: Bytes) -> Self {
        if bytes.len() as u64 > MAX_FILE_BYTES {
            Content::TooLarge(bytes.len() as u64)
        } else if bytes.starts_with(LFS_POINTER) && bytes.len() < MAX_LFS_POINTER {
            Content::LfsPointer
        } else {
            Content::Bytes(bytes)
        }
    }
}

impl From<Blob> for Content {
    fn from(blob: Blob) -> Self {
        match blob {
            Blob::Bytes(bytes) => bytes.into(),
            Blob::TooLarge(bytes) => Content::TooLarge(bytes),
            Blob::Unreadable(error) => Content::Unavailable(error.to_string()),
        }
    }
}

impl File {
    /// A file of these bytes, with the id that git would give them.
    pub fn new(bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        File { id: blob_id(gix::hash::Kind::Sha1, &bytes), content: bytes.into() }
    }
}

/// The id that git gives a file of these bytes; none for bytes made to collide, which have no id to go by.
pub fn blob_id(hash: gix::hash::Kind, bytes: &[u8]) -> Option<String> {
    gix::objs::compute_hash(hash, gix::objs::Kind::Blob, bytes).ok().map(|id| id.to_string())
}

/// Whether a file name is one of a Markdown file, in any case.
pub fn is_markdown(name: &[u8]) -> bool {
    let end = name.len();
    let ends = |suffix: &&str| {
        end > suffix.len() && name[end - suffix.len()..].eq_ignore_ascii_case(suffix.as_bytes())
    };
    PAGE_ENDINGS.iter().any(ends)
}
