//! The Markdown files below a folder, by path.

use super::note::Note;
use crate::git::Id;
use std::collections::BTreeMap;

/// The Markdown files below a folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing {
    /// By path, with the id where no file had to be read for it.
    pub files: BTreeMap<String, Option<String>>,
    /// What was found in their place and not listed, such as a submodule.
    pub notices: Vec<Note>,
}

impl Listing {
    /// The files with their ids; none where a file must be read for its id.
    pub fn ids(&self) -> BTreeMap<String, Option<Id>> {
        let id = |id: &Option<String>| Id::from_hex(id.as_ref()?.as_bytes()).ok();
        self.files.iter().map(|(path, hex)| (path.clone(), id(hex))).collect()
    }
}
