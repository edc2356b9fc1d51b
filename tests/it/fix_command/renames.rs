//! Renames, and the pages all over the docs folder that name what is renamed.

use super::{files, git, okep, sample, text};
use std::fs;
use std::path::Path;

const OLD: &str = "docs/okeps/OKEP_1009_Gateway.md";
const NEW: &str = "docs/okeps/okep-1009-gateway.md";

/// Pages around the proposals, each with what it says after the rename.
const PAGES: [(&str, &str, &str); 6] = [
    (
        "README.md",
        "See [it](docs/okeps/OKEP_1009_Gateway.md#goals).\n",
        "See [it](docs/okeps/okep-1009-gateway.md#goals).\n",
    ),
    (
        "docs/guide/deep/use.md",
        "# Use\r\n\r\nIt is [here][1] & [there](../../okeps/OKEP%5F1009_Gateway.md).\r\n\r\n[1]: <../../okeps/./OKEP_1009_Gateway.md?x#y> \"It\"\r\n",
        "# Use\r\n\r\nIt is [here][1] & [there](../../okeps/okep-1009-gateway.md).\r\n\r\n[1]: <../../okeps/./okep-1009-gateway.md?x#y> \"It\"\r\n",
    ),
    (
        "docs/index.md",
        "[![Icon](x.png)](okeps/OKEP_1009_Gateway.md)",
        "[![Icon](x.png)](okeps/okep-1009-gateway.md)",
    ),
    // A link to another file stays.
    ("docs/other.md", "[x](OKEP_1009_Gateway.md)\n", "[x](OKEP_1009_Gateway.md)\n"),
    ("docs/plain.md", "100% & nothing\n", "100% & nothing\n"),
    ("elsewhere/far.md", "[x](../docs/okeps/OKEP_1009.md)\n", "[x](../docs/okeps/OKEP_1009.md)\n"),
];

/// The sample with a file whose name is at fault, and pages that name it.
fn misnamed() -> tempfile::TempDir {
    let dir = sample();
    git(dir.path(), &["mv", "docs/okeps/okep-1009-gateway-health-probes.md", OLD]);
    for (path, before, _) in PAGES {
        let path = dir.path().join(path);
        fs::create_dir_all(path.parent().expect("it has a folder")).expect("it is writable");
        fs::write(path, before).expect("it is writable");
    }
    git(dir.path(), &["add", "-A"]);
    git(dir.path(), &["commit", "-qm", "Misname"]);
    dir
}

fn read(dir: &Path, path: &str) -> String {
    fs::read_to_string(dir.join(path)).expect("it is there")
}

#[test]
fn every_page_of_the_docs_folder_follows_a_rename() {
    let dir = misnamed();
    super::diff_is_fix(dir.path(), misnamed().path(), "all");
    let now = files(dir.path());
    assert!(now.contains_key(NEW) && !now.contains_key(OLD));
    for (path, _, after) in PAGES {
        assert_eq!(read(dir.path(), path), after, "{path}");
    }
}

#[test]
fn a_renamed_file_is_one_of_those_that_were_written() {
    let dir = misnamed();
    let before = files(dir.path());
    let said = text(&okep(dir.path(), &["check", "--fix=all"]).stderr);
    let written = files(dir.path()).iter().filter(|(path, text)| before.get(*path) != Some(text)).count();
    assert!(said.contains(&format!(" in {written} files written")), "{said}");
}

/// Only links of the docs folder and of the front page are changed, so that any other file keeps the name.
#[test]
fn a_file_elsewhere_that_names_the_page_keeps_the_rename_away() {
    for path in ["elsewhere/far.md", ".github/CODEOWNERS", "Makefile", "untracked/a.json"] {
        let dir = misnamed();
        let file = dir.path().join(path);
        fs::create_dir_all(file.parent().expect("it has a folder")).expect("it is writable");
        fs::write(file, format!("/{OLD}\n")).expect("it is writable");
        if !path.starts_with("untracked") {
            git(dir.path(), &["add", "-A"]);
            git(dir.path(), &["commit", "-qm", "Name it"]);
            let shown = text(&okep(dir.path(), &["check", "--rev=HEAD", "--diff=all"]).stdout);
            assert!(!shown.contains("rename from"), "{path}");
        }
        let shown = text(&okep(dir.path(), &["check", "--diff=all"]).stdout);
        assert!(!shown.contains("rename from"), "{path}");
    }
}

