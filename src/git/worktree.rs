//! The working tree: files on disk, with git's word on which of them count.

use super::commit::Trees;
use super::disk::DiskReader;
use super::ignored::Ignored;
use super::index::{IndexEntry, Staged};
use super::listing::{Entry, Kind, is_markdown, tidy};
use super::{Error, Inherits, Repo};
use crate::files::{Layout, Note, Tree};
use gix::bstr::ByteSlice;
use std::collections::{BTreeMap, BTreeSet};

pub(crate) fn read(repo: &Repo, layout: &Layout, inherits: &Inherits) -> Result<Tree, Error> {
    let Some(root) = repo.root() else {
        return Err(Error::Bare { path: repo.safe.git_dir().to_path_buf() });
    };
    let local = repo.local();
    let staged = Staged { index: repo.read_index(&local)?, trees: Trees::new(&local) };
    let tracked = Tracked::of(&staged, &layout.folder);
    let mut tree = Tree { notes: tracked.notes.clone(), ..Tree::default() };
    let disk = DiskReader { root, hash: Some(local.object_hash()) };

    let mut ignored = Ignored::new(&staged);
    disk.walk(&layout.folder, &mut tree, &mut |path, is_folder| {
        let known = if is_folder { &tracked.folders } else { &tracked.files };
        known.contains(path) || !ignored.contains(path, is_folder)
    });
    if let Some(reason) = ignored.failed {
        tree.notes
            .push(Note::new("unreadable", format!("what git ignores could not be found out: {reason}")));
    }

    let mut not_checked_out = 0;
    for (path, entry) in &tracked.sparse {
        if !tree.files.contains_key(path) && root.join(path).symlink_metadata().is_err() {
            let file = repo.blobs.file(&local, path, entry, &mut tree.notes);
            tree.files.insert(path.clone(), file);
            not_checked_out += 1;
        }
    }
    disk.add_registers(layout, inherits, &mut tree, |path, notes| {
        let entry = staged.find_sparse(path)?;
        not_checked_out += 1;
        Some(repo.blobs.file(&local, path, &entry, notes))
    });
    if not_checked_out > 0 {
        let files = if not_checked_out == 1 { "file is" } else { "files are" };
        let message =
            format!("{not_checked_out} {files} left out by the sparse checkout and read from the index");
        tree.notes.push(Note::new("sparse-checkout", message));
        tidy(&mut tree.notes);
    }
    Ok(tree)
}

/// What the index says is below the proposal folder.
#[derive(Default)]
struct Tracked {
    files: BTreeSet<String>,
    /// Every folder that holds one of the files.
    folders: BTreeSet<String>,
    /// Markdown files that a sparse checkout may leave out.
    sparse: BTreeMap<String, Entry>,
    notes: Vec<Note>,
}

impl Tracked {
    fn of(staged: &Staged, folder: &str) -> Self {
        let mut tracked = Tracked::default();
        staged.below(folder, |path, stood| {
            let path = path.to_str_lossy().into_owned();
            match stood {
                IndexEntry::Here(id, kind, true)
                    if kind != Kind::Submodule && is_markdown(path.as_bytes()) =>
                {
                    let symlink = kind == Kind::Symlink;
                    tracked.sparse.insert(path.clone(), Entry { id, symlink });
                }
                IndexEntry::Unmerged if is_markdown(path.as_bytes()) => {
                    let message = "in conflict: judged as it stands on disk";
                    tracked.notes.push(Note::at("conflict", path.clone(), message));
                }
                IndexEntry::Unreadable(error) => {
                    return tracked.notes.push(Note { path: Some(path), ..Note::from(&error) });
                }
                _ => {}
            }
            let above = path.match_indices('/').map(|(at, _)| path[..at].to_owned());
            tracked.folders.extend(above);
            tracked.files.insert(path);
        });
        tidy(&mut tracked.notes);
        tracked
    }
}
