//! The files of one state, read on demand: of a working tree, an index, a commit, a plain folder, or memory.

mod disk;
mod file;
mod found;
mod inside;
mod layout;
mod note;
mod source;
mod tree;
mod worktree;

pub use crate::git::{MAX_FILE_BYTES, OnceMap, PathKind};
pub use disk::is_absent;
pub use file::{Content, File, is_markdown};
pub use found::{Listing, blob_notice};
pub use inside::inside;
pub use layout::{CONFIG, FRONT_PAGE, Layout};
pub use note::{Note, tidy};
pub use tree::Tree;
