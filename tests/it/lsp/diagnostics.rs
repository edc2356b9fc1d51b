//! Diagnostics: those of `check --stdin-filename` for the same text.

use super::client::Client;
use crate::support::{QUIET_GAUGES, Repo, SHARED_BUOYS, ran, variable};
use lsp_types::{Diagnostic, DiagnosticSeverity, DiagnosticTag, NumberOrString};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Stdio;

const REGISTERS: [&str; 2] = ["mkdocs.yml", "docs/okeps/index.md"];

/// What `check` prints of the repository with a text in place of that of a file.
pub fn checked(repo: &Repo, path: &str, text: &str) -> Value {
    repo.write("../stdin", text);
    let mut command = repo.okep_command(&["check", "--format", "json", "--stdin-filename", path]);
    command.stdin(Stdio::from(std::fs::File::open(repo.beside("stdin")).expect("just written")));
    ran(command).value()
}

/// A finding or a diagnostic, in words that both have: line and character are of UTF-16.
type Shown = (String, String, (u64, u64), (u64, u64), String);

fn of_check(report: &Value, path: &str, text: &str) -> BTreeSet<Shown> {
    let word = |finding: &Value, name: &str| finding[name].as_str().expect("a word").to_owned();
    let units = |line: u64, column: u64| {
        let line = text.split('\n').nth(line as usize - 1).unwrap_or_default();
        // Columns of `check` leave the mark at the start of a file out.
        let hidden = u64::from(line.starts_with('\u{feff}'));
        let before = line.chars().take((column - 1 + hidden) as usize).map(|c| c.len_utf16() as u64);
        before.sum::<u64>()
    };
    let place = |finding: &Value, line: &str, column: &str| match (
        finding[line].as_u64(),
        finding[column].as_u64(),
    ) {
        (Some(line), Some(column)) => (line - 1, units(line, column)),
        _ => (0, 0),
    };
    let findings = report["findings"].as_array().expect("a list").iter().filter(|f| f["path"] == path);
    let shown = |f: &Value| {
        let (start, end) = (place(f, "line", "column"), place(f, "end_line", "end_column"));
        (word(f, "rule"), word(f, "severity"), start, end, word(f, "message"))
    };
    findings.map(shown).collect()
}

fn of_server(diagnostics: &[Diagnostic]) -> BTreeSet<Shown> {
    let shown = |d: &Diagnostic| {
        let Some(NumberOrString::String(rule)) = &d.code else { panic!("{d:?} names no rule") };
        let severity = match d.severity {
            Some(DiagnosticSeverity::ERROR) => "error",
            Some(DiagnosticSeverity::WARNING) => "warning",
            Some(DiagnosticSeverity::HINT) => "hint",
            other => panic!("what is {other:?}?"),
        };
        let place = |position: lsp_types::Position| (u64::from(position.line), u64::from(position.character));
        let message = d.message.lines().next().unwrap_or_default().to_owned();
        (rule.clone(), severity.to_owned(), place(d.range.start), place(d.range.end), message)
    };
    diagnostics.iter().map(shown).collect()
}

/// Opens a document, and compares what is shown of it and of the registers.
#[track_caller]
fn check(repo: &Repo, client: &mut Client, path: &str, text: &str) -> usize {
    client.open(path, text);
    let found = client.diagnostics(path);
    let report = checked(repo, path, text);
    assert_eq!(of_server(&found), of_check(&report, path, text), "{path}");
    assert_eq!(found.len(), of_server(&found).len(), "{path}: none is shown twice");
    for register in
        REGISTERS.iter().filter(|register| **register != path && repo.root.join(register).exists())
    {
        let shown = client.shown.get(*register).map(|shown| of_server(shown)).unwrap_or_default();
        assert_eq!(
            shown,
            of_check(&report, register, &repo.read(register)),
            "{register} while {path} is open"
        );
    }
    client.close(path);
    if !found.is_empty() && !REGISTERS.contains(&path) {
        assert_eq!(client.diagnostics(path), [], "{path} is closed");
    }
    found.len()
}

fn pages(root: &Path, folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(root.join(folder)).expect("readable") {
        let path = format!("{folder}/{}", entry.expect("readable").file_name().to_string_lossy());
        match root.join(&path).is_dir() {
            true => found.extend(pages(root, &path)),
            false if path.ends_with(".md") => found.push(path),
            false => {}
        }
    }
    found.sort();
    found
}

#[test]
fn diagnostics_are_the_findings_of_check() {
    for fixture in ["clean", "faulty"] {
        let repo = Repo::of(fixture);
        let mut client = Client::begin(&repo, &[]);
        let mut count = 0;
        for path in pages(&repo.root, "docs/okeps").into_iter().chain(["mkdocs.yml".to_owned()]) {
            count += check(&repo, &mut client, &path, &repo.read(&path));
        }
        assert_eq!(count > 20, fixture == "faulty", "{count}");
        assert_eq!(client.end().0, 0);
    }
}

