//! Files, folders and file systems that cannot be written: told by name, and all that could not be is as it was.

use super::{FIX, Files, MOVED, Sample, files, held, injected, own_disk, rounds, skipped, temporaries};
use crate::support::{Ran, Repo};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const NO_MOUNT: &str = "no file system of its own can be mounted here";

/// The files that `--fix=all` writes, by their names before.
fn written(sample: &Sample) -> Vec<&String> {
    let differs = |path: &&String| sample.new.get(*path) != sample.old.get(*path);
    sample.old.keys().filter(differs).collect()
}

/// Told with the file's name, exit code 2, and no temporary file is left.
#[track_caller]
fn is_refused(ran: &Ran, now: &Files, parts: &[&str]) {
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    for part in parts {
        assert!(ran.stderr.contains(part), "no {part:?} in {}", ran.stderr);
    }
    assert!(temporaries(now).is_empty(), "{:?}", temporaries(now));
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("it is ours");
}

#[test]
fn a_folder_that_cannot_be_written_stops_all() {
    let sample = Sample::new();
    let repo = sample.fresh();
    let folder = repo.root.join("docs/okeps");
    set_mode(&folder, 0o555);
    if fs::write(folder.join("try"), "").is_ok() {
        return skipped("a folder without the right to write", "whoever runs the tests may write everywhere");
    }
    let ran = repo.okep(&FIX);
    let now = files(&repo.root);
    set_mode(&folder, 0o755);
    is_refused(&ran, &now, &["make it and its folder writable and try again; nothing was written"]);
    injected("a folder that cannot be written under `check --fix=all`", 1);
    held(sample.is_old(&now) + sample.another_run_completes(&repo));
}

#[test]
fn a_read_only_file_system_is_reported_and_can_be_checked() {
    let sample = Sample::new();
    let repo = sample.fresh();
    let all = "mount -o remount,ro,bind .";
    let docs = "mount --bind docs/okeps docs/okeps && mount -o remount,ro,bind docs/okeps";
    let why = "Read-only file system (os error 30); its file system must be mounted for writing";
    let mut count = 0;
    for (harm, args, parts) in [
        (all, &FIX[..], &["error: `docs/okeps/", why, "nothing was written"][..]),
        (docs, &FIX, &["error: `docs/okeps/", why, "nothing was written"]),
        (all, &["new", "1077", "A title"], &["error: `", why, "nothing was written"]),
        (docs, &["new", "1077", "A title", "--folder"], &["error: the folder `docs/okeps/okep-1077", why]),
        (all, &["hook", "install"], &["error: `", "pre-commit` cannot be written: ", why]),
    ] {
        let Some(left) = own_disk::okep(&repo, harm, args) else {
            return skipped("a read-only file system", NO_MOUNT);
        };
        is_refused(&left.ran, &left.files, parts);
        count += 1 + sample.is_old(&left.files);
    }
    injected("a read-only file system", 5);
    // Who only reads does not mind, and who writes does so where it may.
    for args in [&["check", "--format", "json"][..], &["history", "--all", "--format", "json"]] {
        let left = own_disk::okep(&repo, all, args).expect("it was had before");
        let due = repo.okep(args);
        assert_eq!((left.ran.code, left.ran.stdout), (due.code, due.stdout));
        count += 1;
    }
    held(count);
}

/// The last step fails for one file, after those before it were written: that is told too.
#[test]
fn a_file_that_cannot_be_replaced_ends_it_half_way() {
    let sample = Sample::new();
    let repo = sample.fresh();
    let (mut promises, mut half_way) = (0, 0);
    for path in written(&sample) {
        // Nothing can be put in the place of what something is mounted on.
        let Some(left) = own_disk::okep(&repo, &format!("mount --bind '{path}' '{path}'"), &FIX) else {
            return skipped("a file that cannot be replaced", NO_MOUNT);
        };
        let name = if path == MOVED.0 { "docs/okeps/" } else { path };
        is_refused(&left.ran, &left.files, &[&format!("error: `{name}"), "cannot be written: "]);
        half_way += usize::from(left.ran.stderr.contains("; already written: `"));
        promises += 2 + sample.each_is_old_or_new(&left.files);
    }
    assert!(half_way > 3, "{half_way}");
    injected("a file that cannot be replaced under `check --fix=all`", written(&sample).len());
    held(promises);
}

/// A file that not even root may change, until the value goes.
struct Immutable(PathBuf);

impl Immutable {
    fn new(path: PathBuf) -> Option<Self> {
        let set = chattr("+i", &path);
        set.then_some(Immutable(path))
    }
}

impl Drop for Immutable {
    fn drop(&mut self) {
        chattr("-i", &self.0);
    }
}

fn chattr(what: &str, path: &Path) -> bool {
    let ran = Command::new("chattr").arg(what).arg(path).stderr(Stdio::null()).status();
    ran.is_ok_and(|status| status.success())
}

#[test]
fn an_immutable_file_ends_it_half_way() {
    let sample = Sample::new();
    let (mut promises, mut count) = (0, 0);
    for path in written(&sample).into_iter().take(rounds(3)) {
        let repo: Repo = sample.fresh();
        let Some(immutable) = Immutable::new(repo.root.join(path)) else {
            return skipped("an immutable file", "this user or this file system has none");
        };
        let ran = repo.okep(&FIX);
        let now = files(&repo.root);
        drop(immutable);
        let name = if path == MOVED.0 { "docs/okeps/" } else { path };
        is_refused(&ran, &now, &[&format!("error: `{name}"), "make it and its folder writable"]);
        promises += 2 + sample.each_is_old_or_new(&now) + sample.another_run_completes(&repo);
        count += 1;
    }
    injected("an immutable file under `check --fix=all`", count);
    held(promises);
}
