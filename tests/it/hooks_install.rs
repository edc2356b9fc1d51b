//! `okep hook` with the real git: what it installs is run by `git commit`, and what is not its own stays.
#![cfg(unix)]

use crate::support::{QUIET_GAUGES, Ran, Repo, SHARED_BUOYS, make_executable, ran};
use std::path::Path;

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
fn a_commit_is_refused_with_place_reason_and_remedy_and_passes_once_fixed() {
    let repo = installed();
    let missing = "docs/okeps/okep-2130-rain-gauges.md";
    repo.write(missing, crate::support::good_okep(2130, "Rain Gauges").replace("## Risks\n", ""));
    repo.git(&["add", "-A"]);
    let said = refused(commit(&repo));
    for part in [missing, "Risks", "not-in-nav", "mkdocs.yml", "Rain Gauges: okeps/okep-2130-rain-gauges.md"]
    {
        assert!(said.contains(part), "no {part:?} in {said}");
    }
    // As told: the section goes in, and the lines of the registers.
    repo.write(missing, crate::support::good_okep(2130, "Rain Gauges"));
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
fn a_commit_that_only_deletes_is_checked() {
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
fn a_register_that_is_right_on_disk_has_still_to_be_staged() {
    let repo = installed();
    let (register, text) = (repo.read("mkdocs.yml"), repo.read(QUIET_GAUGES));
    repo.remove(QUIET_GAUGES);
    repo.edit("mkdocs.yml", "      - Quiet Gauges: okeps/okep-2104-quiet-gauges.md\n", "");
    repo.git(&["commit", "-q", "--no-verify", "-a", "-m", "Take it back"]);
    repo.write(QUIET_GAUGES, text);
    repo.git(&["add", "-A"]);
    repo.write("mkdocs.yml", register);
    let ran = repo.okep(&["check", "--staged", "--fix"]);
    assert!(ran.code == 1 && ran.stderr.contains("git add mkdocs.yml"), "{ran:?}");
    repo.git(&["add", "mkdocs.yml"]);
    repo.okep(&["check", "--staged", "--fix"]).exits(0);
}

#[test]
fn a_prompt_that_a_fix_added_is_left_for_the_author() {
    let repo = installed();
    repo.edit(QUIET_GAUGES, "## Risks\n", "");
    repo.git(&["add", "-A"]);
    let ran = repo.okep(&["check", "--staged", "--fix=all"]);
    assert!(ran.code == 1 && ran.stderr.contains("1 error"), "{ran:?}");
}

#[test]
fn a_merge_is_checked() {
    let repo = installed();
    repo.git(&["checkout", "-q", "-b", "topic"]);
    repo.edit(QUIET_GAUGES, "## Risks\n", "");
    repo.git(&["commit", "-q", "--no-verify", "-a", "-m", "Forget the risks"]);
    repo.git(&["checkout", "-q", "main"]);
    repo.write("notes.txt", "more");
    repo.git(&["add", "-A"]);
    repo.git(&["commit", "-q", "--no-verify", "-m", "More"]);
    let merge = repo.git_with_okep(&[], &["merge", "-q", "--no-edit", "topic"]);
    assert!(merge.code == 1 && merge.stderr.contains("missing-section"), "{merge:?}");
    repo.git(&["merge", "--abort"]);
    let merge = without_okep(&repo, &["merge", "--no-edit", "topic"]);
    assert_ne!(merge.code, 0);
    assert!(merge.stderr.contains("`okep` is not on PATH"), "{merge:?}");
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
        "not checked",
        "cargo install",
        "pipx install",
        "git commit --no-verify",
        "rm \"$(git rev-parse --git-path hooks/pre-commit)\"",
    ] {
        assert!(ran.stderr.contains(part), "no {part:?} in {}", ran.stderr);
    }
    // As told, from anywhere in the repository.
    let told =
        ran.stderr.lines().find_map(|line| line.trim().strip_prefix("remove this hook:")).expect("told");
    let mut command = repo.command("sh");
    command.current_dir(repo.root.join("docs/okeps")).args(["-c", told]);
    crate::support::ran(command).exits(0);
    assert!(!repo.root.join(".git/hooks/pre-commit").exists());
    // A subject is only ever advised on, and that is not passed over in silence either.
    let ran = without_okep(&repo, &["commit", "-q", "-m", "Change"]).exits(0);
    assert!(ran.stderr.contains("subject was not compared"), "{}", ran.stderr);
}

#[test]
fn okep_is_found_where_cargo_and_pipx_put_it() {
    let repo = installed();
    break_it(&repo);
    for folder in [".cargo/bin", ".local/bin"] {
        let bin = repo.beside("home").join(folder);
        std::fs::create_dir_all(&bin).expect("writable");
        let okep = bin.join("okep");
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_okep"), &okep).expect("nothing is there");
        refused(without_okep(&repo, &["commit", "-q", "-m", "Change"]));
        std::fs::remove_file(okep).expect("ours");
    }
    // Cargo may be elsewhere.
    let cargo_home = repo.beside("cargo");
    std::fs::create_dir_all(cargo_home.join("bin")).expect("writable");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_okep"), cargo_home.join("bin/okep"))
        .expect("nothing is there");
    let mut command = repo.git_command(&["commit", "-q", "-m", "Change"]);
    command.env("PATH", "/usr/bin:/bin").env("CARGO_HOME", &cargo_home);
    refused(ran(command));
    assert!(without_okep(&repo, &["commit", "-q", "-m", "Change"]).stderr.contains("`okep` is not on PATH"));
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
    let none = status(&repo, 1);
    assert!(none.contains("pre-commit        not installed") && none.contains("okep hook install"), "{none}");
    assert_eq!(repo.okep(&["hook", "install"]).exits(0).stdout.matches("installed `").count(), 2);
    assert!(repo.okep(&["hook", "install"]).exits(0).stdout.starts_with("already installed"));
    assert_eq!(list(), ["pre-commit", "pre-merge-commit"]);
    let said = repo.okep(&["hook", "install", "--commit-msg"]).exits(0).stdout;
    assert_eq!(said.matches("installed `").count(), 1, "{said}");
    assert_eq!(list(), ["commit-msg", "pre-commit", "pre-merge-commit"]);
    let all = status(&repo, 0);
    assert!(all.matches("  installed").count() == 3 && !all.contains("okep hook install"), "{all}");
    assert_eq!(repo.okep(&["hook", "uninstall"]).exits(0).stdout.matches("removed `").count(), 3);
    assert!(list().is_empty());
    repo.okep(&["hook", "uninstall"]).exits(0);
    assert!(status(&repo, 1).contains("not installed"));
}

#[test]
fn a_hook_that_is_not_executable_is_reported() {
    use std::os::unix::fs::PermissionsExt;
    let repo = installed();
    let path = repo.root.join(".git/hooks/pre-commit");
    let mode = std::fs::metadata(&path).expect("it is there").permissions().mode();
    assert_eq!(mode & 0o100, 0o100);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).expect("ours");
    assert!(status(&repo, 1).contains("not executable"));
    let said = repo.okep(&["hook", "install"]).exits(0).stdout;
    assert!(said.contains("executable"), "{said}");
    assert!(!status(&repo, 0).contains("not executable"));
    break_it(&repo);
    refused(commit(&repo));

    // Somebody else's that would call okep.
    repo.write(".git/hooks/pre-commit", "#!/bin/sh\nokep check --staged || exit 1\n");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).expect("ours");
    assert!(status(&repo, 1).contains("git skips it"));
    repo.okep(&["hook", "install"]).refuses(&["git skips it", "chmod +x"]);
}

