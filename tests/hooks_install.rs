//! `okep hook` with the real git: what it installs is run by `git commit`, and what is not its own stays.
#![cfg(unix)]

mod support;

use std::path::Path;
use support::{QUIET_GAUGES, Ran, Repo, SHARED_BUOYS, make_executable, ran};

fn installed() -> Repo {
    let repo = Repo::clean();
    repo.okep(&["hook", "install"]).exits(0);
    repo
}

fn break_it(repo: &Repo) {
    repo.edit(QUIET_GAUGES, "## Risks\n", "");
    repo.git(&["add", "-A"]);
}

fn commit(repo: &Repo) -> Ran {
    repo.git_with_okep(&[], &["commit", "-q", "-m", "Change"])
}

#[track_caller]
fn refused(ran: Ran) -> String {
    let said = ran.stdout + &ran.stderr;
    assert_eq!(ran.code, 1, "{said}");
    assert!(said.contains("missing-section"), "{said}");
    said
}

fn status(repo: &Repo, code: i32) -> String {
    repo.okep(&["hook", "status"]).exits(code).stdout
}

#[test]
fn a_commit_is_refused_with_place_reason_and_remedy_and_passes_once_mended() {
    let repo = installed();
    let missing = "docs/okeps/okep-2130-rain-gauges.md";
    repo.write(missing, support::good_okep(2130, "Rain Gauges").replace("## Risks\n", ""));
    repo.git(&["add", "-A"]);
    let said = refused(commit(&repo));
    for part in [missing, "Risks", "not-in-nav", "mkdocs.yml", "Rain Gauges: okeps/okep-2130-rain-gauges.md"]
    {
        assert!(said.contains(part), "no {part:?} in {said}");
    }
    // As told: the section goes in, and the lines of the registers.
    repo.write(missing, support::good_okep(2130, "Rain Gauges"));
    repo.write(
        "mkdocs.yml",
        repo.read("mkdocs.yml") + "      - Rain Gauges: okeps/okep-2130-rain-gauges.md\n",
    );
    let index = "docs/okeps/index.md";
    repo.write(index, repo.read(index) + "* [OKEP-2130: Rain Gauges](okep-2130-rain-gauges.md)\n");
    repo.git(&["add", "-A"]);
    commit(&repo).exits(0);
}

#[test]
fn a_commit_that_only_deletes_is_judged() {
    let repo = installed();
    repo.git(&["rm", "-q", QUIET_GAUGES]);
    let ran = commit(&repo);
    assert_eq!(ran.code, 1);
    assert!((ran.stdout + &ran.stderr).contains("dead-nav-entry"));
    let nav = "      - Quiet Gauges: okeps/okep-2104-quiet-gauges.md\n";
    repo.edit("mkdocs.yml", nav, "");
    repo.edit("docs/okeps/index.md", "* [OKEP-2104: Quiet Gauges](okep-2104-quiet-gauges.md)\n", "");
    repo.git(&["add", "-A"]);
    commit(&repo).exits(0);
}

#[test]
fn a_half_staged_file_counts_as_staged_and_a_named_one_as_on_disk() {
    let repo = installed();
    break_it(&repo);
    repo.edit(QUIET_GAUGES, "## Upgrade and Rollback\n", "## Risks\n\nNone\n\n## Upgrade and Rollback\n");
    refused(commit(&repo));
    repo.edit(SHARED_BUOYS, "Two harbours", "Three harbours");
    repo.git_with_okep(&[], &["commit", "-q", "-m", "Another", SHARED_BUOYS]).exits(0);
    repo.git_with_okep(&[], &["commit", "-q", "-m", "As on disk", QUIET_GAUGES]).exits(0);
}

#[test]
fn a_merge_is_judged() {
    let repo = installed();
    repo.git(&["checkout", "-q", "-b", "topic"]);
    repo.edit(QUIET_GAUGES, "## Risks\n", "");
    repo.git(&["commit", "-q", "--no-verify", "-a", "-m", "Forget the risks"]);
    repo.git(&["checkout", "-q", "main"]);
    repo.write("notes.txt", "more");
    repo.git(&["add", "-A"]);
    repo.git(&["commit", "-q", "--no-verify", "-m", "More"]);
    let merge = repo.git_with_okep(&[], &["merge", "-q", "--no-edit", "topic"]);
    // What is merged was wrong there already: neither this branch nor the merge brings it. That the hook
    // ran at all shows where okep is missing.
    assert_eq!(merge.code, 0, "{merge:?}");
    repo.git(&["reset", "-q", "--hard", "HEAD~1"]);
    let merge = without_okep(&repo, &["merge", "--no-edit", "topic"]);
    assert_ne!(merge.code, 0);
    assert!(merge.stderr.contains("no `okep` on PATH"), "{merge:?}");
}

