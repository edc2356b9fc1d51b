//! The ratchet: only what a change brings fails.

use crate::support::{QUIET_GAUGES, Repo, SHARED_BUOYS, TEMPLATE};

const NAV_LINE: &str = "      - Quiet Gauges: okeps/okep-2104-quiet-gauges.md\n";
const INDEX: &str = "docs/okeps/index.md";
const INDEX_LINE: &str = "* [OKEP-2104: Quiet Gauges](okep-2104-quiet-gauges.md)\n";

/// The clean repository, and an old fault in one of its OKEPs.
fn with_old_fault() -> Repo {
    let repo = Repo::clean();
    repo.edit(
        SHARED_BUOYS,
        "## Risks\n\nA harbour that loses its key loses the buoy until somebody rows out.\n\n",
        "",
    );
    repo.commit("Forget the risks");
    repo
}

#[test]
fn an_old_fault_does_not_fail_a_change_elsewhere() {
    let repo = with_old_fault();
    repo.okep(&["check"]).exits(1);
    repo.edit(QUIET_GAUGES, "A basin of ten metres", "A basin of twelve metres");
    repo.git(&["add", "-A"]);
    let staged = repo.json(&["--staged"]).exits(0);
    assert_eq!(staged.faults(), [""; 0]);
    assert_eq!(staged.value()["summary"]["existing"], 1);
    let shown = repo.okep(&["check", "--staged"]).exits(0).stdout;
    assert!(!shown.contains("missing-section"), "one line of summary is enough: {shown}");
}

#[test]
fn an_old_fault_does_not_fail_a_change_of_the_same_okep_and_a_new_one_does() {
    let repo = with_old_fault();
    repo.edit(SHARED_BUOYS, "## Goals\n", "Some more words that move every line.\n\n## Goals\n");
    repo.git(&["add", "-A"]);
    assert_eq!(repo.json(&["--staged"]).exits(0).faults(), [""; 0]);
    repo.edit(
        SHARED_BUOYS,
        "## Upgrade and Rollback\n\nA buoy of the version before answers to its first key only.\n\n",
        "",
    );
    repo.git(&["add", "-A"]);
    let staged = repo.json(&["--staged"]).exits(1);
    assert_eq!(staged.faults(), [format!("error missing-section {SHARED_BUOYS}:- Upgrade and Rollback")]);
}

#[test]
fn an_old_fault_stays_old_when_its_okep_is_renamed() {
    let repo = with_old_fault();
    let new = "docs/okeps/okep-2107-common-buoys.md";
    repo.git(&["mv", SHARED_BUOYS, new]);
    repo.edit(new, "wave-tables.md", "../wave-tables.md");
    repo.git(&["mv", "docs/okeps/okep-2107-shared-buoys/wave-tables.md", "docs/wave-tables.md"]);
    for path in ["mkdocs.yml", INDEX] {
        let text = repo
            .read(path)
            .replace("okep-2107-shared-buoys/okep-2107-shared-buoys.md", "okep-2107-common-buoys.md");
        repo.write(path, text);
    }
    repo.git(&["add", "-A"]);
    assert_eq!(repo.json(&["--staged"]).exits(0).faults(), [""; 0]);
}

#[test]
fn deleting_an_okep_that_stays_registered_fails() {
    let repo = with_old_fault();
    repo.git(&["rm", "-q", QUIET_GAUGES]);
    let staged = repo.json(&["--staged"]).exits(1);
    assert_eq!(
        staged.faults(),
        [
            format!("error dead-index-entry {INDEX}:3 okep-2104-quiet-gauges.md"),
            "error dead-nav-entry mkdocs.yml:10 okeps/okep-2104-quiet-gauges.md".to_owned(),
        ]
    );
    repo.edit("mkdocs.yml", NAV_LINE, "");
    repo.edit(INDEX, INDEX_LINE, "");
    repo.git(&["add", "-A"]);
    assert_eq!(repo.json(&["--staged"]).exits(0).faults(), [""; 0]);
}

