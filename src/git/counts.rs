//! How often a debug build opens repositories and reads blobs, for the test that each is done once.

use super::Id;
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::AtomicUsize;

/// How many times this process searched for a repository and opened it.
pub static OPENED: AtomicUsize = AtomicUsize::new(0);

/// How many times it read each blob.
pub static BLOBS: Mutex<BTreeMap<Id, usize>> = Mutex::new(BTreeMap::new());
