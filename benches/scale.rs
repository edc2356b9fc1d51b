//! `cargo bench --bench scale`: how the cost of `okep history --all` grows with the commits and with the
//! OKEPs, against git turn by turn, without and with a commit-graph; and that of the hook with the OKEPs.
//!
//! Each row is printed as it is measured: the shortest of several runs. `OKEP_SCALE_COMMITS` and
//! `OKEP_SCALE_OKEPS` name the sizes, as `10000,100000,1000000` and `20,200,2000`; a million commits take
//! minutes and a gigabyte of disk for each number of OKEPs. `OKEP_BENCH_ROUNDS` is the number of runs, and with 0
//! the repositories are only built; `OKEP_BENCH_KEEP` names a folder where repositories are left, and taken from where they are there.
//! `OKEP_SCALE_OUT` names a folder with the table of other runs, `scale.csv`: what was measured anew
//! replaces its rows, and the picture `scale.svg` is made of all of them; without sizes that is all it does.
#![allow(clippy::print_stdout, reason = "a bench prints its measurements")]

mod measure;
mod picture;
mod synthetic;

use measure::{Measured, Staged, compare, cores, history, number, okep};
use picture::rows::{Row, Rows, What};
use std::path::{Path, PathBuf};
use synthetic::{Parameters, git, synthesise};

fn main() {
    let rounds = number("OKEP_BENCH_ROUNDS", 3);
    let commits = sizes("OKEP_SCALE_COMMITS", &[10_000, 100_000]);
    let okeps = sizes("OKEP_SCALE_OKEPS", &[20, 200, 2_000]);
    let temporary = tempfile::tempdir().expect("a temporary folder can be made");
    let kept = std::env::var_os("OKEP_BENCH_KEEP").map(PathBuf::from);
    let out = std::env::var_os("OKEP_SCALE_OUT").map(PathBuf::from);
    let mut rows = out.as_deref().map(Rows::read).unwrap_or_default();
    println!("{} cores, {rounds} rounds, {:?}", cores(), Parameters::of(0, 0));
    println!("{}", Row::HEAD);
    for (nth, commits) in commits.iter().enumerate() {
        for okeps in &okeps {
            let repo = kept.as_deref().unwrap_or(temporary.path()).join(format!("scale-{commits}-{okeps}"));
            if !repo.exists() {
                synthesise(&repo, Parameters::of(*commits, *okeps));
            }
            if rounds == 0 {
                continue;
            }
            let size = Row { commits: *commits, okeps: *okeps, ..Row::default() };
            let shape = rows.like(size).unwrap_or_else(|| walked(&repo, size));
            let mut take = |what, measured: Measured| {
                let row = Row { what, measured, ..shape };
                println!("{row}");
                rows.take(row);
            };
            measure::remove_commit_graph(&repo);
            take(What::History, history(&repo, rounds));
            measure::write_commit_graph(&repo);
            take(What::Graph, history(&repo, rounds));
            // The hook never looks at the number of commits.
            if nth == 0 {
                take(What::Hook, hook(&repo, rounds));
            }
            if kept.is_none() {
                let _ = std::fs::remove_dir_all(&repo);
            }
        }
    }
    println!("\n{}", rows.growth());
    if let Some(out) = out {
        rows.write(&out);
        std::fs::write(out.join("scale.svg"), picture::picture(&rows)).expect("the picture can be written");
    }
}

fn sizes(name: &str, default: &[usize]) -> Vec<usize> {
    let Ok(named) = std::env::var(name) else { return default.to_vec() };
    named.split(',').filter_map(|n| n.trim().parse().ok()).collect()
}

/// How much there is to judge, as the walk says.
fn walked(repo: &Path, row: Row) -> Row {
    let told = measure::said(&mut okep(repo, &["history", "--all", "--format", "json"]));
    let told: serde_json::Value = serde_json::from_str(&told).expect("okep prints JSON");
    let count = |what: &str| told["walk"][what].as_u64().expect("the walk counts it") as usize;
    assert_eq!(count("commits"), row.commits, "{} is another repository", repo.display());
    Row { states: count("states"), documents: count("documents"), ..row }
}

/// One sentence in one of all OKEPs is staged.
fn hook(repo: &Path, rounds: usize) -> Measured {
    let staged = Staged::new(repo).expect("there are proposals");
    staged.append(repo, "\nOne more sentence.\n");
    let names = ["diff", "--cached", "--name-only"];
    compare(&mut okep(repo, &["check", "--staged"]), git(repo).args(names), rounds.max(10))
}
