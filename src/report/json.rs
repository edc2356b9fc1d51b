//! The JSON of `okep check`, `schema: 1`: a contract that `schemas/check.schema.json` holds.
//!
//! A finding is written out here, in the order in which it is printed; OKEPs, and the small values in findings, such as
//! a fix or a note, are printed as they are.

use super::terminal::is_harmful;
use crate::audit::report::{Baseline, Counts, OkepSummary, Report, Reported, Source};
use crate::rules::finding::Related;
use crate::text::Place;
use serde::Serialize;
use serde_json::{Value, json};

/// The report as JSON, pretty-printed and ended by a line break.
///
/// The counts, of an OKEP and of the whole, are of the findings that count: all of them, or the new
/// ones where the audit compares. `summary.new` and `summary.existing` say how many findings carry that
/// `baseline`, so both are 0 where the audit compares with nothing.
pub fn check(report: &Report, version: &str) -> String {
    let Counts { errors, warnings, hints } = report.counts();
    let with = |baseline| report.findings.iter().filter(|r| r.baseline == Some(baseline)).count();
    let okeps = report.counted_okeps().into_iter().map(|(okep, counts)| CountedOkep { okep, counts });
    printed(&json!({
        "schema": 1,
        "tool": { "name": "okep", "version": version },
        "source": source("kind", report),
        "okeps": okeps.collect::<Vec<_>>(),
        "findings": report.findings.iter().map(finding).collect::<Vec<_>>(),
        "summary": {
            "okeps": report.okeps.len(), "errors": errors, "warnings": warnings, "hints": hints,
            "new": with(Baseline::New), "existing": with(Baseline::Existing),
        },
        "notes": report.notes,
    }))
}

/// JSON for people and tools: characters that would disturb a terminal are `\u` escapes, which parse to the same.
///
/// Outside of strings JSON holds no such character but the line breaks that serde writes; inside of them serde
/// has already escaped the C0 controls.
pub(super) fn printed(value: &Value) -> String {
    let mut json = serde_json::to_string_pretty(value).expect("values with string keys always encode");
    json.push('\n');
    if !json.chars().any(|c| c != '\n' && is_harmful(c)) {
        return json;
    }
    let shown = |c: char| match c != '\n' && is_harmful(c) {
        true => c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect(),
        false => c.to_string(),
    };
    json.chars().map(shown).collect()
}

/// What was checked, its kind under the name `kind`, and what it was compared with.
pub(super) fn source(kind: &str, report: &Report) -> Value {
    let (name, commit) = match &report.source {
        Source::Worktree => ("worktree", None),
        Source::Index => ("index", None),
        Source::Commit(commit) => ("commit", Some(commit)),
    };
    without_nulls(json!({ kind: name, "commit": commit, "since": report.since }))
}

/// An object without those of its members that are null.
pub fn without_nulls(mut object: Value) -> Value {
    if let Value::Object(members) = &mut object {
        members.retain(|_, value| !value.is_null());
    }
    object
}

/// An OKEP with the counts of its findings.
#[derive(Serialize)]
struct CountedOkep<'a> {
    #[serde(flatten)]
    okep: &'a OkepSummary,
    #[serde(flatten)]
    counts: Counts,
}

fn finding(reported: &Reported) -> Value {
    let finding = &reported.finding;
    let place = |of: fn(&Place) -> usize| finding.place.as_ref().map(of);
    json!({
        "rule": finding.rule,
        "severity": finding.severity.as_str(),
        "okep": finding.okep,
        "path": finding.path,
        "line": place(|p| p.line),
        "column": place(|p| p.column),
        "end_line": place(|p| p.end_line),
        "end_column": place(|p| p.end_column),
        "subject": finding.subject,
        "message": finding.message,
        "help": finding.help,
        "baseline": reported.baseline,
        "grandfathered": finding.grandfathered,
        "related": finding.related.iter().map(related).collect::<Vec<_>>(),
        "fix": finding.fix,
    })
}

fn related(related: &Related) -> Value {
    let line = related.place.as_ref().map(|place| place.line);
    json!({ "path": related.path, "line": line, "message": related.message })
}

#[cfg(test)]
mod tests {
    use super::super::test_reports::{empty, finding, okep, revision};
    use super::*;
    use crate::files::Note;
    use crate::rules::finding::{Edit, Fix, Severity};
    use serde_json::{Value, json};

    fn parsed(report: &Report) -> Value {
        let text = check(report, "1.2.3");
        assert!(text.ends_with("}\n"));
        serde_json::from_str(&text).expect("is JSON")
    }

