//! `cargo bench`: okep next to git on synthetic repositories, turn by turn in one run.
//!
//! What is printed are the shortest of several runs of each, and their ratio; a ratio below 1 means that
//! okep was faster than git at listing what okep checks. `OKEP_BENCH_COMMITS` sets the size,
//! `OKEP_BENCH_REPO` takes a repository of your own instead, `OKEP_BENCH_ROUNDS` the number of runs.
//! `OKEP_BENCH_KEEP` names a folder in which the repository is built and left, for a profiler.
#![allow(clippy::print_stdout, reason = "a bench prints its measurements")]

mod measure;
mod synthetic;

use measure::{Measured, Staged, compare, cores, history, number, okep, said};
use std::path::{Path, PathBuf};
use synthetic::{Parameters, git, synthesise};

fn main() {
    let rounds = number("OKEP_BENCH_ROUNDS", 5);
    let temporary = tempfile::tempdir().expect("a temporary folder can be made");
    let folder = std::env::var_os("OKEP_BENCH_KEEP").map_or(temporary.path().to_owned(), PathBuf::from);
    let repo = match std::env::var_os("OKEP_BENCH_REPO") {
        Some(given) => copy(Path::new(&given), &folder),
        None => {
            let parameters = Parameters::of(number("OKEP_BENCH_COMMITS", 10_000), 13);
            println!("building: {parameters:?}");
            synthesise(&folder.join("synthetic"), parameters)
        }
    };
    let commits = said(git(&repo).args(["rev-list", "--count", "--all"]));
    println!("repository: {commits} commits, {} cores, {rounds} rounds", cores());
    println!("{:<52} {:>9} {:>9} {:>6} {:>10}", "what", "okep", "git", "ratio", "okep peak");
    tell("history --all", history(&repo, rounds));
    measure::write_commit_graph(&repo);
    tell("history --all, commit-graph", history(&repo, rounds));
    measure::remove_commit_graph(&repo);
    staged(&repo, rounds);
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

fn staged(repo: &Path, rounds: usize) {
    let Some(staged) = Staged::new(repo) else { return };
    staged.append(repo, "\nOne more sentence.\n");
    let names = ["diff", "--cached", "--name-only"];
    let mut ours = okep(repo, &["check", "--staged"]);
    tell("check --staged, no history needed", compare(&mut ours, git(repo).args(names), rounds));
    staged.append(repo, "\nOne more sentence.\n\n## Goals\n");
    let mut ours = okep(repo, &["check", "--staged", "--format", "json"]);
    let line = ["log", "--first-parent", "--full-history", "--format=%H", "--", "docs/okeps"];
    tell("check --staged, history needed", compare(&mut ours, git(repo).args(line), rounds));
}

fn tell(what: &str, measured: Measured) {
    let Measured { okep, git, .. } = measured;
    let (ratio, peak) = (measured.ratio(), measured.megabytes());
    println!("{what:<52} {okep:>6.0} ms {git:>6.0} ms {ratio:>6.2} {peak:>7.1} MB");
}
