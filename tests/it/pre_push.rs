//! The pre-push hook with the real git: commits stay free, and a push that introduces an error is refused.
#![cfg(unix)]

use crate::support::{QUIET_GAUGES, Ran, Repo};

/// A clone whose pushes are checked, with a branch for drafts; the server has `main`.
fn cloned() -> Repo {
    let repo = Repo::clean();
    let server = repo.beside("server.git");
    repo.git(&["clone", "-q", "--bare", ".", server.to_str().expect("UTF-8")]);
    repo.git(&["remote", "add", "origin", "../server.git"]);
    repo.git(&["fetch", "-q", "origin"]);
    let installed = repo.okep(&["hook", "install", "--pre-push"]).exits(0).stdout;
    assert!(installed.contains("pre-push`") && !installed.contains("pre-commit"), "{installed}");
    repo.git(&["checkout", "-q", "-b", "topic"]);
    repo
}

fn forget_risks(repo: &Repo) {
    repo.edit(QUIET_GAUGES, "## Risks\n", "");
    repo.git_with_okep(&[], &["commit", "-q", "-a", "-m", "Draft"]).exits(0);
}

fn add_risks(repo: &Repo) {
    repo.edit(QUIET_GAUGES, "## Upgrade and Rollback\n", "## Risks\n\nNone\n\n## Upgrade and Rollback\n");
    repo.git_with_okep(&[], &["commit", "-q", "-a", "-m", "Finish"]).exits(0);
}

fn push(repo: &Repo, refs: &[&str]) -> Ran {
    repo.git_with_okep(&[], &[&["push", "-q", "origin"], refs].concat())
}

#[track_caller]
fn refused(ran: Ran) {
    let output = ran.stdout + &ran.stderr;
    assert_eq!(ran.code, 1, "{output}");
    for part in ["missing-section", "okep: push refused: 1 error", "skip okep:  ", "git push --no-verify"] {
        assert!(output.contains(part), "no {part:?} in {output}");
    }
}

#[track_caller]
fn passes(ran: Ran) {
    assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr.as_str()), (0, "", ""));
}

#[test]
fn a_draft_is_refused_until_it_is_finished() {
    let repo = cloned();
    forget_risks(&repo);
    refused(push(&repo, &["topic"]));
    add_risks(&repo);
    passes(push(&repo, &["topic"]));
    // What the remote has of it is known now.
    forget_risks(&repo);
    refused(push(&repo, &["topic"]));
    passes(push(&repo, &["--no-verify", "topic"]));
    repo.git_with_okep(&[], &["commit", "-q", "--allow-empty", "-m", "More"]).exits(0);
    passes(push(&repo, &["topic"]));
}

#[test]
fn deletions_and_tags_pass_and_each_branch_is_checked_by_itself() {
    let repo = cloned();
    repo.git(&["branch", "good"]);
    passes(push(&repo, &["good"]));
    forget_risks(&repo);
    repo.git(&["tag", "draft"]);
    passes(push(&repo, &["draft"]));
    passes(push(&repo, &["--delete", "good"]));
    refused(push(&repo, &["good", "topic"]));
    refused(push(&repo, &["topic", "good"]));
    passes(push(&repo, &["good"]));
}

#[test]
fn what_the_main_line_has_is_not_introduced() {
    let repo = cloned();
    passes(push(&repo, &["topic"]));
    repo.git(&["checkout", "-q", "main"]);
    forget_risks(&repo);
    passes(push(&repo, &["--no-verify", "main"]));
    repo.git(&["checkout", "-q", "topic"]);
    repo.git(&["merge", "-q", "--no-edit", "--no-ff", "main"]);
    passes(push(&repo, &["topic"]));
    repo.git(&["checkout", "-q", "-b", "another"]);
    passes(push(&repo, &["another"]));
    // What is only on the local main branch is introduced by whichever branch has it.
    repo.edit(QUIET_GAUGES, "## Alternatives\n", "");
    repo.git(&["commit", "-q", "-a", "-m", "Forget the alternatives"]);
    repo.git(&["branch", "-f", "main", "another"]);
    refused(push(&repo, &["another"]));
    refused(push(&repo, &["main"]));
}

#[test]
fn a_remote_with_unknown_commits_is_compared_by_the_main_line() {
    let repo = cloned();
    let other = repo.beside("other");
    repo.git(&["clone", "-q", "../server.git", other.to_str().expect("UTF-8")]);
    repo.git_in(&other, &["checkout", "-q", "-b", "topic"]).exits(0);
    repo.git_in(&other, &["commit", "-q", "--allow-empty", "-m", "Other"]).exits(0);
    repo.git_in(&other, &["push", "-q", "origin", "topic"]).exits(0);
    forget_risks(&repo);
    refused(push(&repo, &["--force", "topic"]));
    add_risks(&repo);
    passes(push(&repo, &["--force", "topic"]));
}

#[test]
fn the_first_push_of_all_is_checked_whole_and_a_branch_without_okeps_passes() {
    let repo = Repo::clean();
    repo.git(&["init", "-q", "--bare", "../empty.git"]);
    repo.git(&["remote", "add", "origin", "../empty.git"]);
    repo.okep(&["hook", "install", "--pre-push"]).exits(0);
    forget_risks(&repo);
    refused(push(&repo, &["main"]));
    add_risks(&repo);
    passes(push(&repo, &["main"]));
    repo.git(&["checkout", "-q", "--orphan", "site"]);
    repo.git(&["rm", "-rfq", "."]);
    repo.write("index.html", "<p>built</p>\n");
    repo.git(&["add", "-A"]);
    repo.git(&["commit", "-q", "-m", "Build"]);
    passes(push(&repo, &["site"]));
}

#[test]
fn a_hook_for_commits_is_mentioned_where_pushes_are_to_be_checked() {
    let repo = Repo::clean();
    repo.okep(&["hook", "install"]).exits(0);
    let installed = repo.okep(&["hook", "install", "--pre-push"]).exits(0).stdout;
    assert!(installed.contains("commits are checked too"), "{installed}");
    let status = repo.okep(&["hook", "status"]).exits(0).stdout;
    assert!(status.contains("pre-push          installed"), "{status}");
    repo.okep(&["hook", "uninstall"]).exits(0);
    repo.okep(&["hook", "status"]).exits(1);
    let path = ".git/hooks/pre-push";
    repo.write(path, "#!/bin/sh\nexit 0\n");
    repo.okep(&["hook", "install", "--pre-push"])
        .refuses(&["another hook", "okep pre-push \"$@\" || exit 1"]);
}

#[test]
fn what_git_did_not_write_is_refused() {
    let repo = Repo::clean();
    let mut command = repo.command("sh");
    command.args(["-c", &format!("echo nonsense | '{}' pre-push origin url", env!("CARGO_BIN_EXE_okep"))]);
    crate::support::ran(command).refuses(&["`nonsense`", "pre-push hook"]);
}