#[test]
fn the_same_is_shown_for_a_commit_and_outside_of_a_repository() {
    let dir = misnamed();
    // The part about the pages: without a repository less is known of the proposals.
    let shown = |arguments: &[&str]| -> String {
        let patch = text(&okep(dir.path(), arguments).stdout);
        patch.split_once("diff --git a/docs/okeps/okep").expect("proposals come last").0.to_owned()
    };
    let here = shown(&["check", "--diff=all"]);
    assert!(here.contains("b/docs/guide/deep/use.md") && here.contains("b/README.md"), "{here}");
    assert_eq!(shown(&["check", "--rev=HEAD", "--diff=all"]), here);
    let away = tempfile::tempdir().expect("a temporary folder");
    fs::rename(dir.path().join(".git"), away.path().join("git")).expect("it is ours");
    assert_eq!(shown(&["check", "--diff=all"]), here);
}

#[test]
fn what_is_staged_is_fixed_as_it_is_staged() {
    let dir = misnamed();
    let rest = |patch: &str| {
        patch.contains("a/docs/guide/deep/use.md") && patch.contains("rename from docs/okeps/OKEP_1009")
    };
    fs::write(dir.path().join("docs/index.md"), "no link\n").expect("it is writable");
    git(dir.path(), &["add", "-A"]);
    fs::write(dir.path().join("docs/index.md"), PAGES[2].1).expect("it is writable");
    fs::write(dir.path().join(OLD), format!("{}\nMore.\n", read(dir.path(), OLD))).expect("it is writable");
    git(dir.path(), &["add", OLD]);
    let staged = text(&okep(dir.path(), &["check", "--staged", "--diff=all"]).stdout);
    // Only what the change brings is mended, and the name was at fault before.
    assert!(!rest(&staged), "{staged}");
    git(dir.path(), &["reset", "-q", "--soft", "HEAD~1"]);
    let staged = text(&okep(dir.path(), &["check", "--staged", "--diff=all"]).stdout);
    assert!(rest(&staged) && !staged.contains("docs/index.md"), "{staged}");
}

#[test]
fn a_rename_in_a_commit_fixes_links_of_proposals_it_does_not_touch() {
    let dir = sample();
    let linking = "docs/okeps/okep-1003-drain-aware-endpoints.md";
    let own = read(dir.path(), linking);
    fs::write(dir.path().join(linking), format!("{own}\n[a](OKEP_1009_Gateway.md)\n"))
        .expect("it is writable");
    git(dir.path(), &["commit", "-qam", "Link"]);
    git(dir.path(), &["mv", "docs/okeps/okep-1009-gateway-health-probes.md", OLD]);
    let shown = text(&okep(dir.path(), &["check", "--staged"]).stdout);
    assert!(shown.contains("92 + [a](okep-1009-gateway.md)"), "{shown}");
}

#[test]
fn a_page_that_is_staged_in_part_keeps_the_rename_away() {
    let dir = misnamed();
    let page = dir.path().join("docs/guide/deep/use.md");
    let was = read(dir.path(), "docs/guide/deep/use.md");
    fs::write(&page, format!("{was}\r\nOne.\r\n")).expect("it is writable");
    git(dir.path(), &["add", "docs/guide"]);
    fs::write(&page, format!("{was}\r\nTwo.\r\n")).expect("it is writable");
    git(dir.path(), &["reset", "-q", "--soft", "HEAD~1"]);
    let out = okep(dir.path(), &["check", "--staged", "--fix=all"]);
    let told = text(&out.stderr);
    assert!(told.contains("docs/guide/deep/use.md: staged only in part"), "{told}");
    let now = files(dir.path());
    assert!(now.contains_key(OLD) && !now.contains_key(NEW), "all or nothing");
    assert_eq!(read(dir.path(), "README.md"), PAGES[0].1);
    okep(dir.path(), &["check", "--fix=all"]);
    assert!(files(dir.path()).contains_key(NEW), "nothing is to be staged");
}

