//! `okep check --diff` and `--fix` as commands, on the sample repository and on a real one where
//! `OKEP_TEST_CORPUS` names a clone.

mod landed;
mod renames;

use crate::support::isolated;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn clean(program: &str, dir: &Path) -> Command {
    let mut command = isolated(program, dir);
    command.env("LC_ALL", "C");
    command
}

fn git(dir: &Path, args: &[&str]) -> String {
    let mut command = clean("git", dir);
    command.args(["-c", "user.name=a", "-c", "user.email=a@b"]).args(args);
    let out = command.output().expect("git is installed");
    assert!(out.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8_lossy(&out.stdout).into_owned()
}

fn okep(dir: &Path, args: &[&str]) -> Output {
    clean(env!("CARGO_BIN_EXE_okep"), dir).args(args).output().expect("it runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn sample() -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a temporary folder");
    okep::cli::demo::build(dir.path()).expect("the sample is built");
    dir
}

/// Every file but git's own, with its bytes.
fn files(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![dir.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("it can be read") {
            let path = entry.expect("it can be read").path();
            let name = path.strip_prefix(dir).expect("it is below").to_string_lossy().into_owned();
            if path.is_dir() && name != ".git" {
                folders.push(path);
            } else if path.is_file() {
                found.insert(name, fs::read(&path).expect("it can be read"));
            }
        }
    }
    found
}

/// `--diff`, applied by git, gives the bytes that `--fix` writes, and `--fix` prints the same.
fn diff_is_fix(first: &Path, second: &Path, which: &str) {
    let shown = okep(first, &["check", &format!("--diff={which}")]);
    assert!(shown.status.code().is_some_and(|c| c < 2), "{}", text(&shown.stderr));
    assert_eq!(files(first), files(second), "--diff writes nothing");
    let patch = second.join(".git/patch");
    fs::write(&patch, &shown.stdout).expect("it is writable");
    let patch = patch.to_string_lossy().into_owned();
    git(second, &["apply", "--check", &patch]);
    git(second, &["apply", &patch]);
    let fixed = okep(first, &["check", &format!("--fix={which}")]);
    assert_eq!(text(&fixed.stdout), text(&shown.stdout));
    assert_eq!(files(first), files(second));
    let again = okep(first, &["check", &format!("--fix={which}")]);
    let said = text(&again.stderr);
    assert_eq!(text(&again.stdout), "");
    assert!(said.starts_with("nothing to fix") && said.contains("in detail:  okep check\n"), "{said}");
    assert_eq!(files(first), files(second));
    let left = okep(first, &["check", "--format", "json"]);
    assert_eq!(again.status.code(), left.status.code(), "it exits by what is left");
}

#[test]
fn the_diff_is_what_is_written() {
    for which in ["safe", "all"] {
        diff_is_fix(sample().path(), sample().path(), which);
    }
}

#[test]
fn nothing_that_has_a_fix_is_left() {
    let dir = sample();
    okep(dir.path(), &["check", "--fix=all"]);
    let left = text(&okep(dir.path(), &["check", "--format", "json"]).stdout);
    assert!(!left.contains("\"safety\""), "{left}");
    assert!(!left.contains("unproven-fix"), "{left}");
}

#[test]
fn commits_are_never_written() {
    let dir = sample();
    let before = files(dir.path());
    let out = okep(dir.path(), &["check", "--rev=HEAD", "--fix"]);
    assert_eq!(out.status.code(), Some(2));
    assert!(text(&out.stderr).contains("check the commit out first"), "{}", text(&out.stderr));
    assert_eq!(files(dir.path()), before);
    let shown = okep(dir.path(), &["check", "--rev=HEAD", "--diff"]);
    assert_eq!(text(&shown.stdout), text(&okep(dir.path(), &["check", "--diff"]).stdout));
}

#[test]
fn a_folder_may_be_named_before_the_command() {
    let dir = sample();
    let elsewhere = tempfile::tempdir().expect("a temporary folder");
    let there = dir.path().to_string_lossy().into_owned();
    let shown = okep(elsewhere.path(), &["-C", &there, "check", "--diff"]);
    assert_eq!(text(&shown.stdout), text(&okep(dir.path(), &["check", "--diff"]).stdout));
    let lost = okep(dir.path(), &["--fix", "check"]);
    assert_eq!(lost.status.code(), Some(2), "an option must not be lost: {}", text(&lost.stderr));
}

#[test]
fn only_what_the_change_introduces_is_shown_when_comparing() {
    let dir = sample();
    let path = dir.path().join("docs/okeps/okep-1009-gateway-health-probes.md");
    let harmed = fs::read_to_string(&path).expect("it is there").replace("## Test Plan", "## Testing");
    fs::write(&path, harmed).expect("it is writable");
    git(dir.path(), &["add", "."]);
    for args in [["check", "--staged", "--diff=all"], ["check", "--since=HEAD", "--diff=all"]] {
        let shown = text(&okep(dir.path(), &args).stdout);
        assert!(shown.contains("-## Testing\n+## Test Plan\n"), "{shown}");
        assert_eq!(shown.matches("\n+").count(), 2, "{shown}");
    }
}

#[test]
fn files_named_on_the_command_line_are_fixed_and_no_others() {
    let dir = sample();
    let before = files(dir.path());
    let path = "docs/okeps/okep-1021-flow-log-export.md";
    let out = okep(dir.path(), &["check", "--fix", path]);
    let changed: Vec<String> =
        files(dir.path()).into_iter().filter(|(p, b)| before.get(p) != Some(b)).map(|(p, _)| p).collect();
    assert_eq!(changed, [path], "{}", text(&out.stderr));
}

#[test]
fn a_renamed_file_is_followed() {
    let dir = sample();
    let odd = "docs/okeps/OKEP-1009-Gateway.md";
    git(dir.path(), &["mv", "docs/okeps/okep-1009-gateway-health-probes.md", odd]);
    let out = okep(dir.path(), &["check", "--fix=all", odd]);
    assert!(out.status.code().is_some_and(|c| c < 2), "{}", text(&out.stderr));
    let now = files(dir.path());
    assert!(now.contains_key("docs/okeps/okep-1009-gateway.md") && !now.contains_key(odd));
}

#[test]
fn what_is_staged_in_part_is_left_alone_and_reported() {
    let dir = sample();
    let path = "docs/okeps/okep-1021-flow-log-export.md";
    let on_disk = dir.path().join(path);
    let old = fs::read_to_string(&on_disk).expect("it is there");
    let old = old.replace("# Motivation", "# motivation");
    fs::write(&on_disk, old.replace("Send a record", "Send one record")).expect("it is writable");
    git(dir.path(), &["add", path]);
    let mine = old.replace("Send a record", "Send two records");
    fs::write(&on_disk, &mine).expect("it is writable");
    let out = okep(dir.path(), &["check", "--staged", "--fix=all"]);
    assert_eq!(fs::read_to_string(&on_disk).expect("it is there"), mine);
    let told = text(&out.stderr);
    assert!(
        told.contains(&format!("{path}: staged only in part, so it is left alone: stage the rest")),
        "{told}"
    );
    assert!(told.contains(&format!("git add {path}")), "{told}");
    assert!(told.contains("-# motivation"), "its diff is shown: {told}");
    assert_eq!((text(&out.stdout).as_str(), out.status.code()), ("", Some(0)), "and is not in the patch");

    // Without `--staged` the working copy is checked and fixed, whatever is staged of it.
    let shown = okep(dir.path(), &["check", "--diff=all", path]).stdout;
    assert!(text(&shown).contains("-# motivation"), "{}", text(&shown));
    let staged = git(dir.path(), &["ls-files", "-s"]);
    assert_eq!(okep(dir.path(), &["check", "--fix=all", path]).stdout, shown);
    let fixed = fs::read_to_string(&on_disk).expect("it is there");
    assert!(fixed.contains("# Motivation") && fixed.contains("two records"), "{fixed}");
    assert_eq!(git(dir.path(), &["ls-files", "-s"]), staged);
}

#[test]
fn a_safe_fix_that_is_left_alone_is_not_denied() {
    let dir = sample();
    let on_disk = dir.path().join("docs/okeps/okep-1009-gateway-health-probes.md");
    let old = fs::read_to_string(&on_disk).expect("it is there");
    let fixed = |wrong: &str| {
        fs::write(&on_disk, wrong).expect("it is writable");
        git(dir.path(), &["add", "docs"]);
        fs::write(&on_disk, format!("{wrong}More.\n")).expect("it is writable");
        text(&okep(dir.path(), &["check", "--staged", "--fix"]).stderr)
    };
    let suggested = old.replace("## Risks and", "## Known Risks and Their");
    let both = fixed(&suggested.replace("## Goals", "## Goals:"));
    assert!(both.contains("1 suggestion: ") && both.contains("it is left alone"), "{both}");
    assert!(!both.contains("nothing to fix"), "{both}");
    let one = fixed(&suggested);
    assert!(one.contains("nothing to fix safely; 1 suggestion: "), "{one}");
    assert!(!one.contains("it is left alone"), "{one}");
}

/// Two runs at once could repair a tree that is half fixed.
#[test]
fn a_run_refuses_while_another_writes() {
    let dir = sample();
    let before = files(dir.path());
    let alone = okep::fix::write::alone(dir.path()).expect("nobody else writes");
    let out = okep(dir.path(), &["check", "--fix=all"]);
    assert!(out.status.code() == Some(2) && text(&out.stderr).contains("another okep is writing"), "{out:?}");
    assert_eq!(files(dir.path()), before);
    drop(alone);
    okep(dir.path(), &["check", "--fix=all"]);
    assert_ne!(files(dir.path()), before);
}

/// A copy of the real repository; none where the tester has not named one.
fn corpus() -> Option<tempfile::TempDir> {
    let corpus = std::env::var_os("OKEP_TEST_CORPUS")?;
    let dir = tempfile::tempdir().expect("a temporary folder");
    git(dir.path(), &["clone", "-q", &corpus.to_string_lossy(), "."]);
    Some(dir)
}

#[test]
fn on_real_proposals_nothing_that_has_a_fix_is_left() {
    let (Some(first), Some(second)) = (corpus(), corpus()) else { return };
    let diff = text(&okep(first.path(), &["check", "--diff=all"]).stdout);
    let of = |number: &str| -> String {
        let files = diff.split("diff --git ").filter(|f| f.contains(&format!("okep-{number}-")));
        files.collect::<Vec<_>>().concat()
    };
    let safe = text(&okep(first.path(), &["check", "--diff"]).stdout);
    let reworded = safe.split("diff --git ").find(|f| f.contains("okep-5224-")).expect("5224 has a safe fix");
    assert_eq!(reworded.matches("\n+").count(), 2, "one line and the header: {reworded}");
    assert!(
        of("5494").contains("\n-# Problem Statement\n") && of("5494").contains("\n+## Problem Statement\n")
    );
    diff_is_fix(first.path(), second.path(), "all");
    let left = text(&okep(first.path(), &["check", "--format", "json"]).stdout);
    assert!(
        !left.contains("\"safety\"") && !left.contains("unproven-fix") && !left.contains("shifted"),
        "{left}"
    );
}

/// What MkDocs itself shows, page by page in the order of its navigation; it builds the site as well.
const MKDOCS: &str = "
import sys, logging
from mkdocs.config import load_config
from mkdocs.commands.build import build
from mkdocs.structure.files import get_files
from mkdocs.structure.nav import get_navigation
logging.disable(logging.CRITICAL)
config = load_config('site.yml', site_dir=sys.argv[1])
print('\\n'.join(page.file.src_uri for page in get_navigation(get_files(config), config).pages))
build(config)
";

#[test]
fn mkdocs_builds_the_result_with_every_proposal_in_its_navigation() {
    let (Some(python), Some(dir)) = (std::env::var_os("OKEP_TEST_PYTHON"), corpus()) else { return };
    let register = dir.path().join("mkdocs.yml");
    let all = fs::read_to_string(&register).expect("it is there");
    let lost = ["okep-5088-", "okep-5224-", "okep-5674-"];
    let fewer: String =
        all.split_inclusive('\n').filter(|l| !lost.iter().any(|name| l.contains(name))).collect();
    assert_ne!(fewer, all);
    fs::write(&register, fewer).expect("it is writable");
    okep(dir.path(), &["check", "--fix=all"]);
    // Themes and plugins need not be installed here; `nav` is the file's own.
    let fixed = fs::read_to_string(&register).expect("it is there");
    let taken = |l: &&str| !l.contains("!!python");
    let plain: String = fixed.split_inclusive('\n').filter(taken).collect();
    fs::write(&register, plain).expect("it is writable");
    let site =
        "INHERIT: mkdocs.yml\ntheme:\n  name: mkdocs\nplugins: []\nmarkdown_extensions: []\nhooks: []\n";
    fs::write(dir.path().join("site.yml"), site).expect("it is writable");
    let out =
        clean(&python.to_string_lossy(), dir.path()).args(["-c", MKDOCS, "built"]).output().expect("it runs");
    assert!(out.status.success(), "{}", text(&out.stderr));
    let pages = text(&out.stdout);
    let okeps = files(&dir.path().join("docs/okeps"));
    let is_okep = |path: &str| {
        let name = path.rsplit('/').next().unwrap_or(path);
        name.starts_with("okep-") && name.ends_with(".md") && !name.ends_with("-template.md")
    };
    let okeps: Vec<&String> = okeps.keys().filter(|p| is_okep(p)).collect();
    for path in &okeps {
        assert!(pages.contains(&format!("okeps/{path}")), "{path} is not in {pages}");
        let built = dir.path().join("built/okeps").join(path.trim_end_matches(".md")).join("index.html");
        assert!(built.is_file(), "{}", built.display());
    }
    assert!(okeps.len() > lost.len());
}

#[test]
fn what_no_fix_repairs_is_reported() {
    let dir = sample();
    okep(dir.path(), &["check", "--fix=all"]);
    let again = okep(dir.path(), &["check", "--strict", "--fix=all"]);
    assert_eq!((again.status.code(), text(&again.stdout)), (Some(1), String::new()));
    let said = text(&again.stderr);
    assert!(said.starts_with("nothing to fix\n6 OKEPs checked: "), "{said}");
    let since = text(&okep(dir.path(), &["check", "--since=HEAD", "--fix"]).stderr);
    assert!(!since.contains(" checked: ") || since.contains("  okep check --since HEAD\n"), "{since}");
}

/// Exceptions and rules that are off hold for the fixes too, and the judge's notes are told with them.
#[test]
fn what_is_off_is_neither_shown_nor_written() {
    let dir = sample();
    let all = text(&okep(dir.path(), &["check", "--format", "json"]).stdout);
    assert!(all.contains("\"rule\":\"not-in-nav\"") || all.contains("\"rule\": \"not-in-nav\""));
    let off = "[severity]\nnot-in-nav = \"off\"\n";
    fs::write(dir.path().join("okep.toml"), off).expect("it is writable");
    let before = files(dir.path());
    let shown = okep(dir.path(), &["check", "--diff=all"]);
    assert!(!text(&shown.stderr).contains("not-in-nav: "), "{}", text(&shown.stderr));
    let note = "note: okep.toml: turned off in okep.toml: `not-in-nav`\n";
    assert!(text(&shown.stderr).contains(note), "{}", text(&shown.stderr));
    let written = okep(dir.path(), &["check", "--fix"]);
    assert!(text(&written.stderr).contains(note), "{}", text(&written.stderr));
    assert_eq!(files(dir.path())["mkdocs.yml"], before["mkdocs.yml"]);
}

#[test]
fn misplaced_values_of_options_are_explained() {
    let dir = sample();
    let said = |args: &[&str]| {
        let out = okep(dir.path(), args);
        assert_eq!(out.status.code(), Some(2), "{args:?}");
        text(&out.stderr)
    };
    assert!(said(&["check", "--diff", "all"]).contains("`--diff=all`"));
    assert!(said(&["check", "--fix", "all"]).contains("`--fix=all`"));
    assert!(
        said(&["check", "--diff", "--format", "json"]).contains("`okep check --format json` has every fix")
    );
    assert!(!said(&["check", "--staged", "--rev", "HEAD"]).contains("patch"));
    // A file of that name is a file.
    fs::write(dir.path().join("all"), "x").expect("it is writable");
    assert!(!text(&okep(dir.path(), &["check", "--diff", "all"]).stderr).contains("--diff=all`"));
}

#[test]
fn remaining_suggestions_are_reported() {
    let dir = sample();
    okep(dir.path(), &["check", "--fix"]);
    let again = text(&okep(dir.path(), &["check", "--fix"]).stderr);
    assert!(again.starts_with("nothing to fix safely; ") && again.contains("`--fix=all` writes"), "{again}");
    okep(dir.path(), &["check", "--fix=all"]);
    assert!(text(&okep(dir.path(), &["check", "--fix"]).stderr).starts_with("nothing to fix\n"));
}

/// What is staged is checked, the working files are written, and nothing is staged.
#[test]
fn only_what_is_staged_and_new_is_fixed() {
    let dir = sample();
    okep(dir.path(), &["check", "--fix=all"]);
    let (own, other) =
        ("docs/okeps/okep-1003-drain-aware-endpoints.md", "docs/okeps/okep-1009-gateway-health-probes.md");
    let slip = |path: &str| {
        let path = dir.path().join(path);
        let written = fs::read_to_string(&path).expect("it is there").replace("\n## Goals\n", "\n## goals\n");
        fs::write(&path, written).expect("it is writable");
    };
    slip(other);
    git(dir.path(), &["add", "-A"]);
    git(dir.path(), &["commit", "-qm", "An old slip"]);
    slip(own);
    git(dir.path(), &["add", "-A"]);
    let index = git(dir.path(), &["ls-files", "-s"]);
    let out = okep(dir.path(), &["check", "--staged", "--fix"]);
    let now = |path: &str| fs::read_to_string(dir.path().join(path)).expect("it is there");
    assert!(now(own).contains("\n## Goals\n"), "{}", text(&out.stderr));
    assert!(now(other).contains("\n## goals\n"), "{}", text(&out.stderr));
    assert_eq!(git(dir.path(), &["ls-files", "-s"]), index);
}

/// A file that cannot be written stops its own fixes alone.
#[test]
fn a_read_only_file_is_reported_and_the_others_are_written() {
    let dir = sample();
    let register = dir.path().join("mkdocs.yml");
    let mut permissions = fs::metadata(&register).expect("it is there").permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&register, permissions).expect("it is ours");
    let before = files(dir.path());
    let out = okep(dir.path(), &["check", "--fix=all"]);
    let said = text(&out.stderr);
    assert_eq!(out.status.code(), Some(2), "{said}");
    assert!(said.contains("mkdocs.yml: read-only, so it is left alone"), "{said}");
    let now = files(dir.path());
    assert!(now["mkdocs.yml"] == before["mkdocs.yml"] && now != before, "{said}");
}
