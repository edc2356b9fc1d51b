//! One file of a tree.

use crate::git::Id;
pub use crate::git::blobs::Content;
use crate::text::Bytes;
use crate::text::path::PAGE_ENDINGS;

/// One file, or what is in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// The git object id, where the reader knows it: equal ids mean equal bytes.
    pub id: Option<Id>,
    pub content: Content,
}

impl File {
    /// A file of these bytes, with the id that git would give them.
    pub fn new(bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        File { id: blob_id(gix::hash::Kind::Sha1, &bytes), content: bytes.into() }
    }
}

/// The id that git gives a file of these bytes; none for bytes made to collide, which have no id to go by.
pub fn blob_id(hash: gix::hash::Kind, bytes: &[u8]) -> Option<Id> {
    gix::objs::compute_hash(hash, gix::objs::Kind::Blob, bytes).ok()
}

/// Whether a file name is one of a Markdown file, in any case.
pub fn is_markdown(name: &[u8]) -> bool {
    let name = name.to_ascii_lowercase();
    PAGE_ENDINGS.iter().any(|ending| name.ends_with(ending.as_bytes()))
}
