//! OKEPs that go and come back, that share a number, or have none.

use super::repo::{Repo, TEMPLATE_PATH, nav, notes, of_rule, okep, path, run};
use serde_json::Value;

const OTHER: &str = "docs/okeps/okep-1-other.md";

fn at<'a>(story: &'a Value, path: &str) -> &'a Value {
    let okeps = story["okeps"].as_array().expect("a list");
    okeps.iter().find(|o| o["path"] == path).unwrap_or_else(|| panic!("{path}: {story:#}"))
}

fn messages(story: &Value, kind: &str) -> Vec<String> {
    let all = story["notes"].as_array().expect("a list").iter().filter(|n| n["kind"] == kind);
    all.map(|n| format!("{}: {}", n["path"].as_str().unwrap_or_default(), n["message"])).collect()
}

#[test]
fn two_of_one_number_are_each_reported_with_their_own_findings() {
    let mut repo = Repo::started();
    repo.write(OTHER, &okep(1).replace("\n\nTo solve it.", "")).commit("Propose under a number in use");
    let story = repo.history(&[]);
    assert_eq!(story["okeps"].as_array().map(Vec::len), Some(2));
    assert_eq!(at(&story, OTHER)["landed"]["date"], "2025-01-04");
    assert_eq!(at(&story, &path(1))["landed"]["date"], "2025-01-03");
    assert_eq!(at(&story, OTHER)["warnings"], 1);
    assert_eq!(at(&story, &path(1))["warnings"], 0);
    assert_eq!(of_rule(&story, "empty-section")[0]["okep"], OTHER);
    assert!(at(&story, OTHER)["registered"].is_null());
    assert_eq!(at(&story, &path(1))["registered"]["days_after_landing"], 0);
    let table = String::from_utf8(run(&repo.dir, &["history"]).stdout).expect("tables are UTF-8");
    assert!(table.contains("okep-1-other.md"), "{table}");
    // The first goes, and the second takes another name: it stays what it was.
    repo.remove(&path(1)).commit("Withdraw the first");
    repo.remove(OTHER).write("docs/okeps/okep-1-third.md", &okep(1).replace("\n\nTo solve it.", ""));
    repo.commit("Rename the second");
    let story = repo.history(&[]);
    assert_eq!(messages(&story, "deleted").len(), 1, "{story:#}");
    assert!(messages(&story, "deleted")[0].starts_with(&path(1)));
    assert_eq!(at(&story, &path(1))["deleted"]["date"], "2025-01-05");
    assert_eq!(at(&story, "docs/okeps/okep-1-third.md")["paths"].as_array().map(Vec::len), Some(2));
    assert_eq!(of_rule(&story, "empty-section").len(), 1);
    assert!(of_rule(&story, "empty-section")[0]["fixed"].is_null());
}

#[test]
fn a_rename_in_two_steps_on_a_branch_is_one_okep() {
    let mut repo = Repo::started();
    repo.git(&["switch", "-qc", "topic"]);
    repo.write(OTHER, &okep(1)).commit("Copy");
    repo.remove(&path(1)).write("mkdocs.yml", &nav(&[OTHER.into()])).commit("Remove the first");
    repo.git(&["switch", "-q", "main"]);
    repo.merge("topic", 7);
    let story = repo.history(&[]);
    assert_eq!(story["okeps"].as_array().map(Vec::len), Some(1), "{story:#}");
    assert!(notes(&story).contains(&"moved".to_owned()) && !notes(&story).contains(&"deleted".to_owned()));
}

