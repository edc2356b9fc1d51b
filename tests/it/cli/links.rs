//! Links: what a commit of other files does to them, wherever it is judged.

use crate::support::{QUIET_GAUGES, Repo};

const GUIDE: &str = "docs/guides/tides.md";
const SOURCE: &str = "src/gauge/level.rs";

/// The clean repository, with an OKEP that links to a page, a picture and a file of code.
fn linked() -> Repo {
    let repo = Repo::clean();
    repo.write(GUIDE, "# Tides\n");
    repo.write("docs/okeps/images/basin.png", "no picture");
    repo.write(SOURCE, "fn level() {}\n");
    let links = "[Tides](../guides/tides.md), ![basin](images/basin.png) and \
                 [code](https://github.com/tidewater-org/tidewater/blob/main/src/gauge/level.rs#L1) and \
                 [its folder](https://github.com/tidewater-org/tidewater/tree/main/src/gauge).\n\n## Risks";
    repo.edit(QUIET_GAUGES, "## Risks", links);
    repo.commit("Link");
    repo
}

/// As a hook calls it, which reads no more than it must.
#[track_caller]
fn hook_tells(repo: &Repo, link: &str) {
    let shown = repo.okep(&["check", "--staged", "--strict"]).exits(1).stdout;
    assert!(shown.contains("broken-link") && shown.contains(link), "{shown}");
}

fn broken(subject: &str) -> String {
    format!("warning broken-link {QUIET_GAUGES}:55 {subject}")
}

#[test]
fn links_that_work_are_quiet_in_every_state() {
    let repo = linked();
    for args in [&["--strict"][..], &["--strict", "--rev", "HEAD"], &["--strict", "--since", "HEAD~1"]] {
        assert_eq!(repo.json(args).exits(0).faults(), [""; 0], "{args:?}");
    }
}

#[test]
fn a_file_that_goes_breaks_the_links_of_others() {
    let repo = linked();
    repo.git(&["rm", "-q", GUIDE]);
    // No OKEP is staged; the finding is new all the same.
    let staged = repo.json(&["--staged", "--strict"]).exits(1);
    assert_eq!(staged.faults(), [broken("../guides/tides.md")]);
    assert_eq!(staged.value()["findings"][0]["baseline"], "new");
    hook_tells(&repo, "../guides/tides.md");
    repo.git(&["commit", "-q", "--no-verify", "-m", "Remove"]);
    repo.okep(&["check", "--staged", "--strict"]).exits(0);
    assert_eq!(repo.json(&["--staged", "--strict"]).exits(0).faults(), [""; 0]);
    assert_eq!(repo.json(&["--since", "HEAD~1", "--strict"]).exits(1).faults().len(), 1);
    repo.edit(QUIET_GAUGES, "A basin of ten metres", "A basin of twelve metres");
    repo.git(&["add", "-A"]);
    let staged = repo.json(&["--staged", "--strict"]).exits(0);
    assert_eq!(staged.value()["summary"]["existing"], 1);
}

#[test]
fn a_picture_or_a_source_that_is_renamed_breaks_links_too() {
    let repo = linked();
    repo.git(&["mv", "docs/okeps/images/basin.png", "docs/okeps/images/pool.png"]);
    assert_eq!(repo.json(&["--staged", "--strict"]).exits(1).faults(), [broken("images/basin.png")]);
    hook_tells(&repo, "images/basin.png");
    repo.git(&["reset", "-q", "--hard"]);
    repo.git(&["mv", "src/gauge", "src/gauges"]);
    let staged = repo.json(&["--staged", "--strict"]).exits(1).faults();
    let subjects: Vec<_> = staged.iter().filter_map(|f| f.rsplit(' ').next()).collect();
    let address = "https://github.com/tidewater-org/tidewater";
    assert_eq!(
        subjects,
        [format!("{address}/blob/main/src/gauge/level.rs#L1"), format!("{address}/tree/main/src/gauge")]
    );
    assert!(staged.iter().all(|f| f.starts_with("warning dead-repository-link ")), "{staged:?}");
    assert_eq!(repo.json(&["--strict"]).exits(1).faults().len(), 2, "in the working tree as well");
}

