//! The headings of GitHub and of the site, compared with cmark-gfm and Python-Markdown themselves.
//!
//! Needs a python with MkDocs, pymdown-extensions and cmarkgfm in `OKEP_TEST_PYTHON`, and for real documents a
//! clone of the project in `OKEP_TEST_CORPUS`; without them the tests say so and pass. `OKEP_TEST_HEADINGS` names
//! more folders of Markdown, `:` between them.

use okep::markdown::document::Document;
use okep::markdown::extensions::Extensions;
use okep::markdown::site_headings::{site_headings, site_reading};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Those of OVN-Kubernetes.
const OVN_KUBERNETES: Extensions = Extensions {
    admonition: true,
    attr_list: false,
    details: true,
    md_in_html: false,
    meta: true,
    sane_headers: false,
    snippets: true,
    superfences: true,
    tabbed: false,
    def_list: false,
    footnotes: false,
    blocks: false,
    unknown: false,
};

/// Sets of extensions, and their names.
fn sets() -> [(Extensions, &'static str); 4] {
    let mdx = Extensions { tabbed: true, md_in_html: true, attr_list: true, ..OVN_KUBERNETES };
    let plain = Extensions::default();
    let sane = Extensions { sane_headers: true, admonition: true, ..plain };
    [
        (OVN_KUBERNETES, ""),
        (plain, ","),
        (
            Extensions { snippets: false, ..mdx },
            "admonition,meta,pymdownx.details,pymdownx.superfences,pymdownx.tabbed,md_in_html,attr_list",
        ),
        (sane, "admonition,pymdownx.saneheaders"),
    ]
}

fn cases() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/headings")
}

/// The folders of real documents.
fn real_documents() -> Vec<PathBuf> {
    let corpus = variable("OKEP_TEST_CORPUS").map(|corpus| Path::new(&corpus).join("docs"));
    let more = std::env::var("OKEP_TEST_HEADINGS").unwrap_or_default();
    corpus.into_iter().chain(more.split(':').filter(|f| !f.is_empty()).map(PathBuf::from)).collect()
}

#[test]
fn the_sites_headings_are_those_of_python_markdown() {
    let Some(python) = variable("OKEP_TEST_PYTHON") else { return };
    for (on, names) in sets() {
        let expected = of_site(&python, names, &[cases()]);
        assert!(expected.len() >= 60, "only {} cases found", expected.len());
        compare_with_site(&expected, on);
    }
    compare_with_site(&of_site(&python, "", &real_documents()), OVN_KUBERNETES);
}

