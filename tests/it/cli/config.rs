//! `okep.toml`, and what a repository excepts: which state it is read from, what fails, what is told.

use super::output::faulty;
use crate::support::{QUIET_GAUGES, Repo, SHARED_BUOYS, python};
use std::io::Write;
use std::path::Path;
use std::process::Stdio;

const RISKS: &str = "[[allow]]\nrule = \"renamed-section\"\nokep = 2104\nbecause = \"an older word\"\n";

fn renamed() -> Repo {
    let repo = Repo::clean();
    repo.edit(QUIET_GAUGES, "## Risks\n", "## Risk\n");
    repo
}

#[test]
fn a_suppression_with_a_reason_counts_and_is_reported() {
    let fault = format!("warning renamed-section {QUIET_GAUGES}:55 Risks");
    let repo = renamed();
    assert_eq!(repo.json(&["--strict"]).exits(1).faults(), [&*fault]);

    repo.write("okep.toml", RISKS);
    let excepted = repo.json(&["--strict"]).exits(0);
    assert_eq!((excepted.faults(), excepted.notes()), (vec![], vec!["excepted".to_owned()]));
    assert!(excepted.note("excepted").contains("1 of `renamed-section`"));
    repo.write(
        "okep.toml",
        format!("{RISKS}path = \"x\"").replace("okep = 2104\n", "").replace("\"x\"", "\"docs/\""),
    );
    assert_eq!(repo.json(&["--strict"]).exits(0).faults(), [""; 0]);
    repo.write("okep.toml", format!("{RISKS}subject = \"Goals\"\n"));
    assert_eq!(repo.json(&["--strict"]).exits(1).faults(), [&*fault]);

    // The same beside the text it is about.
    repo.remove("okep.toml");
    let comment = "<!-- okep: allow renamed-section \"Risks\" because it is an older word -->";
    repo.edit(QUIET_GAUGES, "## Risk\n", &format!("{comment}\n\n## Risk\n"));
    let excepted = repo.json(&["--strict"]).exits(0);
    assert_eq!((excepted.faults(), excepted.notes()), (vec![], vec!["excepted".to_owned()]));
    let shown = repo.okep(&["check", "--strict"]).exits(0).stdout;
    assert!(shown.contains("note: suppressed: 1 of `renamed-section`"), "{shown}");
    // What is excepted is not fixed either.
    let before = repo.read(QUIET_GAUGES);
    repo.okep(&["check", "--fix=all"]).exits(0);
    assert_eq!(repo.read(QUIET_GAUGES), before);
}

#[test]
fn a_suppression_that_matches_nothing_is_reported() {
    let repo = Repo::clean();
    repo.write("okep.toml", format!("\n{RISKS}"));
    repo.edit(QUIET_GAUGES, "## Risks\n", "<!-- okep: allow stub-section because soon -->\n\n## Risks\n");
    let checked = repo.json(&["--strict"]).exits(0);
    assert_eq!(checked.notes(), ["unused-exception"]);
    let value = checked.value();
    let places: Vec<String> = value["notes"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|n| format!("{} {}", n["path"], n["message"]))
        .collect();
    assert!(
        places[1].contains(QUIET_GAUGES) && places[1].contains("line 55 suppresses nothing"),
        "{places:?}"
    );
    let comment = "delete `<!-- okep: allow stub-section because soon -->`";
    assert!(places[1].contains(comment), "{places:?}");
    assert!(places[0].contains("okep.toml") && places[0].contains("line 2 suppresses nothing"), "{places:?}");
}

#[test]
fn an_exception_without_a_reason_is_refused() {
    let repo = renamed();
    repo.write("okep.toml", RISKS.replace("because = \"an older word\"\n", ""));
    repo.okep(&["check"])
        .refuses(&["okep.toml:1:1: this `[[allow]]` has no `because`; add `because = \"REASON\"`"]);
    repo.okep(&["check", "--format", "json"]).refuses(&["okep.toml:1:1:"]);
    repo.remove("okep.toml");
    repo.edit(QUIET_GAUGES, "## Risk\n", "<!-- okep: allow renamed-section -->\n\n## Risk\n");
    let faults = repo.json(&[]).exits(1).faults();
    assert_eq!(
        faults,
        [
            format!("error malformed-exception {QUIET_GAUGES}:55 okep: allow"),
            format!("warning renamed-section {QUIET_GAUGES}:57 Risks"),
        ]
    );
}

