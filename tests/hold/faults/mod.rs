//! Faults: the built binary is killed, starved of disk, locked out and raced, and nothing is lost by it.
//!
//! Each loop goes through as many rounds as `OKEP_TEST_FAULTS` says, or a few. Moments are drawn from
//! `OKEP_TEST_SEED`, or from a number that is the same everywhere, and told where a round fails; how fast
//! the machine is makes another round of it, but no failure. What cannot be had on a machine, such as a
//! file system of its own, is told as skipped and counted nowhere.

mod full_disk;
mod moved_index;
mod own_disk;
mod read_only;
mod signals;
// The benches build larger ones with it, by more of its functions.
#[path = "../../../benches/synthetic/mod.rs"]
mod synthetic;
mod together;
mod vanishing;

use crate::support::Repo;
use crate::tally;
use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// A file that is to be renamed, and what to.
const MOVED: (&str, &str) = ("docs/okeps/OKEP-1009-Gateway.md", "docs/okeps/okep-1009-gateway.md");
const FIX: [&str; 2] = ["check", "--fix=all"];
/// Whoever has not ended after this hangs.
const HANGS: Duration = Duration::from_secs(120);

/// How many rounds a loop goes through.
fn rounds(usual: usize) -> usize {
    let asked = std::env::var("OKEP_TEST_FAULTS").ok();
    asked.map_or(usual, |n| n.parse().expect("OKEP_TEST_FAULTS is a number"))
}

/// Says past the capture of the test runner that something is not tried here.
fn skipped(what: &str, why: &str) {
    let _ = writeln!(std::io::stderr(), "skipped: {what}: {why}");
}

fn injected(fault: &str, count: usize) {
    tally::add(&format!("faults injected: {fault}"), count);
}

fn held(count: usize) {
    tally::add("promises held after a fault", count);
}

/// Numbers drawn by splitmix64; where a test fails it tells what they were drawn from.
struct Dice {
    seed: u64,
    state: u64,
}

impl Dice {
    fn new() -> Self {
        let seed = std::env::var("OKEP_TEST_SEED").ok();
        let seed = seed.map_or(20_261_122, |seed| seed.parse().expect("OKEP_TEST_SEED is a number"));
        Dice { seed, state: seed }
    }

    /// A number below `bound`.
    fn below(&mut self, bound: u64) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % bound.max(1)
    }

    /// A part of a time.
    fn part(&mut self, whole: Duration) -> Duration {
        Duration::from_micros(self.below(whole.as_micros() as u64))
    }
}

impl Drop for Dice {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the moments were drawn from OKEP_TEST_SEED={}", self.seed);
        }
    }
}

/// Every file below a folder with its bytes.
type Files = BTreeMap<String, Vec<u8>>;

fn files(root: &Path) -> Files {
    let mut found = BTreeMap::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("it can be read") {
            let path = entry.expect("it can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(root).expect("it is below").to_string_lossy().into_owned();
                found.insert(name, fs::read(&path).expect("it can be read"));
            }
        }
    }
    found
}

fn is_temporary(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.starts_with(".okep-") && name.ends_with(".tmp") && name.len() == 16
}

fn temporaries(files: &Files) -> Vec<&String> {
    files.keys().filter(|path| is_temporary(path)).collect()
}

/// What a state of the repository keeps: each file is whole, and git's own are as they were.
fn promises(now: &Files) -> usize {
    1 + now.keys().filter(|path| !path.starts_with(".git/")).count()
}

/// The sample repository, with a file that is to be renamed: as it was, and as `--fix=all` leaves it.
struct Sample {
    old: Files,
    new: Files,
    /// How long an undisturbed run took.
    took: Duration,
}

impl Sample {
    fn new() -> Self {
        let repo = Repo::folder("");
        okep::cli::demo::build(&repo.root).expect("the sample is built");
        repo.git(&["mv", "docs/okeps/okep-1009-gateway-health-probes.md", MOVED.0]);
        repo.commit("Name it otherwise");
        let old = files(&repo.root);
        let start = Instant::now();
        let ran = repo.okep(&FIX);
        let took = start.elapsed();
        assert!(ran.code < 2 && ran.stdout.contains(&format!("rename to {}", MOVED.1)), "{ran:?}");
        let new = files(&repo.root);
        assert!(old.iter().filter(|(path, bytes)| new.get(*path) != Some(bytes)).count() > 5);
        Sample { old, new, took }
    }

