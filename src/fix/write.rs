//! Writes changed files to disk: each file is old or new at any moment, never half.
//!
//! All is looked at before anything is written: symbolic links, files outside the work tree, read-only
//! files, files that are no longer what was checked and names that are taken are refused, and then
//! nothing is written at all. New contents are written next to the files, synced, and put in their place.
//!
//! Whoever saves a file in the moment before gets it back: it is exchanged with the new one, and again if
//! it is not what was checked. Two things remain: where no two files can be exchanged (Windows, some network
//! file systems) what is saved between the last look and the renaming is lost, and so is what a program
//! writes later into a file that it holds open, instead of saving it anew. Other runs of okep are kept out.

use crate::files::Tree;
use crate::fix::atomic;
use crate::okep::config::is_git;
use crate::rules::finding::Rename;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

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
    match written {
        [] => "nothing was written".to_owned(),
        some => {
            let names: Vec<String> = some.iter().map(|p| format!("`{p}`")).collect();
            format!("already written: {}", names.join(", "))
        }
    }
}

/// The few things done to a file system, so that tests can let each of them fail.
pub trait Disk {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;
    /// Makes a new file, at once; nothing may be there.
    fn create(&self, path: &Path, bytes: &[u8]) -> io::Result<()>;
    /// Writes and syncs a new file next to `target`, with its permissions, and returns its path.
    fn stage(&self, target: &Path, bytes: &[u8]) -> io::Result<PathBuf>;
    /// Exchanges two files, at once; says no where that cannot be had.
    fn exchange(&self, one: &Path, other: &Path) -> io::Result<bool>;
    /// Puts a staged file over its target, at once.
    fn replace(&self, staged: &Path, target: &Path) -> io::Result<()>;
    /// Gives a file a name that no other has.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    fn discard(&self, staged: &Path);
    /// Makes what was renamed in a folder last, where that can be asked for.
    fn sync_folder(&self, folder: &Path);
}

/// The file system itself.
pub struct RealDisk;

impl Disk for RealDisk {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        fs::read(path)
    }

    fn create(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        atomic::create(path, bytes, false)
    }

    fn stage(&self, target: &Path, bytes: &[u8]) -> io::Result<PathBuf> {
        atomic::stage(target, bytes)
    }

    fn exchange(&self, one: &Path, other: &Path) -> io::Result<bool> {
        atomic::exchange(one, other)
    }

    fn replace(&self, staged: &Path, target: &Path) -> io::Result<()> {
        fs::rename(staged, target)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        match atomic::rename(from, to) {
            // On a disk that is blind to case both names may be one file's.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && same_file(from, to) => {
                fs::rename(from, to)
            }
            result => result,
        }
    }

    fn discard(&self, staged: &Path) {
        // It is our own file, and there is nobody left to tell.
        let _ = fs::remove_file(staged);
    }

    fn sync_folder(&self, folder: &Path) {
        atomic::sync(folder);
    }
}

/// Makes the files below `root` what they are in `after`; they must be what they are in `before`, and the
/// folders of new ones must be there.
///
/// Returns the paths written, new names for renamed files.
///
/// Who has checked what is written holds [`alone`] since before that: of a tree that another run is changing,
/// half is old and half is new.
///
/// # Errors
/// The first path that cannot be written, and what was already.
pub fn write(
    root: &Path,
    before: &Tree,
    after: &Tree,
    renames: &[Rename],
    disk: &dyn Disk,
) -> Result<Vec<String>, Error> {
    let origins = origins(before, after, renames);
    let mut job = Job { root, disk, staged: BTreeMap::new(), written: Vec::new() };
    let contents = contents(before, after, &origins);
    let touched: BTreeSet<&str> =
        contents.iter().map(|(path, _, _)| *path).chain(origins.values().copied()).collect();
    for path in &touched {
        let old = before.bytes(path).unwrap_or_default();
        job.look_at(path, &old)?;
    }
    for (to, from) in &origins {
        job.look_at_target(to, Some(from))?;
    }
    let is_new = |path: &&str| !before.contains(path) && !origins.contains_key(*path);
    let new = after.changes().keys().map(String::as_str).filter(is_new);
    let new: Vec<(&str, Arc<[u8]>)> = new.filter_map(|path| Some((path, after.bytes(path)?))).collect();
    for (path, _) in &new {
        job.look_at_target(path, None)?;
    }
    let result = job.carry_out(&new, &contents, &origins);
    job.staged.values().for_each(|staged| disk.discard(staged));
    result.map(|()| job.written)
}

