//! Writing: each file is old or new wherever the process dies, and what must not be written is not.

use okep::files::Tree;
use okep::fix::atomic;
use okep::fix::write::{Disk, Error, RealDisk, write};
use okep::rules::finding::Rename;
use std::cell::{Cell, RefCell};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

const OLD: [(&str, &str); 3] = [("d/a.md", "old a\n"), ("d/b.md", "old b\n"), ("d/c.md", "old c\n")];
const NEW: [(&str, &str); 3] = [("d/a.md", "new a\n"), ("d/b.md", "new b\n"), ("d/e.md", "new c\n")];

fn tree(files: &[(&str, &str)]) -> Tree {
    let mut tree = Tree::default();
    files.iter().for_each(|(path, text)| tree.insert(*path, text.as_bytes()));
    tree
}

fn renames() -> Vec<Rename> {
    vec![
        Rename { from: "d/c.md".into(), to: "d/d.md".into() },
        Rename { from: "d/d.md".into(), to: "d/e.md".into() },
    ]
}

/// A folder with the old files.
fn folder() -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a temporary folder");
    fs::create_dir(dir.path().join("d")).expect("it is empty");
    OLD.iter().for_each(|(path, text)| fs::write(dir.path().join(path), text).expect("it is writable"));
    dir
}

fn run(dir: &Path, disk: &dyn Disk) -> Result<Vec<String>, Error> {
    write(dir, &tree(&OLD), &tree(&NEW), &renames(), disk)
}

fn names(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir.join("d")).expect("it is there");
    let mut names: Vec<String> =
        entries.map(|e| e.expect("it can be read").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

fn untouched(dir: &Path) {
    assert_eq!(names(dir), ["a.md", "b.md", "c.md"]);
    OLD.iter()
        .for_each(|(path, text)| assert_eq!(fs::read_to_string(dir.join(path)).expect("it is there"), *text));
}

/// A disk under a process that is killed before its n-th step: nothing happens after that.
struct Dying {
    steps_left: Cell<usize>,
    /// What the failing step says; without it all later steps fail too.
    error: Option<io::ErrorKind>,
}

impl Dying {
    fn step<T>(&self, act: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        match (self.steps_left.get(), self.error) {
            (0, None) => Err(io::Error::other("killed")),
            (1, Some(kind)) => {
                self.steps_left.set(0);
                Err(kind.into())
            }
            (0, Some(_)) => act(),
            (n, _) => {
                self.steps_left.set(n - 1);
                act()
            }
        }
    }
}

impl Disk for Dying {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.step(|| RealDisk.read(path))
    }
    fn create(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.step(|| RealDisk.create(path, bytes))
    }
    fn stage(&self, target: &Path, bytes: &[u8]) -> io::Result<PathBuf> {
        self.step(|| RealDisk.stage(target, bytes))
    }
    fn exchange(&self, one: &Path, other: &Path) -> io::Result<bool> {
        self.step(|| RealDisk.exchange(one, other))
    }
    fn replace(&self, staged: &Path, target: &Path) -> io::Result<()> {
        self.step(|| RealDisk.replace(staged, target))
    }
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.step(|| RealDisk.rename(from, to))
    }
    fn discard(&self, staged: &Path) {
        let _ = self.step(|| {
            RealDisk.discard(staged);
            Ok(())
        });
    }
    fn sync_folder(&self, folder: &Path) {
        let _ = self.step(|| {
            RealDisk.sync_folder(folder);
            Ok(())
        });
    }
}

#[test]
fn all_is_written_and_nothing_else_is_left() {
    let dir = folder();
    assert_eq!(run(dir.path(), &RealDisk).expect("it is written"), ["d/a.md", "d/b.md", "d/e.md"]);
    assert_eq!(names(dir.path()), ["a.md", "b.md", "e.md"]);
    NEW.iter().for_each(|(path, text)| {
        assert_eq!(fs::read_to_string(dir.path().join(path)).expect("it is there"), *text)
    });
}

