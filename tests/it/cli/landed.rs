//! Landed means merged: what an OKEP owes follows from the main line, whoever asks in whatever way.
//!
//! In each scene the template gains a section, and OKEP-2130 lacks it. Where the OKEP landed before, that is a
//! hint; where it has not landed, or landed later, it is an error.

use crate::support::{QUIET_GAUGES, Ran, Repo, TEMPLATE};
use std::path::Path;

const OKEP: &str = "docs/okeps/okep-2130-tide-tables.md";

/// The OKEP as one commit.
fn propose(repo: &Repo) {
    repo.add_okep(2130, "Tide Tables");
    repo.commit("Propose tide tables");
}

/// The template gains a section in one commit.
fn grow(repo: &Repo) {
    repo.edit(TEMPLATE, "## Risks\n", "## Monitoring\n\n(How is it seen that it works?)\n\n## Risks\n");
    repo.commit("Ask for monitoring");
}

fn change(repo: &Repo, file: &str) {
    repo.write(file, "text\n");
    repo.commit(&format!("Write {file}"));
}

fn check_in(repo: &Repo, dir: &Path, args: &[&str]) -> Ran {
    let mut command = repo.okep_command(&[&["check", "--format", "json"], args].concat());
    command.current_dir(dir);
    crate::support::ran(command)
}

/// Checks the OKEP as an editor does that has not saved it.
fn unsaved(repo: &Repo, dir: &Path) -> Ran {
    let mut command = repo.okep_command(&["check", "--format", "json", "--stdin-filename", OKEP, "-"]);
    command.current_dir(dir).stdin(std::fs::File::open(dir.join(OKEP)).expect("it is there"));
    crate::support::ran(command)
}

/// What is said of the OKEP's missing section: `error`, `hint`, or nothing.
fn verdict(ran: &Ran) -> String {
    let value = ran.value();
    let findings = value["findings"].as_array().expect("a list").iter();
    let of_it = findings.filter(|f| f["okep"] == OKEP && f["rule"] == "missing-section");
    let new: Vec<&str> = of_it
        .filter(|f| f["baseline"] != "existing")
        .map(|f| f["severity"].as_str().expect("a word"))
        .collect();
    new.join(" ")
}

/// All ways to ask about what is checked out in `dir` say `expected` of the OKEP; `base` is a commit without it.
#[track_caller]
fn agree(repo: &Repo, dir: &Path, base: &str, expected: &str) {
    let git = |args: &[&str]| repo.git_in(dir, args).exits(0).stdout.trim().to_owned();
    assert_eq!(verdict(&check_in(repo, dir, &[])), expected, "the working tree");
    assert_eq!(verdict(&check_in(repo, dir, &[OKEP])), expected, "the file");
    assert_eq!(verdict(&check_in(repo, dir, &["--okep", "2130"])), expected, "its number");
    assert_eq!(verdict(&unsaved(repo, dir)), expected, "its text on standard input");
    assert_eq!(verdict(&check_in(repo, dir, &["--rev", "HEAD"])), expected, "--rev HEAD");
    assert_eq!(verdict(&check_in(repo, dir, &["--since", base])), expected, "--since");
    // Squashed on top of the base, and not committed yet.
    let (head, branch) = (git(&["rev-parse", "HEAD"]), git(&["rev-parse", "--abbrev-ref", "HEAD"]));
    git(&["checkout", "-q", "--detach"]);
    git(&["reset", "-q", "--soft", base]);
    assert_eq!(verdict(&check_in(repo, dir, &["--staged"])), expected, "--staged");
    git(&["reset", "-q", "--soft", &head]);
    if branch != "HEAD" {
        git(&["checkout", "-q", &branch]);
    }
}

/// A topic branch with the OKEP; `main` gained a section meanwhile.
fn topic() -> Repo {
    let repo = Repo::clean();
    repo.git(&["tag", "begin"]);
    repo.git(&["checkout", "-q", "-b", "topic"]);
    propose(&repo);
    repo.git(&["checkout", "-q", "main"]);
    grow(&repo);
    repo.git(&["checkout", "-q", "topic"]);
    repo
}

