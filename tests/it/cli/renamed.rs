//! A file that is renamed is one finding: what names it by its right path is not reported again.

use crate::support::{QUIET_GAUGES, Repo, SHARED_BUOYS};

/// A repository whose second OKEP links to the first.
fn linked() -> Repo {
    let repo = Repo::clean();
    repo.write(SHARED_BUOYS, repo.read(SHARED_BUOYS) + "\n[gauges](../okep-2104-quiet-gauges.md)\n");
    repo.commit("Link to gauges");
    repo
}

/// Renames the first OKEP, and checks what is reported by every way to ask; the suggested fixes undo it.
#[track_caller]
fn check(to: &str, expected: &str) {
    let repo = linked();
    std::fs::create_dir_all(repo.root.join(to).parent().expect("a folder")).expect("writable");
    repo.git(&["mv", QUIET_GAUGES, to]);
    for args in [&["--staged"][..], &[], &["--since", "HEAD"]] {
        assert_eq!(repo.json(args).exits(1).faults(), [expected], "{args:?}");
    }
    repo.okep(&["check", "--fix=all"]).exits(0);
    repo.git(&["add", "-A"]);
    assert_eq!(repo.git(&["status", "--short"]), "");
}

#[test]
fn another_number_than_that_of_title_and_issue() {
    let to = "docs/okeps/okep-2105-quiet-gauges.md";
    check(to, &format!("error number-mismatch {to}:- number"));
}

#[test]
fn another_form_of_the_name() {
    for name in [" okep-2104-quiet-gauges.md", "OKEP-2104_Quiet-Gauges.md", "okep-2104-quiet-gauges.markdown"]
    {
        let to = format!("docs/okeps/{name}");
        check(&to, &format!("error malformed-filename {to}:- file name"));
    }
}

#[test]
fn no_number_in_the_name() {
    let to = "docs/okeps/quiet-gauges.md";
    check(to, &format!("error malformed-filename {to}:- file name"));
}

#[test]
fn another_folder() {
    let to = "docs/design/okep-2104-quiet-gauges.md";
    check(to, &format!("error misplaced-file {to}:- okep-2104-quiet-gauges.md"));
}

#[test]
fn what_names_it_by_an_old_path_is_reported() {
    let repo = linked();
    repo.git(&["mv", QUIET_GAUGES, "docs/okeps/okep-2104-calm-gauges.md"]);
    assert_eq!(
        repo.json(&["--staged"]).exits(1).faults(),
        [
            "error dead-index-entry docs/okeps/index.md:3 okep-2104-quiet-gauges.md",
            &format!("warning broken-link {SHARED_BUOYS}:56 ../okep-2104-quiet-gauges.md"),
            "error dead-nav-entry mkdocs.yml:10 okeps/okep-2104-quiet-gauges.md",
        ]
    );
    repo.okep(&["check", "--staged", "--fix=all"]).exits(0);
    assert!(
        !repo.read("mkdocs.yml").contains("quiet") && !repo.read("docs/okeps/index.md").contains("quiet-")
    );
}

#[test]
fn a_number_that_is_changed_everywhere_is_a_new_name() {
    let repo = linked();
    let to = "docs/okeps/okep-2105-quiet-gauges.md";
    repo.git(&["mv", QUIET_GAUGES, to]);
    repo.write(to, repo.read(to).replace("2104", "2105"));
    repo.git(&["add", "-A"]);
    let faults = repo.json(&["--staged"]).exits(1).faults();
    assert!(faults.iter().any(|fault| fault.starts_with("error dead-nav-entry")), "{faults:?}");
}
