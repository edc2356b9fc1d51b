//! Reads a repository: its index, trees, blobs, commits and references.
//!
//! It writes nothing and runs nothing but `git` where references are kept as a reftable: no hooks, filters or
//! fsmonitor, and no network, so that an object missing from a partial clone stays missing, and is an error of its own.

pub(crate) mod default_branch;
pub(crate) mod main_line;
pub(crate) mod prefetch;

pub(crate) mod blobs;
pub(crate) mod branches;
pub(crate) mod commit;
pub(crate) mod commit_reader;
pub(crate) mod commit_walk;
#[cfg(debug_assertions)]
pub mod counts;
pub(crate) mod error;
pub mod graph;
pub(crate) mod hooks;
pub(crate) mod index;
pub(crate) mod once_map;
pub(crate) mod open;
pub(crate) mod packs;
pub(crate) mod push;
pub(crate) mod refs;
pub(crate) mod revision;
pub(crate) mod tips;
pub(crate) mod tree_changes;

pub use blobs::MAX_FILE_BYTES;
pub use commit::{Entry, PathKind};
pub use default_branch::DefaultBranch;
pub use error::{Error, ObjectError};
pub use hooks::{HooksFolder, HooksPlace};
pub use main_line::{HistoryExtent, MainLine};
pub use once_map::OnceMap;
pub use push::PushedRef;
pub use revision::{Head, Revision};
pub use tips::Tips;

use blobs::Blob;
use commit::Trees;
use error::{cause, said};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use thread_local::ThreadLocal;

/// The full id of a commit or a blob; displays as its full hexadecimal form.
pub type Id = gix::ObjectId;

/// How many bytes of objects a thread keeps: the same trees are asked for many paths.
const OBJECTS_KEPT: usize = 4 << 20;

/// A repository, open for reading.
///
/// It may be shared between threads. The index and every blob are read once: what changes on disk after
/// that is not seen.
pub struct Repo {
    pub(crate) safe: gix::ThreadSafeRepository,
    /// The folder that names where objects are, where the environment says so.
    _objects: Option<tempfile::TempDir>,
    root: Option<PathBuf>,
    index_path: PathBuf,
    index: Mutex<Option<Arc<gix::index::File>>>,
    /// The blobs that were read.
    pub(crate) blobs: OnceMap<Id, Blob>,
    /// A partial clone, where objects are missing by intent.
    pub(crate) is_partial: bool,
    /// The objects that were to be read after the walk and were not there.
    vanished: Mutex<BTreeSet<ObjectError>>,
    handles: ThreadLocal<gix::Repository>,
}

impl Repo {
    /// Opens the repository that holds `dir`; none where there is none.
    ///
    /// Without `dir`, git's environment counts as it does for git itself: `GIT_DIR`, `GIT_WORK_TREE` and
    /// `GIT_INDEX_FILE` say what is meant, which is how a hook learns of the index being committed. With
    /// a `dir` given by the user the repository that holds it is meant, and those variables count only
    /// where they speak of the same repository: so a hook may say `-C .`, and no hook's index leaks into
    /// another repository.
    ///
    /// # Errors
    /// `dir` is no folder, `GIT_DIR` is wrong, or the repository is another user's or broken.
    pub fn discover(dir: Option<&Path>) -> Result<Option<Arc<Repo>>, Error> {
        Ok(open::discover(dir)?.map(Arc::new))
    }

    /// The top folder of the working tree, absolute; none for a bare repository.
    pub fn root(&self) -> Option<&Path> {
        self.root.as_deref()
    }

    /// A handle for this thread, with caches of its own.
    pub(crate) fn local(&self) -> gix::Repository {
        let mut local = self.safe.to_thread_local();
        if self.is_partial {
            // Objects that were never fetched are many, and looking for new packs at each is slow.
            local.objects.refresh_never();
        }
        local
    }

    /// The handle of this thread, which keeps its caches.
    pub(crate) fn handle(&self) -> &gix::Repository {
        self.handles.get_or(|| {
            let mut local = self.local();
            local.object_cache_size(OBJECTS_KEPT);
            local
        })
    }

    /// The trees, read by the handle of this thread.
    pub(crate) fn trees(&self) -> Trees<'_> {
        Trees::new(self.handle())
    }

    /// The error of who asks a bare repository for a working tree.
    pub(crate) fn is_bare(&self) -> Error {
        Error::Bare { path: self.safe.git_dir().to_path_buf() }
    }

    /// What could not be read of the objects behind a walk, in the order of their ids; the walk tells of its
    /// own.
    pub fn vanished(&self) -> Vec<ObjectError> {
        self.vanished.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    /// Takes up why an object could not be read, where that is because it is not there.
    pub(crate) fn has_vanished(&self, error: ObjectError) {
        if error.is_missing() {
            self.vanished.lock().unwrap_or_else(PoisonError::into_inner).insert(error);
        }
    }
}
