//! What the tests of the rules share: a template, an OKEP without findings, and `check(document, expected)`.

use crate::audit::{TemplateTimeline, audit};
use crate::files::{Layout, Tree};
use crate::fix::plan::plan;
use crate::okep::snapshot::{Parsed, Snapshot};
use crate::rules::finding::Finding;

pub const TEMPLATE: &str = "\
# OKEP-1: OKEP Template

* Issue: [#1](https://github.com/org/net/issues/1)
(Open one if you have none yet. Then use its number.)

## Problem

(One or two sentences on what is wrong today.)

## Goals

(Bullet list of what this is to reach.)

## Non-Goals

## Proposed Solution

What is the solution to the problem above?

### API Details

* add details if the API is changing

### Testing Details

* Unit Testing details

## Alternatives

(Other designs and why they were not taken.)

## References
";

pub const GOOD: &str = "\
# OKEP-7: Faster Tea

* Issue: [#7](https://github.com/org/net/issues/7)

## Problem

Tea is slow.

## Goals

* Fast tea

## Non-Goals

None

## Proposed Solution

### API Details

A `Kettle`.

### Testing Details

Drink it.

## Alternatives

Coffee.

## References

N/A
";

pub const NAV: &str = "nav:\n  - Proposals:\n    - Faster Tea: okeps/okep-7-faster-tea.md\n";
pub const TEMPLATE_PATH: &str = "docs/okeps/okep-1-template.md";
pub const OKEP: &str = "docs/okeps/okep-7-faster-tea.md";
/// The issue line of the good document.
pub const ISSUE: &str = "* Issue: [#7](https://github.com/org/net/issues/7)";

/// The template, a nav that lists the OKEP, and files that are added or take their place.
pub fn tree(files: &[(&str, &str)]) -> Tree {
    let mut tree = Tree::default();
    tree.insert(TEMPLATE_PATH, TEMPLATE.as_bytes());
    tree.insert("mkdocs.yml", NAV.as_bytes());
    for (path, text) in files {
        tree.insert(*path, text.as_bytes());
    }
    tree
}

/// As [`tree`], without a template.
pub fn tree_without_template(files: &[(&str, &str)]) -> Tree {
    let mut tree = tree(files);
    tree.remove(TEMPLATE_PATH);
    tree
}

/// The findings, each as `rule:line subject`; `-` where there is no line.
pub fn found(tree: &Tree) -> Vec<String> {
    let snapshot = Snapshot::new(tree, &Layout::default(), &Parsed::default());
    let findings = audit(&snapshot, None).findings;
    findings.iter().map(shown).collect()
}

fn shown(finding: &Finding) -> String {
    let line = finding.place.as_ref().map_or("-".to_owned(), |place| place.line.to_string());
    format!("{}:{line} {}", finding.rule, finding.subject)
}

/// The kinds of the notices about the template and the files.
pub fn notices(tree: &Tree) -> Vec<&'static str> {
    let notes = Snapshot::new(tree, &Layout::default(), &Parsed::default()).notes;
    notes.iter().map(|note| note.kind).collect()
}

/// The findings with their fixes.
pub fn planned(tree: &Tree) -> Vec<Finding> {
    let snapshot = Snapshot::new(tree, &Layout::default(), &Parsed::default());
    let mut findings = audit(&snapshot, None).findings;
    plan(&snapshot, &TemplateTimeline::of(&snapshot, None), findings.iter_mut().collect());
    findings
}

/// What the fix of a rule's first finding makes of the good document's place, after the fix's safety; `-` where there
/// is no fix.
#[track_caller]
pub fn fixed(rule: &str, files: &[(&str, &str)]) -> String {
    let findings = planned(&tree(files));
    let finding = findings.iter().find(|finding| finding.rule == rule).expect("the rule has a finding");
    let Some(fix) = &finding.fix else { return "-".to_owned() };
    let (_, document) =
        files.iter().find(|(path, _)| *path == OKEP).expect("the document is among the files");
    let mut text = (*document).to_owned();
    for edit in fix.edits.iter().rev() {
        text.replace_range(edit.start..edit.end, &edit.replacement);
    }
    format!("{}: {text}", fix.safety)
}

/// Checks what the fix of a rule's first finding makes of a document; none where there is no fix.
#[track_caller]
pub fn check_fix(rule: &str, document: &str, expected: Option<&str>) {
    let expected = expected.map_or("-".to_owned(), |text| format!("suggested: {text}"));
    assert_eq!(fixed(rule, &[(OKEP, document)]), expected);
}

/// The same for a safe fix.
#[track_caller]
pub fn check_safe_fix(rule: &str, document: &str, expected: Option<&str>) {
    let expected = expected.map_or("-".to_owned(), |text| format!("safe: {text}"));
    assert_eq!(fixed(rule, &[(OKEP, document)]), expected);
}

#[track_caller]
pub fn check_files(files: &[(&str, &str)], expected: &[&str]) {
    assert_eq!(found(&tree(files)), expected);
}

/// Checks one document, next to the template and a nav that lists it.
#[track_caller]
pub fn check(document: &str, expected: &[&str]) {
    check_files(&[(OKEP, document)], expected);
}

/// Like [`check`], for the findings of one rule.
#[track_caller]
pub fn check_only(rule: &str, document: &str, expected: &[&str]) {
    assert_eq!(of_rule(rule, found(&tree(&[(OKEP, document)]))), expected, "{document}");
}

pub fn of_rule(rule: &str, mut found: Vec<String>) -> Vec<String> {
    found.retain(|finding| finding.starts_with(&format!("{rule}:")));
    found
}

/// The good document with one passage replaced.
#[track_caller]
pub fn with(old: &str, new: &str) -> String {
    assert_eq!(GOOD.matches(old).count(), 1, "{old:?} is once in the good document");
    GOOD.replace(old, new)
}

/// The good document with other lines for its issue line; `@` is the URL of the template's repository.
pub fn with_issue(lines: &str) -> String {
    with(ISSUE, &lines.replace('@', "https://github.com/org/net"))
}

/// What the fix of a rule's finding makes of the lines that are put in place of the issue line, after the
/// fix's safety; `-` where there is no fix.
#[track_caller]
pub fn fixed_issue(rule: &str, lines: &str) -> String {
    let document = with_issue(lines);
    let findings = planned(&tree(&[(OKEP, &document)]));
    let finding = findings.iter().find(|finding| finding.rule == rule).expect("the rule has a finding");
    assert!(!finding.message.contains('\n'), "{}", finding.message);
    let Some(fix) = &finding.fix else { return "-".to_owned() };
    let mut text = document;
    for edit in fix.edits.iter().rev() {
        text.replace_range(edit.start..edit.end, &edit.replacement);
    }
    let (head, tail) = GOOD.split_once(ISSUE).expect("the good document has an issue line");
    let inside = text.strip_prefix(head).and_then(|text| text.strip_suffix(tail));
    let inside = inside.expect("the rest is as it was").replace("https://github.com/org/net", "@");
    format!("{:?}: {inside}", fix.safety).to_lowercase()
}

/// Checks a document whose template has another issue line.
#[track_caller]
pub fn check_issue_form(form: &str, issue: &str, expected: &[&str]) {
    let template = TEMPLATE.replace("* Issue: [#1](https://github.com/org/net/issues/1)", form);
    check_files(&[(TEMPLATE_PATH, &template), (OKEP, &with(ISSUE, issue))], expected);
}

/// Checks a document whose template has one more section, which lists several things.
#[track_caller]
pub fn check_with_risks(document: &str, expected: &[&str]) {
    let template =
        TEMPLATE.replace("## Alternatives", "## Risks, Known Limits and Mitigations\n\n## Alternatives");
    check_files(&[(TEMPLATE_PATH, &template), (OKEP, document)], expected);
}

/// The findings of a tree that also has other files, which have no content of interest.
pub fn found_among(files: &[(&str, &str)], others: &[&str]) -> Vec<String> {
    let mut tree = tree(files);
    others.iter().for_each(|path| tree.insert(*path, &b"x"[..]));
    found(&tree)
}

/// Checks a text with links, which is put in the place of the solution.
#[track_caller]
pub fn check_links(text: &str, others: &[&str], expected: &[&str]) {
    let old = "### API Details\n\nA `Kettle`.\n";
    let document = with(old, &format!("{text}\n\n{old}"));
    assert_eq!(found_among(&[(OKEP, &document)], others), expected, "{text}");
}