#[test]
fn what_returns_is_reported_and_all_days_missing_from_nav_count() {
    let mut repo = Repo::started();
    repo.write("mkdocs.yml", &nav(&[])).commit("Forget it");
    repo.commit("Work");
    repo.write("mkdocs.yml", &nav(&[path(1)])).commit("Register again");
    let story = repo.history(&[]);
    assert_eq!(at(&story, &path(1))["unregistered_days"], 2, "{story:#}");
    assert_eq!(at(&story, &path(1))["registered"]["days_after_landing"], 0);
    repo.remove(&path(1)).write("mkdocs.yml", &nav(&[])).commit("Withdraw");
    repo.commit("Work");
    repo.write(OTHER, &okep(1)).commit("Bring back");
    repo.commit("Work");
    let story = repo.history(&[]);
    let okep = at(&story, OTHER);
    assert!(okep["deleted"].is_null());
    assert_eq!(okep["unregistered_days"], 3, "two days before, one since it is back");
    let returned = messages(&story, "returned");
    assert_eq!(returned.len(), 1, "{story:#}");
    assert!(returned[0].contains("removed on 2025-01-07") && returned[0].contains("restored on 2025-01-09"));
    assert_eq!(messages(&story, "moved").len(), 1);
    let table = String::from_utf8(run(&repo.dir, &["history"]).stdout).expect("tables are UTF-8");
    assert!(table.contains("3 so far"), "{table}");
}

#[test]
fn an_okep_without_a_number_in_its_name_is_known_by_its_path() {
    let mut repo = Repo::started();
    let stray = "docs/okeps/no-number-at-all.md";
    repo.write(stray, &okep(5).replace("\n\nTo solve it.", "")).commit("Propose without a number");
    let story = repo.history(&["--okep", "5"]);
    assert_eq!(story["okeps"][0]["path"], stray);
    let found = of_rule(&story, "empty-section");
    assert_eq!((&found[0]["okep"], &found[0]["number"]), (&stray.into(), &5.into()));
    assert_eq!(of_rule(&story, "not-in-nav")[0]["okep"], stray);
    let unknown = run(&repo.dir, &["history", "--okep", "99"]);
    assert_eq!(unknown.status.code(), Some(2), "{unknown:?}");
    let by_nobody = ["--okep", "5", "--author", "nobody"];
    assert!(notes(&repo.history(&by_nobody)).contains(&"no-such-okep".to_owned()));
}

#[test]
fn a_template_that_is_removed_and_returns_is_reported() {
    let mut repo = Repo::started();
    let text = std::fs::read_to_string(repo.dir.join(TEMPLATE_PATH)).expect("it was written");
    repo.remove(TEMPLATE_PATH).commit("Remove the template");
    let story = repo.history(&[]);
    assert_eq!(story["template"][1]["kind"], "removed");
    assert_eq!(story["template"][1]["removed"].as_array().map(Vec::len), Some(3));
    assert!(notes(&story).contains(&"no-template".to_owned()));
    let table = String::from_utf8(run(&repo.dir, &["history"]).stdout).expect("tables are UTF-8");
    assert!(table.replace('\n', " ").contains("The template was removed on 2025-01-04"), "{table}");
    repo.write(TEMPLATE_PATH, &text).commit("Restore it");
    let story = repo.history(&[]);
    assert_eq!(story["template"][2]["kind"], "back");
    assert!(!notes(&story).contains(&"no-template".to_owned()));
}

#[test]
fn a_plugin_that_makes_the_navigation_leaves_the_landing_page_alone() {
    let mut repo = Repo::started();
    let index: String = (2..4).map(|n| format!("* [{n}](okep-{n}-proposal.md)\n")).collect();
    repo.write(&path(2), &okep(2)).write(&path(3), &okep(3));
    repo.write("docs/okeps/index.md", &format!("# OKEPs\n\n{index}")).commit("Welcome");
    let plugin = "site_name: Test\nplugins:\n  - awesome-pages\nnav:\n  - ...\n";
    let removed = repo.remove("docs/okeps/index.md").write("mkdocs.yml", plugin).commit("Let a plugin do it");
    let story = repo.history(&[]);
    assert_eq!(of_rule(&story, "not-in-index")[0]["fixed"]["written"], removed, "{story:#}");
}

