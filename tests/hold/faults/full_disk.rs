//! A disk without room: a file system of its own that is full but for so many pages, a limit on the size of
//! files, and output that nobody takes.

use super::{FIX, Files, Sample, files, held, injected, is_temporary, rounds, skipped, temporaries};
use crate::support::{Ran, Repo, ran};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Room is counted in these bytes.
const PAGE: u64 = 4096;

/// Runs okep on a small file system that holds the repository and has so many pages of room.
///
/// The file system is one of a namespace, so that any user may make it and it goes with the shell. What
/// is on it in the end is copied to `out`.
const FULL: &str = r#"
mount -t tmpfs -o size=8m,mode=700 none "$1" || exit 99
cp -R "$2/." "$1" || exit 99
dd if=/dev/zero of="$1/.git/filler" bs=4096 2>/dev/null
truncate -s "-$4" "$1/.git/filler" || exit 99
out=$3
cd "$1" || exit 99
shift 4
"$@"
code=$?
rm .git/filler
cp -R . "$out" || exit 99
exit $code
"#;

/// What a run said, and what it left, and where.
struct Left {
    ran: Ran,
    files: Files,
    root: PathBuf,
}

/// How often a loop that ends by itself is gone through.
fn times() -> usize {
    rounds(8).div_ceil(8)
}

/// None where no file system can be made here.
fn on_full_disk(repo: &Repo, pages: u64, args: &[&str]) -> Option<Left> {
    let room = (pages * PAGE).to_string();
    let (mount, out) = (repo.beside("mount"), repo.beside("out"));
    let _ = std::fs::remove_dir_all(&out);
    for folder in [&mount, &out] {
        std::fs::create_dir_all(folder).expect("it is writable");
    }
    let mut command = repo.command("unshare");
    command.args(["-Urm", "sh", "-c", FULL, "sh"]).args([&mount, &repo.root, &out]).arg(room);
    command.arg(env!("CARGO_BIN_EXE_okep")).args(args);
    let ran = ran_if_there(command).filter(|ran| ran.code != 99 && !ran.stderr.starts_with("unshare: "))?;
    Some(Left { ran, files: files(&out), root: out })
}

fn ran_if_there(mut command: Command) -> Option<Ran> {
    let out = command.output().ok()?;
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Some(Ran { stdout: text(out.stdout), stderr: text(out.stderr), code: out.status.code()? })
}

/// Told, with the file and the remedy, and nothing is left half done; how many promises that were.
#[track_caller]
fn is_told(left: &Left, reason: &str) -> usize {
    let said = &left.ran.stderr;
    assert_eq!(left.ran.code, 2, "{said}");
    assert!(said.starts_with("error: `") && said.contains("cannot be written: "), "{said}");
    assert!(said.contains(reason) && said.contains("nothing was written"), "{said}");
    let temporary = temporaries(&left.files);
    assert!(temporary.is_empty(), "{temporary:?}");
    2
}

const NO_ROOM: &str = "No space left on device (os error 28); make room and try again";

#[test]
fn a_full_disk_leaves_all_as_it_was() {
    let sample = Sample::new();
    let repo = sample.fresh();
    let (mut full, mut promises) = (0, 0);
    for _ in 0..times() {
        let mut pages = 0;
        loop {
            let Some(left) = on_full_disk(&repo, pages, &FIX) else {
                return skipped("a full disk", "no file system of its own can be mounted here");
            };
            // Room for all that is written is had at last.
            if left.ran.code < 2 {
                promises += sample.is_new(&left.files);
                break;
            }
            promises += is_told(&left, NO_ROOM) + sample.is_old(&left.files);
            full += 1;
            pages += 1;
            assert!(pages < 200, "it is always full");
        }
        assert!(pages > 5, "it was full {pages} times");
    }
    injected("a full disk (tmpfs) under `check --fix=all`", full);
    held(promises);
}

