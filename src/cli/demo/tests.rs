//! The sample repository is compared with the real git, kept apart from the user's configuration.

use super::*;
use std::process::Command;

fn git(dir: &Path, args: &[&str]) -> String {
    let mut command = Command::new("git");
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("GIT_")) {
        command.env_remove(name);
    }
    command.env("HOME", dir).env("XDG_CONFIG_HOME", dir).env("GIT_CONFIG_NOSYSTEM", "1").env("LC_ALL", "C");
    let out = command.current_dir(dir).args(args).output().expect("git is installed");
    let text = |bytes| String::from_utf8(bytes).expect("git speaks UTF-8 here");
    let (stdout, stderr) = (text(out.stdout), text(out.stderr));
    assert!(out.status.success(), "git {args:?}: {stderr}");
    assert_eq!(stderr, "", "git {args:?} warns");
    stdout
}

/// A built sample; the folder goes away with it.
fn sample() -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a temporary folder");
    build(dir.path()).expect("the sample is built");
    dir
}

#[test]
fn two_builds_are_the_same_commit() {
    let heads = [sample(), sample()].map(|dir| git(dir.path(), &["rev-parse", "HEAD"]));
    assert_eq!(heads, [format!("{TIP}\n"), format!("{TIP}\n")]);
}

#[test]
fn git_finds_nothing_wrong() {
    let dir = sample();
    git(dir.path(), &["fsck", "--strict", "--no-progress"]);
    assert_eq!(git(dir.path(), &["symbolic-ref", "HEAD"]), "refs/heads/main\n");
    assert_eq!(git(dir.path(), &["diff-files"]), "", "the index knows the state of each file");
    assert_eq!(git(dir.path(), &["diff-index", "--cached", "HEAD"]), "");
    assert_eq!(git(dir.path(), &["status", "--porcelain", "--ignored"]), "");
}

#[test]
fn history_reads_as_documented() {
    let dir = sample();
    let log = git(dir.path(), &["log", "--first-parent", "--reverse", "--format=%cs %an: %s"]);
    let expected = "\
2025-01-14 Ines Okafor: Start the documentation with the first two proposals
2025-03-11 Tomasz Brandt: Merge pull request #1008 from ines-okafor/template-wording
2025-04-24 Ines Okafor: Merge pull request #1010 from tbrandt/flow-quotas
2025-06-02 Zoë Lindqvist: OKEP-1009: Health probes for egress gateways (#1011)
2025-07-15 Zoë Lindqvist: Merge pull request #1014 from ines-okafor/register-1009
2025-08-19 Ines Okafor: OKEP-1012: Multi-zone address pools (#1016)
2025-09-23 Tomasz Brandt: OKEP-1012: name the sections as the template does
2025-10-14 Ines Okafor: OKEP-1012: give the alternatives a page of their own
2025-11-20 Zoë Lindqvist: Template: ask for upgrade and rollback (#1017)
2025-12-09 Tomasz Brandt: Withdraw OKEP-1005
2026-01-27 Ines Okafor: Merge pull request #1018 from zoelind/userspace-ports
2026-03-10 Tomasz Brandt: OKEP-1021: Flow log export (#1022)
";
    assert_eq!(log, expected);
    assert_eq!(git(dir.path(), &["rev-list", "--count", "HEAD"]), "16\n");
}

#[test]
fn all_files_end_in_one_line_feed_and_hold_no_others_but_those() {
    let dir = sample();
    for path in git(dir.path(), &["ls-files"]).lines() {
        let text = std::fs::read_to_string(dir.path().join(path)).expect("the file is there");
        assert!(text.ends_with('\n') && !text.ends_with("\n\n") && !text.contains('\r'), "{path}");
    }
}

#[test]
fn absent_folders_are_made() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let deep = dir.path().join("a/b");
    build(&deep).expect("the sample is built");
    assert!(deep.join("mkdocs.yml").is_file());
}

#[test]
fn what_is_there_is_not_touched() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let file = dir.path().join("notes.txt");
    std::fs::write(&file, "mine").expect("the folder is writable");

    let message = |path: &Path| build(path).expect_err("refused").to_string();
    let remedy = "name a folder that is empty or does not exist yet";
    assert_eq!(message(dir.path()), format!("`{}` is not empty; {remedy}", dir.path().display()));
    assert_eq!(message(&file), format!("`{}` is not a folder; {remedy}", file.display()));
    assert_eq!(std::fs::read_dir(dir.path()).expect("readable").count(), 1);
    assert_eq!(std::fs::read_to_string(&file).expect("readable"), "mine");
}
