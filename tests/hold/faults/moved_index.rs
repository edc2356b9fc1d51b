//! An index that git rewrites, and a HEAD that moves, while what is staged is judged.
//!
//! Whatever the moment, the answer is that of one of the states that there were, never a mixture.

use super::{Dice, FIX, MOVED, Sample, files, held, injected, rounds, temporaries};
use crate::support::{Repo, isolated};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

const STAGED: [&str; 4] = ["check", "--staged", "--format", "json"];
/// Two that are changed and staged in turn.
const ONE: &str = "docs/okeps/okep-1021-flow-log-export.md";
const OTHER: &str = "docs/okeps/okep-1003-drain-aware-endpoints.md";

/// What git is told over and over: it ends where it begins.
const TURN: [&[&str]; 8] = [
    &["add", ONE],
    &["add", OTHER],
    &["rm", "-q", "--cached", MOVED.0],
    &["commit", "-q", "-m", "Turn"],
    &["reset", "-q", "--soft", "HEAD~1"],
    &["reset", "-q", "--", MOVED.0],
    &["reset", "-q", "--", ONE],
    &["reset", "-q", "--", OTHER],
];

/// The same without a commit.
const INDEX_ONLY: [&[&str]; 6] = [TURN[0], TURN[1], TURN[2], TURN[5], TURN[6], TURN[7]];

/// The sample, with two files that were changed and not staged.
fn changed(sample: &Sample) -> Repo {
    let repo = sample.fresh();
    for path in [ONE, OTHER] {
        let text = repo.read(path).replace("## ", "## Hasty ");
        repo.write(path, text);
    }
    repo
}

/// Each commit has a time of its own, so that HEAD never comes back to an old one.
fn git(root: &Path, args: &[&str], turn: usize) {
    let mut command = isolated("git", root);
    command.env("GIT_COMMITTER_DATE", format!("{} +0000", 1_750_000_000 + turn));
    command.args(["-c", "user.name=A", "-c", "user.email=a@b.c"]).args(args);
    let out = command.output().expect("git is there");
    assert!(out.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&out.stderr));
}

/// The answer, without the names of commits.
fn answer(json: &str) -> String {
    let named = |line: &&str| line.contains("\"commit\"") || line.contains("\"since\"");
    json.lines().filter(|line| !named(line)).collect::<Vec<_>>().join("\n")
}

/// Goes round and round in a turn while `work` is done.
fn while_turning<T>(repo: &Repo, turn: &[&[&str]], work: impl FnOnce() -> T) -> T {
    struct Stops<'s>(&'s AtomicBool);
    impl Drop for Stops<'_> {
        fn drop(&mut self) {
            self.0.store(true, SeqCst);
        }
    }
    let over = AtomicBool::new(false);
    // The repository is not shared between threads, but its folder is.
    let root = repo.root.as_path();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut steps = (1..).flat_map(|round| turn.iter().map(move |args| (round, *args)));
            while !over.load(SeqCst) {
                let (round, args) = steps.next().expect("it goes on for ever");
                git(root, args, round);
            }
        });
        let _stops = Stops(&over);
        work()
    })
}

#[test]
fn what_is_staged_is_checked_as_it_was_at_one_moment() {
    let sample = Sample::new();
    let repo = changed(&sample);
    let mut answers: BTreeMap<String, usize> = BTreeMap::new();
    for (at, args) in TURN.iter().enumerate() {
        git(&repo.root, args, 0);
        answers.insert(answer(&repo.okep(&STAGED).stdout), at);
    }
    assert!(answers.len() > 5, "the states are told apart: {}", answers.len());
    let rounds = rounds(12);
    let met = while_turning(&repo, &TURN, || {
        let mut met = BTreeMap::new();
        for _ in 0..rounds {
            let ran = repo.okep(&STAGED);
            assert!(ran.code < 2, "{}", ran.stderr);
            let at = answers.get(&answer(&ran.stdout));
            let at = at.unwrap_or_else(|| panic!("no state has this answer: {}", ran.stdout));
            *met.entry(*at).or_insert(0) += 1;
        }
        met
    });
    println!("states met, each how often: {met:?}");
    assert!(met.len() > 1, "nothing moved");
    injected("an index rewritten under `check --staged`", rounds);
    held(rounds);
}

#[test]
fn the_working_copy_is_fixed_whatever_is_staged_of_it() {
    let (sample, mut dice) = (Sample::new(), Dice::new());
    let (rounds, mut promises) = (rounds(3), 0);
    // Part of it stays staged in every state.
    let half = "docs/okeps/okep-1007-tenant-flow-quotas.md";
    for _ in 0..rounds {
        let repo = sample.fresh();
        let text = repo.read(half);
        repo.write(half, format!("{text}\nStaged.\n"));
        repo.git(&["add", half]);
        repo.write(half, format!("{text}\nStaged, and more.\n"));
        for path in [ONE, OTHER] {
            let text = repo.read(path);
            repo.write(path, format!("{text}\nOf the author.\n"));
        }
        let ran = while_turning(&repo, &INDEX_ONLY, || {
            std::thread::sleep(dice.part(sample.took));
            repo.okep(&FIX)
        });
        assert!(ran.code < 2, "{}", ran.stderr);
        for (path, last) in
            [(half, "\nStaged, and more.\n"), (ONE, "\nOf the author.\n"), (OTHER, "\nOf the author.\n")]
        {
            assert!(repo.read(path).ends_with(last), "{path}");
        }
        let mut now = files(&repo.root);
        assert!(temporaries(&now).is_empty());
        now.retain(|path, _| !path.starts_with(".git/") && ![half, ONE, OTHER].contains(&path.as_str()));
        let either = |path: &str| [sample.old.get(path), sample.new.get(path)];
        for (path, bytes) in &now {
            let moved = path == MOVED.0 && sample.new.get(MOVED.1) == Some(bytes);
            assert!(moved || either(path).contains(&Some(bytes)), "{path} is neither old nor new");
        }
        promises += now.len() + 3;
    }
    injected("an index rewritten under `check --fix=all`", rounds);
    held(promises);
}
