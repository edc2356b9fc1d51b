//! How often a debug build opens repositories and reads blobs, for the test that each is done once.

use super::Id;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReadCounts {
    /// How many times a repository was searched for and opened.
    pub opened: usize,
    /// How many times each blob was read.
    pub blobs: BTreeMap<Id, usize>,
}

static COUNTS: Mutex<ReadCounts> = Mutex::new(ReadCounts { opened: 0, blobs: BTreeMap::new() });

/// What this process has counted so far.
pub fn counts() -> ReadCounts {
    COUNTS.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

pub(super) fn count_opened() {
    COUNTS.lock().unwrap_or_else(PoisonError::into_inner).opened += 1;
}

pub(super) fn count_blob(id: Id) {
    *COUNTS.lock().unwrap_or_else(PoisonError::into_inner).blobs.entry(id).or_default() += 1;
}