#[test]
fn lines_of_every_kind_and_wide_characters_have_their_places() {
    let repo = Repo::of("faulty");
    let mut client = Client::begin(&repo, &["utf-16"]);
    let path = "docs/okeps/okep-2111-bell-codes.md";
    let text = repo.read(path);
    check(&repo, &mut client, path, &text.replace('\n', "\r\n"));
    check(&repo, &mut client, path, &format!("\u{feff}{text}"));
    let wide = "\n## 🚀🚀 Ünrelated 🚀\n\n🚀 [gone](🚀-gone.md) 🚀 ![gone](gone.png)\n";
    assert!(check(&repo, &mut client, path, &format!("{text}{wide}")) > 2);
    check(&repo, &mut client, path, "");
    client.end();
}

#[test]
fn positions_are_bytes_where_the_client_prefers_them() {
    let repo = Repo::of("clean");
    let at = |encodings: &[&str]| {
        let mut client = Client::begin(&repo, encodings);
        client.open(QUIET_GAUGES, &format!("{}\n🚀ä [gone](gone.md)\n", repo.read(QUIET_GAUGES)));
        let found = client.diagnostics(QUIET_GAUGES);
        client.end();
        assert_eq!(found.len(), 1, "{found:?}");
        found[0].range.start.character
    };
    assert_eq!([at(&[]), at(&["utf-16"]), at(&["utf-16", "utf-8"])], [4, 4, 7]);
}

#[test]
fn a_diagnostic_says_where_to_read_on() {
    let repo = Repo::of("clean");
    let mut client = Client::begin(&repo, &[]);
    let nav = repo.read("mkdocs.yml").replace("okep-2104-quiet-gauges.md", "okep-2105-gone.md");
    client.open("mkdocs.yml", &nav);
    client.open(SHARED_BUOYS, &repo.read(SHARED_BUOYS));
    let found = client.diagnostics("mkdocs.yml");
    let dead = found.iter().find(|d| d.code == Some(NumberOrString::String("dead-nav-entry".into())));
    let dead = dead.expect("the entry is dead");
    assert_eq!(dead.tags, Some(vec![DiagnosticTag::UNNECESSARY]));
    let page = dead.code_description.as_ref().expect("a link").href.as_str();
    let page = std::fs::read_to_string(page.strip_prefix("file://").expect("a file")).expect("it is there");
    assert!(page.starts_with("## dead-nav-entry") && page.contains("Instead of"), "{page}");
    let text = repo.read(SHARED_BUOYS).replace("## Risks", "##  Stories\n\nMore.\n\n## Risks");
    client.change(SHARED_BUOYS, &text);
    let found = client.diagnostics(SHARED_BUOYS);
    let related = found.iter().flat_map(|d| d.related_information.iter().flatten()).next();
    let related = related.expect("the first of the two is named");
    assert!(related.location.uri.as_str().ends_with(SHARED_BUOYS) && related.location.range.start.line > 3);
    client.end();
}

#[test]
fn the_last_of_many_changes_is_checked_once() {
    let repo = Repo::of("clean");
    let mut client = Client::begin(&repo, &[]);
    let text = repo.read(QUIET_GAUGES);
    client.open(QUIET_GAUGES, &text);
    assert_eq!(client.diagnostics(QUIET_GAUGES), []);
    for end in 0..20 {
        client.change(QUIET_GAUGES, &format!("{text}\n[gone](gone-{end}.md)\n"));
    }
    let found = client.diagnostics(QUIET_GAUGES);
    assert!(found.len() == 1 && found[0].message.contains("gone-19.md"), "{found:?}");
    assert!(client.is_silent(), "nothing but the last one is checked");
    // Edits of ranges make the same text.
    let line = text.lines().count() as u64 + 1;
    let range =
        json!({ "start": { "line": line, "character": 7 }, "end": { "line": line, "character": 14 } });
    client.change_by(QUIET_GAUGES, json!([{ "range": range, "text": "lost" }]));
    assert!(client.diagnostics(QUIET_GAUGES)[0].message.contains("lost.md"));
    client.end();
}

#[test]
fn a_mistake_in_the_configuration_is_shown_there() {
    let repo = Repo::of("faulty");
    let mut client = Client::begin(&repo, &[]);
    let path = "docs/okeps/okep-2111-bell-codes.md";
    client.open(path, &repo.read(path));
    assert_ne!(client.diagnostics(path), []);
    client.open("okep.toml", "[severity]\nno-such-rule = \"off\"\n");
    let found = client.diagnostics("okep.toml");
    assert!(found.len() == 1 && found[0].message.contains("no-such-rule"), "{found:?}");
    assert_eq!(found[0].range.start.line, 1);
    assert_eq!(client.shown[path], [], "nothing else is known then");
    client.change("okep.toml", "[severity]\nbroken-link = \"off\"\n");
    assert_eq!(client.diagnostics("okep.toml"), []);
    assert_ne!(client.shown[path], []);
    client.end();
}

/// Every proposal of the corpus, as far as there is one.
#[test]
fn diagnostics_of_real_proposals_are_the_findings_of_check() {
    let Some(corpus) = variable("OKEP_TEST_CORPUS") else { return };
    let repo = Repo::folder("");
    repo.git(&["clone", "-q", &corpus, "."]);
    let mut client = Client::begin(&repo, &[]);
    let mut count = 0;
    for path in pages(&repo.root, "docs/okeps") {
        count += check(&repo, &mut client, &path, &repo.read(&path));
    }
    assert!(count > 50, "{count}");
    client.end();
}