#[test]
fn the_state_that_is_checked_has_its_own_configuration() {
    let repo = renamed();
    let before = repo.commit("Rename");
    repo.write("okep.toml", RISKS);
    repo.git(&["add", "okep.toml"]);
    repo.write("okep.toml", "nonsense");
    repo.json(&["--staged", "--strict"]).exits(0);
    repo.json(&["--rev", &before, "--strict"]).exits(1);
    repo.okep(&["check"]).refuses(&["okep.toml:1:9: "]);
    repo.write("okep.toml", RISKS);
    repo.commit("Except it");
    repo.json(&["--rev", "HEAD", "--strict"]).exits(0);

    // Whoever takes the exception away answers for what it excepted.
    repo.git(&["rm", "-q", "okep.toml"]);
    let fault = format!("warning renamed-section {QUIET_GAUGES}:55 Risks");
    assert_eq!(repo.json(&["--staged", "--strict"]).exits(1).faults(), [&*fault]);
    let shown = repo.okep(&["check", "--staged", "--strict"]).exits(1).stdout;
    assert!(shown.contains("renamed-section"), "{shown}");
    // Who does something else does not.
    repo.git(&["reset", "-q", "--hard"]);
    repo.add_okep(2130, "Tide Tables");
    repo.git(&["add", "-A"]);
    assert_eq!(repo.okep(&["check", "--staged", "--strict"]).exits(0).stderr, "");
    assert_eq!(repo.json(&["--since", "HEAD", "--strict"]).exits(0).faults(), [""; 0]);
}

#[test]
fn severities_are_the_repositorys_own() {
    let repo = renamed();
    repo.commit("Rename");
    let severity = |severity: &str| {
        repo.write("okep.toml", format!("[severity]\nrenamed-section = \"{severity}\"\n"));
        repo.json(&[])
    };
    assert_eq!(severity("error").exits(1).faults().len(), 1);
    assert_eq!(severity("hint").exits(0).hints().len(), 1);
    let off = severity("off").exits(0);
    assert_eq!((off.faults(), off.notes()), (vec![], vec!["rule-off".to_owned()]));
    // A rule that is turned on makes nothing new of what was there.
    repo.commit("Turn it off");
    severity("error");
    repo.git(&["add", "-A"]);
    assert_eq!(repo.json(&["--staged"]).exits(0).value()["summary"]["existing"], 1);
}

#[test]
fn an_old_okep_stays_a_hint_whatever_the_severity() {
    let repo = Repo::clean();
    repo.edit(crate::support::TEMPLATE, "## Risks\n", "## Monitoring\n\n## Risks\n");
    repo.write("okep.toml", "[severity]\nmissing-section = \"warning\"\n");
    repo.commit("Ask for monitoring");
    let checked = repo.json(&["--strict"]).exits(0);
    assert_eq!((checked.faults().len(), checked.hints().len()), (0, 2));
}