    #[test]
    fn every_field_is_there_and_null_where_it_has_no_value() {
        let bare = OkepSummary {
            number: None,
            title: None,
            issue: None,
            landed: None,
            in_nav: None,
            ..okep("p", 1, "", "")
        };
        let mut report = empty().with_okep(bare).with(finding("missing-issue", Severity::Error, "p", "m"));
        report.notes.push(Note::new("shallow", "the clone is shallow"));
        assert_eq!(
            parsed(&report),
            json!({
                "schema": 1,
                "tool": {"name": "okep", "version": "1.2.3"},
                "source": {"kind": "worktree"},
                "okeps": [{
                    "path": "p", "number": null, "title": null, "issue": null, "landed": null,
                    "in_nav": null, "in_index": null, "errors": 0, "warnings": 0, "hints": 0,
                }],
                "findings": [{
                    "rule": "missing-issue", "severity": "error", "okep": null, "path": "p",
                    "line": null, "column": null, "end_line": null, "end_column": null,
                    "subject": "", "message": "m", "help": [], "baseline": null,
                    "grandfathered": null, "related": [], "fix": null,
                }],
                "summary": {"okeps": 1, "errors": 1, "warnings": 0, "hints": 0, "new": 0, "existing": 0},
                "notes": [{"kind": "shallow", "message": "the clone is shallow"}],
            })
        );
    }

    #[test]
    fn every_value_is_there() {
        let path = "docs/okeps/okep-7-a.md";
        let fix = Fix::suggested("do it", vec![Edit::replace(path, 2..4, "x\u{1b}")]).and_rename("a", "b");
        let report = empty()
            .with_text(path, "# OKEP-7: A\nä b\n")
            .with_okep(OkepSummary { in_index: Some(false), ..okep(path, 7, "A", "2025-02-14") });
        let one =
            finding("stub-section", Severity::Hint, path, "m").at(&report, "b").subject("s").helped("h");
        let one = one.relating(&report, path, "A\n", "r").grandfathered("2025-12-10").fixed(fix);
        let mut report = report.with(one).with(finding("not-in-nav", Severity::Error, "mkdocs.yml", "old"));
        report.source = Source::Commit("c0ffee".into());
        report.since = Some("decade".into());
        report.okeps[0].landed = Some(revision("abad1dea", "2025-02-14"));
        report.findings[0].baseline = Some(Baseline::New);
        report.findings[1].baseline = Some(Baseline::Existing);
        report.notes.push(Note::at("not-utf8", path, "1 byte"));
        let json = parsed(&report);
        assert_eq!(json["source"], json!({"kind": "commit", "commit": "c0ffee", "since": "decade"}));
        assert_eq!(
            json["okeps"],
            json!([{
                "path": path, "number": 7, "title": "A",
                "issue": {"number": 7, "url": "https://github.com/ovn-org/ovn-kubernetes/issues/7"},
                "landed": {"commit": "abad1dea", "date": "2025-02-14"},
                "in_nav": true, "in_index": false, "errors": 0, "warnings": 0, "hints": 1,
            }])
        );
        assert_eq!(
            json["findings"][0],
            json!({
                "rule": "stub-section", "severity": "hint", "okep": path, "path": path,
                "line": 2, "column": 3, "end_line": 2, "end_column": 4,
                "subject": "s", "message": "m", "help": ["h"], "baseline": "new",
                "grandfathered": {"commit": "53926b5c0ffee53926b5c0ffee53926b5c0ffee5", "date": "2025-12-10"},
                "related": [{"path": path, "line": 1, "message": "r"}],
                "fix": {
                    "title": "do it", "safety": "suggested",
                    "edits": [{"path": path, "start": 2, "end": 4, "replacement": "x\u{1b}"}],
                    "renames": [{"from": "a", "to": "b"}],
                },
            })
        );
        assert_eq!(json["findings"][1]["baseline"], "existing");
        assert_eq!(
            json["summary"],
            json!({"okeps": 1, "errors": 0, "warnings": 0, "hints": 1, "new": 1, "existing": 1})
        );
        assert_eq!(json["notes"], json!([{"kind": "not-utf8", "message": "1 byte", "path": path}]));
        report.source = Source::Index;
        assert_eq!(parsed(&report)["source"], json!({"kind": "index", "since": "decade"}));
    }

    #[test]
    fn what_would_disturb_a_terminal_is_escaped_and_parses_back() {
        let hostile = "\u{1b}[2J\u{9b}\u{202e}\u{e0041}\u{7f}\"\\";
        let report = empty().with(finding("broken-link", Severity::Warning, "p", hostile));
        assert_eq!(parsed(&report)["findings"][0]["message"], hostile);
        let text = check(&report, "1");
        assert!(text.contains(r#""message": "\u001b[2J\u009b\u202e\udb40\udc41\u007f\"\\","#), "{text}");
    }
}
