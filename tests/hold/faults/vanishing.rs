//! Objects and references that move or vanish during a walk: git packs, repacks and prunes under it.
//!
//! What git only moves is found in its new place, so that the answer is that of a quiet repository, to the
//! byte. What is really gone is told; an answer that is another one and does not say so is a lie.

use super::synthetic::{self, Parameters};
use super::{Dice, Sample, end, held, injected, rounds};
use crate::support::{Ran, Repo};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const HISTORY: [&str; 4] = ["history", "--all", "--format", "json"];
const QUESTIONS: [&[&str]; 3] = [
    &HISTORY,
    &["check", "--rev", "HEAD", "--format", "json"],
    &["check", "--since", "HEAD~3", "--format", "json"],
];
/// Branches of a commit each, that lie about as files of their own until git packs them.
const BRANCHES: usize = 40;

/// The notes that say that something is not there.
const TOLD: [&str; 3] = ["missing-object", "corrupt-object", "unreadable-ref"];

/// The sample with more branches, all objects and references in files of their own.
fn loose(sample: &Sample) -> Repo {
    let repo = sample.fresh();
    let mut stream = String::new();
    for n in 0..BRANCHES {
        let from = if n == 0 { "from refs/heads/main^0\n" } else { "" };
        let text = format!("# OKEP-1009: Probes of branch {n}\n");
        write!(
            stream,
            "commit refs/heads/b{n}\ncommitter A <a@b.c> {} +0000\ndata 2\nB\n{}M 100644 inline {}\ndata {}\n{text}\n",
            1_700_000_000 + n,
            if n == 0 { from.to_owned() } else { format!("from refs/heads/b{}\n", n / 2) },
            super::MOVED.0,
            text.len(),
        )
        .expect("a string takes all");
    }
    let mut import = repo.git_command(&["-c", "fastimport.unpackLimit=100000", "fast-import", "--quiet"]);
    let mut import = import.stdin(Stdio::piped()).spawn().expect("git is there");
    import.stdin.take().expect("piped").write_all(stream.as_bytes()).expect("git reads it");
    assert!(end(&mut import).success());
    repo
}

fn git(repo: &Repo, args: &[&str]) -> Child {
    let mut command: Command = repo.git_command(args);
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("git is there")
}

/// How long git takes to do something, which must succeed.
fn time(repo: &Repo, args: &[&str]) -> Duration {
    let start = Instant::now();
    repo.git(args);
    start.elapsed()
}

/// The answer of a quiet repository; or, where `may_lack`, another one that says what is missing.
#[track_caller]
fn is_honest(ran: &Ran, quiet: &Ran, may_lack: bool) -> bool {
    let same = (ran.code, &ran.stdout) == (quiet.code, &quiet.stdout);
    if same || !may_lack {
        assert!(same, "{} is not the quiet answer\n{}\n{}", ran.code, ran.stderr, difference(ran, quiet));
        return true;
    }
    let refused = ran.code == 2 && (ran.stderr.starts_with("error: ") || ran.stderr.contains("\nerror: "));
    // Where the past is missing the template at hand has to do, with a note.
    let told = || ran.notes().iter().any(|kind| TOLD.contains(&kind.as_str()));
    assert!(refused || told(), "{} and not told: {}{}", ran.code, ran.stderr, difference(ran, quiet));
    false
}

/// The lines that differ.
fn difference(ran: &Ran, quiet: &Ran) -> String {
    let lines = |ran: &Ran| ran.stdout.lines().map(str::to_owned).collect::<BTreeSet<String>>();
    let (now, due) = (lines(ran), lines(quiet));
    let mut said = String::new();
    due.difference(&now).take(20).for_each(|line| said += &format!("- {line}\n"));
    now.difference(&due).take(20).for_each(|line| said += &format!("+ {line}\n"));
    said
}

#[test]
fn what_is_packed_meanwhile_is_found() {
    let (sample, mut dice) = (Sample::new(), Dice::new());
    let pristine = loose(&sample);
    let all = super::files(&pristine.root);
    let quiet = QUESTIONS.map(|question| pristine.okep(question));
    let packed = &["gc", "--prune=now", "--quiet"][..];
    for act in [packed, &["pack-refs", "--all"]] {
        let took = time(&sample_of(&all), act);
        let rounds = rounds(3);
        for round in 0..rounds {
            let repo = sample_of(&all);
            let mut moving = git(&repo, act);
            std::thread::sleep(dice.part(took));
            let at = if act == packed { round % QUESTIONS.len() } else { 0 };
            is_honest(&repo.okep(QUESTIONS[at]), &quiet[at], false);
            assert!(end(&mut moving).success());
        }
        injected(&format!("`git {}` of loose ones during a walk", act[..act.len() - 1].join(" ")), rounds);
        held(rounds);
    }
}

