//! Runs that are killed, interrupted or ended at moments all over them.

use super::{
    Dice, FIX, Sample, Sender, begins_to_write, end, files, held, injected, is_temporary, rounds, skipped,
    start, temporaries, until,
};
use crate::support::Repo;
use std::fs;
use std::process::Child;
use std::time::{Duration, Instant};

/// The signals, and their numbers everywhere.
const SIGNALS: [(&str, i32); 3] = [("KILL", 9), ("INT", 2), ("TERM", 15)];
/// Files are written within this time here, or more slowly.
const WRITING: Duration = Duration::from_millis(25);

/// Whether whoever started the tests had a signal ignored, as shells do for what runs in the background.
fn is_ignored(number: i32) -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask >> (number - 1) & 1 == 1)
}

fn begins_to_replace(repo: &Repo) -> bool {
    repo.read("docs/okeps/index.md").contains("1007")
}

/// Lets a signal end a run, and says whether it did.
fn disturb(child: &mut Child, sender: Sender, number: i32) -> bool {
    sender.send();
    let status = end(child);
    let ended_by = std::os::unix::process::ExitStatusExt::signal(&status);
    let finished = status.code().is_some_and(|code| code < 2);
    assert!(ended_by == Some(number) || finished, "{status}");
    ended_by.is_some()
}

#[test]
fn a_fix_that_is_killed_leaves_each_file_old_or_new() {
    let (sample, mut dice) = (Sample::new(), Dice::new());
    for (name, number) in SIGNALS {
        let (mut ended, mut promises, mut half_way, mut left) = (0, 0, 0, 0);
        let (rounds, mut round) = (rounds(6), 0);
        // On a fast machine a run may be over before the signal, but not again and again.
        while round < rounds || (ended == 0 && round < 20 * rounds && !is_ignored(number)) {
            let repo = sample.fresh();
            let mut child = start(&repo, &FIX);
            let sender = Sender::new(&child, name);
            // Two of three while it writes, which is the shortest part of a run.
            match round % 3 {
                0 => std::thread::sleep(dice.part(sample.took)),
                1 => {
                    until(&repo, &mut child, begins_to_write);
                    std::thread::sleep(dice.part(WRITING));
                }
                _ => until(&repo, &mut child, begins_to_replace),
            }
            let ended_it = disturb(&mut child, sender, number);
            let now = files(&repo.root);
            promises += sample.each_is_old_or_new(&now);
            ended += usize::from(ended_it);
            left += temporaries(&now).len();
            let whole = |path: &&String| !is_temporary(path) && now.get(*path) != sample.old.get(*path);
            half_way += usize::from(ended_it && now.keys().any(|path| whole(&path)));
            promises += sample.another_run_completes(&repo);
            round += 1;
        }
        println!("{name}: {ended} of {round} ended, {half_way} half way, {left} temporary files");
        if is_ignored(number) {
            skipped(&format!("SIG{name}"), "whoever started the tests has it ignored");
            continue;
        }
        assert!(ended > 0, "SIG{name} ended none of {round} runs");
        let name = if name == "KILL" { "kill -9".to_owned() } else { format!("SIG{name}") };
        injected(&format!("{name} of `check --fix=all`"), ended);
        held(promises);
    }
}

#[test]
fn who_only_reads_ends_at_once_and_leaves_nothing() {
    let (sample, mut dice) = (Sample::new(), Dice::new());
    let repo = sample.fresh();
    let whole = files(&repo.root);
    for args in
        [&["check"][..], &["check", "--staged"], &["history", "--all"], &["history", "--format", "html"]]
    {
        let begun = Instant::now();
        end(&mut start(&repo, args));
        let took = begun.elapsed();
        let (rounds, mut ended) = (rounds(3), 0);
        for round in 0..rounds {
            let (name, number) = SIGNALS[1 + round % 2];
            let mut child = start(&repo, args);
            let sender = Sender::new(&child, name);
            std::thread::sleep(dice.part(took));
            ended += usize::from(disturb(&mut child, sender, number));
            super::differ(&files(&repo.root), &whole);
        }
        injected(&format!("SIGINT and SIGTERM of `{}`", args.join(" ")), ended);
        held(rounds * super::promises(&whole));
    }
}
