//! Files on disk, whether a repository is around them or not.

use super::file::{Content, File, blob_id, is_markdown};
use super::found::{FoundFiles, Spot, content_notice, submodule_notice, symlink_notice};
use super::note::Note;
use crate::git::{MAX_FILE_BYTES, PathKind};
use crate::text::Bytes;
use gix::bstr::{BString, ByteSlice};
use std::collections::BTreeSet;
use std::fs::FileType;
use std::io::{self, Read};
use std::path::Path;

/// Whether a path is wanted, and whether it is a folder; one that is not wanted is not entered.
type Wanted<'w> = &'w mut dyn FnMut(&str, bool) -> bool;

/// Lists the Markdown files below `folder` that are `wanted`.
pub(super) fn walk(root: &Path, folder: &str, found: &mut FoundFiles, wanted: Wanted) {
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
    DiskWalk { found, wanted, every_file: false }.enter(&root.join(folder), folder);
}

/// All files below `root` that are `wanted`, links and other repositories left out.
pub(super) fn files(root: &Path, wanted: Wanted) -> BTreeSet<String> {
    let mut found = FoundFiles::default();
    DiskWalk { found: &mut found, wanted, every_file: true }.enter(root, "");
    found.files.into_keys().collect()
}

struct DiskWalk<'w> {
    found: &'w mut FoundFiles,
    wanted: Wanted<'w>,
    /// Markdown or not; links are left out.
    every_file: bool,
}

impl DiskWalk<'_> {
    fn enter(&mut self, dir: &Path, folder: &str) {
        let listed = std::fs::read_dir(dir).and_then(|entries| {
            let named = entries.map(|entry| entry.and_then(|e| Ok((e.file_name(), e.file_type()?))));
            named.collect::<io::Result<Vec<_>>>()
        });
        let mut listed = match listed {
            Ok(listed) => listed,
            Err(error) => return self.found.notices.push(unreadable(folder, &error)),
        };
        listed.sort_by(|one, other| one.0.cmp(&other.0));
        for (name, kind) in listed {
            // Only Windows has names without bytes of their own.
            let bytes = gix::path::os_str_into_bstr(&name)
                .map_or_else(|_| BString::from(name.to_string_lossy().as_ref()), ToOwned::to_owned);
            self.add(&dir.join(&name), folder, &bytes, kind);
        }
    }

    fn add(&mut self, on_disk: &Path, folder: &str, name: &BString, kind: FileType) {
        let is_listed = self.every_file || is_markdown(name);
        let is_link = kind.is_symlink();
        if name == ".git" || !kind.is_dir() && !is_link && !is_listed || is_link && self.every_file {
            return;
        }
        let above = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let path = format!("{above}{}", name.to_str_lossy());
        if !(self.wanted)(&path, kind.is_dir()) {
            return;
        }
        if is_listed {
            self.found.path([above.as_bytes(), name].concat().as_bstr());
        }
        if kind.is_dir() {
            match is_repository(on_disk) {
                true => self.found.notices.push(submodule_notice(&path)),
                false => self.enter(on_disk, &path),
            }
        } else if is_link && !is_listed {
            self.found.notices.push(symlink_notice(&path));
        } else if is_link || kind.is_file() {
            self.found.files.insert(path, Spot::Disk(on_disk.to_owned()));
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

/// The file that was found at `on_disk` a moment ago, and what there is to say about it.
pub(super) fn read(on_disk: &Path, path: &str, hash: gix::hash::Kind) -> (Option<File>, Option<Note>) {
    match file(on_disk, hash) {
        Ok(file) => {
            let notice = file.as_ref().and_then(|file| content_notice(path, &file.content));
            (file, notice)
        }
        Err(error) => {
            // Without the file, or what it was renamed to, there is no verdict.
            let notice = match is_absent(&error) {
                true => Note::at("unreadable", path, "vanished while the folder was read; try again"),
                false => unreadable(path, &error),
            };
            let content = Content::Unavailable(notice.message.clone());
            (Some(File { id: None, content }), Some(notice))
        }
    }
}

/// What is at a path; none where it is neither a file nor a link.
fn file(on_disk: &Path, hash: gix::hash::Kind) -> io::Result<Option<File>> {
    let here = on_disk.symlink_metadata()?;
    let unread = |content| Ok(Some(File { id: None, content }));
    if here.is_symlink() {
        return unread(Content::Symlink);
    }
    if !here.is_file() {
        return Ok(None);
    }
    if here.len() > MAX_FILE_BYTES {
        return unread(Content::TooLarge(here.len()));
    }
    let mut bytes = Vec::with_capacity(here.len() as usize);
    std::fs::File::open(on_disk)?.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes)?;
    Ok(Some(File { id: blob_id(hash, &bytes), content: Bytes::from(bytes).into() }))
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