#[test]
fn deleting_the_folder_fails_staged_or_committed() {
    let repo = Repo::clean();
    repo.git(&["rm", "-qr", "docs/okeps"]);
    let staged = repo.json(&["--staged"]).exits(1).faults();
    assert!(staged.iter().all(|fault| fault.starts_with("error dead-nav-entry ")), "{staged:?}");
    assert_eq!(repo.json(&["--since", "HEAD"]).exits(1).faults(), staged);
    repo.commit("Delete the folder");
    assert_eq!(repo.json(&["--since", "HEAD~1"]).exits(1).faults(), staged);
    assert_eq!(repo.json(&["--rev", "HEAD", "--since", "HEAD~1"]).exits(1).faults(), staged);
    // Nothing says that there ever was one.
    repo.okep(&["check", "--since", "HEAD"]).refuses(&["no `docs/okeps`"]);
    repo.git(&["rm", "-q", "mkdocs.yml"]);
    repo.commit("Delete the site");
    repo.okep(&["check", "--since", "HEAD~1"]).refuses(&["no `docs/okeps`"]);
    repo.okep(&["check", "--since", "HEAD~2"]).exits(0);
}

#[test]
fn deleting_the_nav_line_of_an_okep_that_stays_fails() {
    let repo = with_old_fault();
    repo.edit("mkdocs.yml", NAV_LINE, "");
    repo.git(&["add", "-A"]);
    let fault = "error not-in-nav mkdocs.yml:10 nav";
    assert_eq!(repo.json(&["--staged"]).exits(1).faults(), [fault]);
}

#[test]
fn a_new_okep_is_held_to_everything() {
    let repo = with_old_fault();
    repo.add_okep(2130, "Tide Tables");
    repo.git(&["add", "-A"]);
    assert_eq!(repo.json(&["--staged"]).exits(0).faults(), [""; 0]);
    repo.edit("docs/okeps/okep-2130-tide-tables.md", "## Goals", "## Aims");
    repo.edit("mkdocs.yml", "      - Tide Tables: okeps/okep-2130-tide-tables.md\n", "");
    repo.git(&["add", "-A"]);
    let faults = repo.json(&["--staged"]).exits(1).faults();
    assert!(faults.contains(&"error not-in-nav mkdocs.yml:11 nav".to_owned()), "{faults:?}");
    assert!(faults.iter().any(|f| f.contains("Goals")), "{faults:?}");
}

#[test]
fn nothing_staged_is_nothing_to_check() {
    let repo = with_old_fault();
    let staged = repo.okep(&["check", "--staged"]).exits(0);
    assert_eq!(staged.stderr, "");
    // Nor is something that no verdict depends on.
    repo.write("src/main.rs", "fn main() {}\n");
    repo.git(&["add", "-A"]);
    repo.okep(&["check", "--staged"]).exits(0);
}

#[test]
fn a_new_demand_of_the_template_binds_no_okep_that_is_there() {
    let repo = Repo::clean();
    repo.edit(TEMPLATE, "## Risks\n", "## Monitoring\n\n(How is it seen that it works?)\n\n## Risks\n");
    repo.git(&["add", "-A"]);
    let staged = repo.json(&["--staged"]).exits(0);
    assert_eq!(staged.faults(), [""; 0]);
    let note = staged.note("template-change");
    assert!(
        note.contains("`Monitoring`")
            && note.contains("2 OKEPs that landed before it may stay as they are: 2104, 2107"),
        "{note}"
    );
    let shown = repo.okep(&["check", "--staged"]).exits(0).stdout;
    assert!(shown.contains("Monitoring") && shown.contains("2104"), "{shown}");

    // Nor once it is committed: then it is a hint that names the commit.
    let demand = repo.commit("Ask for monitoring");
    let later = repo.json(&[]).exits(0);
    assert_eq!(later.faults(), [""; 0]);
    let value = later.value();
    let findings = value["findings"].as_array().expect("a list");
    assert_eq!(findings.len(), 2);
    for finding in findings {
        assert_eq!((&finding["rule"], &finding["severity"]), (&"missing-section".into(), &"hint".into()));
        assert_eq!(finding["grandfathered"]["commit"], *demand);
        assert_eq!(finding["grandfathered"]["date"], "2025-02-14");
    }

    // Whoever comes later is bound.
    repo.add_okep(2130, "Tide Tables");
    repo.git(&["add", "-A"]);
    let fault = "error missing-section docs/okeps/okep-2130-tide-tables.md:- Monitoring";
    assert_eq!(repo.json(&["--staged"]).exits(1).faults(), [fault]);
}

