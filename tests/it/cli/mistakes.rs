//! Mistyped commands, rules, paths and options get the nearest right one, and exit status 2.

use super::output::faulty;
use crate::support::Repo;

/// Asserts that the mistake is refused, and that the message has all `parts`.
#[track_caller]
fn check(args: &[&str], parts: &[&str]) {
    let ran = Repo::clean().okep(args);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{args:?}: {ran:?}");
    for part in parts {
        assert!(ran.stderr.contains(part), "{args:?}: no {part:?} in {}", ran.stderr);
    }
}

#[test]
fn a_mistyped_command() {
    check(&["chekc"], &["`chekc`", "a similar command is `check`"]);
    check(&["-C", ".", "histroy"], &["a similar command is `history`"]);
    check(&["instal"], &["`instal`"]);
    check(&["hook", "instal"], &["instal", "similar", "install"]);
    // Hidden commands are called by hooks alone.
    let ran = Repo::clean().okep(&["pre-pusch"]);
    assert!(ran.code == 2 && !ran.stderr.contains("pre-push"), "{ran:?}");
    // A path is a path, whatever it is near to.
    let repo = Repo::clean();
    repo.write("histroy", "x");
    assert!(!repo.okep(&["histroy"]).stderr.contains("similar"));
    repo.okep(&["docs"]).exits(0);
}

#[test]
fn a_mistyped_option_or_value() {
    check(&["check", "--stagde"], &["--stagde", "similar", "--staged"]);
    check(&["check", "--format", "jsn"], &["jsn", "json"]);
    check(&["check", "--color", "alwasy"], &["alwasy", "always"]);
    check(&["history", "--rule", "mising-section"], &["missing-section"]);
    check(&["explain", "mising-section"], &["missing-section"]);
}

#[test]
fn a_mistyped_rule_revision_or_number() {
    check(&["explain", "nav"], &["did you mean `not-in-nav` or `dead-nav-entry`"]);
    check(&["check", "--select", "fence"], &["did you mean `unclosed-fence`"]);
    check(&["check", "--rev", "mian"], &["`mian`", "the nearest names: `main`"]);
    let repo = Repo::clean();
    let clone = repo.beside("clone");
    repo.git(&["clone", "-q", ".", clone.to_str().expect("UTF-8")]);
    let near = repo.okep_in(&clone, &["check", "--since", "origin/mian"]).exits(2).stderr;
    assert_eq!(near.matches("`origin/main`").count(), 1, "{near}");
    check(&["history", "2104"], &["`2104` is not a commit", "`okep history --okep 2104`"]);
    check(&["check", "--since", "HEAD", "--pull-request", "x"], &["not the number of a pull request"]);
    check(&["history", "nosuch"], &["no branch, tag or commit has that name"]);
    check(&["check", "--since", "origin/"], &["`origin/`", "missing at its end", "GITHUB_BASE_REF"]);
    check(&["check", "--since", ""], &["GITHUB_BASE_REF"]);
    check(&["check", "--since", &"0".repeat(40)], &["a branch is new"]);
    check(&["check", "--rev", "main..HEAD"], &["it is a range; name one commit"]);
    check(&["history", "--okep", "9999"], &["there is no OKEP-9999"]);
    let repo = Repo::clean();
    repo.okep(&["history", "--okep", "2104", "--severity", "error"]).exits(0);
    repo.okep(&["check", "--rev", "HEAD"]).exits(0);
}

#[test]
fn colours_are_as_asked_for() {
    let repo = faulty();
    let colors = |args: &[&str]| repo.okep(&[&["check"], args].concat()).stdout.contains('\u{1b}');
    assert!(!colors(&[]));
    assert!(colors(&["--color", "always"]));
    assert!(!colors(&["--color", "never"]));
    assert!(colors(&["--diff", "--color", "always"]));
    let forced = [("CLICOLOR_FORCE", "1")];
    assert!(repo.okep_with(&forced, &["check"]).stdout.contains('\u{1b}'));
    assert!(!repo.okep_with(&forced, &["check", "--color", "never"]).stdout.contains('\u{1b}'));
    assert!(!repo.okep_with(&forced, &["check", "--diff"]).stdout.contains('\u{1b}'), "a patch");
}

#[test]
fn a_width_of_zero_is_none() {
    let repo = faulty();
    let zero = repo.okep_with(&[("COLUMNS", "0")], &["check"]).stdout;
    assert_eq!(zero, repo.okep(&["check"]).stdout);
    assert_ne!(zero, repo.okep_with(&[("COLUMNS", "60")], &["check"]).stdout);
}