#[test]
fn wherever_it_dies_each_file_is_old_or_new() {
    let mut deaths = 0;
    for steps in 0..40 {
        let dir = folder();
        let result = run(dir.path(), &Dying { steps_left: Cell::new(steps), error: None });
        deaths += usize::from(result.is_err());
        let text = |path: &str| fs::read_to_string(dir.path().join(path)).ok();
        for (name, old, new) in [("d/a.md", "old a\n", "new a\n"), ("d/b.md", "old b\n", "new b\n")] {
            assert!([Some(old.into()), Some(new.into())].contains(&text(name)), "{steps}: {:?}", text(name));
        }
        let third: Vec<String> = ["d/c.md", "d/e.md"].iter().filter_map(|path| text(path)).collect();
        assert!(third == ["old c\n"] || third == ["new c\n"], "{steps}: {third:?}");
    }
    assert!((10..40).contains(&deaths), "{deaths}");
}

#[test]
fn a_full_disk_leaves_all_as_it_was() {
    for step in 4..=6 {
        let dir = folder();
        let disk = Dying { steps_left: Cell::new(step), error: Some(io::ErrorKind::StorageFull) };
        let error = run(dir.path(), &disk).expect_err("the disk is full").to_string();
        assert!(error.contains("d/") && error.contains("nothing was written"), "{error}");
        untouched(dir.path());
    }
}

/// A disk on which somebody saves `d/b.md` in the moment before each of the first exchanges.
struct Saving {
    /// The texts saved, the last one first; none deletes the file.
    texts: RefCell<Vec<Option<&'static str>>>,
    /// Whether the disk can exchange files.
    exchanges: bool,
    /// Whether what was exchanged is taken away at once.
    sweeps: bool,
}

impl Disk for Saving {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        RealDisk.read(path)
    }
    fn create(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        RealDisk.create(path, bytes)
    }
    fn stage(&self, target: &Path, bytes: &[u8]) -> io::Result<PathBuf> {
        RealDisk.stage(target, bytes)
    }
    fn exchange(&self, one: &Path, other: &Path) -> io::Result<bool> {
        if other.ends_with("d/b.md") {
            match self.texts.borrow_mut().pop() {
                Some(Some(text)) => fs::write(other, text)?,
                Some(None) => fs::remove_file(other)?,
                None => {}
            }
        }
        let exchanged = self.exchanges && RealDisk.exchange(one, other)?;
        if exchanged && self.sweeps {
            fs::remove_file(one)?;
        }
        Ok(exchanged)
    }
    fn replace(&self, staged: &Path, target: &Path) -> io::Result<()> {
        RealDisk.replace(staged, target)
    }
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        RealDisk.rename(from, to)
    }
    fn discard(&self, staged: &Path) {
        RealDisk.discard(staged);
    }
    fn sync_folder(&self, folder: &Path) {
        RealDisk.sync_folder(folder);
    }
}

/// What is saved after the last look, and how often, is not lost.
#[test]
#[cfg(any(target_os = "linux", target_vendor = "apple"))]
fn what_is_saved_in_the_last_moment_is_kept() {
    for (texts, kept) in [
        (vec![Some("mine\n")], "mine\n"),
        (vec![Some("two\n"), Some("one\n")], "two\n"),
        (vec![Some("three\n"), Some("two\n"), Some("one\n")], "three\n"),
        // Deleted while it was given back: the text is kept.
        (vec![None, Some("mine\n")], "mine\n"),
    ] {
        let dir = folder();
        let disk = Saving { texts: RefCell::new(texts), exchanges: true, sweeps: false };
        let error = run(dir.path(), &disk).expect_err("it was saved").to_string();
        assert!(
            error.contains("`d/b.md` changed while") && error.contains("already written: `d/a.md`"),
            "{error}"
        );
        let text = fs::read_to_string(dir.path().join("d/b.md"));
        assert_eq!(text.ok().as_deref(), Some(kept));
        assert_eq!(names(dir.path()), ["a.md", "b.md", "c.md"]);
    }
    // Whoever deletes it has it deleted.
    let dir = folder();
    let disk = Saving { texts: RefCell::new(vec![None]), exchanges: true, sweeps: false };
    let error = run(dir.path(), &disk).expect_err("it was deleted").to_string();
    assert!(error.contains("`d/b.md` changed while"), "{error}");
    assert_eq!(names(dir.path()), ["a.md", "c.md"]);
}

