//! A reference by its name, and what it points to.

use super::Id;

pub(crate) const LOCAL_BRANCHES: &str = "refs/heads/";
pub(crate) const REMOTE_BRANCHES: &str = "refs/remotes/";
pub(crate) const TAGS: &str = "refs/tags/";

/// A reference by its full name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reference {
    /// As in `refs/heads/main`.
    pub name: String,
    /// The object that it points to in the end, or why there is none.
    pub target: Result<Id, String>,
    /// The reference that a symbolic one names.
    pub symbolic: Option<String>,
}

impl Reference {
    /// The name without `refs/heads/` or the like.
    pub fn short(&self) -> &str {
        short(&self.name)
    }
}

/// A reference's name without `refs/heads/` or the like.
pub(crate) fn short(name: &str) -> &str {
    let prefixes = [LOCAL_BRANCHES, REMOTE_BRANCHES, TAGS, "refs/"];
    prefixes.iter().find_map(|prefix| name.strip_prefix(prefix)).unwrap_or(name)
}

/// Why a symbolic reference points to no object.
pub(crate) const DANGLING: &str = "it names a reference that is not there";
