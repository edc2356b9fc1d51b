//! Where git says that objects are elsewhere, they are read there: a push that is being received, and borrowed
//! objects.

use crate::support::{Repo, make_executable};
use std::path::PathBuf;

/// A bare repository that checks what is pushed to it; `prologue` goes before the check.
fn server(repo: &Repo, prologue: &str) -> PathBuf {
    let bare = repo.beside("server.git");
    repo.git(&["clone", "-q", "--bare", ".", &bare.display().to_string()]);
    let hook = bare.join("hooks/pre-receive");
    let okep = env!("CARGO_BIN_EXE_okep");
    let script =
        format!("#!/bin/sh\n{prologue}\nread old new ref\nexec '{okep}' check --rev $new --since $old >&2\n");
    std::fs::create_dir_all(bare.join("hooks")).expect("writable");
    std::fs::write(&hook, script).expect("writable");
    make_executable(&hook);
    bare
}

fn push(repo: &Repo, server: &std::path::Path, expected: i32) -> String {
    repo.try_git(&["push", "-q", &server.display().to_string(), "HEAD:main"]).exits(expected).stderr
}

#[test]
fn what_is_pushed_is_checked_before_it_is_accepted() {
    for unpack_limit in ["1", "1000"] {
        let repo = Repo::clean();
        let bare = server(&repo, "");
        repo.git_in(&bare, &["config", "receive.unpackLimit", unpack_limit]).exits(0);
        repo.add_okep(2130, "Tide Tables");
        repo.commit("Propose tide tables");
        push(&repo, &bare, 0);
        let path = "docs/okeps/okep-2130-tide-tables.md";
        repo.edit(path, "## Goals", "## Gaols");
        repo.commit("Misspell");
        repo.git(&["rm", "-q", path]);
        repo.commit("Leave the entries behind");
        assert!(push(&repo, &bare, 1).contains("dead-nav-entry"));
    }
}

#[test]
fn a_relative_folder_is_where_the_hook_runs() {
    let repo = Repo::clean();
    let relative = "GIT_OBJECT_DIRECTORY=./${GIT_OBJECT_DIRECTORY#$PWD/}; export GIT_OBJECT_DIRECTORY";
    let bare = server(&repo, relative);
    repo.add_okep(2130, "Tide Tables");
    repo.commit("Propose tide tables");
    push(&repo, &bare, 0);
}

#[test]
fn borrowed_objects_are_read() {
    let repo = Repo::clean();
    let own = repo.beside("own");
    std::fs::create_dir_all(&own).expect("writable");
    let elsewhere = repo.beside("objects");
    std::fs::rename(repo.root.join(".git/objects"), &elsewhere).expect("it is there");
    std::fs::create_dir_all(repo.root.join(".git/objects")).expect("writable");
    let (own, elsewhere) = (own.display().to_string(), elsewhere.display().to_string());
    let rev = ["check", "--rev", "HEAD"];
    repo.okep_with(&[("GIT_OBJECT_DIRECTORY", &elsewhere)], &rev).exits(0);
    repo.okep_with(&[("GIT_ALTERNATE_OBJECT_DIRECTORIES", &elsewhere)], &rev).exits(0);
    let both = [("GIT_OBJECT_DIRECTORY", own.as_str()), ("GIT_ALTERNATE_OBJECT_DIRECTORIES", &elsewhere)];
    repo.okep_with(&both, &rev).exits(0);
    // As in git, an empty value is none, and what is not named is not read.
    repo.okep_with(&[("GIT_OBJECT_DIRECTORY", "")], &rev).refuses(&["HEAD"]);
}
