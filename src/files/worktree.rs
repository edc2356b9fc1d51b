//! The working tree: files on disk, as far as git counts them.

use super::disk;
use super::file::is_markdown;
use super::found::{FoundFiles, Spot, at};
use super::note::Note;
use crate::git::commit::Kind;
use crate::git::error::said;
use crate::git::index::Staged;
use crate::git::{Entry, PathKind};
use gix::bstr::ByteSlice;
use gix::index::entry::Mode;
use gix::worktree::stack::state::ignore::Source;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Lists the Markdown files below a folder, those included that a sparse checkout leaves out.
pub(super) fn list(root: &Path, folder: &str, staged: &Staged, found: &mut FoundFiles) {
    let mut left_out = BTreeMap::new();
    staged.below(folder, |path, entry, is_left_out| {
        let path = path.to_str_lossy().into_owned();
        match entry {
            Err(error) => found.notices.push(at(&path, &error)),
            Ok(_) if !is_markdown(path.as_bytes()) => {}
            Ok((id, kind @ (Kind::File | Kind::Symlink))) if is_left_out => {
                left_out.insert(path, Entry { id, symlink: kind == Kind::Symlink });
            }
            Ok((_, Kind::Unmerged)) => {
                let message = "in conflict: checked as it is on disk";
                found.notices.push(Note::at("conflict", path, message));
            }
            Ok(_) => {}
        }
    });
    let mut ignored = Ignored::new(staged);
    disk::walk(root, folder, found, &mut |path, is_folder| {
        staged.path_kind(path) != PathKind::Nothing || !ignored.contains(path, is_folder)
    });
    if let Some(reason) = ignored.failed {
        let message = format!("the ignore rules of git could not be read: {reason}");
        found.notices.push(Note::new("unreadable", message));
    }
    for (path, spot) in &mut found.files {
        if let Some(entry) = staged.link_as_file(path) {
            *spot = Spot::Object(entry);
        }
    }
    for (path, entry) in left_out {
        if !found.files.contains_key(&path) && root.join(&path).symlink_metadata().is_err() {
            found.files.insert(path, Spot::Object(entry));
        }
    }
}

/// All files of the working tree, Markdown or not, but for those that git ignores.
pub(super) fn files(root: &Path, staged: &Staged) -> BTreeSet<String> {
    let mut ignored = Ignored::new(staged);
    let mut found = disk::files(root, &mut |path, is_folder| !ignored.contains(path, is_folder));
    found.extend(staged.files());
    found
}

/// Git's ignore rules, set up when first asked for: a folder of tracked files needs none.
struct Ignored<'a> {
    staged: &'a Staged<'a>,
    stack: Option<gix::AttributeStack<'a>>,
    /// Why it could not be found out what is ignored.
    failed: Option<String>,
}

impl<'a> Ignored<'a> {
    fn new(staged: &'a Staged<'a>) -> Self {
        Ignored { staged, stack: None, failed: None }
    }

    /// Whether git ignores `path`; what cannot be found out is not ignored.
    fn contains(&mut self, path: &str, is_folder: bool) -> bool {
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
