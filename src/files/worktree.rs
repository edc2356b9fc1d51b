//! The working tree: files on disk, as far as git counts them.

use super::disk;
use super::file::is_markdown;
use super::found::{FoundFiles, Spot, at};
use super::note::Note;
use crate::git::Entry;
use crate::git::commit::Kind;
use crate::git::ignored::Ignored;
use crate::git::index::{IndexEntry, Staged};
use gix::bstr::ByteSlice;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Lists the Markdown files below a folder, those included that a sparse checkout leaves out.
pub(super) fn list(root: &Path, folder: &str, staged: &Staged, found: &mut FoundFiles) {
    let tracked = Tracked::of(staged, folder, found);
    let mut ignored = Ignored::new(staged);
    disk::walk(root, folder, found, &mut |path, is_folder| {
        let known = if is_folder { &tracked.folders } else { &tracked.files };
        known.contains(path) || !ignored.contains(path, is_folder)
    });
    if let Some(reason) = ignored.failed {
        let message = format!("the ignore rules of git could not be read: {reason}");
        found.notices.push(Note::new("unreadable", message));
    }
    for (path, entry) in tracked.sparse {
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

/// What the index says is below a folder.
#[derive(Default)]
struct Tracked {
    files: BTreeSet<String>,
    /// Every folder that holds one of the files.
    folders: BTreeSet<String>,
    /// Markdown files that a sparse checkout may leave out.
    sparse: BTreeMap<String, Entry>,
}

impl Tracked {
    fn of(staged: &Staged, folder: &str, found: &mut FoundFiles) -> Self {
        let mut tracked = Tracked::default();
        staged.below(folder, |path, entry| {
            let path = path.to_str_lossy().into_owned();
            match entry {
                IndexEntry::Here(id, kind, true)
                    if kind != Kind::Submodule && is_markdown(path.as_bytes()) =>
                {
                    let symlink = kind == Kind::Symlink;
                    tracked.sparse.insert(path.clone(), Entry { id, symlink });
                }
                IndexEntry::Unmerged if is_markdown(path.as_bytes()) => {
                    let message = "in conflict: checked as it is on disk";
                    found.notices.push(Note::at("conflict", path.clone(), message));
                }
                IndexEntry::Unreadable(error) => return found.notices.push(at(&path, &error)),
                _ => {}
            }
            let above = path.match_indices('/').map(|(at, _)| path[..at].to_owned());
            tracked.folders.extend(above);
            tracked.files.insert(path);
        });
        tracked
    }
}
