//! What git ignores.

use super::error::said;
use super::index::Staged;
use gix::bstr::ByteSlice;
use gix::index::entry::Mode;
use gix::worktree::stack::state::ignore::Source;

/// Git's ignore rules, set up when first asked for: a folder of tracked files needs none.
pub(crate) struct Ignored<'a> {
    staged: &'a Staged<'a>,
    stack: Option<gix::AttributeStack<'a>>,
    /// Why it could not be found out what is ignored.
    pub failed: Option<String>,
}

impl<'a> Ignored<'a> {
    pub fn new(staged: &'a Staged<'a>) -> Self {
        Ignored { staged, stack: None, failed: None }
    }

    /// Whether git ignores `path`; what cannot be found out is not ignored.
    pub fn contains(&mut self, path: &str, is_folder: bool) -> bool {
        self.ask(path, is_folder).unwrap_or_else(|error| {
            self.failed.get_or_insert(said(&error));
            false
        })
    }

    fn ask(&mut self, path: &str, is_folder: bool) -> Result<bool, gix::Error> {
        if self.failed.is_some() {
            return Ok(false);
        }
        if self.stack.is_none() {
            let source = Source::WorktreeThenIdMappingIfNotSkipped;
            self.stack = Some(self.staged.trees.local.excludes(self.staged.index, None, source)?);
        }
        let stack = self.stack.as_mut().expect("it was just set");
        let mode = if is_folder { Mode::DIR } else { Mode::FILE };
        Ok(stack.at_entry(path.as_bytes().as_bstr(), Some(mode))?.is_excluded())
    }
}
