//! What the story says of small histories whose every commit is known.

use super::repo::{Repo, TEMPLATE, TEMPLATE_PATH, nav, notes, of_rule, okep, path, run};

#[test]
fn a_finding_comes_and_goes_with_those_who_wrote_and_merged_it() {
    let mut repo = Repo::started();
    repo.git(&["switch", "-qc", "topic"]);
    let broke = repo.write(&path(1), &okep(1).replace("## Goals\n\nTo solve it.\n\n", "")).commit("Shorten");
    repo.commit("Nothing");
    repo.git(&["switch", "-q", "main"]);
    let merged = repo.merge("topic", 77);
    let fixed = repo.write(&path(1), &okep(1)).commit("Mend");
    let story = repo.history(&[]);
    let found = of_rule(&story, "missing-section");
    assert_eq!(found.len(), 1, "{story:#}");
    assert_eq!(found[0]["introduced"]["written"], broke);
    assert_eq!(found[0]["introduced"]["landed"], merged);
    assert_eq!(found[0]["introduced"]["date"], "2025-01-06");
    assert_eq!(found[0]["fixed"]["written"], fixed);
    assert_eq!(found[0]["age_days"], 1);
    assert_eq!(found[0]["cause"], "document");
}

#[test]
fn what_was_removed_at_its_merge_is_audited_and_not_reported() {
    let mut repo = Repo::started();
    repo.git(&["switch", "-qc", "topic"]);
    repo.write(&path(2), &okep(2)).commit("Propose");
    repo.write("mkdocs.yml", &nav(&[path(1), path(2)])).commit("Register");
    repo.git(&["switch", "-q", "main"]);
    repo.merge("topic", 78);
    let story = repo.history(&[]);
    assert!(of_rule(&story, "not-in-nav").is_empty(), "{story:#}");
    assert_eq!(story["walk"]["states"], 4);
    assert_eq!(story["okeps"][1]["registered"]["days_after_landing"], 0);
    assert_eq!(story["okeps"][1]["landed"]["pull_request"], 78);
}

#[test]
fn with_all_branches_the_main_line_is_reported_whatever_is_checked_out() {
    let mut repo = Repo::started();
    repo.git(&["switch", "-qc", "topic"]);
    repo.write(&path(2), &okep(2)).commit("Propose");
    let okeps = |story: &serde_json::Value| story["okeps"].as_array().map(Vec::len);
    let story = repo.history(&["--all"]);
    assert_eq!((okeps(&story), &story["walk"]["commits"]), (Some(1), &serde_json::json!(3)), "{story:#}");
    let story = repo.history(&["topic"]);
    assert_eq!(okeps(&story), Some(2), "{story:#}");
}

#[test]
fn a_rename_is_followed_by_number_and_a_deletion_reported() {
    let mut repo = Repo::started();
    repo.write(&path(1), &okep(1).replace("\n\nTo solve it.", "")).commit("Empty a section");
    repo.git(&["mv", &path(1), "docs/okeps/okep-1-renamed.md"]);
    repo.write("mkdocs.yml", &nav(&["docs/okeps/okep-1-renamed.md".into()])).commit("Rename");
    let story = repo.history(&[]);
    assert_eq!(story["okeps"][0]["paths"].as_array().map(Vec::len), Some(2));
    assert_eq!(story["okeps"][0]["revisions"], 3);
    assert_eq!(of_rule(&story, "empty-section").len(), 1, "{story:#}");
    assert_eq!(of_rule(&story, "empty-section")[0]["path"], "docs/okeps/okep-1-renamed.md");
    assert!(notes(&story).contains(&"moved".to_owned()));
    repo.remove("docs/okeps/okep-1-renamed.md").write("mkdocs.yml", &nav(&[])).commit("Withdraw");
    let story = repo.history(&[]);
    assert!(notes(&story).contains(&"deleted".to_owned()));
    assert!(of_rule(&story, "empty-section")[0]["fixed"].is_object(), "{story:#}");
}

