//! `okep history --diff`: the story ends with what can be repaired at the tip, as git takes it.

use super::repo::{Repo, nav, okep, okep_command, path, run};
use crate::support::isolated;
use std::io::Write;
use std::path::Path;
use std::process::Stdio;

/// Three proposals by three people: without a fault, with a section to reword, and not in `nav`.
fn faulty() -> Repo {
    let mut repo = Repo::started();
    repo.write(&path(2), &okep(2).replace("## Goals", "## goals"))
        .write("mkdocs.yml", &nav(&[path(1), path(2)]));
    repo.commit("Propose another");
    repo.write(&path(3), &okep(3).replace("## Alternatives\n\nNone.\n", "")).commit("Propose a third");
    repo
}

fn text(dir: &Path, arguments: &[&str]) -> String {
    let output = run(dir, arguments);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("it is UTF-8")
}

/// The patch that ends a story, which must begin after the tables.
fn patch(story: &str) -> String {
    let at = story.find("diff --git ").unwrap_or(story.len());
    assert!(story[..at].contains("OKEPs"), "{story}");
    story[at..].to_owned()
}

/// What `okep check` shows for the same commit, whatever is left.
fn shown(dir: &Path, rev: &str, which: &str) -> String {
    let output = run(dir, &["check", "--fail-on", "never", "--rev", rev, &format!("--diff={which}")]);
    String::from_utf8(output.stdout).expect("it is UTF-8")
}

/// Has git take a whole story, tables and all, for the patch that it ends with.
fn apply(repo: &Repo, arguments: &[&str], story: &str) {
    let mut git = isolated("git", &repo.dir);
    let mut child = git.arg("apply").args(arguments).stdin(Stdio::piped()).spawn().expect("git can be run");
    child.stdin.take().expect("it is piped").write_all(story.as_bytes()).expect("git reads it");
    assert!(child.wait().expect("it ends").success(), "{story}");
}

#[test]
fn the_story_ends_with_what_check_shows_at_the_tip() {
    for which in ["safe", "all"] {
        let repo = faulty();
        let story = text(&repo.dir, &["history", &format!("--diff={which}")]);
        assert_eq!(patch(&story), shown(&repo.dir, "HEAD", which));
        assert!(story.contains("+## Goals\n") && story.contains("+  - Proposal: okeps/okep-3"), "{story}");
        assert_eq!(story.contains("+## Alternatives\n"), which == "all", "{story}");
        apply(&repo, &["--check"], &story);
        apply(&repo, &[], &story);
        let left = text(&repo.dir, &["check", "--fail-on", "never", &format!("--diff={which}")]);
        assert_eq!(left, "");
    }
    let repo = faulty();
    assert_eq!(patch(&text(&repo.dir, &["history", "--diff"])), shown(&repo.dir, "HEAD", "safe"));
    assert_eq!(patch(&text(&repo.dir, &["history"])), "", "without being asked for nothing is suggested");
}

#[test]
fn what_is_not_shown_is_not_suggested() {
    let repo = faulty();
    let check = |arguments: &[&str], expected: &[&str]| {
        let story = text(&repo.dir, &[&["history", "--diff=all"], arguments].concat());
        if !expected.is_empty() {
            apply(&repo, &["--check"], &story);
        }
        let named = story.lines().filter_map(|l| l.strip_prefix("+++ b/"));
        let files: Vec<&str> = named.filter_map(|l| l.rsplit('/').next()).collect();
        assert_eq!(files, expected, "{arguments:?}");
    };
    check(&[], &["okep-2-proposal.md", "okep-3-proposal.md", "mkdocs.yml"]);
    check(&["--okep", "2"], &["okep-2-proposal.md"]);
    check(&["--okep", "3"], &["okep-3-proposal.md", "mkdocs.yml"]);
    check(&["--rule", "not-in-nav"], &["mkdocs.yml"]);
    // The third day's person, and the fourth's.
    check(&["--author", "person 0"], &["okep-2-proposal.md"]);
    check(&["--author", "person 1"], &["okep-3-proposal.md", "mkdocs.yml"]);
    check(&["--since", "2025-01-05"], &["okep-3-proposal.md", "mkdocs.yml"]);
    check(&["--since", "2025-02-01"], &[]);
    check(&["--okep", "1"], &[]);
}

#[test]
fn of_several_tips_the_reported_one_is_fixed() {
    let mut repo = faulty();
    repo.git(&["switch", "-qc", "side"]);
    repo.write("mkdocs.yml", &nav(&[path(1), path(2), path(3)])).commit("Register");
    repo.git(&["switch", "-q", "main"]);
    let (main, side) = (shown(&repo.dir, "main", "all"), shown(&repo.dir, "side", "all"));
    assert_ne!(main, side);
    let ends_with =
        |arguments: &[&str]| patch(&text(&repo.dir, &[&["history", "--diff=all"], arguments].concat()));
    assert_eq!(ends_with(&["--all"]), main);
    assert_eq!(ends_with(&["main", "side"]), main);
    assert_eq!(ends_with(&["side", "main"]), side);
    // What stands on disk is no commit.
    repo.write("mkdocs.yml", "nav: []\n");
    assert_eq!(patch(&text(&repo.dir, &["history", "--diff=all"])), main);
}

#[test]
fn a_bare_repository_has_suggestions_too() {
    let repo = faulty();
    let bare = repo.beside("bare.git");
    repo.git(&["clone", "-q", "--bare", ".", &bare.to_string_lossy()]);
    let story = text(&bare, &["history", "--diff=all"]);
    assert_eq!(patch(&story), shown(&repo.dir, "HEAD", "all"));
    apply(&repo, &["--check"], &story);
}

#[test]
fn where_nothing_is_open_nothing_is_suggested() {
    let empty = Repo::new();
    assert_eq!(
        okep_command(&empty.dir, &["history", "--diff"]).output().expect("it runs").status.code(),
        Some(0)
    );
    let mut removed_paths = faulty();
    removed_paths.git(&["rm", "-rq", "docs"]);
    removed_paths.commit("Give up");
    let story = text(&removed_paths.dir, &["history", "--diff=all"]);
    assert_eq!(patch(&story), "");
}

#[test]
fn tools_get_no_patch_behind_their_data() {
    let repo = faulty();
    for format in ["json", "csv"] {
        let output = run(&repo.dir, &["history", "--diff", "--format", format]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{said}");
        assert!(said.contains("--diff") && said.contains("whatever the format"), "{said}");
    }
}
