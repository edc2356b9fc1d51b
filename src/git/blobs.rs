//! Blobs by id: each is read once, and those that cannot be read say why.

use super::{Id, ObjectError, Repo};
use crate::text::Bytes;
use gix::prelude::HeaderExt;

/// Blobs larger than this are not read, in bytes.
pub const MAX_FILE_BYTES: u64 = 4 << 20;

/// The content of a file, or what is in its place.
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

/// The content of a blob, or why it cannot be read.
pub(crate) type Blob = Result<Content, ObjectError>;

impl Repo {
    /// A blob, read once.
    pub(crate) fn blob(&self, id: Id) -> Blob {
        Blob::clone(&self.blobs.get(id, || read(self.handle(), id)))
    }
}

/// Reads a blob, which is kept nowhere.
pub(crate) fn read(local: &gix::Repository, id: Id) -> Blob {
    #[cfg(debug_assertions)]
    super::counts::BLOBS.lock().expect("nobody panics while counting").push(id);
    let find = || -> Result<Content, gix::Error> {
        let size = local.objects.header(id)?.size();
        if size > MAX_FILE_BYTES {
            return Ok(Content::TooLarge(size));
        }
        Ok(Bytes::from(&local.find_blob(id)?.data).into())
    };
    // `git gc` may have moved it between two looks.
    let found = find().or_else(|error| if error.is_not_found() { find() } else { Err(error) });
    found.map_err(|error| ObjectError::of(local, id, &error))
}