/// Runs git where only git and the system's own programs are on PATH.
fn without_okep(repo: &Repo, args: &[&str]) -> Ran {
    let mut command = repo.git_command(args);
    command.env("PATH", "/usr/bin:/bin");
    ran(command)
}

#[test]
fn without_okep_on_path_the_commit_is_refused_and_says_how_to_go_on() {
    let repo = installed();
    repo.okep(&["hook", "install", "--commit-msg"]).exits(0);
    repo.write("notes.txt", "more");
    repo.git(&["add", "-A"]);
    let ran = without_okep(&repo, &["commit", "-q", "-m", "Change"]);
    assert_eq!(ran.code, 1);
    for part in [
        "not judged",
        "cargo install",
        "pipx install",
        "git commit --no-verify",
        "rm '.git/hooks/pre-commit'",
    ] {
        assert!(ran.stderr.contains(part), "no {part:?} in {}", ran.stderr);
    }
    // A subject is only ever advised on, and that is not passed over in silence either.
    repo.remove(".git/hooks/pre-commit");
    let ran = without_okep(&repo, &["commit", "-q", "-m", "Change"]).exits(0);
    assert!(ran.stderr.contains("subject was not compared"), "{}", ran.stderr);
}

#[test]
fn installing_twice_is_installing_once_and_uninstalling_leaves_nothing() {
    let repo = Repo::clean();
    let hooks = repo.root.join(".git/hooks");
    let list = || {
        let entries = std::fs::read_dir(&hooks).expect("git made it");
        let mut names: Vec<String> =
            entries.map(|e| e.expect("readable").file_name().to_string_lossy().into_owned()).collect();
        names.retain(|n| !n.ends_with(".sample"));
        names.sort();
        names
    };
    assert!(status(&repo, 1).contains("pre-commit        not installed"));
    assert_eq!(repo.okep(&["hook", "install"]).exits(0).stdout.matches("installed `").count(), 2);
    assert!(repo.okep(&["hook", "install"]).exits(0).stdout.starts_with("already installed"));
    assert_eq!(list(), ["pre-commit", "pre-merge-commit"]);
    let said = repo.okep(&["hook", "install", "--commit-msg"]).exits(0).stdout;
    assert_eq!(said.matches("installed `").count(), 1, "{said}");
    assert_eq!(list(), ["commit-msg", "pre-commit", "pre-merge-commit"]);
    assert_eq!(status(&repo, 0).matches("  installed").count(), 3);
    assert_eq!(repo.okep(&["hook", "uninstall"]).exits(0).stdout.matches("removed `").count(), 3);
    assert!(list().is_empty());
    repo.okep(&["hook", "uninstall"]).exits(0);
    assert!(status(&repo, 1).contains("not installed"));
}

#[test]
fn a_hook_that_is_not_executable_is_told() {
    use std::os::unix::fs::PermissionsExt;
    let repo = installed();
    let path = repo.root.join(".git/hooks/pre-commit");
    let mode = std::fs::metadata(&path).expect("it is there").permissions().mode();
    assert_eq!(mode & 0o100, 0o100);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).expect("ours");
    assert!(status(&repo, 1).contains("not executable"));
}

#[test]
fn another_hook_stays_as_it_is_and_the_line_to_add_works() {
    let repo = Repo::clean();
    let path = ".git/hooks/pre-commit";
    let theirs = "#!/bin/sh\ntouch theirs-ran\nexit 0\n";
    repo.write(path, theirs);
    make_executable(&repo.root.join(path));
    let line = "okep check --staged || exit 1";
    repo.okep(&["hook", "install", "--commit-msg"]).refuses(&["another hook", path, line]);
    assert_eq!(repo.read(path), theirs);
    assert!(!repo.root.join(".git/hooks/commit-msg").exists(), "all or nothing");
    assert!(status(&repo, 1).contains(line));
    assert!(repo.okep(&["hook", "uninstall"]).exits(0).stdout.contains("no hook of okep"));
    assert_eq!(repo.read(path), theirs);

    repo.edit(path, "#!/bin/sh\n", &format!("#!/bin/sh\n{line}\n"));
    assert!(status(&repo, 0).contains("another hook, which calls okep"));
    repo.okep(&["hook", "install"]).exits(0);
    break_it(&repo);
    refused(commit(&repo));
    assert!(!repo.root.join("theirs-ran").exists());
}

