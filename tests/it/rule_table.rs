//! What every rule promises, over the table of rules: a rule that is added is held to it too.

use crate::support::{QUIET_GAUGES, Repo, TEMPLATE};
use okep::report::{Terminal, explain};
use okep::rules::{RULES, Rule};
use std::collections::BTreeSet;
use std::path::Path;

fn source(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

#[test]
fn every_rule_is_a_file_of_its_name_and_every_file_is_in_the_table() {
    let ids: BTreeSet<String> = RULES.iter().map(|r| r.id.to_owned()).collect();
    assert_eq!(ids.len(), RULES.len(), "ids are unique");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rules");
    let names = std::fs::read_dir(folder).expect("readable").map(|e| e.expect("readable").path());
    let files: BTreeSet<String> = names
        .filter(|path| path.is_file() && is_rule(path))
        .map(|path| path.file_stem().expect("a name").to_string_lossy().replace('_', "-"))
        .collect();
    assert_eq!(ids, files);
}

fn is_rule(path: &Path) -> bool {
    let text = std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    text.contains("static RULE:")
}

#[test]
fn every_rule_is_explained() {
    let terminal = Terminal { width: 80, color: false, unicode: true };
    for rule in RULES {
        let id = rule.id;
        assert!(id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'), "{id}");
        for (name, text) in [
            ("offence", rule.offence),
            ("why", rule.why),
            ("bad", rule.bad),
            ("good", rule.good),
            ("fix", rule.fixability),
        ] {
            assert!(!text.trim().is_empty(), "{id}: `{name}` says nothing");
        }
        assert!(rule.why.ends_with('.'), "{id}: `why` is sentences");
        assert!(!rule.offence.ends_with('.'), "{id}: `offence` is a clause");
        assert!(!rule.offence.contains('|'), "{id}: `offence` stands in a table");
        assert_ne!(rule.bad, rule.good, "{id}");
        let first = rule.fixability.split([' ', ',']).next().unwrap_or_default();
        assert!(["safe", "suggested", "-"].contains(&first), "{id}: {}", rule.fixability);
        let shown = explain::one(rule, &terminal);
        for text in [rule.id, rule.bad.lines().next().unwrap_or_default()] {
            assert!(shown.contains(text), "{id}: {text:?} is not in\n{shown}");
        }
    }
}

#[test]
fn the_page_of_rules_is_made_from_the_table() {
    let (begin, end) = ("<!-- rules -->\n", "<!-- /rules -->\n");
    let page = source("docs/rules.md");
    let (head, rest) = page.split_once(begin).expect("docs/rules.md has `<!-- rules -->`");
    let (_, tail) = rest.split_once(end).expect("docs/rules.md has `<!-- /rules -->`");
    let expected = format!("{head}{begin}{}{end}{tail}", rules_in_markdown());
    if std::env::var_os("OKEP_UPDATE_DOCS").is_some() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rules.md");
        std::fs::write(path, &expected).expect("the page can be written");
    }
    assert!(
        page == expected,
        "`OKEP_UPDATE_DOCS=1 cargo test --test it the_page_of_rules` writes docs/rules.md"
    );
}

/// The table of rules, and a section for each.
fn rules_in_markdown() -> String {
    let mut page = "| rule | severity | fix | finds |\n|---|---|---|---|\n".to_owned();
    for rule in RULES {
        let Rule { id, severity, fixability, offence, .. } = rule;
        page += &format!("| [{id}](#{id}) | {severity} | {fixability} | {offence} |\n");
    }
    for rule in RULES {
        page += &format!("\n{}", explain::markdown(rule));
    }
    page
}

#[test]
fn every_rule_is_quiet_on_the_clean_fixture() {
    let check = Repo::clean().json(&["--fail-on", "hint"]).exits(0);
    assert_eq!((check.faults(), check.hints(), check.notes()), (vec![], vec![], vec![]));
}

#[test]
fn every_rule_is_quiet_on_the_template_once_its_prompts_are_answered() {
    for fixture in ["clean", "faulty"] {
        let repo = Repo::init(fixture, &[]);
        let okep = answered(&repo.read(TEMPLATE));
        for entry in std::fs::read_dir(repo.root.join("docs/okeps")).expect("readable") {
            let path = entry.expect("readable").path();
            if !path.ends_with("okep-2100-template.md") && path.is_file() {
                std::fs::remove_file(path).expect("ours");
            }
        }
        let _ = std::fs::remove_dir_all(repo.root.join("docs/okeps/okep-2107-shared-buoys"));
        repo.write("docs/okeps/okep-2150-answers.md", okep);
        repo.write("mkdocs.yml", "site_name: T\nnav:\n  - Answers: okeps/okep-2150-answers.md\n");
        repo.commit("Begin");
        let check = repo.json(&["--fail-on", "hint"]).exits(0);
        assert_eq!((check.faults(), check.hints()), (vec![], vec![]), "{fixture}");
        assert_eq!(check.value()["summary"]["okeps"], 1);
    }
}

/// The template with a number and a title of its own, and an answer in place of each prompt.
fn answered(template: &str) -> String {
    let mut answered = String::new();
    let mut in_prompt = false;
    for line in template.lines() {
        in_prompt |= line.starts_with('(');
        if !in_prompt {
            answered.push_str(line);
            answered.push('\n');
            if line.starts_with("##") {
                answered.push_str("\nAn answer.\n");
            }
        }
        in_prompt &= !line.ends_with(')');
    }
    answered.replace("2100", "2150").replace("OKEP Template", "Answers")
}

#[test]
fn a_prompt_left_in_place_is_the_loud_case() {
    let repo = Repo::clean();
    repo.write(
        QUIET_GAUGES,
        repo.read(TEMPLATE).replace("2100", "2104").replace("OKEP Template", "Quiet Gauges"),
    );
    let faults = repo.json(&[]).exits(1).faults();
    let left = faults.iter().filter(|f| f.contains("template-text")).count();
    assert_eq!(left, 12, "one under the issue line and one for each section that has a prompt: {faults:?}");
}
