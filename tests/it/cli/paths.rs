//! Which OKEPs are meant: paths, folders, and `-C`.

use crate::support::{QUIET_GAUGES, Repo, SHARED_BUOYS, TEMPLATE};

/// Two OKEPs, each with a warning of its own.
fn two_stubs() -> Repo {
    let repo = Repo::clean();
    repo.edit(QUIET_GAUGES, "\nNone\n", "\nTBD\n");
    repo.edit(SHARED_BUOYS, "## References\n\nNone\n", "## References\n\nTBD\n");
    repo.commit("Forget two answers");
    repo
}

const IN_GAUGES: &str = "warning stub-section docs/okeps/okep-2104-quiet-gauges.md:15 Non-Goals";
const IN_BUOYS: &str =
    "warning stub-section docs/okeps/okep-2107-shared-buoys/okep-2107-shared-buoys.md:52 References";

#[test]
fn a_path_is_a_file_a_folder_or_all() {
    let repo = two_stubs();
    let check = |args: &[&str], expected: &[&str]| assert_eq!(repo.json(args).exits(0).faults(), expected);
    check(&[], &[IN_GAUGES, IN_BUOYS]);
    check(&["."], &[IN_GAUGES, IN_BUOYS]);
    check(&[QUIET_GAUGES], &[IN_GAUGES]);
    check(&["docs/okeps/okep-2107-shared-buoys"], &[IN_BUOYS]);
    check(&["docs/okeps/okep-2107-shared-buoys/"], &[IN_BUOYS]);
    check(&["./docs/../docs/okeps"], &[IN_GAUGES, IN_BUOYS]);
    check(&[SHARED_BUOYS, QUIET_GAUGES], &[IN_GAUGES, IN_BUOYS]);
    check(&["mkdocs.yml"], &[]);
    let one = repo.json(&[QUIET_GAUGES]).value();
    assert_eq!(one["summary"]["okeps"], 1);
}

#[test]
fn a_path_starts_from_the_current_folder() {
    let repo = two_stubs();
    let check = |dir: &str, args: &[&str], expected: &[&str]| {
        let args = [&["check", "--format", "json"], args].concat();
        assert_eq!(repo.okep_in(dir, &args).exits(0).faults(), expected, "{args:?} in {dir}");
    };
    check("docs", &[], &[IN_GAUGES, IN_BUOYS]);
    check("docs", &["okeps/okep-2104-quiet-gauges.md"], &[IN_GAUGES]);
    check("docs/okeps/okep-2107-shared-buoys", &["."], &[IN_BUOYS]);
    check("docs/okeps/okep-2107-shared-buoys", &["../okep-2104-quiet-gauges.md"], &[IN_GAUGES]);
    let absolute = repo.root.join(QUIET_GAUGES);
    check("docs", &[absolute.to_str().expect("UTF-8")], &[IN_GAUGES]);
    // With `-C` it is seen from there.
    check("..", &["-C", "repo", QUIET_GAUGES], &[IN_GAUGES]);
    check("..", &["-C", "repo/docs", "okeps/okep-2104-quiet-gauges.md"], &[IN_GAUGES]);
    check("docs", &["-C", "../docs/okeps", "okep-2107-shared-buoys"], &[IN_BUOYS]);
}

#[cfg(unix)]
#[test]
fn a_path_may_contain_a_link() {
    let repo = two_stubs();
    std::os::unix::fs::symlink(&repo.root, repo.beside("link")).expect("a link");
    let through = repo.beside("link").join(QUIET_GAUGES);
    let through = through.to_str().expect("UTF-8");
    assert_eq!(repo.json(&[through]).exits(0).faults(), [IN_GAUGES]);
    let args = ["check", "--format", "json", QUIET_GAUGES];
    assert_eq!(repo.okep_in("../link", &args).exits(0).faults(), [IN_GAUGES]);
}

#[test]
fn what_is_said_of_an_okep_in_a_register_belongs_to_it() {
    let repo = Repo::clean();
    repo.edit("mkdocs.yml", "      - Quiet Gauges: okeps/okep-2104-quiet-gauges.md\n", "");
    let fault = ["error not-in-nav mkdocs.yml:10 nav"];
    assert_eq!(repo.json(&[QUIET_GAUGES]).exits(1).faults(), fault);
    assert_eq!(repo.json(&["mkdocs.yml"]).exits(1).faults(), fault);
    assert_eq!(repo.json(&[SHARED_BUOYS]).exits(0).faults(), [""; 0]);
}