#[test]
fn a_topic_branch_has_not_landed() {
    let repo = topic();
    agree(&repo, &repo.root, "main", "");
    repo.git(&["merge", "-q", "-m", "Merge main", "main"]);
    agree(&repo, &repo.root, "main", "error");
    repo.git(&["checkout", "-q", "--detach"]);
    agree(&repo, &repo.root, "main", "error");
}

#[test]
fn what_others_added_meanwhile_is_not_the_one_of_a_branch() {
    let repo = Repo::clean();
    repo.git(&["tag", "begin"]);
    repo.git(&["checkout", "-q", "-b", "topic"]);
    propose(&repo);
    repo.git(&["checkout", "-q", "main"]);
    repo.write("docs/okeps/okep-2140-rain-gauges.md", crate::support::good_okep(2140, "Rain Gauges"));
    repo.commit("Propose rain gauges");
    repo.git(&["checkout", "-q", "topic"]);
    let landed = || {
        let okeps = check_in(&repo, &repo.root, &[]).value()["okeps"].clone();
        let okeps = okeps.as_array().expect("a list").iter();
        okeps.filter(|okep| okep["landed"].is_null()).map(|okep| okep["path"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(landed(), [OKEP]);
    // The branch asks for more by itself.
    grow(&repo);
    agree(&repo, &repo.root, "begin", "error");
}

#[test]
fn one_that_is_removed_and_returns_keeps_its_landing() {
    let repo = Repo::clean();
    propose(&repo);
    repo.git(&["revert", "--no-edit", "HEAD"]);
    grow(&repo);
    repo.git(&["tag", "base"]);
    for branch in ["main", "topic"] {
        repo.git(&["checkout", "-q", "-B", branch, "base"]);
        repo.git(&["revert", "--no-edit", "HEAD~1"]);
        agree(&repo, &repo.root, "base", "hint");
    }
    // Another one has not landed.
    repo.git(&["checkout", "-q", "-B", "main", "base"]);
    repo.add_okep(2131, "Tide Tables");
    repo.git(&["add", "-A"]);
    let findings = repo.json(&["--staged", "--okep", "2131"]).value()["findings"].clone();
    assert_eq!(findings[0]["severity"], "error", "{findings:#}");
}

#[test]
fn a_change_of_the_template_exempts_what_has_landed() {
    let repo = Repo::clean();
    let note = |ran: &Ran| {
        let notes = ran.value()["notes"].as_array().expect("a list").clone();
        let mut notes = notes.into_iter().filter(|note| note["kind"] == "template-change");
        notes.next().map(|note| note["message"].as_str().expect("a text").to_owned()).unwrap_or_default()
    };
    for (branch, expected) in [("topic", "not landed yet must follow it: 2130"), ("main", "2104, 2107, 2130")]
    {
        repo.git(&["checkout", "-q", "-B", branch]);
        if branch == "topic" {
            propose(&repo);
        }
        repo.edit(TEMPLATE, "## Risks\n", "## Monitoring\n\n(How is it seen that it works?)\n\n## Risks\n");
        repo.git(&["add", "-A"]);
        let note = note(&repo.json(&["--staged"]));
        assert!(
            note.contains("adds `missing-section` for `Monitoring`; ") && note.contains(expected),
            "{note}"
        );
        repo.git(&["reset", "-q", "--hard"]);
    }
}

#[test]
fn a_section_that_the_template_renamed_may_not_go() {
    let repo = Repo::clean();
    repo.edit(TEMPLATE, "## Goals\n", "## Aims\n");
    repo.commit("Rename a section of the template");
    let said = repo.okep(&["check", "--fail-on", "never", "--format", "full"]).exits(0).stdout;
    assert!(said.contains("= note: the template changed on ") && !said.contains("added to"), "{said}");
    // To rename the heading takes nothing away.
    repo.edit(QUIET_GAUGES, "## Goals\n", "## Aims\n");
    repo.git(&["add", "-A"]);
    repo.okep(&["check", "--staged"]).exits(0);
    repo.edit(QUIET_GAUGES, "## Aims\n", "");
    repo.git(&["add", "-A"]);
    for args in [&["check", "--staged"][..], &["check", "--staged", "--format", "json"], &["check"]] {
        repo.okep(args).exits(1);
    }
}

#[test]
fn a_merge_that_is_staged_is_held_to_what_its_commit_is() {
    let repo = topic();
    for (branch, other) in [("topic", "main"), ("main", "topic")] {
        repo.git(&["checkout", "-q", branch]);
        repo.git(&["merge", "-q", "--no-commit", "--no-ff", other]);
        for args in [&[][..], &[OKEP], &["--okep", "2130"]] {
            assert_eq!(verdict(&repo.json(args)), "error", "{branch}, {args:?}");
        }
        // Into the topic branch the merge brings the demand, into main the OKEP.
        let staged = if branch == "main" { "error" } else { "" };
        assert_eq!(verdict(&repo.json(&["--staged"])), staged, "{branch}");
        repo.git(&["commit", "-q", "-m", "Merge"]);
        agree(&repo, &repo.root, "begin", "error");
        repo.git(&["reset", "-q", "--hard", "HEAD~1"]);
    }
}

#[test]
fn a_rebased_branch_has_not_landed() {
    let repo = topic();
    repo.git(&["rebase", "-q", "main"]);
    agree(&repo, &repo.root, "main", "error");
}

#[test]
fn a_branch_lands_with_its_merge() {
    for how in ["--no-ff", "--ff", "--squash"] {
        let repo = Repo::clean();
        repo.git(&["tag", "begin"]);
        repo.git(&["checkout", "-q", "-b", "topic"]);
        propose(&repo);
        repo.git(&["checkout", "-q", "main"]);
        repo.git(&["merge", "-q", how, "topic"]);
        if how == "--squash" {
            repo.commit("Tide tables");
        }
        grow(&repo);
        agree(&repo, &repo.root, "begin", "hint");
        // The branch was squashed, and goes on.
        repo.git(&["checkout", "-q", "topic"]);
        repo.git(&["merge", "-q", "-m", "Merge main", "main"]);
        change(&repo, "more.txt");
        agree(&repo, &repo.root, "begin", "hint");
    }
}

#[test]
fn a_branch_that_is_merged_after_the_template_changed_owes_what_it_asks() {
    let repo = topic();
    repo.git(&["checkout", "-q", "main"]);
    repo.git(&["merge", "-q", "--no-ff", "-m", "Merge topic", "topic"]);
    agree(&repo, &repo.root, "begin", "error");
}

#[test]
fn an_octopus_lands_all_its_branches() {
    let repo = Repo::clean();
    repo.git(&["tag", "begin"]);
    repo.git(&["checkout", "-q", "-b", "other"]);
    change(&repo, "other.txt");
    repo.git(&["checkout", "-q", "-b", "topic", "main"]);
    propose(&repo);
    repo.git(&["checkout", "-q", "main"]);
    change(&repo, "main.txt");
    repo.git(&["merge", "-q", "-m", "Merge both", "other", "topic"]);
    grow(&repo);
    agree(&repo, &repo.root, "begin", "hint");
}

#[test]
fn a_branch_that_is_behind_knows_what_landed_since() {
    let repo = Repo::clean();
    repo.git(&["tag", "begin"]);
    repo.git(&["checkout", "-q", "-b", "topic"]);
    propose(&repo);
    repo.git(&["checkout", "-q", "main"]);
    repo.git(&["merge", "-q", "--squash", "topic"]);
    repo.commit("Tide tables");
    grow(&repo);
    repo.git(&["checkout", "-q", "topic"]);
    agree(&repo, &repo.root, "begin", "");
    repo.git(&["cherry-pick", "main"]);
    agree(&repo, &repo.root, "begin", "hint");
}

#[test]
fn a_release_branch_is_held_to_what_held_on_the_main_line() {
    let repo = Repo::clean();
    repo.git(&["tag", "begin"]);
    repo.git(&["branch", "release"]);
    propose(&repo);
    grow(&repo);
    repo.git(&["checkout", "-q", "release"]);
    change(&repo, "release.txt");
    repo.git(&["cherry-pick", "main", "main~1"]);
    agree(&repo, &repo.root, "begin", "hint");

    let repo = Repo::clean();
    repo.git(&["tag", "begin"]);
    repo.git(&["branch", "release"]);
    grow(&repo);
    propose(&repo);
    repo.git(&["checkout", "-q", "release"]);
    change(&repo, "release.txt");
    repo.git(&["cherry-pick", "main~1", "main"]);
    agree(&repo, &repo.root, "begin", "error");
}

/// A clone of `repo` next to it; `args` are more arguments of `git clone`.
fn clone(repo: &Repo, name: &str, args: &[&str]) -> std::path::PathBuf {
    let (url, place) = (format!("file://{}", repo.root.display()), repo.beside(name));
    let to = place.display().to_string();
    repo.git(&[&["clone", "-q"], args, &[&url, &to]].concat());
    place
}

#[test]
fn a_pull_on_main_has_what_others_landed() {
    let repo = Repo::clean();
    repo.git(&["tag", "begin"]);
    let mine = clone(&repo, "mine", &[]);
    propose(&repo);
    grow(&repo);
    std::fs::write(mine.join("mine.txt"), "text\n").expect("writable");
    for args in
        [&["add", "-A"][..], &["commit", "-q", "-m", "Mine"], &["pull", "-q", "--no-rebase", "--no-edit"]]
    {
        repo.git_in(&mine, args).exits(0);
    }
    // The merge has both at once, but on the remote's line they came one after the other.
    agree(&repo, &mine, "begin", "hint");
    repo.git_in(&mine, &["reset", "-q", "--hard", "origin/main"]).exits(0);
    agree(&repo, &mine, "begin", "hint");
}

#[test]
fn of_a_fork_and_its_upstream_the_upstream_counts() {
    for has_head in [true, false] {
        let repo = Repo::clean();
        repo.git(&["tag", "begin"]);
        let fork = clone(&repo, "fork", &["--bare"]);
        propose(&repo);
        grow(&repo);
        let mine = repo.beside("mine");
        repo.git(&["clone", "-q", &fork.display().to_string(), &mine.display().to_string()]);
        let git = |args: &[&str]| repo.git_in(&mine, args).exits(0);
        git(&["remote", "add", "upstream", &repo.root.display().to_string()]);
        git(&["fetch", "-q", "upstream"]);
        if has_head {
            git(&["remote", "set-head", "upstream", "main"]);
        } else {
            repo.git_in(&mine, &["remote", "set-head", "upstream", "--delete"]);
        }
        git(&["checkout", "-q", "-b", "topic", "upstream/main"]);
        agree(&repo, &mine, "begin", "hint");
        // What another remote has has not landed.
        git(&["remote", "rename", "upstream", "somebody"]);
        agree(&repo, &mine, "begin", "error");
    }
}

/// A clone as CI makes it for a pull request: a detached HEAD, and `main-branch` is empty but that of the pull request.
fn pull_request(repo: &Repo, depth: &str) -> std::path::PathBuf {
    repo.git(&["checkout", "-q", "--detach", "main"]);
    repo.git(&["merge", "-q", "--no-ff", "-m", "Merge topic into main", "topic"]);
    repo.git(&["update-ref", "refs/pull/7/merge", "HEAD"]);
    let place = repo.beside(&format!("depth-{depth}"));
    std::fs::create_dir_all(&place).expect("writable");
    let git = |args: &[&str]| repo.git_in(&place, args).exits(0);
    git(&["init", "-q"]);
    git(&["remote", "add", "origin", &format!("file://{}", repo.root.display())]);
    let refs = "+refs/pull/7/merge:refs/remotes/pull/7/merge";
    git(&["fetch", "-q", "--no-tags", "--depth", depth, "origin", refs]);
    git(&["checkout", "-q", "--detach", "refs/remotes/pull/7/merge"]);
    place
}

#[test]
fn a_pull_request_in_ci_is_held_to_what_can_be_known() {
    let repo = topic();
    let deep = pull_request(&repo, "2");
    agree(&repo, &deep, "HEAD^1", "error");
    let shallow = pull_request(&repo, "1");
    for args in [&[][..], &["--rev", "HEAD"]] {
        let check = check_in(&repo, &shallow, args);
        assert_eq!((verdict(&check).as_str(), check.code), ("hint", 0), "it may have landed before");
        assert!(check.note("shallow").contains("fetch-depth: 0"));
    }
    check_in(&repo, &shallow, &["--since", "HEAD^1"]).refuses(&["HEAD^1", "shallow"]);
}

#[test]
fn a_bare_repository_has_the_line_of_its_head() {
    let repo = topic();
    repo.git(&["merge", "-q", "-m", "Merge main", "main"]);
    // Neither `main` nor what another remote calls the default branch.
    repo.git(&["branch", "-m", "main", "trunk"]);
    repo.git(&["branch", "main", "topic"]);
    let bare = clone(&repo, "bare.git", &["--bare"]);
    repo.git_in(&bare, &["symbolic-ref", "HEAD", "refs/heads/trunk"]).exits(0);
    for args in [&["--rev", "topic"][..], &["--rev", "topic", "--since", "trunk"]] {
        assert_eq!(verdict(&check_in(&repo, &bare, args)), "error", "{args:?}");
    }
    repo.git_in(&bare, &["symbolic-ref", "HEAD", "refs/heads/topic"]).exits(0);
    for args in [&["--rev", "topic"][..], &["--rev", "topic", "--since", "trunk"]] {
        assert_eq!(verdict(&check_in(&repo, &bare, args)), "hint", "{args:?}");
    }
}

#[test]
fn a_linked_worktree_has_the_line_of_its_repository() {
    let repo = topic();
    repo.git(&["merge", "-q", "-m", "Merge main", "main"]);
    repo.git(&["checkout", "-q", "main"]);
    let place = repo.beside("linked");
    repo.git(&["worktree", "add", "-q", &place.display().to_string(), "topic"]);
    agree(&repo, &place, "main", "error");
}

#[test]
fn the_repository_may_name_its_default_branch() {
    let repo = Repo::clean();
    repo.git(&["tag", "begin"]);
    repo.git(&["checkout", "-q", "-b", "next"]);
    propose(&repo);
    grow(&repo);
    agree(&repo, &repo.root, "begin", "error");
    repo.write("okep.toml", "main-branch = \"next\"\n");
    repo.commit("Configure");
    agree(&repo, &repo.root, "begin", "hint");
    repo.write("okep.toml", "main-branch = \"nxet\"\n");
    repo.commit("Configure wrongly");
    assert!(
        repo.json(&[])
            .note("main-branch")
            .contains("nxet`, and no branch of this name is here, so that `main`")
    );
    agree(&repo, &repo.root, "begin", "error");
    assert!(repo.okep(&["history"]).exits(0).stdout.contains("`main-branch` of `okep.toml` is `nxet`"));
    repo.write("okep.toml", "main-branch = \"refs/heads/next\"\n");
    repo.commit("Configure as git does");
    agree(&repo, &repo.root, "begin", "hint");
    repo.write("okep.toml", "main-branch = \"\"\n");
    repo.okep(&["check"]).refuses(&["okep.toml:1:15", "`main-branch` is empty"]);
}

#[test]
fn without_a_default_branch_the_commit_has_its_own_line() {
    let repo = topic();
    repo.git(&["merge", "-q", "-m", "Merge main", "main"]);
    repo.git(&["branch", "-m", "main", "trunk"]);
    // The branch's own line has the OKEP before the merge brings the demand.
    for args in [&[][..], &["--rev", "HEAD"]] {
        assert_eq!(verdict(&repo.json(args)), "hint");
    }
    // Asked for what is new since another branch, that one's line counts.
    assert_eq!(verdict(&repo.json(&["--since", "trunk"])), "error");
}

#[test]
fn without_a_template_any_more_the_built_in_outline_is_in_force() {
    let repo = Repo::clean();
    repo.remove(TEMPLATE);
    repo.commit("Remove the template");
    propose(&repo);
    let value = check_in(&repo, &repo.root, &["--fail-on", "never"]).value();
    let findings = value["findings"].as_array().expect("a list").iter();
    let missing: Vec<_> = findings.filter(|f| f["rule"] == "missing-section").collect();
    let severity =
        |okep: &str| missing.iter().find(|f| f["okep"] == okep).expect("it is found")["severity"].clone();
    assert_eq!((severity(OKEP).as_str(), severity(QUIET_GAUGES).as_str()), (Some("error"), Some("hint")));
    let text = value.to_string();
    assert!(text.contains("did not ask for it") && !text.contains("this change"), "{text}");
}

#[test]
fn an_okep_keeps_its_landing_where_the_proposal_folder_moves() {
    for grows_first in [false, true] {
        let repo = Repo::clean();
        if grows_first {
            grow(&repo);
        }
        propose(&repo);
        if !grows_first {
            grow(&repo);
        }
        repo.git(&["mv", "docs/okeps", "docs/enhancements"]);
        repo.write("mkdocs.yml", repo.read("mkdocs.yml").replace("okeps/", "enhancements/"));
        repo.write("okep.toml", "folder = \"docs/enhancements\"\n");
        let expected: &[&str] = match grows_first {
            true => &["error missing-section docs/enhancements/okep-2130-tide-tables.md:- Monitoring"],
            false => &[],
        };
        let of_it = |ran: &Ran| ran.faults().into_iter().filter(|f| f.contains("2130")).collect::<Vec<_>>();
        repo.git(&["add", "-A"]);
        assert_eq!(of_it(&repo.json(&[])), expected);
        assert_eq!(of_it(&repo.json(&["--staged"])), [""; 0], "it was as it is before");
        repo.commit("Move the folder");
        for args in [&[][..], &["--rev", "HEAD"], &["--since", "HEAD~3"], &["docs/enhancements"]] {
            assert_eq!(of_it(&repo.json(args)), expected, "{args:?}");
        }
    }
}

#[test]
fn a_branch_that_moves_the_proposal_folder_has_landed_what_main_has() {
    let repo = Repo::clean();
    repo.git(&["checkout", "-q", "-b", "topic"]);
    grow(&repo);
    propose(&repo);
    repo.edit("docs/okeps/okep-2130-tide-tables.md", "## Goals", "## Monitoring\n\nBy day.\n\n## Goals");
    repo.git(&["mv", "docs/okeps", "docs/enhancements"]);
    repo.write("mkdocs.yml", repo.read("mkdocs.yml").replace("okeps/", "enhancements/"));
    repo.write("okep.toml", "folder = \"docs/enhancements\"\n");
    repo.commit("Move the folder");
    let new = "docs/enhancements/okep-2130-tide-tables.md";
    repo.edit(new, "## Monitoring", "## Watching");
    let check = repo.json(&[]).exits(1);
    let errors = check.faults().into_iter().filter(|fault| fault.starts_with("error"));
    assert_eq!(errors.collect::<Vec<_>>(), [format!("error missing-section {new}:- Monitoring")]);
    assert_eq!(check.hints().iter().filter(|hint| hint.contains("missing-section")).count(), 2);
}

#[test]
fn a_renamed_or_renumbered_okep_keeps_its_landing() {
    let repo = Repo::clean();
    propose(&repo);
    grow(&repo);
    let to = "docs/okeps/okep-2131-tide-tables.md";
    repo.git(&["mv", OKEP, to]);
    for path in ["mkdocs.yml", "docs/okeps/index.md"] {
        repo.write(path, repo.read(path).replace("2130", "2131"));
    }
    repo.write(to, repo.read(to).replace("2130", "2131"));
    repo.git(&["add", "-A"]);
    for args in [&[][..], &["--staged"]] {
        assert_eq!(repo.json(args).exits(0).faults(), [""; 0], "{args:?}");
    }
    repo.commit("Renumber");
    for args in [&[][..], &["--rev", "HEAD"], &["--since", "HEAD~1"], &["--since", "HEAD~3"]] {
        assert_eq!(repo.json(args).exits(0).faults(), [""; 0], "{args:?}");
    }
}
