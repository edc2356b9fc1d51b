//! Files on disk, whether a repository is around them or not.

use super::file::{Content, File, blob_id, is_markdown};
use super::found::{FoundFiles, Spot, submodule_notice, symlink_notice};
use super::note::Note;
use crate::git::{MAX_FILE_BYTES, PathKind};
use crate::text::Bytes;
use gix::bstr::ByteSlice;
use std::collections::BTreeSet;
use std::io::{self, Read};
use std::path::Path;
use walkdir::WalkDir;

/// Whether a path is wanted, and whether it is a folder; one that is not wanted is not entered.
type Wanted<'w> = &'w mut dyn FnMut(&str, bool) -> bool;

/// Lists the Markdown files below `folder` that are `wanted`.
pub(super) fn walk(root: &Path, folder: &str, found: &mut FoundFiles, wanted: Wanted) {
    for (at, _) in folder.match_indices('/').chain([(folder.len(), "")]) {
        let part = &folder[..at];
        match root.join(part).symlink_metadata() {
            Ok(here) if here.is_dir() && !is_repository(&root.join(part)) => {}
            Ok(here) if here.is_dir() => return found.notices.push(submodule_notice(part)),
            Ok(here) if here.is_symlink() => return found.notices.push(symlink_notice(part)),
            Ok(_) => return,
            Err(error) if is_absent(&error) => return,
            Err(error) => return found.notices.push(unreadable(part, &error)),
        }
    }
    enter(root, folder, found, wanted, false);
}

/// All files below `root` that are `wanted`, links and other repositories left out.
pub(super) fn files(root: &Path, wanted: Wanted) -> BTreeSet<String> {
    let mut found = FoundFiles::default();
    enter(root, "", &mut found, wanted, true);
    found.files.into_keys().collect()
}

/// Finds what is below `folder`: Markdown files and links, or `every_file` and no links.
fn enter(root: &Path, folder: &str, found: &mut FoundFiles, wanted: Wanted, every_file: bool) {
    let mut walk = WalkDir::new(root.join(folder)).min_depth(1).sort_by_file_name().into_iter();
    let relative = |on_disk: &Path| {
        let path = on_disk.strip_prefix(root).unwrap_or(on_disk).as_os_str().as_encoded_bytes();
        gix::path::to_unix_separators_on_windows(path.as_bstr()).into_owned()
    };
    while let Some(entry) = walk.next() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                if let (Some(on_disk), Some(error)) = (error.path(), error.io_error()) {
                    found.notices.push(unreadable(&relative(on_disk).to_str_lossy(), error));
                }
                continue;
            }
        };
        let (on_disk, kind) = (entry.path(), entry.file_type());
        let path = relative(on_disk);
        let is_listed = every_file || is_markdown(&path);
        let may_count = if kind.is_symlink() { !every_file } else { kind.is_dir() || is_listed };
        let is_wanted =
            entry.file_name() != ".git" && may_count && wanted(&path.to_str_lossy(), kind.is_dir());
        let is_other = is_wanted && kind.is_dir() && is_repository(on_disk);
        if kind.is_dir() && (is_other || !is_wanted) {
            walk.skip_current_dir();
        }
        if !is_wanted {
            continue;
        }
        let path = if is_listed { found.path(path.as_bstr()) } else { path.to_string() };
        if is_other {
            found.notices.push(submodule_notice(&path));
        } else if kind.is_symlink() && !is_listed {
            found.notices.push(symlink_notice(&path));
        } else if kind.is_symlink() || kind.is_file() {
            found.files.insert(path, Spot::Disk(on_disk.to_owned()));
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

/// The file that was found at `on_disk` a moment ago, or why it cannot be read.
pub(super) fn read(on_disk: &Path, path: &str, hash: gix::hash::Kind) -> (Option<File>, Option<Note>) {
    match file(on_disk, hash) {
        Ok(file) => (file, None),
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
        Err(error) if is_absent(&error) => PathKind::Nothing,
        Err(error) => match error.kind() {
            // No file can have such a name.
            io::ErrorKind::InvalidInput | io::ErrorKind::InvalidFilename => PathKind::Nothing,
            _ => PathKind::Unknown,
        },
    }
}

fn is_repository(folder: &Path) -> bool {
    folder.join(".git").symlink_metadata().is_ok()
}

/// Whether an error says that there is no such file.
pub fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

fn unreadable(path: &str, error: &io::Error) -> Note {
    Note::at("unreadable", path, format!("cannot be read: {error}"))
}