fn sample_of(all: &super::Files) -> Repo {
    let repo = Repo::folder("");
    all.iter().for_each(|(path, bytes)| repo.write(path, bytes));
    repo
}

#[test]
fn what_is_repacked_meanwhile_is_found() {
    let mut dice = Dice::new();
    let repo = Repo::folder("");
    fs::remove_dir(&repo.root).expect("it is empty");
    let parameters = Parameters {
        commits: 900,
        merges: 20,
        okeps: 4,
        width: 60,
        churn: 30,
        templates: 1,
        broken: 0,
        seed: 7,
    };
    synthetic::synthesise(&repo.root, parameters);
    repo.git(&["reset", "-q", "--hard"]);
    let quiet = QUESTIONS.map(|question| repo.okep(question));
    assert!(quiet.iter().all(|ran| ran.code < 2), "{quiet:?}");
    // Each makes other packs than the last, so that those of before are deleted.
    let acts: [&[&str]; 4] = [
        &["repack", "-adfq", "--window=1", "--depth=1"],
        &["gc", "--prune=now", "--aggressive", "--quiet"],
        &["repack", "-adfq", "--window=2", "--depth=2", "--write-midx"],
        &["-c", "pack.indexVersion=1", "repack", "-adFq", "--window=4", "--depth=2", "-n"],
    ];
    let mut took = [Duration::from_millis(300); 4];
    let rounds = rounds(4);
    for round in 0..rounds {
        let act = round % acts.len();
        let start = Instant::now();
        let mut moving = git(&repo, acts[act]);
        std::thread::sleep(dice.part(took[act]));
        let at = (round / acts.len()) % QUESTIONS.len();
        let ran = repo.okep(QUESTIONS[at]);
        assert!(end(&mut moving).success());
        took[act] = start.elapsed().min(Duration::from_secs(3));
        is_honest(&ran, &quiet[at], false);
    }
    injected("`git repack` and `git gc` of packs during a walk", rounds);
    held(rounds);
}

/// The files of git's objects, packs included.
fn objects(repo: &Repo) -> Vec<PathBuf> {
    let root = repo.root.join(".git/objects");
    let found = super::files(&root).into_keys();
    found.filter(|path| !path.starts_with("info")).map(|path| root.join(path)).collect()
}

#[test]
fn what_vanishes_is_reported() {
    let (sample, mut dice) = (Sample::new(), Dice::new());
    let all = super::files(&loose(&sample).root);
    let first = sample_of(&all);
    let quiet = QUESTIONS.map(|question| {
        let start = Instant::now();
        (first.okep(question), start.elapsed())
    });
    let (rounds, mut lacked) = (rounds(8), 0);
    for round in 0..rounds {
        let repo = sample_of(&all);
        if round % 4 == 3 {
            repo.git(&["gc", "--quiet"]);
        }
        let mut there = objects(&repo);
        let (quiet, took) = &quiet[round % QUESTIONS.len()];
        let mut command = repo.okep_command(QUESTIONS[round % QUESTIONS.len()]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = command.spawn().expect("it starts");
        std::thread::sleep(dice.part(*took));
        for _ in 0..[1, 5, 100][round % 3].min(there.len()) {
            let removed_paths = there.swap_remove(dice.below(there.len() as u64) as usize);
            fs::remove_file(removed_paths).expect("it is there");
        }
        let out = child.wait_with_output().expect("it ends");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("it is UTF-8");
        let code = out.status.code().expect("no signal ends it");
        let ran = Ran { stdout: text(out.stdout), stderr: text(out.stderr), code };
        lacked += usize::from(!is_honest(&ran, quiet, true));
    }
    println!("{lacked} of {rounds} lacked something");
    // In a few rounds all may have been read before it went.
    assert!(lacked > 0 || rounds < 50, "nothing that was deleted was missed in {rounds} rounds");
    injected("objects and packs deleted during a walk", rounds);
    held(rounds);
}
