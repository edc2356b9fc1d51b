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
/// How many letters and digits stand between the two.
const RANDOM: usize = 6;

/// A temporary file is there for the blink between being written and being renamed; one that is older
/// than this is nobody's.
const ABANDONED: Duration = Duration::from_secs(60);

/// Makes a new file; with `executable`, one that may be run.
///
/// # Errors
/// Something stands at `path`, or the folder cannot be written.
pub fn create(path: &Path, bytes: &[u8], executable: bool) -> io::Result<()> {
    let mut builder = Builder::new();
    // Of a new file the system takes the user's mask off; of a renamed temporary one it would not.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(if executable { 0o777 } else { 0o666 }));
    #[cfg(not(unix))]
    let _ = executable;
    let mut file = temporary(&mut builder, path)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist_noclobber(path).map_err(|error| error.error)?;
    sync(folder(path));
    Ok(())
}

/// Writes and syncs a new file beside the file `target`, with its permissions, and returns its path.
///
/// # Errors
/// There is no `target`, or the folder cannot be written; then nothing is left behind.
pub fn stage(target: &Path, bytes: &[u8]) -> io::Result<PathBuf> {
    let permissions = fs::metadata(target)?.permissions();
    let mut file = temporary(&mut Builder::new(), target)?;
    file.write_all(bytes)?;
    file.as_file().set_permissions(permissions)?;
    file.as_file().sync_all()?;
    let (_, path) = file.keep().map_err(|error| error.error)?;
    Ok(path)
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
    // A folder that cannot be read is told where it matters: where it is judged, or written.
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
    builder.prefix(PREFIX).suffix(SUFFIX).rand_bytes(RANDOM).tempfile_in(folder(beside))
}

fn is_temporary(name: &str) -> bool {
    let random = name.strip_prefix(PREFIX).and_then(|rest| rest.strip_suffix(SUFFIX));
    random.is_some_and(|r| r.len() == RANDOM && r.bytes().all(|b| b.is_ascii_alphanumeric()))
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