/// Checks a change that takes the template away, and gives the notice of it.
fn notice_without_template(change: impl Fn(&Repo)) -> String {
    let repo = Repo::clean();
    change(&repo);
    repo.git(&["add", "-A"]);
    let staged = repo.json(&["--staged"]).exits(0);
    assert_eq!(staged.faults(), [""; 0]);
    let shown = repo.okep(&["check", "--staged"]).exits(0).stdout;
    let notice = staged.note("template-change").trim_matches('"').to_owned();
    assert!(shown.split_whitespace().collect::<String>().contains(&notice.replace(' ', "")), "{shown}");
    assert_eq!(staged.notes().iter().filter(|kind| *kind == "template-change").count(), 1);
    notice
}

#[test]
fn a_change_that_takes_the_template_away_says_what_is_no_longer_checked() {
    let lost = "`Stories`, `Design`, `Interface`, `Tests`, `Handbook`, `Risks`, `Upgrade and Rollback`";
    let check = |change: &dyn Fn(&Repo), what: &str| {
        let notice = notice_without_template(change);
        assert!(notice.starts_with(&format!("this change {what} the template")), "{notice}");
        for part in [lost, "prompts", "repository of issue links"] {
            assert!(notice.contains(part), "{notice}");
        }
    };
    check(&|repo| drop(repo.git(&["rm", "-q", TEMPLATE])), "removes");
    for to in ["docs/okeps/how-to.md", "docs/okeps/okep-template.md", "docs/okep-2100-template.md"] {
        check(&|repo| drop(repo.git(&["mv", TEMPLATE, to])), "removes");
    }
    check(&|repo| repo.write(TEMPLATE, ""), "empties");
    check(&|repo| repo.write(TEMPLATE, "# OKEP-2100: OKEP Template\n\nSee the wiki.\n"), "empties");
}

#[test]
fn a_template_that_is_renamed_or_cut_is_still_one() {
    let rename = |repo: &Repo| drop(repo.git(&["mv", TEMPLATE, "docs/okeps/okep-1-template.md"]));
    let cut = |repo: &Repo| repo.edit(TEMPLATE, "## Stories\n", "");
    for change in [&rename as &dyn Fn(&Repo), &cut] {
        let repo = Repo::clean();
        change(&repo);
        repo.git(&["add", "-A"]);
        let staged = repo.json(&["--staged"]).exits(0);
        assert!(!staged.notes().contains(&"template-change".to_owned()), "{:?}", staged.notes());
    }
}

#[test]
fn an_okep_that_comes_with_a_new_template_is_held_to_it() {
    let repo = Repo::clean();
    repo.edit(TEMPLATE, "## Risks\n", "## Monitoring\n\n(How is it seen that it works?)\n\n## Risks\n");
    repo.add_okep(2130, "Tide Tables");
    repo.git(&["add", "-A"]);
    let staged = repo.json(&["--staged"]).exits(1);
    assert_eq!(staged.faults(), ["error missing-section docs/okeps/okep-2130-tide-tables.md:- Monitoring"]);
}