#[test]
fn a_change_of_the_template_is_nobodys_finding() {
    let mut repo = Repo::started();
    let asked = repo
        .write(TEMPLATE_PATH, &format!("{TEMPLATE}\n## Rollback\n\n(How does one go back?)\n"))
        .commit("Ask");
    let story = repo.history(&[]);
    let found = of_rule(&story, "missing-section");
    assert_eq!(found.len(), 1);
    assert_eq!((&found[0]["cause"], &found[0]["severity"]), (&"template".into(), &"hint".into()));
    assert_eq!(story["template"][1]["commit"], asked);
    assert_eq!(story["template"][1]["added"][0], "Rollback");
    let table = String::from_utf8(run(&repo.dir, &["history"]).stdout).expect("tables are UTF-8");
    assert!(!table.contains("missing-section"), "{table}");
    assert!(table.contains("Not counted: 1 hint for what the template added later"), "{table}");
    assert!(table.contains("added `Rollback`; 1 hint for OKEPs that had landed"), "{table}");
}

#[test]
fn what_counts_is_listed_whoever_asked_for_it() {
    let mut repo = Repo::started();
    repo.git(&["switch", "-qc", "topic"]);
    repo.write(&path(2), &okep(2)).write("mkdocs.yml", &nav(&[path(1), path(2)])).commit("Propose");
    repo.write(TEMPLATE_PATH, &format!("{TEMPLATE}\n## Rollback\n\n(How does one go back?)\n")).commit("Ask");
    let table = String::from_utf8(run(&repo.dir, &["history"]).stdout).expect("tables are UTF-8");
    assert!(table.contains("Open: 1 error"), "{table}");
    assert!(table.contains("Not counted: 1 hint for what the template added later"), "{table}");
    assert!(table.contains("0002  error     missing-section"), "{table}");
}

#[test]
fn a_hint_that_an_edit_turns_into_a_warning_is_by_who_made_the_edit() {
    let mut repo = Repo::started();
    repo.write(TEMPLATE_PATH, &TEMPLATE.replace("example/net", "example-two/net")).commit("Move the issues");
    let table = String::from_utf8(run(&repo.dir, &["history"]).stdout).expect("tables are UTF-8");
    assert!(table.contains("Open: nothing."), "{table}");
    let edit = repo.write(&path(1), &okep(1).replace("example/net", "other/x")).commit("Point elsewhere");
    let story = repo.history(&[]);
    let found = of_rule(&story, "foreign-issue");
    let told = |at: usize| [&found[at]["severity"], &found[at]["cause"]];
    assert_eq!(
        (told(0), told(1)),
        ([&"hint".into(), &"template".into()], [&"warning".into(), &"document".into()])
    );
    assert_eq!([&found[0]["fixed"]["written"], &found[1]["introduced"]["written"]], [&edit, &edit]);
    let table = String::from_utf8(run(&repo.dir, &["history"]).stdout).expect("tables are UTF-8");
    assert!(table.contains("Open: 1 warning. Fixed so far: 0. Not counted: 1 hint"), "{table}");
}

#[test]
fn a_column_is_explained_where_it_is_shown() {
    let mut repo = Repo::started();
    let legend = |repo: &Repo| {
        let table = String::from_utf8(run(&repo.dir, &["history"]).stdout).expect("tables are UTF-8");
        table.contains("Not in nav: days missing from nav.")
    };
    assert!(!legend(&repo));
    repo.write(&path(2), &okep(2)).commit("Propose");
    repo.write("mkdocs.yml", &nav(&[path(1), path(2)])).commit("Register");
    assert!(legend(&repo));
}

#[test]
fn a_section_that_the_template_renames_is_the_same_section() {
    let mut repo = Repo::started();
    repo.write(&path(1), &okep(1).replace("\n\nTo solve it.", "")).commit("Empty a section");
    let renamed = TEMPLATE.replace("## Goals", "## Aims and Goals");
    let text = okep(1).replace("\n\nTo solve it.", "").replace("## Goals", "## Aims and Goals");
    repo.write(TEMPLATE_PATH, &renamed).write(&path(1), &text).commit("Reword");
    let story = repo.history(&[]);
    let found = of_rule(&story, "empty-section");
    assert_eq!(found.len(), 1, "{story:#}");
    assert_eq!((&found[0]["subject"], found[0]["fixed"].is_null()), (&"Aims and Goals".into(), true));
    let table = String::from_utf8(run(&repo.dir, &["history"]).stdout).expect("tables are UTF-8");
    let flat = table.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains("the same commit changed 1 OKEP to follow it: 0001"), "{table}");
    assert_eq!(story["template"][1]["followed_by"], serde_json::json!([1]));
}