#[test]
fn a_name_in_a_place_that_okep_does_not_change_keeps_the_rename_away() {
    for (path, text) in [
        ("docs/plain.md", "`okeps/OKEP_1009_Gateway.md`\n"),
        ("docs/plain.md", "<a href=\"okeps/OKEP_1009_Gateway.md\">it</a>\n"),
        ("docs/plain.md", "https://a.example/OKEP_1009_Gateway.md\n"),
        ("docs/okeps/.pages", "nav:\n  - OKEP_1009_Gateway.md\n"),
        (
            "okep.toml",
            "[[allow]]\nrule = \"stub-section\"\npath = \"docs/okeps/OKEP_1009_Gateway.md\"\nbecause = \"x\"\n",
        ),
    ] {
        let dir = misnamed();
        fs::write(dir.path().join(path), text).expect("it is writable");
        okep(dir.path(), &["check", "--fix=all"]);
        let now = files(dir.path());
        assert!(now.contains_key(OLD) && !now.contains_key(NEW), "{text}");
    }
}

#[test]
fn a_link_that_cannot_be_fixed_prevents_the_rename() {
    let dir = misnamed();
    fs::write(dir.path().join("docs/plain.md"), "[x](okeps/OKEP\\_1009\\_Gateway.md)\n")
        .expect("it is writable");
    let out = okep(dir.path(), &["check", "--fix=all"]);
    assert!(out.status.code().is_some_and(|c| c < 2), "{}", text(&out.stderr));
    let now = files(dir.path());
    assert!(now.contains_key(OLD) && !now.contains_key(NEW));
}

#[test]
fn links_of_other_pages_follow_a_heading_to_its_new_name() {
    let dir = sample();
    let (page, other) = ("docs/okeps/okep-1009-gateway-health-probes.md", "docs/okeps/okep-1003-other.md");
    let renamed = fs::read_to_string(dir.path().join(page)).expect("it is there");
    assert!(renamed.contains("\n## Goals\n"), "{renamed}");
    let own = |anchor: &str| format!("\n[r](okep-1009-gateway-health-probes.md#{anchor})\n");
    let renamed = renamed.replace("\n## Goals\n", "\n## Goal\n") + &own("goal");
    fs::write(dir.path().join(page), renamed).expect("it is writable");
    let links = |anchor: &str| {
        format!(
            "# OKEP-1003: Other\n\nSee [x](okep-1009-gateway-health-probes.md#{anchor}) [y](#goal) [z][]\n\n\
             [z]: ./okep-1009-gateway-health-probes.md#{anchor} 'z'\n"
        )
    };
    let guide =
        |anchor: &str| format!("[x](okeps/okep-1009-gateway-health-probes.md#{anchor}) [y](other.md#goal)\n");
    fs::write(dir.path().join(other), links("goal")).expect("it is writable");
    fs::write(dir.path().join("docs/guide.md"), guide("goal")).expect("it is writable");
    let out = okep(dir.path(), &["check", "--fix", page]);
    let after = |path: &str| fs::read_to_string(dir.path().join(path)).expect("it is there");
    assert_eq!(after(other), links("goals"), "{}", text(&out.stderr));
    assert_eq!(after("docs/guide.md"), guide("goals"), "{}", text(&out.stderr));
    assert!(after(page).ends_with(&own("goals")), "{}", text(&out.stderr));
}
