//! Blobs by id: each is read once, and those that cannot be read say why.

use super::{Id, ObjectError};
use crate::text::Bytes;
use gix::prelude::HeaderExt;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// Blobs larger than this are not read, in bytes.
pub const MAX_FILE_BYTES: u64 = 4 << 20;

#[derive(Debug, Default)]
pub(crate) struct Blobs {
    read: Mutex<HashMap<Id, Arc<OnceLock<Blob>>>>,
}

#[derive(Debug, Clone)]
pub(crate) enum Blob {
    Bytes(Bytes),
    TooLarge(u64),
    Unreadable(ObjectError),
}

impl Blobs {
    pub fn read(&self, local: &gix::Repository, id: Id) -> Blob {
        self.slot(id).get_or_init(|| read(local, id)).clone()
    }

    /// Lets go of all that was read: history is longer than memory.
    pub fn clear(&self) {
        self.read.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Takes up a blob that was read elsewhere, as from disk.
    pub fn know(&self, id: Id, bytes: &Bytes) {
        self.slot(id).get_or_init(|| Blob::Bytes(bytes.clone()));
    }

    fn slot(&self, id: Id) -> Arc<OnceLock<Blob>> {
        // A thread that panicked left the map whole: nothing is half inserted.
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        read.entry(id).or_default().clone()
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
