//! What a merge brings into the main line is new there, and what the main line has is new to nobody.
//!
//! The bad branch has an OKEP that `nav` does not show.

use crate::support::{QUIET_GAUGES, Repo, good_okep};
use std::path::Path;

const BAD: &str = "error not-in-nav mkdocs.yml:11 nav";

fn add_unlisted(repo: &Repo) {
    repo.write("docs/okeps/okep-2130-tide-tables.md", good_okep(2130, "Tide Tables"));
    let index = "docs/okeps/index.md";
    repo.write(index, repo.read(index) + "* [OKEP-2130: Tide Tables](okep-2130-tide-tables.md)\n");
    repo.commit("Propose tide tables");
}

fn edit_elsewhere(repo: &Repo) {
    repo.write(QUIET_GAUGES, repo.read(QUIET_GAUGES) + "\nMore of it.\n");
    repo.commit("Say more of gauges");
}

/// A bad and a good branch; `main` went on meanwhile and is checked out.
fn branches() -> Repo {
    let repo = Repo::clean();
    repo.git(&["checkout", "-q", "-b", "good"]);
    repo.write("notes.txt", "text\n");
    repo.commit("Take notes");
    repo.git(&["checkout", "-q", "-b", "bad", "main"]);
    add_unlisted(&repo);
    repo.git(&["checkout", "-q", "main"]);
    edit_elsewhere(&repo);
    repo
}

/// Merges without a commit, and checks what is new; `git merge --squash` and `--since HEAD` agree.
#[track_caller]
fn check_merge(repo: &Repo, dir: &Path, heads: &[&str], expected: &[&str]) {
    let merge = [&["merge", "-q", "--no-commit", "--no-ff"], heads].concat();
    repo.git_in(dir, &merge).exits(0);
    check_staged(repo, dir, expected);
}

#[track_caller]
fn check_staged(repo: &Repo, dir: &Path, expected: &[&str]) {
    let ran = repo.okep_in(dir, &["check", "--format", "json", "--staged"]);
    assert_eq!(ran.exits(i32::from(!expected.is_empty())).faults(), expected);
}

/// A clone of `repo` next to it.
fn clone(repo: &Repo) -> std::path::PathBuf {
    let place = repo.beside("mine");
    repo.git(&["clone", "-q", &repo.root.display().to_string(), &place.display().to_string()]);
    place
}

#[test]
fn a_bad_branch_is_not_merged_into_main() {
    let repo = branches();
    check_merge(&repo, &repo.root, &["bad"], &[BAD]);
    repo.git(&["merge", "--abort"]);
    check_merge(&repo, &repo.root, &["good"], &[]);
    repo.git(&["merge", "--abort"]);
    repo.git(&["merge", "-q", "--squash", "bad"]);
    check_staged(&repo, &repo.root, &[BAD]);
    repo.git(&["reset", "-q", "--hard"]);
    repo.install_hooks();
    assert_eq!(repo.try_git(&["merge", "-q", "--no-edit", "bad"]).code, 1);
}

#[test]
fn of_an_octopus_only_what_main_has_is_not_new() {
    let repo = branches();
    check_merge(&repo, &repo.root, &["good", "bad"], &[BAD]);
    repo.git(&["merge", "--abort"]);
    repo.git(&["checkout", "-q", "-b", "topic", "good"]);
    check_merge(&repo, &repo.root, &["main", "bad"], &[]);
}

#[test]
fn main_merged_into_a_branch_introduces_nothing() {
    let repo = branches();
    repo.git(&["merge", "-q", "--no-edit", "bad"]);
    repo.git(&["checkout", "-q", "good"]);
    check_merge(&repo, &repo.root, &["main"], &[]);
    repo.git(&["merge", "--abort"]);
    // Neither does a branch that is merged into a branch.
    check_merge(&repo, &repo.root, &["bad"], &[]);
    repo.write(QUIET_GAUGES, "# OKEP-2104: Quiet Gauges\n");
    repo.git(&["add", "-A"]);
    assert!(!repo.json(&["--staged"]).exits(1).faults().is_empty(), "an edit during the merge is new");
}

#[test]
fn a_pull_on_main_is_not_blamed_for_what_others_merged() {
    let repo = branches();
    let mine = clone(&repo);
    repo.git(&["merge", "-q", "--no-edit", "bad"]);
    std::fs::write(mine.join("mine.txt"), "text\n").expect("writable");
    for args in [&["add", "-A"][..], &["commit", "-q", "-m", "Mine"], &["fetch", "-q"]] {
        repo.git_in(&mine, args).exits(0);
    }
    check_merge(&repo, &mine, &["origin/main"], &[]);
    repo.git_in(&mine, &["merge", "--abort"]).exits(0);
    // A branch of the same remote is not its main line.
    repo.git(&["branch", "topic", "bad"]);
    repo.git(&["reset", "-q", "--hard", "HEAD~1"]);
    repo.git_in(&mine, &["fetch", "-q"]).exits(0);
    check_merge(&repo, &mine, &["origin/topic"], &[BAD]);
}

#[test]
fn without_a_default_branch_every_merged_commit_counts() {
    let repo = branches();
    repo.git(&["branch", "-q", "-m", "main", "trunk"]);
    check_merge(&repo, &repo.root, &["bad"], &[]);
    repo.git(&["merge", "--abort"]);
    repo.write("okep.toml", "main-branch = \"trunk\"\n");
    repo.commit("Name the main line");
    check_merge(&repo, &repo.root, &["bad"], &[BAD]);
}

#[test]
fn a_conflict_in_a_page_of_others_is_not_ours() {
    let repo = Repo::clean();
    let write = |path: &str, text: &str| {
        repo.write(path, text);
        repo.commit(text);
    };
    repo.git(&["branch", "topic"]);
    write("docs/guide.md", "mine\n");
    repo.git(&["checkout", "-q", "topic"]);
    write("docs/guide.md", "theirs\n");
    repo.try_git(&["merge", "-q", "main"]).exits(1);
    check_staged(&repo, &repo.root, &[]);
    repo.git(&["reset", "-q", "--hard"]);
    write(QUIET_GAUGES, "theirs\n");
    repo.git(&["checkout", "-q", "main"]);
    write(QUIET_GAUGES, "mine\n");
    repo.try_git(&["merge", "-q", "topic"]).exits(1);
    repo.okep(&["check", "--staged"]).refuses(&[QUIET_GAUGES]);
}
