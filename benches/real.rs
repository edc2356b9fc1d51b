//! `cargo bench --bench real -- PATH...`: okep on repositories that exist, next to git in turns.
//!
//! A PATH is a clone, which is only read, or a bundle as `git bundle` writes it. Each is cloned into a temporary
//! folder. What is printed is a table in Markdown: medians, the spread of the rounds as a fraction of the median, and
//! the ratio of the medians. `OKEP_BENCH_ROUNDS` is the number of rounds. Where rumdl is installed (`PATH`, or the
//! program that `OKEP_BENCH_RUMDL` names) it checks the same files.
#![allow(clippy::print_stdout, reason = "a bench prints its measurements")]

mod measure;
mod synthetic;

use measure::{OKEP, cores, number, okep, said, turns};
use std::path::{Path, PathBuf};
use std::process::Command;
use synthetic::git;

/// So many documents are fixed in one run.
const FIXED: usize = 150;

fn main() {
    let rounds = number("OKEP_BENCH_ROUNDS", 7);
    let paths: Vec<PathBuf> =
        std::env::args_os().skip(1).map(PathBuf::from).filter(|path| path.exists()).collect();
    if paths.is_empty() {
        println!("usage: cargo bench --bench real -- PATH... (clones or bundles)");
    }
    println!("{} cores, {rounds} rounds\n", cores());
    for path in paths {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let repo = folder.path().join("repo");
        git(folder.path())
            .args(["clone", "-q"])
            .arg(path.canonicalize().expect("it exists"))
            .arg(&repo)
            .output()
            .expect("git clones");
        check_out(&repo);
        let commits = said(git(&repo).args(["rev-list", "--count", "--all"]));
        let okeps = markdown(&repo).len();
        println!("`{}`: {commits} commits, {okeps} Markdown files in `docs/okeps`\n", path.display());
        println!("| what | okep | against | median | ratio | spread | memory of okep |");
        println!("|---|---|---|---|---|---|---|");
        with_history(&repo, rounds);
        measure::write_commit_graph(&repo);
        row("history --all, commit-graph", history(&repo), lists(&repo), "git log --raw", rounds);
        measure::remove_commit_graph(&repo);
        without_history(&repo, folder.path(), rounds);
        println!();
    }
}

fn with_history(repo: &Path, rounds: usize) {
    row("history --all", history(repo), lists(repo), "git log --raw", rounds);
    let line = || {
        let mut git = git(repo);
        git.args(["log", "--first-parent", "--format=%H", "--", "docs/okeps"]);
        git
    };
    row("check", okep(repo, &["check"]), line(), "git log --first-parent", rounds);
    let mut names = git(repo);
    names.args(["diff", "--cached", "--name-only"]);
    row(
        "check --staged, nothing staged",
        okep(repo, &["check", "--staged"]),
        names,
        "git diff --cached",
        rounds,
    );
}

/// The same files in a folder that is no repository.
fn without_history(repo: &Path, folder: &Path, rounds: usize) {
    let (all, some) = (folder.join("all"), folder.join("some"));
    copy(repo, &all, usize::MAX);
    row("check", okep(repo, &["check"]), okep(&all, &["check"]), "the same files without history", rounds);
    if let Some(mut rumdl) = rumdl() {
        rumdl.current_dir(&all).args(["check", "--no-cache", "docs"]);
        row(
            "check, without history, with fixes",
            okep(&all, &["check", "--diff=all"]),
            rumdl,
            "rumdl check",
            rounds,
        );
    }
    copy(repo, &some, FIXED);
    // What is fixed is put back before each round, which costs both sides the same.
    let again = |then: &str| {
        let mut shell = Command::new("sh");
        shell.current_dir(folder).args(["-c", &format!("rm -rf now && cp -r some now && cd now && {then}")]);
        shell.env("OKEP", OKEP);
        shell
    };
    let what = format!("check --fix=all of {FIXED}");
    row(&what, again("\"$OKEP\" check --fix=all"), again("\"$OKEP\" check"), "check of them", rounds);
}

fn history(repo: &Path) -> Command {
    okep(repo, &["history", "--all", "--format", "json"])
}

/// What git takes to list what history reads.
fn lists(repo: &Path) -> Command {
    let mut git = git(repo);
    git.args(measure::LIST);
    git
}

fn row(what: &str, mut ours: Command, mut theirs: Command, against: &str, rounds: usize) {
    let turns = turns(&mut ours, &mut theirs, rounds);
    let [(okep, spread), (other, others)] = turns.times;
    println!(
        "| {what} | {okep:.0} ms | {against} | {other:.0} ms | {:.2} | {spread:.2}, {others:.2} | {:.0} MB |",
        okep / other,
        turns.peak as f64 / 1024.0
    );
}

/// Checks out the branch that has OKEPs, where a bundle does not say which is its main one.
fn check_out(repo: &Path) {
    for branch in ["main", "master"] {
        if markdown(repo).is_empty() {
            git(repo).args(["checkout", "-q", branch]).output().expect("git runs");
        }
    }
}

fn markdown(repo: &Path) -> Vec<String> {
    let files = said(git(repo).args(["ls-files", "docs/okeps/*.md"]));
    files.lines().map(str::to_owned).collect()
}

/// Copies the first OKEPs, the template, and the site's configuration.
fn copy(repo: &Path, to: &Path, okeps: usize) {
    let (kept, rest): (Vec<String>, Vec<String>) =
        markdown(repo).into_iter().partition(|path| path.ends_with("-template.md"));
    let others =
        ["mkdocs.yml", "okep.toml"].map(str::to_owned).into_iter().filter(|path| repo.join(path).exists());
    for path in kept.into_iter().chain(others).chain(rest.into_iter().take(okeps)) {
        let to = to.join(&path);
        std::fs::create_dir_all(to.parent().expect("it is in a folder")).expect("a folder can be made");
        std::fs::copy(repo.join(&path), to).expect("it is checked out");
    }
}

fn rumdl() -> Option<Command> {
    let program = std::env::var_os("OKEP_BENCH_RUMDL").unwrap_or_else(|| "rumdl".into());
    let is_there =
        Command::new(&program).arg("--version").output().is_ok_and(|output| output.status.success());
    is_there.then(|| Command::new(program))
}