#[test]
fn what_was_exchanged_and_is_taken_away_leaves_the_new_files() {
    let dir = folder();
    let disk = Saving { texts: RefCell::default(), exchanges: true, sweeps: true };
    assert_eq!(run(dir.path(), &disk).expect("it is written"), ["d/a.md", "d/b.md", "d/e.md"]);
    assert_eq!(names(dir.path()), ["a.md", "b.md", "e.md"]);
}

#[test]
fn where_files_cannot_be_exchanged_they_are_written_all_the_same() {
    let dir = folder();
    run(dir.path(), &Saving { texts: RefCell::default(), exchanges: false, sweeps: false })
        .expect("it is written");
    assert_eq!(names(dir.path()), ["a.md", "b.md", "e.md"]);
    assert_eq!(fs::read_to_string(dir.path().join("d/b.md")).expect("it is there"), "new b\n");
}

#[test]
fn a_name_that_is_taken_in_the_last_moment_is_not_taken_over() {
    let dir = folder();
    let (from, to) = (dir.path().join("d/a.md"), dir.path().join("d/b.md"));
    let error = RealDisk.rename(&from, &to).expect_err("it is taken");
    assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
    untouched(dir.path());
    RealDisk.rename(&from, &dir.path().join("d/z.md")).expect("it is free");
    assert_eq!(names(dir.path()), ["b.md", "c.md", "z.md"]);
}

/// Makes `harm` to the folder, and expects that nothing is written and that the error says `expected`.
fn refused(harm: impl FnOnce(&Path), expected: &str) {
    let dir = folder();
    harm(dir.path());
    let before = names(dir.path());
    let error = run(dir.path(), &RealDisk).expect_err(expected).to_string();
    assert!(error.contains(expected) && error.contains("nothing was written"), "{error}");
    assert_eq!(names(dir.path()), before);
    let a = fs::read_to_string(dir.path().join("d/a.md")).unwrap_or_default();
    assert!(!a.contains("new"), "{a}");
}

#[test]
fn what_changed_since_it_was_judged_is_left_alone() {
    refused(
        |dir| fs::write(dir.join("d/b.md"), "mine\n").expect("writable"),
        "`d/b.md` changed after it was checked",
    );
    refused(
        |dir| fs::remove_file(dir.join("d/b.md")).expect("there"),
        "`d/b.md` changed after it was checked",
    );
}

#[test]
fn a_name_that_is_taken_is_not_taken_over() {
    refused(|dir| fs::write(dir.join("d/e.md"), "mine\n").expect("writable"), "`d/e.md` already exists");
    refused(|dir| fs::create_dir(dir.join("d/e.md")).expect("writable"), "`d/e.md` already exists");
}

#[test]
fn a_new_file_comes_with_what_speaks_of_it() {
    let dir = folder();
    let (old, new) = (tree(&OLD), tree(&[OLD[0], ("d/b.md", "see f\n"), OLD[2], ("d/f.md", "new f\n")]));
    assert_eq!(write(dir.path(), &old, &new, &[], &RealDisk).expect("it is written"), ["d/f.md", "d/b.md"]);
    assert_eq!(names(dir.path()), ["a.md", "b.md", "c.md", "f.md"]);
    let taken = write(dir.path(), &tree(&[]), &tree(&[("d/f.md", "mine\n")]), &[], &RealDisk);
    let error = taken.expect_err("it is there").to_string();
    assert!(error.contains("`d/f.md` already exists") && error.contains("nothing was written"), "{error}");
    assert_eq!(fs::read_to_string(dir.path().join("d/f.md")).expect("it is there"), "new f\n");
}

