//! The working tree: files on disk, as far as git counts them.

use super::disk;
use super::source::{Found, Spot, at};
use super::{Note, is_markdown};
use crate::git::Entry;
use crate::git::ignored::Ignored;
use crate::git::index::{IndexEntry, Staged};
use crate::git::listing::Kind;
use gix::bstr::ByteSlice;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Lists the Markdown files below a folder; gives those that a sparse checkout leaves out.
pub(super) fn list(root: &Path, folder: &str, staged: &Staged, found: &mut Found) -> Vec<String> {
    let tracked = Tracked::of(staged, folder, found);
    let mut ignored = Ignored::new(staged);
    disk::walk(root, folder, found, &mut |path, is_folder| {
        let known = if is_folder { &tracked.folders } else { &tracked.files };
        known.contains(path) || !ignored.contains(path, is_folder)
    });
    if let Some(reason) = ignored.failed {
        let message = format!("what git ignores could not be found out: {reason}");
        found.notices.push(Note::new("unreadable", message));
    }
    let mut left_out = Vec::new();
    for (path, entry) in tracked.sparse {
        if !found.files.contains_key(&path) && root.join(&path).symlink_metadata().is_err() {
            found.files.insert(path.clone(), Spot::Object(entry));
            left_out.push(path);
        }
    }
    left_out
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
    fn of(staged: &Staged, folder: &str, found: &mut Found) -> Self {
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
                    let message = "in conflict: judged as it stands on disk";
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
