//! The working tree: files on disk, as far as git counts them.

use super::disk;
use super::file::is_markdown;
use super::found::{FoundFiles, Spot, at};
use super::note::Note;
use crate::git::commit::Kind;
use crate::git::ignored::Ignored;
use crate::git::index::Staged;
use crate::git::path_kind::in_index;
use crate::git::{Entry, PathKind};
use gix::bstr::ByteSlice;
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
        in_index(staged, path) != PathKind::Nothing || !ignored.contains(path, is_folder)
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
