//! `cargo bench`: okep beside git on synthetic repositories, turn by turn in one run.
//!
//! What is printed are the shortest of several runs of each, and their ratio; a ratio below 1 means that
//! okep was faster than git at listing what okep judges. `OKEP_BENCH_COMMITS` sets the size,
//! `OKEP_BENCH_REPO` takes a repository of your own instead, `OKEP_BENCH_ROUNDS` the number of runs.
//! `OKEP_BENCH_KEEP` names a folder in which the repository is built and left, for a profiler.

mod synthetic;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use synthetic::{Parameters, build, git};

const OKEP: &str = env!("CARGO_BIN_EXE_okep");

fn main() {
    let number =
        |name: &str, default: usize| std::env::var(name).ok().and_then(|v| v.parse().ok()).unwrap_or(default);
    let rounds = number("OKEP_BENCH_ROUNDS", 5);
    let temporary = tempfile::tempdir().expect("a temporary folder can be made");
    let folder = std::env::var_os("OKEP_BENCH_KEEP").map_or(temporary.path().to_owned(), PathBuf::from);
    let repo = match std::env::var_os("OKEP_BENCH_REPO") {
        Some(given) => copy(Path::new(&given), &folder),
        None => synthesise(&folder, number("OKEP_BENCH_COMMITS", 10_000)),
    };
    let commits = said(git(&repo).args(["rev-list", "--count", "--all"]));
    println!("repository: {commits} commits, {} cores, {rounds} rounds", cores());
    println!("{:<52} {:>9} {:>9} {:>6} {:>10}", "what", "okep", "git", "ratio", "okep peak");
    history(&repo, "history --all", rounds);
    git(&repo)
        .args(["commit-graph", "write", "--reachable"])
        .stderr(Stdio::null())
        .status()
        .expect("git runs");
    history(&repo, "history --all, commit-graph", rounds);
    let _ = std::fs::remove_dir_all(repo.join(".git/objects/info/commit-graphs"));
    let _ = std::fs::remove_file(repo.join(".git/objects/info/commit-graph"));
    staged(&repo, rounds);
}

fn synthesise(folder: &Path, commits: usize) -> PathBuf {
    let repo = folder.join("synthetic");
    let parameters =
        Parameters { commits, merges: 40, okeps: 13, width: 15_000, churn: 12, templates: 4, seed: 7 };
    println!("building: {parameters:?}");
    build(&repo, parameters).expect("git fast-import builds it");
    if commits <= 100_000 {
        // What a clone looks like; above that, repacking takes longer than all the rest.
        git(&repo).args(["repack", "-adfq"]).status().expect("git repacks");
    }
    repo
}

fn copy(from: &Path, folder: &Path) -> PathBuf {
    let to = folder.join("copy");
    git(folder)
        .args(["clone", "-q", "--mirror"])
        .arg(from)
        .arg(to.join(".git"))
        .status()
        .expect("git clones");
    git(&to).args(["config", "core.bare", "false"]).status().expect("git configures");
    to
}

fn history(repo: &Path, what: &str, rounds: usize) {
    let list =
        ["log", "--all", "--full-history", "-m", "--raw", "--format=%H", "--", "docs/okeps", "mkdocs.yml"];
    let mut ours = Command::new(OKEP);
    ours.current_dir(repo).args(["history", "--all", "--format", "json"]);
    compare(what, &mut ours, git(repo).args(list), rounds);
}

fn staged(repo: &Path, rounds: usize) {
    git(repo).args(["reset", "-q", "--hard"]).status().expect("git fills the working tree");
    let path = said(git(repo).args(["ls-files", "docs/okeps/okep-5*"]));
    let Some(path) = path.lines().next().map(|p| repo.join(p)) else { return };
    let text = std::fs::read_to_string(&path).expect("it was just checked out");
    let append = |more: &str| {
        std::fs::write(&path, format!("{text}{more}")).expect("the working tree can be written");
        git(repo).args(["add", "-u"]).status().expect("git adds");
    };
    append("\nOne more sentence.\n");
    let mut ours = Command::new(OKEP);
    ours.current_dir(repo).args(["check", "--staged"]);
    let names = ["diff", "--cached", "--name-only"];
    compare("check --staged, no history needed", &mut ours, git(repo).args(names), rounds);
    append("\nOne more sentence.\n\n## Goals\n");
    let mut ours = Command::new(OKEP);
    ours.current_dir(repo).args(["check", "--staged", "--format", "json"]);
    let line = ["log", "--first-parent", "--full-history", "--format=%H", "--", "docs/okeps"];
    compare("check --staged, history needed", &mut ours, git(repo).args(line), rounds);
}

/// Runs both in turns and prints the shortest of each.
fn compare(what: &str, ours: &mut Command, theirs: &mut Command, rounds: usize) {
    let mut best = [Duration::MAX; 2];
    let mut peak = 0;
    for _ in 0..rounds {
        let (time, memory) = run(ours);
        best[0] = best[0].min(time);
        peak = peak.max(memory);
        best[1] = best[1].min(run(theirs).0);
    }
    let [ours, theirs] = best.map(|b| b.as_secs_f64());
    println!(
        "{what:<52} {:>6.0} ms {:>6.0} ms {:>6.2} {:>7.1} MB",
        ours * 1e3,
        theirs * 1e3,
        ours / theirs,
        peak as f64 / 1024.0
    );
}

/// How long a command took, and the peak of its own memory in KiB where the system tells.
fn run(command: &mut Command) -> (Duration, u64) {
    let start = Instant::now();
    let mut child =
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the command can be started");
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    while child.try_wait().expect("it is our child").is_none() {
        let told = std::fs::read_to_string(&status).unwrap_or_default();
        // What it holds itself: the packs it maps are the system's to keep or drop.
        let line = told.lines().find_map(|l| l.strip_prefix("RssAnon:"));
        let kilobytes = line.and_then(|l| l.trim().trim_end_matches(" kB").parse().ok());
        peak = peak.max(kilobytes.unwrap_or(0));
        std::thread::sleep(Duration::from_millis(1));
    }
    (start.elapsed(), peak)
}

fn said(command: &mut Command) -> String {
    let output = command.output().expect("git runs");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