#[test]
fn status_reports_which_hook_mentions_the_command() {
    let repo = installed();
    let path = ".git/hooks/pre-commit";
    for (text, code, word) in [
        ("make lint\n", 1, "another hook; to have it call okep, add: okep check --staged || exit 1"),
        ("# okep check --staged\nmake lint\n", 1, "to have it call okep"),
        (
            "if ! okep check --staged; then exit 1; fi\necho done\n",
            0,
            "another hook; mentions `okep check --staged`",
        ),
        ("make lint && exec okep check --staged\n", 0, "mentions `okep check --staged`"),
    ] {
        repo.write(path, format!("#!/bin/sh\n{text}"));
        let shown = status(&repo, code);
        assert!(shown.contains(word), "{text}: {shown}");
    }
    // Ours, with nothing of ours left in it.
    let mark = include_str!("../../hooks/pre-commit").lines().nth(1).expect("two lines");
    repo.write(path, format!("#!/bin/sh\n{mark}\nexit 0\n"));
    assert!(status(&repo, 1).contains("changed by hand"));
}

#[test]
fn a_hook_in_the_way_of_another_does_not_keep_the_first_out() {
    let repo = Repo::clean();
    let theirs = ".git/hooks/commit-msg";
    repo.write(theirs, "#!/bin/sh\nexit 0\n");
    make_executable(&repo.root.join(theirs));
    let ran = repo.okep(&["hook", "install", "--commit-msg"]).exits(2);
    assert!(ran.stdout.contains("installed `") && ran.stderr.contains("commit-msg"), "{ran:?}");
    assert!(status(&repo, 0).contains("pre-merge-commit  installed"));
    break_it(&repo);
    refused(commit(&repo));
}