#[test]
fn githubs_headings_are_those_of_cmark_gfm() {
    let Some(python) = variable("OKEP_TEST_PYTHON") else { return };
    let folders: Vec<PathBuf> = real_documents().into_iter().chain([cases()]).collect();
    let mut wrong = Vec::new();
    for (path, expected) in of_github(&python, &folders) {
        let document = parse(&path);
        // What an open fence hides is read on as if the fence were closed; `unclosed-fence` reports it.
        let end = document.unclosed_fence.as_ref().map_or(usize::MAX, |f| f.opening.start);
        let mut headings: Vec<_> = document.headings.iter().chain(&document.nested_headings).collect();
        headings.sort_by_key(|h| h.span.start);
        let found: Vec<GithubHeading> = headings
            .iter()
            .filter(|h| h.span.start < end)
            .map(|h| (document.text.line_of(h.span.start), h.level, h.text.clone()))
            .collect();
        // cmark-gfm counts a definition above an underlined heading to its lines, and lines that end in `\r`.
        let same = |(a, b): (&GithubHeading, &GithubHeading)| {
            let on_its_line = a.0 == b.0 || document.text.as_str().contains(['\r', '=']);
            on_its_line && a.1 == b.1 && a.2 == b.2
        };
        if found.len() != expected.len() || !found.iter().zip(&expected).all(same) {
            wrong.push(format!("{}\n  GitHub: {expected:?}\n  found:  {found:?}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A page on which the two disagree is reported, and one on which they agree is not.
#[test]
fn every_difference_between_the_two_is_reported() {
    let Some(python) = variable("OKEP_TEST_PYTHON") else { return };
    let folders: Vec<PathBuf> = real_documents().into_iter().chain([cases()]).collect();
    let (github, site) = (of_github(&python, &folders), of_site(&python, "", &folders));
    let (mut wrong, mut differ) = (Vec::new(), 0);
    for (path, github) in github {
        let document = parse(&path);
        let levels: Vec<u8> = github.iter().map(|(_, level, _)| *level).collect();
        let on_site: Vec<u8> = site[&path].iter().map(|(level, _)| *level).collect();
        let differs = levels != on_site;
        let found: Vec<_> =
            site_reading(&document, OVN_KUBERNETES).ambiguities.into_iter().map(|a| a.message).collect();
        let is_explained = document.unclosed_fence.is_some()
            || !OVN_KUBERNETES.are_known_for(document.text.as_str())
            || document.body_start > document.text.bom_len();
        let texts: Vec<String> = github.iter().map(|(_, _, text)| letters(text)).collect();
        let texts_on_site: Vec<String> = site[&path].iter().map(|(_, text)| letters(text)).collect();
        differ += usize::from(differs);
        if differs && found.is_empty() && !is_explained {
            wrong.push(format!("{}\n  GitHub: {levels:?}\n  site:   {on_site:?}", path.display()));
        }
        if !differs && texts == texts_on_site && found.iter().any(|m| m.contains("no heading")) {
            wrong.push(format!("{}: {found:?}", path.display()));
        }
    }
    assert!(differ >= 20, "only {differ} pages differ");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn nothing_is_reported_of_real_proposals() {
    let Some(corpus) = variable("OKEP_TEST_CORPUS") else { return };
    for path in markdown_files(&Path::new(&corpus).join("docs/okeps")) {
        let found: Vec<_> =
            site_reading(&parse(&path), OVN_KUBERNETES).ambiguities.into_iter().map(|a| a.message).collect();
        assert!(found.is_empty(), "{}: {found:?}", path.display());
    }
}

fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Level and text.
type SiteHeading = (u8, String);
/// Line, level and text.
type GithubHeading = (usize, u8, String);

fn of_site(python: &str, extensions: &str, paths: &[PathBuf]) -> BTreeMap<PathBuf, Vec<SiteHeading>> {
    let names = ["--extensions", extensions];
    ask(python, "site_headings_oracle.py", if extensions.is_empty() { &[] } else { &names }, paths)
}

fn of_github(python: &str, paths: &[PathBuf]) -> BTreeMap<PathBuf, Vec<GithubHeading>> {
    ask(python, "github_headings_oracle.py", &[], paths)
}

fn ask<T: serde::de::DeserializeOwned>(python: &str, script: &str, args: &[&str], paths: &[PathBuf]) -> T {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(script);
    let output = Command::new(python)
        .arg(script)
        .args(args)
        .args(paths)
        .output()
        .expect("OKEP_TEST_PYTHON can be run");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("the oracle prints JSON")
}

fn compare_with_site(expected: &BTreeMap<PathBuf, Vec<SiteHeading>>, on: Extensions) {
    let mut wrong = Vec::new();
    for (path, expected) in expected {
        let text = std::fs::read_to_string(path).expect("the oracle has read it");
        let found: Vec<SiteHeading> =
            site_headings(&text, on).into_iter().map(|h| (h.level, h.text)).collect();
        // Of a link by reference the text is shown with its brackets here.
        let same = |(a, b): (&SiteHeading, &SiteHeading)| {
            let plain = |text: &str| text.replace(['[', ']'], "");
            a.0 == b.0 && plain(&a.1) == plain(&b.1)
        };
        if found.len() != expected.len() || !found.iter().zip(expected).all(same) {
            wrong.push(format!("{}\n  site:  {expected:?}\n  found: {found:?}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{on:?}\n{}", wrong.join("\n"));
}

fn parse(path: &Path) -> Document {
    Document::parse(std::fs::read(path).expect("the oracle has read it"))
}

fn variable(name: &str) -> Option<String> {
    let value = std::env::var(name).ok().filter(|v| !v.is_empty());
    if value.is_none() {
        println!("skipped: {name} is not set");
    }
    value
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
