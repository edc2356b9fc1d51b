//! Files on disk below the proposal folder, whether a repository is around them or not.

use super::blobs::too_large;
use super::listing::{is_markdown, path_string, registers, submodule_note, symlink_note, tidy};
use super::{Error, Inherits};
use crate::files::{CONFIG, Content, File, Layout, MAX_FILE_BYTES, Note, Tree};
use gix::bstr::{BString, ByteSlice};
use std::fs::FileType;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

/// Reads a folder that is no repository, as the working tree of one would be read.
///
/// # Errors
/// `dir` is no folder that can be read.
pub fn plain_folder(dir: &Path, layout: &Layout, inherits: &Inherits) -> Result<Tree, Error> {
    std::fs::read_dir(dir).map_err(|source| Error::Folder { path: dir.to_path_buf(), source })?;
    let disk = DiskReader { root: dir, hash: None };
    let mut tree = Tree::default();
    disk.walk(&layout.folder, &mut tree, &mut |_, _| true);
    disk.add_registers(layout, inherits, &mut tree, |_, _| None);
    Ok(tree)
}

/// A folder on disk; `hash` says how files are given ids, if at all.
pub(crate) struct DiskReader<'a> {
    pub root: &'a Path,
    pub hash: Option<gix::hash::Kind>,
}