#[test]
fn a_folder_of_hooks_that_is_a_link_is_taken_for_its_target() {
    let repo = Repo::clean();
    let hooks = repo.root.join(".git/hooks");
    let outside = repo.beside("shared-hooks");
    std::fs::create_dir(&outside).expect("writable");
    std::fs::remove_dir_all(&hooks).expect("ours");
    std::os::unix::fs::symlink(&outside, &hooks).expect("nothing is there");
    repo.okep(&["hook", "install"]).refuses(&["is a link to", "outside of this repository"]);
    assert_eq!(std::fs::read_dir(&outside).expect("it is there").count(), 0);
    // A link into the working tree is no other repository's.
    std::fs::remove_file(&hooks).expect("ours");
    std::fs::create_dir(repo.root.join("tools")).expect("writable");
    std::os::unix::fs::symlink("../tools", &hooks).expect("nothing is there");
    repo.okep(&["hook", "install"]).exits(0);
    assert!(repo.root.join("tools/pre-commit").is_file());
}

#[test]
fn other_managers_are_recognised_by_their_own_files() {
    let repo = Repo::clean();
    repo.git(&["config", "core.hooksPath", ".husky/_"]);
    for name in ["pre-commit", "pre-merge-commit"] {
        repo.write(&format!(".husky/_/{name}"), "#!/usr/bin/env sh\n. \"$(dirname \"$0\")/h\"");
        make_executable(&repo.root.join(".husky/_").join(name));
        repo.write(&format!(".husky/{name}"), "npm test\n");
    }
    repo.okep(&["hook", "install"]).refuses(&[".husky/pre-commit", "okep check --staged"]);
    assert!(status(&repo, 1).contains("belongs to husky"));
    for name in ["pre-commit", "pre-merge-commit"] {
        repo.write(&format!(".husky/{name}"), "okep check --staged\nnpm test\n");
    }
    assert!(status(&repo, 0).contains("; mentions `okep check --staged`"));
    repo.okep(&["hook", "install"]).exits(0);

    repo.git(&["config", "--unset", "core.hooksPath"]);
    let theirs =
        "#!/bin/sh\n\ncall_lefthook()\n{\n  lefthook \"$@\"\n}\ncall_lefthook run \"pre-commit\" \"$@\"\n";
    repo.write(".git/hooks/pre-commit", theirs);
    make_executable(&repo.root.join(".git/hooks/pre-commit"));
    repo.okep(&["hook", "install"]).refuses(&["lefthook.yml", "okep check --staged"]);
    repo.write("lefthook.yml", "pre-commit:\n  commands:\n    okep:\n      run: okep check --staged\n");
    assert!(status(&repo, 0).contains("belongs to lefthook; mentions `okep check --staged`"));
}

