//! `okep check --staged` as the hook of the real git: judged is what would be committed.
#![cfg(unix)]

use crate::support::{QUIET_GAUGES, Ran, Repo, SHARED_BUOYS};
use std::path::Path;

fn hooked() -> Repo {
    let repo = Repo::clean();
    repo.install_hooks();
    repo
}

/// Takes a section out of an OKEP, or puts it back.
fn break_it(repo: &Repo, path: &str) {
    repo.edit(path, "## Risks\n", "");
}

fn mend_it(repo: &Repo, path: &str) {
    repo.edit(path, "## Upgrade and Rollback\n", "## Risks\n\nNone\n\n## Upgrade and Rollback\n");
}

#[track_caller]
fn refused(ran: Ran) {
    assert_eq!(ran.code, 1, "{}{}", ran.stdout, ran.stderr);
    let said = ran.stdout + &ran.stderr;
    assert!(said.contains("missing-section"), "{said}");
}

#[test]
fn what_is_staged_counts_and_not_the_file_on_disk() {
    let repo = hooked();
    break_it(&repo, QUIET_GAUGES);
    repo.git(&["add", "-A"]);
    mend_it(&repo, QUIET_GAUGES);
    refused(repo.try_git(&["commit", "-m", "broken in the index"]));
    assert_eq!(repo.json(&["--staged"]).exits(1).faults().len(), 1);
    repo.json(&[]).exits(0);

    let repo = hooked();
    repo.edit(QUIET_GAUGES, "A basin of ten metres", "A basin of twelve metres");
    repo.git(&["add", "-A"]);
    break_it(&repo, QUIET_GAUGES);
    repo.git(&["commit", "-q", "-m", "broken on disk only"]);
    repo.json(&[]).exits(1);
}

#[test]
fn commit_a_is_checked_with_the_files_it_takes_along() {
    let repo = hooked();
    break_it(&repo, QUIET_GAUGES);
    refused(repo.try_git(&["commit", "-a", "-m", "broken"]));

    repo.git(&["add", "-A"]);
    mend_it(&repo, QUIET_GAUGES);
    repo.edit(QUIET_GAUGES, "A basin of ten metres", "A basin of twelve metres");
    repo.git(&["commit", "-q", "-a", "-m", "mended before it was committed"]);
}

#[test]
fn commit_path_is_checked_by_that_path_alone() {
    let repo = hooked();
    break_it(&repo, QUIET_GAUGES);
    repo.git(&["add", "-A"]);
    repo.edit(SHARED_BUOYS, "Two harbours", "Three harbours");
    repo.git(&["commit", "-q", "-m", "the broken one stays behind", SHARED_BUOYS]);
    assert_eq!(repo.git(&["diff", "--cached", "--name-only"]).trim(), QUIET_GAUGES);

    refused(repo.try_git(&["commit", "-m", "and is refused by name", QUIET_GAUGES]));
    let sub = repo.root.join("docs/okeps");
    refused(repo.git_in(&sub, &["commit", "-m", "from a folder", "okep-2104-quiet-gauges.md"]));
    mend_it(&repo, QUIET_GAUGES);
    repo.edit(QUIET_GAUGES, "A basin of ten metres", "A basin of twelve metres");
    repo.git(&["commit", "-q", "-m", "mended on disk", QUIET_GAUGES]);
}

#[test]
fn a_hook_may_name_its_own_repository() {
    let repo = hooked();
    let hook = ".git/hooks/pre-commit";
    repo.edit(hook, "check --staged", "-C . check --staged");
    break_it(&repo, QUIET_GAUGES);
    repo.git(&["add", "-A"]);
    repo.edit(SHARED_BUOYS, "Two harbours", "Three harbours");
    repo.git(&["commit", "-q", "-m", "the broken one stays behind", SHARED_BUOYS]);
    refused(repo.try_git(&["commit", "-m", "broken"]));
}

#[test]
fn a_linked_worktree_has_an_index_of_its_own() {
    let repo = hooked();
    let linked = repo.beside("linked");
    repo.git(&["worktree", "add", "-q", "-b", "topic", linked.to_str().expect("UTF-8")]);
    let at = |path: &str| linked.join(path);
    let text = std::fs::read_to_string(at(QUIET_GAUGES)).expect("checked out");
    std::fs::write(at(QUIET_GAUGES), text.replace("## Risks\n", "")).expect("writable");

    // What is wrong there does not hold up a commit here.
    repo.edit(SHARED_BUOYS, "Two harbours", "Three harbours");
    repo.git(&["commit", "-q", "-a", "-m", "here"]);
    refused(repo.git_in(&linked, &["commit", "-a", "-m", "there"]));
    repo.git_in(&linked, &["add", "-A"]).exits(0);
    refused(repo.git_in(&linked, &["commit", "-m", "there, staged"]));

    // And the reverse.
    break_it(&repo, QUIET_GAUGES);
    repo.git(&["add", "-A"]);
    std::fs::write(at(QUIET_GAUGES), text.replace("ten metres", "twelve metres")).expect("writable");
    repo.git_in(&linked, &["commit", "-q", "-a", "-m", "mended there"]).exits(0);
    refused(repo.try_git(&["commit", "-m", "broken here"]));
}