#[test]
fn numbers_of_pull_requests_and_wrong_subjects_are_reported() {
    let mut repo = Repo::started();
    repo.git(&["switch", "-qc", "topic"]);
    let wrong = repo.write(&path(78), &okep(78)).commit("OKEP-87: propose");
    repo.git(&["switch", "-q", "main"]);
    repo.merge("topic", 78);
    let story = repo.history(&[]);
    assert_eq!(of_rule(&story, "pull-request-number")[0]["number"], 78);
    let now = |story: &serde_json::Value| ["errors", "hints"].map(|of| story["okeps"][1][of].as_u64());
    assert_eq!(now(&story), [Some(2), Some(1)], "{story:#}");
    repo.write("okep.toml", "[severity]\npull-request-number = \"off\"\n").commit("Turn it off");
    assert_eq!(now(&repo.history(&[])), [Some(1), Some(1)]);
    assert_eq!(of_rule(&story, "wrong-number-in-commit")[0]["introduced"]["written"], wrong);
    let found = of_rule(&story, "wrong-number-in-commit");
    assert_eq!((&found[0]["subject"], found[0]["fixed"].is_null()), (&"OKEP-87".into(), true));
    let gone = repo.remove(&path(78)).commit("Withdraw it");
    let story = repo.history(&[]);
    assert_eq!(of_rule(&story, "wrong-number-in-commit")[0]["fixed"]["written"], gone);
}

#[test]
fn the_mailmap_says_who_somebody_is() {
    let mut repo = Repo::started();
    repo.write(".mailmap", "The Author <person@example.org>\n").commit("Map");
    let story = repo.history(&[]);
    assert_eq!(story["okeps"][0]["written"]["author"], "The Author");
}

#[test]
fn what_is_shown_can_be_narrowed() {
    let mut repo = Repo::started();
    repo.write(&path(2), &okep(2).replace("\n\nTo solve it.", "")).commit("Propose another");
    assert_eq!(repo.history(&["--okep", "2"])["okeps"].as_array().map(Vec::len), Some(1));
    assert_eq!(repo.history(&["--rule", "not-in-nav"])["findings"].as_array().map(Vec::len), Some(1));
    assert_eq!(repo.history(&["--since", "2025-01-04"])["okeps"].as_array().map(Vec::len), Some(1));
    assert_eq!(repo.history(&["--since", "2026-01-01"])["findings"].as_array().map(Vec::len), Some(0));
    assert_eq!(repo.history(&["--author", "nobody"])["okeps"].as_array().map(Vec::len), Some(0));
    let refused = run(&repo.dir, &["history", "--rule", "no-such-rule"]);
    assert_eq!(refused.status.code(), Some(2));
    assert_eq!(run(&repo.dir, &["history", "--since", "2025-01-32"]).status.code(), Some(2));
}

#[test]
fn tables_keep_within_the_terminal_and_carry_no_colour_into_pipes() {
    let mut repo = Repo::started();
    repo.write(&path(2), &okep(2).replace("\n\nTo solve it.", "")).commit("Propose \u{1b}[31mred");
    for width in ["80", "120"] {
        let mut okep = super::repo::okep_command(&repo.dir, &["history"]);
        let output = okep.env("COLUMNS", width).output().expect("okep can be run");
        let text = String::from_utf8(output.stdout).expect("tables are UTF-8");
        let room: usize = width.parse().expect("it is a number");
        assert!(text.lines().all(|l| l.chars().count() <= room), "{text}");
        assert!(!text.contains('\u{1b}'));
    }
    let csv = String::from_utf8(run(&repo.dir, &["history", "--format", "csv"]).stdout).expect("it is UTF-8");
    assert!(csv.lines().count() > 1 && csv.lines().all(|l| l.split(',').count() >= 16), "{csv}");
}

#[test]
fn suppressions_count_where_they_are() {
    let mut repo = Repo::started();
    let short = okep(2).replace("## Goals\n\nTo solve it.\n\n", "");
    repo.write(&path(2), &short).write("mkdocs.yml", &nav(&[path(1), path(2)])).commit("Propose another");
    let allow = "<!-- okep: allow missing-section \"Goals\" because it is small -->";
    let excepted = repo.write(&path(2), &format!("{short}\n{allow}\n")).commit("Except it");
    let story = repo.history(&[]);
    let found = of_rule(&story, "missing-section");
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["fixed"]["written"], excepted);
    assert_eq!(story["okeps"][1]["errors"], 0);
    // A comment in the text also excepts what stands in the navigation.
    let unlisted = "<!-- okep: allow not-in-nav because it is secret -->";
    repo.write("mkdocs.yml", &nav(&[path(1)])).write(&path(2), &format!("{}\n{unlisted}\n", okep(2)));
    repo.commit("Hide it");
    assert!(of_rule(&repo.history(&[]), "not-in-nav").is_empty());
}