#[test]
fn another_hook_stays_as_it_is_and_the_line_to_add_works() {
    let repo = Repo::clean();
    let path = ".git/hooks/pre-commit";
    let theirs = "#!/bin/sh\ntouch theirs-ran\nexit 0\n";
    repo.write(path, theirs);
    make_executable(&repo.root.join(path));
    let line = "okep check --staged || exit 1";
    repo.okep(&["hook", "install", "--commit-msg"]).refuses(&[
        "another hook",
        path,
        line,
        "nothing was installed",
        "run `okep hook install --commit-msg` again for `pre-merge-commit` and `commit-msg`",
    ]);
    assert_eq!(repo.read(path), theirs);
    assert!(!repo.root.join(".git/hooks/commit-msg").exists(), "all or nothing");
    assert!(status(&repo, 1).contains(line));
    assert!(repo.okep(&["hook", "uninstall"]).exits(0).stdout.contains("no hook of okep"));
    assert_eq!(repo.read(path), theirs);

    repo.edit(path, "#!/bin/sh\n", &format!("#!/bin/sh\n{line}\n"));
    assert!(status(&repo, 0).contains("another hook; mentions `okep check --staged`"));
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
    repo.okep(&["hook", "install"]).refuses(&["core.hooksPath", "is empty"]);
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
    folder.okep(&["hook", "install"]).refuses(&["not in a git repository", "-C DIR"]);
    folder.okep(&["hook", "status"]).refuses(&["not in a git repository"]);
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

#[test]
fn a_refusal_ends_with_the_way_around_it_and_a_pass_says_nothing() {
    let repo = installed();
    repo.write("notes.txt", "more");
    repo.git(&["add", "-A"]);
    let passed = commit(&repo).exits(0);
    assert_eq!((passed.stdout.as_str(), passed.stderr.as_str()), ("", ""));
    repo.edit(QUIET_GAUGES, "ten metres", "twelve metres");
    repo.git(&["add", "-A"]);
    let passed = commit(&repo).exits(0);
    assert_eq!((passed.stdout.as_str(), passed.stderr.as_str()), ("", ""));
    break_it(&repo);
    let said = refused(commit(&repo));
    let last = said.lines().last().expect("lines").split_once(": ").expect("what, and the command");
    assert_eq!((last.0.trim(), last.1.trim()), ("skip okep", "git commit --no-verify"), "{said}");
    assert!(!repo.okep(&["check", "--staged"]).exits(1).stdout.contains("--no-verify"));
    // Also where nothing could be judged.
    repo.write("okep.toml", "folder = 1\n");
    repo.git(&["add", "-A"]);
    let said = commit(&repo).stderr;
    assert!(said.contains("error: okep.toml:1:10: ") && said.contains("`git commit --no-verify`"), "{said}");
}

#[test]
fn what_a_refusal_tells_works_as_it_is_written() {
    let repo = installed();
    // Nothing but a safe fix is needed.
    repo.edit(QUIET_GAUGES, "# OKEP-2104: ", "# OKEP 2104 ");
    repo.git(&["add", "-A"]);
    let command = |said: &str| {
        let commands = said.lines().filter_map(|line| line.strip_prefix("  ")?.split_once(":  "));
        let commands = commands.map(|(what, command)| (what.to_owned(), command.trim().to_owned()));
        commands.collect::<Vec<_>>()
    };
    let named = |what: &str, command: String| (what.to_owned(), command);
    let skip = || named("skip okep", "git commit --no-verify".to_owned());
    let ran = commit(&repo);
    assert_eq!(ran.code, 1, "{ran:?}");
    let told = command(&ran.stderr);
    let explain = |rule: &str| named("learn more", format!("okep explain {rule}"));
    let fix = named("1 safe fix", format!("okep check --staged --fix; git add {QUIET_GAUGES}"));
    assert_eq!(told, [fix, explain("malformed-title"), skip()]);
    let shell = |line: &str| {
        let mut command = repo.command("sh");
        command.env("PATH", crate::support::path_with_okep()).args(["-c", line]);
        crate::support::ran(command)
    };
    shell(&told[0].1).exits(0);
    shell(&told[1].1).exits(0);
    repo.write("notes.txt", "so that there is something to commit");
    repo.git(&["add", "notes.txt"]);
    commit(&repo).exits(0);

    // Fixed on disk already, and only not staged.
    break_it(&repo);
    repo.edit(QUIET_GAUGES, "## Upgrade and Rollback\n", "## Risks\n\nNone\n\n## Upgrade and Rollback\n");
    let ran = commit(&repo);
    let stage = named("stage your changes", format!("git add {QUIET_GAUGES}"));
    let expected = [stage.clone(), explain("missing-section"), skip()];
    assert_eq!(command(&ran.stderr), expected, "{}", ran.stderr);
    let fix = shell("okep check --staged --fix").exits(1).stderr;
    assert!(command(&fix).contains(&stage) && !fix.contains("nothing to fix\n"), "{fix}");
    shell(&stage.1).exits(0);
    commit(&repo).exits(0);
}

fn refusal(ran: Ran) -> String {
    assert_eq!(ran.code, 1, "{ran:?}");
    ran.stdout + &ran.stderr
}

/// What the line of a refusal that begins so suggests.
fn suggested(refusal: &str, what: &str) -> String {
    let line =
        refusal.lines().find_map(|line| line.strip_prefix("  ")?.strip_prefix(what)?.strip_prefix(':'));
    line.unwrap_or_else(|| panic!("no {what}: {refusal}")).trim().to_owned()
}

fn shell(repo: &Repo, line: &str) -> Ran {
    let mut command = repo.command("sh");
    command.env("PATH", crate::support::path_with_okep()).args(["-c", line]);
    ran(command)
}

#[test]
fn what_the_refusal_of_a_commit_of_named_files_suggests_works_after_it() {
    for args in [&["-a"][..], &[QUIET_GAUGES], &["-i", QUIET_GAUGES], &["-o", QUIET_GAUGES]] {
        let repo = installed();
        repo.edit(QUIET_GAUGES, "# OKEP-2104: ", "# OKEP 2104 ");
        let commit = || repo.git_with_okep(&[], &[&["commit", "-q", "-m", "Rename"], args].concat());
        let fix = suggested(&refusal(commit()), "1 safe fix");
        assert_eq!(fix, "okep check --since HEAD --fix", "{args:?}");
        shell(&repo, &fix).exits(0);
        repo.edit(QUIET_GAUGES, "ten metres", "twelve metres");
        commit().exits(0);
    }
}

/// Adds an OKEP and its entries, and stages nothing; gives its path.
fn propose_wind_vanes(repo: &Repo) -> &'static str {
    repo.add_okep(2130, "Wind Vanes");
    let entry = "      - Wind Vanes: okeps/okep-2130-wind-vanes.md\n";
    repo.edit("mkdocs.yml", "      # - An", &format!("{entry}      # - An"));
    "docs/okeps/okep-2130-wind-vanes.md"
}

