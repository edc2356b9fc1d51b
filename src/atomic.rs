//! Files on disk, written whole or not at all: a temporary file in the same folder, synced and renamed.
//!
//! It follows no symbolic link and decides nothing about what is written.

use std::fs::{self, Permissions};
use std::io::{self, Write};
use std::path::Path;

/// Makes a new file; with `executable`, one that may be run.
///
/// # Errors
/// Something stands at `path`, or the folder cannot be written.
pub fn create(path: &Path, bytes: &[u8], executable: bool) -> io::Result<()> {
    let mut builder = tempfile::Builder::new();
    // Of a new file the system takes the user's mask off; of a renamed temporary one it would not.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(if executable { 0o777 } else { 0o666 }));
    #[cfg(not(unix))]
    let _ = executable;
    let mut file = builder.prefix(".okep-").tempfile_in(folder(path))?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist_noclobber(path).map_err(|error| error.error)?;
    Ok(())
}

/// Writes `bytes` over the file at `path`, which must still hold `before`; its permissions stay.
///
/// # Errors
/// It is no plain file, it has been changed meanwhile, or the folder cannot be written.
pub fn replace(path: &Path, before: &[u8], bytes: &[u8]) -> io::Result<()> {
    let found = path.symlink_metadata()?;
    if !found.is_file() {
        return Err(io::Error::other("it is no plain file, so it is not written"));
    }
    if fs::read(path)? != before {
        return Err(io::Error::other("it was changed meanwhile; try again"));
    }
    let mut file = tempfile::Builder::new().prefix(".okep-").tempfile_in(folder(path))?;
    file.write_all(bytes)?;
    let permissions: Permissions = found.permissions();
    file.as_file().set_permissions(permissions)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