    /// The repository as it was.
    fn fresh(&self) -> Repo {
        let repo = Repo::folder("");
        self.old.iter().for_each(|(path, bytes)| repo.write(path, bytes));
        // Git wants them, and they may be empty.
        for folder in [".git/refs/heads", ".git/refs/tags", ".git/objects"] {
            fs::create_dir_all(repo.root.join(folder)).expect("it is writable");
        }
        repo
    }

    /// Each file is old or new, and nothing else is there but temporary files; how many that were.
    #[track_caller]
    fn each_is_old_or_new(&self, now: &Files) -> usize {
        let fits = |path: &str, bytes: &Vec<u8>| {
            [self.old.get(path), self.new.get(path)].contains(&Some(bytes))
                || path == MOVED.0 && self.new.get(MOVED.1) == Some(bytes)
        };
        for (path, bytes) in now.iter().filter(|(path, _)| !is_temporary(path)) {
            assert!(fits(path, bytes), "{path} is neither old nor new: {}", String::from_utf8_lossy(bytes));
        }
        for path in self.old.keys().filter(|path| *path != MOVED.0) {
            assert!(now.contains_key(path), "{path} is lost");
        }
        assert!(now.contains_key(MOVED.0) != now.contains_key(MOVED.1), "the renamed file is there once");
        promises(now)
    }

    /// A run that nobody disturbs ends where it would have without the fault; how many promises that were.
    #[track_caller]
    fn another_run_completes(&self, repo: &Repo) -> usize {
        let ran = repo.okep(&FIX);
        assert!(ran.code < 2, "{ran:?}");
        // What a killed run left behind is in nobody's way.
        temporaries(&files(&repo.root)).iter().for_each(|path| repo.remove(path));
        self.is_new(&files(&repo.root))
    }

    #[track_caller]
    fn is_new(&self, now: &Files) -> usize {
        differ(now, &self.new);
        promises(now)
    }

    #[track_caller]
    fn is_old(&self, now: &Files) -> usize {
        differ(now, &self.old);
        promises(now)
    }
}

/// Fails, naming the files, where two states are not the same.
#[track_caller]
fn differ(now: &Files, due: &Files) {
    let differ = |path: &&String| now.get(*path) != due.get(*path);
    let differing: Vec<&String> = now.keys().chain(due.keys()).filter(differ).collect();
    assert!(differing.is_empty(), "other than they should be: {differing:?}");
}

/// A run whose output nobody reads.
fn start(repo: &Repo, args: &[&str]) -> Child {
    let mut command = repo.okep_command(args);
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts")
}

/// Waits until something is seen in the repository, or for the end.
fn until(repo: &Repo, child: &mut Child, seen: fn(&Repo) -> bool) {
    while !seen(repo) && child.try_wait().expect("it is ours").is_none() {
        std::thread::sleep(Duration::from_micros(50));
    }
}

/// Whether there is a temporary file.
fn begins_to_write(repo: &Repo) -> bool {
    let entries = fs::read_dir(repo.root.join("docs/okeps")).expect("it is there").flatten();
    entries.map(|entry| entry.file_name()).any(|name| is_temporary(&name.to_string_lossy()))
}

/// How a run ended; one that does not end fails.
#[track_caller]
fn end(child: &mut Child) -> ExitStatus {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait().expect("it is ours") {
            return status;
        }
        if start.elapsed() > HANGS {
            let _ = child.kill();
            panic!("it hangs");
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Sends a signal by its name, as in `INT`, as soon as it is told to.
struct Sender(Child);

impl Sender {
    fn new(child: &Child, name: &str) -> Self {
        // A shell of its own takes longer to start than a run to write.
        let script = format!("read now; kill -s {name} {}", child.id());
        let mut shell = Command::new("sh");
        shell.args(["-c", &script]).stdin(Stdio::piped()).stderr(Stdio::null());
        Sender(shell.spawn().expect("there is a shell"))
    }

    /// Whoever has ended already does not mind.
    fn send(mut self) {
        let mut stdin = self.0.stdin.take().expect("it was just piped");
        stdin.write_all(b"now\n").expect("the shell reads it");
        self.0.wait().expect("it is ours");
    }
}
