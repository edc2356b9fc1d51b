//! Objects that are not there: what hangs on them is unknown, and all the rest is told.

use super::repo::{Repo, TEMPLATE, TEMPLATE_PATH, json, nav, notes, of_rule, okep, path, run};
use serde_json::Value;
use std::path::PathBuf;

fn exit(repo: &std::path::Path) -> Option<i32> {
    run(repo, &["history"]).status.code()
}

fn one(story: &Value, number: u64) -> &Value {
    let okeps = story["okeps"].as_array().expect("a list");
    okeps.iter().find(|o| o["number"] == number).unwrap_or_else(|| panic!("{number}: {story:#}"))
}

fn kinds(story: &Value) -> Vec<&str> {
    story["template"].as_array().expect("a list").iter().filter_map(|t| t["kind"].as_str()).collect()
}

fn clone(repo: &Repo, name: &str, arguments: &[&str]) -> PathBuf {
    repo.git(&["config", "uploadpack.allowFilter", "true"]);
    let (to, from) = (repo.beside(name), format!("file://{}", repo.dir.display()));
    repo.git(&[&["clone", "-q"], arguments, &[&from, &to.to_string_lossy()]].concat());
    to
}

/// Two proposals, of which the second is registered two days late, and a template that was reworded.
fn changing() -> Repo {
    let mut repo = Repo::started();
    repo.write(&path(2), &okep(2)).commit("Propose another");
    repo.write(TEMPLATE_PATH, &TEMPLATE.replace("## Goals", "## Aims")).commit("Reword");
    repo.write("mkdocs.yml", &nav(&[path(1), path(2)])).commit("Register");
    repo.write("code.txt", "1").commit("Work");
    repo
}

#[test]
fn commits_without_trees_are_counted_and_nothing_else_is_known() {
    let mut repo = changing();
    let treeless = clone(&repo, "treeless", &["--filter=tree:0", "--no-checkout"]);
    let story = json(&treeless, &[]);
    assert_eq!(story["walk"]["commits"], 6);
    assert!(notes(&story).contains(&"missing-objects".to_owned()), "{story:#}");
    assert_eq!(exit(&treeless), Some(0));
    repo.write("code.txt", "2").commit("Work on");
    repo.lose("HEAD~1^{tree}");
    let story = repo.history(&[]);
    assert_eq!(story["okeps"].as_array().map(Vec::len), Some(2));
    assert_eq!(exit(&repo.dir), Some(2), "in a full clone nothing may be missing");
    repo.lose("HEAD:docs/okeps");
    assert!(!notes(&repo.history(&[])).contains(&"no-template".to_owned()), "it is not known to lack");
}

#[test]
fn a_folder_that_is_missing_on_a_branch_is_reported() {
    let mut repo = changing();
    repo.git(&["checkout", "-q", "-b", "topic"]);
    repo.write(&path(3), &okep(3)).commit("Propose a third");
    assert!(!notes(&repo.history(&["--all"])).contains(&"missing-object".to_owned()));
    repo.git(&["checkout", "-q", "main"]);
    repo.lose("topic:docs/okeps");
    assert!(notes(&repo.history(&["--all"])).contains(&"missing-object".to_owned()));
    assert_eq!(run(&repo.dir, &["history", "--all"]).status.code(), Some(2));
}

#[test]
fn a_clone_without_old_files_knows_what_trees_tell() {
    let repo = changing();
    let whole = repo.history(&[]);
    let blobless = clone(&repo, "blobless", &["--filter=blob:none"]);
    let story = json(&blobless, &[]);
    for number in [1, 2] {
        for key in ["path", "landed", "written", "revisions", "paths", "title"] {
            assert_eq!(one(&story, number)[key], one(&whole, number)[key], "{key} of {number}");
        }
    }
    assert_eq!(kinds(&whole), ["first", "changed"]);
    assert_eq!(kinds(&story), ["unread", "after-unread"]);
    assert!(story["template"][1]["added"].as_array().is_some_and(Vec::is_empty));
    let table = String::from_utf8(run(&blobless, &["history"]).stdout).expect("tables are UTF-8");
    assert!(!table.contains("first template"), "{table}");
    let check = run(&blobless, &["check", "--rev", "HEAD", "--format", "json"]);
    let check: Value = serde_json::from_slice(&check.stdout).expect("it is JSON");
    for judged in check["okeps"].as_array().expect("a list") {
        let told = one(&story, judged["number"].as_u64().expect("it has one"));
        for key in ["errors", "warnings", "hints"] {
            assert_eq!(told[key], judged[key], "{key} of {}", judged["path"]);
        }
    }
}

#[test]
fn a_register_that_cannot_be_read_leaves_open_what_it_would_tell() {
    let mut repo = Repo::started();
    repo.write(&path(2), &okep(2)).commit("Propose another");
    repo.write("mkdocs.yml", &(nav(&[path(1)]) + "theme: a\n")).commit("Dress");
    let hidden = repo.head();
    repo.write("mkdocs.yml", &nav(&[path(1), path(2)])).commit("Register");
    let story = repo.history(&[]);
    assert_eq!(one(&story, 2)["unregistered_days"], 2);
    assert_eq!(one(&story, 2)["registered"]["days_after_landing"], 2);
    repo.lose(&format!("{hidden}:mkdocs.yml"));
    let story = repo.history(&[]);
    let second = one(&story, 2);
    assert_eq!(second["landed"]["date"], "2025-01-04");
    assert!(second["registered"].is_null() && second["unregistered_days"].is_null(), "{second:#}");
    let first = one(&story, 1);
    assert_eq!(first["registered"]["days_after_landing"], 0, "that was before");
    assert!(first["unregistered_days"].is_null());
    let found = of_rule(&story, "not-in-nav");
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0]["introduced"].is_object() && found[0]["fixed"].is_object());
}