#[test]
fn links_and_folders_in_the_way_stay_as_they_are() {
    let repo = Repo::clean();
    let path = repo.root.join(".git/hooks/pre-commit");
    std::os::unix::fs::symlink("nowhere", &path).expect("nothing is there");
    repo.okep(&["hook", "install"]).refuses(&["another hook", ".git/hooks/pre-commit"]);
    std::fs::remove_file(&path).expect("it is there");
    std::fs::create_dir(&path).expect("nothing is there");
    repo.okep(&["hook", "install"]).refuses(&["another hook", ".git/hooks/pre-commit"]);
}

#[test]
fn a_hook_of_ours_that_was_changed_is_kept() {
    let repo = installed();
    let path = ".git/hooks/pre-commit";
    repo.edit(path, "exec okep check --staged", "make lint && exec okep check --staged");
    repo.okep(&["hook", "install"]).refuses(&[path, "changed by hand", "delete it"]);
    repo.okep(&["hook", "uninstall"]).refuses(&[path, "changed by hand"]);
    assert!(repo.read(path).contains("make lint"));
    assert!(!repo.root.join(".git/hooks/pre-merge-commit").exists(), "the unchanged one is gone");
    assert!(status(&repo, 0).contains("changed by hand"));
}

#[test]
fn a_relative_hooks_path_is_taken_from_the_top_of_the_working_tree() {
    let repo = Repo::clean();
    repo.git(&["config", "core.hooksPath", ".githooks"]);
    let said = repo.okep_in("docs/okeps", &["hook", "install"]).exits(0).stdout;
    assert!(said.contains("commit them"), "{said}");
    assert!(repo.root.join(".githooks/pre-commit").is_file());
    assert!(!repo.root.join(".git/hooks/pre-commit").exists());
    assert!(status(&repo, 0).contains("`core.hooksPath` is `.githooks`"));
    break_it(&repo);
    refused(commit(&repo));
}

#[test]
fn an_absolute_hooks_path_counts_where_it_is_this_repository_s() {
    let repo = Repo::clean();
    let inside = repo.root.join(".git/my hooks");
    repo.git(&["config", "core.hooksPath", inside.to_str().expect("UTF-8")]);
    repo.okep(&["hook", "install"]).exits(0);
    break_it(&repo);
    refused(commit(&repo));

    let outside = repo.beside("home/hooks");
    repo.git(&["config", "core.hooksPath", outside.to_str().expect("UTF-8")]);
    repo.okep(&["hook", "install"]).refuses(&["outside of this repository", "git config core.hooksPath"]);
    assert!(!outside.exists());
    repo.git(&["config", "core.hooksPath", "../home/hooks"]);
    repo.okep(&["hook", "install"]).refuses(&["outside of this repository", "../home/hooks"]);
    // Set for all of a user's repositories.
    repo.git(&["config", "--unset", "core.hooksPath"]);
    let home = repo.beside("home");
    std::fs::write(home.join(".gitconfig"), "[core]\n\thooksPath = ~/hooks\n").expect("writable");
    repo.okep(&["hook", "install"]).refuses(&["outside of this repository", "~/hooks"]);
    assert!(status(&repo, 1).contains("`~/hooks`"));
    assert!(!outside.exists());
    // The way out that was told.
    let refusal = repo.okep(&["hook", "install"]).stderr;
    let told =
        refusal.rsplit("here: `").next().and_then(|told| told.split('`').next()).expect("it tells one");
    let mut command = repo.command("sh");
    command.args(["-c", told]);
    ran(command).exits(0);
    repo.okep(&["hook", "install"]).exits(0);
    refused(commit(&repo));
    repo.git(&["config", "core.hooksPath", "/dev/null"]);
    repo.okep(&["hook", "install"]).refuses(&["turned off", "/dev/null", "git config core.hooksPath"]);
    repo.git(&["config", "core.hooksPath", ""]);
    repo.okep(&["hook", "install"]).refuses(&["core.hooksPath", "names no folder"]);
}