#[test]
fn any_edit_of_the_template_alone_passes() {
    let edits: [(&str, &str, &str); 5] = [
        ("a section renamed", "## Risks\n", "## Dangers\n"),
        ("a section dropped", "## Stories\n", ""),
        ("a level changed", "### Tests\n", "## Tests\n"),
        ("another repository", "tidewater-org/tidewater/issues", "bay-watch/tidewater/issues"),
        ("a prompt that an OKEP happens to hold", "## Risks\n", "## Risks\n\nNone\n"),
    ];
    for (what, from, to) in edits {
        let repo = Repo::clean();
        repo.edit(TEMPLATE, from, to);
        repo.git(&["add", "-A"]);
        assert_eq!(repo.json(&["--staged"]).exits(0).faults(), [""; 0], "{what}");
    }
}

#[test]
fn since_compares_with_where_the_branch_began() {
    let repo = with_old_fault();
    repo.git(&["checkout", "-q", "-b", "topic"]);
    repo.add_okep(2130, "Tide Tables");
    repo.edit("docs/okeps/okep-2130-tide-tables.md", "## Risks\n\nWhat there is to say of it.\n\n", "");
    repo.commit("Propose tide tables");
    // What happens on main in the meantime is not of this branch.
    repo.git(&["checkout", "-q", "main"]);
    repo.edit(QUIET_GAUGES, "* Issue:", "- Tracking:");
    let base = repo.git(&["rev-parse", "HEAD"]).trim().to_owned();
    repo.commit("Go on");
    repo.git(&["checkout", "-q", "topic"]);

    let check = repo.json(&["--since", "main"]).exits(1);
    assert_eq!(check.faults(), ["error missing-section docs/okeps/okep-2130-tide-tables.md:- Risks"]);
    assert_eq!(check.value()["source"]["since"], *base);
    assert_eq!(repo.json(&["--rev", "topic", "--since", "main"]).exits(1).faults(), check.faults());
    repo.json(&["--since", "HEAD"]).exits(0);
    repo.okep(&["check", "--since", "nowhere"]).refuses(&["`nowhere`", "is not a commit"]);
}

#[test]
fn on_an_unborn_branch_all_is_new() {
    let repo = Repo::init("clean", &[]);
    repo.edit(QUIET_GAUGES, "## Risks\n", "## Risk\n");
    repo.git(&["add", "-A"]);
    assert_eq!(repo.json(&["--staged", "--strict"]).exits(1).faults().len(), 1);
    repo.okep(&["check", "--since", "main"]).refuses(&["no commit yet"]);
    repo.okep(&["check", "--rev", "HEAD"]).refuses(&["`HEAD`"]);
}

#[test]
fn a_good_okep_of_the_tests_is_good() {
    let repo = Repo::clean();
    repo.add_okep(2130, "Tide Tables");
    assert_eq!(repo.json(&[]).exits(0).faults(), [""; 0]);
}

/// Both ways of asking agree, whatever is read for either.
#[track_caller]
fn both_exit(repo: &Repo, args: &[&str], code: i32) {
    let table: Vec<&str> = ["check"].into_iter().chain(args.iter().copied()).collect();
    repo.okep(&table).exits(code);
    repo.json(args).exits(code);
}

#[test]
fn what_an_earlier_template_said_counts_the_same_in_every_format() {
    let repo = Repo::clean();
    repo.edit(
        TEMPLATE,
        "## Goals",
        "## Aims\n\nSay here who will maintain all of this and for how long.\n\n## Goals",
    );
    repo.commit("A template of its time");
    repo.edit(TEMPLATE, "## Aims\n\nSay here who will maintain all of this and for how long.\n\n", "");
    repo.commit("A shorter template");
    repo.add_okep(2130, "Tide Tables");
    let path = "docs/okeps/okep-2130-tide-tables.md";
    repo.edit(path, "## Goals\n", "## Goals\n\nSay here who will maintain all of this, and for how long!\n");
    repo.git(&["add", "-A"]);
    let table = repo.okep(&["check", "--staged"]).code;
    assert_eq!(repo.json(&["--staged"]).code, table);
    assert_eq!(repo.okep(&["check"]).code, repo.json(&[]).code);
}