impl DiskReader<'_> {
    /// Takes up the Markdown files below `folder` that `wanted` wants, told the path and whether it is a
    /// folder; a folder that is not wanted is not entered.
    pub fn walk(&self, folder: &str, tree: &mut Tree, wanted: &mut impl FnMut(&str, bool) -> bool) {
        for (at, _) in folder.match_indices('/').chain([(folder.len(), "")]) {
            let part = &folder[..at];
            match self.root.join(part).symlink_metadata() {
                Ok(found) if found.is_dir() => {
                    if is_repository(&self.root.join(part)) {
                        return tree.notes.push(submodule_note(part));
                    }
                }
                Ok(found) if found.is_symlink() => return tree.notes.push(symlink_note(part)),
                Ok(_) => return,
                Err(error) if is_absent(&error) => return,
                Err(error) => return tree.notes.push(unreadable(part, &error)),
            }
        }
        self.enter(&self.root.join(folder), folder, tree, wanted);
    }

    fn enter(&self, dir: &Path, folder: &str, tree: &mut Tree, wanted: &mut impl FnMut(&str, bool) -> bool) {
        let listed = std::fs::read_dir(dir).and_then(|entries| {
            let named = entries.map(|entry| entry.and_then(|e| Ok((e.file_name(), e.file_type()?))));
            named.collect::<io::Result<Vec<_>>>()
        });
        let mut listed = match listed {
            Ok(listed) => listed,
            Err(error) => return tree.notes.push(unreadable(folder, &error)),
        };
        listed.sort_by(|one, other| one.0.cmp(&other.0));
        for (name, kind) in listed {
            // Only Windows has names without bytes of their own.
            let bytes = gix::path::os_str_into_bstr(&name)
                .map_or_else(|_| BString::from(name.to_string_lossy().as_ref()), ToOwned::to_owned);
            self.take(&dir.join(&name), folder, &bytes, kind, tree, wanted);
        }
    }

    fn take(
        &self,
        on_disk: &Path,
        folder: &str,
        name: &BString,
        kind: FileType,
        tree: &mut Tree,
        wanted: &mut impl FnMut(&str, bool) -> bool,
    ) {
        let markdown = is_markdown(name);
        if !kind.is_dir() && !kind.is_symlink() && !markdown || name == ".git" {
            return;
        }
        let path = format!("{folder}/{}", name.to_str_lossy());
        if !wanted(&path, kind.is_dir()) {
            return;
        }
        if markdown {
            let bytes = [folder.as_bytes(), b"/", name].concat();
            path_string(bytes.as_bstr(), &mut tree.notes);
        }
        if kind.is_dir() {
            if is_repository(on_disk) {
                return tree.notes.push(submodule_note(&path));
            }
            return self.enter(on_disk, &path, tree, wanted);
        }
        if kind.is_symlink() && !markdown {
            return tree.notes.push(symlink_note(&path));
        }
        let file = self.file(on_disk, &path, &mut tree.notes);
        if let Some(file) = file.or_else(|| kind.is_file().then(|| vanished(&path, &mut tree.notes))) {
            tree.files.insert(path, file);
        }
    }

    /// The file at `path`, where there is one: a folder or a device is none.
    fn file(&self, on_disk: &Path, path: &str, notes: &mut Vec<Note>) -> Option<File> {
        let read = on_disk.symlink_metadata().and_then(|found| {
            if found.is_symlink() {
                return Ok(Some(DiskEntry::Symlink));
            }
            if !found.is_file() {
                return Ok(None);
            }
            if found.len() > MAX_FILE_BYTES {
                return Ok(Some(DiskEntry::TooLarge(found.len())));
            }
            let mut bytes = Vec::with_capacity(found.len() as usize);
            std::fs::File::open(on_disk)?.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes)?;
            Ok(Some(DiskEntry::Bytes(bytes)))
        });
        let content = match read {
            Ok(None) => return None,
            Ok(Some(DiskEntry::Symlink)) => {
                notes.push(symlink_note(path));
                Content::Symlink
            }
            Ok(Some(DiskEntry::TooLarge(bytes))) => too_large(path, bytes, notes),
            Ok(Some(DiskEntry::Bytes(bytes))) if bytes.len() as u64 > MAX_FILE_BYTES => {
                too_large(path, bytes.len() as u64, notes)
            }
            Ok(Some(DiskEntry::Bytes(bytes))) => {
                let id = self.hash.and_then(|hash| blob_id(hash, &bytes));
                return Some(File { id, content: Content::Bytes(bytes.into()) });
            }
            Err(error) if is_absent(&error) => return None,
            Err(error) => {
                let note = unreadable(path, &error);
                let content = Content::Unavailable(note.message.clone());
                notes.push(note);
                content
            }
        };
        Some(File { id: None, content })
    }

    /// Takes up the configuration and the registers; `instead` gives the file where the disk has none.
    pub fn add_registers(
        &self,
        layout: &Layout,
        inherits: &Inherits,
        tree: &mut Tree,
        mut instead: impl FnMut(&str, &mut Vec<Note>) -> Option<File>,
    ) {
        let mut stands = |path: &str, notes: &mut Vec<Note>| {
            self.file(&self.root.join(path), path, notes).or_else(|| instead(path, notes))
        };
        let config = stands(CONFIG, &mut tree.notes);
        tree.files.extend(config.map(|file| (CONFIG.to_owned(), file)));
        let read = |path: &str, notes: &mut Vec<Note>| {
            let file = stands(path, notes)?;
            let bytes = match &file.content {
                Content::Bytes(bytes) => Some(Arc::clone(bytes)),
                _ => None,
            };
            Some((file, bytes))
        };
        let found = registers(layout, inherits, &mut tree.notes, read);
        tree.files.extend(found);
        tidy(&mut tree.notes);
    }
}

/// What stands at a path.
enum DiskEntry {
    Symlink,
    TooLarge(u64),
    Bytes(Vec<u8>),
}

/// A file that was listed a moment ago: without it, or what it was renamed to, there is no verdict.
fn vanished(path: &str, notes: &mut Vec<Note>) -> File {
    let note = Note::at("unreadable", path, "vanished while the folder was read; try again");
    let content = Content::Unavailable(note.message.clone());
    notes.push(note);
    File { id: None, content }
}

fn blob_id(hash: gix::hash::Kind, bytes: &[u8]) -> Option<String> {
    // It fails only for bytes made to collide, which have no id to go by.
    gix::objs::compute_hash(hash, gix::objs::Kind::Blob, bytes).ok().map(|id| id.to_string())
}

fn is_repository(folder: &Path) -> bool {
    folder.join(".git").symlink_metadata().is_ok()
}

fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

fn unreadable(path: &str, error: &io::Error) -> Note {
    Note::at("unreadable", path, format!("cannot be read: {error}"))
}
