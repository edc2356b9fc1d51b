//! Blobs by id: each is read once, and those that cannot be read say why.

use super::{Id, ObjectError, Repo};
use crate::text::Bytes;
use gix::prelude::HeaderExt;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// Blobs larger than this are not read, in bytes.
pub const MAX_FILE_BYTES: u64 = 4 << 20;

/// The blobs that were read.
pub(super) type Blobs = Mutex<HashMap<Id, Arc<OnceLock<Blob>>>>;

#[derive(Debug, Clone)]
pub(crate) enum Blob {
    Bytes(Bytes),
    TooLarge(u64),
    Unreadable(ObjectError),
}

impl Repo {
    /// A blob, read once.
    pub(crate) fn blob(&self, id: Id) -> Blob {
        self.blob_slot(id).get_or_init(|| self.with_local(|local| read(local, id))).clone()
    }

    /// Lets go of the blobs that were read: history is longer than memory.
    pub(crate) fn forget_blobs(&self) {
        self.blobs.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Takes up a file of the working tree as the blob that it would be.
    pub(crate) fn know_blob(&self, id: &str, bytes: &Bytes) {
        if let Ok(id) = Id::from_hex(id.as_bytes()) {
            self.blob_slot(id).get_or_init(|| Blob::Bytes(bytes.clone()));
        }
    }

    fn blob_slot(&self, id: Id) -> Arc<OnceLock<Blob>> {
        // A thread that panicked left the map whole: nothing is half inserted.
        let mut blobs = self.blobs.lock().unwrap_or_else(PoisonError::into_inner);
        blobs.entry(id).or_default().clone()
    }
}

/// Reads a blob, which is kept nowhere.
pub(crate) fn read(local: &gix::Repository, id: Id) -> Blob {
    #[cfg(debug_assertions)]
    {
        *super::counts::BLOBS.lock().unwrap_or_else(PoisonError::into_inner).entry(id).or_default() += 1;
    }
    let unreadable = |error: &gix::Error| Blob::Unreadable(ObjectError::corrupt(id, error));
    let header = match local.objects.header(id) {
        Ok(header) => header,
        Err(error) if error.is_not_found() => return Blob::Unreadable(ObjectError::missing(local, id)),
        Err(error) => return unreadable(&error),
    };
    if header.size() > MAX_FILE_BYTES {
        return Blob::TooLarge(header.size());
    }
    match local.try_find_object(id) {
        Ok(Some(object)) if object.kind == gix::objs::Kind::Blob => Blob::Bytes(object.detach().data.into()),
        Ok(Some(object)) => Blob::Unreadable(ObjectError::other_kind(id, object.kind, "blob")),
        Ok(None) => Blob::Unreadable(ObjectError::missing(local, id)),
        Err(error) => unreadable(&error),
    }
}
