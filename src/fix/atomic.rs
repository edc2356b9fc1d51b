//! Files on disk, written whole or not at all: a temporary file in the same folder, synced and renamed.
//!
//! The one place that puts bytes on disk. It follows no symbolic link and decides nothing about what is
//! written; `fix::write` looks at all files of a change before the first of them.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::{Builder, NamedTempFile};

/// What a temporary file is called: by neither git's rules nor MkDocs' nor okep's a page.
const PREFIX: &str = ".okep-";
const SUFFIX: &str = ".tmp";
/// How many letters and digits are between the two.
const RANDOM: usize = 6;

/// A temporary file is there for the blink between being written and being renamed; one that is older
/// than this is nobody's.
const ABANDONED: Duration = Duration::from_secs(60);

/// Makes a new file; with `executable`, one that may be run.
///
/// # Errors
/// Something is at `path`, or the folder cannot be written.
pub fn create(path: &Path, bytes: &[u8], executable: bool) -> io::Result<()> {
    let mut builder = Builder::new();
    // Of a new file the system takes the user's mask off; of a renamed temporary one it would not.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(if executable { 0o777 } else { 0o666 }));
    #[cfg(not(unix))]
    let _ = executable;
    let mut file = temporary(&mut builder, path)?;
    file.as_file_mut().write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist_noclobber(path).map_err(|error| plain(error.error))?;
    sync(folder(path));
    Ok(())
}

/// Writes and syncs a new file next to the file `target`, with its permissions, and returns its path.
///
/// # Errors
/// There is no `target`, or the folder cannot be written; then nothing is left behind.
pub fn stage(target: &Path, bytes: &[u8]) -> io::Result<PathBuf> {
    let permissions = fs::metadata(target)?.permissions();
    let mut file = temporary(&mut Builder::new(), target)?;
    file.as_file_mut().write_all(bytes)?;
    file.as_file().set_permissions(permissions)?;
    file.as_file().sync_all()?;
    let (_, path) = file.keep().map_err(|error| plain(error.error))?;
    Ok(path)
}

/// Exchanges two files, at once; says no where the system or the file system cannot.
///
/// # Errors
/// One of them is not there, or the folder cannot be written.
pub fn exchange(one: &Path, other: &Path) -> io::Result<bool> {
    at_once::exchange(one, other)
}

/// Gives a file a name that no other has.
///
/// # Errors
/// Something is at `to`, or the folder cannot be written.
pub fn rename(from: &Path, to: &Path) -> io::Result<()> {
    if at_once::rename(from, to)? {
        return Ok(());
    }
    match to.symlink_metadata() {
        Ok(_) => Err(io::ErrorKind::AlreadyExists.into()),
        Err(_) => fs::rename(from, to),
    }
}

/// What some systems do in one step, and some file systems do not; what cannot be done is not begun.
#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
mod at_once {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    use rustix::io::Errno;
    use std::io;
    use std::path::Path;

    fn renamed(from: &Path, to: &Path, how: RenameFlags) -> io::Result<bool> {
        match renameat_with(CWD, from, CWD, to, how) {
            Ok(()) => Ok(true),
            Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    pub fn exchange(one: &Path, other: &Path) -> io::Result<bool> {
        renamed(one, other, RenameFlags::EXCHANGE)
    }

    pub fn rename(from: &Path, to: &Path) -> io::Result<bool> {
        renamed(from, to, RenameFlags::NOREPLACE)
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
mod at_once {
    use std::io;
    use std::path::Path;

    pub fn exchange(_: &Path, _: &Path) -> io::Result<bool> {
        Ok(false)
    }

    pub fn rename(_: &Path, _: &Path) -> io::Result<bool> {
        Ok(false)
    }
}

/// Keeps other runs of okep from writing below a folder for as long as the value lives, and leaves no
/// trace; says no where another does so. Where there are no locks, there is none to be had.
#[cfg(unix)]
pub fn alone(folder: &Path) -> Option<impl Sized + use<>> {
    use rustix::fs::{FlockOperation, flock};
    // A folder that cannot be opened is reported where it is written.
    let Ok(folder) = fs::File::open(folder) else { return Some(None) };
    match flock(&folder, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Some(Some(folder)),
        Err(rustix::io::Errno::WOULDBLOCK) => None,
        Err(_) => Some(None),
    }
}

/// Windows lets no folder be locked.
#[cfg(not(unix))]
pub fn alone(_: &Path) -> Option<impl Sized + use<>> {
    Some(())
}

/// Makes what was renamed in a folder last, where that can be asked for.
pub fn sync(folder: &Path) {
    // Not every system opens a folder; the contents themselves are synced.
    if let Ok(folder) = fs::File::open(folder) {
        let _ = folder.sync_all();
    }
}

/// Removes from a folder what killed runs left behind, and returns what may yet be a running one's.
pub fn sweep(folder: &Path) -> Vec<PathBuf> {
    // A folder that cannot be read is reported where it matters: where it is checked, or written.
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut young = Vec::new();
    for entry in entries.flatten().filter(|entry| entry.file_name().to_str().is_some_and(is_temporary)) {
        let Ok(found) = entry.path().symlink_metadata() else { continue };
        if !found.is_file() {
            continue;
        }
        let age = found.modified().ok().and_then(|modified| modified.elapsed().ok());
        let abandoned = age.is_some_and(|age| age > ABANDONED);
        if !abandoned || fs::remove_file(entry.path()).is_err() {
            young.push(entry.path());
        }
    }
    young.sort();
    young
}

fn temporary(builder: &mut Builder, beside: &Path) -> io::Result<NamedTempFile> {
    builder.prefix(PREFIX).suffix(SUFFIX).rand_bytes(RANDOM).tempfile_in(folder(beside)).map_err(plain)
}

/// The system's own word: `tempfile` adds the name of the temporary file, which nobody has heard of.
fn plain(error: io::Error) -> io::Error {
    match error.to_string().split_once(" at path ") {
        Some((reason, _)) if error.raw_os_error().is_none() => {
            io::Error::new(error.kind(), reason.to_owned())
        }
        _ => error,
    }
}

/// What to do about a file that cannot be written, to follow what the system says of it.
pub fn remedy(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "; make room and try again",
        io::ErrorKind::PermissionDenied => "; make it and its folder writable and try again",
        io::ErrorKind::ReadOnlyFilesystem => "; its file system must be mounted for writing",
        _ => "",
    }
}

fn is_temporary(name: &str) -> bool {
    let random = name.strip_prefix(PREFIX).and_then(|rest| rest.strip_suffix(SUFFIX));
    random.is_some_and(|r| r.len() == RANDOM && r.bytes().all(|b| b.is_ascii_alphanumeric()))
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