#[test]
fn linked_worktrees_share_the_hooks() {
    let repo = Repo::clean();
    let linked = repo.beside("linked");
    repo.git(&["worktree", "add", "-q", "-b", "topic", linked.to_str().expect("UTF-8")]);
    repo.okep_in(&linked, &["hook", "install"]).exits(0);
    assert!(repo.root.join(".git/hooks/pre-commit").is_file());
    break_it(&repo);
    refused(commit(&repo));
    let text = std::fs::read_to_string(linked.join(QUIET_GAUGES)).expect("checked out");
    std::fs::write(linked.join(QUIET_GAUGES), text.replace("## Risks\n", "")).expect("writable");
    let there = linked.to_str().expect("UTF-8");
    refused(repo.git_with_okep(&[], &["-C", there, "commit", "-a", "-m", "There"]));
    repo.okep_in(&linked, &["hook", "uninstall"]).exits(0);
    assert!(!repo.root.join(".git/hooks/pre-commit").exists());
}

#[test]
fn a_bare_repository_has_hooks_for_its_worktrees() {
    let repo = Repo::clean();
    let bare = repo.beside("bare.git");
    let to = |path: &Path| path.to_str().expect("UTF-8").to_owned();
    repo.git(&["clone", "-q", "--bare", ".", &to(&bare)]);
    repo.okep_in(&bare, &["hook", "install"]).exits(0);
    assert!(bare.join("hooks/pre-commit").is_file());
    let linked = repo.beside("linked");
    repo.git(&["-C", &to(&bare), "worktree", "add", "-q", "-b", "topic", &to(&linked)]);
    let text = std::fs::read_to_string(linked.join(QUIET_GAUGES)).expect("checked out");
    std::fs::write(linked.join(QUIET_GAUGES), text.replace("## Risks\n", "")).expect("writable");
    refused(repo.git_with_okep(&[], &["-C", &to(&linked), "commit", "-a", "-m", "There"]));
    repo.git(&["-C", &to(&bare), "config", "core.hooksPath", "own"]);
    repo.okep_in(&bare, &["hook", "install"]).refuses(&["core.hooksPath", "relative"]);
}

#[test]
fn outside_of_a_repository_there_are_no_hooks() {
    let folder = Repo::folder("clean");
    folder.okep(&["hook", "install"]).refuses(&["in no git repository", "-C DIR"]);
    folder.okep(&["hook", "status"]).refuses(&["in no git repository"]);
}

#[test]
fn the_subject_is_advised_on_and_never_holds_up_a_commit() {
    let repo = installed();
    repo.okep(&["hook", "install", "--commit-msg"]).exits(0);
    repo.edit(QUIET_GAUGES, "ten metres", "twelve metres");
    let ran = repo.git_with_okep(&[], &["commit", "-q", "-a", "-m", "OKEP-2107: twelve metres"]).exits(0);
    for part in ["wrong-number-in-commit", "OKEP-2107", "OKEP-2104", QUIET_GAUGES, "--amend"] {
        assert!(ran.stderr.contains(part), "no {part:?} in {}", ran.stderr);
    }
    repo.edit(QUIET_GAUGES, "twelve metres", "ten metres");
    let ran = repo.git_with_okep(&[], &["commit", "-q", "-a", "-m", "OKEP-2104: ten metres"]).exits(0);
    assert!(!ran.stderr.contains("wrong-number"), "{}", ran.stderr);
    // Also where there is nothing to compare, or no message.
    let ran = repo.okep(&["commit-msg", "no-such-file"]).exits(0);
    assert!(ran.stderr.contains("not compared"), "{}", ran.stderr);
    repo.write("message", "OKEP-2107: later\n");
    assert_eq!(repo.okep(&["commit-msg", "message"]).exits(0).stderr, "");
    let linked = repo.beside("linked");
    repo.git(&["worktree", "add", "-q", "-b", "topic", linked.to_str().expect("UTF-8")]);
    let text = std::fs::read_to_string(linked.join(QUIET_GAUGES)).expect("checked out");
    std::fs::write(linked.join(QUIET_GAUGES), text.replace("ten", "nine")).expect("writable");
    let there = linked.to_str().expect("UTF-8");
    let ran = repo.git_with_okep(&[], &["-C", there, "commit", "-q", "-a", "-m", "OKEP-2107: nine"]).exits(0);
    assert!(ran.stderr.contains("OKEP-2104"), "{}", ran.stderr);
}
