//! Several at once: runs of okep beside each other, and an author who saves while one writes.

use super::{
    Dice, FIX, MOVED, Sample, begins_to_write, end, files, held, injected, rounds, start, temporaries, until,
};
use crate::support::{Ran, Repo};
use std::fs;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Duration;

/// What a run says that met another, or an author.
const MET: [&str; 5] = [
    "changed after it was checked; try again: nothing was written",
    "another okep is writing here, or another program holds a lock on this folder; try again when it is done",
    "changed while it was being written and was left alone; try again; ",
    // The other one has given the name to the file already.
    "already exists, so nothing can be renamed to it: nothing was written",
    "not everything could be read, so the result is incomplete",
];

fn begin(repo: &Repo) -> Child {
    let mut command = repo.okep_command(&FIX);
    command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("it starts")
}

/// Whether a run met another; everything else must have gone well.
#[track_caller]
fn met(child: Child) -> bool {
    let out = child.wait_with_output().expect("it ends");
    let stderr = String::from_utf8_lossy(&out.stderr).into_owned();
    let ran = Ran { stdout: String::new(), stderr, code: out.status.code().expect("no signal ends it") };
    if ran.code < 2 {
        return false;
    }
    assert!(ran.code == 2 && MET.iter().any(|said| ran.stderr.contains(said)), "{ran:?}");
    true
}

#[test]
fn concurrent_runs_end_where_one_would() {
    let (sample, mut dice) = (Sample::new(), Dice::new());
    let (rounds, mut promises, mut meetings) = (rounds(5), 0, 0);
    for round in 0..rounds {
        let repo = sample.fresh();
        let mut children = Vec::new();
        for _ in 0..2 + round % 2 {
            children.push(begin(&repo));
            // At once, or so that one judges while the other writes.
            std::thread::sleep(dice.part(if round % 4 < 2 { Duration::from_millis(5) } else { sample.took }));
        }
        let met: Vec<bool> = children.into_iter().map(met).collect();
        meetings += met.iter().filter(|met| **met).count();
        let now = files(&repo.root);
        assert!(temporaries(&now).is_empty(), "{:?}", temporaries(&now));
        promises += sample.each_is_old_or_new(&now);
        if !met.iter().all(|met| *met) {
            promises += sample.is_new(&now);
        }
        promises += sample.another_run_completes(&repo);
    }
    println!("{meetings} met another in {rounds} rounds");
    injected("several `check --fix=all` at once", rounds);
    held(promises);
}

/// Saves a text as editors do: into the file, or beside it and renamed.
fn save(path: &Path, text: &str, in_place: bool) {
    if in_place {
        return fs::write(path, text).expect("it is writable");
    }
    let beside = path.with_extension("swp");
    fs::write(&beside, text).expect("it is writable");
    fs::rename(beside, path).expect("it is writable");
}

#[test]
fn what_an_author_saves_meanwhile_is_kept() {
    let (sample, mut dice) = (Sample::new(), Dice::new());
    let path = "docs/okeps/okep-1021-flow-log-export.md";
    let text = String::from_utf8(sample.old[path].clone()).expect("it is UTF-8");
    let (rounds, mut promises, mut refused) = (rounds(8), 0, 0);
    for round in 0..rounds {
        let repo = sample.fresh();
        let on_disk = repo.root.join(path);
        let mut child = begin(&repo);
        if round % 2 == 0 {
            std::thread::sleep(dice.part(sample.took));
        } else {
            until(&repo, &mut child, begins_to_write);
        }
        let mut last = String::new();
        for saved in 0..1 + round % 4 {
            std::thread::sleep(dice.part(Duration::from_millis(8)));
            last = format!("Saved in round {round} for the {saved}. time.");
            save(&on_disk, &format!("{text}\n{last}\n"), round % 3 == 2);
        }
        refused += usize::from(met(child));
        let now = files(&repo.root);
        let kept = String::from_utf8_lossy(&now[path]).into_owned();
        assert!(kept.contains(&last), "what was saved last is lost: {kept}");
        assert!(temporaries(&now).is_empty(), "{:?}", temporaries(&now));
        let mut others = now;
        others.insert(path.to_owned(), sample.old[path].clone());
        promises += 1 + sample.each_is_old_or_new(&others);
        let ran = repo.okep(&FIX);
        let kept = repo.read(path);
        assert!(ran.code < 2 && kept.contains(&last) && !repo.root.join(MOVED.0).exists(), "{ran:?}");
    }
    println!("{refused} of {rounds} met the author");
    injected("an author who saves under `check --fix=all`", rounds);
    held(promises);
}

#[test]
fn who_has_written_is_in_nobodys_way() {
    let sample = Sample::new();
    let repo = sample.fresh();
    let alone = okep::fix::write::alone(&repo.root).expect("nobody else is here");
    repo.okep(&FIX).exits(2);
    held(sample.is_old(&files(&repo.root)));
    drop(alone);
    end(&mut start(&repo, &FIX));
    held(sample.is_new(&files(&repo.root)));
}