#[test]
fn folder_template_and_register_may_be_elsewhere() {
    let repo = Repo::clean();
    for (from, to) in [("docs", "pages"), ("pages/okeps", "pages/plans"), ("mkdocs.yml", "site.yml")] {
        repo.git(&["mv", from, to]);
    }
    let site = repo.read("site.yml").replace("okeps/", "plans/").replace("docs_dir: docs\n", "");
    repo.write("site.yml", format!("docs_dir: pages\n{site}"));
    repo.okep(&["check"]).refuses(&["docs/okeps"]);
    repo.write("okep.toml", "folder = \"pages/plans\"\nregisters = [\"site.yml\"]\n");
    let moved = SHARED_BUOYS.replace("docs/okeps", "pages/plans");
    // In every state, and the move brings no finding.
    repo.git(&["add", "-A"]);
    let check = |args: &[&str]| {
        let value = repo.json(&[&["--fail-on", "hint"], args].concat()).exits(0).value();
        let okeps = value["okeps"].as_array().expect("a list").clone();
        assert_eq!(okeps[1]["path"], *moved, "{args:?}");
        assert_eq!(okeps[1]["in_nav"], true, "{args:?}");
    };
    check(&[]);
    check(&["--staged"]);
    repo.okep(&["check", "--staged", "--strict"]).exits(0);
    repo.commit("Move");
    check(&["--rev", "HEAD"]);
    check(&["--since", "HEAD~1"]);
    let story = repo.okep(&["history", "--format", "json"]).exits(0).value();
    assert_eq!(story["okeps"].as_array().map(Vec::len), Some(2), "{story}");
    repo.okep(&["new", "6500", "Some Title"]).exits(0);
    assert!(repo.root.join("pages/plans/okep-6500-some-title.md").is_file());
    assert!(repo.read("site.yml").contains("plans/okep-6500-some-title.md"));
    repo.git(&["checkout", "-q", "."]);
    repo.git(&["clean", "-qfd"]);

    // Of two templates the one that is named counts.
    let other = "pages/plans/okep-2000-template.md";
    repo.write(other, "# OKEP-2000: Template\n\n## Poem\n");
    let notes = repo.json(&[]).notes();
    assert!(notes.contains(&"several-templates".to_owned()), "{notes:?}");
    let named = "template = \"pages/plans/okep-2100-template.md\"\n";
    repo.write("okep.toml", format!("{named}{}", repo.read("okep.toml")));
    check(&[]);
}

#[test]
fn a_template_that_is_named_may_have_any_file_name() {
    let repo = Repo::clean();
    let path = "docs/okeps/TEMPLATE.md";
    repo.git(&["mv", crate::support::TEMPLATE, path]);
    repo.write("okep.toml", format!("template = \"{path}\"\n"));
    repo.git(&["add", "-A"]);
    repo.okep(&["check", "--staged", "--strict"]).exits(0);
    repo.commit("Rename the template");
    assert_eq!(repo.json(&["--strict"]).exits(0).notes(), [""; 0]);
    repo.edit(path, "## Risks\n", "## Monitoring\n\n(How is it seen that it works?)\n\n## Risks\n");
    repo.commit("Ask for monitoring");
    repo.add_okep(2130, "Tide Tables");
    repo.commit("Propose tide tables");
    for args in [&[][..], &["--rev", "HEAD"]] {
        let checked = repo.json(args).exits(1);
        assert_eq!((checked.faults().len(), checked.hints().len()), (1, 2), "{args:?}");
    }
    let history = repo.okep(&["history", "--format", "json"]).exits(0).value();
    assert_eq!(history["template"].as_array().map(Vec::len), Some(2), "{history}");
    repo.okep(&["new", "2131", "Wind Vanes"]).exits(0);
    assert!(repo.read("docs/okeps/okep-2131-wind-vanes.md").contains("## Monitoring"));
}

#[test]
fn a_folder_that_is_no_repository_has_a_configuration_too() {
    let folder = Repo::folder("clean");
    folder.edit(QUIET_GAUGES, "## Risks\n", "## Risk\n");
    folder.json(&["--strict"]).exits(1);
    folder.write("okep.toml", RISKS);
    folder.json(&["--strict"]).exits(0);
    folder.write("okep.toml", "x");
    folder.okep(&["check"]).refuses(&["okep.toml:1:"]);
}