#[test]
fn a_commit_that_leaves_out_the_nav_entry_says_so() {
    let repo = installed();
    let page = propose_wind_vanes(&repo);
    repo.git(&["add", "-A"]);
    let said = refusal(repo.git_with_okep(&[], &["commit", "-q", "-m", "Propose wind vanes", page]));
    let left_out = "note: mkdocs.yml: this commit leaves out your changes to this file; name it too, or";
    assert!(said.contains(left_out) && !said.contains("git add") && !said.contains("--fix"), "{said}");
    repo.git_with_okep(&[], &["commit", "-q", "-m", "Propose wind vanes", page, "mkdocs.yml"]).exits(0);
}

#[test]
fn an_okep_that_was_not_staged_is_not_taken_out_of_nav() {
    let repo = installed();
    let page = propose_wind_vanes(&repo);
    let said = refusal(repo.git_with_okep(&[], &["commit", "-q", "-a", "-m", "Propose wind vanes"]));
    let stage = format!("= help: stage the file, which is on disk: `git add {page}`\n");
    assert!(said.contains(&stage) && !said.contains("suggested fix"), "{said}");
    assert!(repo.okep(&["check", "--rev", "HEAD"]).exits(0).stdout.contains("no problems"));
}

#[test]
fn the_fix_of_a_hidden_hint_is_no_way_out() {
    let repo = installed();
    repo.edit(QUIET_GAUGES, "## Risks\n", "");
    repo.edit(QUIET_GAUGES, "* Issue: ", "Issue: ");
    repo.git(&["add", "-A"]);
    let said = refusal(commit(&repo));
    assert!(said.contains("1 error, 1 hint") && !said.contains("safe fix"), "{said}");
}