#[test]
fn the_tip_says_what_of_the_open_findings_counts() {
    let mut repo = Repo::started();
    let short = okep(2).replace("## Goals\n\nTo solve it.\n\n", "").replace("None.", "TBD");
    repo.write(&path(2), &short).commit("Propose another");
    assert_eq!(repo.history(&[])["okeps"][1]["errors"], 2);
    let allow = "[severity]\nmissing-section = \"off\"\nstub-section = \"error\"\n\
                 [[allow]]\nrule = \"not-in-nav\"\nokep = 2\nbecause = \"it is secret\"\n";
    repo.write("okep.toml", allow).commit("Configure");
    let story = repo.history(&[]);
    assert!(of_rule(&story, "missing-section").is_empty() && of_rule(&story, "not-in-nav").is_empty());
    assert_eq!(of_rule(&story, "stub-section")[0]["severity"], "error");
    assert_eq!((&story["okeps"][1]["errors"], &story["okeps"][1]["warnings"]), (&1.into(), &0.into()));
    for kind in ["excepted", "rule-off", "severity"] {
        assert!(notes(&story).contains(&kind.to_owned()), "{kind}: {story:#}");
    }
    assert!(story["notes"].to_string().contains("1 of `not-in-nav`"), "{story:#}");
}

#[test]
fn squashed_commits_name_their_pull_request_and_not_always_a_wrong_number() {
    let mut repo = Repo::started();
    repo.write(&path(77), &okep(77)).commit("Propose a cache (#77)");
    let other = okep(78).replace("[#78]", "[#70]").replace("issues/78", "issues/70");
    repo.write(&path(78), &other).commit("Propose a queue (#78)");
    let story = repo.history(&[]);
    assert_eq!(story["okeps"][1]["landed"]["pull_request"], 77);
    let found = of_rule(&story, "pull-request-number");
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0]["number"], 78);
}

#[test]
fn dates_that_go_backwards_are_no_days() {
    let mut repo = Repo::started();
    repo.write(&path(2), &okep(2)).commit("Propose another");
    repo.back_to(1);
    repo.write("mkdocs.yml", &nav(&[path(1), path(2)])).commit("Register in the past");
    let story = repo.history(&[]);
    assert_eq!(story["okeps"][1]["registered"]["days_after_landing"], 0);
    assert_eq!(notes(&story).iter().filter(|kind| *kind == "dates").count(), 1, "{story:#}");
}

#[test]
fn a_day_a_number_and_rules_are_taken_as_people_write_them() {
    let mut repo = Repo::started();
    let short = okep(2).replace("## Goals\n\nTo solve it.\n\n", "").replace("None.", "TBD");
    repo.write(&path(2), &short).commit("Propose another");
    assert_eq!(repo.history(&["--okep", "OKEP-2"])["okeps"].as_array().map(Vec::len), Some(1));
    let story = repo.history(&["--rule", "not-in-nav", "--rule", "stub-section"]);
    assert_eq!(story["findings"].as_array().map(Vec::len), Some(2));
    let story = repo.history(&["--okep", "1", "--rule", "not-in-nav"]);
    assert_eq!(story["okeps"].as_array().map(Vec::len), Some(1), "who asks for it sees it");
    assert!(repo.history(&["--since", "100 years ago"])["findings"].as_array().is_some_and(|f| f.len() > 2));
    let clock = run(&repo.dir, &["history", "--since", "2025-01-04T10:00"]);
    assert_eq!(clock.status.code(), Some(2), "a time of day is not dropped in silence");
}

#[test]
fn nothing_is_reported_of_other_okeps_than_the_one_asked_for() {
    let mut repo = Repo::started();
    repo.write(&path(2), &okep(2)).commit("Propose");
    repo.remove(&path(1)).commit("Withdraw");
    assert!(notes(&repo.history(&[])).contains(&"deleted".to_owned()));
    assert!(!notes(&repo.history(&["--okep", "2"])).contains(&"deleted".to_owned()));
    assert!(notes(&repo.history(&["--okep", "1"])).contains(&"deleted".to_owned()));
}

