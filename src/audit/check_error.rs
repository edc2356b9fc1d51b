//! Why a check could not be made.

use crate::audit::asked::UnknownPath;
use crate::files::{CONFIG, Layout, Tree};
use crate::git::Error as GitError;
use crate::okep::config;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Git(#[from] GitError),
    #[error(transparent)]
    Config(#[from] config::Error),
    #[error(
        "no `{folder}` in {place}: {}; name their repository with `-C DIR`, or another folder as `folder` in \
         `{CONFIG}`",
        .unread.as_deref().unwrap_or("there are no OKEPs here")
    )]
    NoFolder {
        folder: String,
        place: String,
        /// What is in place of the folder, or of one above it.
        unread: Option<String>,
    },
    #[error(transparent)]
    UnknownPath(#[from] UnknownPath),
}

impl Error {
    /// There is no proposal folder in a tree; `place` says in words where that is.
    pub fn no_folder(tree: &Tree, layout: &Layout, place: String) -> Self {
        let listing = tree.list(&layout.folder);
        let unread = listing
            .notices
            .iter()
            .find_map(|note| Some(format!("`{}` is {}", note.path.as_ref()?, note.message)));
        Error::NoFolder { folder: layout.folder.clone(), place, unread }
    }
}
