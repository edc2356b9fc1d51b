//! Quick fixes: those of `check --fix`.

use super::client::{Client, changes, edited};
use super::diagnostics::checked;
use crate::support::{QUIET_GAUGES, Repo};
use lsp_types::{CodeAction, Diagnostic, NumberOrString};
use serde_json::{Value, json};
use std::collections::BTreeMap;

fn rule(diagnostic: &Diagnostic) -> &str {
    match &diagnostic.code {
        Some(NumberOrString::String(rule)) => rule,
        other => panic!("{other:?} names no rule"),
    }
}

/// The files that an action changes, with their texts after it; the renames are carried out.
fn after(repo: &Repo, client: &Client, action: &CodeAction) -> BTreeMap<String, String> {
    let (edits, renames) = changes(action, &repo.root);
    let text = |path: &String| client.texts.get(path).cloned().unwrap_or_else(|| repo.read(path));
    let mut files: BTreeMap<String, String> =
        edits.iter().map(|(path, edits)| (path.clone(), edited(&text(path), edits))).collect();
    for (from, to) in renames {
        let moved = files.remove(&from).unwrap_or_else(|| text(&from));
        files.insert(to, moved);
    }
    files
}

/// The same of a fix as `check` has it in JSON, whose edits are bytes.
fn after_fix(repo: &Repo, fix: &Value) -> BTreeMap<String, String> {
    let list = |name: &str| fix[name].as_array().expect("a list").clone();
    let word = |value: &Value, name: &str| value[name].as_str().expect("a word").to_owned();
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    let mut edits = list("edits");
    edits.sort_by_key(|edit| (edit["start"].as_u64(), edit["end"].as_u64()));
    for edit in edits.iter().rev() {
        let path = word(edit, "path");
        let text = files.entry(path.clone()).or_insert_with(|| repo.read(&path));
        let byte = |name: &str| edit[name].as_u64().expect("a number") as usize;
        text.replace_range(byte("start")..byte("end"), &word(edit, "replacement"));
    }
    for rename in list("renames") {
        let from = word(&rename, "from");
        let moved = files.remove(&from).unwrap_or_else(|| repo.read(&from));
        files.insert(word(&rename, "to"), moved);
    }
    files
}

/// Every quick fix of a file is the fix that `check` has for the finding; gives how many there are.
fn compare(repo: &Repo, client: &mut Client, path: &str) -> usize {
    client.open(path, &repo.read(path));
    let shown = client.diagnostics(path);
    let report = checked(repo, path, &repo.read(path));
    let mut fixes = 0;
    for diagnostic in &shown {
        let is_it = |f: &&Value| {
            f["rule"] == rule(diagnostic)
                && f["path"] == path
                && f["line"].as_u64().map_or(0, |line| line - 1) == u64::from(diagnostic.range.start.line)
                && f["message"].as_str() == diagnostic.message.lines().next()
        };
        let finding = report["findings"].as_array().expect("a list").iter().find(is_it).expect("it is found");
        let actions = client.actions(path, diagnostic.range, json!({ "diagnostics": [diagnostic] }));
        let of_it = |action: &&CodeAction| {
            let is_fix = !action.title.starts_with("Accept ");
            is_fix && action.diagnostics.iter().flatten().any(|one| one == diagnostic)
        };
        let action = actions.iter().find(of_it);
        assert_eq!(action.is_some(), !finding["fix"].is_null(), "{path}: {diagnostic:?}");
        let Some(action) = action else { continue };
        assert_eq!(action.is_preferred, Some(finding["fix"]["safety"] == "safe"));
        assert_eq!(after(repo, client, action), after_fix(repo, &finding["fix"]), "{path}: {}", action.title);
        fixes += 1;
    }
    client.close(path);
    fixes
}

#[test]
fn quick_fixes_are_the_fixes_of_check() {
    let repo = Repo::of("faulty");
    let mut client = Client::begin(&repo, &[]);
    let report = repo.json(&[]).value();
    let findings = report["findings"].as_array().expect("a list");
    let mut paths: Vec<&str> = findings.iter().map(|f| f["path"].as_str().expect("a path")).collect();
    paths.dedup();
    let fixes: usize = paths.iter().map(|path| compare(&repo, &mut client, path)).sum();
    assert!(fixes > 12, "{fixes}");
    client.end();
}

/// The action of a rule in a document, and what is written where it is carried out, compared with `--fix`.
#[track_caller]
fn check_fix(repo: &Repo, path: &str, wanted: &str) -> CodeAction {
    let mut client = Client::begin(repo, &[]);
    client.open(path, &repo.read(path));
    let shown = client.diagnostics(path);
    let all = shown.iter().chain(client.shown.values().flatten()).find(|d| rule(d) == wanted).cloned();
    let found = all.unwrap_or_else(|| panic!("no {wanted} in {shown:?}"));
    let place = client.shown.iter().find(|(_, of)| of.contains(&found)).expect("it is in a file").0.clone();
    if place != path {
        client.open(&place, &repo.read(&place));
        client.diagnostics(&place);
    }
    let actions = client.actions(&place, found.range, json!({ "diagnostics": [] }));
    let title = format!("({wanted})");
    let action = actions.into_iter().find(|action| action.title.ends_with(&title)).expect("there is a fix");
    let files = after(repo, &client, &action);
    client.end();
    repo.okep(&["check", "--fix=all", "--select", wanted]);
    for (path, text) in files {
        assert_eq!(repo.read(&path), text, "{path}");
    }
    action
}

