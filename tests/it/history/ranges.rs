//! What of history is shown, and when it fails: ranges of commits, severities.

use super::repo::{Repo, nav, okep, path, run};

/// The rules of the findings that are shown.
fn rules(repo: &Repo, arguments: &[&str]) -> Vec<String> {
    let story = repo.history(arguments);
    let findings = story["findings"].as_array().expect("findings are a list");
    findings.iter().map(|f| f["rule"].as_str().expect("a rule has an id").to_owned()).collect()
}

/// Loses a section, then by a branch a nav entry, then has the section again.
fn story() -> Repo {
    let mut repo = Repo::started();
    repo.write(&path(1), &okep(1).replace("## Goals\n\nTo solve it.\n\n", "")).commit("Shorten");
    repo.git(&["tag", "shorter"]);
    repo.git(&["switch", "-qc", "topic"]);
    repo.write(&path(2), &okep(2)).commit("Propose");
    repo.git(&["switch", "-q", "main"]);
    repo.merge("topic", 7);
    repo.git(&["tag", "merged"]);
    repo.write(&path(1), &okep(1)).commit("Lengthen");
    repo
}

#[test]
fn a_range_has_what_was_introduced_or_fixed_in_it() {
    let repo = story();
    let check = |range: &str, expected: &[&str]| assert_eq!(rules(&repo, &[range]), expected, "{range}");
    let both = ["missing-section", "not-in-nav"];
    assert_eq!(rules(&repo, &[]), both);
    check("shorter..merged", &["not-in-nav"]);
    check("merged..HEAD", &["missing-section"]);
    check("merged..", &["missing-section"]);
    check("shorter^..shorter", &["missing-section"]);
    check("shorter..HEAD", &both);
    // The branch has nothing that the line does not have.
    check("HEAD..topic", &[]);
    check("HEAD..HEAD", &[]);
    let okeps = repo.history(&["shorter..merged"])["okeps"].clone();
    assert_eq!(okeps.as_array().map(Vec::len), Some(1), "the one that landed in it: {okeps:#}");
}

#[test]
fn a_range_is_alone_and_of_commits_that_are_there() {
    let repo = story();
    for (arguments, part) in [
        (&["history", "shorter..merged", "topic"][..], "`shorter..merged` is not alone"),
        (&["history", "nowhere..merged"], "`nowhere`"),
        (&["history", "shorter..nowhere"], "`nowhere`"),
    ] {
        let output = run(&repo.dir, arguments);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code() == Some(2) && stderr.contains(part), "{arguments:?}: {stderr}");
    }
}

#[test]
fn a_severity_shows_what_is_as_grave_or_graver() {
    let mut repo = story();
    repo.write(&path(1), &okep(1).replace("To solve it.", "TBD")).write("mkdocs.yml", &nav(&[path(1)]));
    repo.commit("Defer");
    assert_eq!(rules(&repo, &[]), ["missing-section", "stub-section", "not-in-nav"]);
    assert_eq!(rules(&repo, &["--severity", "warning"]), ["missing-section", "stub-section", "not-in-nav"]);
    assert_eq!(rules(&repo, &["--severity", "error"]), ["missing-section", "not-in-nav"]);
}

#[test]
fn history_fails_on_what_is_open_and_only_where_it_is_asked_to() {
    let mut repo = story();
    let check = |repo: &Repo, arguments: &[&str], expected: i32| {
        let output = run(&repo.dir, &[&["history"], arguments].concat());
        assert_eq!(output.status.code(), Some(expected), "{arguments:?}");
    };
    check(&repo, &[], 0);
    check(&repo, &["--fail-on", "error"], 1);
    check(&repo, &["--fail-on", "error", "--format", "csv"], 1);
    check(&repo, &["shorter..merged", "--fail-on", "error"], 1);
    // What was fixed is not open, nor is what is not shown.
    check(&repo, &["merged..HEAD", "--fail-on", "error"], 0);
    check(&repo, &["--okep", "1", "--fail-on", "error"], 0);
    repo.write("mkdocs.yml", &nav(&[path(1), path(2)])).commit("Register");
    check(&repo, &["--fail-on", "hint"], 0);
}
