//! The formats for machines and for pull requests, held against what reads them.

use super::output::faulty;
use crate::support::{Repo, python, ran, variable};
use serde_json::Value;
use std::io::Write;
use std::path::Path;
use std::process::Stdio;

/// Asserts that Python's `jsonschema` finds `json` valid.
fn holds(repo: &Repo, python: &str, schema: &str, json: &str) {
    let mut command = repo.command(python);
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    command.arg(root.join("tests/validate.py")).arg(root.join(schema));
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("starts");
    child.stdin.take().expect("a pipe").write_all(json.as_bytes()).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{schema}\n{}", String::from_utf8_lossy(&output.stdout));
}

/// Repositories whose reports have every kind of field, with the arguments to see them.
fn reports() -> Vec<(Repo, &'static [&'static str])> {
    let compared = faulty();
    compared.edit("docs/okeps/okep-2111-bell-codes.md", "## Risks\n", "## Monitoring\n");
    compared.commit("Go on");
    let demand = Repo::clean();
    demand.edit(crate::support::TEMPLATE, "## Risks\n", "## Monitoring\n\n## Risks\n");
    demand.commit("Ask for monitoring");
    vec![
        (Repo::clean(), &[]),
        (Repo::folder("clean"), &[]),
        (faulty(), &[]),
        (faulty(), &["--rev", "HEAD"]),
        (compared, &["--since", "HEAD~1"]),
        (demand, &[]),
    ]
}

#[test]
fn json_and_sarif_are_what_their_schemas_allow() {
    let Some(python) = python() else { return };
    let sarif = variable("OKEP_TEST_SARIF_SCHEMA");
    for (repo, args) in reports() {
        let args = [&["--fail-on", "never"], args].concat();
        holds(&repo, &python, "schemas/check.schema.json", &repo.json(&args).exits(0).stdout);
        let Some(schema) = &sarif else { continue };
        let log = repo.okep(&[&["check", "--format", "sarif"], &args[..]].concat()).exits(0);
        holds(&repo, &python, schema, &log.stdout);
    }
}

#[test]
fn the_json_of_history_is_what_its_schema_allows() {
    let Some(python) = python() else { return };
    let demo = Repo::folder("");
    demo.okep(&["demo"]).exits(0);
    let story = |repo: &Repo, dir: &str| repo.okep(&["-C", dir, "history", "--format", "json"]).exits(0);
    let schema = "schemas/history.schema.json";
    let shown = story(&demo, "okep-demo");
    holds(&demo, &python, schema, &shown.stdout);
    let findings = &shown.value()["findings"];
    let has = |test: fn(&Value) -> bool| findings.as_array().expect("a list").iter().any(test);
    assert!(
        has(|f| f["fixed"].is_null())
            && has(|f| !f["fixed"].is_null())
            && has(|f| !f["introduced"].is_null())
    );
    for (repo, _) in reports().into_iter().filter(|(repo, _)| repo.root.join(".git").exists()) {
        holds(&repo, &python, schema, &story(&repo, ".").stdout);
    }
}

#[test]
fn the_replacements_of_sarif_are_the_edits_of_json() {
    let repo = faulty();
    let json = repo.json(&[]).exits(1).value();
    let log = repo.okep(&["check", "--format", "sarif"]).exits(1).value();
    let results = log["runs"][0]["results"].as_array().expect("a list");
    let findings = json["findings"].as_array().expect("a list");
    assert_eq!(results.len(), findings.len());
    let mut replaced = 0;
    for (result, finding) in results.iter().zip(findings) {
        assert_eq!(result["ruleId"], finding["rule"]);
        let Some(changes) = result["fixes"][0]["artifactChanges"].as_array() else { continue };
        for change in changes {
            let path = change["artifactLocation"]["uri"].as_str().expect("a path");
            let edits = finding["fix"]["edits"].as_array().expect("a list").iter();
            let mut edits: Vec<&Value> = edits.filter(|e| e["path"] == path).collect();
            edits.sort_by_key(|e| (e["start"].as_u64(), e["end"].as_u64()));
            let text = std::fs::read(repo.root.join(path)).expect("it is there");
            for (edit, replacement) in edits.iter().zip(change["replacements"].as_array().expect("a list")) {
                let region = &replacement["deletedRegion"];
                for (side, line, column) in
                    [("start", "startLine", "startColumn"), ("end", "endLine", "endColumn")]
                {
                    let at = offset(&text, &region[line], &region[column]);
                    assert_eq!(Some(at as u64), edit[side].as_u64(), "{path}: {region}");
                }
                let inserted = replacement["insertedContent"]["text"].as_str().unwrap_or_default();
                assert_eq!(edit["replacement"], inserted);
                replaced += 1;
            }
        }
    }
    assert!(replaced > 20, "{replaced}");
}

