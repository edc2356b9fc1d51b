//! Files on disk, written whole or not at all: a temporary file in the same folder, synced and renamed.
//!
//! The one place that puts bytes on disk. It decides nothing about what is written; `fix::write` checks all
//! files of a change before the first of them.

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use tempfile::{Builder, NamedTempFile};

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
    let file = temporary(&mut builder, path, bytes)?;
    file.persist_noclobber(path).map_err(|error| plain(error.error))?;
    sync(folder(path));
    Ok(())
}

/// The new contents of the file `target` with its permissions, in a temporary file next to it, which is deleted
/// unless it is persisted.
///
/// # Errors
/// There is no `target`, or the folder cannot be written.
pub fn stage(target: &Path, bytes: &[u8]) -> io::Result<NamedTempFile> {
    let permissions = fs::metadata(target)?.permissions();
    let file = temporary(&mut Builder::new(), target, bytes)?;
    file.as_file().set_permissions(permissions)?;
    Ok(file)
}

/// Makes what was renamed in a folder last, where the system can be asked for that.
pub fn sync(folder: &Path) {
    // Not every system opens a folder; the contents themselves are synced.
    if let Ok(folder) = fs::File::open(folder) {
        let _ = folder.sync_all();
    }
}

fn temporary(builder: &mut Builder, target: &Path, bytes: &[u8]) -> io::Result<NamedTempFile> {
    let mut file = builder.prefix(".okep-").suffix(".tmp").tempfile_in(folder(target)).map_err(plain)?;
    file.as_file_mut().write_all(bytes)?;
    file.as_file().sync_all()?;
    Ok(file)
}

/// The system's own word: `tempfile` adds the name of the temporary file, which means nothing to the reader.
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

fn folder(path: &Path) -> &Path {
    path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