#[test]
fn what_is_new_is_there_whole_or_not_at_all() {
    let repo = Sample::new().fresh();
    let old = files(&repo.root);
    for args in [&["new", "1077", "Room to write", "--folder"][..], &["hook", "install"]] {
        let (mut full, mut done, mut promises) = (0, 0, 0);
        for pages in (0..times()).flat_map(|_| 0..9) {
            let Some(left) = on_full_disk(&repo, pages, args) else {
                return skipped("a full disk", "no file system of its own can be mounted here");
            };
            let new: BTreeMap<_, _> = left.files.iter().filter(|(p, b)| old.get(*p) != Some(b)).collect();
            if left.ran.code == 0 {
                assert!(new.len() >= 2, "{:?}", new.keys());
                done += 1;
                continue;
            }
            let said = &left.ran.stderr;
            assert!(left.ran.code == 2 && said.contains(NO_ROOM), "{said}");
            // The second hook may find no room where the first had some.
            let whole = |bytes: &Vec<u8>| bytes.ends_with(b"exec okep check --staged\n");
            assert!(new.values().all(|bytes| args[0] == "hook" && whole(bytes)), "{:?}", new.keys());
            let folder = left.root.join("docs/okeps/okep-1077-room-to-write");
            assert!(!folder.exists(), "it would be in the way of the next try");
            promises += 2 + old.len();
            full += 1;
        }
        assert!(full > 0 && done > 0, "{args:?}: the disk was full {full} times, and {done} times not");
        injected(&format!("a full disk (tmpfs) under `{} {}`", args[0], args[1]), full);
        held(promises);
    }
}

#[test]
fn a_limit_on_files_leaves_all_as_it_was() {
    let sample = Sample::new();
    let (mut refused, mut promises) = (0, 0);
    for blocks in 0..64 {
        let repo = sample.fresh();
        // Otherwise the signal that comes with the limit ends it, as any other would.
        let script = format!("trap '' 25; ulimit -f {blocks}; exec \"$@\" >/dev/null");
        let mut command = repo.command("sh");
        command.args(["-c", &script, "sh", env!("CARGO_BIN_EXE_okep")]).args(FIX);
        let left = Left { ran: ran(command), files: files(&repo.root), root: repo.root };
        if left.ran.code < 2 {
            promises += sample.is_new(&left.files);
            break;
        }
        promises += is_told(&left, "File too large (os error 27)") + sample.is_old(&left.files);
        refused += 1;
    }
    assert!(refused > 0, "no limit was too low");
    injected("a limit on the size of files under `check --fix=all`", refused);
    held(promises);
}

#[test]
fn output_that_nobody_takes_is_told() {
    if !Path::new("/dev/full").exists() {
        return skipped("a full disk for the output", "there is no /dev/full");
    }
    let sample = Sample::new();
    let commands: [&[&str]; 17] = [
        &["check"],
        &["check", "--format", "json"],
        &["check", "--format", "full"],
        &["check", "--format", "sarif"],
        &["check", "--format", "github"],
        &["check", "--format", "markdown"],
        &["check", "--diff=all"],
        &FIX,
        &["history"],
        &["history", "--format", "json"],
        &["history", "--format", "html"],
        &["explain"],
        &["new", "1077", "Room to write"],
        &["hook", "install"],
        &["completions", "bash"],
        &["--help"],
        &["--version"],
    ];
    let mut promises = 0;
    for args in commands {
        let repo = sample.fresh();
        let mut command = repo.command("sh");
        command.args(["-c", "exec \"$@\" >/dev/full", "sh", env!("CARGO_BIN_EXE_okep")]).args(args);
        let ran = ran(command);
        assert_eq!(ran.code, 2, "{args:?}: {}", ran.stderr);
        let told = "the output cannot be written: No space left on device (os error 28)";
        assert!(ran.stderr.contains(told), "{args:?}: {}", ran.stderr);
        let now = files(&repo.root);
        assert!(!now.keys().any(|path| is_temporary(path)));
        match args[0] {
            // What was done is told all the same.
            "check" if args[1..] == ["--fix=all"] => {
                assert!(ran.stderr.contains("fixes in "), "{}", ran.stderr);
                promises += sample.is_new(&now);
            }
            "new" | "hook" => assert!(now.len() > sample.old.len()),
            _ => promises += sample.is_old(&now),
        }
        promises += 2;
    }
    injected("a full disk for the output", commands.len());
    held(promises);
}