#[test]
fn the_schema_of_the_configuration_allows_what_okep_takes() {
    let Some(python) = python() else { return };
    let repo = faulty();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    // A folder that is named must be there.
    repo.write(".github/okeps/index.md", "# Proposals\n");
    let takes = |text: &str| {
        repo.write("okep.toml", text);
        repo.okep(&["check", "--fail-on", "never"]).code == 0
    };
    let allows = |text: &str| {
        let value: serde_json::Value = toml::from_str(text).expect("is TOML");
        let mut command = repo.command(&python);
        command.arg(root.join("tests/validate.py")).arg(root.join("schemas/okep.toml.schema.json"));
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().expect("starts");
        child.stdin.take().expect("a pipe").write_all(value.to_string().as_bytes()).expect("it reads");
        child.wait().expect("it ends").success()
    };
    let allow = |rest: &str| format!("[[allow]]\nrule = \"stub-section\"\nbecause = \"x\"\n{rest}");
    for (text, good) in [
        (String::new(), true),
        ("folder = \"docs/okeps/\"\nregisters = [\"mkdocs.yml\"]\n".to_owned(), true),
        ("template = \"docs/okeps/okep-2100-template.md\"\n".to_owned(), true),
        ("[severity]\nstub-section = \"off\"\n".to_owned(), true),
        (allow("okep = 7\nsubject = \"Risks\"\n"), true),
        (allow("path = \"docs/okeps\"\n"), true),
        (allow(""), false),
        (allow("okep = 7\npath = \"docs\"\n"), false),
        (allow("okep = 7\n").replace("\"x\"", "\" \""), false),
        (allow("okep = -7\n"), false),
        (allow("okep = 7\n").replace("stub-section", "malformed-exception"), false),
        ("folder = \"../docs\"\n".to_owned(), false),
        ("folder = \"/docs\"\n".to_owned(), false),
        ("folder = \"C:/docs\"\n".to_owned(), false),
        ("folder = \"docs/.Git/okeps\"\n".to_owned(), false),
        ("folder = \".github/okeps\"\n".to_owned(), true),
        ("registers = []\n".to_owned(), false),
        ("template = \"docs/okeps/template.md\"\n".to_owned(), false),
        ("[severity]\nstub-section = \"none\"\n".to_owned(), false),
        ("unknown = 1\n".to_owned(), false),
    ] {
        assert_eq!((takes(&text), allows(&text)), (good, good), "{text}");
    }
}

#[test]
fn what_is_named_and_not_there_is_reported_with_its_line() {
    let repo = Repo::clean();
    let refused = |text: &str, parts: &[&str]| {
        repo.write("okep.toml", text);
        repo.okep(&["check"]).refuses(parts);
        repo.okep(&["new", "6500", "Some Title"]).refuses(parts);
        repo.git(&["add", "-A"]);
        repo.okep(&["check", "--staged"]).refuses(parts);
    };
    refused(
        "# where\nfolder = \"docs/nope\"\n",
        &["okep.toml:2: `folder` is `docs/nope`, which does not exist"],
    );
    refused(
        "template = \"docs/okeps/okep-1-template.md\"\n",
        &["okep.toml:1: `template`", "okep-1-template.md"],
    );
    refused(
        "\n\nregisters = [\"nope.yml\"]\n",
        &["okep.toml:3: `registers` is `nope.yml`", "leave out `registers`"],
    );
    // A state that is only compared with may lack what came later.
    let base = repo.git(&["rev-parse", "HEAD"]).trim().to_owned();
    repo.git(&["mv", "docs/okeps", "docs/plans"]);
    repo.write("mkdocs.yml", repo.read("mkdocs.yml").replace("okeps/", "plans/"));
    repo.write("okep.toml", "folder = \"docs/plans\"\n");
    repo.commit("Move");
    repo.okep(&["check", "--since", &base]).exits(0);

    repo.remove("okep.toml");
    repo.write("okep.toml/notes.txt", "");
    repo.okep(&["check"]).refuses(&["`okep.toml` cannot be read: it is a folder"]);
}

#[test]
fn a_suppression_names_what_it_is_about_by_number_path_or_another_spelling() {
    let repo = Repo::clean();
    repo.edit("mkdocs.yml", "      - Quiet", "      - Gone: okeps/okep-2109-gone.md\n      - Quiet");
    repo.edit(QUIET_GAUGES, "## Upgrade and Rollback\n", "## More\n");
    assert_eq!(repo.json(&[]).exits(1).faults().len(), 2);
    let comment = "<!-- okep: allow missing-section \"upgrade-and rollback\" because later -->";
    repo.edit(QUIET_GAUGES, "## More\n", &format!("{comment}\n\n## More\n"));
    let entry = |scope: &str| {
        repo.write(
            "okep.toml",
            format!("[[allow]]\nbecause = \"later\"\nrule = \"dead-nav-entry\"\n{scope}\n"),
        );
        repo.json(&[])
    };
    for scope in ["okep = 2109", "path = \"docs/okeps/okep-2109-gone.md\""] {
        let checked = entry(scope).exits(0);
        assert_eq!((checked.faults(), checked.notes()), (vec![], vec!["excepted".to_owned()]));
    }
    assert_eq!(entry("okep = 2108").exits(1).faults().len(), 1);
}