#[test]
fn what_a_killed_run_left_is_taken_away_once_it_is_nobodys() {
    let dir = folder();
    let left = |name: &str, age: u64| {
        let path = dir.path().join("d").join(name);
        let file = fs::File::create(&path).expect("it is writable");
        let then = SystemTime::now().checked_sub(Duration::from_secs(age)).expect("it is not that long ago");
        file.set_modified(then).expect("it is ours");
        path
    };
    left(".okep-aB3xYz.tmp", 300);
    let young = left(".okep-Q1w2E3.tmp", 1);
    // Files of others are never touched, whatever their age.
    for name in [".okep-notes.md", ".okep-long-name.tmp", ".okep-a.b_c2.tmp", "okep-aB3xYz.tmp", ".tmp"] {
        left(name, 300);
    }
    fs::create_dir(dir.path().join("d/.okep-folder.tmp")).expect("it is writable");
    let before = names(dir.path());
    assert_eq!(atomic::sweep(&dir.path().join("d")), [young]);
    let after: Vec<String> = before.into_iter().filter(|name| name != ".okep-aB3xYz.tmp").collect();
    assert_eq!(names(dir.path()), after);
    assert!(atomic::sweep(&dir.path().join("nowhere")).is_empty());
}

#[cfg(unix)]
mod unix {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};

    #[test]
    fn a_read_only_file_stays_as_it_is() {
        let lock = |dir: &Path| {
            fs::set_permissions(dir.join("d/b.md"), fs::Permissions::from_mode(0o444)).expect("it is ours");
        };
        refused(lock, "`d/b.md` is read-only");
    }

    #[test]
    fn links_are_never_written_through() {
        let elsewhere = tempfile::tempdir().expect("a temporary folder");
        let target = elsewhere.path().join("target.md");
        fs::write(&target, "old b\n").expect("it is writable");
        let link = |dir: &Path| {
            fs::remove_file(dir.join("d/b.md")).expect("there");
            symlink(&target, dir.join("d/b.md")).expect("it can be linked");
        };
        refused(link, "`d/b.md` is a symbolic link or behind one");
        let outside = |dir: &Path| {
            fs::rename(dir.join("d"), elsewhere.path().join("d")).expect("same disk");
            symlink(elsewhere.path().join("d"), dir.join("d")).expect("it can be linked");
        };
        refused(outside, "`d/a.md` is outside the work tree");
        let inside = |dir: &Path| {
            fs::rename(dir.join("d"), dir.join("real")).expect("same disk");
            symlink("real", dir.join("d")).expect("it can be linked");
        };
        refused(inside, "`d/a.md` is a symbolic link or behind one");
        assert_eq!(fs::read_to_string(&target).expect("it is there"), "old b\n");
    }

    #[test]
    fn permissions_are_kept() {
        let dir = folder();
        let path = dir.path().join("d/a.md");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("it is ours");
        run(dir.path(), &RealDisk).expect("it is written");
        assert_eq!(fs::metadata(path).expect("it is there").permissions().mode() & 0o777, 0o640);
    }

    #[test]
    fn nothing_outside_is_reached_by_a_path() {
        let dir = folder();
        fs::create_dir(dir.path().join("d/.git")).expect("it is writable");
        let absolute = dir.path().join("d/a.md").to_string_lossy().into_owned();
        let paths = ["../x.md", "", ".", "./../x.md", ".git/x.md", ".GIT/x.md", ".git./x.md", "a/../../x.md"];
        for path in paths.into_iter().chain([absolute.as_str(), r"..\x.md", r"C:\x.md"]) {
            let (old, new) = (tree(&[(path, "")]), tree(&[(path, "x")]));
            let error = write(&dir.path().join("d"), &old, &new, &[], &RealDisk).expect_err("it is outside");
            assert!(error.to_string().contains("outside the work tree"), "{path}: {error}");
            // Nor by the new name of a file.
            let rename = [Rename { from: "a.md".into(), to: path.into() }];
            let (old, new) = (tree(&[("a.md", "old a\n")]), tree(&[(path, "old a\n")]));
            let error = write(&dir.path().join("d"), &old, &new, &rename, &RealDisk).expect_err("outside");
            assert!(error.to_string().contains("outside the work tree"), "{path}: {error}");
        }
        untouched_but_for_git(dir.path());
    }

    fn untouched_but_for_git(dir: &Path) {
        fs::remove_dir(dir.join("d/.git")).expect("it is empty");
        untouched(dir);
    }
}