#[test]
fn narrow_terminals_and_long_names_keep_their_tables_within() {
    let mut repo = Repo::started();
    let template = super::repo::TEMPLATE.replace("## Goals", "## User-Stories/Use-Cases");
    repo.write(TEMPLATE_PATH, &template);
    for n in 0..3 {
        let long = format!("docs/okeps/a-{}-{n}.md", "very-long-name".repeat(8));
        repo.write(&long, &okep(20 + n).replace("# OKEP-2", "# OKEP: \u{63d0}\u{6848}"));
    }
    repo.commit("Propose three");
    repo.write(&path(1), &okep(1).replace("## Alternatives\n\nNone.\n", "")).commit("Shorten");
    repo.write(&path(1), &okep(1)).commit("Mend");
    for room in [40, 60, 80, 120] {
        let mut okep = super::repo::okep_command(&repo.dir, &["history"]);
        let output = okep.env("COLUMNS", room.to_string()).output().expect("okep can be run");
        let text = String::from_utf8(output.stdout).expect("tables are UTF-8");
        let tables = text.split("note: ").next().expect("there is a first part");
        let wide = |line: &str| line.chars().map(|c| if c > '\u{2e80}' { 2 } else { 1 }).sum::<usize>();
        // A heading of the template has no place where it could be broken.
        let breakable = |line: &&str| !line.contains("User-Stories/Use-Cases");
        assert!(tables.lines().filter(breakable).all(|l| wide(l) <= room), "{room}: {text}");
        assert!(tables.contains("0001"), "{room}: {text}");
    }
    let mut okep = super::repo::okep_command(&repo.dir, &["history"]);
    let output = okep.env("COLUMNS", "200").output().expect("okep can be run");
    let text = String::from_utf8(output.stdout).expect("tables are UTF-8");
    assert!(text.contains("User-Stories/Use-Cases"), "a heading is shown whole: {text}");
}

#[test]
fn on_a_narrow_terminal_rules_keep_their_names_and_the_first_line_says_what_was_read() {
    let mut repo = Repo::started();
    repo.write(&path(2), &okep(2).replace("## ", "#### ")).commit("Propose");
    let mut command = super::repo::okep_command(&repo.dir, &["history"]);
    let shown = command.env("COLUMNS", "60").output().expect("okep can be run").stdout;
    let shown = String::from_utf8_lossy(&shown);
    assert!(shown.starts_with("Read 3 commits, "), "{shown}");
    let open = shown.split("Open findings\n").nth(1).expect("there are some");
    let named =
        |line: &str| line.split_whitespace().nth(2).is_some_and(|rule| okep::rules::rule(rule).is_some());
    let rows: Vec<&str> = open.lines().skip(1).take_while(|line| line.starts_with("0002")).collect();
    assert!(!rows.is_empty() && rows.iter().all(|row| named(row)), "{shown}");
}

#[test]
fn what_first_shows_in_a_merge_is_by_who_changed_the_okep_on_the_branch() {
    let mut repo = Repo::started();
    repo.git(&["switch", "-qc", "topic"]);
    repo.write(&path(2), &okep(2)).write("mkdocs.yml", &nav(&[path(1), path(2)])).commit("Propose");
    repo.write("code.txt", "1").commit("Work");
    repo.write("code.txt", "2").commit("Work on");
    repo.git(&["switch", "-q", "main"]);
    repo.write(TEMPLATE_PATH, &format!("{TEMPLATE}\n## Rollback\n\n(How does one go back?)\n")).commit("Ask");
    let merged = repo.merge("topic", 77);
    let told = |story: &serde_json::Value, rule: &str| {
        let found = of_rule(story, rule).into_iter().map(|f| {
            let of = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
            [&f["number"].to_string(), &of(&f["cause"]), &of(&f["introduced"]["author"])].map(String::clone)
        });
        found.collect::<Vec<_>>()
    };
    let story = repo.history(&[]);
    let found = told(&story, "missing-section");
    assert_eq!(found, [["1", "template", "Person 0"], ["2", "merge", "Person 0"]], "{story:#}");
    assert_eq!(of_rule(&story, "missing-section")[1]["introduced"]["written"], merged);
    // What the branch itself has wrong is the work of its author.
    repo.git(&["switch", "-qc", "other"]);
    repo.write(&path(2), &okep(2).replace("\n\nTo solve it.", "")).commit("Slip");
    repo.git(&["switch", "-q", "main"]);
    repo.write("code.txt", "3").commit("Work on");
    repo.merge("other", 78);
    assert_eq!(told(&repo.history(&[]), "empty-section"), [["2", "document", "Person 2"]]);
}