#[test]
fn an_unknown_path_is_refused() {
    let repo = Repo::clean();
    for path in ["docs/okeps/okep-2199-none.md", "../elsewhere.md", "okeps"] {
        repo.okep(&["check", path]).refuses(&[&format!("`{path}` does not exist")]);
    }
    // Elsewhere, a path of the same name is another one.
    for path in ["../mkdocs.yml", "../docs/okeps", "/docs/okeps/okep-2104-quiet-gauges.md"] {
        repo.okep(&["check", path]).refuses(&[&format!("`{path}` does not exist")]);
    }
    repo.write("src/main.go", "package main");
    for path in ["/", "..", "src"] {
        repo.okep(&["check", path]).refuses(&[&format!("`{path}` is not an OKEP")]);
    }
    // The last part alone is not a path to it.
    repo.okep(&["check", "okep-2104-quiet-gauges.md"]).refuses(&[
        "does not exist",
        "did you mean `docs/okeps/okep-2104-quiet-gauges.md`",
        "OKEPs are in `docs/okeps`",
    ]);
    repo.okep(&["check", "docs/okep"]).refuses(&["did you mean `docs/okeps`"]);
    // What is suggested can be typed where the user is.
    let mistyped = ["check", "okep/okep-2104-quiet-gauges.md"];
    repo.okep_in("docs", &mistyped)
        .refuses(&["did you mean `okeps/okep-2104-quiet-gauges.md`", "are in `okeps`"]);
    let from_there = [&["-C", "repo/docs/okeps"], &mistyped[..]].concat();
    repo.okep_in("..", &from_there).refuses(&["did you mean `okep-2104-quiet-gauges.md`", "are in `.`"]);
    // So can an OKEP of the number in it.
    for path in ["docs/okeps/okep-2104", "docs/okeps/okep-2104.md", "docs/okeps/2104", "#2104", "2104,2107"] {
        repo.okep(&["check", path]).refuses(&["does not exist", "did you mean `docs/okeps/okep-2104-quiet"]);
    }
    let other = repo.okep(&["check", "docs/okeps/okep-2199.md"]).exits(2).stderr;
    assert!(!other.contains("did you mean"), "{other}");
}

#[test]
fn a_file_that_is_not_checked_is_reported_and_passes() {
    let repo = Repo::clean();
    repo.write("src/main.c", "int main;\n");
    assert_eq!(repo.json(&["src/main.c"]).exits(0).notes(), ["not-an-okep"]);
    assert_eq!(repo.json(&[TEMPLATE]).exits(0).notes(), ["template"]);
    assert_eq!(repo.json(&["docs"]).exits(0).notes(), [""; 0]);
}

#[test]
fn paths_work_for_what_is_staged_and_for_a_commit() {
    let repo = two_stubs();
    assert_eq!(repo.json(&["--rev", "HEAD", QUIET_GAUGES]).exits(0).faults(), [IN_GAUGES]);
    repo.edit(SHARED_BUOYS, "## Risks\n", "## Risk\n");
    repo.edit(QUIET_GAUGES, "## Risks\n", "");
    repo.git(&["add", "-A"]);
    let staged = repo.json(&["--staged", QUIET_GAUGES]).exits(1);
    assert_eq!(staged.faults(), [format!("error missing-section {QUIET_GAUGES}:- Risks")]);
    repo.json(&["--staged", SHARED_BUOYS]).exits(0);
}

#[test]
fn suggested_commands_run_where_the_user_is() {
    for (folder, dir) in [("docs", None), ("..", Some("repo/docs")), (".", Some("docs/okeps")), (".", None)] {
        let repo = Repo::clean();
        repo.edit(QUIET_GAUGES, "## Goals", "## goals");
        repo.git(&["add", "-A"]);
        let from = dir.map_or(Vec::new(), |dir| vec!["-C", dir]);
        let shown = repo.okep_in(folder, &[&from[..], &["check", "--staged"]].concat()).exits(0).stdout;
        let command =
            shown.lines().find_map(|line| line.trim().strip_prefix("1 safe fix:")).expect("it is named");
        let mut shell = repo.command("sh");
        shell
            .args(["-ec", command])
            .current_dir(repo.root.join(folder))
            .env("PATH", crate::support::path_with_okep());
        crate::support::ran(shell).exits(0);
        assert_eq!(repo.git(&["status", "--porcelain"]), "", "{command} in {folder}");
    }
}

#[test]
fn a_folder_after_c_must_be_there() {
    let repo = Repo::clean();
    repo.okep(&["-C", "nowhere", "check"]).refuses(&["nowhere", "after `-C`"]);
    repo.okep(&["-C", "mkdocs.yml", "check"]).refuses(&["mkdocs.yml", "after `-C`"]);
}

#[test]
fn in_a_bare_repository_paths_start_from_its_root() {
    let repo = Repo::clean();
    let bare = repo.beside("bare.git");
    repo.git(&["clone", "-q", "--bare", ".", bare.to_str().expect("UTF-8")]);
    let check = |path: &str| repo.okep(&["check", "-C", "../bare.git", "--rev", "main", path]);
    for path in ["docs/okeps", "./docs/okeps", QUIET_GAUGES, "2104"] {
        check(path).exits(0);
    }
    check("no/such/folder").refuses(&["no/such/folder"]);
    let away = repo.beside("home");
    repo.okep_in(&away, &["-C", "../repo", "check", "docs/okeps"]).exits(0);
}

#[test]
fn an_okep_outside_of_its_folder_is_found_by_every_way_to_ask() {
    let repo = Repo::clean();
    let path = "docs/okep-2130-tide-tables.md";
    let expected = [format!("error misplaced-file {path}:- okep-2130-tide-tables.md")];
    repo.write(path, crate::support::good_okep(2130, "Tide Tables"));
    repo.git(&["add", "-A"]);
    for args in [&[][..], &["--staged"], &[path]] {
        assert_eq!(repo.json(args).exits(1).faults(), expected, "{args:?}");
    }
    repo.okep(&["check", "--staged", "--diff=all"]).exits(1);
    repo.commit("Propose in the wrong folder");
    for args in [&["--rev", "HEAD"][..], &["--since", "HEAD^"]] {
        assert_eq!(repo.json(args).exits(1).faults(), expected, "{args:?}");
    }
    assert_eq!(repo.json(&["--staged"]).exits(0).faults(), [""; 0]);
    repo.okep(&["check", "--fix=all"]).exits(0);
    assert!(!repo.root.join(path).exists());
    assert!(repo.read("mkdocs.yml").contains("okeps/okep-2130-tide-tables.md"));
}
