//! Writing: what is written, and what must not be. That each file is old or new wherever a run dies is held by
//! `tests/hold`, which kills them.

use okep::files::Tree;
use okep::fix::write::{Error, write};
use okep::rules::finding::Rename;
use std::fs;
use std::path::Path;

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

fn run(dir: &Path) -> Result<Vec<String>, Error> {
    write(dir, &tree(&OLD), &tree(&NEW), &renames())
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

#[test]
fn all_is_written_and_nothing_else_is_left() {
    let dir = folder();
    assert_eq!(run(dir.path()).expect("it is written"), ["d/a.md", "d/b.md", "d/e.md"]);
    assert_eq!(names(dir.path()), ["a.md", "b.md", "e.md"]);
    NEW.iter().for_each(|(path, text)| {
        assert_eq!(fs::read_to_string(dir.path().join(path)).expect("it is there"), *text)
    });
}

/// Makes `harm` to the folder, and expects that nothing is written and that the error says `expected`.
fn refused(harm: impl FnOnce(&Path), expected: &str) {
    let dir = folder();
    harm(dir.path());
    let before = names(dir.path());
    let error = run(dir.path()).expect_err(expected).to_string();
    assert!(error.contains(expected) && error.contains("nothing was written"), "{error}");
    assert_eq!(names(dir.path()), before);
    let a = fs::read_to_string(dir.path().join("d/a.md")).unwrap_or_default();
    assert!(!a.contains("new"), "{a}");
}

#[test]
fn what_changed_since_it_was_checked_is_left_alone() {
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
fn files_that_take_each_others_names_are_left_alone() {
    let dir = folder();
    let after = [("d/b.md", "old a\n"), ("d/c.md", "old b\n"), ("d/e.md", "old c\n")];
    let renames = [("d/c.md", "d/e.md"), ("d/b.md", "d/c.md"), ("d/a.md", "d/b.md")];
    let renames = renames.map(|(from, to)| Rename { from: from.into(), to: to.into() });
    let error = write(dir.path(), &tree(&OLD), &tree(&after), &renames).expect_err("a name is taken");
    assert!(matches!(&error, Error::Taken { path } if path == "d/b.md"), "{error}");
    untouched(dir.path());
}

#[test]
fn a_new_file_is_written_with_what_lists_it() {
    let dir = folder();
    let (old, new) = (tree(&OLD), tree(&[OLD[0], ("d/b.md", "see f\n"), OLD[2], ("d/f.md", "new f\n")]));
    assert_eq!(write(dir.path(), &old, &new, &[]).expect("it is written"), ["d/f.md", "d/b.md"]);
    assert_eq!(names(dir.path()), ["a.md", "b.md", "c.md", "f.md"]);
    let taken = write(dir.path(), &tree(&[]), &tree(&[("d/f.md", "mine\n")]), &[]);
    let error = taken.expect_err("it is there").to_string();
    assert!(error.contains("`d/f.md` already exists") && error.contains("nothing was written"), "{error}");
    assert_eq!(fs::read_to_string(dir.path().join("d/f.md")).expect("it is there"), "new f\n");
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
        run(dir.path()).expect("it is written");
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
            let error = write(&dir.path().join("d"), &old, &new, &[]).expect_err("it is outside");
            assert!(error.to_string().contains("outside the work tree"), "{path}: {error}");
            // Nor by the new name of a file.
            let rename = [Rename { from: "a.md".into(), to: path.into() }];
            let (old, new) = (tree(&[("a.md", "old a\n")]), tree(&[(path, "old a\n")]));
            let error = write(&dir.path().join("d"), &old, &new, &rename).expect_err("outside");
            assert!(error.to_string().contains("outside the work tree"), "{path}: {error}");
        }
        untouched_but_for_git(dir.path());
    }

    fn untouched_but_for_git(dir: &Path) {
        fs::remove_dir(dir.join("d/.git")).expect("it is empty");
        untouched(dir);
    }
}
