//! References that git packs while they are read: what was read is read again until they are still.
//!
//! `git pack-refs`, which is part of `git gc`, writes all references into one file and deletes those of
//! their own. Whoever has read the file before and looks for the others after finds neither. What else
//! changes is no matter of this file: a branch that moves is at one commit or at the other.

use std::io;
use std::time::{Duration, SystemTime};

/// The last try is a quarter of a second after the first, and takes what there is.
const TRIES: u32 = 8;

/// What `read` reads of the references while they are not packed; it also says whether one was gone
/// between being listed and being read.
pub(crate) fn settled<T>(local: &gix::Repository, read: impl Fn() -> (T, bool)) -> T {
    for wait in 0..TRIES {
        let before = packed(local);
        let (found, has_vanished) = read();
        if !has_vanished && packed(local) == before {
            return found;
        }
        // The file was kept by its time, which may be that of another one.
        let _ = local.refs.force_refresh_packed_buffer();
        std::thread::sleep(Duration::from_millis(1 << wait));
    }
    read().0
}

/// Whether a reference was gone when it was to be read.
pub(crate) fn is_gone(error: &gix::Error) -> bool {
    error.downcast_any_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::NotFound)
}

/// What tells one file of packed references from the next; none where there is none.
fn packed(local: &gix::Repository) -> Option<(Option<SystemTime>, u64)> {
    let found = local.refs.packed_refs_path().metadata().ok()?;
    Some((found.modified().ok(), found.len()))
}