#[test]
fn a_page_known_by_its_text_alone_is_known_to_the_hook() {
    let repo = Repo::clean();
    repo.add_okep(2130, "Tide Tables");
    repo.git(&["mv", "-k", "docs/okeps/okep-2130-tide-tables.md", "docs/okeps/tides.md"]);
    let text = repo.read("docs/okeps/okep-2130-tide-tables.md");
    repo.remove("docs/okeps/okep-2130-tide-tables.md");
    repo.write("docs/okeps/tides.md", text);
    let nav = repo.read("mkdocs.yml").replace("okep-2130-tide-tables.md", "tides.md");
    repo.write("mkdocs.yml", &nav);
    repo.commit("A page named like nothing");
    let line = nav.lines().find(|l| l.contains("tides.md")).expect("it is registered").to_owned() + "\n";
    repo.edit("mkdocs.yml", &line, "");
    repo.git(&["add", "-A"]);
    both_exit(&repo, &["--staged"], 1);
}

#[test]
fn an_okep_that_moves_is_unregistered_as_it_was_before() {
    let repo = Repo::clean();
    repo.edit("mkdocs.yml", NAV_LINE, "");
    repo.commit("Nobody finds it");
    repo.git(&["mv", QUIET_GAUGES, "docs/okeps/okep-2104-silent-gauges.md"]);
    repo.edit(INDEX, "okep-2104-quiet-gauges.md", "okep-2104-silent-gauges.md");
    repo.git(&["add", "-A"]);
    both_exit(&repo, &["--staged"], 0);
}

#[test]
fn a_shared_number_is_reported_for_either_okep() {
    let repo = Repo::clean();
    repo.add_okep(2104, "Aching Gauges");
    repo.git(&["add", "-A"]);
    for path in [QUIET_GAUGES, "docs/okeps/okep-2104-aching-gauges.md"] {
        let faults = repo.json(&["--staged", path]).exits(1).faults();
        assert!(faults.iter().any(|f| f.contains("duplicate-number")), "{path}: {faults:?}");
    }
}

/// Where each branch was merged into the other, there are two merge bases, and only one has the finding.
#[test]
fn what_one_of_several_merge_bases_has_is_not_new() {
    let repo = Repo::clean();
    repo.git(&["checkout", "-q", "-b", "topic"]);
    repo.edit(QUIET_GAUGES, "## Upgrade and Rollback\n", "## Upgrade\n");
    repo.commit("Rename a section");
    repo.git(&["checkout", "-q", "main"]);
    repo.write("notes.txt", "x");
    let on_main = repo.commit("Something else");
    repo.git(&["merge", "-q", "--no-edit", "topic"]);
    repo.git(&["checkout", "-q", "topic"]);
    repo.git(&["merge", "-q", "--no-edit", &on_main]);
    assert_eq!(repo.git(&["merge-base", "--all", "main", "topic"]).lines().count(), 2);
    repo.okep(&["check", "--since", "main", "--fail-on", "hint"]).exits(0);
    repo.edit(QUIET_GAUGES, "## Upgrade\n", "## Way Back\n");
    repo.okep(&["check", "--since", "main", "--fail-on", "hint"]).exits(1);
}

#[test]
fn a_commit_is_compared_with_its_own_merge_base() {
    let repo = with_old_fault();
    repo.git(&["branch", "topic"]);
    repo.edit(
        SHARED_BUOYS,
        "## Upgrade and Rollback\n",
        "## Risks\n\nA harbour that loses its key.\n\n## Upgrade and Rollback\n",
    );
    repo.commit("Mended on the main line");
    repo.git(&["checkout", "-q", "topic"]);
    repo.edit(QUIET_GAUGES, "A basin of ten metres", "A basin of twelve metres");
    repo.commit("Something else");
    repo.git(&["checkout", "-q", "main"]);
    both_exit(&repo, &["--rev", "topic", "--since", "main"], 0);
}