#[test]
fn git_dir_and_work_tree_on_the_command_line() {
    let repo = hooked();
    break_it(&repo, QUIET_GAUGES);
    let outside = repo.beside("home");
    let git_dir = format!("--git-dir={}", repo.root.join(".git").display());
    let work_tree = format!("--work-tree={}", repo.root.display());
    refused(repo.git_in(&outside, &[&git_dir, &work_tree, "commit", "-a", "-m", "broken"]));
    mend_it(&repo, QUIET_GAUGES);
    repo.edit(QUIET_GAUGES, "ten metres", "twelve metres");
    repo.git_in(&outside, &[&git_dir, &work_tree, "commit", "-q", "-a", "-m", "mended"]).exits(0);
}

/// Two branches, each with an OKEP of its own, that git merges without a conflict.
fn two_branches(first: u32, second: u32) -> Repo {
    let repo = Repo::clean();
    // Room between the entries of the two, so that git can merge them.
    repo.git(&["checkout", "-q", "-b", "topic"]);
    repo.add_okep(second, "Wind Vanes");
    repo.commit("Propose wind vanes");
    repo.git(&["checkout", "-q", "main"]);
    let file = format!("okep-{first}-rain-gauges.md");
    repo.write(&format!("docs/okeps/{file}"), crate::support::good_okep(first, "Rain Gauges"));
    let above = "      # - An Example";
    repo.edit("mkdocs.yml", above, &format!("      - Rain Gauges: okeps/{file}\n{above}"));
    let above = "* [OKEP-2104";
    repo.edit("docs/okeps/index.md", above, &format!("* [OKEP-{first}: Rain Gauges]({file})\n{above}"));
    repo.commit("Propose rain gauges");
    repo.install_hooks();
    repo
}

#[test]
fn a_merge_is_checked_by_what_it_would_commit() {
    let repo = two_branches(2130, 2131);
    repo.git(&["merge", "-q", "--no-edit", "topic"]);
    assert_eq!(repo.json(&[]).exits(0).value()["summary"]["okeps"], 4);

    // Each branch is right by itself; together they are not.
    let repo = two_branches(2130, 2130);
    repo.okep(&["check", "--rev", "main"]).exits(0);
    repo.okep(&["check", "--rev", "topic"]).exits(0);
    let merge = repo.try_git(&["merge", "--no-edit", "topic"]);
    assert_ne!(merge.code, 0);
    let said = merge.stdout + &merge.stderr;
    assert!(said.contains("duplicate-number"), "{said}");
}

#[test]
fn a_merge_does_not_answer_for_what_the_other_branch_had() {
    let repo = hooked();
    repo.git(&["branch", "topic"]);
    break_it(&repo, QUIET_GAUGES);
    repo.git(&["commit", "-q", "-a", "--no-verify", "-m", "an old fault"]);
    repo.git(&["checkout", "-q", "topic"]);
    repo.edit(SHARED_BUOYS, "## Goals\n", "## Goals\n\n* Dry feet\n");
    repo.git(&["commit", "-q", "-a", "-m", "something else"]);
    repo.git(&["merge", "-q", "--no-edit", "main"]);
    repo.json(&[]).exits(1);
}

#[test]
fn a_conflict_is_checked_once_it_is_resolved() {
    let repo = hooked();
    repo.git(&["checkout", "-q", "-b", "topic"]);
    repo.edit(QUIET_GAUGES, "ten metres", "twelve metres");
    repo.git(&["commit", "-q", "-a", "-m", "twelve"]);
    repo.git(&["checkout", "-q", "main"]);
    repo.edit(QUIET_GAUGES, "ten metres", "eleven metres");
    repo.git(&["commit", "-q", "-a", "-m", "eleven"]);
    assert_ne!(repo.try_git(&["merge", "topic"]).code, 0);

    repo.okep(&["check", "--staged"]).refuses(&["in conflict", QUIET_GAUGES, "git add"]);
    // The marks of the conflict make no heading; the file on disk can be judged.
    assert_eq!(repo.json(&[]).notes(), ["conflict"]);
    let text = repo.git(&["show", "topic:docs/okeps/okep-2104-quiet-gauges.md"]);
    repo.write(QUIET_GAUGES, text.replace("## Risks\n", ""));
    repo.git(&["add", "-A"]);
    refused(repo.try_git(&["commit", "-m", "resolved badly"]));
    repo.write(QUIET_GAUGES, text);
    repo.git(&["add", "-A"]);
    repo.git(&["commit", "-q", "-m", "resolved well"]);
}

#[test]
fn the_hook_touches_nothing() {
    let repo = hooked();
    break_it(&repo, QUIET_GAUGES);
    repo.git(&["add", "-A"]);
    repo.edit(QUIET_GAUGES, "ten metres", "twelve metres");
    let state = |repo: &Repo| {
        let index = std::fs::read(repo.root.join(".git/index")).expect("it is there");
        (index, repo.read(QUIET_GAUGES), files(&repo.root.join(".git")))
    };
    let before = state(&repo);
    repo.okep(&["check", "--staged"]).exits(1);
    repo.okep(&["check"]).exits(1);
    assert!(state(&repo) == before);
}

fn files(dir: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(dir).expect("readable").map(|e| e.expect("readable").path());
    let mut files: Vec<String> =
        entries.flat_map(|p| if p.is_dir() { files(&p) } else { vec![p.display().to_string()] }).collect();
    files.sort();
    files
}
