//! Writes changed files to disk: each file is old or new at any moment, never half.
//!
//! Everything is checked before anything is written: symbolic links, files outside the work tree, read-only
//! files, files that are no longer what was checked and names that are taken are refused, and then nothing is
//! written at all. New contents go to temporary files next to the old ones, are synced, and renamed over them if
//! they are still what was checked. What a program saves in the very moment of the renaming is lost.

use crate::files::Tree;
use crate::fix::atomic;
use crate::fix::patch::{FileChange, changes};
use crate::okep::config::is_git;
use crate::rules::finding::Rename;
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Component, Path, PathBuf};
use tempfile::NamedTempFile;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("`{path}` is read-only; make it writable and try again: nothing was written")]
    ReadOnly { path: String },
    #[error("`{path}` is a symbolic link or behind one, which okep does not follow: nothing was written")]
    Symlink { path: String },
    #[error("`{path}` is outside the work tree: nothing was written")]
    Outside { path: String },
    #[error("`{path}` changed after it was checked; try again: nothing was written")]
    Changed { path: String },
    #[error("`{path}` already exists, so nothing can be renamed to it: nothing was written")]
    Taken { path: String },
    #[error("`{path}` cannot be written: {source}{}; {}", atomic::remedy(.source), done(.written))]
    Io { path: String, source: io::Error, written: Vec<String> },
    #[error("`{path}` changed while it was being written and was left alone; try again; {}", done(.written))]
    ChangedMeanwhile { path: String, written: Vec<String> },
    #[error(
        "another okep is writing here, or another program holds a lock on this folder; try again when it is \
         done: nothing was written"
    )]
    Busy,
}

fn done(written: &[String]) -> String {
    let names = written.iter().map(|path| format!("`{path}`")).collect::<Vec<_>>().join(", ");
    if names.is_empty() { "nothing was written".to_owned() } else { format!("already written: {names}") }
}

/// Makes the files below `root` what they are in `after`; they must be what they are in `before`, and the
/// folders of new ones must be there.
///
/// Returns the paths written, new names for renamed files. Call [`alone`] before the files are read: of a tree that
/// another run is changing, half is old and half is new.
///
/// # Errors
/// The first path that cannot be written, and what was already.
pub fn write(root: &Path, before: &Tree, after: &Tree, renames: &[Rename]) -> Result<Vec<String>, Error> {
    let changes = changes(before, after, renames);
    for change in &changes {
        if change.new.is_none() {
            // Its new name was that of a file that gets another name in the same run.
            let taken = renames.iter().find(|rename| rename.from == change.from);
            return Err(Error::Taken { path: taken.map_or(change.from, |rename| &rename.to).to_owned() });
        }
        if let Some(old) = &change.old {
            check(root, change.from, old)?;
        }
        if change.old.is_none() || change.is_rename() {
            check_target(root, change)?;
        }
    }
    replace(root, &changes)
}

/// Keeps other runs of okep from writing below `root` while the value lives, where folders can be locked.
///
/// # Errors
/// Another run is writing.
pub fn alone(root: &Path) -> Result<Option<File>, Error> {
    // A folder that cannot be opened is reported where it is written.
    let Ok(folder) = File::open(root) else { return Ok(None) };
    if let Err(TryLockError::WouldBlock) = folder.try_lock() { Err(Error::Busy) } else { Ok(Some(folder)) }
}

/// Refuses a file that must not be written.
fn check(root: &Path, path: &str, checked: &[u8]) -> Result<(), Error> {
    let on_disk = inside(root, path)?;
    let found = on_disk.symlink_metadata().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Error::Changed { path: path.into() },
        _ => cannot(path, error, &[]),
    })?;
    if found.is_symlink() {
        return Err(Error::Symlink { path: path.into() });
    }
    if !found.is_file() || fs::read(&on_disk).map_err(|error| cannot(path, error, &[]))? != checked {
        return Err(Error::Changed { path: path.into() });
    }
    if found.permissions().readonly() {
        return Err(Error::ReadOnly { path: path.into() });
    }
    Ok(())
}

