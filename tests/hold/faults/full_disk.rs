//! A disk without room: a file system of its own that is full but for so many pages, a limit on the size of
//! files, and output that nobody takes.

use super::own_disk::{self, Left};
use super::{FIX, Sample, files, held, injected, is_temporary, rounds, skipped, temporaries};
use crate::support::ran;
use std::collections::BTreeMap;
use std::path::Path;

/// Leaves so many pages of room.
fn room(pages: u64) -> String {
    let bytes = pages * 4096;
    format!("dd if=/dev/zero of=.git/filler bs=4096 2>/dev/null; truncate -s -{bytes} .git/filler")
}

/// How often a loop that ends by itself is gone through.
fn times() -> usize {
    rounds(8).div_ceil(8)
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
    for time in 0..times() {
        let mut pages = time as u64 % 3;
        loop {
            let Some(left) = own_disk::okep(&repo, &room(pages), &FIX) else {
                return skipped("a full disk", "no file system of its own can be mounted here");
            };
            // Room for all that is written is had at last.
            if left.ran.code < 2 {
                promises += sample.is_new(&left.files);
                break;
            }
            promises += is_told(&left, NO_ROOM) + sample.is_old(&left.files);
            full += 1;
            // Each number of pages in one of three times.
            pages += 3;
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
            let Some(left) = own_disk::okep(&repo, &room(pages), args) else {
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
            promises += 1 + super::promises(&old);
            full += 1;
        }
        assert!(full > 0 && done > 0, "{args:?}: the disk was full {full} times, and {done} times not");
        let named = if args[0] == "new" { "new --folder" } else { "hook install" };
        injected(&format!("a full disk (tmpfs) under `{named}`"), full);
        held(promises);
    }
}

#[test]
fn a_limit_on_files_leaves_all_as_it_was() {
    let sample = Sample::new();
    let (mut refused, mut promises) = (0, 0);
    for blocks in (0..64).step_by(2) {
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
fn output_that_nobody_takes_is_reported() {
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
