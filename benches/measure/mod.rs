//! okep beside git, turn by turn: the shortest time of each, and how much okep held.
//!
//! It measures whole processes, and says nothing of what they print.
#![allow(dead_code, reason = "each benchmark uses a part of it")]

use super::synthetic::git;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

pub const OKEP: &str = env!("CARGO_BIN_EXE_okep");

/// What one comparison came to.
#[derive(Debug, Clone, Copy, Default)]
pub struct Measured {
    /// The shortest of all rounds, in milliseconds.
    pub okep: f64,
    pub git: f64,
    /// The most that okep held itself in any round, in KiB; nothing where the system does not tell.
    pub peak: u64,
}

impl Measured {
    pub fn ratio(&self) -> f64 {
        self.okep / self.git
    }

    pub fn megabytes(&self) -> f64 {
        self.peak as f64 / 1024.0
    }
}

/// `okep` in a folder.
pub fn okep(dir: &Path, args: &[&str]) -> Command {
    let mut okep = Command::new(OKEP);
    okep.current_dir(dir).args(args);
    okep
}

/// Runs both in turns.
pub fn compare(ours: &mut Command, theirs: &mut Command, rounds: usize) -> Measured {
    let mut best = [Duration::MAX; 2];
    let mut peak = 0;
    for _ in 0..rounds {
        let (time, memory) = run(ours);
        best[0] = best[0].min(time);
        peak = peak.max(memory);
        best[1] = best[1].min(run(theirs).0);
    }
    let [okep, git] = best.map(|b| b.as_secs_f64() * 1e3);
    Measured { okep, git, peak }
}

/// The medians of two commands that took turns.
pub struct Turns {
    /// For each the median in milliseconds, and the spread as a fraction of it.
    pub times: [(f64, f64); 2],
    /// The most that the first one held itself in any round, in KiB.
    pub peak: u64,
}

pub fn turns(ours: &mut Command, theirs: &mut Command, rounds: usize) -> Turns {
    let mut times = [Vec::new(), Vec::new()];
    let mut peak = 0;
    for _ in 0..rounds.max(1) {
        let (time, memory) = run(ours);
        times[0].push(time.as_secs_f64() * 1e3);
        peak = peak.max(memory);
        times[1].push(run(theirs).0.as_secs_f64() * 1e3);
    }
    let median = |mut times: Vec<f64>| {
        times.sort_by(f64::total_cmp);
        let median = times[times.len() / 2];
        (median, (times[times.len() - 1] - times[0]) / median)
    };
    Turns { times: times.map(median), peak }
}

/// How git lists what a history depends on.
pub const LIST: [&str; 9] =
    ["log", "--all", "--full-history", "-m", "--raw", "--format=%H", "--", "docs/okeps", "mkdocs.yml"];

/// The history of a repository, against what git needs to list the same.
pub fn history(repo: &Path, rounds: usize) -> Measured {
    let mut ours = okep(repo, &["history", "--all", "--format", "json"]);
    compare(&mut ours, git(repo).args(LIST), rounds)
}

pub fn write_commit_graph(repo: &Path) {
    let write = ["commit-graph", "write", "--reachable"];
    git(repo).args(write).stderr(Stdio::null()).status().expect("git runs");
}

pub fn remove_commit_graph(repo: &Path) {
    let _ = std::fs::remove_dir_all(repo.join(".git/objects/info/commit-graphs"));
    let _ = std::fs::remove_file(repo.join(".git/objects/info/commit-graph"));
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

/// A proposal with something new staged: a sentence, and what else is given.
pub struct Staged {
    path: std::path::PathBuf,
    text: String,
}

impl Staged {
    /// Fills the working tree; none where no proposal is in it.
    pub fn new(repo: &Path) -> Option<Self> {
        git(repo).args(["reset", "-q", "--hard"]).status().expect("git fills the working tree");
        let path = said(git(repo).args(["ls-files", "docs/okeps/okep-5*"]));
        let path = path.lines().next().map(|p| repo.join(p))?;
        let text = std::fs::read_to_string(&path).expect("it was just checked out");
        Some(Staged { path, text })
    }

    pub fn append(&self, repo: &Path, more: &str) {
        std::fs::write(&self.path, format!("{}{more}", self.text)).expect("the working tree can be written");
        git(repo).args(["add", "-u"]).status().expect("git adds");
    }
}

pub fn said(command: &mut Command) -> String {
    let output = command.output().expect("the command can be started");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// A number from the environment.
pub fn number(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|v| v.parse().ok()).unwrap_or(default)
}
