//! `site_headings` held against Python-Markdown itself.
//!
//! Needs a python with MkDocs and pymdown-extensions in `OKEP_TEST_PYTHON`, and for real documents a
//! clone of the project in `OKEP_TEST_CORPUS`; without them the tests say so and pass.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use okep::markdown::site_headings::{GithubHeading, ambiguities, site_headings};
use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

type Headings = Vec<(u8, String)>;

#[test]
fn agrees_with_python_markdown_on_hand_made_cases() {
    let Some(python) = variable("OKEP_TEST_PYTHON") else { return };
    let expected = oracle(&python, &[Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/headings")]);
    assert!(expected.len() >= 60, "only {} cases found", expected.len());
    compare(&expected);
}

#[test]
fn agrees_with_python_markdown_on_real_documents() {
    let (Some(python), Some(corpus)) = (variable("OKEP_TEST_PYTHON"), variable("OKEP_TEST_CORPUS")) else {
        return;
    };
    compare(&oracle(&python, &[Path::new(&corpus).join("docs")]));
}

#[test]
fn is_silent_on_real_proposals() {
    let Some(corpus) = variable("OKEP_TEST_CORPUS") else { return };
    let mut seen = 0;
    for path in markdown_files(&Path::new(&corpus).join("docs/okeps")) {
        let text = std::fs::read_to_string(&path).expect("the corpus is readable");
        let github = github_headings(&text);
        let borrowed: Vec<_> = github
            .iter()
            .map(|(level, span, text)| GithubHeading { level: *level, span: span.clone(), text })
            .collect();
        let found: Vec<_> = ambiguities(&text, &borrowed).into_iter().map(|a| a.message).collect();
        assert!(found.is_empty(), "{}: {found:?}", path.display());
        seen += github.len();
    }
    println!("{seen} headings, no ambiguity");
}

fn variable(name: &str) -> Option<String> {
    let value = std::env::var(name).ok().filter(|v| !v.is_empty());
    if value.is_none() {
        println!("skipped: {name} is not set");
    }
    value
}

fn oracle(python: &str, paths: &[PathBuf]) -> BTreeMap<PathBuf, Headings> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/site_headings_oracle.py");
    let output = Command::new(python).arg(script).args(paths).output().expect("OKEP_TEST_PYTHON can be run");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("the oracle prints JSON")
}

fn compare(expected: &BTreeMap<PathBuf, Headings>) {
    let mut wrong = Vec::new();
    for (path, expected) in expected {
        let text = std::fs::read_to_string(path).expect("the oracle has read it");
        let found: Headings = site_headings(&text).into_iter().map(|h| (h.level, h.text)).collect();
        if found != *expected {
            wrong.push(format!("{}\n  site:  {expected:?}\n  found: {found:?}", path.display()));
        }
    }
    println!("{} documents, {} differ", expected.len(), wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn markdown_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the folder is readable") {
        let path = entry.expect("the folder is readable").path();
        if path.is_dir() {
            files.extend(markdown_files(&path));
        } else if path.extension().is_some_and(|e| e == "md") {
            files.push(path);
        }
    }
    files.sort();
    files
}

fn github_headings(text: &str) -> Vec<(u8, std::ops::Range<usize>, String)> {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_FOOTNOTES;
    let mut found = Vec::new();
    let mut open: Option<(u8, std::ops::Range<usize>, String)> = None;
    for (event, span) in Parser::new_ext(text, options).into_offset_iter() {
        match event {
            Event::Start(Tag::Heading { level, .. }) => open = Some((number(level), span, String::new())),
            Event::End(TagEnd::Heading(_)) => found.extend(open.take()),
            Event::Text(t) | Event::Code(t) => {
                if let Some(heading) = &mut open {
                    heading.2.push_str(&t);
                }
            }
            _ => {}
        }
    }
    found
}

fn number(level: HeadingLevel) -> u8 {
    level as u8
}