/// Refuses a name that is taken, unless by the file that is to have it.
fn check_target(root: &Path, change: &FileChange) -> Result<(), Error> {
    let target = inside(root, change.to)?;
    // On a disk that is blind to case both names may be one file's.
    let is_own = || change.is_rename() && same_file(&target, &root.join(change.from));
    match target.symlink_metadata() {
        Ok(found) if found.is_file() && is_own() => Ok(()),
        Ok(_) => Err(Error::Taken { path: change.to.into() }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(cannot(change.to, error, &[])),
    }
}

/// Where a path is on disk, if its folder is really there and not behind a link.
fn inside(root: &Path, path: &str) -> Result<PathBuf, Error> {
    let relative = Path::new(path);
    let fine = |c: Component| matches!(c, Component::Normal(name) if !is_git(&name.to_string_lossy()));
    if path.is_empty() || path.contains('\\') || !relative.components().all(fine) {
        return Err(Error::Outside { path: path.into() });
    }
    let real_root = root.canonicalize().map_err(|error| cannot(path, error, &[]))?;
    let folder = relative.parent().unwrap_or(Path::new(""));
    let real = root.join(folder).canonicalize().map_err(|error| cannot(path, error, &[]))?;
    if !real.starts_with(&real_root) {
        return Err(Error::Outside { path: path.into() });
    }
    let mut folders = folder.ancestors().filter(|a| !a.as_os_str().is_empty());
    if folders.any(|part| real_root.join(part).symlink_metadata().is_ok_and(|m| m.is_symlink())) {
        return Err(Error::Symlink { path: path.into() });
    }
    Ok(root.join(relative))
}

fn cannot(path: &str, source: io::Error, written: &[String]) -> Error {
    Error::Io { path: path.into(), source, written: written.to_vec() }
}

/// Writes what was checked, and gives the paths that were written.
fn replace(root: &Path, changes: &[FileChange]) -> Result<Vec<String>, Error> {
    let mut written: Vec<String> = Vec::new();
    // Waiting for the disk is most of the work.
    let edits: Vec<_> = changes.iter().filter(|change| change.old.is_some() && change.is_edit()).collect();
    let stage = |change: &&FileChange| {
        let bytes = change.new.as_deref().unwrap_or_default();
        atomic::stage(&root.join(change.from), bytes).map_err(|error| cannot(change.from, error, &[]))
    };
    let staged: Vec<Result<NamedTempFile, Error>> = edits.par_iter().map(stage).collect();
    let staged: Vec<NamedTempFile> = staged.into_iter().collect::<Result<_, _>>()?;
    // A new file comes before what links to it.
    for FileChange { to, new, .. } in changes.iter().filter(|change| change.old.is_none()) {
        let bytes = new.as_deref().unwrap_or_default();
        atomic::create(&root.join(to), bytes, false).map_err(|error| cannot(to, error, &written))?;
        written.push((*to).to_owned());
    }
    let mut folders = BTreeSet::new();
    for (FileChange { from: path, old, .. }, file) in edits.into_iter().zip(staged) {
        let target = root.join(path);
        match fs::read(&target) {
            Ok(now) if Some(&now[..]) == old.as_deref() => {}
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(cannot(path, error, &written));
            }
            _ => return Err(Error::ChangedMeanwhile { path: (*path).to_owned(), written }),
        }
        file.persist(&target).map_err(|error| cannot(path, error.error, &written))?;
        written.push((*path).to_owned());
        folders.extend(target.parent().map(Path::to_owned));
    }
    // A file changes first and moves then: at any moment it is there once, old or new.
    for FileChange { from, to, .. } in changes.iter().filter(|change| change.is_rename()) {
        let (source, target) = (root.join(from), root.join(to));
        if target.symlink_metadata().is_ok() && !same_file(&source, &target) {
            return Err(cannot(to, io::ErrorKind::AlreadyExists.into(), &written));
        }
        fs::rename(&source, &target).map_err(|error| cannot(to, error, &written))?;
        written.retain(|path| path != from);
        written.push((*to).to_owned());
        folders.extend(target.parent().map(Path::to_owned));
    }
    folders.iter().for_each(|folder| atomic::sync(folder));
    Ok(written)
}

fn same_file(a: &Path, b: &Path) -> bool {
    matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b)
}