#[test]
fn what_a_branch_adds_has_not_landed() {
    let repo = Repo::clean();
    repo.git(&["checkout", "-q", "-b", "topic"]);
    repo.add_okep(2130, "Tide Tables");
    repo.commit("A proposal");
    repo.git(&["checkout", "-q", "main"]);
    repo.edit(TEMPLATE, "## References", "## Costs\n\nWhat does it cost?\n\n## References");
    repo.commit("The template asks for more");
    repo.git(&["checkout", "-q", "topic"]);
    repo.git(&["merge", "-q", "--no-edit", "main"]);
    both_exit(&repo, &["--since", "main"], 1);
}

#[test]
fn a_deleted_okep_may_be_asked_for_by_its_path() {
    let repo = Repo::clean();
    repo.remove(QUIET_GAUGES);
    repo.git(&["add", "-A"]);
    let ways =
        [&["--staged"][..], &["--staged", "docs/okeps"], &["--staged", QUIET_GAUGES], &["--since", "HEAD"]];
    for way in ways.into_iter().chain([&["--staged", "2104"][..], &["--since", "HEAD", "--okep", "2104"]]) {
        both_exit(&repo, way, 1);
    }
    both_exit(&repo, &["--staged", SHARED_BUOYS], 0);
    both_exit(&repo, &["--staged", "2107"], 0);
    // One that nothing names any more is known, as far as the comparison goes.
    repo.edit("mkdocs.yml", NAV_LINE, "");
    repo.edit(INDEX, INDEX_LINE, "");
    both_exit(&repo, &["--since", "HEAD", "--okep", "2104"], 0);
    repo.okep(&["check", "--okep", "2104"]).refuses(&["there is no OKEP-2104"]);
}

#[test]
fn a_fix_is_shown_in_the_hook_although_other_okeps_were_not_read() {
    let repo = Repo::clean();
    repo.remove(QUIET_GAUGES);
    repo.edit(INDEX, INDEX_LINE, "");
    repo.git(&["add", "-A"]);
    let shown = repo.okep(&["check", "--staged"]).exits(1).stdout;
    assert!(shown.contains("suggested fix: delete the entry"), "{shown}");
    assert!(!shown.contains("is left out"), "{shown}");
}

#[test]
fn what_an_okep_is_not_held_to_is_a_hint_without_a_fix() {
    let repo = Repo::clean();
    repo.edit(TEMPLATE, "## Risks\n", "## Monitoring\n\n(How is it seen that it works?)\n\n## Risks\n");
    let demand = repo.commit("Ask for monitoring");
    repo.okep(&["check", "--strict"]).exits(0);
    let before = repo.read(QUIET_GAUGES);
    repo.okep(&["check", "--fix=all", "--strict"]).exits(0);
    assert_eq!(repo.read(QUIET_GAUGES), before);
    let left = repo.json(&["--strict"]).exits(0).value();
    let findings = left["findings"].as_array().expect("a list");
    assert_eq!(findings.len(), 2, "{left}");
    for finding in findings {
        assert_eq!((&finding["rule"], &finding["severity"]), (&"missing-section".into(), &"hint".into()));
        assert_eq!(finding["grandfathered"]["commit"], *demand);
    }
    // Where it was asked for, a placeholder is a warning.
    repo.add_okep(2130, "Tide Tables");
    let text = repo.read("docs/okeps/okep-2130-tide-tables.md");
    let asked = text.replace("## Risks\n", "## Monitoring\n\nTBD\n\n## Risks\n");
    repo.write("docs/okeps/okep-2130-tide-tables.md", &asked);
    repo.okep(&["check", "--strict"]).exits(1);
}