#[test]
fn a_folder_that_moved_says_since_when_it_is_followed() {
    let mut repo = Repo::started();
    std::fs::create_dir(repo.dir.join("site")).expect("it is a new folder");
    repo.git(&["mv", "docs/okeps", "site/okeps"]);
    let site = nav(&[path(1)]).replace("site_name: Test", "site_name: Test\ndocs_dir: site");
    let moved = repo.write("mkdocs.yml", &site).commit("Move the folder");
    let story = repo.history(&[]);
    assert!(messages(&story, "folder").iter().any(|m| m.contains(&moved)), "{story:#}");
    assert!(messages(&Repo::started().history(&[]), "folder").is_empty());
}

#[test]
fn what_a_check_of_the_tip_notes_is_noted() {
    let mut repo = Repo::started();
    repo.write("docs/okeps/okep-0900-template.md", &okep(900)).commit("One more template");
    std::os::unix::fs::symlink("okep-1-proposal.md", repo.dir.join("docs/okeps/okep-8-link.md"))
        .expect("links can be made");
    repo.commit("Link");
    let story = repo.history(&[]);
    assert!(notes(&story).contains(&"several-templates".to_owned()), "{story:#}");
    assert!(notes(&story).contains(&"symlink".to_owned()));
}

#[test]
fn landed_is_what_a_check_says() {
    let mut repo = Repo::started();
    repo.git(&["branch", "release"]);
    repo.git(&["switch", "-qc", "topic"]);
    repo.write(&path(2), &okep(2)).write("mkdocs.yml", &nav(&[path(1), path(2)])).commit("Propose (#2)");
    let landed = |repo: &Repo| {
        let checked = run(&repo.dir, &["check", "--format", "json", "--fail-on", "never"]).stdout;
        let checked: Value = serde_json::from_slice(&checked).expect("it is JSON");
        let story = repo.history(&[]);
        let dates = |value: &Value| {
            let okeps = value["okeps"].as_array().expect("a list").iter();
            okeps.map(|okep| okep["landed"]["date"].as_str().unwrap_or("not").to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(dates(&story), dates(&checked));
        (dates(&story), of_rule(&story, "pull-request-number").len())
    };
    let expected = |date: &str| vec!["2025-01-03".to_owned(), date.to_owned()];
    assert_eq!(landed(&repo), (expected("not"), 0));
    let table = String::from_utf8(run(&repo.dir, &["history"]).stdout).expect("tables are UTF-8");
    assert!(table.contains("0002  Proposal         0/0/0              Person"), "{table}");
    let page = String::from_utf8(run(&repo.dir, &["history", "--format", "html"]).stdout).expect("UTF-8");
    assert!(!page.contains("before the history that is here"));
    repo.git(&["switch", "-q", "main"]);
    repo.merge("topic", 2);
    assert_eq!(landed(&repo), (expected("2025-01-05"), 1));
    repo.git(&["switch", "-q", "release"]);
    repo.commit("Begin to release");
    repo.git(&["cherry-pick", "topic"]);
    assert_eq!(landed(&repo), (expected("2025-01-05"), 0));
}

#[test]
fn a_folder_that_moves_takes_its_okeps_along() {
    let mut repo = Repo::started();
    repo.write(&path(1), &okep(1).replace("\n\nTo solve it.", "")).commit("Slip");
    repo.git(&["mv", "docs/okeps", "docs/enhancements"]);
    repo.write("okep.toml", "folder = \"docs/enhancements\"\n");
    repo.write("mkdocs.yml", &nav(&["docs/enhancements/okep-1-proposal.md".to_owned()]))
        .commit("Move the folder");
    let story = repo.history(&[]);
    assert_eq!(story["okeps"][0]["landed"]["date"], "2025-01-03");
    assert!(of_rule(&story, "misplaced-file").is_empty(), "{story:#}");
    assert_eq!(of_rule(&story, "empty-section").len(), 1);
}
