//! How often a debug build opens repositories and reads blobs, for the test that each is done once.

use super::Id;
use std::sync::Mutex;
use std::sync::atomic::AtomicUsize;

/// How many times this process searched for a repository and opened it.
pub static OPENED: AtomicUsize = AtomicUsize::new(0);

/// The blobs that it read, in order, with repeats.
pub static BLOBS: Mutex<Vec<Id>> = Mutex::new(Vec::new());
