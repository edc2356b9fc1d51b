//! Files on disk, whether a repository is around them or not.

use super::file::{Content, File, blob_id, is_markdown};
use super::found::{FoundFiles, Spot, lfs_notice, submodule_notice, symlink_notice, too_large};
use super::note::Note;
use crate::git::{MAX_FILE_BYTES, PathKind};
use crate::text::Bytes;
use gix::bstr::{BString, ByteSlice};
use std::collections::BTreeSet;
use std::fs::FileType;
use std::io::{self, Read};
use std::path::Path;

/// Lists the Markdown files below `folder` that are `wanted`, by path and whether it is a folder; a folder that
/// is not wanted is not entered.
pub(super) fn walk(
    root: &Path,
    folder: &str,
    found: &mut FoundFiles,
    wanted: &mut impl FnMut(&str, bool) -> bool,
) {
    for (at, _) in folder.match_indices('/').chain([(folder.len(), "")]) {
        let part = &folder[..at];
        match root.join(part).symlink_metadata() {
            Ok(here) if here.is_dir() => {
                if is_repository(&root.join(part)) {
                    return found.notices.push(submodule_notice(part));
                }
            }
            Ok(here) if here.is_symlink() => return found.notices.push(symlink_notice(part)),
            Ok(_) => return,
            Err(error) if is_absent(&error) => return,
            Err(error) => return found.notices.push(unreadable(part, &error)),
        }
    }
    enter(&root.join(folder), folder, found, wanted);
}

fn enter(dir: &Path, folder: &str, found: &mut FoundFiles, wanted: &mut impl FnMut(&str, bool) -> bool) {
    let listed = std::fs::read_dir(dir).and_then(|entries| {
        let named = entries.map(|entry| entry.and_then(|e| Ok((e.file_name(), e.file_type()?))));
        named.collect::<io::Result<Vec<_>>>()
    });
    let mut listed = match listed {
        Ok(listed) => listed,
        Err(error) => return found.notices.push(unreadable(folder, &error)),
    };
    listed.sort_by(|one, other| one.0.cmp(&other.0));
    for (name, kind) in listed {
        // Only Windows has names without bytes of their own.
        let bytes = gix::path::os_str_into_bstr(&name)
            .map_or_else(|_| BString::from(name.to_string_lossy().as_ref()), ToOwned::to_owned);
        add(&dir.join(&name), folder, &bytes, kind, found, wanted);
    }
}

fn add(
    on_disk: &Path,
    folder: &str,
    name: &BString,
    kind: FileType,
    found: &mut FoundFiles,
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
        found.path([folder.as_bytes(), b"/", name].concat().as_bstr());
    }
    if kind.is_dir() {
        if is_repository(on_disk) {
            return found.notices.push(submodule_notice(&path));
        }
        return enter(on_disk, &path, found, wanted);
    }
    if kind.is_symlink() && !markdown {
        return found.notices.push(symlink_notice(&path));
    }
    if kind.is_symlink() || kind.is_file() {
        found.files.insert(path, Spot::Disk(on_disk.to_owned()));
    }
}

/// All files below `folder`, links and other repositories left out, that are `wanted` as in [`walk`].
pub(super) fn files(
    root: &Path,
    folder: &str,
    wanted: &mut impl FnMut(&str, bool) -> bool,
    found: &mut BTreeSet<String>,
) {
    let Ok(listed) = std::fs::read_dir(root.join(folder)) else { return };
    for entry in listed.flatten() {
        let (Ok(kind), Some(name)) = (entry.file_type(), entry.file_name().to_str().map(str::to_owned))
        else {
            continue;
        };
        let path = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
        if name == ".git" || kind.is_symlink() || !wanted(&path, kind.is_dir()) {
            continue;
        }
        if kind.is_file() {
            found.insert(path);
        } else if kind.is_dir() && !is_repository(&entry.path()) {
            files(root, &path, wanted, found);
        }
    }
}

/// The file or link at `path` below `root`.
///
/// # Errors
/// It cannot be found out whether there is one.
pub(super) fn find(root: &Path, path: &str) -> Result<Option<Spot>, Note> {
    let on_disk = root.join(path);
    match on_disk.symlink_metadata() {
        Ok(here) if here.is_symlink() || here.is_file() => Ok(Some(Spot::Disk(on_disk))),
        Ok(_) => Ok(None),
        Err(error) if is_absent(&error) => Ok(None),
        Err(error) => Err(unreadable(path, &error)),
    }
}

/// What is at a path on disk.
enum DiskEntry {
    Symlink,
    Other,
    TooLarge(u64),
    Bytes(Vec<u8>),
}

/// The file that was found at `on_disk` a moment ago, and what there is to say about it.
pub(super) fn read(on_disk: &Path, path: &str, hash: gix::hash::Kind) -> (Option<File>, Option<Note>) {
    let file = |content| Some(File { id: None, content });
    match entry(on_disk) {
        Ok(DiskEntry::Other) => (None, None),
        Ok(DiskEntry::Symlink) => (file(Content::Symlink), Some(symlink_notice(path))),
        Ok(DiskEntry::TooLarge(bytes)) => (file(Content::TooLarge(bytes)), Some(too_large(path, bytes))),
        Ok(DiskEntry::Bytes(bytes)) => {
            let id = blob_id(hash, &bytes);
            let content = Content::from(Bytes::from(bytes));
            let notice = (content == Content::LfsPointer).then(|| lfs_notice(path));
            (Some(File { id, content }), notice)
        }
        Err(error) => {
            // Without the file, or what it was renamed to, there is no verdict.
            let notice = match is_absent(&error) {
                true => Note::at("unreadable", path, "vanished while the folder was read; try again"),
                false => unreadable(path, &error),
            };
            (file(Content::Unavailable(notice.message.clone())), Some(notice))
        }
    }
}

fn entry(on_disk: &Path) -> io::Result<DiskEntry> {
    let here = on_disk.symlink_metadata()?;
    if here.is_symlink() {
        return Ok(DiskEntry::Symlink);
    }
    if !here.is_file() {
        return Ok(DiskEntry::Other);
    }
    if here.len() > MAX_FILE_BYTES {
        return Ok(DiskEntry::TooLarge(here.len()));
    }
    let mut bytes = Vec::with_capacity(here.len() as usize);
    std::fs::File::open(on_disk)?.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes)?;
    Ok(match bytes.len() as u64 {
        size if size > MAX_FILE_BYTES => DiskEntry::TooLarge(size),
        _ => DiskEntry::Bytes(bytes),
    })
}

/// What is at a path; links are followed, as the builder of a site does.
pub(super) fn kind(root: &Path, path: &str) -> PathKind {
    match root.join(path).metadata() {
        Ok(here) if here.is_dir() => PathKind::Folder,
        Ok(_) => PathKind::File,
        Err(error) => match error.kind() {
            // A name that no file can have is that of none.
            io::ErrorKind::NotFound
            | io::ErrorKind::NotADirectory
            | io::ErrorKind::InvalidInput
            | io::ErrorKind::InvalidFilename => PathKind::Nothing,
            _ => PathKind::Unknown,
        },
    }
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