/// A file's path before, and its bytes before and after.
type Contents<'t> = (&'t str, Arc<[u8]>, Arc<[u8]>);

/// The files whose bytes differ: their path before, their bytes before and after.
fn contents<'t>(
    before: &'t Tree,
    after: &'t Tree,
    origins: &BTreeMap<&'t str, &'t str>,
) -> Vec<Contents<'t>> {
    let changed = after.changes().keys().filter_map(|path| {
        let from = origins.get(path.as_str()).copied().unwrap_or(path);
        let (old, new) = (before.bytes(from)?, after.bytes(path)?);
        (old != new).then_some((from, old, new))
    });
    changed.collect()
}

/// The files under new names, each with its name before all renames.
fn origins<'t>(before: &'t Tree, after: &'t Tree, renames: &'t [Rename]) -> BTreeMap<&'t str, &'t str> {
    let mut origins: BTreeMap<&str, &str> = BTreeMap::new();
    for Rename { from, to } in renames {
        let from = origins.remove(from.as_str()).unwrap_or(from);
        origins.insert(to, from);
    }
    origins.retain(|to, from| to != from && after.contains(to) && before.contains(from));
    origins
}

/// Keeps other runs of okep from writing below `root` while the value lives.
///
/// # Errors
/// Another one is at it.
pub fn alone(root: &Path) -> Result<impl Sized + use<>, Error> {
    atomic::alone(root).ok_or(Error::Busy)
}

/// What became of a staged file.
enum Replaced {
    Yes,
    /// The old one is in its place now.
    Exchanged,
    /// The target was no longer what was checked, and is as it was.
    Changed,
}

struct Job<'a> {
    root: &'a Path,
    disk: &'a dyn Disk,
    /// Files written next to their targets, by the target's path, until they are in its place.
    staged: BTreeMap<String, PathBuf>,
    written: Vec<String>,
}