#[test]
fn what_follows_an_unreadable_tree_has_an_unknown_landing() {
    let mut repo = Repo::started();
    repo.write(&path(2), &okep(2).replace("\n\nTo solve it.", "")).commit("Propose another");
    let hidden = repo.head();
    repo.write("code.txt", "1").write(&path(3), &okep(3)).commit("Propose a third");
    repo.write(&path(4), &okep(4)).commit("Propose a fourth");
    repo.lose(&format!("{hidden}:docs/okeps"));
    let story = repo.history(&[]);
    for number in [2, 3] {
        let okep = one(&story, number);
        assert!(okep["landed"].is_null() && okep["registered"].is_null(), "{okep:#}");
        assert!(okep["unregistered_days"].is_null() && okep["written"].is_null());
    }
    assert_eq!(one(&story, 4)["landed"]["date"], "2025-01-06");
    // The main line is read no further back, as for a check.
    assert!(one(&story, 1)["landed"].is_null() && one(&story, 1)["written"].is_object());
    let table = String::from_utf8(run(&repo.dir, &["history"]).stdout).expect("tables are UTF-8");
    let row = table.lines().find(|l| l.trim_start().starts_with("0003")).expect("it is listed");
    assert!(
        row.contains("before") && row.split_whitespace().filter(|cell| *cell == "?").count() == 3,
        "{row}"
    );
}

#[test]
fn next_to_an_unreadable_parent_no_subject_is_wrong() {
    let mut repo = Repo::started();
    repo.write(&path(2), &okep(2)).commit("Propose another");
    repo.write("docs/okeps/okep-2-proposal/a.txt", "1").commit("Add a picture");
    let hidden = repo.head();
    repo.write("docs/okeps/okep-2-proposal/a.txt", "2").commit("OKEP-9: another picture");
    assert!(of_rule(&repo.history(&[]), "wrong-number-in-commit").is_empty());
    repo.lose(&format!("{hidden}:docs/okeps"));
    assert!(of_rule(&repo.history(&[]), "wrong-number-in-commit").is_empty());
}

#[test]
fn at_the_edge_of_a_shallow_clone_no_template_is_introduced() {
    let repo = changing();
    let shallow = clone(&repo, "shallow", &["--depth", "2"]);
    let story = json(&shallow, &[]);
    assert_eq!(kinds(&story), ["before"]);
    assert!(story["template"][0]["commit"].is_null() && story["template"][0]["date"].is_null());
    let table = String::from_utf8(run(&shallow, &["history"]).stdout).expect("tables are UTF-8");
    assert!(table.contains("before 2025-01-06") && !table.contains("first template"), "{table}");
}

#[test]
fn a_list_of_cut_off_commits_that_git_refuses_is_refused() {
    let repo = Repo::started();
    std::fs::write(repo.dir.join(".git/shallow"), "junk\n").expect("it can be written");
    let output = run(&repo.dir, &["history"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("bad shallow line `junk`"));
}

#[test]
fn what_the_last_state_leaves_open_is_neither_open_nor_fixed() {
    let mut repo = changing();
    repo.write("mkdocs.yml", &nav(&[path(1)]))
        .write(&path(1), &okep(1).replace("\n\nTo solve it.", ""))
        .commit("Slip");
    let open = |repo: &Repo| {
        let story = repo.history(&[]);
        let open = story["findings"].as_array().expect("a list").iter().filter(|f| f["fixed"].is_null());
        let mut rules: Vec<String> = open.map(|f| f["rule"].as_str().expect("a word").to_owned()).collect();
        rules.retain(|rule| rule != "renamed-section" && rule != "missing-section");
        (rules, run(&repo.dir, &["history", "--fail-on", "error", "--rule", "not-in-nav"]).status.code())
    };
    let (both, one) = (["empty-section".to_owned(), "not-in-nav".to_owned()], ["empty-section".to_owned()]);
    let (known, unknown) = ((both.to_vec(), Some(1)), (one.to_vec(), Some(0)));
    assert_eq!(open(&repo), known);
    repo.write("mkdocs.yml", &(nav(&[path(1)]) + "plugins:\n  - literate-nav\n")).commit("Make nav");
    assert_eq!(open(&repo), unknown);
    repo.write("mkdocs.yml", &nav(&[path(1)])).commit("Write it again");
    assert_eq!(open(&repo), known);
    let pointer =
        format!("version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize 12\n", "a".repeat(64));
    repo.write("mkdocs.yml", &pointer).commit("Store it elsewhere");
    assert_eq!(open(&repo), unknown);
    repo.write("mkdocs.yml", &nav(&[path(1)])).commit("Store it here");
    assert_eq!(open(&repo), known);
}