#[test]
fn a_link_to_a_file_that_moved_is_led_to_where_it_is_now() {
    let repo = linked();
    let address = "https://github.com/tidewater-org/tidewater/blob/main/src";
    repo.edit(QUIET_GAUGES, "A basin of ten", &format!("({address}/gauge/level.rs#L1.) A basin of ten"));
    repo.commit("Name it by its bare address");
    repo.git(&["mv", "src/gauge/level.rs", "src/levels.rs"]);
    let staged = repo.json(&["--staged"]).exits(0);
    let fix = &staged.value()["findings"][0]["fix"];
    assert_eq!(fix["title"], "link it to `src/levels.rs`", "{}", staged.stdout);
    repo.commit("Rename");
    repo.git(&["mv", "src/levels.rs", "src/all_levels.rs"]);
    repo.commit("Rename once more");
    repo.okep(&["check", "--fix=all"]).exits(0);
    let text = repo.read(QUIET_GAUGES);
    assert!(text.contains("/blob/main/src/all_levels.rs#L1)"), "{text}");
    assert!(text.contains(&format!("({address}/all_levels.rs#L1.)")), "{text}");
    // A folder that went went nowhere in particular.
    assert!(text.contains("/tree/main/src/gauge)"), "{text}");
}

#[test]
fn what_goes_and_is_linked_by_nobody_is_nothing() {
    let repo = linked();
    repo.write("src/other.rs", "");
    repo.commit("Add");
    repo.git(&["rm", "-q", "src/other.rs"]);
    let silent = repo.okep(&["check", "--staged", "--strict"]).exits(0);
    assert_eq!((silent.stdout.as_str(), silent.stderr.as_str()), ("", ""));
    let staged = repo.okep(&["check", "--staged", "--strict", "-v"]).exits(0);
    assert_eq!(staged.stdout, "nothing that OKEPs depend on is staged\n");
}

#[test]
fn a_new_file_fixes_a_link_and_an_announced_one_does_not() {
    let repo = linked();
    repo.edit(QUIET_GAUGES, "images/basin.png", "images/bay.png");
    repo.git(&["add", "-A"]);
    assert_eq!(repo.json(&["--staged", "--strict"]).exits(1).faults(), [broken("images/bay.png")]);
    repo.write("docs/okeps/images/bay.png", "no picture");
    hook_tells(&repo, "images/bay.png");
    // On disk it is there, and still not in the commit.
    assert_eq!(repo.json(&["--strict"]).exits(0).faults(), [""; 0]);
    assert_eq!(repo.json(&["--staged", "--strict"]).exits(1).faults(), [broken("images/bay.png")]);
    repo.git(&["add", "-N", "docs/okeps/images/bay.png"]);
    assert_eq!(repo.json(&["--staged", "--strict"]).exits(1).faults(), [broken("images/bay.png")]);
    repo.git(&["add", "-A"]);
    assert_eq!(repo.json(&["--staged", "--strict"]).exits(0).faults(), [""; 0]);
}

#[test]
fn the_docs_folder_that_moves_takes_links_along() {
    let repo = linked();
    let site = repo.read("mkdocs.yml");
    repo.write("mkdocs.yml", format!("{site}validation:\n  not_found: ignore\n"));
    repo.edit(QUIET_GAUGES, "../guides/tides.md", "../guides/gone.md");
    repo.commit("Do not look");
    repo.write("mkdocs.yml", site);
    repo.git(&["add", "-A"]);
    let staged = repo.json(&["--staged", "--strict"]).exits(1).faults();
    assert_eq!(staged, [broken("../guides/gone.md")]);
    hook_tells(&repo, "../guides/gone.md");
}

#[test]
fn an_anchor_that_is_nearly_right_is_put_right() {
    let repo = Repo::clean();
    repo.edit(QUIET_GAUGES, "## Risks", "See [the interface](#interfaec).\n\n## Risks");
    repo.commit("Link");
    let found = repo.json(&["--strict"]).exits(1);
    assert_eq!(found.faults(), [format!("warning broken-anchor {QUIET_GAUGES}:55 #interfaec")]);
    repo.okep(&["check", "--fix=all"]).exits(0);
    assert!(repo.read(QUIET_GAUGES).contains("[the interface](#interface)."));
}
