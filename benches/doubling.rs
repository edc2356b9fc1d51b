//! `cargo bench --bench doubling`: how the cost of `okep check` and `okep history` grows as documents, revisions of
//! the template and findings double. What grows linearly takes at most twice as long from one row to the next.
//!
//! `OKEP_BENCH_ROUNDS` is the number of runs, of which the shortest counts.
#![allow(clippy::print_stdout, reason = "a bench prints its measurements")]

mod measure;
mod synthetic;

use measure::{OKEP, compare, cores, number, okep, said};
use std::path::Path;
use std::process::Command;
use synthetic::{Parameters, synthesise};

/// How often each number is doubled.
const DOUBLINGS: u32 = 3;

/// Nothing is checked out.
const CHECK: [&str; 3] = ["check", "--rev", "HEAD"];

fn main() {
    let rounds = number("OKEP_BENCH_ROUNDS", 3);
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let least = Parameters { width: 100, templates: 4, ..Parameters::of(2_000, 200) };
    println!("{} cores, {rounds} rounds", cores());
    println!("| what doubles | number | findings | `check` | growth | `history` | growth |");
    println!("|---|---|---|---|---|---|---|");
    let double = |what: &str, first: usize, with: &dyn Fn(usize) -> Parameters| {
        let mut before: Option<[f64; 2]> = None;
        for number in (0..=DOUBLINGS).map(|times| first << times) {
            let repo = synthesise(&folder.path().join(format!("{what}-{number}")), with(number));
            let times = [&CHECK[..], &["history"]].map(|args| shortest(&repo, args, rounds));
            let growth =
                |at: usize| before.map_or(String::new(), |before| format!("x {:.1}", times[at] / before[at]));
            let [check, history] = times.map(|time| format!("{time:.0} ms"));
            let findings = findings(&repo);
            println!(
                "| {what} | {number} | {findings} | {check} | {} | {history} | {} |",
                growth(0),
                growth(1)
            );
            before = Some(times);
            let _ = std::fs::remove_dir_all(repo);
        }
    };
    double("OKEPs", 200, &|okeps| Parameters { okeps, ..least });
    double("revisions of the template", 5, &|templates| Parameters { templates, ..least });
    double("broken links of an OKEP", 5, &|broken| Parameters { broken, ..least });
}

/// The shortest of several runs, in milliseconds.
fn shortest(repo: &Path, args: &[&str], rounds: usize) -> f64 {
    // There is nothing to compare with: the other side only prints its version.
    compare(&mut okep(repo, args), Command::new(OKEP).arg("--version"), rounds).okep
}

fn findings(repo: &Path) -> usize {
    let report: serde_json::Value =
        serde_json::from_str(&said(&mut okep(repo, &[&CHECK[..], &["--format", "json"]].concat())))
            .expect("okep prints JSON");
    report["findings"].as_array().expect("it has findings").len()
}