#[test]
fn an_okep_is_added_to_nav_and_then_to_the_index_page() {
    let repo = Repo::clean();
    repo.add_okep(2140, "Tide Tables");
    let path = "docs/okeps/okep-2140-tide-tables.md";
    repo.edit("mkdocs.yml", "      - Tide Tables: okeps/okep-2140-tide-tables.md\n", "");
    repo.edit("docs/okeps/index.md", "* [OKEP-2140: Tide Tables](okep-2140-tide-tables.md)\n", "");
    repo.commit("Propose tide tables");
    let action = check_fix(&repo, path, "not-in-nav");
    assert_eq!(action.is_preferred, Some(true));
    assert_eq!(action.title, "Add it to `nav`: okep-2140-tide-tables.md (not-in-nav)");
    assert!(repo.read("mkdocs.yml").contains("okep-2140"));
    check_fix(&repo, path, "not-in-index");
    assert!(repo.read("docs/okeps/index.md").contains("okep-2140"));
}

#[test]
fn one_action_may_edit_several_files_and_rename_one() {
    let repo = Repo::clean();
    let (old, new) = ("docs/okeps/okep-2104-Quiet_Gauges.md", QUIET_GAUGES);
    repo.git(&["mv", new, old]);
    for register in ["mkdocs.yml", "docs/okeps/index.md"] {
        repo.write(register, repo.read(register).replace("okep-2104-quiet-gauges", "okep-2104-Quiet_Gauges"));
    }
    repo.commit("Rename");
    let action = check_fix(&repo, old, "malformed-filename");
    let (edits, renames) = changes(&action, &repo.root);
    assert!(edits.len() > 1 && renames == [(old.to_owned(), new.to_owned())], "{action:?}");
}

#[test]
fn all_that_is_safe_to_fix_is_fixed_at_once() {
    let repo = Repo::of("faulty");
    let mut client = Client::begin(&repo, &[]);
    let report = repo.json(&[]).value();
    let has_safe = |f: &&Value| f["fix"]["safety"] == "safe" && f["okep"] == f["path"];
    let findings = report["findings"].as_array().expect("a list").iter();
    let mut paths: Vec<&str> =
        findings.filter(has_safe).map(|f| f["path"].as_str().expect("a path")).collect();
    paths.dedup();
    assert!(paths.len() > 2, "{paths:?}");
    for path in paths {
        client.open(path, &repo.read(path));
        client.diagnostics(path);
        let start = lsp_types::Range::default();
        let only = json!({ "diagnostics": [], "only": ["source.fixAll"] });
        let actions = client.actions(path, start, only);
        let [action] = actions.as_slice() else { panic!("{path}: {actions:?}") };
        assert_eq!(action.kind.as_ref().map(|kind| kind.as_str()), Some("source.fixAll.okep"));
        let files = after(&repo, &client, action);
        let copy = Repo::of("faulty");
        copy.okep(&["check", "--fix", path]);
        for (path, text) in files {
            assert_eq!(copy.read(&path), text, "{path}");
        }
        // Nobody asked for it.
        let moved = json!({ "diagnostics": [], "triggerKind": 2 });
        let actions = client.actions(path, start, moved);
        assert!(actions.iter().all(|action| action.kind != Some("source.fixAll.okep".into())), "{actions:?}");
    }
    client.end();
}

#[test]
fn a_suppression_counts_once_it_gives_a_reason() {
    let repo = Repo::clean();
    let mut client = Client::begin(&repo, &[]);
    let text = format!("{}\n[gone](gone.md)\n", repo.read(QUIET_GAUGES));
    client.open(QUIET_GAUGES, &text);
    let shown = client.diagnostics(QUIET_GAUGES);
    assert_eq!(shown.iter().map(rule).collect::<Vec<_>>(), ["broken-link"]);
    let actions = client.actions(QUIET_GAUGES, shown[0].range, json!({ "diagnostics": [] }));
    let action = actions.iter().find(|action| action.title.starts_with("Accept ")).expect("there is one");
    let (edits, _) = changes(action, &repo.root);
    let text = edited(&text, &edits[QUIET_GAUGES]);
    client.change(QUIET_GAUGES, &text);
    let shown = client.diagnostics(QUIET_GAUGES);
    assert_eq!(shown.iter().map(rule).collect::<Vec<_>>(), ["broken-link", "malformed-exception"], "{text}");
    let malformed = client.actions(QUIET_GAUGES, shown[1].range, json!({ "diagnostics": [] }));
    assert!(malformed.iter().all(|action| !action.title.contains("malformed-exception")), "{malformed:?}");
    client.change(QUIET_GAUGES, &text.replace("because -->", "because it comes next year -->"));
    assert_eq!(client.diagnostics(QUIET_GAUGES), []);
    client.end();
}

#[test]
fn a_client_that_renames_nothing_is_offered_no_rename() {
    let repo = Repo::of("faulty");
    let mut client = Client::start(&repo);
    client.request("initialize", json!({ "capabilities": {} })).expect("it is answered");
    client.notify("initialized", json!({}));
    let path = "docs/okeps/okep-2110_Tide_Clocks.md";
    client.open(path, &repo.read(path));
    let shown = client.diagnostics(path);
    let found = shown.iter().find(|d| rule(d) == "malformed-filename").expect("it is not lower case");
    let actions = client.actions(path, found.range, json!({ "diagnostics": [] }));
    assert!(actions.iter().all(|action| !action.title.ends_with("(malformed-filename)")), "{actions:?}");
    let edit = actions.iter().find_map(|action| action.edit.as_ref()).expect("others are offered");
    assert!(edit.changes.is_some() && edit.document_changes.is_none());
    client.end();
}