impl Job<'_> {
    /// Refuses what must not be written, before anything is.
    fn look_at(&self, path: &str, judged: &[u8]) -> Result<(), Error> {
        let on_disk = self.inside(path)?;
        let cannot = |source| Error::Io { path: path.into(), source, written: Vec::new() };
        let found = on_disk.symlink_metadata().map_err(|e| match e.kind() {
            io::ErrorKind::NotFound => Error::Changed { path: path.into() },
            _ => cannot(e),
        })?;
        if found.is_symlink() {
            return Err(Error::Symlink { path: path.into() });
        }
        if !found.is_file() || self.disk.read(&on_disk).map_err(cannot)? != judged {
            return Err(Error::Changed { path: path.into() });
        }
        if found.permissions().readonly() {
            return Err(Error::ReadOnly { path: path.into() });
        }
        Ok(())
    }

    /// Refuses a name that is taken, unless by the file that is to have it.
    fn look_at_target(&self, to: &str, from: Option<&str>) -> Result<(), Error> {
        let target = self.inside(to)?;
        // On a disk that is blind to case both names may be one file's.
        let is_own = || from.is_some_and(|from| same_file(&target, &self.root.join(from)));
        match target.symlink_metadata() {
            Ok(found) if found.is_file() && is_own() => Ok(()),
            Ok(_) => Err(Error::Taken { path: to.into() }),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(source) => Err(Error::Io { path: to.into(), source, written: Vec::new() }),
        }
    }

    /// Where a path is on disk, if its folder is really there and not behind a link.
    fn inside(&self, path: &str) -> Result<PathBuf, Error> {
        let relative = Path::new(path);
        let fine = |c: Component| match c {
            Component::Normal(name) => !is_git(&name.to_string_lossy()),
            _ => false,
        };
        if path.is_empty() || path.contains('\\') || !relative.components().all(fine) {
            return Err(Error::Outside { path: path.into() });
        }
        let cannot = |source| Error::Io { path: path.into(), source, written: Vec::new() };
        let root = self.root.canonicalize().map_err(cannot)?;
        let folder = relative.parent().unwrap_or(Path::new(""));
        let real = self.root.join(folder).canonicalize().map_err(cannot)?;
        if !real.starts_with(&root) {
            return Err(Error::Outside { path: path.into() });
        }
        if real != root.join(folder) && has_symlink(&root, folder) {
            return Err(Error::Symlink { path: path.into() });
        }
        Ok(self.root.join(relative))
    }

    fn carry_out(
        &mut self,
        new: &[(&str, Arc<[u8]>)],
        contents: &[Contents],
        origins: &BTreeMap<&str, &str>,
    ) -> Result<(), Error> {
        for (path, _, new) in contents {
            let staged = self.disk.stage(&self.root.join(path), new);
            let staged = staged.map_err(|source| self.failed(path, source))?;
            self.staged.insert((*path).to_owned(), staged);
        }
        // A new file comes before what speaks of it.
        for (path, bytes) in new {
            self.disk.create(&self.root.join(path), bytes).map_err(|source| self.failed(path, source))?;
            self.written.push((*path).to_owned());
        }
        let mut folders = BTreeSet::new();
        for (path, old, new) in contents {
            let target = self.root.join(path);
            let staged = self.staged[*path].clone();
            match self.replace(&staged, &target, old, new) {
                Ok(Replaced::Yes) => drop(self.staged.remove(*path)),
                Ok(Replaced::Exchanged) => {
                    self.disk.discard(&self.staged.remove(*path).expect("staged above"))
                }
                Ok(Replaced::Changed) => {
                    let written = self.written.clone();
                    return Err(Error::ChangedMeanwhile { path: (*path).to_owned(), written });
                }
                Err(source) => return Err(self.failed(path, source)),
            }
            self.written.push((*path).to_owned());
            folders.extend(target.parent().map(Path::to_owned));
        }
        // A file changes first and moves then: at any moment it is there once, old or new.
        for (to, from) in origins {
            let (source, target) = (self.root.join(from), self.root.join(to));
            self.disk.rename(&source, &target).map_err(|source| self.failed(to, source))?;
            self.written.retain(|path| path != from);
            self.written.push((*to).to_owned());
            folders.extend(target.parent().map(Path::to_owned));
        }
        folders.iter().for_each(|folder| self.disk.sync_folder(folder));
        Ok(())
    }

    /// Puts a staged file in the place of its target, if that still is what was checked.
    fn replace(&self, staged: &Path, target: &Path, old: &[u8], new: &[u8]) -> io::Result<Replaced> {
        match self.disk.read(target) {
            Ok(now) if now == old => {}
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => return Ok(Replaced::Changed),
        }
        match self.disk.exchange(staged, target) {
            Ok(true) => {}
            Ok(false) => return self.disk.replace(staged, target).map(|()| Replaced::Yes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Replaced::Changed),
            Err(error) => return Err(error),
        }
        let mut theirs = self.disk.read(staged);
        match &theirs {
            Ok(theirs) if theirs == old => return Ok(Replaced::Exchanged),
            // Somebody took the old one away already, and the new one is.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Replaced::Yes),
            _ => {}
        }
        // Somebody saved it since the look, and gets it back. Who saves it once more meanwhile is noticed by
        // what comes out: it is not what was last put there, and so it is newer.
        let mut put = new.to_vec();
        loop {
            if self.disk.exchange(staged, target).is_err() {
                // It was deleted or moved; its last text is better kept than lost.
                return self.disk.rename(staged, target).map(|()| Replaced::Changed);
            }
            match (theirs, self.disk.read(staged)) {
                (Ok(text), Ok(out)) if out != put => (put, theirs) = (text, Ok(out)),
                _ => return Ok(Replaced::Changed),
            }
        }
    }

    fn failed(&self, path: &str, source: io::Error) -> Error {
        Error::Io { path: path.to_owned(), source, written: self.written.clone() }
    }
}

/// Whether a folder below `root`, or one around it, is a symbolic link.
fn has_symlink(root: &Path, folder: &Path) -> bool {
    let below = folder.ancestors().filter(|a| !a.as_os_str().is_empty());
    below.into_iter().any(|part| root.join(part).symlink_metadata().is_ok_and(|m| m.is_symlink()))
}

fn same_file(a: &Path, b: &Path) -> bool {
    match (a.canonicalize(), b.canonicalize()) {
        (Ok(a), Ok(b)) => a == b,
        _ => false,
    }
}