#[test]
fn a_fault_that_is_staged_and_on_disk_is_fixed_in_both() {
    let repo = installed();
    repo.edit(QUIET_GAUGES, "# OKEP-2104: ", "# OKEP 2104 ");
    repo.git(&["add", "-A"]);
    repo.edit(QUIET_GAUGES, "ten metres", "twelve metres");
    let fix = suggested(&refusal(commit(&repo)), "1 safe fix");
    assert_eq!(fix, format!("okep check --since HEAD --fix; git add {QUIET_GAUGES}"));
    shell(&repo, &fix).exits(0);
    commit(&repo).exits(0);
}

#[test]
fn what_a_passed_commit_suggests_works_once_it_is_made() {
    let repo = installed();
    repo.edit(SHARED_BUOYS, "# OKEP-2107: ", "# OKEP 2107 ");
    repo.git(&["add", "-A"]);
    repo.git(&["commit", "-q", "-n", "-m", "An older problem, which is not that of the next commit"]);
    repo.edit(QUIET_GAUGES, "## Goals", "## Goal");
    repo.git(&["add", "-A"]);
    let said = commit(&repo).exits(0).stderr;
    let line = said.lines().find_map(|line| line.strip_prefix("  1 safe fix:")).expect("a warning").trim();
    assert_eq!(line, "okep check --since HEAD~1 --fix");
    let words: Vec<&str> = line.split(' ').skip(1).collect();
    repo.okep(&words).exits(0);
    assert_eq!(repo.git(&["diff", "--name-only"]).trim(), QUIET_GAUGES);
}

#[test]
fn an_amended_commit_and_comments_of_other_kinds_are_not_advised_on() {
    let repo = installed();
    repo.okep(&["hook", "install", "--commit-msg"]).exits(0);
    repo.edit(QUIET_GAUGES, "ten metres", "twelve metres");
    repo.git_with_okep(&[], &["commit", "-q", "-a", "-m", "OKEP-2104: twelve metres"]).exits(0);
    repo.edit(SHARED_BUOYS, "Two harbours", "Three harbours");
    let amended =
        repo.git_with_okep(&[], &["commit", "-q", "-a", "--amend", "-m", "OKEP-2104: and harbours"]);
    assert!(!amended.stderr.contains("wrong-number"), "{}", amended.stderr);
    repo.edit(SHARED_BUOYS, "Three harbours", "Four harbours");
    let plain = repo.git_with_okep(&[], &["commit", "-q", "-a", "-m", "Merge OKEP-2199 work"]).exits(0);
    assert!(!plain.stderr.contains("wrong-number"), "{}", plain.stderr);

    repo.edit(SHARED_BUOYS, "Four harbours", "Five harbours");
    repo.git(&["add", "-A"]);
    let told = |message: &str| {
        repo.write("../message", message);
        repo.okep(&["commit-msg", "../message"]).exits(0).stderr.contains("wrong-number")
    };
    assert!(told("OKEP-2199: five harbours\n# OKEP-2107\n"));
    assert!(told("# OKEP-2107: a comment\nOKEP-2199: five\n"));
    repo.git(&["config", "core.commentChar", ";"]);
    assert!(told("; OKEP-2107: a comment\nOKEP-2199: five\n"));
    repo.git(&["config", "core.commentChar", "auto"]);
    assert!(told("% OKEP-2107: a comment\nOKEP-2199: five\n"));
}