/// The byte at which a line and a column, both from 1, stand in a text.
fn offset(text: &[u8], line: &Value, column: &Value) -> usize {
    let (line, column) = (line.as_u64().expect("a number"), column.as_u64().expect("a number"));
    let start = text.split_inclusive(|b| *b == b'\n').take(line as usize - 1).map(<[u8]>::len).sum::<usize>();
    let rest = String::from_utf8_lossy(&text[start..]);
    start + rest.chars().take(column as usize - 1).map(char::len_utf8).sum::<usize>()
}

#[test]
fn a_pull_request_is_annotated_where_it_is_at_fault_and_nowhere_else() {
    let repo = faulty();
    repo.git(&["checkout", "-q", "-b", "topic"]);
    repo.add_okep(2140, "Tide Tables");
    let path = "docs/okeps/okep-2140-tide-tables.md";
    repo.edit(path, "## Goals\n", "## Aims\n");
    repo.edit("mkdocs.yml", "      - Tide Tables: okeps/okep-2140-tide-tables.md\n", "");
    repo.commit("Propose tide tables");
    let shown = repo.okep(&["check", "--since", "main", "--format", "github"]).exits(1).stdout;
    let places: Vec<&str> = shown.lines().filter_map(|l| l.split(",title=").next()).collect();
    let line = repo.read(path).lines().position(|l| l == "## Aims").expect("a heading") + 1;
    let nav = repo.read("mkdocs.yml").lines().count();
    assert!(places.iter().any(|p| p.contains(&format!("file={path},line={line},"))), "{shown}");
    assert!(places.iter().any(|p| p.starts_with(&format!("::error file=mkdocs.yml,line={nav},"))), "{shown}");
    let about_others = |l: &&str| !l.contains("tide-tables") && !l.contains("2140");
    let others: Vec<&str> = shown.lines().filter(about_others).collect();
    assert_eq!(others.len(), 1, "the last line, which counts: {shown}");

    let summary = repo.okep(&["check", "--since", "main", "--format", "markdown"]).exits(1).stdout;
    assert!(summary.contains("older findings not shown") && summary.contains("Goals"), "{summary}");
    let rows: Vec<&str> = summary.lines().filter(|line| line.starts_with('|')).collect();
    assert!(rows.len() > 2 && !rows.iter().any(|row| row.contains("bell-codes")), "{summary}");
}

#[test]
fn no_format_for_machines_has_colour() {
    let repo = faulty();
    for format in ["json", "sarif", "github", "markdown"] {
        let shown = repo.okep_with(&[("CLICOLOR_FORCE", "1")], &["check", "--format", format]);
        assert!(!shown.exits(1).stdout.contains('\u{1b}'), "{format}");
    }
}

#[test]
fn a_shallow_clone_says_what_it_needs() {
    let repo = Repo::clean();
    repo.git(&["checkout", "-q", "-b", "topic"]);
    repo.add_okep(2130, "Tide Tables");
    repo.commit("Propose tide tables");
    repo.edit("docs/okeps/okep-2130-tide-tables.md", "## Risks\n", "## Risk\n");
    repo.commit("Go on");
    repo.git(&["checkout", "-q", "main"]);
    repo.write("notes.txt", "1");
    repo.commit("Go on with main");
    // As CI clones a pull request: its last commit alone, and that of the base.
    let clone = repo.beside("clone");
    let url = format!("file://{}", repo.root.display());
    let place = clone.display().to_string();
    repo.git(&["clone", "-q", "--depth=1", "--no-single-branch", "--branch=topic", &url, &place]);
    let check = |args: &[&str]| ran(repo.okep_command(&[&["-C", &place, "check"], args].concat()));
    check(&["--since", "origin/main"]).refuses(&[
        "`origin/main`",
        "shallow",
        "`git fetch --unshallow`",
        "fetch-depth: 0",
    ]);
    // As the action asks: by the hash of a commit that was not fetched.
    let base = repo.git(&["rev-parse", "main~1"]).trim().to_owned();
    check(&["--since", &base]).refuses(&[&base, "shallow", "`git fetch --unshallow`", "fetch-depth: 0"]);
    // With that history it is a verdict, and without a comparison one is had all the same.
    assert_eq!(check(&["--format", "json"]).exits(0).notes(), ["shallow"]);
    repo.git_in(&clone, &["fetch", "-q", "--unshallow"]).exits(0);
    let faults = check(&["--since", "origin/main", "--format", "json"]).exits(0).faults();
    assert_eq!(faults, ["warning renamed-section docs/okeps/okep-2130-tide-tables.md:37 Risks"]);
}
