//! The working tree: files on disk, as far as git counts them.

use super::disk;
use super::file::is_markdown;
use super::found::{FoundFiles, Spot, at};
use super::note::Note;
use crate::git::Entry;
use crate::git::commit::Kind;
use crate::git::ignored::Ignored;
use crate::git::index::Staged;
use gix::bstr::ByteSlice;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Lists the Markdown files below a folder, those included that a sparse checkout leaves out.
pub(super) fn list(root: &Path, folder: &str, staged: &Staged, found: &mut FoundFiles) {
    let (mut tracked, mut sparse) = (BTreeSet::new(), BTreeMap::new());
    staged.below(folder, |path, entry, is_left_out| {
        let path = path.to_str_lossy().into_owned();
        match entry {
            Err(error) => return found.notices.push(at(&path, &error)),
            Ok(_) if !is_markdown(path.as_bytes()) => {}
            Ok((id, kind @ (Kind::File | Kind::Symlink))) if is_left_out => {
                sparse.insert(path.clone(), Entry { id, symlink: kind == Kind::Symlink });
            }
            Ok((_, Kind::Unmerged)) => {
                let message = "in conflict: checked as it is on disk";
                found.notices.push(Note::at("conflict", path.clone(), message));
            }
            Ok(_) => {}
        }
        tracked.insert(path);
    });
    let is_tracked = |path: &str, is_folder: bool| {
        if !is_folder {
            return tracked.contains(path);
        }
        let below = format!("{path}/");
        tracked.range(below.clone()..).next().is_some_and(|path: &String| path.starts_with(&below))
    };
    let mut ignored = Ignored::new(staged);
    disk::walk(root, folder, found, &mut |path, is_folder| {
        is_tracked(path, is_folder) || !ignored.contains(path, is_folder)
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
    for (path, entry) in sparse {
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
